//! `unused-metric`: its page is below.

use crate::ast::{Item, ItemKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A bare metric that nothing reads, where the others are read.
pub const LINT: Lint = Lint {
    code: Code::UnusedMetric,
    options: &[],
    run,
    page: r##"# unused-metric

Nothing reads a metric, and it does not say what it is for.

It is computed and shown for every account, and somebody will quote it; whether it still means what its name says nobody checks.
Use it, say what it is for (a comment above it, an owner or what it supports is enough), or take it out. It is told where three of four other metrics
are read by a scorecard, a rule or another metric.

## Avoid

```laud
table account { id text key  a number 0 to 100  b number 0 to 100  c number 0 to 100  d number 0 to 100 }

metric adoption { value a  scale 0 -> 0, 100 -> 100 }
metric support { value b   scale 0 -> 0, 100 -> 100 }
metric voice { value c     scale 0 -> 0, 100 -> 100 }

metric forgotten =
  # warning: unused-metric
  d

scorecard health {
  adoption  weight 50
  support   weight 30
  voice     weight 20
}
```

## Prefer

```laud
table account { id text key  a number 0 to 100  b number 0 to 100  c number 0 to 100  d number 0 to 100 }

metric adoption { value a  scale 0 -> 0, 100 -> 100 }
metric support { value b   scale 0 -> 0, 100 -> 100 }
metric voice { value c     scale 0 -> 0, 100 -> 100 }

# For the yearly report.
metric yearly = d

scorecard health {
  adoption  weight 50
  support   weight 30
  voice     weight 20
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if facts.is_for_others() || facts.program.scorecards.is_empty() {
        return;
    }
    let read = |item: &&&Item| facts.uses.any(&item.name.text) || facts.uses.tested(&item.name.text);
    let own: Vec<&Item> = facts.own_items().filter(|item| matches!(item.kind, ItemKind::Metric(_))).collect();
    let (used, unused): (Vec<&Item>, Vec<&Item>) = own.iter().partition(read);
    if used.len() < 3 || used.len() * 4 < own.len() * 3 {
        return;
    }
    let bare =
        |item: &&&Item| item.doc.is_none() && item.label.is_none() && item.meta.is_empty() && item.access.is_none();
    for item in unused.iter().filter(bare) {
        let value = match &item.kind {
            ItemKind::Metric(metric) => metric.value.as_ref().map_or(item.name.span, |value| value.span),
            _ => item.name.span,
        };
        found.push(
            Diagnostic::new(Code::UnusedMetric, value, format!("nothing reads `{}`", item.name.text))
                .label("computed for every account")
                .also(item.name.span, "in no scorecard, rule or other metric, and it does not say what it is for")
                .help("use it, write above it what it is for, or leave it out"),
        );
    }
}
