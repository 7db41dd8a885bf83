//! What a test gives: rows of tables, of its own, of fixtures and of files, and what sources cover.

use super::World;
use crate::ast::{self, Cell, Name, Repeated, Rhythm};
use crate::calendar::Date;
use crate::check::Checker;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::program::{Covered, Field, FieldId, GivenCell, GivenFile, GivenRow, GivenRows, Table, TableId};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// More repetitions than this are a slip.
const MOST: u32 = 10_000;

/// Everything that is given, typed.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) world: World,
    pub(super) rows: Vec<GivenRows>,
    pub(super) covers: Vec<(TableId, Covered)>,
}

/// Where the row of a key is, so that the columns given later can take the place of earlier ones.
type Places = HashMap<(TableId, String), usize>;

impl Checker<'_, '_> {
    /// Types what is given. What a later layer says about a row of an earlier one takes the place of what that says.
    pub(super) fn given(&mut self, layers: &[&ast::Given], world: World) -> Gathered {
        let mut gathered = Gathered { world, ..Gathered::default() };
        for layer in layers {
            let mut seen = HashMap::new();
            for given in &layer.rows {
                if let Some(table) = self.given_table(&given.table) {
                    self.learn_keys(given, table, &mut seen, &mut gathered.world);
                }
            }
        }
        let mut places = Places::new();
        for layer in layers {
            for given in &layer.rows {
                if let Some(table) = self.known_table(&given.table) {
                    self.given_rows(given, table, &mut places, &mut gathered);
                }
            }
            for covers in &layer.covers {
                self.covers(covers, &mut gathered);
            }
        }
        gathered
    }

    fn known_table(&self, name: &Name) -> Option<TableId> {
        match self.symbols.get(&name.text) {
            Some(Symbol::Table(i)) => Some(TableId(i as u32)),
            _ => None,
        }
    }

    fn given_table(&mut self, name: &Name) -> Option<TableId> {
        let found = self.known_table(name);
        if found.is_none() && !self.symbols.left_out(&name.text) {
            let names: Vec<String> = self.program.tables.iter().map(|t| t.header.name.clone()).collect();
            let message = format!("there is no table `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message).label("rows of which table?");
            // `runs weekly from 2026-01-05` reads like rows of something.
            let near = nearest(&name.text, names.iter().map(String::as_str).chain(["run"]));
            if near == Some("run") {
                self.push(diagnostic.help("did you mean `run`?").fix("write `run`", name.span, "run"));
                return None;
            }
            let names = names.iter().map(String::as_str);
            self.push(self.suggest(diagnostic, &name.text, name.span, names, "name a table"));
        }
        found
    }

    /// Notes the keys of rows, and says which are there twice.
    fn learn_keys(
        &mut self,
        given: &ast::GivenRows,
        id: TableId,
        seen: &mut HashMap<(TableId, String), Span>,
        world: &mut World,
    ) {
        let Some(table) = self.program.table(id) else { return };
        if table.kind.at().is_some() {
            return;
        }
        if given.file.is_some() {
            world.open.insert(id);
            return;
        }
        let key = table.key.and_then(|key| table.fields.get(key.index())).map(|f| f.name.clone());
        let column = given.columns.iter().position(|c| Some(&c.text) == key.as_ref());
        let of_rows = column.into_iter().flat_map(|i| given.rows.iter().filter_map(move |row| row.get(i)));
        let mut keys: Vec<(String, Span)> = of_rows.map(|cell| (cell.text.clone(), cell.span)).collect();
        if let (false, Some(name)) = (given.of, &given.key) {
            keys = vec![(name.text.clone(), name.span)];
        }
        let history = table.kind.since().is_some();
        let what = table.header.name.clone();
        for (key, span) in keys {
            if !history && let Some(first) = seen.insert((id, key.clone()), span) {
                self.push(
                    Diagnostic::new(Code::DuplicateName, span, format!("{what} `{key}` is given twice"))
                        .label("second time")
                        .also(first, "first time")
                        .help("join the two, or give one another name"),
                );
            }
            let known = world.keys.entry(id).or_default();
            if known.insert(key.clone(), span).is_none() && self.program.subject == Some(id) {
                world.accounts.push(Arc::from(key));
            }
        }
    }

    fn given_rows(&mut self, given: &ast::GivenRows, id: TableId, places: &mut Places, gathered: &mut Gathered) {
        let Some(table) = self.program.table(id).cloned() else { return };
        let mut fields: Vec<Option<(FieldId, Field)>> = Vec::new();
        for column in &given.columns {
            let found = self.table_field(id, &column.text).map(|(at, field)| (at, field.clone()));
            let twice = found.as_ref().is_some_and(|(at, _)| fields.iter().flatten().any(|(known, _)| known == at));
            if found.is_none() {
                self.unknown_column(column, id);
            } else if twice {
                let message = format!("column `{}` is given twice", column.text);
                self.error(Code::DuplicateName, column.span, message, "second time", "keep one of the two");
            }
            fields.push(found);
        }
        let named = self.whose_rows(given, &table, &fields, &gathered.world);
        if let Some(file) = &given.file {
            let owner = named.map(|(field, key)| (field, Arc::from(key)));
            let file = GivenFile { path: file.text.clone(), span: file.span, owner };
            let (columns, rows) = (Vec::new(), Vec::new());
            gathered.rows.push(GivenRows { table: id, columns, rows, file: Some(file), span: given.span });
            return;
        }
        let mut columns: Vec<FieldId> = Vec::new();
        columns.extend(named.iter().map(|(field, _)| *field));
        let at = table.kind.at();
        let repeats = given.repeated.as_ref().map(|repeated| (repeated, self.moments(repeated)));
        if let (Some((repeated, _)), None) = (&repeats, at) {
            let message = format!("rows of `{}` have no date", table.header.name);
            let help = "only rows of events can be repeated";
            self.error(Code::BadTestCell, repeated.span, message, "repeated when?", help);
            return;
        }
        if repeats.is_some() {
            columns.extend(at);
        }
        columns.extend(fields.iter().flatten().map(|(at, _)| *at));
        let mut rows = Vec::new();
        for row in &given.rows {
            let mut cells: Vec<GivenCell> =
                named.iter().map(|(_, key)| GivenCell::Text(Arc::from(key.as_str()))).collect();
            let typed: Vec<GivenCell> = row
                .iter()
                .zip(&fields)
                .filter_map(|(cell, field)| field.as_ref().map(|(_, field)| self.cell(cell, field)))
                .collect();
            let span = row.first().zip(row.last()).map_or(given.span, |(first, last)| first.span.to(last.span));
            match &repeats {
                None => {
                    cells.extend(typed);
                    rows.push(GivenRow { cells, span });
                }
                Some((_, dates)) => rows.extend(dates.iter().map(|date| {
                    let mut cells = cells.clone();
                    cells.push(GivenCell::Date(*date));
                    cells.extend(typed.iter().cloned());
                    GivenRow { cells, span: given.span }
                })),
            }
        }
        self.dated(given, &table, &columns);
        let key = table.key.filter(|_| at.is_none() && table.kind.since().is_none());
        for row in rows {
            let one = GivenRows { table: id, columns: columns.clone(), rows: vec![row], file: None, span: given.span };
            let text = key.and_then(|key| one.key(key)).map(str::to_string);
            match text.map(|text| (id, text)) {
                None => match gathered.rows.last_mut() {
                    Some(last) if last.table == id && last.span == given.span && last.columns == one.columns => {
                        last.rows.extend(one.rows);
                    }
                    _ => gathered.rows.push(one),
                },
                Some(place) => match places.get(&place).and_then(|i| gathered.rows.get_mut(*i)) {
                    Some(known) => known.amend(one),
                    None => {
                        places.insert(place, gathered.rows.len());
                        gathered.rows.push(one);
                    }
                },
            }
        }
    }

    /// The column that `acme` in `account acme` or `activity of acme` fills, and `acme`.
    fn whose_rows(
        &mut self,
        given: &ast::GivenRows,
        table: &Table,
        fields: &[Option<(FieldId, Field)>],
        world: &World,
    ) -> Option<(FieldId, String)> {
        let owner = table.kind.owner();
        let events = table.kind.at().is_some();
        let owner_name =
            |me: &Self, of: TableId| me.program.table(of).map(|t| t.header.name.clone()).unwrap_or_default();
        let has = |field: FieldId| fields.iter().flatten().any(|(at, _)| *at == field);
        // `account acme { … }`, `contact c1 { … }`: the key of the row itself.
        let own = given.key.is_some() && !given.of && !events;
        let target = if own { table.key } else { owner.map(|(_, parent)| parent) };
        let name = table.header.name.as_str();
        if let (Some((of, parent)), true) = (owner, own || given.key.is_none()) {
            let column = table.fields.get(parent.index()).map(|f| f.name.clone()).unwrap_or_default();
            if !has(parent) && given.file.is_none() {
                let of = owner_name(self, of);
                let help = format!("write `{name} of {} {{ … }}`, or give the column `{column}`", upper(&of));
                let message = format!("whose rows of `{name}` are these?");
                self.error(Code::BadTestCell, given.table.span, message, &format!("no {of} is named"), help);
            } else {
                self.owners(given, parent, of, fields, world);
            }
        }
        let Some(key) = &given.key else {
            let keyless = table.key.is_some_and(|key| !has(key)) && !events && given.file.is_none();
            if keyless {
                let help = format!("write `{name} {} {{ … }}`, or give its key", upper(name));
                self.error(Code::BadTestCell, given.table.span, format!("which {name} is this?"), "no key", help);
            }
            return None;
        };
        let Some(target) = target else {
            let message = format!("rows of `{name}` belong to nothing else");
            let help = format!("write `{name} {{ … }}`");
            self.error(Code::BadTestCell, key.span, message, "this names something", help);
            return None;
        };
        if has(target) {
            let column = table.fields.get(target.index()).map(|f| f.name.clone()).unwrap_or_default();
            let message = format!("`{column}` is said already");
            let help = format!("take the column `{column}` out");
            self.error(
                Code::BadTestCell,
                key.span,
                message,
                &format!("this is the `{column}` of all of these rows"),
                help,
            );
            return None;
        }
        if let (false, Some((of, _))) = (own, owner) {
            self.test_key(key, of, world);
        }
        Some((target, key.text.clone()))
    }

    /// Rows that name their owners in a column.
    fn owners(
        &mut self,
        given: &ast::GivenRows,
        parent: FieldId,
        of: TableId,
        fields: &[Option<(FieldId, Field)>],
        world: &World,
    ) {
        let Some(i) = fields.iter().position(|f| f.as_ref().is_some_and(|(at, _)| *at == parent)) else { return };
        for cell in given.rows.iter().filter_map(|row| row.get(i)) {
            let name = Name { text: cell.text.clone(), span: cell.span };
            self.test_key(&name, of, world);
        }
    }

    /// Says that a test has no such row.
    pub(super) fn test_key(&mut self, key: &Name, table: TableId, world: &World) {
        if world.knows(table, &key.text) {
            return;
        }
        let what = self.program.table(table).map(|t| t.header.name.clone()).unwrap_or_default();
        let message = format!("the test has no {what} `{}`", key.text);
        let diagnostic = Diagnostic::new(Code::UnknownName, key.span, message).label("not given above");
        let otherwise = format!("give it: `{what} {} {{ … }}`", key.text);
        let keys: Vec<&str> = world.keys.get(&table).into_iter().flat_map(|k| k.keys().map(String::as_str)).collect();
        self.push(self.suggest(diagnostic, &key.text, key.span, keys.iter().copied(), otherwise));
    }

    /// Rows of events need a date, and so do rows of a table that keeps its history.
    fn dated(&mut self, given: &ast::GivenRows, table: &Table, columns: &[FieldId]) {
        let Some(at) = table.kind.at().or(table.kind.since()) else { return };
        let name = table.fields.get(at.index()).map(|f| f.name.clone()).unwrap_or_default();
        let Some(place) = columns.iter().position(|c| *c == at) else {
            if !given.rows.is_empty() {
                let label = if table.kind.at().is_some() { "when did they happen?" } else { "since when?" };
                let message = format!("these rows have no `{name}`");
                self.error(Code::BadTestCell, given.table.span, message, label, format!("add a column `{name}`"));
            }
            return;
        };
        // There are fewer where one has no column of the table, which is said already.
        let Some(before) = columns.len().checked_sub(given.columns.len()) else { return };
        let Some(i) = place.checked_sub(before) else { return };
        let blank = |cell: &&Cell| matches!(cell.text.trim(), "" | "missing");
        let blanks: Vec<Span> = given.rows.iter().filter_map(|row| row.get(i)).filter(blank).map(|c| c.span).collect();
        for span in blanks {
            let message = format!("a row without `{name}` counts nowhere");
            self.error(Code::BadTestCell, span, message, "when was this?", "give it a date");
        }
    }

    /// The dates of something that is repeated.
    fn moments(&mut self, repeated: &Repeated) -> Vec<Date> {
        let Repeated { rhythm, times, from, to, span } = repeated;
        let mut dates = Vec::new();
        match (times, to) {
            (Some(_), Some(_)) | (None, None) => {
                let help = "write `daily 20 times from 2026-01-01`, or `daily from 2026-01-01 to 2026-01-20`";
                self.error(
                    Code::BadTestCell,
                    *span,
                    "how often is not clear",
                    "either how many times, or until when",
                    help,
                );
            }
            (Some((times, place)), None) => {
                if !(1..=MOST).contains(times) {
                    let message = format!("{times} times is not between 1 and {MOST}");
                    self.error(Code::BadTestCell, *place, message, "too few or too many", "write another number");
                    return dates;
                }
                dates.extend((0..*times).map(|n| moment(*rhythm, from.date, n)));
            }
            (None, Some(to)) => {
                dates.extend((0..MOST).map(|n| moment(*rhythm, from.date, n)).take_while(|date| *date <= to.date));
                if dates.is_empty() {
                    let message = format!("{} lies before {}", to.date, from.date);
                    self.error(Code::BadTestCell, to.span, message, "the last date", "name a later date");
                }
            }
        }
        dates
    }

    fn covers(&mut self, covers: &ast::Covers, gathered: &mut Gathered) {
        let Some(table) = self.given_table(&covers.table) else { return };
        if self.program.subject == Some(table) {
            let message = format!("`{}` always covers what it holds", covers.table.text);
            let help = "leave the statement out; it is for sources of events";
            self.error(Code::BadTestCell, covers.span, message, "not a source of events", help);
            return;
        }
        let (from, to) = (covers.from.map(|d| d.date), covers.to.map(|d| d.date));
        if let (Some(first), Some(last)) = (from, covers.to)
            && last.date < first
        {
            let message = format!("{} lies before {first}", last.date);
            self.error(Code::BadTestCell, last.span, message, "the last date", "name a later date");
        }
        let covered = if covers.nothing { Covered::Nothing } else { Covered::Between(from, to) };
        let rows = gathered.rows.iter().find(|r| r.table == table && (r.file.is_some() || !r.rows.is_empty()));
        if let (true, Some(rows)) = (covers.nothing, rows) {
            let message = format!("`{}` covers nothing, and rows of it are given", covers.table.text);
            let found = Diagnostic::new(Code::BadTestCell, covers.span, message).label("it is not there at all");
            self.push(found.also(rows.span, "its rows").help("leave one of the two out"));
        }
        gathered.covers.retain(|(known, _)| *known != table);
        gathered.covers.push((table, covered));
    }
}

/// A name as a place-holder: `ACCOUNT`.
fn upper(name: &str) -> String {
    name.to_uppercase()
}

/// The `n`th date of a rhythm; months keep the day, or take their last.
fn moment(rhythm: Rhythm, from: Date, n: u32) -> Date {
    let n = i64::from(n);
    match rhythm {
        Rhythm::Daily => from.plus_days(n),
        Rhythm::Weekly => from.plus_days(7 * n),
        Rhythm::Monthly => from.plus_months(n),
        Rhythm::Quarterly => from.plus_months(3 * n),
        Rhythm::Yearly => from.plus_months(12 * n),
    }
}

impl GivenRows {
    fn key(&self, key: FieldId) -> Option<&str> {
        let i = self.columns.iter().position(|c| *c == key)?;
        match self.rows.first()?.cells.get(i)? {
            GivenCell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Takes what another row says about the same thing.
    fn amend(&mut self, other: GivenRows) {
        let Some((row, new)) = self.rows.first_mut().zip(other.rows.into_iter().next()) else { return };
        for (column, cell) in other.columns.into_iter().zip(new.cells) {
            match self.columns.iter().position(|known| *known == column).and_then(|i| row.cells.get_mut(i)) {
                Some(place) => *place = cell,
                None => {
                    self.columns.push(column);
                    row.cells.push(cell);
                }
            }
        }
        row.span = new.span;
    }
}
