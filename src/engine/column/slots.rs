//! Values without a heap, and the values that the passes over rows hand to the accounts.
//!
//! A [`Cell`] is a [`Value`] as a tag and a number. A slot is one aggregate at one as-of date; [`SlotValues`] has the cell
//! of every slot for every account, and the faults that the reference would note where it evaluates that aggregate.
//! Accounts are known by their place: all accounts of the subject table by id, whether or not they exist at a date.

use crate::calendar::Date;
use crate::number::Decimal;
use crate::value::{Fault, Missing, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// How the bits of a [`Cell`] are read. What is missing comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Tag {
    /// Missing: no data.
    #[default]
    NoData,
    /// Missing: not applicable.
    NotApplicable,
    /// Missing: stale.
    Stale,
    /// Missing: too few.
    TooFew,
    /// Missing: division by zero.
    DivisionByZero,
    /// Missing: number too large.
    Overflow,
    /// Missing: unreadable cell.
    BadCell,
    /// Missing: no rate.
    NoRate,
    /// 1 or 0.
    Boolean,
    /// The raw number of a [`Decimal`].
    Number,
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since 1970-01-01.
    Instant,
    /// The place in an enum.
    Symbol,
    /// The place in [`Texts`].
    Text,
}

impl Tag {
    /// Those of what is missing, in their order.
    pub const MISSING: [Tag; 8] = [
        Tag::NoData,
        Tag::NotApplicable,
        Tag::Stale,
        Tag::TooFew,
        Tag::DivisionByZero,
        Tag::Overflow,
        Tag::BadCell,
        Tag::NoRate,
    ];

    /// True if there is no value.
    #[inline]
    pub fn is_missing(self) -> bool {
        self < Tag::Boolean
    }

    /// True if there is no value because something went wrong.
    #[inline]
    pub fn is_fault(self) -> bool {
        Tag::DivisionByZero <= self && self < Tag::Boolean
    }

    /// The reason, if there is no value.
    #[inline]
    pub fn missing(self) -> Option<Missing> {
        Some(match self {
            Tag::NoData => Missing::NoData,
            Tag::NotApplicable => Missing::NotApplicable,
            Tag::Stale => Missing::Stale,
            Tag::TooFew => Missing::TooFew,
            Tag::DivisionByZero => Missing::Error(Fault::DivisionByZero),
            Tag::Overflow => Missing::Error(Fault::Overflow),
            Tag::BadCell => Missing::Error(Fault::BadCell),
            Tag::NoRate => Missing::Error(Fault::NoRate),
            _ => return None,
        })
    }
}

impl From<Missing> for Tag {
    #[inline]
    fn from(reason: Missing) -> Tag {
        match reason {
            Missing::NoData => Tag::NoData,
            Missing::NotApplicable => Tag::NotApplicable,
            Missing::Stale => Tag::Stale,
            Missing::TooFew => Tag::TooFew,
            Missing::Error(Fault::DivisionByZero) => Tag::DivisionByZero,
            Missing::Error(Fault::Overflow) => Tag::Overflow,
            Missing::Error(Fault::BadCell) => Tag::BadCell,
            Missing::Error(Fault::NoRate) => Tag::NoRate,
        }
    }
}

/// A value without a heap. Of what is missing the bits are 0, so that equal cells are equal bit by bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cell {
    /// What it is.
    pub tag: Tag,
    /// Which one.
    pub bits: i128,
}

impl Cell {
    /// No value.
    #[inline]
    pub fn missing(reason: Missing) -> Cell {
        Cell { tag: reason.into(), bits: 0 }
    }

    /// A number.
    #[inline]
    pub fn number(number: Decimal) -> Cell {
        Cell { tag: Tag::Number, bits: number.raw() }
    }

    /// A whole number.
    #[inline]
    pub fn int(number: i64) -> Cell {
        Cell::number(Decimal::int(number))
    }

    /// A date.
    #[inline]
    pub fn date(date: Date) -> Cell {
        Cell { tag: Tag::Date, bits: i128::from(date.0) }
    }

    /// Of any value; a text is put among the texts.
    pub fn of(value: &Value, texts: &mut Texts) -> Cell {
        match value {
            Value::Missing(reason) => Cell::missing(*reason),
            Value::Boolean(truth) => Cell { tag: Tag::Boolean, bits: i128::from(*truth) },
            Value::Number(number) => Cell::number(*number),
            Value::Date(date) => Cell::date(*date),
            Value::Instant(micros) => Cell { tag: Tag::Instant, bits: i128::from(*micros) },
            Value::Symbol(symbol) => Cell { tag: Tag::Symbol, bits: i128::from(*symbol) },
            Value::Text(text) => Cell { tag: Tag::Text, bits: i128::from(texts.code(text)) },
        }
    }

    /// As a value.
    #[inline]
    pub fn value(self, texts: &Texts) -> Value {
        let known = match self.tag {
            Tag::Boolean => Some(Value::Boolean(self.bits != 0)),
            Tag::Number => Decimal::from_raw(self.bits).map(Value::Number),
            Tag::Date => i32::try_from(self.bits).ok().map(|days| Value::Date(Date(days))),
            Tag::Instant => i64::try_from(self.bits).ok().map(Value::Instant),
            Tag::Symbol => u32::try_from(self.bits).ok().map(Value::Symbol),
            Tag::Text => u32::try_from(self.bits).ok().and_then(|code| texts.get(code)).cloned().map(Value::Text),
            missing => missing.missing().map(Value::Missing),
        };
        known.unwrap_or(Value::Missing(Missing::NoData))
    }
}

/// Texts by code, each once.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    list: Vec<Arc<str>>,
    codes: hashbrown::HashMap<Arc<str>, u32>,
}

impl Texts {
    /// The code of a text; a new one, if it is new.
    pub fn code(&mut self, text: &Arc<str>) -> u32 {
        self.codes.get(text).copied().unwrap_or_else(|| self.add(Arc::clone(text)))
    }

    /// The same for a text that nobody shares yet.
    pub fn code_of(&mut self, text: &str) -> u32 {
        self.codes.get(text).copied().unwrap_or_else(|| self.add(Arc::from(text)))
    }

    fn add(&mut self, text: Arc<str>) -> u32 {
        let code = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(Arc::clone(&text));
        self.codes.insert(text, code);
        code
    }

    /// The text of a code.
    pub fn get(&self, code: u32) -> Option<&Arc<str>> {
        self.list.get(code as usize)
    }
}

/// One thing that is known of the rows of every account: an aggregate, or what else is asked of its rows, at a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

impl SlotId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a slot says of an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Its value.
    Value,
    /// The date of the last row that counts; no data, if none does. It notes no faults of its own.
    LastCounted,
}

/// The faults that are noted where an aggregate is evaluated, in the order in which the reference notes them.
pub type Faults = Vec<Fault>;

/// The cells of one slot.
#[derive(Debug, Clone)]
pub enum SlotColumn {
    /// Not known: the reference finds it out from loaded rows.
    Unknown,
    /// The same for every account.
    Same(Cell),
    /// Whole numbers, by account.
    Counts(Vec<u32>),
    /// Anything, by account.
    Cells(Cells),
}

/// Many cells, in a third of the room: nearly all bits fit one word.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    tags: Vec<Tag>,
    low: Vec<i64>,
    /// By place the bits that do not.
    wide: HashMap<u32, i128>,
}

impl Cells {
    /// No cells yet, with room for so many.
    pub fn with_capacity(count: usize) -> Cells {
        Cells { tags: Vec::with_capacity(count), low: Vec::with_capacity(count), wide: HashMap::new() }
    }

    /// So many cells without data.
    pub fn filled(count: usize) -> Cells {
        Cells { tags: vec![Tag::NoData; count], low: vec![0; count], wide: HashMap::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// The cell at a place.
    #[inline]
    pub fn get(&self, place: usize) -> Option<Cell> {
        let (tag, low) = (*self.tags.get(place)?, *self.low.get(place)?);
        let wide = if self.wide.is_empty() { None } else { self.wide.get(&(place as u32)) };
        Some(Cell { tag, bits: wide.copied().unwrap_or(i128::from(low)) })
    }

    /// Adds a cell.
    #[inline]
    pub fn push(&mut self, cell: Cell) {
        let place = self.tags.len() as u32;
        self.tags.push(cell.tag);
        self.low.push(i64::try_from(cell.bits).unwrap_or_else(|_| {
            self.wide.insert(place, cell.bits);
            0
        }));
    }

    /// Puts a cell in the place of another.
    #[inline]
    pub fn set(&mut self, place: usize, cell: Cell) {
        let (Some(tag), Some(low)) = (self.tags.get_mut(place), self.low.get_mut(place)) else { return };
        *tag = cell.tag;
        if !self.wide.is_empty() {
            self.wide.remove(&(place as u32));
        }
        *low = i64::try_from(cell.bits).unwrap_or_else(|_| {
            self.wide.insert(place as u32, cell.bits);
            0
        });
    }

    /// The places of texts.
    pub fn texts(&self) -> impl Iterator<Item = usize> {
        self.tags.iter().enumerate().filter(|(_, tag)| **tag == Tag::Text).map(|(place, _)| place)
    }
}

impl FromIterator<Cell> for Cells {
    fn from_iter<I: IntoIterator<Item = Cell>>(cells: I) -> Cells {
        let cells = cells.into_iter();
        let mut all = Cells::with_capacity(cells.size_hint().0);
        cells.for_each(|cell| all.push(cell));
        all
    }
}

/// What the passes over rows found, by slot and account.
#[derive(Debug, Clone, Default)]
pub struct SlotValues {
    /// By [`SlotId`].
    pub columns: Vec<SlotColumn>,
    /// By slot and account; most have none.
    pub faults: HashMap<(SlotId, u32), Faults>,
    /// What the cells of texts point to.
    pub texts: Texts,
    /// True if rows would have to be looked at one by one that went by and are not held.
    pub(super) open: bool,
}

impl SlotValues {
    /// True if anything is known of an account: the reference is never asked for what it could find out itself.
    pub fn has(&self, slot: SlotId, account: u32) -> bool {
        match self.columns.get(slot.index()) {
            Some(SlotColumn::Same(_)) => true,
            Some(SlotColumn::Counts(counts)) => (account as usize) < counts.len(),
            Some(SlotColumn::Cells(cells)) => (account as usize) < cells.len(),
            Some(SlotColumn::Unknown) | None => false,
        }
    }

    /// Sets the cell of an account, where rows had to be looked at one by one.
    pub fn set(&mut self, slot: SlotId, account: u32, value: &Value, faults: Faults) {
        let cell = Cell::of(value, &mut self.texts);
        let Some(column) = self.columns.get_mut(slot.index()) else { return };
        if let SlotColumn::Counts(counts) = column {
            *column = SlotColumn::Cells(counts.iter().map(|count| Cell::int(i64::from(*count))).collect());
        }
        if let SlotColumn::Cells(cells) = column {
            cells.set(account as usize, cell);
        }
        if faults.is_empty() {
            self.faults.remove(&(slot, account));
        } else {
            self.faults.insert((slot, account), faults);
        }
    }

    /// The cell of an account.
    #[inline]
    pub fn cell(&self, slot: SlotId, account: u32) -> Cell {
        match self.columns.get(slot.index()) {
            Some(SlotColumn::Same(cell)) => *cell,
            Some(SlotColumn::Counts(counts)) => {
                counts.get(account as usize).map_or(Cell::default(), |count| Cell::int(i64::from(*count)))
            }
            Some(SlotColumn::Cells(cells)) => cells.get(account as usize).unwrap_or_default(),
            Some(SlotColumn::Unknown) | None => Cell::default(),
        }
    }

    /// The faults of an account.
    pub fn faults(&self, slot: SlotId, account: u32) -> &[Fault] {
        if self.faults.is_empty() {
            return &[];
        }
        self.faults.get(&(slot, account)).map_or(&[], Vec::as_slice)
    }

    /// The value of an account.
    pub fn value(&self, slot: SlotId, account: u32) -> Value {
        self.cell(slot, account).value(&self.texts)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn many_cells_are_what_was_put_there() {
        let number = |bits| Cell { tag: Tag::Number, bits };
        let all = [number(7), number(i128::MAX), Cell::missing(Missing::Stale), number(i128::from(i64::MIN) - 1)];
        let mut cells: Cells = all.into_iter().collect();
        assert_eq!((0..5).map(|i| cells.get(i)).collect::<Vec<_>>(), [all.map(Some).as_slice(), &[None]].concat());
        cells.set(1, number(-3));
        cells.set(2, number(i128::MIN));
        cells.set(9, number(1));
        assert_eq!((1..4).map(|i| cells.get(i).unwrap().bits).collect::<Vec<_>>(), [-3, i128::MIN, all[3].bits]);
        assert_eq!(cells.len(), 4);
    }

    #[test]
    fn a_cell_gives_back_the_value_that_it_was_made_of() {
        let mut texts = Texts::default();
        let reasons = [
            Missing::NoData,
            Missing::NotApplicable,
            Missing::Stale,
            Missing::TooFew,
            Missing::Error(Fault::DivisionByZero),
            Missing::Error(Fault::Overflow),
            Missing::Error(Fault::BadCell),
            Missing::Error(Fault::NoRate),
        ];
        let mut values: Vec<Value> = reasons.into_iter().map(Value::Missing).collect();
        values.extend([Value::Boolean(true), Value::Boolean(false), Value::Number(Decimal::parse("-1.5").unwrap())]);
        values.extend([Value::Date(Date(-3)), Value::Instant(-7), Value::Symbol(4)]);
        values.extend([Value::Text("a".into()), Value::Text("b".into()), Value::Text("a".into())]);
        for value in values {
            let cell = Cell::of(&value, &mut texts);
            assert_eq!(cell.value(&texts), value);
            assert_eq!(cell.tag.missing(), value.missing());
            assert_eq!(cell.tag.is_missing(), value.is_missing());
        }
        assert_eq!(texts.list.len(), 2);
    }
}
