//! `expected-out-of-reach`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::expected::{self, Names};
use crate::lint::{Facts, Findings, Lint};

/// An expected value that cannot be.
pub const LINT: Lint = Lint {
    code: Code::ExpectedOutOfReach,
    options: &[],
    run,
    page: r##"# expected-out-of-reach

A test expects a value that can never be.

A score of 0 to 100 is never 140, and a count is never half: the test fails for ever, and teams get used to a red line. The
range is proved from the columns and the scales.

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
  # warning: expected-out-of-reach
  expect acme.advocacy = 140
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
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let names = Names::new(facts);
    for (_, test) in expected::tests(facts) {
        for claim in names.claims(test) {
            let Some(domain) = names.domain(claim.name) else { continue };
            if !domain.numbers().and(&claim.numbers).is_empty() {
                continue;
            }
            let whole = if domain.whole { ", whole numbers" } else { "" };
            let label = expected::spoken(domain).map_or(String::new(), |range| format!("it is {range}{whole}"));
            let message = format!("`{}` can never be that", claim.name);
            found.push(
                Diagnostic::new(Code::ExpectedOutOfReach, claim.span, message)
                    .label(label)
                    .help("look at the number, and at the name"),
            );
        }
    }
}
