//! For programs.

use crate::source::Sources;
use crate::testing::{Outcome, Report, Verdict};
use serde_json::{Value, json};

/// Every test with its verdict, and all that differs.
pub fn json(report: &Report, sources: &Sources) -> Value {
    let mut whole = json!({
        "tests": report.outcomes.iter().map(one).collect::<Vec<_>>(),
        "passed": report.count(Verdict::Passed),
        "failed": report.count(Verdict::Failed),
        "todo": report.count(Verdict::Todo) + report.count(Verdict::TodoPasses),
        "left_out": report.left_out,
    });
    if let (Some(coverage), Some(map)) = (&report.coverage, whole.as_object_mut()) {
        map.insert("coverage".to_string(), crate::testing::coverage::json(coverage, sources));
    }
    whole
}

fn one(outcome: &Outcome) -> Value {
    let verdict = match outcome.verdict() {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Todo => "todo",
        Verdict::TodoPasses => "todo passes",
    };
    let problems: Vec<Value> =
        outcome.problems.iter().map(|p| json!({ "place": p.place, "message": p.message, "help": p.help })).collect();
    let failures: Vec<Value> = outcome
        .failures
        .iter()
        .map(|f| {
            json!({
                "line": f.line,
                "expectation": f.text,
                "expected": f.expected,
                "got": f.got,
                "note": f.note,
                "why": f.why,
            })
        })
        .collect();
    json!({
        "title": outcome.title,
        "case": outcome.case,
        "file": outcome.file,
        "line": outcome.line,
        "verdict": verdict,
        "todo": outcome.todo,
        "expectations": outcome.expectations,
        "problems": problems,
        "failures": failures,
    })
}
