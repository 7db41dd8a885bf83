//! What became of mutants, for people, for programs, and for the summary of a job.

use super::{Report, Survivor};
use crate::report::counted;
use crate::report::paint::{Paint, Tone};
use crate::report::table::{Column, Table, clean, escaped};
use serde_json::{Value, json};

/// Every survivor with its line before and after, and a line about all.
pub fn human(report: &Report, paint: Paint) -> String {
    if let Some(text) = nothing(report) {
        return format!("{text}\n");
    }
    let mut out = String::new();
    for survivor in &report.survivors {
        out.push_str(&format!("{}: {}\n", paint.tone(Tone::Dim, &clean(&survivor.place)), clean(&sentence(survivor))));
        for (mark, tone, text) in [("-", Tone::Bad, &survivor.before), ("+", Tone::Good, &survivor.after)] {
            for line in text.lines() {
                let line = format!("  {mark} {}", clean(line));
                out.push_str(&format!("{}\n", paint.tone(tone, line.trim_end())));
            }
        }
        out.push_str(&format!("  would tell: {}\n", clean(&survivor.tell.what)));
        if let Some(case) = &survivor.tell.case {
            out.push_str(&format!("  a test: {}\n", clean(case)));
        }
        out.push('\n');
    }
    out.push_str(&format!("{}\n", summary(report)));
    out
}

/// What stands in the way of a score, if anything does.
fn nothing(report: &Report) -> Option<String> {
    if report.untested {
        return Some(
            "there are no tests, so nothing would notice a change: write one, `test \"…\" as of 2026-03-31 { … }`"
                .into(),
        );
    }
    if !report.failing.is_empty() {
        let some: Vec<String> = report.failing.iter().take(3).map(|name| format!("`{}`", clean(name))).collect();
        let more = report.failing.len().saturating_sub(some.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return Some(format!(
            "tests fail as it is: {}{more}; mend them first, `laud test` shows what differs",
            some.join(", ")
        ));
    }
    None
}

fn sentence(survivor: &Survivor) -> String {
    let (owner, told) = (&survivor.mutant.owner, &survivor.mutant.told);
    match survivor.seen {
        true => format!("no test notices that in `{owner}` {told}"),
        false => format!("no test reads `{owner}`, so none notices that {told}"),
    }
}

fn summary(report: &Report) -> String {
    let judged = report.killed + report.survivors.len();
    let mut text = match report.score() {
        Some(score) => {
            format!("score {score}%: tests notice {} of {}", report.killed, counted(judged as u64, "change", "changes"))
        }
        None => "there is nothing to change".to_string(),
    };
    if report.same + report.broken > 0 {
        text.push_str(&format!("; left out: {} that mean the same, {} that do not check", report.same, report.broken));
    }
    if report.tried < report.possible {
        text.push_str(&format!("; tried {} of {}, taken evenly", report.tried, report.possible));
    }
    text
}

/// Everything.
pub fn json(report: &Report) -> Value {
    json!({
        "score": report.score(),
        "killed": report.killed,
        "survived": report.survivors.len(),
        "same": report.same,
        "does_not_check": report.broken,
        "tried": report.tried,
        "possible": report.possible,
        "failing_tests": report.failing,
        "survivors": report.survivors.iter().map(one).collect::<Vec<_>>(),
    })
}

fn one(survivor: &Survivor) -> Value {
    json!({
        "place": survivor.place,
        "declaration": survivor.mutant.owner,
        "kind": survivor.mutant.kind.word(),
        "change": survivor.mutant.told,
        "message": sentence(survivor),
        "before": survivor.before,
        "after": survivor.after,
        "read_by_a_test": survivor.seen,
        "would_tell": survivor.tell.what,
        "test": survivor.tell.case,
    })
}

/// A line about all, and a table of survivors.
pub fn markdown(report: &Report) -> String {
    if let Some(text) = nothing(report) {
        return format!("{}\n", escaped(&text));
    }
    let mut out = format!("**{}**\n", summary(report));
    if report.survivors.is_empty() {
        return out;
    }
    let mut table = Table::new(["place", "declaration", "change", "would tell"].map(Column::words).to_vec());
    for survivor in &report.survivors {
        table.row(vec![
            survivor.place.as_str().into(),
            survivor.mutant.owner.as_str().into(),
            survivor.mutant.told.as_str().into(),
            survivor.tell.what.as_str().into(),
        ]);
    }
    out.push('\n');
    out.push_str(&table.markdown());
    out
}
