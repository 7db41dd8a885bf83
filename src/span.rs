//! Where something stands in the source text.
//!
//! A [`Span`] is eight bytes and `Copy`, so every node of every tree can carry one; the text itself lives in
//! [`crate::source::Sources`].

use std::fmt;

/// A half-open range of bytes in one source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    /// Which source, as an index into [`crate::source::Sources`].
    pub source: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `source`.
    pub fn new(source: u16, start: usize, end: usize) -> Self {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { source, start: clip(start), end: clip(end.max(start)) }
    }

    /// The smallest span that covers both; spans of two sources give the first.
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// An empty span just in front of this one.
    pub fn before(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// An empty span just behind this one: where something is missing.
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True for a position rather than a range.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// `0:12-20`, short enough to stay on one line of a snapshot.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}-{}", self.source, self.start, self.end)
    }
}

/// Places do not count: two programs that mean the same have the same hash.
impl std::hash::Hash for Span {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}
