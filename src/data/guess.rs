//! What a key that does not exist was probably meant to be: one pass over the keys that do, looking for those that are asked
//! for. There may be millions of accounts, but few keys that lead nowhere.

use super::stream::{mixed, words};
use super::{ByKey, Cells, TableData};
use crate::program::Table;
use std::collections::HashMap;
use std::sync::Arc;

/// Why a key is not found though its account may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// The capitals differ.
    Case,
    /// Zeros before the number, or `.0` behind it.
    Zeros,
    /// One is the beginning of the other.
    Length,
    /// It is what this column of the accounts holds.
    Column(usize),
}

/// By key that does not exist: why, and which key is meant; only those of which it can be told.
pub(super) type Guesses = HashMap<Arc<str>, (Cause, Arc<str>)>;

/// Guesses what these keys mean, of which none exists.
pub(super) fn of<'k>(keys: impl Iterator<Item = &'k Arc<str>>, parents: &TableData, parent: &Table) -> Guesses {
    let mut asked = Asked::default();
    keys.for_each(|key| asked.add(key));
    if asked.keys.is_empty() {
        return Guesses::new();
    }
    asked.sieve = Sieve::new(asked.folded.keys());
    let texts = parent.fields.iter().zip(&parents.columns).enumerate().filter_map(|(i, (field, column))| {
        let skip = parent.key.is_some_and(|k| k.index() == i) || field.merged || field.parent;
        if let (false, Cells::Text(cells)) = (skip, &column.cells) { Some((i, cells.as_slice())) } else { None }
    });
    let texts: Vec<(usize, &[Option<Arc<str>>])> = texts.collect();
    let mut buffer = String::new();
    for (key, row) in parents.by_key.iter() {
        asked.see(key, &mut buffer);
        for (field, cells) in &texts {
            if let Some(text) = cells.get(row as usize).and_then(Option::as_ref) {
                asked.see_text(text.trim(), (*field, row, key), &mut buffer);
            }
        }
    }
    let guess = |key: &&'k Arc<str>| Some((Arc::clone(key), asked.guess(key, &parents.by_key)?));
    asked.keys.values().filter_map(guess).collect()
}

/// The keys that do not exist, by what may have been written in their place; with that, as soon as it is met.
#[derive(Default)]
struct Asked<'k, 'p> {
    keys: hashbrown::HashMap<&'k str, &'k Arc<str>>,
    /// By small letters.
    folded: hashbrown::HashMap<String, Folded<'p>>,
    /// Which texts need not be looked for there.
    sieve: Sieve,
    /// By number: the last key in order that is this number.
    numbers: hashbrown::HashMap<String, Option<&'p Arc<str>>>,
    /// Keys that others may begin with: such a one, and whether there are more.
    longer: hashbrown::HashMap<&'k str, (Option<&'p Arc<str>>, bool)>,
    /// How long those are, rising.
    lengths: Vec<usize>,
}

/// Holds back most short texts that are not among a few that are looked for, whatever their capitals: there may be millions.
#[derive(Default)]
struct Sieve {
    /// A bit for each of so many groups of texts, a power of two: whether one that is looked for is among them.
    bits: Vec<u64>,
    shift: u32,
}

impl Sieve {
    fn new<'t>(texts: impl ExactSizeIterator<Item = &'t String>) -> Sieve {
        let size = (texts.len().max(8) * 16).next_power_of_two();
        let mut sieve = Sieve { bits: vec![0; size / 64], shift: 64 - size.trailing_zeros() };
        for text in texts {
            if let Some(group) = sieve.group(text)
                && let Some(bits) = sieve.bits.get_mut(group / 64)
            {
                *bits |= 1 << (group % 64);
            }
        }
        sieve
    }

    /// The group of a short text in ASCII.
    #[inline]
    fn group(&self, text: &str) -> Option<usize> {
        let [low, high] = words(text.as_bytes())?;
        // A capital differs from its small letter in this bit.
        let (low, high) = (low | 0x2020_2020_2020_2020, high | 0x0020_2020_2020_2020);
        ((low | high) & 0x8080_8080_8080_8080 == 0).then(|| (mixed([low, high]) >> self.shift) as usize)
    }

    /// True if a text may be looked for.
    #[inline]
    fn lets_through(&self, text: &str) -> bool {
        let Some(group) = self.group(text) else { return true };
        self.bits.get(group / 64).is_some_and(|bits| bits >> (group % 64) & 1 == 1)
    }
}

/// What reads the same but for capitals.
#[derive(Default)]
struct Folded<'p> {
    /// The last key in order.
    key: Option<&'p Arc<str>>,
    /// The first cell of another column: its column, its row and the key of that row.
    cell: Option<(usize, u32, &'p Arc<str>)>,
}

impl<'k, 'p> Asked<'k, 'p> {
    fn add(&mut self, key: &'k Arc<str>) {
        if self.keys.insert(key, key).is_some() {
            return;
        }
        self.folded.entry(key.trim().to_lowercase()).or_default();
        if let Some(number) = number(key) {
            self.numbers.entry(number.to_string()).or_default();
        }
        if key.len() >= SHORTEST {
            self.longer.entry(key).or_default();
            if let Err(place) = self.lengths.binary_search(&key.len()) {
                self.lengths.insert(place, key.len());
            }
        }
    }

    /// Looks at a key that exists.
    fn see(&mut self, key: &'p Arc<str>, buffer: &mut String) {
        if self.sieve.lets_through(key)
            && let Some(found) = self.folded.get_mut(small(key, buffer))
        {
            found.key = found.key.max(Some(key));
        }
        if let Some(found) = number(key).and_then(|number| self.numbers.get_mut(number)) {
            *found = (*found).max(Some(key));
        }
        for length in self.lengths.iter().take_while(|length| **length < key.len()) {
            if let Some((found, more)) = key.get(..*length).and_then(|beginning| self.longer.get_mut(beginning)) {
                *more |= found.is_some();
                *found = Some(key);
            }
        }
    }

    /// Looks at another text of a row.
    fn see_text(&mut self, text: &str, at: (usize, u32, &'p Arc<str>), buffer: &mut String) {
        if self.sieve.lets_through(text)
            && let Some(found) = self.folded.get_mut(small(text, buffer))
            && found.cell.is_none_or(|known| (at.0, at.1) < (known.0, known.1))
        {
            found.cell = Some(at);
        }
    }

    fn guess(&self, key: &str, all: &ByKey) -> Option<(Cause, Arc<str>)> {
        let folded = self.folded.get(key.trim().to_lowercase().as_str())?;
        if let Some(near) = folded.key {
            return Some((Cause::Case, Arc::clone(near)));
        }
        if let Some(near) = number(key).and_then(|number| self.numbers.get(number).copied().flatten()) {
            return Some((Cause::Zeros, Arc::clone(near)));
        }
        if let Some((i, _, near)) = folded.cell {
            return Some((Cause::Column(i), Arc::clone(near)));
        }
        // The only account that begins with the key, or the longest one with which the key begins.
        if let Some((Some(near), more)) = self.longer.get(key) {
            return (!more).then(|| (Cause::Length, Arc::clone(near)));
        }
        let shorter = (SHORTEST..key.len().min(LONGEST)).rev().filter_map(|n| key.get(..n));
        let near = shorter.filter_map(|beginning| all.get_key_value(beginning)).map(|(near, _)| near).next()?;
        Some((Cause::Length, Arc::clone(near)))
    }
}

/// Shorter keys are the beginning of others by chance; longer ones are no keys.
const SHORTEST: usize = 8;
const LONGEST: usize = 64;

/// A text in small letters.
fn small<'b>(text: &str, buffer: &'b mut String) -> &'b str {
    buffer.clear();
    if text.is_ascii() {
        buffer.push_str(text);
        buffer.make_ascii_lowercase();
    } else {
        buffer.push_str(&text.to_lowercase());
    }
    buffer
}

/// A whole number without zeros before it or `.0` behind it.
fn number(key: &str) -> Option<&str> {
    if key.as_bytes().first().is_none_or(u8::is_ascii_alphabetic) {
        return None;
    }
    let key = key.trim();
    let whole = key.strip_suffix(".0").unwrap_or(key);
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let bare = whole.trim_start_matches('0');
    Some(if bare.is_empty() { "0" } else { bare })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn what_is_looked_for_goes_through_the_sieve_whatever_its_capitals() {
        let texts: Vec<String> = (0..300).map(|i| format!("{}{i}", ["a", "é", "long-long-long-", ""][i % 4])).collect();
        let sieve = Sieve::new(texts.iter());
        for text in &texts {
            assert!(sieve.lets_through(text) && sieve.lets_through(&text.to_uppercase()), "{text}");
        }
        let others = (0..10_000).filter(|i| sieve.lets_through(&format!("A0{i:06}"))).count();
        assert!(others < 1000, "{others} of 10000 go through that nobody looks for");
    }
}
