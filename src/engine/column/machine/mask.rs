//! Sets of small numbers: units, inputs, dates, or what is watched.

/// Some units, inputs, or what is watched: a bit each.
pub(in crate::engine::column) type Mask = Vec<u64>;

/// So many words for so many bits.
pub(in crate::engine::column) fn words(bits: usize) -> usize {
    bits.div_ceil(64).max(1)
}

/// Sets a bit of a mask that begins at this word.
pub(in crate::engine::column) fn set(masks: &mut [u64], from: usize, bit: usize) {
    if let Some(word) = masks.get_mut(from + bit / 64) {
        *word |= 1 << (bit % 64);
    }
}

pub(in crate::engine::column) fn has(mask: &[u64], bit: usize) -> bool {
    mask.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

pub(super) fn unset(mask: &mut [u64], bit: usize) {
    if let Some(word) = mask.get_mut(bit / 64) {
        *word &= !(1 << (bit % 64));
    }
}

/// More bits.
#[inline]
pub(super) fn add(mask: &mut [u64], more: &[u64]) {
    if let ([word], [more]) = (&mut *mask, more) {
        *word |= more;
        return;
    }
    mask.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
}

/// The mask of a register.
#[inline]
pub(super) fn slice(masks: &[u64], at: usize, words: usize) -> &[u64] {
    masks.get(at * words..(at + 1) * words).unwrap_or(&[])
}

/// The bits of a mask that are set, rising.
#[inline]
pub(in crate::engine::column) fn ones(mask: &[u64]) -> impl Iterator<Item = usize> {
    mask.iter().enumerate().flat_map(|(i, word)| {
        let mut word = *word;
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| i * 64 + word.trailing_zeros() as usize);
            word &= word.wrapping_sub(1);
            bit
        })
    })
}
