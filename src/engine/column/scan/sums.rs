//! Sums by account at one date, each with the count of its rows beside it: a row that counts touches one place in memory.

use super::kept::Wide;
use super::tally::beyond;
use std::collections::HashMap;

/// Sums and counts by place.
#[derive(Debug)]
pub(super) struct Sums {
    totals: Vec<Total>,
    /// What does not fit the sums.
    wide: HashMap<u32, Wide>,
}

/// A sum in two halves, so that totals stand closely.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    low: u32,
    high: u32,
    count: u32,
}

impl Total {
    #[inline]
    fn sum(self) -> i64 {
        (u64::from(self.high) << 32 | u64::from(self.low)).cast_signed()
    }

    #[inline]
    fn set(&mut self, sum: i64) {
        let sum = sum.cast_unsigned();
        (self.low, self.high) = (sum as u32, (sum >> 32) as u32);
    }
}

impl Sums {
    /// So many sums of nothing.
    pub(super) fn new(places: usize) -> Sums {
        Sums { totals: vec![Total::default(); places], wide: HashMap::new() }
    }

    /// One more row with a value.
    #[inline]
    pub(super) fn add(&mut self, place: u32, value: i128) {
        let Some(total) = self.totals.get_mut(place as usize) else { return };
        total.count = total.count.wrapping_add(1);
        match i64::try_from(value).ok().and_then(|value| total.sum().checked_add(value)) {
            Some(sum) => total.set(sum),
            None => beyond(&mut self.wide, place, value),
        }
    }

    /// How many rows there are, their sum, and what of it does not fit there.
    #[inline]
    pub(super) fn get(&self, place: usize) -> (u32, i64, Option<Wide>) {
        let total = self.totals.get(place).copied().unwrap_or_default();
        let wide = match self.wide.is_empty() {
            true => None,
            false => self.wide.get(&(place as u32)).copied(),
        };
        (total.count, total.sum(), wide)
    }

    /// Adds what another has.
    pub(super) fn join(&mut self, other: Sums) {
        for ((place, mine), theirs) in (0u32..).zip(&mut self.totals).zip(&other.totals) {
            mine.count = mine.count.wrapping_add(theirs.count);
            match mine.sum().checked_add(theirs.sum()) {
                Some(sum) => mine.set(sum),
                None => beyond(&mut self.wide, place, i128::from(theirs.sum())),
            }
        }
        for (place, more) in other.wide {
            self.wide.entry(place).or_default().join(more);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn sums_are_exact_however_large() {
        let values = [5, -7, i128::from(i64::MAX), i128::from(i64::MAX), i128::from(i64::MIN), 1 << 100, -(1 << 99), 3];
        for cut in 0..=values.len() {
            let (mut mine, mut theirs) = (Sums::new(3), Sums::new(3));
            values[..cut].iter().for_each(|value| mine.add(1, *value));
            values[cut..].iter().for_each(|value| theirs.add(1, *value));
            theirs.add(2, -1);
            theirs.add(u32::MAX, 9);
            mine.join(theirs);
            let (count, sum, wide) = mine.get(1);
            assert_eq!((count, i128::from(sum) + wide.unwrap().sum), (8, values.iter().sum()), "{cut}");
            assert!(wide.unwrap().magnitude >= 1 << 100);
            assert_eq!((mine.get(0).0, mine.get(2).0, mine.get(2).1, mine.get(3).0), (0, 1, -1, 0));
        }
    }
}
