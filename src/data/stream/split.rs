//! Whole rows of separated cells, taken apart: exactly as the state machine that reads files row by row does it, but
//! eight bytes at a time and without copying cells.

/// Where the cells of a row are in its block.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    /// Where each cell begins and ends; quotes around it are not part of it.
    cells: Vec<(u32, u32)>,
    /// Cells whose text has to be put together: their number, and where it is in `mended`.
    odd: Vec<(u32, u32, u32)>,
    mended: Vec<u8>,
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    splitter: &'a Splitter,
    /// Where it begins and ends in its block, without its line end.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many line ends are before it in the block.
    pub(super) lines: u64,
    /// The block ends with it, not a line.
    pub(super) open: bool,
}

impl Found<'_> {
    /// How many cells there are.
    pub(super) fn width(&self) -> usize {
        self.splitter.cells.len()
    }

    /// A cell; `block` is the text that was split.
    #[inline]
    pub(super) fn cell<'b>(&'b self, block: &'b [u8], i: usize) -> &'b [u8] {
        if !self.splitter.odd.is_empty()
            && let Some((_, from, to)) = self.splitter.odd.iter().find(|(cell, ..)| *cell as usize == i)
        {
            return self.splitter.mended.get(*from as usize..*to as usize).unwrap_or(&[]);
        }
        let (start, end) = self.splitter.cells.get(i).copied().unwrap_or_default();
        block.get(start as usize..end as usize).unwrap_or(&[])
    }
}

impl<'a> Found<'a> {
    /// A cell of a block that is text.
    #[inline]
    pub(super) fn text<'b>(&self, block: &'b str, i: usize) -> &'b str
    where
        'a: 'b,
    {
        if !self.splitter.odd.is_empty()
            && let Some((_, from, to)) = self.splitter.odd.iter().find(|(cell, ..)| *cell as usize == i)
        {
            let bytes = self.splitter.mended.get(*from as usize..*to as usize).unwrap_or(&[]);
            return std::str::from_utf8(bytes).unwrap_or_default();
        }
        let (start, end) = self.splitter.cells.get(i).copied().unwrap_or_default();
        block.get(start as usize..end as usize).unwrap_or_default()
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The high bit of each byte of `word` that is the byte of `pattern`.
#[inline]
fn equal(word: u64, pattern: u64) -> u64 {
    let x = word ^ pattern;
    !(((x & LOW) + LOW) | x | LOW)
}

impl Splitter {
    /// Hands over all rows of a block, which begins with a row; lines with nothing on them are no rows.
    pub(super) fn rows(&mut self, block: &[u8], delimiter: u8, mut row: impl FnMut(Found<'_>)) {
        let patterns = [delimiter, b'\n', b'\r', b'"'].map(|byte| u64::from(byte) * ONES);
        let [cell, line, back, quote] = patterns;
        let mut state = State::default();
        self.forget();
        let mut words = block.chunks_exact(8);
        let mut base = 0usize;
        for word in words.by_ref() {
            let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
            let mut marks = equal(word, cell) | equal(word, line) | equal(word, back) | equal(word, quote);
            while marks != 0 {
                let bit = marks.trailing_zeros();
                marks &= marks - 1;
                let byte = (word >> (bit & 56)) as u8;
                self.mark(&mut state, base + (bit / 8) as usize, byte, block, delimiter, &mut row);
            }
            base += 8;
        }
        for (i, byte) in words.remainder().iter().enumerate() {
            if *byte == delimiter || matches!(byte, b'\n' | b'\r' | b'"') {
                self.mark(&mut state, base + i, *byte, block, delimiter, &mut row);
            }
        }
        if state.row < block.len() {
            self.end_cell(&state, block.len(), block);
            let State { row: start, row_lines: lines, .. } = state;
            row(Found { splitter: self, start, end: block.len(), lines, open: true });
        }
    }

    fn forget(&mut self) {
        self.cells.clear();
        if !self.odd.is_empty() {
            self.odd.clear();
            self.mended.clear();
        }
    }

    #[inline]
    fn mark(
        &mut self,
        state: &mut State,
        at: usize,
        byte: u8,
        block: &[u8],
        delimiter: u8,
        row: &mut impl FnMut(Found<'_>),
    ) {
        if state.inside {
            match byte {
                b'"' if state.skip == at => {}
                b'"' if block.get(at + 1) == Some(&b'"') => {
                    state.skip = at + 1;
                    state.doubled = true;
                }
                b'"' => {
                    state.inside = false;
                    state.closed = at;
                }
                b'\n' => state.lines += 1,
                _ => {}
            }
        } else if byte == delimiter {
            self.end_cell(state, at, block);
            state.next_cell(at + 1);
        } else if byte == b'"' {
            if at == state.cell {
                state.inside = true;
                state.quoted = true;
            }
        } else {
            if at > state.row {
                self.end_cell(state, at, block);
                let State { row: start, row_lines: lines, .. } = *state;
                row(Found { splitter: self, start, end: at, lines, open: false });
                self.forget();
            }
            state.lines += u64::from(byte == b'\n');
            state.next_cell(at + 1);
            (state.row, state.row_lines) = (at + 1, state.lines);
        }
    }

    #[inline]
    fn end_cell(&mut self, state: &State, end: usize, block: &[u8]) {
        let start = state.cell;
        if !state.quoted {
            self.cells.push((start as u32, end as u32));
        } else if state.closed + 1 == end && !state.doubled && !state.inside {
            self.cells.push((start as u32 + 1, end as u32 - 1));
        } else {
            self.mend(block.get(start..end).unwrap_or(&[]));
        }
    }

    /// A cell with quotes in it, or with something behind its quotes, or whose quotes are never closed.
    fn mend(&mut self, raw: &[u8]) {
        let from = self.mended.len() as u32;
        let mut inside = true;
        let mut bytes = raw.iter().skip(1).peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' if inside => {
                    if bytes.peek() == Some(&&b'"') {
                        bytes.next();
                        self.mended.push(b'"');
                    } else {
                        inside = false;
                    }
                }
                byte => self.mended.push(*byte),
            }
        }
        self.odd.push((self.cells.len() as u32, from, self.mended.len() as u32));
        self.cells.push((0, 0));
    }
}

/// Where in a row the marks are.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// Where the row begins.
    row: usize,
    /// Where the cell begins.
    cell: usize,
    /// Line ends so far, and before the row.
    lines: u64,
    row_lines: u64,
    /// The cell begins with a quote.
    quoted: bool,
    /// There are two quotes for one in it.
    doubled: bool,
    /// Its quotes are not closed yet.
    inside: bool,
    /// Where its closing quote is.
    closed: usize,
    /// Where the second of two quotes is.
    skip: usize,
}

impl State {
    fn next_cell(&mut self, cell: usize) {
        self.cell = cell;
        (self.quoted, self.doubled, self.inside) = (false, false, false);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::super::cut::{Cut, Cutter, Ends};
    use super::*;
    use crate::data::input::{Records, Row};
    use proptest::prelude::*;
    use std::io::{BufRead, BufReader, Cursor, Read};

    /// Rows with their lines, by the reader that goes byte by byte.
    fn slowly(text: &[u8]) -> Vec<(u64, Vec<Vec<u8>>)> {
        let mut records = Records::new(text, b',');
        let mut rows = Vec::new();
        loop {
            match records.read().unwrap() {
                Row::End => return rows,
                Row::Cells(line) | Row::Unclosed(line) | Row::TooLong(line) => {
                    rows.push((line, (0..records.width()).map(|i| records.cell(i).unwrap().to_vec()).collect()));
                }
            }
        }
    }

    /// Gives only so many bytes at once.
    struct Drops(Cursor<Vec<u8>>, usize);
    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = buffer.len().min(self.1);
            self.0.read(&mut buffer[..n])
        }
    }

    fn quickly(text: &[u8], size: usize) -> Vec<(u64, Vec<Vec<u8>>)> {
        let input: Box<dyn BufRead + Send> =
            Box::new(BufReader::with_capacity(size, Drops(Cursor::new(text.to_vec()), size)));
        let mut cutter = Cutter::new(input, Ends::Rows(b','), 1).with_block(size);
        let (mut block, mut rows, mut splitter) = (Vec::new(), Vec::new(), Splitter::default());
        loop {
            match cutter.next(&mut block).unwrap() {
                Cut::End => return rows,
                Cut::TooLong(_) => unreachable!(),
                Cut::Rows { line, quotes, .. } => {
                    assert!(quotes || !block.contains(&b'"'));
                    splitter.rows(&block, b',', |row| {
                        rows.push((line + row.lines, (0..row.width()).map(|i| row.cell(&block, i).to_vec()).collect()));
                    });
                }
            }
        }
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_slow_reader(
            text in proptest::collection::vec(proptest::sample::select(&b"\"\"\"\n\n\r,,ab"[..]), 0..60),
            size in 1usize..40,
        ) {
            prop_assert_eq!(quickly(&text, size), slowly(&text));
        }
    }
}
