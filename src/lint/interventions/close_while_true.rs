//! `close-while-true`: its page is below.

use crate::ast::CompareOp;
use crate::check::Region;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind};
use crate::span::Span;

/// What closes an item can hold while what opened it still does.
pub const LINT: Lint = Lint {
    code: Code::CloseWhileTrue,
    options: &[],
    run,
    page: r##"# close-while-true

The item can close while the rule's condition still holds.

A rescue that closes as soon as it is opened looks handled in every report, and nobody has called. Where a condition has an `or`,
the close must look at all of its reasons. The account shown fires the rule and closes it on the same day.

## Avoid

```laud
table account { id text key  health points  open_p1 integer 0 or more }

rule rescue {
  when   health < 40 or open_p1 > 0
  do     task "Call {id}"
  # warning: close-while-true
  close  when health >= 45
}
```

## Prefer

```laud
table account { id text key  health points  open_p1 integer 0 or more }

rule rescue {
  when   health < 40 or open_p1 > 0
  do     task "Call {id}"
  close  when health >= 45 and open_p1 = 0
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        let (Some(close), Some(opens)) = (&rule.close, rules::fires(facts, rule)) else { continue };
        let Some(closes) = facts.proofs.region(&close.condition, None, true) else { continue };
        // A close on something else, say a finished training, may well hold at once and be meant so.
        if !rules::reads_no_more(&closes, &opens) {
            continue;
        }
        let both = opens.common(&closes);
        if both.is_empty() {
            continue;
        }
        let Some(account) = rules::example(facts, &both) else { continue };
        let message = format!("`{}` can close while its condition still holds", rule.header.name);
        let mut finding = Diagnostic::new(Code::CloseWhileTrue, close.condition.span, message)
            .label("closes what has just been opened")
            .help("let the close name every reason, each beyond the bound that opened it")
            .witness(account);
        if let Some((sign, turned)) = turned(facts, &close.condition, &opens) {
            finding = finding.fix(format!("turn the comparison round: `{turned}`"), sign, turned);
        }
        if let Some(trigger) = &rule.ast.trigger {
            finding = finding.also(trigger.condition.span, "still true then");
        }
        found.push(finding);
    }
}

/// The comparison of a close turned round, where it then begins where the condition has ended.
fn turned(facts: &Facts, close: &Expr, opens: &Region) -> Option<(Span, String)> {
    let ExprKind::Compare(op, left, right) = &close.kind else { return None };
    let op = match op {
        CompareOp::Less => CompareOp::GreaterEqual,
        CompareOp::LessEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessEqual,
        CompareOp::GreaterEqual => CompareOp::Less,
        CompareOp::Equal | CompareOp::NotEqual => return None,
    };
    let instead = Expr { kind: ExprKind::Compare(op, left.clone(), right.clone()), ..close.clone() };
    let closes = facts.proofs.region(&instead, None, true)?;
    let apart = !closes.is_empty() && closes.and(opens)?.is_empty();
    let text = format!("{} {} {}", facts.text(left.span), op.symbol(), facts.text(right.span));
    apart.then(|| (close.span, facts.in_place_of(close.span, &text)))
}
