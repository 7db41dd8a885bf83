//! `unused-benchmark`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A benchmark that nothing is compared with.
pub const LINT: Lint = Lint {
    code: Code::UnusedBenchmark,
    options: &[],
    run,
    page: r##"# unused-benchmark

A benchmark that nothing is compared with.

Figures of others only help if somebody looks at the distance: `gap(…)` and `position(…)` do. Until then they grow old
unseen.

## Avoid

```laud
table account { id text key  nps_score nps }

metric promoters = nps_score

# warning: unused-benchmark
benchmark elsewhere of promoters {
  source  "industry survey"
  from    2025-12-31 10, 30, 50
}
```

## Prefer

```laud
table account { id text key  nps_score nps }

metric promoters = nps_score

benchmark elsewhere of promoters {
  source  "industry survey"
  from    2025-12-31 10, 30, 50
}

metric ahead_of_others = gap(elsewhere)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if facts.is_for_others() {
        return;
    }
    for item in facts.own_items().filter(|item| item.access.is_none()) {
        if matches!(item.kind, ItemKind::Benchmark(_)) && !facts.uses.any(&item.name.text) {
            let name = &item.name.text;
            found.push(
                Diagnostic::new(Code::UnusedBenchmark, item.name.span, format!("nothing is compared with `{name}`"))
                    .label("declared, and never used")
                    .help(format!("compare with it: `gap({name})` or `position({name})`")),
            );
        }
    }
}
