//! Conditions over periods: `for 3 quarters`, `streak of …`, `… until …`; and `missing` as a value.

use super::fit::adopt;
use super::{Checker, Scope, unknown};
use crate::ast::{self, DurationLit, HeldPeriod, Name};
use crate::builtins::{Entry, Scalar};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Expr, ExprKind, MissingWord, Type, Unit};
use crate::span::Span;
use crate::value::{Missing, Value};

/// `for 3 of last 4 quarters ignoring missing`, as written.
pub(super) struct Held<'e> {
    pub(super) condition: &'e ast::Expr,
    pub(super) count: u32,
    pub(super) of: Option<u32>,
    pub(super) period: HeldPeriod,
    pub(super) ignoring: Option<Span>,
}

impl Checker<'_, '_> {
    pub(super) fn held(&mut self, held: Held, span: Span, scope: &Scope) -> Expr {
        self.no_rows(scope, span);
        let condition = Box::new(self.condition(held.condition, scope));
        let (count, of) = (held.count, held.of.unwrap_or(held.count));
        self.periods(of, span);
        let HeldPeriod::Calendar(period) = held.period else {
            let help = "it needs the state of earlier runs; ask for days, weeks, months or quarters instead";
            self.not_yet(span, "`for … runs`", help);
            return unknown(span);
        };
        if count == 0 || count > of {
            let message = format!("this can never be: {count} of {of}");
            let help = match held.of {
                Some(of) if of > 0 => format!("write `for {of} of last {count} {}s`", period.word()),
                _ => "ask for at least 1 and at most all periods".to_string(),
            };
            self.error(Code::WrongArguments, span, message, "check the two counts", help);
        }
        if let (Some(_), Some(at)) = (held.of, held.ignoring) {
            let message = format!("`{count} of last {of}` leaves room for missing ones already");
            let help = format!("leave it out, or write `for {count} {}s ignoring missing`", period.word());
            self.error(Code::WrongArguments, at, message, "goes with all of the periods only", help);
        }
        let ignoring = held.ignoring.is_some();
        Expr { kind: ExprKind::Held { condition, count, of, period, ignoring }, ty: Type::Boolean, span }
    }

    /// `streak of references >= 1 over 8 quarters`
    pub(super) fn streak(
        &mut self,
        condition: &ast::Expr,
        over: DurationLit,
        ignoring: bool,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        if self.constant_over_time("a streak", span, scope) {
            return unknown(span);
        }
        self.no_rows(scope, span);
        let condition = Box::new(self.condition(condition, scope));
        self.some_periods(over, 1);
        Expr { kind: ExprKind::Streak { condition, over: over.duration, ignoring }, ty: Type::PLAIN, span }
    }

    /// `health < 40 until health >= 45 over 26 weeks at least 2 weeks`
    pub(super) fn until(
        &mut self,
        (enter, leave): (&ast::Expr, &ast::Expr),
        over: DurationLit,
        at_least: Option<DurationLit>,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        if self.constant_over_time("`… until …`", span, scope) {
            return unknown(span);
        }
        self.no_rows(scope, span);
        let enter = Box::new(self.condition(enter, scope));
        let leave = Box::new(self.condition(leave, scope));
        self.some_periods(over, 2);
        let unit = over.duration.unit;
        if let Some(least) = at_least {
            let (own, whole) = (least.duration, over.duration);
            let word = unit.word();
            if own.unit != unit {
                let message =
                    format!("the state is looked at every {word}, so how long it stays is counted in {word}s");
                let label = format!("counted in {}s", own.unit.word());
                let help = format!("write `at least 2 {word}s`");
                self.error(Code::WrongArguments, least.span, message, &label, help);
            } else if own.count == 0 || own.count >= whole.count {
                let message = format!("a state cannot stay for {own} within {whole}");
                let help = format!("write fewer {word}s, at least 1, or look back further");
                self.error(Code::WrongArguments, least.span, message, "check the two counts", help);
            }
        }
        let at_least = at_least.map_or(1, |least| least.duration.count);
        Expr { kind: ExprKind::Until { enter, leave, over: over.duration, at_least }, ty: Type::Boolean, span }
    }

    fn some_periods(&mut self, over: DurationLit, least: u32) {
        let duration = over.duration;
        if duration.count < least {
            let message =
                format!("at least {} wanted here", if least == 1 { "one period is" } else { "two periods are" });
            let help = format!("write `over 4 {}s`", duration.unit.word());
            self.error(Code::WrongArguments, over.span, message, "too short", help);
        }
        self.periods(duration.count, over.span);
    }

    /// True, and told, where a constant is wanted.
    fn constant_over_time(&mut self, what: &str, span: Span, scope: &Scope) -> bool {
        let Scope::Constant(purpose) = scope else { return false };
        self.not_constant(what, span, purpose, "differs from date to date");
        true
    }

    /// `days_left_in_quarter()`, `days_in_quarter(renewal)`
    pub(super) fn days_of_period(
        &mut self,
        function: Scalar,
        entry: &Entry,
        call: &ast::Call,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let make = |list| Expr { kind: ExprKind::Function(function, list), ty: Type::Number(Unit::Days), span };
        match call.arguments.as_slice() {
            [] => match self.constant_over_time(&format!("`{}()`", entry.name), span, scope) {
                true => unknown(span),
                false => make(Vec::new()),
            },
            [ast::Argument { kind: ast::ArgumentKind::Value(date), .. }] => {
                let typed = self.expr(date, scope, Some(Type::Date));
                if typed.ty == Type::Unknown {
                    return unknown(span);
                }
                if !typed.ty.is_date() {
                    let message = format!("`{}` wants a date", entry.name);
                    let help = "name a date column, or write no date for the as-of date";
                    self.error(Code::TypeMismatch, date.span, message, &format!("this is {}", typed.ty), help);
                    return unknown(span);
                }
                make(vec![typed])
            }
            _ => {
                let message = format!("`{}` wants one date, or none for the as-of date", entry.name);
                let help = format!("it is called `{}`", entry.signature.replace(" or ", "` or `"));
                self.error(Code::WrongArguments, span, message, "wrong arguments", help);
                unknown(span)
            }
        }
    }

    /// `missing`, `missing because stale`: takes the type of its surroundings.
    pub(super) fn missing(&mut self, reason: Option<&Name>, span: Span, scope: &Scope, expected: Option<Type>) -> Expr {
        if let Scope::Constant(what) = scope {
            self.not_constant("`missing`", span, what, "no value at all");
            return unknown(span);
        }
        let reason = match reason.map(|name| (self.missing_word(name), name)) {
            None => Missing::NotApplicable,
            Some((None, _)) => return unknown(span),
            Some((Some(word), name)) => match word {
                MissingWord::NoData => Missing::NoData,
                MissingWord::NotApplicable => Missing::NotApplicable,
                MissingWord::Stale => Missing::Stale,
                MissingWord::TooFew => Missing::TooFew,
                MissingWord::Error => {
                    let message = "errors are found, not declared";
                    let help = "write `no data`, `not applicable`, `stale` or `too few`";
                    self.error(Code::UnknownValue, name.span, message, "not a reason to give", help);
                    return unknown(span);
                }
            },
        };
        let ty = expected.filter(|ty| *ty != Type::Unknown).unwrap_or(Type::PLAIN);
        Expr { kind: ExprKind::Literal(Value::Missing(reason)), ty, span }
    }

    /// One of the two sides of a choice is `missing`: it takes the type of the other.
    pub(super) fn missing_takes_type(a: &mut Expr, b: &mut Expr) {
        if a.ty != b.ty {
            if b.is_missing_literal() {
                adopt(b, a.ty);
            } else if a.is_missing_literal() {
                adopt(a, b.ty);
            }
        }
    }

    /// `x = missing` would never be known to hold.
    pub(super) fn compared_with_missing(
        &mut self,
        op: crate::ast::CompareOp,
        (left, right): (&ast::Expr, &ast::Expr),
        span: Span,
    ) -> bool {
        let is = |e: &ast::Expr| matches!(e.kind, ast::ExprKind::Missing(_));
        let other = match (is(left), is(right)) {
            (false, true) => left,
            (true, _) => right,
            (false, false) => return false,
        };
        let message = "whether something is missing cannot be compared";
        let diagnostic = Diagnostic::new(Code::TypeMismatch, span, message).label("never known to hold");
        let not = if op == crate::ast::CompareOp::NotEqual { "not " } else { "" };
        self.push(match super::operators::called(other) {
            Some(name) => {
                let edit = format!("{name} is {not}missing");
                diagnostic.fix(format!("write `{edit}`"), span, edit)
            }
            None => diagnostic.help(format!("write `… is {not}missing`")),
        });
        true
    }
}
