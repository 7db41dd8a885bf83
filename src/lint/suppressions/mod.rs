//! Comments that accept findings, and what is wrong with them.

pub mod suppression_expired;
pub mod suppression_malformed;
pub mod suppression_of_error;
pub mod suppression_unknown;
pub mod suppression_unused;
pub mod suppression_without_reason;

use super::Facts;
use super::allow::{Allowance, Named};
use crate::span::Span;

/// What to cut so that a comment does not name something any more: the name, or the comment if it names nothing else.
fn without(facts: &Facts, allowance: &Allowance, name: &Named) -> Span {
    if let [.., _, _] = allowance.names.as_slice() {
        let place = allowance.names.iter().position(|n| n == name).unwrap_or(0);
        return match (place.checked_sub(1).and_then(|i| allowance.names.get(i)), allowance.names.get(place + 1)) {
            (Some(before), _) => Span { start: before.span.end, ..name.span },
            (None, Some(next)) => Span { end: next.span.start, ..name.span },
            (None, None) => name.span,
        };
    }
    let span = allowance.span;
    let text = facts.sources.get(span.source).map_or("", |source| &*source.text);
    let before = text.get(..span.start as usize).unwrap_or("");
    let blank = before.trim_end_matches([' ', '\t']);
    if !(blank.is_empty() || blank.ends_with('\n')) {
        return Span::new(span.source, blank.len(), span.end as usize);
    }
    let rest = text.get(span.end as usize..).unwrap_or("");
    let line_end = rest.find('\n').map_or(text.len(), |length| span.end as usize + length + 1);
    Span::new(span.source, blank.len(), line_end)
}
