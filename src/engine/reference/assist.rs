//! Single questions about an account, for whoever computes the rest of it otherwise.

use super::Evaluator;
use super::account::{Account, Known};
use super::schedule::{Schedule, Step};
use super::scope::Scope;
use crate::calendar::Date;
use crate::engine::{AccountFault, Item, MetricResult, RowStanding, RuleResult, ScoreResult};
use crate::program::{Aggregate, Expr, ExprKind, FieldId, PortfolioId, Type};
use crate::span::Span;
use crate::value::{Fault, Value};
use hashbrown::HashSet;

/// Nobody's: faults are noted here until they are handed over.
const PENDING: Item = Item::Portfolio(PortfolioId(u32::MAX));

/// A step, computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Computed {
    /// A metric.
    Metric(MetricResult),
    /// A score.
    Score(ScoreResult),
    /// A rule.
    Rule(RuleResult),
    /// A rule about rows, row by row.
    RowRule(Vec<RowStanding>),
    /// Of a segment: yes or no; of a partition: its part as a symbol.
    Membership(Value),
}

/// An account that is asked for single things; what they need is computed when it is needed.
#[derive(Debug)]
pub struct Assistant<'a> {
    account: Account<'a>,
}

impl Evaluator<'_> {
    /// An account to be asked for single things; `None` if there is none of this id at that date.
    pub fn assistant(&self, id: &str, as_of: Date) -> Option<Assistant<'_>> {
        Some(Assistant { account: self.account_lazily(id, as_of, &[])? })
    }
}

impl Assistant<'_> {
    /// An item at a date, and the faults of its definition in the order in which they were noted; of an item that is asked for
    /// at several dates, those of all so far.
    pub fn step(&mut self, item: Item, date: Date) -> (Option<Computed>, Vec<AccountFault>) {
        let step = (item, date);
        let Evaluator { program, calendar, .. } = *self.account.evaluator;
        let schedule = Schedule::of_item(program, calendar, step, &self.known());
        self.account.run(&schedule);
        let result = self.account.known.get(&step).map(|known| match known {
            Known::Metric(result) => Computed::Metric(result.clone()),
            Known::Score(result) => Computed::Score(result.clone()),
            Known::Rule(result) => Computed::Rule(result.clone()),
            Known::RowRule(rows) => Computed::RowRule(rows.clone()),
            Known::Membership(value) => Computed::Membership(value.clone()),
        });
        let faults = self.account.faults.borrow();
        (result, faults.iter().filter(|fault| fault.item == item).copied().collect())
    }

    /// What an aggregate amounts to at a date, and the faults that are noted on the way.
    pub fn aggregate(&mut self, aggregate: &Aggregate, date: Date) -> (Value, Vec<Fault>) {
        let kind = ExprKind::Aggregate(Box::new(aggregate.clone()));
        let expr = Expr { kind, ty: Type::Unknown, span: Span::default() };
        self.needed(&expr, date);
        let value = self.scope(date).eval(&expr);
        (value, self.pending())
    }

    /// The date of the last row that counts in an aggregate.
    pub fn last_counted(&mut self, aggregate: &Aggregate, date: Date) -> Option<Date> {
        self.aggregate(aggregate, date);
        let last = self.scope(date).last_counted(aggregate);
        self.pending();
        last
    }

    /// A column, as it was known at a date.
    pub fn field(&self, field: FieldId, date: Date) -> Value {
        Scope { blame: None, ..self.scope(date) }.field(field)
    }

    /// The value of a metric of the whole portfolio.
    pub fn portfolio(&self, id: PortfolioId, date: Date) -> Value {
        self.account.evaluator.portfolio(id, date).value.clone()
    }

    fn scope(&self, date: Date) -> Scope<'_> {
        Scope { as_of: date, blame: Some(PENDING), ..self.account.scope() }
    }

    fn known(&self) -> HashSet<Step> {
        self.account.known.keys().copied().collect()
    }

    fn needed(&mut self, expr: &Expr, date: Date) {
        let Evaluator { program, calendar, .. } = *self.account.evaluator;
        let schedule = Schedule::of_expr(program, calendar, expr, date, &self.known());
        self.account.run(&schedule);
    }

    fn pending(&self) -> Vec<Fault> {
        let mut faults = self.account.faults.borrow_mut();
        let pending = faults.iter().filter(|fault| fault.item == PENDING).map(|fault| fault.fault).collect();
        faults.retain(|fault| fault.item != PENDING);
        pending
    }
}
