//! One cell of a test: what is meant by it, or what is wrong with it.

use crate::ast::Cell;
use crate::calendar::Date;
use crate::check::Checker;
use crate::diagnostics::Code;
use crate::number::Decimal;
use crate::program::{Field, GivenCell, Type, Unit};
use crate::value::Value;
use std::sync::Arc;

impl Checker<'_, '_> {
    pub(super) fn cell(&mut self, cell: &Cell, field: &Field) -> GivenCell {
        let text = cell.text.trim();
        if text.is_empty() || text == "missing" {
            return GivenCell::Missing;
        }
        let as_text = || Some(GivenCell::Text(Arc::from(text)));
        let read = match field.ty {
            Type::Boolean => matches!(text, "yes" | "no" | "true" | "false").then(as_text).flatten(),
            Type::Number(unit) => number(text, unit).map(|n| {
                self.cell_in_range(cell, field, n);
                GivenCell::Number(n)
            }),
            Type::Date => Date::parse(text).map(GivenCell::Date),
            Type::Instant => match Date::parse(text) {
                Some(date) => Some(GivenCell::Date(date)),
                None => text.get(..10).and_then(Date::parse).and_then(|_| as_text()),
            },
            Type::Enum(list) => {
                if self.enum_value(list, text, cell.span).is_none() {
                    self.list_value(list, text, cell.span);
                }
                as_text()
            }
            Type::Mixed => Decimal::parse(text).ok().map(GivenCell::Number),
            Type::Text | Type::Unknown => as_text(),
        };
        if let Some(read) = read {
            return read;
        }
        let help = match field.ty {
            Type::Boolean => "write `yes` or `no`",
            Type::Date | Type::Instant => "write the date like 2026-03-31",
            _ => "write a number, or leave the cell empty for a missing value",
        };
        self.error(
            Code::BadTestCell,
            cell.span,
            format!("`{text}` is not {}", field.ty),
            &format!("a cell of `{}`", field.name),
            help,
        );
        GivenCell::Missing
    }

    /// Loading would leave such a cell out, or its row.
    fn cell_in_range(&mut self, cell: &Cell, field: &Field, n: Decimal) {
        let Type::Number(unit) = field.ty else { return };
        let shown = |bound: Decimal| match bound.mul(Decimal::HUNDRED).filter(|_| unit == Unit::Ratio) {
            Some(percent) => format!("{percent}%"),
            None => bound.to_string(),
        };
        let declared = match (field.low, field.high) {
            (Some(low), Some(high)) => format!("{} to {}", shown(low), shown(high)),
            (Some(low), None) => format!("{} or more", shown(low)),
            (None, Some(high)) => format!("up to {}", shown(high)),
            (None, None) => String::new(),
        };
        let nearest = field.low.filter(|low| n < *low).or_else(|| field.high.filter(|high| n > *high));
        let (what, help) = if let Some(nearest) = nearest {
            let nearest = shown(nearest);
            ("outside the range", format!("`{}` is declared {declared}; the nearest is `{nearest}`", field.name))
        } else if field.integer && !n.is_integer() {
            ("not a whole number", format!("`{}` is declared `integer`", field.name))
        } else {
            return;
        };
        let message = format!("`{}` is {what}", cell.text.trim());
        self.error(Code::BadTestCell, cell.span, message, &format!("a cell of `{}`", field.name), help);
    }

    /// A value of a type that is no column's: what a metric is supposed to be, or expected to.
    pub(super) fn cell_value(&mut self, cell: &Cell, ty: Type, of: &str) -> Option<Value> {
        let text = cell.text.trim();
        let value = match ty {
            Type::Boolean => match text {
                "yes" | "true" => Some(Value::Boolean(true)),
                "no" | "false" => Some(Value::Boolean(false)),
                _ => None,
            },
            Type::Number(unit) => number(text, unit).map(Value::Number),
            Type::Mixed => Decimal::parse(text).ok().map(Value::Number),
            Type::Date | Type::Instant => Date::parse(text).map(Value::Date),
            Type::Enum(list) => match self.list_value(list, text, cell.span).kind {
                crate::program::ExprKind::Literal(symbol @ Value::Symbol(_)) => Some(symbol),
                _ => return None,
            },
            Type::Text => Some(Value::Text(Arc::from(text))),
            Type::Unknown => return None,
        };
        if value.is_none() {
            let message = format!("`{text}` is not {}", self.type_words(ty));
            let help = match ty {
                Type::Boolean => "write `yes`, `no` or `missing`",
                Type::Date | Type::Instant => "write the date like 2026-03-31, or `missing`",
                _ => "write a number, or `missing`",
            };
            self.error(Code::BadTestCell, cell.span, message, &format!("a cell of `{of}`"), help);
        }
        value
    }
}

/// The number in a cell, as rows of tests write it: `250k`, `45%`, `1_000 USD`, `30 days`.
fn number(text: &str, unit: Unit) -> Option<Decimal> {
    let (text, scale) = match (unit, text.strip_suffix('%')) {
        (Unit::Ratio, Some(percent)) => (percent.trim_end(), Some(Decimal::HUNDRED)),
        _ => (text, None),
    };
    let text = match unit {
        Unit::Money(currency) => text.strip_suffix(currency.code()).unwrap_or(text).trim(),
        Unit::Days => text.strip_suffix(" days").or(text.strip_suffix(" day")).unwrap_or(text).trim(),
        _ => text,
    };
    let (text, times) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (text.get(..at)?, 1_000),
        Some((at, 'M')) => (text.get(..at)?, 1_000_000),
        Some((at, 'B')) => (text.get(..at)?, 1_000_000_000),
        _ => (text, 1),
    };
    let n = Decimal::parse(&text.replace('_', "")).ok()?.mul(Decimal::int(times))?;
    match scale {
        Some(hundred) => n.div(hundred),
        None => Some(n),
    }
}
