//! Findings for programs. The keys are stable: new ones may be added, none is renamed or removed.
//!
//! ```json
//! {"findings": [{"code": "L0301", "name": "threshold-gap", "severity": "error", "message": "…",
//!    "file": "a.laud", "line": 3, "column": 5, "end_line": 3, "end_column": 9,
//!    "labels": [{"file", "line", "column", "end_line", "end_column", "text"}],
//!    "help": "…", "witness": "…",
//!    "fix": {"title": "…", "edits": [{"file", "start", "end", "line", "column", "end_line", "end_column", "text"}]},
//!    "allowed": {"by": "source", "because": "…", "until": "2026-12-31"}}],
//!  "errors": 1, "warnings": 0}
//! ```
//!
//! Lines and columns count from 1, columns in characters, ends are one past the last; `start` and `end` are bytes from 0.
//! `severity` is `error`, `warning` or `info`. The first label repeats the finding's own place. `help`, `witness` and
//! `fix` are null where there is none, and so are the places of a finding without source. `allowed` is there only if the finding
//! is let pass, by a comment (`source`) or by the baseline (`baseline`); such findings do not count.

use super::{Place, allowed_too, clean};
use crate::diagnostics::{Allowed, Diagnostic, Severity};
use crate::source::Sources;
use crate::span::Span;
use serde::Serialize;
use std::fmt::Write;

#[derive(Serialize)]
struct Report<'a> {
    findings: Vec<Finding<'a>>,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Range<'a>,
    labels: Vec<LabelOut<'a>>,
    help: Option<&'a str>,
    witness: Option<&'a str>,
    fix: Option<FixOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<AllowedOut<'a>>,
}

#[derive(Serialize)]
struct AllowedOut<'a> {
    by: &'a str,
    because: Option<&'a str>,
    until: Option<String>,
}

impl AllowedOut<'_> {
    fn new(allowed: &Allowed) -> AllowedOut<'_> {
        match allowed {
            Allowed::Here { because, until } => {
                AllowedOut { by: "source", because: Some(because), until: until.map(|date| date.to_string()) }
            }
            Allowed::Baseline => AllowedOut { by: "baseline", because: None, until: None },
        }
    }
}

#[derive(Serialize)]
struct Range<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

#[derive(Serialize)]
struct LabelOut<'a> {
    #[serde(flatten)]
    place: Range<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct FixOut<'a> {
    title: &'a str,
    edits: Vec<EditOut<'a>>,
}

#[derive(Serialize)]
struct EditOut<'a> {
    start: u32,
    end: u32,
    #[serde(flatten)]
    place: Range<'a>,
    text: &'a str,
}

fn range(span: Span, sources: &Sources) -> Range<'_> {
    let place = Place::of(span, sources);
    Range {
        file: place.map(|p| p.file),
        line: place.map(|p| p.line),
        column: place.map(|p| p.column),
        end_line: place.map(|p| p.end_line),
        end_column: place.map(|p| p.end_column),
    }
}

/// All findings as one JSON object; see the head of this file for its keys.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let findings = allowed_too(diagnostics).into_iter().map(|d| Finding {
        code: d.code.number(),
        name: d.code.name(),
        severity: d.severity.word(),
        message: &d.message,
        place: range(d.span(), sources),
        labels: d.labels.iter().map(|l| LabelOut { place: range(l.span, sources), text: &l.text }).collect(),
        help: d.help.as_deref(),
        witness: d.witness.as_deref(),
        fix: d.fix.as_ref().map(|fix| FixOut {
            title: &fix.title,
            edits: fix
                .edits
                .iter()
                .map(|e| EditOut { start: e.span.start, end: e.span.end, place: range(e.span, sources), text: &e.text })
                .collect(),
        }),
        allowed: d.allowed.as_ref().map(AllowedOut::new),
    });
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity && d.allowed.is_none()).count();
    let report =
        Report { findings: findings.collect(), errors: count(Severity::Error), warnings: count(Severity::Warning) };
    // Writing plain strings and numbers to memory cannot fail.
    let text = serde_json::to_string_pretty(&report).unwrap_or_default();
    escape(&text)
}

/// JSON is often read in a terminal: what steers one is written as `\u…`, which means the same text.
pub(super) fn escape(text: &str) -> String {
    let steers = |c: char| c == '\u{7f}' || clean::steers(c);
    if !text.contains(steers) {
        return text.to_string() + "\n";
    }
    let mut out = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if steers(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}
