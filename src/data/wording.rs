//! Words that all messages about data share: cells cut short or masked, counted nouns, notes.

use super::{Note, NoteKind};
use crate::program::Field;
use crate::value::MASK;

const SHOWN: usize = 40;

/// A text short enough to be an example, without line ends.
pub(super) fn clip(text: &str) -> String {
    shorten(text, SHOWN)
}

/// At most so many characters, without line ends.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let mut short: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}

/// What may be said of a cell in messages and in the list of rejected rows, which say where to look it up.
pub(super) fn told(field: &Field, text: String) -> String {
    if field.personal { MASK.to_string() } else { text }
}

/// A note.
pub(super) fn note(kind: NoteKind, field: Option<&str>, count: u64, text: String) -> Note {
    Note { kind, field: field.map(str::to_string), count, text }
}

/// `1 cell`, `3 cells`
pub(super) fn plural(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
