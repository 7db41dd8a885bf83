//! Expressions that look at other as-of dates, and time that has passed.

use super::arithmetic::first_missing;
use super::expr::with_date;
use super::logic::all;
use super::scope::Scope;
use crate::association::{Pair, lacking};
use crate::calendar::{Calendar, Date, Duration, PeriodKind};
use crate::number::{Decimal, Products};
use crate::program::{Expr, ExprKind, shifted};
use crate::value::{Fault, Missing, Value};

/// Fewer points than this have no trend.
const TREND_POINTS: usize = 3;

/// A point of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// When.
    pub date: Date,
    /// Whether the state was to begin there.
    pub enters: Value,
    /// Whether it was to end there.
    pub leaves: Value,
    /// The state from there on.
    pub state: bool,
    /// It would have changed, but had been entered too recently.
    pub kept: bool,
}

/// The dates at which such an expression evaluates what is inside it, latest first; `None` for all other expressions.
///
/// None of them lies after `as_of`: `as of` a later date finds nothing there, so a backtest cannot peek.
pub fn dates(calendar: Calendar, kind: &ExprKind, as_of: Date) -> Option<Vec<Date>> {
    match kind {
        ExprKind::AsOf { shift, .. } => {
            Some(Some(shifted(calendar, *shift, as_of)).into_iter().filter(|date| *date <= as_of).collect())
        }
        ExprKind::Change { over, .. } => Some(vec![as_of, over.before(as_of)]),
        ExprKind::Trend { over, .. } | ExprKind::Until { over, .. } | ExprKind::Paired { over, .. } => {
            let earlier = over.count.saturating_sub(1);
            let ends = calendar.complete_ends(over.unit, as_of.plus_days(-1), earlier);
            Some(std::iter::once(as_of).chain(ends).collect())
        }
        ExprKind::Held { of, period, .. } => Some(calendar.complete_ends(*period, as_of, *of)),
        ExprKind::Streak { over, .. } => Some(calendar.complete_ends(over.unit, as_of, over.count)),
        _ => None,
    }
}

/// The earlier dates at which `carry last at most …` looks, latest first: the ends of complete weeks that are no
/// longer ago, of months, quarters or years where it counts in those.
pub(crate) fn carry_dates(calendar: Calendar, at_most: Duration, as_of: Date) -> Vec<Date> {
    let (period, count) = match at_most.unit {
        PeriodKind::Day | PeriodKind::Week => (PeriodKind::Week, as_of.days_since(at_most.before(as_of)) / 7 + 1),
        unit => (unit, i64::from(at_most.count)),
    };
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let earliest = at_most.before(as_of);
    let mut ends = calendar.complete_ends(period, as_of.plus_days(-1), count);
    ends.retain(|end| *end >= earliest);
    ends
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

    /// What two values say together at the as-of date and the period ends before it, earliest first. Points where one side
    /// is missing are left out.
    pub(super) fn over_time(self, kind: &ExprKind) -> Value {
        let ExprKind::Paired { pairing, at_least, .. } = kind else { return Value::Missing(Missing::NoData) };
        let mut pairs: Vec<Pair> = self.pairs_over_time(kind).into_iter().map(|(_, pair)| pair).collect();
        pairs.retain(|pair| lacking(*pairing, &pair.one, &pair.other).is_none());
        self.figure(*pairing, &pairs, Some(*at_least))
    }

    /// Both values at each point, earliest first.
    pub(super) fn pairs_over_time(self, kind: &ExprKind) -> Vec<(Date, Pair)> {
        let ExprKind::Paired { one, other, .. } = kind else { return Vec::new() };
        let pair = |date| Pair { one: self.look(date, one), other: self.look(date, other), bin: Vec::new() };
        self.dates(kind).into_iter().rev().map(|date| (date, pair(date))).collect()
    }

    /// True where it surely held often enough, false where it surely did not, otherwise unknown.
    pub(super) fn held(self, kind: &ExprKind, condition: &Expr, count: u32) -> Value {
        let mut truths: Vec<Value> = self.dates(kind).into_iter().map(|date| self.look(date, condition)).collect();
        if let ExprKind::Held { ignoring: true, .. } = kind
            && truths.iter().any(|v| v.truth().is_some())
        {
            truths.retain(|v| v.truth().is_some());
            let needed = u32::try_from(truths.len()).unwrap_or(u32::MAX);
            return often_enough(truths, needed);
        }
        often_enough(truths, count)
    }

    /// How many of the latest period ends in a row were true.
    pub(super) fn streak(self, kind: &ExprKind, condition: &Expr, ignoring: bool) -> Value {
        let mut length = 0;
        let mut unknown = None;
        let mut known = false;
        for date in self.dates(kind) {
            let value = self.look(date, condition);
            match value.truth() {
                Some(true) => length += 1,
                Some(false) => return Value::Number(Decimal::int(length)),
                None => {
                    unknown = unknown.or_else(|| value.missing()).or(Some(Missing::NoData));
                    if !ignoring {
                        break;
                    }
                    continue;
                }
            }
            known = true;
        }
        // Where the latest end is unknown there may or may not be a run: missing is not zero.
        match unknown.filter(|_| !known) {
            Some(reason) => Value::Missing(reason),
            None => Value::Number(Decimal::int(length)),
        }
    }

    /// The state at each point, earliest first, and what began or ended it there.
    pub(super) fn replay(self, kind: &ExprKind) -> Vec<Replayed> {
        let ExprKind::Until { enter, leave, at_least, .. } = kind else { return Vec::new() };
        let mut state = false;
        // Points since the state was entered; the one before the first point was not.
        let mut age = u32::MAX;
        let mut points = Vec::new();
        for date in self.dates(kind).into_iter().rev() {
            let (enters, leaves) = (self.look(date, enter), self.look(date, leave));
            let (begins, ends) = (enters.truth() == Some(true), leaves.truth() == Some(true));
            age = age.saturating_add(1);
            // Where both hold, nothing is said, and nothing changes.
            let wanted = if begins == ends { state } else { begins };
            let kept = wanted != state && age < *at_least;
            if wanted != state && !kept {
                (state, age) = (wanted, 0);
            }
            points.push(Replayed { date, enters, leaves, state, kept });
        }
        points
    }

    /// The state at the last point; missing if nothing was known at any.
    pub(super) fn until(self, kind: &ExprKind) -> Value {
        let points = self.replay(kind);
        let known = points.iter().any(|p| p.enters.truth().is_some() || p.leaves.truth().is_some());
        match points.last() {
            Some(last) if known => Value::Boolean(last.state),
            Some(last) => last.enters.missing().map_or(Value::Missing(Missing::NoData), Value::Missing),
            None => Value::Missing(Missing::NoData),
        }
    }

    /// The days of the period that holds a date, or those that are left of it; the as-of date, if none is given.
    pub(super) fn days_of_period(self, kind: PeriodKind, left: bool, date: Option<&Expr>) -> Value {
        let calendar = self.account.evaluator.calendar;
        let date = date.map_or(Value::Date(self.as_of), |date| self.eval(date));
        with_date(date, |date| {
            let (first, last) = (calendar.start_of(kind, date), calendar.end_of(kind, date));
            let days = if left { last.days_since(date) } else { last.days_since(first) + 1 };
            Value::Number(Decimal::int(days))
        })
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
