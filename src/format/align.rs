//! Columns: what people would align in a table is aligned.
//!
//! Lines without a blank line or a block of several lines between them share their columns; comments between them do not
//! matter. Comments behind the lines share one too.

use super::block::{Body, Entry};
use super::lines::{Lines, Writer, width};
use super::statement::{Cells, Key};
use super::tokens::Tokens;
use super::tree::Node;
use super::{INDENT, WIDEST, WIDTH};
use crate::syntax::grammar::Rule;
use std::collections::HashMap;
use std::ops::Range;

/// Comments behind longer lines do not push the others out.
const COMMENTED: usize = 80;

/// An equation with a longer head is broken behind its `=`.
const LONG_HEAD: usize = 50;
/// Heads of equations that differ by more columns are not aligned.
const UNEVEN: usize = 16;

/// Entries as lines at a column.
pub fn aligned(entries: &[Entry], column: usize, writer: &Writer) -> Vec<String> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < entries.len() {
        let mut end = start + 1;
        let tall = |i: usize| entries.get(i).is_some_and(|e| matches!(e.body, Body::Lines(_)));
        while end < entries.len() && !tall(end - 1) && !tall(end) && entries.get(end).is_some_and(|e| !e.blank) {
            end += 1;
        }
        out.extend(run(entries.get(start..end).unwrap_or(&[]), column, writer));
        start = end;
    }
    out
}

/// Entries that share columns.
fn run(entries: &[Entry], column: usize, writer: &Writer) -> Vec<String> {
    let widths = Widths::of(entries, writer, column);
    let bodies: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| match &entry.body {
            Body::Comment(text) => vec![" ".repeat(column) + text],
            Body::Lines(lines) => lines.clone(),
            Body::Inline(key, parts) => vec![" ".repeat(column) + &inline(parts, widths.get(key))],
            Body::Columns(cells) => columns(cells, column, widths.get(&cells.key), writer),
        })
        .collect();
    let last = |lines: &Vec<String>| lines.last().map_or(0, |line| width(line));
    let commented = entries.iter().zip(&bodies).filter(|(entry, _)| entry.comment.is_some());
    let target = commented.map(|(_, lines)| last(lines)).filter(|w| *w <= COMMENTED).max().unwrap_or(0);
    let mut out = Vec::new();
    for (entry, mut lines) in entries.iter().zip(bodies) {
        if entry.blank {
            out.push(String::new());
        }
        if let (Some(comment), Some(line)) = (&entry.comment, lines.last_mut()) {
            let gap = target.saturating_sub(width(line)) + 2;
            line.push_str(&" ".repeat(gap));
            line.push_str(comment);
        }
        out.extend(lines);
    }
    out
}

/// How wide the columns of each key are.
struct Widths(HashMap<Key, Vec<usize>>);

impl Widths {
    fn of(entries: &[Entry], writer: &Writer, column: usize) -> Widths {
        let mut widths: HashMap<Key, Vec<usize>> = HashMap::new();
        let mut narrowest: HashMap<Key, usize> = HashMap::new();
        // As wide as needed by what has something behind it.
        let mut followed: HashMap<Key, Vec<usize>> = HashMap::new();
        for entry in entries {
            let (key, list): (&Key, Vec<usize>) = match &entry.body {
                Body::Columns(Cells { key, cells }) if *key != Key::Sentence => {
                    let width = |cell: &Option<Range<usize>>| cell.clone().map_or(0, |c| width(&writer.flat(c)));
                    (key, cells.iter().map(width).collect())
                }
                Body::Inline(key, parts) => (key, parts.iter().map(|part| width(part)).collect()),
                _ => continue,
            };
            let head = list.first().copied().unwrap_or(0);
            let least = narrowest.entry(key.clone()).or_insert(head);
            *least = head.min(*least);
            let last = list.iter().rposition(|width| *width > 0).unwrap_or(0);
            widen(followed.entry(key.clone()).or_default(), list.get(..last).unwrap_or(&[]));
            widen(widths.entry(key.clone()).or_default(), &list);
        }
        for (key, list) in &mut widths {
            let head = list.first().copied().unwrap_or(0);
            let uneven = head - narrowest.get(key).copied().unwrap_or(head) > UNEVEN;
            let whole = column + list.iter().map(|w| w + 2).sum::<usize>();
            // A table that does not fit is none, but for its first columns; nor does one long head push all others away.
            match key {
                Key::Line if whole > WIDEST + 2 => {
                    let reasons = list.get(3).copied().unwrap_or(0);
                    *list = followed.remove(key).unwrap_or_default();
                    if column + list.iter().map(|w| w + 2).sum::<usize>() + reasons > WIDEST {
                        list.truncate(2);
                    }
                }
                Key::Inline(..) if whole > WIDEST || uneven => list.clear(),
                Key::Equation(_) if uneven => list.clear(),
                _ => {}
            }
        }
        Widths(widths)
    }

    fn get(&self, key: &Key) -> &[usize] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }
}

fn widen(widest: &mut Vec<usize>, list: &[usize]) {
    widest.resize(widest.len().max(list.len()), 0);
    widest.iter_mut().zip(list).for_each(|(most, width)| *most = (*width).max(*most));
}

/// `name   { a  b }`
fn inline(parts: &[String], widths: &[usize]) -> String {
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        out.push_str(if i > 1 { "  " } else { "" });
        out.push_str(part);
        let padding = widths.get(i).map_or(0, |w| w.saturating_sub(width(part)));
        if i == 0 {
            out.push_str(&" ".repeat(padding));
            out.push_str(" { ");
        } else if i + 1 < parts.len() {
            out.push_str(&" ".repeat(padding));
        }
    }
    if parts.len() > 1 {
        out.push(' ');
    }
    out.push('}');
    out
}

/// A statement in columns; the last one may be broken.
fn columns(cells: &Cells, column: usize, widths: &[usize], writer: &Writer) -> Vec<String> {
    let mut lines = " ".repeat(column);
    let (gap, hang) = match cells.key {
        Key::Equation(_) => (1, Some(2)),
        _ => (2, None),
    };
    let Some(last) = cells.cells.iter().rposition(Option::is_some) else { return Vec::new() };
    for (i, cell) in cells.cells.iter().enumerate().take(last) {
        let text = cell.clone().map_or(String::new(), |range| writer.flat(range));
        let known = widths.get(i).copied();
        if text.is_empty() && known.is_none_or(|w| w == 0) {
            continue;
        }
        let padding = known.map_or(0, |w| w.saturating_sub(width(&text)));
        lines.push_str(&text);
        lines.push_str(&" ".repeat(padding + gap));
    }
    let range = cells.cells.get(last).cloned().flatten().unwrap_or(0..0);
    let here = width(&lines);
    // A sentence goes on further in; what stands in columns goes on in its own.
    let hang = match cells.key {
        Key::Sentence => column + 2 * INDENT,
        _ => here + hang.unwrap_or(0),
    };
    if commented_before(cells, last, writer) {
        // A comment in one of the fixed columns would be lost there.
        let whole = cells.cells.iter().flatten().fold(None, |all: Option<Range<usize>>, range| match all {
            Some(all) => Some(all.start..range.end),
            None => Some(range.clone()),
        });
        let mut out = Lines::behind(" ".repeat(column));
        writer.write(whole.unwrap_or(0..0), column, Some(column + 2 * INDENT), 0, &mut out);
        return out.finish();
    }
    // Behind a long head an expression has no room: it begins on a line of its own.
    if matches!(cells.key, Key::Equation(_)) && here > LONG_HEAD && !range.is_empty() {
        let whole = width(&writer.flat(range.clone()));
        if here + whole > WIDTH && !writer.tokens.slice(range.clone()).iter().any(|t| t.is_comment()) {
            let mut out = Lines::behind(" ".repeat(column + INDENT));
            writer.write(range.start + 1..range.end, column, Some(column + INDENT), 0, &mut out);
            let mut all = vec![lines + &writer.flat(range.start..range.start + 1)];
            all.extend(out.finish());
            return all;
        }
    }
    let mut out = Lines::behind(lines);
    writer.write(range, column, Some(hang), 0, &mut out);
    out.finish()
}

fn commented_before(cells: &Cells, last: usize, writer: &Writer) -> bool {
    // Comments may stand between two columns too.
    let first = cells.cells.iter().flatten().next().map_or(0, |r| r.start);
    let end = cells.cells.get(last).cloned().flatten().map_or(0, |r| r.start);
    writer.tokens.slice(first..end).iter().any(|t| t.is_comment())
}

/// The rows of a test, with bars between the cells; `entries` are the rows and the comments among them.
pub fn table(block: &Node, entries: &[Entry], column: usize, tokens: &Tokens) -> Vec<String> {
    let cell = |node: &Node| {
        let text = tokens.source.get(node.start..node.end).unwrap_or("").trim();
        // The head of a table of cases has words in its cells, which may stand apart.
        if node.rule == Rule::case_column {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            text.to_string()
        }
    };
    let is_cell = |node: &&Node| matches!(node.rule, Rule::cell | Rule::case_word | Rule::case_column);
    let rows: Vec<Vec<String>> = block
        .statements()
        .filter(|row| matches!(row.rule, Rule::table_row | Rule::case_header))
        .map(|row| row.children.iter().filter(is_cell).map(cell).collect())
        .collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (i, text) in row.iter().enumerate() {
            match widths.get_mut(i) {
                Some(most) => *most = width(text).max(*most),
                None => widths.push(width(text)),
            }
        }
    }
    let line = |row: &Vec<String>| {
        let mut out = " ".repeat(column);
        for (i, (text, most)) in row.iter().zip(&widths).enumerate() {
            if i > 0 {
                // A frame has nothing before its first bar.
                out.push_str(if i == 1 && widths.first() == Some(&0) { "| " } else { " | " });
            }
            out.push_str(text);
            out.push_str(&" ".repeat(most - width(text)));
        }
        out.trim_end().to_string()
    };
    let mut rows = rows.iter();
    let mut lines: Vec<(bool, String, Option<&String>)> = Vec::new();
    for entry in entries {
        let text = match &entry.body {
            Body::Comment(text) => " ".repeat(column) + text,
            _ => rows.next().map(line).unwrap_or_default(),
        };
        lines.push((entry.blank, text, entry.comment.as_ref()));
    }
    let target =
        lines.iter().filter(|(_, _, comment)| comment.is_some()).map(|(_, text, _)| width(text)).max().unwrap_or(0);
    let mut out = Vec::new();
    for (blank, mut text, comment) in lines {
        if blank {
            out.push(String::new());
        }
        if let Some(comment) = comment {
            text.push_str(&" ".repeat(target.saturating_sub(width(&text)) + 2));
            text.push_str(comment);
        }
        out.push(text);
    }
    out
}
