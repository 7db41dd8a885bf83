//! `not-equal-yes`: its page is below.

use crate::ast::{CompareOp, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, is_single};
use crate::lint::{Facts, Findings, Lint};

/// `x != yes`, which is `x = no` and leaves out what is unknown.
pub const LINT: Lint = Lint {
    code: Code::NotEqualYes,
    options: &[],
    run,
    page: r##"# not-equal-yes

`consent != yes` reads as "no, or nobody knows", and means `consent = no`.

A comparison with a missing value is unknown, and unknown does not count. So whoever was never asked is not among those that the
condition was written for. Write `= no`, and `or consent is missing` if those count too.

## Avoid

```laud
table account { id text key  consent boolean optional }

# warning: not-equal-yes
segment not_to_be_named = consent != yes
```

## Prefer

```laud
table account { id text key  consent boolean optional }

segment not_to_be_named = consent = no or consent is missing
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let ExprKind::Compare(CompareOp::NotEqual, value, other) = &expr.kind else { return };
            let ExprKind::Boolean(yes) = other.kind else { return };
            if !is_single(value) {
                return;
            }
            let value = facts.text(value.span);
            let plain = format!("{value} = {}", if yes { "no" } else { "yes" });
            found.push(
                Diagnostic::new(
                    Code::NotEqualYes,
                    expr.span,
                    format!("this is `{plain}`, and leaves out what is missing"),
                )
                .label("does not hold where nothing is known")
                .help(format!("write `{plain}`, and `or {value} is missing` if those are meant too"))
                .fix(format!("write `{plain}`"), expr.span, facts.in_place_of(expr.span, &plain)),
            );
        });
    }
}
