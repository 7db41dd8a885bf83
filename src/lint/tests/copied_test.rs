//! `copied-test`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{expected, rules};
use std::collections::HashMap;

/// Two tests with other titles and the same content.
pub const LINT: Lint = Lint {
    code: Code::CopiedTest,
    options: &[],
    run,
    page: r##"# copied-test

Two tests say the same under different titles.

The second was copied to test something else and was not changed. Its title is believed, and what it names is not tested.

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
}

# warning: copied-test
test "a poor one" as of 2026-03-31 {
  account acme { health 90 }
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
}

test "a poor one" as of 2026-03-31 {
  account acme { health 20 }
  expect acme.advocacy = 20
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut seen = HashMap::new();
    for (item, test) in expected::tests(facts) {
        let text = facts.text(item.span);
        let body = text.find('{').and_then(|at| text.get(at..)).unwrap_or(text);
        let key = (test.as_of.date, rules::squashed(body));
        match seen.get(&key) {
            Some(first) => found.push(
                Diagnostic::new(Code::CopiedTest, item.name.span, "another test says the same")
                    .label("nothing differs but the title")
                    .also(*first, "the other")
                    .help("change what the title says, or leave it out"),
            ),
            None => {
                seen.insert(key, item.name.span);
            }
        }
    }
}
