//! `unread-rows`: its page is below.

use crate::ast::ExpectationKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::expected;
use crate::lint::{Facts, Findings, Lint};
use std::collections::{HashMap, HashSet};

/// Rows of a test that nothing expected reads.
pub const LINT: Lint = Lint {
    code: Code::UnreadRows,
    options: &[],
    run,
    page: r##"# unread-rows

A test gives rows of a table that nothing it expects reads.

They were meant to make a difference and make none: the metric that reads them is not in an expectation, or no longer reads this
table. Who changes that metric believes that it is tested.

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


test "a good one" as of 2026-03-31 {
  account acme { health 90 }
  # warning: unread-rows
  call of acme { called_on 2026-02-01  done yes }
  expect acme.advocacy = 90
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


test "a good one" as of 2026-03-31 {
  account acme { health 90 }
  call of acme { called_on 2026-02-01  done yes }
  expect acme.advocacy = 90
  expect acme.calls = 1
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let items = facts.items();
    let mut readers: HashMap<&str, HashSet<&str>> = HashMap::new();
    let quiet: Vec<&str> = silent_tables(facts);
    for (_, test) in expected::tests(facts) {
        if test.cases.is_some() || test.expect.iter().any(|e| matches!(e.kind, ExpectationKind::Finding { .. })) {
            continue;
        }
        let words: HashSet<&str> = test
            .expect
            .iter()
            .flat_map(|e| facts.text(e.span).split(|c: char| !(c.is_alphanumeric() || c == '_')))
            .collect();
        for given in &test.given.rows {
            let table = given.table.text.as_str();
            if quiet.contains(&table) {
                continue;
            }
            let read = readers.entry(table).or_insert_with(|| facts.uses.readers(&items, [table]));
            if !words.contains(table) && !words.iter().any(|word| read.contains(word)) {
                let message = format!("nothing that is expected reads rows of `{table}`");
                found.push(
                    Diagnostic::new(Code::UnreadRows, given.table.span, message)
                        .label("make no difference")
                        .help("expect a value that they change, or leave them out"),
                );
            }
        }
    }
}

/// The accounts themselves, and rates, which are read without being named.
fn silent_tables<'f>(facts: &Facts<'f>) -> Vec<&'f str> {
    let program = facts.program;
    let rates = program.rates.as_ref().map(|rates| rates.table);
    program.subject.into_iter().chain(rates).filter_map(|id| Some(program.table(id)?.header.name.as_str())).collect()
}
