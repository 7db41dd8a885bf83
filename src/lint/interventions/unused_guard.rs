//! `unused-guard`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::GuardId;

/// A guard that holds no rule back.
pub const LINT: Lint = Lint {
    code: Code::UnusedGuard,
    options: &[],
    run,
    page: r##"# unused-guard

A guard that holds no rule back.

A guard about contacts is for rules about contacts; a rule may be an exception, or say that it is `unguarded`; rules about the
whole portfolio have none. Where no rule is left, whoever wrote the guard believes that people are protected who are not: those
who opted out are written to all the same.

## Avoid

```laud
table account { id text key  name text  csm text  health points }
table contact of account { id text key  name text  opted_out boolean }

# warning: unused-guard
contact guard opt_out { left when opted_out }

rule say_hello { when health >= 80  do task "Write to the people of {name}" assign csm due in 5 days }
```

## Prefer

```laud
table account { id text key  name text  csm text  health points }
table contact of account { id text key  name text  opted_out boolean }

contact guard opt_out { left when opted_out }

contact rule say_hello { when health >= 80  do task "Write to {name}" assign csm due in 5 days }
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let program = facts.program;
    let rules = || program.rules.iter().chain(&program.row_rules);
    // Where there are no rules yet, a guard is the beginning of them.
    if facts.is_for_others() || rules().next().is_none() {
        return;
    }
    for item in facts.own_items().filter(|item| item.access.is_none()) {
        let ItemKind::Guard(guard) = &item.kind else { continue };
        let name = &item.name.text;
        let place = program.guards.iter().position(|known| known.header.name == *name);
        let Some(id) = place.and_then(|i| u32::try_from(i).ok()).map(GuardId) else { continue };
        if rules().any(|rule| rule.guards.contains(&id)) {
            continue;
        }
        let help = match &guard.of {
            Some(of) => format!("declare the rules that it is for as `{} rule NAME`, or take it out", of.text),
            None => "name the rules that it is for: `applies to RULE`, or take it out".to_string(),
        };
        found.push(
            Diagnostic::new(Code::UnusedGuard, item.name.span, format!("guard `{name}` holds no rule back"))
                .label("declared, and no rule is left for it")
                .help(help),
        );
    }
}
