//! `leading-unpaired`: its page is below.

use crate::ast::{Item, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A leading metric without the result that it should bring about.
pub const LINT: Lint = Lint {
    code: Code::LeadingUnpaired,
    options: &[],
    run,
    page: r##"# leading-unpaired

A leading metric is not paired with the result that it should bring about, though most others are.

A leading number alone can be driven up for its own sake: more calls, no better customers. The pair shows at once when the one moves
and the other does not.

## Avoid

```laud
table account { id text key  name text  health points }

metric retention { value health  kind lagging outcome }
metric calls { value health  kind leading behaviour  pairs with retention }
# info: leading-unpaired
metric talks { value health  kind leading behaviour }
```

## Prefer

```laud
table account { id text key  name text  health points }

metric retention { value health  kind lagging outcome }
metric calls { value health  kind leading behaviour  pairs with retention }
metric talks { value health  kind leading behaviour  pairs with retention }
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let leading = |item: &&Item| {
        let kinds = item.meta.iter().filter_map(|meta| match &meta.kind {
            MetaKind::Kind(names) => Some(names),
            _ => None,
        });
        kinds.flatten().any(|name| name.text == "leading")
    };
    let all: Vec<&Item> = facts.own_items().filter(leading).collect();
    let (paired, alone): (Vec<&Item>, Vec<&Item>) =
        all.iter().partition(|item| item.meta.iter().any(|meta| matches!(meta.kind, MetaKind::PairsWith(_))));
    let Some(example) = paired.first().filter(|_| paired.len() * 2 >= all.len()) else { return };
    for item in alone {
        found.push(
            Diagnostic::new(
                Code::LeadingUnpaired,
                item.name.span,
                format!("`{}` leads to nothing that is named", item.name.text),
            )
            .label("leading, without `pairs with`")
            .also(example.name.span, "this one is paired")
            .help("name the result that should follow: `pairs with …`"),
        );
    }
}
