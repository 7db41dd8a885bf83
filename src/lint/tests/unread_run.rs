//! `unread-run`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::expected;
use crate::lint::{Facts, Findings, Lint};
use crate::program::ExpectationKind;

/// Runs of a test of which nothing is expected.
pub const LINT: Lint = Lint {
    code: Code::UnreadRun,
    options: &[],
    run,
    page: r##"# unread-run

A test says on which days the rules are run, and expects nothing of these runs.

Usually the expectation is written in the present: `fires` is about the date of the test alone, as on a first run that may fire,
and `fired` about the runs. The test then passes whatever the cooldown is.

## Avoid

```laud
table account { id text key  name text  health points }

rule rescue { while health < 50  do task "Call"  cooldown 30 days }

test "every 30 days" as of 2026-03-31 {
  account acme { health 40 }
  # warning: unread-run
  run weekly from 2026-01-05 fire on first run
  expect rescue fires for acme
}
```

## Prefer

```laud
table account { id text key  name text  health points }

rule rescue { while health < 50  do task "Call"  cooldown 30 days }

test "every 30 days" as of 2026-03-31 {
  account acme { health 40 }
  run weekly from 2026-01-05 fire on first run
  expect rescue fired for acme on 2026-01-05, 2026-02-09, 2026-03-16
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (item, test) in expected::tests(facts) {
        let Some(run) = &test.run else { continue };
        let Some(checked) = facts.program.tests.iter().find(|t| t.header.name == item.name.text) else { continue };
        let in_cases = checked.cases.iter().flat_map(|case| &case.expect);
        if checked.expect.iter().chain(in_cases).any(|e| matches!(e.kind, ExpectationKind::Ran { .. })) {
            continue;
        }
        found.push(
            Diagnostic::new(Code::UnreadRun, run.span, "nothing is expected of these runs")
                .label("make no difference")
                .help("expect something of them, like `fired on 2026-01-12`, or leave them out"),
        );
    }
}
