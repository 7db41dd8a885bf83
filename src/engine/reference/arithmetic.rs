//! Sums and products, of numbers and of dates. Missing operands give their reason, the first as written.

use super::scope::Scope;
use crate::calendar::Date;
use crate::number::Decimal;
use crate::program::Expr;
use crate::value::{Fault, Missing, Value};

impl Scope<'_> {
    pub(super) fn negative(self, inner: &Expr) -> Value {
        match self.eval(inner) {
            Value::Number(n) => Value::Number(n.neg()),
            missing => missing,
        }
    }

    /// Left to right: numbers exactly; date - date is a number of days, date + days a date.
    pub(super) fn sum(self, terms: &[(bool, Expr)]) -> Value {
        let mut total: Option<Value> = None;
        for (subtract, term) in terms {
            let value = self.eval(term);
            let next = match total {
                None if *subtract => self.plus(Value::Number(Decimal::ZERO), true, value),
                None => value,
                Some(total) => self.plus(total, *subtract, value),
            };
            if next.is_missing() {
                return next;
            }
            total = Some(next);
        }
        total.unwrap_or(Value::Number(Decimal::ZERO))
    }

    fn plus(self, left: Value, subtract: bool, right: Value) -> Value {
        match (left.number(), right.number()) {
            (Some(a), Some(b)) => self.number(if subtract { a.sub(b) } else { a.add(b) }),
            (None, Some(days)) => match left.date() {
                Some(date) => self.moved(date, if subtract { days.neg() } else { days }),
                None => first_missing(&left, &right),
            },
            (Some(days), None) => match right.date() {
                Some(date) if !subtract => self.moved(date, days),
                _ => first_missing(&left, &right),
            },
            (None, None) => match (left.date(), right.date()) {
                (Some(a), Some(b)) if subtract => Value::Number(Decimal::int(a.days_since(b))),
                _ => first_missing(&left, &right),
            },
        }
    }

    /// So many whole days later; a part of a day does not reach the next one.
    fn moved(self, date: Date, days: Decimal) -> Value {
        let within = Date::new(1, 1, 1).zip(Date::new(9999, 12, 31));
        let moved = days.floor().to_int().filter(|n| n.unsigned_abs() < 4_000_000).map(|n| date.plus_days(n));
        match (moved, within) {
            (Some(moved), Some((low, high))) if low <= moved && moved <= high => Value::Date(moved),
            _ => self.fault(Fault::Overflow),
        }
    }

    /// Left to right, each step rounded once.
    pub(super) fn product(self, factors: &[(bool, Expr)]) -> Value {
        let mut total = Decimal::ONE;
        for (i, (divide, factor)) in factors.iter().enumerate() {
            let value = self.eval(factor);
            let Value::Number(number) = value else { return first_missing(&value, &value) };
            let next = match (divide, i) {
                (false, 0) => Some(number),
                (false, _) => total.mul(number),
                (true, _) if number.is_zero() => return self.fault(Fault::DivisionByZero),
                (true, _) => total.div(number),
            };
            match next {
                Some(next) => total = next,
                None => return self.fault(Fault::Overflow),
            }
        }
        Value::Number(total)
    }
}

/// The reason of the first that is missing. Present operands of a wrong type do not get past the checker.
pub(super) fn first_missing(left: &Value, right: &Value) -> Value {
    Value::Missing(left.missing().or_else(|| right.missing()).unwrap_or(Missing::NotApplicable))
}
