//! What values at several dates say, and time that has passed.

use super::op::Reg;
use super::run::{number_of, of};
use super::values::{
    Found, NO_DATA, NOT_APPLICABLE, TOO_FEW, boolean, date, first_missing, kleene, number, numbered, reason, truth,
};
use crate::calendar::{Calendar, Date, PeriodKind};
use crate::engine::column::Cell;
use crate::number::{Decimal, Products};
use crate::value::Fault;

/// Fewer points than this have no trend.
const TREND_POINTS: usize = 3;

/// Now minus then, or with `percent` that over the magnitude of then.
pub(super) fn change(now: Cell, then: Cell, percent: bool) -> Found {
    let (Some(a), Some(b)) = (number(now), number(then)) else { return Ok(first_missing(now, then)) };
    match a.sub(b) {
        Some(_) if percent && b.is_zero() => Ok(NOT_APPLICABLE),
        Some(difference) if percent => numbered(difference.div(b.abs())),
        difference => numbered(difference),
    }
}

/// The least-squares slope through values, earliest first. Those without a number are left out, the others keep their places.
pub(super) fn trend(values: &[Reg], regs: &[Cell]) -> Found {
    let points = || (0i64..).zip(values).filter_map(|(x, reg)| Some((x, number_of(regs, *reg)?)));
    let known = points().count();
    if known < TREND_POINTS {
        let last = values.last().map(|reg| of(regs, *reg)).filter(|cell| known == 0 && cell.tag.is_missing());
        return Ok(last.unwrap_or(TOO_FEW));
    }
    let n = i64::try_from(known).map_err(|_| Fault::Overflow)?;
    let sum_x: i64 = points().map(|(x, _)| x).sum();
    let sum_xx: i64 = points().map(|(x, _)| x * x).sum();
    let mut above = Products::default();
    for (x, y) in points() {
        above.add(Decimal::int(n * x - sum_x), y).ok_or(Fault::Overflow)?;
    }
    numbered(above.divided_by(Decimal::int(n * sum_xx - sum_x * sum_x)))
}

/// True where it surely held often enough, false where it surely did not, otherwise unknown.
pub(super) fn held(truths: &[Reg], regs: &[Cell], count: u32, ignoring: bool) -> Cell {
    let (mut yes, mut unknown, mut why) = (0usize, 0usize, boolean(true));
    for cell in truths.iter().map(|reg| of(regs, *reg)) {
        match truth(cell) {
            Some(true) => yes += 1,
            Some(false) => {}
            None => {
                unknown += 1;
                why = kleene(why, cell, false).0;
            }
        }
    }
    let known = truths.len() - unknown;
    let (needed, unknown) = match ignoring && known > 0 {
        true => (known, 0),
        false => (count as usize, unknown),
    };
    if yes >= needed {
        boolean(true)
    } else if yes + unknown < needed {
        boolean(false)
    } else {
        // Only the unknown ones are left to say why.
        why
    }
}

/// How many of the latest period ends in a row were true.
pub(super) fn streak(truths: &[Reg], regs: &[Cell], ignoring: bool) -> Cell {
    let (mut length, mut unknown, mut known) = (0, None, false);
    for cell in truths.iter().map(|reg| of(regs, *reg)) {
        match truth(cell) {
            Some(true) => length += 1,
            Some(false) => return Cell::int(length),
            None => {
                unknown = unknown.or(Some(if cell.tag.is_missing() { cell } else { NO_DATA }));
                if !ignoring {
                    break;
                }
                continue;
            }
        }
        known = true;
    }
    // Where the latest end is unknown there may or may not be a run: missing is not zero.
    unknown.filter(|_| !known).unwrap_or(Cell::int(length))
}

/// The state at the last point; missing if nothing was known at any.
pub(super) fn until(points: &[Reg], regs: &[Cell], at_least: u32) -> Cell {
    let (mut state, mut known, mut last) = (false, false, None);
    // Points since the state was entered; the one before the first point was not.
    let mut age = u32::MAX;
    for pair in points.chunks_exact(2) {
        let [enter, leave] = pair else { continue };
        let (enters, leaves) = (of(regs, *enter), of(regs, *leave));
        known |= truth(enters).is_some() || truth(leaves).is_some();
        let (begins, ends) = (truth(enters) == Some(true), truth(leaves) == Some(true));
        age = age.saturating_add(1);
        // Where both hold, nothing is said, and nothing changes.
        let wanted = if begins == ends { state } else { begins };
        if wanted != state && age >= at_least {
            (state, age) = (wanted, 0);
        }
        last = Some(enters);
    }
    match last {
        Some(_) if known => boolean(state),
        Some(enters) if enters.tag.is_missing() => enters,
        _ => NO_DATA,
    }
}

/// Whole units that have passed since a date, or that are left until it; negative the other way round.
pub(super) fn elapsed(cell: Cell, unit: PeriodKind, until: bool, as_of: Date) -> Cell {
    let Some(date) = date(cell) else { return reason(cell) };
    let (from, to) = if until { (as_of, date) } else { (date, as_of) };
    Cell::int(match unit {
        PeriodKind::Day => to.days_since(from),
        PeriodKind::Week => to.days_since(from) / 7,
        PeriodKind::Month => to.months_since(from),
        PeriodKind::Quarter => to.months_since(from) / 3,
        PeriodKind::Year => to.months_since(from) / 12,
    })
}

/// The days of the period that holds a date, or those that are left of it.
pub(super) fn days_of(calendar: Calendar, cell: Cell, kind: PeriodKind, left: bool) -> Cell {
    let Some(date) = date(cell) else { return reason(cell) };
    let (first, last) = (calendar.start_of(kind, date), calendar.end_of(kind, date));
    Cell::int(if left { last.days_since(date) } else { last.days_since(first) + 1 })
}
