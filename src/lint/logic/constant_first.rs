//! `constant-first`: its page is below.

use crate::ast::{CompareOp, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, is_literal};
use crate::lint::{Facts, Findings, Lint};

/// A comparison that begins with its constant.
pub const LINT: Lint = Lint {
    code: Code::ConstantFirst,
    options: &[],
    run,
    page: r##"# constant-first

A comparison begins with its constant.

`50 > health` means `health < 50`, but in a list of rules that all begin with what is measured, it is read as "above 50".

## Avoid

```laud
table account { id text key  health points }

# info: constant-first
segment troubled = 50 > health
```

## Prefer

```laud
table account { id text key  health points }

segment troubled = health < 50
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let ExprKind::Compare(op, left, right) = &expr.kind else { return };
            if !is_literal(left) || is_literal(right) {
                return;
            }
            let op = match op {
                CompareOp::Less => ">",
                CompareOp::LessEqual => ">=",
                CompareOp::Greater => "<",
                CompareOp::GreaterEqual => "<=",
                same => same.symbol(),
            };
            let plain = format!("{} {op} {}", facts.text(right.span), facts.text(left.span));
            found.push(
                Diagnostic::new(Code::ConstantFirst, expr.span, "the constant stands first")
                    .label("read from the wrong end")
                    .fix(format!("write `{plain}`"), expr.span, facts.in_place_of(expr.span, &plain)),
            );
        });
    }
}
