//! The value of an expression: one arm per form.

use super::logic::{all, any, compare, negate_if};
use super::scope::Scope;
use crate::ast::CompareOp;
use crate::program::{Expr, ExprKind, MissingWord};
use crate::value::{Missing, Value};

impl Scope<'_> {
    /// The value of an expression here.
    pub(super) fn eval(self, expr: &Expr) -> Value {
        let program = self.account.evaluator.program;
        match &expr.kind {
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Param(id) => {
                program.params.get(id.index()).map_or(Value::Missing(Missing::NoData), |p| p.value.clone())
            }
            ExprKind::Field(field) => self.field(*field),
            ExprKind::RowField(field) => self.row_field(*field),
            ExprKind::Metric(id) => self.metric_value_of(*id, false),
            ExprKind::Points(id) => self.metric_value_of(*id, true),
            ExprKind::Score(id) => self.score_value(*id),
            ExprKind::Segment(id) => self.segment(*id),
            ExprKind::Part(id, part) => self.part(*id, *part),
            ExprKind::Partition(id) => self.partition(*id),
            ExprKind::Not(inner) => negate_if(true, self.eval(inner)),
            ExprKind::Negate(inner) => self.negative(inner),
            ExprKind::And(list) => all(list.iter().map(|e| self.eval(e))),
            ExprKind::Or(list) => any(list.iter().map(|e| self.eval(e))),
            ExprKind::Sum(terms) => self.sum(terms),
            ExprKind::Product(factors) => self.product(factors),
            ExprKind::Compare(op, left, right) => compare(*op, &self.eval(left), &self.eval(right)),
            ExprKind::In { value, list, negated } => negate_if(*negated, self.is_in(value, list)),
            ExprKind::Within { value, window, negated } => {
                let range = self.account.evaluator.calendar.range(*window, self.as_of);
                negate_if(*negated, with_date(self.eval(value), |date| Value::Boolean(range.contains(date))))
            }
            ExprKind::IsMissing { value, because, negated } => {
                let missing = self.eval(value).missing().is_some_and(|reason| is_because(reason, *because));
                Value::Boolean(missing != *negated)
            }
            ExprKind::IsBand { metric, band, negated } => negate_if(*negated, self.is_band(*metric, band)),
            ExprKind::IsGrade { scorecard, grade, negated } => negate_if(*negated, self.is_grade(*scorecard, grade)),
            ExprKind::OrElse(list) => self.or_else(list),
            ExprKind::If { condition, then, otherwise } => {
                // Unknown counts as not met.
                if self.eval(condition).truth() == Some(true) { self.eval(then) } else { self.eval(otherwise) }
            }
            ExprKind::Function(function, arguments) => self.call(*function, arguments),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Elapsed { unit, until, date } => self.elapsed(*unit, *until, date),
            ExprKind::AsOfDate => Value::Date(self.as_of),
            ExprKind::AsOf { value, .. } => self.as_of(&expr.kind, value),
            ExprKind::Change { value, percent, .. } => self.change(&expr.kind, value, *percent),
            ExprKind::Trend { value, .. } => self.trend(&expr.kind, value),
            ExprKind::Held { condition, count, .. } => self.held(&expr.kind, condition, *count),
        }
    }

    fn is_in(self, value: &Expr, list: &[Expr]) -> Value {
        let value = self.eval(value);
        if value.is_missing() {
            return value;
        }
        any(list.iter().map(|member| compare(CompareOp::Equal, &value, &self.eval(member))))
    }

    fn is_band(self, metric: crate::program::MetricId, band: &str) -> Value {
        match self.metric(metric) {
            None => Value::Missing(Missing::NoData),
            Some(found) => named(found.band.as_deref(), band, &found.value),
        }
    }

    fn is_grade(self, scorecard: crate::program::ScorecardId, grade: &str) -> Value {
        match self.score(scorecard) {
            None => Value::Missing(Missing::NoData),
            Some(found) => named(found.grade.as_deref(), grade, &found.value),
        }
    }

    fn or_else(self, list: &[Expr]) -> Value {
        let mut first = None;
        for expr in list {
            let value = self.eval(expr);
            if !value.is_missing() {
                return value;
            }
            first = first.or(Some(value));
        }
        first.unwrap_or(Value::Missing(Missing::NoData))
    }
}

/// Whether a band or grade has this name; unknown if there is none because the value is missing.
fn named(actual: Option<&str>, wanted: &str, value: &Value) -> Value {
    match (actual, value) {
        (Some(actual), _) => Value::Boolean(actual == wanted),
        (None, Value::Missing(reason)) => Value::Missing(*reason),
        (None, _) => Value::Boolean(false),
    }
}

/// Goes on with the date of a value; a missing value stays missing.
pub(super) fn with_date(value: Value, then: impl FnOnce(crate::calendar::Date) -> Value) -> Value {
    match (value.date(), value) {
        (Some(date), _) => then(date),
        (None, Value::Missing(reason)) => Value::Missing(reason),
        (None, _) => Value::Missing(Missing::NotApplicable),
    }
}

fn is_because(reason: Missing, because: Option<MissingWord>) -> bool {
    match because {
        None => true,
        Some(MissingWord::NoData) => reason == Missing::NoData,
        Some(MissingWord::NotApplicable) => reason == Missing::NotApplicable,
        Some(MissingWord::Stale) => reason == Missing::Stale,
        Some(MissingWord::TooFew) => reason == Missing::TooFew,
        Some(MissingWord::Error) => matches!(reason, Missing::Error(_)),
    }
}
