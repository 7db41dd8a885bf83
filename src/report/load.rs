//! What the data load kept and rejected, by reason.

use super::paint::Tone;
use super::table::{Cell, Column, Table, csv_line};
use super::{counted, value};
use crate::calendar::Date;
use crate::data::{Dataset, LoadReport, Note, NoteKind, Reject, TableReport};
use crate::program::{Program, TableId};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The dates of a table's kept rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// The table holds events.
    pub events: bool,
    /// The first and the last date.
    pub dates: Option<(Date, Date)>,
    /// What the source vouches for, where that is more or less than the rows say.
    pub covers: (Option<Date>, Option<Date>),
    /// Rows dated after the as-of date, so that nothing saw them.
    pub unseen: u64,
}

/// The extent of each table.
pub fn extents(program: &Program, data: &Dataset, as_of: Date) -> Vec<Extent> {
    let extent = |(i, table): (usize, &crate::program::Table)| {
        let events = table.kind.at().is_some();
        let at = table.kind.at().or(table.kind.since());
        let mut out = Extent { events, ..Extent::default() };
        let (Some(at), Some(rows)) = (at, data.tables.get(i)) else { return out };
        if let Some(went_by) = rows.went_by {
            (out.dates, out.unseen) = (went_by.dates, went_by.after);
        }
        for date in (0..rows.rows).filter(|_| rows.went_by.is_none()).filter_map(|row| rows.value(at, row).date()) {
            let (first, last) = out.dates.unwrap_or((date, date));
            out.dates = Some((first.min(date), last.max(date)));
            out.unseen += u64::from(date > as_of);
        }
        out.covers = (rows.covers_from, rows.covers_to.filter(|to| Some(*to) != out.dates.map(|(_, last)| last)));
        out
    };
    program.tables.iter().enumerate().map(extent).collect()
}

/// Notes on event tables that begin after a date at which the program asks for them, where nobody said what they cover:
/// before its first row a source counts 0, be it that nothing happened or that earlier rows were not exported.
pub fn note_beginnings(
    report: &mut LoadReport,
    data: &Dataset,
    extents: &[Extent],
    asked: &BTreeMap<TableId, Date>,
    (from, as_of): (Date, Date),
) {
    for (table, date) in asked {
        let extent = extents.get(table.index()).copied().unwrap_or_default();
        let (Some((first, _)), Some(rows)) = (extent.dates.filter(|_| extent.events), data.table(*table)) else {
            continue;
        };
        let Some(told) = report.tables.get_mut(table.index()) else { continue };
        // Of a date that nobody looked back from, windows speak for themselves.
        if *date >= first || *date >= as_of || rows.covers_from.is_some() {
            continue;
        }
        let why = match *date == from {
            true => format!("{date} is among the dates asked for"),
            false => format!("the program looks back to {date}"),
        };
        let text = format!(
            "`{}` begins on {first}, and {why}: before its first row every count is 0; say from which day on the file is \
             complete: `covers = {{ from = … }}` in laud.toml",
            told.table
        );
        told.notes.push(Note { kind: NoteKind::Other, field: None, count: 1, text });
    }
}

/// A table and what became of its rows, per line; notes below.
pub fn lines(report: &LoadReport, extents: &[Extent], as_of: Date) -> Table {
    told(report, extents, as_of, |_, _| true)
}

/// The same of tables that have more to say than that all of it was kept.
pub fn remarkable(report: &LoadReport, extents: &[Extent], as_of: Date) -> Table {
    let remarkable = |t: &TableReport, e: Extent| !t.loaded || t.kept != t.read || !t.notes.is_empty() || e.unseen > 0;
    told(report, extents, as_of, remarkable)
}

fn told(report: &LoadReport, extents: &[Extent], as_of: Date, wanted: impl Fn(&TableReport, Extent) -> bool) -> Table {
    let mut table = Table::new(vec![Column::default(), Column::default()]);
    for (i, t) in report.tables.iter().enumerate() {
        let extent = extents.get(i).copied().unwrap_or_default();
        if !wanted(t, extent) {
            continue;
        }
        table.row(vec![t.table.as_str().into(), Cell::toned(summary(t, extent), tone(t))]);
        if extent.unseen > 0 {
            let rows = counted(extent.unseen, "row is", "rows are");
            table.row(vec!["".into(), format!("{rows} dated after {as_of} and not seen").into()]);
        }
        if let Some(text) = covers(extent) {
            table.row(vec!["".into(), text.into()]);
        }
        for note in &t.notes {
            table.row(vec!["".into(), note.text.as_str().into()]);
        }
    }
    table
}

/// The tables that lack rows, for results that are not about the data: nothing is left out without a word.
pub fn left_out(report: &LoadReport, extents: &[Extent]) -> Table {
    let mut table = Table::new(vec![Column::default(), Column::default()]);
    for (i, t) in report.tables.iter().enumerate().filter(|(_, t)| !t.loaded || !t.rejected.is_empty()) {
        let extent = extents.get(i).copied().unwrap_or_default();
        table.row(vec![t.table.as_str().into(), Cell::toned(summary(t, extent), Tone::Warn)]);
    }
    table
}

fn tone(t: &TableReport) -> Tone {
    if t.loaded && t.rejected.is_empty() && t.kept > 0 { Tone::Plain } else { Tone::Warn }
}

/// `14 rows read from activity.csv, 12 kept, 2025-05-09 to 2026-03-30; rejected: 1 unknown account, 1 repeated row`
fn summary(t: &TableReport, extent: Extent) -> String {
    if !t.loaded {
        return "not loaded: everything counted from it is missing".to_string();
    }
    let files = match t.files.as_slice() {
        [] => String::new(),
        [file] => format!(" from {file}"),
        [first, .., last] => format!(" from {} files, {first} to {last}", t.files.len()),
    };
    let read = counted(t.read, "row", "rows");
    let dates = extent.dates.filter(|_| extent.events);
    let dates = dates.map_or(String::new(), |(first, last)| format!(", {first} to {last}"));
    if t.rejected.is_empty() && t.kept == t.read {
        return format!("{read} read{files}, all kept{dates}");
    }
    let reasons: Vec<String> = t
        .rejected
        .iter()
        .map(|(reason, count)| format!("{} {}", value::grouped(*count), reason.counted(*count)))
        .collect();
    format!("{read} read{files}, {} kept{dates}; rejected: {}", value::grouped(t.kept), reasons.join(", "))
}

/// What windows are held against, where that is not what the rows say.
fn covers(extent: Extent) -> Option<String> {
    Some(match extent.covers {
        (Some(from), Some(to)) => format!("taken to cover {from} to {to}"),
        (Some(from), None) => format!("taken to cover {from} and later"),
        (None, Some(to)) => format!("taken to cover everything up to {to}"),
        (None, None) => return None,
    })
}

/// The same for json.
pub fn json(report: &LoadReport, extents: &[Extent]) -> Json {
    let table = |(i, t): (usize, &TableReport)| {
        let rejected: serde_json::Map<String, Json> =
            t.rejected.iter().map(|(reason, count)| (reason.words().to_string(), json!(count))).collect();
        let notes: Vec<Json> =
            t.notes.iter().map(|n| json!({ "field": n.field, "count": n.count, "text": n.text })).collect();
        let extent = extents.get(i).copied().unwrap_or_default();
        let mut out = json!({
            "table": t.table,
            "files": t.files,
            "loaded": t.loaded,
            "read": t.read,
            "kept": t.kept,
            "rejected": rejected,
            "unseen": extent.unseen,
            "notes": notes,
        });
        if let (true, Some(map)) = (extent.events, out.as_object_mut()) {
            map.insert("first".into(), json!(extent.dates.map(|(first, _)| first.to_string())));
            map.insert("last".into(), json!(extent.dates.map(|(_, last)| last.to_string())));
        }
        out
    };
    Json::Array(report.tables.iter().enumerate().map(table).collect())
}

/// The columns of `--rejects`, in this order; `account`, `key`, `field` and `value` may be blank.
const REJECTS: [&str; 10] = ["table", "file", "line", "what", "reason", "account", "key", "field", "value", "detail"];

/// Every row that was not kept (`what` is `row`) and every cell that could not be used of those that were (`cell`), as csv.
pub fn rejects_csv(rejects: &[Reject]) -> String {
    let mut out = csv_line(REJECTS);
    for r in rejects {
        let line = r.line.to_string();
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        let (account, key, field, value) = (text(&r.account), text(&r.key), text(&r.field), text(&r.value));
        out.push_str(&csv_line([
            r.table.as_str(),
            &r.file,
            &line,
            r.reason.what(),
            r.reason.words(),
            &account,
            &key,
            &field,
            &value,
            &r.detail,
        ]));
    }
    out
}
