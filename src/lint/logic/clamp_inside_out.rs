//! `clamp-inside-out`: its page is below.

use crate::ast::{ArgumentKind, Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::diagnostics::{Edit, Fix};
use crate::lint::written;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;

/// A clamp whose lower end lies above the upper one.
pub const LINT: Lint = Lint {
    code: Code::ClampInsideOut,
    options: &[],
    run,
    page: r##"# clamp-inside-out

The lower end of a `clamp` lies above the upper one.

Everybody then has one and the same value, and the metric looks as if all customers were alike. The ends were swapped.

## Avoid

```laud
table account { id text key  seats integer 0 or more }

# error: clamp-inside-out
metric size = clamp(seats, 100, 0)
```

## Prefer

```laud
table account { id text key  seats integer 0 or more }

metric size = clamp(seats, 0, 100)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        written::each_of(item, &mut |expr| {
            let ExprKind::Call(call) = &expr.kind else { return };
            if call.function.text != "clamp" {
                return;
            }
            let number = |kind: &ArgumentKind| match kind {
                ArgumentKind::Value(value) => constant(value).map(|n| (n, value.span)),
                _ => None,
            };
            let [_, low, high] = call.arguments.as_slice() else { return };
            let (Some((low, first)), Some((high, second))) = (number(&low.kind), number(&high.kind)) else { return };
            if low <= high {
                return;
            }
            let (lower, upper) = (facts.text(second).to_string(), facts.text(first).to_string());
            let mut finding =
                Diagnostic::new(Code::ClampInsideOut, expr.span, format!("nothing lies between {upper} and {lower}"))
                    .label("everybody gets the same value")
                    .help(format!("write `{lower}, {upper}`"));
            finding.fix = Some(Fix {
                title: format!("write `{lower}, {upper}`"),
                edits: vec![Edit { span: first, text: lower }, Edit { span: second, text: upper }],
            });
            found.push(finding);
        });
    }
}

/// A number as it is written.
fn constant(expr: &Expr) -> Option<Decimal> {
    match &expr.kind {
        ExprKind::Number(n) | ExprKind::Percent(n) | ExprKind::Money(n, _) => Some(*n),
        ExprKind::Negate(inner) => constant(inner).map(Decimal::neg),
        _ => None,
    }
}
