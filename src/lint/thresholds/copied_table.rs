//! `copied-table`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::BandTable;

/// Thresholds of a segment that repeat the general ones.
pub const LINT: Lint = Lint {
    code: Code::CopiedTable,
    options: &[],
    run,
    page: r##"# copied-table

The thresholds of a segment are those that hold anyway.

A table `for` a segment says that its accounts are judged otherwise. If it repeats the general one, either it was copied and not
changed, or it is not needed; and the next change to the general table will silently leave the segment behind.

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
  # warning: copied-table
  thresholds for large {
    high  >= 70     -> 100
    low   otherwise -> 0
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
    let metrics = facts.program.metrics.iter().map(|metric| &metric.thresholds);
    let cards = facts.program.scorecards.iter().map(|card| &card.grades);
    for tables in metrics.chain(cards) {
        let Some(general) = tables.iter().find(|table| table.segment.is_none()) else { continue };
        for table in tables.iter().filter(|table| table.segment.is_some()) {
            let plain = |table: &BandTable| -> Vec<_> {
                table.bands.iter().map(|band| (band.name.clone(), band.test.clone(), band.points)).collect()
            };
            if plain(table) == plain(general) {
                found.push(
                    Diagnostic::new(Code::CopiedTable, table.span, "this table repeats the general one")
                        .label("nothing differs for the segment")
                        .also(general.span, "the general one")
                        .help("change what should differ, or leave the table out"),
                );
            }
        }
    }
}
