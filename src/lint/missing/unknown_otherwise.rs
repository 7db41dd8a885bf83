//! `unknown-otherwise`: its page is below.

use crate::ast::{ItemKind, RowTestKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// `unknown otherwise -> 50`.
pub const LINT: Lint = Lint {
    code: Code::UnknownOtherwise,
    options: &[],
    run,
    page: r##"# unknown-otherwise

A row called `unknown` that takes every known value.

`otherwise` takes the values that no row above takes, and never what is missing: customers who answered, with a low answer, are
called unknown and given the points of a neutral middle, and those of whom nothing is known get no points at all. A row for
missing values is written `missing`.

## Avoid

```laud
table account { id text key  used integer 0 or more optional }

metric use {
  value  used
  thresholds {
    often    >= 10      -> 100
    # warning: unknown-otherwise
    unknown  otherwise  -> 50
  }
}
```

## Prefer

```laud
table account { id text key  used integer 0 or more optional }

metric use {
  value  used
  thresholds {
    often    >= 10      -> 100
    seldom   < 10       -> 0
    unknown  missing    -> 50
  }
}
```
"##,
};

/// Names of what is not known.
const UNKNOWN: [&str; 9] =
    ["unknown", "missing", "no_data", "no_answer", "no_answers", "not_known", "unanswered", "not_available", "n_a"];

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let (ItemKind::Metric(metric) | ItemKind::Portfolio(metric)) = &item.kind else { continue };
        for table in &metric.thresholds {
            if table.rows.iter().any(|row| matches!(row.test.kind, RowTestKind::Missing)) {
                continue;
            }
            for row in &table.rows {
                let name = row.name.text.as_str();
                if matches!(row.test.kind, RowTestKind::Otherwise) && UNKNOWN.contains(&name) {
                    let points = row.points.as_ref().map_or(String::new(), |p| format!(" -> {}", facts.text(p.span)));
                    found.push(
                        Diagnostic::new(Code::UnknownOtherwise, row.span, format!("`{name}` takes known values only"))
                            .label("`otherwise` never takes what is missing")
                            .help(format!("write `{name} missing{points}`, and a row for the values that are left")),
                    );
                }
            }
        }
    }
}
