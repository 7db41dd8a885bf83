//! `untested-score`: its page is below.

use crate::ast::{Item, ItemKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashSet;

/// A scorecard without a test, where others have one.
pub const LINT: Lint = Lint {
    code: Code::UntestedScore,
    options: &[],
    run,
    page: r##"# untested-score

No test says what this scorecard yields, though others are tested.

A weight is changed in a minute; a test of one account with its number says at once whom it moved. Scorecards that are parts of
another are left alone.

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


# info: untested-score
scorecard support { feeling weight 100 scale 0 -> 100, 100 -> 0 }

test "a good one" as of 2026-03-31 {
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


scorecard support { feeling weight 100 scale 0 -> 100, 100 -> 0 }

test "a good one" as of 2026-03-31 {
  account acme { health 90 }
  expect acme.advocacy = 90
  expect acme.support = 10
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let is_card = |item: &&Item| matches!(item.kind, ItemKind::Scorecard(_)) && item.access.is_none();
    let mut inner: HashSet<&str> = HashSet::new();
    for item in facts.items() {
        if let ItemKind::Scorecard(card) = &item.kind {
            inner.extend(card.lines.iter().map(|line| line.name.text.as_str()));
        }
    }
    let Some(example) = facts.own_items().filter(is_card).find(|item| facts.uses.tested(&item.name.text)) else {
        return;
    };
    for item in facts.own_items().filter(is_card) {
        let name = item.name.text.as_str();
        if !inner.contains(name) && !facts.uses.tested(name) {
            found.push(
                Diagnostic::new(Code::UntestedScore, item.name.span, format!("no test says what `{name}` yields"))
                    .label("not in any test")
                    .also(example.name.span, "this one is tested")
                    .help(format!("add `expect ….{name} = …` to a test")),
            );
        }
    }
}
