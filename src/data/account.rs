//! What is known about the cells of a column besides their values: enough for every error and note about it, and no more
//! for a thousand million rows than for a thousand.
//!
//! Nothing here depends on the order in which cells are seen: what came first is known by its place. So parts of a table
//! can be read at the same time, and their accounts be added up.

use super::advice::{Home, quoted};
use super::binding::TableBinding;
use super::cells::{Bad, Cell, CellReader, Raw, Shift, currency_of, shown};
use super::marks::Marks;
use super::origins::keep_first;
use super::rivals::Rivals;
use super::settings::ColumnBinding;
use super::undeclared::Undeclared;
use super::wording::{clip, told};
use super::{DataError, Origin, Reject, RejectReason};
use crate::number::Decimal;
use crate::program::{Field, FieldId, Program, Table, Type, Unit};
use crate::value::MASK;
use chrono_tz::Tz;
use std::collections::HashMap;
use std::sync::Arc;

/// The table that is read, and what the project file says about it.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) program: &'a Program,
    pub(super) table: &'a Table,
    pub(super) binding: &'a TableBinding,
    pub(super) profile: Option<&'a str>,
    pub(super) zone: Tz,
}

impl<'a> About<'a> {
    /// Where the project file speaks of the table.
    pub(super) fn home(&self) -> Home<'a> {
        Home::new(self.profile, &self.table.header.name)
    }

    /// What the project file says about a column.
    pub(super) fn bound(&self, field: usize) -> Option<&'a ColumnBinding> {
        self.binding.columns.get(field)
    }
}

/// Why a row or a cell is turned down, and which.
pub(super) struct Refusal {
    pub(super) reason: RejectReason,
    pub(super) account: Option<String>,
    pub(super) key: Option<String>,
    pub(super) field: Option<String>,
    pub(super) value: Option<String>,
    pub(super) detail: String,
}

impl Refusal {
    pub(super) fn new(reason: RejectReason, detail: String) -> Refusal {
        Refusal { reason, account: None, key: None, field: None, value: None, detail }
    }
}

impl About<'_> {
    /// A refusal as it is listed: personal values masked.
    pub(super) fn reject(&self, files: &[String], origin: Origin, refusal: Refusal) -> Reject {
        let file = files.get(origin.file as usize).cloned().unwrap_or_default();
        let Refusal { reason, account, key, field, value, detail } = refusal;
        let fields = &self.table.fields;
        let personal =
            |id: Option<FieldId>| id.and_then(|id| fields.get(id.index())).is_some_and(|field| field.personal);
        let hidden = fields.iter().any(|f| f.personal && Some(&f.name) == field.as_ref());
        // Events name accounts by a key that may be personal where it comes from.
        let account_hidden = match self.table.kind.owner() {
            Some((of, parent)) => {
                let parents = self.program.table(of);
                let key = parents.and_then(|t| t.fields.get(t.key?.index()));
                personal(Some(parent)) || key.is_some_and(|field| field.personal)
            }
            None => personal(self.table.key),
        };
        let mask = |text: Option<String>, hide: bool| text.map(|t| if hide { MASK.to_string() } else { t });
        let parent = self.table.kind.owner().and_then(|(_, parent)| fields.get(parent.index())).map(|f| &f.name);
        let value = mask(value, hidden || (account_hidden && field.is_some() && field.as_ref() == parent));
        let (account, key) = (mask(account, account_hidden), mask(key, personal(self.table.key)));
        let table = self.table.header.name.clone();
        Reject { table, file, line: origin.line, reason, account, key, field, value, detail }
    }
}

/// `events.csv:12`
pub(super) fn shown_origin(files: &[String], origin: Origin) -> String {
    format!("{}:{}", files.get(origin.file as usize).map_or("?", String::as_str), origin.line)
}

/// All cells of a column, whether or not their rows are kept.
pub(super) struct Account {
    undeclared: Undeclared,
    /// For amounts and plain numbers without declared marks.
    pub(super) marks: Option<Marks>,
    /// For dates: the other formats that they may be written in.
    rivals: Option<Rivals>,
    /// True once a cell that holds something could be read.
    pub(super) readable: bool,
    unread: u64,
    /// The first cell that could not be read: its place, why, and its text.
    first_unread: Option<(Origin, Bad, String)>,
}

/// So many cells without one that can be read are no accident.
const FEW: u64 = 3;

impl Account {
    /// For a column of which nothing has been seen.
    pub(super) fn new(field: &Field, binding: &ColumnBinding) -> Account {
        Account {
            undeclared: Undeclared::default(),
            marks: match field.ty {
                _ if binding.options.decimal_mark.is_some() || binding.options.thousands_mark.is_some() => None,
                Type::Number(unit @ (Unit::Money(_) | Unit::Plain)) => Some(Marks::new(unit, field.integer)),
                Type::Mixed => Some(Marks::new(Unit::Plain, field.integer)),
                _ => None,
            },
            rivals: field.ty.is_date().then(|| Rivals::new(binding.options.date_format.as_deref().unwrap_or(&[]))),
            readable: false,
            unread: 0,
            first_unread: None,
        }
    }

    /// Takes note of a cell and of what became of it.
    pub(super) fn see(&mut self, reader: &CellReader, raw: &Raw<'_>, read: &Result<Cell<'_>, Bad>, origin: Origin) {
        if let (Some(marks), Raw::Text(text)) = (&mut self.marks, raw) {
            marks.see(text, origin);
        }
        let bad = match read {
            Ok(Cell::Blank | Cell::Ignored) => return,
            Ok(_) => None,
            Err(bad) => Some(*bad),
        };
        if let Some(rivals) = &mut self.rivals
            && let Raw::Text(text) = raw
            && (bad.is_some() || rivals.declared())
            && reader.is_filled(raw)
        {
            let fits = !matches!(bad, Some(Bad::NotDate | Bad::NoSuchDate | Bad::NeedsEpoch));
            rivals.see(text, fits, origin);
        }
        match bad {
            None => self.readable = self.readable || reader.is_filled(raw),
            Some(bad) => {
                self.unread += 1;
                let unread = || (origin, bad, clip(&shown(raw)));
                keep_first(&mut self.first_unread, origin, unread, |known| (known.0, &known.2));
                if matches!(bad, Bad::Zoneless | Bad::Ambiguous) {
                    self.undeclared.add(bad, &shown(raw), origin);
                }
            }
        }
    }

    /// Adds what is known of other cells of the column.
    pub(super) fn merge(&mut self, other: Account) {
        self.undeclared.merge(other.undeclared);
        if let (Some(marks), Some(others)) = (&mut self.marks, other.marks) {
            marks.merge(others);
        }
        if let (Some(rivals), Some(others)) = (&mut self.rivals, other.rivals) {
            rivals.merge(others);
        }
        self.readable |= other.readable;
        self.unread += other.unread;
        if let Some(theirs) = other.first_unread {
            keep_first(&mut self.first_unread, theirs.0, || theirs, |known| (known.0, &known.2));
        }
    }

    /// Errors that make the column unusable.
    pub(super) fn fatal(
        &self,
        about: About<'_>,
        files: &[String],
        reader: &CellReader,
        index: usize,
        field: &Field,
    ) -> Vec<DataError> {
        let (home, name) = (about.home(), &about.table.header.name);
        let bound = about.bound(index);
        let place = |origin| shown_origin(files, origin);
        let undeclared = self.undeclared.errors(home, name, field, about.zone, &place);
        if !undeclared.is_empty() {
            return undeclared;
        }
        let header = bound.and_then(|b| b.header.as_deref());
        let marks = self.marks.as_ref().and_then(|m| m.error(home, name, field, header, &place));
        let unusable = self.unusable(about, reader, field, bound, &place);
        marks.into_iter().chain(unusable).collect()
    }

    /// What makes the whole column unusable: dates in another format than the declared one, or nothing that can be read.
    fn unusable(
        &self,
        about: About<'_>,
        reader: &CellReader,
        field: &Field,
        bound: Option<&ColumnBinding>,
        place: &dyn Fn(Origin) -> String,
    ) -> Option<DataError> {
        let home = about.home();
        let header = bound.and_then(|b| b.header.as_deref());
        if let Some(error) = self.rivals.as_ref().and_then(|r| r.error(home, field, header, place)) {
            return Some(error);
        }
        let (origin, bad, cell) = self.first_unread.as_ref().filter(|_| !self.readable && self.unread >= FEW)?;
        let name = format!("{}.{}", about.table.header.name, field.name);
        let text = &told(field, cell.clone());
        let why = match bad {
            Bad::OutOfRange => reader.range_words(&field.name, text),
            Bad::NotInList => format!("`{text}` for one"),
            _ => format!("`{text}` {}", bad.words()),
        };
        let only = self.rivals.as_ref().filter(|_| *bad == Bad::NotDate).and_then(Rivals::only);
        let help = match only {
            Some(format) => Some(home.column(&field.name, header, &format!("date_format = {}", quoted(format)))),
            None => match (bad, currency_of(cell), field.ty) {
                (Bad::OtherCurrency, Some(found), Type::Number(Unit::Money(declared))) => Some(format!(
                    "declare `{}` as `money {found}`, or have the amounts converted to {declared} before they are loaded",
                    field.name
                )),
                _ => home.cells(*bad, about.program, field, bound, text),
            },
        };
        Some(DataError {
            place: place(*origin),
            message: format!("none of the {} cells of `{name}` {}: {why}", self.unread, bad.verdict(field)),
            help,
        })
    }
}

/// The cells of a column in the rows that are kept.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Cells that are blank though nobody said that they mean nothing.
    pub(super) blanks: Count,
    /// Times that clocks skipped, and times that they showed twice.
    pub(super) shifts: [Count; 2],
    /// Cells that are not in the list of the column.
    pub(super) unknown: Count,
    /// The texts of those, each with how often it is there; others are lumped together.
    pub(super) values: HashMap<Arc<str>, Count>,
    /// Other cells that could not be read: per reason how many, and the text of the first.
    pub(super) reasons: Vec<(Bad, Count, Arc<str>)>,
    /// Numbers, of columns in which it is not declared how ratios are written.
    pub(super) numbers: u64,
    /// Of those, the ones that are not above 100 % and not 0.
    pub(super) small_numbers: u64,
    /// Of those, the ones above 100 %.
    pub(super) large_numbers: u64,
}

/// How many, and the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) count: u64,
    pub(super) first: Origin,
}

impl Count {
    pub(super) fn add(&mut self, origin: Origin) {
        self.merge(Count { count: 1, first: origin });
    }

    pub(super) fn merge(&mut self, other: Count) {
        if self.count == 0 || (other.count > 0 && other.first < self.first) {
            self.first = other.first;
        }
        self.count += other.count;
    }
}

/// How many texts of a column are told apart.
const TEXTS: usize = 50_000;

impl Tally {
    /// A cell that could not be read; `text` is shortened already.
    pub(super) fn unreadable(&mut self, bad: Bad, text: &str, origin: Origin) {
        let one = Count { count: 1, first: origin };
        if bad == Bad::NotInList {
            self.unknown.merge(one);
            self.value(text, one);
        } else {
            self.reason(bad, one, text);
        }
    }

    fn value(&mut self, text: &str, count: Count) {
        let text = if self.values.contains_key(text) || self.values.len() < TEXTS { text } else { "…" };
        match self.values.get_mut(text) {
            Some(known) => known.merge(count),
            None => {
                self.values.insert(Arc::from(text), count);
            }
        }
    }

    fn reason(&mut self, bad: Bad, count: Count, text: &str) {
        match self.reasons.iter_mut().find(|(known, ..)| *known == bad) {
            Some((_, known, example)) => {
                // Where many rows are on one line, the same one is shown whatever is read first.
                if (count.first, text) < (known.first, example) {
                    *example = Arc::from(text);
                }
                known.merge(count);
            }
            None => self.reasons.push((bad, count, Arc::from(text))),
        }
    }

    /// A time that clocks did not show, or showed twice.
    pub(super) fn shift(&mut self, shift: Shift, origin: Origin) {
        let [skipped, twice] = &mut self.shifts;
        match shift {
            Shift::Skipped => skipped.add(origin),
            Shift::Twice => twice.add(origin),
        }
    }

    /// A number in a column of ratios of which it is not declared how they are written.
    pub(super) fn ratio(&mut self, number: Decimal) {
        self.numbers += 1;
        if number > Decimal::ONE {
            self.large_numbers += 1;
        } else if !number.is_zero() {
            self.small_numbers += 1;
        }
    }

    /// Adds what is known of other rows.
    pub(super) fn merge(&mut self, other: Tally) {
        self.blanks.merge(other.blanks);
        for (ours, theirs) in self.shifts.iter_mut().zip(other.shifts) {
            ours.merge(theirs);
        }
        self.unknown.merge(other.unknown);
        for (text, count) in other.values {
            self.value(&text, count);
        }
        for (bad, count, text) in other.reasons {
            self.reason(bad, count, &text);
        }
        self.numbers += other.numbers;
        self.small_numbers += other.small_numbers;
        self.large_numbers += other.large_numbers;
    }
}
