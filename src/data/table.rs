//! One table being filled: rows from any format in, typed columns out, every row counted once.
//!
//! Whatever concerns a row alone is decided here, as it is read. What concerns rows among each other (repeats, merged
//! and unknown accounts) is decided in [`super::keys`] when all are there, and [`TableBuilder::retain`] then drops rows.

use super::account::{About, Refusal, shown_origin};
use super::advice::Home;
use super::binding::TableBinding;
use super::by_key::Index;
use super::cells::{Bad, Cell, Raw, shown};
use super::column::{ColumnBuilder, push_none};
use super::header::Absent;
use super::notes::{CellNote, Told};
use super::settings::ColumnBinding;
use super::wording::{clip, shorten, told};
use super::{Column, DataError, Note, Origin, Origins, Reject, RejectReason};
use crate::calendar::Date;
use crate::program::{FieldId, Program, Table, Type};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a format hands over the cells of a row.
pub trait Source {
    /// The cell of a column of the program; blank if the file has no such column.
    fn cell(&self, field: usize) -> Raw<'_>;

    /// The same cell where it has been read already: one with a value, that there is nothing to say of. A number that is
    /// a key is written as numbers are.
    fn read(&self, _field: usize) -> Option<Cell<'_>> {
        None
    }
}

/// What all formats write into.
pub struct TableBuilder<'a> {
    pub(super) program: &'a Program,
    /// The table.
    pub table: &'a Table,
    binding: &'a TableBinding,
    profile: Option<&'a str>,
    zone: Tz,
    pub(super) reject: &'a mut dyn FnMut(Reject),
    order: Vec<usize>,
    pub(super) columns: Vec<ColumnBuilder>,
    pub(super) origins: Origins,
    pub(super) keys: Vec<Arc<str>>,
    /// Where rows are found by these keys, once it is known that no two have one.
    pub(super) index: Option<Index>,
    /// The files, as a person knows them.
    pub files: Vec<String>,
    pub(super) read: u64,
    pub(super) rejected: BTreeMap<RejectReason, u64>,
    /// The first place of each reason, and what exactly was wrong there.
    pub(super) first_rejected: BTreeMap<RejectReason, (String, String)>,
    /// The latest date read, of rows that were rejected later too.
    pub latest: Option<Date>,
    /// Notes that are not about cells.
    pub notes: Vec<Note>,
    /// Headers of the last file that the program does not use.
    pub unused: Vec<String>,
    /// What stops the run.
    pub errors: Vec<DataError>,
    /// Columns that files lack; the errors about them are among [`TableBuilder::errors`].
    pub absent: BTreeMap<usize, Absent>,
}

impl<'a> TableBuilder<'a> {
    /// An empty table.
    pub fn new(
        program: &'a Program,
        table: &'a Table,
        binding: &'a TableBinding,
        profile: Option<&'a str>,
        zone: Tz,
        reject: &'a mut dyn FnMut(Reject),
    ) -> TableBuilder<'a> {
        let default = ColumnBinding::default();
        let column = |i| ColumnBuilder::new(program, table, i, binding.columns.get(i).unwrap_or(&default), zone);
        let columns = (0..table.fields.len()).filter_map(column).collect();
        // What decides about the row as a whole is read first: key, account, date.
        let mut order: Vec<usize> = Vec::new();
        let parent = table.kind.owner().map(|(_, parent)| parent);
        let first = [table.key, parent, table.kind.at().or(table.kind.since())];
        // So is the currency of an amount, before the amount.
        let currencies = table.fields.iter().filter_map(|field| field.currency);
        let first = first.into_iter().flatten().chain(currencies);
        for i in first.map(|f| f.index()).chain(0..table.fields.len()) {
            if !order.contains(&i) {
                order.push(i);
            }
        }
        TableBuilder {
            program,
            table,
            binding,
            profile,
            zone,
            reject,
            order,
            columns,
            origins: Origins::default(),
            keys: Vec::new(),
            index: None,
            files: Vec::new(),
            read: 0,
            rejected: BTreeMap::new(),
            first_rejected: BTreeMap::new(),
            latest: None,
            notes: Vec::new(),
            unused: Vec::new(),
            errors: Vec::new(),
            absent: BTreeMap::new(),
        }
    }

    /// What the project file says about a column.
    pub fn bound(&self, field: usize) -> Option<&'a ColumnBinding> {
        self.binding.columns.get(field)
    }

    /// True if a file may do without this column.
    pub(super) fn may_lack(&self, field: usize) -> bool {
        let said = self.bound(field).is_some_and(|column| column.blank.is_some());
        self.binding.partial && (said || !self.is_needed(field) || self.makes_up(field))
    }

    /// True for the key of something that happened, where a row need not have one: it is told from others all the same.
    fn makes_up(&self, field: usize) -> bool {
        let key = self.table.key.is_some_and(|key| key.index() == field);
        self.binding.partial && key && self.table.kind.at().is_some()
    }

    /// True if rows without a key are given one that counts them.
    pub(super) fn makes_up_keys(&self) -> bool {
        self.table.key.is_some_and(|key| self.makes_up(key.index()))
    }

    /// The header that the project file gives a column.
    pub fn header_of(&self, field: usize) -> Option<&str> {
        self.bound(field).and_then(|c| c.header.as_deref())
    }

    /// Where the project file speaks of the table.
    pub(super) fn home(&self) -> Home<'a> {
        Home::new(self.profile, &self.table.header.name)
    }

    /// True for columns that cannot be optional: the key, the parent's key and the date.
    pub(super) fn is_needed(&self, field: usize) -> bool {
        let kind = &self.table.kind;
        let parent = kind.owner().map(|(_, parent)| parent);
        [self.table.key, parent, kind.at(), kind.since()].into_iter().flatten().any(|id| id.index() == field)
    }

    /// The place of a line of the file that is being read.
    pub(super) fn here(&self, line: u64) -> Origin {
        Origin { file: self.files.len().saturating_sub(1) as u32, line: clip_line(line) }
    }

    /// What messages about the table need to know.
    pub(super) fn about(&self) -> About<'a> {
        let TableBuilder { program, table, binding, profile, zone, .. } = self;
        About { program, table, binding, profile: *profile, zone: *zone }
    }

    /// Counts a row that cannot be read at all.
    pub fn reject_row(&mut self, line: u64, reason: RejectReason, detail: String) {
        self.refuse_row(line, Refusal::new(reason, detail));
    }

    fn refuse_row(&mut self, line: u64, refusal: Refusal) {
        self.read += 1;
        let origin = self.here(line);
        self.turn_down(origin, refusal);
    }

    fn turn_down(&mut self, origin: Origin, refusal: Refusal) {
        *self.rejected.entry(refusal.reason).or_default() += 1;
        let (files, detail) = (&self.files, &refusal.detail);
        self.first_rejected.entry(refusal.reason).or_insert_with(|| (shown_origin(files, origin), detail.clone()));
        self.hand_over(origin, refusal);
    }

    /// The error where rows were read and none was kept, for the table whose rows are scored.
    pub(super) fn nothing_left(&self) -> Option<DataError> {
        if self.read == 0 || !self.origins.is_empty() {
            return None;
        }
        let name = &self.table.header.name;
        let reasons = self.first_rejected.iter().map(|(reason, (place, detail))| {
            let count = self.rejected.get(reason).copied().unwrap_or_default();
            let first = if count == 1 { "at" } else { "the first at" };
            format!("{} {}, {first} {place}: {detail}", count, reason.counted(count))
        });
        Some(DataError {
            place: self.files.join(", "),
            message: match self.read {
                1 => format!("the one row of `{name}` was rejected, so there is nothing to score"),
                n => format!("all {n} rows of `{name}` were rejected, so there is nothing to score"),
            },
            help: Some(reasons.collect::<Vec<_>>().join("\n")),
        })
    }

    fn hand_over(&mut self, origin: Origin, refusal: Refusal) {
        let reject = self.about().reject(&self.files, origin, refusal);
        (self.reject)(reject);
    }

    /// The account of a row that was taken: its own key in the table that is scored, its parent's in a table of events.
    fn account_of(&self, row: usize, key: Option<&str>) -> Option<String> {
        match self.table.kind.owner() {
            Some((of, parent)) if Some(of) == self.program.subject => {
                self.columns.get(parent.index()).and_then(|c| c.text(row)).map(|text| text.to_string())
            }
            Some(_) => None,
            None => {
                let scored = self.program.subject.and_then(|id| self.program.table(id));
                key.filter(|_| scored.is_some_and(|t| t.header.name == self.table.header.name)).map(str::to_string)
            }
        }
    }

    /// Rejects a row that had been taken; the caller drops it with [`TableBuilder::retain`].
    pub(super) fn reject_taken(&mut self, row: usize, reason: RejectReason, detail: String) {
        let origin = self.origins.get(row).unwrap_or_default();
        let mut refusal = self.refusal(row, reason, detail);
        let orphan = matches!(reason, RejectReason::UnknownAccount | RejectReason::UnknownOwner);
        if let (true, Some((_, parent))) = (orphan, self.table.kind.owner()) {
            refusal.field = self.table.fields.get(parent.index()).map(|f| f.name.clone());
            let text = self.columns.get(parent.index()).and_then(|c| c.text(row));
            refusal.value = text.map(|text| text.to_string());
        }
        self.turn_down(origin, refusal);
    }

    fn refusal(&self, row: usize, reason: RejectReason, detail: String) -> Refusal {
        let key = self.keys.get(row).map(|key| key.to_string());
        Refusal { account: self.account_of(row, key.as_deref()), key, ..Refusal::new(reason, detail) }
    }

    /// Hands over the cells that could not be used of the rows that are left, row by row.
    pub(super) fn hand_over_cells(&mut self) {
        let mut cells: Vec<(u32, usize, Bad, u32)> = Vec::new();
        for (i, column) in self.columns.iter().enumerate() {
            cells.extend(column.issues.iter().map(|(row, bad, text)| (*row, i, *bad, *text)));
        }
        cells.sort_by_key(|(row, column, ..)| (*row, *column));
        for (row, i, bad, text) in cells {
            let (Some(column), Some(field)) = (self.columns.get(i), self.table.fields.get(i)) else { continue };
            let row = row as usize;
            let value = column.texts.get(text).to_string();
            let reason = if bad == Bad::NotInList { RejectReason::UnknownValue } else { RejectReason::UnreadableCell };
            let said = told(field, clip(&value));
            let detail = match bad {
                Bad::OutOfRange => column.reader.range_words(&field.name, &said),
                _ => format!("`{said}` in `{}` {}", field.name, bad.words()),
            };
            let origin = self.origins.get(row).unwrap_or_default();
            let about = self.refusal(row, reason, detail);
            self.hand_over(origin, Refusal { field: Some(field.name.clone()), value: Some(value), ..about });
        }
    }

    /// Takes a row, or rejects it.
    pub fn row(&mut self, line: u64, source: &impl Source) {
        let row = self.origins.len();
        if self.is_full(row + 1, self.here(line)) {
            return;
        }
        let taken = self.take(row, line, source);
        match taken {
            Ok(key) => {
                self.read += 1;
                self.origins.push(self.here(line));
                self.keys.extend(key);
            }
            Err(refusal) => {
                let account = self.account_of(row, refusal.key.as_deref());
                for column in &mut self.columns {
                    column.truncate(row);
                }
                self.refuse_row(line, Refusal { account, ..*refusal });
            }
        }
    }

    /// True, and an error, if there are more rows than can be told apart; `at` is where.
    pub(super) fn is_full(&mut self, rows: usize, at: Origin) -> bool {
        let full = u32::try_from(rows).is_err();
        if full && self.errors.is_empty() {
            self.errors.push(DataError {
                place: shown_origin(&self.files, at),
                message: "the table has more than four thousand million rows".to_string(),
                help: Some("load fewer files at once".to_string()),
            });
        }
        full
    }

    /// The currency that a row names, as far as it has been read.
    fn currency(&self, code: FieldId, row: usize) -> Option<Arc<str>> {
        let column = self.columns.get(code.index())?;
        if let Type::Enum(list) = self.table.fields.get(code.index())?.ty {
            let place: usize = column.place(row).parse().ok()?;
            return self.program.enums.get(list.index())?.values.get(place).map(|name| Arc::from(name.as_str()));
        }
        column.text(row).cloned()
    }

    fn take(&mut self, row: usize, line: u64, source: &impl Source) -> Result<Option<Arc<str>>, Box<Refusal>> {
        let table = self.table;
        let origin = self.here(line);
        let mut key = None;
        for position in 0..self.order.len() {
            let Some(i) = self.order.get(position).copied() else { break };
            let made_up = self.makes_up(i);
            let Some(field) = table.fields.get(i) else { continue };
            let currency = field.currency.map(|code| self.currency(code, row));
            let Some(column) = self.columns.get_mut(i) else { continue };
            if let Some(currency) = currency {
                column.reader.in_currency(currency.as_deref());
            }
            let known = source.read(i);
            let was_read = known.is_some();
            let raw = if was_read { Raw::Blank } else { source.cell(i) };
            let is = |id: Option<crate::program::FieldId>| id.is_some_and(|id| id.index() == i);
            let is_key = is(table.key);
            let parent = is(table.kind.owner().map(|(_, parent)| parent));
            let at = is(table.kind.at().or(table.kind.since()));
            let refuse = |reason: RejectReason, detail: String, value: Option<String>, key: Option<Arc<str>>| {
                let key = key.map(|key| key.to_string());
                Err(Box::new(Refusal { key, field: Some(field.name.clone()), value, ..Refusal::new(reason, detail) }))
            };
            let read = match known {
                Some(cell) => {
                    column.account.readable = true;
                    Ok(cell)
                }
                None => {
                    let read = column.reader.read(&raw);
                    column.account.see(&column.reader, &raw, &read, origin);
                    read
                }
            };
            match read {
                Ok(nothing @ (Cell::Blank | Cell::Ignored)) => {
                    if made_up {
                        key = Some(Arc::from(format!("row {}", self.read + 1)));
                    } else if is_key || parent {
                        return refuse(RejectReason::NoKey, format!("`{}` is blank", field.name), None, key);
                    }
                    if at {
                        return refuse(RejectReason::BadDate, format!("`{}` is blank", field.name), None, key);
                    }
                    column.push(nothing, row as u32);
                }
                Ok(cell) => {
                    let number =
                        if let (true, Cell::Number(number)) = (was_read, &cell) { Some(*number) } else { None };
                    column.push(cell, row as u32);
                    if is_key {
                        key = Some(match (column.text(row), number) {
                            (Some(text), _) => Arc::clone(text),
                            (None, Some(number)) => Arc::from(number.to_string()),
                            (None, _) => Arc::from(shown(&raw).trim()),
                        });
                    }
                    if at && let Some(date) = column.date(row) {
                        self.latest = self.latest.max(Some(date));
                    }
                }
                Err(bad) => {
                    let text = shown(&raw);
                    let said = told(field, clip(&text));
                    let detail = |column: &ColumnBuilder| match bad {
                        Bad::OutOfRange => column.reader.range_words(&field.name, &said),
                        _ => format!("`{said}` in `{}` {}", field.name, bad.words()),
                    };
                    let value = || Some(shorten(&text, 200));
                    if is_key || parent {
                        return refuse(RejectReason::NoKey, detail(column), value(), key);
                    }
                    if at {
                        return refuse(RejectReason::BadDate, detail(column), value(), key);
                    }
                    if bad == Bad::OutOfRange && table.kind.at().is_some() {
                        return refuse(RejectReason::OutOfRange, detail(column), value(), key);
                    }
                    let text = column.texts.intern(&text);
                    column.issues.push((row as u32, bad, text));
                    push_none(&mut column.cells);
                }
            }
        }
        Ok(key)
    }

    /// Notes about the cells of the rows that are left.
    pub(super) fn cell_notes(&self) -> Vec<CellNote> {
        let origin = |row: u32| self.origins.get(row as usize).unwrap_or_default();
        let columns = self.columns.iter().zip(&self.table.fields).enumerate();
        columns
            .flat_map(|(index, (column, field))| {
                let told = Told { about: self.about(), files: &self.files, index, field, reader: &column.reader };
                told.notes(&column.account, &column.tally(origin))
            })
            .collect()
    }

    /// Drops the rows that are not kept.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        if keep.iter().all(|k| *k) {
            return;
        }
        self.index = None;
        let mut new = Vec::with_capacity(keep.len());
        let mut next = 0u32;
        for kept in keep {
            new.push(next);
            next += u32::from(*kept);
        }
        for column in &mut self.columns {
            column.retain(keep, &new);
        }
        self.origins.retain(keep);
        if !self.keys.is_empty() {
            let mut flags = keep.iter();
            self.keys.retain(|_| flags.next().copied().unwrap_or(true));
        }
    }

    /// `events.csv:12`
    pub(super) fn place(&self, row: usize) -> String {
        shown_origin(&self.files, self.origins.get(row).unwrap_or_default())
    }

    /// Errors that make a column unusable, found after all rows were read.
    pub fn fatal(&mut self) -> Vec<DataError> {
        let mut errors = std::mem::take(&mut self.errors);
        for (i, (column, field)) in self.columns.iter().zip(&self.table.fields).enumerate() {
            errors.extend(column.account.fatal(self.about(), &self.files, &column.reader, i, field));
        }
        errors
    }

    /// The finished columns, with the rows whose cells could not be read.
    pub(super) fn into_columns(self) -> Vec<Column> {
        self.columns
            .into_iter()
            .map(|c| Column { cells: c.cells, unreadable: c.issues.into_iter().map(|(row, ..)| row).collect() })
            .collect()
    }
}

pub(super) fn clip_line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
