//! What was missing where a rule is undecided.

use super::Evaluation;
use crate::engine::Unknown;
use crate::explain::words::Words;
use crate::program::{Expr, Rule};
use crate::span::Span;

/// `nps (too few)`, `health on 2025-12-31 (no data)`
pub fn missing(of: &Evaluation, rule: &Rule, unknown: &[Unknown]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for what in unknown {
        let conditions = std::iter::once(&rule.condition).chain(&rule.unless);
        let text = || Some(Words::new(of.program).operand(conditions.into_iter().find_map(|c| part(c, what.span))?));
        let name = what.name.clone().or_else(text).unwrap_or_else(|| "part of the condition".to_string());
        let then = if what.as_of == of.results.as_of { String::new() } else { format!(" on {}", what.as_of) };
        let words = format!("{name}{then} ({})", what.reason);
        if !told.contains(&words) {
            told.push(words);
        }
    }
    told
}

/// The part of an expression that stands at a place.
fn part(expr: &Expr, span: Span) -> Option<&Expr> {
    if expr.span == span {
        return Some(expr);
    }
    expr.children().into_iter().find_map(|child| part(child, span))
}
