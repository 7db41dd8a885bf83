//! `choice-ladder`: its page is below.

use crate::ast::{Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, is_literal, print};
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashSet;

/// A chain of `if`s that is a table.
pub const LINT: Lint = Lint {
    code: Code::ChoiceLadder,
    options: &[("branches", 3, "from so many conditions on a chain is a table")],
    run,
    page: r##"# choice-ladder

A chain of `if`s compares one quantity with one constant after the other.

That is a table. Written as `thresholds` or `segments … by …` it is proved to have no gap and no overlap, every step has a name
that rules and reports can use, and the bounds stand below each other. `branches` in `laud.toml` says from how many conditions on.

## Avoid

```laud
table account { id text key  references integer 0 or more }

metric reference_points =
  # info: choice-ladder
  if references >= 5 then 100
  else if references >= 3 then 70
  else if references >= 1 then 40
  else 0
```

## Prefer

```laud
table account { id text key  references integer 0 or more }

metric reference_points {
  value  references
  thresholds {
    champion  >= 5       -> 100
    active    >= 3       -> 70
    emerging  >= 1       -> 40
    silent    otherwise  -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let least = usize::try_from(facts.option(Code::ChoiceLadder, "branches")).unwrap_or(usize::MAX);
    for item in facts.own_items() {
        let mut inner: HashSet<*const Expr> = HashSet::new();
        each_of(item, &mut |expr| {
            if inner.contains(&std::ptr::from_ref(expr)) {
                return;
            }
            let (mut at, mut steps, mut quantity, mut plain) = (expr, 0, None, true);
            while let ExprKind::If { condition, then, otherwise } = &at.kind {
                inner.insert(std::ptr::from_ref(&**otherwise));
                let compared = match &condition.kind {
                    ExprKind::Compare(_, value, bound) if is_literal(bound) => Some(&**value),
                    _ => None,
                };
                plain &= compared.is_some_and(|v| quantity.is_none_or(|q: &Expr| print(q) == print(v)));
                plain &= is_literal(then);
                quantity = quantity.or(compared);
                steps += 1;
                at = otherwise;
            }
            let Some(quantity) = quantity.filter(|_| plain && is_literal(at) && steps >= least) else { return };
            let text = facts.text(quantity.span);
            found.push(
                Diagnostic::new(
                    Code::ChoiceLadder,
                    expr.span,
                    format!("this is a table over `{text}` with {} rows", steps + 1),
                )
                .label("one condition after the other")
                .help(format!("write it as `thresholds`, or as `segments NAME by {text} {{ … }}`")),
            );
        });
    }
}
