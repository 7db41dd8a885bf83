//! `benchmark-old`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// The latest figures of a benchmark are old.
pub const LINT: Lint = Lint {
    code: Code::BenchmarkOld,
    options: &[("months", 18, "how old the latest figures may be")],
    run,
    page: r##"# benchmark-old

The latest figures of this benchmark are older than a year and a half.

The field has moved on, and being above last year's median may be below this year's. `laud.toml` may set another number of months.

## Avoid

```laud
table account { id text key  name text  health points }

portfolio metric calls = avg(health of accounts)

benchmark others of calls {
  source  "survey of the year"
  # warning: benchmark-old
  from    2023-12-31 20, 40, 60
}
```

## Prefer

```laud
table account { id text key  name text  health points }

portfolio metric calls = avg(health of accounts)

benchmark others of calls {
  source  "survey of the year"
  from    2023-12-31 20, 40, 60
  from    2025-12-31 25, 45, 65
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let most = facts.option(Code::BenchmarkOld, "months");
    for item in facts.own_items() {
        let ItemKind::Benchmark(benchmark) = &item.kind else { continue };
        let Some(latest) = benchmark.rows.iter().max_by_key(|row| row.from.date) else { continue };
        let months = facts.today.months_since(latest.from.date);
        if months > most {
            let message = format!("the latest figures of `{}` are {months} months old", item.name.text);
            found.push(
                Diagnostic::new(Code::BenchmarkOld, latest.from.span, message)
                    .label("nothing newer")
                    .help("add the figures of a later survey: `from DATE …`"),
            );
        }
    }
}
