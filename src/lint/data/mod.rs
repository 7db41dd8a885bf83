//! What the data say about the rules: looked for with `--data` only.
//!
//! Shares of a handful of accounts are chance, so every lint here has a number below which it says nothing. Nothing personal is
//! printed: counts, dates and names of the program are all there is.

pub mod band_crowded;
pub mod band_empty;
pub mod collinear_metrics;
pub mod column_always_missing;
pub mod column_constant;
pub mod list_value_unmapped;
pub mod missing_rate;
pub mod rule_fires_too_often;
pub mod rule_never_fires;
pub mod score_drift;
pub mod segment_below_minimum;
pub mod value_never_seen;
pub mod window_beyond_history;

use super::{Facts, each};
use crate::ast::{CompareOp, ItemKind};
use crate::calendar::{Calendar, Date};
use crate::data::{Cells, Dataset, LoadReport, TableData};
use crate::diagnostics::Code;
use crate::engine::{AccountResult, Results};
use crate::program::{Band, BandTable, BandTest, Expr, ExprKind, Field, Program, Table, TableId};
use crate::span::Span;
use crate::value::Value;
use std::collections::HashSet;

/// Data, and what the program makes of them.
#[derive(Debug)]
pub struct Evidence<'d> {
    /// The rows.
    pub data: &'d Dataset,
    /// What was read and kept.
    pub load: &'d LoadReport,
    /// All accounts at the date of the run.
    pub results: Results,
    /// All accounts at dates before it, the latest first.
    pub earlier: Vec<Results>,
    /// How the project counts its years.
    pub calendar: Calendar,
}

impl Evidence<'_> {
    /// At all dates.
    fn all(&self) -> impl Iterator<Item = &Results> {
        std::iter::once(&self.results).chain(&self.earlier)
    }
}

/// True if there are fewer accounts than the option `accounts` asks for.
fn few(facts: &Facts, code: Code) -> bool {
    facts.data.is_none_or(|evidence| (evidence.results.accounts.len() as i64) < facts.option(code, "accounts"))
}

/// In whole hundredths, rounded down.
fn share(part: usize, all: usize) -> i64 {
    (part as i64 * 100).checked_div(all as i64).unwrap_or(0)
}

/// `1 account`, `40 accounts`
fn count(results: &Results, one: &str, many: &str) -> String {
    crate::report::counted(results.accounts.len() as u64, one, many)
}

/// A column that the rules read, of a table with rows enough.
struct Read<'f> {
    table: &'f Table,
    field: &'f Field,
    rows: u32,
    /// Cells that hold something.
    values: u32,
    /// All of those hold the same.
    constant: bool,
}

/// Columns that are read, without keys, owners and dates of events.
fn columns<'f>(facts: &Facts<'f>, code: Code) -> Vec<Read<'f>> {
    let items = facts.items();
    let table_word = |place: &usize| {
        items.get(*place).is_none_or(|item| matches!(item.kind, ItemKind::Table(_) | ItemKind::Events(_)))
    };
    // A table mentions its own columns: somebody else has to.
    let read = |name: &str| facts.uses.of(name).iter().any(|place| !table_word(place));
    let mut found = Vec::new();
    for (table, data) in tables(facts, code) {
        for (place, (field, column)) in table.fields.iter().zip(&data.columns).enumerate() {
            let is = |id: Option<crate::program::FieldId>| id.is_some_and(|id| id.index() == place);
            let own = is(table.key) || is(table.kind.at()) || is(table.kind.owner().map(|(_, parent)| parent));
            if own || !read(&field.name) {
                continue;
            }
            let mut values = (0..data.rows).map(|row| column.value(row)).filter(|value| !value.is_missing());
            let first = values.next();
            let (mut count, mut constant) = (u32::from(first.is_some()), true);
            for value in values {
                count += 1;
                constant &= Some(&value) == first.as_ref();
            }
            found.push(Read { table, field, rows: data.rows, values: count, constant });
        }
    }
    found
}

/// Tables that were loaded, with at least as many rows as the option `rows` asks for.
fn tables<'f>(facts: &Facts<'f>, code: Code) -> impl Iterator<Item = (&'f Table, &'f TableData)> {
    let least = facts.option(code, "rows");
    let all = facts.data.map_or(&[][..], |evidence| evidence.data.tables.as_slice());
    let enough = move |data: &TableData| data.loaded && i64::from(data.rows) >= least.max(1);
    facts.program.tables.iter().zip(all).filter(move |(_, data)| enough(data))
}

/// A value that a condition asks for and no row has.
struct Unseen<'f> {
    table: &'f Table,
    field: &'f Field,
    rows: u32,
    text: String,
    span: Span,
}

/// Values of lists and texts that columns are compared with and that no row holds.
fn literals<'f>(facts: &Facts<'f>, code: Code) -> Vec<Unseen<'f>> {
    let Some(evidence) = facts.data else { return Vec::new() };
    let program = facts.program;
    let known: HashSet<&str> = tables(facts, code).map(|(table, _)| table.header.name.as_str()).collect();
    let mut asked: Vec<(&'f Expr, &'f Expr, Option<TableId>)> = Vec::new();
    let conditions = facts.conditions();
    let roots = conditions.iter().map(|c| (c.expr, c.rows));
    let metrics = program.metrics.iter().map(|m| (&m.value, None));
    for (root, rows) in roots.chain(metrics) {
        let mut open = vec![root];
        while let Some(expr) = open.pop() {
            match &expr.kind {
                // What is inside has rows of its own, and conditions of its own.
                ExprKind::Aggregate(_) | ExprKind::Across(_) => continue,
                ExprKind::Compare(CompareOp::Equal, one, other) => asked.push((one, other, rows)),
                ExprKind::In { value, list, negated: false } => {
                    asked.extend(list.iter().map(|entry| (&**value, entry, rows)));
                }
                _ => {}
            }
            open.extend(expr.children());
        }
    }
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (column, literal, rows) in asked {
        let (id, field) = match (&column.kind, rows) {
            (ExprKind::Field(field), _) => (program.subject, *field),
            (ExprKind::RowField(field), Some(table)) => (Some(table), *field),
            _ => continue,
        };
        let Some((id, table)) = id.and_then(|id| Some((id, program.table(id)?))) else { continue };
        let Some(declared) = table.fields.get(field.index()).filter(|field| !field.personal) else { continue };
        let Some(data) = evidence.data.table(id).filter(|_| known.contains(table.header.name.as_str())) else {
            continue;
        };
        let ExprKind::Literal(wanted) = &literal.kind else { continue };
        let holds = |row: u32| same(&data.value(field, row), wanted);
        if matches!(wanted, Value::Symbol(_) | Value::Text(_))
            && seen.insert(literal.span)
            && !(0..data.rows).any(holds)
        {
            let text = facts.text(literal.span).trim_matches('"').to_string();
            found.push(Unseen { table, field: declared, rows: data.rows, text, span: literal.span });
        }
    }
    found
}

/// Texts are compared mildly: a finding must not hang on blanks and capitals.
fn same(cell: &Value, wanted: &Value) -> bool {
    match (cell, wanted) {
        (Value::Text(cell), Value::Text(wanted)) => cell.trim().to_lowercase() == wanted.trim().to_lowercase(),
        (cell, wanted) => cell == wanted,
    }
}

/// A band or grade, and how many accounts are in it.
struct Occupied<'f> {
    band: &'f Band,
    of: &'f str,
    inside: usize,
    all: usize,
}

/// Bands and grades that are the same for everybody, where accounts enough are in any.
fn occupied<'f>(facts: &Facts<'f>, code: Code) -> Vec<Occupied<'f>> {
    let Some(evidence) = facts.data else { return Vec::new() };
    let least = facts.option(code, "accounts");
    let accounts = &evidence.results.accounts;
    let mut found = Vec::new();
    let mut add = |of: &'f str, tables: &'f [BandTable], name: &dyn Fn(&AccountResult) -> Option<String>| {
        let [table] = tables else { return };
        let names: Vec<String> = accounts.iter().filter_map(name).collect();
        if table.segment.is_some() || (names.len() as i64) < least {
            return;
        }
        for band in table.bands.iter().filter(|band| !matches!(band.test, BandTest::Missing)) {
            let inside = names.iter().filter(|name| **name == band.name).count();
            found.push(Occupied { band, of, inside, all: names.len() });
        }
    };
    for (i, metric) in facts.program.metrics.iter().enumerate() {
        add(&metric.header.name, &metric.thresholds, &|a| a.metrics.get(i)?.band.clone());
    }
    for (i, card) in facts.program.scorecards.iter().enumerate() {
        add(&card.header.name, &card.grades, &|a| a.scores.get(i)?.grade.clone());
    }
    found
}

/// The first date of a source of events: what the project file says, or the earliest row.
fn first_date(program: &Program, data: &Dataset, table: TableId) -> Option<Date> {
    let data = data.table(table).filter(|data| data.loaded && data.rows > 0)?;
    let at = program.table(table)?.kind.at()?;
    let earliest = match &data.columns.get(at.index())?.cells {
        Cells::Date(dates) => dates.iter().flatten().min(),
        Cells::Instant(moments) => {
            let days = moments.iter().flatten().min()?.div_euclid(86_400_000_000);
            Some(Date::new(1970, 1, 1)?.plus_days(days))
        }
        _ => None,
    };
    data.covers_from.or(earliest)
}

/// The first date of a source whose beginning the project file does not tell: where it does, a window that begins before it is
/// missing rather than short.
fn unsaid_beginning(facts: &Facts, table: TableId) -> Option<Date> {
    let data = facts.data?.data;
    let told = data.table(table)?.covers_from.is_some();
    if told { None } else { first_date(facts.program, data, table) }
}

/// From which date on all windows of all metrics are filled; nothing if metrics look back in other ways too.
fn filled_from(facts: &Facts) -> Option<Date> {
    let evidence = facts.data?;
    let as_of = evidence.results.as_of;
    let mut from: Option<Date> = None;
    let mut plain = true;
    for (value, _) in facts.values() {
        each(value, &mut |expr| match &expr.kind {
            ExprKind::Aggregate(aggregate) => {
                let Some(begins) = first_date(facts.program, evidence.data, aggregate.source) else { return };
                let back = aggregate.window.map_or(0, |w| as_of.days_since(evidence.calendar.range(w, as_of).first));
                let filled = begins.plus_days(back.max(0));
                from = Some(from.map_or(filled, |known| known.max(filled)));
            }
            ExprKind::AsOf { .. }
            | ExprKind::Change { .. }
            | ExprKind::Trend { .. }
            | ExprKind::Held { .. }
            | ExprKind::Streak { .. }
            | ExprKind::Until { .. } => plain = false,
            _ => {}
        });
    }
    from.filter(|_| plain)
}
