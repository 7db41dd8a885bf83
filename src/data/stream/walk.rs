//! Where the values of many objects are, one object to a line.
//!
//! Objects of a file are written by one program, so a row has the names of the row before, in the same order and with the
//! same spaces around them. What stands between two values is therefore not read but compared with what stood there
//! before ([`Gap`]), and no name is looked up.
//!
//! Only what is plain is found so: rows with escapes in a text that is wanted, with a name that is new or there twice, and
//! rows that are no objects are strange, and left to the careful reader of [`super::object`]. Nothing is found here in a row
//! that it would refuse.

use super::batch::Rows;
use super::columns::{Places, Spots};
use super::object::Known;
use super::plain::{Span, blank, name_end, skip, value};
use crate::data::cells::Raw;
use crate::data::input::MAX_ROW;
use crate::data::ndjson::{self, MOST_NAMES};
use hashbrown::HashMap;

/// So many rows are looked at together, and not much more text than this: it stays in the nearest caches until all
/// columns are read.
const ROWS: usize = 256;
const SPAN: usize = 1 << 15;

/// Room is made for so many rows at once.
const ROOM: usize = 16;

/// So many of the names that most rows have next are tried before a name is looked up.
const NEAR: usize = 6;

const NOWHERE: Span = (0, 0);

/// The rows that were found last, and what is known of those of their file.
#[derive(Debug, Default)]
pub(super) struct Walk {
    gaps: Vec<Gap>,
    by_text: HashMap<Box<[u8]>, usize>,
    /// What rows begin with.
    first: usize,
    /// By column and row.
    spans: Vec<Vec<Span>>,
    pub(super) lines: Vec<Line>,
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Where it begins, and where its line ends.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many line ends are before it.
    pub(super) lines: u32,
    /// Its values were found; otherwise it is strange.
    pub(super) plain: bool,
}

/// What stands between a brace or comma and a value: a name, a colon, and spaces.
#[derive(Debug)]
struct Gap {
    text: Box<[u8]>,
    /// The first bytes of the text, and ones where there are any.
    begin: [u64; 2],
    ones: [u64; 2],
    /// The column that the value is for, if it is wanted.
    column: Option<usize>,
    /// What stood behind the value last time.
    next: usize,
}

impl Gap {
    fn new(text: &[u8], column: Option<usize>, next: usize) -> Gap {
        let mut bytes = [[0u8; 16]; 2];
        let [begin, ones] = &mut bytes;
        for ((begin, one), byte) in begin.iter_mut().zip(ones).zip(text) {
            (*begin, *one) = (*byte, u8::MAX);
        }
        let [begin, ones] = bytes.map(two_words);
        Gap { text: text.into(), begin, ones, column, next }
    }

    /// True if the block goes on with it here.
    #[inline]
    fn is_at(&self, block: &[u8], at: usize) -> bool {
        let Some(rest) = block.get(at..) else { return false };
        match rest.first_chunk::<16>() {
            Some(chunk) if self.text.len() <= 16 => {
                let ([a, b], [x, y], [ones, more]) = (two_words(*chunk), self.begin, self.ones);
                ((a ^ x) & ones) | ((b ^ y) & more) == 0
            }
            _ => rest.starts_with(&self.text),
        }
    }
}

#[inline]
fn two_words(bytes: [u8; 16]) -> [u64; 2] {
    let all = u128::from_le_bytes(bytes);
    [all as u64, (all >> 64) as u64]
}

impl Walk {
    /// Forgets what is known of a file.
    pub(super) fn forget(&mut self) {
        self.gaps.clear();
        self.by_text.clear();
        self.first = 0;
    }

    /// Finds the next rows of a block from here on, at most so many; where the one behind them begins, and the line ends
    /// before it.
    pub(super) fn find(
        &mut self,
        block: &[u8],
        from: usize,
        columns: usize,
        most: usize,
        known: &Known,
    ) -> (usize, u32) {
        let most = most.min(ROWS);
        self.lines.clear();
        self.spans.resize_with(columns, Vec::new);
        self.spans.iter_mut().for_each(Vec::clear);
        let (mut at, mut lines) = (from, 0);
        while at < block.len() && at - from < SPAN && self.lines.len() < most {
            if block.get(at) == Some(&b'\n') {
                (at, lines) = (at + 1, lines + 1);
                continue;
            }
            let row = self.lines.len();
            if row.is_multiple_of(ROOM) {
                self.spans.iter_mut().for_each(|spans| spans.resize(row + ROOM, NOWHERE));
            }
            let found = self.object(block, at, row, known).filter(|end| end - at <= MAX_ROW);
            let end = found.unwrap_or_else(|| {
                let rest = block.get(at..).unwrap_or(&[]);
                memchr::memchr(b'\n', rest).map_or(block.len(), |end| at + end)
            });
            self.lines.push(Line { start: at, end, lines, plain: found.is_some() });
            (at, lines) = (end + 1, lines + 1);
        }
        for spans in &mut self.spans {
            spans.truncate(self.lines.len());
        }
        (at, lines)
    }

    /// Finds the values of the object that begins here; where its line ends, if it is plain.
    #[inline]
    fn object(&mut self, block: &[u8], start: usize, row: usize, known: &Known) -> Option<usize> {
        if block.get(start) != Some(&b'{') {
            return None;
        }
        let mut at = start + 1;
        let (mut before, mut expected) = (None, self.first);
        loop {
            let found = match self.gaps.get(expected) {
                Some(gap) if gap.is_at(block, at) => expected,
                _ => {
                    let found = self.look(block, at, expected, known)?;
                    match before.and_then(|before: usize| self.gaps.get_mut(before)) {
                        Some(gap) => gap.next = found,
                        None => self.first = found,
                    }
                    found
                }
            };
            let gap = self.gaps.get(found)?;
            // Another writer may have put more spaces there.
            at = blank(block, at + gap.text.len());
            match gap.column {
                None => at = skip(block, at, 0)?,
                Some(column) => {
                    let (span, behind) = value(block, at)?;
                    let slot = self.spans.get_mut(column)?.get_mut(row)?;
                    // Which of two counts is not decided here.
                    if *slot != NOWHERE {
                        return None;
                    }
                    (*slot, at) = (span, behind);
                }
            }
            (before, expected) = (Some(found), gap.next);
            match block.get(at)? {
                b',' => at += 1,
                b'}' => break,
                _ => {
                    at = blank(block, at);
                    match block.get(at)? {
                        b',' => at += 1,
                        b'}' => break,
                        _ => return None,
                    }
                }
            }
        }
        let end = match block.get(at + 1) {
            None | Some(b'\n') => at + 1,
            _ => blank(block, at + 1),
        };
        matches!(block.get(end), None | Some(b'\n')).then_some(end)
    }

    /// Which gap it is that the block goes on with here, if the name is known.
    #[cold]
    fn look(&mut self, block: &[u8], at: usize, expected: usize, known: &Known) -> Option<usize> {
        let all = self.gaps.len().max(1);
        let near = (1..=NEAR.min(all)).map(|i| (expected + i) % all);
        if let Some(found) = near.into_iter().find(|i| self.gaps.get(*i).is_some_and(|gap| gap.is_at(block, at))) {
            return Some(found);
        }
        let quote = blank(block, at);
        let end = name_end(block, quote)?;
        let colon = blank(block, end + 1);
        if block.get(colon) != Some(&b':') {
            return None;
        }
        let text = block.get(at..blank(block, colon + 1))?;
        if let Some(found) = self.by_text.get(text) {
            return Some(*found);
        }
        let name = std::str::from_utf8(block.get(quote + 1..end)?).ok()?;
        let column = match known.get(name)? {
            [] => None,
            [(column, _)] => Some(*column),
            _ => return None,
        };
        let found = self.gaps.len();
        if found >= MOST_NAMES {
            return None;
        }
        self.by_text.insert(text.into(), found);
        self.gaps.push(Gap::new(text, column, found + 1));
        Some(found)
    }

    /// The value of a row that was found for a column.
    pub(super) fn raw<'b>(&self, block: &'b str, row: usize, column: usize) -> Raw<'b> {
        let span = self.spans.get(column).and_then(|spans| spans.get(row)).copied().unwrap_or(NOWHERE);
        let (start, end) = (span.0 as usize, span.1 as usize);
        let text = block.get(start..end).unwrap_or("");
        match (block.as_bytes().get(start.wrapping_sub(1)), text) {
            (None, _) => Raw::Blank,
            (Some(b'"'), text) => Raw::Text(text),
            (_, "") => Raw::Blank,
            (_, "true") => Raw::Boolean(true),
            (_, "false") => Raw::Boolean(false),
            (_, number) => ndjson::number(number),
        }
    }
}

/// The rows of a block.
pub(super) struct Walked<'r> {
    pub(super) walk: &'r Walk,
    pub(super) block: &'r str,
}

/// Where the values of a column are.
#[derive(Clone, Copy)]
pub(super) struct WalkedColumn<'b>(&'b [Span]);

impl<'b> Spots<'b> for WalkedColumn<'b> {
    type Row = Span;
    const TYPED: bool = true;

    #[inline]
    fn rows(self) -> &'b [Span] {
        self.0
    }

    #[inline]
    fn cell(self, (start, end): &Span) -> (usize, usize) {
        (*start as usize, *end as usize)
    }
}

impl Rows for Walked<'_> {
    type Spots<'r>
        = WalkedColumn<'r>
    where
        Self: 'r;

    fn count(&self) -> usize {
        self.walk.lines.len()
    }

    fn strange(&self) -> impl Iterator<Item = usize> {
        (0..).zip(&self.walk.lines).filter(|(_, line)| !line.plain).map(|(row, _)| row)
    }

    fn lines(&self, row: usize) -> u32 {
        self.walk.lines.get(row).map_or(0, |line| line.lines)
    }

    fn column(&self, column: usize) -> Option<Places<'_, WalkedColumn<'_>>> {
        let spans = self.walk.spans.get(column)?;
        Some(Places { block: self.block, spots: WalkedColumn(spans) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::super::object::{Names, Objects, Seen};
    use super::super::plain::DEEP;
    use super::*;
    use crate::data::Origin;
    use proptest::prelude::*;
    use serde_json::Value;

    /// The lines of a text, of each whether it is plain; the values of those that are for columns `a`, `b` and `c d` are
    /// compared with those of the careful reader, and the others are shown to it, so that it knows their names.
    fn plain(text: &str) -> Vec<(String, bool)> {
        let objects = Objects::new(["a", "b", "c d"].map(String::from).into_iter());
        let (mut names, mut walk) = (Names::default(), Walk::default());
        let (mut from, mut before, mut lines) = (0, 0, Vec::new());
        while from < text.len() {
            let (next, count) = walk.find(text.as_bytes(), from, objects.columns(), 7, &names.known);
            for (row, line) in walk.lines.clone().into_iter().enumerate() {
                let written = &text[line.start..line.end];
                let origin = Origin { file: 0, line: before + line.lines + 1 };
                assert_eq!(text[..line.start].matches('\n').count() as u32, before + line.lines);
                let seen = objects.read(written.as_bytes(), origin, &mut names);
                if line.plain {
                    assert!(matches!(seen, Seen::Object), "{written:?}");
                    for column in 0..objects.columns() {
                        assert_eq!(walk.raw(text, row, column), names.raw(column), "{column} of {written:?}");
                    }
                }
                lines.push((written.to_string(), line.plain));
            }
            assert!(next > from);
            (from, before) = (next, before + count);
        }
        let all: Vec<&str> = text.split('\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>(), all);
        lines
    }

    #[test]
    fn rows_like_the_first_are_plain() {
        let forms = [
            r#"{"a":1,"b":"x","c d":null,"e":[1,{"f":2}]}"#,
            r#"{"a": -0.50, "b": "a text that is longer than sixteen bytes", "c d": true, "e": "\u00e9\n"}"#,
            "{\t\"e\" : 1e-05 , \"a\" : \"\" , \"b\" : false }\r",
            r#"{"a name that is longer than sixteen bytes":{},"b":"übergrößenträger","a":12345678901234567890}"#,
        ];
        for form in forms {
            for line_end in ["\n", "\n\n\n"] {
                let lines = plain(&[form; 30].join(line_end));
                // The first seven are looked at before any name is known.
                assert_eq!(lines.iter().filter(|(_, plain)| *plain).count(), 23, "{lines:?}");
            }
        }
        // Rows of several forms, and such that lack something, are plain once all names are known.
        let first = forms.map(|form| format!("{form}\n")).concat();
        let text = first.repeat(20) + "{\"b\":5}\n{\"e\":1,\"a\":2}\n{\"c d\":\"x\",\"b\":1,\"a\":5}";
        assert_eq!(plain(&text).iter().filter(|(_, plain)| *plain).count(), 83 - 7);
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        let known = "{\"a\":1,\"b\":2,\"c d\":3,\"e\":4}\n".repeat(7);
        for (line, expected) in [
            (r#"{"a":1,"b":2}"#, true),
            (r#"{"a":1,"b":2,"new":3}"#, false),
            (r#"{"a":1,"A":2}"#, false),
            (r#"{"a":1,"a":2}"#, false),
            (r#"{"a":null,"a":2}"#, false),
            (r#"{"e":1,"e":2}"#, true),
            (r#"{"a":"\n"}"#, false),
            (r#"{"e":"\n"}"#, true),
            (r#"{"e":"\ud83d\ude00"}"#, false),
            (r#"{"e":"\q"}"#, false),
            (r#"{"a":1e5}"#, false),
            (r#"{"a":[1]}"#, false),
            (r#"{"\u0061":1}"#, false),
            (r#"{"a":01}"#, false),
            (r#"{"a":1.}"#, false),
            (r#"{"a":-}"#, false),
            (r#"{"e":1e}"#, false),
            (r#"{"e":nul}"#, false),
            (r#"{"e":[1,]}"#, false),
            (r#"{"e":[1}}"#, false),
            (r#"{"e":{"x" 1}}"#, false),
            (r#"{"e":{1:1}}"#, false),
            ("{\"a\":\"x\ty\"}", false),
            ("{\"e\":\"x\ty\"}", false),
            (r#"{"a":1} {"#, false),
            (r#"{"a":1}}"#, false),
            (r#"{"a":1,}"#, false),
            (r#"{"a":1 2}"#, false),
            (r#"{"a":1"#, false),
            (r#"{"a":"#, false),
            (r#"{"a"#, false),
            (r#" {"a":1}"#, false),
            (r#"{}"#, false),
            (r#"[]"#, false),
            (r#"{"$serde_json::private::Number":1}"#, false),
        ] {
            for behind in ["", "\n", "\n{\"a\":1,\"b\":2,\"c d\":3}\n"] {
                let found = plain(&format!("{known}{line}{behind}"));
                assert_eq!(found[7], (line.to_string(), expected));
            }
        }
        let deep = |levels: usize| format!("{{\"e\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(plain(&format!("{known}{}", deep(DEEP as usize)))[7].1);
        assert!(!plain(&format!("{known}{}", deep(DEEP as usize + 1)))[7].1);
        let long = |length: usize| format!("{known}{{\"a\":1,\"e\":\"{}\"}}\n", "x".repeat(length));
        assert!(plain(&long(MAX_ROW - 14))[7].1);
        assert!(!plain(&long(MAX_ROW - 13))[7].1);
    }

    fn json() -> BoxedStrategy<String> {
        let leaf = prop_oneof![
            "-?[0-9]{1,9}(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,2})?",
            "\"[a-z\u{e9} ]{0,20}\"",
            "\"([a-z]|\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-f]{4}){0,9}\"",
            prop::sample::select(&["null", "true", "false", "\"\""][..]).prop_map(String::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(", "))),
                prop::collection::vec(("[a-f]{0,3}", inner), 0..4).prop_map(|members| {
                    let members: Vec<String> =
                        members.into_iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
        .boxed()
    }

    proptest! {
        #[test]
        fn plain_rows_are_those_of_the_careful_reader(
            rows in prop::collection::vec(prop::collection::vec(("(a|b|c d|C D|e|f)", json()), 1..6), 1..30),
            form in prop::sample::select(&[["", "", ""], ["", " ", " "], ["\t", "", " "]][..]),
            cuts in prop::collection::vec((any::<prop::sample::Index>(), "[{}\\[\\]:,\"\\\\ 0e.x\r\n\t-]?"), 0..4),
        ) {
            let [open, before, behind] = form;
            let row = |members: &Vec<(String, String)>| {
                let member = |(name, value): &(String, String)| format!("{open}\"{name}\"{before}:{behind}{value}");
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            };
            let mut text = rows.iter().map(row).collect::<Vec<_>>().join("\n");
            for (at, with) in cuts {
                let at = at.index(text.len());
                if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                    text.replace_range(at..=at, &with);
                }
            }
            plain(&text);
        }

        #[test]
        fn anything_else_is_no_row(text in "([{}\\[\\]:,\"\\\\ 0-9eEa.+\n\t-]|true|null|\\{\"a\":1){0,60}") {
            let known = "{\"a\":1}\n".repeat(7);
            for (line, plain) in plain(&(known + &text)) {
                if plain {
                    let read: Value = serde_json::from_str(&line).unwrap();
                    prop_assert!(read.is_object());
                }
            }
        }
    }
}
