//! `deep-condition`: its page is below.

use crate::ast::{Expr, ExprKind, children};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::roots;
use crate::lint::{Facts, Findings, Lint};

/// A condition inside a condition inside a condition.
pub const LINT: Lint = Lint {
    code: Code::DeepCondition,
    options: &[("levels", 3, "`and`, `or`, `not` and `if` may be nested so deep")],
    run,
    page: r##"# deep-condition

`and`, `or`, `not` and `if` are nested more than three deep.

Who is meant can no longer be told by reading, and reviewers approve what they cannot follow. Give the inner groups names: a `segment`
for who, a `metric` for how much. `levels` in `laud.toml` says how deep is too deep.

## Avoid

```laud
table account { id text key  arr money USD  health points  open_p1 integer 0 or more  asked boolean }

rule rescue {
  # info: deep-condition
  when  health < 40 and (arr > 250k or not (open_p1 = 0 and (asked or health > 20)))
  do    task "Call {id}"
}
```

## Prefer

```laud
table account { id text key  arr money USD  health points  open_p1 integer 0 or more  asked boolean }

segment calm = open_p1 = 0 and (asked or health > 20)

rule rescue {
  when  health < 40 and (arr > 250k or not calm)
  do    task "Call {id}"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let most = usize::try_from(facts.option(Code::DeepCondition, "levels")).unwrap_or(usize::MAX);
    for item in facts.own_items() {
        for root in roots(item) {
            let depth = depth(root);
            if depth > most {
                let message = format!("this condition is {depth} levels deep");
                found.push(
                    Diagnostic::new(Code::DeepCondition, root.span, message)
                        .label("hard to follow")
                        .help("give the inner groups names: `segment NAME = …`"),
                );
            }
        }
    }
}

/// How deep `and`, `or`, `not` and `if` are nested; `else if` goes no deeper.
fn depth(root: &Expr) -> usize {
    let mut deepest = 0;
    let mut open = vec![(root, 0)];
    while let Some((expr, above)) = open.pop() {
        if let ExprKind::If { condition, then, otherwise } = &expr.kind {
            deepest = deepest.max(above + 1);
            let chained = matches!(otherwise.kind, ExprKind::If { .. });
            open.extend([(&**condition, above + 1), (&**then, above + 1)]);
            open.push((otherwise, if chained { above } else { above + 1 }));
            continue;
        }
        let own = match expr.kind {
            ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) => above + 1,
            _ => above,
        };
        deepest = deepest.max(own);
        children(expr, &mut |child| open.push((child, own)));
    }
    deepest
}
