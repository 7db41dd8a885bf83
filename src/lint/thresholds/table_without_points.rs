//! `table-without-points`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::BandTable;

/// A table of a segment gives no points although the general one does.
pub const LINT: Lint = Lint {
    code: Code::TableWithoutPoints,
    options: &[],
    run,
    page: r##"# table-without-points

The thresholds of a segment give no points, and the general ones do.

Accounts of the segment then have a band and no points: their line counts as missing in every scorecard, and its weight is
shared out among the others. Nobody sees it in the total.

## Avoid

```laud
table account { id text key  arr money USD 0 or more  usage number 0 to 100 }

segment large = arr >= 100k

metric use {
  value  usage
  thresholds {
    high  >= 70     -> 100
    low   otherwise -> 0
  }
  # warning: table-without-points
  thresholds for large {
    high  >= 80
    low   otherwise
  }
}
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more  usage number 0 to 100 }

segment large = arr >= 100k

metric use {
  value  usage
  thresholds {
    high  >= 70     -> 100
    low   otherwise -> 0
  }
  thresholds for large {
    high  >= 80     -> 100
    low   otherwise -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for metric in &facts.program.metrics {
        let pointed = |table: &BandTable| table.bands.iter().any(|band| band.points.is_some());
        let Some(example) = metric.thresholds.iter().find(|table| pointed(table)) else { continue };
        for table in metric.thresholds.iter().filter(|table| !pointed(table)) {
            let message = format!("these rows of `{}` give no points", metric.header.name);
            found.push(
                Diagnostic::new(Code::TableWithoutPoints, table.span, message)
                    .label("missing in every scorecard")
                    .also(example.span, "this table has points")
                    .help("write points behind every row: `-> 100`"),
            );
        }
    }
}
