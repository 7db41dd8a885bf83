//! A column being filled: typed cells, and what is known about those that could not be read.

use super::account::{Account, Tally};
use super::cells::{Bad, Cell, CellReader, Shift};
use super::settings::ColumnBinding;
use super::stream::{Lane, LaneCells};
use super::wording::shorten;
use super::{Cells, Dates, Numbers, Origin};
use crate::calendar::Date;
use crate::number::Decimal;
use crate::program::{FieldId, Program, Table, Type};
use chrono_tz::Tz;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A column being filled.
pub(super) struct ColumnBuilder {
    pub(super) cells: Cells,
    pub(super) reader: CellReader,
    /// Cells that could not be read, by rising row: row, reason and which text.
    pub(super) issues: Vec<(u32, Bad, u32)>,
    pub(super) shifts: Vec<(u32, Shift)>,
    pub(super) texts: Texts,
    interned: hashbrown::HashSet<Arc<str>>,
    /// Of the list of many pieces that was met last: which it is, and its texts as they are held.
    listed: (u64, Vec<Option<Arc<str>>>),
    /// How many texts are shared at most; none in a key, where each is there once.
    most: usize,
    pub(super) account: Account,
    /// Rows whose cell holds a value that is to be ignored, rising.
    ignored: Vec<u32>,
}

/// What was filled of a column, without what reads it.
pub(super) struct Filled {
    cells: Cells,
    issues: Vec<(u32, Bad, u32)>,
    shifts: Vec<(u32, Shift)>,
    texts: Texts,
    ignored: Vec<u32>,
}

/// Texts of unreadable cells; only so many, because they are for examples.
#[derive(Default)]
pub(super) struct Texts {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

/// How many texts of a column are remembered, and how much of each: enough for the list of rejects.
const TEXTS: usize = 50_000;
const KEPT: usize = 200;

impl Texts {
    /// The number of a text.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        let short = shorten(text, KEPT);
        if let Some(place) = self.places.get(&short) {
            return *place;
        }
        if self.list.len() >= TEXTS {
            return u32::MAX;
        }
        let place = self.list.len() as u32;
        self.places.insert(short.clone(), place);
        self.list.push(short);
        place
    }

    /// The text of a number.
    pub(super) fn get(&self, place: u32) -> &str {
        self.list.get(place as usize).map_or("…", String::as_str)
    }
}

impl ColumnBuilder {
    /// For a column of a table; `None` if there is no such column.
    pub(super) fn new(
        program: &Program,
        table: &Table,
        index: usize,
        binding: &ColumnBinding,
        zone: Tz,
    ) -> Option<ColumnBuilder> {
        let field = table.fields.get(index)?;
        Some(ColumnBuilder {
            cells: none(field.ty),
            reader: CellReader::new(program, field, binding, zone),
            issues: Vec::new(),
            shifts: Vec::new(),
            texts: Texts::default(),
            interned: hashbrown::HashSet::new(),
            listed: (0, Vec::new()),
            most: if table.key == Some(FieldId(index as u32)) { 0 } else { INTERNED },
            account: Account::new(field, binding),
            ignored: Vec::new(),
        })
    }

    /// What has been filled so far, to go on with an empty column.
    pub(super) fn take(&mut self) -> Filled {
        Filled {
            cells: self.cells.take(),
            issues: std::mem::take(&mut self.issues),
            shifts: std::mem::take(&mut self.shifts),
            texts: std::mem::take(&mut self.texts),
            ignored: std::mem::take(&mut self.ignored),
        }
    }

    /// Adds what was filled elsewhere, whose first row is this one here.
    pub(super) fn append(&mut self, filled: Filled, first: u32) {
        let Filled { cells, issues, shifts, texts, ignored } = filled;
        self.cells.append(cells);
        let texts: Vec<u32> = texts.list.iter().map(|text| self.texts.intern(text)).collect();
        let text = |place: u32| texts.get(place as usize).copied().unwrap_or(u32::MAX);
        self.issues.extend(issues.into_iter().map(|(row, bad, place)| (first + row, bad, text(place))));
        self.shifts.extend(shifts.into_iter().map(|(row, shift)| (first + row, shift)));
        self.ignored.extend(ignored.into_iter().map(|row| first + row));
    }

    /// Adds the cell of the next row.
    pub(super) fn push(&mut self, cell: Cell<'_>, row: u32) {
        match (&mut self.cells, cell) {
            (cells, Cell::Ignored) => {
                self.ignored.push(row);
                push_none(cells);
            }
            (Cells::Boolean(v), Cell::Boolean(b)) => v.push(Some(b)),
            (Cells::Number(v), Cell::Number(n)) => v.push(Some(n)),
            (Cells::Symbol(v), Cell::Symbol(s)) => v.push(Some(s)),
            (Cells::Date(v), Cell::Moment(m)) => {
                v.push(Some(m.day()));
                self.shifts.extend(m.shift.map(|s| (row, s)));
            }
            (Cells::Instant(v), Cell::Moment(m)) => {
                v.push(Some(m.micros));
                self.shifts.extend(m.shift.map(|s| (row, s)));
            }
            (Cells::Text(v), Cell::Text(t)) => {
                v.push(Some(shared(&mut self.interned, self.most, &t)));
            }
            (cells, _) => push_none(cells),
        }
    }

    /// Adds the cells of some rows of a piece.
    pub(super) fn extend(&mut self, lane: &Lane, rows: Range<usize>) {
        fn some<'l, T: Copy, C>(
            list: &'l [T],
            (lane, rows): (&'l Lane, Range<usize>),
            of: impl Fn(T) -> C + 'l,
        ) -> impl Iterator<Item = Option<C>> + 'l {
            let cells = list.get(rows.clone()).unwrap_or(&[]).iter().zip(rows);
            cells.map(move |(cell, row)| lane.valid.has(row).then(|| of(*cell)))
        }
        let at = (lane, rows.clone());
        match (&mut self.cells, &lane.cells) {
            (Cells::Boolean(v), LaneCells::Flags(bits)) => {
                v.extend(rows.map(|row| lane.valid.has(row).then(|| bits.get(row))));
            }
            (Cells::Number(v), LaneCells::Small(list)) => {
                v.extend(some(list, at, |n| Decimal::from_raw(i128::from(n)).unwrap_or_default()));
            }
            (Cells::Number(v), LaneCells::Wide(list)) => {
                v.extend(some(list, at, |n| Decimal::from_raw(n).unwrap_or_default()));
            }
            (Cells::Date(v), LaneCells::Days(list)) => v.extend(some(list, at, Date)),
            (Cells::Instant(v), LaneCells::Micros(list)) => v.extend(some(list, at, |micros| micros)),
            (Cells::Symbol(v), LaneCells::Codes(list)) => v.extend(some(list, at, |code| code)),
            (Cells::Text(v), LaneCells::Texts { list, codes }) => {
                if self.listed.0 != list.id() {
                    self.listed = (list.id(), if list.is_lasting() { vec![None; list.len()] } else { Vec::new() });
                }
                let (known, interned, most) = (&mut self.listed.1, &mut self.interned, self.most);
                v.extend(codes.get(rows.clone()).unwrap_or(&[]).iter().zip(rows).map(|(code, row)| {
                    let mut text = || shared(interned, most, list.get(*code));
                    lane.valid.has(row).then(|| match known.get_mut(*code as usize) {
                        Some(known) => Arc::clone(known.get_or_insert_with(text)),
                        None => text(),
                    })
                }));
            }
            (cells, _) => rows.for_each(|_| push_none(cells)),
        }
    }

    /// Forgets all rows from this one on.
    pub(super) fn truncate(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::Boolean(v) => v.truncate(rows),
            Cells::Number(v) => v.truncate(rows),
            Cells::Date(v) => v.truncate(rows),
            Cells::Instant(v) => v.truncate(rows),
            Cells::Symbol(v) => v.truncate(rows),
            Cells::Text(v) => v.truncate(rows),
        }
        while self.issues.last().is_some_and(|(row, ..)| *row as usize >= rows) {
            self.issues.pop();
        }
        while self.shifts.last().is_some_and(|(row, _)| *row as usize >= rows) {
            self.shifts.pop();
        }
        while self.ignored.last().is_some_and(|row| *row as usize >= rows) {
            self.ignored.pop();
        }
    }

    /// The date of a row.
    pub(super) fn date(&self, row: usize) -> Option<Date> {
        match &self.cells {
            Cells::Date(v) => v.get(row),
            Cells::Instant(v) => {
                let micros = v.get(row).copied().flatten()?;
                i32::try_from(micros.div_euclid(crate::value::DAY_MICROS)).ok().map(Date)
            }
            _ => None,
        }
    }

    /// When, to the microsecond where it is known.
    pub(super) fn micros(&self, row: usize) -> Option<i64> {
        match &self.cells {
            Cells::Date(v) => v.get(row).map(|d| i64::from(d.0) * crate::value::DAY_MICROS),
            Cells::Instant(v) => v.get(row).copied().flatten(),
            _ => None,
        }
    }

    /// The text of a row.
    pub(super) fn text(&self, row: usize) -> Option<&Arc<str>> {
        if let Cells::Text(v) = &self.cells { v.get(row).and_then(Option::as_ref) } else { None }
    }

    /// What the cell of a row says as a key.
    pub(super) fn key(&self, row: usize) -> Option<Arc<str>> {
        match &self.cells {
            Cells::Text(v) => v.get(row).cloned().flatten(),
            Cells::Number(v) => v.get(row).map(|number| Arc::from(number.to_string())),
            _ => None,
        }
    }

    /// The place of a value of a list, as text.
    pub(super) fn place(&self, row: usize) -> String {
        let place = if let Cells::Symbol(v) = &self.cells { v.get(row).copied().flatten() } else { None };
        place.map_or(String::new(), |place| place.to_string())
    }

    /// True if both rows hold the same.
    pub(super) fn same(&self, a: usize, b: usize) -> bool {
        let equal = match &self.cells {
            Cells::Boolean(v) => v.get(a) == v.get(b),
            Cells::Number(v) => v.get(a) == v.get(b),
            Cells::Date(v) => v.get(a) == v.get(b),
            Cells::Instant(v) => v.get(a) == v.get(b),
            Cells::Symbol(v) => v.get(a) == v.get(b),
            Cells::Text(v) => v.get(a) == v.get(b),
        };
        equal && (self.issues.is_empty() || self.issue(a) == self.issue(b))
    }

    /// Which of two rows comes first by what they hold; blanks and unreadable cells come before all else.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        match &self.cells {
            Cells::Boolean(v) => v.get(a).cmp(&v.get(b)),
            Cells::Number(v) => v.get(a).cmp(&v.get(b)),
            Cells::Date(v) => v.get(a).cmp(&v.get(b)),
            Cells::Instant(v) => v.get(a).cmp(&v.get(b)),
            Cells::Symbol(v) => v.get(a).cmp(&v.get(b)),
            Cells::Text(v) => v.get(a).cmp(&v.get(b)),
        }
        .then_with(|| self.is_issue(a).cmp(&self.is_issue(b)))
    }

    fn is_issue(&self, row: usize) -> bool {
        !self.issues.is_empty() && self.issue(row).is_some()
    }

    fn issue(&self, row: usize) -> Option<(Bad, u32)> {
        let at = self.issues.binary_search_by_key(&(row as u32), |(row, ..)| *row).ok()?;
        self.issues.get(at).map(|(_, bad, text)| (*bad, *text))
    }

    /// Drops rows; `new` says what becomes of each number.
    pub(super) fn retain(&mut self, keep: &[bool], new: &[u32]) {
        fn kept<T>(v: &mut Vec<T>, keep: &[bool]) {
            let mut flags = keep.iter();
            v.retain(|_| flags.next().copied().unwrap_or(true));
        }
        match &mut self.cells {
            Cells::Boolean(v) => kept(v, keep),
            Cells::Number(v) => v.retain(keep),
            Cells::Date(v) => v.retain(keep),
            Cells::Instant(v) => kept(v, keep),
            Cells::Symbol(v) => kept(v, keep),
            Cells::Text(v) => kept(v, keep),
        }
        let stays = |row: u32| keep.get(row as usize).copied().unwrap_or(true);
        let moved = |row: u32| new.get(row as usize).copied().unwrap_or(row);
        self.issues.retain(|(row, ..)| stays(*row));
        self.issues.iter_mut().for_each(|(row, ..)| *row = moved(*row));
        self.shifts.retain(|(row, _)| stays(*row));
        self.shifts.iter_mut().for_each(|(row, _)| *row = moved(*row));
        self.ignored.retain(|row| stays(*row));
        self.ignored.iter_mut().for_each(|row| *row = moved(*row));
    }

    /// What is worth saying about the cells of the rows that are left; `origin` is where a row was read.
    pub(super) fn tally(&self, origin: impl Fn(u32) -> Origin) -> Tally {
        fn empty<T>(v: impl Iterator<Item = Option<T>>) -> Vec<u32> {
            v.enumerate().filter(|(_, c)| c.is_none()).map(|(i, _)| i as u32).collect()
        }
        let mut tally = Tally::default();
        for (row, bad, text) in &self.issues {
            tally.unreadable(*bad, self.texts.get(*text), origin(*row));
        }
        for (row, shift) in &self.shifts {
            tally.shift(*shift, origin(*row));
        }
        let blanks = match &self.cells {
            Cells::Boolean(v) => empty(v.iter().map(Option::as_ref)),
            Cells::Number(v) => empty(v.iter()),
            Cells::Date(v) => empty(v.iter()),
            Cells::Instant(v) => empty(v.iter().map(Option::as_ref)),
            Cells::Symbol(v) => empty(v.iter().map(Option::as_ref)),
            Cells::Text(v) => empty(v.iter().map(Option::as_ref)),
        };
        let known = |row: &u32| self.is_issue(*row as usize) || self.ignored.binary_search(row).is_ok();
        for row in blanks.into_iter().filter(|row| !known(row)) {
            tally.blanks.add(origin(row));
        }
        if self.reader.guesses_percent()
            && let Cells::Number(v) = &self.cells
        {
            v.iter().flatten().for_each(|n| tally.ratio(n));
        }
        tally
    }
}

/// The text, which is the same for all cells of a column that hold it, as far as so many are remembered.
fn shared(known: &mut hashbrown::HashSet<Arc<str>>, most: usize, text: &str) -> Arc<str> {
    if let Some(known) = known.get(text) {
        return Arc::clone(known);
    }
    let new: Arc<str> = Arc::from(text);
    if known.len() < most {
        known.insert(Arc::clone(&new));
    }
    new
}

/// How many texts of a column are shared; beyond that each row has its own.
const INTERNED: usize = 1 << 16;

/// No cells of a type.
fn none(ty: Type) -> Cells {
    match ty {
        Type::Boolean => Cells::Boolean(Vec::new()),
        Type::Number(_) | Type::Mixed => Cells::Number(Numbers::default()),
        Type::Date => Cells::Date(Dates::default()),
        Type::Instant => Cells::Instant(Vec::new()),
        Type::Enum(_) => Cells::Symbol(Vec::new()),
        Type::Text | Type::Unknown => Cells::Text(Vec::new()),
    }
}

impl Cells {
    /// All cells, leaving none.
    fn take(&mut self) -> Cells {
        use std::mem::take;
        match self {
            Cells::Boolean(v) => Cells::Boolean(take(v)),
            Cells::Number(v) => Cells::Number(take(v)),
            Cells::Date(v) => Cells::Date(take(v)),
            Cells::Instant(v) => Cells::Instant(take(v)),
            Cells::Symbol(v) => Cells::Symbol(take(v)),
            Cells::Text(v) => Cells::Text(take(v)),
        }
    }

    /// Adds cells of the same type.
    fn append(&mut self, cells: Cells) {
        match (self, cells) {
            (Cells::Boolean(v), Cells::Boolean(more)) => v.extend(more),
            (Cells::Number(v), Cells::Number(more)) => v.append(more),
            (Cells::Date(v), Cells::Date(more)) => v.append(more),
            (Cells::Instant(v), Cells::Instant(more)) => v.extend(more),
            (Cells::Symbol(v), Cells::Symbol(more)) => v.extend(more),
            (Cells::Text(v), Cells::Text(more)) => v.extend(more),
            // Both are of the type of their column.
            _ => {}
        }
    }
}

/// Adds a cell without a value.
pub(super) fn push_none(cells: &mut Cells) {
    match cells {
        Cells::Boolean(v) => v.push(None),
        Cells::Number(v) => v.push(None),
        Cells::Date(v) => v.push(None),
        Cells::Instant(v) => v.push(None),
        Cells::Symbol(v) => v.push(None),
        Cells::Text(v) => v.push(None),
    }
}
