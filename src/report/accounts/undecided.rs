//! What was missing where a rule is undecided.

use super::{Evaluation, NAMED};
use crate::calendar::Date;
use crate::engine::{AccountResult, RuleResult, RuleStatus, Unknown};
use crate::explain::words::Words;
use crate::program::{Expr, Program, Rule};
use crate::report::value::grouped;
use crate::span::Span;

/// At most so many accounts are named for one thing that is missing.
const ACCOUNTS: usize = 5;

/// `busy for 3, missing calls on 2025-06-30 (no data): acme, bluth, 1 more`: one text for each rule and what it lacks.
pub fn lines(of: &Evaluation) -> Vec<String> {
    let mut out = Vec::new();
    for (i, rule) in of.program.rules.iter().enumerate() {
        let mut lacks: Vec<(String, Vec<&AccountResult>)> = Vec::new();
        for account in &of.results.accounts {
            let Some(result) = account.rules.get(i).filter(|r| r.status == RuleStatus::Undecided) else { continue };
            let missing = words(of, rule, result);
            match lacks.iter_mut().find(|(known, _)| *known == missing) {
                Some((_, accounts)) => accounts.push(account),
                None => lacks.push((missing, vec![account])),
            }
        }
        // What stops most accounts is what to mend first.
        lacks.sort_by_key(|(_, accounts)| std::cmp::Reverse(accounts.len()));
        for (missing, accounts) in lacks.iter().take(NAMED) {
            let name = |a: &&AccountResult| of.called(a);
            let mut named: Vec<String> = accounts.iter().take(ACCOUNTS).map(name).collect();
            if accounts.len() > ACCOUNTS {
                named.push(format!("{} more", grouped((accounts.len() - ACCOUNTS) as u64)));
            }
            let (count, named) = (grouped(accounts.len() as u64), named.join(", "));
            out.push(format!("{} for {count}, missing {missing}: {named}", rule.header.name));
        }
        if let Some(rest) = lacks.get(NAMED..).filter(|rest| !rest.is_empty()) {
            let count = rest.iter().map(|(_, accounts)| accounts.len() as u64).sum();
            out.push(format!("{} for {} more, for other reasons", rule.header.name, grouped(count)));
        }
    }
    out
}

/// `calls on 2025-06-30 (no data), nps (too few)`
pub fn words(of: &Evaluation, rule: &Rule, result: &RuleResult) -> String {
    missing(of, rule, &result.unknown).join(", ")
}

/// `nps (too few)`, `health on 2025-12-31 (no data)`
pub fn missing(of: &Evaluation, rule: &Rule, unknown: &[Unknown]) -> Vec<String> {
    missing_at(of.program, of.results.as_of, rule, unknown)
}

/// The same, without the evaluation around it.
pub fn missing_at(program: &Program, as_of: Date, rule: &Rule, unknown: &[Unknown]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for what in unknown {
        let conditions = std::iter::once(&rule.condition).chain(&rule.unless);
        let text = || Some(Words::new(program).operand(conditions.into_iter().find_map(|c| part(c, what.span))?));
        let name = what.name.clone().or_else(text).unwrap_or_else(|| "part of the condition".to_string());
        let then = if what.as_of == as_of { String::new() } else { format!(" on {}", what.as_of) };
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
