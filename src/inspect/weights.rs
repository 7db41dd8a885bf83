//! What a metric weighs in a score, over all paths that lead to it.

use crate::number::Decimal;
use crate::program::{Line, Node, Program, Scorecard, SegmentRef};
use std::collections::HashMap;

/// Paths that are told of a metric; cards that nest deeply have more than anyone reads.
const PATHS: usize = 8;

/// A metric and what it weighs in the whole.
#[derive(Debug, Clone)]
pub(super) struct Share {
    /// The metric.
    pub(super) name: String,
    /// Over all paths, as a ratio.
    pub(super) share: Decimal,
    /// The largest of them.
    pub(super) paths: Vec<Path>,
}

/// A way from a score to a metric.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// The scorecards between, from the top.
    pub(super) through: Vec<String>,
    /// What it comes to in the whole.
    pub(super) share: Decimal,
}

/// By scorecard: in general, and for each segment with weights of its own.
pub(super) struct Weights {
    cards: HashMap<String, Vec<Held>>,
}

/// For whom, if not for everybody, and what each metric weighs then.
pub(super) type Held = (Option<String>, Vec<Share>);

impl Weights {
    /// Of all scorecards whose parts have shares: sums, minima and the like have none.
    pub(super) fn new(program: &Program) -> Weights {
        let mut cards = HashMap::new();
        for card in &program.scorecards {
            let mut all = Vec::new();
            if card.combine.has_shares() {
                all.push((None, shares(program, &card.lines)));
                for other in &card.overrides {
                    all.push((segment(program, other.segment), shares(program, &other.lines)));
                }
            }
            cards.insert(card.header.name.clone(), all);
        }
        Weights { cards }
    }

    /// Those of a scorecard.
    pub(super) fn of(&self, card: &str) -> &[Held] {
        self.cards.get(card).map_or(&[], Vec::as_slice)
    }
}

fn segment(program: &Program, of: SegmentRef) -> Option<String> {
    match of {
        SegmentRef::Segment(id) => program.segments.get(id.index()).map(|s| s.header.name.clone()),
        SegmentRef::Part(id, part) => {
            program.partitions.get(id.index())?.parts.get(part as usize).map(|part| part.name.clone())
        }
    }
}

/// What something weighs in the whole, and the largest ways to it.
#[derive(Debug, Clone, Default)]
struct Reached {
    share: Decimal,
    paths: Vec<Path>,
}

impl Reached {
    fn add(&mut self, other: Reached) {
        self.share = self.share.add(other.share).unwrap_or(self.share);
        self.paths.extend(other.paths);
        self.paths.sort_by_key(|path| std::cmp::Reverse(path.share));
        self.paths.truncate(PATHS);
    }

    /// This part of it.
    fn part(&self, own: Decimal) -> Reached {
        let less = |path: &Path| Some(Path { through: path.through.clone(), share: path.share.mul(own)? });
        Reached { share: self.share.mul(own).unwrap_or_default(), paths: self.paths.iter().filter_map(less).collect() }
    }

    /// Further down through a card.
    fn through(mut self, card: &Scorecard) -> Reached {
        self.paths.iter_mut().for_each(|path| path.through.push(card.header.name.clone()));
        self
    }
}

/// Follows lines down through cards; what a card weighs is shared out over what it weighs itself, so that a chain of cards
/// is no more than its lines.
fn shares(program: &Program, lines: &[Line]) -> Vec<Share> {
    let mut found: HashMap<Node, Reached> = HashMap::new();
    let whole = Reached { share: Decimal::ONE, paths: vec![Path { through: Vec::new(), share: Decimal::ONE }] };
    descend(lines, &whole, &mut found);
    // Cards come after what they read: from the last one down every card is met after all that weigh it.
    for node in program.order.iter().rev() {
        let Node::Scorecard(id) = *node else { continue };
        // Where one line can decide a card, it is told as a whole.
        let Some(card) = program.scorecard(id).filter(|card| card.combine.has_shares()) else { continue };
        if let Some(reached) = found.remove(node) {
            descend(&card.lines, &reached.through(card), &mut found);
        }
    }
    let mut all: Vec<Share> = found
        .into_iter()
        .map(|(node, reached)| Share {
            name: program.node_name(node).to_string(),
            share: reached.share,
            paths: reached.paths,
        })
        .collect();
    all.sort_by(|a, b| b.share.cmp(&a.share).then_with(|| a.name.cmp(&b.name)));
    all
}

fn descend(lines: &[Line], above: &Reached, found: &mut HashMap<Node, Reached>) {
    let weighed = || lines.iter().filter(|line| !line.informational);
    let Some(total) = weighed().try_fold(Decimal::ZERO, |sum, line| sum.add(line.weight)) else { return };
    for line in weighed() {
        if let Some(own) = line.weight.div(total) {
            found.entry(line.item).or_default().add(above.part(own));
        }
    }
}
