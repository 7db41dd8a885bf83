//! `unused-playbook`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A playbook that no rule runs.
pub const LINT: Lint = Lint {
    code: Code::UnusedPlaybook,
    options: &[],
    run,
    page: r##"# unused-playbook

A playbook that no rule runs.

It is kept up to date, its versions are counted, and nobody is ever asked to do what it says: the rule that ran it was taken
out, or says its own tasks.

## Avoid

```laud
table account { id text key  name text  csm text  health points }

# warning: unused-playbook
playbook rescue version 1 {
  task  "Call {name}" assign csm due in 2 days
}

rule at_risk { when health < 50  do task "Call {name}" assign csm due in 2 days  close when health >= 60 }
```

## Prefer

```laud
table account { id text key  name text  csm text  health points }

playbook rescue version 1 {
  task  "Call {name}" assign csm due in 2 days
}

rule at_risk { when health < 50  do playbook rescue  close when health >= 60 }
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if facts.is_for_others() {
        return;
    }
    for item in facts.own_items().filter(|item| item.access.is_none()) {
        let name = &item.name.text;
        if matches!(item.kind, ItemKind::Playbook(_)) && !facts.uses.any(name) {
            found.push(
                Diagnostic::new(Code::UnusedPlaybook, item.name.span, format!("no rule runs playbook `{name}`"))
                    .label("declared, and never run")
                    .help(format!("let a rule run it: `do playbook {name}`, or take it out")),
            );
        }
    }
}
