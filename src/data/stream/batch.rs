//! Some hundred rows at once, column by column: what is wanted of a column is settled once, not for every row, and cells of
//! a kind are read one after the other.
//!
//! Only what is plain is read so. A row with a cell that is not plain is put aside, and taken the way of [`super::take`]
//! when the others are in, at its own place among them; so nothing is found that would not have been found row by row.
//!
//! ```text
//!  block ─▶ edges ─▶ rows ─▶ columns ─▶ owners ─▶ lanes
//!                     └── odd rows ───────────────▶ one by one
//! ```

use super::columns::{Cells, Places};
use super::csv::CsvFile;
use super::edges::Edges;
use super::plan::{Fast, Plan};
use super::split::Splitter;
use super::take::Taker;
use super::{Bits, NOBODY, PIECE, Piece};
use crate::calendar::Date;
use crate::data::Origin;
use crate::data::account::Count;
use crate::data::table::clip_line;
use crate::program::Type;
use crate::value::DAY_MICROS;

/// So much text is looked at together: it stays in the nearest cache until all columns are read.
const SPAN: usize = 1 << 14;

/// So many blocks are read row by row if hardly a row of the one before was plain.
const REST: u32 = 15;

/// Rows of one batch.
#[derive(Debug, Default)]
pub(super) struct Batch {
    edges: Edges,
    lines: Vec<Line>,
    /// Rows that are not plain, and those of them that are known by their marks.
    odd: Bits,
    strange: Vec<usize>,
    /// Rows that are plain and belong to something.
    kept: Bits,
    /// By column that is read.
    columns: Vec<Cells>,
    /// By row, as in [`Piece::owners`].
    owners: Vec<u32>,
    /// So many of the next blocks are read row by row.
    rest: u32,
    splitter: Splitter,
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// The number of the mark before it; of a row that has not the right number of cells a number that no mark has.
    pub(super) mark: u32,
    /// Where it begins, and where its line end is.
    start: u32,
    end: u32,
    /// How many line ends are before it.
    lines: u32,
}

/// True if plain rows of a table can be read column by column; `places` has the place in a row of each column.
pub(super) fn fits(plan: &Plan<'_>, places: &[Option<usize>], delimiter: u8) -> bool {
    let owners = plan.request.owners;
    // Whoever lists rejects wants them in order; rows of keys that were merged are counted one by one.
    !plan.request.rejects
        && delimiter.is_ascii()
        && !matches!(delimiter, b'"' | b'\n' | b'\r')
        && plan.parent.is_some() == owners.is_some()
        && owners.is_none_or(|owners| !owners.has_merged())
        && plan.wanted.iter().zip(places).all(|(wanted, place)| match place {
            Some(_) => !matches!(wanted.fast, Fast::Slow),
            None => wanted.plain_blank,
        })
}

impl Batch {
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
            self.edges.find(rest.get(..SPAN).unwrap_or(rest), from, file.delimiter, quotes);
            let (next, lines) = self.find_rows(bytes, file.delimiter, file.width(), PIECE - taker.piece.rows);
            if !self.lines.is_empty() {
                self.read(file, taker, block, quotes);
                self.finish(file, taker, block, quotes, (at, line));
                self.odd_rows(file, taker, bytes, (at, line), show);
                let strange = self.odd.count();
                (plain, odd) = (plain + self.lines.len() - strange, odd + strange);
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
        self.odd.reset(self.lines.len());
        self.strange.iter().for_each(|row| self.odd.set(*row, true));
        (start as usize, lines)
    }

    /// Where the cells of a column are.
    fn places<'b>(&'b self, block: &'b str, place: usize, quotes: bool) -> Places<'b> {
        Places { block, marks: self.edges.places(), lines: &self.lines, place, quotes }
    }

    /// Reads the cells of plain rows; more rows may turn out to be odd.
    fn read(&mut self, file: &CsvFile, taker: &mut Taker<'_>, block: &str, quotes: bool) {
        let plan = taker.plan;
        let mut odd = std::mem::take(&mut self.odd);
        let mut columns = std::mem::take(&mut self.columns);
        let mut owners = std::mem::take(&mut self.owners);
        columns.resize_with(plan.wanted.len(), Cells::default);
        owners.clear();
        owners.resize(self.lines.len(), if plan.parent.is_some() { NOBODY } else { 0 });
        for (((wanted, column), place), cells) in
            plan.wanted.iter().zip(&taker.columns).zip(&file.places).zip(&mut columns)
        {
            cells.room(self.lines.len());
            let Some(place) = place else { continue };
            let places = self.places(block, *place, quotes);
            let lane = wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane));
            match plan.request.owners {
                Some(of) if wanted.parent => {
                    places.owners(of, &column.reader, &mut owners, &mut odd);
                    places.keys(cells, lane, &odd);
                }
                _ => places.read(wanted, column, lane, cells, &mut odd),
            }
        }
        (self.odd, self.columns, self.owners) = (odd, columns, owners);
    }

    /// Hands over what was read of the rows that are plain throughout, and gives account of it.
    fn finish(&mut self, file: &CsvFile, taker: &mut Taker<'_>, block: &str, quotes: bool, (at, line): (u32, u64)) {
        let (plan, first, rows) = (taker.plan, taker.piece.rows, self.lines.len());
        let origin = |row: usize| {
            let lines = self.lines.get(row).map_or(0, |line| line.lines);
            Origin { file: at, line: clip_line(line + u64::from(lines)) }
        };
        for row in self.odd.ones() {
            if let Some(owner) = self.owners.get_mut(row) {
                *owner = NOBODY;
            }
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.reset(rows);
        for (word, owners) in kept.words_mut().iter_mut().zip(self.owners.chunks(64)) {
            *word = (0..).zip(owners).fold(0, |word, (i, owner)| word | u64::from(*owner != NOBODY) << i);
        }
        let plain = rows - self.odd.count();
        if let Some(owners) = taker.piece.owners.get_mut(first..first + rows) {
            owners.copy_from_slice(&self.owners);
        }
        let count = kept.count();
        taker.piece.kept += count;
        taker.kept += count as u64;
        taker.count_rows(at, plain as u64);
        for ((i, wanted), cells) in plan.wanted.iter().enumerate().zip(&mut self.columns) {
            let Some(column) = taker.columns.get_mut(i) else { continue };
            if !wanted.expected {
                let blanks = cells.filled.words().iter().zip(kept.words()).map(|(filled, kept)| kept & !filled);
                let first = first_one(blanks.clone());
                if let Some(first) = first.filter(|_| !wanted.parent) {
                    let count = blanks.map(|word| u64::from(word.count_ones())).sum();
                    column.tally.blanks.merge(Count { count, first: origin(first) });
                }
            }
            for (words, odd) in cells.filled.words_mut().iter_mut().zip(cells.marked.words_mut()).zip(self.odd.words())
            {
                *words.0 &= !odd;
                *words.1 &= !odd;
            }
            column.account.readable |= cells.filled.words().iter().any(|word| *word != 0);
            if matches!(wanted.fast, Fast::Number(_)) {
                column.points += cells.marked.count() as u64;
            }
            if wanted.at
                && let Some(latest) = cells.filled.ones().filter_map(|row| cells.values.get(row)).max()
            {
                let days = if wanted.field.ty == Type::Instant { DAY_MICROS } else { 1 };
                taker.latest = taker.latest.max(i32::try_from(latest.div_euclid(days)).ok().map(Date));
            }
            if let Some(lane) = wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane)) {
                super::lane::batch(lane, first, &cells.values, &cells.filled, &cells.marked);
            }
        }
        if count < plain
            && let Some((_, Some(place))) = plan.wanted.iter().zip(&file.places).find(|(wanted, _)| wanted.parent)
        {
            for row in (0..rows).filter(|row| !kept.get(*row) && !self.odd.get(*row)) {
                let Some(line) = self.lines.get(row) else { continue };
                let key = self.places(block, *place, quotes).text(line);
                taker.orphan_of(origin(row), key);
            }
        }
        taker.piece.rows += rows;
        self.kept = kept;
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
        let first = after - self.lines.len();
        for row in self.odd.ones() {
            let Some(odd) = self.lines.get(row) else { continue };
            let text = block.get(odd.start as usize..=odd.end as usize).unwrap_or(&[]);
            taker.piece.rows = first + row;
            file.row_by_row(taker, &mut self.splitter, text, (at, line + u64::from(odd.lines), false), show);
        }
        taker.piece.rows = after;
    }
}

/// The place of the first bit that is set.
fn first_one(mut words: impl Iterator<Item = u64>) -> Option<usize> {
    let (i, word) = words.by_ref().enumerate().find(|(_, word)| *word != 0)?;
    Some(i * 64 + word.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<(u64, Vec<String>)>;

    /// Rows with the line ends before them, one by one.
    fn slowly(text: &str, delimiter: u8) -> Rows {
        let mut rows = Vec::new();
        Splitter::default().rows(text.as_bytes(), delimiter, |row| {
            rows.push((row.lines, (0..row.width()).map(|i| row.text(text, i).to_string()).collect()));
        });
        rows
    }

    /// The same with as many as can be from the marks; how many those are.
    fn together(text: &str, delimiter: u8, width: usize, span: usize, most: usize) -> (Rows, usize) {
        let (mut batch, mut rows, mut plain) = (Batch::default(), Rows::new(), 0);
        let (mut from, mut before) = (0, 0);
        let quotes = text.contains('"');
        let odd = |rows: &mut Rows, text: &str, before: u64| {
            let found = slowly(text, delimiter);
            assert_eq!(found.len(), 1, "{text:?}");
            rows.extend(found.into_iter().map(|(lines, cells)| (lines + before, cells)));
        };
        while from < text.len() {
            let rest = &text.as_bytes()[from..];
            batch.edges.find(&rest[..span.min(rest.len())], from, delimiter, quotes);
            let (next, lines) = batch.find_rows(text.as_bytes(), delimiter, width, most);
            for (i, line) in batch.lines.iter().enumerate() {
                if batch.odd.get(i) {
                    let text = &text[line.start as usize..=line.end as usize];
                    odd(&mut rows, text, before + u64::from(line.lines));
                    continue;
                }
                let cells = (0..width).map(|place| batch.places(text, place, quotes).text(line).to_string());
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
