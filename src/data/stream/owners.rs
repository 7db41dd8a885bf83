//! From the key in a cell to the row of the table above, as fast as memory allows: short keys are compared as two words.

use crate::data::{ByKey, TableData};
use std::collections::HashMap;
use std::sync::Arc;

/// The rows of a table by key, those of keys that were merged away too.
#[derive(Debug, Clone, Copy)]
pub struct Owners<'a> {
    by_key: &'a ByKey,
    /// Keys that were merged away, with the key that holds their rows now.
    merged: &'a HashMap<Arc<str>, Arc<str>>,
}

/// A short key, and the slot where the search for it begins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    key: [u64; 2],
    at: usize,
}

impl Asked {
    /// The bytes of the key.
    pub(super) fn bytes(self) -> Vec<u8> {
        let [low, high] = self.key.map(u64::to_le_bytes);
        let mut bytes = [low, high].concat();
        bytes.truncate(usize::from(bytes.last().copied().unwrap_or(0)));
        bytes
    }
}

/// The longest key that fits two words together with its length.
pub(in crate::data) const SHORT: usize = 15;

impl<'a> Owners<'a> {
    /// The rows of a table that was loaded.
    pub fn new(above: &'a TableData) -> Owners<'a> {
        Owners { by_key: &above.by_key, merged: &above.merged }
    }

    /// The row that a key belongs to.
    #[inline]
    pub fn get(&self, key: &str) -> Option<u32> {
        self.find(key.as_bytes())
    }

    /// The row of a key that may not be text.
    #[inline]
    pub(super) fn find(&self, key: &[u8]) -> Option<u32> {
        self.by_key.find(key).or_else(|| self.by_key.get(self.merged_into(std::str::from_utf8(key).ok()?)?))
    }

    /// The first half of looking for a key, which does not touch memory; nothing for a long one. Whoever asks for many keys
    /// before the first answer does not wait for memory once for each.
    #[inline]
    pub(super) fn ask(&self, key: &[u8]) -> Option<Asked> {
        Some(self.ask_for(words(key)?))
    }

    /// The same for a key that is two words already.
    #[inline]
    pub(super) fn ask_for(&self, key: [u64; 2]) -> Asked {
        Asked { key, at: self.by_key.place(key) }
    }

    /// The row at the place where the search for a key begins, [`super::NOBODY`] if there is none, and whether that is the
    /// answer.
    #[inline]
    pub(super) fn look(&self, asked: Asked) -> (u32, bool) {
        self.by_key.look(asked.key, asked.at)
    }

    /// The row of a key that was asked for, unless it was merged away.
    #[inline]
    pub(super) fn answer(&self, asked: Asked) -> Option<u32> {
        self.by_key.short(asked.key, asked.at)
    }

    /// True if keys were merged away.
    pub(super) fn has_merged(&self) -> bool {
        !self.merged.is_empty()
    }

    /// The key that holds the rows of one that was merged away.
    #[inline]
    pub fn merged_into(&self, key: &str) -> Option<&'a Arc<str>> {
        if self.merged.is_empty() { None } else { self.merged.get(key) }
    }
}

/// The words of a short text as one, of which the highest bits say where to look for the text.
#[inline]
pub(in crate::data) fn mixed([low, high]: [u64; 2]) -> u64 {
    (low ^ high.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A short text as two words, the last byte of which is its length.
#[inline]
pub(in crate::data) fn words(text: &[u8]) -> Option<[u64; 2]> {
    if text.len() > SHORT {
        return None;
    }
    let size = (text.len() as u64) << 56;
    Some(match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(_)) if text.len() == 8 => [u64::from_le_bytes(*first), size],
        // The last eight bytes, without those that are among the first eight.
        (Some(first), Some(last)) => {
            [u64::from_le_bytes(*first), u64::from_le_bytes(*last) >> (8 * (16 - text.len())) | size]
        }
        _ => [text.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), size],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn every_key_leads_to_its_row() {
        let mut table = TableData::default();
        let keys: Vec<String> = (0..3000).map(|i| format!("{}{i}", "k\u{e9}".repeat(i % 9))).collect();
        table.by_key = keys.iter().map(String::as_str).chain(["", "\0"]).map(Arc::from).collect();
        table.merged.insert(Arc::from("old"), Arc::from("2997"));
        table.merged.insert(Arc::from("gone"), Arc::from("nowhere"));
        let owners = Owners::new(&table);
        for (row, key) in keys.iter().enumerate() {
            assert_eq!(owners.get(key), Some(row as u32), "{key}");
            assert_eq!(owners.get(&format!("{key}x")), None);
            if let Some(asked) = owners.ask(key.as_bytes()) {
                assert_eq!((asked.bytes().as_slice(), owners.answer(asked)), (key.as_bytes(), Some(row as u32)));
            }
        }
        assert_eq!((owners.get(""), owners.get("\0"), owners.get("\0\0")), (Some(3000), Some(3001), None));
        assert_eq!(owners.get("old"), owners.get("2997"));
        assert_eq!((owners.merged_into("old").map(|k| &**k), owners.get("gone")), (Some("2997"), None));
    }
}
