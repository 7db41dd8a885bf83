//! `window-beyond-history`: its page is below.

use super::unsaid_beginning;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, each};
use crate::program::ExprKind;

/// A window that begins before its source does.
pub const LINT: Lint = Lint {
    code: Code::WindowBeyondHistory,
    options: &[("days", 30, "so much may be missing at the beginning")],
    run,
    page: r##"# window-beyond-history

A window looks further back than its source reaches.

What happened before the export begins is not there, so old customers look as quiet as new ones, and next month the same
account has more only because the data grew. If the project file says what the source covers, the value is missing instead.

## Avoid

`count(activity in last 24 months)` over an export that begins eight months ago.

## Prefer

A window that fits the data, or `covers = { from = … }` in laud.toml, so that the gap is missing and not zero.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    for (value, owner) in facts.values() {
        each(value, &mut |expr| {
            let ExprKind::Aggregate(aggregate) = &expr.kind else { return };
            let Some(window) = aggregate.window else { return };
            let Some(begins) = unsaid_beginning(facts, aggregate.source) else { return };
            let from = evidence.calendar.range(window, evidence.results.as_of).first;
            if begins.days_since(from) <= facts.option(LINT.code, "days") {
                return;
            }
            let table = facts.program.table(aggregate.source).map_or("", |t| t.header.name.as_str());
            found.push(
                Diagnostic::new(
                    Code::WindowBeyondHistory,
                    expr.span,
                    format!("`{owner}` looks back to {from}, and `{table}` begins on {begins}"),
                )
                .label("what was before is not counted")
                .help("shorten the window, or say in laud.toml what the source covers"),
            );
        });
    }
}
