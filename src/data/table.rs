//! One table being filled: rows from any format in, typed columns out, every row counted once.
//!
//! Whatever concerns a row alone is decided here, as it is read. What concerns rows among each other (repeats, merged
//! and unknown accounts) is decided in [`super::keys`] when all are there, and [`TableBuilder::retain`] then drops rows.

use super::binding::{ColumnBinding, TableBinding};
use super::cells::{Bad, Cell, CellReader, Raw, Shift, Slashed, shown, slashed};
use super::{Cells, DataError, Note, NoteKind, Origin, Reject, RejectReason};
use crate::calendar::Date;
use crate::diagnostics::nearest;
use crate::number::Decimal;
use crate::program::{FieldId, Program, Table, TableKind, Type};
use chrono_tz::Tz;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Where a format hands over the cells of a row.
pub trait Source {
    /// The cell of a column of the program; blank if the file has no such column.
    fn cell(&self, field: usize) -> Raw<'_>;
}

/// What all formats write into.
pub struct TableBuilder<'a> {
    program: &'a Program,
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

/// A column being filled.
pub(super) struct ColumnBuilder {
    pub(super) cells: Cells,
    reader: CellReader,
    /// Cells that could not be read, by rising row: row, reason and which text.
    issues: Vec<(u32, Bad, u32)>,
    shifts: Vec<(u32, Shift)>,
    texts: Texts,
    interned: HashMap<Arc<str>, ()>,
    /// How many texts are shared at most; none in a key, where each is there once.
    most: usize,
    fatal: Fatal,
}

/// A note about cells, with what becomes an error if notes are errors.
pub(super) struct CellNote {
    /// The note, without the help.
    pub(super) note: Note,
    /// The first place.
    pub(super) place: String,
    /// The one edit to make.
    pub(super) help: Option<&'static str>,
}

/// Texts of unreadable cells; only so many, because they are for examples.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

const TEXTS: usize = 1000;
const SHOWN: usize = 40;

/// What makes a whole column unusable.
#[derive(Default)]
struct Fatal {
    zoneless: Option<(String, String)>,
    /// First that can be read both ways, then first that can be read one way only.
    both: Option<(String, String, Slashed)>,
    one: Option<(String, String, Slashed)>,
    day_first: u64,
    month_first: u64,
}

impl Texts {
    fn intern(&mut self, text: &str) -> u32 {
        let short = clip(text);
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

    fn get(&self, place: u32) -> &str {
        self.list.get(place as usize).map_or("…", String::as_str)
    }
}

/// A text short enough to be an example, without line ends.
pub(super) fn clip(text: &str) -> String {
    let mut short: String = text.trim().chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

impl ColumnBuilder {
    fn new(program: &Program, table: &Table, index: usize, binding: &ColumnBinding, zone: Tz) -> Option<ColumnBuilder> {
        let field = table.fields.get(index)?;
        let cells = match field.ty {
            Type::Boolean => Cells::Boolean(Vec::new()),
            Type::Number(_) => Cells::Number(Vec::new()),
            Type::Date => Cells::Date(Vec::new()),
            Type::Instant => Cells::Instant(Vec::new()),
            Type::Enum(_) => Cells::Symbol(Vec::new()),
            Type::Text | Type::Unknown => Cells::Text(Vec::new()),
        };
        Some(ColumnBuilder {
            cells,
            reader: CellReader::new(program, field, binding, zone),
            issues: Vec::new(),
            shifts: Vec::new(),
            texts: Texts::default(),
            interned: HashMap::new(),
            most: if table.key == Some(FieldId(index as u32)) { 0 } else { INTERNED },
            fatal: Fatal::default(),
        })
    }

    fn push(&mut self, cell: Cell<'_>, row: u32) {
        match (&mut self.cells, cell) {
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
                let known = self.interned.get_key_value(t.as_ref()).map(|(known, ())| Arc::clone(known));
                v.push(Some(known.unwrap_or_else(|| {
                    let new: Arc<str> = Arc::from(t.as_ref());
                    if self.interned.len() < self.most {
                        self.interned.insert(Arc::clone(&new), ());
                    }
                    new
                })));
            }
            (cells, _) => push_none(cells),
        }
    }

    fn truncate(&mut self, rows: usize) {
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
    }

    /// The date of a row.
    pub(super) fn date(&self, row: usize) -> Option<Date> {
        match &self.cells {
            Cells::Date(v) => v.get(row).copied().flatten(),
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
            Cells::Date(v) => v.get(row).copied().flatten().map(|d| i64::from(d.0) * crate::value::DAY_MICROS),
            Cells::Instant(v) => v.get(row).copied().flatten(),
            _ => None,
        }
    }

    /// The text of a row.
    pub(super) fn text(&self, row: usize) -> Option<&Arc<str>> {
        if let Cells::Text(v) = &self.cells { v.get(row).and_then(Option::as_ref) } else { None }
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

    fn issue(&self, row: usize) -> Option<(Bad, u32)> {
        let at = self.issues.binary_search_by_key(&(row as u32), |(row, ..)| *row).ok()?;
        self.issues.get(at).map(|(_, bad, text)| (*bad, *text))
    }

    fn retain(&mut self, keep: &[bool], new: &[u32]) {
        fn kept<T>(v: &mut Vec<T>, keep: &[bool]) {
            let mut flags = keep.iter();
            v.retain(|_| flags.next().copied().unwrap_or(true));
        }
        match &mut self.cells {
            Cells::Boolean(v) => kept(v, keep),
            Cells::Number(v) => kept(v, keep),
            Cells::Date(v) => kept(v, keep),
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
    }

    fn blanks(&self) -> (u64, Option<usize>) {
        fn count<T>(v: &[Option<T>], bad: &dyn Fn(usize) -> bool) -> (u64, Option<usize>) {
            let mut rows = v.iter().enumerate().filter(|(i, c)| c.is_none() && !bad(*i)).map(|(i, _)| i);
            let first = rows.next();
            (first.map_or(0, |_| 1 + rows.count() as u64), first)
        }
        let bad = |row: usize| !self.issues.is_empty() && self.issue(row).is_some();
        match &self.cells {
            Cells::Boolean(v) => count(v, &bad),
            Cells::Number(v) => count(v, &bad),
            Cells::Date(v) => count(v, &bad),
            Cells::Instant(v) => count(v, &bad),
            Cells::Symbol(v) => count(v, &bad),
            Cells::Text(v) => count(v, &bad),
        }
    }
}

/// How many texts of a column are shared; beyond that each row has its own.
const INTERNED: usize = 1 << 16;

fn push_none(cells: &mut Cells) {
    match cells {
        Cells::Boolean(v) => v.push(None),
        Cells::Number(v) => v.push(None),
        Cells::Date(v) => v.push(None),
        Cells::Instant(v) => v.push(None),
        Cells::Symbol(v) => v.push(None),
        Cells::Text(v) => v.push(None),
    }
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
    fn file(&self) -> &str {
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
                        column.fatal.add(bad, &text, place);
                    }
                    let detail = |column: &ColumnBuilder| match bad {
                        Bad::OutOfRange => column.reader.range_words(&field.name, &clip(&text)),
                        _ => format!("`{}` in `{}` {}", clip(&text), field.name, bad.words()),
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
            errors.extend(column.fatal.errors(&self.table.header.name, &field.name, self.zone));
        }
        errors
    }

    /// Notes about the cells of the rows that are left.
    pub(super) fn cell_notes(&self) -> Vec<CellNote> {
        let mut notes = Vec::new();
        for (column, field) in self.columns.iter().zip(&self.table.fields) {
            self.unreadable_notes(column, field, &mut notes);
            let (blanks, first) = column.blanks();
            if let (false, Some(first)) = (field.optional, first) {
                let place = self.place(first);
                let cells = plural(blanks, "cell");
                let are = if blanks == 1 { "is" } else { "are" };
                let text = format!("{cells} of `{}` {are} blank, the first at {place}", field.name);
                let note = note(NoteKind::Blank, Some(&field.name), blanks, text);
                notes.push(CellNote { note, place, help: None });
            }
            for (shift, words) in [
                (Shift::Skipped, "that the clocks skipped; moved forward by what was skipped"),
                (Shift::Twice, "that the clocks showed twice; the first is taken"),
            ] {
                let mut rows = column.shifts.iter().filter(|(_, s)| *s == shift).map(|(row, _)| *row as usize);
                if let Some(first) = rows.next() {
                    let count = 1 + rows.count() as u64;
                    let place = self.place(first);
                    let text = format!("{} of `{}` {words}, the first at {place}", plural(count, "time"), field.name);
                    let note = note(NoteKind::Other, Some(&field.name), count, text);
                    notes.push(CellNote { note, place, help: None });
                }
            }
            if column.reader.guesses_percent()
                && let Cells::Number(v) = &column.cells
            {
                let count = v.iter().flatten().count() as u64;
                let one = Decimal::ONE;
                if count > 1
                    && v.iter().flatten().all(|n| *n > one || n.is_zero())
                    && v.iter().flatten().any(|n| *n > one)
                {
                    let text = format!(
                        "all values of `{}` are above 100 %: set `percent = \"number\"` if 45 means 45 %",
                        field.name
                    );
                    let note = note(NoteKind::Other, Some(&field.name), count, text);
                    notes.push(CellNote { note, place: self.file().to_string(), help: None });
                }
            }
        }
        notes
    }

    fn unreadable_notes(&self, column: &ColumnBuilder, field: &crate::program::Field, notes: &mut Vec<CellNote>) {
        type Issues<'i> = Vec<&'i (u32, Bad, u32)>;
        let (mut unknown, unreadable): (Issues<'_>, Issues<'_>) =
            column.issues.iter().partition(|(_, bad, _)| *bad == Bad::NotInList);
        if let Some((first, ..)) = unknown.first().copied() {
            let place = self.place(*first as usize);
            let count = unknown.len() as u64;
            unknown.sort_by_key(|(row, _, text)| (*text, *row));
            let mut values: Vec<(u64, u32)> = Vec::new();
            for (_, _, text) in unknown {
                match values.last_mut() {
                    Some((n, last)) if last == text => *n += 1,
                    _ => values.push((1, *text)),
                }
            }
            values.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            let names: Vec<&str> = match field.ty {
                Type::Enum(list) => {
                    let list = self.program.enums.get(list.index());
                    list.map_or(Vec::new(), |e| e.values.iter().map(String::as_str).collect())
                }
                _ => Vec::new(),
            };
            let mut listed: Vec<String> = Vec::new();
            for (n, text) in values.iter().take(5) {
                let text = column.texts.get(*text);
                let near = nearest(&super::fold::fold(text), names.iter().copied());
                let near = near.map_or(String::new(), |name| format!(", did you mean `{name}`?"));
                listed.push(format!("`{text}` ({n}{near})"));
            }
            if let Some(more) = values.len().checked_sub(5).filter(|n| *n > 0) {
                listed.push(format!("{more} more"));
            }
            let are = if count == 1 { "is" } else { "are" };
            let text = format!(
                "{} of `{}` {are} not in the list: {}, the first at {place}",
                plural(count, "cell"),
                field.name,
                listed.join(", "),
            );
            let note = note(NoteKind::UnknownValue, Some(&field.name), count, text);
            notes.push(CellNote { note, place, help: Bad::NotInList.help() });
        }
        // One note per reason, because each has its own remedy; the most frequent first.
        let mut reasons: Vec<(Bad, u64, u32, u32)> = Vec::new();
        for (row, bad, text) in unreadable {
            match reasons.iter_mut().find(|(b, ..)| b == bad) {
                Some((_, count, ..)) => *count += 1,
                None => reasons.push((*bad, 1, *row, *text)),
            }
        }
        reasons.sort_by_key(|(_, count, row, _)| (std::cmp::Reverse(*count), *row));
        for (bad, count, row, text) in reasons {
            let place = self.place(row as usize);
            let example = column.texts.get(text);
            let wanted = match (bad, field.ty) {
                (Bad::OtherCurrency, ty) => format!("cannot be read as {ty}"),
                (Bad::OutOfRange, _) => "cannot be used".to_string(),
                (_, ty) if field.integer && ty.is_number() => "cannot be read as a whole number".to_string(),
                (_, ty) => format!("cannot be read as {ty}"),
            };
            let why = match bad {
                Bad::OutOfRange => column.reader.range_words(&field.name, example),
                _ => format!("`{example}` {}", bad.words()),
            };
            let text = format!("{} of `{}` {wanted}: {why} at {place}", plural(count, "cell"), field.name);
            let note = note(NoteKind::Unreadable, Some(&field.name), count, text);
            notes.push(CellNote { note, place, help: bad.help() });
        }
    }

    /// The finished columns, with the rows whose cells could not be read.
    pub(super) fn into_columns(self) -> Vec<super::Column> {
        self.columns
            .into_iter()
            .map(|c| super::Column { cells: c.cells, unreadable: c.issues.into_iter().map(|(row, ..)| row).collect() })
            .collect()
    }
}

impl Fatal {
    fn add(&mut self, bad: Bad, text: &str, place: String) {
        if bad == Bad::Zoneless {
            self.zoneless.get_or_insert_with(|| (clip(text), place));
            return;
        }
        let Some(both) = slashed(text.trim()) else { return };
        match (both.day_first, both.month_first) {
            (Some(a), Some(b)) if a != b => {
                self.both.get_or_insert_with(|| (clip(text), place, both));
            }
            (Some(_), Some(_)) => {
                self.one.get_or_insert_with(|| (clip(text), place, both));
            }
            (first, _) => {
                if first.is_some() {
                    self.day_first += 1;
                } else {
                    self.month_first += 1;
                }
                self.one.get_or_insert_with(|| (clip(text), place, both));
            }
        }
    }

    fn errors(&self, table: &str, field: &str, zone: Tz) -> Vec<DataError> {
        let mut errors = Vec::new();
        if let Some((text, place)) = &self.zoneless {
            errors.push(DataError {
                place: place.clone(),
                message: format!("`{text}` in `{table}.{field}` is a timestamp without a time zone, so its date is not known"),
                help: Some(format!(
                    "set `time_zone = \"…\"` for the column or the table to the zone it was written in (the project's is `{zone}`)"
                )),
            });
        }
        let evidence = |day_first: bool| {
            let count = if day_first { self.day_first } else { self.month_first };
            match count {
                0 => String::new(),
                1 => " (1 other cell can be read only so)".to_string(),
                n => format!(" ({n} other cells can be read only so)"),
            }
        };
        if let Some((text, place, both)) = &self.both {
            let reading = |d: Option<Date>| d.map_or_else(String::new, words);
            errors.push(DataError {
                place: place.clone(),
                message: format!(
                    "`{text}` in `{table}.{field}` can be {} or {}",
                    reading(both.day_first),
                    reading(both.month_first)
                ),
                help: Some(format!(
                    "set `date_format = \"{}\"`{} or `date_format = \"{}\"`{}",
                    both.format(true),
                    evidence(true),
                    both.format(false),
                    evidence(false)
                )),
            });
        } else if let Some((text, place, one)) = &self.one {
            // Only readings that no cell contradicts are worth proposing.
            let day_first = self.month_first == 0 && one.day_first.is_some();
            let help = if self.day_first > 0 && self.month_first > 0 {
                format!("set `date_format = [\"{}\", \"{}\"]`", one.format(true), one.format(false))
            } else {
                format!("set `date_format = \"{}\"`", one.format(day_first))
            };
            errors.push(DataError {
                place: place.clone(),
                message: format!(
                    "`{text}` in `{table}.{field}` is not written as 2026-03-31, and its format is not declared"
                ),
                help: Some(help),
            });
        }
        errors
    }
}

/// `3 April 2026`
fn words(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (year, month, day) = date.ymd();
    format!("{day} {} {year}", MONTHS.get(month as usize - 1).copied().unwrap_or("?"))
}

pub(super) fn note(kind: NoteKind, field: Option<&str>, count: u64, text: String) -> Note {
    Note { kind, field: field.map(str::to_string), count, text }
}

/// `1 cell`, `3 cells`
pub(super) fn plural(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn clip_line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
