//! Writes lines of csv that are much alike: room for a cell is there before it is written, and what is written again and again
//! is kept as it is printed.

use super::digits::{self, ROOM};
use super::table::has_to_be_quoted;
use crate::calendar::Date;
use crate::number::Decimal;

/// More room, whenever it is used up.
const MORE: usize = 16 * 1024;

/// Lines, and how far they are written.
#[derive(Debug, Default)]
pub struct Pen {
    room: Vec<u8>,
    at: usize,
}

/// A text that is written often.
#[derive(Debug, Clone)]
pub struct Word {
    /// As much of it as is copied in one go.
    start: [u8; ROOM],
    length: usize,
    /// What is left.
    rest: Box<[u8]>,
    /// A cell with it has to be quoted.
    quoted: bool,
}

/// Words with semicolons between them, which become one cell.
#[derive(Debug, Default)]
pub struct List {
    pen: Pen,
    quoted: bool,
}

impl List {
    /// Forgets its words.
    pub fn clear(&mut self) {
        self.pen.at = 0;
        self.quoted = false;
    }

    /// One more word.
    pub fn add(&mut self, word: &Word) {
        if self.pen.at > 0 {
            self.pen.short(*b"; ");
        }
        self.pen.word(word);
        self.quoted |= word.quoted;
    }
}

impl Word {
    /// The text as it is.
    pub fn new(text: impl AsRef<[u8]>) -> Word {
        let text = text.as_ref();
        let (first, rest) = text.split_at(text.len().min(ROOM));
        let mut start = [0; ROOM];
        start.iter_mut().zip(first).for_each(|(to, byte)| *to = *byte);
        Word { start, length: first.len(), rest: rest.into(), quoted: has_to_be_quoted(text) }
    }

    /// A comma and a cell, quoted where it has to be.
    pub fn cell(text: &str) -> Word {
        let mut pen = Pen::default();
        pen.short(*b",");
        pen.cell(text.as_bytes());
        Word::new(pen.written())
    }
}

impl Pen {
    /// What is written.
    pub fn written(&self) -> &[u8] {
        self.room.get(..self.at).unwrap_or_default()
    }

    /// Forgets what is written, and keeps the room.
    pub fn clear(&mut self) {
        self.at = 0;
    }

    /// A text as it is.
    pub fn text(&mut self, text: &[u8]) {
        let end = self.at + text.len();
        if self.room.len() < end {
            self.grow(text.len());
        }
        if let Some(room) = self.room.get_mut(self.at..end) {
            room.copy_from_slice(text);
            self.at = end;
        }
    }

    /// A cell, quoted where it has to be; what comes before it is there already.
    pub fn cell(&mut self, text: &[u8]) {
        if has_to_be_quoted(text) { self.quoted(text) } else { self.text(text) }
    }

    /// A comma and a list as a cell.
    pub fn list(&mut self, list: &List) {
        self.short(*b",");
        if list.quoted { self.quoted(list.pen.written()) } else { self.text(list.pen.written()) }
    }

    fn quoted(&mut self, text: &[u8]) {
        self.short(*b"\"");
        for (i, part) in text.split(|byte| *byte == b'"').enumerate() {
            if i > 0 {
                self.short(*b"\"\"");
            }
            self.text(part);
        }
        self.short(*b"\"");
    }

    /// A text of a few bytes.
    #[inline]
    pub fn short<const N: usize>(&mut self, text: [u8; N]) {
        self.put(|room| {
            *room = text;
            Some(N)
        });
    }

    /// A word.
    #[inline]
    pub fn word(&mut self, word: &Word) {
        self.put(|room| {
            *room = word.start;
            Some(word.length)
        });
        if !word.rest.is_empty() {
            self.text(&word.rest);
        }
    }

    /// A comma and so many billionths, with every digit.
    #[inline]
    pub fn number(&mut self, raw: i128) {
        let small = raw as i64;
        if i128::from(small) != raw || !self.put(|room| digits::number(small, room)) {
            self.wide(raw);
        }
    }

    #[cold]
    fn wide(&mut self, raw: i128) {
        let number = Decimal::from_raw(raw).unwrap_or_default();
        self.text(format!(",{number}").as_bytes());
    }

    /// A comma and a date.
    pub fn date(&mut self, date: Date) {
        if !self.put(|room| digits::date(date, room)) {
            self.text(format!(",{date}").as_bytes());
        }
    }

    /// Lets something be written where there is room for it; false if it is not.
    #[inline]
    fn put<const N: usize>(&mut self, write: impl Fn(&mut [u8; N]) -> Option<usize>) -> bool {
        loop {
            let room = self.room.get_mut(self.at..self.at.saturating_add(N));
            if let Some(room) = room.and_then(<[u8]>::first_chunk_mut) {
                let length = write(room);
                self.at += length.unwrap_or(0);
                return length.is_some();
            }
            self.grow(N);
        }
    }

    #[cold]
    fn grow(&mut self, by: usize) {
        let length = self.at + by + MORE;
        self.room.resize(length.max(self.room.len() * 2), 0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_stands_there_whole_whatever_its_length() {
        let long = "long ".repeat(20_000) + "enough";
        let mut pen = Pen::default();
        let mut expected = String::new();
        for text in ["", "a", "exactly as much as a word takes,", "and more than a word takes at once", &long] {
            pen.text(text.as_bytes());
            pen.word(&Word::new(text));
            pen.word(&Word::cell(text));
            pen.short(*b",\"");
            pen.number(i128::from(i64::MAX) * 10 + 7);
            pen.number(-1_500_000_000);
            pen.date(Date(0));
            pen.date(Date(4_000_000));
            expected += &format!("{text}{text}");
            expected += &if text.contains(',') { format!(",\"{text}\"") } else { format!(",{text}") };
            expected += ",\",92233720368.547758077,-1.5,1970-01-01";
            expected += &format!(",{}", Date(4_000_000));
        }
        assert_eq!(std::str::from_utf8(pen.written()).unwrap(), expected);
        pen.clear();
        pen.cell(b"say \"hi\"");
        assert_eq!(pen.written(), b"\"say \"\"hi\"\"\"");
    }
}
