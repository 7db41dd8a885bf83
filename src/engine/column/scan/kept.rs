//! What is read of a row, as it is kept.

use crate::engine::column::slots::Tag;

/// The dates that a row counts for, by their places: from this one up to the one before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Run {
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A value as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    pub(super) tag: Tag,
    pub(super) bits: i128,
}

/// A sum that does not fit 64 bits, and that of its magnitudes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wide {
    pub(super) sum: i128,
    pub(super) magnitude: u128,
}

impl Wide {
    /// Adds another.
    pub(super) fn join(&mut self, more: Wide) {
        match self.sum.checked_add(more.sum) {
            Some(sum) => self.sum = sum,
            None => self.magnitude = u128::MAX,
        }
        self.magnitude = self.magnitude.saturating_add(more.magnitude);
    }
}

/// The value at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) moment: i64,
    pub(super) value: Kept,
    /// Another row of the same moment has another value: which comes first, the reference says.
    pub(super) tied: bool,
}

/// An edge as it is held by the million: the number in two words, because one of sixteen bytes may not stand anywhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slim {
    moment: i64,
    high: i64,
    low: u64,
    tag: Tag,
    tied: bool,
}

impl From<Edge> for Slim {
    fn from(Edge { moment, value: Kept { tag, bits }, tied }: Edge) -> Slim {
        Slim { moment, high: (bits >> 64) as i64, low: bits as u64, tag, tied }
    }
}

impl From<Slim> for Edge {
    fn from(Slim { moment, high, low, tag, tied }: Slim) -> Edge {
        Edge { moment, value: Kept { tag, bits: i128::from(high) << 64 | i128::from(low) }, tied }
    }
}

/// A value of an account on a day; day 0 where days make no difference. For what is counted by period the value is the
/// day, and `times` says how many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) account: u32,
    pub(super) tag: Tag,
    pub(super) value: i64,
    pub(super) day: i32,
    pub(super) times: u32,
}

/// True if a value is larger, or smaller, than another.
#[inline]
pub(super) fn better(most: bool, value: Kept, than: Kept) -> bool {
    if most { value.bits > than.bits } else { value.bits < than.bits }
}

/// Of two edges the one that is further out.
pub(super) fn outer(last: bool, known: Option<Edge>, edge: Edge) -> Edge {
    let Some(known) = known else { return edge };
    match known.moment.cmp(&edge.moment) {
        std::cmp::Ordering::Equal => Edge { tied: known.tied || edge.tied || known.value != edge.value, ..known },
        order if order.is_lt() == last => edge,
        _ => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_keeps_every_bit() {
        for bits in [0, 1, -1, i128::from(i64::MAX) + 1, i128::from(i64::MIN) - 1, i128::MAX, i128::MIN] {
            let edge = Edge { moment: i64::MIN, value: Kept { tag: Tag::Number, bits }, tied: bits < 0 };
            assert_eq!(Edge::from(Slim::from(edge)), edge);
        }
    }
}
