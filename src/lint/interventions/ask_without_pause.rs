//! `ask-without-pause`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::asking;
use crate::lint::{Facts, Findings, Lint};

/// Asks customers again and again.
pub const LINT: Lint = Lint {
    code: Code::AskWithoutPause,
    options: &[],
    run,
    page: r##"# ask-without-pause

A rule asks customers to speak for us and has no cooldown.

A score that goes up and down over its bound asks the same customer five times in a quarter. A rule that reads how often the
customer was asked is left alone too.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when  health >= 80
  # warning: ask-without-pause
  do    task "Ask {name} for a reference call" assign csm due in 10 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when      health >= 80
  do        task "Ask {name} for a reference call" assign csm due in 10 days
  cooldown  90 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let asked = asking::named(facts, &asking::ASKED);
    let items = facts.items();
    let readers = facts.uses.readers(&items, asked.iter().copied());
    for rule in &facts.program.rules {
        if rule.ast.cooldown.is_some() || readers.contains(rule.header.name.as_str()) {
            continue;
        }
        if let Some(action) = asking::asking(rule) {
            let message = format!("`{}` can ask the same customer again at once", rule.header.name);
            found.push(
                Diagnostic::new(Code::AskWithoutPause, action.span, message)
                    .label("asks the customer to speak for us")
                    .help("add `cooldown 90 days`"),
            );
        }
    }
}
