//! The findings that were there when laud was adopted: known, and not told again.
//!
//! A finding is known by its name, the declaration that it is in and the text of its place with blanks folded, never by
//! line numbers: rules may move, also to other files, and what is written anew is looked at anew.

use crate::ast::{File, Item, ItemKind};
use crate::diagnostics::{Allowed, Diagnostic, Severity};
use crate::source::Sources;
use crate::span::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the file says of itself.
const FORMAT: u64 = 1;
/// Longer texts are cut, and a number stands for the rest.
const LONGEST: usize = 120;

/// What makes a finding the same: its name, where it is, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    lint: String,
    symbol: String,
    text: String,
}

/// Findings that are known, with how many there are of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Key, u64>,
}

/// What came of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Findings that the baseline holds.
    pub held: u64,
    /// Findings of the baseline that are not there any more.
    pub gone: u64,
}

impl Baseline {
    /// Of all findings that a baseline can hold: not errors of check, nor what a comment allows.
    pub fn of(findings: &[Diagnostic], files: &[File], sources: &Sources) -> Baseline {
        let mut entries = BTreeMap::new();
        for finding in findings.iter().filter(|finding| holdable(finding)) {
            *entries.entry(key(finding, files, sources)).or_insert(0) += 1;
        }
        Baseline { entries }
    }

    /// Marks the findings that it holds.
    pub fn hold(&self, findings: &mut [Diagnostic], files: &[File], sources: &Sources) -> Held {
        let mut left = self.entries.clone();
        let mut held = 0;
        for finding in findings.iter_mut().filter(|finding| holdable(finding)) {
            if let Some(count) = left.get_mut(&key(finding, files, sources)).filter(|count| **count > 0) {
                *count -= 1;
                held += 1;
                finding.allowed = Some(Allowed::Baseline);
            }
        }
        Held { held, gone: left.values().sum() }
    }

    /// As a file: sorted, one finding a line, so that changes to it can be read.
    pub fn to_json(&self) -> String {
        let mut out = format!("{{\n  \"laud_baseline\": {FORMAT},\n  \"findings\": [");
        for (i, (key, count)) in self.entries.iter().enumerate() {
            out.push_str(if i == 0 { "\n" } else { ",\n" });
            let entry = json!({ "lint": key.lint, "in": key.symbol, "text": key.text, "count": count });
            out.push_str(&format!("    {entry}"));
        }
        out.push_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        out
    }

    /// Reads a file; what is wrong with it, otherwise.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let file: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| e.to_string())?;
        match file.get("laud_baseline").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(other) => return Err(format!("it is of format {other}, and this laud reads format {FORMAT}")),
            None => return Err("`laud_baseline` is missing".to_string()),
        }
        let list = file.get("findings").and_then(Value::as_array).ok_or("`findings` is not a list")?;
        let mut entries = BTreeMap::new();
        for (i, entry) in list.iter().enumerate() {
            let text = |name: &str| {
                let found = entry.get(name).and_then(Value::as_str).map(str::to_string);
                found.ok_or_else(|| format!("finding {} has no text `{name}`", i + 1))
            };
            let key = Key { lint: text("lint")?, symbol: text("in")?, text: text("text")? };
            let count = entry.get("count").and_then(Value::as_u64).filter(|n| (1..=1_000_000_000).contains(n));
            let count = count.ok_or_else(|| format!("finding {} has no number `count` above 0", i + 1))?;
            *entries.entry(key).or_insert(0) += count;
        }
        Ok(Baseline { entries })
    }
}

fn holdable(finding: &Diagnostic) -> bool {
    finding.allowed.is_none() && (finding.severity != Severity::Error || finding.code.lint().is_some())
}

fn key(finding: &Diagnostic, files: &[File], sources: &Sources) -> Key {
    let span = finding.span();
    let words: Vec<&str> = sources.text(span).split_whitespace().collect();
    let mut text = words.join(" ");
    if let Some((cut, _)) = text.char_indices().nth(LONGEST) {
        let all = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        text.truncate(cut);
        text.push_str(&format!("… {all:016x}"));
    }
    Key { lint: finding.code.name().to_string(), symbol: symbol(files, sources, span), text }
}

/// `scorecard health.references`: the declaration around a place, and the line, column or part of it. A comment belongs to the
/// declaration below it; outside of all it is the name of the file.
pub fn symbol(files: &[File], sources: &Sources, span: Span) -> String {
    let items = files.get(usize::from(span.source)).map_or(&[][..], |file| &file.items);
    let behind = items.partition_point(|item| item.span.start <= span.start);
    let around = behind.checked_sub(1).and_then(|i| items.get(i)).filter(|item| span.start < item.span.end);
    let below = items.get(behind).filter(|item| {
        let between = sources.text(Span { end: item.span.start, ..span });
        between.lines().skip(1).all(|line| line.starts_with('#'))
    });
    match around.or(below) {
        Some(item) => match inner(item, span) {
            Some(name) => format!("{} {}.{name}", item.kind.word(), item.name.text),
            None => format!("{} {}", item.kind.word(), item.name.text),
        },
        None => sources
            .get(span.source)
            .map_or(String::new(), |source| source.name.rsplit('/').next().unwrap_or(&source.name).to_string()),
    }
}

/// The name of the line, column or part of a declaration that a place is in.
fn inner(item: &Item, span: Span) -> Option<&str> {
    let within = |outer: Span| outer.start <= span.start && span.start < outer.end;
    let field = |fields: &'_ [crate::ast::Field]| fields.iter().position(|f| within(f.span));
    match &item.kind {
        ItemKind::Scorecard(card) => {
            let lines = card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines));
            lines.into_iter().find(|line| within(line.span)).map(|line| line.name.text.as_str())
        }
        ItemKind::Table(table) => field(&table.fields).and_then(|i| table.fields.get(i)).map(|f| f.name.text.as_str()),
        ItemKind::Events(events) => {
            field(&events.fields).and_then(|i| events.fields.get(i)).map(|f| f.name.text.as_str())
        }
        ItemKind::Partition(partition) => {
            partition.parts.iter().find(|row| within(row.span)).map(|row| row.name.text.as_str())
        }
        _ => None,
    }
}
