//! `placeholder-text`: its page is below.

use crate::ast::{CompareOp, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written;
use crate::lint::{Facts, Findings, Lint};

/// A column compared with a text that stands for nothing.
pub const LINT: Lint = Lint {
    code: Code::PlaceholderText,
    options: &[],
    run,
    page: r##"# placeholder-text

A column is compared with "", "N/A" or another text that means that there is none.

laud reads empty cells, `N/A`, `-` and `null` as missing, so no cell ever equals them and the condition holds for nobody. Ask for
`is missing`.

## Avoid

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

# warning: placeholder-text
segment orphaned = csm = "N/A"
```

## Prefer

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

segment orphaned = csm is missing
```
"##,
};

const NOTHING: [&str; 12] = ["", "n/a", "na", "#n/a", "-", "--", "null", "none", "nil", "nan", "unknown", "tbd"];

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        written::each_of(item, &mut |expr| {
            let ExprKind::Compare(op @ (CompareOp::Equal | CompareOp::NotEqual), left, right) = &expr.kind else {
                return;
            };
            let (column, text) = match (&left.kind, &right.kind) {
                (ExprKind::Name(_), ExprKind::Text(text)) => (left, text),
                (ExprKind::Text(text), ExprKind::Name(_)) => (right, text),
                _ => return,
            };
            if !NOTHING.contains(&text.trim().to_lowercase().as_str()) {
                return;
            }
            let name = facts.text(column.span);
            let not = if *op == CompareOp::NotEqual { "not " } else { "" };
            let right = format!("{name} is {not}missing");
            found.push(
                Diagnostic::new(
                    Code::PlaceholderText,
                    expr.span,
                    format!("`{name}` is never \"{text}\": such cells are missing"),
                )
                .label(if not.is_empty() { "holds for nobody" } else { "holds for everybody who has one" })
                .fix(format!("write `{right}`"), expr.span, right),
            );
        });
    }
}
