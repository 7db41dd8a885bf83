//! Where an expression is evaluated: for which account, at which as-of date, on which event row.

use super::account::{Account, Known};
use super::suppose::Supposed;
use crate::calendar::Date;
use crate::engine::{AccountFault, Item, MetricResult, ScoreResult};
use crate::program::{FieldId, MetricId, Node, PartitionId, ScorecardId, SegmentId, SegmentRef, TableId};
use crate::value::{Fault, Missing, Value};

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) account: &'s Account<'s>,
    pub(super) as_of: Date,
    /// The row at hand: of the innermost aggregate, or the one that a metric of rows is about.
    pub(super) event: Option<Event>,
    /// In whose definition a fault is noted; nobody's, when a story is told.
    pub(super) blame: Option<Item>,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Event {
    pub(super) table: TableId,
    pub(super) row: u32,
}

impl<'s> Scope<'s> {
    pub(super) fn at(self, as_of: Date) -> Scope<'s> {
        Scope { as_of, ..self }
    }

    pub(super) fn on(self, table: TableId, row: u32) -> Scope<'s> {
        Scope { event: Some(Event { table, row }), ..self }
    }

    /// Notes a fault and gives the missing value.
    pub(super) fn fault(self, fault: Fault) -> Value {
        if let Some(item) = self.blame {
            let mut faults = self.account.faults.borrow_mut();
            let fault = AccountFault { item, fault };
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        Value::Missing(Missing::Error(fault))
    }

    /// A number, or the fault of one too large.
    pub(super) fn number(self, number: Option<crate::number::Decimal>) -> Value {
        number.map_or_else(|| self.fault(Fault::Overflow), Value::Number)
    }

    /// A cell; one that could not be read is a fault.
    fn cell(self, value: Value) -> Value {
        match value {
            Value::Missing(Missing::Error(fault)) => self.fault(fault),
            value => value,
        }
    }

    /// What something is supposed to be here.
    pub(super) fn supposed(self, what: Supposed) -> Option<&'s Value> {
        let account = self.account;
        let here = self.as_of == account.as_of;
        account.suppose.iter().filter(|_| here).find(|(of, _)| *of == what).map(|(_, value)| value)
    }

    /// A column of the account, as it was known at the as-of date.
    pub(super) fn field(self, field: FieldId) -> Value {
        if let Some(value) = self.supposed(Supposed::Column(field)) {
            return value.clone();
        }
        let evaluator = self.account.evaluator;
        let table = evaluator.program.subject.and_then(|id| evaluator.data.table(id));
        match (table, self.account.subject.row_at(evaluator.seen_until(self.as_of))) {
            (Some(table), Some(row)) => self.cell(table.value(field, row)),
            _ => Value::Missing(Missing::NoData),
        }
    }

    /// A column of the row at hand.
    pub(super) fn row_field(self, field: FieldId) -> Value {
        let Some(event) = self.event else { return Value::Missing(Missing::NoData) };
        let table = self.account.evaluator.data.table(event.table);
        table.map_or(Value::Missing(Missing::NoData), |table| self.cell(table.value(field, event.row)))
    }

    pub(super) fn metric(self, id: MetricId) -> Option<&'s MetricResult> {
        match self.account.known.get(&(Item::Node(Node::Metric(id)), self.as_of)) {
            Some(Known::Metric(result)) => Some(result),
            _ => None,
        }
    }

    pub(super) fn score(self, id: ScorecardId) -> Option<&'s ScoreResult> {
        match self.account.known.get(&(Item::Node(Node::Scorecard(id)), self.as_of)) {
            Some(Known::Score(result)) => Some(result),
            _ => None,
        }
    }

    /// The value of a metric, or its points.
    pub(super) fn metric_value_of(self, id: MetricId, points: bool) -> Value {
        let Some(metric) = self.metric(id) else { return Value::Missing(Missing::NoData) };
        match &metric.points {
            Some(given) if points => given.clone(),
            _ => metric.value.clone(),
        }
    }

    pub(super) fn score_value(self, id: ScorecardId) -> Value {
        self.score(id).map_or(Value::Missing(Missing::NoData), |score| score.value.clone())
    }

    pub(super) fn segment(self, id: SegmentId) -> Value {
        self.membership(Item::Segment(id))
    }

    /// The part as a symbol.
    pub(super) fn partition(self, id: PartitionId) -> Value {
        self.membership(Item::Partition(id))
    }

    /// Whether the account is in this part.
    pub(super) fn part(self, id: PartitionId, part: u32) -> Value {
        match self.partition(id) {
            Value::Symbol(actual) => Value::Boolean(actual == part),
            unknown => unknown,
        }
    }

    pub(super) fn belongs(self, segment: SegmentRef) -> Option<bool> {
        self.membership_of(segment).truth()
    }

    /// Whether the account belongs, or why that is not known.
    pub(super) fn membership_of(self, segment: SegmentRef) -> Value {
        match segment {
            SegmentRef::Segment(id) => self.segment(id),
            SegmentRef::Part(id, part) => self.part(id, part),
        }
    }

    /// True for everyone, or for certain members. Someone of whom it is unknown is treated as everyone else.
    pub(super) fn applies(self, segment: Option<SegmentRef>) -> bool {
        segment.is_none_or(|s| self.belongs(s) == Some(true))
    }

    fn membership(self, item: Item) -> Value {
        match self.account.known.get(&(item, self.as_of)) {
            Some(Known::Membership(value)) => value.clone(),
            _ => Value::Missing(Missing::NoData),
        }
    }
}
