//! What a ledger holds, as `laud ledger` prints it.

use super::Layout;
use super::accounts::section;
use super::table::{Column, Table};
use crate::interventions::{Item, State, Status, shown_key};
use crate::ledger::{ClosedItem, Event, Holdings, Record};
use serde_json::{Value as Json, json};

/// What is open, what waits, what sleeps: for people.
pub fn show(state: &State, waiting: u64, personal: bool, layout: &Layout) -> String {
    let mut out = match &state.last_run {
        Some(last) => format!("last run {} as record {}, program {}\n\n", last.as_of, last.number, last.program),
        None => "no run yet\n\n".to_string(),
    };
    section(&mut out, "open", items(state.items.values(), personal), layout);
    let mut asleep = Table::new(vec![Column::default(), Column::default(), Column::default()]);
    for (slot, until) in &state.snoozes {
        asleep.row(vec![
            slot.rule.to_string().into(),
            if personal_subject(state, slot) && !personal { crate::value::MASK } else { &slot.subject.id }.into(),
            format!("until {until}").into(),
        ]);
    }
    section(&mut out, "snoozed", asleep, layout);
    if waiting > 0 {
        let what = super::counted(waiting, "action waits", "actions wait");
        out.push_str(&format!("{what} to be handed on: `laud apply --emit FILE` or `--emit-to COMMAND`\n"));
    }
    out
}

/// How much a ledger holds in which nothing is damaged.
pub fn sound(held: &Holdings) -> String {
    use super::counted;
    let Holdings { records, open, closed, events, actions } = *held;
    format!(
        "sound: {}, {}, {closed} closed, {}, {}\n",
        counted(records, "record", "records"),
        counted(open, "open item", "open items"),
        counted(events, "event", "events"),
        counted(actions, "action", "actions"),
    )
}

fn personal_subject(state: &State, slot: &crate::interventions::Slot) -> bool {
    state.items.get(slot).is_some_and(|item| item.subject_personal)
}

/// Open items as a table.
fn items<'a>(items: impl Iterator<Item = &'a Item>, personal: bool) -> Table {
    let mut columns = ["item", "rule", "subject", "opened", "owner"].map(Column::words).to_vec();
    columns.extend([Column::numbers("level"), Column::words("stands")]);
    let mut table = Table::new(columns);
    for item in items {
        table.row(vec![
            item.id.to_string().into(),
            item.slot.rule.to_string().into(),
            subject(item, personal).into(),
            item.opened.to_string().into(),
            item.shown_owner(personal).unwrap_or("(nobody)").into(),
            item.level.to_string().into(),
            standing(item).into(),
        ]);
    }
    table
}

fn subject(item: &Item, personal: bool) -> String {
    let id = match item.shown_subject(personal) {
        "" => &item.slot.subject.kind,
        id => id,
    };
    if item.slot.key.is_empty() { id.to_string() } else { format!("{id} [{}]", item.shown_key(personal).join(", ")) }
}

fn standing(item: &Item) -> String {
    match item.status {
        Status::Open => "open".to_string(),
        Status::Pending => {
            let roles: Vec<&str> = item.waits_for().map(|a| a.role.as_str()).collect();
            match roles.as_slice() {
                [] => "approved, goes out with the next run".to_string(),
                roles => format!("waits for {}", roles.join(" and ")),
            }
        }
    }
}

/// One open item with all that is known of it.
pub fn item(item: &Item, events: &[Event], personal: bool, layout: &Layout) -> String {
    let mut out = format!(
        "{}   {} for {}, opened {} for {}\n\n",
        layout.paint.strong(&item.id),
        item.slot.rule,
        subject(item, personal),
        item.opened,
        item.shown_owner(personal).unwrap_or("(nobody)")
    );
    let line = |text: String| vec![text.into()];
    let mut stands = Table::new(vec![Column::default()]);
    stands.row(line(standing(item)));
    if let Some(at) = item.level_at {
        stands.row(line(format!("escalated to level {} on {at}", item.level)));
    }
    if item.close_streak > 0 {
        stands.row(line(format!("`close when` has held for {}", super::counted(item.close_streak, "run", "runs"))));
    }
    section(&mut out, "stands", stands, layout);
    let mut tasks = Table::new(vec![Column::default()]);
    for task in &item.tasks {
        let due = match (task.due, task.wait) {
            (Some(due), _) => format!(", due {due}"),
            (None, Some(wait)) => format!(", due {wait} after approval"),
            (None, None) => String::new(),
        };
        let whom = task.shown_assignee(personal).map_or(String::new(), |whom| format!(" for {whom}"));
        tasks.row(line(format!("{} \"{}\"{whom}{due}", task.verb, task.shown_text(personal))));
    }
    section(&mut out, "tasks", tasks, layout);
    let mut history = Table::new(vec![Column::default(), Column::default()]);
    for event in events {
        history.row(vec![event.on.to_string().into(), event.text.clone().into()]);
    }
    section(&mut out, "history", history, layout);
    out
}

/// What happened, oldest first.
pub fn history(records: &[(u64, Record)], events: &[Event], personal: bool, layout: &Layout) -> String {
    let mut out = String::new();
    let mut rest = events.iter().peekable();
    for (number, record) in records {
        let program = if record.program.is_empty() { String::new() } else { format!("   program {}", record.program) };
        let title = format!("{number}  {}  {} by {}", record.as_of, record.kind.word(), record.who);
        out.push_str(&format!(
            "{}{}\n",
            layout.paint.strong(&title),
            layout.paint.dim(&format!("   at {}{program}", record.at))
        ));
        let mut table = Table::new(vec![Column::default(); 4]);
        while let Some(event) = rest.next_if(|event| event.record <= *number) {
            let subject = if event.subject_personal && !personal { crate::value::MASK } else { &event.subject };
            table.row(vec![
                event.rule.clone().into(),
                if subject.is_empty() { event.subject_kind.clone() } else { subject.to_string() }.into(),
                event.item.clone().unwrap_or_default().into(),
                event.text.clone().into(),
            ]);
        }
        out.push_str(&table.human(4, layout));
    }
    out
}

/// Items, open ones first, as csv.
pub fn csv(state: &State, closed: &[ClosedItem], personal: bool) -> String {
    let titles = [
        "item",
        "rule",
        "subject_kind",
        "subject",
        "key",
        "status",
        "owner",
        "opened",
        "level",
        "closed",
        "closing",
        "closed_by",
        "note",
    ];
    let mut table = Table::new(titles.map(Column::words).to_vec());
    for item in state.items.values() {
        table.row(vec![
            item.id.to_string().into(),
            item.slot.rule.to_string().into(),
            item.slot.subject.kind.to_string().into(),
            item.shown_subject(personal).into(),
            item.shown_key(personal).join("; ").into(),
            item.status.word().into(),
            item.shown_owner(personal).unwrap_or_default().into(),
            item.opened.to_string().into(),
            item.level.to_string().into(),
        ]);
    }
    for item in closed {
        table.row(vec![
            item.id.clone().into(),
            item.rule.clone().into(),
            item.subject_kind.clone().into(),
            masked(&item.subject, item.subject_personal, personal).into(),
            shown_key(&item.key, &item.key_personal, personal).join("; ").into(),
            "closed".into(),
            item.owner.as_deref().map(|o| masked(o, item.owner_personal, personal)).unwrap_or_default().into(),
            item.opened.to_string().into(),
            item.level.to_string().into(),
            item.closed.to_string().into(),
            item.closing.clone().into(),
            item.by.clone().unwrap_or_default().into(),
            item.note.clone().unwrap_or_default().into(),
        ]);
    }
    table.csv()
}

fn masked(text: &str, is_personal: bool, personal: bool) -> &str {
    if is_personal && !personal { crate::value::MASK } else { text }
}

/// Everything: items, runs with what they read, and what happened.
pub fn json(state: &State, closed: &[ClosedItem], records: &[(u64, Record)], events: &[Event], personal: bool) -> Json {
    let open = state.items.values().map(|item| open_json(item, personal));
    let over = closed.iter().map(|item| {
        json!({
            "item": item.id,
            "rule": item.rule,
            "subject_kind": item.subject_kind,
            "subject": masked(&item.subject, item.subject_personal, personal),
            "key": shown_key(&item.key, &item.key_personal, personal),
            "status": "closed",
            "owner": item.owner.as_deref().map(|o| masked(o, item.owner_personal, personal)),
            "opened": item.opened.to_string(),
            "level": item.level,
            "closed": item.closed.to_string(),
            "closing": item.closing,
            "closed_by": item.by,
            "note": item.note,
        })
    });
    let records: Vec<Json> = records
        .iter()
        .map(|(number, record)| {
            let files: Vec<Json> = record
                .files
                .iter()
                .map(|f| json!({ "table": f.table, "file": f.file, "hash": f.hash, "rows": f.rows }))
                .collect();
            json!({
                "number": number,
                "kind": record.kind.word(),
                "as_of": record.as_of.to_string(),
                "at": record.at,
                "who": record.who,
                "program": record.program,
                "data": record.data,
                "files": files,
                "counts": serde_json::from_str::<Json>(&record.counts).unwrap_or(Json::Null),
            })
        })
        .collect();
    let events: Vec<Json> = events
        .iter()
        .map(|event| {
            json!({
                "record": event.record,
                "on": event.on.to_string(),
                "kind": event.kind,
                "item": event.item,
                "rule": event.rule,
                "subject_kind": event.subject_kind,
                "subject": masked(&event.subject, event.subject_personal, personal),
                "text": event.text,
            })
        })
        .collect();
    json!({ "items": open.chain(over).collect::<Vec<_>>(), "records": records, "events": events })
}

fn open_json(item: &Item, personal: bool) -> Json {
    let approvals: Vec<Json> = item
        .approvals
        .iter()
        .map(|a| {
            let decision = a.decision.as_ref();
            json!({
                "role": a.role,
                "approved": decision.map(|d| d.approved),
                "by": decision.map(|d| d.by.clone()),
                "on": decision.map(|d| d.on.to_string()),
                "note": decision.and_then(|d| d.note.clone()),
                "late": a.late,
            })
        })
        .collect();
    let tasks: Vec<Json> = item
        .tasks
        .iter()
        .map(|t| {
            json!({
                "verb": t.verb,
                "text": t.shown_text(personal),
                "to": t.shown_assignee(personal),
                "due": t.due.map(|d| d.to_string()),
                "playbook": t.playbook,
            })
        })
        .collect();
    json!({
        "item": &*item.id,
        "rule": &*item.slot.rule,
        "subject_kind": &*item.slot.subject.kind,
        "subject": item.shown_subject(personal),
        "key": item.shown_key(personal),
        "status": item.status.word(),
        "owner": item.shown_owner(personal),
        "opened": item.opened.to_string(),
        "level": item.level,
        "level_at": item.level_at.map(|d| d.to_string()),
        "approvals": approvals,
        "tasks": tasks,
    })
}
