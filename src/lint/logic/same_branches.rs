//! `same-branches`: its page is below.

use crate::ast::ExprKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, print};
use crate::lint::{Facts, Findings, Lint};

/// An `if` whose branches are the same.
pub const LINT: Lint = Lint {
    code: Code::SameBranches,
    options: &[],
    run,
    page: r##"# same-branches

Both branches of an `if` are the same.

The condition decides nothing. Usually a branch was copied and its number never changed, so that two kinds of customers are
treated alike although somebody decided otherwise.

## Avoid

```laud
table account { id text key  solicited boolean }

# warning: same-branches
metric worth = if solicited then 1.5 else 1.5
```

## Prefer

```laud
table account { id text key  solicited boolean }

metric worth = if solicited then 1 else 1.5
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let ExprKind::If { condition, then, otherwise } = &expr.kind else { return };
            if print(&**then) != print(&**otherwise) {
                return;
            }
            let text = facts.text(then.span);
            found.push(
                Diagnostic::new(Code::SameBranches, expr.span, format!("either way this is `{text}`"))
                    .label("both branches are the same")
                    .also(condition.span, "decides nothing")
                    .help("change one of the branches, or leave out the `if`")
                    .fix("leave out the `if`", expr.span, facts.in_place_of(expr.span, text)),
            );
        });
    }
}
