//! `pairs-with-itself`: its page is below.

use crate::ast::MetaKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A metric that is paired with itself.
pub const LINT: Lint = Lint {
    code: Code::PairsWithItself,
    options: &[],
    run,
    page: r##"# pairs-with-itself

A metric is paired with itself.

The pair is there to show when a number is driven up for its own sake; paired with itself it always agrees.

## Avoid

```laud
table account { id text key  name text  health points }

metric retention = health
metric calls {
  value       health
  # warning: pairs-with-itself
  pairs with  calls
}
```

## Prefer

```laud
table account { id text key  name text  health points }

metric retention = health
metric calls {
  value       health
  pairs with  retention
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        for meta in &item.meta {
            if let MetaKind::PairsWith(name) = &meta.kind
                && name.text == item.name.text
            {
                found.push(
                    Diagnostic::new(Code::PairsWithItself, name.span, format!("`{}` is paired with itself", name.text))
                        .label("always agrees")
                        .help("name the metric that would go the other way if this one were gamed"),
                );
            }
        }
    }
}
