//! The one list of formats in which findings are printed: `--format` of every verb that finds something.

use super::{checkstyle, github, gitlab, human, json, junit, markdown, sarif, short};
use crate::diagnostics::Diagnostic;
use crate::source::Sources;
use clap::ValueEnum;

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the comments say what they are for; clap would print them as help
pub enum Format {
    // Under their source lines, for people.
    Human,
    // One line each, for editors and grep.
    #[value(alias = "short")]
    Compact,
    // Everything, for programs.
    Json,
    // SARIF 2.1.0, for code scanning.
    Sarif,
    // Workflow commands: annotations of a pull request on GitHub.
    Github,
    // Code quality report of GitLab.
    Gitlab,
    // Test report: what most build servers read.
    Junit,
    // XML that editors and build servers read.
    Checkstyle,
    // A table for a job summary or a comment.
    Md,
}

/// What is printed.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The verb that found it: `check`.
    pub verb: &'a str,
    /// What was found.
    pub findings: &'a [Diagnostic],
    /// Where.
    pub sources: &'a Sources,
}

impl Format {
    /// True for what a person reads: drawn project by project, with a closing line each.
    pub fn is_human(self) -> bool {
        self == Format::Human
    }

    /// The report as text.
    pub fn render(self, report: &Report, color: bool) -> String {
        let Report { findings, sources, .. } = *report;
        match self {
            Format::Human => human(findings, sources, color),
            Format::Compact => short(findings, sources),
            Format::Json => json(findings, sources),
            Format::Sarif => sarif(findings, sources),
            Format::Github => github(findings, sources),
            Format::Gitlab => gitlab(findings, sources),
            Format::Junit => junit(report),
            Format::Checkstyle => checkstyle(findings, sources),
            Format::Md => markdown(report),
        }
    }
}
