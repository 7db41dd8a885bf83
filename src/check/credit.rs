//! Money that is credited twice: what several attributions share out of the same sales cannot be added up.

use super::Checker;
use super::attribution::CREDIT;
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Attribution, Expr, ExprKind, TableId};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::{BTreeSet, HashMap};

/// Attributions, by the tables that they are.
type Credits = BTreeSet<u32>;

impl Checker<'_, '_> {
    /// Looks for sums over what was credited by attributions of the same sales.
    pub(super) fn added_twice(&mut self) {
        if self.program.attributions.len() < 2 {
            return;
        }
        let mut known: HashMap<Symbol, Credits> = HashMap::new();
        let mut found: Vec<(Span, TableId, TableId)> = Vec::new();
        for symbol in self.symbols.order.clone() {
            let value = match symbol {
                Symbol::Metric(i) => self.metrics.get(i).and_then(Option::as_ref).map(|m| &m.value),
                Symbol::Portfolio(i) => self.portfolio.get(i).and_then(Option::as_ref).map(|m| &m.value),
                Symbol::RowMetric(i) => self.row_metrics.get(i).and_then(Option::as_ref).map(|m| &m.value),
                _ => None,
            };
            let Some(value) = value else { continue };
            let credits = self.credits(value, &known, &mut found);
            known.insert(symbol, credits);
        }
        for (span, a, b) in found {
            let name = |id| self.program.table(id).map_or("?", |t| t.header.name.as_str());
            let (a, b) = (name(a), name(b));
            let message = format!("`{a}` and `{b}` share out the same sales, so their credit cannot be added");
            let help =
                format!("show both side by side, or declare the later one `excluding` the other: `excluding {a}`");
            self.push(Diagnostic::new(Code::CreditAddedTwice, span, message).label("counts a sale twice").help(help));
        }
    }

    /// Which attributions' credit is in a value. Nesting is bounded by the checker.
    fn credits(
        &self,
        expr: &Expr,
        known: &HashMap<Symbol, Credits>,
        found: &mut Vec<(Span, TableId, TableId)>,
    ) -> Credits {
        let of = |symbol: Symbol| known.get(&symbol).cloned().unwrap_or_default();
        match &expr.kind {
            ExprKind::Metric(id) => of(Symbol::Metric(id.index())),
            ExprKind::Portfolio(id) => of(Symbol::Portfolio(id.index())),
            ExprKind::RowMetric { metric, .. } => of(Symbol::RowMetric(metric.index())),
            ExprKind::Aggregate(aggregate) => {
                let mut all = self.inside(expr, known, found);
                let credit = self.table_field(aggregate.source, CREDIT).map(|(id, _)| id);
                let credited = self.attribution(aggregate.source).is_some()
                    && aggregate.value.as_ref().is_some_and(|value| reads(value, credit));
                if credited {
                    all.insert(aggregate.source.0);
                }
                all
            }
            ExprKind::Sum(terms) => {
                let mut all = Credits::new();
                for (negative, term) in terms {
                    let credits = self.credits(term, known, found);
                    if !negative {
                        let clash = all.iter().flat_map(|a| credits.iter().map(move |b| (TableId(*a), TableId(*b))));
                        found.extend(
                            clash.filter(|(a, b)| self.overlap(*a, *b)).take(1).map(|(a, b)| (expr.span, a, b)),
                        );
                    }
                    all.extend(credits);
                }
                all
            }
            // A comparison or a ratio adds nothing up.
            ExprKind::Compare(..) | ExprKind::In { .. } => {
                self.inside(expr, known, found);
                Credits::new()
            }
            _ => self.inside(expr, known, found),
        }
    }

    fn inside(
        &self,
        expr: &Expr,
        known: &HashMap<Symbol, Credits>,
        found: &mut Vec<(Span, TableId, TableId)>,
    ) -> Credits {
        expr.children().into_iter().flat_map(|child| self.credits(child, known, found)).collect()
    }

    fn attribution(&self, table: TableId) -> Option<&Attribution> {
        self.program.attributions.iter().find(|a| a.table == table)
    }

    /// True if two attributions may credit one sale.
    fn overlap(&self, a: TableId, b: TableId) -> bool {
        let (Some(one), Some(other)) = (self.attribution(a), self.attribution(b)) else { return false };
        a != b && one.of == other.of && !one.excluding.contains(&b) && !other.excluding.contains(&a)
    }
}

fn reads(expr: &Expr, field: Option<crate::program::FieldId>) -> bool {
    matches!(expr.kind, ExprKind::RowField(id) if Some(id) == field)
        || expr.children().into_iter().any(|child| reads(child, field))
}
