//! Findings as text: one file per format, the same order and the same positions in all.
//!
//! [`Format`] is the list. Lines count from 1. Columns count from 1 in characters (Unicode scalar values; a tab is one), and
//! an end is one past the last, in every format: SARIF is told so by its `columnKind`, the others prescribe no unit. Only
//! `json` and `sarif` have byte offsets too. `github` leaves columns out where a place spans lines, `checkstyle` and `md` have
//! no ends. User text goes through `clean` first, so that no source can steer a terminal; in JSON it is escaped instead.

mod checkstyle;
mod clean;
mod excerpt;
mod fingerprint;
mod format;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod place;
mod sarif;
mod short;
mod words;
mod xml;

pub use checkstyle::checkstyle;
pub use format::{Format, Report};
pub use github::github;
pub use gitlab::gitlab;
pub use human::human;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use place::Place;
pub use sarif::sarif;
pub use short::{short, summary};
pub use xml::escape as escape_xml;

use super::Diagnostic;

/// By place, as every format lists them; findings of one place keep a fixed order too. What is allowed is left out.
fn by_place(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut list = allowed_too(diagnostics);
    list.retain(|finding| finding.allowed.is_none());
    list
}

/// What is allowed is among them: formats for programs mark it.
fn allowed_too(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut list: Vec<&Diagnostic> = diagnostics.iter().collect();
    list.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
    list
}
