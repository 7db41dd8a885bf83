//! Whether two types fit, and the edit that makes them fit.

use super::units::adoptable;
use super::{Checker, unknown};
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, Type, Unit};
use crate::value::Value;

impl Checker<'_, '_> {
    /// Both sides with one type, or an error that says which edit makes them one.
    pub(super) fn comparable(&mut self, a: Expr, b: Expr) -> Option<(Expr, Expr)> {
        if a.ty.is_date() && b.ty.is_date() {
            return Some((a, b));
        }
        self.unify(a, b, "the two sides")
    }

    pub(super) fn unify(&mut self, mut a: Expr, mut b: Expr, what: &str) -> Option<(Expr, Expr)> {
        if a.ty == Type::Unknown || b.ty == Type::Unknown {
            return None;
        }
        Self::missing_takes_type(&mut a, &mut b);
        if a.ty == b.ty {
            return Some((a, b));
        }
        if a.ty.is_number() && b.ty.is_number() {
            if adoptable(&b) {
                self.ratio_scale(&b, a.ty);
                adopt(&mut b, a.ty);
                return Some((a, b));
            }
            if adoptable(&a) {
                self.ratio_scale(&a, b.ty);
                adopt(&mut a, b.ty);
                return Some((a, b));
            }
            // A number that was written out is the one to change.
            let literal = |e: &Expr| matches!(e.kind, ExprKind::Literal(_));
            let (odd, other) = if literal(&a) && !literal(&b) { (&a, &b) } else { (&b, &a) };
            self.unit_mismatch(odd, other, if what == "the two sides" { "compared" } else { "mixed" });
            return None;
        }
        let (left, right) = (self.type_words(a.ty), self.type_words(b.ty));
        let message = match what {
            "the two sides" => format!("{left} cannot be compared with {right}"),
            _ => format!("{what} do not fit: {left} and {right}"),
        };
        let mut diagnostic = Diagnostic::new(Code::TypeMismatch, b.span, message)
            .label(format!("this is {right}"))
            .also(a.span, format!("this is {left}"));
        if let Some(text) = meant(a.ty, &b) {
            self.push(diagnostic.fix(format!("write `{text}`"), b.span, text));
            return None;
        }
        diagnostic.help = match (a.ty, b.ty) {
            (Type::Enum(list), Type::Text) | (Type::Text, Type::Enum(list)) => self
                .program
                .enums
                .get(list.index())
                .map(|e| format!("the values of `{}` are written without quotes", e.name)),
            (Type::Boolean, Type::Text) | (Type::Text, Type::Boolean) => {
                Some("yes and no are written without quotes".to_string())
            }
            (Type::Boolean, Type::Number(_)) | (Type::Number(_), Type::Boolean) => {
                Some("compare yes-or-no columns with `yes` or `no`".to_string())
            }
            (Type::Date | Type::Instant, Type::Number(_)) => {
                Some("compare with a date such as 2026-03-31, or count the time: `days since …`".to_string())
            }
            (Type::Date | Type::Instant, Type::Text) => Some("write the date without quotes: 2026-03-31".to_string()),
            (Type::Number(_), Type::Text) => match &b.kind {
                ExprKind::Literal(_) => Some("write the number without quotes".to_string()),
                _ => Some("name a number on both sides".to_string()),
            },
            (Type::Enum(_), Type::Enum(_)) => Some("compare each with a value of its own list".to_string()),
            _ => None,
        };
        self.push(diagnostic);
        None
    }

    /// A type in words; lists are told apart by the column that they belong to.
    pub(super) fn type_words(&self, ty: Type) -> String {
        match ty {
            Type::Enum(list) => match self.program.enums.get(list.index()) {
                Some(found) => format!("one of the values of `{}`", found.name),
                None => ty.to_string(),
            },
            _ => ty.to_string(),
        }
    }

    /// A literal above 1 compared with a ratio is nearly always a forgotten `%`.
    pub(super) fn ratio_scale(&mut self, literal: &Expr, ty: Type) {
        if ty != Type::Number(Unit::Ratio) {
            return;
        }
        if let ExprKind::Literal(Value::Number(n)) = &literal.kind
            && *n > Decimal::int(2)
        {
            let percent = n.mul(Decimal::HUNDRED).unwrap_or(*n);
            self.push(
                Diagnostic::new(Code::RatioScale, literal.span, format!("`{n}` as a ratio means {percent}%"))
                    .label("a ratio of 1 is 100%")
                    .fix(format!("write `{n}%`"), literal.span, format!("{n}%")),
            );
        }
    }

    /// Two numbers of different units; `odd` is the one to change.
    pub(super) fn unit_mismatch(&mut self, odd: &Expr, other: &Expr, verb: &str) {
        let currencies = match (odd.ty, other.ty) {
            (Type::Number(Unit::Money(a)), Type::Number(Unit::Money(b))) => Some(format!("{b} and {a}")),
            _ => None,
        };
        let code = if currencies.is_some() { Code::CurrencyMismatch } else { Code::UnitMismatch };
        let both = currencies.unwrap_or_else(|| format!("{} and {}", other.ty, odd.ty));
        let diagnostic = Diagnostic::new(code, odd.span, format!("{both} cannot be {verb}"))
            .label(format!("this is {}", odd.ty))
            .also(other.span, format!("this is {}", other.ty));
        let diagnostic = match self.quotient(other) {
            // What is wrong is not the percentage but that nobody said that the quotient is a ratio.
            Some(Some(name)) if odd.ty == Type::Number(Unit::Ratio) && other.ty == Type::PLAIN => {
                let fixed = format!("to_ratio({name})");
                diagnostic.fix(format!("say that it is a ratio: `{fixed}`"), other.span, fixed)
            }
            found => unit_help(diagnostic, odd, other.ty, found.is_some()),
        };
        self.push(diagnostic);
    }

    /// Something if one thing is divided by another: the name, if it is a metric that does it.
    fn quotient(&self, expr: &Expr) -> Option<Option<String>> {
        let divides =
            |expr: &Expr| matches!(&expr.kind, ExprKind::Product(factors) if factors.iter().any(|(divide, _)| *divide));
        let metric = match &expr.kind {
            ExprKind::Metric(id) => self.metrics.get(id.index()),
            ExprKind::Portfolio(id) => self.portfolio.get(id.index()),
            _ => return divides(expr).then_some(None),
        };
        let metric = metric.and_then(Option::as_ref).filter(|metric| divides(&metric.value))?;
        Some(Some(metric.header.name.clone()))
    }

    /// The expression as type `ty`, adopted if it was written without a unit; an error otherwise.
    pub(super) fn want(&mut self, mut expr: Expr, ty: Type, what: &str) -> Expr {
        if expr.ty == ty || expr.ty == Type::Unknown || ty == Type::Unknown {
            return expr;
        }
        if expr.is_missing_literal() {
            adopt(&mut expr, ty);
            return expr;
        }
        if ty.is_number() && adoptable(&expr) {
            self.ratio_scale(&expr, ty);
            adopt(&mut expr, ty);
            return expr;
        }
        let (wanted, got) = (self.type_words(ty), self.type_words(expr.ty));
        let code = match (expr.ty, ty) {
            (Type::Number(Unit::Money(_)), Type::Number(Unit::Money(_))) => Code::CurrencyMismatch,
            (Type::Number(_), Type::Number(_)) => Code::UnitMismatch,
            _ => Code::TypeMismatch,
        };
        let diagnostic = Diagnostic::new(code, expr.span, format!("{what} must be {wanted}, not {got}"))
            .label(format!("this is {got}"));
        let diagnostic = match code {
            Code::TypeMismatch => diagnostic.help(format!("give {wanted}")),
            _ => unit_help(diagnostic, &expr, ty, false),
        };
        self.push(diagnostic);
        unknown(expr.span)
    }
}

/// The literal that was meant, where one of another type was written: `"2026-03-31"` for a date, `1` for yes.
fn meant(wanted: Type, literal: &Expr) -> Option<String> {
    let ExprKind::Literal(value) = &literal.kind else { return None };
    match (wanted, value) {
        (Type::Boolean, Value::Number(n)) if *n == Decimal::ONE => Some("yes".to_string()),
        (Type::Boolean, Value::Number(n)) if n.is_zero() => Some("no".to_string()),
        (Type::Boolean, Value::Text(text)) => match text.trim().to_lowercase().as_str() {
            "yes" | "true" | "y" => Some("yes".to_string()),
            "no" | "false" | "n" => Some("no".to_string()),
            _ => None,
        },
        (Type::Date | Type::Instant, Value::Text(text)) => {
            crate::calendar::Date::parse(text).map(|date| date.to_string())
        }
        (Type::Number(_), Value::Text(text)) => Decimal::parse(text).ok().map(|n| n.to_string()),
        _ => None,
    }
}

/// The edit that gives a number another unit; `quotient` says that the other side is one thing divided by another.
fn unit_help(diagnostic: Diagnostic, odd: &Expr, wanted: Type, quotient: bool) -> Diagnostic {
    let (Type::Number(have), Type::Number(want)) = (odd.ty, wanted) else { return diagnostic };
    let literal = match &odd.kind {
        ExprKind::Literal(Value::Number(n)) => Some(*n),
        _ => None,
    };
    match (literal, have, want) {
        (Some(n), Unit::Money(_), Unit::Money(currency)) => {
            diagnostic.help(format!("convert {n} to {currency}, and write that amount"))
        }
        (_, Unit::Money(_), Unit::Money(_)) => {
            diagnostic.help("put both into one, by the rates of a day: `convert(…, USD)`")
        }
        (_, Unit::Ratio, Unit::Plain) if quotient => {
            diagnostic.help("say that the other side is a ratio: `to_ratio(…)` around it")
        }
        (Some(n), Unit::Ratio, Unit::Points | Unit::Plain | Unit::Nps) => {
            let hundred = n.mul(Decimal::HUNDRED).unwrap_or(n);
            diagnostic.fix(format!("write `{hundred}`"), odd.span, hundred.to_string())
        }
        (_, Unit::Ratio, Unit::Days) => diagnostic.help("write a number of days"),
        (Some(_), Unit::Ratio, Unit::Money(currency)) => diagnostic.help(format!("write an amount in {currency}")),
        (_, Unit::Ratio | Unit::Nps, Unit::Points) => diagnostic.help("convert it: `to_points(…)`"),
        (_, Unit::Points, Unit::Ratio) => diagnostic.help("convert it: `to_ratio(…)`"),
        (_, Unit::Points, Unit::Nps) => diagnostic.help("convert the nps: `to_points(…)`"),
        (_, Unit::Plain, Unit::Ratio) => diagnostic.help("say that it is a ratio: `to_ratio(…)`"),
        (_, Unit::Plain, Unit::Points) => diagnostic.help("say that it is points: `to_points(…)`"),
        (_, Unit::Ratio, Unit::Plain) => diagnostic.help("say that the other side is a ratio: `to_ratio(…)` around it"),
        (_, Unit::Points, Unit::Plain) => {
            diagnostic.help("say that the other side is points: `to_points(…)` around it")
        }
        (Some(n), _, Unit::Money(_) | Unit::Days | Unit::Plain) if have != Unit::Ratio => {
            let unit = match want {
                Unit::Money(currency) => format!(" {currency}"),
                Unit::Days => " days".to_string(),
                _ => String::new(),
            };
            diagnostic.fix(format!("write `{n}{unit}`"), odd.span, format!("{n}{unit}"))
        }
        _ => {
            let bare = if have == Unit::Plain { "…" } else { "to_number(…)" };
            let edit = match want {
                Unit::Money(currency) => format!("{bare} * 1 {currency}"),
                Unit::Days => format!("{bare} * 1 day"),
                Unit::Ratio => format!("to_ratio({bare})"),
                Unit::Points => format!("to_points({bare})"),
                Unit::Plain | Unit::Nps => bare.to_string(),
            };
            diagnostic.help(format!("write `{edit}` where that is meant"))
        }
    }
}

/// Only list types are worth passing down: they tell bare values from names.
pub(super) fn wanted(ty: Type) -> Option<Type> {
    matches!(ty, Type::Enum(_)).then_some(ty)
}

/// Gives an expression written without a unit the unit of its surroundings, all the way down.
pub(super) fn adopt(expr: &mut Expr, ty: Type) {
    if expr.ty == ty {
        return;
    }
    match &mut expr.kind {
        ExprKind::Negate(inner) => adopt(inner, ty),
        ExprKind::Sum(terms) => terms.iter_mut().for_each(|(_, term)| adopt(term, ty)),
        ExprKind::If { then, otherwise, .. } => {
            adopt(then, ty);
            adopt(otherwise, ty);
        }
        ExprKind::OrElse(list) => list.iter_mut().for_each(|item| adopt(item, ty)),
        _ => {}
    }
    expr.ty = ty;
}
