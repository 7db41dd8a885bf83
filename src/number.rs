//! The one kind of number: decimals with nine fractional digits, exact sums, and one rounding per product or quotient.
//!
//! A [`Decimal`] is a whole number of billionths in an `i128`, limited to 38 digits so that it fits a warehouse's
//! `DECIMAL(38, 9)`: magnitudes up to 10^29. Rounding is half away from zero, and it happens in [`Decimal::mul`],
//! [`Decimal::div`], [`Products::divided_by`] and where an irrational number is made, nowhere else. What does not fit is `None`, never a
//! wrapped number.

use ethnum::I256;
use std::fmt;

/// Fractional digits.
pub const DIGITS: u32 = 9;
/// Raw units in one.
pub const SCALE: i128 = 1_000_000_000;
const LIMIT: i128 = 10i128.pow(38);

/// A decimal number with nine fractional digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// Not digits with an optional sign and point.
    Malformed,
    /// More than 29 digits before the point.
    TooLarge,
}

impl Decimal {
    /// 0
    pub const ZERO: Decimal = Decimal(0);
    /// 1
    pub const ONE: Decimal = Decimal(SCALE);
    /// 100
    pub const HUNDRED: Decimal = Decimal(100 * SCALE);
    /// The smallest step, 0.000000001.
    pub const STEP: Decimal = Decimal(1);

    /// A whole number.
    #[inline]
    pub const fn int(value: i64) -> Decimal {
        Decimal(value as i128 * SCALE)
    }

    /// From billionths; `None` beyond 38 digits.
    #[inline]
    pub const fn from_raw(raw: i128) -> Option<Decimal> {
        if raw < LIMIT && raw > -LIMIT { Some(Decimal(raw)) } else { None }
    }

    /// In billionths.
    #[inline]
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// True for 0.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// True below 0.
    #[inline]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// True where there are no fractional digits.
    #[inline]
    pub const fn is_integer(self) -> bool {
        self.0 % SCALE == 0
    }

    /// The whole number, if it is one and fits.
    pub fn to_int(self) -> Option<i64> {
        if self.is_integer() { i64::try_from(self.0 / SCALE).ok() } else { None }
    }

    /// The exact sum.
    #[allow(clippy::should_implement_trait)] // fallible, unlike the operator
    pub fn add(self, other: Decimal) -> Option<Decimal> {
        self.0.checked_add(other.0).and_then(Decimal::from_raw)
    }

    /// The exact difference.
    #[allow(clippy::should_implement_trait)]
    pub fn sub(self, other: Decimal) -> Option<Decimal> {
        self.0.checked_sub(other.0).and_then(Decimal::from_raw)
    }

    /// The product, rounded once.
    #[allow(clippy::should_implement_trait)]
    pub fn mul(self, other: Decimal) -> Option<Decimal> {
        if let Some(product) = self.0.checked_mul(other.0) {
            return Decimal::from_raw(round_div(product, SCALE));
        }
        narrow(round_div_wide(I256::from(self.0) * I256::from(other.0), I256::from(SCALE)))
    }

    /// The quotient, rounded once; `None` for a divisor of 0 too.
    #[allow(clippy::should_implement_trait)]
    pub fn div(self, other: Decimal) -> Option<Decimal> {
        if other.0 == 0 {
            return None;
        }
        if let Some(scaled) = self.0.checked_mul(SCALE) {
            return Decimal::from_raw(round_div(scaled, other.0));
        }
        narrow(round_div_wide(I256::from(self.0) * I256::from(SCALE), I256::from(other.0)))
    }

    /// A whole number of billionths divided by a whole number, rounded once; `None` for 0, and beyond 38 digits.
    #[inline]
    pub(crate) fn ratio(billionths: i128, divisor: i128) -> Option<Decimal> {
        if divisor == 0 { None } else { Decimal::from_raw(round_div(billionths, divisor)) }
    }

    /// The same for numbers that fit a machine word.
    #[inline]
    pub(crate) fn small_ratio(billionths: i64, divisor: i64) -> Option<Decimal> {
        if divisor == 0 || divisor == -1 {
            return Decimal::ratio(i128::from(billionths), i128::from(divisor));
        }
        Some(Decimal(round_div_small(billionths, divisor)))
    }

    /// The negative.
    #[allow(clippy::should_implement_trait)]
    pub fn neg(self) -> Decimal {
        Decimal(-self.0)
    }

    /// The magnitude.
    pub fn abs(self) -> Decimal {
        Decimal(self.0.abs())
    }

    /// Rounded to so many fractional digits, half away from zero.
    pub fn round(self, digits: u32) -> Decimal {
        if digits >= DIGITS {
            return self;
        }
        let unit = 10i128.pow(DIGITS - digits);
        Decimal(round_div(self.0, unit).saturating_mul(unit))
    }

    /// The largest whole number at or below.
    pub fn floor(self) -> Decimal {
        Decimal(self.0.div_euclid(SCALE) * SCALE)
    }

    /// The smallest whole number at or above.
    pub fn ceil(self) -> Decimal {
        Decimal(-(-self.0).div_euclid(SCALE) * SCALE)
    }

    /// Reads `-12.5`; digits beyond the ninth are rounded half away from zero. No exponent, no grouping.
    pub fn parse(text: &str) -> Result<Decimal, NumberError> {
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..).unwrap_or("")),
            Some(b'+') => (false, text.get(1..).unwrap_or("")),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let well_formed = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !well_formed(whole) || !well_formed(fraction) {
            return Err(NumberError::Malformed);
        }
        let mut raw: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(DIGITS as usize)) {
            raw = raw
                .checked_mul(10)
                .and_then(|n| n.checked_add(i128::from(byte - b'0')))
                .filter(|n| *n < LIMIT)
                .ok_or(NumberError::TooLarge)?;
        }
        if fraction.as_bytes().get(DIGITS as usize).is_some_and(|b| *b >= b'5') {
            raw += 1;
        }
        Decimal::from_raw(if negative { -raw } else { raw }).ok_or(NumberError::TooLarge)
    }

    /// The decimal nearest to a binary float, for sources that hold nothing else; `None` if not finite or too large.
    pub fn from_f64(value: f64) -> Option<Decimal> {
        // Rust prints the shortest text that reads back as the same float, without an exponent: 0.1 arrives as 0.1.
        if value.is_finite() { Decimal::parse(&format!("{value}")).ok() } else { None }
    }

    /// For charts and measures of similarity only; a score never goes through here.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    /// With exactly so many fractional digits, rounded half away from zero: `70.0`.
    pub fn fixed(self, digits: u32) -> String {
        let digits = digits.min(DIGITS);
        let rounded = self.round(digits).0;
        let sign = if rounded < 0 { "-" } else { "" };
        let magnitude = rounded.unsigned_abs();
        let whole = magnitude / SCALE as u128;
        if digits == 0 {
            return format!("{sign}{whole}");
        }
        let fraction = magnitude % SCALE as u128 / 10u128.pow(DIGITS - digits);
        format!("{sign}{whole}.{fraction:0width$}", width = digits as usize)
    }

    /// A number from 0 to 1 to a whole power, rounded once; `None` for other numbers.
    pub fn fraction_power(self, power: u32) -> Option<Decimal> {
        if self.0 < 0 || self.0 > SCALE {
            return None;
        }
        // At 36 digits, by squaring: what is cut off there never reaches the ninth digit.
        let unit = I256::from(10i128.pow(36));
        let mut base = I256::from(self.0) * I256::from(10i128.pow(27));
        let (mut total, mut left) = (unit, power);
        while left > 0 {
            if left % 2 == 1 {
                total = total * base / unit;
            }
            base = base * base / unit;
            left /= 2;
        }
        narrow(round_div_wide(total, I256::from(10i128.pow(27))))
    }

    /// 0.5 to the power `age / half_life`, both in days, rounded to nine digits; `None` for a half-life below 1.
    ///
    /// Computed in whole numbers (a Taylor series of exp at 36 digits), so every machine gets the same digits.
    pub fn half_life(age: i64, half_life: i64) -> Option<Decimal> {
        if half_life < 1 || age < 0 {
            return None;
        }
        let halvings = age / half_life;
        if halvings > 60 {
            return Some(Decimal::ZERO);
        }
        // exp(-ln 2 * rest / half_life), all in units of 10^-36; ln 2 to 36 digits.
        const UNIT: i128 = 10i128.pow(36);
        const LN_2: i128 = 693_147_180_559_945_309_417_232_121_458_176_568;
        let unit = I256::from(UNIT);
        let x = I256::from(LN_2) * I256::from(age % half_life) / I256::from(half_life);
        let (mut term, mut total, mut n) = (unit, unit, 1i64);
        while term != I256::ZERO {
            term = -(term * x) / unit / I256::from(n);
            total += term;
            n += 1;
        }
        let divisor = I256::from(10i128.pow(27)) << (halvings as u32);
        narrow(round_div_wide(total, divisor))
    }
}

/// Half away from zero. `divisor` is not 0.
#[inline]
fn round_div(value: i128, divisor: i128) -> i128 {
    // Most numbers are small, and a division of 64 bits is one instruction.
    if let (Ok(value), Ok(divisor)) = (i64::try_from(value), i64::try_from(divisor))
        && divisor != -1
    {
        return round_div_small(value, divisor);
    }
    let quotient = value / divisor;
    let rest = value - quotient * divisor;
    if rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs() {
        if (value < 0) == (divisor < 0) { quotient + 1 } else { quotient - 1 }
    } else {
        quotient
    }
}

/// The same; `divisor` is neither 0 nor -1.
#[inline]
fn round_div_small(value: i64, divisor: i64) -> i128 {
    let (quotient, rest) = (value / divisor, value % divisor);
    let up = rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs();
    let away = if (value < 0) == (divisor < 0) { 1 } else { -1 };
    i128::from(quotient) + if up { away } else { 0 }
}

pub(crate) fn round_div_wide(value: I256, divisor: I256) -> I256 {
    let quotient = value / divisor;
    let rest = (value % divisor).unsigned_abs();
    if rest >= divisor.unsigned_abs() - rest {
        if (value < I256::ZERO) == (divisor < I256::ZERO) { quotient + I256::ONE } else { quotient - I256::ONE }
    } else {
        quotient
    }
}

pub(crate) fn narrow(value: I256) -> Option<Decimal> {
    i128::try_from(value).ok().and_then(Decimal::from_raw)
}

/// An exact sum of products: what a weighted mean is made of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Products(I256);

impl Products {
    /// Adds `a * b` without rounding; `None` if even 256 bits do not hold it.
    pub fn add(&mut self, a: Decimal, b: Decimal) -> Option<()> {
        self.0 = self.0.checked_add(I256::from(a.raw()) * I256::from(b.raw()))?;
        Some(())
    }

    /// This sum times a whole number over another sum of products, rounded once; `None` for 0.
    pub fn times_over(self, times: i64, other: &Products) -> Option<Decimal> {
        if other.0 == I256::ZERO {
            return None;
        }
        let scale = I256::from(SCALE) * I256::from(times);
        if let Some(above) = self.0.checked_mul(scale) {
            return narrow(round_div_wide(above, other.0));
        }
        // Too large to be scaled up: both are scaled down first, which leaves some forty digits.
        let down = scale;
        let below = other.0 / down;
        if below == I256::ZERO { None } else { narrow(round_div_wide(self.0, below)) }
    }

    /// The sum itself, rounded once.
    pub fn rounded(self) -> Option<Decimal> {
        narrow(round_div_wide(self.0, I256::from(SCALE)))
    }

    /// The sum divided by `divisor`, rounded once; `None` for 0.
    pub fn divided_by(self, divisor: Decimal) -> Option<Decimal> {
        if divisor.is_zero() {
            return None;
        }
        narrow(round_div_wide(self.0, I256::from(divisor.raw())))
    }
}

/// Splits `total` over `parts` in proportion to `weight * value / divisor`, so that the shares add up to it exactly.
///
/// Every share is first rounded down to a billionth; what is left over goes, a billionth each, to the largest
/// remainders, and of equal remainders to the earlier part. `total` should be the rounded sum of the exact shares;
/// a difference of more than one step per part (it cannot come from rounding) goes to the first part.
pub fn apportion(total: Decimal, parts: &[(Decimal, Decimal)], divisor: Decimal) -> Vec<Decimal> {
    if divisor.is_zero() || parts.is_empty() {
        return vec![Decimal::ZERO; parts.len()];
    }
    let by = I256::from(divisor.raw());
    let mut shares: Vec<i128> = Vec::with_capacity(parts.len());
    let mut remainders: Vec<(I256, usize)> = Vec::with_capacity(parts.len());
    for (i, (weight, value)) in parts.iter().enumerate() {
        let product = I256::from(weight.raw()) * I256::from(value.raw());
        shares.push(i128::try_from(product.div_euclid(by)).unwrap_or(0));
        remainders.push((product.rem_euclid(by), i));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    // On the way the sum may leave the range that it comes back to.
    let mut left = total.raw().wrapping_sub(shares.iter().fold(0, |sum: i128, share| sum.wrapping_add(*share)));
    let step = left.signum();
    for (_, i) in &remainders {
        if left == 0 {
            break;
        }
        if let Some(share) = shares.get_mut(*i) {
            *share += step;
            left -= step;
        }
    }
    if let Some(first) = shares.first_mut() {
        *first += left;
    }
    shares.into_iter().map(Decimal).collect()
}

/// Splits `total` in the proportion of whole numbers of any size, likewise. Of numbers with more than 140 bits only the
/// leading ones decide.
pub(crate) fn apportion_wide(total: Decimal, parts: &[I256]) -> Vec<Decimal> {
    let bits = parts.iter().map(|p| 256 - p.unsigned_abs().leading_zeros()).max().unwrap_or(0);
    let down = bits.saturating_sub(140);
    let mut parts: Vec<I256> = parts.iter().map(|p| *p >> down).collect();
    let mut sum = parts.iter().fold(I256::ZERO, |sum, part| sum + part);
    if sum < I256::ZERO {
        parts.iter_mut().for_each(|part| *part = -*part);
        sum = -sum;
    }
    let mut shares: Vec<i128> = vec![0; parts.len()];
    let mut remainders: Vec<(I256, usize)> = Vec::with_capacity(parts.len());
    if sum != I256::ZERO {
        let whole = I256::from(total.raw());
        for (i, (share, part)) in shares.iter_mut().zip(&parts).enumerate() {
            let product = *part * whole;
            *share = i128::try_from(product.div_euclid(sum)).unwrap_or(0);
            remainders.push((product.rem_euclid(sum), i));
        }
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = total.raw().wrapping_sub(shares.iter().fold(0, |sum: i128, share| sum.wrapping_add(*share)));
    for (_, i) in &remainders {
        if left <= 0 {
            break;
        }
        if let Some(share) = shares.get_mut(*i) {
            *share += 1;
            left -= 1;
        }
    }
    if let Some(first) = shares.first_mut() {
        *first = first.wrapping_add(left);
    }
    shares.into_iter().map(Decimal).collect()
}

/// All digits that matter: `2.5`, `77.142857143`.
impl Decimal {
    /// As text with a comma between thousands: `12,345.5`.
    pub fn grouped(self) -> String {
        let text = self.to_string();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
        let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        let mut out = String::from(sign);
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i) % 3 == 0 {
                out.push(',');
            }
            out.push(digit);
        }
        out + fraction
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.fixed(DIGITS);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Decimal {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        Decimal::parse(text)
    }
}
