//! `since-ahead`: its page is below.

use crate::ast::MetaKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A date of the past that has not come yet.
pub const LINT: Lint = Lint {
    code: Code::SinceAhead,
    options: &[],
    run,
    page: r##"# since-ahead

A declaration is in force, or was reviewed, from a date that has not come yet.

`since` and `last` say what happened. A date in the future is a slip of the year, and a review that "happened" next year is not due
for a long time. The date of the run decides.

## Avoid

```laud
table account { id text key  name text  health points }

metric calls {
  value   health
  # warning: since-ahead
  review  every 6 months last 2027-01-15
}
```

## Prefer

```laud
table account { id text key  name text  health points }

metric calls {
  value   health
  review  every 6 months last 2026-01-15
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        for meta in &item.meta {
            let (date, what) = match &meta.kind {
                MetaKind::Since(date) => (date, "is in force only from"),
                MetaKind::Review { last: Some(date), .. } => (date, "was reviewed on"),
                _ => continue,
            };
            if date.date > facts.today {
                let message = format!("`{}` {what} {}, which has not come yet", item.name.text, date.date);
                found.push(
                    Diagnostic::new(Code::SinceAhead, date.span, message)
                        .label(format!("{} days ahead", date.date.days_since(facts.today)))
                        .help("look at the year"),
                );
            }
        }
    }
}
