//! Walking expressions without writing the match again.

use super::{ArgumentKind, Clause, ClauseKind, Expr, ExprKind};
use crate::span::Span;

/// Calls `visit` for each direct part of an expression, in source order.
pub fn children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(..)
        | ExprKind::Text(_)
        | ExprKind::Boolean(_)
        | ExprKind::Date(_)
        | ExprKind::Duration(_)
        | ExprKind::Missing(_)
        | ExprKind::Name(_)
        | ExprKind::Member(..) => {}
        ExprKind::Not(inner) | ExprKind::Negate(inner) => visit(inner),
        ExprKind::And(list) | ExprKind::Or(list) | ExprKind::OrElse(list) => list.iter().for_each(visit),
        ExprKind::Sum(terms) => terms.iter().for_each(|t| visit(&t.value)),
        ExprKind::Product(factors) => factors.iter().for_each(|f| visit(&f.value)),
        ExprKind::Compare(_, left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::In { value, list, .. } => {
            visit(value);
            list.iter().for_each(visit);
        }
        ExprKind::Within { value, .. }
        | ExprKind::IsMissing { value, .. }
        | ExprKind::Is { value, .. }
        | ExprKind::AsOf { value, .. }
        | ExprKind::Change { value, .. }
        | ExprKind::Trend { value, .. } => visit(value),
        ExprKind::Ranked { value, at_least, .. } => {
            visit(value);
            at_least.iter().for_each(|least| visit(least));
        }
        ExprKind::Elapsed { date, .. } => visit(date),
        ExprKind::Held { condition, .. } | ExprKind::Streak { condition, .. } => visit(condition),
        ExprKind::Until { enter, leave, .. } => {
            visit(enter);
            visit(leave);
        }
        ExprKind::If { condition, then, otherwise } => {
            visit(condition);
            visit(then);
            visit(otherwise);
        }
        ExprKind::Call(call) => {
            for argument in &call.arguments {
                match &argument.kind {
                    ArgumentKind::Value(value) | ArgumentKind::AtLeast(value) | ArgumentKind::Over { value, .. } => {
                        visit(value)
                    }
                    ArgumentKind::AllAnswers => {}
                    ArgumentKind::Rows { value, clauses, .. } => {
                        value.iter().for_each(&mut *visit);
                        for clause in clauses {
                            clause_children(clause, visit);
                        }
                    }
                    ArgumentKind::Pairs { clauses, with_clauses, .. } => {
                        clauses.iter().chain(with_clauses).for_each(|clause| clause_children(clause, visit));
                    }
                }
            }
        }
    }
}

/// Calls `visit` for each direct part of a clause, in source order.
pub fn clause_children<'a>(clause: &'a Clause, visit: &mut dyn FnMut(&'a Expr)) {
    match &clause.kind {
        ClauseKind::Where(e) | ClauseKind::WeightedBy(e) => visit(e),
        ClauseKind::Cap { most, keep, .. } => {
            visit(most);
            keep.iter().filter_map(|k| k.by.as_ref()).for_each(&mut *visit);
        }
        ClauseKind::Dedupe { keep, .. } => {
            keep.iter().filter_map(|k| k.by.as_ref()).for_each(&mut *visit);
        }
        ClauseKind::Diminish { by, .. } => visit(by),
        ClauseKind::DecaySteps { steps, otherwise } => {
            steps.iter().for_each(|(_, left)| visit(left));
            visit(otherwise);
        }
        ClauseKind::In(_) | ClauseKind::LatestPer(_) | ClauseKind::By { .. } | ClauseKind::Decay { .. } => {}
    }
}

/// The names in braces in the text of an action, with their places; the text's span includes the quotes.
pub fn placeholders(text: &str, span: Span) -> Vec<(&str, Span)> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut offset = 0;
    // Escapes make the source longer than the text; then the whole text is pointed at.
    let exact = span.len() == text.len() + 2;
    while let Some(open) = rest.find('{') {
        let after = rest.get(open + 1..).unwrap_or("");
        let Some(close) = after.find('}') else { break };
        let name = after.get(..close).unwrap_or("").trim();
        let from = span.start as usize + 1 + offset + open;
        let place = if exact { Span::new(span.source, from, from + close + 2) } else { span };
        out.push((name, place));
        offset += open + close + 2;
        rest = after.get(close + 1..).unwrap_or("");
    }
    out
}
