//! `fallback-is-assignee`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// The fallback is whoever the work is assigned to anyway.
pub const LINT: Lint = Lint {
    code: Code::FallbackIsAssignee,
    options: &[],
    run,
    page: r##"# fallback-is-assignee

The fallback is the one to whom the work is assigned.

A fallback is for accounts whose assignee is blank or has left. If it names the same column, those accounts get a task that nobody
has.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  # warning: fallback-is-assignee
  do    task "Call {name}" assign csm fallback csm due in 2 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm fallback cs_ops due in 2 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for action in rules::all(facts).flat_map(|rule| &rule.ast.actions) {
        if let (Some(assign), Some(fallback)) = (&action.assign, &action.fallback)
            && assign.text == fallback.text
        {
            let message = format!("without a `{}` there is nobody to fall back to", assign.text);
            let rest = Span { start: assign.span.end, ..fallback.span };
            found.push(
                Diagnostic::new(Code::FallbackIsAssignee, fallback.span, message)
                    .label("the assignee again")
                    .also(assign.span, "assigned here")
                    .help("name a team that takes over: `fallback cs_ops`")
                    .fix("leave the fallback out", rest, ""),
            );
        }
    }
}
