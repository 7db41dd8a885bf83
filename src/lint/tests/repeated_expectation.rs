//! `repeated-expectation`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{expected, rules};
use std::collections::HashMap;

/// The same expectation twice in one test.
pub const LINT: Lint = Lint {
    code: Code::RepeatedExpectation,
    options: &[],
    run,
    page: r##"# repeated-expectation

A test expects the same thing twice.

The second line tests nothing new. Usually it was copied and should name another account or another value.

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
  expect acme.advocacy = 90
  # warning: repeated-expectation
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
  expect acme.advocacy = 90
  expect acme.advocacy is gold
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (_, test) in expected::tests(facts) {
        let mut seen = HashMap::new();
        for expectation in &test.expect {
            let text = rules::squashed(facts.text(expectation.span));
            match seen.get(&text) {
                Some(first) => found.push(
                    Diagnostic::new(Code::RepeatedExpectation, expectation.span, "this is expected above already")
                        .label("the second time")
                        .also(*first, "the first time")
                        .fix("leave it out, or expect something else", facts.line_of(expectation.span), ""),
                ),
                None => {
                    seen.insert(text, expectation.span);
                }
            }
        }
    }
}
