//! `unclosed-placeholder`: its page is below.

use crate::ast::ActionTarget;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// A brace in the text of an action that is not closed.
pub const LINT: Lint = Lint {
    code: Code::UnclosedPlaceholder,
    options: &[],
    run,
    page: r##"# unclosed-placeholder

A brace in the text is not closed, so the name behind it is not filled in.

The task reads "Call {name about the renewal" for every customer, and nobody notices until one of them is quoted it.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  # warning: unclosed-placeholder
  do    task "Call {name about the renewal" assign csm due in 2 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name} about the renewal" assign csm due in 2 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for action in rules::all(facts).flat_map(|rule| &rule.ast.actions) {
        let ActionTarget::Text(text) = &action.what else { continue };
        let mut open = false;
        let mut wrong = false;
        for c in text.text.chars() {
            match c {
                '{' => {
                    wrong |= open;
                    open = true;
                }
                '}' => {
                    wrong |= !open;
                    open = false;
                }
                _ => {}
            }
        }
        if wrong || open {
            found.push(
                Diagnostic::new(Code::UnclosedPlaceholder, text.span, "a brace of this text has no partner")
                    .label("appears as it stands")
                    .help("write `{name}` for what is filled in"),
            );
        }
    }
}
