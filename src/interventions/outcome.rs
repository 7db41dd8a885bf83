//! What a run comes to: one row per candidate of which there is something to say, and what changes because of it.

use super::{Action, Change, Item, Slot, Task};
use crate::calendar::Date;
use std::fmt;
use std::sync::Arc;

/// What a run comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// By rule, subject and key.
    pub rows: Vec<Row>,
    /// Open items that no rule or no subject stands behind any more; they stay open.
    pub orphans: Vec<Orphan>,
    /// What people should put right.
    pub findings: Vec<Finding>,
    /// What changes in the state, in order.
    pub changes: Vec<Change>,
    /// What goes out.
    pub actions: Vec<Action>,
}

/// What became of a candidate: exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decided {
    /// A new item.
    Fired,
    /// It is open already; what it says was brought up to date.
    Refreshed,
    /// It is open, and all approvals are there: its tasks go out.
    Approved,
    /// It is open, and too long.
    Escalated,
    /// It is over.
    Closed,
    /// Nothing new for reasons, all of which are listed.
    Suppressed,
    /// There is no room under a limit; it waits.
    Queued,
    /// Something is missing.
    Undecided,
    /// The first run: it is true, and only from now on does becoming true count.
    Baseline,
}

impl Decided {
    /// All, in the order in which they are counted.
    pub const ALL: [Decided; 9] = [
        Decided::Fired,
        Decided::Refreshed,
        Decided::Approved,
        Decided::Escalated,
        Decided::Closed,
        Decided::Suppressed,
        Decided::Queued,
        Decided::Undecided,
        Decided::Baseline,
    ];

    /// `fired`
    pub fn word(self) -> &'static str {
        match self {
            Decided::Fired => "fired",
            Decided::Refreshed => "refreshed",
            Decided::Approved => "approved",
            Decided::Escalated => "escalated",
            Decided::Closed => "closed",
            Decided::Suppressed => "suppressed",
            Decided::Queued => "queued",
            Decided::Undecided => "undecided",
            Decided::Baseline => "baseline",
        }
    }
}

/// What became of a candidate, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub slot: Slot,
    /// What people call the subject, as it may be shown.
    pub name: Option<String>,
    /// The subject's id is personal.
    pub subject_personal: bool,
    /// Whose it is.
    pub owner: Option<String>,
    /// The owner is named in a personal column.
    pub owner_personal: bool,
    /// Which values of the key come from personal columns; empty if none does.
    pub key_personal: Vec<bool>,
    /// What became of it.
    pub decided: Decided,
    /// The item, if there is one now.
    pub item: Option<Arc<str>>,
    /// It waits for approval.
    pub pending: bool,
    /// Why: all that holds it back, what is missing, how it ended, to whom it goes.
    pub reasons: Vec<Reason>,
    /// When it may act at the earliest, where that is known.
    pub next: Option<Date>,
    /// What a new item asks for.
    pub tasks: Vec<Task>,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Of which kind.
    pub kind: ReasonKind,
    /// In words.
    pub text: String,
    /// Until when it holds, where that is known: the first day on which it does not.
    pub until: Option<Date>,
}

/// Kinds of reason, in the order in which the suppression chain asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// The rule's own `unless`.
    Unless,
    /// A condition of a guard.
    Guard,
    /// Something else went out to the account not long ago.
    Lock,
    /// Not on these dates.
    Blackout,
    /// Somebody put it to sleep.
    Snoozed,
    /// It is in the arm of the pilot that gets nothing.
    Pilot,
    /// It acted not long ago.
    Cooldown,
    /// Another rule of its group goes first.
    Exclusive,
    /// There is no room.
    Limit,
    /// Something is missing.
    Missing,
    /// How it ended.
    Closing,
    /// A step of an escalation.
    Escalation,
    /// An approval.
    Approval,
    /// The first run.
    Baseline,
}

impl ReasonKind {
    /// `cooldown`
    pub fn word(self) -> &'static str {
        match self {
            ReasonKind::Unless => "unless",
            ReasonKind::Guard => "guard",
            ReasonKind::Lock => "lock",
            ReasonKind::Blackout => "blackout",
            ReasonKind::Snoozed => "snoozed",
            ReasonKind::Pilot => "pilot",
            ReasonKind::Cooldown => "cooldown",
            ReasonKind::Exclusive => "exclusive",
            ReasonKind::Limit => "limit",
            ReasonKind::Missing => "missing",
            ReasonKind::Closing => "closing",
            ReasonKind::Escalation => "escalation",
            ReasonKind::Approval => "approval",
            ReasonKind::Baseline => "baseline",
        }
    }
}

impl Reason {
    /// Without an end that is known.
    pub fn new(kind: ReasonKind, text: impl Into<String>) -> Reason {
        Reason { kind, text: text.into(), until: None }
    }

    /// True if `word` is what it is called: its kind, or the name of a guard's reason.
    pub fn is_called(&self, word: &str) -> bool {
        // The text of a guard's condition begins with its name, and goes on with why or with what is missing.
        let named = || self.text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ' ']));
        self.kind.word() == word || self.kind == ReasonKind::Guard && named()
    }

    /// With the first day on which it does not hold.
    pub fn until(kind: ReasonKind, text: impl Into<String>, until: Date) -> Reason {
        Reason { kind, text: text.into(), until: Some(until) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An open item that nothing stands behind any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Orphan {
    /// The item as it is.
    pub item: Item,
    /// What is gone.
    pub why: Why,
}

/// What is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The program has no such rule.
    RuleGone,
    /// The data has no such subject.
    SubjectGone,
}

impl Why {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Why::RuleGone => "the program has no such rule any more",
            Why::SubjectGone => "the data has no such subject any more",
        }
    }
}

/// Something that people should put right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What it is about.
    pub slot: Slot,
    /// The subject's id is personal.
    pub subject_personal: bool,
    /// What is wrong.
    pub text: String,
}
