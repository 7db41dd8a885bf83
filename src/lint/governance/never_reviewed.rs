//! `never-reviewed`: its page is below.

use crate::ast::{Item, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A review that has never happened, where others have.
pub const LINT: Lint = Lint {
    code: Code::NeverReviewed,
    options: &[],
    run,
    page: r##"# never-reviewed

A declaration is to be reviewed and never was, although others were.

Without a `last` date nobody can tell when the next review is due, so it never is.

## Avoid

```laud
table account { id text key  name text  health points }

scorecard advocacy {
  calls   weight 100
  review  every 6 months last 2026-01-15
}

metric calls {
  value   health
  # info: never-reviewed
  review  every 6 months
}
```

## Prefer

```laud
table account { id text key  name text  health points }

scorecard advocacy {
  calls   weight 100
  review  every 6 months last 2026-01-15
}

metric calls {
  value   health
  review  every 6 months last 2025-12-01
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let dated = |item: &&Item| item.meta.iter().any(|m| matches!(m.kind, MetaKind::Review { last: Some(_), .. }));
    let Some(example) = facts.own_items().find(dated) else { return };
    for item in facts.own_items().filter(|item| item.access.is_none()) {
        for meta in item.meta.iter().filter(|m| matches!(m.kind, MetaKind::Review { last: None, .. })) {
            found.push(
                Diagnostic::new(
                    Code::NeverReviewed,
                    meta.span,
                    format!("nobody has reviewed `{}` yet", item.name.text),
                )
                .label("no `last` date")
                .also(example.name.span, "this one was reviewed")
                .help("add `last` and the date on which somebody looked at it"),
            );
        }
    }
}
