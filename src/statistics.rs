//! Means, standard deviations and the normal distribution in whole numbers: every machine gets the same digits.
//!
//! Nothing here passes through binary floats. Sums of raw values (billionths) are exact; what is irrational is computed to
//! 36 digits and rounded once to nine.

use crate::number::{Decimal, SCALE};
use ethnum::{I256, U256};

/// Digits behind the point of a [`Deviation`].
const UNIT: i128 = 10i128.pow(36);

/// Exact sums over a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sample {
    /// How many values.
    pub n: i64,
    /// Sum of the raw values less the origin.
    sum: I256,
    /// Sum of their squares.
    squares: I256,
    /// Subtracted from every raw value, so that large values close together keep their digits.
    origin: i128,
}

/// How far a value lies from a mean, in standard deviations, times 10^36.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation(I256);

impl Sample {
    /// An empty sample of values around `origin`.
    pub fn around(origin: Decimal) -> Sample {
        Sample { origin: origin.raw(), ..Sample::default() }
    }

    /// Adds a value; `None` if the sums no longer fit.
    pub fn add(&mut self, value: Decimal) -> Option<()> {
        self.change(value, false)
    }

    /// Takes a value out again.
    pub fn remove(&mut self, value: Decimal) -> Option<()> {
        self.change(value, true)
    }

    fn change(&mut self, value: Decimal, out: bool) -> Option<()> {
        let x = self.centred(value);
        let square = x.checked_mul(x)?;
        if out {
            self.sum = self.sum.checked_sub(x)?;
            self.squares = self.squares.checked_sub(square)?;
            self.n -= 1;
        } else {
            self.sum = self.sum.checked_add(x)?;
            self.squares = self.squares.checked_add(square)?;
            self.n += 1;
        }
        Some(())
    }

    fn centred(&self, value: Decimal) -> I256 {
        I256::from(value.raw()) - I256::from(self.origin)
    }

    /// n times the sum of squared distances from the mean: n (sum of x squared) - (sum of x) squared.
    fn spread(&self) -> Option<I256> {
        I256::from(self.n).checked_mul(self.squares)?.checked_sub(self.sum.checked_mul(self.sum)?)
    }

    /// The mean, rounded once; `None` without values.
    pub fn mean(&self) -> Option<Decimal> {
        if self.n == 0 {
            return None;
        }
        let n = I256::from(self.n);
        let total = self.sum.checked_add(I256::from(self.origin).checked_mul(n)?)?;
        decimal(rounded(total, n))
    }

    /// The standard deviation of a sample (n - 1), rounded once; `None` below two values.
    pub fn deviation(&self) -> Option<Decimal> {
        if self.n < 2 {
            return None;
        }
        // The square root of spread / (n (n - 1)), at twice the resolution, so that half steps can be rounded.
        let below = I256::from(self.n) * I256::from(self.n - 1);
        let quotient = self.spread()?.checked_mul(I256::from(4))? / below;
        decimal((I256::try_from(root(quotient.as_u256())).ok()? + I256::ONE) / I256::from(2))
    }

    /// True if all values are equal.
    pub fn flat(&self) -> bool {
        self.spread() == Some(I256::ZERO)
    }

    /// Where a value lies: (x - mean) / standard deviation. `None` for a flat sample, below two values, or where the
    /// sums no longer fit.
    pub fn deviation_of(&self, value: Decimal) -> Option<Deviation> {
        if self.n < 2 || self.flat() {
            return None;
        }
        let n = I256::from(self.n);
        // z = (n x - sum) sqrt((n - 1) / n) / sqrt(spread), or the root of above / below.
        let distance = n.checked_mul(self.centred(value))?.checked_sub(self.sum)?;
        let above = distance.checked_mul(distance)?.checked_mul(I256::from(self.n - 1))?;
        let below = n.checked_mul(self.spread()?)?;
        let ((a, a_shift), (b, b_shift)) = (precise_root(above.as_u256()), precise_root(below.as_u256()));
        let quotient = a.checked_mul(U256::from(UNIT.unsigned_abs()))? / b;
        let shift = i64::from(b_shift) - i64::from(a_shift);
        let amount = shift.unsigned_abs().min(255) as u32;
        let size = if shift >= 0 { quotient.checked_mul(U256::ONE << amount)? } else { quotient >> amount };
        let size = I256::try_from(size).ok()?;
        Some(Deviation(if distance < I256::ZERO { -size } else { size }))
    }
}

impl Deviation {
    /// Rounded to nine digits.
    pub fn rounded(self) -> Option<Decimal> {
        decimal(rounded(self.0, I256::from(UNIT / SCALE)))
    }

    /// 50 + 10 z, rounded to nine digits.
    pub fn t_score(self) -> Option<Decimal> {
        decimal(rounded(self.0.checked_mul(I256::from(10))?, I256::from(UNIT / SCALE)))?.add(Decimal::int(50))
    }

    /// The share of a normal distribution below it, times 100, rounded to nine digits.
    pub fn normal_score(self) -> Option<Decimal> {
        // Beyond seven deviations nine digits cannot tell it from 0 or 100.
        const DIGITS: i128 = 10i128.pow(30);
        const ROOT_OF_TWO_PI_INVERSE: i128 = 398_942_280_401_432_677_939_946_059_934;
        let unit = I256::from(DIGITS);
        let z = rounded(self.0, I256::from(UNIT / DIGITS));
        if z.abs() >= unit * I256::from(7) {
            return Some(if z < I256::ZERO { Decimal::ZERO } else { Decimal::HUNDRED });
        }
        // 1/2 + 1/sqrt(2 pi) (z - z^3 / 6 + z^5 / 40 - …): the k-th term is (-1)^k z^(2k+1) / (2^k k! (2k+1)).
        let square = z * z / unit;
        let (mut power, mut total, mut k) = (z, z, 1i64);
        while power != I256::ZERO {
            power = -(power * square / unit) / I256::from(2 * k);
            total += power / I256::from(2 * k + 1);
            k += 1;
        }
        let below = unit / I256::from(2) + total * I256::from(ROOT_OF_TWO_PI_INVERSE) / unit;
        decimal(rounded(below * I256::from(100), I256::from(DIGITS / SCALE)))
    }
}

/// The quotient, half away from zero.
fn rounded(value: I256, divisor: I256) -> I256 {
    let (quotient, rest) = (value / divisor, (value % divisor).unsigned_abs());
    if rest >= divisor.unsigned_abs() - rest {
        if (value < I256::ZERO) == (divisor < I256::ZERO) { quotient + I256::ONE } else { quotient - I256::ONE }
    } else {
        quotient
    }
}

fn decimal(raw: I256) -> Option<Decimal> {
    i128::try_from(raw).ok().and_then(Decimal::from_raw)
}

/// The whole part of the square root.
fn root(of: U256) -> U256 {
    if of == U256::ZERO {
        return U256::ZERO;
    }
    // Newton from above: falls until it no longer does.
    let mut guess = U256::ONE << (256 - of.leading_zeros()).div_ceil(2);
    loop {
        let next = (guess + of / guess) >> 1;
        if next >= guess {
            return guess;
        }
        guess = next;
    }
}

/// The square root times 2^shift with some 127 bits, and that shift.
pub(crate) fn precise_root(of: U256) -> (U256, u32) {
    let free = of.leading_zeros().saturating_sub(1) & !1;
    (root(of << free), free / 2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn sample(values: &[&str]) -> Sample {
        let mut sample = Sample::around(d(values[0]));
        values.iter().for_each(|v| sample.add(d(v)).unwrap());
        sample
    }

    /// From Python: `statistics` over `fractions.Fraction`, roots with `decimal` at 60 digits, and the normal distribution as
    /// a series of `decimal` at 60 digits.
    #[test]
    fn scores_are_those_of_another_program() {
        type Case = (&'static [&'static str], &'static str, [&'static str; 5]);
        let cases: &[Case] = &[
            (&["2", "4", "4", "7", "9"], "4", ["5.2", "2.774887385", "-0.432449982", "45.675500179", "33.270719889"]),
            (&["2", "4", "4", "7", "9"], "9", ["5.2", "2.774887385", "1.369424943", "63.694249433", "91.456675914"]),
            (&["0", "1"], "1", ["0.5", "0.707106781", "0.707106781", "57.071067812", "76.024993891"]),
            (
                &["40000", "2000000", "100000", "250000.5", "999999.999999999"],
                "2000000",
                ["678000.1", "833018.543010928", "1.586999366", "65.869993665", "94.374360594"],
            ),
            (
                &["1000000000000.01", "1000000000000.02", "1000000000000.04"],
                "1000000000000.04",
                ["1000000000000.023333333", "0.015275252", "1.091089451", "60.910894512", "86.238323796"],
            ),
            (&["-5", "-5", "-5", "10"], "-5", ["-1.25", "7.5", "-0.5", "45", "30.853753873"]),
            (
                &["0.000000001", "0.000000002", "0.000000004"],
                "0.000000001",
                ["0.000000002", "0.000000002", "-0.872871561", "41.271284391", "19.136654444"],
            ),
            (
                &[
                    "1", "4", "9", "16", "25", "36", "49", "64", "81", "100", "121", "144", "169", "196", "225", "256",
                    "289", "324", "361", "400", "441", "484", "529", "576", "625", "676", "729", "784", "841", "900",
                    "961", "1024", "1089", "1156", "1225", "1296", "1369", "1444", "1521", "1600",
                ],
                "1600",
                ["553.5", "494.244878577", "2.11737146", "71.173714597", "98.288583278"],
            ),
            (&["1", "2", "3"], "2", ["2", "1", "0", "50", "50"]),
        ];
        for (values, x, [mean, deviation, z, t, normal]) in cases {
            let sample = sample(values);
            let place = sample.deviation_of(d(x)).unwrap();
            assert_eq!(sample.mean(), Some(d(mean)), "{values:?}");
            assert_eq!(sample.deviation(), Some(d(deviation)), "{values:?}");
            assert_eq!(place.rounded(), Some(d(z)), "{values:?} {x}");
            assert_eq!(place.t_score(), Some(d(t)), "{values:?} {x}");
            assert_eq!(place.normal_score(), Some(d(normal)), "{values:?} {x}");
        }
    }

    #[test]
    fn equal_values_have_no_deviation() {
        let same = sample(&["3", "3", "3"]);
        assert!(same.flat());
        assert_eq!(same.deviation_of(d("3")), None);
        assert_eq!(same.deviation(), Some(Decimal::ZERO));
        assert_eq!(sample(&["3"]).deviation_of(d("3")), None);
    }

    #[test]
    fn a_value_put_in_and_taken_out_leaves_no_trace() {
        let mut changed = sample(&["2", "4", "4", "7", "9"]);
        changed.add(d("1000.5")).unwrap();
        changed.remove(d("1000.5")).unwrap();
        assert_eq!(changed, sample(&["2", "4", "4", "7", "9"]));
    }

    #[test]
    fn far_out_there_is_only_nothing_or_everything() {
        let mut values = vec!["0"; 99];
        values.push("1");
        let far = sample(&values);
        assert_eq!(far.deviation_of(d("1")).unwrap().normal_score(), Some(Decimal::HUNDRED));
        assert_eq!(sample(&["0", "1"]).deviation_of(d("-100")).unwrap().normal_score(), Some(Decimal::ZERO));
    }
}
