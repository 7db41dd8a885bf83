//! Which tests fail or pass now, that did not when they last ran.

use crate::report::table::{clean, shortened};
use crate::report::{Layout, counted};
use crate::testing::{Outcome, Report, Verdict};
use std::collections::BTreeMap;

/// So many tests are named.
const NAMED: usize = 20;
/// What is said of a failure is cut here.
const WIDTH: usize = 100;

/// What came of the tests when they last ran: for each whether it failed.
#[derive(Debug, Default)]
pub struct Verdicts {
    failed: Option<BTreeMap<String, bool>>,
}

impl Verdicts {
    /// What to say of a run: how many fail, and by name those that did not fail before, or do not any more.
    pub fn told(&mut self, report: &Report, layout: &Layout) -> String {
        let before = self.failed.take();
        let first = before.is_none();
        let before = before.unwrap_or_default();
        let fails = |outcome: &Outcome| outcome.verdict() == Verdict::Failed;
        let mut lines = Vec::new();
        for outcome in &report.outcomes {
            let place = layout.paint.dim(&format!("{}:{}", outcome.file, outcome.line));
            let name = clean(&outcome.name());
            match (before.get(&outcome.name()).copied().unwrap_or(false), fails(outcome)) {
                (false, true) => {
                    let verb = if first { "fails" } else { "fails now" };
                    lines.push(format!("  {verb}   {name}   {place}\n{}", reason(outcome)));
                }
                (true, false) => lines.push(format!("  passes now   {name}   {place}\n")),
                _ => {}
            }
        }
        self.failed = Some(report.outcomes.iter().map(|outcome| (outcome.name(), fails(outcome))).collect());
        if report.outcomes.is_empty() {
            return if before.is_empty() { String::new() } else { "there are no tests any more\n".to_string() };
        }
        let same = if !first && lines.is_empty() { ", as before" } else { "" };
        let mut out = format!("{}{same}\n", counts(report));
        out.extend(lines.iter().take(NAMED).map(String::as_str));
        if lines.len() > NAMED {
            out.push_str(&format!("  … {} more\n", lines.len() - NAMED));
        }
        out
    }
}

/// `2 of 84 tests fail`, `83 tests pass, 1 to do`
fn counts(report: &Report) -> String {
    let (failed, all) = (report.count(Verdict::Failed), report.outcomes.len());
    let todo = report.count(Verdict::Todo) + report.count(Verdict::TodoPasses);
    let more = if todo > 0 { format!(", {todo} to do") } else { String::new() };
    let verb = |n: usize, one: &'static str, many: &'static str| if n == 1 { one } else { many };
    if failed > 0 {
        let all = counted(all as u64, "test", "tests");
        return format!("{failed} of {all} {}{more}", verb(failed, "fails", "fail"));
    }
    let passed = all - todo;
    format!("{} {}{more}", counted(passed as u64, "test", "tests"), verb(passed, "passes", "pass"))
}

/// The first thing that is in the way, or not as expected.
fn reason(outcome: &Outcome) -> String {
    let problem = outcome.problems.first().map(|p| format!("{}: {}", p.place, p.message));
    let failure = outcome.failures.first().map(|f| format!("line {}: {}: got {}", f.line, f.text, f.got));
    let more = (outcome.problems.len() + outcome.failures.len()).saturating_sub(1);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let text = problem.or(failure).map(|text| shortened(&clean(&text), WIDTH));
    text.map_or_else(String::new, |text| format!("    {text}{more}\n"))
}
