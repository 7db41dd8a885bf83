//! `escalates-to-assignee`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// An escalation to whoever has the work already.
pub const LINT: Lint = Lint {
    code: Code::EscalatesToAssignee,
    options: &[],
    run,
    page: r##"# escalates-to-assignee

The work is escalated to the one who has it already.

Who let it lie is told that it lies. An escalation is for somebody who can take it over or make room for it.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 2 days
  # warning: escalates-to-assignee
  escalate  after 7 days to csm
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 2 days
  escalate  after 7 days to manager
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        for step in &rule.ast.escalate {
            let has_it = rule
                .ast
                .actions
                .iter()
                .filter_map(|action| action.assign.as_ref())
                .find(|who| who.text == step.to.text);
            if let Some(who) = has_it {
                let message = format!("`{}` has the work already", step.to.text);
                found.push(
                    Diagnostic::new(Code::EscalatesToAssignee, step.to.span, message)
                        .label("told what they know")
                        .also(who.span, "assigned here")
                        .help("name somebody who can take it over"),
                );
            }
        }
    }
}
