//! `rule-fires-too-often`: its page is below.

use super::{few, share};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::RuleStatus;
use crate::lint::{Facts, Findings, Lint};

/// A rule that holds for most accounts.
pub const LINT: Lint = Lint {
    code: Code::RuleFiresTooOften,
    options: &[
        ("accounts", 20, "with fewer accounts nothing is said"),
        ("percent", 50, "of the accounts, from here on it is too often"),
    ],
    run,
    page: r##"# rule-fires-too-often

A rule holds for a large part of all accounts at once.

A list of tasks for half the portfolio is a list that nobody works through, and the accounts that needed the call are somewhere
in it. Usually the bound is too mild, or a condition that narrows it down was forgotten.

## Avoid

`when health < 80` where 70 of 100 accounts are below 80.

## Prefer

A bound that as many accounts cross as the team can call in a week; `limit 5 per csm per week` where all of them count.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    if few(facts, LINT.code) {
        return;
    }
    let all = evidence.results.accounts.len();
    for (place, rule) in facts.program.rules.iter().enumerate() {
        let holds =
            |a: &&crate::engine::AccountResult| a.rules.get(place).is_some_and(|r| r.status == RuleStatus::Holds);
        let firing = evidence.results.accounts.iter().filter(holds).count();
        if share(firing, all) < facts.option(LINT.code, "percent") {
            continue;
        }
        let (name, as_of) = (&rule.header.name, evidence.results.as_of);
        let message = format!("`{name}` fires for {firing} of {all} accounts on {as_of}");
        found.push(
            Diagnostic::new(Code::RuleFiresTooOften, rule.header.span, message)
                .label("most of the portfolio at once")
                .help("tighten its condition, or say how many the team can take on: `limit 5 per csm per week`"),
        );
    }
}
