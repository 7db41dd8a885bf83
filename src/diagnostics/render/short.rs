//! One line per finding, for editors, `grep` and long lists; and the line that closes every report.

use super::words::one_line;
use super::{Place, by_place, clean};
use crate::diagnostics::{Diagnostic, Severity};
use crate::source::Sources;
use std::fmt::Write;

/// `path:line:column: error[L0301 threshold-gap]: message; help: …`, a line each.
pub fn short(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in by_place(diagnostics) {
        let severity = diagnostic.severity.word();
        let (number, name) = (diagnostic.code.number(), diagnostic.code.name());
        if let Some(place) = Place::of(diagnostic.span(), sources) {
            let _ = write!(out, "{}:{}:{}: ", clean::prose(place.file), place.line, place.column);
        }
        let _ = writeln!(out, "{severity}[{number} {name}]: {}", one_line(diagnostic));
    }
    out
}

/// `checked 3 files: 2 errors, 1 warning`
pub fn summary(diagnostics: &[Diagnostic], files: usize) -> String {
    let mut found = Vec::new();
    for (severity, one, many) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "note", "notes"),
    ] {
        match diagnostics.iter().filter(|d| d.severity == severity && d.allowed.is_none()).count() {
            0 => {}
            1 => found.push(format!("1 {one}")),
            n => found.push(format!("{n} {many}")),
        }
    }
    let found = if found.is_empty() { "no problems".to_string() } else { found.join(", ") };
    format!("checked {files} {}: {found}", if files == 1 { "file" } else { "files" })
}
