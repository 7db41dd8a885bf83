//! How a rule stands for a subject today: what the step is given besides the state.

use super::{Reason, Subject, Task};
use crate::calendar::{Date, Duration};
use std::sync::Arc;

/// True, false, or unknown because something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Truth {
    /// It does not hold.
    #[default]
    False,
    /// Something is missing.
    Unknown,
    /// It holds.
    True,
}

impl From<Option<bool>> for Truth {
    fn from(truth: Option<bool>) -> Truth {
        match truth {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Unknown,
        }
    }
}

/// How a rule stands for a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Place in [`super::Policy::rules`].
    pub rule: usize,
    /// About whom.
    pub subject: Subject,
    /// What people call the subject, as it may be shown.
    pub name: Option<String>,
    /// The subject's id is personal.
    pub subject_personal: bool,
    /// The account that it is about or belongs to; nothing for the portfolio.
    pub account: Option<Arc<str>>,
    /// The values of `dedupe by`; of a rule about events, with the event's identity.
    pub key: Vec<String>,
    /// Of a rule about events: when the event happened, or was learned of if that was later.
    pub happened: Option<Date>,
    /// How the condition stands.
    pub truth: Truth,
    /// What is missing, where it is unknown: `references missing (no data)`.
    pub missing: Vec<String>,
    /// What holds it back, in the order in which it is written.
    pub holds: Vec<Hold>,
    /// How `close when` stands; [`Truth::False`] if there is none.
    pub closes: Truth,
    /// Whose it would be.
    pub owner: Option<String>,
    /// The owner is named in a personal column.
    pub owner_personal: bool,
    /// The value of what the rule's limit is per.
    pub limited_by: Option<String>,
    /// What it would ask for.
    pub tasks: Vec<Task>,
    /// What each step of the escalation calls for, in the order of the rule: its meeting.
    pub meetings: Vec<Option<String>>,
    /// What people should put right about it: `csm is blank`.
    pub findings: Vec<String>,
}

/// Something that may hold an intervention back.
#[derive(Debug, Clone, PartialEq)]
pub enum Hold {
    /// It does.
    Holds(Reason),
    /// It may: something is missing.
    Unknown {
        /// What would hold it back.
        reason: Reason,
        /// What is missing.
        missing: Vec<String>,
    },
    /// It does if another item about the account was opened less than so long ago; the ledger knows.
    Lock {
        /// The guard's name.
        guard: Arc<str>,
        /// For how long.
        within: Duration,
    },
}
