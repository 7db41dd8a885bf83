//! `confusing-values`: its page is below.

use super::confusing_names::alike;
use crate::ast::{Field, ItemKind, TypeExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;
use std::collections::HashMap;

/// Two values of one list that are the same word.
pub const LINT: Lint = Lint {
    code: Code::ConfusingValues,
    options: &[],
    run,
    page: r##"# confusing-values

Two values of one list are the same word, written in two ways.

`case_study` and `case_studies` come from two systems that spell it differently. Rows of both kinds arrive, and every metric that
counts one of them misses the other. Keep one value, and map the other spelling onto it in laud.toml.

## Avoid

```laud
table account { id text key }

events activity of account at occurred_at {
  # warning: confusing-values
  type  one of case_study, review, case_studies
}
```

## Prefer

```laud
table account { id text key }

events activity of account at occurred_at {
  type  one of case_study, review
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let fields: &[Field] = match &item.kind {
            ItemKind::Table(table) => &table.fields,
            ItemKind::Events(events) => &events.fields,
            _ => continue,
        };
        for field in fields {
            let TypeExprKind::OneOf(values) = &field.ty.kind else { continue };
            let mut seen: HashMap<String, (&str, Span)> = HashMap::new();
            for value in values {
                let key = alike(&value.text);
                match seen.get(&key) {
                    Some((first, place)) => found.push(
                        Diagnostic::new(
                            Code::ConfusingValues,
                            value.span,
                            format!("`{}` is `{first}`, written otherwise", value.text),
                        )
                        .label("the same word")
                        .also(*place, format!("`{first}`"))
                        .help(format!("keep `{first}`, and map the other spelling onto it in laud.toml")),
                    ),
                    None => {
                        seen.insert(key, (&value.text, value.span));
                    }
                }
            }
        }
    }
}
