//! The one edit to make, for mistakes that can be told from what stands at the place: habits of other languages mostly.

use super::recover::word_at;
use super::scan::DECLARATIONS;
use crate::diagnostics::Diagnostic;
use crate::span::Span;

/// Adds a help, and a fix where it is mechanical.
pub fn add(found: Diagnostic, text: &str, offset: usize, span: Span, wants_name: bool) -> Diagnostic {
    let rest = text.get(offset..).unwrap_or("");
    let here = |length: usize| Span::new(span.source, offset, offset + length);
    let before = text.get(..offset).unwrap_or("");
    for (signs, help, replacement) in SIGNS {
        if rest.starts_with(signs) {
            return match replacement {
                Some(replacement) => found.help(*help).fix(*help, here(signs.len()), *replacement),
                None => found.help(*help),
            };
        }
    }
    if let Some(behind) = rest.strip_prefix(',')
        && behind.trim_start_matches([' ', '\t']).starts_with(['\n', '\r', '#'])
        && !before.ends_with(['(', ','])
    {
        return found.fix("remove the `,`: a line ends by itself", here(1), "");
    }
    if let Some(date) = rest.get(..8).filter(|date| short_date(date)) {
        return found.fix(format!("write `20{date}`"), here(8), format!("20{date}"));
    }
    let digit_after = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
    if let Some(after) = rest.strip_prefix(',')
        && digit_after(after)
        && before.ends_with(|c: char| c.is_ascii_digit())
    {
        return found.help("write thousands as `1_000` or `1k`, and a fraction with a point");
    }
    if rest.strip_prefix('.').is_some_and(digit_after) {
        return found.fix("write a zero before the point", here(0), "0");
    }
    let word = word_at(text, offset);
    let last = before.trim_end_matches([' ', '\t']);
    // A range of a column: `0-10`, `0..10`.
    let dash = ["-", "–", "..", "…"].into_iter().find_map(|dash| rest.strip_prefix(dash).map(|behind| (dash, behind)));
    if let Some((dash, behind)) = dash
        && last.ends_with(|c: char| c.is_ascii_digit())
        && digit_after(behind.trim_start_matches(' '))
    {
        let spaces = behind.len() - behind.trim_start_matches(' ').len();
        let end = offset + dash.len() + spaces;
        return found.fix("write the range with `to`: `0 to 10`", Span::new(span.source, last.len(), end), " to ");
    }
    if digit_after(word) && last.ends_with(" optional") {
        return found.help("what a column may hold stands before `optional`: `integer 0 or more optional`");
    }
    // The key of a row in a test.
    let whose = last.rsplit(|c: char| c.is_whitespace()).next().unwrap_or("");
    if digit_after(word)
        && !DECLARATIONS.contains(&whose)
        && rest.get(word.len()..).is_some_and(|behind| behind.trim_start().starts_with('{'))
    {
        return found.fix(format!("write `\"{word}\"`"), here(word.len()), format!("\"{word}\""));
    }
    if digit_after(word) && (last.ends_with(" in last") || last.ends_with(" in next")) {
        return found.help(format!("write a unit of time: `{word} days`"));
    }
    if digit_after(word) && (last.ends_with(" last") || last.ends_with(" next")) {
        return found.help("a window stands behind `in`: `renewal in next 90 days`");
    }
    if digit_after(word) {
        return digits(found, word, here(word.len()), wants_name);
    }
    for (words, help) in WORDS {
        if words.contains(&word.to_lowercase().as_str()) {
            return found.help(*help);
        }
    }
    found
}

/// True for `26-03-31`.
fn short_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let two = |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(two) && crate::calendar::Date::parse(&format!("20{text}")).is_some()
}

type Sign = (&'static str, &'static str, Option<&'static str>);

const SIGNS: &[Sign] = &[
    ("//", "a comment begins with `#`", Some("#")),
    ("/*", "a comment begins with `#` and ends with its line", None),
    ("--", "a comment begins with `#`", None),
    (";", "remove the `;`: a statement ends by itself", Some("")),
    (":", "remove the `:`: a statement is its word and what follows", Some("")),
    ("[", "write the list in parentheses: `in (a, b)`", None),
    ("]", "write the list in parentheses: `in (a, b)`", None),
    ("$", "write the currency behind the amount: `5_000 USD`", None),
    ("€", "write the currency behind the amount: `5_000 EUR`", None),
    ("£", "write the currency behind the amount: `5_000 GBP`", None),
    ("`", "names are written without quotes", None),
    ("^", "write `power(a, 2)`", None),
    ("?", "write `if CONDITION then A else B`", None),
];

const WORDS: &[(&[&str], &str)] = &[
    (&["between"], "write `x >= a and x <= b`"),
    (&["hour", "hours", "minute", "minutes", "second", "seconds"], "the shortest unit of time is the day"),
    (&["null", "none", "nil", "na"], "write `is missing`"),
    (&["if"], "put the `if` in parentheses"),
    (&["last", "next", "this", "previous"], "a window stands behind `in`: `renewal in next 90 days`"),
    (&["select", "from", "group"], "a metric says `sum(VALUE of SOURCE where CONDITION in WINDOW)`"),
    (&["contains", "like", "matches"], "texts can be compared with `=`, `!=` and `in (\"a\", \"b\")` only"),
];

/// A word that begins with a digit: `90d`, `3m`, `9lives`.
fn digits(found: Diagnostic, word: &str, span: Span, wants_name: bool) -> Diagnostic {
    let number = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match word.get(number.len()..).unwrap_or("") {
        "d" => "days",
        "w" => "weeks",
        "mo" => "months",
        "q" => "quarters",
        "y" => "years",
        "m" => return found.help(format!("write `{number}M` for millions, `{number} months` for months")),
        "b" => return found.help(format!("write `{number}B` for billions")),
        "" => return found,
        _ if wants_name => return found.help("a name begins with a letter"),
        _ => return found,
    };
    let text = format!("{number} {unit}");
    found.fix(format!("write `{text}`"), span, text)
}
