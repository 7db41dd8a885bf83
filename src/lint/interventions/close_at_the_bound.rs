//! `close-at-the-bound`: its page is below.

use crate::ast;
use crate::check::domain::Known;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind};

/// An item opens and closes at one and the same bound.
pub const LINT: Lint = Lint {
    code: Code::CloseAtTheBound,
    options: &[],
    run,
    page: r##"# close-at-the-bound

The item closes at the very bound at which it opened, at the first touch.

A score that wavers around 40 opens and closes the same rescue every other day, and each time somebody is told. Close a little
higher than you open, or wait with `for 2 runs`, or add a cooldown.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

metric use = health

scorecard overall { use weight 100  scale 0 -> 0, 100 -> 100 }

rule rescue {
  when   overall < 40
  do     task "Call {name}" assign csm
  # warning: close-at-the-bound
  close  when overall >= 40
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

metric use = health

scorecard overall { use weight 100  scale 0 -> 0, 100 -> 100 }

rule rescue {
  when   overall < 40
  do     task "Call {name}" assign csm
  close  when overall >= 45
}

rule watch {
  when   overall < 60
  do     task "Watch {name}" assign csm
  close  when overall >= 60 for 2 runs
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in &facts.program.rules {
        let (Some(close), Some(written)) = (&rule.close, &rule.ast.close) else { continue };
        if rule.ast.cooldown.is_some() || waits(written) {
            continue;
        }
        let Some(quantity) = compared(&close.condition).filter(|quantity| wavers(facts, quantity)) else { continue };
        let opener = rules::parts(&rule.condition)
            .into_iter()
            .find(|part| compared(part).is_some_and(|q| q.kind == quantity.kind));
        let Some(opener) = opener else { continue };
        let regions = (facts.proofs.region(opener, None, true), facts.proofs.region(&close.condition, None, true));
        let (Some(opens), Some(closes)) = regions else { continue };
        let Some(key) = closes.keys().next() else { continue };
        let (opens, closes) = (opens.spans(key), closes.spans(key));
        let touch = |a: &[(i128, i128)], b: &[(i128, i128)]| {
            a.iter().any(|(_, high)| b.iter().any(|(low, _)| high.checked_add(1) == Some(*low)))
        };
        if touch(&opens, &closes) || touch(&closes, &opens) {
            let message = format!("`{}` opens and closes at the same bound", rule.header.name);
            found.push(
                Diagnostic::new(Code::CloseAtTheBound, close.condition.span, message)
                    .label("a value that wavers here opens and closes it day by day")
                    .also(opener.span, "opens here")
                    .help("close further away, or add `for 2 runs`"),
            );
        }
    }
}

/// `for 2 runs`
fn waits(close: &ast::Expr) -> bool {
    matches!(close.kind, ast::ExprKind::Held { .. })
}

/// What a plain comparison is about.
fn compared(condition: &Expr) -> Option<&Expr> {
    match &condition.kind {
        ExprKind::Compare(_, left, right) if matches!(right.kind, ExprKind::Literal(_) | ExprKind::Param(_)) => {
            Some(left)
        }
        _ => None,
    }
}

/// True for scores and metrics that move by little; what is counted does not waver.
fn wavers(facts: &Facts, quantity: &Expr) -> bool {
    match quantity.kind {
        ExprKind::Score(_) => true,
        ExprKind::Metric(id) => quantity.ty.is_number() && !facts.proofs.metric(id).whole,
        _ => false,
    }
}
