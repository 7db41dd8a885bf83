//! Items that have seen their operands before.
//!
//! Most of what accounts have is small: so many rows, a band, a segment. What whoever reads a register can tell of its cell is
//! the *class* of the cell: of a number that is only compared with constants, between which of them it lies; of all else, which
//! of the cells it is that the register had so far. What an item came to for the classes of its operands is kept, and is there
//! when the same classes come again, at another date or for another account.

use super::op::Reg;
use crate::engine::column::{Cell, Tag};
use crate::number::SCALE;
use hashbrown::HashMap;

/// What readers can tell of a cell; nothing is known of it where it is [`UNKNOWN`].
pub(super) type Class = u16;

/// The class of cells that are not told apart: every one is another one.
pub(super) const UNKNOWN: Class = 0;

/// So many different cells of a register are told apart, and so many constants that they are compared with.
pub(super) const MOST_CELLS: usize = 1 << 12;

/// So many operands fit into a key.
pub(super) const MOST_OPERANDS: usize = (Key::BITS / Class::BITS) as usize;

/// So many results of an item are kept.
pub(super) const MOST_RESULTS: usize = 3;

/// How the cells of a register are told apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sort {
    /// Values are not: nobody reads them who remembers.
    Apart,
    /// Numbers by these constants, which rise; all else cell by cell.
    Compared(Vec<i64>),
    /// Cell by cell.
    Cells,
}

impl Sort {
    /// Numbers by these constants; none, if one of them is too large.
    pub(super) fn compared(cuts: &[i128]) -> Option<Sort> {
        if cuts.len() > MOST_CELLS {
            return None;
        }
        let small = |cut: &i128| i64::try_from(*cut).ok().filter(|cut| *cut != i64::MIN && *cut != i64::MAX);
        cuts.iter().map(small).collect::<Option<_>>().map(Sort::Compared)
    }
}

/// By register: the cells that have a class of their own, and which.
#[derive(Debug)]
pub(super) struct Classes {
    known: Vec<HashMap<Cell, Class>>,
}

/// The classes of the operands of an item, as one number: [`MOST_OPERANDS`] at the most.
pub(super) type Key = u128;

/// That of no operands.
pub(super) const NO_OPERANDS: Key = 0;

/// With one operand more; nothing, if its class is unknown.
#[inline]
pub(super) fn with(key: Option<Key>, class: Class) -> Option<Key> {
    match key {
        Some(key) if class != UNKNOWN => Some(key << Class::BITS | Key::from(class)),
        _ => None,
    }
}

/// The class that a cell has for one reader alone, as one of those that it can tell apart. No register has such a class.
#[inline]
pub(super) fn own(place: usize) -> Class {
    OWN | place as Class
}

/// More than any class of a register.
const OWN: Class = 1 << (Class::BITS - 1);

/// Where a number lies among constants that rise.
#[inline]
fn passed(cuts: &[i64], cell: Cell) -> Class {
    // No constant is as large as the ends.
    let number = cell.bits.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    cuts.iter().map(|cut| Class::from(*cut < number) + Class::from(*cut <= number)).sum()
}

/// Where the classes of counts begin, and how many there are: nobody has to look them up.
const COUNTS: usize = Tag::Boolean as usize + 2;
const MOST_COUNTS: usize = 128;

/// A small whole number.
#[inline]
fn count(cell: Cell) -> Option<usize> {
    let bits = usize::try_from(cell.bits).ok().filter(|bits| cell.tag == Tag::Number && *bits < MOST_COUNTS * WHOLE)?;
    (bits % WHOLE == 0).then_some(bits / WHOLE)
}

/// One.
const WHOLE: usize = SCALE as usize;

impl Classes {
    /// Of so many registers, of all of which nothing is known yet.
    pub(super) fn new(registers: usize) -> Classes {
        Classes { known: vec![HashMap::new(); registers] }
    }

    /// The class of a cell in a register.
    #[inline]
    pub(super) fn find(&mut self, reg: Reg, sort: &Sort, cell: Cell) -> Class {
        let first = match sort {
            Sort::Compared(cuts) if cell.tag == Tag::Number => return 1 + passed(cuts, cell),
            Sort::Compared(cuts) => cuts.len() * 2 + 2,
            Sort::Cells | Sort::Apart => 1,
        };
        // What is missing comes first, then truth, counts, and all else.
        let place = match cell.tag {
            Tag::Boolean => Tag::Boolean as usize + usize::from(cell.bits != 0),
            tag if tag.is_missing() => tag as usize,
            _ if *sort == Sort::Apart => return UNKNOWN,
            _ => match count(cell) {
                Some(count) => COUNTS + count,
                None => return self.find_other(reg, first + COUNTS + MOST_COUNTS, cell),
            },
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
}

/// What an item came to for some of the keys of its operands: one for each place, the last one that came there.
#[derive(Debug, Default)]
pub(super) struct Memo {
    entries: Vec<Entry>,
    /// How much was gained: to find an item is worth more than to look for it costs.
    gain: i32,
    /// How many were not found since there were more places.
    lost: usize,
}

/// A line of the cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct Entry {
    /// That of no operands, if there is nothing.
    key: Key,
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

/// So many places a memo has at first, and at the most.
const PLACES: usize = 1 << 6;
const MOST_PLACES: usize = 1 << 13;

/// So many places all memos of a thread have together, at the most: 4 MB.
pub(super) const ALL_PLACES: usize = 1 << 16;

/// So many times what it costs to look for an item is what it is worth to find it.
const WORTH: i32 = 4;

/// When so much was lost a memo is not asked any more.
const LOST: i32 = -4096;

impl Memo {
    #[inline]
    fn place(&self, key: Key) -> usize {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // Their number is a power of two.
        (mixed >> (u64::BITS - MOST_PLACES.trailing_zeros())) as usize & self.entries.len().wrapping_sub(1)
    }

    /// False if it turned out that the same operands seldom come again.
    #[inline]
    pub(super) fn is_worth(&self) -> bool {
        self.gain > LOST
    }

    /// What the item came to, result by result.
    #[inline]
    pub(super) fn get(&mut self, key: Key) -> Option<&[Kept; MOST_RESULTS]> {
        let entry = self.entries.get(self.place(key)).filter(|entry| entry.key == key)?;
        self.gain = self.gain.saturating_add(WORTH);
        Some(&entry.results)
    }

    /// Keeps what it came to, if no number is too large. `room` is how many places there are that no memo has.
    pub(super) fn keep(&mut self, key: Key, results: impl Iterator<Item = (Cell, Class)>, room: &mut usize) {
        self.gain = self.gain.saturating_sub(1);
        if !self.is_worth() {
            *room += std::mem::take(&mut self.entries).len();
            return;
        }
        let mut entry = Entry { key, ..Entry::default() };
        for (kept, (cell, class)) in entry.results.iter_mut().zip(results) {
            let Ok(bits) = i64::try_from(cell.bits) else { return };
            *kept = Kept { bits, tag: cell.tag, class };
        }
        self.lost += 1;
        if self.lost > self.entries.len() * 2 && self.entries.len() < MOST_PLACES {
            self.grow(room);
        }
        self.put(entry);
    }

    fn put(&mut self, entry: Entry) {
        let place = self.place(entry.key);
        if let Some(of) = self.entries.get_mut(place) {
            *of = entry;
        }
    }

    #[cold]
    fn grow(&mut self, room: &mut usize) {
        self.lost = 0;
        let places = (self.entries.len() * 2).max(PLACES);
        let Some(left) = room.checked_sub(places - self.entries.len()) else { return };
        *room = left;
        let known = std::mem::replace(&mut self.entries, vec![Entry::default(); places]);
        known.into_iter().filter(|entry| entry.key != NO_OPERANDS).for_each(|entry| self.put(entry));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::{ALL_PLACES, Classes, MOST_CELLS, Memo, NO_OPERANDS, Sort, UNKNOWN, with};
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
        // Whole numbers have classes of their own.
        for bits in 1..=MOST_CELLS as i128 {
            assert_ne!(classes.find(0, &Sort::Cells, number(bits)), UNKNOWN);
        }
        let unknown = classes.find(0, &Sort::Cells, number(-1));
        assert_eq!(unknown, UNKNOWN);
        let known = with(Some(NO_OPERANDS), 7);
        assert_eq!(with(known, 3), Some(7 << 16 | 3));
        assert_eq!(with(with(known, unknown), 3), None);
    }

    #[test]
    fn an_item_is_found_by_its_operands_until_another_takes_its_place() {
        let results =
            |memo: &mut Memo, key| memo.get(key).map(|all| all.map(|kept| (kept.cell(), kept.class))[..2].to_vec());
        let (mut memo, mut room) = (Memo::default(), ALL_PLACES);
        assert_eq!(results(&mut memo, 7), None);
        let kept = [(number(-3), 4), (Cell { tag: Tag::TooFew, bits: 0 }, 5)];
        memo.keep(7, kept.into_iter(), &mut room);
        assert_eq!(results(&mut memo, 7), Some(kept.to_vec()));
        let other = (8..).find(|key| memo.place(*key) == memo.place(7)).unwrap();
        assert_eq!(results(&mut memo, other), None);
        memo.keep(other, [(number(i128::MAX), 6)].into_iter(), &mut room);
        assert_eq!(results(&mut memo, 7), Some(kept.to_vec()), "too large to be kept");
        memo.keep(other, [(number(1), 6)].into_iter(), &mut room);
        assert_eq!(results(&mut memo, 7), None);
    }

    #[test]
    fn a_memo_grows_while_there_is_room_and_is_left_alone_if_nothing_is_found() {
        let pair = |word: u64| u128::from(word) << 64 | u128::from(word);
        let keep = |memo: &mut Memo, word: u64, room: &mut usize| {
            memo.keep(pair(word), [(number(word.into()), 1)].into_iter(), room);
        };
        let mut found = Vec::new();
        for room in [ALL_PLACES, 300, 0] {
            let (mut memo, mut left) = (Memo::default(), room);
            for _ in 0..10 {
                for word in 1..=1500 {
                    if memo.get(pair(word)).is_none() && memo.is_worth() {
                        keep(&mut memo, word, &mut left);
                    }
                }
            }
            assert_eq!(memo.entries.len() + left, room);
            found.push((1..=1500).filter(|word| memo.get(pair(*word)).is_some()).count());
        }
        assert!(found[0] > 1000 && found[1] < 300 && found[2] == 0, "{found:?}");
        let (mut memo, mut room) = (Memo::default(), ALL_PLACES);
        (1..10_000).for_each(|word| keep(&mut memo, word, &mut room));
        assert!(!memo.is_worth());
        assert_eq!(room, ALL_PLACES);
    }
}
