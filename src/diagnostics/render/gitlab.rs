//! The code quality report of GitLab, a subset of the format of Code Climate: a list of issues in JSON.
//!
//! Columns count characters, ends are one past the last. Fingerprints survive lines moving, see [`super::fingerprint`].

use super::fingerprint::Fingerprints;
use super::json::escape;
use super::words::one_line;
use super::{Place, by_place};
use crate::diagnostics::{Diagnostic, Severity};
use crate::source::Sources;
use serde::Serialize;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

/// The findings as one JSON list.
pub fn gitlab(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut fingerprints = Fingerprints::default();
    let issues: Vec<Issue> = by_place(diagnostics)
        .into_iter()
        .map(|diagnostic| {
            // GitLab drops the whole report for an issue without a place.
            let place = Place::of(diagnostic.span(), sources).unwrap_or(Place {
                file: "laud.toml",
                line: 1,
                column: 1,
                end_line: 1,
                end_column: 1,
            });
            Issue {
                description: one_line(diagnostic),
                check_name: diagnostic.code.name(),
                fingerprint: fingerprints.next(diagnostic, sources),
                severity: match diagnostic.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                },
                location: Location {
                    path: place.file,
                    positions: Positions {
                        begin: Position { line: place.line, column: place.column },
                        end: Position { line: place.end_line, column: place.end_column },
                    },
                },
            }
        })
        .collect();
    // Writing plain strings and numbers to memory cannot fail.
    escape(&serde_json::to_string_pretty(&issues).unwrap_or_default())
}
