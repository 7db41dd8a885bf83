//! What an account would be like if some of its metrics or columns were otherwise.

use crate::calendar::{Calendar, Date};
use crate::data::{Cells, Column, Dataset};
use crate::engine::AccountResult;
use crate::engine::reference::Evaluator;
use crate::program::{FieldId, MetricId, Program};
use crate::value::Value;

/// What is supposed to have another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supposed {
    /// A metric, at the as-of date.
    Metric(MetricId),
    /// A column of the account.
    Column(FieldId),
}

/// The account as it would be; `None` if there is none of this id. The one place that knows how something is supposed.
pub fn suppose(
    (program, data, calendar): (&Program, &Dataset, Calendar),
    id: &str,
    as_of: Date,
    what: &[(Supposed, Value)],
) -> Option<AccountResult> {
    let metrics: Vec<(MetricId, Value)> = what
        .iter()
        .filter_map(|(what, value)| match what {
            Supposed::Metric(id) => Some((*id, value.clone())),
            Supposed::Column(_) => None,
        })
        .collect();
    let columns: Vec<(FieldId, &Value)> = what
        .iter()
        .filter_map(|(what, value)| match what {
            Supposed::Column(id) => Some((*id, value)),
            Supposed::Metric(_) => None,
        })
        .collect();
    if columns.is_empty() {
        return Some(Evaluator::new(program, data, calendar).account_if(id, as_of, &metrics)?.result());
    }
    let row = Evaluator::new(program, data, calendar).row(id, as_of)?;
    let mut changed = data.clone();
    let table = changed.tables.get_mut(program.subject?.index())?;
    for (field, value) in columns {
        set(table.columns.get_mut(field.index())?, row, value);
    }
    Some(Evaluator::new(program, &changed, calendar).account_if(id, as_of, &metrics)?.result())
}

/// Writes a cell; anything but a value of the column's kind makes it blank.
fn set(column: &mut Column, row: u32, value: &Value) {
    let at = row as usize;
    column.unreadable.retain(|bad| *bad != row);
    fn put<T>(cells: &mut [Option<T>], at: usize, value: Option<T>) {
        if let Some(cell) = cells.get_mut(at) {
            *cell = value;
        }
    }
    match &mut column.cells {
        Cells::Boolean(cells) => put(cells, at, value.truth()),
        Cells::Number(cells) => put(cells, at, value.number()),
        Cells::Date(cells) => put(cells, at, value.date()),
        Cells::Instant(cells) => put(cells, at, if let Value::Instant(micros) = value { Some(*micros) } else { None }),
        Cells::Symbol(cells) => put(cells, at, if let Value::Symbol(symbol) = value { Some(*symbol) } else { None }),
        Cells::Text(cells) => put(cells, at, if let Value::Text(text) = value { Some(text.clone()) } else { None }),
    }
}

/// `references = 4, arr = 500k` taken apart into names and values. Signs in quotes and brackets do not count, nor do those
/// of comparisons.
pub fn assignments(text: &str) -> Vec<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut open = 0usize;
    let mut at = 0;
    // Where each name begins, and where its `=` is.
    let mut found: Vec<(usize, usize)> = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = crate::syntax::scan::text_end(bytes, at);
                continue;
            }
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            b'=' if open == 0 => {
                let before = text.get(..at).unwrap_or("");
                let name = before.trim_end();
                let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
                let start = name
                    .rfind(|c: char| !is_name(c))
                    .map_or(0, |i| i + name.get(i..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8));
                let compares = before.ends_with(['<', '>', '!', '=']);
                if !compares && start < name.len() {
                    found.push((start, at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    let mut out = Vec::new();
    for (i, (start, equals)) in found.iter().enumerate() {
        let end = found.get(i + 1).map_or(text.len(), |(next, _)| *next);
        let name = text.get(*start..*equals).unwrap_or("").trim();
        let value = text.get(equals + 1..end).unwrap_or("").trim().trim_end_matches(',').trim();
        out.push((name, value));
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn assignments_are_told_apart_with_and_without_commas() {
        assert_eq!(assignments("references=4"), [("references", "4")]);
        assert_eq!(
            assignments("a = 1, b = max(2, 3) c=\"x = y\""),
            [("a", "1"), ("b", "max(2, 3)"), ("c", "\"x = y\"")]
        );
        assert_eq!(assignments("a = if b >= 2 then 1 else 0"), [("a", "if b >= 2 then 1 else 0")]);
        assert_eq!(assignments("nothing"), []);
        assert_eq!(assignments("é = 1 ünï = 2"), [("é", "1"), ("ünï", "2")]);
        assert_eq!(assignments("= 3"), []);
    }
}
