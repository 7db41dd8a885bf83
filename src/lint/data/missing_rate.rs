//! `missing-rate`: its page is below.

use super::{few, share};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::value::Missing;
use std::collections::BTreeMap;

/// A metric that is missing for most accounts.
pub const LINT: Lint = Lint {
    code: Code::MissingRate,
    options: &[
        ("accounts", 20, "with fewer accounts nothing is said"),
        ("percent", 50, "of the accounts, from here on it is too many"),
    ],
    run,
    page: r##"# missing-rate

A metric is missing for a large part of the accounts.

A score then stands on what is left: two accounts with the same number were measured by different things. Often a source was not
loaded, a window is too short for how rarely something happens, or `at least 5 answers` asks for more than anybody gives.

## Avoid

`nps(score of survey in last 30 days, at least 10 answers)` where 90 of 100 accounts have fewer answers.

## Prefer

A longer window, a lower minimum, or a metric that more accounts have.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    if few(facts, LINT.code) {
        return;
    }
    let all = evidence.results.accounts.len();
    for (place, metric) in facts.program.metrics.iter().enumerate() {
        let name = &metric.header.name;
        let mut reasons: BTreeMap<Missing, usize> = BTreeMap::new();
        for account in &evidence.results.accounts {
            // What does not apply to an account is not lacking.
            let why = account.metrics.get(place).and_then(|m| m.value.missing());
            if let Some(why) = why.filter(|why| *why != Missing::NotApplicable) {
                *reasons.entry(why).or_default() += 1;
            }
        }
        let missing: usize = reasons.values().sum();
        if !facts.uses.any(name) || share(missing, all) < facts.option(LINT.code, "percent") {
            continue;
        }
        let most = reasons.iter().max_by_key(|(_, count)| **count).map_or("no data", |(why, _)| why.words());
        found.push(
            Diagnostic::new(
                Code::MissingRate,
                metric.header.span,
                format!("`{name}` is missing for {missing} of {all} accounts"),
            )
            .label(format!("mostly: {most}"))
            .help("look at its source, its window and its `at least`"),
        );
    }
}
