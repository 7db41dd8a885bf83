//! `unused-segment`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A segment that nothing asks for.
pub const LINT: Lint = Lint {
    code: Code::UnusedSegment,
    options: &[],
    run,
    page: r##"# unused-segment

A segment that no metric, scorecard or rule asks for.

Somebody decided who is special and how, and then nothing is done about it: usually the clause `for` it, or the exception in a
rule, was forgotten or got lost. Partitions are left alone: reports group by them.

## Avoid

```laud
table account { id text key  calls integer 0 or more  industry one of saas, fintech, health }

# warning: unused-segment
segment regulated = industry in (fintech, health)

metric references {
  value  calls
  scale  0 -> 0, 4 -> 100
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more  industry one of saas, fintech, health }

segment regulated = industry in (fintech, health)

metric references {
  value                calls
  scale                0 -> 0, 4 -> 100
  scale for regulated  0 -> 0, 2 -> 100
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    // Before anything uses segments there is nothing to forget.
    let acts = |kind: &ItemKind| {
        matches!(
            kind,
            ItemKind::Metric(_)
                | ItemKind::Scorecard(_)
                | ItemKind::Rule(_)
                | ItemKind::Portfolio(_)
                | ItemKind::PortfolioRule(_)
        )
    };
    if facts.is_for_others() || !facts.items().iter().any(|item| acts(&item.kind)) {
        return;
    }
    for item in facts.own_items().filter(|item| item.access.is_none()) {
        if matches!(item.kind, ItemKind::Segment(_)) && !facts.uses.any(&item.name.text) {
            let name = &item.name.text;
            found.push(
                Diagnostic::new(Code::UnusedSegment, item.name.span, format!("nothing asks for `{name}`"))
                    .label("declared, and never used")
                    .help("use it, or leave it out"),
            );
        }
    }
}
