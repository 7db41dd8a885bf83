//! What is remembered between runs.
//!
//! Kept small: a subject for which a rule's condition is false and nothing was ever done is not in it. Whole items are in it
//! while they are open; of closed ones only the last of each slot, as far as its cooldown needs it. A store keeps the rest.

use super::Delay;
use crate::calendar::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whom or what a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The table whose row it is, such as `account` or `contact`; `portfolio` for all accounts together.
    pub kind: Arc<str>,
    /// The row's key; empty for the portfolio.
    pub id: Arc<str>,
}

/// What makes an intervention the same one: the rule, the subject, and the values that the rule declares besides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The rule's name.
    pub rule: Arc<str>,
    /// About whom.
    pub subject: Subject,
    /// The values of `dedupe by`; of a rule about events, with the event's identity.
    pub key: Vec<String>,
}

/// All that is remembered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The number of the last record in the ledger: a run, or a decision of a person. 0 if there is none.
    pub head: u64,
    /// The last run; `None` before the first.
    pub last_run: Option<LastRun>,
    /// The rules of the last run: a rule that is not among them gets its baseline first.
    pub rules: BTreeSet<Arc<str>>,
    /// Open items, at most one per slot.
    pub items: BTreeMap<Slot, Item>,
    /// What is known of slots; those that are not here are false and have no past.
    pub memory: BTreeMap<Slot, Memory>,
    /// Slots that somebody put to sleep: nothing new before this date.
    pub snoozes: BTreeMap<Slot, Date>,
    /// How much of a rule's limit is used: by rule, by the value of what is limited, by the first day of the period.
    pub used: BTreeMap<(Arc<str>, String, Date), u64>,
}

/// The last run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// Its number in the ledger.
    pub number: u64,
    /// Its as-of date.
    pub as_of: Date,
    /// The hash of its program.
    pub program: String,
    /// The hash of all of its data.
    pub data: String,
}

/// What is known of a slot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// How the condition was in the last run.
    pub truth: super::Truth,
    /// The date of the run in which it became that; nothing where it is false.
    pub since: Option<Date>,
    /// How many runs it has been true, counted up to what the rule asks for.
    pub streak: u32,
    /// What became of its becoming true.
    pub edge: Edge,
    /// Since when it waits for room under a limit.
    pub queued: Option<Date>,
    /// The first day of the period in which a calendar rule has had its turn.
    pub period: Option<Date>,
    /// The last item.
    pub last: Option<LastItem>,
}

/// What became of a condition's becoming true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edge {
    /// Nothing yet: it is not true, or not for long enough.
    #[default]
    Waiting,
    /// It was held back, and acts as soon as nothing holds it back, if it is still true then.
    Armed,
    /// It acted, or was true at the baseline: it has to become true anew.
    Spent,
}

/// The last item of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastItem {
    /// How many items the slot has had.
    pub count: u64,
    /// When it was opened.
    pub opened: Date,
    /// When and how it was closed, if it was.
    pub closed: Option<(Date, Closing)>,
    /// The account that it is about or belongs to.
    pub account: Option<Arc<str>>,
}

/// How an item came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Closing {
    /// `close when` held.
    Recovered,
    /// A person: it worked.
    Won,
    /// A person: it was done, whatever came of it.
    Done,
    /// A person: it was not worth doing.
    Dismissed,
    /// Somebody who had to approve it did not.
    Rejected,
    /// Its cooldown was over, and the rule fired again.
    Superseded,
}

impl Closing {
    /// All of them.
    pub const ALL: [Closing; 6] =
        [Closing::Recovered, Closing::Won, Closing::Done, Closing::Dismissed, Closing::Rejected, Closing::Superseded];

    /// `recovered`
    pub fn word(self) -> &'static str {
        match self {
            Closing::Recovered => "recovered",
            Closing::Won => "won",
            Closing::Done => "done",
            Closing::Dismissed => "dismissed",
            Closing::Rejected => "rejected",
            Closing::Superseded => "superseded",
        }
    }

    /// The reverse.
    pub fn parse(word: &str) -> Option<Closing> {
        Closing::ALL.into_iter().find(|c| c.word() == word)
    }
}

/// An open item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Stable: a hash of the slot and of how many items it had before.
    pub id: Arc<str>,
    /// What it is about.
    pub slot: Slot,
    /// The account that it is about or belongs to.
    pub account: Option<Arc<str>>,
    /// How it stands.
    pub status: Status,
    /// The as-of date of the run that opened it.
    pub opened: Date,
    /// When work began: when it was opened, or when all approvals were there.
    pub started: Option<Date>,
    /// Whose it is.
    pub owner: Option<String>,
    /// The owner is named in a personal column.
    pub owner_personal: bool,
    /// The subject's id is personal.
    pub subject_personal: bool,
    /// Which values of the key come from personal columns; empty if none does.
    pub key_personal: Vec<bool>,
    /// Who ran the run that opened it.
    pub requester: String,
    /// How many escalation steps have been taken.
    pub level: u32,
    /// When the last of them was.
    pub level_at: Option<Date>,
    /// How many runs `close when` has held.
    pub close_streak: u32,
    /// Who has to approve it, in the order of the rule.
    pub approvals: Vec<Approval>,
    /// What is to be done; open items keep the tasks with which they were opened.
    pub tasks: Vec<Task>,
}

/// How an open item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Its tasks are out.
    Open,
    /// Somebody has to approve it before anything is done.
    Pending,
}

impl Status {
    /// `open`
    pub fn word(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Pending => "pending approval",
        }
    }
}

/// Somebody who has to approve an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// In which role.
    pub role: String,
    /// What they decided, if they did.
    pub decision: Option<Decision>,
    /// It took too long, and that was told to somebody else.
    pub late: bool,
}

/// What was decided about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub approved: bool,
    /// By whom.
    pub by: String,
    /// When.
    pub on: Date,
    /// What they said about it.
    pub note: Option<String>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Task {
    /// `task`, `email` …
    pub verb: String,
    /// The text, filled in, or the name of a playbook.
    pub text: String,
    /// The text with personal values masked, if it holds any.
    pub masked: Option<String>,
    /// For whom; `None` if nobody is named or known.
    pub assignee: Option<String>,
    /// The assignee is named in a personal column.
    pub assignee_personal: bool,
    /// How long it may take.
    pub wait: Option<Delay>,
    /// Until when, once work has begun.
    pub due: Option<Date>,
    /// The playbook and version it comes from: `rescue 3`.
    pub playbook: Option<String>,
    /// The title of the task that comes before it.
    pub after: Option<String>,
    /// By which channel.
    pub via: Option<String>,
    /// After which template.
    pub template: Option<String>,
}

impl Memory {
    /// True if nothing needs to be remembered.
    pub fn is_empty(&self) -> bool {
        *self == Memory::default()
    }
}

impl Item {
    /// The subject's id as it may be shown.
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

    /// Approvals without a decision.
    pub fn waits_for(&self) -> impl Iterator<Item = &Approval> {
        self.approvals.iter().filter(|a| a.decision.is_none())
    }
}

impl Task {
    /// Until when it is due if work begins on a day; nobody knows where it has to wait for another task.
    pub fn due_from(&self, day: Date, days: &super::WorkingDays) -> Option<Date> {
        self.wait.filter(|_| self.after.is_none()).map(|wait| wait.after(day, days))
    }

    /// The text as it may be shown.
    pub fn shown_text(&self, personal: bool) -> &str {
        self.masked.as_deref().filter(|_| !personal).unwrap_or(&self.text)
    }

    /// The assignee as may be shown.
    pub fn shown_assignee(&self, personal: bool) -> Option<&str> {
        let assignee = self.assignee.as_deref()?;
        Some(if self.assignee_personal && !personal { crate::value::MASK } else { assignee })
    }
}

impl Slot {
    /// A stable id for the `count`th item of this slot.
    pub fn item_id(&self, count: u64) -> Arc<str> {
        let mut text = format!("{}\u{0}{}\u{0}{}", self.rule, self.subject.kind, self.subject.id);
        for part in &self.key {
            text.push('\u{0}');
            text.push_str(part);
        }
        text.push_str(&format!("\u{0}\u{0}{count}"));
        format!("{:016x}", crate::pilot::scattered_hash(&text)).into()
    }
}

impl State {
    /// The open item of this id, or the only one whose id begins so.
    pub fn find(&self, asked: &str) -> Vec<&Item> {
        let exact = self.items.values().find(|item| &*item.id == asked);
        match exact {
            Some(item) => vec![item],
            None => self.items.values().filter(|item| item.id.starts_with(asked)).collect(),
        }
    }
}
