//! Workflow commands of GitHub Actions: each finding becomes an annotation of its line.
//!
//! `::error file=a.laud,line=5,col=15,endLine=5,endColumn=19,title=L0301 threshold-gap::…`. Columns count characters like
//! everywhere; the runner refuses columns of a place that spans lines, so such a place has lines only.

use super::words::lines;
use super::{Place, by_place, clean};
use crate::diagnostics::{Diagnostic, Severity};
use crate::source::Sources;
use std::fmt::Write;

/// One command per finding, by place.
pub fn github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in by_place(diagnostics) {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let _ = write!(out, "::{command} ");
        // The log shows the message only, so it begins with the place.
        let mut message = String::new();
        if let Some(place) = Place::of(diagnostic.span(), sources) {
            let file = clean::prose(place.file);
            let _ = write!(out, "file={},line={},", property(&file), place.line);
            if place.line == place.end_line {
                let _ = write!(out, "col={},endLine={},endColumn={},", place.column, place.end_line, place.end_column);
            } else {
                let _ = write!(out, "endLine={},", place.end_line);
            }
            let _ = write!(message, "{file}:{}:{}: ", place.line, place.column);
        }
        message.push_str(&lines(diagnostic).join("\n"));
        let title = format!("{} {}", diagnostic.code.number(), diagnostic.code.name());
        let _ = writeln!(out, "title={}::{}", property(&title), data(&message));
    }
    out
}

/// The text behind `::`, which ends with its line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends with a comma or colon too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
