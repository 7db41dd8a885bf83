//! `or-else-never`: its page is below.

use crate::ast::{Expr, ExprKind, ItemKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::each_of;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;
use std::collections::HashSet;

/// An `or else` behind something that is never missing.
pub const LINT: Lint = Lint {
    code: Code::OrElseNever,
    options: &[],
    run,
    page: r##"# or-else-never

What stands before `or else` is never missing, so what stands behind it is never taken.

A constant or a `param` is always there, and `if … then 1 else 0` takes its `else` where the condition is unknown. Whoever wrote the fallback expects
that accounts without data get it; they do not. Put it where the missing value is.

## Avoid

```laud
table account { id text key  own_target integer optional }

param target = 4

# warning: or-else-never
metric calls_wanted = own_target or else target or else 2
```

## Prefer

```laud
table account { id text key  own_target integer optional }

param target = 4

metric calls_wanted = own_target or else target
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let params = facts.items().into_iter().filter(|item| matches!(item.kind, ItemKind::Param(_)));
    let params: &HashSet<&str> = &params.map(|item| item.name.text.as_str()).collect();
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let ExprKind::OrElse(list) = &expr.kind else { return };
            let Some(place) = list.iter().position(|alternative| is_always_there(params, alternative)) else { return };
            let (Some(sure), Some(next)) = (list.get(place), list.get(place + 1)) else { return };
            let rest = Span { start: sure.span.end, end: expr.span.end, ..expr.span };
            let mut finding =
                Diagnostic::new(Code::OrElseNever, next.span, format!("`{}` is never missing", facts.text(sure.span)))
                    .label("never taken")
                    .also(sure.span, "always there")
                    .help("leave out what is never taken, or put it where a value can be missing");
            // In parentheses the end is theirs.
            let cut = list.last().map_or(rest, |last| Span { end: last.span.end, ..rest });
            if !facts.text(cut).contains('#') {
                finding = finding.fix("leave out what is never taken", cut, "");
            }
            found.push(finding);
        });
    }
}

/// True for what has a value whatever is missing.
fn is_always_there(params: &HashSet<&str>, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(..)
        | ExprKind::Text(_)
        | ExprKind::Boolean(_)
        | ExprKind::Date(_)
        | ExprKind::Duration(_)
        | ExprKind::IsMissing { .. } => true,
        ExprKind::Name(name) => params.contains(name.as_str()),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => is_always_there(params, inner),
        ExprKind::If { then, otherwise, .. } => is_always_there(params, then) && is_always_there(params, otherwise),
        ExprKind::OrElse(list) => list.iter().any(|alternative| is_always_there(params, alternative)),
        ExprKind::And(list) | ExprKind::Or(list) => list.iter().all(|part| is_always_there(params, part)),
        _ => false,
    }
}
