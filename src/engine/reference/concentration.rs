//! How much of a sum lies with few: rows or accounts, or what they are added up under.

use super::aggregate::Row;
use super::logic::fold;
use super::scope::Scope;
use crate::builtins::AggregateFunction as F;
use crate::number::{Decimal, Products};
use crate::program::Expr;
use crate::value::{Fault, Missing, Value};
use std::collections::HashMap;

impl Scope<'_> {
    /// What a row or an account is added up under; nothing where each stands for itself. The first that is missing gives
    /// the reason.
    pub(super) fn key_of(self, by: &[Expr], value: impl Fn(&Expr) -> Value) -> Result<Vec<Value>, Missing> {
        let part = |expr| match fold(value(expr)) {
            Value::Missing(reason) => Err(reason),
            value => Ok(value),
        };
        by.iter().map(part).collect()
    }
}

/// The same rows with those of one key added up.
pub(super) fn concentrated(function: F, rows: &[Row], top: u32) -> Value {
    let mut values: Vec<Decimal> = Vec::new();
    let mut places: HashMap<&[Value], usize> = HashMap::new();
    for row in rows {
        let place = if row.key.is_empty() { None } else { places.get(row.key.as_slice()).copied() };
        match place.and_then(|place| values.get_mut(place)) {
            Some(sum) => match sum.add(row.amount()) {
                Some(more) => *sum = more,
                None => return Value::Missing(Missing::Error(Fault::Overflow)),
            },
            None => {
                places.insert(&row.key, values.len());
                values.push(row.amount());
            }
        }
    }
    concentration(function, &mut values, top)
}

/// How much of the sum lies with few. Nothing to share, or something negative, has no shares.
fn concentration(function: F, values: &mut [Decimal], top: u32) -> Value {
    let overflow = Value::Missing(Missing::Error(Fault::Overflow));
    if values.iter().any(|value| value.is_negative()) {
        return Value::Missing(Missing::NotApplicable);
    }
    values.sort_unstable_by(|a, b| b.cmp(a));
    let sum = |list: &[Decimal]| list.iter().try_fold(Decimal::ZERO, |sum, value| sum.add(*value));
    let Some(total) = sum(values) else { return overflow };
    if function == F::WithoutTop {
        let rest = values.get((top as usize).min(values.len())..).and_then(sum);
        return rest.map_or(overflow, Value::Number);
    }
    if total.is_zero() {
        return Value::Missing(Missing::NotApplicable);
    }
    if function == F::TopShare {
        let largest = values.get(..(top as usize).min(values.len())).and_then(sum);
        return largest.and_then(|largest| largest.div(total)).map_or(overflow, Value::Number);
    }
    // hhi = 10,000 x (sum of squares) / total^2; its inverse, total^2 / (sum of squares), is the effective number.
    let (mut squares, mut whole) = (Products::default(), Products::default());
    let added = values.iter().try_for_each(|value| squares.add(*value, *value));
    let result = added.and_then(|()| whole.add(total, total)).and_then(|()| match function {
        F::Hhi => squares.times_over(10_000, &whole),
        _ => whole.times_over(1, &squares),
    });
    result.map_or(overflow, Value::Number)
}
