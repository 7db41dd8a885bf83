//! Amounts as spreadsheets and letters write them: `$250,000`, `€1.2M`, `250,000.00 USD`, `USD 1,200`, `250 000`.

/// An amount in foreign dress.
#[derive(Debug, PartialEq)]
pub struct Amount {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The number as laud writes it: `250_000`.
    pub number: String,
    /// Its currency, if one is said.
    pub currency: Option<String>,
}

impl Amount {
    /// As laud writes it: `250_000 USD`.
    pub fn written(&self) -> String {
        match &self.currency {
            Some(currency) => format!("{} {currency}", self.number),
            None => self.number.clone(),
        }
    }

    /// The amount that begins at `start`; nothing if none does, or if it cannot be told which is meant.
    pub fn at(text: &str, start: usize) -> Option<Amount> {
        let mut rest = text.get(start..)?;
        let mut currency = None;
        if let Some(code) = rest.chars().next().and_then(sign) {
            currency = Some(code.to_string());
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..)?.trim_start_matches(BLANK);
        } else if let Some(code) = code(rest) {
            currency = Some(code.to_string());
            rest = rest.get(code.len()..)?.trim_start_matches(BLANK);
        }
        let mut at = text.len() - rest.len();
        let body = digits(rest);
        let mut number = number(rest.get(..body)?)?;
        at += body;
        rest = text.get(at..)?;
        let (letter, length) = magnitude(rest)?;
        number.push_str(letter);
        at += length;
        rest = text.get(at..)?;
        let behind = rest.trim_start_matches(BLANK);
        let blank = rest.len() - behind.len();
        if currency.is_none() {
            let found = behind.chars().next().and_then(sign).map(|code| (code.to_string(), behind.chars().next()));
            if let Some((code, letter)) = found {
                currency = Some(code);
                at += blank + letter.map_or(0, char::len_utf8);
            } else if let Some(code) = code(behind).filter(|_| blank > 0) {
                currency = Some(code.to_string());
                at += blank + code.len();
            }
        } else if code(behind).is_some_and(|code| Some(code) == currency.as_deref()) {
            at += blank + 3;
        }
        Some(Amount { start, end: at, number, currency })
    }

    /// The amount that `offset` lies in or right behind, if laud writes it otherwise.
    pub fn around(text: &str, offset: usize) -> Option<Amount> {
        let before = text.get(..offset)?;
        let glued = |s: &str| {
            let body = s.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ','));
            sign_before(body).unwrap_or(body.len())
        };
        let mut start = glued(before);
        let blank = before.trim_end_matches(BLANK);
        if start == offset && blank.len() < offset {
            // `250 000`, `USD 250,000`
            start = glued(blank);
        }
        let word = text.get(..start)?.trim_end_matches(BLANK);
        if word.len() < start
            && let Some(begin) = word.len().checked_sub(3)
            && text.get(begin..).and_then(code).is_some()
        {
            start = begin;
        }
        let found = Amount::at(text, start)?;
        (found.end > offset && text.get(start..found.end) != Some(&found.written())).then_some(found)
    }
}

const BLANK: [char; 4] = [' ', '\t', '\u{A0}', '\u{202F}'];

/// The currency of a sign; `$` is taken for the US dollar.
pub fn sign(letter: char) -> Option<&'static str> {
    match letter {
        '$' => Some("USD"),
        '€' => Some("EUR"),
        '£' => Some("GBP"),
        '¥' => Some("JPY"),
        _ => None,
    }
}

/// Where the sign begins that `text` ends with, blanks behind it left out.
fn sign_before(text: &str) -> Option<usize> {
    let text = text.trim_end_matches(BLANK);
    let last = text.chars().next_back()?;
    sign(last).map(|_| text.len() - last.len_utf8())
}

/// Three capital letters and nothing more.
fn code(text: &str) -> Option<&str> {
    let code = text.get(..3)?;
    let ends = text.get(3..)?.chars().next().is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
    (code.chars().all(|c| c.is_ascii_uppercase()) && ends && !["AND", "NOT"].contains(&code)).then_some(code)
}

/// How long the digits are that a text begins with, with what groups them.
fn digits(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let next = at + letter.len_utf8();
        let group = digit(next) && digit(next + 1) && digit(next + 2) && !digit(next + 3);
        let goes_on = letter.is_ascii_digit()
            || at > 0 && matches!(letter, ',' | '.' | '_' | '\'' | '’') && digit(next)
            || at > 0 && BLANK.contains(&letter) && group;
        if !goes_on {
            break;
        }
        at = next;
    }
    at
}

/// `250,000.00` as `250_000`; nothing if its marks make no sense.
fn number(written: &str) -> Option<String> {
    let marks: Vec<(usize, char)> = written.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    let (last, mark) = match marks.last() {
        None => return (!written.is_empty()).then(|| written.to_string()),
        Some(last) => *last,
    };
    let tail = written.get(last + mark.len_utf8()..)?;
    let alone = marks.iter().filter(|(_, c)| *c == mark).count() == 1;
    let fraction = alone && (mark == '.' || mark == ',' && (tail.len() != 3 || marks.len() > 1));
    let (whole, fraction) = if fraction { (written.get(..last)?, tail.trim_end_matches('0')) } else { (written, "") };
    let groups: Vec<&str> = whole.split(|c: char| !c.is_ascii_digit()).collect();
    let grouped = groups.len() > 1;
    if grouped && groups.iter().skip(1).any(|group| group.len() != 3) {
        return None;
    }
    let whole = groups.join("_");
    Some(if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") })
}

/// `k`, `M` or `B`, and how much of the text says so; nothing if other letters follow the digits.
fn magnitude(text: &str) -> Option<(&'static str, usize)> {
    let end = |s: &str| s.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(s.len());
    let glued = text.get(..end(text))?;
    let known = |word: &str| match word.to_ascii_lowercase().as_str() {
        "k" | "thousand" => Some("k"),
        "m" | "mn" | "mio" | "million" => Some("M"),
        "b" | "bn" | "billion" => Some("B"),
        _ => None,
    };
    if !glued.is_empty() {
        return known(glued).map(|letter| (letter, glued.len()));
    }
    let behind = text.trim_start_matches(BLANK);
    let word = behind.get(..end(behind)).unwrap_or("");
    let spelt = ["thousand", "million", "billion", "mn", "bn"].contains(&word);
    match known(word).filter(|_| spelt) {
        Some(letter) => Some((letter, text.len() - behind.len() + word.len())),
        None => Some(("", 0)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::Amount;

    #[test]
    fn amounts_are_read_as_they_are_meant() {
        for (written, right) in [
            ("$250,000", "250_000 USD"),
            ("250,000", "250_000"),
            ("€1.2M", "1.2M EUR"),
            ("€ 1,2m", "1.2M EUR"),
            ("250,000.00 USD", "250_000 USD"),
            ("1.250.000,50 EUR", "1_250_000.5 EUR"),
            ("USD 1,200", "1_200 USD"),
            ("$1,200 USD", "1_200 USD"),
            ("250k$", "250k USD"),
            ("250 000 €", "250_000 EUR"),
            ("£3 million", "3M GBP"),
            ("$12.50", "12.5 USD"),
            ("12", "12"),
        ] {
            let found = Amount::at(written, 0).unwrap();
            assert_eq!((found.written().as_str(), found.end), (right, written.len()), "{written}");
        }
        for written in ["$", "1,2,3", "90days", "", "x", "$-5", "12,34,567"] {
            assert_eq!(Amount::at(written, 0), None, "{written}");
        }
    }

    #[test]
    fn amounts_are_found_from_within() {
        for (text, at, right) in [
            ("arr > 250,000 and x", 9, Some("250_000")),
            ("arr > 250 000", 10, Some("250_000")),
            ("arr > USD 250,000", 10, Some("250_000 USD")),
            ("arr > $ 250,000", 6, Some("250_000 USD")),
            ("arr > 250k", 10, None),
            ("arr > 250_000", 6, None),
            ("in (a, b)", 5, None),
        ] {
            assert_eq!(Amount::around(text, at).map(|a| a.written()).as_deref(), right, "{text}");
        }
    }
}
