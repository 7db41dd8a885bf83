//! Pearson's and Spearman's correlation.

use super::{Evidence, Finding, TOO_LARGE};
use crate::irrational::{self, Z_95};
use crate::number::Decimal;
use crate::statistics::precise_root;
use crate::value::Missing;
use ethnum::{I256, U256};

/// How far two numbers lie on one line, -1 to 1: their covariance over the product of their standard deviations.
pub(super) fn pearson(pairs: &[(Decimal, Decimal)]) -> Result<Finding, Missing> {
    let [first, _, ..] = pairs else { return Err(Missing::TooFew) };
    // The first pair as origin keeps the squares of large values that lie together small.
    let centred = |value: Decimal, origin: Decimal| I256::from(value.raw()) - I256::from(origin.raw());
    let points = pairs.iter().map(|(x, y)| (centred(*x, first.0), centred(*y, first.1)));
    let value = of(points.collect()).ok_or(TOO_LARGE)?.ok_or(Missing::NotApplicable)?;
    Ok(Finding {
        value,
        evidence: Evidence::Correlation { pairs: pairs.len() as u64, interval: interval(value, pairs.len()) },
    })
}

/// The same of ranks; equal values share the mean of their places.
pub(super) fn spearman(pairs: &[(Decimal, Decimal)]) -> Result<Finding, Missing> {
    let [_, _, ..] = pairs else { return Err(Missing::TooFew) };
    let (x, y): (Vec<Decimal>, Vec<Decimal>) = pairs.iter().copied().unzip();
    let points = twice_the_ranks(&x).into_iter().zip(twice_the_ranks(&y)).collect();
    let value = of(points).ok_or(TOO_LARGE)?.ok_or(Missing::NotApplicable)?;
    Ok(Finding {
        value,
        evidence: Evidence::Correlation { pairs: pairs.len() as u64, interval: interval(value, pairs.len()) },
    })
}

/// Twice the place of each value among all, around the middle, so that it is whole: those below less those above.
fn twice_the_ranks(values: &[Decimal]) -> Vec<I256> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = |value: &Decimal| {
        let below = sorted.partition_point(|other| other < value);
        let above = sorted.len() - sorted.partition_point(|other| other <= value);
        I256::from(below as i128) - I256::from(above as i128)
    };
    values.iter().map(rank).collect()
}

/// The correlation of whole numbers; `None` if the sums do not fit, and nothing where one side is the same for all.
fn of(points: Vec<(I256, I256)>) -> Option<Option<Decimal>> {
    let n = I256::from(points.len() as i128);
    let mut sums = [I256::ZERO; 5];
    for (x, y) in points {
        let [sx, sy, xx, yy, xy] = &mut sums;
        let products = [(sx, x), (sy, y), (xx, x.checked_mul(x)?), (yy, y.checked_mul(y)?), (xy, x.checked_mul(y)?)];
        for (sum, more) in products {
            *sum = sum.checked_add(more)?;
        }
    }
    let [sx, sy, xx, yy, xy] = sums;
    // n times a sum of products, less the product of the sums.
    let spread = |a: I256, b: I256, ab: I256| n.checked_mul(ab)?.checked_sub(a.checked_mul(b)?);
    let (across, down, together) = (spread(sx, sx, xx)?, spread(sy, sy, yy)?, spread(sx, sy, xy)?);
    if across == I256::ZERO || down == I256::ZERO {
        return Some(None);
    }
    // together / (root of across x root of down). Each root is at hand times a power of two, with some 127 bits; together
    // is no larger than the product of the roots, so that it fits when it is moved up as far.
    let ((a, a_shift), (b, b_shift)) = (precise_root(across.as_u256()), precise_root(down.as_u256()));
    let (below, shift) = ((a * b) >> SPARE, a_shift + b_shift);
    let size = together.unsigned_abs();
    let above = if shift >= SPARE { size << (shift - SPARE) } else { size >> (SPARE - shift) };
    let billionths = (above * U256::from(2_000_000_000u64) / below + U256::ONE) >> 1;
    let value = Decimal::from_raw(i128::try_from(billionths).ok()?)?.min(Decimal::ONE);
    Some(Some(if together < I256::ZERO { value.neg() } else { value }))
}

/// Bits that are given up so that a quotient can be rounded at nine digits.
const SPARE: u32 = 40;

/// The 95 % interval around a correlation, by Fisher's z: tanh(artanh(r) ± 1.96 / root of (n - 3)). There is none for three
/// pairs or fewer, nor where all lie on one line.
pub fn interval(r: Decimal, pairs: usize) -> Option<(Decimal, Decimal)> {
    let free = pairs.checked_sub(3).filter(|free| *free > 0)?;
    if r.abs() >= Decimal::ONE {
        return None;
    }
    // Twice artanh(r) is the logarithm of (1 + r) / (1 - r), and tanh(x) is 2 logistic(2 x) - 1.
    let twice = irrational::ln(Decimal::ONE.add(r)?)?.sub(irrational::ln(Decimal::ONE.sub(r)?)?)?;
    let width = Z_95.mul(Decimal::int(2))?.div(irrational::sqrt(Decimal::int(i64::try_from(free).ok()?))?)?;
    let back = |x: Decimal| irrational::logistic(x).mul(Decimal::int(2))?.sub(Decimal::ONE);
    Some((back(twice.sub(width)?)?, back(twice.add(width)?)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(Decimal, Decimal)> {
        list.iter().map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).collect()
    }

    fn figures(list: &[(&str, &str)]) -> [String; 2] {
        let list = pairs(list);
        [pearson(&list).unwrap().value.to_string(), spearman(&list).unwrap().value.to_string()]
    }

    /// From Python: sums of `fractions.Fraction`, roots with `decimal` at 80 digits.
    #[test]
    fn figures_are_those_of_another_program() {
        let six = [("0", "60"), ("1", "70"), ("1", "65"), ("2", "80"), ("3", "85"), ("4", "90")];
        assert_eq!(figures(&six), ["0.976087728", "0.985610761"]);
        let renewed = [("0", "0"), ("1", "0"), ("1", "1"), ("2", "1"), ("3", "1"), ("4", "1")];
        assert_eq!(figures(&renewed), ["0.701646415", "0.735147044"]);
        let large = [
            ("1000000000000.01", "-3"),
            ("1000000000000.02", "999999999999.5"),
            ("1000000000000.04", "-999999999999"),
            ("1000000000000.040000001", "0.000000001"),
        ];
        assert_eq!(figures(&large), ["-0.544331044", "0"]);
    }

    #[test]
    fn a_line_is_exactly_one() {
        let line: Vec<(Decimal, Decimal)> = (0..50).map(|i| (Decimal::int(i * 7), Decimal::int(3 - i * 11))).collect();
        assert_eq!(pearson(&line).unwrap().value, Decimal::ONE.neg());
        assert_eq!(spearman(&line).unwrap().value, Decimal::ONE.neg());
        assert_eq!(interval(Decimal::ONE, 50), None);
    }

    /// From the same program: `decimal` at 80 digits, to the seven that the nine of the correlation leave.
    #[test]
    fn the_interval_is_that_of_another_program() {
        let (low, high) = interval("0.976087728".parse().unwrap(), 6).unwrap();
        assert_eq!((low.fixed(7), high.fixed(7)), ("0.7915747".to_string(), "0.9974858".to_string()));
        assert_eq!(interval(Decimal::ZERO, 3), None);
    }

    #[test]
    fn what_never_differs_goes_with_nothing() {
        assert_eq!(pearson(&pairs(&[("1", "1"), ("1", "2"), ("1", "3")])), Err(Missing::NotApplicable));
        assert_eq!(pearson(&pairs(&[("1", "1")])), Err(Missing::TooFew));
        assert_eq!(spearman(&[]), Err(Missing::TooFew));
    }
}
