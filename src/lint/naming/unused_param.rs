//! `unused-param`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A parameter that nothing reads.
pub const LINT: Lint = Lint {
    code: Code::UnusedParam,
    options: &[],
    run,
    page: r##"# unused-param

A parameter that nothing reads.

Whoever changes it, or tries `--set` with it, sees that nothing moves and believes that the number does not matter. Usually the bound
that it was made for is still written as a number.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

# warning: unused-param
param champion_calls = 3

segment champion = calls > 3
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

param champion_calls = 3

segment champion = calls > champion_calls
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if facts.is_for_others() {
        return;
    }
    for item in facts.own_items().filter(|item| item.access.is_none()) {
        if matches!(item.kind, ItemKind::Param(_)) && !facts.uses.any(&item.name.text) {
            let name = &item.name.text;
            found.push(
                Diagnostic::new(Code::UnusedParam, item.name.span, format!("nothing reads `{name}`"))
                    .label("declared, and never used")
                    .help("use it where its number is written, or leave it out"),
            );
        }
    }
}
