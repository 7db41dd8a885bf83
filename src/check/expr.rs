//! Typing expressions: one arm per form; names, operators and calls have files of their own.

use super::operators::called;
use super::periods::Held;
use super::{Checker, Scope, unknown};
use crate::ast::{self, ExprKind as Ast};
use crate::calendar::PeriodKind;
use crate::diagnostics::Code;
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, Type, Unit};
use crate::span::Span;
use crate::value::Value;

/// The most periods that a trend, a `for …` or a window may span.
pub(super) const MAX_PERIODS: u32 = 1_000;

impl Checker<'_, '_> {
    /// A condition: an expression that is yes, no or unknown.
    pub(super) fn condition(&mut self, expr: &ast::Expr, scope: &Scope) -> Expr {
        let typed = self.expr(expr, scope, Some(Type::Boolean));
        if typed.ty != Type::Boolean && typed.ty != Type::Unknown {
            let name = called(expr);
            let it = name.as_deref().unwrap_or("…");
            let help = match typed.ty {
                Type::Number(_) => format!("compare it with something: `{it} > 0`"),
                Type::Enum(list) => match self.program.enums.get(list.index()).and_then(|e| e.values.first()) {
                    Some(value) => format!("compare it with one of its values: `{it} = {value}`"),
                    None => "compare it with one of its values".to_string(),
                },
                Type::Date | Type::Instant => format!("compare it, or ask `{it} in last 90 days`"),
                Type::Text => format!("compare it with a text: `{it} = \"…\"`"),
                _ => "write a comparison".to_string(),
            };
            let message = match &name {
                Some(name) => format!("`{name}` by itself is not a condition"),
                None => "a condition is wanted here".to_string(),
            };
            let label = format!("this is {}", self.type_words(typed.ty));
            self.error(Code::TypeMismatch, expr.span, message, &label, help);
            return unknown(expr.span);
        }
        typed
    }

    /// Types an expression. `expected` is what the surroundings would like: it tells bare list values apart from names,
    /// and is not enforced.
    pub(super) fn expr(&mut self, expr: &ast::Expr, scope: &Scope, expected: Option<Type>) -> Expr {
        self.depth += 1;
        let typed = match self.called_at.is_some() && self.grows_too_deep(0, expr.span) {
            true => unknown(expr.span),
            false => self.typed(expr, scope, expected),
        };
        self.depth -= 1;
        if typed.ty == Type::Mixed { self.mixed(&typed) } else { typed }
    }

    pub(super) fn typed(&mut self, expr: &ast::Expr, scope: &Scope, expected: Option<Type>) -> Expr {
        let span = expr.span;
        let make = |kind: ExprKind, ty: Type| Expr { kind, ty, span };
        if let Some(Type::Enum(list)) = expected
            && let Some(written) = self.hyphenated(expr, scope)
        {
            self.unknown_list_value(list, &written, span);
            return unknown(span);
        }
        match &expr.kind {
            Ast::Number(n) => make(ExprKind::Literal(Value::Number(*n)), Type::PLAIN),
            Ast::Percent(n) => make(ExprKind::Literal(Value::Number(*n)), Type::Number(Unit::Ratio)),
            Ast::Money(n, currency) => match crate::program::Currency::new(&currency.text) {
                Some(code) => make(ExprKind::Literal(Value::Number(*n)), Type::Number(Unit::Money(code))),
                None => {
                    let message = format!("`{}` is not a currency code", currency.text);
                    self.error(
                        Code::MoneyWithoutCurrency,
                        currency.span,
                        message,
                        "three capital letters are wanted",
                        "write a code such as `USD`",
                    );
                    unknown(span)
                }
            },
            Ast::Text(text) => {
                if let Some(Type::Enum(list)) = expected {
                    return self.list_value(list, text, span);
                }
                make(ExprKind::Literal(Value::Text(text.as_str().into())), Type::Text)
            }
            Ast::Boolean(b) => make(ExprKind::Literal(Value::Boolean(*b)), Type::Boolean),
            Ast::Date(date) => make(ExprKind::Literal(Value::Date(*date)), Type::Date),
            Ast::Duration(duration) => match duration.days() {
                Some(days) => make(ExprKind::Literal(Value::Number(Decimal::int(days))), Type::Number(Unit::Days)),
                None => {
                    let message = format!("`{duration}` has no fixed length in days");
                    let help =
                        format!("compare in {0}s: `{0}s since …`, or write a number of days", duration.unit.word());
                    self.error(Code::TypeMismatch, span, message, "months differ in length", help);
                    unknown(span)
                }
            },
            Ast::Name(name) => self.name(name, span, scope, expected),
            Ast::Member(table, field) => self.member(table, field, span, scope),
            Ast::Not(inner) => {
                let inner = self.condition(inner, scope);
                make(ExprKind::Not(Box::new(inner)), Type::Boolean)
            }
            Ast::Negate(inner) => {
                let inner = self.expr(inner, scope, expected);
                if !self.number(&inner) {
                    return unknown(span);
                }
                let ty = inner.ty;
                make(ExprKind::Negate(Box::new(inner)), ty)
            }
            Ast::And(list) => {
                make(ExprKind::And(list.iter().map(|e| self.condition(e, scope)).collect()), Type::Boolean)
            }
            Ast::Or(list) => make(ExprKind::Or(list.iter().map(|e| self.condition(e, scope)).collect()), Type::Boolean),
            Ast::Sum(terms) => self.sum(terms, span, scope),
            Ast::Product(factors) => self.product(factors, span, scope),
            Ast::Compare(op, left, right) => self.compare(*op, left, right, span, scope),
            Ast::In { value, list, negated } => self.membership(value, list, *negated, span, scope),
            Ast::Within { value, window, negated } => {
                let typed = self.expr(value, scope, Some(Type::Date));
                if !typed.ty.is_date() {
                    if typed.ty != Type::Unknown {
                        let help = match (typed.ty, scope) {
                            (Type::Boolean, Scope::Row(_)) => {
                                "put the window before `where`, or write `… = yes` in front of it"
                            }
                            _ => "ask this of a date column",
                        };
                        self.error(
                            Code::TypeMismatch,
                            value.span,
                            "only a date can lie in a window",
                            &format!("this is {}", typed.ty),
                            help,
                        );
                    }
                    return unknown(span);
                }
                make(ExprKind::Within { value: Box::new(typed), window: window.kind, negated: *negated }, Type::Boolean)
            }
            Ast::IsMissing { value, because, negated } => {
                self.depth += 1;
                let typed = self.typed(value, scope, None);
                self.depth -= 1;
                let because = because.as_ref().and_then(|name| self.missing_word(name));
                make(ExprKind::IsMissing { value: Box::new(typed), because, negated: *negated }, Type::Boolean)
            }
            Ast::Is { value, label, negated } => self.is_label(value, label, *negated, span, scope),
            Ast::OrElse(list) => self.or_else(list, span, scope, expected),
            Ast::If { condition, then, otherwise } => {
                let condition = self.condition(condition, scope);
                self.optional_decides(&condition, scope, true);
                let then = self.expr(then, scope, expected);
                let otherwise = self.expr(otherwise, scope, expected.or(Some(then.ty)));
                match self.unify(then, otherwise, "the two branches of `if`") {
                    Some((then, otherwise)) => {
                        let ty = then.ty;
                        let (condition, then, otherwise) = (Box::new(condition), Box::new(then), Box::new(otherwise));
                        make(ExprKind::If { condition, then, otherwise }, ty)
                    }
                    None => unknown(span),
                }
            }
            Ast::Call(call) => self.call(call, span, scope, expected),
            Ast::Elapsed { unit, until, date } => {
                let typed = self.expr(date, scope, Some(Type::Date));
                if !typed.ty.is_date() {
                    if typed.ty != Type::Unknown {
                        let message =
                            format!("`{}s {}` wants a date", unit.word(), if *until { "until" } else { "since" });
                        self.error(
                            Code::TypeMismatch,
                            date.span,
                            message,
                            &format!("this is {}", typed.ty),
                            "name a date column, or `last(…)` of an event table",
                        );
                    }
                    return unknown(span);
                }
                let ty = if *unit == PeriodKind::Day { Type::Number(Unit::Days) } else { Type::PLAIN };
                make(ExprKind::Elapsed { unit: *unit, until: *until, date: Box::new(typed) }, ty)
            }
            Ast::AsOf { value, shift } => {
                self.no_rows(scope, span);
                let typed = self.expr(value, scope, expected);
                let ty = typed.ty;
                make(ExprKind::AsOf { value: Box::new(typed), shift: *shift }, ty)
            }
            Ast::Change { value, percent, over } => {
                self.no_rows(scope, span);
                let typed = self.expr(value, scope, None);
                if !self.number(&typed) {
                    return unknown(span);
                }
                let ty = if *percent { Type::Number(Unit::Ratio) } else { typed.ty };
                make(ExprKind::Change { value: Box::new(typed), percent: *percent, over: over.duration }, ty)
            }
            Ast::Trend { value, over } => {
                self.no_rows(scope, span);
                let typed = self.expr(value, scope, None);
                if !self.number(&typed) {
                    return unknown(span);
                }
                if over.duration.count < 3 {
                    self.error(
                        Code::WrongArguments,
                        over.span,
                        "a trend needs at least three points",
                        "too short",
                        format!("write `over 3 {}s` or more", over.duration.unit.word()),
                    );
                }
                self.periods(over.duration.count, over.span);
                let ty = typed.ty;
                make(ExprKind::Trend { value: Box::new(typed), over: over.duration }, ty)
            }
            Ast::Missing(reason) => self.missing(reason.as_ref(), span, scope, expected),
            Ast::Held { condition, count, of, period, ignoring } => {
                let (count, of, period, ignoring) = (*count, *of, *period, *ignoring);
                self.held(Held { condition, count, of, period, ignoring }, span, scope)
            }
            Ast::Streak { condition, over, ignoring } => self.streak(condition, *over, *ignoring, span, scope),
            Ast::Until { enter, leave, over, at_least } => self.until((enter, leave), *over, *at_least, span, scope),
            Ast::Ranked { function, value, within, against, at_least } => {
                let among = (within.as_ref(), *against, at_least.as_deref());
                self.ranked(function, value, among, span, scope)
            }
        }
    }

    /// Looking back is bounded: every period end is a date at which all is computed again.
    pub(super) fn periods(&mut self, count: u32, span: Span) {
        if count > MAX_PERIODS {
            self.error(
                Code::WrongArguments,
                span,
                format!("{count} periods are more than the {MAX_PERIODS} that can be looked back"),
                "too many",
                "take a longer period, such as months for days",
            );
        }
    }

    /// Says that something is understood but cannot be run yet.
    pub(super) fn not_yet(&mut self, span: Span, what: &str, help: &str) {
        self.error(
            Code::NotEvaluatedYet,
            span,
            format!("{what} is understood, but cannot be evaluated yet"),
            "checked, but not run",
            help,
        );
    }

    pub(super) fn no_rows(&mut self, scope: &Scope, span: Span) {
        if matches!(scope, Scope::Row(_)) || self.called_in_rows {
            self.error(
                Code::ClauseMisplaced,
                span,
                "earlier dates cannot be asked for inside an aggregate",
                "rows are looked at as of one date",
                "shift the whole aggregate: `count(…) as of 90 days ago`",
            );
        }
    }

    /// Says that a value differs between accounts where it must be the same for all.
    pub(super) fn not_constant(&mut self, subject: &str, span: Span, what: &str, label: &str) {
        let message = format!("{subject} is not a constant, and {what} must be one");
        self.error(Code::NotConstant, span, message, label, "write a number or a parameter");
    }
}
