//! `row-after-as-of`: its page is below.

use crate::calendar::Date;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::expected;
use crate::lint::{Facts, Findings, Lint};

/// A row of a test from after the date of the test.
pub const LINT: Lint = Lint {
    code: Code::RowAfterAsOf,
    options: &[],
    run,
    page: r##"# row-after-as-of

A row of a test happened after the date of the test, so it is never seen.

Usually the year is wrong, or the date of the test was moved and the rows were not: the test then shows what an account without
these rows has. Tests whose title says that they are about what comes later are left alone.

## Avoid

```laud
table account { id text key  name text  health points }
events call of account at called_on { done boolean }

metric calls = count(call where done in last 90 days)
metric feeling = health

scorecard advocacy {
  feeling  weight 100  scale 0 -> 0, 100 -> 100
  grades { gold >= 85  none otherwise }
}


test "one call" as of 2026-03-31 {
  account acme { health 90 }
  call of acme {
    called_on  | done
    2026-02-01 | yes
    # warning: row-after-as-of
    2027-02-10 | yes
  }
  expect acme.calls = 1
}
```

## Prefer

```laud
table account { id text key  name text  health points }
events call of account at called_on { done boolean }

metric calls = count(call where done in last 90 days)
metric feeling = health

scorecard advocacy {
  feeling  weight 100  scale 0 -> 0, 100 -> 100
  grades { gold >= 85  none otherwise }
}


test "one call" as of 2026-03-31 {
  account acme { health 90 }
  call of acme {
    called_on  | done
    2026-02-01 | yes
    2026-02-10 | yes
  }
  expect acme.calls = 2
}
```
"##,
};

/// Words of titles that mean it.
const MEANT: [&str; 10] =
    ["future", "later", "after", "ahead", "leak", "yet", "tomorrow", "unseen", "ignored", "not seen"];

fn run(facts: &Facts, found: &mut Findings) {
    for (item, test) in expected::tests(facts) {
        let title = item.name.text.to_lowercase();
        if MEANT.iter().any(|word| title.contains(word)) {
            continue;
        }
        for given in &test.given.rows {
            let Some(table) = facts.program.tables.iter().find(|table| table.header.name == given.table.text) else {
                continue;
            };
            let Some(at) = table.kind.at().and_then(|at| table.fields.get(at.index())) else { continue };
            let Some(column) = given.columns.iter().position(|name| name.text == at.name) else { continue };
            for cell in given.rows.iter().filter_map(|row| row.get(column)) {
                let Some(date) = cell.text.get(..10).and_then(Date::parse) else { continue };
                if date > test.as_of.date {
                    let message = format!("the test looks back from {}, and this row is of {date}", test.as_of.date);
                    found.push(
                        Diagnostic::new(Code::RowAfterAsOf, cell.span, message)
                            .label("never seen")
                            .also(test.as_of.span, "the date of the test")
                            .help("look at the year, or move the date of the test"),
                    );
                }
            }
        }
    }
}
