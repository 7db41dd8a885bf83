//! Many texts behind one another, by number.

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

/// Texts by number. A text may be there more than once.
#[derive(Debug, Clone, Default)]
pub struct TextList {
    bytes: String,
    /// Where each begins and ends.
    places: Vec<(usize, usize)>,
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
        self.places.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// A text; empty beyond the end.
    #[inline]
    pub fn get(&self, code: u32) -> &str {
        let (start, end) = self.places.get(code as usize).copied().unwrap_or((0, 0));
        self.bytes.get(start..end).unwrap_or("")
    }

    /// Adds a text; its number.
    pub fn push(&mut self, text: &str) -> u32 {
        let start = self.bytes.len();
        self.bytes.push_str(text);
        self.place(start, self.bytes.len())
    }

    /// Adds what texts are cut from by [`TextList::place`]; where it begins.
    #[cfg(feature = "parquet")]
    pub(super) fn push_whole(&mut self, whole: &str) -> usize {
        self.bytes.push_str(whole);
        self.bytes.len() - whole.len()
    }

    /// Adds a text that is part of what was added before; its number.
    #[inline]
    pub(super) fn place(&mut self, start: usize, end: usize) -> u32 {
        let code = self.places.len() as u32;
        self.places.push((start, end));
        code
    }

    /// Forgets all texts, and is another list from now on.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
        self.id = NEXT.fetch_add(1, Ordering::Relaxed);
    }

    /// All texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.places.len() as u32).map(|code| self.get(code))
    }
}

/// Many texts behind one another, each once, by number: a million of them take little more room than what they say.
#[derive(Debug, Default)]
pub struct TextSet {
    bytes: String,
    /// Where each ends.
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hashes: DefaultHashBuilder,
}

impl TextSet {
    /// The number of a text; a new one, if it is new.
    pub fn number(&mut self, text: &str) -> u32 {
        let TextSet { bytes, ends, numbers, hashes } = self;
        let hash = |text: &str| hashes.hash_one(text);
        let known_text = |known: &u32| between(bytes, ends, *known);
        let entry = numbers.entry(hash(text), |known| known_text(known) == text, |known| hash(known_text(known)));
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let number = ends.len() as u32;
                free.insert(number);
                bytes.push_str(text);
                ends.push(bytes.len());
                number
            }
        }
    }

    /// A text; empty beyond the end.
    pub fn get(&self, number: u32) -> &str {
        between(&self.bytes, &self.ends, number)
    }
}

/// The text of this number, where texts stand behind one another.
fn between<'a>(bytes: &'a str, ends: &[usize], number: u32) -> &'a str {
    let i = number as usize;
    let start = i.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(i).copied().unwrap_or(start);
    bytes.get(start..end).unwrap_or("")
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
