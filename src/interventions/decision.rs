//! What people decide about items: the changes it makes, or why it may not be.

use super::{Action, ActionKind, Change, Closing, Decision, Item, Slot, Status};
use crate::calendar::Date;

/// What follows from a decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// What changes.
    pub changes: Vec<Change>,
    /// What goes out, with the next run.
    pub actions: Vec<Action>,
}

/// Why a decision does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

fn refused<T>(message: String, help: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { message, help: help.into() })
}

/// Approves or rejects. Who approves is neither the one who asked for it nor the one whose work it is. The tasks go out with
/// the next run.
pub fn decide(
    item: &Item,
    role: Option<&str>,
    approved: bool,
    by: &str,
    on: Date,
    note: Option<&str>,
) -> Result<Verdict, Refusal> {
    let id = &item.id;
    in_time(item, on)?;
    if item.status != Status::Pending {
        return refused(format!("item {id} does not wait for approval"), "close it, if it is not to be");
    }
    let waiting: Vec<&str> = item.waits_for().map(|a| a.role.as_str()).collect();
    let role = match (role, waiting.as_slice()) {
        (Some(role), _) => role,
        (None, [one]) => one,
        (None, []) => {
            let message = format!("item {id} has all approvals already");
            return refused(message, "the next `laud apply` hands out what is to be done");
        }
        (None, [_, ..]) => {
            let message = format!("item {id} waits for {}", waiting.join(" and "));
            return refused(message, format!("say in which role: `--role {}`", waiting.first().unwrap_or(&"ROLE")));
        }
    };
    let Some(approval) = item.approvals.iter().find(|a| a.role == role) else {
        let roles: Vec<&str> = item.approvals.iter().map(|a| a.role.as_str()).collect();
        return refused(format!("item {id} asks for no approval of `{role}`"), format!("one of {}", roles.join(", ")));
    };
    if let Some(before) = &approval.decision {
        return refused(
            format!("{role} approved item {id} already: {} on {}", before.by, before.on),
            "there is nothing to decide any more",
        );
    }
    if approved && same(by, &item.requester) {
        let message = format!("`{by}` asked for item {id} and cannot approve it");
        return refused(message, "somebody else has to: `--by NAME`");
    }
    if approved && item.owner.iter().chain(item.tasks.iter().filter_map(|t| t.assignee.as_ref())).any(|o| same(by, o)) {
        let message = format!("item {id} is `{by}`'s own work, so `{by}` cannot approve it");
        return refused(message, "somebody else has to: `--by NAME`");
    }
    let decision = Decision { approved, by: by.to_string(), on, note: note.map(str::to_string) };
    let slot = item.slot.clone();
    let mut verdict = Verdict {
        changes: vec![Change::Decide { slot: slot.clone(), role: role.to_string(), decision }],
        actions: Vec::new(),
    };
    if !approved {
        let (closing, by, note) = (Closing::Rejected, Some(by.to_string()), note.map(str::to_string));
        verdict.changes.push(Change::Close { slot, on, closing, by, note });
        verdict.actions.push(closed(item, on, format!("rejected by {role}")));
    }
    Ok(verdict)
}

/// Closes an item by hand.
pub fn close(item: &Item, closing: Closing, by: &str, on: Date, note: Option<&str>) -> Result<Verdict, Refusal> {
    in_time(item, on)?;
    let (slot, who, said) = (item.slot.clone(), Some(by.to_string()), note.map(str::to_string));
    Ok(Verdict {
        changes: vec![Change::Close { slot, on, closing, by: who, note: said }],
        actions: vec![closed(item, on, format!("{} by {by}", closing.word()))],
    })
}

/// Puts a slot to sleep until a date, on which it may act again.
pub fn snooze(slot: &Slot, until: Date, by: &str, on: Date) -> Result<Verdict, Refusal> {
    if until <= on {
        return refused(format!("{until} is not after {on}"), "name a later date, on which it may act again");
    }
    let change = Change::Snooze { slot: slot.clone(), until: Some(until), by: Some(by.to_string()), on };
    Ok(Verdict { changes: vec![change], actions: Vec::new() })
}

fn closed(item: &Item, on: Date, text: String) -> Action {
    Action { text, to: item.owner.clone(), ..Action::about(item, ActionKind::Close, "", on) }
}

/// Nothing is decided before there was anything to decide about.
fn in_time(item: &Item, on: Date) -> Result<(), Refusal> {
    if on >= item.opened {
        return Ok(());
    }
    refused(
        format!("item {} was opened on {}, which is after {on}", item.id, item.opened),
        format!("say when it was decided: `--on {}` or later", item.opened),
    )
}

/// The same person, however it is written.
fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}
