//! Many texts behind one another, by number.

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

/// Texts by number. A text may be there more than once.
#[derive(Debug, Clone, Default)]
pub struct TextList {
    bytes: String,
    /// Where each ends.
    ends: Vec<usize>,
    id: u64,
    lasting: bool,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl TextList {
    /// No texts; `lasting` if the list will be met again in other pieces.
    pub fn new(lasting: bool) -> TextList {
        TextList { id: NEXT.fetch_add(1, Ordering::Relaxed), lasting, ..TextList::default() }
    }

    /// Tells this list from all others of the process: as long as it is the same, so are the texts.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// True if the same list comes again in other pieces, so that what was found out about its texts is worth keeping. A
    /// list that is not comes once, with a text for each row or nearly so.
    pub fn is_lasting(&self) -> bool {
        self.lasting
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A text; empty beyond the end.
    #[inline]
    pub fn get(&self, code: u32) -> &str {
        let i = code as usize;
        let start = match i.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(i).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or("")
    }

    /// Adds a text; its number.
    pub fn push(&mut self, text: &str) -> u32 {
        let code = self.ends.len() as u32;
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        code
    }

    /// Forgets all texts, and is another list from now on.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.id = NEXT.fetch_add(1, Ordering::Relaxed);
    }

    /// All texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|code| self.get(code))
    }
}

/// Many texts behind one another, each once, by number: a million of them take little more room than what they say.
#[derive(Debug, Default)]
pub struct TextSet {
    list: TextList,
    numbers: HashTable<u32>,
    hashes: DefaultHashBuilder,
}

impl TextSet {
    /// The number of a text; a new one, if it is new.
    pub fn number(&mut self, text: &str) -> u32 {
        let TextSet { list, numbers, hashes } = self;
        let hash = |text: &str| hashes.hash_one(text);
        let entry = numbers.entry(hash(text), |known| list.get(*known) == text, |known| hash(list.get(*known)));
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let number = list.len() as u32;
                free.insert(number);
                list.push(text)
            }
        }
    }

    /// A text; empty beyond the end.
    pub fn get(&self, number: u32) -> &str {
        self.list.get(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut set = TextSet::default();
        let texts: Vec<String> = (0..3000).map(|i| "ab".repeat(i % 50) + &(i % 700).to_string()).collect();
        let numbers: Vec<u32> = texts.iter().map(|text| set.number(text)).collect();
        for (text, number) in texts.iter().zip(&numbers) {
            assert_eq!(set.get(*number), text);
            assert_eq!(set.number(text), *number);
        }
        let mut different = texts.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(numbers.iter().max().map(|most| *most as usize + 1), Some(different.len()));
        assert_eq!(set.get(u32::MAX), "");
        assert_eq!(set.number(""), different.len() as u32);
    }
}
