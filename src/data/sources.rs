//! Which files the tables of a program are read from, and what is in them, told by a hash.

use super::load::find;
use super::{Binding, Place, TableBinding};
use crate::program::{Program, TableId};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The files of each table, in the order of [`Program::tables`]; none where there is no source.
pub fn files(program: &Program, binding: &Binding) -> Vec<Vec<Place>> {
    let nothing = TableBinding::default();
    let of = |i: usize| {
        let made = program.attributions.iter().any(|a| a.table.index() == i);
        let bound = binding.tables.get(i).unwrap_or(&nothing);
        let id = u32::try_from(i).map(TableId).ok().filter(|_| !made);
        id.and_then(|id| find(program, binding, bound, id).ok()).unwrap_or_default()
    };
    (0..program.tables.len()).map(of).collect()
}

/// FNV-1a of the bytes of a file as it lies there, in sixteen hexadecimal digits.
pub fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; 1 << 16];
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(format!("{hash:016x}"));
        }
        for byte in chunk.iter().take(read) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
