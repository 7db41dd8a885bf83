//! Expressions as they were written: where each stands in a declaration, which are the same, and how text is cut for a fix.
//!
//! What is written is looked at once, whatever definitions it is expanded into; whoever needs types and proofs looks at
//! [`super::places`] instead.

use crate::ast::{self, Expr, ExprKind, Item, ItemKind, ReasonKind, RowTestKind, Rule};
use crate::diagnostics::{Edit, Fix};
use crate::span::Span;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// The expressions that a declaration is made of, from the outermost in: values, conditions, bounds.
pub fn roots(item: &Item) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    match &item.kind {
        ItemKind::Objective(objective) => found.extend(&objective.target),
        ItemKind::Param(param) => found.push(&param.value),
        ItemKind::Segment(segment) => found.push(&segment.condition),
        ItemKind::Partition(partition) => {
            found.extend(&partition.by);
            rows(&partition.parts, &mut found);
        }
        ItemKind::Define(define) => found.push(&define.body),
        ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => of_metric(metric, &mut found),
        ItemKind::RowMetric(rows) => of_metric(&rows.metric, &mut found),
        ItemKind::Scorecard(card) => {
            for limit in &card.limits {
                found.extend(&limit.when);
            }
            found.extend(card.correction.iter().filter_map(|c| c.filter.as_ref()));
            card.grades.iter().for_each(|table| rows(&table.rows, &mut found));
        }
        ItemKind::Rule(rule) | ItemKind::PortfolioRule(rule) => of_rule(rule, &mut found),
        ItemKind::RowRule(rows) => of_rule(&rows.rule, &mut found),
        ItemKind::Guard(guard) => {
            found.extend(guard.reasons.iter().filter_map(|reason| match &reason.kind {
                ReasonKind::When(condition) => Some(condition),
                ReasonKind::Lock(_) | ReasonKind::Blackout(..) => None,
            }));
        }
        ItemKind::Attribution(attribution) => {
            found.extend(attribution.amount.iter().map(|(amount, _)| amount));
            found.extend(attribution.filter.iter().chain(&attribution.when));
        }
        ItemKind::Benchmark(_)
        | ItemKind::Table(_)
        | ItemKind::Events(_)
        | ItemKind::Rates(_)
        | ItemKind::Playbook(_)
        | ItemKind::Calendar(_)
        | ItemKind::Test(_)
        | ItemKind::Fixture(_) => {}
    }
    found
}

fn of_rule<'a>(rule: &'a Rule, found: &mut Vec<&'a Expr>) {
    // `every quarter` has no condition of its own.
    found.extend(rule.trigger.iter().filter(|t| t.condition.span != t.span).map(|t| &t.condition));
    found.extend(rule.unless.iter().chain(&rule.close));
}

fn of_metric<'e>(metric: &'e ast::Metric, found: &mut Vec<&'e Expr>) {
    found.extend(&metric.value);
    metric.thresholds.iter().for_each(|table| rows(&table.rows, found));
}

fn rows<'e>(rows: &'e [ast::Row], found: &mut Vec<&'e Expr>) {
    for row in rows {
        match &row.test.kind {
            RowTestKind::Compare(_, bound) | RowTestKind::When(bound) => found.push(bound),
            RowTestKind::Between(low, high) => found.extend([low, high]),
            RowTestKind::In(list) => found.extend(list),
            RowTestKind::Missing | RowTestKind::Otherwise => {}
        }
    }
}

/// Visits an expression and all its parts, from the outside in.
pub fn each<'e>(root: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    let mut open = vec![root];
    while let Some(expr) = open.pop() {
        visit(expr);
        let from = open.len();
        ast::children(expr, &mut |child| open.push(child));
        if let Some(children) = open.get_mut(from..) {
            children.reverse();
        }
    }
}

/// Visits all expressions of a declaration.
pub fn each_of<'e>(item: &'e Item, visit: &mut dyn FnMut(&'e Expr)) {
    roots(item).into_iter().for_each(|root| each(root, visit));
}

/// A number that equal expressions share, wherever they stand.
pub fn print(thing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

/// True for what is written as a constant: a number, an amount, a date, a text, yes and no.
pub fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(..)
        | ExprKind::Text(_)
        | ExprKind::Boolean(_)
        | ExprKind::Date(_)
        | ExprKind::Duration(_) => true,
        ExprKind::Negate(inner) => is_literal(inner),
        _ => false,
    }
}

/// True for what needs no parentheses wherever it stands: a name, a constant, a call.
pub fn is_single(expr: &Expr) -> bool {
    !matches!(expr.kind, ExprKind::Negate(_))
        && (is_literal(expr) || matches!(expr.kind, ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Call(_)))
}

/// What stands between the parentheses, if a text stands in one pair of them.
pub fn unwrapped(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for c in inner.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            // Brackets of a comment are nobody's.
            '#' => return None,
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// Cuts one clause out of a chain `a and b and c`; `None` where a comment would go with it.
pub fn without_clause(clauses: &[Span], place: usize, text: impl Fn(Span) -> String) -> Option<Fix> {
    let own = *clauses.get(place)?;
    let span = match place.checked_sub(1).and_then(|before| clauses.get(before)) {
        Some(before) => Span { start: before.end, end: own.end, ..own },
        None => Span { start: own.start, end: clauses.get(place + 1)?.start, ..own },
    };
    let (cut, clause) = (text(span), text(own));
    (!cut.contains('#'))
        .then(|| Fix { title: format!("leave out `{clause}`"), edits: vec![Edit { span, text: String::new() }] })
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn parentheses_around_everything_are_seen() {
        assert_eq!(unwrapped("(a > 3)"), Some("a > 3"));
        assert_eq!(unwrapped("(a) and (b)"), None);
        assert_eq!(unwrapped("((a))"), Some("(a)"));
        assert_eq!(unwrapped("(a = \")\")"), Some("a = \")\""));
        assert_eq!(unwrapped("a"), None);
    }
}
