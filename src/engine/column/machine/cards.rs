//! Scorecards into instructions.

use super::build::{Builder, at};
use super::even::Even;
use super::op::{Card, CardLimit, CardLine, Lines, Op, Source};
use super::{Found, Why};
use crate::calendar::Date;
use crate::engine::Item;
use crate::engine::reference::carry_dates;
use crate::number::Decimal;
use crate::program::{Line, MissingPolicy, Node, Scorecard, SegmentRef, Stale};

/// Weights that are far from where their sum could be too large for a number.
const HEAVY: i128 = 10i128.pow(34);

impl Builder<'_, '_> {
    pub(super) fn card_step(&mut self, card: &Scorecard, date: Date) -> Result<Found, Why> {
        if card.correction.is_some() {
            return Err(Why::Corrections);
        }
        let mut lines = Vec::with_capacity(card.overrides.len() + 1);
        for special in &card.overrides {
            lines.push(self.lines(card, Some(special.segment), &special.lines, date)?);
        }
        lines.push(self.lines(card, None, &card.lines, date)?);
        let limited = !card.limits.is_empty();
        let unlimited = self.fresh();
        let compiled = Card {
            combine: card.combine,
            base: card.base,
            lines,
            limits: Vec::new(),
            grades: self.tables(&card.grades, date),
            unlimited,
            value: if limited { self.fresh() } else { unlimited },
            coverage: self.fresh(),
            applied: self.fresh(),
            grade: (!card.grades.is_empty()).then(|| self.fresh()),
        };
        let (value, coverage, grade) = (compiled.value, compiled.coverage, compiled.grade);
        let index = at(self.machine.cards.len());
        self.machine.cards.push(compiled);
        self.emit(Op::Card { card: index });
        let mut limits = Vec::with_capacity(card.limits.len());
        for limit in &card.limits {
            let when = limit.when.as_ref().map(|when| self.expr(when, date)).transpose()?;
            limits.push(CardLimit { verb: limit.verb, value: limit.value, when });
        }
        // They are told with the score, so they have to last.
        for when in limits.iter().filter_map(|limit| limit.when) {
            self.keep(when);
        }
        if let Some(card) = self.machine.cards.get_mut(index as usize) {
            card.limits = limits;
        }
        if limited {
            self.emit(Op::Limits { card: index });
        }
        if grade.is_some() {
            self.emit(Op::Grade { card: index });
        }
        Ok(Found::Score { value, coverage, grade, card: Some(index) })
    }

    fn lines(
        &mut self,
        card: &Scorecard,
        segment: Option<SegmentRef>,
        lines: &[Line],
        date: Date,
    ) -> Result<Lines, Why> {
        let scored = || lines.iter().filter(|line| !line.informational);
        if scored().any(|line| line.weight.raw().unsigned_abs() > HEAVY.unsigned_abs()) {
            return Err(Why::Large);
        }
        let factor = scored().fold(0, |factor, line| common(factor, line.weight.raw().unsigned_abs())).max(1);
        // Weights without a common measure stay what they are; the exact way is taken then.
        let share = |weight: Decimal| i64::try_from(weight.raw() / i128::try_from(factor).unwrap_or(1)).ok();
        let shares: Option<Vec<i64>> = scored().map(|line| share(line.weight)).collect();
        // Whichever of them take part, their sum has to fit.
        let fits =
            shares.filter(|shares| shares.iter().try_fold(0i64, |sum, n| sum.checked_add(n.checked_abs()?)).is_some());
        let sum = fits.map(|shares| shares.iter().sum());
        let unweighed = scored().all(|line| line.weight.is_zero());
        let total = scored().fold(Decimal::ZERO, |sum, line| {
            sum.add(if unweighed { Decimal::ONE } else { line.weight }).unwrap_or_default()
        });
        let mut compiled = Vec::with_capacity(lines.len());
        for line in lines {
            let policy = line.missing.unwrap_or(card.missing);
            let mut earlier = Vec::new();
            if let MissingPolicy::CarryLast { at_most } = policy {
                for date in carry_dates(self.calendar, at_most, date) {
                    earlier.push((date, self.source(line, date)?));
                }
            }
            compiled.push(CardLine {
                source: self.source(line, date)?,
                earlier,
                weight: line.weight,
                share: if sum.is_some() { share(line.weight).unwrap_or(0) } else { 0 },
                informational: line.informational,
                policy,
            });
        }
        let scored = (0u32..).zip(lines).filter(|(_, line)| !line.informational).map(|(i, _)| i).collect();
        let (shares, covered) = (sum.unwrap_or(0), total.div(total).unwrap_or(Decimal::ZERO));
        let even = Even::new(&card.combine, &compiled, shares);
        Ok(Lines { member: self.member(segment, date), lines: compiled, scored, shares, covered, unweighed, even })
    }

    fn source(&mut self, line: &Line, date: Date) -> Result<Source, Why> {
        let scale = line.scale.as_ref().map(|scale| scale.points.clone());
        let (reg, mut expiry) = match line.item {
            Node::Metric(id) => {
                let expiry = match self.machine.found(Item::Node(line.item), date).map(|place| place.found) {
                    Some(Found::Metric { expiry, .. }) => expiry,
                    _ => None,
                };
                let fades = self.program.metric(id).and_then(|metric| metric.valid_for);
                let fades = fades.is_some_and(|valid| matches!(valid.then, Stale::Fade { .. }));
                if scale.is_some() && fades && expiry.is_none() {
                    return Err(Why::Rows);
                }
                (self.metric(id, date, scale.is_none()), expiry)
            }
            Node::Scorecard(id) => (self.score(id, date), None),
        };
        if scale.is_none() {
            expiry = None;
        }
        Ok(Source { reg, scale, expiry })
    }
}

/// The largest whole number that divides both.
fn common(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
