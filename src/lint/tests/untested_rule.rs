//! `untested-rule`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A rule without a test, where nearly all others have one.
pub const LINT: Lint = Lint {
    code: Code::UntestedRule,
    options: &[],
    run,
    page: r##"# untested-rule

No test says for whom this rule fires, though nearly all other rules have one.

The untested rule is the one that fires for four hundred accounts after the next change of weights. Below three tested rules, or
where fewer than three quarters are tested, nothing is said.

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


rule a { when health < 10  do task "Call" }
rule b { when health < 20  do task "Write" }
rule c { when health < 30  do task "Visit" }
# info: untested-rule
rule d { when health > 90  do task "Thank" }

test "poor" as of 2026-03-31 {
  account acme { health 5 }
  expect a fires for acme
  expect b fires for acme
  expect c fires for acme
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


rule a { when health < 10  do task "Call" }
rule b { when health < 20  do task "Write" }
rule c { when health < 30  do task "Visit" }
rule d { when health > 90  do task "Thank" }

test "poor" as of 2026-03-31 {
  account acme { health 5 }
  expect a fires for acme
  expect b fires for acme
  expect c fires for acme
  expect d does not fire for acme
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let rules: Vec<_> = facts
        .own_items()
        .filter(|item| matches!(item.kind, ItemKind::Rule(_) | ItemKind::RowRule(_)) && item.access.is_none())
        .collect();
    let tested = rules.iter().filter(|item| facts.uses.tested(&item.name.text)).count();
    if tested < 3 || tested * 4 < rules.len() * 3 {
        return;
    }
    for item in rules.iter().filter(|item| !facts.uses.tested(&item.name.text)) {
        found.push(
            Diagnostic::new(
                Code::UntestedRule,
                item.name.span,
                format!("no test says for whom `{}` fires", item.name.text),
            )
            .label(format!("{tested} of {} rules are tested", rules.len()))
            .help(format!("add `expect {} fires for …` to a test", item.name.text)),
        );
    }
}
