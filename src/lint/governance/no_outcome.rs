//! `no-outcome`: its page is below.

use crate::ast::{ItemKind, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashMap;

/// A score of activity and mood alone.
pub const LINT: Lint = Lint {
    code: Code::NoOutcome,
    options: &[],
    run,
    page: r##"# no-outcome

All metrics of this score say of themselves that they are activity or sentiment; none is a behaviour or an outcome of the customer.

Logins, calls and moods rise when a team works hard at them, and customers leave all the same. One line about what the customer
achieves keeps the score honest. Only scores whose metrics all have a `kind` are looked at.

## Avoid

```laud
table account { id text key  name text  health points }

metric logins { value health  kind leading activity }
metric mood { value health  kind leading sentiment }

# info: no-outcome
scorecard wellbeing {
  logins  weight 50
  mood    weight 50
}
```

## Prefer

```laud
table account { id text key  name text  health points }

metric logins { value health  kind leading activity }
metric renewed { value health  kind lagging outcome }

scorecard wellbeing {
  logins   weight 50
  renewed  weight 50
}
```
"##,
};

/// What is easily moved and proves little.
const SOFT: [&str; 4] = ["activity", "sentiment", "effort", "input"];

fn run(facts: &Facts, found: &mut Findings) {
    let mut kinds: HashMap<&str, Vec<&str>> = HashMap::new();
    for item in facts.items() {
        for meta in &item.meta {
            if let MetaKind::Kind(names) = &meta.kind {
                kinds.insert(&item.name.text, names.iter().map(|name| name.text.as_str()).collect());
            }
        }
    }
    for item in facts.own_items() {
        let ItemKind::Scorecard(card) = &item.kind else { continue };
        let lines: Vec<&str> =
            card.lines.iter().filter(|line| line.informational.is_none()).map(|line| line.name.text.as_str()).collect();
        let soft = |name: &&str| {
            kinds.get(*name).is_some_and(|words| {
                let rest = words.iter().filter(|word| !matches!(**word, "leading" | "lagging"));
                rest.clone().count() > 0 && rest.clone().all(|word| SOFT.contains(word))
            })
        };
        if lines.len() > 1 && lines.iter().all(soft) {
            found.push(
                Diagnostic::new(
                    Code::NoOutcome,
                    item.name.span,
                    format!("`{}` has no line about what the customer achieves", item.name.text),
                )
                .label("activity and sentiment alone")
                .help("weigh a metric of kind `outcome` or `behaviour` too"),
            );
        }
    }
}
