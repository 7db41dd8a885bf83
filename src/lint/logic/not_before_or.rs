//! `not-before-or`: its page is below.

use crate::ast::ExprKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, written};

/// `not a or b`.
pub const LINT: Lint = Lint {
    code: Code::NotBeforeOr,
    options: &[],
    run,
    page: r##"# not-before-or

`not` before a chain of `or` takes only the first of it.

"Not in EMEA or regulated" is said of customers that are neither; the rule takes everybody who is regulated, wherever they
are. Parentheses say what is meant, and so does the `not` at the end: `regulated or not emea`.

## Avoid

```laud
table account { id text key  region one of amer, emea, apac  arr money USD }

# warning: not-before-or
segment elsewhere = not region = emea or arr > 100k
```

## Prefer

```laud
table account { id text key  region one of amer, emea, apac  arr money USD }

segment elsewhere = not (region = emea or arr > 100k)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        written::each_of(item, &mut |expr| {
            let ExprKind::Or(list) = &expr.kind else { return };
            let Some((first, rest)) = list.split_first() else { return };
            let ExprKind::Not(negated) = &first.kind else { return };
            let bare = facts.text(first.span).starts_with("not") && !facts.text(negated.span).starts_with('(');
            if !bare || rest.iter().any(|other| matches!(other.kind, ExprKind::Not(_))) {
                return;
            }
            let text = |expr: &crate::ast::Expr| facts.text(expr.span);
            let all: Vec<&str> = std::iter::once(text(negated)).chain(rest.iter().map(text)).collect();
            let last: Vec<&str> = rest.iter().map(text).chain([text(first)]).collect();
            found.push(
                Diagnostic::new(Code::NotBeforeOr, first.span, format!("`not` takes `{}` alone", text(negated)))
                    .label("and nothing of what is behind `or`")
                    .help(format!(
                        "if none of them is meant, write `not ({})`, otherwise `{}`",
                        all.join(" or "),
                        last.join(" or ")
                    )),
            );
        });
    }
}
