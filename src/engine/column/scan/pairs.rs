//! Which values accounts have, each once, where only how many there are is asked for.

use super::order::by_account;
use crate::engine::column::slots::Tag;

/// Accounts and values; by chance in any order.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    list: Vec<Pair>,
    /// How many there were when each was last there once.
    once: usize,
    /// What all values are; of the first.
    tag: Option<Tag>,
}

/// An account and the two halves of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(u32, u32, u32);

impl Pairs {
    /// One more value, which may have been there before. False if it is of another kind than the others; then it is not kept.
    #[inline]
    pub(super) fn see(&mut self, account: u32, tag: Tag, value: i64) -> bool {
        if *self.tag.get_or_insert(tag) != tag {
            return false;
        }
        let value = value.cast_unsigned();
        self.list.push(Pair(account, (value >> 32) as u32, value as u32));
        if self.list.len() > 1 << 16 && self.list.len() / 3 > self.once {
            self.compact();
        }
        true
    }

    /// Takes in what another has.
    ///
    /// # Errors
    ///
    /// The accounts of the other, if its values are of another kind; then they are not kept.
    pub(super) fn join(&mut self, other: Pairs) -> Result<(), Vec<u32>> {
        match (self.tag, other.tag) {
            (Some(mine), Some(theirs)) if mine != theirs => return Err(other.list.iter().map(|pair| pair.0).collect()),
            (None, theirs) => self.tag = theirs,
            _ => {}
        }
        self.list.extend(other.list);
        Ok(())
    }

    fn compact(&mut self) {
        by_account(&mut self.list, |pair| pair.0, |pair| *pair);
        self.list.dedup();
        self.once = self.list.len();
    }

    /// How many different values each of so many accounts has.
    pub(super) fn count(mut self, accounts: usize) -> Vec<u32> {
        self.compact();
        let mut counts = vec![0; accounts];
        for Pair(account, ..) in self.list {
            if let Some(count) = counts.get_mut(account as usize) {
                *count += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_value_of_an_account_counts_once() {
        let (mut mine, mut theirs) = (Pairs::default(), Pairs::default());
        for i in 0..300_000i64 {
            assert!(mine.see((i % 7) as u32, Tag::Text, i % 1001 - 500));
        }
        assert!(mine.list.len() < 100_000, "what is there twice is not held");
        for value in [-1, 0, 10_000, i64::MAX, i64::MIN] {
            assert!(theirs.see(8, Tag::Text, value) && theirs.see(0, Tag::Text, value));
        }
        assert!(!theirs.see(8, Tag::Number, 1));
        mine.join(theirs).unwrap();
        // 7 and 1001 have 7 as their largest common divisor: each account meets 143 of the values. Its own are 0, 7, ... of 1001.
        let shared = [-1, 0].iter().filter(|value| (*value + 500) % 7 == 0).count() as u32;
        assert_eq!(mine.count(10), [143 + 5 - shared, 143, 143, 143, 143, 143, 143, 0, 5, 0]);
    }

    #[test]
    fn accounts_with_values_of_another_kind_are_told() {
        let (mut mine, mut theirs) = (Pairs::default(), Pairs::default());
        assert!(mine.see(1, Tag::Number, 4) && theirs.see(3, Tag::Date, 4));
        assert_eq!(mine.join(theirs), Err(vec![3]));
        assert_eq!(mine.count(4), [0, 1, 0, 0]);
    }
}
