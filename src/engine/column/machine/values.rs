//! What happens to one or two cells: logic, comparisons, sums and products.

use crate::ast::CompareOp;
use crate::calendar::Date;
use crate::engine::column::{Cell, Tag, Texts};
use crate::number::{Decimal, SCALE};
use crate::value::{DAY_MICROS, Fault};
use std::cmp::Ordering;

pub(super) const NO_DATA: Cell = Cell { tag: Tag::NoData, bits: 0 };
pub(super) const NOT_APPLICABLE: Cell = Cell { tag: Tag::NotApplicable, bits: 0 };
pub(super) const TOO_FEW: Cell = Cell { tag: Tag::TooFew, bits: 0 };
pub(super) const STALE: Cell = Cell { tag: Tag::Stale, bits: 0 };

/// A value, or what went wrong.
pub(super) type Found = Result<Cell, Fault>;

#[inline]
pub(super) fn boolean(truth: bool) -> Cell {
    Cell { tag: Tag::Boolean, bits: i128::from(truth) }
}

/// Yes, no, or unknown.
#[inline]
pub(super) fn truth(cell: Cell) -> Option<bool> {
    (cell.tag == Tag::Boolean).then_some(cell.bits != 0)
}

#[inline]
pub(super) fn number(cell: Cell) -> Option<Decimal> {
    if cell.tag == Tag::Number { Decimal::from_raw(cell.bits) } else { None }
}

/// A number, or the fault of one too large.
#[inline]
pub(super) fn numbered(number: Option<Decimal>) -> Found {
    number.map(Cell::number).ok_or(Fault::Overflow)
}

/// The date of a date or an instant.
#[inline]
pub(super) fn date(cell: Cell) -> Option<Date> {
    match cell.tag {
        Tag::Date => i32::try_from(cell.bits).ok().map(Date),
        Tag::Instant => i32::try_from(cell.bits.div_euclid(i128::from(DAY_MICROS))).ok().map(Date),
        _ => None,
    }
}

/// The reason of a missing value; a present one of the wrong type does not get past the checker.
#[inline]
pub(super) fn reason(cell: Cell) -> Cell {
    if cell.tag.is_missing() { cell } else { NOT_APPLICABLE }
}

/// The reason of the first that is missing.
#[inline]
pub(super) fn first_missing(left: Cell, right: Cell) -> Cell {
    if left.tag.is_missing() { left } else { reason(right) }
}

/// Turned around if asked; unknown stays unknown.
#[inline]
pub(super) fn negate_if(negated: bool, cell: Cell) -> Cell {
    if cell.tag == Tag::Boolean { boolean((cell.bits != 0) != negated) } else { cell }
}

/// One more operand of a Kleene `and` (no decides) or `or` (yes decides): what is known so far, and whether that is decided.
#[inline]
pub(super) fn kleene(so_far: Cell, value: Cell, decisive: bool) -> (Cell, bool) {
    match truth(value) {
        Some(truth) if truth == decisive => (boolean(decisive), true),
        Some(_) => (so_far, false),
        None if so_far.tag.is_missing() => (so_far, false),
        None => (if value.tag.is_missing() { value } else { NO_DATA }, false),
    }
}

/// The orders for which a comparison holds: a bit each for less, equal and greater.
#[inline]
pub(super) fn orders(op: CompareOp) -> u8 {
    match op {
        CompareOp::Less => 0b001,
        CompareOp::Equal => 0b010,
        CompareOp::LessEqual => 0b011,
        CompareOp::Greater => 0b100,
        CompareOp::NotEqual => 0b101,
        CompareOp::GreaterEqual => 0b110,
    }
}

/// A comparison of bits with a bound.
#[inline]
pub(super) fn within_bound(op: CompareOp, bits: i128, bound: i128) -> bool {
    in_order(orders(op), bits, bound)
}

/// No jump depends on the values.
#[inline]
fn in_order(orders: u8, left: i128, right: i128) -> bool {
    let order = 1 + u8::from(left > right) - u8::from(left < right);
    orders >> order & 1 == 1
}

/// Whether two values compare like that, where both are there and their bits say it.
#[inline]
pub(super) fn quick(orders: u8, left: Cell, right: Cell) -> Option<bool> {
    let (known, holds) = both(orders, left, right);
    known.then_some(holds)
}

/// The same as two answers, of which the second says nothing unless the first is yes. No jump depends on the values.
#[inline]
pub(super) fn both(orders: u8, left: Cell, right: Cell) -> (bool, bool) {
    let alike = (left.tag == right.tag) & (Tag::Boolean <= left.tag) & (left.tag < Tag::Text);
    (alike, in_order(orders, left.bits, right.bits))
}

/// Compares; unknown if an operand is missing.
#[inline]
pub(super) fn compare(op: CompareOp, left: Cell, right: Cell, texts: &Texts) -> Cell {
    match quick(orders(op), left, right) {
        Some(truth) => boolean(truth),
        None => compare_others(orders(op), left, right, texts),
    }
}

/// Compares what is missing, texts, and an instant with a date.
pub(super) fn compare_others(orders: u8, left: Cell, right: Cell, texts: &Texts) -> Cell {
    if left.tag.is_missing() {
        return left;
    }
    if right.tag.is_missing() {
        return right;
    }
    let holds = |order: Ordering| boolean(in_order(orders, order as i128, 0));
    order(left, right, texts).map_or(NOT_APPLICABLE, holds)
}

/// How two present values of one type are ordered. An instant beside a date is taken as its date.
pub(super) fn order(left: Cell, right: Cell, texts: &Texts) -> Option<Ordering> {
    match (left.tag, right.tag) {
        (Tag::Text, Tag::Text) if left.bits == right.bits => Some(Ordering::Equal),
        (Tag::Text, Tag::Text) => Some(text(left, texts)?.cmp(text(right, texts)?)),
        (a, b) if a == b => Some(left.bits.cmp(&right.bits)),
        _ => Some(date(left)?.cmp(&date(right)?)),
    }
}

pub(super) fn text(cell: Cell, texts: &Texts) -> Option<&str> {
    let code = if cell.tag == Tag::Text { u32::try_from(cell.bits).ok()? } else { return None };
    texts.get(code).map(|text| &**text)
}

/// Numbers exactly; date - date is a number of days, date + days a date.
#[inline]
pub(super) fn plus(left: Cell, subtract: bool, right: Cell) -> Found {
    if left.tag == Tag::Number && right.tag == Tag::Number {
        let sum = if subtract { left.bits.checked_sub(right.bits) } else { left.bits.checked_add(right.bits) };
        return numbered(sum.and_then(Decimal::from_raw));
    }
    plus_dates(left, subtract, right)
}

fn plus_dates(left: Cell, subtract: bool, right: Cell) -> Found {
    match (number(left), number(right)) {
        (None, Some(days)) => match date(left) {
            Some(date) => moved(date, if subtract { days.neg() } else { days }),
            None => Ok(first_missing(left, right)),
        },
        (Some(days), None) => match date(right) {
            Some(date) if !subtract => moved(date, days),
            _ => Ok(first_missing(left, right)),
        },
        _ => match (date(left), date(right)) {
            (Some(a), Some(b)) if subtract => Ok(Cell::int(a.days_since(b))),
            _ => Ok(first_missing(left, right)),
        },
    }
}

/// So many whole days later; a part of a day does not reach the next one.
fn moved(date: Date, days: Decimal) -> Found {
    let within = Date::new(1, 1, 1).zip(Date::new(9999, 12, 31));
    let moved = days.floor().to_int().filter(|n| n.unsigned_abs() < 4_000_000).map(|n| date.plus_days(n));
    match (moved, within) {
        (Some(moved), Some((low, high))) if low <= moved && moved <= high => Ok(Cell::date(moved)),
        _ => Err(Fault::Overflow),
    }
}

/// A product or quotient, rounded once.
#[inline]
pub(super) fn times(left: Cell, divide: bool, right: Cell) -> Found {
    if left.tag.is_missing() {
        return Ok(left);
    }
    if left.tag != Tag::Number || right.tag != Tag::Number {
        return Ok(reason(right));
    }
    if divide && right.bits == 0 {
        return Err(Fault::DivisionByZero);
    }
    // Whole numbers of usual size need no rounding.
    if !divide && right.bits % SCALE == 0 {
        return numbered(left.bits.checked_mul(right.bits / SCALE).and_then(Decimal::from_raw));
    }
    let (Some(a), Some(b)) = (number(left), number(right)) else { return Err(Fault::Overflow) };
    numbered(if divide { a.div(b) } else { a.mul(b) })
}
