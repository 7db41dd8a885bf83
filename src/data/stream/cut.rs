//! A text file as blocks of whole rows, each with the line on which it begins, so that rows can be read in parallel.
//!
//! Only what tells where rows end is looked at here: line ends and quotes. A row longer than [`MAX_ROW`] is read past and
//! never held.

use crate::data::input::MAX_ROW;
use std::io::{self, BufRead, Read};

/// How much of a file is cut off at once: it stays in the cache, and no thread has much more to do than another.
const BLOCK: usize = 1 << 17;

/// Where rows end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// At line ends.
    Lines,
    /// At line ends that are not within quotes; cells are separated by this.
    Rows(u8),
}

/// What has been cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Rows that begin on this line; `last` if the file ends with them, and `quotes` if there may be quotes in them.
    Rows { line: u64, last: bool, quotes: bool },
    /// A row that begins on this line and is too long.
    TooLong(u64),
    /// No more rows.
    End,
}

/// Cuts a text.
pub(super) struct Cutter {
    input: Box<dyn BufRead + Send>,
    ends: Ends,
    /// What was read behind the last row that was handed over.
    rest: Vec<u8>,
    /// What is in it.
    found: Found,
    /// Behind the last row that ends in it, if it was looked at again.
    whole: usize,
    line: u64,
    at: Quotes,
    ended: bool,
    block: usize,
    /// Met after the rest was read.
    error: Option<io::Error>,
}

/// What is in a text.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// Line ends.
    lines: u64,
    quotes: bool,
}

impl Found {
    fn of(text: &[u8]) -> Found {
        let lines = memchr::memchr_iter(b'\n', text).count() as u64;
        Found { lines, quotes: memchr::memchr(b'"', text).is_some() }
    }

    fn add(&mut self, more: Found) {
        self.lines += more.lines;
        self.quotes |= more.quotes;
    }
}

/// Where in a row the text is that has been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Not in quotes; true where a cell begins.
    Outside(bool),
    /// Within quotes.
    Inside,
    /// Behind a quote within quotes: its end, or the first of two that stand for one.
    Doubtful,
}

impl Cutter {
    /// Cuts what follows in `input`, which is at the beginning of a line with this number.
    pub(super) fn new(input: Box<dyn BufRead + Send>, ends: Ends, line: u64) -> Cutter {
        Cutter {
            input,
            ends,
            rest: Vec::new(),
            found: Found::default(),
            whole: 0,
            line,
            at: Quotes::Outside(true),
            ended: false,
            block: BLOCK,
            error: None,
        }
    }

    /// Cuts off less at once.
    #[cfg(test)]
    pub(super) fn with_block(self, block: usize) -> Cutter {
        Cutter { block, ..self }
    }

    /// Puts the next rows into `block`; what it held is of no matter, but spares clearing it.
    pub(super) fn next(&mut self, block: &mut Vec<u8>) -> io::Result<Cut> {
        let mut end = std::mem::take(&mut self.whole);
        let mut filled = self.rest.len();
        if block.len() < filled {
            block.resize(filled, 0);
        }
        if let Some(begin) = block.get_mut(..filled) {
            begin.copy_from_slice(&self.rest);
        }
        self.rest.clear();
        let mut found = std::mem::take(&mut self.found);
        loop {
            if self.ended {
                if let Some(error) = self.error.take() {
                    // Rows before the damage are as good as any.
                    if end == 0 {
                        return Err(error);
                    }
                    self.error = Some(error);
                    block.truncate(end);
                    return Ok(self.hand_over(found, false));
                }
                block.truncate(filled);
                return Ok(if block.is_empty() { Cut::End } else { self.hand_over(found, true) });
            }
            let from = filled;
            filled = self.fill(block, from, from.max(self.block));
            let new = block.get(from..filled).unwrap_or(&[]);
            let seen = Found::of(new);
            found.add(seen);
            if let Some(behind) = self.scan_new(new, seen) {
                end = from + behind;
            }
            if end > 0 && !self.ended {
                self.rest.extend_from_slice(block.get(end..filled).unwrap_or(&[]));
                self.found = Found::of(&self.rest);
                found.lines -= self.found.lines;
                block.truncate(end);
                return Ok(self.hand_over(found, false));
            }
            if !self.ended && filled > MAX_ROW {
                let line = self.line;
                block.truncate(filled);
                self.pass_over(block);
                return Ok(Cut::TooLong(line));
            }
        }
    }

    fn hand_over(&mut self, found: Found, last: bool) -> Cut {
        let line = self.line;
        self.line += found.lines;
        Cut::Rows { line, last, quotes: found.quotes }
    }

    /// Behind the last end of a row in a text that was looked at.
    fn scan_new(&mut self, text: &[u8], seen: Found) -> Option<usize> {
        match (self.ends, self.at, text.last()) {
            // Without quotes all is said by the last bytes.
            (Ends::Rows(delimiter), Quotes::Outside(_), Some(last)) if !seen.quotes => {
                self.at = Quotes::Outside(matches!(last, b'\n' | b'\r') || *last == delimiter);
                memchr::memrchr2(b'\n', b'\r', text).map(|at| at + 1)
            }
            _ => self.scan(text, false),
        }
    }

    /// Reads until there are so many more bytes behind those that are there, or no more to be read; how many there are.
    fn fill(&mut self, block: &mut Vec<u8>, filled: usize, more: usize) -> usize {
        let wanted = filled + more;
        if block.len() < wanted {
            block.resize(wanted, 0);
        }
        let mut filled = filled;
        while let Some(room) = block.get_mut(filled..wanted).filter(|room| !room.is_empty()) {
            match self.input.read(room) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    self.ended = true;
                    break;
                }
            }
        }
        filled
    }

    /// Forgets the row that `block` begins with, whose end is not in it.
    fn pass_over(&mut self, block: &mut Vec<u8>) {
        loop {
            self.line += memchr::memchr_iter(b'\n', block).count() as u64;
            if self.ended {
                block.clear();
                return;
            }
            let filled = self.fill(block, 0, self.block);
            block.truncate(filled);
            if let Some(end) = self.scan(block, true) {
                // What is behind is looked at again, from its beginning.
                let (row, rest) = block.split_at_checked(end).unwrap_or((block, &[]));
                self.line += memchr::memchr_iter(b'\n', row).count() as u64;
                self.rest = rest.to_vec();
                self.found = Found::of(rest);
                self.at = Quotes::Outside(true);
                self.rescan();
                return;
            }
        }
    }

    /// Looks at the rest again, so that the place in its last row is known.
    fn rescan(&mut self) {
        let rest = std::mem::take(&mut self.rest);
        self.whole = self.scan(&rest, false).unwrap_or(0);
        self.rest = rest;
    }

    /// Behind the last end of a row in a text, or the first.
    fn scan(&mut self, text: &[u8], first: bool) -> Option<usize> {
        match self.ends {
            Ends::Rows(delimiter) => self.at.scan(text, delimiter, first),
            Ends::Lines if first => memchr::memchr(b'\n', text).map(|at| at + 1),
            Ends::Lines => memchr::memrchr(b'\n', text).map(|at| at + 1),
        }
    }
}

/// Behind the end of the row that a text begins with.
pub(super) fn row_end(text: &[u8], delimiter: u8) -> Option<usize> {
    Quotes::Outside(true).scan(text, delimiter, true)
}

impl Quotes {
    /// Behind the last end of a row in a text, or the first; goes on to the end of the text.
    fn scan(&mut self, text: &[u8], delimiter: u8, first: bool) -> Option<usize> {
        let mut found = None;
        let mut at = 0;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or(&[]);
            match self {
                Quotes::Inside => match memchr::memchr(b'"', rest) {
                    Some(quote) => {
                        at += quote + 1;
                        *self = Quotes::Doubtful;
                    }
                    None => return found,
                },
                Quotes::Doubtful => {
                    // The second of two quotes, or something behind the end of quotes.
                    if rest.first() == Some(&b'"') {
                        at += 1;
                        *self = Quotes::Inside;
                    } else {
                        *self = Quotes::Outside(false);
                    }
                }
                Quotes::Outside(begins) => {
                    let begins = *begins;
                    let quote = memchr::memchr(b'"', rest);
                    let plain = rest.get(..quote.unwrap_or(rest.len())).unwrap_or(rest);
                    let end = match first {
                        true => memchr::memchr2(b'\n', b'\r', plain),
                        false => memchr::memrchr2(b'\n', b'\r', plain),
                    };
                    if let Some(end) = end {
                        found = Some(at + end + 1);
                        if first {
                            return found;
                        }
                    }
                    let begins = match plain.last() {
                        Some(last) => matches!(last, b'\n' | b'\r') || *last == delimiter,
                        None => begins,
                    };
                    at += plain.len();
                    *self = Quotes::Outside(begins);
                    if quote.is_some() {
                        at += 1;
                        *self = if begins { Quotes::Inside } else { Quotes::Outside(false) };
                    }
                }
            }
        }
        found
    }
}
