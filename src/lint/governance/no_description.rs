//! `no-description`: its page is below.

use crate::ast::{Item, ItemKind, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashMap;

/// No description, where nearly all others have one.
pub const LINT: Lint = Lint {
    code: Code::NoDescription,
    options: &[],
    run,
    page: r##"# no-description

A scorecard, a rule or a metric that counts has neither a title nor a description, though nearly all others have.

A team that explains its scores is asked about the one that it did not explain. Below four of a kind, or where fewer than three
quarters are described, nothing is said.

## Avoid

```laud
table account { id text key  name text  health points }

# Answers the phone.
metric calls = health
# Comes to our events.
metric talks = health
# Writes about us.
metric stories = health
metric promo = health

scorecard advocacy {
  calls    weight 40
  talks    weight 20
  stories  weight 20
  # info: no-description
  promo    weight 20
}
```

## Prefer

```laud
table account { id text key  name text  health points }

# Answers the phone.
metric calls = health
# Comes to our events.
metric talks = health
# Writes about us.
metric stories = health
metric promo "Net promoter score" = health

scorecard advocacy {
  calls    weight 40
  talks    weight 20
  stories  weight 20
  promo    weight 20
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut weighed = HashMap::new();
    for item in facts.own_items() {
        if let ItemKind::Scorecard(card) = &item.kind {
            for line in card.lines.iter().filter(|line| line.informational.is_none()) {
                weighed.entry(line.name.text.as_str()).or_insert(line.name.span);
            }
        }
    }
    let own = || facts.own_items().filter(|item| item.access.is_none());
    let kinds: [Vec<&Item>; 3] = [
        own().filter(|i| matches!(i.kind, ItemKind::Metric(_)) && weighed.contains_key(i.name.text.as_str())).collect(),
        own().filter(|i| matches!(i.kind, ItemKind::Scorecard(_))).collect(),
        own().filter(|i| i.kind.rule().is_some()).collect(),
    ];
    for kind in kinds {
        let (told, silent): (Vec<&Item>, Vec<&Item>) = kind.iter().partition(|item| described(item));
        if kind.len() < 4 || told.len() * 4 < kind.len() * 3 {
            continue;
        }
        for item in silent {
            // Metrics are told where they count: that is where somebody asks what they are.
            let place = weighed.get(item.name.text.as_str()).filter(|_| matches!(item.kind, ItemKind::Metric(_)));
            let word = item.kind.word();
            let message = format!("nothing says what {word} `{}` is", item.name.text);
            found.push(
                Diagnostic::new(Code::NoDescription, place.copied().unwrap_or(item.name.span), message)
                    .label(format!("{} of {} others have a title or a description", told.len(), kind.len() - 1))
                    .help("write a comment above it, or a title behind its name"),
            );
        }
    }
}

fn described(item: &Item) -> bool {
    item.doc.is_some() || item.label.is_some() || item.meta.iter().any(|meta| matches!(meta.kind, MetaKind::Note(_)))
}
