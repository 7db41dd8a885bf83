//! `compare-with-itself`: its page is below.

use crate::ast::{Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, is_literal, print};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// The same thing on both sides.
pub const LINT: Lint = Lint {
    code: Code::CompareWithItself,
    options: &[],
    run,
    page: r##"# compare-with-itself

The same value stands on both sides.

`arr >= arr` holds for everybody, `arr - arr` is always 0 and `arr / arr` always 1. One side was meant to be another column, or
the value at another date, and was never changed after copying.

## Avoid

```laud
table account { id text key  arr money USD  arr_year_ago money USD }

# warning: compare-with-itself
segment growing = arr > arr

# warning: compare-with-itself
metric growth = to_ratio((arr - arr) / arr_year_ago)
```

## Prefer

```laud
table account { id text key  arr money USD  arr_year_ago money USD }

segment growing = arr > arr_year_ago

metric growth = to_ratio((arr - arr_year_ago) / arr_year_ago)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let Some((first, second, what)) = twice(expr) else { return };
            let text = facts.text(first);
            found.push(
                Diagnostic::new(Code::CompareWithItself, expr.span, format!("`{text}` {what}"))
                    .label("the same on both sides")
                    .also(second, "the second time")
                    .help("put what was meant on one of the sides"),
            );
        });
    }
}

/// The same thing on both sides of an operator: where it stands both times, and what is done with it.
fn twice(expr: &Expr) -> Option<(Span, Span, &'static str)> {
    let same = |a: &Expr, b: &Expr| !is_literal(a) && print(a) == print(b);
    match &expr.kind {
        ExprKind::Compare(_, left, right) if same(left, right) => {
            Some((left.span, right.span, "is compared with itself"))
        }
        ExprKind::In { value, list, .. } => {
            let own = list.iter().find(|element| same(value, element))?;
            Some((value.span, own.span, "is compared with itself"))
        }
        ExprKind::Sum(terms) => {
            let [first, second] = terms.as_slice() else { return None };
            (second.negative && same(&first.value, &second.value)).then_some((
                first.value.span,
                second.value.span,
                "is taken away from itself",
            ))
        }
        ExprKind::Product(factors) => {
            let [first, second] = factors.as_slice() else { return None };
            (second.divide && same(&first.value, &second.value)).then_some((
                first.value.span,
                second.value.span,
                "is divided by itself",
            ))
        }
        _ => None,
    }
}
