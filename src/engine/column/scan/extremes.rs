//! The smallest or the largest value of each account at one date, where nobody asks how many there are.

use super::tally::Kept;
use crate::engine::column::slots::Tag;

/// Values by place, of one kind, that fit one word.
#[derive(Debug)]
pub(super) struct Extremes {
    most: bool,
    /// What all values are; of the first.
    tag: Option<Tag>,
    cells: Vec<i64>,
}

/// Stands where there is no value.
const NONE: i64 = i64::MIN;

impl Extremes {
    /// So many places without a value; of each the largest is wanted if `most`, otherwise the smallest.
    pub(super) fn new(most: bool, places: usize) -> Extremes {
        Extremes { most, tag: None, cells: vec![NONE; places] }
    }

    /// One more value. False if it is not kept, because it is of another kind than the others, or too large.
    #[inline]
    pub(super) fn put(&mut self, place: u32, value: Kept) -> bool {
        let Some(bits) = i64::try_from(value.bits).ok().filter(|bits| *bits != NONE) else { return false };
        if *self.tag.get_or_insert(value.tag) != value.tag {
            return false;
        }
        if let Some(cell) = self.cells.get_mut(place as usize) {
            *cell = better(self.most, *cell, bits);
        }
        true
    }

    /// The value of a place.
    pub(super) fn get(&self, place: usize) -> Option<Kept> {
        let bits = self.cells.get(place).copied().filter(|bits| *bits != NONE)?;
        Some(Kept { tag: self.tag?, bits: i128::from(bits) })
    }

    /// Takes in what another has.
    ///
    /// # Errors
    ///
    /// The places of the other, if its values are of another kind; then they are not kept.
    pub(super) fn join(&mut self, other: &Extremes) -> Result<(), Vec<u32>> {
        match (self.tag, other.tag) {
            (Some(mine), Some(theirs)) if mine != theirs => {
                let there = (0u32..).zip(&other.cells).filter(|(_, bits)| **bits != NONE);
                return Err(there.map(|(place, _)| place).collect());
            }
            (None, theirs) => self.tag = theirs,
            _ => {}
        }
        let pairs = self.cells.iter_mut().zip(&other.cells).filter(|(_, theirs)| **theirs != NONE);
        pairs.for_each(|(mine, theirs)| *mine = better(self.most, *mine, *theirs));
        Ok(())
    }
}

#[inline]
fn better(most: bool, known: i64, next: i64) -> i64 {
    // No value is less than any.
    if most || known == NONE { known.max(next) } else { known.min(next) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn date(bits: i128) -> Kept {
        Kept { tag: Tag::Date, bits }
    }

    #[test]
    fn the_best_of_all_is_kept() {
        for (most, first, third) in [(true, 7, 4), (false, -3, 4)] {
            let (mut mine, mut theirs) = (Extremes::new(most, 3), Extremes::new(most, 3));
            assert!(mine.put(0, date(5)) && mine.put(0, date(-3)) && theirs.put(0, date(7)) && theirs.put(0, date(0)));
            assert!(theirs.put(2, date(4)) && theirs.put(u32::MAX, date(9)));
            mine.join(&theirs).unwrap();
            assert_eq!([0, 1, 2, 3].map(|place| mine.get(place)), [Some(date(first)), None, Some(date(third)), None]);
        }
    }

    #[test]
    fn what_cannot_be_kept_is_told() {
        let (mut mine, mut theirs) = (Extremes::new(true, 3), Extremes::new(true, 3));
        assert!(mine.put(0, date(1)));
        assert!(!mine.put(0, Kept { tag: Tag::Number, bits: 1 }));
        for bits in [i128::from(i64::MIN), i128::from(i64::MAX) + 1] {
            assert!(!mine.put(0, date(bits)));
        }
        assert!(theirs.put(2, Kept { tag: Tag::Number, bits: 1 }));
        assert_eq!(mine.join(&theirs), Err(vec![2]));
        assert_eq!((mine.get(0), mine.get(2)), (Some(date(1)), None));
    }
}
