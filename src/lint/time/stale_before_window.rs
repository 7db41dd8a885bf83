//! `stale-before-window`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::windows;
use crate::lint::{Facts, Findings, Lint};

/// A value that goes stale while its rows still count.
pub const LINT: Lint = Lint {
    code: Code::StaleBeforeWindow,
    options: &[],
    run,
    page: r##"# stale-before-window

`valid for` is shorter than the window whose rows make the value.

Rows of the last 180 days make the value, and 30 days after the latest of them the value is gone: five months of the window never
matter. One of the two is not what was meant.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls {
  value  count(activity where type = call in last 180 days)
  # warning: stale-before-window
  valid for 30 days then missing
}
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls {
  value  count(activity where type = call in last 180 days)
  valid for 180 days then missing
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let ItemKind::Metric(written) = &item.kind else { continue };
        let Some(valid) = &written.valid_for else { continue };
        let Some(metric) = facts.program.metrics.iter().find(|m| m.header.span == item.name.span) else { continue };
        let Some(days) = metric.valid_for.and_then(|v| windows::days(v.duration)) else { continue };
        let windows: Vec<i64> =
            aggregates(&metric.value).iter().filter_map(|(_, call)| call.window.and_then(windows::length)).collect();
        // Months are of several lengths; what is nearly as long is meant to be.
        if let Some(shortest) = windows.iter().min().filter(|shortest| days + 5 < **shortest) {
            let message = format!("stale after {days} days, while rows count for {shortest}");
            found.push(
                Diagnostic::new(Code::StaleBeforeWindow, valid.span, message)
                    .label("shorter than the window")
                    .help("make the two alike, or say why not with `# laud: allow stale-before-window because …`"),
            );
        }
    }
}
