//! A table in Markdown, for the summary of a job or a comment on a change.

use super::format::Report;
use super::{Place, by_place, clean};
use crate::diagnostics::{Allowed, Diagnostic, Severity};
use std::fmt::Write;

/// Rows that are written: forges cut comments of more than 65,536 characters.
const MOST: usize = 100;

/// A heading that counts, and a table with one finding per row; errors first if there are too many for one table.
pub fn markdown(report: &Report) -> String {
    let mut list = by_place(report.findings);
    let mut out = format!("### laud {}: {}\n", report.verb, counted(report));
    if list.is_empty() {
        return out;
    }
    if list.len() > MOST {
        list.sort_by_key(|d| std::cmp::Reverse(d.severity));
        list.truncate(MOST);
        list.sort_by_key(|d| d.span());
    }
    out.push_str("\n| where | finding | what is wrong | what to do |\n|---|---|---|---|\n");
    for diagnostic in &list {
        let place = Place::of(diagnostic.span(), report.sources);
        let place = place.map_or(String::new(), |p| format!("{}:{}:{}", p.file, p.line, p.column));
        let label = diagnostic.labels.first().map(|l| l.text.as_str()).filter(|text| !text.is_empty());
        let what = match label {
            Some(label) => format!("{}: {label}", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        let _ = writeln!(
            out,
            "| {} | {} {} {} | {} | {} |",
            cell(&place),
            diagnostic.severity.word(),
            diagnostic.code.number(),
            diagnostic.code.name(),
            cell(&what),
            cell(diagnostic.help.as_deref().unwrap_or(""))
        );
    }
    match report.findings.iter().filter(|d| d.allowed.is_none()).count() - list.len() {
        0 => {}
        more => {
            let _ = writeln!(out, "\nand {more} more");
        }
    }
    out
}

fn counted(report: &Report) -> String {
    let mut found = Vec::new();
    for (severity, one, many) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "note", "notes"),
    ] {
        match report.findings.iter().filter(|d| d.severity == severity && d.allowed.is_none()).count() {
            0 => {}
            1 => found.push(format!("1 {one}")),
            n => found.push(format!("{n} {many}")),
        }
    }
    if found.is_empty() {
        found.push("no findings".to_string());
    }
    let held = |d: &&Diagnostic| matches!(d.allowed, Some(Allowed::Baseline));
    let allowed = |d: &&Diagnostic| matches!(d.allowed, Some(Allowed::Here { .. }));
    match report.findings.iter().filter(allowed).count() {
        0 => {}
        n => found.push(format!("{n} allowed")),
    }
    match report.findings.iter().filter(held).count() {
        0 => {}
        n => found.push(format!("{n} in the baseline")),
    }
    found.join(", ")
}

/// One line that means only itself: code between backticks stays code, all other marks are made harmless.
fn cell(text: &str) -> String {
    let text = clean::prose(text);
    let code = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut inside = false;
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '`' if code => {
                inside = !inside;
                out.push(c);
            }
            // A bar ends a cell even between backticks.
            '|' => out.push_str("\\|"),
            _ if inside => out.push(c),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Nobody is called by a message.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
