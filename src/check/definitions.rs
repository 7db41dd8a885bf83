//! Definitions, expanded where they are called.

use super::{Checker, Scope, unknown};
use crate::ast::{self, ArgumentKind, Call, ItemKind};
use crate::builtins::CATALOGUE;
use crate::diagnostics::Code;
use crate::program::{Expr, ExprKind, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::HashMap;

/// Definitions may call each other this deep, and one declaration may grow to so many expanded nodes.
const EXPANSION_DEPTH: usize = 32;
const EXPANSION_SIZE: usize = 20_000;
/// Written out, they may be nested this deep.
const NESTING: usize = 160;

impl Checker<'_, '_> {
    // ---------- definitions ----------

    /// Checks the body of a definition once by itself, so that its mistakes are told even if nobody calls it.
    pub(super) fn define(&mut self, item: &ast::Item, define: &ast::Define) {
        let mut frame = HashMap::new();
        for parameter in &define.parameters {
            let ty = match &parameter.ty.kind {
                // Any currency: XXX is ISO 4217's code for none.
                ast::TypeExprKind::Money(None) => Type::Number(Unit::Money(crate::program::Currency(*b"XXX"))),
                _ => self.type_of(&parameter.ty, &format!("{}.{}", item.name.text, parameter.name.text)),
            };
            // A stand-in that is no constant and adopts no unit.
            let kind = ExprKind::AsOfDate;
            let stand_in = Expr { kind, ty, span: parameter.name.span };
            if frame.insert(parameter.name.text.clone(), (stand_in, Size { parts: 1, depth: 1 })).is_some() {
                self.error(
                    Code::DuplicateName,
                    parameter.name.span,
                    format!("`{}` is taken twice", parameter.name.text),
                    "second parameter of this name",
                    "give it another name",
                );
            }
        }
        if CATALOGUE.iter().any(|e| e.name == item.name.text) {
            self.error(
                Code::DuplicateName,
                item.name.span,
                format!("`{}` is a function of the language", item.name.text),
                "already taken",
                "give the definition another name",
            );
        }
        self.arguments.push(frame);
        self.expr(&define.body, &Scope::Account, None);
        self.arguments.pop();
    }

    /// True once the definitions of a declaration, written out, are larger than they may be; told once.
    pub(super) fn grows_too_large(&mut self, span: Span) -> bool {
        if self.expanded <= EXPANSION_SIZE && self.arguments.len() <= EXPANSION_DEPTH {
            return false;
        }
        self.too_large(span);
        true
    }

    /// The same for how deep they are nested, with `more` below this place: what runs the program goes down as deep.
    pub(super) fn grows_too_deep(&mut self, more: usize, span: Span) -> bool {
        let grown = self.depth + more > NESTING;
        if grown {
            self.too_large(span);
        }
        grown
    }

    pub(super) fn too_large(&mut self, span: Span) {
        if self.expanded != usize::MAX {
            self.expanded = usize::MAX;
            self.error(
                Code::ExpansionTooLarge,
                span,
                "these definitions grow too large when written out",
                "too deep or too many",
                "declare the inner steps as metrics; a metric is computed once however often it is read",
            );
        }
    }

    /// Money of whichever currency.
    pub(super) fn want_money(&mut self, expr: Expr, what: &str) -> Expr {
        if expr.ty == Type::Unknown || matches!(expr.ty, Type::Number(Unit::Money(_))) || super::units::adoptable(&expr)
        {
            return expr;
        }
        let message = format!("{what} is money");
        self.error(Code::UnitMismatch, expr.span, message, &format!("this is {}", expr.ty), "give an amount of money");
        unknown(expr.span)
    }

    /// A number of whichever unit.
    fn want_number(&mut self, expr: Expr, what: &str) -> Expr {
        if expr.ty == Type::Unknown || expr.ty.is_number() {
            return expr;
        }
        let label = format!("this is {}", self.type_words(expr.ty));
        self.error(Code::TypeMismatch, expr.span, format!("{what} is a number"), &label, "give a number");
        unknown(expr.span)
    }

    pub(super) fn expand(&mut self, index: usize, call: &Call, span: Span, scope: &Scope) -> Expr {
        let Some(item) = self.symbols.defines.get(index).copied() else { return unknown(span) };
        if self.broken.contains(&Symbol::Define(index)) {
            return unknown(span);
        }
        self.expand_item(item, call, span, scope)
    }

    pub(super) fn expand_item(&mut self, item: &ast::Item, call: &Call, span: Span, scope: &Scope) -> Expr {
        let ItemKind::Define(define) = &item.kind else { return unknown(span) };
        let called = call.function.text.as_str();
        if call.arguments.len() != define.parameters.len() {
            let wanted: Vec<&str> = define.parameters.iter().map(|p| p.name.text.as_str()).collect();
            let message = format!(
                "`{}` takes {} argument{}, not {}",
                called,
                wanted.len(),
                if wanted.len() == 1 { "" } else { "s" },
                call.arguments.len()
            );
            self.error(
                Code::WrongArguments,
                span,
                message,
                "wrong number of arguments",
                format!("write `{called}({})`", wanted.join(", ")),
            );
            return unknown(span);
        }
        self.expanded = self.expanded.saturating_add(1);
        if self.grows_too_large(span) {
            return unknown(span);
        }
        let mut frame = HashMap::new();
        let mut sound = true;
        for (argument, parameter) in call.arguments.iter().zip(&define.parameters) {
            let ArgumentKind::Value(value) = &argument.kind else {
                self.error(
                    Code::WrongArguments,
                    argument.span,
                    format!("`{called}` takes values, not rows"),
                    "names rows",
                    "declare the aggregate as a metric and name that",
                );
                return unknown(span);
            };
            let ty = self.parameter_type(item, parameter);
            let typed = self.expr(value, scope, ty);
            let what = format!("`{}` of `{called}`", parameter.name.text);
            let any_money = matches!(parameter.ty.kind, ast::TypeExprKind::Money(None));
            let typed = match ty {
                Some(ty) => self.want(typed, ty, &what),
                None if any_money => self.want_money(typed, &what),
                None if parameter.ty.kind == ast::TypeExprKind::AnyNumber => self.want_number(typed, &what),
                None => typed,
            };
            sound &= typed.ty != Type::Unknown;
            let size = size(&typed);
            frame.insert(parameter.name.text.clone(), (typed, size));
        }
        if !sound {
            return unknown(span);
        }
        self.arguments.push(frame);
        let outer = self.called_at;
        let outer_rows = self.called_in_rows;
        self.called_at.get_or_insert(span);
        self.called_in_rows |= matches!(scope, Scope::Row(_));
        // What is wrong inside for every call was told at the definition; here is what depends on this one.
        let grain = match scope {
            Scope::Portfolio | Scope::Child(_) => *scope,
            _ => Scope::Account,
        };
        let mut body = self.expr(&define.body, &grain, None);
        self.called_at = outer;
        self.called_in_rows = outer_rows;
        self.arguments.pop();
        if outer.is_none() {
            body.span = span;
        }
        body
    }

    /// The type of a parameter, without telling its mistakes again. Lists are told apart by their owner's name.
    pub(super) fn parameter_type(&self, item: &ast::Item, parameter: &ast::Parameter) -> Option<Type> {
        use ast::TypeExprKind as T;
        Some(match &parameter.ty.kind {
            T::Boolean => Type::Boolean,
            T::Integer | T::Number => Type::PLAIN,
            T::AnyNumber => return None,
            T::Ratio => Type::Number(Unit::Ratio),
            T::Points => Type::Number(Unit::Points),
            T::Nps => Type::Number(Unit::Nps),
            T::MoneyBy(_) => return None,
            T::Money(name) => Type::Number(Unit::Money(crate::program::Currency::new(&name.as_ref()?.text)?)),
            T::Duration => Type::Number(Unit::Days),
            T::Date => Type::Date,
            T::Instant => Type::Instant,
            T::Text => Type::Text,
            T::OneOf(_) => Type::Enum(*self.lists.get(&format!("{}.{}", item.name.text, parameter.name.text))?),
        })
    }
}

/// How large an expression is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Its parts, itself among them.
    pub(super) parts: usize,
    /// How deep they are nested.
    pub(super) depth: usize,
}

fn size(expr: &Expr) -> Size {
    let mut size = Size { parts: 0, depth: 0 };
    let mut open = vec![(expr, 1)];
    while let Some((next, depth)) = open.pop() {
        size.parts += 1;
        size.depth = size.depth.max(depth);
        open.extend(next.children().into_iter().map(|child| (child, depth + 1)));
    }
    size
}
