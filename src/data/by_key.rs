//! The rows of a table by their keys: each key is held once, and looked for without another copy of it.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use std::sync::Arc;

/// Rows by key; where a key has several rows, the one that counts now.
#[derive(Debug, Clone, Default)]
pub struct ByKey {
    /// The key of every row, those too that do not count.
    keys: Vec<Arc<str>>,
    rows: HashTable<u32>,
    hashes: DefaultHashBuilder,
}

impl ByKey {
    /// The rows of a table, given the key of each; of two rows with one key the first counts, unless `later` says that the
    /// second is later than it.
    pub fn new(keys: Vec<Arc<str>>, later: impl Fn(u32, u32) -> bool) -> ByKey {
        let mut by_key =
            ByKey { rows: HashTable::with_capacity(keys.len()), hashes: DefaultHashBuilder::default(), keys };
        for (row, key) in (0u32..).zip(&by_key.keys) {
            let (keys, hashes) = (&by_key.keys, &by_key.hashes);
            let entry = by_key.rows.entry(hashes.hash_one(&**key), is(keys, key), |row| hash(keys, hashes, *row));
            entry.and_modify(|first| *first = if later(row, *first) { row } else { *first }).or_insert(row);
        }
        by_key
    }

    /// The row of a key.
    pub fn get(&self, key: &str) -> Option<u32> {
        self.rows.find(self.hashes.hash_one(key), is(&self.keys, key)).copied()
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
        self.rows.is_empty()
    }

    /// True if no two rows have one key.
    pub fn is_unique(&self) -> bool {
        self.rows.len() == self.keys.len()
    }
}

/// One row for each key.
impl FromIterator<Arc<str>> for ByKey {
    fn from_iter<I: IntoIterator<Item = Arc<str>>>(keys: I) -> ByKey {
        ByKey::new(keys.into_iter().collect(), |_, _| false)
    }
}

fn is<'k>(keys: &'k [Arc<str>], key: &'k str) -> impl Fn(&u32) -> bool + 'k {
    move |row| keys.get(*row as usize).is_some_and(|known| **known == *key)
}

fn hash(keys: &[Arc<str>], hashes: &DefaultHashBuilder, row: u32) -> u64 {
    hashes.hash_one(keys.get(row as usize).map_or("", |key| key))
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
}
