//! `change-within-window`: its page is below.

use crate::builtins::AggregateFunction;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::each;
use crate::lint::windows;
use crate::lint::{Facts, Findings, Lint};
use crate::program::ExprKind;

/// A change between two windows that overlap.
pub const LINT: Lint = Lint {
    code: Code::ChangeWithinWindow,
    options: &[],
    run,
    page: r##"# change-within-window

The change is taken over a shorter time than the window of what changes.

Counts of the last 90 days now and 30 days ago share 60 days: most of what they count is the same, and the change shows only
what came in this month less what fell out at the far end. Steps as long as the window compare like with like.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls = count(activity where type = call in last 90 days)

# warning: change-within-window
metric momentum = change in calls over 30 days
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls = count(activity where type = call in last 90 days)

metric momentum = change in calls over 90 days
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (root, _) in facts.values() {
        each(root, &mut |expr| {
            let ExprKind::Change { value, over, .. } = &expr.kind else { return };
            let Some(step) = windows::days(*over) else { return };
            let inner = match &value.kind {
                ExprKind::Metric(id) => facts.program.metric(*id).map(|metric| &metric.value),
                _ => Some(&**value),
            };
            // Only totals: a mean over a sliding window is a smoothed line, and its change is fine.
            let Some(ExprKind::Aggregate(aggregate)) = inner.map(|e| &e.kind) else { return };
            let total = matches!(aggregate.function, AggregateFunction::Count | AggregateFunction::Sum);
            let Some(window) = aggregate.window.and_then(windows::length).filter(|_| total) else { return };
            if step + 5 < window {
                let finding = Diagnostic::new(Code::ChangeWithinWindow, expr.span, "the two windows overlap")
                    .label(format!("{step} days apart, and each {window} days long"));
                let advice = format!("compare over {window} days, or shorten the window");
                let text = facts.text(expr.span);
                found.push(match text.rfind(" over ") {
                    Some(at) => {
                        let longer = format!("{} over {window} days", text.get(..at).unwrap_or(""));
                        finding.fix(advice, expr.span, longer)
                    }
                    None => finding.help(advice),
                });
            }
        });
    }
}
