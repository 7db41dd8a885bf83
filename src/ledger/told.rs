//! What the history keeps of a change, in words.

use crate::interventions::{Change, Slot, State};

/// What the history keeps of a change: its kind, the item, when, and what in words.
#[allow(clippy::type_complexity)] // told apart at once by its one caller
pub(super) fn told<'a>(
    state: &'a State,
    change: &'a Change,
) -> Option<(&'static str, Option<&'a str>, &'a Slot, crate::calendar::Date, String)> {
    let id = |slot: &Slot| state.items.get(slot).map(|item| &*item.id);
    let said = |by: &Option<String>, note: &Option<String>| {
        let by = by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
        let note = note.as_ref().map_or(String::new(), |note| format!(": {note}"));
        format!("{by}{note}")
    };
    Some(match change {
        Change::Open(item) => {
            let roles: Vec<&str> = item.approvals.iter().map(|a| a.role.as_str()).collect();
            let text = if roles.is_empty() {
                "opened".to_string()
            } else {
                format!("opened, waits for {}", roles.join(" and "))
            };
            ("open", Some(&*item.id), &item.slot, item.opened, text)
        }
        Change::Escalate { slot, level, to, on } => {
            ("escalate", id(slot), slot, *on, format!("level {level}: to {to}"))
        }
        Change::Late { slot, role, to, on } => {
            let to = to.as_ref().map_or(String::new(), |to| format!(": to {to}"));
            ("late", id(slot), slot, *on, format!("approval of {role} is late{to}"))
        }
        Change::Decide { slot, role, decision } => {
            let (kind, word) = if decision.approved { ("approve", "approved") } else { ("reject", "rejected") };
            let note = said(&None, &decision.note);
            (kind, id(slot), slot, decision.on, format!("{role}: {word} by {}{note}", decision.by))
        }
        Change::Start { slot, on, .. } => {
            ("start", id(slot), slot, *on, "all approvals are there: tasks go out".to_string())
        }
        Change::Close { slot, on, closing, by, note } => {
            ("close", id(slot), slot, *on, format!("{}{}", closing.word(), said(by, note)))
        }
        Change::Snooze { slot, until: Some(until), by, on } => {
            ("snooze", id(slot), slot, *on, format!("snoozed until {until}{}", said(by, &None)))
        }
        Change::Note { slot, text, on } => ("hold", id(slot), slot, *on, text.clone()),
        Change::Rename { .. }
        | Change::Know(_)
        | Change::Unknow(_)
        | Change::Refresh { .. }
        | Change::Progress { .. }
        | Change::Snooze { until: None, .. }
        | Change::Remember { .. }
        | Change::Forget(_)
        | Change::Use { .. } => return None,
    })
}
