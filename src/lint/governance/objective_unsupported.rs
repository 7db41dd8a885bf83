//! `objective-unsupported`: its page is below.

use crate::ast::{ItemKind, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashSet;

/// An objective that nothing supports.
pub const LINT: Lint = Lint {
    code: Code::ObjectiveUnsupported,
    options: &[],
    run,
    page: r##"# objective-unsupported

Nothing supports this objective, though other objectives are supported.

It is in the plan and nothing in the project works towards it: no metric watches it, no rule acts on it.

## Avoid

```laud
table account { id text key  name text  health points }

objective pool { owner marketing }
# warning: objective-unsupported
objective growth { owner cs_ops }

scorecard advocacy {
  calls     weight 100
  supports  pool
}

metric calls = health
```

## Prefer

```laud
table account { id text key  name text  health points }

objective pool { owner marketing }
objective growth { owner cs_ops }

scorecard advocacy {
  calls     weight 100
  supports  pool, growth
}

metric calls = health
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let meta = facts.items().into_iter().flat_map(|item| &item.meta);
    let named = meta.filter_map(|meta| match &meta.kind {
        MetaKind::Supports(names) => Some(names),
        _ => None,
    });
    let supported: HashSet<&str> = named.flatten().map(|name| name.text.as_str()).collect();
    if supported.is_empty() {
        return;
    }
    for item in facts.own_items().filter(|item| matches!(item.kind, ItemKind::Objective(_))) {
        if !supported.contains(item.name.text.as_str()) {
            found.push(
                Diagnostic::new(
                    Code::ObjectiveUnsupported,
                    item.name.span,
                    format!("nothing supports `{}`", item.name.text),
                )
                .label("no metric, scorecard or rule names it")
                .help(format!("add `supports {}` to what works towards it", item.name.text)),
            );
        }
    }
}
