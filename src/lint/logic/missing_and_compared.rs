//! `missing-and-compared`: its page is below.

use crate::ast::{Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, print};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;
use std::collections::HashMap;

/// Something that is missing, and has a value.
pub const LINT: Lint = Lint {
    code: Code::MissingAndCompared,
    options: &[],
    run,
    page: r##"# missing-and-compared

A value is asked to be missing and, at the same time, to be something.

Where `score is missing`, `score < 50` is unknown, so the two never hold together. "Unknown or low" is `or`; if they are about two
different columns, one of the names is wrong.

## Avoid

```laud
table account { id text key  sentiment number -1 to 1 optional }

events note of account at written_on { mood number optional  channel one of call, email }

# warning: missing-and-compared
metric gloomy = count(note where mood is missing and mood < 0 in last 90 days)
```

## Prefer

```laud
table account { id text key  sentiment number -1 to 1 optional }

events note of account at written_on { mood number optional  channel one of call, email }

metric gloomy = count(note where mood is missing or mood < 0 in last 90 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let ExprKind::And(list) = &expr.kind else { return };
            let known: HashMap<u64, Span> = list.iter().flat_map(needs).collect();
            for clause in list {
                let ExprKind::IsMissing { value, negated: false, .. } = &clause.kind else { continue };
                let Some(other) = known.get(&print(&value.kind)) else { continue };
                let text = facts.text(value.span);
                found.push(
                    Diagnostic::new(
                        Code::MissingAndCompared,
                        clause.span,
                        format!("`{text}` cannot be missing and have a value"),
                    )
                    .label("missing here")
                    .also(*other, "not missing here")
                    .help("write `or` between the two, or leave out one of them"),
                );
            }
        });
    }
}

/// What must have a value for a clause to hold, and where that is said.
fn needs(clause: &Expr) -> Vec<(u64, Span)> {
    let of = |expr: &Expr| (print(&expr.kind), clause.span);
    match &clause.kind {
        ExprKind::Compare(_, left, right) => vec![of(left), of(right)],
        ExprKind::In { value, .. }
        | ExprKind::Within { value, .. }
        | ExprKind::IsMissing { value, negated: true, .. } => {
            vec![of(value)]
        }
        ExprKind::Not(inner) if !matches!(inner.kind, ExprKind::IsMissing { .. }) => {
            needs(inner).into_iter().chain([of(inner)]).map(|(key, _)| (key, clause.span)).collect()
        }
        ExprKind::Name(_) | ExprKind::Member(..) => vec![of(clause)],
        _ => Vec::new(),
    }
}
