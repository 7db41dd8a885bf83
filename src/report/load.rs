//! What the data load kept and rejected, by reason.

use super::paint::Tone;
use super::table::{Cell, Column, Table, csv_line};
use super::{counted, value};
use crate::calendar::Date;
use crate::data::{LoadReport, Reject, TableReport};
use serde_json::{Value as Json, json};

/// A table and what became of its rows, per line; notes below. `unseen` counts the rows dated after the as-of date.
pub fn lines(report: &LoadReport, unseen: &[u64], as_of: Date) -> Table {
    let mut table = Table::new(vec![Column::default(), Column::default()]);
    for (i, t) in report.tables.iter().enumerate() {
        table.row(vec![t.table.as_str().into(), Cell::toned(summary(t), tone(t))]);
        let later = unseen.get(i).copied().unwrap_or(0);
        if later > 0 {
            let rows = counted(later, "row is", "rows are");
            table.row(vec!["".into(), format!("{rows} dated after {as_of} and not seen").into()]);
        }
        for note in &t.notes {
            table.row(vec!["".into(), note.text.as_str().into()]);
        }
    }
    table
}

/// The tables that lack rows, for results that are not about the data: nothing is left out without a word.
pub fn left_out(report: &LoadReport) -> Table {
    let mut table = Table::new(vec![Column::default(), Column::default()]);
    for t in report.tables.iter().filter(|t| !t.loaded || !t.rejected.is_empty()) {
        table.row(vec![t.table.as_str().into(), Cell::toned(summary(t), Tone::Warn)]);
    }
    table
}

fn tone(t: &TableReport) -> Tone {
    if t.loaded && t.rejected.is_empty() && t.kept > 0 { Tone::Plain } else { Tone::Warn }
}

/// `14 rows read from activity.csv, 12 kept; rejected: 1 unknown account, 1 repeated row`
fn summary(t: &TableReport) -> String {
    if !t.loaded {
        return "not loaded: everything counted from it is missing".to_string();
    }
    let files = match t.files.as_slice() {
        [] => String::new(),
        [file] => format!(" from {file}"),
        [first, .., last] => format!(" from {} files, {first} to {last}", t.files.len()),
    };
    let read = counted(t.read, "row", "rows");
    if t.rejected.is_empty() && t.kept == t.read {
        return format!("{read} read{files}, all kept");
    }
    let reasons: Vec<String> =
        t.rejected.iter().map(|(reason, count)| format!("{} {}", value::grouped(*count), reason.words())).collect();
    format!("{read} read{files}, {} kept; rejected: {}", value::grouped(t.kept), reasons.join(", "))
}

/// The same for json.
pub fn json(report: &LoadReport, unseen: &[u64]) -> Json {
    let table = |(i, t): (usize, &TableReport)| {
        let rejected: serde_json::Map<String, Json> =
            t.rejected.iter().map(|(reason, count)| (reason.words().to_string(), json!(count))).collect();
        let notes: Vec<Json> =
            t.notes.iter().map(|n| json!({ "field": n.field, "count": n.count, "text": n.text })).collect();
        json!({
            "table": t.table,
            "files": t.files,
            "loaded": t.loaded,
            "read": t.read,
            "kept": t.kept,
            "rejected": rejected,
            "unseen": unseen.get(i).copied().unwrap_or(0),
            "notes": notes,
        })
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
