//! The upper tail of the binomial distribution: how likely so many cases are by chance alone.
//!
//! With p = P / 10^9 every term C(n, i) P^i (10^9 - P)^(n - i) is a whole number, and so is their sum; it is divided by 10^(9 n)
//! once, rounded half away from zero. From one term to the next it takes two multiplications and two divisions without
//! a rest by small numbers, so that n terms of n digits cost n^2 steps.

use crate::number::{Decimal, SCALE};

/// The largest n that is computed.
pub const MOST: Decimal = Decimal::int(2_000);

/// The chance of at least `k` of `n` cases, each with chance `p`. `None` unless k and n are whole, n lies in 0 to 2,000 and
/// p in 0 to 1.
pub fn upper_tail(k: Decimal, n: Decimal, p: Decimal) -> Option<Decimal> {
    if n.is_negative() || n > MOST || p.is_negative() || p > Decimal::ONE {
        return None;
    }
    if !k.is_integer() || !n.is_integer() {
        return None;
    }
    if k <= Decimal::ZERO {
        return Some(Decimal::ONE);
    }
    if k > n || p.is_zero() {
        return Some(Decimal::ZERO);
    }
    if p == Decimal::ONE {
        return Some(Decimal::ONE);
    }
    let (first, count) = (u64::try_from(k.to_int()?).ok()?, u64::try_from(n.to_int()?).ok()?);
    let yes = u64::try_from(p.raw()).ok()?;
    let whole = u64::try_from(SCALE).ok()?;
    let no = whole.checked_sub(yes)?;
    // The last term is P^n; each one before it comes from the one behind it.
    let mut term = Natural::one();
    for _ in 0..count {
        term.times(yes);
    }
    let mut sum = Natural::default();
    let mut i = count;
    loop {
        sum.plus(&term);
        if i == first {
            break;
        }
        i -= 1;
        term.times(no);
        term.times(i + 1);
        term.over(yes);
        term.over(count - i);
    }
    // sum / 10^(9 n) at nine digits is sum / 10^(9 (n - 1)), rounded: all but the last division drop their rest, which
    // cannot change which half a number lies in.
    for _ in 0..count.saturating_sub(2) {
        sum.over(whole);
    }
    let rest = if count >= 2 { sum.over(whole) } else { 0 };
    let up = u64::from(rest * 2 >= whole);
    Decimal::from_raw(i128::from(sum.small()?) + i128::from(up))
}

/// A whole number of any size: 32 bits a digit, the lowest first.
#[derive(Debug, Default)]
struct Natural(Vec<u32>);

impl Natural {
    fn one() -> Natural {
        Natural(vec![1])
    }

    /// By a number below 2^32.
    fn times(&mut self, by: u64) {
        let mut carry = 0u64;
        for digit in &mut self.0 {
            let product = u64::from(*digit) * by + carry;
            *digit = low(product);
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    /// By a number from 1 to below 2^32; gives the rest.
    fn over(&mut self, by: u64) -> u64 {
        let mut rest = 0u64;
        for digit in self.0.iter_mut().rev() {
            let with = rest << 32 | u64::from(*digit);
            *digit = low(with / by);
            rest = with % by;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        rest
    }

    fn plus(&mut self, other: &Natural) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut carry = 0u64;
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (digit, other) in self.0.iter_mut().zip(others) {
            let sum = u64::from(*digit) + u64::from(other) + carry;
            *digit = low(sum);
            carry = sum >> 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    /// The number itself, if it is below 2^64.
    fn small(&self) -> Option<u64> {
        match self.0.as_slice() {
            [] => Some(0),
            [a] => Some(u64::from(*a)),
            [a, b] => Some(u64::from(*b) << 32 | u64::from(*a)),
            _ => None,
        }
    }
}

/// The lower 32 bits.
fn low(n: u64) -> u32 {
    u32::try_from(n & u64::from(u32::MAX)).unwrap_or(0)
}
