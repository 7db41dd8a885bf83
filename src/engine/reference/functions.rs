//! Functions of single values. A missing argument makes the result missing; of several, the first gives the reason.

use super::logic::order;
use super::scope::Scope;
use crate::binomial;
use crate::builtins::Scalar;
use crate::irrational;
use crate::number::{DIGITS, Decimal, Products};
use crate::program::{Expr, ExprKind, Type, Unit};
use crate::value::{Missing, Value};
use std::cmp::Ordering;

impl Scope<'_> {
    pub(super) fn call(self, function: Scalar, arguments: &[Expr]) -> Value {
        if let Scalar::DaysIn(kind) | Scalar::DaysLeft(kind) = function {
            let left = matches!(function, Scalar::DaysLeft(_));
            return self.days_of_period(kind, left, arguments.first());
        }
        let Some(first) = arguments.first() else { return Value::Missing(Missing::NotApplicable) };
        if let (Scalar::Points, ExprKind::Metric(id)) = (function, &first.kind) {
            return self.metric_value_of(*id, true);
        }
        if let (Scalar::Coverage, ExprKind::Score(id)) = (function, &first.kind) {
            let score = self.score(*id);
            return score.map_or(Value::Missing(Missing::NoData), |score| Value::Number(score.coverage));
        }
        let values: Vec<Value> = arguments.iter().map(|argument| self.eval(argument)).collect();
        if let Some(reason) = values.iter().find_map(Value::missing) {
            return Value::Missing(reason);
        }
        if let Some(undefined) = undefined(function, &values) {
            return Value::Missing(undefined);
        }
        let result = apply(function, first.ty, &values);
        result.unwrap_or_else(|| self.fault(crate::value::Fault::Overflow))
    }
}

/// Why the function has no value here, if it has none.
fn undefined(function: Scalar, values: &[Value]) -> Option<Missing> {
    let number = |i: usize| values.get(i).and_then(Value::number).unwrap_or_default();
    let (a, b) = (number(0), number(1));
    let none = match function {
        Scalar::Sqrt => a.is_negative(),
        Scalar::Power => match b.to_int().filter(|_| b.is_integer()) {
            Some(n) => !(-MOST_POWER..=MOST_POWER).contains(&n) || (n < 0 && a.is_zero()),
            None => true,
        },
        Scalar::Ln | Scalar::Log10 => a <= Decimal::ZERO,
        Scalar::WilsonLow | Scalar::WilsonHigh => a.is_negative() || a > b || b <= Decimal::ZERO,
        Scalar::Shrunk => {
            a.is_negative() || a > b || number(2).is_negative() || b.add(number(2)).is_none_or(|sum| sum.is_zero())
        }
        Scalar::BinomialTail => {
            let p = number(2);
            let whole = a.is_integer() && b.is_integer();
            !whole || b.is_negative() || b > binomial::MOST || p.is_negative() || p > Decimal::ONE
        }
        _ => false,
    };
    none.then_some(Missing::NotApplicable)
}

/// `None` on overflow; every value is present.
fn apply(function: Scalar, ty: Type, values: &[Value]) -> Option<Value> {
    let number = |i: usize| values.get(i).and_then(Value::number);
    if let (Scalar::PilotBucket, [Value::Text(pilot), Value::Text(subject)]) = (function, values) {
        return Some(Value::Number(Decimal::int(crate::pilot::bucket(pilot, subject))));
    }
    let (Some(x), digits) = (number(0), number(1).unwrap_or_default()) else {
        return Some(match function {
            // Dates have a smallest and a largest, too.
            Scalar::Least => extreme(values, Ordering::Less),
            Scalar::Greatest => extreme(values, Ordering::Greater),
            _ => Value::Missing(Missing::NotApplicable),
        });
    };
    let whole = |n: Decimal| Decimal::from_raw(n.raw());
    let result = match function {
        Scalar::Abs => Some(x.abs()),
        Scalar::Round => whole(x.round(places(digits))),
        Scalar::Floor => whole(x.floor()),
        Scalar::Ceil => whole(x.ceil()),
        Scalar::Least => return Some(extreme(values, Ordering::Less)),
        Scalar::Greatest => return Some(extreme(values, Ordering::Greater)),
        // With the bounds the wrong way round the upper one wins.
        Scalar::Clamp => match (number(1), number(2)) {
            (Some(low), Some(high)) => Some(x.max(low).min(high)),
            _ => Some(x),
        },
        Scalar::ToPoints => match ty {
            Type::Number(Unit::Ratio) => x.mul(Decimal::HUNDRED),
            Type::Number(Unit::Nps) => x.add(Decimal::HUNDRED).and_then(|n| n.div(Decimal::int(2))),
            _ => Some(x),
        },
        Scalar::ToRatio => match ty {
            Type::Number(Unit::Points) => x.div(Decimal::HUNDRED),
            _ => Some(x),
        },
        Scalar::ToNumber | Scalar::Points | Scalar::Convert | Scalar::Coverage => Some(x),
        Scalar::Sqrt => irrational::sqrt(x),
        Scalar::Exp => irrational::exp(x),
        Scalar::Ln => irrational::ln(x),
        Scalar::Log10 => irrational::log10(x),
        Scalar::Logistic => Some(irrational::logistic(x)),
        Scalar::WilsonLow => irrational::wilson(x, digits).map(|(low, _)| low),
        Scalar::WilsonHigh => irrational::wilson(x, digits).map(|(_, high)| high),
        Scalar::BinomialTail => binomial::upper_tail(x, digits, number(2)?),
        Scalar::Power => digits.to_int().and_then(|n| irrational::power(x, n)),
        Scalar::DaysIn(_) | Scalar::DaysLeft(_) | Scalar::Gap | Scalar::Position | Scalar::PilotBucket => None,
        Scalar::Shrunk => shrunk(x, digits, number(2)?, number(3)?),
    };
    result.map(Value::Number)
}

/// The largest exponent.
const MOST_POWER: i64 = 1_000;

/// (k + m p0) / (n + m), rounded once.
fn shrunk(k: Decimal, n: Decimal, m: Decimal, p0: Decimal) -> Option<Decimal> {
    let mut above = Products::default();
    above.add(k, Decimal::ONE)?;
    above.add(m, p0)?;
    above.divided_by(n.add(m)?)
}

/// Fractional digits to keep, 0 to 9.
fn places(digits: Decimal) -> u32 {
    digits.floor().to_int().map_or(DIGITS, |n| u32::try_from(n.clamp(0, i64::from(DIGITS))).unwrap_or(0))
}

/// The first value that no other one beats.
fn extreme(values: &[Value], wins: Ordering) -> Value {
    let best = values.iter().reduce(|best, value| if order(value, best) == Some(wins) { value } else { best });
    best.cloned().unwrap_or(Value::Missing(Missing::NotApplicable))
}
