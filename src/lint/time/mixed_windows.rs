//! `mixed-windows`: its page is below.

use crate::builtins::AggregateFunction;
use crate::calendar::WindowKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::explain::words;
use crate::lint::windows;
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{aggregates, each};
use crate::program::{Aggregate, Expr, ExprKind};

/// A ratio of two counts over different windows.
pub const LINT: Lint = Lint {
    code: Code::MixedWindows,
    options: &[],
    run,
    page: r##"# mixed-windows

The two sides of a division look at windows of different length.

Calls of the last three months over requests of the last 90 days: on some days a call counts whose request does not, and the
rate goes above 100 % for no reason that anybody can see.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# warning: mixed-windows
metric calls_per_story = count(activity where type = call in last 3 months) / count(activity where type = story in last 90 days)
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls_per_story = count(activity where type = call in last 90 days) / count(activity where type = story in last 90 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (value, name) in facts.values() {
        each(value, &mut |expr| {
            let ExprKind::Product(factors) = &expr.kind else { return };
            let [(false, above), (true, below)] = factors.as_slice() else { return };
            let (Some(above_calls), Some(below_calls)) = (counts(above), counts(below)) else { return };
            for (one, first) in &above_calls {
                let other = below_calls.iter().find(|(_, second)| second.source == first.source);
                let Some((other, second)) = other else { continue };
                if let (Some(a), Some(b)) = (first.window, second.window)
                    && a != b
                    && differ(a, b)
                {
                    found.push(
                        Diagnostic::new(
                            Code::MixedWindows,
                            one.span,
                            format!("`{name}` divides counts of different windows"),
                        )
                        .label(windows::spoken(a))
                        .also(other.span, windows::spoken(b))
                        .help(format!("give both sides the same window, such as `in {}`", words::window(b))),
                    );
                    return;
                }
            }
        });
    }
}

/// Counts and sums of rows, if that is all the side is made of.
fn counts(side: &Expr) -> Option<Vec<(&Expr, &Aggregate)>> {
    let calls = aggregates(side);
    let plain = |(_, call): &(&Expr, &Aggregate)| {
        matches!(call.function, AggregateFunction::Count | AggregateFunction::Sum | AggregateFunction::Distinct)
    };
    calls.iter().all(plain).then_some(calls)
}

/// A part of a longer window is meant as such if one is a multiple of the other: a month of a year.
fn differ(a: WindowKind, b: WindowKind) -> bool {
    match (windows::length(a), windows::length(b)) {
        (Some(a), Some(b)) => {
            let (short, long) = (a.min(b), a.max(b));
            // Near misses are the mistake; a month beside a year is a comparison.
            long < short * 2
        }
        _ => false,
    }
}
