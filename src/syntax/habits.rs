//! What people write who come from spreadsheets, queries and plain English, with the exact edit that makes it laud:
//! `within 90 days`, `between 55 and 80`, `scale 0 to 1`, `due 5 days`, `count(activity if …)`.

mod reading;
mod tests;

use super::amount::Amount;
use super::expected::Expected;
use super::recover::{Debris, word_at, word_before};
use super::words::{Place, RESERVED};
use reading::{Direction, direction, duration, folded, noun, range, row_test, unit_of};

/// A habit at its place.
pub struct Habit {
    /// What the edit replaces.
    pub start: usize,
    pub end: usize,
    /// What is wrong, where "unexpected …; expected …" says less.
    pub message: Option<String>,
    pub help: String,
    /// What stands there instead, if that can be told.
    pub text: Option<String>,
}

/// Functions that look at rows.
const AGGREGATES: &[&str] = &[
    "avg", "count", "distinct", "first", "last", "max", "median", "min", "nps", "share", "stddev", "sum", "average",
    "mean",
];

/// Those that people write without parentheses, as in a sentence: `count of activity`.
const CALLED: &[&str] = &["avg", "average", "count", "mean", "median", "share", "sum"];

const BLANK: [char; 3] = [' ', '\t', '\u{A0}'];

/// The habit that explains why reading stopped at `offset`.
pub fn find(debris: &Debris<'_>, offset: usize, expected: &Expected) -> Option<Habit> {
    let at = At { debris, text: debris.text, offset, word: word_at(debris.text, offset) };
    at.test()
        .or_else(|| at.row(expected))
        .or_else(|| at.scale())
        .or_else(|| at.amount())
        .or_else(|| at.limit())
        .or_else(|| at.statement(expected))
        .or_else(|| at.clause(expected))
        .or_else(|| at.window())
        .or_else(|| at.between())
        .or_else(|| at.list_of_values())
}

/// Two words that look like one value, or two conditions with nothing between them; to be asked after words that are
/// only misspelt.
pub fn two_words(debris: &Debris<'_>, offset: usize) -> Option<Habit> {
    At { debris, text: debris.text, offset, word: word_at(debris.text, offset) }.two_words()
}

struct At<'a> {
    debris: &'a Debris<'a>,
    text: &'a str,
    offset: usize,
    word: &'a str,
}

impl<'a> At<'a> {
    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// The rest of the line from `start`, comments left out.
    fn line_from(&self, start: usize) -> &'a str {
        let rest = self.text.get(start..).unwrap_or("");
        let line = rest.get(..rest.find(['\n', '#']).unwrap_or(rest.len())).unwrap_or("");
        line.trim_end()
    }

    fn replace(&self, start: usize, end: usize, text: impl Into<String>, message: Option<String>) -> Option<Habit> {
        let text = text.into();
        let help = format!("write `{text}`");
        Some(Habit { start, end, message, help, text: Some(text) })
    }

    fn remove(&self, start: usize, end: usize) -> Option<Habit> {
        let help = format!("leave out `{}`", self.slice(start, end).trim());
        Some(Habit { start, end, message: None, help, text: Some(String::new()) })
    }

    fn insert(&self, at: usize, text: &str, help: impl Into<String>) -> Option<Habit> {
        Some(Habit { start: at, end: at, message: None, help: help.into(), text: Some(text.to_string()) })
    }

    /// True inside the parentheses of a function that looks at rows.
    fn in_aggregate(&self) -> bool {
        let opened_by = |open: &usize| AGGREGATES.contains(&word_before(self.text, *open));
        self.debris.open_parens(self.offset).iter().any(opened_by)
    }

    // ---------- rows and scales ----------

    /// `between 55 and 80`, `55-79`, `55+`, `at least 55`, `else` in a row.
    fn row(&self, expected: &Expected) -> Option<Habit> {
        if !matches!(self.debris.place, Place::Rows | Place::Parts) {
            return None;
        }
        let name = word_at(self.text, self.debris.start);
        let line = self.line_from(self.debris.start + name.len());
        let start = self.debris.start + name.len() + (line.len() - line.trim_start().len());
        let line = self.line_from(start);
        let arrow = ["->", "=>", "→", "}"].iter().filter_map(|end| line.find(end)).min();
        let test = arrow.unwrap_or(line.len());
        // `>= 1  100`
        let points = !self.word.is_empty() && self.word.bytes().all(|b| b.is_ascii_digit());
        if arrow.is_none() && points && expected.needs_arrow() && self.line_from(self.offset).trim_end() == self.word {
            return self.insert(self.offset, "-> ", format!("write `-> {}`", self.word));
        }
        let test = line.get(..test).unwrap_or("").trim_end();
        let end = start + test.len();
        let right = row_test(test).filter(|right| right != test && !name.is_empty())?;
        if self.offset < start || self.offset > end + 3 {
            return None;
        }
        let message = format!("`{test}` is not a condition");
        let help = format!("write `{name} {right}`");
        Some(Habit { start, end, message: Some(message), help, text: Some(right) })
    }

    /// `scale 0 to 1`, `scale 0-10 -> 0-100`.
    fn scale(&self) -> Option<Habit> {
        if !matches!(self.debris.place, Place::Metric | Place::Scorecard | Place::Lines) {
            return None;
        }
        let before = self.slice(self.debris.start, self.offset);
        let begin = self.debris.start + before.rfind("scale")? + "scale".len();
        let mut line = self.line_from(begin);
        let all = line.len();
        line = line.trim_start();
        if let Some(after) = line.strip_prefix("for ") {
            let after = after.trim_start();
            line = after.get(word_at(after, 0).len()..)?.trim_start();
        }
        let start = begin + all - line.len();
        let (low, high, rest) = range(line)?;
        let mut tail = rest;
        let mut points = ("0".to_string(), "100".to_string());
        let behind = rest.trim_start();
        let sign = ["->", "=>", "→", "=", ":"].iter().find_map(|sign| behind.strip_prefix(sign));
        if let Some(after) = sign {
            let (first, last, end) = range(after.trim_start())?;
            points = (first, last);
            tail = end;
        }
        let end = start + line.len() - tail.len();
        let text = format!("{low} -> {}, {high} -> {}", points.0, points.1);
        let message = format!("`{}` does not say which value gives how many points", self.slice(start, end));
        (self.offset >= start && self.offset <= end).then_some(())?;
        self.replace(start, end, text, Some(message))
    }

    fn amount(&self) -> Option<Habit> {
        // `80 percent`
        let number = word_before(self.text, self.offset);
        let count = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        if count && ["percent", "percentage", "pct"].contains(&self.word) {
            let end = self.slice(0, self.offset).trim_end_matches(BLANK).len();
            let habit = self.replace(end, self.offset + self.word.len(), "%", None)?;
            return Some(Habit { help: format!("write `{number}%`"), ..habit });
        }
        let found = Amount::around(self.text, self.offset).filter(|a| a.start >= self.debris.start)?;
        let written = self.slice(found.start, found.end);
        // `3m` may be millions or months.
        if found.currency.is_none() && written.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c)) {
            return None;
        }
        let message = format!("`{written}` is not how {} is written", noun(&found));
        self.replace(found.start, found.end, found.written(), Some(message))
    }

    // ---------- statements ----------

    /// `then task …`, `due 5 days`, `assign to csm`.
    fn statement(&self, expected: &Expected) -> Option<Habit> {
        if !self.word.is_empty() && self.word.bytes().all(|b| b.is_ascii_digit()) && expected.wants_duration() {
            let at = self.offset + self.word.len();
            return self.insert(at, " days", format!("write `{} days`", self.word));
        }
        if self.debris.place != Place::Rule {
            return None;
        }
        let before = word_before(self.text, self.offset);
        let end = self.slice(0, self.offset).trim_end_matches(BLANK).len();
        let begin = end - before.len();
        match (before, self.word) {
            (_, "then") => {
                let after = self.line_from(self.offset + 4);
                let blank = after.len() - after.trim_start().len();
                if word_at(after.trim_start(), 0) == "do" {
                    return self.remove(self.offset, self.offset + 4 + blank);
                }
                self.replace(self.offset, self.offset + 4, "do", None)
            }
            ("due", "within" | "after") => {
                let habit = self.replace(self.offset, self.offset + self.word.len(), "in", None)?;
                Some(Habit { help: "write `due in`".to_string(), ..habit })
            }
            ("due", word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                self.insert(self.offset, "in ", format!("write `due in {}`", self.count_and_unit()?))
            }
            ("to", _) if ["assign", "fallback"].contains(&word_before(self.text, begin)) => {
                let verb = word_before(self.text, begin);
                let help = format!("write `{verb} {}`", self.word);
                Some(Habit { start: begin, end: self.offset, message: None, help, text: Some(String::new()) })
            }
            _ => None,
        }
    }

    /// `cap at 40`, `cap 40 if …`.
    fn limit(&self) -> Option<Habit> {
        const VERBS: [&str; 4] = ["cap", "floor", "set", "hold"];
        let line = self.slice(0, self.offset).rsplit('\n').next().unwrap_or("");
        let verb = word_at(line.trim_start_matches(BLANK), 0);
        if self.debris.place != Place::Scorecard || !VERBS.contains(&verb) {
            return None;
        }
        if self.word == "if" {
            return self.replace(self.offset, self.offset + 2, "when", None);
        }
        let said = line.trim_start_matches(BLANK).get(verb.len()..)?.trim_matches(BLANK);
        let start = self.offset - line.len() + line.rfind(said)?;
        ["at", "to", "score at", "score to", "the score at"].contains(&said).then(|| self.remove(start, self.offset))?
    }

    fn count_and_unit(&self) -> Option<String> {
        let (count, unit, _) = duration(self.line_from(self.offset))?;
        Some(format!("{count} {unit}"))
    }

    /// Clauses of rows: `if` for `where`, a lost comma, a clause outside the parentheses.
    fn clause(&self, expected: &Expected) -> Option<Habit> {
        let before = self.slice(self.debris.start, self.offset).trim_end();
        let inside = self.in_aggregate();
        let next = word_at(self.line_from(self.offset + self.word.len()).trim_start(), 0);
        let called = self.debris.open_parens(self.offset).last().map(|open| word_before(self.text, *open));
        if called == Some("if") && self.text.get(self.offset..)?.starts_with(',') {
            return Some(self.branch_of_a_spreadsheet());
        }
        let whole = |text: &str| self.replace(self.offset, self.offset + self.word.len(), text, None);
        match self.word {
            "dollars" | "dollar" if expected.wants_currency => whole("USD"),
            "euros" | "euro" if expected.wants_currency => whole("EUR"),
            "pounds" | "pound" if expected.wants_currency => whole("GBP"),
            "if" | "when" | "with" | "whose" | "having" | "filter"
                if inside && expected.candidates.contains(&"where") =>
            {
                whole("where")
            }
            "if" if AGGREGATES.contains(&word_before(self.text, self.offset)) => {
                let function = match word_before(self.text, self.offset) {
                    "average" | "mean" => "avg",
                    other => other,
                };
                let value = if function == "count" { "" } else { "VALUE of " };
                let help = format!("write `{function}({value}SOURCE where CONDITION)`");
                Some(Habit { start: self.offset, end: self.offset + 2, message: None, help, text: None })
            }
            "at" | "all" if inside && ["least", "answers", "rows"].contains(&next) => {
                let at = self.debris.start + before.len();
                self.insert(at, ",", format!("write a comma before `{} {next}`", self.word))
            }
            "of" if CALLED.contains(&word_before(self.text, self.offset)) && !before.ends_with('(') => {
                let written = word_before(self.text, self.offset);
                let function = if ["average", "mean"].contains(&written) { "avg" } else { written };
                let value = if function == "count" { "" } else { "VALUE of " };
                let help = format!("write `{function}({value}SOURCE)`");
                Some(Habit { start: self.offset, end: self.offset + 2, message: None, help, text: None })
            }
            word if inside && word.starts_with(|c: char| c.is_ascii_digit()) => self.at_least(before),
            "where" | "dedupe" | "latest" | "decay" if before.ends_with(')') && !inside => {
                let help = format!("move it into the parentheses: `count(SOURCE {} …)`", self.word);
                Some(Habit { start: self.offset, end: self.offset + self.word.len(), message: None, help, text: None })
            }
            _ => None,
        }
    }

    /// `if(arr > 100k, 3, 1)`, read up to its first comma.
    fn branch_of_a_spreadsheet(&self) -> Habit {
        let help = "write `if CONDITION then A else B`".to_string();
        let unknown = Habit { start: self.offset, end: self.offset + 1, message: None, help, text: None };
        let Some(open) = self.debris.open_parens(self.offset).last().copied() else { return unknown };
        let (mut depth, mut cuts, mut end) = (0usize, vec![open], None);
        for (at, c) in self.slice(open, self.debris.end).char_indices().map(|(i, c)| (open + i, c)) {
            match c {
                '(' => depth += 1,
                ')' if depth == 1 => {
                    end = Some(at);
                    break;
                }
                ')' => depth -= 1,
                ',' if depth == 1 => cuts.push(at),
                '"' | '#' => return unknown,
                _ => {}
            }
        }
        let (Some(end), [_, first, second]) = (end, cuts.as_slice()) else { return unknown };
        let part = |from: usize, to: usize| self.slice(from + 1, to).trim();
        let (condition, then, otherwise) = (part(open, *first), part(*first, *second), part(*second, end));
        if [condition, then, otherwise].iter().any(|part| part.is_empty() || word_at(part, 0) == "if") {
            return unknown;
        }
        let start = self.slice(0, open).trim_end_matches(BLANK).len() - "if".len();
        let text = format!("(if {condition} then {then} else {otherwise})");
        Habit { start, end: end + 1, message: None, help: unknown.help, text: Some(text) }
    }

    /// `min 3 answers`, `minimum of 3`, `>= 3 answers` behind the comma of a function that looks at rows.
    fn at_least(&self, before: &str) -> Option<Habit> {
        let option = before.get(before.rfind(',')? + 1..)?.trim_start();
        let words = option.split(BLANK).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase();
        if !["min", "minimum", "minimum of", "min of", "least", "at minimum", "n >="].contains(&words.as_str()) {
            return None;
        }
        let behind = self.line_from(self.offset + self.word.len());
        let unit = word_at(behind.trim_start(), 0);
        let end = match unit {
            "answers" | "rows" | "answer" | "row" | "responses" | "accounts" => {
                self.offset + self.word.len() + (behind.len() - behind.trim_start().len()) + unit.len()
            }
            _ => self.offset + self.word.len(),
        };
        let unit = if ["rows", "accounts"].contains(&unit) { unit } else { "answers" };
        let start = self.debris.start + before.len() - option.len();
        self.replace(start, end, format!("at least {} {unit}", self.word), None)
    }

    // ---------- windows ----------

    /// `renewal within 90 days`, `in the last 12 months`, `in past 90 days`, `in last 90d`.
    fn window(&self) -> Option<Habit> {
        const LEAD: [&str; 6] = ["in", "within", "during", "over", "for", "the"];
        let mut start = self.offset;
        loop {
            let word = word_before(self.text, start);
            let begin = self.slice(0, start).trim_end_matches(BLANK).len().checked_sub(word.len())?;
            if begin < self.debris.start || !(LEAD.contains(&word) || direction(word).is_some()) {
                break;
            }
            start = begin;
        }
        let mut rest = self.line_from(start);
        let length = rest.len();
        let mut lead = Vec::new();
        while LEAD.contains(&word_at(rest, 0)) {
            let word = word_at(rest, 0);
            lead.push(word);
            rest = rest.get(word.len()..)?.trim_start();
        }
        let toward = direction(word_at(rest, 0));
        if toward.is_some() {
            rest = rest.get(word_at(rest, 0).len()..)?.trim_start();
        }
        let (count, unit, rest) = match duration(rest) {
            Some((count, unit, rest)) => (Some(count), unit, rest),
            None => (None, unit_of(word_at(rest, 0))?, rest.get(word_at(rest, 0).len()..)?),
        };
        let end = start + length - rest.len();
        // Behind something that can lie in a window.
        let before = self.slice(self.debris.start, start).trim_end();
        let last = word_before(self.text, self.debris.start + before.len());
        let ends_value = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | '"'));
        if !ends_value || RESERVED.contains(&last) || end <= self.offset || last == "due" {
            return None;
        }
        let inside = self.in_aggregate();
        let text = match (count, toward) {
            (Some(n), _)
                if lead.contains(&"over") && (before.contains("change in ") || before.contains("trend of ")) =>
            {
                format!("over {n} {unit}")
            }
            (Some(n), _) if lead.first() == Some(&"for") && !inside => format!("for {n} {unit}"),
            (Some(n), Some(Direction::Back)) => format!("in last {n} {unit}"),
            (Some(n), Some(Direction::Ahead)) => format!("in next {n} {unit}"),
            (Some(_), None) if lead.is_empty() => return None,
            (Some(n), None) if inside => format!("in last {n} {unit}"),
            (Some(n), None) => format!("in next {n} {unit}"),
            (None, Some(Direction::Ahead)) => {
                let help = "a window ahead says how long it is: `in next 90 days`".to_string();
                return Some(Habit { start, end, message: None, help, text: None });
            }
            (None, Some(Direction::Back)) => format!("in previous {}", unit.trim_end_matches('s')),
            (None, Some(Direction::Now)) => format!("in this {}", unit.trim_end_matches('s')),
            _ => return None,
        };
        let written = self.slice(start, end);
        if text == written {
            return None;
        }
        let message = match lead.is_empty() {
            true => None,
            false => Some(format!("`{written}` is not how a window is written")),
        };
        self.replace(start, end, text, message)
    }

    // ---------- conditions ----------

    /// `arr between 1 and 2`
    fn between(&self) -> Option<Habit> {
        if self.word != "between" {
            return None;
        }
        let before = self.slice(self.debris.start, self.offset).trim_end();
        let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let head = before.trim_end_matches(name);
        let value = before.get(head.len()..).filter(|value| !value.is_empty())?;
        let start = self.debris.start + head.len();
        let line = self.line_from(self.offset);
        let (low, high, rest) = range(line)?;
        let end = self.offset + line.len() - rest.len();
        let text = format!("{value} >= {low} and {value} <= {high}");
        if ["not", "if"].contains(&word_before(self.text, start)) {
            let help = format!("write `({text})`");
            return Some(Habit { start, end, message: None, help, text: Some(format!("({text})")) });
        }
        self.replace(start, end, text, None)
    }

    /// `one of case-study, Ref Call`
    fn list_of_values(&self) -> Option<Habit> {
        let before = self.slice(self.debris.start, self.offset);
        if self.debris.place != Place::Fields || !before.contains("one of") {
            return None;
        }
        let goes_on = self.text.get(self.offset..)?.starts_with(['-', '/']) || !self.word.is_empty();
        if !goes_on || ["key", "optional", "personal", "recorded", "merged", "parent"].contains(&self.word) {
            return None;
        }
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | ' ' | '&');
        let head = before.trim_end_matches(part);
        let mut start = self.debris.start + head.len();
        let first = self.slice(start, self.offset);
        start += first.rfind("one of ").map_or(first.len() - first.trim_start().len(), |at| at + "one of ".len());
        let rest = self.line_from(self.offset);
        let end = self.offset + rest.find(|c: char| !part(c)).unwrap_or(rest.len());
        let written = self.slice(start, end).trim();
        let end = start + written.len();
        // Attributes behind the last value are none of it.
        if written.split(BLANK).any(|w| ["key", "optional", "personal", "recorded"].contains(&w)) {
            return None;
        }
        self.value(start, end)
    }

    fn value(&self, start: usize, end: usize) -> Option<Habit> {
        let written = self.slice(start, end);
        let right = folded(written).filter(|right| right != written)?;
        let message = format!("a value is one word, and `{written}` is not");
        self.replace(start, end, right, Some(message))
    }

    /// True for a column that this file declares as a text.
    fn is_text(&self, column: &str) -> bool {
        let declared = |line: &str| {
            let line = line.trim_start();
            !column.is_empty()
                && word_at(line, 0) == column
                && word_at(line.get(column.len()..).unwrap_or("").trim_start(), 0) == "text"
        };
        self.opening().lines().any(declared)
    }

    /// True if a word stands anywhere in the file.
    fn occurs(&self, word: &str) -> bool {
        self.opening().split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == word)
    }

    /// As much of the file as is worth searching.
    fn opening(&self) -> &'a str {
        let mut end = self.text.len().min(256 * 1024);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.slice(0, end)
    }

    fn two_words(&self) -> Option<Habit> {
        let letters =
            |w: &str| w.starts_with(|c: char| c.is_alphabetic()) && !RESERVED.contains(&w) && !STOPS.contains(&w);
        let first = word_before(self.text, self.offset);
        if !letters(self.word) || !letters(first) || self.debris.place.all_statements().contains(&self.word) {
            return None;
        }
        let start = self.slice(0, self.offset).trim_end_matches(BLANK).len() - first.len();
        let before = self.slice(self.debris.start, start).trim_end();
        if !self.debris.is_compared(start) {
            return None;
        }
        // As many words as stand side by side.
        let mut last = (self.offset, self.offset + self.word.len());
        loop {
            let line = self.line_from(last.1);
            let blank = line.len() - line.trim_start().len();
            let word = word_at(line.trim_start(), 0);
            if blank == 0 || !letters(word) {
                break;
            }
            last = (last.1 + blank, last.1 + blank + word.len());
        }
        let behind = self.line_from(last.1).trim_start();
        let window = |rest: &str| !rest.trim_start_matches("in").trim_start().starts_with('(');
        let operator = ["is", "between"].contains(&word_at(behind, 0)) || word_at(behind, 0) == "in" && !window(behind);
        if behind.starts_with(['=', '<', '>', '!']) || operator {
            let name = self.slice(last.0, last.1);
            return self.insert(last.0, "and ", format!("write `and` or `or` before `{name}`"));
        }
        let written = self.slice(start, last.1);
        let right = folded(written)?;
        let column = word_before(self.text, self.debris.start + before.trim_end_matches(['=', '!', ' ']).len());
        if self.is_text(column) && !self.occurs(&right) {
            return self.replace(start, last.1, format!("\"{written}\""), None);
        }
        Some(Habit {
            start,
            end: last.1,
            message: Some(format!("a value is one word, and `{written}` is not")),
            help: format!("write `{right}`; a text stands in quotes: `\"{written}\"`"),
            text: Some(right),
        })
    }
}

/// Words that can follow a value without being part of it.
const STOPS: &[&str] = &[
    "all", "as", "assign", "at", "because", "by", "cap", "chain", "decay", "dedupe", "do", "due", "fallback", "for",
    "keep", "latest", "per", "unless", "weight", "weighted", "when", "while", "within",
];
