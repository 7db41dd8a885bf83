//! `pilot-without-aim`: its page is below.

use crate::ast::MetaKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// A pilot that does not say what it should move.
pub const LINT: Lint = Lint {
    code: Code::PilotWithoutAim,
    options: &[],
    run,
    page: r##"# pilot-without-aim

A pilot does not say which objective it supports.

A pilot ends with a question: did it work? Where the project declares objectives, `supports` names the number that answers it.
Without it the pilot ends when somebody is tired of it.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

objective pool { owner marketing }

# info: pilot-without-aim
rule reference_call {
  when   health >= 80
  do     task "Ask {name} for a reference call" assign csm due in 10 days
  pilot  25%
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

objective pool { owner marketing }

rule reference_call {
  when      health >= 80
  do        task "Ask {name} for a reference call" assign csm due in 10 days
  pilot     25%
  supports  pool
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(objective) = facts.program.objectives.first() else { return };
    for rule in rules::all(facts).filter(|rule| rule.ast.pilot.is_some()) {
        if !rule.header.meta.iter().any(|meta| matches!(meta.kind, MetaKind::Supports(_))) {
            let message = format!("nothing says by what the pilot of `{}` is judged", rule.header.name);
            found.push(
                Diagnostic::new(Code::PilotWithoutAim, rule.header.span, message)
                    .label("no `supports`")
                    .help(format!("name the objective that it should move: `supports {}`", objective.header.name)),
            );
        }
    }
}
