//! The plain cells of one column after the other, for the rows of a batch.

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
pub(super) struct Places<'b, S> {
    pub(super) block: &'b str,
    pub(super) spots: S,
}

/// What knows by row where the cell of a column is.
pub(super) trait Spots<'b>: Copy {
    type Row: 'b;
    /// There are cells that are no texts.
    const TYPED: bool;

    fn rows(self) -> &'b [Self::Row];

    /// Where the cell of a row begins and ends; an empty one, if the row has none.
    fn cell(self, row: &Self::Row) -> (usize, usize);
}

/// What a cell is.
enum Read {
    Blank,
    /// Not plain.
    Odd,
    /// A value, and whether it is marked.
    Value(i64, bool),
}

impl<'b, S: Spots<'b>> Places<'b, S> {
    /// The text of the cell of a row.
    pub(super) fn text(&self, row: usize) -> &'b str {
        let (start, end) = self.spots.rows().get(row).map_or((0, 0), |row| self.spots.cell(row));
        self.block.get(start..end).unwrap_or("")
    }

    /// True for a cell that begins here and is a number or an answer, not the text of one. What is a text begins behind a
    /// quote.
    #[inline]
    fn is_typed(&self, start: usize) -> bool {
        S::TYPED && self.bytes().get(start.wrapping_sub(1)) != Some(&b'"')
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
        let rows = self.spots.rows().chunks(64).zip(values.chunks_mut(64)).zip(words);
        for ((rows, values), ((filled, marked), odd)) in rows {
            let (mut some, mut signs, mut strange) = (0u64, 0u64, 0u64);
            for (i, (row, value)) in rows.iter().zip(values).enumerate() {
                let (start, end) = self.spots.cell(row);
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
            if self.is_typed(start) {
                return Read::Odd;
            }
            let text = self.block.get(start..end).unwrap_or("").trim();
            if reader.is_nothing(text) { Read::Blank } else { Read::Odd }
        };
        let means_nothing = |start: usize, end: usize| !self.is_typed(start) && self.is_nothing(reader, start, end);
        match wanted.fast {
            Fast::Slow | Fast::Owner => self.each(cells, odd, blank, |_, _| Read::Odd),
            Fast::Text => {
                let mut list = lane.and_then(super::lane::own_texts);
                self.each(cells, odd, blank, |start, end| {
                    if !self.is_digits(start, end) && (!self.is_plain(start, end) || means_nothing(start, end)) {
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
                            && (after.is_none() || after != doubtful || self.is_typed(start))
                            && !means_nothing(start, end) =>
                    {
                        Read::Value(billionths, after.is_some() && !self.is_typed(start))
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
        if self.is_typed(start) {
            return None;
        }
        match eight::words(self.bytes(), start, end) {
            Some(words) => symbols.short(words),
            None => symbols.long(self.bytes().get(start..end)?),
        }
    }

    /// True for a number that is as a text what is written.
    #[inline]
    fn is_digits(&self, start: usize, end: usize) -> bool {
        let digits = |text: &[u8]| text.len() <= 18 && text.iter().all(u8::is_ascii_digit);
        self.is_typed(start) && self.bytes().get(start..end).is_some_and(digits)
    }

    /// True for a text with nothing around it that would have to be cut off.
    #[inline]
    fn is_plain(&self, start: usize, end: usize) -> bool {
        if self.is_typed(start) {
            return false;
        }
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
        for (rows, odd) in self.spots.rows().chunks(64).zip(odd.words_mut()) {
            let mut asked = [None::<Asked>; 64];
            let before = found.len();
            for (i, (row, asked)) in rows.iter().zip(&mut asked).enumerate() {
                let (start, end) = self.spots.cell(row);
                let mut owner = NOBODY;
                let plain = || self.is_plain(start, end) && !self.is_nothing(reader, start, end);
                if start == end || !(self.is_digits(start, end) || plain()) {
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
        cells.filled = Bits::filled(self.spots.rows().len(), true);
        for (filled, odd) in cells.filled.words_mut().iter_mut().zip(odd.words()) {
            *filled &= !odd;
        }
        let Some(list) = lane.and_then(super::lane::own_texts) else { return };
        for row in cells.filled.ones() {
            if let Some(value) = cells.values.get_mut(row) {
                *value = i64::from(list.push(self.text(row)));
            }
        }
    }
}
