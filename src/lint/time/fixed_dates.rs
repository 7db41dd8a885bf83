//! `fixed-dates`: its page is below.

use crate::calendar::WindowKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::{Facts, Findings, Lint};

/// A window written as dates, which does not move.
pub const LINT: Lint = Lint {
    code: Code::FixedDates,
    options: &[],
    run,
    page: r##"# fixed-dates

A metric counts between two dates, so it stops changing.

`2026-01-01 to 2026-03-31` is a quarter only until the next one begins; from then on the score shows the past, and no error says so.
Frozen figures are right for a report about a year gone by: then say so with `# laud: allow fixed-dates because "…"`.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# warning: fixed-dates
metric calls = count(activity where type = call from 2026-01-01 to 2026-03-31)
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls = count(activity where type = call in this quarter)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (value, name) in facts.values() {
        for (call, aggregate) in aggregates(value) {
            let Some(WindowKind::Between(from, to)) = aggregate.window else { continue };
            if from > to {
                continue;
            }
            found.push(
                Diagnostic::new(Code::FixedDates, call.span, format!("`{name}` stops changing after {to}"))
                    .label(format!("always from {from} to {to}"))
                    .help("write a window that moves: `in this quarter`, `in last 90 days`"),
            );
        }
    }
}
