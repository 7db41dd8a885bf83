//! Counts over the rows of a run, and gates: how much may happen in one run before somebody has to look.

use super::{Decided, Outcome, ReasonKind};
use std::collections::BTreeMap;

/// How many rows ended in which way, in the order of [`Decided::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally([u64; Decided::ALL.len()]);

impl Tally {
    /// So many ended this way.
    pub fn of(&self, decided: Decided) -> u64 {
        self.0.get(decided as usize).copied().unwrap_or(0)
    }

    pub(super) fn add(&mut self, decided: Decided) {
        if let Some(count) = self.0.get_mut(decided as usize) {
            *count += 1;
        }
    }

    /// Adds what another counted.
    pub fn add_all(&mut self, other: &Tally) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// All counts of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Over everything.
    pub all: Tally,
    /// By rule.
    pub rules: BTreeMap<String, Tally>,
    /// By owner as may be shown; nobody is an empty name.
    pub owners: BTreeMap<String, Tally>,
    /// What held back those that were suppressed or queued, by kind; one row may have several.
    pub reasons: BTreeMap<ReasonKind, u64>,
}

impl Counts {
    /// Counts the rows.
    pub fn of(outcome: &Outcome, personal: bool) -> Counts {
        let mut counts = Counts::default();
        for row in &outcome.rows {
            counts.all.add(row.decided);
            counts.rules.entry(row.slot.rule.to_string()).or_default().add(row.decided);
            let owner = row.shown_owner(personal).unwrap_or_default();
            counts.owners.entry(owner.to_string()).or_default().add(row.decided);
            if matches!(row.decided, Decided::Suppressed | Decided::Queued) {
                for reason in &row.reasons {
                    *counts.reasons.entry(reason.kind).or_default() += 1;
                }
            }
        }
        counts
    }
}

/// How much may happen in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gates {
    /// New items in all.
    pub max_fire: Option<u64>,
    /// New items of one rule.
    pub max_fire_per_rule: Option<u64>,
    /// Candidates for which something is missing.
    pub max_undecided: Option<u64>,
}

impl Gates {
    /// What is too much: `62 would fire, and max_fire is 50`.
    pub fn exceeded(&self, counts: &Counts) -> Vec<String> {
        let mut out = Vec::new();
        let fired = counts.all.of(Decided::Fired);
        if let Some(most) = self.max_fire.filter(|most| fired > *most) {
            out.push(format!("{fired} would fire, and `max_fire` is {most}"));
        }
        for (rule, tally) in &counts.rules {
            let fired = tally.of(Decided::Fired);
            if let Some(most) = self.max_fire_per_rule.filter(|most| fired > *most) {
                out.push(format!("{fired} of `{rule}` would fire, and `max_fire_per_rule` is {most}"));
            }
        }
        let undecided = counts.all.of(Decided::Undecided);
        if let Some(most) = self.max_undecided.filter(|most| undecided > *most) {
            out.push(format!("{undecided} are undecided, and `max_undecided` is {most}"));
        }
        out
    }
}

impl super::Row {
    /// The subject as it may be shown.
    pub fn shown_subject(&self, personal: bool) -> &str {
        if self.subject_personal && !personal { crate::value::MASK } else { &self.slot.subject.id }
    }

    /// The values of its key as may be shown.
    pub fn shown_key(&self, personal: bool) -> Vec<&str> {
        super::shown_key(&self.slot.key, &self.key_personal, personal)
    }

    /// The owner as may be shown.
    pub fn shown_owner(&self, personal: bool) -> Option<&str> {
        let owner = self.owner.as_deref()?;
        Some(if self.owner_personal && !personal { crate::value::MASK } else { owner })
    }
}
