//! `deprecated-in-use`: its page is below.

use crate::ast::{ExprKind, Item, ItemKind, MetaKind};
use crate::calendar::Date;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::each_of;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;
use std::collections::HashMap;

/// Something deprecated that others still read.
pub const LINT: Lint = Lint {
    code: Code::DeprecatedInUse,
    options: &[],
    run,
    page: r##"# deprecated-in-use

A declaration that is deprecated is still read here.

It was taken out of use for a reason, and it will be deleted: whoever still reads it breaks on that day, or goes on with the old
number until then. Where the replacement is of the same unit, the fix puts it in.

## Avoid

```laud
table account { id text key  name text  health points }

metric calls {
  value       health
  deprecated  since 2026-01-01 replaced by talks
}

metric talks = health

rule thank {
  # warning: deprecated-in-use
  when  calls >= 80
  do    task "Thank {name}"
}
```

## Prefer

```laud
table account { id text key  name text  health points }

metric calls {
  value       health
  deprecated  since 2026-01-01 replaced by talks
}

metric talks = health

rule thank {
  when  talks >= 80
  do    task "Thank {name}"
}
```
"##,
};

struct Old<'f> {
    item: &'f Item,
    since: Date,
    instead: Option<&'f str>,
}

fn run(facts: &Facts, found: &mut Findings) {
    let mut old: HashMap<&str, Old> = HashMap::new();
    for item in facts.items() {
        for meta in &item.meta {
            if let MetaKind::Deprecated { since, replaced_by } = &meta.kind
                && since.date <= facts.today
            {
                let instead = replaced_by.as_ref().map(|name| name.text.as_str());
                old.insert(&item.name.text, Old { item, since: since.date, instead });
            }
        }
    }
    if old.is_empty() {
        return;
    }
    for item in facts.own_items().filter(|item| !old.contains_key(item.name.text.as_str())) {
        let mut tell = |name: &str, place: Span, can_swap: bool| {
            let Some(gone) = old.get(name).filter(|gone| gone.instead != Some(item.name.text.as_str())) else { return };
            let finding =
                Diagnostic::new(Code::DeprecatedInUse, place, format!("`{name}` is deprecated since {}", gone.since))
                    .label(format!("still read by `{}`", item.name.text))
                    .also(gone.item.name.span, "deprecated here");
            found.push(match gone.instead {
                Some(new) if can_swap && same_type(facts, name, new) => {
                    finding.fix(format!("read `{new}` instead"), place, new)
                }
                Some(new) => finding.help(format!("read `{new}` instead")),
                None => finding.help("read something else, or say why it is still needed"),
            });
        };
        if let ItemKind::Scorecard(card) = &item.kind {
            let own = card.overrides.iter().flat_map(|own| &own.lines);
            card.lines.iter().chain(own).for_each(|line| tell(&line.name.text, line.name.span, false));
        }
        let mut banded: Vec<Span> = Vec::new();
        each_of(item, &mut |expr| match &expr.kind {
            // Another metric has other bands.
            ExprKind::Is { value, .. } => banded.push(value.span),
            ExprKind::Name(name) => tell(name, expr.span, !banded.contains(&expr.span)),
            _ => {}
        });
    }
}

fn same_type(facts: &Facts, old: &str, new: &str) -> bool {
    let ty = |name: &str| facts.program.metrics.iter().find(|m| m.header.name == name).map(|m| m.value.ty);
    let segment = |name: &str| facts.program.segments.iter().any(|s| s.header.name == name);
    (segment(old) && segment(new)) || ty(old).is_some_and(|old| ty(new) == Some(old))
}
