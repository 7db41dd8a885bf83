//! Functions of single values. A missing argument makes the result missing; of several, the first gives the reason.

use super::op::Reg;
use super::run::{number_of, of};
use super::values::{Found, NOT_APPLICABLE, order, text};
use crate::binomial;
use crate::builtins::Scalar;
use crate::engine::column::{Cell, Texts};
use crate::irrational;
use crate::number::{DIGITS, Decimal, Products};
use crate::program::{Type, Unit};
use crate::value::Fault;
use std::cmp::Ordering;

/// The largest exponent.
const MOST_POWER: i64 = 1_000;

pub(super) fn call(function: Scalar, ty: Type, arguments: &[Reg], regs: &[Cell], texts: &Texts) -> Found {
    if let Some(missing) = arguments.iter().map(|reg| of(regs, *reg)).find(|cell| cell.tag.is_missing()) {
        return Ok(missing);
    }
    match function {
        Scalar::Least => return Ok(extreme(arguments, regs, texts, Ordering::Less)),
        Scalar::Greatest => return Ok(extreme(arguments, regs, texts, Ordering::Greater)),
        Scalar::PilotBucket => return Ok(bucket(arguments, regs, texts)),
        _ => {}
    }
    let number = |i: usize| arguments.get(i).and_then(|reg| number_of(regs, *reg));
    let (x, y, z) = (number(0), number(1).unwrap_or_default(), number(2).unwrap_or_default());
    if undefined(function, x.unwrap_or_default(), y, z) {
        return Ok(NOT_APPLICABLE);
    }
    let Some(x) = x else { return Ok(NOT_APPLICABLE) };
    let result = match function {
        Scalar::Abs => Some(x.abs()),
        // Rounding away from zero may leave the range.
        Scalar::Round => Decimal::from_raw(x.round(places(y)).raw()),
        Scalar::Floor => Decimal::from_raw(x.floor().raw()),
        Scalar::Ceil => Decimal::from_raw(x.ceil().raw()),
        // With the bounds the wrong way round the upper one wins.
        Scalar::Clamp => match (number(1), number(2)) {
            (Some(low), Some(high)) => Some(x.max(low).min(high)),
            _ => Some(x),
        },
        Scalar::ToPoints => match ty {
            Type::Number(Unit::Ratio) => x.mul(Decimal::HUNDRED),
            Type::Number(Unit::Nps) => x.add(Decimal::HUNDRED).and_then(|n| n.div(Decimal::int(2))),
            _ => Some(x),
        },
        Scalar::ToRatio if ty == Type::Number(Unit::Points) => x.div(Decimal::HUNDRED),
        Scalar::ToRatio | Scalar::ToNumber | Scalar::Points | Scalar::Convert | Scalar::Coverage => Some(x),
        Scalar::Sqrt => irrational::sqrt(x),
        Scalar::Exp => irrational::exp(x),
        Scalar::Ln => irrational::ln(x),
        Scalar::Log10 => irrational::log10(x),
        Scalar::Logistic => Some(irrational::logistic(x)),
        Scalar::WilsonLow => irrational::wilson(x, y).map(|(low, _)| low),
        Scalar::WilsonHigh => irrational::wilson(x, y).map(|(_, high)| high),
        Scalar::BinomialTail => number(2).and_then(|p| binomial::upper_tail(x, y, p)),
        Scalar::Power => y.to_int().and_then(|n| irrational::power(x, n)),
        Scalar::Shrunk => number(2).zip(number(3)).and_then(|(m, p0)| shrunk(x, y, m, p0)),
        Scalar::DaysIn(_)
        | Scalar::DaysLeft(_)
        | Scalar::Gap
        | Scalar::Position
        | Scalar::PilotBucket
        | Scalar::Least
        | Scalar::Greatest => None,
    };
    result.map(Cell::number).ok_or(Fault::Overflow)
}

/// True where the function has no value.
fn undefined(function: Scalar, a: Decimal, b: Decimal, c: Decimal) -> bool {
    match function {
        Scalar::Sqrt => a.is_negative(),
        Scalar::Power => b.to_int().is_none_or(|n| !(-MOST_POWER..=MOST_POWER).contains(&n) || (n < 0 && a.is_zero())),
        Scalar::Ln | Scalar::Log10 => a <= Decimal::ZERO,
        Scalar::WilsonLow | Scalar::WilsonHigh => a.is_negative() || a > b || b <= Decimal::ZERO,
        Scalar::Shrunk => a.is_negative() || a > b || c.is_negative() || b.add(c).is_none_or(|sum| sum.is_zero()),
        Scalar::BinomialTail => {
            let whole = a.is_integer() && b.is_integer();
            !whole || b.is_negative() || b > binomial::MOST || c.is_negative() || c > Decimal::ONE
        }
        _ => false,
    }
}

/// (k + m p0) / (n + m), rounded once.
fn shrunk(k: Decimal, n: Decimal, m: Decimal, p0: Decimal) -> Option<Decimal> {
    let mut above = Products::default();
    above.add(k, Decimal::ONE)?;
    above.add(m, p0)?;
    above.divided_by(n.add(m)?)
}

/// Fractional digits to keep, 0 to 9.
fn places(digits: Decimal) -> u32 {
    digits.floor().to_int().map_or(DIGITS, |n| u32::try_from(n.clamp(0, i64::from(DIGITS))).unwrap_or(0))
}

/// The first value that no other one beats. Dates have a smallest and a largest, too.
fn extreme(arguments: &[Reg], regs: &[Cell], texts: &Texts, wins: Ordering) -> Cell {
    let cells = arguments.iter().map(|reg| of(regs, *reg));
    let best = cells.reduce(|best, cell| if order(cell, best, texts) == Some(wins) { cell } else { best });
    best.unwrap_or(NOT_APPLICABLE)
}

fn bucket(arguments: &[Reg], regs: &[Cell], texts: &Texts) -> Cell {
    let [pilot, subject] = arguments else { return NOT_APPLICABLE };
    match (text(of(regs, *pilot), texts), text(of(regs, *subject), texts)) {
        (Some(pilot), Some(subject)) => Cell::int(crate::pilot::bucket(pilot, subject)),
        _ => NOT_APPLICABLE,
    }
}
