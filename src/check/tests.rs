//! Test blocks: their tables, columns, cells and expectations. They are run elsewhere.

use super::{Checker, Scope};
use crate::ast::{self, Cell, Expectation, ExpectationKind, Expr, ExprKind, Given, ItemKind, Name};
use crate::calendar::Date;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{Field, TableId, TableKind, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::HashMap;

/// The accounts that a test gives, with their places.
type Keys<'t> = HashMap<&'t str, Span>;

impl Checker<'_, '_> {
    pub(super) fn tests(&mut self) {
        for item in self.symbols.tests.clone() {
            let ItemKind::Test(test) = &item.kind else { continue };
            self.expanded = 0;
            if test.expect.is_empty() {
                self.error(
                    Code::TestWithoutExpectation,
                    item.name.span,
                    format!("test \"{}\" expects nothing", item.name.text),
                    "it could not fail",
                    "add `expect …`",
                );
            }
            let subject = self.subject().map(|t| t.header.name.clone()).unwrap_or_default();
            let mut keys: HashMap<&str, Span> = HashMap::new();
            for given in test.given.iter().filter(|g| g.table.text == subject) {
                let key = given.key.text.as_str();
                if let Some(first) = keys.insert(key, given.key.span) {
                    self.push(
                        Diagnostic::new(Code::DuplicateName, given.key.span, format!("account `{key}` is given twice"))
                            .label("second time")
                            .also(first, "first time")
                            .help("join the two, or give one another name"),
                    );
                }
            }
            for given in &test.given {
                self.given(given, &keys);
            }
            for expectation in &test.expect {
                self.expectation(expectation, &keys);
            }
        }
    }

    fn given(&mut self, given: &Given, keys: &Keys) {
        let table = match self.symbols.get(&given.table.text) {
            Some(Symbol::Table(i)) => TableId(i as u32),
            _ if self.symbols.left_out(&given.table.text) => return,
            _ => {
                let names: Vec<String> = self.program.tables.iter().map(|t| t.header.name.clone()).collect();
                let message = format!("there is no table `{}`", given.table.text);
                let diagnostic =
                    Diagnostic::new(Code::UnknownName, given.table.span, message).label("rows of which table?");
                let names = names.iter().map(String::as_str);
                let span = given.table.span;
                self.push(self.suggest(diagnostic, &given.table.text, span, names, "name a table"));
                return;
            }
        };
        let mut fields: Vec<Option<Field>> = Vec::new();
        for column in &given.columns {
            let found = self.table_field(table, &column.text).map(|(_, field)| field.clone());
            if found.is_none() {
                self.unknown_column(column, table);
            }
            fields.push(found);
        }
        for row in &given.rows {
            for (cell, field) in row.iter().zip(&fields) {
                if let Some(field) = field {
                    self.cell(cell, field);
                }
            }
        }
        let Some(found) = self.program.table(table) else { return };
        let TableKind::Events { at, .. } = found.kind else { return };
        let at = found.fields.get(at.index()).map(|f| f.name.clone()).unwrap_or_default();
        self.test_subject(&given.key, keys);
        if !given.rows.is_empty() && !given.columns.iter().any(|c| c.text == at) {
            self.error(
                Code::BadTestCell,
                given.table.span,
                format!("these rows have no `{at}`"),
                "when did they happen?",
                format!("add a column `{at}`"),
            );
        }
    }

    fn cell(&mut self, cell: &Cell, field: &Field) {
        let text = cell.text.trim();
        if text.is_empty() || text == "missing" {
            return;
        }
        let fits = match field.ty {
            Type::Boolean => matches!(text, "yes" | "no" | "true" | "false"),
            Type::Number(unit) => match number(text, unit) {
                Some(n) => {
                    self.cell_in_range(cell, field, n);
                    true
                }
                None => false,
            },
            Type::Date => Date::parse(text).is_some(),
            Type::Instant => text.get(..10).and_then(Date::parse).is_some(),
            Type::Enum(list) => {
                let values = self.program.enums.get(list.index()).map(|e| e.values.clone()).unwrap_or_default();
                if !values.iter().any(|v| v == text) {
                    self.list_value(list, text, cell.span);
                }
                true
            }
            Type::Mixed => Decimal::parse(text).is_ok(),
            Type::Text | Type::Unknown => true,
        };
        if !fits {
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
        }
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
        let outside = field.low.is_some_and(|low| n < low) || field.high.is_some_and(|high| n > high);
        let (what, help) = if outside {
            ("outside the range", format!("`{}` is declared {declared}", field.name))
        } else if field.integer && !n.is_integer() {
            ("not a whole number", format!("`{}` is declared `integer`", field.name))
        } else {
            return;
        };
        let message = format!("`{}` is {what}", cell.text.trim());
        self.error(Code::BadTestCell, cell.span, message, &format!("a cell of `{}`", field.name), help);
    }

    fn expectation(&mut self, expectation: &Expectation, keys: &Keys) {
        match &expectation.kind {
            ExpectationKind::Holds { condition, within } => {
                let named = self.without_subject(condition, keys);
                self.condition(&named, &Scope::Account);
                if let Some(within) = within {
                    self.expr(within, &Scope::Constant("a tolerance"), None);
                }
            }
            ExpectationKind::Rule { rule, subject, because, .. } => {
                let known = matches!(self.symbols.get(&rule.text), Some(Symbol::Rule(_)));
                if !known && !self.symbols.left_out(&rule.text) {
                    let names: Vec<&str> = self.symbols.rules.iter().map(|r| r.name.text.as_str()).collect();
                    let message = format!("there is no rule `{}`", rule.text);
                    let diagnostic = Diagnostic::new(Code::UnknownName, rule.span, message).label("not a rule");
                    let names = names.iter().copied();
                    self.push(self.suggest(diagnostic, &rule.text, rule.span, names, "name a rule"));
                }
                self.test_subject(subject, keys);
                if let Some(because) = because {
                    let named = self.without_subject(because, keys);
                    self.condition(&named, &Scope::Account);
                }
            }
            ExpectationKind::Error(name) => {
                if Code::find(&name.text).is_none() {
                    let message = format!("there is no finding `{}`", name.text);
                    let diagnostic =
                        Diagnostic::new(Code::UnknownCode, name.span, message).label("not in the catalogue");
                    let names = Code::ALL.iter().map(|c| c.name());
                    let otherwise = "`laud explain` lists them all";
                    self.push(self.suggest(diagnostic, &name.text, name.span, names, otherwise));
                }
            }
        }
    }

    fn test_subject(&mut self, subject: &Name, keys: &Keys) {
        if keys.contains_key(subject.text.as_str()) || self.program.subject.is_none() {
            return;
        }
        let message = format!("the test has no account `{}`", subject.text);
        let diagnostic = Diagnostic::new(Code::UnknownName, subject.span, message).label("not given above");
        let otherwise = format!("give it: `account {} {{ … }}`", subject.text);
        let names = keys.keys().copied();
        self.push(self.suggest(diagnostic, &subject.text, subject.span, names, otherwise));
    }

    /// `acme.references` as `references`, so that it is typed like any expression; who is meant is checked on the way.
    fn without_subject(&mut self, expr: &Expr, keys: &Keys) -> Expr {
        let mut out = expr.clone();
        self.strip(&mut out, keys);
        out
    }

    fn strip(&mut self, expr: &mut Expr, keys: &Keys) {
        match &mut expr.kind {
            ExprKind::Member(subject, name) => {
                let own = self.subject().is_some_and(|t| t.header.name == subject.text);
                if !own {
                    self.test_subject(subject, keys);
                }
                expr.span = name.span;
                expr.kind = ExprKind::Name(name.text.clone());
            }
            ExprKind::Not(inner) | ExprKind::Negate(inner) => self.strip(inner, keys),
            ExprKind::And(list) | ExprKind::Or(list) | ExprKind::OrElse(list) => {
                list.iter_mut().for_each(|e| self.strip(e, keys));
            }
            ExprKind::Sum(terms) => terms.iter_mut().for_each(|t| self.strip(&mut t.value, keys)),
            ExprKind::Product(factors) => factors.iter_mut().for_each(|f| self.strip(&mut f.value, keys)),
            ExprKind::Compare(_, left, right) => {
                self.strip(left, keys);
                self.strip(right, keys);
            }
            ExprKind::In { value, list, .. } => {
                self.strip(value, keys);
                list.iter_mut().for_each(|e| self.strip(e, keys));
            }
            ExprKind::Within { value, .. }
            | ExprKind::IsMissing { value, .. }
            | ExprKind::Is { value, .. }
            | ExprKind::AsOf { value, .. }
            | ExprKind::Change { value, .. }
            | ExprKind::Trend { value, .. }
            | ExprKind::Ranked { value, .. } => self.strip(value, keys),
            ExprKind::Elapsed { date, .. } => self.strip(date, keys),
            ExprKind::Held { condition, .. } | ExprKind::Streak { condition, .. } => self.strip(condition, keys),
            ExprKind::Until { enter, leave, .. } => {
                self.strip(enter, keys);
                self.strip(leave, keys);
            }
            ExprKind::If { condition, then, otherwise } => {
                self.strip(condition, keys);
                self.strip(then, keys);
                self.strip(otherwise, keys);
            }
            ExprKind::Call(call) => {
                for argument in &mut call.arguments {
                    if let ast::ArgumentKind::Value(value) | ast::ArgumentKind::Over { value, .. } = &mut argument.kind
                    {
                        self.strip(value, keys);
                    }
                }
            }
            ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Money(..)
            | ExprKind::Text(_)
            | ExprKind::Boolean(_)
            | ExprKind::Date(_)
            | ExprKind::Duration(_)
            | ExprKind::Missing(_)
            | ExprKind::Name(_) => {}
        }
    }
}

/// The number in a cell, as rows of tests write it: `250k`, `45%`, `1_000 USD`.
fn number(text: &str, unit: Unit) -> Option<Decimal> {
    let (text, scale) = match (unit, text.strip_suffix('%')) {
        (Unit::Ratio, Some(percent)) => (percent.trim_end(), Some(Decimal::HUNDRED)),
        _ => (text, None),
    };
    let text = match unit {
        Unit::Money(currency) => text.strip_suffix(currency.code()).unwrap_or(text).trim(),
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
