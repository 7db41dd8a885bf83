//! `date-ahead`: its page is below.

use crate::ast::Shift;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::each;
use crate::lint::{Facts, Findings, Lint};
use crate::program::ExprKind;

/// A value as of a date that has not come.
pub const LINT: Lint = Lint {
    code: Code::DateAhead,
    options: &[],
    run,
    page: r##"# date-ahead

A value is asked for as of a date after today.

Nothing looks ahead: as of a later date there is no data, and the value is missing for everybody until that day.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls = count(activity where type = call in last 90 days)

# warning: date-ahead
metric calls_later = calls as of 2030-01-01
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls = count(activity where type = call in last 90 days)

metric calls_before = calls as of 2025-12-31
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (value, _) in facts.values() {
        each(value, &mut |expr| {
            if let ExprKind::AsOf { shift: Shift::On(date), .. } = &expr.kind
                && *date > facts.today
            {
                found.push(
                    Diagnostic::new(Code::DateAhead, expr.span, format!("{date} has not come yet"))
                        .label("missing for everybody until then")
                        .help("nothing looks ahead: name a date that is past, or `90 days ago`"),
                );
            }
        });
    }
}
