//! `band-empty`: its page is below.

use super::occupied;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A band or grade that nobody is in.
pub const LINT: Lint = Lint {
    code: Code::BandEmpty,
    options: &[
        ("accounts", 50, "with fewer accounts nothing is said"),
        ("percent", 1, "of the accounts, below this it is empty"),
    ],
    run,
    page: r##"# band-empty

A band or grade takes no account, or fewer than one in a hundred.

A top grade that nobody reaches discourages; a band below which nobody falls warns of nothing. With few accounts that is chance,
so nothing is said below `accounts`. Bands that differ by segment are not looked at.

## Avoid

`platinum >= 95` where the best of 300 accounts has 82.

## Prefer

Bounds taken from how the scores are spread today, looked at again with each review.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for band in occupied(facts, LINT.code) {
        // Exactly: at one in a hundred and more it is in use.
        if band.inside as i64 * 100 >= facts.option(LINT.code, "percent") * band.all as i64 {
            continue;
        }
        let (name, of, all) = (&band.band.name, band.of, band.all);
        let message = match band.inside {
            0 => format!("none of {all} accounts is in `{name}` of `{of}`"),
            n => format!("{n} of {all} accounts {} in `{name}` of `{of}`", if n == 1 { "is" } else { "are" }),
        };
        found.push(
            Diagnostic::new(Code::BandEmpty, band.band.span, message)
                .label("says next to nothing")
                .help("look at the spread of the values, and move the bound"),
        );
    }
}
