//! `constant-condition`: its page is below.

use crate::ast::{Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, is_literal};
use crate::lint::{Facts, Findings, Lint};

/// A condition that is decided as it is written.
pub const LINT: Lint = Lint {
    code: Code::ConstantCondition,
    options: &[],
    run,
    page: r##"# constant-condition

A condition is decided as it is written: it looks at no customer.

`and no` switches a rule off, `or yes` switches a filter off, and both are easily forgotten after a trial. A `param` shows the switch
by name in `--set` and in every report.

## Avoid

```laud
table account { id text key  health points }

rule rescue {
  # warning: constant-condition
  when  health < 40 and yes
  do    task "Call {id}"
}
```

## Prefer

```laud
table account { id text key  health points }

param rescue_below = 40

rule rescue {
  when  health < rescue_below
  do    task "Call {id}"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let parts: Vec<&Expr> = match &expr.kind {
                ExprKind::And(list) | ExprKind::Or(list) => list.iter().collect(),
                ExprKind::Not(inner) => vec![inner],
                ExprKind::If { condition, .. } => vec![condition],
                ExprKind::Compare(_, left, right) if is_literal(left) && is_literal(right) => vec![expr],
                _ => return,
            };
            let decided = |part: &&Expr| match &part.kind {
                ExprKind::Boolean(_) => true,
                ExprKind::Compare(..) => std::ptr::eq(*part, expr),
                _ => false,
            };
            for part in parts.into_iter().filter(decided) {
                let message = format!("`{}` is decided as it is written", facts.text(part.span));
                found.push(
                    Diagnostic::new(Code::ConstantCondition, part.span, message)
                        .label("looks at no customer")
                        .help("leave it out, or name the switch: `param NAME = …`"),
                );
            }
        });
    }
}
