//! `open-ended`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// Work without a date, a close or a cooldown.
pub const LINT: Lint = Lint {
    code: Code::OpenEnded,
    options: &[],
    run,
    page: r##"# open-ended

A rule opens work that nothing ends: it has no due date, no `close` and no cooldown.

Such tasks stay in the list until the list is ignored. A date says when it is late, a `close` when it has become needless, a
cooldown when it may come again; one of them is enough.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  # warning: open-ended
  do    task "Call {name}" assign csm
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm due in 2 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        let ends = rule.ast.close.is_some() || rule.ast.cooldown.is_some() || !rule.ast.escalate.is_empty();
        if ends || rule.ast.actions.iter().any(|action| action.due.is_some()) {
            continue;
        }
        if let Some(action) = rule.ast.actions.iter().find(|action| rules::is_work(action)) {
            let message = format!("nothing ends what `{}` opens", rule.header.name);
            found.push(
                Diagnostic::new(Code::OpenEnded, action.span, message)
                    .label("no due date, and the rule has neither `close` nor `cooldown`")
                    .help("add `due in 5 days`, or `close when …`"),
            );
        }
    }
}
