//! `unassigned`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// Work that nobody is given, where other work is.
pub const LINT: Lint = Lint {
    code: Code::Unassigned,
    options: &[],
    run,
    page: r##"# unassigned

A rule opens work for nobody although other rules say who does it.

What is everybody's is nobody's. A project in which no rule assigns anything is left alone.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm due in 2 days
}

rule renewal_call {
  when  renewal in next 30 days
  # warning: unassigned
  do    task "Call {name} before the renewal" due in 5 days
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
    let given = rules::all(facts).flat_map(|rule| &rule.ast.actions).find_map(|action| action.assign.as_ref());
    let Some(given) = given else { return };
    for rule in rules::all(facts) {
        if rule.ast.actions.iter().any(|action| action.assign.is_some()) {
            continue;
        }
        if let Some(action) = rule.ast.actions.iter().find(|action| rules::is_work(action)) {
            let message = format!("nobody does what `{}` asks for", rule.header.name);
            found.push(
                Diagnostic::new(Code::Unassigned, action.span, message)
                    .label("no `assign`")
                    .also(given.span, "other work is assigned")
                    .fix(
                        format!("add `assign {}`, or the team that does it", given.text),
                        Span { start: action.span.end, ..action.span },
                        format!(" assign {}", given.text),
                    ),
            );
        }
    }
}
