//! `action-twice`: its page is below.

use crate::ast::Action;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// A rule that does the same twice.
pub const LINT: Lint = Lint {
    code: Code::ActionTwice,
    options: &[],
    run,
    page: r##"# action-twice

A rule does the same thing twice.

Everybody who fires it gets two copies of one task. Usually the second line was to name another team or another date.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm due in 2 days
  # warning: action-twice
  do    task "Call {name}" assign csm due in 2 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm due in 2 days
  do    task "Tell support about {name}" assign cs_ops due in 2 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let who = |action: &Action| action.assign.as_ref().map(|name| name.text.clone());
    for rule in rules::all(facts) {
        let actions = &rule.ast.actions;
        for (i, again) in actions.iter().enumerate() {
            let same = |first: &&Action| {
                first.verb.text == again.verb.text
                    && rules::said(first) == rules::said(again)
                    && who(first) == who(again)
            };
            if let Some(first) = actions.iter().take(i).find(same) {
                found.push(
                    Diagnostic::new(Code::ActionTwice, again.span, format!("`{}` does this twice", rule.header.name))
                        .label("the second time")
                        .also(first.span, "the first time")
                        .fix("leave one out, or say what differs", facts.line_of(again.span), ""),
                );
            }
        }
    }
}
