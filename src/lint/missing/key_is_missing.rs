//! `key-is-missing`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::each;
use crate::lint::{Facts, Findings, Lint};
use crate::program::ExprKind;
use std::collections::HashSet;

/// A key asked whether it is missing.
pub const LINT: Lint = Lint {
    code: Code::KeyIsMissing,
    options: &[],
    run,
    page: r##"# key-is-missing

A key is asked whether it is missing, and it never is.

Rows without a key are rejected when the data is read, and counted there. The condition holds for nobody.

## Avoid

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

# warning: key-is-missing
segment keyless = id is missing
```

## Prefer

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

segment orphaned = csm is missing
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let roots =
        facts.conditions().into_iter().map(|c| c.expr).chain(facts.values().into_iter().map(|(value, _)| value));
    let key = facts.program.subject_table().and_then(|table| table.key);
    let mut seen = HashSet::new();
    for root in roots {
        each(root, &mut |expr| {
            let ExprKind::IsMissing { value, negated, .. } = &expr.kind else { return };
            let ExprKind::Field(field) = value.kind else { return };
            if Some(field) == key && seen.insert(expr.span) {
                let name = facts.text(value.span);
                let label = if *negated { "holds for everybody" } else { "holds for nobody" };
                found.push(
                    Diagnostic::new(Code::KeyIsMissing, expr.span, format!("`{name}` is a key, and never missing"))
                        .label(label)
                        .help("rows without a key are rejected and counted when the data is read"),
                );
            }
        });
    }
}
