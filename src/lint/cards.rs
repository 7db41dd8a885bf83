//! What the lines of a scorecard can do to its score.

use super::Facts;
use crate::check::domain::{Domain, Known};
use crate::number::Decimal;
use crate::program::{Line, Node, Scorecard};

/// The points that a line can give.
pub fn line_points(facts: &Facts, line: &Line) -> Domain {
    if let Some(scale) = &line.scale {
        let points = || scale.points.iter().map(|(_, points)| *points);
        return Domain { low: points().min(), high: points().max(), whole: false };
    }
    match line.item {
        Node::Metric(id) => facts.proofs.points(id),
        Node::Scorecard(id) => facts.proofs.score(id),
    }
}

/// Each line that counts in a weighted mean, and by how many points it alone can move the score with all lines present.
/// Lines whose points are not bounded count as 0 to 100.
pub fn reaches<'c>(facts: &Facts, card: &'c Scorecard) -> Vec<(&'c Line, Decimal)> {
    let lines: Vec<&Line> = card.lines.iter().filter(|line| !line.informational && !line.weight.is_zero()).collect();
    let total = lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.add(line.weight));
    let Some(total) = total.filter(|total| !total.is_zero()) else { return Vec::new() };
    let reach = |line: &Line| {
        let domain = line_points(facts, line);
        let range = domain.high.unwrap_or(Decimal::HUNDRED).sub(domain.low.unwrap_or(Decimal::ZERO))?;
        range.mul(line.weight)?.div(total)
    };
    lines.iter().filter_map(|line| Some((*line, reach(line)?))).collect()
}
