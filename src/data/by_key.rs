//! The rows of a table by their keys: each key is held once, and looked for without another copy of it. Short keys, which
//! most are, are compared as two words and stand where they are looked for; keys that are numbers are not even held there.

use super::numbered::Numbered;
use super::stream::{SHORT, words};
use crate::threads;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows by key; where a key has several rows, the one that counts now.
#[derive(Debug, Clone, Default)]
pub struct ByKey {
    /// The key of every row, those too that do not count.
    keys: Vec<Arc<str>>,
    index: Index,
}

/// Where rows are looked for by their keys, which are held elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Keys of at most [`SHORT`] bytes, in open addressing. A search that does not end in its region goes on where that
    /// begins: so each region can be filled on its own.
    slots: Vec<Slot>,
    /// How many slots a region has, a power of two.
    region: usize,
    seed: u64,
    /// In place of all that, for keys that are numbers of one kind.
    numbered: Option<Numbered>,
    /// Longer keys.
    long: HashTable<u32>,
    hashes: DefaultHashBuilder,
    /// How many keys there are, each counted once.
    count: usize,
}

/// A short key with its row; its words are halved, so that slots stand closely.
#[derive(Debug, Clone, Copy)]
struct Slot {
    key: [u32; 4],
    row: u32,
}

/// Stands where there is no row.
pub(super) const FREE: u32 = u32::MAX;
/// So many slots stay in the cache while they are filled.
const REGION: usize = 1 << 15;
/// With fewer keys one core is as fast.
const MANY: usize = 1 << 16;

impl ByKey {
    /// The rows of a table, given the key of each; of two rows with one key the first counts, unless `later` says that the
    /// second is later than it.
    pub fn new(keys: Vec<Arc<str>>, later: impl Fn(u32, u32) -> bool + Sync) -> ByKey {
        let index = Index::new(&keys, later);
        ByKey { keys, index }
    }

    /// The same of what is known already.
    pub(super) fn of(keys: Vec<Arc<str>>, index: Index) -> ByKey {
        ByKey { keys, index }
    }

    /// The row of a key.
    pub fn get(&self, key: &str) -> Option<u32> {
        self.find(key.as_bytes())
    }

    /// The row of a key that may not be text.
    #[inline]
    pub(super) fn find(&self, key: &[u8]) -> Option<u32> {
        let index = &self.index;
        match words(key) {
            Some(words) => index.short(words, index.place(words)),
            None => {
                let is = |row: &u32| self.keys.get(*row as usize).is_some_and(|known| known.as_bytes() == key);
                index.long.find(index.hashes.hash_one(key), is).copied()
            }
        }
    }

    /// Where the search for a short key begins.
    #[inline]
    pub(super) fn place(&self, words: [u64; 2]) -> usize {
        self.index.place(words)
    }

    /// The row of a short key, the search for which begins here.
    #[inline]
    pub(super) fn short(&self, words: [u64; 2], place: usize) -> Option<u32> {
        self.index.short(words, place)
    }

    /// The row at the place where the search for a short key begins, the highest number if there is none, and whether that
    /// is the answer. It knows no branch, so that many places are looked at before the first of them is there.
    #[inline]
    pub(super) fn look(&self, words: [u64; 2], place: usize) -> (u32, bool) {
        if let Some(numbered) = &self.index.numbered {
            return (numbered.row(place), true);
        }
        match self.index.slots.get(place) {
            Some(slot) => (slot.row, (slot.key == halves(words)) | (slot.row == FREE)),
            None => (FREE, true),
        }
    }

    /// The row of a key, with the key as the table holds it.
    pub fn get_key_value(&self, key: &str) -> Option<(&Arc<str>, u32)> {
        let row = self.get(key)?;
        Some((self.keys.get(row as usize)?, row))
    }

    /// True if there is such a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// All keys with their rows, in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        let all = self.is_unique();
        (0u32..)
            .zip(&self.keys)
            .filter(move |(row, key)| all || self.get(key) == Some(*row))
            .map(|(row, key)| (key, row))
    }

    /// True if no row has a key.
    pub fn is_empty(&self) -> bool {
        self.index.count == 0
    }

    /// True if no two rows have one key.
    pub fn is_unique(&self) -> bool {
        self.index.is_unique(self.keys.len())
    }
}

impl Index {
    /// For the keys of all rows; of two rows with one key the first counts, unless `later` says that the second is later.
    pub(super) fn new(keys: &[Arc<str>], later: impl Fn(u32, u32) -> bool + Sync) -> Index {
        if let Some(numbered) = Numbered::new(keys, &later) {
            return Index { count: numbered.count, numbered: Some(numbered), ..Index::default() };
        }
        let short = keys.iter().filter(|key| key.len() <= SHORT).count();
        let mut index = Index { long: HashTable::with_capacity(keys.len() - short), ..Index::default() };
        let mut room = short + short / 2;
        // A seed by which too many keys fall into one region is hardly ever met, and not twice.
        while !index.fill(keys, &later, room) {
            room += room / 2;
        }
        if short < keys.len() {
            let Index { long, hashes, .. } = &mut index;
            let key = |row: u32| keys.get(row as usize).map_or("", |key| &**key);
            let hash = |key: &str| hashes.hash_one(key.as_bytes());
            for (row, new) in (0u32..).zip(keys).filter(|(_, key)| key.len() > SHORT) {
                let entry = long.entry(hash(new), |known| key(*known) == &**new, |known| hash(key(*known)));
                entry.and_modify(|first| *first = if later(row, *first) { row } else { *first }).or_insert(row);
            }
            index.count += index.long.len();
        }
        index
    }

    /// Puts short keys into so many slots, on all cores: each fills regions of its own. False if there are regions with no slot
    /// left: searches there would not end.
    fn fill(&mut self, keys: &[Arc<str>], later: &(impl Fn(u32, u32) -> bool + Sync), room: usize) -> bool {
        self.region = room.next_power_of_two().clamp(16, REGION);
        self.slots = vec![Slot { key: [0; 4], row: FREE }; room.div_ceil(self.region).max(1) * self.region];
        // Nobody can write a file whose keys all fall on one slot.
        self.seed = RandomState::new().hash_one(0u64) | 1;
        let (all, region, seed) = (self.slots.len(), self.region, self.seed);
        let threads = if keys.len() < MANY { 1 } else { threads::all().min(8) };
        let share = (all / region).div_ceil(threads) * region;
        let fill = |first: usize, slots: &mut [Slot]| {
            let mut count = 0;
            for (row, key) in (0u32..).zip(keys) {
                let Some(key) = words(key.as_bytes()) else { continue };
                let place = place(key, seed, all);
                let Some(mut at) = place.checked_sub(first).filter(|at| *at < slots.len()) else { continue };
                let key = halves(key);
                for _ in 0..region {
                    let Some(slot) = slots.get_mut(at) else { break };
                    if slot.row == FREE {
                        *slot = Slot { key, row };
                        count += 1;
                        break;
                    }
                    if slot.key == key {
                        slot.row = if later(row, slot.row) { row } else { slot.row };
                        break;
                    }
                    at = next(at, region);
                }
            }
            let has_room = |slots: &[Slot]| slots.iter().any(|slot| slot.row == FREE);
            slots.chunks(region).all(has_room).then_some(count)
        };
        let shares = Mutex::new((0..).step_by(share).zip(self.slots.chunks_mut(share)));
        let next_share = || shares.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            let mut count = Some(0);
            while let Some((first, slots)) = next_share() {
                count = count.zip(fill(first, slots)).map(|(known, more)| known + more);
            }
            count
        };
        let counts: Vec<Option<usize>> = threads::on(threads, work);
        let count = counts.into_iter().sum::<Option<usize>>();
        self.count = count.unwrap_or(0);
        count.is_some()
    }

    /// True if no two of so many rows have one key.
    pub(super) fn is_unique(&self, rows: usize) -> bool {
        self.count == rows
    }

    #[inline]
    fn place(&self, words: [u64; 2]) -> usize {
        match &self.numbered {
            Some(numbered) => numbered.place(words),
            None => place(words, self.seed, self.slots.len()),
        }
    }

    #[inline]
    fn short(&self, words: [u64; 2], mut at: usize) -> Option<u32> {
        if let Some(numbered) = &self.numbered {
            return Some(numbered.row(at)).filter(|row| *row != FREE);
        }
        let key = halves(words);
        loop {
            let slot = self.slots.get(at)?;
            if slot.row == FREE {
                return None;
            }
            if slot.key == key {
                return Some(slot.row);
            }
            at = next(at, self.region);
        }
    }
}

/// Where the search for a key begins, among so many slots.
#[inline]
fn place([low, high]: [u64; 2], seed: u64, slots: usize) -> usize {
    let product = u128::from(low ^ seed) * u128::from(high ^ seed.rotate_left(32) ^ 0x9e37_79b9_7f4a_7c15);
    let hash = (product as u64) ^ ((product >> 64) as u64);
    // In place of a division: the hash as a fraction, of the slots.
    ((u128::from(hash) * slots as u128) >> 64) as usize
}

/// The next slot of a region.
#[inline]
fn next(at: usize, region: usize) -> usize {
    if (at + 1) & (region - 1) == 0 { at + 1 - region } else { at + 1 }
}

#[inline]
fn halves([low, high]: [u64; 2]) -> [u32; 4] {
    [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
}

/// One row for each key.
impl FromIterator<Arc<str>> for ByKey {
    fn from_iter<I: IntoIterator<Item = Arc<str>>>(keys: I) -> ByKey {
        ByKey::new(keys.into_iter().collect(), |_, _| false)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn of_rows_with_one_key_the_later_counts() {
        let keys = ["a", "b", "a", "", "b", "a"].map(Arc::from).to_vec();
        let dates = [3, 1, 4, 0, 1, 2];
        let by_key = ByKey::new(keys, |row, first| dates[row as usize] > dates[first as usize]);
        assert_eq!(
            (by_key.get("a"), by_key.get("b"), by_key.get(""), by_key.get("c")),
            (Some(2), Some(1), Some(3), None)
        );
        assert_eq!(by_key.get_key_value("b").map(|(key, row)| (&**key, row)), Some(("b", 1)));
        let all: Vec<(&str, u32)> = by_key.iter().map(|(key, row)| (&**key, row)).collect();
        assert_eq!(all, [("b", 1), ("a", 2), ("", 3)]);
        assert!(!by_key.is_unique() && !by_key.is_empty() && ByKey::default().is_empty());
        assert!(["x", "y"].map(Arc::from).into_iter().collect::<ByKey>().is_unique());
    }

    #[test]
    fn where_keys_do_not_fit_they_are_given_more_room() {
        let keys: Vec<Arc<str>> = (0..16).map(|i| Arc::from(format!("k{i}").as_str())).collect();
        let mut index = Index::default();
        assert!(!index.fill(&keys, &|_, _| false, 16), "there has to be a slot that ends a search");
        assert!(!index.fill(&keys, &|_, _| false, 3), "a table is never smaller than 16");
        assert!(index.fill(&keys, &|_, _| false, 17));
        assert!(index.fill(keys.get(1..).unwrap(), &|_, _| false, 16));
        let by_key = ByKey::of(keys.get(1..).unwrap().to_vec(), index);
        assert_eq!((by_key.get("k15"), by_key.get("k0"), by_key.is_unique()), (Some(14), None, true));
        // Regions that are full beside others that are not.
        let keys: Vec<Arc<str>> = (0..2 * REGION as u32).map(|i| Arc::from(i.to_string().as_str())).collect();
        assert!(!Index::default().fill(&keys, &|_, _| false, keys.len()));
    }

    #[test]
    fn many_keys_of_all_lengths_are_found() {
        let key = |i: u32| format!("{}{i}", "k".repeat(i as usize % 23));
        let keys: Vec<Arc<str>> = (0..150_000).map(|i| Arc::from(key(i % 140_000).as_str())).collect();
        let first = ByKey::new(keys.clone(), |_, _| false);
        let last = ByKey::new(keys, |_, _| true);
        assert!(!first.is_unique());
        for i in (0..140_000).step_by(7) {
            let again = if i < 10_000 { i + 140_000 } else { i };
            assert_eq!((first.get(&key(i)), last.get(&key(i))), (Some(i), Some(again)));
            assert_eq!(first.get(&format!("{}x", key(i))), None);
        }
        assert_eq!(last.iter().count(), 140_000);
        assert!((0..100_000).map(|i| Arc::from(key(i).as_str())).collect::<ByKey>().is_unique());
    }
}
