//! `close-while-true`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

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
        if let Some(trigger) = &rule.ast.trigger {
            finding = finding.also(trigger.condition.span, "still true then");
        }
        found.push(finding);
    }
}
