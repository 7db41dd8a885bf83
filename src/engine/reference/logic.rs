//! Kleene logic and comparisons. Of several missing operands, the first as written gives its reason.

use crate::ast::CompareOp;
use crate::value::{Missing, Value};
use std::cmp::Ordering;

/// False if one is false, otherwise unknown if one is unknown.
pub(super) fn all(values: impl Iterator<Item = Value>) -> Value {
    until(values, false)
}

/// True if one is true, otherwise unknown if one is unknown.
pub(super) fn any(values: impl Iterator<Item = Value>) -> Value {
    until(values, true)
}

fn until(values: impl Iterator<Item = Value>, decisive: bool) -> Value {
    let mut unknown = None;
    for value in values {
        match value.truth() {
            Some(truth) if truth == decisive => return Value::Boolean(decisive),
            Some(_) => {}
            None => unknown = unknown.or_else(|| value.missing()).or(Some(Missing::NoData)),
        }
    }
    unknown.map_or(Value::Boolean(!decisive), Value::Missing)
}

/// Turned around if asked; unknown stays unknown.
pub(super) fn negate_if(negated: bool, value: Value) -> Value {
    match value {
        Value::Boolean(truth) => Value::Boolean(truth != negated),
        unknown => unknown,
    }
}

/// Compares; unknown if an operand is missing.
pub fn compare(op: CompareOp, left: &Value, right: &Value) -> Value {
    if let Some(reason) = left.missing().or_else(|| right.missing()) {
        return Value::Missing(reason);
    }
    // Values of types that do not compare never get here: the checker refuses them.
    order(left, right).map_or(Value::Missing(Missing::NotApplicable), |o| Value::Boolean(passes(op, o)))
}

/// True if an ordering is what the operator asks for.
pub(crate) fn passes(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Equal => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterEqual => order.is_ge(),
    }
}

/// How two present values of one type are ordered. An instant beside a date is taken as its date; text is compared
/// letter by letter, capitals as they are.
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Symbol(a), Value::Symbol(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
        _ => Some(left.date()?.cmp(&right.date()?)),
    }
}

/// As keys are compared: text trimmed and in lower case, everything else as it is.
pub fn fold(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.trim().to_lowercase().into()),
        other => other,
    }
}
