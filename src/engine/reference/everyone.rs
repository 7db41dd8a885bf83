//! Aggregates over the rows of all accounts, or of the whole portfolio.
//!
//! What is said of a row (filter, value, weight, what `keep highest` goes by) is evaluated for the account that the row
//! belongs to, in the one pass over the accounts that all collectives share; the pipeline then runs over all rows
//! together, by nobody, and looks up what was found.

use super::account::Account;
use super::rows::{Dropped, Outcome, RowsTrace};
use super::schedule::{Needs, Schedule};
use super::scope::Scope;
use super::{Evaluator, Subject};
use crate::calendar::Date;
use crate::engine::RowsTold;
use crate::program::{Aggregate, Expr, TableId};
use crate::value::{Missing, Value};
use hashbrown::HashSet;
use std::collections::HashMap;

/// What was found out about rows beforehand.
#[derive(Debug, Default)]
pub(super) struct Foreseen {
    /// All rows of the accounts that exist, account by account.
    pub(super) rows: Vec<u32>,
    /// What is said of each; by the address of the expression.
    values: HashMap<(*const Expr, u32), Value>,
}

/// What rows of all accounts amount to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spread {
    pub(super) value: Value,
    pub(super) told: RowsTold,
}

impl Default for Spread {
    fn default() -> Spread {
        Spread { value: Value::Missing(Missing::NoData), told: RowsTold::new(TableId(0)) }
    }
}

impl Foreseen {
    /// Takes in the rows of an account.
    pub(super) fn take(&mut self, scope: Scope<'_>, subject: &Subject, aggregate: &Aggregate) {
        let evaluator = scope.account.evaluator;
        let Some(accounts) = evaluator.program.subject else { return };
        for row in evaluator.below(accounts, &[subject.row], aggregate.source) {
            self.rows.push(row);
            let here = scope.on(aggregate.source, row);
            if let Some(filter) = &aggregate.filter {
                let met = here.eval(filter);
                let truth = met.truth();
                self.values.insert((std::ptr::from_ref(filter), row), met);
                if truth != Some(true) {
                    continue;
                }
            }
            let filter = aggregate.filter.as_ref().map(std::ptr::from_ref);
            for expr in aggregate.children().into_iter().filter(|e| Some(std::ptr::from_ref(*e)) != filter) {
                self.values.insert((std::ptr::from_ref(expr), row), here.eval(expr));
            }
        }
    }
}

impl Scope<'_> {
    /// What is said of a row of an aggregate.
    pub(super) fn of_row(self, source: TableId, row: u32, expr: &Expr) -> Value {
        match &self.account.foreseen {
            Some(foreseen) => {
                let found = foreseen.values.get(&(std::ptr::from_ref(expr), row));
                found.cloned().unwrap_or(Value::Missing(Missing::NoData))
            }
            None => self.on(source, row).eval(expr),
        }
    }

    /// The rows of everyone.
    pub(super) fn everyones_rows(self, aggregate: &Aggregate) -> Vec<u32> {
        match &self.account.foreseen {
            Some(foreseen) => foreseen.rows.clone(),
            None => {
                let data = self.account.evaluator.data.table(aggregate.source);
                data.map_or(Vec::new(), |data| data.rows_of(0).to_vec())
            }
        }
    }

    pub(super) fn everyone(self, aggregate: &Aggregate) -> Value {
        match &self.account.evaluator.spread(aggregate, self.as_of).value {
            Value::Missing(Missing::Error(fault)) => self.fault(*fault),
            value => value.clone(),
        }
    }

    pub(super) fn spread(self, aggregate: &Aggregate) -> Spread {
        let mut told = RowsTold::new(aggregate.source);
        let value = self.run(aggregate, &mut |_, _, outcome| {
            told.rows += 1;
            match outcome {
                Outcome::Counted(_) => told.counted += 1,
                Outcome::Dropped(Dropped::Filter { unknown: true }) => told.undecided += 1,
                Outcome::Dropped(dropped) => dropped.reason().into_iter().for_each(|why| told.missing(why)),
            }
        });
        Spread { value, told }
    }
}

impl<'a> Evaluator<'a> {
    /// True if the rows of a table belong to accounts in the end.
    pub(super) fn is_owned(&self, table: TableId) -> bool {
        self.program.table(table).is_some_and(|t| t.kind.owner().is_some())
    }

    /// Nobody, who knows what is said of rows.
    pub(super) fn nobody_who_knows(&'a self, date: Date, foreseen: Option<Foreseen>) -> Account<'a> {
        Account { foreseen, ..self.nobody(date) }
    }

    /// Which rows of all accounts counted, which did not, and why.
    pub fn rows_of_everyone(&self, aggregate: &Aggregate, date: Date) -> RowsTrace {
        let needs = Needs::new(self.program, self.calendar, false);
        let mut roots = Vec::new();
        aggregate.children().into_iter().for_each(|expr| needs.expr(expr, date, &mut roots));
        let schedule = Schedule { steps: needs.in_order(roots, &HashSet::new()) };
        let foreseen = self.is_owned(aggregate.source).then(|| {
            let mut foreseen = Foreseen::default();
            for subject in self.subjects.iter().filter(|subject| subject.row_at(date).is_some()) {
                let account = Account::new(self, subject, date, &schedule, &[]);
                foreseen.take(account.scope(), subject, aggregate);
            }
            foreseen
        });
        self.nobody_who_knows(date, foreseen).scope().rows_trace(aggregate)
    }

    /// The account that a row belongs to, by id.
    pub fn account_of(&self, table: TableId, row: u32) -> Option<&str> {
        let row = self.owner_row(table, row)?;
        self.subjects.iter().find(|subject| subject.row == row).map(|subject| &*subject.id)
    }

    /// The row of the account that a row belongs to.
    pub(super) fn owner_row(&self, table: TableId, row: u32) -> Option<u32> {
        let (mut table, mut row) = (table, row);
        for _ in 0..=self.program.tables.len() {
            if Some(table) == self.program.subject {
                return Some(row);
            }
            let (of, _) = self.program.table(table)?.kind.owner()?;
            row = *self.data.table(table)?.owners.get(row as usize)?;
            table = of;
        }
        None
    }
}
