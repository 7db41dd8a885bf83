//! Numbers that no decimal holds exactly: roots, exponentials, logarithms and what statistics makes of them.
//!
//! Each is computed in whole numbers with 36 fractional digits and rounded to nine where it is made, half away from zero, so
//! that every machine gets the same digits. `None` means that the result does not fit; what a function is not defined for
//! is `None` too, and callers ask first.

use crate::number::{Decimal, SCALE, apportion_wide, narrow, round_div_wide};
use ethnum::I256;

/// 36 fractional digits.
const UNIT: i128 = 10i128.pow(36);
/// ln 2 in units of 10^-36.
const LN_2: i128 = 693_147_180_559_945_309_417_232_121_458_176_568;
/// From nine digits to 36.
pub(crate) const WIDEN: i128 = 10i128.pow(27);
/// Beyond this the ninth digit of `exp` could no longer be trusted.
const EXP_MOST: Decimal = Decimal::int(50);
/// 95 % of a normal distribution lie within so many standard deviations, as it is customarily rounded.
pub const Z_95: Decimal = match Decimal::from_raw(1_960_000_000) {
    Some(z) => z,
    None => Decimal::ZERO,
};

/// The square root; `None` below 0.
pub fn sqrt(x: Decimal) -> Option<Decimal> {
    if x.is_negative() {
        return None;
    }
    let square = I256::from(x.raw()) * I256::from(SCALE);
    let root = integer_root(square);
    // The root is nearer to the next step exactly if the rest is larger than the root itself.
    let up = square - root * root > root;
    narrow(if up { root + I256::ONE } else { root })
}

/// The largest whole number whose square is at most `n`, by Newton's method from above.
fn integer_root(n: I256) -> I256 {
    if n <= I256::ZERO {
        return I256::ZERO;
    }
    let bits = 256 - n.leading_zeros();
    let mut root = I256::ONE << bits.div_ceil(2);
    loop {
        let next = (root + n / root) >> 1u32;
        if next >= root {
            return root;
        }
        root = next;
    }
}

/// e to the power x; `None` above 50.
pub fn exp(x: Decimal) -> Option<Decimal> {
    if x > EXP_MOST {
        return None;
    }
    narrow(round_div_wide(exp_wide(x), I256::from(WIDEN)))
}

/// e to the power x in units of 10^-36, for x up to 50; 0 for what is smaller than a unit.
fn exp_wide(x: Decimal) -> I256 {
    if x < Decimal::int(-100) {
        return I256::ZERO;
    }
    exp_of_wide(I256::from(x.raw()) * I256::from(WIDEN))
}

/// The same of a number in units of 10^-36.
fn exp_of_wide(x: I256) -> I256 {
    let (unit, ln_2) = (I256::from(UNIT), I256::from(LN_2));
    let doublings = x.div_euclid(ln_2);
    let rest = x.rem_euclid(ln_2);
    let (mut term, mut total, mut n) = (unit, unit, 1i64);
    while term != I256::ZERO {
        term = term * rest / unit / I256::from(n);
        total += term;
        n += 1;
    }
    match u32::try_from(doublings.as_i64().unsigned_abs()) {
        Ok(by) if doublings < I256::ZERO => total >> by,
        Ok(by) => total << by,
        Err(_) => I256::ZERO,
    }
}

/// A number to a whole power, in steps of 36 digits; `None` if it does not fit, and for 0 to a negative power.
pub fn power(a: Decimal, n: i64) -> Option<Decimal> {
    let (raw, scale) = (I256::from(a.raw()), I256::from(SCALE));
    // Nothing beyond what a decimal can hold is multiplied on: the next product still fits.
    let most = I256::from(i128::MAX) * I256::from(WIDEN);
    let mut result = I256::from(UNIT);
    for _ in 0..n.unsigned_abs() {
        result = match n < 0 {
            _ if result == I256::ZERO => return Some(Decimal::ZERO),
            true if raw == I256::ZERO => return None,
            true => round_div_wide(result * scale, raw),
            false => round_div_wide(result.checked_mul(raw)?, scale),
        };
        if result.abs() > most {
            return None;
        }
    }
    narrow(round_div_wide(result, I256::from(WIDEN)))
}

/// The natural logarithm; `None` for 0 and below.
pub fn ln(x: Decimal) -> Option<Decimal> {
    narrow(round_div_wide(ln_wide(x)?, I256::from(WIDEN)))
}

/// The logarithm to base 10; `None` for 0 and below.
pub fn log10(x: Decimal) -> Option<Decimal> {
    let ten = ln_wide(Decimal::int(10))?;
    narrow(round_div_wide(ln_wide(x)? * I256::from(SCALE), ten))
}

/// The natural logarithm in units of 10^-36.
pub(crate) fn ln_wide(x: Decimal) -> Option<I256> {
    if x <= Decimal::ZERO {
        return None;
    }
    let unit = I256::from(UNIT);
    let two = unit << 1u32;
    // x = m 2^k with m from 1 up to 2.
    let mut m = I256::from(x.raw()) * I256::from(WIDEN);
    let mut k = 0i64;
    while m >= two {
        m >>= 1u32;
        k += 1;
    }
    while m < unit {
        m <<= 1u32;
        k -= 1;
    }
    // ln m = 2 (y + y^3 / 3 + y^5 / 5 + …) with y = (m - 1) / (m + 1), which is at most a third.
    let y = (m - unit) * unit / (m + unit);
    let square = y * y / unit;
    let (mut power, mut total, mut n) = (y, I256::ZERO, 1i64);
    while power != I256::ZERO {
        total += power / I256::from(n);
        power = power * square / unit;
        n += 2;
    }
    Some((total << 1u32) + I256::from(LN_2) * I256::from(k))
}

/// The weighted geometric mean of weights and points, and what each part costs of what is lacking to 100.
///
/// The mean is e to the sum of weight times ln(points) over the sum of weights, rounded once. The costs stand in the
/// proportion of weight times ln(100 / points) and add up to 100 less the mean. With a 0 among the points the mean is 0, and
/// those that have 0 cost the whole 100, by weight. `None` where points are negative, nothing weighs anything, or a number
/// does not fit.
pub fn geometric(parts: &[(Decimal, Decimal)]) -> Option<(Decimal, Vec<Decimal>)> {
    let weights = parts.iter().try_fold(Decimal::ZERO, |sum, (weight, _)| sum.add(*weight))?;
    if weights <= Decimal::ZERO || parts.iter().any(|(weight, points)| weight.is_negative() || points.is_negative()) {
        return None;
    }
    if parts.iter().any(|(weight, points)| points.is_zero() && !weight.is_zero()) {
        let zeros = parts.iter().map(|(weight, points)| match points.is_zero() {
            true => I256::from(weight.raw()),
            false => I256::ZERO,
        });
        return Some((Decimal::ZERO, apportion_wide(Decimal::HUNDRED, &zeros.collect::<Vec<_>>())));
    }
    let hundred = ln_wide(Decimal::HUNDRED)?;
    let (mut sum, mut costs) = (I256::ZERO, Vec::with_capacity(parts.len()));
    for (weight, points) in parts {
        // What weighs nothing may have 0 points, whose logarithm nobody needs.
        let ln = if weight.is_zero() { I256::ZERO } else { ln_wide(*points)? };
        let weight = I256::from(weight.raw());
        sum = sum.checked_add(weight.checked_mul(ln)?)?;
        costs.push(weight.checked_mul(hundred - ln)?);
    }
    let exponent = round_div_wide(sum, I256::from(weights.raw()));
    if exponent > I256::from(EXP_MOST.raw()) * I256::from(WIDEN) {
        return None;
    }
    let mean = narrow(round_div_wide(exp_of_wide(exponent), I256::from(WIDEN)))?;
    Some((mean, apportion_wide(Decimal::HUNDRED.sub(mean)?, &costs)))
}

/// 1 / (1 + e^-x), a ratio.
pub fn logistic(x: Decimal) -> Decimal {
    let unit = I256::from(UNIT);
    // With the magnitude the exponential is at most 1.
    let small = exp_wide(x.abs().neg());
    let above = if x.is_negative() { small } else { unit };
    narrow(round_div_wide(above * I256::from(SCALE), unit + small)).unwrap_or(Decimal::ZERO)
}

/// The ends of Wilson's 95 % interval for `k` of `n`; `None` unless 0 ≤ k ≤ n, 0 < n ≤ 10^12.
pub fn wilson(k: Decimal, n: Decimal) -> Option<(Decimal, Decimal)> {
    if k.is_negative() || k > n || n <= Decimal::ZERO || n > Decimal::int(1_000_000_000_000) {
        return None;
    }
    let (k, n, z) = (I256::from(k.raw()), I256::from(n.raw()), I256::from(Z_95.raw()));
    let square = z * z; // at 18 digits
    // z^2 / 4 + k (n - k) / n at 36 digits, its root at 18.
    let inside = (square * I256::from(10i128.pow(18))) / I256::from(4) + k * (n - k) * I256::from(WIDEN) / n;
    let spread = z * integer_root(inside); // at 27
    let middle = k * I256::from(10i128.pow(18)) + square * I256::from(SCALE) / I256::from(2); // at 27
    let below = n * I256::from(SCALE) + square; // at 18
    let low = narrow(round_div_wide(middle - spread, below))?;
    let high = narrow(round_div_wide(middle + spread, below))?;
    Some((low.max(Decimal::ZERO), high.min(Decimal::ONE)))
}

/// Half the width of the 95 % interval of a net promoter score: 196 times the root of (p + d - (p - d)^2) / n, where p and d
/// are the shares of promoters and detractors; `None` without answers.
pub fn nps_margin(promoters: i64, detractors: i64, answers: i64) -> Option<Decimal> {
    if answers <= 0 || answers > 1_000_000_000_000 {
        return None;
    }
    let (p, d, n) = (I256::from(promoters), I256::from(detractors), I256::from(answers));
    let variance = (p + d) * n - (p - d) * (p - d);
    // Over n^3, at 36 digits; the order of the steps keeps every number below 2^255.
    let inside = variance * I256::from(UNIT) / n / n / n;
    let margin = integer_root(inside) * I256::from(Z_95.raw()) * I256::from(100); // at 27
    narrow(round_div_wide(margin, I256::from(10i128.pow(18))))
}
