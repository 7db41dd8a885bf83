//! Scorecards: points per line, what stands in for missing ones, one number, limits, grade.

use super::bands::first_match;
use super::scope::Scope;
use crate::ast::LimitVerb;
use crate::calendar::{Date, Duration};
use crate::engine::{CorrectionOutcome, LineResult, ScoreResult};
use crate::irrational::geometric;
use crate::number::{Decimal, Products, apportion};
use crate::program::{Combine, DEFAULT_COVERAGE, Limit, Line, MissingPolicy, Node, Scorecard, ScorecardId};
use crate::value::{Fault, Missing, Value};

/// A line that takes part in the score: its place, weight and points, of its own or standing in.
#[derive(Clone, Copy)]
struct Taking {
    line: usize,
    weight: Decimal,
    points: Decimal,
}

impl Scope<'_> {
    pub(super) fn compute_score(self, id: ScorecardId, card: &Scorecard) -> ScoreResult {
        let (applied, lines) = self.lines_of(card);
        let mut results: Vec<LineResult> = lines.iter().map(|line| self.line(card, line)).collect();
        let coverage = coverage(lines, &results);
        let unlimited = unlimited(card, lines, &mut results).unwrap_or_else(|fault| self.fault(fault));
        let mut corrections = self.corrections(card, lines);
        let set = corrections.iter().find(|c| c.outcome == CorrectionOutcome::Applied).and_then(|c| c.score.number());
        let holds = |_, limit: &Limit| limit.when.as_ref().map_or(Some(true), |when| self.eval(when).truth());
        let (value, limits, undecided_limits) = limited(&card.limits, holds, unlimited.clone(), set);
        if limits.first().and_then(|(i, _)| card.limits.get(*i)).is_some_and(|limit| limit.verb == LimitVerb::Hold) {
            let applied = corrections.iter_mut().filter(|c| c.outcome == CorrectionOutcome::Applied);
            applied.for_each(|c| c.outcome = CorrectionOutcome::Held);
        }
        let grade = self.bands(&card.grades).and_then(|table| first_match(&table.bands, &value));
        ScoreResult {
            scorecard: id,
            unlimited,
            coverage,
            grade: grade.map(|band| band.name.clone()),
            lines: results,
            limits,
            undecided_limits,
            corrections,
            applied,
            value,
        }
    }

    /// The lines as they hold for this account, and which of the card's overrides makes them differ.
    pub(super) fn lines_of(self, card: &Scorecard) -> (Option<usize>, &[Line]) {
        let applied = card.overrides.iter().position(|special| self.applies(Some(special.segment)));
        let special = applied.and_then(|i| card.overrides.get(i));
        (applied, special.map_or(&card.lines, |special| &special.lines))
    }

    /// A line by itself: its points, or what stands in for them.
    fn line(self, card: &Scorecard, line: &Line) -> LineResult {
        let points = self.line_points(line);
        let missing = points.missing();
        let (stand_in, carried) = match policy(card, line) {
            _ if missing.is_none() || line.informational => (None, None),
            MissingPolicy::Zero => (Some(Decimal::ZERO), None),
            MissingPolicy::Neutral(points) => (Some(points), None),
            MissingPolicy::CarryLast { at_most } => self.carried(line, at_most).unzip(),
            MissingPolicy::Renormalise { .. } | MissingPolicy::Fail => (None, None),
        };
        let counts = !line.informational && (missing.is_none() || stand_in.is_some());
        LineResult {
            points,
            stand_in,
            carried,
            weight: line.weight,
            counted_weight: if counts { line.weight } else { Decimal::ZERO },
            contribution: None,
            lost: None,
            missing,
        }
    }

    /// The last points that the line had at an earlier date, and that date.
    fn carried(self, line: &Line, at_most: Duration) -> Option<(Decimal, Date)> {
        let dates = super::time::carry_dates(self.account.evaluator.calendar, at_most, self.as_of);
        dates.into_iter().find_map(|date| Some((self.at(date).line_points(line).number()?, date)))
    }

    /// The line's own scale reads the value; otherwise a metric gives its points, and a score itself, unrounded.
    fn line_points(self, line: &Line) -> Value {
        let value = match line.item {
            Node::Metric(id) => self.metric_value_of(id, line.scale.is_none()),
            Node::Scorecard(id) => self.score_value(id),
        };
        let Some(scale) = &line.scale else { return value };
        let points = self.scaled(scale, &value);
        match line.item {
            Node::Metric(id) => match self.account.evaluator.program.metric(id) {
                Some(metric) => self.fade(metric, self.metric(id).and_then(|m| m.expired.as_ref()), points),
                None => points,
            },
            Node::Scorecard(_) => points,
        }
    }
}

/// The score before limits, if it is not withheld; fills in what every line contributes and costs.
pub(crate) fn unlimited(card: &Scorecard, lines: &[Line], results: &mut [LineResult]) -> Result<Value, Fault> {
    if let Some(reason) = withheld(card, lines, results, coverage(lines, results)) {
        return Ok(Value::Missing(reason));
    }
    let taking = taking(lines, results);
    match card.combine {
        Combine::WeightedMean => weighted_mean(&taking, results),
        Combine::Sum => sum_of_lines(card.base, &taking, results),
        Combine::Min => Ok(decided_by(taking.iter().min_by_key(|t| t.points), &taking, results)),
        // The first of several highest, so in reverse.
        Combine::Max => Ok(decided_by(taking.iter().rev().max_by_key(|t| t.points), &taking, results)),
        Combine::Geometric => geometric_mean(&taking, results),
        Combine::CountBelow(bound) => Ok(counted(bound, &taking, results)),
    }
}

/// One operation: the exact sum of weight times points over the sum of weights, rounded once.
fn weighted_mean(taking: &[Taking], results: &mut [LineResult]) -> Result<Value, Fault> {
    let weights = taking.iter().try_fold(Decimal::ZERO, |sum, t| sum.add(t.weight));
    let weights = weights.ok_or(Fault::Overflow)?;
    if weights.is_zero() {
        return Ok(Value::Missing(Missing::NotApplicable));
    }
    let mut sum = Products::default();
    if taking.iter().any(|t| sum.add(t.weight, t.points).is_none()) {
        return Err(Fault::Overflow);
    }
    let mean = sum.divided_by(weights).ok_or(Fault::Overflow)?;
    let gained: Vec<(Decimal, Decimal)> = taking.iter().map(|t| (t.weight, t.points)).collect();
    share_out(taking, apportion(mean, &gained, weights), results, |line| &mut line.contribution);
    let missed: Option<Vec<(Decimal, Decimal)>> =
        taking.iter().map(|t| Some((t.weight, Decimal::HUNDRED.sub(t.points)?))).collect();
    if let Some((missed, total)) = missed.zip(Decimal::HUNDRED.sub(mean)) {
        share_out(taking, apportion(total, &missed, weights), results, |line| &mut line.lost);
    }
    Ok(Value::Number(mean))
}

/// The weighted geometric mean. What a line contributes is its share of 100 less what it costs.
fn geometric_mean(taking: &[Taking], results: &mut [LineResult]) -> Result<Value, Fault> {
    let weights = taking.iter().try_fold(Decimal::ZERO, |sum, t| sum.add(t.weight));
    let weights = weights.ok_or(Fault::Overflow)?;
    if weights.is_zero() || taking.iter().any(|t| t.points.is_negative()) {
        return Ok(Value::Missing(Missing::NotApplicable));
    }
    let parts: Vec<(Decimal, Decimal)> = taking.iter().map(|t| (t.weight, t.points)).collect();
    let (mean, costs) = geometric(&parts).ok_or(Fault::Overflow)?;
    let whole: Vec<(Decimal, Decimal)> = taking.iter().map(|t| (t.weight, Decimal::HUNDRED)).collect();
    let full = apportion(Decimal::HUNDRED, &whole, weights);
    let gained = full.iter().zip(&costs).map(|(full, cost)| full.sub(*cost).unwrap_or_default()).collect();
    share_out(taking, gained, results, |line| &mut line.contribution);
    share_out(taking, costs, results, |line| &mut line.lost);
    Ok(Value::Number(mean))
}

/// Base plus the exact sum of weight times points, rounded once. A line without points adds nothing.
fn sum_of_lines(base: Decimal, taking: &[Taking], results: &mut [LineResult]) -> Result<Value, Fault> {
    let mut sum = Products::default();
    // What a line adds must be a number too, even where the sum of all is one anyway.
    if taking.iter().any(|t| sum.add(t.weight, t.points).is_none() || t.weight.mul(t.points).is_none()) {
        return Err(Fault::Overflow);
    }
    let above_base = sum.rounded().ok_or(Fault::Overflow)?;
    let parts: Vec<(Decimal, Decimal)> = taking.iter().map(|t| (t.weight, t.points)).collect();
    share_out(taking, apportion(above_base, &parts, Decimal::ONE), results, |line| &mut line.contribution);
    base.add(above_base).map(Value::Number).ok_or(Fault::Overflow)
}

/// Applies the limits whose condition holds: the first `hold` decides alone; otherwise what somebody `set_by_hand`;
/// otherwise the first `set`; otherwise the highest floor, then the lowest cap. A cap or floor of a missing score does
/// nothing. Limits whose condition is unknown do nothing either, and are handed back if they could have had a turn.
pub(crate) fn limited(
    limits: &[Limit],
    holds: impl Fn(usize, &Limit) -> Option<bool>,
    unlimited: Value,
    set_by_hand: Option<Decimal>,
) -> (Value, Vec<(usize, Decimal)>, Vec<usize>) {
    let mut holding: Vec<(usize, &Limit)> = Vec::new();
    let mut undecided = Vec::new();
    for (i, limit) in limits.iter().enumerate() {
        match holds(i, limit) {
            Some(true) => holding.push((i, limit)),
            Some(false) => {}
            None => undecided.push(i),
        }
    }
    holding.sort_by_key(|(i, limit)| (turn(limit.verb), *i));
    let first_at = holding.first().map(|(i, _)| *i);
    let first = holding.first().map(|(_, limit)| limit.verb);
    let is_held = first == Some(LimitVerb::Hold);
    let is_fixed = is_held || set_by_hand.is_some();
    let is_set = is_fixed || first == Some(LimitVerb::Set);
    let mut score = set_by_hand.filter(|_| !is_held).or(unlimited.number());
    let mut made = Vec::new();
    for (place, (i, limit)) in holding.into_iter().enumerate() {
        score = match (limit.verb, score) {
            (LimitVerb::Hold, _) if place == 0 => Some(limit.value),
            (LimitVerb::Set, _) if place == 0 && !is_fixed => Some(limit.value),
            (LimitVerb::Floor, Some(score)) if !is_set => Some(score.max(limit.value)),
            (LimitVerb::Cap, Some(score)) if !is_set => Some(score.min(limit.value)),
            (_, score) => score,
        };
        made.extend(score.map(|score| (i, score)));
    }
    // One that would have no turn any more does nothing, whatever its condition: of holds the first one decides, and
    // so it is with settings.
    let earlier = |i: usize| first_at.is_none_or(|first| i < first);
    let matters = |i: usize, verb: LimitVerb| match verb {
        LimitVerb::Hold => !is_held || earlier(i),
        LimitVerb::Set => !is_fixed && (!is_set || earlier(i)),
        LimitVerb::Floor | LimitVerb::Cap => !is_set,
    };
    undecided.retain(|i| limits.get(*i).is_some_and(|limit| matters(*i, limit.verb)));
    (score.map_or(unlimited, Value::Number), made, undecided)
}

/// The order in which limits are applied.
fn turn(verb: LimitVerb) -> u8 {
    match verb {
        LimitVerb::Hold => 0,
        LimitVerb::Set => 1,
        LimitVerb::Floor => 2,
        LimitVerb::Cap => 3,
    }
}

fn policy(card: &Scorecard, line: &Line) -> MissingPolicy {
    line.missing.unwrap_or(card.missing)
}

/// Present weight over total weight of the scored lines, what was carried from an earlier date included; where nothing is weighed, lines are counted.
fn coverage(lines: &[Line], results: &[LineResult]) -> Decimal {
    let scored = || lines.iter().zip(results).filter(|(line, _)| !line.informational);
    let unweighed = scored().all(|(line, _)| line.weight.is_zero());
    let weight = |line: &Line| if unweighed { Decimal::ONE } else { line.weight };
    let sum = |total: Option<Decimal>, (line, _): (&Line, &LineResult)| total?.add(weight(line));
    let total = scored().fold(Some(Decimal::ZERO), sum);
    let known = |result: &LineResult| result.missing.is_none() || result.carried.is_some();
    let present = scored().filter(|(_, result)| known(result)).fold(Some(Decimal::ZERO), sum);
    present.zip(total).and_then(|(present, total)| present.div(total)).unwrap_or(Decimal::ZERO)
}

/// Why there is no score at all, if so: a missing line that must not be missing, nothing that takes part, or too
/// little coverage for sharing out weights (the strictest of the lines that do).
fn withheld(card: &Scorecard, lines: &[Line], results: &[LineResult], coverage: Decimal) -> Option<Missing> {
    let scored = || lines.iter().zip(results).filter(|(line, _)| !line.informational);
    let missing = || scored().filter_map(|(line, result)| Some((policy(card, line), result.missing?)));
    if let Some((_, reason)) = missing().find(|(policy, _)| *policy == MissingPolicy::Fail) {
        return Some(reason);
    }
    if scored().all(|(_, result)| result.missing.is_some() && result.stand_in.is_none()) {
        return Some(missing().next().map_or(Missing::NotApplicable, |(_, reason)| reason));
    }
    let left_out = scored().filter(|(_, result)| result.missing.is_some() && result.stand_in.is_none());
    let asked = left_out.filter_map(|(line, _)| match policy(card, line) {
        MissingPolicy::Renormalise { at_least } => Some(at_least),
        // Found nothing to carry.
        MissingPolicy::CarryLast { .. } => Some(DEFAULT_COVERAGE),
        _ => None,
    });
    if asked.max().is_some_and(|at_least| coverage < at_least) {
        return Some(Missing::TooFew);
    }
    None
}

fn taking(lines: &[Line], results: &[LineResult]) -> Vec<Taking> {
    let scored = lines.iter().zip(results).enumerate().filter(|(_, (line, _))| !line.informational);
    let taking = scored.filter_map(|(i, (_, result))| {
        let points = result.points.number().or(result.stand_in)?;
        Some(Taking { line: i, weight: result.counted_weight, points })
    });
    taking.collect()
}

/// Hands every line that takes part its share.
fn share_out(
    taking: &[Taking],
    shares: Vec<Decimal>,
    results: &mut [LineResult],
    slot: impl Fn(&mut LineResult) -> &mut Option<Decimal>,
) {
    for (t, share) in taking.iter().zip(shares) {
        if let Some(line) = results.get_mut(t.line) {
            *slot(line) = Some(share);
        }
    }
}

/// How many have fewer points; each of them contributes 1.
fn counted(bound: Decimal, taking: &[Taking], results: &mut [LineResult]) -> Value {
    let one_or_none = |t: &Taking| if t.points < bound { Decimal::ONE } else { Decimal::ZERO };
    let ones: Vec<Decimal> = taking.iter().map(one_or_none).collect();
    let count = ones.iter().filter(|n| !n.is_zero()).count();
    share_out(taking, ones, results, |line| &mut line.contribution);
    Value::Number(Decimal::int(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// One line makes the whole score; the others contribute nothing.
fn decided_by(by: Option<&Taking>, taking: &[Taking], results: &mut [LineResult]) -> Value {
    let Some(by) = by else { return Value::Missing(Missing::NotApplicable) };
    let (points, lost) = (by.points, Decimal::HUNDRED.sub(by.points));
    let only = |whole: Decimal| -> Vec<Decimal> {
        taking.iter().map(|t| if t.line == by.line { whole } else { Decimal::ZERO }).collect()
    };
    share_out(taking, only(points), results, |line| &mut line.contribution);
    share_out(taking, only(lost.unwrap_or_default()), results, |line| &mut line.lost);
    Value::Number(points)
}
