//! `band-crowded`: its page is below.

use super::occupied;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A band or grade that nearly everybody is in.
pub const LINT: Lint = Lint {
    code: Code::BandCrowded,
    options: &[
        ("accounts", 50, "with fewer accounts nothing is said"),
        ("percent", 90, "of the accounts, above this it is crowded"),
    ],
    run,
    page: r##"# band-crowded

A band or grade takes more than nine in ten accounts.

If nearly everybody is a champion, the word tells nobody whom to ask. Bands that differ by segment are not looked at.

## Avoid

`champion >= 1` where 95 of 100 accounts gave at least one reference.

## Prefer

Bounds that split the accounts into groups that are treated differently.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for band in occupied(facts, LINT.code) {
        if band.inside as i64 * 100 <= facts.option(LINT.code, "percent") * band.all as i64 {
            continue;
        }
        let (name, of, inside, all) = (&band.band.name, band.of, band.inside, band.all);
        found.push(
            Diagnostic::new(
                Code::BandCrowded,
                band.band.span,
                format!("{inside} of {all} accounts are in `{name}` of `{of}`"),
            )
            .label("tells nearly nobody apart")
            .help("look at the spread of the values, and move the bound"),
        );
    }
}
