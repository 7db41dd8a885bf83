//! `zero-cooldown`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// A cooldown of no days.
pub const LINT: Lint = Lint {
    code: Code::ZeroCooldown,
    options: &[],
    run,
    page: r##"# zero-cooldown

A cooldown of zero holds nothing back.

It was written to be filled in later, or to satisfy the check: the rule acts at every run, and a customer who fires it hears from
us every day.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  while     health < 40
  do        task "Call {name}" assign csm due in 2 days
  # warning: zero-cooldown
  cooldown  0 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  while     health < 40
  do        task "Call {name}" assign csm due in 2 days
  cooldown  30 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        if let Some(cooldown) = rule.ast.cooldown.filter(|cooldown| cooldown.duration.count == 0) {
            let message = format!("the cooldown of `{}` holds nothing back", rule.header.name);
            found.push(
                Diagnostic::new(Code::ZeroCooldown, cooldown.span, message)
                    .label("acts again at every run")
                    .help("write how long a customer is left alone: `cooldown 30 days`"),
            );
        }
    }
}
