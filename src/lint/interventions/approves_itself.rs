//! `approves-itself`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// Approved by nobody but those who want it.
pub const LINT: Lint = Lint {
    code: Code::ApprovesItself,
    options: &[],
    run,
    page: r##"# approves-itself

The only ones who approve are those who own the rule or do the work.

An approval is a second pair of eyes. If the owner approves, one person can start a campaign alone, and the record says that two
agreed.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule invite {
  when      health >= 80
  do        task "Invite {name}" assign csm due in 10 days
  # warning: approves-itself
  approval  cs_ops
  owner     cs_ops
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule invite {
  when      health >= 80
  do        task "Invite {name}" assign csm due in 10 days
  approval  legal
  owner     cs_ops
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        let owner = rules::owner(rule);
        let wants = |name: &str| {
            let assigned = rule.ast.actions.iter().filter_map(|action| action.assign.as_ref());
            owner.into_iter().chain(assigned).find(|who| who.text == name)
        };
        let Some(first) = rule.ast.approval.first().map(|approval| &approval.team) else { continue };
        let Some(same) = wants(&first.text) else { continue };
        if rule.ast.approval.iter().all(|name| wants(&name.team.text).is_some()) {
            let message = format!("`{}` is approved by those who want it", rule.header.name);
            found.push(
                Diagnostic::new(Code::ApprovesItself, first.span, message)
                    .label("approves")
                    .also(same.span, "owns it or does it")
                    .help("name another team: `approval legal`"),
            );
        }
    }
}
