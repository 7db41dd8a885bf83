//! What the past would have been, for programs: csv and json.

use super::{Named, Page, Past, got, open_at_end, start};
use crate::calendar::{Date, PeriodKind};
use crate::interventions::plan::Tally;
use crate::interventions::simulate::{Firing, Summary};
use crate::interventions::{Decided, Slot};
use crate::report::table::{Cell, Column, Table};
use crate::report::value;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One line per program, rule, week and owner.
pub fn csv(page: &Page) -> String {
    let titles = ["program", "rule", "week", "owner"].into_iter().chain(Decided::ALL.map(Decided::word));
    let mut table = Table::new(titles.map(Column::words).collect());
    let sides = std::iter::once(("now", page.now)).chain(page.against.map(|past| ("against", past)));
    for (side, past) in sides {
        for (place, tally) in &past.told.cells {
            let mut cells: Vec<Cell> = vec![
                side.into(),
                place.rule.to_string().into(),
                place.week.to_string().into(),
                place.owner.as_str().into(),
            ];
            cells.extend(Decided::ALL.map(|decided| Cell::from(tally.of(decided).to_string())));
            table.row(cells);
        }
    }
    table.csv()
}

/// Everything, with stable keys.
pub fn json(page: &Page) -> Json {
    let stamp = page.stamp;
    let text = |date: Option<&Date>| date.map(Date::to_string);
    let owners: Map<String, Json> = got(page)
        .into_iter()
        .map(|(owner, got)| {
            let weeks: Map<String, Json> = got.weeks.iter().map(|(week, n)| (week.to_string(), json!(n))).collect();
            (owner.to_string(), json!({ "fired": got.fired, "weeks": weeks }))
        })
        .collect();
    let again = page.now.told.again.iter().map(|one| {
        let slot = slot_json(&one.slot, &one.subject, &one.key);
        let (closed, fired) = (one.closed.to_string(), one.fired.to_string());
        with(slot, json!({ "closed": closed, "fired": fired, "days": one.fired.days_since(one.closed) }))
    });
    let stopped: Vec<Json> =
        page.now.told.stopped.iter().map(|(on, why)| json!({ "as_of": on.to_string(), "too_much": why })).collect();
    let mut whole = json!({
        "project": stamp.project,
        "from": text(page.dates.first()),
        "to": text(page.dates.last()),
        "every": page.every.word(),
        "runs": page.dates.len(),
        "program": stamp.program,
        "data": stamp.data,
        "again_within": page.again_within,
        "remarks": page.remarks,
        "rules": rules_json(page.now),
        "weeks": weeks_json(page),
        "owners": owners,
        "fired": firings_json(page.now),
        "fired_again": again.collect::<Vec<_>>(),
        "too_much": stopped,
        "against": page.against.map(|past| json!({
            "name": past.name,
            "rules": rules_json(past),
            "fired": firings_json(past),
        })),
    });
    if let (false, Some(map)) = (stamp.settings.is_empty(), whole.as_object_mut()) {
        map.insert("settings".into(), stamp.settings_json());
    }
    whole
}

fn firings_json(past: &Past) -> Vec<Json> {
    let one = |firing: &Firing| {
        let slot = slot_json(&firing.slot, &firing.subject, &firing.key);
        with(slot, json!({ "owner": firing.owner, "on": firing.on.to_string() }))
    };
    past.told.fired.iter().map(one).collect()
}

fn slot_json(slot: &Slot, shown: &str, key: &[String]) -> Json {
    json!({ "rule": &*slot.rule, "subject_kind": &*slot.subject.kind, "subject": shown, "key": key })
}

/// The keys of both.
fn with(mut one: Json, other: Json) -> Json {
    if let (Some(map), Json::Object(more)) = (one.as_object_mut(), other) {
        map.extend(more);
    }
    one
}

fn rules_json(past: &Past) -> Map<String, Json> {
    let one = |rule: &Named, summary: &Summary| {
        let held: Map<String, Json> = summary
            .held
            .iter()
            .map(|(kind, (runs, subjects))| (kind.word().to_string(), json!({ "times": runs, "subjects": subjects })))
            .collect();
        let fired = summary.tally.of(Decided::Fired);
        let unpaused = past.unpaused(rule);
        json!({
            "today": rule.today,
            "fired": fired,
            "escalated": summary.tally.of(Decided::Escalated),
            "closed": summary.days.len(),
            "superseded": summary.superseded,
            "median_days_to_close": summary.median().map(value::decimal),
            "ninety_percent_closed_within": summary.ninety(),
            "fired_again": summary.again,
            "open": summary.open,
            "pending": summary.pending,
            "waiting": summary.waiting,
            "held_back": held,
            "held_back_subjects": summary.held_subjects,
            "undecided": { "times": summary.undecided.0, "subjects": summary.undecided.1 },
            "fired_without_cooldown": unpaused,
        })
    };
    past.summaries().map(|(rule, summary)| (rule.name.clone(), one(rule, &summary))).collect()
}

fn weeks_json(page: &Page) -> Vec<Json> {
    let mut weeks: BTreeMap<Date, BTreeMap<Arc<str>, Tally>> = BTreeMap::new();
    for date in page.dates {
        weeks.entry(start(PeriodKind::Week, *date)).or_default();
    }
    for (place, tally) in &page.now.told.cells {
        weeks.entry(place.week).or_default().entry(place.rule.clone()).or_default().add_all(tally);
    }
    let open = open_at_end(page, PeriodKind::Week);
    let one = |(week, rules): (&Date, &BTreeMap<Arc<str>, Tally>)| {
        let of = |decided| rules.values().map(|tally| tally.of(decided)).sum::<u64>();
        let fired: Map<String, Json> =
            rules.iter().map(|(rule, tally)| (rule.to_string(), json!(tally.of(Decided::Fired)))).collect();
        json!({
            "week": week.to_string(),
            "fired": of(Decided::Fired),
            "closed": of(Decided::Closed),
            "escalated": of(Decided::Escalated),
            "open": open.get(week),
            "rules": fired,
        })
    };
    weeks.iter().map(one).collect()
}
