//! `always-true`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A condition that holds for every account or row.
pub const LINT: Lint = Lint {
    code: Code::AlwaysTrue,
    options: &[],
    run,
    page: r##"# always-true

A condition holds whatever the value is.

Ranges that columns declare, and what counts, scores and scales can yield, leave no value for which it is false. A rule
with such a condition fires for everybody, a filter filters nothing; usually the bound has one digit too few or the comparison
points the wrong way. Missing values are not looked at here: `is not missing` says that.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more }

# warning: always-true
segment troubled = open_p1 >= 0
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more }

segment troubled = open_p1 > 0
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for condition in facts.conditions() {
        let Some(outside) = facts.proofs.region(condition.expr, condition.rows, false) else { continue };
        if outside.is_empty() {
            let message = format!("`{}` always holds", facts.text(condition.expr.span));
            found.push(
                Diagnostic::new(Code::AlwaysTrue, condition.expr.span, message)
                    .label(format!(
                        "{} takes every {}",
                        condition.role.words(),
                        if condition.rows.is_some() { "row" } else { "account" }
                    ))
                    .help("look at the bound and at the direction of the comparison"),
            );
        }
    }
}
