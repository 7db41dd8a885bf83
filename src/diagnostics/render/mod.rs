//! Findings as text: one file per format, the same order and the same positions in all.
//!
//! [`human`] draws each finding under its source lines, [`short`] gives one line each, [`json`] gives everything, and
//! [`summary`] is the closing line. User text goes through [`clean`] first, so that no source can steer a terminal.

mod clean;
mod excerpt;
mod human;
mod json;
mod place;
mod short;

pub use human::human;
pub use json::json;
pub use place::Place;
pub use short::{short, summary};

use super::Diagnostic;

/// By place, as every format lists them; findings of one place keep a fixed order too.
fn by_place(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut list: Vec<&Diagnostic> = diagnostics.iter().collect();
    list.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
    list
}
