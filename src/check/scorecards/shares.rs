//! What a metric weighs in a whole score, over all paths that lead to it.

use super::weights::percent;
use crate::check::Checker;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{MetricId, Node, Scorecard, ScorecardId};
use crate::span::Span;
use std::collections::{HashMap, HashSet};

impl Checker<'_, '_> {
    ///
    /// Scorecards come after what they read. The metrics below a scorecard are handed up to the last card that weighs it,
    /// smaller sets into larger ones, so that a chain of thousands of cards is no more than its lines.
    pub(in crate::check) fn double_counting(&mut self) {
        let order = self.program.order.clone();
        let mut readers: HashMap<ScorecardId, usize> = HashMap::new();
        for card in self.scorecards.iter().flatten() {
            for inner in scored_cards(card) {
                *readers.entry(inner).or_default() += 1;
            }
        }
        let mut leaves: HashMap<ScorecardId, HashSet<MetricId>> = HashMap::new();
        for node in &order {
            let Node::Scorecard(id) = *node else { continue };
            let Some(card) = self.scorecards.get(id.index()).and_then(Option::as_ref) else { continue };
            if !card.combine.has_shares() {
                continue;
            }
            let mut twice: Vec<MetricId> = Vec::new();
            let mut found: HashSet<MetricId> = HashSet::new();
            for line in card.lines.iter().filter(|l| !l.informational) {
                let below = match line.item {
                    Node::Metric(metric) => HashSet::from([metric]),
                    Node::Scorecard(inner) => {
                        let left = readers.entry(inner).or_default();
                        *left = left.saturating_sub(1);
                        match *left {
                            0 => leaves.remove(&inner),
                            _ => leaves.get(&inner).cloned(),
                        }
                        .unwrap_or_default()
                    }
                };
                let (small, mut large) = if below.len() < found.len() { (below, found) } else { (found, below) };
                for metric in small {
                    if !large.insert(metric) {
                        twice.push(metric);
                    }
                }
                found = large;
            }
            leaves.insert(id, found);
            twice.sort_unstable();
            twice.dedup();
            let (span, name) = (card.header.span, card.header.name.clone());
            for metric in twice {
                let share = self.effective_share(id, metric, &order);
                let lines = self.scorecards.get(id.index()).and_then(Option::as_ref).map_or(&[][..], |c| &c.lines);
                let ways: Vec<(Span, String)> = lines
                    .iter()
                    .filter(|l| !l.informational)
                    .filter_map(|l| match l.item {
                        Node::Metric(m) => (m == metric).then(|| (l.span, "by itself".to_string())),
                        Node::Scorecard(inner) => (!self.effective_share(inner, metric, &order).is_zero())
                            .then(|| (l.span, format!("as a part of `{}`", self.node_name(l.item)))),
                    })
                    .take(4)
                    .collect();
                let metric = self.node_name(Node::Metric(metric)).to_string();
                let mut diagnostic = Diagnostic::new(
                    Code::DoubleCounted,
                    span,
                    format!("`{metric}` counts in `{name}` by more than one path"),
                )
                .label(format!("together it has {} of the weight", percent(share)))
                .help("weigh it in one place");
                for (at, way) in ways {
                    diagnostic = diagnostic.also(at, way);
                }
                self.push(diagnostic);
            }
        }
    }

    /// The sum over all paths from a scorecard to a metric of the product of shares.
    fn effective_share(&self, card: ScorecardId, metric: MetricId, order: &[Node]) -> Decimal {
        let mut shares: HashMap<Node, Decimal> = HashMap::from([(Node::Scorecard(card), Decimal::ONE)]);
        for node in order.iter().rev() {
            let Node::Scorecard(id) = node else { continue };
            let Some(share) = shares.get(node).copied() else { continue };
            let Some(card) = self.scorecards.get(id.index()).and_then(Option::as_ref) else { continue };
            let Some(total) = card.lines.iter().try_fold(Decimal::ZERO, |sum, l| sum.add(l.weight)) else { continue };
            for line in card.lines.iter().filter(|l| !l.informational) {
                if let Some(part) = line.weight.mul(share).and_then(|n| n.div(total)) {
                    let slot = shares.entry(line.item).or_insert(Decimal::ZERO);
                    *slot = slot.add(part).unwrap_or(*slot);
                }
            }
        }
        shares.get(&Node::Metric(metric)).copied().unwrap_or(Decimal::ZERO)
    }
}

/// The scorecards that a scorecard weighs.
fn scored_cards(card: &Scorecard) -> impl Iterator<Item = ScorecardId> + '_ {
    let scored = card.combine.has_shares();
    card.lines.iter().filter(move |l| scored && !l.informational).filter_map(|l| match l.item {
        Node::Scorecard(inner) => Some(inner),
        Node::Metric(_) => None,
    })
}
