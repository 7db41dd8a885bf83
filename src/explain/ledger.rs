//! How the rules of an account stand in the ledger: what was done before, and what the next run would do.

use crate::calendar::Date;
use crate::interventions::{
    Candidate, Decided, Edge, Hold, Item, Memory, Policy, Reason, ReasonKind, Row, RulePolicy, Slot, State, Status,
    Trigger, Truth, shown_key,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is known when it is asked how rules stand.
#[derive(Debug, Clone, Copy)]
pub struct Standings<'a> {
    /// What the ledger remembers.
    pub state: &'a State,
    /// What the rules say about acting.
    pub policy: &'a Policy,
    /// What a run of this date would come to; nothing where that makes no sense.
    pub rows: Option<&'a [Row]>,
    /// How rules stand for the account at the date of the page, where that makes sense.
    pub candidates: &'a [Candidate],
    /// The date of the page.
    pub as_of: Date,
    /// Personal values as they are.
    pub personal: bool,
}

/// How a rule stands in the ledger for an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerWhy {
    /// The date of the last run.
    pub last_run: Option<String>,
    /// One per item, or one for all where nothing tells items apart.
    pub slots: Vec<SlotWhy>,
}

/// How what is the same intervention stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SlotWhy {
    /// What tells it apart from others of the rule.
    pub key: Vec<String>,
    /// The open item.
    pub item: Option<OpenWhy>,
    /// Since which run its condition is true, or something is missing for it.
    pub since: Option<String>,
    /// How its condition was in the last run: `true`, `unknown` or `false`.
    pub truth: &'static str,
    /// How the last item ended: `recovered on 2026-03-01`.
    pub ended: Option<String>,
    /// It may not act before.
    pub snoozed_until: Option<String>,
    /// What a run of this date would do: `suppressed`. Nothing where that was not asked, or nothing would be done.
    pub next_run: Option<&'static str>,
    /// Why.
    pub reasons: Vec<String>,
    /// When it may fire next, in words.
    pub may_fire: String,
}

/// An open item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenWhy {
    /// Its id.
    pub id: String,
    /// `open` or `pending approval`.
    pub status: &'static str,
    /// Since when.
    pub opened: String,
    /// The playbook that it follows, in the version with which it was opened: `rescue version 1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playbook: Option<String>,
    /// How many escalation steps have been taken.
    pub level: u32,
    /// Whose it is.
    pub owner: Option<String>,
    /// Whose approval it waits for.
    pub waits_for: Vec<String>,
}

impl Standings<'_> {
    /// Until when guards hold an intervention back, whether it would come up or not, as far as that has an end.
    fn held_until(&self, slot: &Slot) -> Option<Date> {
        let rule = |candidate: &Candidate| self.policy.rules.get(candidate.rule).map(|rule| &rule.name);
        let ours = self.candidates.iter().filter(|candidate| {
            rule(candidate) == Some(&slot.rule) && candidate.subject == slot.subject && candidate.key == slot.key
        });
        let ends = ours.flat_map(|candidate| &candidate.holds).filter_map(|hold| match hold {
            Hold::Holds(reason) => reason.until,
            Hold::Unknown { .. } | Hold::Lock { .. } => None,
        });
        ends.max()
    }
}

/// How a rule stands for an account, or a row of it.
pub fn stands(known: Standings, rule: &str, subject: &str) -> Option<LedgerWhy> {
    let Standings { state, policy, .. } = known;
    let rule = policy.rule(rule)?;
    let ours = |slot: &&Slot| slot.rule == rule.name && &*slot.subject.id == subject;
    let told = known.rows.unwrap_or_default().iter().filter(|row| ours(&&row.slot));
    let remembered = state.items.keys().chain(state.memory.keys()).chain(state.snoozes.keys()).filter(ours);
    let slots: BTreeSet<&Slot> = remembered.chain(told.map(|row| &row.slot)).collect();
    let mut slots: Vec<SlotWhy> = slots.into_iter().map(|slot| of_slot(known, rule, slot)).collect();
    if slots.is_empty() {
        let new = state.last_run.is_some() && !state.rules.contains(&rule.name);
        let may_fire = if new { "its first run is still to come".to_string() } else { becomes(rule) };
        slots.push(SlotWhy { truth: word(Truth::False), may_fire, ..SlotWhy::default() });
    }
    Some(LedgerWhy { last_run: state.last_run.as_ref().map(|last| last.as_of.to_string()), slots })
}

fn of_slot(known: Standings, rule: &RulePolicy, slot: &Slot) -> SlotWhy {
    let Standings { state, rows, as_of, personal, .. } = known;
    let item = state.items.get(slot);
    let nothing = Memory::default();
    let memory = state.memory.get(slot).unwrap_or(&nothing);
    let closed = memory.last.as_ref().and_then(|last| last.closed);
    let row = rows.and_then(|rows| rows.iter().find(|row| row.slot == *slot));
    let snoozed = state.snoozes.get(slot).copied().filter(|until| as_of < *until);
    let held = known.held_until(slot).max(snoozed);
    SlotWhy {
        key: shown_key(&slot.key, &rule.key_personal, personal).into_iter().map(str::to_string).collect(),
        item: item.map(|item| open(item, personal)),
        since: memory.since.map(|date| date.to_string()),
        truth: word(memory.truth),
        ended: closed.map(|(on, closing)| format!("{} on {on}", closing.word())),
        snoozed_until: snoozed.map(|date| date.to_string()),
        next_run: row.map(|row| row.decided.word()),
        reasons: row.map(|row| row.reasons.iter().map(|r| r.text.clone()).collect()).unwrap_or_default(),
        may_fire: match (row, item) {
            (Some(row), None) => ahead(rule, row),
            (_, Some(item)) => in_place(rule, item, held),
            (None, None) => {
                let turn = match rule.trigger {
                    Trigger::Every(kind) => memory.period.filter(|p| known.policy.calendar.start_of(kind, as_of) <= *p),
                    _ => None,
                };
                remembered(rule, &Memory { period: turn, ..memory.clone() }, held, as_of)
            }
        },
    }
}

fn open(item: &Item, personal: bool) -> OpenWhy {
    OpenWhy {
        id: item.id.to_string(),
        status: item.status.word(),
        opened: item.opened.to_string(),
        playbook: item.tasks.iter().find_map(|task| task.playbook.clone()),
        level: item.level,
        owner: item.shown_owner(personal).map(str::to_string),
        waits_for: item.waits_for().map(|approval| approval.role.clone()).collect(),
    }
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::Unknown => "unknown",
        Truth::False => "false",
    }
}

/// When the rule may fire, where it is known what the next run comes to.
fn ahead(rule: &RulePolicy, row: &Row) -> String {
    match row.decided {
        Decided::Fired => "in the next run".to_string(),
        Decided::Suppressed | Decided::Queued => let_go(&row.reasons),
        Decided::Baseline => match rule.trigger {
            Trigger::Edge => "when it has been false and becomes true again".to_string(),
            Trigger::Every(kind) => format!("in the next {}, if it is true then", kind.word()),
            Trigger::Level | Trigger::Event => "in the run after the first".to_string(),
        },
        _ => becomes(rule),
    }
}

/// When nothing holds it back any more.
fn let_go(reasons: &[Reason]) -> String {
    if reasons.iter().any(|reason| reason.kind == ReasonKind::Pilot) {
        return "never: it is in the control arm of the pilot".to_string();
    }
    let end = reasons.iter().filter_map(|reason| reason.until).max();
    match (end, reasons.iter().all(|reason| reason.until.is_some())) {
        (Some(end), true) if reasons.iter().any(|reason| reason.kind == ReasonKind::Limit) => {
            format!("not before {end}, and if there is room then")
        }
        (Some(end), true) => format!("from {end} on, if it is true then"),
        (Some(end), false) => format!("not before {end}, once nothing else holds it back"),
        (None, _) => "once nothing holds it back".to_string(),
    }
}

/// When the rule may fire though an item is open.
fn in_place(rule: &RulePolicy, item: &Item, held: Option<Date>) -> String {
    let stays = item.status == Status::Pending || rule.close_runs.is_some();
    let Some(cooldown) = rule.cooldown.filter(|_| !stays) else {
        return "once the open item is closed".to_string();
    };
    let how = if rule.trigger == Trigger::Level { "" } else { ", when it becomes true again" };
    let from = Some(cooldown.after(item.opened)).max(held).unwrap_or_default();
    format!("from {from} on{how}, in place of the open item")
}

/// When the rule may fire, by what is remembered alone.
fn remembered(rule: &RulePolicy, memory: &Memory, held: Option<Date>, as_of: Date) -> String {
    let again = match (memory.truth, memory.edge, rule.trigger) {
        (Truth::True, Edge::Spent, Trigger::Edge) => "when it has been false and becomes true again".to_string(),
        (Truth::True, Edge::Armed, _) => "once nothing holds it back".to_string(),
        (_, _, Trigger::Every(kind)) if memory.period.is_some() => {
            format!("in the next {}, if it is true then", kind.word())
        }
        _ => becomes(rule),
    };
    let closed = memory.last.as_ref().and_then(|last| last.closed);
    let cooled = closed.and_then(|(on, closing)| rule.after_closing(on, closing));
    match cooled.max(held).filter(|earliest| as_of < *earliest) {
        Some(earliest) => format!("{again}, not before {earliest}"),
        None => again,
    }
}

fn becomes(rule: &RulePolicy) -> String {
    match rule.trigger {
        Trigger::Edge if rule.for_runs > 1 => format!("when it has been true in {} runs", rule.for_runs),
        Trigger::Edge => "when it becomes true".to_string(),
        Trigger::Level => "when it is true".to_string(),
        Trigger::Event => "when it happens".to_string(),
        Trigger::Every(kind) => format!("once in each {} in which it is true", kind.word()),
    }
}

impl LedgerWhy {
    /// Everything as lines: a label and a text. What is over is only counted where something is not.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let (live, over): (Vec<_>, Vec<_>) = self.slots.iter().partition(|slot| slot.is_live());
        let shown = if live.is_empty() { over.iter().rev().take(1).collect() } else { live.iter().collect::<Vec<_>>() };
        let rest = self.slots.len() - shown.len();
        let mut out: Vec<(&'static str, String)> = shown.into_iter().flat_map(|slot| slot.lines()).collect();
        if rest > 0 {
            out.push(("", format!("and {rest} more that {} over", if rest == 1 { "is" } else { "are" })));
        }
        out
    }
}

impl SlotWhy {
    /// True if there is something to be done about it, now or later.
    fn is_live(&self) -> bool {
        self.item.is_some() || self.next_run.is_some() || self.snoozed_until.is_some() || self.since.is_some()
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let key = if self.key.is_empty() { String::new() } else { format!(" [{}]", self.key.join(", ")) };
        match (&self.item, &self.ended) {
            (Some(item), _) => out.push(("item", item.words(&key))),
            (None, Some(ended)) => out.push(("item", format!("none open{key}; the last one {ended}"))),
            (None, None) => out.push(("item", format!("none{key}"))),
        }
        if let Some(since) = &self.since {
            out.push(("condition", format!("{} since the run of {since}", self.truth)));
        }
        if let Some(until) = &self.snoozed_until {
            out.push(("snoozed", format!("until {until}")));
        }
        if let Some(next) = self.next_run {
            let why = if self.reasons.is_empty() { String::new() } else { format!(": {}", self.reasons.join("; ")) };
            out.push(("next run", format!("{next}{why}")));
        }
        out.push(("may fire", self.may_fire.clone()));
        out
    }
}

impl OpenWhy {
    fn words(&self, key: &str) -> String {
        let owner = self.owner.as_ref().map_or(String::new(), |owner| format!(", owner {owner}"));
        let level = if self.level == 0 { String::new() } else { format!(", level {}", self.level) };
        let waits =
            if self.waits_for.is_empty() { String::new() } else { format!(" of {}", self.waits_for.join(" and ")) };
        let playbook = self.playbook.as_ref().map_or(String::new(), |playbook| format!(", playbook {playbook}"));
        format!("{}{key} {}{waits} since {}{level}{owner}{playbook}", self.id, self.status, self.opened)
    }
}
