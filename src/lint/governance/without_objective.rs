//! `without-objective`: its page is below.

use crate::ast::{Item, ItemKind, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::{HashMap, HashSet};

/// A scorecard that serves no objective, where others do.
pub const LINT: Lint = Lint {
    code: Code::WithoutObjective,
    options: &[],
    run,
    page: r##"# without-objective

A scorecard supports no objective, nor does anything that it weighs, though the project says what others are for.

A score without a purpose is kept because it is there. Say what it is for, or ask whether anybody would miss it.

## Avoid

```laud
table account { id text key  name text  health points }

objective pool { owner marketing }

scorecard advocacy {
  calls     weight 100
  supports  pool
}

metric calls = health

# info: without-objective
scorecard adoption { use weight 100 }

metric use = health
```

## Prefer

```laud
table account { id text key  name text  health points }

objective pool { owner marketing }
objective growth { owner cs_ops }

scorecard advocacy {
  calls     weight 100
  supports  pool
}

metric calls = health

scorecard adoption {
  use       weight 100
  supports  growth
}

metric use = health
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if facts.program.objectives.is_empty() {
        return;
    }
    let items: HashMap<&str, &Item> = facts.items().into_iter().map(|item| (item.name.text.as_str(), item)).collect();
    let supports = |item: &Item| item.meta.iter().any(|meta| matches!(meta.kind, MetaKind::Supports(_)));
    let is_card = |item: &&Item| matches!(item.kind, ItemKind::Scorecard(_));
    let Some(example) = facts.own_items().filter(is_card).find(|item| supports(item)) else { return };
    let inner: HashSet<&str> = items.values().copied().flat_map(lines).collect();
    for card in facts.own_items().filter(is_card) {
        if card.access.is_some() || inner.contains(card.name.text.as_str()) {
            continue;
        }
        let mut seen = HashSet::new();
        let mut open = vec![card.name.text.as_str()];
        let mut served = false;
        while let Some(name) = open.pop() {
            if let Some(item) = items.get(name).filter(|_| seen.insert(name)) {
                served |= supports(item);
                open.extend(lines(item));
            }
        }
        if !served {
            found.push(
                Diagnostic::new(
                    Code::WithoutObjective,
                    card.name.span,
                    format!("`{}` serves no objective", card.name.text),
                )
                .label("neither it nor anything in it says `supports`")
                .also(example.name.span, "this one does")
                .help("name the objective: `supports …`"),
            );
        }
    }
}

/// What a scorecard weighs.
fn lines(item: &Item) -> Vec<&str> {
    match &item.kind {
        ItemKind::Scorecard(card) => card.lines.iter().map(|line| line.name.text.as_str()).collect(),
        _ => Vec::new(),
    }
}
