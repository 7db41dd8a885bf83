//! How rows hang together: those of an account, those that belong to a row or name it, the row that another belongs to;
//! and metrics of rows.

use super::Evaluator;
use super::account::Account;
use super::rows::Outcome;
use super::scope::{Event, Scope};
use crate::calendar::Date;
use crate::engine::Item;
use crate::program::{Aggregate, FieldId, Reach, RowMetricId, TableId};
use crate::value::{DAY_MICROS, Missing, Value};

impl Scope<'_> {
    /// All rows that an aggregate reaches, by date, later than the as-of date too. Rows without a date of their own have
    /// that of the question.
    pub(super) fn source_rows(self, aggregate: &Aggregate) -> Vec<(u32, Date)> {
        let evaluator = self.account.evaluator;
        let source = aggregate.source;
        let (rows, direct) = match (aggregate.reach, self.event) {
            (Reach::Account, _) => return self.rows_of_account(source),
            (Reach::Everyone, _) => (self.everyones_rows(aggregate), !evaluator.is_owned(source)),
            (Reach::Below(table), Some(event)) => {
                let direct =
                    evaluator.program.table(source).and_then(|t| t.kind.owner()).is_some_and(|(of, _)| of == table);
                (evaluator.below(table, &[self.related_row(table, event).unwrap_or(u32::MAX)], source), direct)
            }
            (Reach::Naming { to, via, by }, Some(event)) => {
                let named = self
                    .related_row(to, event)
                    .and_then(|row| evaluator.data.table(via)?.link(by)?.from.get(row as usize));
                (evaluator.below(via, named.map_or(&[], Vec::as_slice), source), false)
            }
            (Reach::Below(_) | Reach::Naming { .. }, None) => (Vec::new(), true),
        };
        evaluator.dated(source, rows, direct, self.as_of)
    }

    /// All rows of the account in a table, by date, later than the as-of date too.
    pub(super) fn rows_of_account(self, source: TableId) -> Vec<(u32, Date)> {
        let evaluator = self.account.evaluator;
        let Some(accounts) = evaluator.program.subject else { return Vec::new() };
        let rows = evaluator.below(accounts, &[self.account.subject.row], source);
        evaluator.dated(source, rows, evaluator.program.lineage(source).len() <= 2, self.as_of)
    }

    /// The row of a table that the row at hand belongs to or names, or the row itself.
    fn related_row(self, table: TableId, event: Event) -> Option<u32> {
        let Evaluator { program, data, .. } = self.account.evaluator;
        let mut at = event;
        for _ in 0..=program.tables.len() {
            if at.table == table {
                return Some(at.row);
            }
            let Some((of, _)) = program.table(at.table).and_then(|t| t.kind.owner()) else { break };
            let Some(row) = data.table(at.table).and_then(|d| d.owners.get(at.row as usize)) else { break };
            at = Event { table: of, row: *row };
        }
        let by = program.naming(event.table, table)?;
        data.table(event.table)?.link(by)?.to.get(event.row as usize).copied().flatten()
    }

    /// A column of the row that the row at hand belongs to or names.
    pub(super) fn related_field(self, of: TableId, field: FieldId) -> Value {
        match self.event.and_then(|event| self.related_row(of, event)) {
            Some(row) => self.on(of, row).row_field(field),
            None => Value::Missing(Missing::NoData),
        }
    }

    /// A metric of the row at hand, or of the one that it belongs to or names. Computed once per row and date.
    pub(super) fn row_metric(self, id: RowMetricId, of: TableId) -> Value {
        let Some(row) = self.event.and_then(|event| self.related_row(of, event)) else {
            return Value::Missing(Missing::NoData);
        };
        // What it reads of an account, it reads of its own.
        if self.account.evaluator.owner_row(of, row) != Some(self.account.subject.row) {
            return Value::Missing(Missing::NotApplicable);
        }
        let key = (id, row, self.as_of);
        if let Some(known) = self.account.of_rows.borrow().get(&key) {
            return known.clone();
        }
        let Some(metric) = self.account.evaluator.program.row_metric(id) else {
            return Value::Missing(Missing::NoData);
        };
        let blame = self.blame.map(|_| Item::RowMetric(id));
        let value = Scope { blame, ..self.on(of, row) }.eval(&metric.value);
        self.account.of_rows.borrow_mut().insert(key, value.clone());
        value
    }
}

/// A metric of rows for one row.
#[derive(Debug, Clone, PartialEq)]
pub struct OfRow {
    /// The row.
    pub row: u32,
    /// The value.
    pub value: Value,
    /// The rows that counted in the aggregates of its definition.
    pub rows: Vec<(TableId, u32)>,
    /// Those of them whose weight is below 0: of such there is no mean.
    pub negative: Vec<(TableId, u32)>,
}

impl Account<'_> {
    /// A metric of rows for each row of the account.
    pub fn metric_of_rows(&self, id: RowMetricId) -> Vec<OfRow> {
        let Some(metric) = self.evaluator.program.row_metric(id) else { return Vec::new() };
        let scope = self.scope();
        let of_row = |(row, _): (u32, Date)| {
            let here = scope.on(metric.of, row);
            let (mut rows, mut negative) = (Vec::new(), Vec::new());
            for aggregate in metric.value.aggregates() {
                here.run(aggregate, &mut |row, _, outcome| {
                    if let Outcome::Counted(counted) = outcome {
                        rows.push((aggregate.source, row));
                        let below = counted.weight.is_some_and(|w| w.is_negative());
                        negative.extend(below.then_some((aggregate.source, row)));
                    }
                });
            }
            OfRow { row, value: here.row_metric(id, metric.of), rows, negative }
        };
        scope.rows_of_account(metric.of).into_iter().map(of_row).collect()
    }
}

impl Evaluator<'_> {
    /// The rows of `source` that belong to these rows of `from`, directly or through others, in order.
    pub(super) fn below(&self, from: TableId, rows: &[u32], source: TableId) -> Vec<u32> {
        let line = self.program.lineage(source);
        let Some(place) = line.iter().position(|table| *table == from) else { return Vec::new() };
        let mut rows = rows.to_vec();
        for table in line.iter().take(place).rev() {
            let Some(data) = self.data.table(*table) else { return Vec::new() };
            rows = rows.iter().flat_map(|row| data.rows_of(*row)).copied().collect();
        }
        rows
    }

    /// Rows with their dates, by date; `sorted` if they come so.
    pub(super) fn dated(&self, source: TableId, rows: Vec<u32>, sorted: bool, as_of: Date) -> Vec<(u32, Date)> {
        let (Some(table), Some(data)) = (self.program.table(source), self.data.table(source)) else {
            return Vec::new();
        };
        let Some(at) = table.kind.at() else { return rows.into_iter().map(|row| (row, as_of)).collect() };
        let mut dated: Vec<(u32, Date)> =
            rows.into_iter().filter_map(|row| Some((row, data.value(at, row).date()?))).collect();
        // Rows at the same moment stay in the order of what they belong to, which does not depend on the files.
        if !sorted {
            dated.sort_by_key(|(row, date)| match data.value(at, *row) {
                Value::Instant(micros) => micros,
                _ => i64::from(date.0).saturating_mul(DAY_MICROS),
            });
        }
        dated
    }
}
