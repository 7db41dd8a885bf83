//! `priority-decides-nothing`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// A priority in a project where nothing is scarce.
pub const LINT: Lint = Lint {
    code: Code::PriorityDecidesNothing,
    options: &[],
    run,
    page: r##"# priority-decides-nothing

Rules have a `priority`, but nothing has to be decided between them.

A priority says who goes first where only one of an `exclusive` group acts, or where a `limit` leaves room for a few. Without either
every rule acts, and the number only looks as if it mattered.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 2 days
  # info: priority-decides-nothing
  priority  10
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 2 days
  limit     5 per csm per week
  priority  10
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if rules::all(facts).any(|rule| rule.ast.exclusive.is_some() || rule.ast.limit.is_some()) {
        return;
    }
    for rule in rules::all(facts) {
        if let Some(priority) = &rule.ast.priority {
            found.push(
                Diagnostic::new(Code::PriorityDecidesNothing, priority.span, "every rule acts, whatever its priority")
                    .label("nothing is decided by it")
                    .help("say what excludes what with `exclusive`, or how much is too much with `limit`"),
            );
        }
    }
}
