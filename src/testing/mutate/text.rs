//! Edits of the text: numbers one step further, words between two places, clauses taken out.

use crate::source::{Source, Sources};
use crate::span::Span;

/// What a mutation puts where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The place.
    pub span: Span,
    /// What stands there instead.
    pub text: String,
}

/// The text of the rule files, by place.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a>(pub(super) &'a Sources);

impl<'a> Texts<'a> {
    pub(super) fn of(self, span: Span) -> &'a str {
        self.0.text(span)
    }

    /// A place of one source, from one byte to another.
    pub(super) fn place(span: Span, from: usize, to: usize) -> Span {
        Span::new(span.source, from, to)
    }

    /// The text between two bytes of a source, with comments blanked out so that nothing is found in them.
    fn bare(self, source: u16, from: u32, to: u32) -> String {
        let text = self.0.text(Span { source, start: from, end: to });
        let mut inside = false;
        let mut blank = false;
        let bytes = text.bytes().map(|byte| {
            match byte {
                b'"' if !blank => inside = !inside,
                b'#' if !inside => blank = true,
                b'\n' => blank = false,
                _ => {}
            }
            if blank || !byte.is_ascii() { b' ' } else { byte }
        });
        bytes.map(char::from).collect()
    }

    /// Where a sign such as `>=` stands between two places.
    pub(super) fn sign(self, left: Span, right: Span, sign: &str) -> Option<Span> {
        let at = self.bare(left.source, left.end, right.start).find(sign)?;
        let from = left.end as usize + at;
        Some(Self::place(left, from, from + sign.len()))
    }

    /// Where a word stands by itself in a place.
    pub(super) fn word(self, within: Span, word: &str) -> Option<Span> {
        let text = self.bare(within.source, within.start, within.end);
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let alone = |at: &usize| {
            let before = text.get(..*at).and_then(|t| t.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
            !part(before) && !part(after)
        };
        let at = text.match_indices(word).map(|(at, _)| at).find(alone)?;
        let from = within.start as usize + at;
        Some(Self::place(within, from, from + word.len()))
    }

    /// Where a word stands right in front of a place, at most a few words before it.
    pub(super) fn word_before(self, place: Span, word: &str) -> Option<Span> {
        let from = place.start.saturating_sub(80);
        let text = self.bare(place.source, from, place.start);
        let at = text.rfind(word)?;
        let from = from as usize + at;
        Some(Self::place(place, from, from + word.len()))
    }

    /// The first number in a place.
    pub(super) fn number(self, within: Span) -> Option<Span> {
        let text = self.bare(within.source, within.start, within.end);
        let at = text.find(|c: char| c.is_ascii_digit())?;
        let digits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '%');
        let length = text.get(at..)?.chars().take_while(digits).count();
        let from = within.start as usize + at;
        Some(Self::place(within, from, from + length))
    }

    /// The text of an edit's lines before and after.
    pub(super) fn lines(self, edit: &Edit) -> (String, String) {
        let Some(source) = self.0.get(edit.span.source) else { return Default::default() };
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let from = source.text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        let to = source.text.get(end..).and_then(|t| t.find('\n')).map_or(source.text.len(), |at| end + at);
        let piece = |a: usize, b: usize| source.text.get(a..b).unwrap_or("");
        let before = piece(from, to).to_string();
        (before, format!("{}{}{}", piece(from, start), edit.text, piece(end, to)))
    }

    /// All sources with an edit made.
    pub(super) fn edited(self, edit: &Edit) -> Option<Sources> {
        let mut all = Sources::new();
        for (id, source) in self.0.iter() {
            if id != edit.span.source {
                all.push(source.clone());
                continue;
            }
            let (before, after) =
                (source.text.get(..edit.span.start as usize)?, source.text.get(edit.span.end as usize..)?);
            all.push(Source::new(source.name.as_str(), format!("{before}{}{after}", edit.text)));
        }
        Some(all)
    }
}

/// A number as written, one unit of its last written digit up or down: `15%` becomes `16%` and `14%`, `1.5M` becomes `1.6M`
/// and `1.4M`. Nothing goes below zero.
pub(super) fn step(written: &str, up: bool) -> Option<String> {
    let end = written.find(|c: char| !(c.is_ascii_digit() || matches!(c, '_' | '.'))).unwrap_or(written.len());
    let (number, unit) = written.split_at_checked(end)?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let next = digits.parse::<u128>().ok()?;
    let next = if up { next.checked_add(1)? } else { next.checked_sub(1)? };
    let decimals = number.split_once('.').map_or(0, |(_, behind)| behind.chars().filter(char::is_ascii_digit).count());
    let mut text = format!("{next:0>width$}", width = decimals + 1);
    if decimals > 0 {
        text.insert(text.len().checked_sub(decimals)?, '.');
    }
    Some(format!("{text}{unit}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_step_is_one_unit_of_the_last_digit() {
        let steps = |text: &str| (step(text, true), step(text, false));
        let some = |a: &str, b: &str| (Some(a.to_string()), Some(b.to_string()));
        assert_eq!(steps("3"), some("4", "2"));
        assert_eq!(steps("15%"), some("16%", "14%"));
        assert_eq!(steps("250k"), some("251k", "249k"));
        assert_eq!(steps("1.5M"), some("1.6M", "1.4M"));
        assert_eq!(steps("0.05"), some("0.06", "0.04"));
        assert_eq!(steps("19_999"), some("20000", "19998"));
        assert_eq!(steps("250k USD"), some("251k USD", "249k USD"));
        assert_eq!(steps("0"), (Some("1".to_string()), None));
        assert_eq!(steps("abc"), (None, None));
    }
}
