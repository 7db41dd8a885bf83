//! The smallest or the largest value of each account at one date, where nobody asks how many there are.

use super::kept::Kept;
use crate::engine::column::slots::Tag;
use std::collections::HashMap;

/// Values by place, of one kind.
#[derive(Debug)]
pub(super) struct Extremes {
    most: bool,
    /// What all values are; of the first.
    tag: Option<Tag>,
    cells: Cells,
    /// By place the values that do not fit one word; their cells are [`NONE`].
    wide: HashMap<u32, i128>,
}

/// Values by place; [`NONE`] where there is none.
#[derive(Debug)]
enum Cells {
    /// As dates are; the lowest number where there is none.
    Half(Vec<i32>),
    Whole(Vec<i64>),
}

/// Stands where there is no value.
const NONE: i64 = i64::MIN;

impl Extremes {
    /// So many places without a value; of each the largest is wanted if `most`, otherwise the smallest.
    pub(super) fn new(most: bool, places: usize) -> Extremes {
        Extremes { most, tag: None, cells: Cells::Half(vec![i32::MIN; places]), wide: HashMap::new() }
    }

    /// One more value. False if it is of another kind than the others; then it is not kept.
    #[inline]
    pub(super) fn put(&mut self, place: u32, value: Kept) -> bool {
        if *self.tag.get_or_insert(value.tag) != value.tag {
            return false;
        }
        if let Cells::Half(cells) = &mut self.cells {
            match i32::try_from(value.bits) {
                Ok(bits) if bits != i32::MIN => put_day(cells, self.most, place, bits),
                _ => {
                    self.widen();
                    self.put_whole(place, value.bits);
                }
            }
            return true;
        }
        self.put_whole(place, value.bits);
        true
    }

    /// By place the days, if all values are dates, for [`put_day`]; and whether the largest is wanted.
    #[inline]
    pub(super) fn days(&mut self) -> Option<(&mut [i32], bool)> {
        match (&mut self.cells, *self.tag.get_or_insert(Tag::Date)) {
            (Cells::Half(cells), Tag::Date) => Some((cells, self.most)),
            _ => None,
        }
    }

    /// Makes room for values that do not fit half a word.
    #[cold]
    fn widen(&mut self) {
        if let Cells::Half(cells) = &self.cells {
            let whole = |bits: &i32| if *bits == i32::MIN { NONE } else { i64::from(*bits) };
            self.cells = Cells::Whole(cells.iter().map(whole).collect());
        }
    }

    #[inline]
    fn put_whole(&mut self, place: u32, bits: i128) {
        match (i64::try_from(bits), &mut self.cells) {
            (Ok(bits), Cells::Whole(cells)) if bits != NONE && self.wide.is_empty() => {
                if let Some(cell) = cells.get_mut(place as usize) {
                    *cell = better(self.most, NONE, *cell, bits);
                }
            }
            _ => self.put_wide(place, bits),
        }
    }

    /// The same where it or another does not fit one word.
    #[cold]
    fn put_wide(&mut self, place: u32, bits: i128) {
        let known = self.get(place as usize).map(|known| known.bits);
        self.widen();
        let Cells::Whole(cells) = &mut self.cells else { return };
        let Some(cell) = cells.get_mut(place as usize) else { return };
        let bits = known.map_or(bits, |known| if self.most { known.max(bits) } else { known.min(bits) });
        self.wide.remove(&place);
        *cell = i64::try_from(bits).unwrap_or(NONE);
        if *cell == NONE {
            self.wide.insert(place, bits);
        }
    }

    /// The value of a place.
    pub(super) fn get(&self, place: usize) -> Option<Kept> {
        let bits = match &self.cells {
            Cells::Half(cells) => {
                cells.get(place).copied().map(|bits| if bits == i32::MIN { NONE } else { bits.into() })
            }
            Cells::Whole(cells) => cells.get(place).copied(),
        };
        let bits = match bits? {
            NONE if self.wide.is_empty() => return None,
            NONE => *self.wide.get(&(place as u32))?,
            bits => i128::from(bits),
        };
        Some(Kept { tag: self.tag?, bits })
    }

    fn len(&self) -> usize {
        match &self.cells {
            Cells::Half(cells) => cells.len(),
            Cells::Whole(cells) => cells.len(),
        }
    }

    /// Takes in what another has.
    ///
    /// # Errors
    ///
    /// The places of the other, if its values are of another kind; then they are not kept.
    pub(super) fn join(&mut self, other: &Extremes) -> Result<(), Vec<u32>> {
        let theirs = || (0u32..).zip(0..other.len()).filter_map(|(i, place)| Some((i, other.get(place)?)));
        match (self.tag, other.tag) {
            (Some(mine), Some(tag)) if mine != tag => Err(theirs().map(|(place, _)| place).collect()),
            _ => {
                theirs().for_each(|(place, value)| {
                    self.put(place, value);
                });
                Ok(())
            }
        }
    }
}

/// One more day at a place.
#[inline]
pub(super) fn put_day(days: &mut [i32], most: bool, place: u32, day: i32) {
    if let Some(cell) = days.get_mut(place as usize) {
        *cell = better(most, i32::MIN, *cell, day);
    }
}

#[inline]
fn better<T: Ord + Copy>(most: bool, none: T, known: T, next: T) -> T {
    // No value is less than any.
    if most || known == none { known.max(next) } else { known.min(next) }
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
    fn values_of_more_than_a_word() {
        let large = i128::from(i64::MAX) + 1;
        let orders = [[3, large, 4, i128::from(i64::MIN)], [large, 4, i128::from(i64::MIN), 3]];
        for (most, expected) in [(true, large), (false, i128::from(i64::MIN))] {
            for order in orders {
                for cut in 0..4 {
                    let (mut mine, mut theirs) = (Extremes::new(most, 2), Extremes::new(most, 2));
                    assert!(order[..cut].iter().all(|bits| mine.put(1, date(*bits))));
                    assert!(order[cut..].iter().all(|bits| theirs.put(1, date(*bits))));
                    mine.join(&theirs).unwrap();
                    assert_eq!((mine.get(1), mine.get(0)), (Some(date(expected)), None), "{order:?} {cut}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_kept_is_told() {
        let (mut mine, mut theirs) = (Extremes::new(true, 3), Extremes::new(true, 3));
        assert!(mine.put(0, date(1)));
        assert!(!mine.put(0, Kept { tag: Tag::Number, bits: 1 }));
        assert!(theirs.put(2, Kept { tag: Tag::Number, bits: 1 }));
        assert_eq!(mine.join(&theirs), Err(vec![2]));
        assert_eq!((mine.get(0), mine.get(2)), (Some(date(1)), None));
    }
}
