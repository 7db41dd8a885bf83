//! What is told of an account: single figures as they are asked for, or everything as the reference tells it.

use super::op::Card;
use super::run::State;
use super::score::{points_of, stand_in};
use super::values::{number, truth};
use super::{Found, Machine, Place};
use crate::calendar::Date;
use crate::engine::column::{Cell, Tag, Texts};
use crate::engine::reference::{Computed, limited, met, unlimited};
use crate::engine::{
    AccountResult, Expired, Item, LineResult, MetricResult, RowRuleResult, RuleResult, RuleStatus, ScoreResult, Unknown,
};
use crate::number::Decimal;
use crate::program::{MetricId, Node, PartitionId, Program, RuleId, Scorecard, ScorecardId, SegmentId};
use crate::value::{Missing, Value};

/// A figure of an account at the as-of date that is a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The part of a partition, as a symbol.
    Part(PartitionId),
    /// A score after limits.
    Score(ScorecardId),
    /// Its grade, as the place among [`names`](super::names).
    Grade(ScorecardId),
    /// The share of its weight that had a value.
    Coverage(ScorecardId),
    /// The value of a metric.
    Metric(MetricId),
    /// Its band, as the place among [`names`](super::names).
    Band(MetricId),
    /// Its points.
    Points(MetricId),
}

impl State {
    /// Everything that is known of the account, where [`Machine::lies`] says.
    #[inline]
    pub fn cells(&self) -> &[Cell] {
        &self.regs
    }

    /// The value of a metric at the as-of date.
    pub fn metric(&self, machine: &Machine, id: MetricId) -> Cell {
        match machine.now(Item::Node(Node::Metric(id))).found {
            Found::Metric { value, .. } => self.at(value),
            _ => Cell::default(),
        }
    }

    /// The points of a metric after thresholds or scale; `None` if it has neither.
    pub fn points(&self, machine: &Machine, id: MetricId) -> Option<Cell> {
        match machine.now(Item::Node(Node::Metric(id))).found {
            Found::Metric { points, .. } => points.map(|reg| self.at(reg)),
            _ => None,
        }
    }

    /// The band of a metric.
    pub fn band<'m>(&self, machine: &'m Machine, id: MetricId) -> Option<&'m str> {
        let item = Item::Node(Node::Metric(id));
        match machine.now(item).found {
            Found::Metric { band: Some(reg), .. } => machine.name_of(item, self.at(reg)),
            _ => None,
        }
    }

    /// A score after limits.
    #[inline]
    pub fn score_of(&self, machine: &Machine, id: ScorecardId) -> Cell {
        match machine.now(Item::Node(Node::Scorecard(id))).found {
            Found::Score { value, .. } => self.at(value),
            _ => Cell::default(),
        }
    }

    /// The share of the weight of a score that had a value, as a ratio.
    pub fn coverage_of(&self, machine: &Machine, id: ScorecardId) -> Decimal {
        match machine.now(Item::Node(Node::Scorecard(id))).found {
            Found::Score { coverage, .. } => number(self.at(coverage)).unwrap_or_default(),
            _ => Decimal::ZERO,
        }
    }

    /// The grade of a score.
    pub fn grade_of<'m>(&self, machine: &'m Machine, id: ScorecardId) -> Option<&'m str> {
        let item = Item::Node(Node::Scorecard(id));
        match machine.now(item).found {
            Found::Score { grade: Some(reg), .. } => machine.name_of(item, self.at(reg)),
            _ => None,
        }
    }

    /// The place of the grade among [`Machine::grades`].
    #[inline]
    pub fn grade_place(&self, machine: &Machine, id: ScorecardId) -> Option<usize> {
        match machine.now(Item::Node(Node::Scorecard(id))).found {
            Found::Score { grade: Some(reg), .. } => {
                let cell = self.at(reg);
                if cell.tag == Tag::Symbol { usize::try_from(cell.bits).ok() } else { None }
            }
            _ => None,
        }
    }

    /// Membership in a segment; `None` if unknown.
    pub fn segment(&self, machine: &Machine, id: SegmentId) -> Option<bool> {
        match machine.now(Item::Segment(id)).found {
            Found::Membership { value } => truth(self.at(value)),
            _ => None,
        }
    }

    /// The part of a partition; `None` if unknown.
    pub fn part_of(&self, machine: &Machine, id: PartitionId) -> Option<u32> {
        match machine.now(Item::Partition(id)).found {
            Found::Membership { value } => {
                let cell = self.at(value);
                if cell.tag == Tag::Symbol { u32::try_from(cell.bits).ok() } else { None }
            }
            _ => None,
        }
    }

    /// How a rule stands.
    #[inline]
    pub fn rule(&self, machine: &Machine, id: RuleId) -> RuleStatus {
        match machine.now.rules.get(id.index()) {
            Some(Place { found: Found::Rule { condition, unless: None, .. }, asked: None }) => {
                match truth(self.at(*condition)) {
                    Some(false) => RuleStatus::DoesNotHold,
                    Some(true) => RuleStatus::Holds,
                    None => RuleStatus::Undecided,
                }
            }
            Some(place) => self.status(place),
            None => RuleStatus::Undecided,
        }
    }

    fn status(&self, place: &Place) -> RuleStatus {
        match (&place.found, self.told(place.asked)) {
            (_, Some(Computed::Rule(result))) => result.status,
            (Found::Rule { condition, unless, .. }, None) => {
                let (condition, unless) = (*condition, unless.map_or(Some(false), |reg| truth(self.at(reg))));
                match (truth(self.at(condition)), unless) {
                    (Some(false), _) | (None, Some(true)) => RuleStatus::DoesNotHold,
                    (Some(true), Some(true)) => RuleStatus::HeldBack,
                    (Some(true), Some(false)) => RuleStatus::Holds,
                    (None, _) | (_, None) => RuleStatus::Undecided,
                }
            }
            _ => RuleStatus::Undecided,
        }
    }

    /// True unless it is sure that a score is what its lines make of it.
    pub fn may_be_limited(&self, machine: &Machine, id: ScorecardId) -> bool {
        match machine.now(Item::Node(Node::Scorecard(id))).found {
            Found::Score { card: Some(card), .. } => machine.cards.get(card as usize).is_none_or(|card| {
                card.limits.iter().any(|limit| limit.when.is_none_or(|when| truth(self.at(when)) != Some(false)))
            }),
            _ => true,
        }
    }

    /// The day after which the value of a metric was too old, if it is.
    pub fn expired_on(&self, machine: &Machine, id: MetricId) -> Option<Date> {
        let Place { found, asked } = *machine.now(Item::Node(Node::Metric(id)));
        if let Some(Computed::Metric(result)) = self.told(asked) {
            return result.expired.as_ref().map(|expired| expired.until);
        }
        match found {
            Found::Metric { expiry: Some(expiry), .. } => self.expired(machine, expiry).map(|expired| expired.until),
            _ => None,
        }
    }

    /// What is missing where a rule is undecided.
    pub fn lacks(&mut self, machine: &Machine, texts: &Texts, id: RuleId) -> Vec<Unknown> {
        if let Some(Computed::Rule(result)) = self.told(machine.now(Item::Rule(id)).asked) {
            return result.unknown.clone();
        }
        self.unknown(machine, texts, id)
    }

    /// The same in short, for those that lack the same: appended to `found`. False if only [`State::lacks`] can tell.
    pub fn lacks_in_short(&mut self, machine: &Machine, texts: &Texts, id: RuleId, found: &mut Vec<u64>) -> bool {
        let own = self.told(machine.now(Item::Rule(id)).asked).is_none();
        if own {
            self.unknown_in_short(machine, texts, id, found);
        }
        own
    }

    /// Everything about the account.
    pub fn result(
        &mut self,
        machine: &Machine,
        program: &Program,
        texts: &Texts,
        id: String,
        row: u32,
    ) -> AccountResult {
        let metrics = count(program.metrics.len()).map(|i| self.metric_result(machine, texts, MetricId(i)));
        let metrics = metrics.collect();
        let cards = count(program.scorecards.len()).zip(&program.scorecards);
        let scores = cards.map(|(i, card)| self.score_result(machine, texts, ScorecardId(i), card)).collect();
        let rules = count(program.rules.len()).map(|i| self.rule_result(machine, texts, RuleId(i))).collect();
        AccountResult {
            id,
            row,
            parts: count(program.partitions.len()).map(|i| self.part_of(machine, PartitionId(i))).collect(),
            segments: count(program.segments.len()).map(|i| self.segment(machine, SegmentId(i))).collect(),
            metrics,
            scores,
            rules,
            row_rules: count(program.row_rules.len()).map(|i| self.row_rule(machine, RuleId(i))).collect(),
            faults: self.faults().to_vec(),
        }
    }

    /// What somebody else computed.
    fn told(&self, asked: Option<u32>) -> Option<&Computed> {
        self.outside.get(asked? as usize)?.as_ref()
    }

    fn metric_result(&self, machine: &Machine, texts: &Texts, id: MetricId) -> MetricResult {
        let Place { found, asked } = *machine.now(Item::Node(Node::Metric(id)));
        if let Some(Computed::Metric(result)) = self.told(asked) {
            return result.clone();
        }
        let Found::Metric { value, points, expiry, .. } = found else {
            let value = Value::Missing(Missing::NoData);
            return MetricResult { metric: id, value, band: None, points: None, expired: None };
        };
        MetricResult {
            metric: id,
            value: self.at(value).value(texts),
            band: self.band(machine, id).map(str::to_string),
            points: points.map(|reg| self.at(reg).value(texts)),
            expired: expiry.and_then(|expiry| self.expired(machine, expiry)),
        }
    }

    fn expired(&self, machine: &Machine, expiry: u32) -> Option<Expired> {
        let expiry = machine.expiries.get(expiry as usize)?;
        let last = super::values::date(self.at(expiry.last))?;
        Some(Expired { last, until: expiry.duration.after(last), before: number(self.at(expiry.before)) })
    }

    fn score_result(&self, machine: &Machine, texts: &Texts, id: ScorecardId, card: &Scorecard) -> ScoreResult {
        let Place { found, asked } = *machine.now(Item::Node(Node::Scorecard(id)));
        if let Some(Computed::Score(result)) = self.told(asked) {
            return result.clone();
        }
        let compiled = match found {
            Found::Score { card: Some(place), .. } => machine.cards.get(place as usize),
            _ => None,
        };
        let Some(compiled) = compiled else { return unknown_score(id) };
        let applied = usize::try_from(self.at(compiled.applied).bits).unwrap_or(0);
        let applied = Some(applied).filter(|place| *place < card.overrides.len());
        let declared = applied.and_then(|i| card.overrides.get(i)).map_or(&card.lines, |special| &special.lines);
        let mut lines = self.lines(machine, texts, compiled, applied);
        // What each line contributes and costs is told by the same words as in the reference; the score is known already.
        let _ = unlimited(card, declared, &mut lines);
        let before = self.at(compiled.unlimited).value(texts);
        let holds = |i: usize, _: &_| {
            let limit = compiled.limits.get(i);
            limit.and_then(|limit| limit.when).map_or(Some(true), |when| truth(self.at(when)))
        };
        let (_, limits, undecided_limits) = limited(&card.limits, holds, before.clone(), None);
        ScoreResult {
            scorecard: id,
            value: self.at(compiled.value).value(texts),
            unlimited: before,
            coverage: number(self.at(compiled.coverage)).unwrap_or_default(),
            grade: self.grade_of(machine, id).map(str::to_string),
            lines,
            limits,
            undecided_limits,
            corrections: Vec::new(),
            applied,
        }
    }

    fn lines(&self, machine: &Machine, texts: &Texts, card: &Card, applied: Option<usize>) -> Vec<LineResult> {
        let lines = applied.and_then(|i| card.lines.get(i)).or(card.lines.last());
        let one = |line: &super::op::CardLine| {
            let points = match points_of(&line.source, &machine.expiries, &self.regs) {
                Ok(cell) => cell.value(texts),
                Err(fault) => Value::Missing(Missing::Error(fault)),
            };
            let missing = points.missing();
            let stands_in = missing.is_some() && !line.informational;
            let found = stands_in.then(|| stand_in(line, &machine.expiries, &self.regs, &mut |_| {})).flatten();
            let counts = !line.informational && (missing.is_none() || found.is_some());
            LineResult {
                points,
                stand_in: found.map(|(points, _)| points),
                carried: found.and_then(|(_, date): (Decimal, Option<Date>)| date),
                weight: line.weight,
                counted_weight: if counts { line.weight } else { Decimal::ZERO },
                contribution: None,
                lost: None,
                missing,
            }
        };
        lines.map_or_else(Vec::new, |lines| lines.lines.iter().map(one).collect())
    }

    fn rule_result(&mut self, machine: &Machine, texts: &Texts, id: RuleId) -> RuleResult {
        let Place { found, asked } = *machine.now(Item::Rule(id));
        if let Some(Computed::Rule(result)) = self.told(asked) {
            return result.clone();
        }
        let status = self.rule(machine, id);
        let closes = match found {
            Found::Rule { close: Some(close), .. } => truth(self.at(close)),
            _ => None,
        };
        let unknown = match status {
            RuleStatus::Undecided => self.unknown(machine, texts, id),
            _ => Vec::new(),
        };
        let met = match found {
            Found::Rule { condition, unless, .. } => {
                met(truth(self.at(condition)), unless.map_or(Some(false), |reg| truth(self.at(reg))))
            }
            _ => None,
        };
        RuleResult { rule: id, status, met, guards: Vec::new(), rows: Vec::new(), closes, unknown }
    }

    fn row_rule(&self, machine: &Machine, id: RuleId) -> RowRuleResult {
        let rows = match self.told(machine.now(Item::RowRule(id)).asked) {
            Some(Computed::RowRule(rows)) => rows.clone(),
            _ => Vec::new(),
        };
        RowRuleResult { rule: id, rows }
    }
}

/// Where the results of what was never computed lie.
static NOWHERE: Place = Place { found: Found::Nothing, asked: None };

impl Machine {
    /// Where a figure lies among [`State::cells`]; nowhere, if there is none.
    pub fn lies(&self, figure: Figure) -> Option<u32> {
        let item = match figure {
            Figure::Part(id) => Item::Partition(id),
            Figure::Score(id) | Figure::Grade(id) | Figure::Coverage(id) => Item::Node(Node::Scorecard(id)),
            Figure::Metric(id) | Figure::Band(id) | Figure::Points(id) => Item::Node(Node::Metric(id)),
        };
        match (figure, self.now(item).found) {
            (Figure::Part(_), Found::Membership { value })
            | (Figure::Score(_), Found::Score { value, .. })
            | (Figure::Metric(_), Found::Metric { value, .. }) => Some(value),
            (Figure::Coverage(_), Found::Score { coverage, .. }) => Some(coverage),
            (Figure::Grade(_), Found::Score { grade, .. }) => grade,
            (Figure::Band(_), Found::Metric { band, .. }) => band,
            (Figure::Points(_), Found::Metric { points, .. }) => points,
            _ => None,
        }
    }

    /// The names of the grades of a scorecard, each once.
    pub fn grades(&self, id: ScorecardId) -> &[String] {
        self.names.of(Item::Node(Node::Scorecard(id))).unwrap_or_default()
    }

    /// Where the results of an item at the as-of date lie.
    #[inline]
    pub(super) fn now(&self, item: Item) -> &Place {
        let place = match item {
            Item::Node(Node::Metric(id)) => self.now.metrics.get(id.index()),
            Item::Node(Node::Scorecard(id)) => self.now.scores.get(id.index()),
            Item::Rule(id) => self.now.rules.get(id.index()),
            Item::Segment(id) => self.now.segments.get(id.index()),
            Item::Partition(id) => self.now.partitions.get(id.index()),
            _ => self.other(item),
        };
        place.unwrap_or(&NOWHERE)
    }

    #[cold]
    fn other(&self, item: Item) -> Option<&Place> {
        self.steps.get(&(item, self.as_of))
    }

    fn name_of(&self, item: Item, cell: Cell) -> Option<&str> {
        let place = if cell.tag == Tag::Symbol { usize::try_from(cell.bits).ok()? } else { return None };
        self.names.of(item)?.get(place).map(String::as_str)
    }
}

fn count(len: usize) -> std::ops::Range<u32> {
    0..u32::try_from(len).unwrap_or(u32::MAX)
}

fn unknown_score(scorecard: ScorecardId) -> ScoreResult {
    ScoreResult {
        scorecard,
        value: Value::Missing(Missing::NoData),
        unlimited: Value::Missing(Missing::NoData),
        coverage: Decimal::ZERO,
        grade: None,
        lines: Vec::new(),
        limits: Vec::new(),
        undecided_limits: Vec::new(),
        corrections: Vec::new(),
        applied: None,
    }
}
