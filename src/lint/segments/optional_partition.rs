//! `optional-partition`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::ExprKind;

/// A partition by a column that may be missing.
pub const LINT: Lint = Lint {
    code: Code::OptionalPartition,
    options: &[],
    run,
    page: r##"# optional-partition

The column that accounts are parted by may be missing, and no part takes those.

`otherwise` takes every value that is left, but no missing one. Who has none is in no part: not in the reports by part, and not under
the thresholds of any of them. Say what they count as: `by arr or else 0 USD`.

## Avoid

```laud
table account { id text key  arr money USD optional }

# warning: optional-partition
segments size by arr {
  small  < 50k
  large  otherwise
}
```

## Prefer

```laud
table account { id text key  arr money USD optional }

segments size by arr or else 0 USD {
  small  < 50k
  large  otherwise
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for partition in &facts.program.partitions {
        let Some(by) = &partition.by else { continue };
        let ExprKind::Field(id) = by.kind else { continue };
        let Some(field) = facts.program.subject_table().and_then(|table| table.fields.get(id.index())) else {
            continue;
        };
        if !field.optional {
            continue;
        }
        let (name, column) = (&partition.header.name, &field.name);
        found.push(
            Diagnostic::new(
                Code::OptionalPartition,
                partition.header.span,
                format!("who has no `{column}` is in no part of `{name}`"),
            )
            .label("no part takes a missing value")
            .also(field.span, "may be missing")
            .help(format!("say what they count as: `by {column} or else …`"))
            .witness(format!("an account without {column}")),
        );
    }
}
