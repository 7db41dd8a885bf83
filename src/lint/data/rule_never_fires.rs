//! `rule-never-fires`: its page is below.

use super::{count, few};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::RuleStatus;
use crate::lint::{Facts, Findings, Lint};

/// A rule that holds for nobody.
pub const LINT: Lint = Lint {
    code: Code::RuleNeverFires,
    options: &[("accounts", 20, "with fewer accounts nothing is said")],
    run,
    page: r##"# rule-never-fires

A rule holds for no account, neither now nor 90, 180 and 270 days ago.

A bound may have a digit too many, a value may be spelt as the data never has it, or one condition may take back what another asks.
Nobody misses the work that such a rule does not start. Earlier dates are looked at as far as there are data; with fewer
accounts than `accounts` nothing is said.

## Avoid

`when health < 4` where forty was meant and no account in the data ever falls below 12.

## Prefer

A bound that some accounts cross: `laud eval -e 'health < 40'` shows who.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    if few(facts, LINT.code) {
        return;
    }
    for (place, rule) in facts.program.rules.iter().enumerate() {
        let status = |results: &crate::engine::Results, wanted: RuleStatus| {
            let is = |a: &&crate::engine::AccountResult| a.rules.get(place).is_some_and(|r| r.status == wanted);
            results.accounts.iter().filter(is).count()
        };
        if evidence.all().any(|results| status(results, RuleStatus::Holds) > 0) {
            continue;
        }
        let accounts = count(&evidence.results, "account", "accounts");
        let name = &rule.header.name;
        let dates = match evidence.earlier.len() {
            0 => format!("on {}", evidence.results.as_of),
            more => format!("on {}, nor on {more} dates before it", evidence.results.as_of),
        };
        let held_back = status(&evidence.results, RuleStatus::HeldBack);
        let undecided = status(&evidence.results, RuleStatus::Undecided);
        let finding = Diagnostic::new(
            Code::RuleNeverFires,
            rule.header.span,
            format!("`{name}` fires for none of {accounts} {dates}"),
        );
        found.push(match (held_back, undecided) {
            (0, 0) => finding.label("its condition never holds").help("look at its bounds and values"),
            (0, n) => finding
                .label(format!("undecided for {n} of them"))
                .help("say what a missing value means: `or else`, or `is missing`"),
            (n, _) => finding.label(format!("held back for {n} of them")).help("look at its `unless`"),
        });
    }
}
