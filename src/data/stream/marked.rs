//! Many rows of separated cells at once: found by their marks, read column by column, and those that are not plain one by
//! one.

use super::batch::{Batch, Rows};
use super::columns::{Places, Spots};
use super::csv::CsvFile;
use super::edges::Edges;
use super::split::Splitter;
use super::take::Taker;
use super::{PIECE, Piece};

/// So much text is looked at together: it stays in the nearest cache until all columns are read.
const SPAN: usize = 1 << 14;

/// So many blocks are read row by row if hardly a row of the one before was plain.
const REST: u32 = 15;

/// What a worker needs for rows of separated cells.
#[derive(Debug, Default)]
pub(super) struct CsvRows {
    marks: Marks,
    batch: Batch,
    /// So many of the next blocks are read row by row.
    rest: u32,
    pub(super) splitter: Splitter,
}

/// Rows that are known by their marks.
#[derive(Debug, Default)]
struct Marks {
    edges: Edges,
    lines: Vec<Line>,
    /// Rows that are seen not to be plain.
    strange: Vec<usize>,
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// The number of the mark before it; of a row that has not the right number of cells a number that no mark has.
    mark: u32,
    /// Where it begins, and where its line end is.
    start: u32,
    end: u32,
    /// How many line ends are before it.
    lines: u32,
}

/// The rows of a file.
struct Marked<'r> {
    file: &'r CsvFile,
    marks: &'r Marks,
    block: &'r str,
    /// Cells may be in quotes.
    quotes: bool,
}

/// Where the cells of a column are.
#[derive(Clone, Copy)]
pub(super) struct MarkedColumn<'b> {
    block: &'b [u8],
    /// Where cells end.
    marks: &'b [u32],
    lines: &'b [Line],
    /// Which of the cells of a row.
    place: usize,
    quotes: bool,
}

impl<'b> Spots<'b> for MarkedColumn<'b> {
    type Row = Line;
    const TYPED: bool = false;

    #[inline]
    fn rows(self) -> &'b [Line] {
        self.lines
    }

    #[inline]
    fn cell(self, line: &Line) -> (usize, usize) {
        let at = line.mark as usize + self.place;
        let Some([before, end]) = self.marks.get(at..).and_then(|rest| rest.first_chunk::<2>()) else { return (0, 0) };
        let (start, end) = (before.wrapping_add(1) as usize, *end as usize);
        // A cell with quotes in it that is not in quotes as a whole is in a row that is odd.
        if self.quotes && end > start + 1 && self.block.get(start) == Some(&b'"') {
            return (start + 1, end - 1);
        }
        (start, end)
    }
}

impl Rows for Marked<'_> {
    type Spots<'r>
        = MarkedColumn<'r>
    where
        Self: 'r;

    fn count(&self) -> usize {
        self.marks.lines.len()
    }

    fn strange(&self) -> impl Iterator<Item = usize> {
        self.marks.strange.iter().copied()
    }

    fn lines(&self, row: usize) -> u32 {
        self.marks.lines.get(row).map_or(0, |line| line.lines)
    }

    fn column(&self, column: usize) -> Option<Places<'_, MarkedColumn<'_>>> {
        let place = self.file.places.get(column).copied().flatten()?;
        Some(self.marks.places(self.block, place, self.quotes))
    }
}

impl CsvRows {
    /// Takes all rows of a block, if that can be expected to be quicker than one by one.
    pub(super) fn rows(
        &mut self,
        file: &CsvFile,
        taker: &mut Taker<'_>,
        (block, quotes): (&str, bool),
        (at, line, last): (u32, u64, bool),
        show: &mut dyn FnMut(&Piece),
    ) -> bool {
        if self.rest > 0 {
            self.rest -= 1;
            return false;
        }
        let bytes = block.as_bytes();
        let (mut from, mut line) = (0usize, line);
        let (mut plain, mut odd) = (0, 0);
        while from < block.len() {
            if taker.is_full() {
                taker.show(show);
            }
            let rest = bytes.get(from..).unwrap_or(&[]);
            self.marks.edges.find(rest.get(..SPAN).unwrap_or(rest), from, file.delimiter, quotes);
            let (next, lines) = self.marks.find_rows(bytes, file.delimiter, file.width(), PIECE - taker.piece.rows);
            if !self.marks.lines.is_empty() {
                let rows = Marked { file, marks: &self.marks, block, quotes };
                self.batch.take(taker, &rows, (at, line));
                self.odd_rows(file, taker, bytes, (at, line), show);
                let strange = self.batch.odd.count();
                (plain, odd) = (plain + self.marks.lines.len() - strange, odd + strange);
            }
            line += u64::from(lines);
            if next > from {
                from = next;
                continue;
            }
            // A long row, the last one without a line end, or one whose quotes are not where they belong.
            let end = super::cut::row_end(rest, file.delimiter).unwrap_or(rest.len());
            let row = rest.get(..end).unwrap_or(rest);
            let last = last && end == rest.len();
            file.row_by_row(taker, &mut self.splitter, row, (at, line, last), show);
            odd += 1;
            line += memchr::memchr_iter(b'\n', row).count() as u64;
            from += end;
        }
        if odd > plain {
            self.rest = REST;
        }
        true
    }

    /// Takes the rows that are not plain, each at its place.
    fn odd_rows(
        &mut self,
        file: &CsvFile,
        taker: &mut Taker<'_>,
        block: &[u8],
        (at, line): (u32, u64),
        show: &mut dyn FnMut(&Piece),
    ) {
        let after = taker.piece.rows;
        let first = after - self.marks.lines.len();
        for row in self.batch.odd.ones() {
            let Some(odd) = self.marks.lines.get(row) else { continue };
            let text = block.get(odd.start as usize..=odd.end as usize).unwrap_or(&[]);
            taker.piece.rows = first + row;
            file.row_by_row(taker, &mut self.splitter, text, (at, line + u64::from(odd.lines), false), show);
        }
        taker.piece.rows = after;
    }
}

impl Marks {
    /// Finds the rows that end in the text, at most so many; where the next one begins, and the line ends before it.
    fn find_rows(&mut self, block: &[u8], delimiter: u8, width: usize, most: usize) -> (usize, u32) {
        self.lines.clear();
        self.strange.clear();
        let Edges { doubled, inner, .. } = &self.edges;
        let (mut doubled, mut inner) = (doubled.iter().peekable(), inner.iter().peekable());
        let marks = self.edges.places();
        let ends_row = |mark: &u32| block.get(*mark as usize) != Some(&delimiter);
        let (mut mark, mut lines) = (0usize, 0u32);
        let mut start = marks.first().map_or(0, |before| before.wrapping_add(1));
        while self.lines.len() < most {
            let row = marks.get(mark + 1..mark + 1 + width).and_then(|row| row.split_last());
            let (cells, end) = match row {
                Some((end, inner)) if ends_row(end) && !inner.iter().any(ends_row) => (width, *end),
                _ => {
                    let rest = marks.get(mark + 1..).unwrap_or(&[]);
                    let Some((i, end)) = rest.iter().enumerate().find(|(_, mark)| ends_row(mark)) else { break };
                    (i + 1, *end)
                }
            };
            // Nothing between two line ends is no row.
            if end > start {
                let right = cells == width;
                let mark = if right { mark as u32 } else { u32::MAX };
                self.lines.push(Line { mark, start, end, lines });
                let mut odd = !right;
                while doubled.next_if(|at| **at < end).is_some() {
                    odd = true;
                }
                if odd {
                    self.strange.push(self.lines.len() - 1);
                }
                while inner.next_if(|at| **at < end).is_some() {
                    lines += 1;
                }
            }
            lines += u32::from(block.get(end as usize) == Some(&b'\n'));
            mark += cells;
            start = end + 1;
        }
        (start as usize, lines)
    }

    /// Where the cells of a column are.
    fn places<'b>(&'b self, block: &'b str, place: usize, quotes: bool) -> Places<'b, MarkedColumn<'b>> {
        let (marks, lines) = (self.edges.places(), self.lines.as_slice());
        Places { block, spots: MarkedColumn { block: block.as_bytes(), marks, lines, place, quotes } }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    type Found = Vec<(u64, Vec<String>)>;

    /// Rows with the line ends before them, one by one.
    fn slowly(text: &str, delimiter: u8) -> Found {
        let mut rows = Vec::new();
        Splitter::default().rows(text.as_bytes(), delimiter, |row| {
            rows.push((row.lines, (0..row.width()).map(|i| row.text(text, i).to_string()).collect()));
        });
        rows
    }

    /// The same with as many as can be from the marks; how many those are.
    fn together(text: &str, delimiter: u8, width: usize, span: usize, most: usize) -> (Found, usize) {
        let (mut marks, mut rows, mut plain) = (Marks::default(), Found::new(), 0);
        let (mut from, mut before) = (0, 0);
        let quotes = text.contains('"');
        let odd = |rows: &mut Found, text: &str, before: u64| {
            let found = slowly(text, delimiter);
            assert_eq!(found.len(), 1, "{text:?}");
            rows.extend(found.into_iter().map(|(lines, cells)| (lines + before, cells)));
        };
        while from < text.len() {
            let rest = &text.as_bytes()[from..];
            marks.edges.find(&rest[..span.min(rest.len())], from, delimiter, quotes);
            let (next, lines) = marks.find_rows(text.as_bytes(), delimiter, width, most);
            for (i, line) in marks.lines.iter().enumerate() {
                if marks.strange.contains(&i) {
                    let text = &text[line.start as usize..=line.end as usize];
                    odd(&mut rows, text, before + u64::from(line.lines));
                    continue;
                }
                let cells = (0..width).map(|place| marks.places(text, place, quotes).text(i).to_string());
                rows.push((before + u64::from(line.lines), cells.collect()));
                plain += 1;
            }
            before += u64::from(lines);
            if next > from {
                from = next;
                continue;
            }
            let end = super::super::cut::row_end(rest, delimiter).unwrap_or(rest.len());
            odd(&mut rows, &text[from..from + end], before);
            before += text[from..from + end].matches('\n').count() as u64;
            from += end;
        }
        (rows, plain)
    }

    #[test]
    fn plain_rows_are_found_by_their_marks() {
        for (line_end, quote) in [("\n", ""), ("\r\n", ""), ("\n\n", ""), ("\r", ""), ("\n", "\""), ("\r\n", "\"")] {
            let line = |i: usize| format!("{i},{quote}note {i}{quote},{quote}{quote},{}{line_end}", i * 7);
            let text: String = (0..500).map(line).collect();
            assert_eq!(together(&text, b',', 4, 1 << 14, 1000), (slowly(&text, b','), 500));
            assert_eq!(together(&text, b',', 4, 200, 3).0, slowly(&text, b','));
            // A quote in the middle of a cell leaves its row to others.
            let plain = if quote.is_empty() { 500 } else { 0 };
            assert_eq!(together(&text, b';', 1, 300, 1000), (slowly(&text, b';'), plain));
            assert_eq!(together(&text, b',', 5, 300, 1000), (slowly(&text, b','), 0));
        }
        // A cell in quotes may hold anything, and one with quotes in it leaves the rows around it plain.
        let text = "a,\"x, y\nz\"\nb,\"say \"\"hi\"\"\"\nc,5\" pipe\nd,\"e\"\n";
        assert_eq!(together(text, b',', 2, 1 << 14, 1000), (slowly(text, b','), 2));
    }

    proptest! {
        #[test]
        fn rows_are_those_found_one_by_one(
            text in prop_oneof![
                "([ab\u{e9}]{0,3}(,|,|;|\n|\r\n)){0,90}",
                "(([ab]{0,3}|\"[ab,\n]{0,4}\")(,|;|\n)){0,90}",
                "(([ab]{0,3}|\"([ab,\n]|\"\"){0,4}\"|[ab\"]{0,3})(,|,|\n|\r)){0,90}[ab,\"]{0,3}",
            ],
            width in 1usize..4,
            span in 1usize..300,
            most in 1usize..20,
            semicolon in any::<bool>(),
        ) {
            let delimiter = if semicolon { b';' } else { b',' };
            prop_assert_eq!(together(&text, delimiter, width, span, most).0, slowly(&text, delimiter));
        }
    }
}
