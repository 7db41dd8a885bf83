//! `review-overdue`: its page is below.

use crate::ast::MetaKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A review that should have happened.
pub const LINT: Lint = Lint {
    code: Code::ReviewOverdue,
    options: &[],
    run,
    page: r##"# review-overdue

The review of this declaration is overdue.

Weights and bounds were right for the customers of their day. The declaration says how often somebody looks at them again, and
that day has passed; the date of the run decides, so a report of last year is not blamed.

## Avoid

```laud
table account { id text key  name text  health points }

scorecard advocacy {
  calls   weight 100
  # warning: review-overdue
  review  every 6 months last 2025-03-01
}

metric calls = health
```

## Prefer

```laud
table account { id text key  name text  health points }

scorecard advocacy {
  calls   weight 100
  review  every 6 months last 2026-01-15
}

metric calls = health
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        for meta in &item.meta {
            let MetaKind::Review { every, last: Some(last) } = &meta.kind else { continue };
            let due = every.duration.after(last.date);
            if due < facts.today {
                let message = format!("the review of `{}` was due on {due}", item.name.text);
                found.push(
                    Diagnostic::new(Code::ReviewOverdue, meta.span, message)
                        .label(format!("{} days ago", facts.today.days_since(due)))
                        .help("look at it again, and write the date behind `last`"),
                );
            }
        }
    }
}
