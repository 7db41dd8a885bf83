//! `unused-define`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A definition that nothing calls.
pub const LINT: Lint = Lint {
    code: Code::UnusedDefine,
    options: &[],
    run,
    page: r##"# unused-define

A definition that nothing calls.

It is in no number, but readers take it for the formula that is used, and correct it when the real one is wrong.

## Avoid

```laud
table account { id text key  arr money USD  cost money USD }

# warning: unused-define
define margin(revenue: money USD, spent: money USD) = to_ratio((revenue - spent) / revenue)

metric account_margin = to_ratio((arr - cost) / arr)
```

## Prefer

```laud
table account { id text key  arr money USD  cost money USD }

define margin(revenue: money USD, spent: money USD) = to_ratio((revenue - spent) / revenue)

metric account_margin = margin(arr, cost)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if facts.is_for_others() {
        return;
    }
    for item in facts.own_items().filter(|item| item.access.is_none()) {
        if matches!(item.kind, ItemKind::Define(_)) && !facts.uses.any(&item.name.text) {
            let name = &item.name.text;
            found.push(
                Diagnostic::new(Code::UnusedDefine, item.name.span, format!("nothing calls `{name}`"))
                    .label("declared, and never used")
                    .help("call it where its formula is written out, or leave it out"),
            );
        }
    }
}
