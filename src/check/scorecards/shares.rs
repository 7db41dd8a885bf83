//! What a metric weighs in a whole score, over all paths that lead to it.

use super::weights::percent;
use crate::ast;
use crate::check::Checker;
use crate::check::domain::Known;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{Line, MetricId, Node, Scorecard, ScorecardId, SegmentRef};
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
                let ways = self.ways(id, Node::Metric(metric), &order, &[], Through::Means);
                let share = total(&ways);
                let ways: Vec<(Span, String)> = ways.iter().take(4).map(|w| (w.line, self.way_words(id, w))).collect();
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

    /// Where a metric or scorecard is weighed below a scorecard, and what that comes to in the whole.
    fn ways(
        &self,
        top: ScorecardId,
        target: Node,
        order: &[Node],
        members: &[SegmentRef],
        through: Through,
    ) -> Vec<Way> {
        let mut shares: HashMap<ScorecardId, Decimal> = HashMap::from([(top, Decimal::ONE)]);
        let mut ways = Vec::new();
        for node in order.iter().rev() {
            let Node::Scorecard(id) = *node else { continue };
            let Some(of_whole) = shares.get(&id).copied() else { continue };
            let Some(card) = self.scorecards.get(id.index()).and_then(Option::as_ref) else { continue };
            if through == Through::Means && !card.combine.has_shares() {
                continue;
            }
            let lines = lines_of(card, members);
            let Some(total) = lines.iter().try_fold(Decimal::ZERO, |sum, l| sum.add(l.weight)) else { continue };
            for line in lines.iter().filter(|l| !l.informational) {
                // Where one line can decide the whole, it has the share of the whole.
                let own = if card.combine.has_shares() { line.weight.div(total) } else { Some(Decimal::ONE) };
                let Some((own, part)) = own.and_then(|own| Some((own, own.mul(of_whole)?))) else { continue };
                if line.item == target {
                    ways.push(Way { card: id, line: line.span, of_whole, own, total, share: part });
                } else if let Node::Scorecard(inner) = line.item {
                    let slot = shares.entry(inner).or_insert(Decimal::ZERO);
                    *slot = slot.add(part).unwrap_or(*slot);
                }
            }
        }
        ways.sort_by(|a, b| b.share.cmp(&a.share).then(a.line.cmp(&b.line)));
        ways
    }

    /// `25% of `loyalty`, which has 20% of the whole: 5%`
    fn way_words(&self, top: ScorecardId, way: &Way) -> String {
        if way.card == top {
            return format!("{} by itself", percent(way.share));
        }
        let card = self.node_name(Node::Scorecard(way.card));
        format!(
            "{} of `{card}`, which has {} of the whole: {}",
            percent(way.own),
            percent(way.of_whole),
            percent(way.share)
        )
    }

    // ---------- limits ----------

    /// `limit advocacy at most 15%`: proved over all paths, in general and for the segments with weights of their own.
    pub(in crate::check) fn share_limits(&mut self) {
        let order = self.program.order.clone();
        for (index, item) in self.symbols.scorecards.clone().into_iter().enumerate() {
            let ast::ItemKind::Scorecard(written) = &item.kind else { continue };
            for limit in &written.share_limits {
                self.share_limit(ScorecardId(index as u32), limit, &order);
            }
        }
    }

    fn share_limit(&mut self, id: ScorecardId, limit: &ast::ShareLimit, order: &[Node]) {
        let target = self.line_item(&limit.name);
        let most = self.share(&limit.at_most, "the largest share of a part");
        let (Some(target), Some(most)) = (target, most) else { return };
        let Some(card) = self.scorecards.get(id.index()).and_then(Option::as_ref) else { return };
        let whole = card.header.name.clone();
        if !card.combine.has_shares() {
            self.error(
                Code::CombineMisuse,
                limit.span,
                "only a mean has shares to limit",
                "says nothing here",
                "take the limit out",
            );
            return;
        }
        let name = &limit.name.text;
        let mut reached = false;
        for members in self.memberships(id, order) {
            let ways = self.ways(id, target, order, &members, Through::All);
            reached |= !ways.is_empty();
            let share = total(&ways);
            // Shares are rounded; what is over by less than a millionth is not over.
            if share.round(6) <= most {
                continue;
            }
            let whom: Vec<String> = members.iter().map(|s| format!("`{}`", self.segment_name(*s))).collect();
            let whom = if whom.is_empty() { String::new() } else { format!(" for {}", whom.join(" and ")) };
            let message = format!(
                "`{name}` has {} of `{whole}`{whom}, more than the {} that it may have",
                percent(share),
                percent(most)
            );
            let label = if ways.len() > 1 { "over all paths" } else { "over its limit" };
            let mut diagnostic = Diagnostic::new(Code::WeightLimit, limit.span, message).label(label);
            for way in ways.iter().take(4) {
                diagnostic = diagnostic.also(way.line, self.way_words(id, way));
            }
            let help = ways.first().and_then(|way| {
                let left = way.share.sub(share.sub(most)?).filter(|left| *left > Decimal::ZERO)?;
                let weight = way.own.mul(left)?.div(way.share)?.mul(way.total)?.floor();
                let place = self.node_name(Node::Scorecard(way.card));
                (weight > Decimal::ZERO && way.own < Decimal::ONE).then(|| {
                    format!("lower its weight in `{place}` to {weight} and raise the others, or raise the limit")
                })
            });
            self.push(diagnostic.help(help.unwrap_or_else(|| "weigh it in one place only".to_string())));
            return;
        }
        if !reached {
            self.error(
                Code::UnknownName,
                limit.name.span,
                format!("`{name}` is no part of `{whole}`"),
                "not weighed here, nor in what is weighed here",
                "name a part of this score, or take the limit out",
            );
        }
    }

    /// Nobody in particular, then the members of each segment with weights of its own in this scorecard or below it, then
    /// those of each two that can have members in common.
    fn memberships(&self, top: ScorecardId, order: &[Node]) -> Vec<Vec<SegmentRef>> {
        let mut below: HashSet<ScorecardId> = HashSet::from([top]);
        let mut segments: Vec<SegmentRef> = Vec::new();
        for node in order.iter().rev() {
            let Node::Scorecard(id) = *node else { continue };
            let card = self.scorecards.get(id.index()).and_then(Option::as_ref).filter(|_| below.contains(&id));
            let Some(card) = card else { continue };
            let all = card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines));
            below.extend(all.filter_map(|line| match line.item {
                Node::Scorecard(inner) => Some(inner),
                Node::Metric(_) => None,
            }));
            segments.extend(card.overrides.iter().map(|o| o.segment));
        }
        let mut known: HashSet<SegmentRef> = HashSet::new();
        segments.retain(|segment| known.insert(*segment));
        segments.truncate(MOST_SEGMENTS);
        let mut all: Vec<Vec<SegmentRef>> = vec![Vec::new()];
        all.extend(segments.iter().map(|segment| vec![*segment]));
        for (i, a) in segments.iter().enumerate() {
            for b in segments.iter().skip(i + 1) {
                let regions = Known::members(self, *a, true).zip(Known::members(self, *b, true));
                let apart = matches!((a, b), (SegmentRef::Part(p, _), SegmentRef::Part(q, _)) if p == q);
                if !apart && !regions.is_some_and(|(a, b)| a.common(&b).is_empty()) {
                    all.push(vec![*a, *b]);
                }
            }
        }
        all
    }
}

/// So many segments are looked at two by two; more than that nobody weighs apart.
const MOST_SEGMENTS: usize = 40;

/// Which scorecards lead on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Through {
    /// Those that are means.
    Means,
    /// All: one that is not a mean may be decided by any of its lines.
    All,
}

/// A line that weighs something, and what that comes to in the whole.
#[derive(Debug, Clone)]
struct Way {
    card: ScorecardId,
    line: Span,
    /// The share of the card in the whole, over all paths.
    of_whole: Decimal,
    /// The share of the line in its card.
    own: Decimal,
    /// What the weights of the card total.
    total: Decimal,
    /// Both together.
    share: Decimal,
}

fn total(ways: &[Way]) -> Decimal {
    let sum = ways.iter().try_fold(Decimal::ZERO, |sum, way| sum.add(way.share));
    sum.unwrap_or(Decimal::ONE).min(Decimal::ONE)
}

/// The lines that hold for the members of these segments.
fn lines_of<'c>(card: &'c Scorecard, members: &[SegmentRef]) -> &'c [Line] {
    card.overrides.iter().find(|o| members.contains(&o.segment)).map_or(&card.lines, |o| &o.lines)
}

/// The scorecards that a scorecard weighs.
fn scored_cards(card: &Scorecard) -> impl Iterator<Item = ScorecardId> + '_ {
    let scored = card.combine.has_shares();
    card.lines.iter().filter(move |l| scored && !l.informational).filter_map(|l| match l.item {
        Node::Scorecard(inner) => Some(inner),
        Node::Metric(_) => None,
    })
}
