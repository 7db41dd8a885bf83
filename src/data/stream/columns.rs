//! The plain cells of one column after the other, for the rows of a batch.

use super::batch::Line;
use super::owners::{Asked, Owners};
use super::plan::{Fast, Wanted};
use super::quick::Symbols;
use super::take::Column;
use super::{Bits, Lane, NOBODY, eight};
use crate::data::cells::CellReader;
use crate::program::Type;
use crate::value::DAY_MICROS;

/// What was read of a column.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// By row; of no meaning where there is nothing.
    pub(super) values: Vec<i64>,
    /// Rows that have a value.
    pub(super) filled: Bits,
    /// Rows whose number has a point, or whose answer is yes.
    pub(super) marked: Bits,
}

impl Cells {
    /// Room for so many rows, of which none has a value.
    pub(super) fn room(&mut self, rows: usize) {
        self.values.resize(rows, 0);
        self.filled.reset(rows);
        self.marked.reset(rows);
    }
}

/// Where the cells of one column are.
#[derive(Clone, Copy)]
pub(super) struct Places<'b> {
    pub(super) block: &'b str,
    /// Where cells end.
    pub(super) marks: &'b [u32],
    pub(super) lines: &'b [Line],
    /// Which of the cells of a row.
    pub(super) place: usize,
    /// Cells may be in quotes.
    pub(super) quotes: bool,
}

/// What a cell is.
enum Read {
    Blank,
    /// Not plain.
    Odd,
    /// A value, and whether it is marked.
    Value(i64, bool),
}

impl<'b> Places<'b> {
    /// Where the cell of a row begins and ends; an empty one, if the row has not the right number of cells.
    #[inline]
    fn cell(&self, line: &Line) -> (usize, usize) {
        let at = line.mark as usize + self.place;
        let Some([before, end]) = self.marks.get(at..).and_then(|rest| rest.first_chunk::<2>()) else { return (0, 0) };
        let (start, end) = (before.wrapping_add(1) as usize, *end as usize);
        // A cell with quotes in it that is not in quotes as a whole is in a row that is odd.
        if self.quotes && end > start + 1 && self.block.as_bytes().get(start) == Some(&b'"') {
            return (start + 1, end - 1);
        }
        (start, end)
    }

    /// The text of the cell of a row.
    pub(super) fn text(&self, line: &Line) -> &'b str {
        let (start, end) = self.cell(line);
        self.block.get(start..end).unwrap_or("")
    }

    #[inline]
    fn bytes(&self) -> &'b [u8] {
        self.block.as_bytes()
    }

    /// Reads the cells that are not empty.
    #[inline]
    fn each(&self, cells: &mut Cells, odd: &mut Bits, plain_blank: bool, mut read: impl FnMut(usize, usize) -> Read) {
        let Cells { values, filled, marked } = cells;
        let words = filled.words_mut().iter_mut().zip(marked.words_mut()).zip(odd.words_mut());
        for ((lines, values), ((filled, marked), odd)) in self.lines.chunks(64).zip(values.chunks_mut(64)).zip(words) {
            let (mut some, mut signs, mut strange) = (0u64, 0u64, 0u64);
            for (i, (line, value)) in lines.iter().zip(values).enumerate() {
                let (start, end) = self.cell(line);
                let cell = if start == end { Read::Blank } else { read(start, end) };
                match cell {
                    Read::Value(read, mark) => {
                        *value = read;
                        some |= 1 << i;
                        signs |= u64::from(mark) << i;
                    }
                    Read::Blank => strange |= u64::from(!plain_blank) << i,
                    Read::Odd => strange |= 1 << i,
                }
            }
            *filled |= some;
            *marked |= signs;
            *odd |= strange;
        }
    }

    /// Reads a column that does not name the owner.
    pub(super) fn read(
        &self,
        wanted: &Wanted<'_>,
        column: &Column,
        lane: Option<&mut Lane>,
        cells: &mut Cells,
        odd: &mut Bits,
    ) {
        let (block, reader, blank) = (self.bytes(), &column.reader, wanted.plain_blank);
        // What is no plain value may still be a word for nothing.
        let nothing = |start: usize, end: usize| {
            let text = self.block.get(start..end).unwrap_or("").trim();
            if reader.is_nothing(text) { Read::Blank } else { Read::Odd }
        };
        let means_nothing = |start: usize, end: usize| self.is_nothing(reader, start, end);
        match wanted.fast {
            Fast::Slow | Fast::Owner => self.each(cells, odd, blank, |_, _| Read::Odd),
            Fast::Text => {
                let mut list = lane.and_then(super::lane::own_texts);
                self.each(cells, odd, blank, |start, end| {
                    if !self.is_plain(start, end) || means_nothing(start, end) {
                        return nothing(start, end);
                    }
                    let text = self.block.get(start..end).unwrap_or("");
                    Read::Value(list.as_mut().map_or(0, |list| i64::from(list.push(text))), false)
                });
            }
            Fast::Date(zones) => {
                let instants = wanted.field.ty == Type::Instant;
                self.each(cells, odd, blank, |start, end| match eight::moment(block, start, end) {
                    Some(read) if zones.tell(read.clock) && !means_nothing(start, end) => {
                        let day = i64::from(read.day);
                        Read::Value(if instants { day * DAY_MICROS + read.micros } else { day }, false)
                    }
                    _ => nothing(start, end),
                });
            }
            Fast::Number(bounds) => {
                let doubtful = if column.account.marks.is_some() { Some(3) } else { None };
                self.each(cells, odd, blank, |start, end| match eight::number(block, start, end) {
                    Some((billionths, after))
                        if bounds.hold(billionths)
                            && (after.is_none() || after != doubtful)
                            && !means_nothing(start, end) =>
                    {
                        Read::Value(billionths, after.is_some())
                    }
                    // Words with a mark in them are looked at for what the mark may mean.
                    _ if block.get(start..end).is_some_and(|text| text.iter().any(|b| matches!(b, b'.' | b','))) => {
                        Read::Odd
                    }
                    _ => nothing(start, end),
                });
            }
            Fast::Flag => self.each(cells, odd, blank, |start, end| match eight::flag(block, start, end) {
                Some(flag) if !means_nothing(start, end) => Read::Value(i64::from(flag), flag),
                _ => nothing(start, end),
            }),
            Fast::Symbol => self.each(cells, odd, blank, |start, end| match self.symbol(&column.symbols, start, end) {
                Some(code) => Read::Value(i64::from(code), false),
                None => Read::Odd,
            }),
        }
    }

    #[inline]
    fn symbol(&self, symbols: &Symbols, start: usize, end: usize) -> Option<u32> {
        match eight::words(self.bytes(), start, end) {
            Some(words) => symbols.short(words),
            None => symbols.long(self.bytes().get(start..end)?),
        }
    }

    /// True for a text with nothing around it that would have to be cut off.
    #[inline]
    fn is_plain(&self, start: usize, end: usize) -> bool {
        let visible = |at: usize| self.bytes().get(at).is_some_and(|byte| matches!(byte, b'!'..=b'~'));
        (visible(start) && visible(end - 1))
            || self.block.get(start..end).is_some_and(|text| text.trim().len() == text.len())
    }

    #[inline]
    fn is_nothing(&self, reader: &CellReader, start: usize, end: usize) -> bool {
        self.bytes().get(start).is_none_or(|first| reader.may_be_nothing(*first))
            && reader.is_nothing(self.block.get(start..end).unwrap_or(""))
    }

    /// Finds the owners of the rows that name one; [`NOBODY`] if there is none of that name.
    pub(super) fn owners(&self, owners: &Owners, reader: &CellReader, found: &mut Vec<u32>, odd: &mut Bits) {
        found.clear();
        for (lines, odd) in self.lines.chunks(64).zip(odd.words_mut()) {
            let mut asked = [None::<Asked>; 64];
            let before = found.len();
            for (i, (line, asked)) in lines.iter().zip(&mut asked).enumerate() {
                let (start, end) = self.cell(line);
                let mut owner = NOBODY;
                if start == end || !self.is_plain(start, end) || self.is_nothing(reader, start, end) {
                    *odd |= 1 << i;
                } else if let Some(words) = eight::words(self.bytes(), start, end) {
                    *asked = Some(owners.ask_for(words));
                } else {
                    owner = owners.get(self.block.get(start..end).unwrap_or("")).unwrap_or(NOBODY);
                }
                found.push(owner);
            }
            // Questions first, answers later: memory is waited for once for many. Most find theirs where they look first.
            let mut left = 0u64;
            let found = found.get_mut(before..).unwrap_or(&mut []);
            for (i, (owner, asked)) in found.iter_mut().zip(&asked).enumerate() {
                if let Some(asked) = asked {
                    let (row, settled) = owners.look(*asked);
                    *owner = row;
                    left |= u64::from(!settled) << i;
                }
            }
            while left != 0 {
                let i = left.trailing_zeros() as usize;
                left &= left - 1;
                if let (Some(owner), Some(Some(asked))) = (found.get_mut(i), asked.get(i)) {
                    *owner = owners.answer(*asked).unwrap_or(NOBODY);
                }
            }
        }
    }

    /// Takes the cells that name owners as cells, of all rows that are not odd.
    pub(super) fn keys(&self, cells: &mut Cells, lane: Option<&mut Lane>, odd: &Bits) {
        cells.filled = Bits::filled(self.lines.len(), true);
        for (filled, odd) in cells.filled.words_mut().iter_mut().zip(odd.words()) {
            *filled &= !odd;
        }
        let Some(list) = lane.and_then(super::lane::own_texts) else { return };
        for row in cells.filled.ones() {
            if let (Some(line), Some(value)) = (self.lines.get(row), cells.values.get_mut(row)) {
                *value = i64::from(list.push(self.text(line)));
            }
        }
    }
}
