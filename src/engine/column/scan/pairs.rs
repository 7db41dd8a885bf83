//! Which values accounts have, each once, where only how many there are is asked for.
//!
//! All workers share one set, so that it takes the room of what is there and not of what went by. It is made of many small
//! tables, each of which grows on its own and stays in the cache while rows are put into it that were gathered for it.

use crate::data::stream::NOBODY;
use crate::engine::column::slots::Tag;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What one worker has of it.
#[derive(Debug)]
pub(super) struct Pairs {
    all: Arc<Shared>,
    /// By table what is about to be put there.
    waiting: Vec<Vec<Pair>>,
}

/// What all workers have together.
#[derive(Debug)]
pub(super) struct Shared {
    tables: [Mutex<Table>; TABLES],
    /// What all values are; of the first.
    tag: OnceLock<Tag>,
    /// Nobody can write a file whose values all fall on one slot.
    seed: u64,
}

const TABLES: usize = 64;
/// So many are gathered before they are put into their table.
const GATHERED: usize = 64;

/// An account and the two halves of a value.
type Pair = [u32; 3];

/// Stands where there is no pair.
const FREE: Pair = [NOBODY, 0, 0];

/// Pairs, each once, in open addressing.
#[derive(Debug, Default)]
struct Table {
    slots: Vec<Pair>,
    count: usize,
}

impl Default for Shared {
    fn default() -> Shared {
        Shared {
            tables: std::array::from_fn(|_| Mutex::default()),
            tag: OnceLock::new(),
            seed: RandomState::new().hash_one(0u64),
        }
    }
}

impl Pairs {
    /// For one more worker.
    pub(super) fn new(all: &Arc<Shared>) -> Pairs {
        Pairs { all: Arc::clone(all), waiting: Vec::new() }
    }

    /// One more value, which may have been there before. False if it is of another kind than the others; then it is not kept.
    #[inline]
    pub(super) fn see(&mut self, account: u32, tag: Tag, value: i64) -> bool {
        if *self.all.tag.get_or_init(|| tag) != tag {
            return false;
        }
        if account == NOBODY {
            return true;
        }
        let value = value.cast_unsigned();
        let pair = [account, (value >> 32) as u32, value as u32];
        let table = table_of(hash(pair, self.all.seed));
        if self.waiting.is_empty() {
            self.waiting.resize_with(TABLES, Vec::new);
        }
        if let Some(waiting) = self.waiting.get_mut(table) {
            waiting.push(pair);
            if waiting.len() >= GATHERED {
                self.all.put(table, waiting);
            }
        }
        true
    }

    fn put(&mut self) {
        self.waiting.iter_mut().enumerate().for_each(|(table, waiting)| self.all.put(table, waiting));
    }

    /// Takes in what another worker has.
    pub(super) fn join(&mut self, mut other: Pairs) {
        other.put();
    }

    /// How many different values each of so many accounts has.
    pub(super) fn count(&mut self, accounts: usize) -> Vec<u32> {
        self.put();
        let mut counts = vec![0; accounts];
        for table in &self.all.tables {
            let table = std::mem::take(&mut *table.lock().unwrap_or_else(PoisonError::into_inner));
            for [account, ..] in table.slots {
                if let Some(count) = counts.get_mut(account as usize) {
                    *count += 1;
                }
            }
        }
        counts
    }
}

impl Shared {
    /// Puts these into their table.
    fn put(&self, table: usize, pairs: &mut Vec<Pair>) {
        if let Some(table) = self.tables.get(table).filter(|_| !pairs.is_empty()) {
            let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
            table.make_room(pairs.len(), self.seed);
            pairs.drain(..).for_each(|pair| table.put(pair, self.seed));
        }
    }
}

impl Table {
    /// Makes room for so many more. A table is hardly ever less than half full, and never more than four fifths.
    fn make_room(&mut self, more: usize, seed: u64) {
        let most = self.count + more;
        if most * 5 <= self.slots.len() * 4 {
            return;
        }
        let before = std::mem::replace(&mut self.slots, vec![FREE; most * 9 / 5]);
        self.count = 0;
        before.into_iter().filter(|pair| *pair != FREE).for_each(|pair| self.put(pair, seed));
    }

    #[inline]
    fn put(&mut self, pair: Pair, seed: u64) {
        let mut at = place_of(hash(pair, seed), self.slots.len());
        // There is always a free slot.
        while let Some(slot) = self.slots.get_mut(at) {
            if *slot == FREE {
                *slot = pair;
                self.count += 1;
                return;
            }
            if *slot == pair {
                return;
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }
}

#[inline]
fn hash([account, high, low]: Pair, seed: u64) -> u64 {
    let value = u64::from(high) << 32 | u64::from(low);
    let product = u128::from(value ^ seed) * u128::from(u64::from(account).wrapping_mul(0xd6e8_feb8_6659_fd93) | 1);
    ((product as u64) ^ ((product >> 64) as u64)).wrapping_mul(0xa076_1d64_78bd_642f)
}

/// The highest bits of a hash say which table a pair is in.
#[inline]
fn table_of(hash: u64) -> usize {
    (hash >> 58) as usize
}

/// The others say where the search for it begins among so many slots: the hash as a fraction of them.
#[inline]
fn place_of(hash: u64, slots: usize) -> usize {
    ((u128::from(hash << 6) * slots as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_value_of_an_account_counts_once() {
        let all = Arc::new(Shared::default());
        let (mut mine, mut theirs) = (Pairs::new(&all), Pairs::new(&all));
        for i in 0..300_000i64 {
            assert!(mine.see((i % 7) as u32, Tag::Text, i % 1001 - 500));
        }
        let room: usize = all.tables.iter().map(|table| table.lock().unwrap().slots.len()).sum();
        assert!(room < 1001 * 2 + TABLES * GATHERED * 2, "what is there twice is not held: {room}");
        for value in [-1, 0, 10_000, i64::MAX, i64::MIN] {
            assert!(theirs.see(8, Tag::Text, value) && theirs.see(0, Tag::Text, value));
        }
        assert!(!theirs.see(8, Tag::Number, 1) && theirs.see(NOBODY, Tag::Text, 1));
        mine.join(theirs);
        // 7 and 1001 have 7 as their largest common divisor: each account meets 143 of the values. Its own are 0, 7, ... of 1001.
        let shared = [-1, 0].iter().filter(|value| (*value + 500) % 7 == 0).count() as u32;
        assert_eq!(mine.count(10), [143 + 5 - shared, 143, 143, 143, 143, 143, 143, 0, 5, 0]);
    }

    #[test]
    fn many_values_of_many_accounts() {
        let all = Arc::new(Shared::default());
        let mut workers = [Pairs::new(&all), Pairs::new(&all), Pairs::new(&all)];
        let mut known = vec![std::collections::HashSet::new(); 1000];
        let mut seed = 1u64;
        for i in 0..100_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (account, value) = ((seed >> 40) as u32 % 1000, ((seed >> 20) % 150) as i64 * [1, 1 << 32, -1][i % 3]);
            known[account as usize].insert(value);
            assert!(workers[i % 3].see(account, Tag::Number, value));
        }
        let mut all = workers.into_iter().reduce(|mut all, worker| {
            all.join(worker);
            all
        });
        let expected: Vec<u32> = known.iter().map(|values| values.len() as u32).collect();
        assert_eq!(all.as_mut().unwrap().count(1000), expected);
    }
}
