//! `dedupe-beyond-window`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::windows;
use crate::lint::{Facts, Findings, Lint};

/// Repeats are looked for over a longer time than the window has.
pub const LINT: Lint = Lint {
    code: Code::DedupeBeyondWindow,
    options: &[],
    run,
    page: r##"# dedupe-beyond-window

The distance within which rows are repeats is at least as long as the window.

Within a window of 90 days no two rows lie 120 days apart, so one row per key is all that can be left. If that is meant,
`dedupe by contact` without a distance, or `distinct(contact of …)`, says so.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# warning: dedupe-beyond-window
metric calls = count(activity where type = call in last 90 days dedupe by contact within 120 days)
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls = count(activity where type = call in last 90 days dedupe by contact within 3 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (value, _) in facts.values() {
        for (call, aggregate) in aggregates(value) {
            let within = aggregate.dedupe.as_ref().and_then(|dedupe| dedupe.within_days);
            let window = aggregate.window.and_then(windows::length);
            if let (Some(within), Some(window)) = (within, window)
                && within >= window
            {
                let message = format!("no two rows of {window} days lie more than {within} days apart");
                found.push(
                    Diagnostic::new(Code::DedupeBeyondWindow, call.span, message)
                        .label("every later row is a repeat")
                        .help("shorten the distance, or leave `within …` out"),
                );
            }
        }
    }
}
