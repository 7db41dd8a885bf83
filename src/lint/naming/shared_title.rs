//! `shared-title`: its page is below.

use crate::ast::{AccessKind, Item};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashMap;

/// Two declarations of one title.
pub const LINT: Lint = Lint {
    code: Code::SharedTitle,
    options: &[],
    run,
    page: r##"# shared-title

Two declarations are shown under the same title.

Reports, task texts and the pages for customers' managers show titles, not names. Two numbers that are both called "Customer health" cannot
be told apart there, and one of them will be quoted for the other.

## Avoid

```laud
table account { id text key  adoption points  answers points }

metric use "Customer health" = adoption

# warning: shared-title
metric mood "Customer health" = answers
```

## Prefer

```laud
table account { id text key  adoption points  answers points }

metric use "Product use" = adoption

metric mood "Mood in surveys" = answers
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut seen: HashMap<String, &Item> = HashMap::new();
    for item in facts.own_items().filter(|item| item.access.is_none_or(|access| access.kind != AccessKind::Extend)) {
        let Some(title) = &item.label else { continue };
        let key = title.text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        match seen.get(&key) {
            Some(first) => found.push(
                Diagnostic::new(
                    Code::SharedTitle,
                    title.span,
                    format!("`{}` has the title of `{}`", item.name.text, first.name.text),
                )
                .label("the same title")
                .also(
                    first.label.as_ref().map_or(first.name.span, |label| label.span),
                    format!("`{}`", first.name.text),
                )
                .help("say in the title how they differ"),
            ),
            None => {
                seen.insert(key, item);
            }
        }
    }
}
