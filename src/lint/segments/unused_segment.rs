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
rule, was forgotten or got lost. Partitions are left alone, because reports group by them, and so are projects in which no segment is
used.

## Avoid

```laud
table account { id text key  calls integer 0 or more  industry one of saas, fintech, health }

# warning: unused-segment
segment regulated = industry in (fintech, health)

segment public = industry = saas

metric references {
  value             calls
  scale             0 -> 0, 4 -> 100
  scale for public  0 -> 0, 6 -> 100
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
    if facts.is_for_others() {
        return;
    }
    let of_own = facts.own_items().filter(|item| matches!(item.kind, ItemKind::Segment(_)) && item.access.is_none());
    let (used, unused): (Vec<_>, Vec<_>) = of_own.partition(|item| facts.uses.any(&item.name.text));
    // Where no segment is used, they are there for reports.
    let Some(example) = used.first() else { return };
    for item in unused {
        let name = &item.name.text;
        found.push(
            Diagnostic::new(Code::UnusedSegment, item.name.span, format!("nothing asks for `{name}`"))
                .label("declared, and never used")
                .also(example.name.span, "this one is used")
                .help("use it, or leave it out"),
        );
    }
}
