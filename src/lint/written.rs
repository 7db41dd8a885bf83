//! All expressions of a declaration as they are written, for lints about how something is said.

use crate::ast::{Expr, Item, ItemKind, Line, RowTestKind, children};

/// Visits every expression of a declaration, from the outside in.
pub fn expressions<'a>(item: &'a Item, visit: &mut dyn FnMut(&'a Expr)) {
    let mut open: Vec<&'a Expr> = roots(item);
    while let Some(expr) = open.pop() {
        visit(expr);
        children(expr, &mut |child| open.push(child));
    }
}

/// The expressions that a declaration is made of.
fn roots(item: &Item) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    match &item.kind {
        ItemKind::Objective(objective) => found.extend(&objective.target),
        ItemKind::Param(param) => found.push(&param.value),
        ItemKind::Segment(segment) => found.push(&segment.condition),
        ItemKind::Define(define) => found.push(&define.body),
        ItemKind::Partition(partition) => {
            found.extend(&partition.by);
            found.extend(partition.parts.iter().filter_map(|part| match &part.test.kind {
                RowTestKind::When(condition) => Some(condition),
                _ => None,
            }));
        }
        ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => found.extend(&metric.value),
        ItemKind::RowMetric(metric) => found.extend(&metric.metric.value),
        ItemKind::Scorecard(card) => {
            found.extend(card.limits.iter().filter_map(|limit| limit.when.as_ref()));
            found.extend(card.correction.iter().filter_map(|own| own.filter.as_ref()));
            let lines = card.lines.iter().chain(card.overrides.iter().flat_map(|own| &own.lines));
            found.extend(lines.filter_map(|line: &Line| line.weight.as_ref()));
        }
        ItemKind::Rule(rule) | ItemKind::PortfolioRule(rule) => {
            found.extend(rule.trigger.iter().map(|trigger| &trigger.condition));
            found.extend(&rule.unless);
            found.extend(&rule.close);
        }
        ItemKind::Attribution(credit) => {
            found.extend(credit.amount.iter().map(|(amount, _)| amount));
            found.extend(&credit.filter);
            found.extend(&credit.when);
        }
        ItemKind::Table(_) | ItemKind::Events(_) | ItemKind::Benchmark(_) | ItemKind::Test(_) | ItemKind::Rates(_) => {}
    }
    found.reverse();
    found
}
