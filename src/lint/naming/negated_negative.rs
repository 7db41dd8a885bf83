//! `negated-negative`: its page is below.

use crate::ast::{Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::each_of;
use crate::lint::{Facts, Findings, Lint};

/// `not not_active`.
pub const LINT: Lint = Lint {
    code: Code::NegatedNegative,
    options: &[],
    run,
    page: r##"# negated-negative

A name that says `not` is negated.

`not not_active` and `no_consent = no` are read wrongly by every second reader, and a rule that contacts customers is no place for that.
Name the thing positively, and negate it where it is needed.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

segment not_active = calls = 0

rule thank {
  # info: negated-negative
  when  not not_active
  do    task "Thank {id}"
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

segment active = calls > 0

rule thank {
  when  active
  do    task "Thank {id}"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let (inner, turned) = match &expr.kind {
                ExprKind::Not(inner) => (inner, true),
                ExprKind::Compare(_, inner, other) => (inner, matches!(other.kind, ExprKind::Boolean(false))),
                _ => return,
            };
            let Some(name) = negative(inner).filter(|_| turned) else { return };
            found.push(
                Diagnostic::new(Code::NegatedNegative, expr.span, format!("`{name}` is negated once more"))
                    .label("no of a no")
                    .help("name it positively, and negate it where that is needed"),
            );
        });
    }
}

fn negative(expr: &Expr) -> Option<&str> {
    let ExprKind::Name(name) = &expr.kind else { return None };
    ["not_", "no_", "non_", "never_"].iter().any(|begin| name.starts_with(begin)).then_some(name.as_str())
}
