//! What rows amount to beside the value itself: the groups behind a concentration, the mean behind a deviation.

use super::words;
use super::{Case, TracedRows, personal_in};
use crate::builtins::AggregateFunction as F;
use crate::number::Decimal;
use crate::program::{Aggregate, ExprKind, Type};
use crate::report::{counted, value};
use crate::value::Value;

/// At most so many groups are named.
const NAMED: usize = 8;

/// What there is to say about an aggregate.
pub fn notes(case: Case, aggregate: &Aggregate, traced: &TracedRows) -> Vec<String> {
    let hidden = aggregate.value.as_ref().is_some_and(|v| personal_in(case.program, Some(aggregate.source), v));
    if hidden && !case.personal {
        return Vec::new();
    }
    match aggregate.function {
        F::Hhi | F::TopShare | F::EffectiveNumber | F::WithoutTop => {
            groups(case, aggregate, traced).into_iter().collect()
        }
        F::Stddev => mean(aggregate, traced).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn amount(aggregate: &Aggregate, n: Decimal) -> String {
    match aggregate.value.as_ref().map(|v| v.ty) {
        Some(Type::Number(unit)) => value::number(n, unit),
        _ => value::plain(n),
    }
}

/// `3 groups by contact: ana 6 (60%), ben 3 (30%), cleo 1 (10%)`
fn groups(case: Case, aggregate: &Aggregate, traced: &TracedRows) -> Option<String> {
    let data = case.data.table(aggregate.source)?;
    let fields = case.program.table(aggregate.source).map_or(&[][..], |t| &t.fields);
    let mut columns = Vec::new();
    for by in &aggregate.by {
        let ExprKind::RowField(field) = by.kind else { return None };
        columns.push(field);
    }
    let mut sums: Vec<(Vec<Value>, Decimal)> = Vec::new();
    for row in traced.rows.iter().filter(|row| row.dropped.is_none()) {
        let worth = row.value.as_ref().and_then(Value::number)?;
        let key: Vec<Value> = match columns.is_empty() {
            true => vec![Value::Number(Decimal::int(i64::from(row.row)))],
            // As they are compared: trimmed and case-folded.
            false => columns.iter().map(|f| crate::engine::reference::fold(data.value(*f, row.row))).collect(),
        };
        match sums.iter_mut().find(|(known, _)| *known == key) {
            Some((_, sum)) => *sum = sum.add(worth)?,
            None => sums.push((key, worth)),
        }
    }
    if sums.is_empty() || columns.is_empty() {
        return None;
    }
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
    let total = sums.iter().try_fold(Decimal::ZERO, |total, (_, sum)| total.add(*sum))?;
    let name = |key: &[Value]| {
        let one = |(field, v): (&crate::program::FieldId, &Value)| match fields.get(field.index()) {
            Some(f) if f.personal && !case.personal => value::MASK.to_string(),
            Some(f) => value::shown(case.program, f.ty, v),
            None => "?".to_string(),
        };
        columns.iter().zip(key).map(one).collect::<Vec<_>>().join(", ")
    };
    let mut list: Vec<String> = Vec::new();
    for (key, sum) in sums.iter().take(NAMED) {
        let share = sum.div(total).map_or(String::new(), |share| format!(" ({})", value::percent(share)));
        list.push(format!("{} {}{share}", name(key), amount(aggregate, *sum)));
    }
    if sums.len() > NAMED {
        list.push(format!("{} more", value::grouped((sums.len() - NAMED) as u64)));
    }
    let by: Vec<String> = columns.iter().map(|f| words::field(case.program, Some(aggregate.source), *f)).collect();
    let groups = counted(sums.len() as u64, "group", "groups");
    Some(format!("{groups} by {}: {}, of {}", by.join(", "), list.join(", "), amount(aggregate, total)))
}

/// `mean 2.5 over 4 rows; the deviation is that of a sample`
fn mean(aggregate: &Aggregate, traced: &TracedRows) -> Option<String> {
    let kept: Option<Vec<Decimal>> = traced
        .rows
        .iter()
        .filter(|row| row.dropped.is_none())
        .map(|row| row.value.as_ref().and_then(Value::number))
        .collect();
    let kept = kept.filter(|k| !k.is_empty() && aggregate.weight.is_none())?;
    let sum = kept.iter().try_fold(Decimal::ZERO, |sum, n| sum.add(*n))?;
    let mean = sum.div(Decimal::int(i64::try_from(kept.len()).ok()?))?;
    let rows = counted(kept.len() as u64, "row", "rows");
    Some(format!("mean {} over {rows}; the deviation is that of a sample", amount(aggregate, mean)))
}
