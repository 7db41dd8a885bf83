//! What is known of rows before accounts are looked at: aggregates that somebody else has computed, which must be what
//! would be computed here.

use super::account::Account;
use super::collective::Collectives;
use super::schedule::Schedule;
use super::scope::Scope;
use super::{Evaluator, Subject};
use crate::calendar::Date;
use crate::engine::column::{Plan, SlotValues, What};
use crate::engine::{Item, Options};
use crate::program::{Aggregate, MetricId, Node, PortfolioId, TableId};
use crate::value::{Fault, Missing, Value};
use std::sync::atomic::{AtomicBool, Ordering};

/// What was found out about rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) values: &'a SlotValues,
    /// Rows are only held of other tables than these.
    pub(crate) streamed: &'a [TableId],
    /// Becomes true where rows are asked for that are not held.
    pub(crate) missed: &'a AtomicBool,
}

impl<'a> Evaluator<'a> {
    /// Takes aggregates from what was found out, as far as it goes.
    pub(crate) fn knowing(self, given: Given<'a>) -> Evaluator<'a> {
        Evaluator { given: Some(given), ..self }
    }

    /// The same with nothing known or computed yet.
    pub(crate) fn fresh(&self) -> Evaluator<'a> {
        Evaluator { given: None, collectives: Collectives::default(), ..self.twin() }
    }

    /// The same for another thread.
    pub(crate) fn twin(&self) -> Evaluator<'a> {
        Evaluator {
            program: self.program,
            data: self.data,
            calendar: self.calendar,
            as_recorded: self.as_recorded,
            view: self.view,
            given: self.given,
            subjects: self.subjects.clone(),
            collectives: Collectives::clone(&self.collectives),
            rates: std::cell::OnceCell::new(),
        }
    }

    /// True if rows were asked for that are not held.
    pub(crate) fn has_missed(&self) -> bool {
        self.given.is_some_and(|given| given.missed.load(Ordering::Relaxed))
    }

    /// By place: the row of each account that rows belong to.
    pub(crate) fn account_rows(&self) -> Vec<u32> {
        self.subjects.iter().map(|subject| subject.row).collect()
    }

    /// The places of the accounts that a run asks for.
    pub(crate) fn asked(&self, options: &Options) -> Vec<u32> {
        let asked =
            |subject: &&Subject| options.accounts.is_empty() || options.accounts.iter().any(|id| **id == *subject.id);
        let there = self.subjects.iter().filter(asked).filter(|subject| subject.row_at(options.as_of).is_some());
        there.map(|subject| subject.index).collect()
    }

    /// True if what is known of accounts depends on the date.
    pub(crate) fn keeps_history(&self) -> bool {
        self.subjects.iter().any(|subject| subject.history.is_some())
    }

    /// The id of the account at a place, and the row that rows belong to.
    pub(crate) fn account_at(&self, place: u32) -> Option<(&str, u32)> {
        self.subjects.get(place as usize).map(|subject| (&*subject.id, subject.row))
    }

    /// The row of the account at a place as it was known at a date.
    pub(crate) fn row_of(&self, place: u32, date: Date) -> Option<u32> {
        self.subjects.get(place as usize)?.row_at(date)
    }

    /// The value of a metric of the whole portfolio.
    pub(crate) fn portfolio_value(&self, id: PortfolioId, date: Date) -> Value {
        self.portfolio(id, date).value.clone()
    }

    /// An aggregate of rows of the account at a place, and the faults that are noted on the way.
    pub(crate) fn aggregate_of(
        &self,
        place: u32,
        aggregate: &Aggregate,
        date: Date,
        what: What,
    ) -> (Value, Vec<Fault>) {
        let Some(subject) = self.subjects.get(place as usize) else {
            return (Value::Missing(Missing::NoData), Vec::new());
        };
        let account = Account::new(self, subject, date, &Schedule::default(), &[]);
        // Whoever it is, somebody has to be to blame.
        let scope = Scope { blame: Some(Item::Node(Node::Metric(MetricId(0)))), ..account.scope() };
        let value = match what {
            What::Value => scope.run(aggregate, &mut |_, _, _| {}),
            What::LastCounted => scope.looked_up(aggregate).map_or(Value::Missing(Missing::NoData), Value::Date),
        };
        let faults = account.faults.borrow().iter().map(|fault| fault.fault).collect();
        (value, if what == What::Value { faults } else { Vec::new() })
    }

    /// Gets everything ready that takes all accounts.
    pub(crate) fn ready(&self, as_of: Date) {
        self.get_ready(as_of);
    }
}

impl Scope<'_> {
    /// What is known of an aggregate here, with its faults noted.
    pub(super) fn given(self, aggregate: &Aggregate, what: What) -> Option<Value> {
        let Given { plan, values, streamed, missed } = self.account.evaluator.given?;
        let slot = plan.slot(aggregate, self.as_of, what);
        // Nobody in particular has no place.
        let place = Some(self.account.subject.index).filter(|place| *place != u32::MAX);
        let found = slot.zip(place).filter(|(slot, place)| values.has(*slot, *place));
        let Some((slot, place)) = found else {
            if streamed.contains(&aggregate.source) {
                missed.store(true, Ordering::Relaxed);
            }
            return None;
        };
        for fault in values.faults(slot, place) {
            self.fault(*fault);
        }
        Some(values.value(slot, place))
    }
}
