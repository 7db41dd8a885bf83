//! "unexpected … expected …": what stands at the place of a mistake, and what would have been right there.

use super::grammar::Rule;
use super::recover::word_at;
use super::scan::{WHITESPACE, text_end};
use super::words::{Wanted, wanted};

/// What stands at the place of a mistake.
pub enum Found<'a> {
    /// A word or a number.
    Word(&'a str),
    /// Signs, or a text in quotes.
    Signs(&'a str),
    EndOfLine,
    EndOfFile,
}

impl<'a> Found<'a> {
    /// What stands there, and where it begins.
    pub fn at(text: &'a str, offset: usize, end: usize) -> (Found<'a>, usize) {
        let rest = text.get(offset..).unwrap_or("");
        // Behind the end of the piece stands what ended it, if it is on the same line.
        let space = |c: char| c != '\n' && WHITESPACE.contains(&c);
        let blank = if offset >= end { rest.len() - rest.trim_start_matches(space).len() } else { 0 };
        let rest = rest.get(blank..).unwrap_or("");
        if rest.is_empty() {
            return (Found::EndOfFile, offset);
        }
        if rest.starts_with(['\n', '#', '\r']) {
            return (if rest.trim_start().is_empty() { Found::EndOfFile } else { Found::EndOfLine }, offset);
        }
        let begin = offset + blank;
        let word = word_at(rest, 0);
        if !word.is_empty() {
            return (Found::Word(word), begin);
        }
        if rest.starts_with('"') {
            return (Found::Signs(rest.get(..text_end(rest.as_bytes(), 0)).unwrap_or("\"")), begin);
        }
        let sign = |c: char| "=<>!&|+-*/%^~:?".contains(c);
        let length = match rest.find(|c: char| !sign(c)) {
            Some(0) | None => rest.chars().next().map_or(0, char::len_utf8),
            Some(length) => length,
        };
        (Found::Signs(rest.get(..length).unwrap_or("")), begin)
    }

    /// Bytes to underline.
    pub fn len(&self) -> usize {
        match self {
            Found::Word(s) | Found::Signs(s) => s.len(),
            Found::EndOfLine | Found::EndOfFile => 0,
        }
    }

    pub fn words(&self) -> String {
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
pub struct Expected {
    shown: Vec<String>,
    /// Words to compare a misspelt one with.
    pub candidates: Vec<&'static str>,
    pub wants_type: bool,
    pub wants_value: bool,
    pub wants_currency: bool,
    /// A `)` is missing.
    pub closing: bool,
}

const OPERATOR: &str = "an operator";
const END: &str = "the end of the statement";

impl Expected {
    pub fn of(rules: &[Rule]) -> Expected {
        let mut expected = Expected::default();
        let mut operator = false;
        let mut clauses = Vec::new();
        let mut statements = Vec::new();
        let quoted = |words: &[&str]| words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>();
        for rule in rules {
            match wanted(*rule) {
                Wanted::Nothing => {}
                Wanted::Words(words) => {
                    expected.shown.extend(quoted(words));
                    expected.candidates.extend(words);
                }
                Wanted::Noun(noun) => expected.shown.push(noun.to_string()),
                Wanted::Operator(words) => {
                    operator = true;
                    expected.candidates.extend(words);
                }
                Wanted::Clause(words) => {
                    clauses.extend(quoted(words));
                    expected.candidates.extend(words);
                }
                Wanted::Statement(words) => {
                    statements.extend(quoted(words));
                    expected.candidates.extend(words);
                }
                Wanted::Type => expected.wants_type = true,
                Wanted::Currency => expected.wants_currency = true,
                Wanted::Value => expected.wants_value = true,
                Wanted::End => expected.shown.push(END.to_string()),
            }
        }
        expected.closing = expected.shown.iter().any(|s| s == "`)`");
        if expected.wants_type {
            expected.shown.push("a type".to_string());
        }
        if expected.wants_value {
            // Whatever can begin a value goes without saying.
            let part = ["a name", "a number", "text in quotes", "a date like `2026-03-31`", "`(`", "`if`"];
            expected.shown.retain(|s| !part.contains(&s.as_str()));
            expected.shown.push("a value".to_string());
        }
        if operator {
            // So does whatever can follow one.
            let part = [
                "`(`",
                "`as of`",
                "`for`",
                "`ignoring missing`",
                "`in`",
                "`is`",
                "`not`",
                "`until`",
                "a unit of time like `days`",
            ];
            expected.shown.retain(|s| !part.contains(&s.as_str()));
            expected.shown.push(OPERATOR.to_string());
        } else if expected.wants_currency {
            expected.shown.push("a currency like `USD`".to_string());
        }
        if clauses.len() > 1 {
            expected.shown.push("a clause like `where`".to_string());
        } else {
            expected.shown.extend(clauses);
        }
        if statements.len() > 4 {
            expected.shown.push("a statement".to_string());
        } else {
            expected.shown.extend(statements);
        }
        expected.shown.sort();
        expected.shown.dedup();
        expected.candidates.retain(|word| word.len() > 1);
        expected.candidates.sort_unstable();
        expected.candidates.dedup();
        expected
    }

    /// True where a time of so many days, months and so on is wanted.
    pub fn wants_duration(&self) -> bool {
        self.shown.iter().any(|s| s.starts_with("a duration"))
    }

    /// True where a row goes on with its arrow.
    pub fn needs_arrow(&self) -> bool {
        self.shown.iter().any(|s| s == "`->`")
    }

    pub fn wants_name(&self) -> bool {
        let named = ["a name", "a column", "a row", "a line"];
        self.wants_value || self.shown.iter().any(|s| named.iter().any(|n| s.starts_with(n)))
    }

    /// True if this word must follow where the text ends, unless a call begins there.
    pub fn needs(&self, word: &str) -> bool {
        let words = self.words(true).unwrap_or_default();
        words.strip_prefix("`(` or ").unwrap_or(&words) == format!("`{word}`")
    }

    /// In words, if it can be said. Where the text ends too early, what must follow is worth more than what could.
    pub fn words(&self, at_end: bool) -> Option<String> {
        if at_end && self.closing {
            return Some("`)`".to_string());
        }
        let mut shown = self.shown.clone();
        if at_end && shown.iter().any(|s| s != OPERATOR && s != END && s != "`,`") {
            shown.retain(|s| s != OPERATOR && s != END && s != "`,`");
        }
        (!shown.is_empty()).then(|| joined(&shown, "or"))
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
