//! Items that have seen their operands before.
//!
//! Most of what accounts have is small: so many rows, a band, a segment. What whoever reads a register can tell of its cell is
//! the *class* of the cell: of a number that is only compared with constants, between which of them it lies; of all else, which
//! of the cells it is that the register had so far. What an item came to for the classes of its operands is kept, and is there
//! when the same classes come again, at another date or for another account.

use super::op::Reg;
use crate::engine::column::{Cell, Tag};
use hashbrown::HashMap;

/// What readers can tell of a cell; nothing is known of it where it is [`UNKNOWN`].
pub(super) type Class = u16;

/// The class of cells that are not told apart: every one is another one.
const UNKNOWN: Class = 0;

/// So many different cells of a register are told apart.
const MOST_CELLS: usize = 1 << 12;

/// So many operands fit into a key.
pub(super) const MOST_OPERANDS: usize = (u128::BITS / Class::BITS) as usize;

/// So many results of an item are kept.
pub(super) const MOST_RESULTS: usize = 3;

/// How the cells of a register are told apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sort {
    /// They are not: nobody reads it who remembers.
    Apart,
    /// Numbers by these constants, which rise; all else cell by cell.
    Compared(Vec<i64>),
    /// Cell by cell.
    Cells,
}

impl Sort {
    /// Numbers by these constants; none, if one of them is too large.
    pub(super) fn compared(cuts: &[i128]) -> Option<Sort> {
        let small = |cut: &i128| i64::try_from(*cut).ok().filter(|cut| *cut != i64::MIN && *cut != i64::MAX);
        cuts.iter().map(small).collect::<Option<_>>().map(Sort::Compared)
    }
}

/// The classes of all registers.
#[derive(Debug)]
pub(super) struct Classes {
    of: Vec<Class>,
    /// By register: the cells that have a class of their own, and which.
    known: Vec<HashMap<Cell, Class>>,
}

impl Classes {
    /// Of so many registers, of all of which nothing is known yet.
    pub(super) fn new(registers: usize) -> Classes {
        Classes { of: vec![UNKNOWN; registers], known: vec![HashMap::new(); registers] }
    }

    /// The class of a cell in a register.
    #[inline]
    pub(super) fn find(&mut self, reg: Reg, sort: &Sort, cell: Cell) -> Class {
        let first = match sort {
            Sort::Apart => return UNKNOWN,
            Sort::Compared(cuts) if cell.tag == Tag::Number => {
                // No constant is as large as the ends.
                let number = cell.bits.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
                let passed = |cut: &i64| Class::from(*cut < number) + Class::from(*cut <= number);
                return 1 + cuts.iter().map(passed).sum::<Class>();
            }
            Sort::Compared(cuts) => cuts.len() * 2 + 2,
            Sort::Cells => 1,
        };
        let place = match cell.tag {
            Tag::Boolean => Tag::Boolean as usize + usize::from(cell.bits != 0),
            tag if tag.is_missing() => tag as usize,
            _ => return self.find_other(reg, first + Tag::Boolean as usize + 2, cell),
        };
        Class::try_from(first + place).unwrap_or(UNKNOWN)
    }

    /// The class of a cell that is looked up; those of such cells begin with `first`.
    fn find_other(&mut self, reg: Reg, first: usize, cell: Cell) -> Class {
        let Some(known) = self.known.get_mut(reg as usize) else { return UNKNOWN };
        if let Some(class) = known.get(&cell) {
            return *class;
        }
        match Class::try_from(first + known.len()) {
            Ok(class) if known.len() < MOST_CELLS => {
                known.insert(cell, class);
                class
            }
            _ => UNKNOWN,
        }
    }

    /// The class that a register has.
    #[inline]
    pub(super) fn at(&self, reg: Reg) -> Class {
        self.of.get(reg as usize).copied().unwrap_or(UNKNOWN)
    }

    /// Gives a register another cell of this class. True if its readers can tell it from the one before.
    #[inline]
    pub(super) fn put(&mut self, reg: Reg, class: Class) -> bool {
        let Some(of) = self.of.get_mut(reg as usize) else { return true };
        let other = class == UNKNOWN || *of != class;
        *of = class;
        other
    }

    /// The classes of some registers as one number; nothing, if one of them is unknown.
    #[inline]
    pub(super) fn key(&self, operands: &[Reg]) -> Option<u128> {
        let mut key = 0;
        for reg in operands {
            let class = self.at(*reg);
            if class == UNKNOWN {
                return None;
            }
            key = key << Class::BITS | u128::from(class);
        }
        Some(key)
    }
}

/// What an item came to for some of the keys of its operands: one for each place, the last one that came there.
#[derive(Debug, Default)]
pub(super) struct Memo {
    entries: Vec<Entry>,
    /// How many more items were found than were not.
    gain: i32,
}

/// A line of the cache.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// 0 if there is nothing.
    key: u128,
    results: [Kept; MOST_RESULTS],
}

/// A cell of which the number is not too large, and its class.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kept {
    bits: i64,
    tag: Tag,
    pub(super) class: Class,
}

impl Kept {
    #[inline]
    pub(super) fn cell(self) -> Cell {
        Cell { tag: self.tag, bits: i128::from(self.bits) }
    }
}

/// A memo has so many places, as a power of two.
const PLACES: u32 = 9;

/// When so few were found a memo is not asked any more.
const LOST: i32 = -4096;

impl Memo {
    #[inline]
    fn place(key: u128) -> usize {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - PLACES)) as usize
    }

    /// False if it turned out that the same operands seldom come again.
    #[inline]
    pub(super) fn is_worth(&self) -> bool {
        self.gain > LOST
    }

    /// What the item came to, result by result.
    #[inline]
    pub(super) fn get(&mut self, key: u128) -> Option<[Kept; MOST_RESULTS]> {
        let entry = self.entries.get(Memo::place(key)).filter(|entry| entry.key == key)?;
        self.gain = self.gain.saturating_add(1);
        Some(entry.results)
    }

    /// Keeps what it came to, if no number is too large.
    pub(super) fn keep(&mut self, key: u128, results: impl Iterator<Item = (Cell, Class)>) {
        self.gain = self.gain.saturating_sub(1);
        let mut entry = Entry { key, ..Entry::default() };
        for (kept, (cell, class)) in entry.results.iter_mut().zip(results) {
            let Ok(bits) = i64::try_from(cell.bits) else { return };
            *kept = Kept { bits, tag: cell.tag, class };
        }
        if self.entries.is_empty() {
            self.entries = vec![Entry::default(); 1 << PLACES];
        }
        if let Some(of) = self.entries.get_mut(Memo::place(key)) {
            *of = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::{Classes, MOST_CELLS, Memo, Sort, UNKNOWN};
    use crate::engine::column::{Cell, Tag};

    fn number(bits: i128) -> Cell {
        Cell { tag: Tag::Number, bits }
    }

    #[test]
    fn numbers_are_told_apart_by_what_they_are_compared_with() {
        let sort = Sort::compared(&[-5, 10]).unwrap();
        let mut classes = Classes::new(1);
        let found: Vec<u16> = [i128::MIN, -6, -5, -4, 9, 10, 11, i128::MAX]
            .into_iter()
            .map(|bits| classes.find(0, &sort, number(bits)))
            .collect();
        assert_eq!(found, [1, 1, 2, 3, 3, 4, 5, 5]);
        assert!(Sort::compared(&[i128::from(i64::MAX)]).is_none(), "no constant is as large as that");
    }

    #[test]
    fn what_is_missing_and_what_is_true_never_looks_like_a_number() {
        for sort in [Sort::compared(&[0]).unwrap(), Sort::Cells] {
            let mut classes = Classes::new(1);
            let truths = [false, true].map(|truth| Cell { tag: Tag::Boolean, bits: i128::from(truth) });
            let missing = Tag::MISSING.map(|tag| Cell { tag, bits: 0 });
            let others = [number(-1), number(0), number(1), Cell { tag: Tag::Date, bits: 0 }];
            let all: Vec<Cell> = truths.into_iter().chain(missing).chain(others).collect();
            let mut found: Vec<u16> = all.iter().map(|cell| classes.find(0, &sort, *cell)).collect();
            let again: Vec<u16> = all.iter().map(|cell| classes.find(0, &sort, *cell)).collect();
            assert_eq!(found, again);
            found.sort_unstable();
            found.dedup();
            assert_eq!(found.len(), all.len());
            assert!(!found.contains(&UNKNOWN));
        }
    }

    #[test]
    fn of_too_many_cells_nothing_is_known() {
        let mut classes = Classes::new(1);
        for bits in 0..MOST_CELLS as i128 {
            assert_ne!(classes.find(0, &Sort::Cells, number(bits)), UNKNOWN);
        }
        let unknown = classes.find(0, &Sort::Cells, number(-1));
        assert_eq!(unknown, UNKNOWN);
        assert!(classes.put(0, unknown) && classes.put(0, unknown), "each may be another one");
        assert_eq!(classes.key(&[0]), None);
    }

    #[test]
    fn an_item_is_found_by_its_operands_until_another_takes_its_place() {
        let results =
            |memo: &mut Memo, key| memo.get(key).map(|all| all.map(|kept| (kept.cell(), kept.class))[..2].to_vec());
        let mut memo = Memo::default();
        assert_eq!(results(&mut memo, 7), None);
        let kept = [(number(-3), 4), (Cell { tag: Tag::TooFew, bits: 0 }, 5)];
        memo.keep(7, kept.into_iter());
        assert_eq!(results(&mut memo, 7), Some(kept.to_vec()));
        let other = (8..).find(|key| Memo::place(*key) == Memo::place(7)).unwrap();
        assert_eq!(results(&mut memo, other), None);
        memo.keep(other, [(number(i128::MAX), 6)].into_iter());
        assert_eq!(results(&mut memo, 7), Some(kept.to_vec()), "too large to be kept");
        memo.keep(other, [(number(1), 6)].into_iter());
        assert_eq!(results(&mut memo, 7), None);
        assert!(memo.is_worth());
        (0..10_000).for_each(|key| memo.keep(key << 70 | 1, [].into_iter()));
        assert!(!memo.is_worth(), "never found again");
    }
}
