//! `negated-comparison`: its page is below.

use super::double_negation::turned;
use crate::ast::{CompareOp, Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::each_of;
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashSet;

/// `not` in front of a comparison that has an opposite.
pub const LINT: Lint = Lint {
    code: Code::NegatedComparison,
    options: &[],
    run,
    page: r##"# negated-comparison

`not` stands in front of a comparison that has an opposite of its own.

`not (health > 50)` is `health <= 50`, for missing values too: they satisfy neither. Written plainly, the bound can be seen to
include 50.

## Avoid

```laud
table account { id text key  health points }

# info: negated-comparison
segment troubled = not (health > 50)
```

## Prefer

```laud
table account { id text key  health points }

segment troubled = health <= 50
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let mut negated: HashSet<*const Expr> = HashSet::new();
        each_of(item, &mut |expr| {
            let ExprKind::Not(inner) = &expr.kind else { return };
            // `not not x` has a page of its own.
            negated.insert(std::ptr::from_ref(&**inner));
            if negated.contains(&std::ptr::from_ref(expr)) {
                return;
            }
            let Some(plain) = opposite(facts, inner) else { return };
            found.push(
                Diagnostic::new(Code::NegatedComparison, expr.span, format!("this is `{plain}`"))
                    .label("a comparison with `not` in front of it")
                    .fix(format!("write `{plain}`"), expr.span, facts.in_place_of(expr.span, &plain)),
            );
        });
    }
}

fn opposite(facts: &Facts, inner: &Expr) -> Option<String> {
    match &inner.kind {
        ExprKind::Compare(op, left, right) => {
            let op = match op {
                CompareOp::Equal => "!=",
                CompareOp::Less => ">=",
                CompareOp::LessEqual => ">",
                CompareOp::Greater => "<=",
                CompareOp::GreaterEqual => "<",
                // Has a page of its own.
                CompareOp::NotEqual => return None,
            };
            Some(format!("{} {op} {}", facts.text(left.span), facts.text(right.span)))
        }
        ExprKind::In { value, negated: false, .. }
        | ExprKind::Within { value, negated: false, .. }
        | ExprKind::IsMissing { value, negated: false, because: None }
        | ExprKind::Is { value, negated: false, .. } => turned(facts, inner, value, false),
        _ => None,
    }
}
