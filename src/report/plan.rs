//! What a run would do or did, as `laud plan` and `laud apply` print it: counts first, then rows.

use super::accounts::heading;
use super::paint::Tone;
use super::table::{Align, Cell, Column, Table, clean};
use super::value::grouped;
use super::{Layout, Stamp, counted};
use crate::interventions::plan::{Counts, Tally};
use crate::interventions::{Decided, LastRun, Orphan, Outcome, Row, Slot, Task};
use serde_json::{Value as Json, json};

/// Everything that there is to say about a run.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Project, date, hash and data.
    pub stamp: &'a Stamp,
    /// What it comes to.
    pub outcome: &'a Outcome,
    /// Counted.
    pub counts: &'a Counts,
    /// Gates that it exceeds.
    pub exceeded: &'a [String],
    /// The run before it.
    pub last_run: Option<&'a LastRun>,
    /// The very same run was applied as this record.
    pub applied: Option<u64>,
    /// Personal values as they are.
    pub personal: bool,
    /// People see every row.
    pub all: bool,
}

/// So many rows of each outcome are listed for people.
const LISTED: usize = 20;

/// Outcomes of which rows are listed for people only if they ask for all: nothing is new about them.
const QUIET: [Decided; 2] = [Decided::Refreshed, Decided::Baseline];

/// For people.
pub fn human(page: &Page, layout: &Layout) -> String {
    let stamp = page.stamp;
    let rest = format!(
        "   as of {}   program {}   data {}   {}",
        stamp.as_of,
        super::accounts::short(&stamp.program),
        clean(&stamp.data),
        last_run(page)
    );
    let mut out = format!("{}{}\n", layout.paint.strong(&clean(&stamp.project)), layout.paint.dim(&rest));
    for remark in stamp.remarks().iter().chain(&remarks(page)) {
        out.push_str(&format!("  {}\n", layout.paint.tone(Tone::Warn, &clean(remark))));
    }
    out.push('\n');
    section(&mut out, "rules", by(page, "rule", page.counts.rules.iter(), true), layout);
    section(&mut out, "owners", by(page, "owner", page.counts.owners.iter(), false), layout);
    section(&mut out, "held back by", reasons(page), layout);
    for decided in Decided::ALL {
        let rows: Vec<&Row> = page.outcome.rows.iter().filter(|r| r.decided == decided).collect();
        if !page.all && QUIET.contains(&decided) {
            continue;
        }
        let shown = if page.all { rows.len() } else { LISTED };
        let mut table = Table::new(vec![
            Column { limit: Some(28), ..Column::default() },
            Column { limit: Some(34), ..Column::default() },
            Column { limit: Some(24), ..Column::default() },
            Column::default(),
        ]);
        for row in rows.iter().take(shown) {
            table.row(cells(page, row));
        }
        if rows.len() > shown {
            table.row(vec![format!("and {} more", grouped((rows.len() - shown) as u64)).into()]);
        }
        section(&mut out, decided.word(), table, layout);
    }
    section(&mut out, "orphaned", orphans(page), layout);
    section(&mut out, "findings", findings(page), layout);
    for gate in page.exceeded {
        out.push_str(&format!("{}: {gate}\n", layout.paint.tone(Tone::Bad, "too much")));
    }
    out
}

/// Room for the labels of sections.
const LABEL: usize = 14;

/// A table with its label in front of the first line.
pub(super) fn section(out: &mut String, label: &str, lines: Table, layout: &Layout) {
    if lines.rows.is_empty() {
        return;
    }
    let text = lines.human(LABEL, layout);
    out.push_str(&layout.paint.strong(label));
    out.push_str(&" ".repeat(LABEL.saturating_sub(label.len())));
    out.push_str(text.get(LABEL..).unwrap_or(&text));
}

/// Markdown.
pub fn markdown(page: &Page) -> String {
    let mut out = heading(page.stamp);
    for remark in remarks(page) {
        out.push_str(&format!("{remark}\n\n"));
    }
    for gate in page.exceeded {
        out.push_str(&format!("**Too much: {gate}**\n\n"));
    }
    let mut part = |title: &str, table: Table| {
        if !table.rows.is_empty() {
            out.push_str(&format!("### {title}\n\n{}\n", table.markdown()));
        }
    };
    part("Rules", by(page, "rule", page.counts.rules.iter(), true));
    part("Owners", by(page, "owner", page.counts.owners.iter(), false));
    part("Held back by", reasons(page));
    let titles = ["outcome", "rule", "subject", "owner", "what"];
    let mut rows = Table::new(titles.map(Column::words).to_vec());
    for row in page.outcome.rows.iter().filter(|r| page.all || !QUIET.contains(&r.decided)) {
        let mut line = vec![Cell::from(row.decided.word())];
        line.extend(cells(page, row));
        rows.row(line);
    }
    part("Rows", rows);
    part("Orphaned", orphans(page));
    part("Findings", findings(page));
    out
}

/// One line per row.
pub fn csv(page: &Page) -> String {
    let titles = [
        "rule",
        "subject_kind",
        "subject",
        "name",
        "key",
        "owner",
        "outcome",
        "item",
        "pending",
        "reasons",
        "next",
        "tasks",
    ];
    let mut table = Table::new(titles.map(Column::words).to_vec());
    for row in &page.outcome.rows {
        let reasons: Vec<&str> = row.reasons.iter().map(|r| r.text.as_str()).collect();
        let tasks: Vec<String> = row.tasks.iter().map(|t| task(t, page.personal)).collect();
        table.row(vec![
            row.slot.rule.to_string().into(),
            row.slot.subject.kind.to_string().into(),
            row.shown_subject(page.personal).into(),
            row.name.clone().unwrap_or_default().into(),
            row.shown_key(page.personal).join("; ").into(),
            row.shown_owner(page.personal).unwrap_or_default().into(),
            row.decided.word().into(),
            row.item.as_deref().unwrap_or_default().into(),
            if row.pending { "yes" } else { "no" }.into(),
            reasons.join("; ").into(),
            row.next.map(|d| d.to_string()).unwrap_or_default().into(),
            tasks.join("; ").into(),
        ]);
    }
    table.csv()
}

/// Everything, with stable keys.
pub fn json(page: &Page) -> Json {
    let stamp = page.stamp;
    let tallies = |of: &std::collections::BTreeMap<String, Tally>| {
        of.iter().map(|(name, tally)| (name.clone(), tally_json(tally))).collect::<serde_json::Map<_, _>>()
    };
    let reasons: serde_json::Map<String, Json> =
        page.counts.reasons.iter().map(|(kind, n)| (kind.word().to_string(), json!(n))).collect();
    let mut whole = json!({
        "project": stamp.project,
        "as_of": stamp.as_of.to_string(),
        "program": stamp.program,
        "data": stamp.data,
        "last_run": page.last_run.map(|last| json!({ "number": last.number, "as_of": last.as_of.to_string() })),
        "applied_as": page.applied,
        "counts": {
            "all": tally_json(&page.counts.all),
            "rules": tallies(&page.counts.rules),
            "owners": tallies(&page.counts.owners),
            "held_back": reasons,
        },
        "too_much": page.exceeded,
        "rows": page.outcome.rows.iter().map(|row| row_json(page, row)).collect::<Vec<_>>(),
        "orphaned": page.outcome.orphans.iter().map(|orphan| orphan_json(page, orphan)).collect::<Vec<_>>(),
        "findings": page.outcome.findings.iter().map(|finding| json!({
            "rule": &*finding.slot.rule,
            "subject": shown_subject(&finding.slot, finding.subject_personal, page.personal),
            "text": finding.text,
        })).collect::<Vec<_>>(),
    });
    if let (false, Some(map)) = (stamp.settings.is_empty(), whole.as_object_mut()) {
        map.insert("settings".into(), stamp.settings_json());
    }
    whole
}

fn row_json(page: &Page, row: &Row) -> Json {
    let reasons: Vec<Json> = row
        .reasons
        .iter()
        .map(|r| json!({ "kind": r.kind.word(), "text": r.text, "until": r.until.map(|d| d.to_string()) }))
        .collect();
    let tasks: Vec<Json> = row
        .tasks
        .iter()
        .map(|task| {
            json!({
                "verb": task.verb,
                "text": task.shown_text(page.personal),
                "to": task.shown_assignee(page.personal),
                "due": task.due.map(|d| d.to_string()),
                "playbook": task.playbook,
            })
        })
        .collect();
    json!({
        "rule": &*row.slot.rule,
        "subject_kind": &*row.slot.subject.kind,
        "subject": row.shown_subject(page.personal),
        "name": row.name,
        "key": row.shown_key(page.personal),
        "owner": row.shown_owner(page.personal),
        "outcome": row.decided.word(),
        "item": row.item.as_deref(),
        "pending": row.pending,
        "reasons": reasons,
        "next": row.next.map(|d| d.to_string()),
        "tasks": tasks,
    })
}

fn orphan_json(page: &Page, orphan: &Orphan) -> Json {
    json!({
        "item": &*orphan.item.id,
        "rule": &*orphan.item.slot.rule,
        "subject": orphan.item.shown_subject(page.personal),
        "owner": orphan.item.shown_owner(page.personal),
        "opened": orphan.item.opened.to_string(),
        "why": orphan.why.words(),
    })
}

/// How many rows ended in which way, for the record of the run.
pub fn counts_json(counts: &Counts) -> Json {
    tally_json(&counts.all)
}

fn tally_json(tally: &Tally) -> Json {
    Json::Object(Decided::ALL.iter().map(|d| (d.word().to_string(), json!(tally.of(*d)))).collect())
}

fn shown_subject(slot: &Slot, is_personal: bool, personal: bool) -> &str {
    if is_personal && !personal { crate::value::MASK } else { &slot.subject.id }
}

fn last_run(page: &Page) -> String {
    page.last_run.map_or("no run before".to_string(), |last| format!("last run {}", last.as_of))
}

fn remarks(page: &Page) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(number) = page.applied {
        out.push(format!("this was applied as record {number}: applying it again changes nothing"));
    }
    if page.last_run.is_none() && page.counts.all.of(Decided::Baseline) > 0 {
        out.push("first run: what is true already is only remembered (`--fire-on-first-run` acts on it)".to_string());
    }
    out
}

/// How many ended in which way, by rule or owner; only ways that occur.
fn by<'a>(
    page: &Page,
    title: &str,
    tallies: impl ExactSizeIterator<Item = (&'a String, &'a Tally)>,
    with_all: bool,
) -> Table {
    let used: Vec<Decided> = Decided::ALL.into_iter().filter(|d| page.counts.all.of(*d) > 0).collect();
    let mut columns = vec![Column { limit: Some(34), ..Column::words(title) }];
    columns.extend(used.iter().map(|d| Column::numbers(d.word())));
    let mut table = Table::new(columns);
    let line = |name: &str, tally: &Tally| {
        let mut cells = vec![Cell::from(name)];
        cells.extend(used.iter().map(|d| match tally.of(*d) {
            0 => Cell::toned(".", Tone::Dim),
            n => Cell::from(grouped(n)),
        }));
        cells
    };
    let several = tallies.len() > 1;
    for (name, tally) in tallies {
        table.row(line(if name.is_empty() { "(nobody)" } else { name }, tally));
    }
    if with_all && several {
        table.row(line("all", &page.counts.all));
    }
    table
}

fn reasons(page: &Page) -> Table {
    let mut table = Table::new(vec![Column::default(), Column { align: Align::Right, ..Column::default() }]);
    for (kind, count) in &page.counts.reasons {
        table.row(vec![kind.word().into(), grouped(*count).into()]);
    }
    table
}

fn cells(page: &Page, row: &Row) -> Vec<Cell> {
    let subject = match &row.name {
        Some(name) if *name != *row.slot.subject.id => format!("{} ({name})", row.shown_subject(page.personal)),
        _ if row.slot.subject.id.is_empty() => row.slot.subject.kind.to_string(),
        _ => row.shown_subject(page.personal).to_string(),
    };
    let key = row.shown_key(page.personal).join(", ");
    let key = if row.slot.key.is_empty() { String::new() } else { format!(" [{key}]") };
    let mut what: Vec<String> = row.tasks.iter().map(|t| task(t, page.personal)).collect();
    what.extend(row.reasons.iter().map(|r| r.text.clone()));
    vec![
        row.slot.rule.to_string().into(),
        format!("{subject}{key}").into(),
        row.shown_owner(page.personal).unwrap_or("(nobody)").into(),
        what.join("; ").into(),
    ]
}

/// `task "Call" due 2026-03-12`
fn task(task: &Task, personal: bool) -> String {
    let due = task.due.map_or(String::new(), |due| format!(" due {due}"));
    format!("{} \"{}\"{due}", task.verb, task.shown_text(personal))
}

fn orphans(page: &Page) -> Table {
    let mut table = Table::new(vec![Column::default(), Column::default(), Column::default(), Column::default()]);
    for orphan in &page.outcome.orphans {
        table.row(vec![
            orphan.item.slot.rule.to_string().into(),
            orphan.item.shown_subject(page.personal).into(),
            orphan.item.id.to_string().into(),
            format!("{}; it stays open until `laud ledger close {}`", orphan.why.words(), orphan.item.id).into(),
        ]);
    }
    table
}

fn findings(page: &Page) -> Table {
    let mut table = Table::new(vec![Column::default(), Column::default(), Column::default()]);
    let all = &page.outcome.findings;
    let shown = if page.all { all.len() } else { LISTED };
    for finding in all.iter().take(shown) {
        table.row(vec![
            finding.slot.rule.to_string().into(),
            shown_subject(&finding.slot, finding.subject_personal, page.personal).into(),
            finding.text.clone().into(),
        ]);
    }
    if all.len() > shown {
        table.row(vec![format!("and {}", counted((all.len() - shown) as u64, "other", "others")).into()]);
    }
    table
}
