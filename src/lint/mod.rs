//! Opinions about a program that checked: what a careful reviewer would say before it is deployed.
//!
//! A lint is one file, `src/lint/<category>/<name>.rs`, that holds its page, the code that finds it, and its fix. Where
//! ranges, lists and comparisons allow, a lint proves what it says and shows a witness; where a proof is out of reach it
//! stays silent. It gets [`Facts`] and pushes findings; it reads no file and no clock.
//!
//! To add a lint:
//! 1. a line in the catalogue (`src/diagnostics/catalogue.rs`, under `lints`): name, number, level, category and file;
//! 2. `src/lint/<category>/<name>.rs` with `pub const LINT`, and its `mod` line in `src/lint/<category>/mod.rs`;
//! 3. the page in it: what, why it matters to a customer-success team, `## Avoid` with a program that raises exactly this
//!    finding (announced by a comment on the line above), `## Prefer` with one that raises nothing;
//! 4. `run`, which looks at the facts; where the edit is mechanical the finding carries it ([`Diagnostic::fix`]);
//! 5. `cargo test --test it lints` runs both examples, applies the fix, and runs the lint over all of `examples/`.

pub mod allow;
mod asking;
mod baseline;
mod cards;
pub mod data;
mod expected;
pub mod facts;
pub mod governance;
mod implied;
pub mod interventions;
pub mod levels;
pub mod logic;
pub mod mend;
pub mod missing;
pub mod naming;
mod places;
mod rules;
pub mod segments;
pub mod suppressions;
pub mod tests;
pub mod thresholds;
pub mod time;
mod uses;
mod voice;
pub mod weights;
mod windows;
mod written;

pub use baseline::{Baseline, Held, symbol};
pub use facts::Facts;
pub use levels::{Level, Levels};
pub use places::{Condition, Role, aggregates, each};
pub use uses::Uses;

use crate::diagnostics::{Code, Diagnostic};
use crate::span::Span;
use std::collections::HashMap;

/// A lint: what it is about, and what finds it.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// Its code, which has its name, number and default level.
    pub code: Code,
    /// Its page.
    pub page: &'static str,
    /// Numbers that `laud.toml` may set otherwise: name, default, meaning.
    pub options: &'static [(&'static str, i64, &'static str)],
    /// Finds it.
    pub run: fn(&Facts, &mut Findings),
}

/// What lints find.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Diagnostic>,
    /// What check and the lints before this one have found, by kind: only those about suppressions ask.
    earlier: HashMap<Code, Vec<Diagnostic>>,
}

impl Findings {
    /// The finding pushed last, if it is about this place: to add an edit to it.
    pub fn last_at(&mut self, place: Span) -> Option<&mut Diagnostic> {
        self.list.last_mut().filter(|finding| finding.span() == place)
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Diagnostic) {
        self.list.push(finding);
    }

    /// What was found before of one kind, allowed or not.
    fn earlier(&self, code: Code) -> impl Iterator<Item = &Diagnostic> {
        self.earlier.get(&code).into_iter().flatten()
    }
}

/// All lints, by number.
pub fn all() -> impl Iterator<Item = &'static Lint> {
    Code::ALL.iter().filter_map(|code| code.lint())
}

/// The groups that lints belong to, by number.
pub fn categories() -> Vec<&'static str> {
    let mut names: Vec<&str> = all().filter_map(|lint| lint.code.category()).collect();
    names.dedup();
    names
}

/// Runs every lint that is not off, each at its level. Only findings in the project's own files are kept: those of its
/// packages are the business of whoever keeps them. What a comment allows is marked.
pub fn run(facts: &Facts, levels: &Levels) -> Vec<Diagnostic> {
    let mut kept = Vec::new();
    let mut found = Findings::default();
    for finding in &facts.checked {
        found.earlier.entry(finding.code).or_default().push(finding.clone());
    }
    // Those about suppressions have the last numbers: they look at what all others have found.
    for lint in all() {
        let Some(severity) = levels.of(lint.code).severity() else { continue };
        if !facts.looks_for(lint.code) {
            continue;
        }
        (lint.run)(facts, &mut found);
        let own = found.list.drain(..).filter(|finding| facts.is_own(finding.span()));
        let mut list: Vec<Diagnostic> = own.map(|finding| Diagnostic { severity, ..finding }).collect();
        facts.allowances.mark(&mut list, facts.today);
        if facts.allowances.iter().next().is_some() {
            found.earlier.entry(lint.code).or_default().extend(list.iter().cloned());
        }
        kept.extend(list);
    }
    kept.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
    kept.dedup();
    kept
}
