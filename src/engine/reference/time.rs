//! Expressions that look at other as-of dates, and time that has passed.

use super::arithmetic::first_missing;
use super::expr::with_date;
use super::logic::all;
use super::scope::Scope;
use crate::calendar::{Calendar, Date, PeriodKind};
use crate::number::{Decimal, Products};
use crate::program::{Expr, ExprKind, shifted};
use crate::value::{Fault, Missing, Value};

/// Fewer points than this have no trend.
const TREND_POINTS: usize = 3;

/// The dates at which such an expression evaluates what is inside it, latest first; `None` for all other expressions.
///
/// None of them lies after `as_of`: `as of` a later date finds nothing there, so a backtest cannot peek.
pub(super) fn dates(calendar: Calendar, kind: &ExprKind, as_of: Date) -> Option<Vec<Date>> {
    match kind {
        ExprKind::AsOf { shift, .. } => {
            Some(Some(shifted(calendar, *shift, as_of)).into_iter().filter(|date| *date <= as_of).collect())
        }
        ExprKind::Change { over, .. } => Some(vec![as_of, over.before(as_of)]),
        ExprKind::Trend { over, .. } => {
            let earlier = over.count.saturating_sub(1);
            let ends = calendar.complete_ends(over.unit, as_of.plus_days(-1), earlier);
            Some(std::iter::once(as_of).chain(ends).collect())
        }
        ExprKind::Held { of, period, .. } => Some(calendar.complete_ends(*period, as_of, *of)),
        _ => None,
    }
}

impl Scope<'_> {
    fn dates(self, kind: &ExprKind) -> Vec<Date> {
        dates(self.account.evaluator.calendar, kind, self.as_of).unwrap_or_default()
    }

    /// The value of an expression at another date. Computed once per date, so that nesting does not multiply.
    fn look(self, date: Date, expr: &Expr) -> Value {
        let key = (std::ptr::from_ref(expr), date, self.event);
        if let Some(value) = self.account.looked.borrow().get(&key) {
            return value.clone();
        }
        let value = self.at(date).eval(expr);
        self.account.looked.borrow_mut().insert(key, value.clone());
        value
    }

    pub(super) fn as_of(self, kind: &ExprKind, value: &Expr) -> Value {
        match self.dates(kind).first() {
            Some(date) => self.look(*date, value),
            None => Value::Missing(Missing::NoData),
        }
    }

    /// Now minus then, or with `percent` that over the magnitude of then.
    pub(super) fn change(self, kind: &ExprKind, value: &Expr, percent: bool) -> Value {
        let mut values = self.dates(kind).into_iter().map(|date| self.look(date, value));
        let (Some(now), Some(then)) = (values.next(), values.next()) else { return Value::Missing(Missing::NoData) };
        let (Value::Number(a), Value::Number(b)) = (&now, &then) else { return first_missing(&now, &then) };
        match a.sub(*b) {
            Some(_) if percent && b.is_zero() => Value::Missing(Missing::NotApplicable),
            Some(difference) if percent => self.number(difference.div(b.abs())),
            difference => self.number(difference),
        }
    }

    /// The least-squares slope per period. Points without a value are left out, the others keep their places; fewer
    /// than three are too few.
    pub(super) fn trend(self, kind: &ExprKind, value: &Expr) -> Value {
        let values: Vec<Value> = self.dates(kind).into_iter().rev().map(|date| self.look(date, value)).collect();
        let points: Vec<(i64, Decimal)> = (0i64..).zip(&values).filter_map(|(x, v)| Some((x, v.number()?))).collect();
        if points.len() < TREND_POINTS {
            let nothing = values.last().filter(|_| points.is_empty()).and_then(Value::missing);
            return Value::Missing(nothing.unwrap_or(Missing::TooFew));
        }
        // Slope = sum of (n x - sum of x) y over n (sum of x squared) - (sum of x) squared; only y is not whole.
        let n = points.len() as i64;
        let sum_x: i64 = points.iter().map(|(x, _)| x).sum();
        let sum_xx: i64 = points.iter().map(|(x, _)| x * x).sum();
        let mut above = Products::default();
        for (x, y) in &points {
            if above.add(Decimal::int(n * x - sum_x), *y).is_none() {
                return self.fault(Fault::Overflow);
            }
        }
        self.number(above.divided_by(Decimal::int(n * sum_xx - sum_x * sum_x)))
    }

    /// True where it surely held often enough, false where it surely did not, otherwise unknown.
    pub(super) fn held(self, kind: &ExprKind, condition: &Expr, count: u32) -> Value {
        let truths = self.dates(kind).into_iter().map(|date| self.look(date, condition)).collect();
        often_enough(truths, count)
    }

    /// Whole units that have passed since a date, or that are left until it; negative the other way round.
    pub(super) fn elapsed(self, unit: PeriodKind, until: bool, date: &Expr) -> Value {
        with_date(self.eval(date), |date| {
            let (from, to) = if until { (self.as_of, date) } else { (date, self.as_of) };
            Value::Number(Decimal::int(match unit {
                PeriodKind::Day => to.days_since(from),
                PeriodKind::Week => to.days_since(from) / 7,
                PeriodKind::Month => to.months_since(from),
                PeriodKind::Quarter => to.months_since(from) / 3,
                PeriodKind::Year => to.months_since(from) / 12,
            }))
        })
    }
}

/// Kleene: unknowns decide nothing as long as they could still turn the answer.
pub(super) fn often_enough(truths: Vec<Value>, count: u32) -> Value {
    let needed = count as usize;
    let held = truths.iter().filter(|v| v.truth() == Some(true)).count();
    let unknown = truths.iter().filter(|v| v.truth().is_none()).count();
    if held >= needed {
        Value::Boolean(true)
    } else if held + unknown < needed {
        Value::Boolean(false)
    } else {
        // Only the unknown ones are left to say why.
        all(truths.into_iter().filter(|v| v.truth().is_none()))
    }
}
