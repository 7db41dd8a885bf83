//! A test, or a case of one, that would show what no test has shown.

use super::facets::oriented;
use crate::ast::CompareOp;
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, Program, Type};
use crate::value::Value;

/// One row of a table of cases: a metric has a value, and something is expected.
pub(in crate::testing) fn case(metric: &str, value: &str, expected: &str, cell: &str) -> String {
    // Commas between thousands are for reading.
    let value = value.replace(',', "_");
    format!("`case | {metric} | expect {expected}` with `{metric} {value} | {value} | {cell}`")
}

/// An account of which something is expected.
pub(super) fn expected(name: &str, value: &str) -> String {
    match value {
        "yes" => format!("`expect ACCOUNT.{name}`"),
        "no" => format!("`expect not ACCOUNT.{name}`"),
        value => format!("an account with `{name}` {value}"),
    }
}

/// An account in words.
pub(super) fn account(which: &str) -> String {
    format!("an account {which}")
}

/// How to make a clause true, or false.
pub(super) struct Try<'a> {
    pub(super) program: &'a Program,
    pub(super) holds: bool,
}

impl Try<'_> {
    /// What to give, if one column or metric decides.
    pub(super) fn clause(&self, clause: &Expr) -> Option<String> {
        match &clause.kind {
            ExprKind::Compare(op, left, right) => {
                if let (Some(name), ExprKind::Literal(Value::Symbol(symbol)), Type::Enum(list)) =
                    (self.field(left), &right.kind, left.ty)
                {
                    let values = &self.program.enums.get(list.index())?.values;
                    let equal = (*op == CompareOp::Equal) == self.holds;
                    let found = values.iter().enumerate().find(|(i, _)| (*i == *symbol as usize) == equal)?;
                    return Some(self.given(&name, found.1));
                }
                let (op, side, bound) = oriented(*op, left, right)?;
                let value = self.value(op, bound)?;
                self.decides(side, value)
            }
            ExprKind::Field(_) if clause.ty == Type::Boolean => {
                Some(self.given(&self.field(clause)?, if self.holds { "yes" } else { "no" }))
            }
            ExprKind::IsMissing { value, negated, because: None } if *negated != self.holds => {
                self.field(value).map(|name| format!("an account without `{name}`"))
            }
            ExprKind::In { value, list, negated } => {
                let name = self.field(value)?;
                let Type::Enum(id) = value.ty else { return None };
                let values = &self.program.enums.get(id.index())?.values;
                let listed = |i: usize| {
                    list.iter().any(|e| matches!(e.kind, ExprKind::Literal(Value::Symbol(s)) if s as usize == i))
                };
                let wanted = *negated != self.holds;
                let found = (0..values.len()).find(|i| listed(*i) == wanted)?;
                Some(self.given(&name, values.get(found)?))
            }
            _ => None,
        }
    }

    fn field(&self, expr: &Expr) -> Option<String> {
        let ExprKind::Field(id) = expr.kind else { return None };
        self.program.subject_table()?.fields.get(id.index()).map(|f| f.name.clone())
    }

    fn given(&self, column: &str, value: &str) -> String {
        let subject = self.program.subject_table().map_or("account", |t| t.header.name.as_str());
        format!("`{subject} ACCOUNT {{ {column} {value} }}`")
    }

    /// A number on the right side of a bound.
    fn value(&self, op: CompareOp, bound: Decimal) -> Option<Decimal> {
        let (less, more) = (bound.sub(Decimal::ONE)?, bound.add(Decimal::ONE)?);
        Some(match (op, self.holds) {
            (CompareOp::Equal | CompareOp::LessEqual | CompareOp::GreaterEqual, true) => bound,
            (CompareOp::NotEqual | CompareOp::Less | CompareOp::Greater, false) => bound,
            (CompareOp::Less, true) | (CompareOp::GreaterEqual, false) => less,
            _ => more,
        })
    }

    fn decides(&self, side: &Expr, value: Decimal) -> Option<String> {
        let text = crate::explain::words::literal(self.program, side.ty, &Value::Number(value));
        match side.kind {
            ExprKind::Field(_) => Some(self.given(&self.field(side)?, &text.replace(',', "_"))),
            ExprKind::Metric(id) => {
                let name = &self.program.metric(id)?.header.name;
                Some(format!("a case with `{name}` {text}"))
            }
            ExprKind::Score(id) => {
                let name = &self.program.scorecard(id)?.header.name;
                Some(format!("an account with `{name}` {text}"))
            }
            _ => None,
        }
    }
}
