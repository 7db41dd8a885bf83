//! `redundant-parentheses`: its page is below.

use crate::ast::Item;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each, is_single, roots, unwrapped};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// Parentheses that group nothing.
pub const LINT: Lint = Lint {
    code: Code::RedundantParentheses,
    options: &[],
    run,
    page: r##"# redundant-parentheses

Parentheses that group nothing.

Around a single name or number, or a second pair around the first, they are what is left of an earlier version. Those that show
how `and`, `or` and arithmetic go together are never pointed at.

## Avoid

```laud
table account { id text key  arr money USD  health points }

# info: redundant-parentheses
segment large = (arr) > 250k

# info: redundant-parentheses
segment troubled = ((health < 50 or arr < 20k)) and health > 0
```

## Prefer

```laud
table account { id text key  arr money USD  health points }

segment large = arr > 250k

segment troubled = (health < 50 or arr < 20k) and health > 0
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        of_item(facts, item, found);
    }
}

fn of_item(facts: &Facts, item: &Item, found: &mut Findings) {
    for root in roots(item) {
        each(root, &mut |expr| {
            let text = facts.text(expr.span);
            let Some(inner) = unwrapped(text) else { return };
            let plain = match unwrapped(inner.trim()) {
                Some(_) => inner.trim(),
                None if is_single(expr) => inner.trim(),
                None => return,
            };
            // `days since(x)`: the parentheses are also the space.
            let before = Span { start: expr.span.start.saturating_sub(1), end: expr.span.start, ..expr.span };
            let glued = facts.text(before).ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let space = if glued { " " } else { "" };
            found.push(
                Diagnostic::new(Code::RedundantParentheses, expr.span, "these parentheses group nothing")
                    .label("not needed")
                    .fix(format!("write `{plain}`"), expr.span, format!("{space}{plain}")),
            );
        });
    }
}
