//! Findings on their way to the terminal.

use super::stop::Stop;
use crate::diagnostics::{Allowed, Diagnostic, Severity, render};
use crate::report::counted;
use crate::source::Sources;

/// How many findings there are of each severity, in how many files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// For information.
    pub infos: u64,
    /// Files with findings.
    pub files: u64,
    /// Findings that a comment allows; they are not among the others.
    pub allowed: u64,
}

impl Count {
    /// Counts.
    pub fn of(list: &[Diagnostic]) -> Count {
        let told = || list.iter().filter(|d| d.allowed.is_none());
        let of = |severity| told().filter(|d| d.severity == severity).count() as u64;
        let mut files: Vec<u16> = told().map(|d| d.span().source).collect();
        files.sort_unstable();
        files.dedup();
        Count {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            infos: of(Severity::Info),
            files: files.len() as u64,
            allowed: list.iter().filter(|d| matches!(d.allowed, Some(Allowed::Here { .. }))).count() as u64,
        }
    }

    /// True if nothing is told.
    pub fn nothing(self) -> bool {
        self.errors + self.warnings + self.infos == 0
    }

    /// `3 errors, 1 warning in 2 files`; then `, 2 allowed`
    pub fn words(self) -> String {
        let mut parts = Vec::new();
        for (count, one, many) in
            [(self.errors, "error", "errors"), (self.warnings, "warning", "warnings"), (self.infos, "note", "notes")]
        {
            if count > 0 {
                parts.push(counted(count, one, many));
            }
        }
        let found = match parts.as_slice() {
            [] => "no findings".to_string(),
            _ => format!("{} in {}", parts.join(", "), counted(self.files, "file", "files")),
        };
        if self.allowed > 0 { format!("{found}, {} allowed", self.allowed) } else { found }
    }
}

/// With source lines, for people.
pub fn human(list: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let mut text = render::human(list, sources, color);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The findings of one or several projects as one report: their sources are numbered on.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Diagnostic>,
    sources: Sources,
}

impl Findings {
    /// Adds a project.
    pub fn add(&mut self, list: Vec<Diagnostic>, sources: &Sources) -> Result<(), Stop> {
        let before = self.sources.iter().count();
        let total = before + sources.iter().count();
        let (Ok(shift), Ok(_)) = (u16::try_from(before), u16::try_from(total)) else {
            let files = counted(total as u64, "file", "files");
            return Err(Stop::usage(format!("{files} are more than laud reports on at once")));
        };
        for (_, source) in sources.iter() {
            self.sources.push(source.clone());
        }
        self.list.extend(list.into_iter().map(|mut finding| {
            let edits = finding.fix.iter_mut().flat_map(|fix| fix.edits.iter_mut().map(|edit| &mut edit.span));
            for span in finding.labels.iter_mut().map(|label| &mut label.span).chain(edits) {
                span.source = span.source.saturating_add(shift);
            }
            finding
        }));
        Ok(())
    }

    /// The report as text.
    pub fn render(&self, format: render::Format, verb: &str, color: bool) -> String {
        format.render(&render::Report { verb, findings: &self.list, sources: &self.sources }, color)
    }
}
