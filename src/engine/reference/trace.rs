//! Conditions told clause by clause, every operand with its value and nothing cut short.
//!
//! Whether a clause holds is asked of the plain evaluation, clause by clause; only what is shown beside it is put
//! together here.

use super::account::Account;
use super::scope::Scope;
use super::time;
use crate::ast::CompareOp;
use crate::calendar::{Date, DateRange, PeriodKind};
use crate::engine::{RuleResult, Unknown};
use crate::program::{Expr, ExprKind, MetricId, Node, RuleId, ScorecardId, Type};
use crate::span::Span;
use crate::value::Value;

/// A condition and how it came out.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionTrace {
    /// Where it stands.
    pub span: Span,
    /// At which date it was asked.
    pub as_of: Date,
    /// Yes, no, or unknown.
    pub truth: Option<bool>,
    /// What is missing, if it is unknown.
    pub unknown: Vec<Unknown>,
    /// Of what it is made.
    pub clause: Clause,
}

/// A part of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// Where it stands.
    pub span: Span,
    /// Its type, which carries the unit.
    pub ty: Type,
    /// Its value.
    pub value: Value,
    /// The metric or score whose value it is, if it is nothing else.
    pub node: Option<Node>,
    /// The name of the column, metric and so on, if it is nothing else.
    pub name: Option<String>,
}

/// The forms of condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// All of them.
    All(Vec<ConditionTrace>),
    /// At least one of them.
    Any(Vec<ConditionTrace>),
    /// The opposite.
    Not(Box<ConditionTrace>),
    /// A comparison.
    Compare {
        /// How.
        op: CompareOp,
        /// Left of it.
        left: Operand,
        /// Right of it.
        right: Operand,
    },
    /// Membership in a list.
    In {
        /// What is looked for.
        value: Operand,
        /// Where.
        list: Vec<Operand>,
        /// `not in`
        negated: bool,
    },
    /// A date in a window.
    Within {
        /// The date.
        value: Operand,
        /// The dates of the window, both included.
        range: DateRange,
        /// `not in`
        negated: bool,
    },
    /// Missing or not.
    IsMissing {
        /// What.
        value: Operand,
        /// `is not missing`
        negated: bool,
    },
    /// The band of a metric.
    Band {
        /// Which metric.
        metric: MetricId,
        /// The band it is in.
        actual: Option<String>,
        /// The band asked for.
        wanted: String,
        /// `is not`
        negated: bool,
    },
    /// The grade of a score.
    Grade {
        /// Which scorecard.
        scorecard: ScorecardId,
        /// The grade it has.
        actual: Option<String>,
        /// The grade asked for.
        wanted: String,
        /// `is not`
        negated: bool,
    },
    /// True often enough at the ends of complete periods.
    Held {
        /// How often is enough.
        count: u32,
        /// Of how many.
        of: u32,
        /// Periods.
        period: PeriodKind,
        /// At the end of each, latest first.
        at: Vec<ConditionTrace>,
    },
    /// A state, replayed point by point, earliest first.
    Until(Vec<super::Replayed>),
    /// The same at another date; `None` if that date lies ahead.
    AsOf(Option<Box<ConditionTrace>>),
    /// Anything else that is yes or no: a column, a segment, a choice.
    Value(Operand),
}

/// The conditions of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTrace {
    /// How it stands.
    pub result: RuleResult,
    /// `when` or `while`.
    pub condition: ConditionTrace,
    /// `unless`
    pub unless: Option<ConditionTrace>,
    /// `close when`
    pub close: Option<ConditionTrace>,
}

impl Account<'_> {
    /// A condition of the program, told clause by clause.
    pub fn condition(&self, expr: &Expr) -> ConditionTrace {
        self.scope().told(expr, true)
    }

    /// What is missing in an expression of the program; nothing, if it has a value.
    pub fn unknown(&self, expr: &Expr) -> Vec<Unknown> {
        self.scope().unknowns(expr, true)
    }

    /// A rule, told clause by clause.
    pub fn rule_trace(&self, id: RuleId) -> Option<RuleTrace> {
        let rule = self.evaluator.program.rules.get(id.index())?;
        Some(RuleTrace {
            result: self.rule(id),
            condition: self.condition(&rule.condition),
            unless: rule.unless.as_ref().map(|c| self.condition(c)),
            close: rule.close.as_ref().map(|c| self.condition(&c.condition)),
        })
    }
}

impl Scope<'_> {
    /// With `back`, other dates are told too; there that ends, so that a story does not multiply with every level.
    fn told(self, expr: &Expr, back: bool) -> ConditionTrace {
        let truth = self.eval(expr).truth();
        let unknown = if truth.is_none() { self.unknowns(expr, back) } else { Vec::new() };
        ConditionTrace { span: expr.span, as_of: self.as_of, truth, unknown, clause: self.clause(expr, back) }
    }

    fn clause(self, expr: &Expr, back: bool) -> Clause {
        let calendar = self.account.evaluator.calendar;
        let each = |list: &[Expr]| list.iter().map(|e| self.told(e, back)).collect();
        match &expr.kind {
            ExprKind::And(list) => Clause::All(each(list)),
            ExprKind::Or(list) => Clause::Any(each(list)),
            ExprKind::Not(inner) => Clause::Not(Box::new(self.told(inner, back))),
            ExprKind::Compare(op, left, right) => {
                Clause::Compare { op: *op, left: self.operand(left), right: self.operand(right) }
            }
            ExprKind::In { value, list, negated } => Clause::In {
                value: self.operand(value),
                list: list.iter().map(|e| self.operand(e)).collect(),
                negated: *negated,
            },
            ExprKind::Within { value, window, negated } => Clause::Within {
                value: self.operand(value),
                range: calendar.range(*window, self.as_of),
                negated: *negated,
            },
            ExprKind::IsMissing { value, negated, .. } => {
                Clause::IsMissing { value: self.operand(value), negated: *negated }
            }
            ExprKind::IsBand { metric, band, negated } => Clause::Band {
                metric: *metric,
                actual: self.metric(*metric).and_then(|m| m.band.clone()),
                wanted: band.clone(),
                negated: *negated,
            },
            ExprKind::IsGrade { scorecard, grade, negated } => Clause::Grade {
                scorecard: *scorecard,
                actual: self.score(*scorecard).and_then(|s| s.grade.clone()),
                wanted: grade.clone(),
                negated: *negated,
            },
            ExprKind::Held { condition, count, of, period, .. } if back => {
                let dates = time::dates(calendar, &expr.kind, self.as_of).unwrap_or_default();
                let at = dates.into_iter().map(|date| self.at(date).told(condition, false)).collect();
                Clause::Held { count: *count, of: *of, period: *period, at }
            }
            ExprKind::Until { .. } if back => Clause::Until(self.replay(&expr.kind)),
            ExprKind::AsOf { value, .. } if back => {
                let date = time::dates(calendar, &expr.kind, self.as_of).unwrap_or_default().first().copied();
                Clause::AsOf(date.map(|date| Box::new(self.at(date).told(value, false))))
            }
            _ => Clause::Value(self.operand(expr)),
        }
    }

    fn operand(self, expr: &Expr) -> Operand {
        let node = match expr.kind {
            ExprKind::Metric(id) | ExprKind::Points(id) => Some(Node::Metric(id)),
            ExprKind::Score(id) => Some(Node::Scorecard(id)),
            _ => None,
        };
        Operand { span: expr.span, ty: expr.ty, value: self.eval(expr), node, name: self.name(expr) }
    }

    /// The innermost parts of an expression that are missing and make it so. Metrics and scores are not looked into.
    pub(super) fn unknowns(self, expr: &Expr, back: bool) -> Vec<Unknown> {
        let Value::Missing(reason) = self.eval(expr) else { return Vec::new() };
        let dates = time::dates(self.account.evaluator.calendar, &expr.kind, self.as_of);
        // What happens inside an aggregate happens per row, and is told by its own story.
        let children = match &expr.kind {
            ExprKind::Aggregate(_) => Vec::new(),
            _ if dates.is_some() && !back => Vec::new(),
            ExprKind::If { condition, then, otherwise } => {
                vec![if self.eval(condition).truth() == Some(true) { &**then } else { &**otherwise }]
            }
            _ => expr.children(),
        };
        let mut found: Vec<Unknown> = Vec::new();
        let back = back && dates.is_none();
        for date in dates.unwrap_or_else(|| vec![self.as_of]) {
            for unknown in children.iter().flat_map(|child| self.at(date).unknowns(child, back)) {
                if unknown.name.is_none() || !found.iter().any(|f| f.says_the_same_as(&unknown)) {
                    found.push(unknown);
                }
            }
        }
        if found.is_empty() {
            found.push(Unknown { name: self.name(expr), span: expr.span, as_of: self.as_of, reason });
        }
        found
    }

    /// What a person calls it, if it has a name.
    fn name(self, expr: &Expr) -> Option<String> {
        let program = self.account.evaluator.program;
        let name = match &expr.kind {
            ExprKind::Field(id) => &program.subject_table()?.fields.get(id.index())?.name,
            ExprKind::RowField(id) => &program.table(self.event?.table)?.fields.get(id.index())?.name,
            ExprKind::Param(id) => &program.params.get(id.index())?.header.name,
            ExprKind::Metric(id) | ExprKind::Points(id) | ExprKind::IsBand { metric: id, .. } => {
                &program.metric(*id)?.header.name
            }
            ExprKind::Score(id) | ExprKind::IsGrade { scorecard: id, .. } => &program.scorecard(*id)?.header.name,
            ExprKind::Benchmark { id, .. } => {
                let benchmark = program.benchmark(*id)?;
                match self.eval(&benchmark.of).is_missing() {
                    true => return self.name(&benchmark.of),
                    false => &benchmark.header.name,
                }
            }
            ExprKind::Portfolio(id) => &program.portfolio(*id)?.header.name,
            ExprKind::Segment(id) => &program.segments.get(id.index())?.header.name,
            ExprKind::Partition(id) => &program.partitions.get(id.index())?.header.name,
            ExprKind::Part(id, part) => &program.partitions.get(id.index())?.parts.get(*part as usize)?.name,
            _ => return None,
        };
        Some(name.clone())
    }
}
