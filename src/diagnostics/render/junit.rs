//! A test report in the XML of JUnit: a suite per file, a case per finding.
//!
//! Errors are failures. Warnings and notes are cases that pass and have something to say, so that the report is red
//! exactly where the exit code is not 0. A file without findings is one case that passes.

use super::format::Report;
use super::words::lines;
use super::xml::escape;
use super::{Place, by_place};
use crate::diagnostics::{Diagnostic, Severity};
use std::fmt::Write;

/// The findings, and the files without any.
pub fn junit(report: &Report) -> String {
    let list = by_place(report.findings);
    let mut suites: Vec<(String, Vec<&Diagnostic>)> = Vec::new();
    for (id, source) in report.sources.iter() {
        suites.push((source.name.clone(), list.iter().copied().filter(|d| d.span().source == id).collect()));
    }
    let elsewhere: Vec<&Diagnostic> =
        list.iter().copied().filter(|d| report.sources.get(d.span().source).is_none()).collect();
    if !elsewhere.is_empty() {
        suites.push((format!("laud {}", report.verb), elsewhere));
    }
    let failures = |list: &[&Diagnostic]| list.iter().filter(|d| d.severity == Severity::Error).count();
    let tests: usize = suites.iter().map(|(_, list)| list.len().max(1)).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"laud {}\" tests=\"{tests}\" failures=\"{}\" errors=\"0\">",
        escape(report.verb),
        failures(&list)
    );
    for (name, list) in &suites {
        let file = escape(name);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
            list.len().max(1),
            failures(list)
        );
        for diagnostic in list {
            case(&mut out, diagnostic, &file, report);
        }
        if list.is_empty() {
            let _ = writeln!(out, "    <testcase name=\"no findings\" classname=\"{file}\"/>");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, diagnostic: &Diagnostic, file: &str, report: &Report) {
    let place = Place::of(diagnostic.span(), report.sources);
    let (number, name) = (diagnostic.code.number(), diagnostic.code.name());
    let at = place.map_or(String::new(), |p| format!(" {}:{}", p.line, p.column));
    let line = place.map_or(String::new(), |p| format!(" file=\"{file}\" line=\"{}\"", p.line));
    let _ = writeln!(out, "    <testcase name=\"{number} {name}{at}\" classname=\"{file}\"{line}>");
    let mut body = lines(diagnostic);
    if let (Some(place), Some(first)) = (place, body.first_mut()) {
        *first = format!("{}:{}:{}: {first}", place.file, place.line, place.column);
    }
    // Line ends as they are: what stands between tags keeps them.
    let body = body.iter().map(|l| escape(l)).collect::<Vec<_>>().join("\n");
    if diagnostic.severity == Severity::Error {
        let message = escape(&super::clean::prose(&diagnostic.message));
        let _ = writeln!(out, "      <failure type=\"{name}\" message=\"{message}\">{body}</failure>");
    } else {
        let _ = writeln!(out, "      <system-out>{}: {body}</system-out>", diagnostic.severity.word());
    }
    out.push_str("    </testcase>\n");
}
