//! What is told about a run of tests.

mod human;
mod json;
mod junit;
mod markdown;

pub use human::human;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;

use super::{Report, Verdict};
use crate::report::counted;

/// `12 tests: 10 passed, 1 failed, 1 to do`
fn summary(report: &Report) -> String {
    let total = counted(report.outcomes.len() as u64, "test", "tests");
    let todo = report.count(Verdict::Todo) + report.count(Verdict::TodoPasses);
    let parts = [(report.count(Verdict::Passed), "passed"), (report.count(Verdict::Failed), "failed"), (todo, "to do")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let left_out = match report.left_out {
        0 => String::new(),
        n => format!("; the filter left out {n}"),
    };
    format!("{total}: {}{left_out}", parts.join(", "))
}

/// What to say where there is nothing to run.
fn nothing(report: &Report) -> String {
    match report.left_out {
        0 => "there are no tests: write one, `test \"…\" as of 2026-03-31 { … }`, or let `laud test new ACCOUNT` do it"
            .to_string(),
        n => format!(
            "no test has this in its name; there {}",
            match n {
                1 => "is 1 test".to_string(),
                n => format!("are {n} tests"),
            }
        ),
    }
}
