//! A list of yes and no, 64 to a word.

/// A list of bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// So many bits, all alike.
    pub fn filled(len: usize, value: bool) -> Bits {
        let mut bits = Bits { words: vec![if value { u64::MAX } else { 0 }; len.div_ceil(64)], len };
        bits.trim();
        bits
    }

    /// No bits, with room kept.
    pub fn clear(&mut self) {
        self.words.clear();
        self.len = 0;
    }

    /// How many bits there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A bit; no beyond the end.
    #[inline]
    pub fn get(&self, i: usize) -> bool {
        self.words.get(i / 64).is_some_and(|word| word >> (i % 64) & 1 == 1)
    }

    /// 64 bits from one on; no beyond the end.
    #[inline]
    pub fn word(&self, from: usize) -> u64 {
        let word = |i: usize| self.words.get(i).copied().unwrap_or(0);
        match from % 64 {
            0 => word(from / 64),
            shift => word(from / 64) >> shift | word(from / 64 + 1) << (64 - shift),
        }
    }

    /// Sets a bit that is there.
    #[inline]
    pub fn set(&mut self, i: usize, value: bool) {
        if let Some(word) = self.words.get_mut(i / 64) {
            let bit = 1u64 << (i % 64);
            *word = if value { *word | bit } else { *word & !bit };
        }
    }

    /// Sets so many bits from one on.
    pub fn set_all(&mut self, from: usize, count: usize) {
        let end = (from + count).min(self.len);
        let mut at = from;
        while at < end {
            let n = (64 - at % 64).min(end - at);
            if let Some(word) = self.words.get_mut(at / 64) {
                *word |= (u64::MAX >> (64 - n)) << (at % 64);
            }
            at += n;
        }
    }

    /// Sets from one bit on those that are to be set, of bits that are there.
    pub fn mark(&mut self, from: usize, set: &Bits) {
        let shift = from % 64;
        for (i, word) in set.words.iter().enumerate() {
            let at = from / 64 + i;
            if let Some(to) = self.words.get_mut(at) {
                *to |= word << shift;
            }
            if shift > 0
                && let Some(to) = self.words.get_mut(at + 1)
            {
                *to |= word >> (64 - shift);
            }
        }
        self.trim();
    }

    /// So many bits, none of them set; room is kept.
    pub(super) fn reset(&mut self, len: usize) {
        self.words.clear();
        self.words.resize(len.div_ceil(64), 0);
        self.len = len;
    }

    /// The words, to be changed; bits beyond the end stay as they are.
    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Adds a bit.
    #[inline]
    pub fn push(&mut self, value: bool) {
        let at = self.len % 64;
        if at == 0 {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(value) << at;
        }
        self.len += 1;
    }

    /// Adds so many bits, all alike.
    pub fn extend(&mut self, value: bool, count: usize) {
        let word = if value { u64::MAX } else { 0 };
        let first = count.min((64 - self.len % 64) % 64);
        self.push_word(word, first);
        let left = count - first;
        self.words.extend(std::iter::repeat_n(word, left.div_ceil(64)));
        self.len += left;
        self.trim();
    }

    /// Adds the lowest bits of a word, at most 64 of them.
    #[inline]
    pub fn push_word(&mut self, word: u64, count: usize) {
        let Some(unused) = 64usize.checked_sub(count).filter(|unused| *unused < 64) else { return };
        let (word, at) = (word << unused >> unused, self.len % 64);
        match self.words.last_mut().filter(|_| at > 0) {
            None => self.words.push(word),
            Some(last) => {
                *last |= word << at;
                if at + count > 64 {
                    self.words.push(word >> (64 - at));
                }
            }
        }
        self.len += count;
    }

    /// Forgets all bits from this one on.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.len = len;
            self.words.truncate(len.div_ceil(64));
            self.trim();
        }
    }

    /// How many are set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The words; bits beyond the end are not set.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The places of the bits that are set, rising.
    pub fn ones(&self) -> BitsIter<'_> {
        BitsIter { words: &self.words, at: 0, word: self.words.first().copied().unwrap_or(0) }
    }

    fn trim(&mut self) {
        let over = self.len % 64;
        if over > 0
            && let Some(word) = self.words.last_mut()
        {
            *word &= (1u64 << over) - 1;
        }
    }
}

/// Walks over the places of bits that are set.
#[derive(Debug, Clone)]
pub struct BitsIter<'a> {
    words: &'a [u64],
    at: usize,
    word: u64,
}

impl Iterator for BitsIter<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.at += 1;
            self.word = *self.words.get(self.at)?;
        }
        let bit = self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(self.at * 64 + bit)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn marks_are_set_where_they_begin() {
        let mut set = Bits::default();
        (0..150).for_each(|i| set.push(i % 3 == 0 || i % 7 == 1));
        for from in [0, 1, 63, 64, 70, 90] {
            let mut bits = Bits::filled(230, false);
            bits.set(3, true);
            bits.mark(from, &set);
            for i in 0..300 {
                let expected = i == 3 || (i < 230 && i >= from && set.get(i - from));
                assert_eq!(bits.get(i), expected, "{from} {i}");
            }
        }
        set.reset(70);
        assert_eq!((set.len(), set.count()), (70, 0));
    }

    #[test]
    fn words_are_added_in_part() {
        let (mut bits, mut one_by_one) = (Bits::default(), Bits::default());
        for (step, count) in [3usize, 64, 0, 61, 1, 63, 64, 64, 7, 20].into_iter().enumerate() {
            let word = 0x9e37_79b9_7f4a_7c15u64.rotate_left(step as u32 * 7);
            let before = bits.len();
            bits.push_word(word, count);
            (0..count).for_each(|i| one_by_one.push(word >> i & 1 == 1));
            assert_eq!(bits, one_by_one);
            assert_eq!(bits.word(before), if count == 64 { word } else { word & ((1 << count) - 1) });
        }
    }

    #[test]
    fn bits_are_what_was_put_in() {
        for len in [0usize, 1, 63, 64, 65, 200] {
            let mut bits = Bits::default();
            for i in 0..len {
                bits.push(i % 3 == 0);
            }
            assert_eq!(bits.len(), len);
            assert_eq!(bits.ones().collect::<Vec<_>>(), (0..len).filter(|i| i % 3 == 0).collect::<Vec<_>>());
            assert_eq!(bits.count(), len.div_ceil(3));
            bits.extend(true, 70);
            assert_eq!((bits.len(), bits.count()), (len + 70, len.div_ceil(3) + 70));
            bits.extend(false, 3);
            assert!(!bits.get(len + 70) && !bits.get(len + 1000) && bits.get(len + 69));
            bits.set(len + 69, false);
            assert!(!bits.get(len + 69));
            bits.set_all(len + 1, 69);
            assert_eq!(bits.count(), len.div_ceil(3) + 70);
            bits.truncate(len);
            bits.push(true);
            assert_eq!(bits.count(), len.div_ceil(3) + 1);
            assert_eq!(Bits::filled(len, true).count(), len);
            assert_eq!(Bits::filled(len, false).ones().next(), None);
        }
    }
}
