//! Rules, and what they name: guards, playbooks, working days.

use super::{DateLit, DurationLit, Expr, Name, Text};
use crate::calendar::{Duration, PeriodKind};
use crate::span::Span;
use std::hash::{Hash, Hasher};

/// When to act, and how.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rule {
    /// What sets it off.
    pub trigger: Option<Trigger>,
    /// `unless CONDITION`
    pub unless: Option<Expr>,
    /// `do …`
    pub actions: Vec<Action>,
    /// `escalate after 7 days to manager, after 14 days to vp`
    pub escalate: Vec<Escalation>,
    /// `approval TEAM, …`
    pub approval: Vec<Approval>,
    /// `cooldown 365 days`
    pub cooldown: Option<DurationLit>,
    /// `after won 90 days`, behind the cooldown
    pub cooldown_after: Vec<CooldownAfter>,
    /// `pilot 25%`
    pub pilot: Option<Expr>,
    /// `priority 10`
    pub priority: Option<Expr>,
    /// `close when CONDITION for 2 runs`
    pub close: Option<Expr>,
    /// `exclusive GROUP`
    pub exclusive: Option<Name>,
    /// `limit 5 per owner per week`
    pub limit: Option<RateLimit>,
    /// `dedupe by FIELD, …`
    pub dedupe: Vec<Name>,
    /// `fire on first run`
    pub fire_on_first_run: Option<Span>,
    /// `unguarded because "…"`
    pub unguarded: Option<Text>,
    /// `renamed from NAME`
    pub renamed_from: Option<Name>,
    /// `calendar NAME`
    pub calendar: Option<Name>,
}

/// Rules that use nothing newer keep the hash they always had.
impl Hash for Rule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Rule {
            trigger,
            unless,
            actions,
            escalate,
            approval,
            cooldown,
            cooldown_after,
            pilot,
            priority,
            close,
            exclusive,
            limit,
            dedupe,
            fire_on_first_run,
            unguarded,
            renamed_from,
            calendar,
        } = self;
        trigger.hash(state);
        unless.hash(state);
        actions.hash(state);
        escalate.hash(state);
        approval.hash(state);
        cooldown.hash(state);
        pilot.hash(state);
        priority.hash(state);
        close.hash(state);
        exclusive.hash(state);
        limit.hash(state);
        dedupe.hash(state);
        fire_on_first_run.hash(state);
        if !cooldown_after.is_empty() {
            ("after", cooldown_after).hash(state);
        }
        for (what, name) in [("renamed", renamed_from), ("calendar", calendar)] {
            name.iter().for_each(|name| (what, name).hash(state));
        }
        unguarded.iter().for_each(|_| "unguarded".hash(state));
    }
}

/// A rule about the rows of a child table.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct RowRule {
    /// Whose rows.
    pub of: Name,
    /// What it says.
    pub rule: Box<Rule>,
}

/// `when`, `while`, `on` and `every`.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Which.
    pub kind: TriggerKind,
    /// `on SOURCE`: the table of events.
    pub source: Option<Name>,
    /// The condition; `yes` where `on` and `every` have none.
    pub condition: Expr,
    /// The whole statement.
    pub span: Span,
}

impl Hash for Trigger {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.condition.hash(state);
        self.source.iter().for_each(|source| source.hash(state));
    }
}

/// How a rule is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerKind {
    /// `when`: on becoming true.
    When,
    /// `while`: as long as it is true.
    While,
    /// `on activity where …`: by each new row.
    On,
    /// `every quarter where …`: on the first run of each.
    Every(PeriodKind),
}

impl TriggerKind {
    /// The word it is written with.
    pub fn word(self) -> &'static str {
        match self {
            TriggerKind::When => "when",
            TriggerKind::While => "while",
            TriggerKind::On => "on",
            TriggerKind::Every(_) => "every",
        }
    }
}

/// A length of time: `7 days`, `3 working days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitLit {
    /// How long.
    pub duration: Duration,
    /// Only working days count; then the unit is days.
    pub working: bool,
    /// Where it stands.
    pub span: Span,
}

impl Hash for WaitLit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.duration.hash(state);
        if self.working {
            "working".hash(state);
        }
    }
}

impl From<DurationLit> for WaitLit {
    fn from(lit: DurationLit) -> WaitLit {
        WaitLit { duration: lit.duration, working: false, span: lit.span }
    }
}

impl std::fmt::Display for WaitLit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.working {
            true => write!(f, "{} working day{}", self.duration.count, if self.duration.count == 1 { "" } else { "s" }),
            false => write!(f, "{}", self.duration),
        }
    }
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Action {
    /// `task`, `playbook`, `email` …
    pub verb: Name,
    /// The text, or the name of a playbook.
    pub what: ActionTarget,
    /// `assign csm`
    pub assign: Option<Name>,
    /// `fallback cs_ops`
    pub fallback: Option<Name>,
    /// `due in 10 days`
    pub due: Option<WaitLit>,
    /// The whole statement.
    pub span: Span,
}

/// What an action names.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ActionTarget {
    /// A text with `{names}` to fill in.
    Text(Text),
    /// A playbook.
    Name(Name),
}

/// One step of an escalation.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    /// How long after opening.
    pub after: WaitLit,
    /// To whom.
    pub to: Name,
    /// `meeting "…"`
    pub meeting: Option<Text>,
}

impl Hash for Escalation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.after.hash(state);
        self.to.hash(state);
        self.meeting.iter().for_each(|meeting| ("meeting", meeting).hash(state));
    }
}

/// Somebody who has to agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Approval {
    /// The team.
    pub team: Name,
    /// `within 5 days`
    pub within: Option<WaitLit>,
    /// `escalate to vp`
    pub escalate_to: Option<Name>,
}

impl Hash for Approval {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.team.hash(state);
        self.within.iter().for_each(|within| ("within", within).hash(state));
        self.escalate_to.iter().for_each(|to| ("to", to).hash(state));
    }
}

/// `after won 90 days`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CooldownAfter {
    /// How the item closed: `won` or `dismissed`.
    pub outcome: Name,
    /// How long.
    pub duration: DurationLit,
}

/// `limit 5 per owner per week`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct RateLimit {
    /// How many.
    pub count: Expr,
    /// Per what.
    pub per: Name,
    /// In which period.
    pub period: PeriodKind,
    /// The whole statement.
    pub span: Span,
}

/// What holds rules back.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Guard {
    /// `contact guard`: about the rows of this table.
    pub of: Option<Name>,
    /// `applies to RULE, …`; every rule, if empty.
    pub applies: Vec<Name>,
    /// `except RULE, …`
    pub except: Vec<Name>,
    /// What holds them back, in the order written.
    pub reasons: Vec<Reason>,
}

/// One thing that holds rules back.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Reason {
    /// Its name; the word itself for `lock` and `blackout`.
    pub name: Name,
    /// What it looks at.
    pub kind: ReasonKind,
    /// `because "…"`
    pub because: Option<Text>,
    /// The whole statement.
    pub span: Span,
}

/// The forms of a reason.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ReasonKind {
    /// `NAME when CONDITION`
    When(Expr),
    /// `lock 14 days`
    Lock(DurationLit),
    /// `blackout from 2026-12-20 to 2027-01-02`
    Blackout(DateLit, DateLit),
}

/// A list of tasks with a version.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Playbook {
    /// `version 3`
    pub version: u32,
    /// The tasks.
    pub tasks: Vec<Task>,
}

/// A task of a playbook.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Task {
    /// What is to be done, with `{names}` to fill in.
    pub text: Text,
    /// `assign csm`
    pub assign: Option<Name>,
    /// `fallback cs_ops`
    pub fallback: Option<Name>,
    /// `due in 2 days`
    pub due: Option<WaitLit>,
    /// `after "other task"`
    pub after: Vec<Text>,
    /// `via email`
    pub via: Option<Name>,
    /// `template invitation`
    pub template: Option<Name>,
    /// The whole statement.
    pub span: Span,
}

/// Which days are worked.
#[derive(Debug, Clone, PartialEq, Hash, Default)]
pub struct WorkCalendar {
    /// `weekend saturday, sunday`
    pub weekend: Vec<Name>,
    /// `holiday 2026-12-25 "Christmas"`
    pub holidays: Vec<Holiday>,
}

/// Days without work.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Holiday {
    /// The first.
    pub from: DateLit,
    /// The last.
    pub to: DateLit,
    /// What they are called.
    pub name: Option<Text>,
}
