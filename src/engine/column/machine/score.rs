//! Scorecards: points per line, what stands in for missing ones, one number, limits, grade.

use super::judge::{applies, faded, rung, scaled};
use super::op::{Card, CardLine, Expiry, Lines, Source};
use super::run::{State, of};
use super::values::{Found, NOT_APPLICABLE, TOO_FEW, date, number, truth};
use super::{Code, Machine};
use crate::ast::LimitVerb;
use crate::calendar::Date;
use crate::engine::column::{Cell, Tag, Texts};
use crate::irrational::geometric;
use crate::number::{Decimal, Products};
use crate::program::{Combine, DEFAULT_COVERAGE, MissingPolicy};
use crate::value::Fault;

const BILLION: i64 = 1_000_000_000;

/// The points of a line at its date. Its own scale reads the value; otherwise a metric gives its points, and a score itself.
#[inline]
pub(super) fn points_of(source: &Source, expiries: &[Expiry], regs: &[Cell]) -> Found {
    if source.scale.is_some() { scaled_points(source, expiries, regs) } else { Ok(of(regs, source.reg)) }
}

fn scaled_points(source: &Source, expiries: &[Expiry], regs: &[Cell]) -> Found {
    let value = of(regs, source.reg);
    let Some(scale) = &source.scale else { return Ok(value) };
    let points = scaled(scale, value)?;
    let expiry = source.expiry.and_then(|i| expiries.get(i as usize)).filter(|expiry| expiry.points_fade);
    match expiry.and_then(|expiry| Some((expiry, date(of(regs, expiry.last))?))) {
        Some((expiry, last)) if points.tag == Tag::Number => faded(points, expiry, last),
        _ => Ok(points),
    }
}

/// What stands in for the missing points of a line, and the date that they were carried from.
pub(super) fn stand_in(
    line: &CardLine,
    expiries: &[Expiry],
    regs: &[Cell],
    wrong: &mut dyn FnMut(Fault),
) -> Option<(Decimal, Option<Date>)> {
    match line.policy {
        MissingPolicy::Zero => Some((Decimal::ZERO, None)),
        MissingPolicy::Neutral(points) => Some((points, None)),
        MissingPolicy::CarryLast { .. } => {
            for (date, source) in &line.earlier {
                match points_of(source, expiries, regs) {
                    Ok(cell) => {
                        if let Some(points) = number(cell) {
                            return Some((points, Some(*date)));
                        }
                    }
                    Err(fault) => wrong(fault),
                }
            }
            None
        }
        MissingPolicy::Renormalise { .. } | MissingPolicy::Fail => None,
    }
}

/// The share of the weight that has points of its own, or such of an earlier date.
pub(super) fn coverage(lines: &Lines, present: impl Fn(usize) -> bool) -> Decimal {
    let weight = |line: &CardLine| if lines.unweighed { Decimal::ONE } else { line.weight };
    let (mut total, mut there) = (Decimal::ZERO, Decimal::ZERO);
    for place in &lines.scored {
        let Some(line) = lines.lines.get(*place as usize) else { continue };
        let Some(sum) = total.add(weight(line)) else { return Decimal::ZERO };
        total = sum;
        if present(*place as usize) {
            let Some(sum) = there.add(weight(line)) else { return Decimal::ZERO };
            there = sum;
        }
    }
    there.div(total).unwrap_or(Decimal::ZERO)
}

/// What the lines of a card amount to, line by line.
#[derive(Default)]
struct Sums {
    /// The shares of lines that take part, and those times their points.
    shares: i64,
    products: i64,
    /// The shares of lines with points of their own, or such of an earlier date.
    present: i64,
    /// Something does not fit: the exact way is taken.
    wide: bool,
    taking: u32,
    /// The first missing line that must not be missing.
    failed: Option<Cell>,
    /// The first missing line.
    missing: Option<Cell>,
    /// The strictest of those whose weight is shared out.
    at_least: Option<Decimal>,
    /// Some line has no points of its own.
    gaps: bool,
}

impl State {
    /// The score before limits, and its coverage.
    #[inline(never)]
    pub(super) fn score(&mut self, machine: &Machine, card: &Card, code: &Code, here: usize) {
        // The first that apply; the last ones apply to everyone.
        let mut place = 0;
        for (i, lines) in card.lines.iter().enumerate().rev() {
            place = if applies(lines.member, &self.regs) { i } else { place };
        }
        let Some(lines) = card.lines.get(place) else { return };
        self.put(card.applied, Cell { tag: Tag::Symbol, bits: i128::try_from(place).unwrap_or(0) });
        match lines.even.as_ref().and_then(|even| even.score(&self.regs)) {
            Some((score, coverage)) => {
                self.put(card.coverage, Cell::number(coverage));
                self.put(card.unlimited, score);
            }
            None => self.line_by_line(machine, card, lines, code, here),
        }
    }

    #[inline(never)]
    fn line_by_line(&mut self, machine: &Machine, card: &Card, lines: &Lines, code: &Code, here: usize) {
        let mut sums = Sums::default();
        for line in &lines.lines {
            let own = match &line.source.scale {
                None => self.at(line.source.reg),
                Some(_) => match points_of(&line.source, &machine.expiries, &self.regs) {
                    Ok(cell) => cell,
                    Err(fault) => self.wrong(fault, code, here),
                },
            };
            if line.informational {
                continue;
            }
            if own.tag == Tag::Number {
                sums.present += line.share;
                sums.take(line, own.bits);
                continue;
            }
            self.gap(machine, line, own, &mut sums, code, here);
        }
        let coverage = match sums.gaps {
            false => lines.covered,
            true if lines.unweighed || lines.shares == 0 => self.coverage(machine, lines),
            true => match sums.present.checked_mul(BILLION) {
                Some(present) => Decimal::small_ratio(present, lines.shares).unwrap_or_default(),
                None => self.coverage(machine, lines),
            },
        };
        self.put(card.coverage, Cell::number(coverage));
        let found = match sums.withheld(coverage) {
            Some(reason) => Ok(reason),
            None => self.combined(machine, card, lines, &sums),
        };
        self.settle(card.unlimited, found, code, here);
    }

    fn gap(&mut self, machine: &Machine, line: &CardLine, own: Cell, sums: &mut Sums, code: &Code, here: usize) {
        sums.gaps = true;
        let mut faults = Vec::new();
        let found = stand_in(line, &machine.expiries, &self.regs, &mut |fault| faults.push(fault));
        faults.into_iter().for_each(|fault| {
            self.wrong(fault, code, here);
        });
        sums.missing = sums.missing.or(Some(own));
        if let Some((points, carried)) = found {
            if carried.is_some() {
                sums.present += line.share;
            }
            return sums.take(line, points.raw());
        }
        let asked = match line.policy {
            MissingPolicy::Fail => {
                sums.failed = sums.failed.or(Some(own));
                None
            }
            MissingPolicy::Renormalise { at_least } => Some(at_least),
            // Found nothing to carry.
            MissingPolicy::CarryLast { .. } => Some(DEFAULT_COVERAGE),
            MissingPolicy::Zero | MissingPolicy::Neutral(_) => None,
        };
        sums.at_least = sums.at_least.max(asked);
    }

    fn coverage(&self, machine: &Machine, lines: &Lines) -> Decimal {
        coverage(lines, |place| {
            let Some(line) = lines.lines.get(place) else { return false };
            let own = points_of(&line.source, &machine.expiries, &self.regs);
            let carried =
                || stand_in(line, &machine.expiries, &self.regs, &mut |_| {}).is_some_and(|(_, d)| d.is_some());
            own.is_ok_and(|cell| !cell.tag.is_missing()) || carried()
        })
    }

    /// Weight and points of the lines that take part.
    pub(super) fn taking<'m>(
        &'m self,
        machine: &'m Machine,
        lines: &'m Lines,
    ) -> impl Iterator<Item = (usize, Decimal, Decimal)> + 'm {
        lines.scored.iter().filter_map(move |place| {
            let place = *place as usize;
            let line = lines.lines.get(place)?;
            let own = points_of(&line.source, &machine.expiries, &self.regs).ok().and_then(number);
            let points =
                own.or_else(|| stand_in(line, &machine.expiries, &self.regs, &mut |_| {}).map(|(points, _)| points))?;
            Some((place, line.weight, points))
        })
    }

    fn combined(&self, machine: &Machine, card: &Card, lines: &Lines, sums: &Sums) -> Found {
        let mut taking = self.taking(machine, lines);
        let number = match card.combine {
            Combine::WeightedMean => return self.mean(machine, lines, sums),
            Combine::Sum => {
                let mut sum = Products::default();
                for (_, weight, points) in taking {
                    sum.add(weight, points).ok_or(Fault::Overflow)?;
                    // What a line adds must be a number too, even where the sum of all is one anyway.
                    weight.mul(points).ok_or(Fault::Overflow)?;
                }
                sum.rounded().and_then(|sum| card.base.add(sum))
            }
            Combine::Min => taking.map(|(.., points)| points).min(),
            Combine::Max => taking.map(|(.., points)| points).max(),
            Combine::CountBelow(bound) => {
                Some(Decimal::int(i64::try_from(taking.filter(|(.., p)| *p < bound).count()).unwrap_or(i64::MAX)))
            }
            Combine::Geometric => {
                let weights = self.taking(machine, lines).try_fold(Decimal::ZERO, |sum, (_, w, _)| sum.add(w));
                if weights.ok_or(Fault::Overflow)?.is_zero() || taking.any(|(.., points)| points.is_negative()) {
                    return Ok(NOT_APPLICABLE);
                }
                let parts: Vec<_> = self.taking(machine, lines).map(|(_, weight, points)| (weight, points)).collect();
                geometric(&parts).map(|(mean, _)| mean)
            }
        };
        number.map(Cell::number).ok_or(Fault::Overflow)
    }

    /// One operation: the exact sum of weight times points over the sum of weights, rounded once. Weights are in the
    /// smallest whole numbers of the same proportion, which changes nothing but how wide the products are.
    #[inline]
    fn mean(&self, machine: &Machine, lines: &Lines, sums: &Sums) -> Found {
        if !sums.wide && lines.shares != 0 {
            if sums.shares == 0 {
                return Ok(NOT_APPLICABLE);
            }
            return Decimal::small_ratio(sums.products, sums.shares).map(Cell::number).ok_or(Fault::Overflow);
        }
        let weights = self.taking(machine, lines).try_fold(Decimal::ZERO, |sum, (_, weight, _)| sum.add(weight));
        let weights = weights.ok_or(Fault::Overflow)?;
        if weights.is_zero() {
            return Ok(NOT_APPLICABLE);
        }
        let mut sum = Products::default();
        for (_, weight, points) in self.taking(machine, lines) {
            sum.add(weight, points).ok_or(Fault::Overflow)?;
        }
        sum.divided_by(weights).map(Cell::number).ok_or(Fault::Overflow)
    }

    /// The first hold decides alone; otherwise the first setting; otherwise the highest floor, then the lowest cap. A cap or
    /// floor of a missing score does nothing, and so does whatever surely does not hold or is unknown.
    pub(super) fn limit(&mut self, card: &Card) {
        let unlimited = self.at(card.unlimited);
        let holds = |verb: LimitVerb| {
            card.limits
                .iter()
                .filter(move |limit| limit.verb == verb)
                .filter(|limit| limit.when.is_none_or(|when| truth(of(&self.regs, when)) == Some(true)))
        };
        let first = holds(LimitVerb::Hold).next().or_else(|| holds(LimitVerb::Set).next());
        let value = match (first, number(unlimited)) {
            (Some(limit), _) => Cell::number(limit.value),
            (None, None) => unlimited,
            (None, Some(score)) => {
                let score = holds(LimitVerb::Floor).fold(score, |score, limit| score.max(limit.value));
                Cell::number(holds(LimitVerb::Cap).fold(score, |score, limit| score.min(limit.value)))
            }
        };
        self.put(card.value, value);
    }

    pub(super) fn grade(&mut self, card: &Card, texts: &Texts) {
        let name = rung(&card.grades, self.at(card.value), &self.regs, texts).name;
        if let Some(to) = card.grade {
            self.put(to, name);
        }
    }
}

impl Sums {
    #[inline]
    fn take(&mut self, line: &CardLine, points: i128) {
        self.taking += 1;
        self.shares += line.share;
        let product = i64::try_from(points).ok().and_then(|points| points.checked_mul(line.share));
        match product.and_then(|product| self.products.checked_add(product)) {
            Some(sum) => self.products = sum,
            None => self.wide = true,
        }
    }

    /// Why there is no score at all, if so.
    #[inline]
    fn withheld(&self, coverage: Decimal) -> Option<Cell> {
        if !self.gaps && self.taking > 0 {
            return None;
        }
        if self.failed.is_some() {
            return self.failed;
        }
        if self.taking == 0 {
            return Some(self.missing.unwrap_or(NOT_APPLICABLE));
        }
        self.at_least.is_some_and(|at_least| coverage < at_least).then_some(TOO_FEW)
    }
}
