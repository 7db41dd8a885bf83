//! Completion: what can stand where a cursor is.
//!
//! Behind a comparison with a column come its values, behind `is` the bands or grades, behind a table's name and a point its
//! columns, and everywhere else names, functions and the words of the language. Inside an aggregate the columns of its rows
//! come first.

use super::{Entry, Kind, Outline};
use crate::syntax::RESERVED;
use std::collections::HashSet;

/// Something that can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What stands there afterwards.
    pub text: String,
    /// What it is: `metric`, `column`, `word`.
    pub kind: &'static str,
    /// Its type, or how it is called.
    pub detail: String,
}

/// Words that are offered besides names: those that open clauses and declarations.
const WORDS: &[&str] = &[
    "metric",
    "param",
    "segment",
    "segments",
    "scorecard",
    "rule",
    "define",
    "guard",
    "playbook",
    "calendar",
    "portfolio",
    "thresholds",
    "scale",
    "grades",
    "weight",
    "within",
    "working days",
    "dedupe by",
    "latest per",
    "last",
    "next",
    "this quarter",
    "previous quarter",
    "days since",
    "change in",
    "percent change in",
    "trend of",
    "over",
    "or else",
    "as of",
    "for",
];

/// Where the word before the end of a text begins, and the word; a name with points is one word.
pub fn word_at(before: &str) -> (usize, &str) {
    let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let start = before
        .rfind(|c: char| !in_word(c))
        .map_or(0, |i| i + before.get(i..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    (start, before.get(start..).unwrap_or(""))
}

/// What can stand at the end of `before`: where the word that is being typed begins, and what may take its place. `values`
/// tells the values that the data has in a column, as they are written.
pub fn complete(outline: &Outline, before: &str, values: &dyn Fn(&Entry) -> Vec<String>) -> (usize, Vec<Candidate>) {
    let text = before.get(open_quote(before).map_or(before.len(), |quote| quote)..).unwrap_or("");
    let (mut start, mut typed) = word_at(before);
    let quoted = !text.is_empty();
    if quoted {
        // Inside quotes the word begins with the quote.
        start = before.len() - text.len();
        typed = text;
    }
    let head = before.get(..start).unwrap_or("").trim_end();
    if let Some(column) = compared(outline, head) {
        let mut list = listed(outline, column);
        list.extend(values(column).into_iter().map(|text| candidate(text, "value", "")));
        let list = unique(list.into_iter().filter(|c| begins(&c.text, typed)));
        // A number or another column may be meant as well.
        if !list.is_empty() || quoted {
            return (start, list);
        }
    }
    if quoted {
        return (start, Vec::new());
    }
    let spoken = head.strip_suffix(" not").unwrap_or(head);
    if let Some(of) = spoken.strip_suffix(" is") {
        let owner = outline.get(word_at(of.trim_end()).1);
        let bands = owner.into_iter().flat_map(|owner| outline.members(owner));
        let bands = bands.filter(|m| matches!(m.kind, Kind::Band | Kind::Grade)).map(|m| of_entry(m, m.name.clone()));
        let words = ["missing", "not"].map(|word| candidate(word, "word", ""));
        return (start, unique(bands.chain(words).filter(|c| begins(&c.text, typed))));
    }
    if let Some((table, column)) = typed.split_once('.') {
        let owner = outline.find(table).into_iter().find(|e| e.kind.is_table());
        if let Some(owner) = owner {
            let members = outline.members(owner).filter(|m| begins(&m.name, column));
            return (start, unique(members.map(|m| of_entry(m, format!("{table}.{}", m.name)))));
        }
    }
    (start, anything(outline, head, typed))
}

/// Names, functions and words.
fn anything(outline: &Outline, head: &str, typed: &str) -> Vec<Candidate> {
    let rows = source_of(outline, head);
    let subject = outline.subject();
    let of = |e: &Entry, owner: Option<&Entry>| {
        owner.is_some_and(|owner| e.inside.and_then(|i| outline.entry(i)).is_some_and(|o| std::ptr::eq(o, owner)))
    };
    let rank = |e: &Entry| match e.kind {
        Kind::Column if of(e, rows) => Some(0),
        Kind::Column if of(e, subject) => Some(1),
        Kind::Column | Kind::Value | Kind::Band | Kind::Grade | Kind::Test | Kind::Fixture => None,
        Kind::Function => Some(3),
        // `std` is offered to whoever begins to type it.
        Kind::Definition if e.place.is_none() => typed.starts_with("std").then_some(4),
        _ => Some(2),
    };
    let mut list: Vec<(i32, &Entry)> =
        outline.entries().iter().filter(|e| begins(&e.name, typed)).filter_map(|e| Some((rank(e)?, e))).collect();
    list.sort_by(|(a, x), (b, y)| (a, &x.name).cmp(&(b, &y.name)));
    let names = list.into_iter().map(|(_, e)| of_entry(e, e.name.clone()));
    let words = WORDS.iter().chain(RESERVED).filter(|w| !typed.is_empty() && begins(w, typed));
    unique(names.chain(words.map(|w| candidate(*w, "word", ""))))
}

/// The column or partition that is compared with what comes next: `industry =`, `industry in (saas,`.
fn compared<'o>(outline: &'o Outline, head: &str) -> Option<&'o Entry> {
    let name = match head.strip_suffix('=') {
        Some(rest) => rest.strip_suffix('!').unwrap_or(rest).strip_suffix(['<', '>']).map_or(rest, |_| ""),
        None => {
            // Back over what the list has so far.
            let open = head.rfind('(')?;
            let inside = head.get(open + 1..)?;
            let sound = inside.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ' | '"' | '\n'));
            let ended = inside.trim().is_empty() || inside.trim_end().ends_with(',');
            let before = head.get(..open)?.trim_end().strip_suffix("in").filter(|_| sound && ended)?;
            let before = before.trim_end();
            before.strip_suffix(" not").unwrap_or(before)
        }
    };
    let name = word_at(name.trim_end().trim_end_matches('!').trim_end()).1;
    let rows = source_of(outline, head);
    let found = outline.find(name);
    let own = found.iter().find(|e| {
        e.inside.and_then(|i| outline.entry(i)).zip(rows).is_some_and(|(owner, rows)| std::ptr::eq(owner, rows))
    });
    own.or_else(|| found.iter().find(|e| matches!(e.kind, Kind::Column | Kind::Partition))).copied()
}

/// The values that a column or partition lists.
fn listed(outline: &Outline, entry: &Entry) -> Vec<Candidate> {
    let members = outline.members(entry).filter(|m| matches!(m.kind, Kind::Value | Kind::Part));
    let mut list: Vec<Candidate> = members.map(|m| of_entry(m, m.name.clone())).collect();
    if entry.ty.as_deref() == Some("yes or no") || entry.ty.as_deref() == Some("boolean") {
        list.extend(["yes", "no"].map(|word| candidate(word, "value", "")));
    }
    list
}

/// The table whose rows are at hand: the one behind `of`, or right behind the bracket of `count(activity …`.
fn source_of<'o>(outline: &'o Outline, head: &str) -> Option<&'o Entry> {
    let mut depth = 0usize;
    let mut open = None;
    for (i, c) in head.char_indices().rev() {
        match c {
            ')' => depth += 1,
            // `in (` holds a list, not rows.
            '(' if depth == 0 && !head.get(..i).unwrap_or("").trim_end().ends_with(" in") => {
                open = Some(i);
                break;
            }
            '(' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let inside = head.get(open? + 1..)?;
    let mut words = inside.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty());
    let first = words.clone().next();
    let behind_of = words.by_ref().skip_while(|w| *w != "of").nth(1);
    let table = |name: Option<&str>| outline.find(name?).into_iter().find(|e| e.kind.is_table());
    table(behind_of).or_else(|| table(first))
}

/// Where a quote was opened that is not closed on its line.
fn open_quote(before: &str) -> Option<usize> {
    let line = before.rfind('\n').map_or(0, |i| i + 1);
    let bytes = before.as_bytes();
    let mut at = line;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => return None,
            b'"' => {
                let end = crate::syntax::scan::text_end(bytes, at);
                let closed =
                    end > at + 1 && bytes.get(end - 1) == Some(&b'"') && bytes.get(end.wrapping_sub(2)) != Some(&b'\\');
                if !closed {
                    return Some(at);
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

fn begins(text: &str, typed: &str) -> bool {
    let mut text = text.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|c| text.next() == Some(c))
}

fn candidate(text: impl Into<String>, kind: &'static str, detail: &str) -> Candidate {
    Candidate { text: text.into(), kind, detail: detail.to_string() }
}

fn of_entry(entry: &Entry, text: String) -> Candidate {
    Candidate { text, kind: entry.kind.word(), detail: entry.ty.clone().unwrap_or_default() }
}

fn unique(list: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
    let mut seen = HashSet::new();
    list.filter(|c| seen.insert(c.text.clone())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::source::Sources;

    fn offered(before: &str) -> Vec<String> {
        let mut sources = Sources::new();
        sources.add(
            "a.laud",
            "table account { id text key  arr money USD  industry one of saas, health  csm text  churned boolean }\n\
             events activity of account at day { type one of call, visit  arrival text }\n\
             metric calls { value count(activity) thresholds { many > 2 -> 100 few otherwise -> 0 } }\n\
             segments size by arr { small < 1k large otherwise }\n\
             scorecard health { calls weight 100 grades { good >= 50 bad otherwise } }\n",
        );
        let outline = Outline::of(&sources, crate::compile(&sources, &crate::Settings::default()).0.as_ref());
        let seen = |column: &Entry| match column.name.as_str() {
            "csm" => vec!["\"Ana Lee\"".to_string(), "\"Bo\"".to_string()],
            _ => Vec::new(),
        };
        complete(&outline, before, &seen).1.into_iter().map(|c| c.text).collect()
    }

    #[test]
    fn names_are_offered_with_columns_of_the_rows_at_hand_first() {
        assert_eq!(offered("ar"), ["arr"]);
        assert_eq!(offered("sum(1 of activity where arr"), ["arrival", "arr"]);
        assert_eq!(offered("count(activity where ty"), ["type"]);
        assert_eq!(offered("2 + call"), ["calls"]);
        assert_eq!(offered("account.a"), ["account.arr"]);
        assert_eq!(offered("activity.d"), ["activity.day"]);
        assert!(offered("percen").contains(&"percentile".to_string()));
        assert!(offered("sco").contains(&"scorecard".to_string()));
        assert_eq!(offered("std.ro"), ["std.roi"]);
    }

    #[test]
    fn behind_a_comparison_come_the_values() {
        assert_eq!(offered("industry = "), ["saas", "health"]);
        assert_eq!(offered("industry != h"), ["health"]);
        assert_eq!(offered("arr > 3 and industry not in (saas, h"), ["health"]);
        assert_eq!(offered("size = "), ["small", "large"]);
        assert_eq!(offered("churned = "), ["yes", "no"]);
        assert_eq!(offered("count(activity where type = v"), ["visit"]);
        assert_eq!(offered("csm = \"A"), ["\"Ana Lee\""]);
        assert_eq!(offered("csm = "), ["\"Ana Lee\"", "\"Bo\""]);
        assert_eq!(offered("\"cal"), [""; 0]);
    }

    #[test]
    fn behind_is_come_bands_and_grades() {
        assert_eq!(offered("calls is "), ["many", "few", "missing", "not"]);
        assert_eq!(offered("calls is not f"), ["few"]);
        assert_eq!(offered("health is g"), ["good"]);
    }

    #[test]
    fn any_text_can_be_completed() {
        for text in [
            "",
            "(",
            ")",
            "\"",
            "\"\\",
            "é",
            "in (",
            "=",
            "!=",
            ".",
            "a.b.c.",
            "x is",
            " is ",
            "\u{0}",
            "in (((",
            "of of of(",
        ] {
            for end in 0..=text.len() {
                if text.is_char_boundary(end) {
                    offered(&text[..end]);
                }
            }
        }
    }
}
