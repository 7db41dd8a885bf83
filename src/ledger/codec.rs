//! Items, memories and actions as rows of tables, and back.

use super::sql::{Cell, Row};
use super::{ClosedItem, LedgerError};
use crate::interventions::{
    Action, Approval, Closing, Decision, Delay, Edge, Item, LastItem, Memory, Slot, Status, Subject, Task, Truth,
};
use std::collections::HashSet;
use std::sync::Arc;

/// Texts that occur a million times, kept once.
#[derive(Debug, Default)]
pub(super) struct Shared(HashSet<Arc<str>>);

impl Shared {
    pub(super) fn one(&mut self, text: String) -> Arc<str> {
        match self.0.get(text.as_str()) {
            Some(known) => known.clone(),
            None => {
                let new: Arc<str> = text.into();
                self.0.insert(new.clone());
                new
            }
        }
    }
}

/// The values of `dedupe by` as one text.
pub(super) fn key(key: &[String]) -> String {
    serde_json::Value::from(key.to_vec()).to_string()
}

fn parse_key(text: &str) -> Result<Vec<String>, LedgerError> {
    serde_json::from_str(text).map_err(|_| LedgerError::Corrupt("a key is no list of texts".to_string()))
}

/// The four cells that name a slot.
pub(super) fn slot(slot: &Slot) -> Vec<Cell> {
    let Slot { rule, subject, key: parts } = slot;
    vec![(&**rule).into(), (&*subject.kind).into(), (&*subject.id).into(), key(parts).into()]
}

pub(super) fn read_slot(row: &mut Row, shared: &mut Shared) -> Result<Slot, LedgerError> {
    let rule = shared.one(row.text()?);
    let subject = Subject { kind: shared.one(row.text()?), id: shared.one(row.text()?) };
    Ok(Slot { rule, subject, key: parse_key(&row.text()?)? })
}

/// Columns of an item, in the order of [`item`] and [`read_item`].
pub(super) const ITEM: &str = "id, rule, subject_kind, subject, key, account, status, opened, opened_record, started, \
    owner, owner_personal, subject_personal, requester, level, level_at, close_streak, key_personal";

pub(super) fn item(item: &Item, record: u64) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![(&*item.id).into()];
    cells.extend(slot(&item.slot));
    cells.extend([
        item.account.as_deref().into(),
        status(item.status).into(),
        item.opened.into(),
        record.into(),
        item.started.into(),
        item.owner.clone().into(),
        item.owner_personal.into(),
        item.subject_personal.into(),
        item.requester.clone().into(),
        item.level.into(),
        item.level_at.into(),
        item.close_streak.into(),
        flags(&item.key_personal).into(),
    ]);
    cells
}

/// An item without its approvals and tasks.
pub(super) fn read_item(row: &mut Row, shared: &mut Shared) -> Result<Item, LedgerError> {
    let id: Arc<str> = row.text()?.into();
    let slot = read_slot(row, shared)?;
    let account = row.maybe_text()?.map(|account| shared.one(account));
    let (status, opened) = (row.word(parse_status)?, row.date()?);
    row.int()?;
    Ok(Item {
        id,
        slot,
        account,
        status,
        opened,
        started: row.maybe_date()?,
        owner: row.maybe_text()?,
        owner_personal: row.yes()?,
        subject_personal: row.yes()?,
        requester: row.text()?,
        level: row.count()?,
        level_at: row.maybe_date()?,
        close_streak: row.count()?,
        key_personal: parse_flags(&row.text()?),
        approvals: Vec::new(),
        tasks: Vec::new(),
    })
}

/// Columns of an item that is over.
pub(super) const CLOSED: &str = "id, rule, subject_kind, subject, key, owner, owner_personal, subject_personal, opened, \
    closed, closing, closed_by, note, level, key_personal";

pub(super) fn read_closed(row: &mut Row) -> Result<ClosedItem, LedgerError> {
    Ok(ClosedItem {
        id: row.text()?,
        rule: row.text()?,
        subject_kind: row.text()?,
        subject: row.text()?,
        key: parse_key(&row.text()?)?,
        owner: row.maybe_text()?,
        owner_personal: row.yes()?,
        subject_personal: row.yes()?,
        opened: row.date()?,
        closed: row.date()?,
        closing: row.text()?,
        by: row.maybe_text()?,
        note: row.maybe_text()?,
        level: row.count()?,
        key_personal: parse_flags(&row.text()?),
    })
}

/// `10` for the first of two.
fn flags(flags: &[bool]) -> String {
    flags.iter().map(|flag| if *flag { '1' } else { '0' }).collect()
}

fn parse_flags(text: &str) -> Vec<bool> {
    text.chars().map(|c| c == '1').collect()
}

/// Columns of an approval after the item and its place.
pub(super) const APPROVAL: &str = "role, approved, decided_by, decided_on, note, late";

pub(super) fn approval(approval: &Approval) -> Vec<Cell> {
    let decision = approval.decision.as_ref();
    vec![
        approval.role.clone().into(),
        decision.map(|d| d.approved).into(),
        decision.map(|d| d.by.clone()).into(),
        decision.map(|d| d.on).into(),
        decision.and_then(|d| d.note.clone()).into(),
        approval.late.into(),
    ]
}

pub(super) fn read_approval(row: &mut Row) -> Result<Approval, LedgerError> {
    let role = row.text()?;
    let approved = match row.0.next() {
        Some(Cell::Int(n)) => Some(n != 0),
        _ => None,
    };
    let (by, on, note) = (row.maybe_text()?, row.maybe_date()?, row.maybe_text()?);
    let decision = match (approved, by, on) {
        (Some(approved), Some(by), Some(on)) => Some(Decision { approved, by, on, note }),
        _ => None,
    };
    Ok(Approval { role, decision, late: row.yes()? })
}

/// Columns of a task after the item and its place.
pub(super) const TASK: &str =
    "verb, text, masked, assignee, assignee_personal, wait, due, playbook, after_task, via, template";

pub(super) fn task(task: &Task) -> Vec<Cell> {
    vec![
        task.verb.clone().into(),
        task.text.clone().into(),
        task.masked.clone().into(),
        task.assignee.clone().into(),
        task.assignee_personal.into(),
        task.wait.map(|wait| wait.to_string()).into(),
        task.due.into(),
        task.playbook.clone().into(),
        task.after.clone().into(),
        task.via.clone().into(),
        task.template.clone().into(),
    ]
}

pub(super) fn read_task(row: &mut Row) -> Result<Task, LedgerError> {
    Ok(Task {
        verb: row.text()?,
        text: row.text()?,
        masked: row.maybe_text()?,
        assignee: row.maybe_text()?,
        assignee_personal: row.yes()?,
        wait: row.maybe_text()?.as_deref().and_then(Delay::parse),
        due: row.maybe_date()?,
        playbook: row.maybe_text()?,
        after: row.maybe_text()?,
        via: row.maybe_text()?,
        template: row.maybe_text()?,
    })
}

/// Columns of a memory after the slot.
pub(super) const MEMORY: &str =
    "truth, since, streak, edge, queued, period, items, last_opened, last_closed, last_closing, account";

pub(super) fn memory(memory: &Memory) -> Vec<Cell> {
    let last = memory.last.as_ref();
    vec![
        truth(memory.truth).into(),
        memory.since.into(),
        memory.streak.into(),
        memory.edge.word().into(),
        memory.queued.into(),
        memory.period.into(),
        last.map_or(0, |last| last.count).into(),
        last.map(|last| last.opened).into(),
        last.and_then(|last| last.closed).map(|(on, _)| on).into(),
        last.and_then(|last| last.closed).map(|(_, closing)| closing.word()).into(),
        last.and_then(|last| last.account.as_deref()).into(),
    ]
}

pub(super) fn read_memory(row: &mut Row, shared: &mut Shared) -> Result<Memory, LedgerError> {
    let (truth, since, streak) = (row.word(parse_truth)?, row.maybe_date()?, row.count()?);
    let (edge, queued, period) = (row.word(Edge::parse)?, row.maybe_date()?, row.maybe_date()?);
    let (count, opened, closed) = (row.count()?, row.maybe_date()?, row.maybe_date()?);
    let closing = row.maybe_text()?.as_deref().and_then(Closing::parse);
    let account = row.maybe_text()?.map(|account| shared.one(account));
    let last = opened.map(|opened| LastItem { count, opened, closed: closed.zip(closing), account });
    Ok(Memory { truth, since, streak, edge, queued, period, last })
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Pending => "pending",
    }
}

fn parse_status(word: &str) -> Option<Status> {
    [Status::Open, Status::Pending].into_iter().find(|s| status(*s) == word)
}

fn truth(truth: Truth) -> &'static str {
    match truth {
        Truth::False => "false",
        Truth::Unknown => "unknown",
        Truth::True => "true",
    }
}

fn parse_truth(word: &str) -> Option<Truth> {
    [Truth::False, Truth::Unknown, Truth::True].into_iter().find(|t| truth(*t) == word)
}

/// An action as it goes out: one line, the same keys for every kind.
pub fn action_json(action: &Action, record: u64) -> String {
    serde_json::json!({
        "id": action.id,
        "kind": action.kind.word(),
        "run": record,
        "as_of": action.as_of.to_string(),
        "item": &*action.item,
        "rule": &*action.slot.rule,
        "subject_kind": &*action.slot.subject.kind,
        "subject": &*action.slot.subject.id,
        "account": action.account.as_deref(),
        "key": action.slot.key,
        "verb": action.verb,
        "text": action.text,
        "to": action.to,
        "due": action.due.map(|d| d.to_string()),
        "within": action.within,
        "level": action.level,
        "playbook": action.playbook,
        "after": action.after,
        "via": action.via,
        "template": action.template,
    })
    .to_string()
}
