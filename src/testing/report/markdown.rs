//! For the summary of a job, or a comment.

use super::{nothing, summary};
use crate::report::table::{Column, Table, escaped};
use crate::testing::{Report, Verdict};

/// A line about all, and a table of what differs.
pub fn markdown(report: &Report) -> String {
    if report.outcomes.is_empty() {
        return format!("{}\n", escaped(&nothing(report)));
    }
    let mut out = format!("**{}**\n", summary(report));
    let mut table = Table::new(["test", "place", "expectation", "expected", "got"].map(Column::words).to_vec());
    for outcome in &report.outcomes {
        let place = |line: usize| format!("{}:{line}", outcome.file);
        match outcome.verdict() {
            Verdict::Passed => {}
            Verdict::Todo | Verdict::TodoPasses => {
                let reason = outcome.todo.clone().unwrap_or_default();
                let told = if outcome.verdict() == Verdict::Todo { "to do" } else { "to do, and passes" };
                table.row(vec![
                    outcome.name().into(),
                    place(outcome.line).into(),
                    reason.into(),
                    "".into(),
                    told.into(),
                ]);
            }
            Verdict::Failed => {
                for p in &outcome.problems {
                    table.row(vec![
                        outcome.name().into(),
                        p.place.clone().into(),
                        "".into(),
                        "".into(),
                        p.message.clone().into(),
                    ]);
                }
                for f in &outcome.failures {
                    let cells = [outcome.name(), place(f.line), f.text.clone(), f.expected.clone(), f.got.clone()];
                    table.row(cells.map(Into::into).to_vec());
                }
            }
        }
    }
    if !table.rows.is_empty() {
        out.push('\n');
        out.push_str(&table.markdown());
    }
    out
}
