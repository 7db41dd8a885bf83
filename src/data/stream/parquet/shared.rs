//! One file for all threads: each reads at places of its own, so that none moves where another one reads.

use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// An open file that threads share. A clone of a handle would not do: clones have one place in common.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    file: Arc<File>,
    len: u64,
}

impl Shared {
    pub(super) fn new(file: File) -> io::Result<Shared> {
        let len = file.metadata()?.len();
        Ok(Shared { file: Arc::new(file), len })
    }
}

/// Reads on from a place.
#[derive(Debug)]
pub(super) struct Reading {
    file: Arc<File>,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

impl Length for Shared {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Shared {
    type T = BufReader<Reading>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(Reading { file: Arc::clone(&self.file), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // A damaged file may ask for more than there is.
        if start.checked_add(length as u64).is_none_or(|end| end > self.len) {
            return Err(ParquetError::EOF(format!("there are not {length} bytes from {start} on")));
        }
        let mut buffer = vec![0; length];
        Reading { file: Arc::clone(&self.file), at: start }.read_exact(&mut buffer)?;
        Ok(buffer.into())
    }
}
