//! Thresholds, scales, benchmarks, parts, and values that are too old.

use super::ladder::{NOWHERE, Rung};
use super::op::{Bands, Expiry, Figures, Member, Slope, Table, Test};
use super::run::{State, arguments_of, of};
use super::values::{Found, NO_DATA, STALE, compare, date, number, numbered, reason, truth, within_bound};
use super::{Code, Machine};
use crate::ast::CompareOp;
use crate::calendar::Date;
use crate::engine::column::{Cell, Tag, Texts};
use crate::engine::reference::interpolate;
use crate::number::{Decimal, Products, SCALE};
use crate::program::Stale;
use crate::value::Fault;

/// True for everyone, or for certain members. Someone of whom it is unknown is treated as everyone else.
#[inline]
pub(super) fn applies(member: Option<Member>, regs: &[Cell]) -> bool {
    member.is_none_or(|member| of(regs, member.reg) == member.is)
}

/// A missing value passes `missing` and nothing else.
#[inline]
pub(super) fn passes(test: &Test, value: Cell, regs: &[Cell], texts: &Texts) -> bool {
    if value.tag.is_missing() {
        return matches!(test, Test::Missing);
    }
    match test {
        Test::Compare(op, bound) => measure(value).is_some_and(|bits| within_bound(*op, bits, *bound)),
        Test::Between(low, high) => measure(value).is_some_and(|bits| *low <= bits && bits <= *high),
        Test::Otherwise => true,
        Test::Missing => false,
        Test::In(list) => {
            list.iter().any(|member| truth(compare(CompareOp::Equal, value, of(regs, *member), texts)) == Some(true))
        }
    }
}

/// The number that bounds are compared with: of a date, its day number.
#[inline]
fn measure(value: Cell) -> Option<i128> {
    if value.tag == Tag::Number { Some(value.bits) } else { date(value).map(|date| i128::from(date.0) * SCALE) }
}

/// The points of a value on a scale.
pub(super) fn scaled(points: &[(Decimal, Decimal)], value: Cell) -> Found {
    match number(value) {
        Some(x) => between(points, x).or_else(|| interpolate(points, x)).map(Cell::number).ok_or(Fault::Overflow),
        None => Ok(reason(value)),
    }
}

/// Linear between two points where no product is wider than 128 bits.
fn between(points: &[(Decimal, Decimal)], x: Decimal) -> Option<Decimal> {
    let above = points.partition_point(|(at, _)| *at <= x);
    let low = above.checked_sub(1).and_then(|i| points.get(i));
    match (low, points.get(above)) {
        (Some((x0, p0)), Some((x1, p1))) => {
            let width = x1.sub(*x0)?.raw();
            let flat = p0.raw().checked_mul(width)?;
            let rise = x.sub(*x0)?.raw().checked_mul(p1.sub(*p0)?.raw())?;
            Decimal::ratio(flat.checked_add(rise)?, width)
        }
        (Some((_, p)), None) | (None, Some((_, p))) => Some(*p),
        (None, None) => None,
    }
}

/// What the first row that a value passes gives, in the first table that holds.
#[inline]
pub(super) fn rung<'t>(tables: &'t [Table], value: Cell, regs: &[Cell], texts: &Texts) -> &'t Rung {
    let Some(table) = tables.iter().find(|table| applies(table.member, regs)) else { return &NOWHERE };
    match &table.ladder {
        Some(ladder) if value.tag == Tag::Number => ladder.rung(value.bits),
        _ if value.tag.is_missing() => &table.absent,
        _ => table.rows.iter().find(|row| passes(&row.test, value, regs, texts)).map_or(&NOWHERE, |row| &row.gives),
    }
}

impl State {
    /// The band of a value, and its points: those of the band, or else of the scale.
    pub(super) fn judge(&mut self, bands: &Bands, texts: &Texts, code: &Code, here: usize) {
        let value = self.at(bands.value);
        let rung = rung(&bands.tables, value, &self.regs, texts);
        if let Some(band) = bands.band {
            self.put(band, rung.name);
        }
        let Some(to) = bands.points else { return };
        match rung.points {
            Some(points) => self.put(to, points),
            None if bands.slopes.is_empty() => self.put(to, reason(value)),
            None => {
                let slope: Option<&Slope> = bands.slopes.iter().find(|slope| applies(slope.member, &self.regs));
                let found = slope.map_or(Ok(reason(value)), |slope| scaled(&slope.points, value));
                self.settle(to, found, code, here);
            }
        }
    }

    pub(super) fn part(&self, tests: &[Test], value: Cell, texts: &Texts) -> Cell {
        let place = tests.iter().position(|test| passes(test, value, &self.regs, texts));
        let symbol = place.and_then(|place| u32::try_from(place).ok());
        symbol.map_or(reason(value), |symbol| Cell { tag: Tag::Symbol, bits: symbol.into() })
    }

    /// A value less the middle of the figures that hold, or its quarter.
    pub(super) fn beside(&self, figures: &Figures, value: Cell, position: bool) -> Found {
        let row = figures.rows.iter().find(|(member, _)| applies(*member, &self.regs));
        match (number(value), row) {
            (Some(value), Some((_, bounds))) => {
                let [_, middle, _] = bounds;
                let gap = numbered(value.sub(*middle))?;
                let quarter = bounds.iter().filter(|bound| value >= **bound).count();
                let quarter = i128::try_from(quarter).unwrap_or(0);
                Ok(if position { Cell { tag: Tag::Symbol, bits: quarter } } else { gap })
            }
            _ if value.tag.is_missing() => Ok(value),
            _ => Ok(NO_DATA),
        }
    }

    /// What becomes of a value whose last row is too old.
    pub(super) fn expire(&mut self, machine: &Machine, expiry: &Expiry, code: &Code, here: usize) {
        let value = self.at(expiry.value);
        self.put(expiry.last, NO_DATA);
        self.put(expiry.before, NO_DATA);
        if value.tag.is_missing() {
            return;
        }
        let last = arguments_of(machine, expiry.lasts).iter().filter_map(|reg| date(self.at(*reg))).max();
        let Some(last) = last.filter(|last| expiry.duration.after(*last) < expiry.as_of) else { return };
        self.put(expiry.last, Cell::date(last));
        match expiry.then {
            Stale::Missing => self.put(expiry.value, STALE),
            Stale::Flag => {}
            Stale::Fade { .. } if expiry.points_fade => {}
            Stale::Fade { .. } => {
                self.put(expiry.before, if number(value).is_some() { value } else { NO_DATA });
                let found = faded(value, expiry, last);
                self.settle(expiry.value, found, code, here);
            }
        }
    }

    /// What age does to the points of a metric.
    pub(super) fn fade_points(&mut self, expiry: &Expiry, code: &Code, here: usize) {
        let (Some(points), Some(last)) = (expiry.points, date(self.at(expiry.last))) else { return };
        let fresh = self.at(points);
        if fresh.tag != Tag::Number {
            return;
        }
        let found = faded(fresh, expiry, last);
        if found != Ok(fresh) {
            self.put(expiry.before, fresh);
        }
        self.settle(points, found, code, here);
    }
}

/// In a straight line from its own points on the last usable day to `to`; rounded once.
pub(super) fn faded(points: Cell, expiry: &Expiry, last: Date) -> Found {
    let (Some(own), Stale::Fade { to, days }) = (number(points), expiry.then) else { return Ok(points) };
    let past = expiry.as_of.days_since(expiry.duration.after(last)).clamp(0, days);
    let mut sum = Products::default();
    let both = sum.add(own, Decimal::int(days - past)).and_then(|()| sum.add(to, Decimal::int(past)));
    numbered(both.and_then(|()| sum.divided_by(Decimal::int(days))))
}
