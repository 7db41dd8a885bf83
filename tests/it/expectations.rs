//! Programs that announce their own findings.
//!
//! `# error: threshold-gap` (or `warning`, `info`) stands right above the line where the finding is; several may be
//! stacked. `# file: name.laud` begins another source, `# file: name.laud of corporate using base` one of a package, `# set: name = value` sets a parameter for the run. A program must
//! raise exactly what it announces, code and line.

use laud::Settings;
use laud::diagnostics::{Diagnostic, Severity};
use laud::source::{Package, Source, Sources};
use std::collections::BTreeMap;

/// A program with what it announces.
#[derive(Default)]
pub struct Annotated {
    /// Its sources.
    pub sources: Sources,
    /// What the run sets.
    pub settings: Settings,
    /// `name.laud:3 error: threshold-gap`, sorted.
    pub announced: Vec<String>,
}

/// Reads a program of one or several sources; the first is called `name` unless it says otherwise.
pub fn annotated(name: &str, text: &str) -> Annotated {
    annotated_with(name, text, Source::new)
}

/// The same for text that holds bytes written as `\xE9`.
pub fn annotated_bytes(name: &str, text: &str) -> Annotated {
    annotated_with(name, text, |name, text| {
        let mut bytes = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("\\x") {
            bytes.extend(&rest.as_bytes()[..at]);
            bytes.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap());
            rest = &rest[at + 4..];
        }
        bytes.extend(rest.as_bytes());
        Source::of_bytes(name, bytes)
    })
}

fn annotated_with(name: &str, text: &str, source: impl Fn(String, String) -> Source) -> Annotated {
    let mut parts: Vec<(String, String)> = vec![(name.to_string(), String::new())];
    for line in text.split_inclusive('\n') {
        if let Some(file) = line.trim().strip_prefix("# file:") {
            // A marker before anything else names the first source.
            if parts.len() == 1 && parts[0].1.trim().is_empty() {
                parts.clear();
            }
            parts.push((file.trim().to_string(), String::new()));
        } else {
            parts.last_mut().unwrap().1.push_str(line);
        }
    }
    let mut all = Annotated::default();
    for (name, text) in parts {
        let mut waiting = Vec::new();
        for (i, line) in text.lines().chain([""]).enumerate() {
            if let Some((name, value)) = line.trim().strip_prefix("# set:").and_then(|set| set.split_once('=')) {
                all.settings.set.push((name.trim().to_string(), value.trim().to_string()));
            }
            match announcement(line) {
                Some(word) => waiting.push(word),
                None => all
                    .announced
                    .extend(waiting.drain(..).map(|word| format!("{}:{} {word}", of_package(&name).0, i + 1))),
            }
        }
        let (name, package) = of_package(&name);
        let source = source(name.to_string(), text);
        all.sources.push(match package {
            Some(package) => source.of_package(&package),
            None => source,
        });
    }
    all.announced.sort();
    all
}

/// `standards.laud of corporate using base, legal`
fn of_package(written: &str) -> (&str, Option<Package>) {
    let Some((name, package)) = written.split_once(" of ") else { return (written, None) };
    let (package, uses) = package.split_once(" using ").unwrap_or((package, ""));
    let uses: Vec<_> = uses.split(',').map(str::trim).filter(|u| !u.is_empty()).map(Into::into).collect();
    (name.trim(), Some(Package { name: package.trim().into(), uses: uses.into() }))
}

/// `error: threshold-gap` of a line that is such a comment and nothing else.
fn announcement(line: &str) -> Option<String> {
    let rest = line.trim().strip_prefix('#')?.trim_start();
    let (severity, name) = rest.split_once(':')?;
    let kebab = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let severity = severity.trim();
    (["error", "warning", "info"].contains(&severity) && kebab(name.trim()))
        .then(|| format!("{severity}: {}", name.trim()))
}

/// What was found, written like announcements.
pub fn found(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<String> {
    let line = |d: &Diagnostic| match sources.get(d.span().source) {
        Some(source) => format!("{}:{}", source.name, source.line_column(d.span().start).0),
        None => "nowhere".to_string(),
    };
    let mut all: Vec<String> =
        diagnostics.iter().map(|d| format!("{} {}: {}", line(d), d.severity.word(), d.code.name())).collect();
    all.sort();
    all
}

/// Compares what a program announces with what was found.
pub fn compare(announced: &[String], diagnostics: &[Diagnostic], sources: &Sources) -> Result<(), String> {
    let got = found(diagnostics, sources);
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in announced {
        *counts.entry(line).or_default() += 1;
    }
    for line in &got {
        *counts.entry(line).or_default() -= 1;
    }
    let mut message = String::new();
    for (line, count) in counts {
        for _ in 0..count.abs() {
            message.push_str(if count > 0 { "announced but not found: " } else { "found but not announced: " });
            message.push_str(line);
            message.push('\n');
        }
    }
    if message.is_empty() {
        return Ok(());
    }
    Err(format!("{message}{}", laud::diagnostics::render::short(diagnostics, sources)))
}

/// True for findings that stop a program.
pub fn errors(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    diagnostics.iter().filter(|d| d.severity == Severity::Error).cloned().collect()
}

#[test]
fn announcements_point_at_the_next_line() {
    let all =
        annotated("a.laud", "x\n# error: one-two\n  # warning: three\ny\n# file: b.laud\nz\n# error: at-the-end\n");
    assert_eq!(all.announced, ["a.laud:4 error: one-two", "a.laud:4 warning: three", "b.laud:3 error: at-the-end"]);
    assert_eq!(all.sources.iter().map(|(_, s)| s.name.clone()).collect::<Vec<_>>(), ["a.laud", "b.laud"]);
    assert_eq!(annotated("a.laud", "# set: a = 5\n").settings.set, [("a".to_string(), "5".to_string())]);
    assert!(annotated("a.laud", "# Error: prose\n# error: some words\n").announced.is_empty());
}
