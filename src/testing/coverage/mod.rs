//! Coverage of rules, not of lines: which clauses tests have seen true and false, which bands they entered, which bounds
//! they met below, at and above, which values missing, which accounts in and out, which outcomes of rules.
//!
//! `facets` lists what there is to see in a program; `seen` looks at the accounts of a test as it runs and says what of it
//! was there. Whatever no account can show, as far as the checker knows, is not asked for.

mod facets;
mod report;
mod seen;
pub(super) mod suggest;

pub use report::{cobertura, human, json};

use crate::source::Sources;
use crate::span::Span;
use std::collections::HashSet;

pub(super) use facets::facets;
pub(super) use seen::{seen, seen_of_portfolio, seen_of_rule};

/// One thing to see, where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sight {
    /// A condition that holds.
    Holds,
    /// A condition that does not.
    Fails,
    /// A row that a filter lets through.
    Met,
    /// A row that it does not.
    NotMet,
    /// A row dated inside of a window.
    Inside,
    /// A row dated outside of it.
    Outside,
    /// What stands behind `or else`, because what stands before it is missing.
    Instead,
    /// A band, grade or part that is taken.
    Entered,
    /// A value below a bound, the first of its row or the second.
    Below(bool),
    /// A value at a bound.
    At(bool),
    /// A value above a bound.
    Above(bool),
    /// A line of a scorecard without points.
    Missing,
    /// A rule that fires.
    Fires,
    /// One that does not.
    DoesNotFire,
    /// One whose `unless` holds it back.
    HeldBack,
    /// One that a guard holds back.
    Suppressed,
    /// One that cannot be decided.
    Undecided,
}

/// What was seen.
pub(super) type Seen = HashSet<(Span, Sight)>;

/// Something that tests should show.
#[derive(Debug, Clone)]
pub struct Facet {
    /// Where it is written.
    pub span: Span,
    /// What is to be seen of it.
    pub sight: Sight,
    /// The metric, scorecard, rule, segment or partition.
    pub owner: String,
    /// What, for people: `references exactly 3`.
    pub what: String,
    /// A test or a case that would show it.
    pub suggestion: String,
}

/// What tests have seen of a program, and what not.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// All that there is to see, by place, and whether it was.
    pub facets: Vec<(Facet, bool)>,
}

impl Coverage {
    pub(super) fn new(facets: Vec<Facet>, seen: &Seen) -> Coverage {
        let mut facets: Vec<(Facet, bool)> = facets
            .into_iter()
            .map(|facet| {
                let found = seen.contains(&(facet.span, facet.sight));
                (facet, found)
            })
            .collect();
        facets.sort_by_key(|(facet, _)| (facet.span.source, facet.span.start, facet.sight));
        facets.dedup_by_key(|(facet, _)| (facet.span, facet.sight));
        Coverage { facets }
    }

    /// How many were seen.
    pub fn covered(&self) -> usize {
        self.facets.iter().filter(|(_, seen)| *seen).count()
    }

    /// Per cent, rounded down, so that 100 means all; a program with nothing to see is covered.
    pub fn percent(&self) -> usize {
        match self.facets.len() {
            0 => 100,
            all => self.covered() * 100 / all,
        }
    }
}

/// File and line of a facet.
fn place(sources: &Sources, span: Span) -> (&str, usize) {
    sources.get(span.source).map_or(("?", 0), |source| (source.name.as_str(), source.line_of(span.start)))
}
