//! Looks again at what the grammar could not place, and says what is wrong with it.
//!
//! Each piece of debris is parsed once more with the strict entry of its place; where that stops is where the mistake is,
//! and what it would have accepted there is what was expected. Before that the usual suspects are tried: a text without
//! its closing quote, a word that is nearly right, a statement that belongs elsewhere.

use super::amount::Amount;
use super::expected::{Expected, Found, listed};
use super::grammar::Grammar;
use super::habits::{self, Habit};
use super::hints;
use super::scan::{DECLARATIONS, Scan, text_end};
use super::words::{ACCESS, Place, RESERVED, TYPES, meant_type};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::span::Span;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// A piece of text that fits nowhere.
pub struct Debris<'a> {
    /// The source's number.
    pub id: u16,
    /// The whole text.
    pub text: &'a str,
    /// Its comments.
    pub scan: &'a Scan,
    /// Where it stands.
    pub place: Place,
    /// Where it begins: with the statement before it, if that was read only in part.
    pub start: usize,
    /// Where the unread part begins.
    pub rest: usize,
    /// Where it ends.
    pub end: usize,
}

impl Debris<'_> {
    /// What is wrong with it.
    pub fn judge(&self) -> Diagnostic {
        let end = self.scan.trim_end(self.text, self.start, self.end);
        let slice = self.text.get(self.start..end).unwrap_or("");
        if let Some(found) = self.unclosed_text(end) {
            return found;
        }
        if self.start == self.rest
            && let Some(found) = self.stray_brace().or_else(|| self.first_word())
        {
            return found;
        }
        let (offset, wanted) = match self.stop(slice) {
            Some(stop) => stop,
            None => return self.out_of_place(slice),
        };
        // `expect a =` and `expect b = 2` on the next line: the second `expect` was taken for a value.
        if let Some(cut) = self.swallowed(offset).filter(|cut| *cut > self.start) {
            let shorter = self.text.get(self.start..cut).unwrap_or("");
            if let Some((offset, wanted)) = self.stop(shorter) {
                return self.unexpected(offset, cut, &wanted);
            }
        }
        self.unexpected(offset, end, &wanted)
    }

    /// Where the strict grammar stops, and what it would have accepted there.
    fn stop(&self, slice: &str) -> Option<(usize, Expected)> {
        match Grammar::parse(self.place.entry(), slice) {
            Ok(_) => None,
            Err(error) => {
                let offset = match error.location {
                    InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
                };
                let rules = match error.variant {
                    ErrorVariant::ParsingError { positives, .. } => positives,
                    ErrorVariant::CustomError { .. } => Vec::new(),
                };
                Some((self.start + offset, Expected::of(&rules)))
            }
        }
    }

    /// The end of the line before the one on which a statement's word stands right before `offset`.
    fn swallowed(&self, offset: usize) -> Option<usize> {
        let word = word_before(self.text, offset);
        let end = self.text.get(..offset)?.trim_end_matches([' ', '\t']).len();
        let begin = end - word.len();
        let line = self.text.get(..begin)?.trim_end_matches([' ', '\t']);
        let opens = self.place.statements().contains(&word)
            || self.place.has_meta() && self.place.all_statements().contains(&word);
        (opens && line.ends_with('\n')).then(|| self.scan.trim_end(self.text, self.start, line.len()))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, start, end)
    }

    /// A text that runs to the end of its line is the cause of whatever follows.
    fn unclosed_text(&self, end: usize) -> Option<Diagnostic> {
        let bytes = self.text.as_bytes();
        let mut at = self.start;
        while at < end {
            match bytes.get(at)? {
                b'"' => {
                    let close = text_end(bytes, at);
                    if bytes.get(close.checked_sub(1)?) != Some(&b'"') || close == at + 1 {
                        return Some(unclosed(self.span(at, close), self.text));
                    }
                    at = close;
                }
                b'#' => at = memchr::memchr(b'\n', bytes.get(at..)?).map_or(end, |n| at + n),
                _ => at += 1,
            }
        }
        None
    }

    fn stray_brace(&self) -> Option<Diagnostic> {
        let rest = self.text.get(self.start..)?;
        rest.starts_with('}').then(|| {
            let span = self.span(self.start, self.start + 1);
            Diagnostic::new(Code::UnexpectedText, span, "unexpected `}`").label("nothing is open here").fix(
                "remove the `}`",
                span,
                "",
            )
        })
    }

    /// What can be told from the word that opens the piece.
    fn first_word(&self) -> Option<Diagnostic> {
        let word = word_at(self.text, self.start);
        if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let span = self.span(self.start, self.start + word.len());
        let here = self.place.all_statements();
        if here.contains(&word) {
            return None;
        }
        let next = self.text.get(self.start + word.len()..).unwrap_or("").trim_start_matches([' ', '\t']);
        if self.place == Place::File && ACCESS.contains(&word) {
            return self.in_front(word, span);
        }
        // `contact metric …`, `portfolio rule …`: the declaration's word is the second.
        let second = word_at(next, 0);
        if self.place == Place::File && matches!(second, "metric" | "rule" | "guard") {
            return None;
        }
        if self.place == Place::Scorecard
            && ["weight", "at", "scale", "because", "missing", "informational"].contains(&word_at(next, 0))
        {
            return None;
        }
        if matches!(
            self.place,
            Place::Rows | Place::Parts | Place::Lines | Place::Record | Place::Fields | Place::Expression
        ) {
            return None;
        }
        if let Some(home) = Place::home_of(word) {
            return Some(self.misplaced(word, span, home));
        }
        let action = match word {
            _ if self.place != Place::Rule => None,
            "task" | "playbook" | "email" | "notify" | "call" | "ticket" => Some(word),
            "alert" | "message" | "slack" => Some("notify"),
            "send" => Some("email"),
            _ => None,
        };
        if let Some(verb) = action {
            let message = format!("unknown statement `{word}` in a rule");
            return Some(Diagnostic::new(Code::UnknownWord, span, message).label("an action?").fix(
                format!("write `do {verb}`"),
                span,
                format!("do {verb}"),
            ));
        }
        if DECLARATIONS.contains(&word) || RESERVED.contains(&word) {
            return None;
        }
        if self.place == Place::File {
            return Some(self.unknown_declaration(word, span));
        }
        let near = nearest(word, here.iter().copied());
        if near.is_none() && !self.place.is_closed() {
            return None;
        }
        let message = format!("unknown statement `{word}` in {}", self.place.noun());
        let found = Diagnostic::new(Code::UnknownWord, span, message);
        Some(match near {
            Some(near) => found.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near),
            None if word == "weight" => {
                found.help("`weight` stands behind the name of a metric, on a line of a scorecard")
            }
            None => {
                let and_meta = if self.place.has_meta() { ", besides `owner`, `review` and the like" } else { "" };
                found.help(format!("{} has {}{and_meta}", self.place.noun(), listed(self.place.statements(), "and")))
            }
        })
    }

    /// `final`, `tighten only`, `open` or `extend`, and no declaration behind it.
    fn in_front(&self, word: &str, span: Span) -> Option<Diagnostic> {
        let behind = |at: usize| {
            let rest = self.text.get(at..).unwrap_or("");
            let begin = at + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
            (begin, word_at(self.text, begin))
        };
        let (mut begin, mut next) = behind(span.end as usize);
        if word == "tighten" && next != "only" {
            let message = "`tighten` is written `tighten only`";
            let found = Diagnostic::new(Code::UnknownWord, span, message);
            return Some(found.fix("write `tighten only`", span, "tighten only"));
        }
        if next == "only" {
            (begin, next) = behind(begin + next.len());
        }
        if DECLARATIONS.contains(&next) || next == "portfolio" {
            return None;
        }
        let place = self.span(begin, begin + next.len());
        if ACCESS.contains(&next) {
            let found = Diagnostic::new(Code::UnexpectedText, place, "one word in front of a declaration is enough");
            return Some(found.label("another").also(span, "the first").help("keep one of them"));
        }
        if next.is_empty() {
            let found =
                Diagnostic::new(Code::UnexpectedText, span, format!("`{word}` stands in front of a declaration"));
            return Some(
                found.label("nothing is declared").help("write the declaration on the same line: `final metric …`"),
            );
        }
        Some(self.unknown_declaration(next, place))
    }

    fn unknown_declaration(&self, word: &str, span: Span) -> Diagnostic {
        let found = Diagnostic::new(Code::UnknownWord, span, format!("unknown declaration `{word}`"));
        match nearest(word, DECLARATIONS.iter().chain(ACCESS).copied()) {
            Some(near) => found.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near),
            None => found.help(format!("a declaration begins with {}", listed(DECLARATIONS, "or"))),
        }
    }

    fn misplaced(&self, word: &str, span: Span, home: Place) -> Diagnostic {
        if self.place == Place::File {
            let message = format!("`{word}` stands outside every declaration");
            return Diagnostic::new(Code::MisplacedStatement, span, message)
                .help("move it between the braces of a declaration, or look for a `}` too many above");
        }
        let message = format!("`{word}` does not belong in {}", self.place.noun());
        Diagnostic::new(Code::MisplacedStatement, span, message).help(match home {
            Place::Fields => "`retain` belongs in a table or events declaration".to_string(),
            home => format!("`{word}` belongs in {}", home.noun()),
        })
    }

    fn out_of_place(&self, slice: &str) -> Diagnostic {
        let span = self.span(self.rest.min(self.start + slice.len()), self.start + slice.len());
        Diagnostic::new(Code::UnexpectedText, span, "this is out of place here")
            .help(format!("move it, or put it on a line of its own in {}", self.place.noun()))
    }

    /// Says what stands at `offset` and what should.
    fn unexpected(&self, offset: usize, end: usize, expected: &Expected) -> Diagnostic {
        let (found, begin) = Found::at(self.text, offset, end);
        let span = self.span(begin, begin + found.len());
        let habit = habits::find(self, offset, expected);
        if habit.is_none()
            && let Some(diagnostic) = self.row_without_test(offset, expected)
        {
            return diagnostic;
        }
        if let (Found::Word(word), None) = (&found, &habit)
            && let Some(diagnostic) = self.wrong_word(word, span, expected)
        {
            return diagnostic;
        }
        let habit = habit.or_else(|| habits::two_words(self, offset));
        let at_end = matches!(found, Found::EndOfLine | Found::EndOfFile) || matches!(found, Found::Signs(")" | "}"));
        let message = match expected.words(at_end) {
            Some(words) => format!("unexpected {}; expected {words}", found.words()),
            None => format!("unexpected {}", found.words()),
        };
        if let Some(habit) = habit {
            return self.habit(habit, span, message);
        }
        let mut diagnostic = Diagnostic::new(Code::UnexpectedText, span, message);
        if at_end
            && expected.closing
            && let Some(open) = self.open_paren(offset)
        {
            let close = self.span(offset, offset);
            diagnostic = diagnostic.also(self.span(open, open + 1), "this `(` is not closed").fix(
                "close it with `)`",
                close,
                ")",
            );
        }
        if at_end && expected.needs("over") {
            return diagnostic.help("say how far back: `over 26 weeks`");
        }
        if expected.candidates.contains(&"weight")
            && matches!(found, Found::Word(w) if w.starts_with(|c: char| c.is_ascii_digit()))
        {
            return diagnostic.fix("write `weight` before the number", self.span(offset, offset), "weight ");
        }
        // `from` is a word of tests; elsewhere it is a habit from another language.
        if matches!(self.place, Place::Test | Place::Fixture) && word_at(self.text, offset) == "from" {
            return diagnostic;
        }
        hints::add(diagnostic, self.text, offset, span, expected.wants_name())
    }

    fn habit(&self, habit: Habit, span: Span, message: String) -> Diagnostic {
        let place = self.span(habit.start, habit.end);
        let (at, message) = match habit.message {
            Some(own) => (place, own),
            None => (span, message),
        };
        let diagnostic = Diagnostic::new(Code::UnexpectedText, at, message).help(habit.help.clone());
        match habit.text {
            Some(text) => diagnostic.fix(habit.help, place, text),
            None => diagnostic,
        }
    }

    /// What can be told from the word that should not be there.
    fn wrong_word(&self, word: &str, span: Span, expected: &Expected) -> Option<Diagnostic> {
        let write = |near: &str| format!("write `{near}`");
        if expected.wants_type {
            let diagnostic = Diagnostic::new(Code::UnknownWord, span, format!("unknown type `{word}`"));
            return Some(match meant_type(word) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(write(near), span, near),
                None => diagnostic.help(format!("a type is {}", listed(TYPES, "or"))),
            });
        }
        if DECLARATIONS.contains(&word) && expected.wants_name() {
            return Some(if self.is_compared(span.start as usize) {
                reserved_value(word, span)
            } else {
                reserved_name(self.text, span)
            });
        }
        let letters = word.len() == 3 && word.chars().all(|c| c.is_ascii_lowercase());
        if expected.wants_currency && letters && !word.starts_with("and") {
            let right = word.to_uppercase();
            let diagnostic = Diagnostic::new(Code::UnknownWord, span, format!("unknown word `{word}`"));
            return Some(diagnostic.label("a currency?").fix(
                format!("write the currency in capitals: `{right}`"),
                span,
                right,
            ));
        }
        // `NOT x` is read as a name, and `x` is where it stops.
        let before = word_before(self.text, span.start as usize);
        let lower = before.to_lowercase();
        if before != lower && RESERVED.contains(&lower.as_str()) {
            let end = self.text.get(..span.start as usize).map_or(0, |t| t.trim_end_matches([' ', '\t']).len());
            let place = self.span(end - before.len(), end);
            let diagnostic = Diagnostic::new(Code::UnknownWord, place, format!("unknown word `{before}`"));
            return Some(diagnostic.help(format!("did you mean `{lower}`?")).fix(write(&lower), place, lower));
        }
        let near = nearest(word, expected.candidates.iter().copied())
            .filter(|near| word.chars().count() > 2 || near.eq_ignore_ascii_case(word))?;
        Some(
            Diagnostic::new(Code::UnknownWord, span, format!("unknown word `{word}`"))
                .label(expected.words(false).map_or("not known".to_string(), |words| format!("expected {words}")))
                .help(format!("did you mean `{near}`?"))
                .fix(write(near), span, near),
        )
    }

    /// `gold 85`: a row whose value is there, but not what it is compared with.
    fn row_without_test(&self, offset: usize, expected: &Expected) -> Option<Diagnostic> {
        if !matches!(self.place, Place::Rows | Place::Parts) || !expected.candidates.contains(&"to") {
            return None;
        }
        let name = word_at(self.text, self.start);
        let rest = self.text.get(self.start + name.len()..offset)?;
        let begin = self.start + name.len() + (rest.len() - rest.trim_start().len());
        let end = self.scan.trim_end(self.text, begin, offset);
        let value = self.text.get(begin..end).filter(|v| !v.is_empty())?;
        let diagnostic =
            Diagnostic::new(Code::UnexpectedText, self.span(begin, end), format!("`{value}` is not a condition"));
        let amount = Amount::at(value, 0).filter(|amount| amount.end == value.len());
        let value = amount.map_or(value.to_string(), |amount| amount.written());
        Some(diagnostic.help(format!("write `{name} >= {value}`, `{name} = {value}` or a range like `{name} 1 to 10`")))
    }

    /// True behind `=`, `!=` or inside `in (…)`, where a value is wanted; the `=` of a declaration is none of these.
    pub fn is_compared(&self, offset: usize) -> bool {
        let before = self.text.get(self.start..offset).unwrap_or("").trim_end();
        if let Some(before) = before.strip_suffix('=') {
            return self.place != Place::File || before.contains(['=', '{']);
        }
        before.ends_with(['(', ',']) && self.open_paren(offset).is_some_and(|open| word_before(self.text, open) == "in")
    }

    /// The last `(` before `offset` that is still open there.
    fn open_paren(&self, offset: usize) -> Option<usize> {
        self.open_parens(offset).pop()
    }

    /// Every `(` before `offset` that is still open there.
    pub fn open_parens(&self, offset: usize) -> Vec<usize> {
        let bytes = self.text.as_bytes();
        let mut open = Vec::new();
        let mut at = self.start;
        while at < offset {
            match bytes.get(at) {
                None => break,
                Some(b'"') => at = text_end(bytes, at),
                Some(b'#') => {
                    at = memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(offset, |n| at + n)
                }
                Some(b'(') => {
                    open.push(at);
                    at += 1;
                }
                Some(b')') => {
                    open.pop();
                    at += 1;
                }
                _ => at += 1,
            }
        }
        open
    }
}

/// What is wrong with a text that should be one expression.
pub fn expression(id: u16, text: &str, scan: &Scan) -> Diagnostic {
    Debris { id, text, scan, place: Place::Expression, start: 0, rest: 0, end: text.len() }.judge()
}

/// A text without its closing quote.
pub fn unclosed(span: Span, text: &str) -> Diagnostic {
    let line = text.get(span.start as usize..span.end as usize).unwrap_or("");
    let end = span.start + u32::try_from(line.trim_end().len()).unwrap_or(0);
    let span = Span { end, ..span };
    Diagnostic::new(Code::UnclosedText, span, "this text has no closing quote")
        .label("begins here")
        .help("close it with `\"` on the same line; a quote inside a text is written `\\\"`")
}

/// A word of the language used as a name.
pub fn reserved_name(text: &str, span: Span) -> Diagnostic {
    let word = text.get(span.start as usize..span.end as usize).unwrap_or("");
    Diagnostic::new(Code::ReservedName, span, format!("`{word}` is a word of the language and cannot be a name")).help(
        format!(
            "choose another name, such as `{word}_name`; a column that is called `{word}` in the data is bound in laud.toml, \
             under `[profile.NAME.TABLE.columns]`: {word}_name = \"{word}\""
        ),
    )
}

/// A word of the language used as a value of a list.
pub fn reserved_value(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ReservedName, span, format!("`{word}` is a word of the language and cannot be a value")).help(
        format!(
            "choose another word, such as `{word}_value`, and say in laud.toml what the data calls it: \
             values = {{ \"{word}\" = \"{word}_value\" }}"
        ),
    )
}

/// The word (letters, digits, `_`) that begins at `start`; empty if none does.
pub fn word_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or("")
}

/// The word that ends before `end` on the same line, blanks between left out.
pub fn word_before(text: &str, end: usize) -> &str {
    let before = text.get(..end).unwrap_or("").trim_end_matches([' ', '\t']);
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |at| at + before.get(at..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8));
    before.get(start..).unwrap_or("")
}
