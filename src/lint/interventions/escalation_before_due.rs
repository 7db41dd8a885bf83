//! `escalation-before-due`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// Every escalation comes before the work is due.
pub const LINT: Lint = Lint {
    code: Code::EscalationBeforeDue,
    options: &[],
    run,
    page: r##"# escalation-before-due

All steps of the escalation come before the work is due.

The manager hears of a task that nobody is late with, and nobody hears when it is late. The last step at least belongs behind the
due date.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 10 days
  # warning: escalation-before-due
  escalate  after 3 days to manager
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 10 days
  escalate  after 7 days to manager, after 14 days to vp
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        let due = rule.ast.actions.iter().filter_map(|action| action.due).min_by_key(|due| rules::days(*due));
        let last = rule.ast.escalate.iter().max_by_key(|step| rules::days(step.after));
        let (Some(due), Some(last)) = (due, last) else { continue };
        if rules::days(last.after) < rules::days(due) {
            let message = format!("`{}` escalates before its work is due, and never after", rule.header.name);
            found.push(
                Diagnostic::new(Code::EscalationBeforeDue, last.after.span, message)
                    .label("the last step")
                    .also(due.span, "due only here")
                    .help(format!("let the last step come after {} days", rules::days(due))),
            );
        }
    }
}
