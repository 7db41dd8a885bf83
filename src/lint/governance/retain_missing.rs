//! `retain-missing`: its page is below.

use crate::ast::{AttributeKind, ItemKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// Personal data kept for ever, where other tables say how long.
pub const LINT: Lint = Lint {
    code: Code::RetainMissing,
    options: &[],
    run,
    page: r##"# retain-missing

Rows of this table name people and are kept for ever, though other tables say for how long.

A period for keeping data is a promise to customers and often a duty. The project has made it for some tables; the one that was
forgotten is the one that is asked about.

## Avoid

```laud
table account { id text key }

events call of account at called_on {
  contact  text personal
  retain   24 months
}

# warning: retain-missing
events survey of account at answered_on {
  contact  text personal
}
```

## Prefer

```laud
table account { id text key }

events call of account at called_on {
  contact  text personal
  retain   24 months
}

events survey of account at answered_on {
  contact  text personal
  retain   24 months
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let events = || {
        facts.own_items().filter(|item| item.access.is_none()).filter_map(|item| match &item.kind {
            ItemKind::Events(events) => Some((item, events)),
            _ => None,
        })
    };
    let Some((example, retain)) = events().find_map(|(_, events)| events.retain.map(|r| (r.span, facts.text(r.span))))
    else {
        return;
    };
    for (item, table) in events().filter(|(_, events)| events.retain.is_none()) {
        let personal =
            table.fields.iter().find(|field| field.attributes.iter().any(|a| a.kind == AttributeKind::Personal));
        if let Some(field) = personal {
            found.push(
                Diagnostic::new(
                    Code::RetainMissing,
                    item.name.span,
                    format!("rows of `{}` are kept for ever", item.name.text),
                )
                .label("no `retain`")
                .also(field.name.span, "names people")
                .also(example, "another table says for how long")
                .help(format!("add `retain {retain}`, or the period that was promised")),
            );
        }
    }
}
