//! Counts by account that are mostly small: a byte each, so that those of many families stay in the cache together.

use std::collections::HashMap;

/// Counts by place.
#[derive(Debug, Default)]
pub(super) struct Small {
    low: Vec<u8>,
    /// By place how many times 256 the count is beyond its byte.
    high: HashMap<u32, u32>,
}

impl Small {
    /// So many counts of nothing.
    pub(super) fn new(places: usize) -> Small {
        Small { low: vec![0; places], high: HashMap::new() }
    }

    /// One more; of a place that is not there it is not counted.
    #[inline]
    pub(super) fn add(&mut self, place: u32) {
        if let Some(low) = self.low.get_mut(place as usize) {
            *low = low.wrapping_add(1);
            if *low == 0 {
                *self.high.entry(place).or_default() += 1;
            }
        }
    }

    /// The count of a place.
    #[inline]
    pub(super) fn get(&self, place: usize) -> u32 {
        let low = self.low.get(place).copied().map_or(0, u32::from);
        match self.high.is_empty() {
            true => low,
            false => self.high.get(&(place as u32)).map_or(low, |high| low.saturating_add(high.saturating_mul(256))),
        }
    }

    /// The counts of all places: that of one after the other takes longer where some are large.
    pub(super) fn all(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.low.iter().copied().map(u32::from).collect();
        for (place, high) in &self.high {
            if let Some(count) = all.get_mut(*place as usize) {
                *count = count.saturating_add(high.saturating_mul(256));
            }
        }
        all
    }

    /// Adds what another has.
    pub(super) fn join(&mut self, other: &Small) {
        for ((place, mine), theirs) in (0u32..).zip(&mut self.low).zip(&other.low) {
            let (low, over) = mine.overflowing_add(*theirs);
            *mine = low;
            if over {
                *self.high.entry(place).or_default() += 1;
            }
        }
        for (place, high) in &other.high {
            *self.high.entry(*place).or_default() += high;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn counts_go_beyond_a_byte() {
        let (mut mine, mut theirs) = (Small::new(3), Small::new(3));
        (0..1000).for_each(|_| mine.add(0));
        (0..300).for_each(|_| theirs.add(0));
        (0..255).for_each(|_| mine.add(2));
        theirs.add(2);
        theirs.add(u32::MAX);
        mine.join(&theirs);
        assert_eq!([0, 1, 2, 3].map(|place| mine.get(place)), [1300, 0, 256, 0]);
        assert_eq!(mine.all(), [1300, 0, 256]);
    }
}
