//! Keys that are numbers behind one beginning, such as `A0000123`: the number says where the row stands, so that no key is
//! held or compared to look for another.

use super::by_key::FREE;
use super::stream::{eight_digits, words};
use std::sync::Arc;

/// Where rows are looked for whose keys begin alike, are equally long, and end in digits.
#[derive(Debug, Clone)]
pub(super) struct Numbered {
    /// What all keys have in common, and which bits of a key that is.
    common: u128,
    mask: u128,
    /// Where the digits begin, and how far they are moved to stand last of eight; in bits.
    from: u32,
    to: u32,
    /// What stands before them there.
    zeros: u64,
    /// The smallest number.
    first: u32,
    /// By number from that on the row. Nothing, if rows are in the order of their numbers and none is left out.
    rows: Vec<u32>,
    /// How many keys there are, each counted once.
    pub(super) count: usize,
}

/// Stands where a key has no place.
const NOWHERE: usize = usize::MAX;
const ZEROS: u64 = 0x3030_3030_3030_3030;
/// A table may have so many places for each key: it takes less than the keys themselves would.
const SPARSE: usize = 4;

impl Numbered {
    /// For the keys of all rows, if they are such; of two rows with one key the first counts, unless `later` says that the
    /// second is later.
    pub(super) fn new(keys: &[Arc<str>], later: impl Fn(u32, u32) -> bool) -> Option<Numbered> {
        let first = keys.first()?.as_bytes();
        // Keys that are not short have no place in two words.
        let known = words(first)?;
        let digits = first.iter().rev().take(8).take_while(|byte| byte.is_ascii_digit()).count();
        let (size, begin) = (digits as u32 * 8, (first.len() - digits) as u32 * 8);
        let of_digits = u128::from(u64::MAX.checked_shr(64 - size)?) << begin;
        let mut numbered = Numbered {
            common: joined(known) & !of_digits,
            mask: !of_digits,
            from: begin,
            to: 64 - size,
            zeros: ZEROS & !u64::MAX.checked_shl(64 - size).unwrap_or(0),
            first: 0,
            rows: Vec::new(),
            count: 0,
        };
        let number = |key: &Arc<str>| numbered.number(words(key.as_bytes())?);
        let numbers: Vec<u32> = keys.iter().map(number).collect::<Option<_>>()?;
        let (least, most) = (numbers.iter().min().copied()?, numbers.iter().max().copied()?);
        let room = (most - least) as usize + 1;
        if room > keys.len().checked_mul(SPARSE)? {
            return None;
        }
        numbered.first = least;
        if (least..).zip(&numbers).all(|(expected, number)| expected == *number) {
            numbered.count = numbers.len();
            return Some(numbered);
        }
        let mut rows = vec![FREE; room];
        for (row, number) in (0u32..).zip(&numbers) {
            let place = rows.get_mut((number - least) as usize)?;
            if *place == FREE {
                numbered.count += 1;
                *place = row;
            } else if later(row, *place) {
                *place = row;
            }
        }
        numbered.rows = rows;
        Some(numbered)
    }

    /// The number of a key that is such as all are.
    #[inline]
    fn number(&self, key: [u64; 2]) -> Option<u32> {
        let key = joined(key);
        let digits = ((key >> self.from) as u64) << self.to | self.zeros;
        eight_digits(digits).filter(|_| key & self.mask == self.common).map(|number| number as u32)
    }

    /// The place of a key.
    #[inline]
    pub(super) fn place(&self, key: [u64; 2]) -> usize {
        self.number(key).and_then(|number| number.checked_sub(self.first)).map_or(NOWHERE, |place| place as usize)
    }

    /// The row at a place, [`FREE`] if there is none.
    #[inline]
    pub(super) fn row(&self, place: usize) -> u32 {
        match self.rows.is_empty() {
            true if place < self.count => place as u32,
            true => FREE,
            false => self.rows.get(place).copied().unwrap_or(FREE),
        }
    }
}

#[inline]
fn joined([low, high]: [u64; 2]) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn of(keys: &[&str]) -> Option<Numbered> {
        Numbered::new(&keys.iter().map(|key| Arc::from(*key)).collect::<Vec<_>>(), |_, _| false)
    }

    fn find(numbered: &Numbered, key: &str) -> u32 {
        words(key.as_bytes()).map_or(FREE, |words| numbered.row(numbered.place(words)))
    }

    #[test]
    fn every_number_leads_to_its_row_and_nothing_else_does() {
        let orders: [fn(u32) -> u32; 3] = [|i| i, |i| 999 - i, |i| i * 3 % 1000 * 2];
        for beginning in ["", "A", "acct-", "é", "1234567", "0012"] {
            for order in orders {
                let key = |i: u32| format!("{beginning}{:05}", order(i) + 7);
                let keys: Vec<Arc<str>> = (0..1000).map(|i| Arc::from(key(i))).collect();
                let numbered = Numbered::new(&keys, |_, _| false).unwrap();
                assert_eq!(numbered.count, 1000);
                for i in 0..1000 {
                    assert_eq!(find(&numbered, &key(i)), i, "{}", key(i));
                }
                // All other keys that differ from one of them in a byte.
                let known: std::collections::HashSet<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
                let some = key(500).into_bytes();
                for at in 0..some.len() {
                    for byte in 0..=255u8 {
                        let mut other = some.clone();
                        other[at] = byte;
                        let found = numbered.row(numbered.place(words(&other).unwrap()));
                        assert_eq!(found != FREE, known.contains(other.as_slice()), "{other:?}");
                    }
                }
                for other in [format!("{beginning}0{:05}", 9), format!("{beginning}{:04}", 9), String::new()] {
                    assert_eq!(find(&numbered, &other), FREE, "{other}");
                }
            }
        }
    }

    #[test]
    fn keys_that_are_not_numbers_of_one_kind() {
        for keys in [
            &["A1", "B2"][..],
            &["A1", "A10"],
            &["A", "B"],
            &[],
            &["A1", "A:"],
            &["A1", "A/"],
            &["A000000001", "A999999999"],
            &["A00000001", "A99999999"],
            &["a-long-key-of-16", "a-long-key-of-17"],
            &["00e7ee1b050b8499577073aeb2a297a1", "00e7ee1b050b8499577073aeb2a297a2"],
        ] {
            assert!(of(keys).is_none(), "{keys:?}");
        }
        let eleven = of(&["00000000001", "00000000003", "00000000002"]).unwrap();
        assert_eq!(
            ["00000000002", "00000000003", "00000000004", "00100000002"].map(|key| find(&eleven, key)),
            [2, 1, FREE, FREE]
        );
    }

    #[test]
    fn of_rows_with_one_number_the_later_counts() {
        let keys: Vec<Arc<str>> = ["x2", "x1", "x2", "x2"].map(Arc::from).to_vec();
        let numbered = Numbered::new(&keys, |row, known| (row, known) == (2, 0)).unwrap();
        assert_eq!(
            (numbered.count, find(&numbered, "x2"), find(&numbered, "x1"), find(&numbered, "x3")),
            (2, 2, 1, FREE)
        );
    }
}
