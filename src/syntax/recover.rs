//! Looks again at what the grammar could not place, and says what is wrong with it.
//!
//! Each piece of debris is parsed once more with the strict entry of its place; where that stops is where the mistake is,
//! and what it would have accepted there is what was expected. Before that the usual suspects are tried: a text without
//! its closing quote, a word that is nearly right, a statement that belongs elsewhere.

use super::grammar::{Grammar, Rule};
use super::hints;
use super::scan::{DECLARATIONS, Scan, text_end};
use super::words::{Place, RESERVED, TYPES, Wanted, wanted};
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
        if self.start == self.rest {
            if let Some(found) = self.stray_brace().or_else(|| self.first_word()) {
                return found;
            }
        }
        let (offset, wanted) = match Grammar::parse(self.place.entry(), slice) {
            Ok(_) => return self.out_of_place(slice),
            Err(error) => {
                let offset = match error.location {
                    InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
                };
                let rules = match error.variant {
                    ErrorVariant::ParsingError { positives, .. } => positives,
                    ErrorVariant::CustomError { .. } => Vec::new(),
                };
                (self.start + offset, Expected::of(&rules))
            }
        };
        self.unexpected(offset, end, &wanted)
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
            None => found.help(format!("{} has {}", self.place.noun(), listed(&here, "and"))),
        })
    }

    fn unknown_declaration(&self, word: &str, span: Span) -> Diagnostic {
        let found = Diagnostic::new(Code::UnknownWord, span, format!("unknown declaration `{word}`"));
        match nearest(word, DECLARATIONS.iter().copied()) {
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
        let found = Found::at(self.text, offset, end);
        let span = self.span(offset, offset + found.len());
        if let Found::Word(word) = found {
            if expected.wants_type {
                let message = format!("unknown type `{word}`");
                let diagnostic = Diagnostic::new(Code::UnknownWord, span, message);
                return match nearest(word, TYPES.iter().copied()) {
                    Some(near) => {
                        diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
                    }
                    None => diagnostic.help(format!("a type is {}", listed(TYPES, "or"))),
                };
            }
            if DECLARATIONS.contains(&word) && expected.wants_name() {
                return reserved_name(self.text, span);
            }
            if let Some(near) = nearest(word, expected.candidates.iter().copied()) {
                return Diagnostic::new(Code::UnknownWord, span, format!("unknown word `{word}`"))
                    .label(format!("expected {}", expected.words()))
                    .help(format!("did you mean `{near}`?"))
                    .fix(format!("write `{near}`"), span, near);
            }
        }
        let message = format!("unexpected {}; expected {}", found.words(), expected.words());
        let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message);
        hints::add(diagnostic, self.text, offset, span, expected.wants_name())
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
            "choose another name, such as `{word}_name`; a column that is called `{word}` in the data is bound in laud.toml: \
             {word}_name = \"{word}\""
        ),
    )
}

/// The word (letters, digits, `_`) that begins at `start`; empty if none does.
pub fn word_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or("")
}

/// What stands at the place of a mistake.
enum Found<'a> {
    /// A word or a number.
    Word(&'a str),
    /// Signs, or a text in quotes.
    Signs(&'a str),
    EndOfLine,
    EndOfFile,
}

impl<'a> Found<'a> {
    fn at(text: &'a str, offset: usize, end: usize) -> Found<'a> {
        let rest = text.get(offset..).unwrap_or("");
        // Behind the end of the piece stands what ended it, if it is on the same line.
        let blank = if offset >= end { rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len() } else { 0 };
        let rest = rest.get(blank..).unwrap_or("");
        if rest.is_empty() {
            return Found::EndOfFile;
        }
        if rest.starts_with(['\n', '#', '\r']) {
            return if rest.trim_start().is_empty() { Found::EndOfFile } else { Found::EndOfLine };
        }
        let word = word_at(rest, 0);
        if !word.is_empty() {
            return Found::Word(word);
        }
        if rest.starts_with('"') {
            return Found::Signs(rest.get(..text_end(rest.as_bytes(), 0)).unwrap_or("\""));
        }
        let sign = |c: char| "=<>!&|+-*/%^~:?".contains(c);
        let length = match rest.find(|c: char| !sign(c)) {
            Some(0) | None => rest.chars().next().map_or(0, char::len_utf8),
            Some(length) => length,
        };
        Found::Signs(rest.get(..length).unwrap_or(""))
    }

    /// Bytes to underline.
    fn len(&self) -> usize {
        match self {
            Found::Word(s) | Found::Signs(s) => s.len(),
            Found::EndOfLine | Found::EndOfFile => 0,
        }
    }

    fn words(&self) -> String {
        match self {
            Found::Word(s) | Found::Signs(s) => {
                let mut short: String = s.chars().take(40).collect();
                if short.len() < s.len() {
                    short.push('…');
                }
                format!("`{}`", short.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"))
            }
            Found::EndOfLine => "end of the line".to_string(),
            Found::EndOfFile => "end of the file".to_string(),
        }
    }
}

/// What would have been right.
#[derive(Default)]
struct Expected {
    shown: Vec<String>,
    /// Words to compare a misspelt one with.
    candidates: Vec<&'static str>,
    wants_type: bool,
    wants_value: bool,
}

impl Expected {
    fn of(rules: &[Rule]) -> Expected {
        let mut expected = Expected::default();
        let mut operator = false;
        let mut statements = Vec::new();
        for rule in rules {
            match wanted(*rule) {
                Wanted::Nothing => {}
                Wanted::Words(words) => {
                    expected.shown.extend(words.iter().map(|w| format!("`{w}`")));
                    expected.candidates.extend(words);
                }
                Wanted::Noun(noun) => {
                    expected.wants_type |= noun == "a type";
                    expected.shown.push(noun.to_string());
                }
                Wanted::Operator(words) => {
                    operator = true;
                    expected.candidates.extend(words);
                }
                Wanted::Statement(words) => {
                    statements.extend(words.iter().map(|w| format!("`{w}`")));
                    expected.candidates.extend(words);
                }
                Wanted::Value => expected.wants_value = true,
                Wanted::End => expected.shown.push("the end of the statement".to_string()),
            }
        }
        if expected.wants_value {
            // Whatever can begin a value goes without saying.
            let part = ["a name", "a number", "text in quotes", "a date like `2026-03-31`", "`(`", "`if`"];
            expected.shown.retain(|s| !part.contains(&s.as_str()));
            expected.shown.push("a value".to_string());
        }
        if operator {
            expected.shown.push("an operator".to_string());
        }
        if statements.len() > 4 {
            expected.shown.push("a statement".to_string());
        } else {
            expected.shown.extend(statements);
        }
        expected.shown.sort();
        expected.shown.dedup();
        expected
            .candidates
            .retain(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase()) || word.len() > 1);
        expected.candidates.sort_unstable();
        expected.candidates.dedup();
        expected
    }

    fn wants_name(&self) -> bool {
        self.wants_value || self.shown.iter().any(|s| s == "a name")
    }

    fn words(&self) -> String {
        match self.shown.as_slice() {
            [] => "something else".to_string(),
            shown => joined(shown, "or"),
        }
    }
}

fn joined(words: &[String], conjunction: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} {conjunction} {last}", all.join(", ")),
    }
}

/// `` `a`, `b` or `c` ``
pub fn listed(words: &[&str], conjunction: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    joined(&quoted, conjunction)
}
