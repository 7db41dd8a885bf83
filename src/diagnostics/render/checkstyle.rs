//! The XML of Checkstyle, which many editors, build servers and review bots read.
//!
//! It knows where a finding begins only; columns count characters, a tab is one.

use super::words::one_line;
use super::xml::escape;
use super::{Place, by_place};
use crate::diagnostics::Diagnostic;
use crate::source::Sources;
use std::fmt::Write;

/// The findings by file.
pub fn checkstyle(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    let mut open: Option<&str> = None;
    for diagnostic in by_place(diagnostics) {
        let place = Place::of(diagnostic.span(), sources);
        let file = place.map_or("", |p| p.file);
        if open != Some(file) {
            if open.is_some() {
                out.push_str("  </file>\n");
            }
            let _ = writeln!(out, "  <file name=\"{}\">", escape(file));
            open = Some(file);
        }
        let at = place.map_or(String::new(), |p| format!("line=\"{}\" column=\"{}\" ", p.line, p.column));
        let _ = writeln!(
            out,
            "    <error {at}severity=\"{}\" message=\"{}\" source=\"laud.{}\"/>",
            diagnostic.severity.word(),
            escape(&one_line(diagnostic)),
            diagnostic.code.name()
        );
    }
    if open.is_some() {
        out.push_str("  </file>\n");
    }
    out.push_str("</checkstyle>\n");
    out
}
