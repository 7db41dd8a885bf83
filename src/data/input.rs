//! Opening files and taking them apart into rows of bounded size, with true line numbers.
//!
//! A row longer than [`MAX_ROW`] is never held whole: what is beyond is read past, so that a file without a line end or
//! with a quote that is never closed costs no more memory than any other.

use super::progress::Progress;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// The longest row that is read, in bytes.
pub const MAX_ROW: usize = 1 << 20;

const CHUNK: usize = 1 << 16;

/// Why a file is not text that can be read as rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing in it.
    Empty,
    /// As far as its first bytes show, text.
    Text,
    /// UTF-16.
    Utf16,
    /// Something else that is no text.
    Binary,
    /// A workbook.
    Workbook,
    /// Parquet.
    Parquet,
}

/// Why the disk refused, in few words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_string(),
        io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let first = text.chars().take(1).flat_map(char::to_lowercase);
            first.chain(text.chars().skip(1)).collect()
        }
    }
}

/// A file whose bytes are counted as they are read.
struct Counted {
    file: File,
    progress: Option<Arc<Progress>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if let Some(progress) = &self.progress {
            progress.add(read as u64);
        }
        Ok(read)
    }
}

/// Opens a file, unpacking it if it is packed with gzip or zstd, whatever it is called.
pub fn open(path: &Path, progress: Option<&Arc<Progress>>) -> io::Result<Box<dyn Read + Send>> {
    let counted = Counted { file: File::open(path)?, progress: progress.cloned() };
    let mut file = BufReader::with_capacity(CHUNK, counted);
    let first = file.fill_buf()?;
    if first.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file)));
    }
    if first.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return unpack_zstd(file);
    }
    Ok(Box::new(file))
}

#[cfg(feature = "zstd")]
fn unpack_zstd(file: BufReader<Counted>) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(zstd::stream::read::Decoder::with_buffer(file)?))
}

#[cfg(not(feature = "zstd"))]
fn unpack_zstd(_: BufReader<Counted>) -> io::Result<Box<dyn Read + Send>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this build of laud does not unpack zstd"))
}

/// A buffered text without its byte order mark, and what its first bytes say.
pub fn sniff<R: Read>(input: R) -> io::Result<(impl BufRead, Kind)> {
    let mut input = input;
    let mut first = Vec::with_capacity(8);
    (&mut input).take(8).read_to_end(&mut first)?;
    let kind = match first.as_slice() {
        [] => Kind::Empty,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Kind::Utf16,
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Kind::Workbook,
        [b'P', b'A', b'R', b'1', ..] => Kind::Parquet,
        first if first.split(|b| *b == b'\n').next().is_some_and(|line| line.contains(&0)) => Kind::Binary,
        _ => Kind::Text,
    };
    let skip = if first.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    first.drain(..skip);
    let kind = if first.is_empty() && kind == Kind::Text { Kind::Empty } else { kind };
    Ok((BufReader::with_capacity(CHUNK, io::Cursor::new(first).chain(input)), kind))
}

/// One row, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A row that begins on this line.
    Cells(u64),
    /// A row that begins on this line and is too long.
    TooLong(u64),
    /// A row that begins on this line; the file ends within its quotes.
    Unclosed(u64),
    /// No more rows.
    End,
}

/// Rows of separated cells; quotes may hold line ends.
pub struct Records<R> {
    input: R,
    core: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    used: usize,
    count: usize,
    line: u64,
}

impl<R: BufRead> Records<R> {
    /// Reads from `input`, which has no byte order mark any more.
    pub fn new(input: R, delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Records { input, core, cells: vec![0; CHUNK], ends: vec![0; 64], used: 0, count: 0, line: 1 }
    }

    /// The same for a text that begins on this line of its file.
    pub fn at_line(self, line: u64) -> Self {
        Records { line, ..self }
    }

    /// What has not been read, and the line on which it begins.
    pub fn into_rest(self) -> (R, u64) {
        (self.input, self.line)
    }

    /// Number of cells of the row that was read last.
    pub fn width(&self) -> usize {
        self.count
    }

    /// A cell of the row that was read last.
    pub fn cell(&self, i: usize) -> Option<&[u8]> {
        if i >= self.count {
            return None;
        }
        let start = match i.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.cells.get(start..*self.ends.get(i)?)
    }

    /// All cells of the row that was read last, one behind the other.
    pub fn bytes(&self) -> &[u8] {
        self.cells.get(..self.used).unwrap_or(&[])
    }

    /// Reads the next row; lines with nothing on them are no rows.
    pub fn read(&mut self) -> io::Result<Row> {
        (self.used, self.count) = (0, 0);
        // Line ends before the row, among them the second half of the last one, so that `line` is where the row begins.
        loop {
            let buffer = self.input.fill_buf()?;
            let blank = buffer.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            let (all, more) = (blank == buffer.len(), !buffer.is_empty());
            self.line += memchr::memchr_iter(b'\n', buffer.get(..blank).unwrap_or(&[])).count() as u64;
            self.input.consume(blank);
            if !(all && more) {
                break;
            }
        }
        let begins = self.line;
        let (mut length, mut quotes, mut too_long) = (0usize, 0usize, false);
        loop {
            let buffer = self.input.fill_buf()?;
            let at_end = buffer.is_empty();
            let before = self.core.line();
            let output = self.cells.get_mut(self.used..).unwrap_or(&mut []);
            let ends = self.ends.get_mut(self.count..).unwrap_or(&mut []);
            let (result, read, written, ended) = self.core.read_record(buffer, output, ends);
            quotes += memchr::memchr_iter(b'"', buffer.get(..read).unwrap_or(&[])).count();
            self.line += self.core.line() - before;
            self.input.consume(read);
            length = length.saturating_add(read);
            self.used += written;
            self.count += ended;
            if length > MAX_ROW {
                too_long = true;
            }
            if too_long {
                // What has been read so far is not needed any more: overwrite it.
                (self.used, self.count) = (0, 0);
            }
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::OutputFull => {
                    if !too_long {
                        let size = self.cells.len() * 2;
                        self.cells.resize(size, 0);
                    }
                }
                csv_core::ReadRecordResult::OutputEndsFull => {
                    if !too_long {
                        let size = self.ends.len() * 2;
                        self.ends.resize(size, 0);
                    }
                }
                csv_core::ReadRecordResult::Record => {
                    return Ok(match (too_long, at_end && quotes % 2 == 1 && self.line > begins) {
                        (true, _) => Row::TooLong(begins),
                        (false, true) => Row::Unclosed(begins),
                        (false, false) => Row::Cells(begins),
                    });
                }
                csv_core::ReadRecordResult::End => return Ok(Row::End),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn rows(text: &str) -> Vec<(Row, Vec<String>)> {
        let (input, _) = sniff(text.as_bytes()).unwrap();
        let mut records = Records::new(input, b',');
        let mut rows = Vec::new();
        loop {
            let row = records.read().unwrap();
            let cells = (0..records.width()).map(|i| String::from_utf8_lossy(records.cell(i).unwrap()).into_owned());
            match row {
                Row::End => return rows,
                _ => rows.push((row, cells.collect())),
            }
        }
    }

    #[test]
    fn lines_are_physical() {
        let text = "\u{feff}a,b\r\n1,\"x\r\ny\"\r\n\r\n\n2,\"say \"\"hi\"\"\"\n3,z";
        let cells = |c: &[&str]| c.iter().map(|s| (*s).to_string()).collect::<Vec<_>>();
        assert_eq!(
            rows(text),
            [
                (Row::Cells(1), cells(&["a", "b"])),
                (Row::Cells(2), cells(&["1", "x\r\ny"])),
                (Row::Cells(6), cells(&["2", "say \"hi\""])),
                (Row::Cells(7), cells(&["3", "z"])),
            ]
        );
    }

    #[test]
    fn an_open_quote_is_noticed() {
        assert_eq!(rows("a,b\n1,\"x\n2,y\n3,z\n").last().unwrap().0, Row::Unclosed(2));
        assert_eq!(rows("a,b\n1,\"x\n2\"\n").last().unwrap().0, Row::Cells(2));
        assert_eq!(rows("a,b\n1,5\" pipe\n").last().unwrap().0, Row::Cells(2));
    }

    /// A gigabyte that is never there: `head`, then the same byte again and again, then `tail`.
    struct Huge {
        head: &'static [u8],
        byte: u8,
        left: u64,
        tail: &'static [u8],
    }

    impl Read for Huge {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if !self.head.is_empty() {
                return self.head.read(buffer);
            }
            if self.left > 0 {
                let n = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
                buffer[..n].fill(self.byte);
                self.left -= n as u64;
                return Ok(n);
            }
            self.tail.read(buffer)
        }
    }

    #[test]
    fn a_line_of_a_gigabyte_costs_a_megabyte() {
        for (byte, head) in [(b'x', &b"a,b\n1,2\n3,"[..]), (b',', b"a,b\n1,2\n3"), (b'\n', b"a,b\n1,2\n3,\"")] {
            let tail: &[u8] = if byte == b'\n' { b"\"\n5,6\n" } else { b"\n5,6\n" };
            let left: u64 = if byte == b'x' { 1 << 30 } else { 1 << 26 };
            let huge = Huge { head, byte, left, tail };
            let (input, _) = sniff(huge).unwrap();
            let mut records = Records::new(input, b',');
            assert_eq!(records.read().unwrap(), Row::Cells(1));
            assert_eq!(records.read().unwrap(), Row::Cells(2));
            assert_eq!(records.read().unwrap(), Row::TooLong(3));
            let line = if byte == b'\n' { 4 + left } else { 4 };
            assert_eq!(records.read().unwrap(), Row::Cells(line));
            assert_eq!(records.cell(1), Some(&b"6"[..]));
            assert_eq!(records.read().unwrap(), Row::End);
            let held = records.cells.capacity() + records.ends.capacity() * size_of::<usize>();
            assert!(held <= 32 * MAX_ROW, "{held} bytes held");
        }
    }
}
