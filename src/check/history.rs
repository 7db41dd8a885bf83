//! Points out where an earlier as-of date reads a column that has no history.

use super::Checker;
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Expr, ExprKind, FieldId, Node, TableKind};
use crate::span::Span;
use std::collections::{HashMap, HashSet};

impl Checker<'_, '_> {
    /// Walks everything that looks back, and through what that reads.
    pub(super) fn history(&mut self) {
        if self.subject().is_none_or(|t| matches!(t.kind, TableKind::Rows { as_of: Some(_) })) {
            return;
        }
        let mut reads: HashMap<Node, HashSet<FieldId>> = HashMap::new();
        let mut found: Vec<(Span, HashSet<FieldId>)> = Vec::new();
        for node in self.program.order.clone() {
            let mut own = HashSet::new();
            match node {
                Node::Metric(id) => {
                    if let Some(metric) = self.metrics.get(id.index()).and_then(Option::as_ref) {
                        self.reads(&metric.value, &reads, &mut own, &mut found);
                    }
                }
                Node::Scorecard(id) => {
                    if let Some(card) = self.scorecards.get(id.index()).and_then(Option::as_ref) {
                        for line in &card.lines {
                            own.extend(reads.get(&line.item).into_iter().flatten());
                        }
                        for limit in card.limits.iter().filter_map(|l| l.when.as_ref()) {
                            self.reads(limit, &reads, &mut own, &mut found);
                        }
                    }
                }
            }
            reads.insert(node, own);
        }
        for rule in self.program.rules.clone() {
            let mut own = HashSet::new();
            for condition in std::iter::once(&rule.condition).chain(&rule.unless).chain(&rule.close) {
                self.reads(condition, &reads, &mut own, &mut found);
            }
        }
        for (span, fields) in found {
            let table = self.subject().map(|t| t.fields.clone()).unwrap_or_default();
            let mut names: Vec<String> =
                fields.iter().filter_map(|id| table.get(id.index())).map(|f| format!("`{}`", f.name)).collect();
            names.sort();
            let list = names.join(", ");
            self.push(
                Diagnostic::new(Code::NoHistory, span, format!("earlier dates are computed with today's {list}"))
                    .label("looks back")
                    .help("the accounts keep no history; that is fine for columns that hardly change"),
            );
        }
    }

    fn reads(
        &self,
        expr: &Expr,
        known: &HashMap<Node, HashSet<FieldId>>,
        own: &mut HashSet<FieldId>,
        found: &mut Vec<(Span, HashSet<FieldId>)>,
    ) {
        match &expr.kind {
            ExprKind::Field(id) => {
                own.insert(*id);
            }
            ExprKind::Metric(id) | ExprKind::Points(id) => {
                own.extend(known.get(&Node::Metric(*id)).into_iter().flatten())
            }
            ExprKind::IsBand { metric, .. } => own.extend(known.get(&Node::Metric(*metric)).into_iter().flatten()),
            ExprKind::Score(id) => own.extend(known.get(&Node::Scorecard(*id)).into_iter().flatten()),
            ExprKind::IsGrade { scorecard, .. } => {
                own.extend(known.get(&Node::Scorecard(*scorecard)).into_iter().flatten())
            }
            ExprKind::AsOf { .. } | ExprKind::Change { .. } | ExprKind::Trend { .. } | ExprKind::Held { .. } => {
                let mut inner = HashSet::new();
                expr.children().into_iter().for_each(|child| self.reads(child, known, &mut inner, found));
                if !inner.is_empty() {
                    found.push((expr.span, inner.clone()));
                }
                own.extend(inner);
            }
            _ => expr.children().into_iter().for_each(|child| self.reads(child, known, own, found)),
        }
    }
}
