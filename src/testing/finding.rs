//! Expectations about what is found in a program.

use super::Setup;
use crate::Settings;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::source::Source;
use crate::span::Span;

/// What is expected and what there is, where they differ.
pub(super) fn look(
    setup: &Setup,
    errors_only: bool,
    code: Option<Code>,
    text: Option<&(String, Span)>,
    set: &[(String, String)],
) -> Option<(String, String)> {
    let mut sources = setup.rules.clone();
    let added = text.map(|(text, span)| {
        let home = setup.sources.get(span.source).map_or("", |source| source.name.as_str());
        sources.push(Source::new(format!("{home} (added by a test)"), text.as_str()))
    });
    let mut settings = Settings { set: setup.settings.set.clone() };
    settings.set.extend(set.iter().cloned());
    let (_, found) = crate::compile(&sources, &settings);
    let found = found.sorted();
    let before = match added {
        // The rest of the program has no errors, or nothing would run; what else it has is not about the text.
        Some(_) => Vec::new(),
        None if errors_only => Vec::new(),
        None => crate::compile(setup.rules, setup.settings).1.sorted(),
    };
    let counts = |finding: &&Diagnostic| {
        let error = finding.severity == Severity::Error;
        let new = match added {
            Some(added) => error || finding.labels.iter().any(|label| label.span.source == added),
            None => !before.contains(finding),
        };
        new && (error || !errors_only)
    };
    let all: Vec<&Diagnostic> = found.iter().filter(counts).collect();
    let what = if errors_only { "error" } else { "finding" };
    let told = || {
        let one = |d: &&Diagnostic| format!("{} ({})", d.code.name(), d.message);
        let list: Vec<String> = all.iter().take(3).map(one).collect();
        let more = all.len().saturating_sub(list.len());
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        if all.is_empty() { format!("no {what}") } else { format!("{}{more}", list.join(", ")) }
    };
    match code {
        Some(code) if all.iter().any(|d| d.code == code) => None,
        Some(code) => Some((format!("{what} {}", code.name()), told())),
        None if all.is_empty() => None,
        None => Some((format!("no {what}"), told())),
    }
}
