//! Amounts, durations, ranges and tests of rows as people write them elsewhere, read as laud would write them.

use super::super::amount::Amount;
use super::super::recover::word_at;
use super::super::words::RESERVED;
use super::BLANK;

pub(super) fn noun(amount: &Amount) -> &'static str {
    if amount.currency.is_some() { "an amount" } else { "a number" }
}

/// `Case Study` as `case_study`, the way cells are matched with values.
pub(super) fn folded(written: &str) -> Option<String> {
    let words: Vec<String> =
        written.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let right = words.join("_");
    right.starts_with(|c: char| c.is_alphabetic()).then_some(right)
}

pub(super) enum Direction {
    Back,
    Ahead,
    Now,
}

pub(super) fn direction(word: &str) -> Option<Direction> {
    match word {
        "last" | "past" | "previous" | "prior" | "trailing" | "preceding" => Some(Direction::Back),
        "next" | "coming" | "upcoming" | "following" => Some(Direction::Ahead),
        "this" | "current" => Some(Direction::Now),
        _ => None,
    }
}

pub(super) fn unit_of(word: &str) -> Option<&'static str> {
    match word.to_lowercase().trim_end_matches('s') {
        "d" | "day" => Some("days"),
        "w" | "wk" | "week" => Some("weeks"),
        "mo" | "month" => Some("months"),
        "q" | "qtr" | "quarter" => Some("quarters"),
        "y" | "yr" | "year" => Some("years"),
        _ => None,
    }
}

/// `90 days`, `90d`, `12 full months`: the count, the unit and what follows.
pub(super) fn duration(text: &str) -> Option<(u32, &'static str, &str)> {
    let word = word_at(text, 0);
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    let count = digits.parse().ok()?;
    if digits.len() < word.len() {
        return Some((count, unit_of(word.get(digits.len()..)?)?, text.get(word.len()..)?));
    }
    let mut rest = text.get(word.len()..)?.trim_start_matches(['-', ' ']);
    if ["full", "calendar"].contains(&word_at(rest, 0)) {
        rest = rest.get(word_at(rest, 0).len()..)?.trim_start();
    }
    let unit = unit_of(word_at(rest, 0))?;
    Some((count, unit, rest.get(word_at(rest, 0).len()..)?))
}

/// An end of a range: an amount, perhaps negative or in percent, or a name.
pub(super) fn operand(text: &str) -> Option<(String, &str)> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest.trim_start()),
        None => ("", text),
    };
    if let Some(amount) = Amount::at(rest, 0) {
        let behind = rest.get(amount.end..)?;
        return Some(match behind.trim_start().strip_prefix('%') {
            Some(behind) => (format!("{sign}{}%", amount.written()), behind),
            None => (format!("{sign}{}", amount.written()), behind),
        });
    }
    let word = word_at(rest, 0);
    let named = word.starts_with(char::is_alphabetic) && !RESERVED.contains(&word) && word != "between";
    named.then(|| Some((format!("{sign}{word}"), rest.get(word.len()..)?)))?
}

/// `55 to 80`, `between 55 and 80`, `55-80`, and what follows.
pub(super) fn range(text: &str) -> Option<(String, String, &str)> {
    let text = ["between", "from"].iter().find_map(|w| text.strip_prefix(w)).unwrap_or(text).trim_start();
    let (low, rest) = operand(text)?;
    let rest = rest.trim_start();
    let rest = ["to", "and", "through", "until", "-", "–", "—", "...", "..", "…"].iter().find_map(|sign| {
        let rest = rest.strip_prefix(sign)?;
        let whole = !sign.starts_with(char::is_alphabetic) || rest.starts_with(BLANK);
        whole.then(|| rest.trim_start())
    })?;
    let (high, rest) = operand(rest)?;
    Some((low, high, rest))
}

/// The test of a row as it should be written.
pub(super) fn row_test(test: &str) -> Option<String> {
    if let Some((low, high, "")) = range(test) {
        return Some(format!("{low} to {high}"));
    }
    let lower = test.to_lowercase();
    if ["else", "default", "rest", "others", "other", "everything else", "anything else"].contains(&lower.as_str()) {
        return Some("otherwise".to_string());
    }
    for (words, sign) in ROW_WORDS {
        for word in *words {
            if let Some(rest) = test.strip_prefix(word).filter(|rest| rest.starts_with(BLANK))
                && let Some((value, "")) = operand(rest.trim_start())
            {
                return Some(format!("{sign} {value}"));
            }
        }
    }
    let (value, rest) = operand(test)?;
    ["+", "or more", "and more", "and up", "and above", "or above", "or higher"]
        .contains(&rest.trim())
        .then(|| format!(">= {value}"))
}

const ROW_WORDS: &[(&[&str], &str)] = &[
    (&["at least"], ">="),
    (&["at most", "up to"], "<="),
    (&["over", "above", "more than", "greater than"], ">"),
    (&["under", "below", "less than", "fewer than"], "<"),
    (&["is", "equals"], "="),
];
