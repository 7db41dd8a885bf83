//! `open-ended`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::program::Rule;

/// Work without a date, a close or a cooldown.
pub const LINT: Lint = Lint {
    code: Code::OpenEnded,
    options: &[],
    run,
    page: r##"# open-ended

A rule opens work that nothing ends: it has no due date, no `close` and no cooldown, though others have.

Such tasks stay in the list until the list is ignored. A date says when it is late, a `close` when it has become needless, a
cooldown when it may come again; one of them is enough. A project in which no rule has any of them is left alone.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  # warning: open-ended
  do    task "Call {name}" assign csm
}

rule renewal_call {
  when  renewal in next 30 days
  do    task "Call {name} before the renewal" assign csm due in 5 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm due in 2 days
}

rule renewal_call {
  when  renewal in next 30 days
  do    task "Call {name} before the renewal" assign csm due in 5 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(example) = rules::all(facts).find(|rule| ends(rule)) else { return };
    for rule in rules::all(facts).filter(|rule| !ends(rule)) {
        if let Some(action) = rule.ast.actions.iter().find(|action| rules::is_work(action)) {
            let message = format!("nothing ends what `{}` opens", rule.header.name);
            found.push(
                Diagnostic::new(Code::OpenEnded, action.span, message)
                    .label("no due date, and the rule has neither `close` nor `cooldown`")
                    .also(example.header.span, "this rule has one of them")
                    .help("add `due in 5 days`, or `close when …`"),
            );
        }
    }
}

fn ends(rule: &Rule) -> bool {
    let statement = rule.ast.close.is_some() || rule.ast.cooldown.is_some() || !rule.ast.escalate.is_empty();
    statement || rule.ast.actions.iter().any(|action| action.due.is_some())
}
