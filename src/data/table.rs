//! One table being filled: rows from any format in, typed columns out, every row counted once.
//!
//! Whatever concerns a row alone is decided here, as it is read. What concerns rows among each other (repeats, merged
//! and unknown accounts) is decided in [`super::keys`] when all are there, and [`TableBuilder::retain`] then drops rows.

use super::binding::{ColumnBinding, TableBinding};
use super::cells::{Bad, Cell, Raw, shown};
use super::column::{ColumnBuilder, clip, push_none};
use super::{Column, DataError, Note, Origin, Reject, RejectReason};
use crate::calendar::Date;
use crate::program::{Field, Program, Table, TableKind};
use crate::value::MASK;
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a format hands over the cells of a row.
pub trait Source {
    /// The cell of a column of the program; blank if the file has no such column.
    fn cell(&self, field: usize) -> Raw<'_>;
}

/// What all formats write into.
pub struct TableBuilder<'a> {
    pub(super) program: &'a Program,
    /// The table.
    pub table: &'a Table,
    binding: &'a TableBinding,
    zone: Tz,
    reject: &'a mut dyn FnMut(Reject),
    order: Vec<usize>,
    pub(super) columns: Vec<ColumnBuilder>,
    pub(super) origins: Vec<Origin>,
    pub(super) keys: Vec<Arc<str>>,
    /// The files, as a person knows them.
    pub files: Vec<String>,
    pub(super) read: u64,
    pub(super) rejected: BTreeMap<RejectReason, u64>,
    /// The latest date read, of rows that were rejected later too.
    pub latest: Option<Date>,
    /// Notes that are not about cells.
    pub notes: Vec<Note>,
    /// What stops the run.
    pub errors: Vec<DataError>,
}

impl<'a> TableBuilder<'a> {
    /// An empty table.
    pub fn new(
        program: &'a Program,
        table: &'a Table,
        binding: &'a TableBinding,
        zone: Tz,
        reject: &'a mut dyn FnMut(Reject),
    ) -> TableBuilder<'a> {
        let default = ColumnBinding::default();
        let column = |i| ColumnBuilder::new(program, table, i, binding.columns.get(i).unwrap_or(&default), zone);
        let columns = (0..table.fields.len()).filter_map(column).collect();
        // What decides about the row as a whole is read first: key, account, date.
        let mut order: Vec<usize> = Vec::new();
        let first = match table.kind {
            TableKind::Events { parent, at, .. } => [table.key, Some(parent), Some(at)],
            TableKind::Rows { as_of } => [table.key, as_of, None],
        };
        for i in first.into_iter().flatten().map(|f| f.index()).chain(0..table.fields.len()) {
            if !order.contains(&i) {
                order.push(i);
            }
        }
        TableBuilder {
            program,
            table,
            binding,
            zone,
            reject,
            order,
            columns,
            origins: Vec::new(),
            keys: Vec::new(),
            files: Vec::new(),
            read: 0,
            rejected: BTreeMap::new(),
            latest: None,
            notes: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// What the project file says about a column.
    pub fn header_of(&self, field: usize) -> Option<&str> {
        self.binding.columns.get(field).and_then(|c| c.header.as_deref())
    }

    /// The file that is being read.
    pub(super) fn file(&self) -> &str {
        self.files.last().map_or("?", String::as_str)
    }

    /// Counts a row that cannot be read at all.
    pub fn reject_row(&mut self, line: u64, reason: RejectReason, detail: String) {
        self.read += 1;
        self.turn_down(self.files.len().saturating_sub(1), clip_line(line), reason, detail);
    }

    fn turn_down(&mut self, file: usize, line: u32, reason: RejectReason, detail: String) {
        *self.rejected.entry(reason).or_default() += 1;
        let file = self.files.get(file).cloned().unwrap_or_default();
        (self.reject)(Reject { table: self.table.header.name.clone(), file, line, reason, detail });
    }

    /// Rejects a row that had been taken; the caller drops it with [`TableBuilder::retain`].
    pub(super) fn reject_taken(&mut self, row: usize, reason: RejectReason, detail: String) {
        let origin = self.origins.get(row).copied().unwrap_or_default();
        self.turn_down(origin.file as usize, origin.line, reason, detail);
    }

    /// Takes a row, or rejects it.
    pub fn row(&mut self, line: u64, source: &impl Source) {
        let row = self.origins.len();
        let index = row as u32;
        if index == u32::MAX {
            let place = format!("{}:{line}", self.file());
            if self.errors.is_empty() {
                self.errors.push(DataError {
                    place,
                    message: "the table has more than four thousand million rows".to_string(),
                    help: Some("load fewer files at once".to_string()),
                });
            }
            return;
        }
        let taken = self.take(row, line, source);
        match taken {
            Ok(key) => {
                self.read += 1;
                self.origins.push(Origin { file: self.files.len().saturating_sub(1) as u32, line: clip_line(line) });
                self.keys.extend(key);
            }
            Err((reason, detail)) => {
                for column in &mut self.columns {
                    column.truncate(row);
                }
                self.reject_row(line, reason, detail);
            }
        }
    }

    fn take(
        &mut self,
        row: usize,
        line: u64,
        source: &impl Source,
    ) -> Result<Option<Arc<str>>, (RejectReason, String)> {
        let table = self.table;
        let mut key = None;
        for position in 0..self.order.len() {
            let Some(i) = self.order.get(position).copied() else { break };
            let (Some(field), Some(column)) = (table.fields.get(i), self.columns.get_mut(i)) else { continue };
            let raw = source.cell(i);
            let is = |id: Option<crate::program::FieldId>| id.is_some_and(|id| id.index() == i);
            let is_key = is(table.key);
            let (parent, at) = match table.kind {
                TableKind::Events { parent, at, .. } => (is(Some(parent)), is(Some(at))),
                TableKind::Rows { as_of } => (false, is(as_of)),
            };
            match column.reader.read(&raw) {
                Ok(Cell::Blank) => {
                    if is_key || parent {
                        return Err((RejectReason::NoKey, format!("`{}` is blank", field.name)));
                    }
                    if at {
                        return Err((RejectReason::BadDate, format!("`{}` is blank", field.name)));
                    }
                    column.push(Cell::Blank, row as u32);
                }
                Ok(cell) => {
                    column.push(cell, row as u32);
                    if is_key {
                        key = Some(match column.text(row) {
                            Some(text) => Arc::clone(text),
                            None => Arc::from(shown(&raw).trim()),
                        });
                    }
                    if at && let Some(date) = column.date(row) {
                        self.latest = self.latest.max(Some(date));
                    }
                }
                Err(bad) => {
                    let text = shown(&raw);
                    if matches!(bad, Bad::Zoneless | Bad::Ambiguous) {
                        let place = format!("{}:{line}", self.files.last().map_or("?", String::as_str));
                        column.undeclared.add(bad, &text, place);
                    }
                    let said = told(field, clip(&text));
                    let detail = |column: &ColumnBuilder| match bad {
                        Bad::OutOfRange => column.reader.range_words(&field.name, &said),
                        _ => format!("`{said}` in `{}` {}", field.name, bad.words()),
                    };
                    if is_key || parent {
                        return Err((RejectReason::NoKey, detail(column)));
                    }
                    if at {
                        return Err((RejectReason::BadDate, detail(column)));
                    }
                    if bad == Bad::OutOfRange && matches!(table.kind, TableKind::Events { .. }) {
                        return Err((RejectReason::OutOfRange, detail(column)));
                    }
                    let text = column.texts.intern(&text);
                    column.issues.push((row as u32, bad, text));
                    push_none(&mut column.cells);
                }
            }
        }
        Ok(key)
    }

    /// Drops the rows that are not kept.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        if keep.iter().all(|k| *k) {
            return;
        }
        let mut new = Vec::with_capacity(keep.len());
        let mut next = 0u32;
        for kept in keep {
            new.push(next);
            next += u32::from(*kept);
        }
        for column in &mut self.columns {
            column.retain(keep, &new);
        }
        let mut flags = keep.iter();
        self.origins.retain(|_| flags.next().copied().unwrap_or(true));
        if !self.keys.is_empty() {
            let mut flags = keep.iter();
            self.keys.retain(|_| flags.next().copied().unwrap_or(true));
        }
    }

    /// `events.csv:12`
    pub(super) fn place(&self, row: usize) -> String {
        let origin = self.origins.get(row).copied().unwrap_or_default();
        format!("{}:{}", self.files.get(origin.file as usize).map_or("?", String::as_str), origin.line)
    }

    /// Errors that make a column unusable, found after all rows were read.
    pub fn fatal(&mut self) -> Vec<DataError> {
        let mut errors = std::mem::take(&mut self.errors);
        for (column, field) in self.columns.iter().zip(&self.table.fields) {
            errors.extend(column.undeclared.errors(&self.table.header.name, &field.name, self.zone));
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

/// What may be said of a cell in messages and in the list of rejected rows, which say where to look it up.
pub(super) fn told(field: &Field, text: String) -> String {
    if field.personal { MASK.to_string() } else { text }
}

fn clip_line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
