//! The value of an expression: one arm per form.

use super::logic::{all, any, compare, negate_if};
use super::scope::Scope;
use crate::ast::{CompareOp, WindowKind};
use crate::program::{Expr, ExprKind, MetricId, MissingWord, ParamId, ScorecardId};
use crate::value::{Missing, Value};

impl Scope<'_> {
    /// The value of an expression here. Every arm is a call, which keeps the stack small where expressions nest.
    pub(super) fn eval(self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Param(id) => self.param(*id),
            ExprKind::Field(field) => self.field(*field),
            ExprKind::RowField(field) => self.row_field(*field),
            ExprKind::Related { of, field } => self.related_field(*of, *field),
            ExprKind::RowMetric { metric, of } => self.row_metric(*metric, *of),
            ExprKind::Metric(id) => self.metric_value_of(*id, false),
            ExprKind::Points(id) => self.metric_value_of(*id, true),
            ExprKind::Score(id) => self.score_value(*id),
            ExprKind::Segment(id) => self.segment(*id),
            ExprKind::Part(id, part) => self.part(*id, *part),
            ExprKind::Partition(id) => self.partition(*id),
            ExprKind::Not(inner) => self.opposite(inner),
            ExprKind::Negate(inner) => self.negative(inner),
            ExprKind::And(list) => self.all(list),
            ExprKind::Or(list) => self.any(list),
            ExprKind::Sum(terms) => self.sum(terms),
            ExprKind::Product(factors) => self.product(factors),
            ExprKind::Compare(op, left, right) => self.compared(*op, left, right),
            ExprKind::In { value, list, negated } => self.is_in(value, list, *negated),
            ExprKind::Within { value, window, negated } => self.is_within(value, *window, *negated),
            ExprKind::IsMissing { value, because, negated } => self.is_missing(value, *because, *negated),
            ExprKind::IsBand { metric, band, negated } => self.is_band(*metric, band, *negated),
            ExprKind::IsGrade { scorecard, grade, negated } => self.is_grade(*scorecard, grade, *negated),
            ExprKind::OrElse(list) => self.or_else(list),
            ExprKind::If { condition, then, otherwise } => self.choice(condition, then, otherwise),
            ExprKind::Function(function, arguments) => self.call(*function, arguments),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Elapsed { unit, until, date } => self.elapsed(*unit, *until, date),
            ExprKind::AsOfDate => Value::Date(self.as_of),
            ExprKind::AsOf { value, .. } => self.as_of(&expr.kind, value),
            ExprKind::Change { value, percent, .. } => self.change(&expr.kind, value, *percent),
            ExprKind::Trend { value, .. } => self.trend(&expr.kind, value),
            ExprKind::Paired { .. } => self.over_time(&expr.kind),
            ExprKind::Held { condition, count, .. } => self.held(&expr.kind, condition, *count),
            ExprKind::Streak { condition, ignoring, .. } => self.streak(&expr.kind, condition, *ignoring),
            ExprKind::Until { .. } => self.until(&expr.kind),
            ExprKind::Benchmark { id, position } => self.benchmark(*id, *position),
            ExprKind::Ranked(ranked) => self.ranked(ranked),
            ExprKind::Across(across) => self.across(across),
            ExprKind::Convert(convert) => self.convert(convert),
            ExprKind::Portfolio(id) => self.account.evaluator.portfolio(*id, self.as_of).value.clone(),
        }
    }

    fn param(self, id: ParamId) -> Value {
        let param = self.account.evaluator.program.params.get(id.index());
        param.map_or(Value::Missing(Missing::NoData), |param| param.value.clone())
    }

    fn opposite(self, inner: &Expr) -> Value {
        negate_if(true, self.eval(inner))
    }

    fn all(self, list: &[Expr]) -> Value {
        all(list.iter().map(|e| self.eval(e)))
    }

    fn any(self, list: &[Expr]) -> Value {
        any(list.iter().map(|e| self.eval(e)))
    }

    fn compared(self, op: CompareOp, left: &Expr, right: &Expr) -> Value {
        compare(op, &self.eval(left), &self.eval(right))
    }

    /// Unknown counts as not met.
    fn choice(self, condition: &Expr, then: &Expr, otherwise: &Expr) -> Value {
        let met = self.eval(condition).truth() == Some(true);
        self.eval(if met { then } else { otherwise })
    }

    fn is_within(self, value: &Expr, window: WindowKind, negated: bool) -> Value {
        let range = self.account.evaluator.calendar.range(window, self.as_of);
        negate_if(negated, with_date(self.eval(value), |date| Value::Boolean(range.contains(date))))
    }

    fn is_missing(self, value: &Expr, because: Option<MissingWord>, negated: bool) -> Value {
        let missing = self.eval(value).missing().is_some_and(|reason| is_because(reason, because));
        Value::Boolean(missing != negated)
    }

    fn is_in(self, value: &Expr, list: &[Expr], negated: bool) -> Value {
        let value = self.eval(value);
        if value.is_missing() {
            return value;
        }
        negate_if(negated, any(list.iter().map(|member| compare(CompareOp::Equal, &value, &self.eval(member)))))
    }

    fn is_band(self, metric: MetricId, band: &str, negated: bool) -> Value {
        match self.metric(metric) {
            None => Value::Missing(Missing::NoData),
            Some(found) => negate_if(negated, named(found.band.as_deref(), band, &found.value)),
        }
    }

    fn is_grade(self, scorecard: ScorecardId, grade: &str, negated: bool) -> Value {
        match self.score(scorecard) {
            None => Value::Missing(Missing::NoData),
            Some(found) => negate_if(negated, named(found.grade.as_deref(), grade, &found.value)),
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

pub(crate) fn is_because(reason: Missing, because: Option<MissingWord>) -> bool {
    match because {
        None => true,
        Some(MissingWord::NoData) => reason == Missing::NoData,
        Some(MissingWord::NotApplicable) => reason == Missing::NotApplicable,
        Some(MissingWord::Stale) => reason == Missing::Stale,
        Some(MissingWord::TooFew) => reason == Missing::TooFew,
        Some(MissingWord::Error) => matches!(reason, Missing::Error(_)),
    }
}
