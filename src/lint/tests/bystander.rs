//! `bystander`: its page is below.

use crate::ast::ExpectationKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{each, expected};
use crate::program::ExprKind;

/// An account of a test of which nothing is expected.
pub const LINT: Lint = Lint {
    code: Code::Bystander,
    options: &[],
    run,
    page: r##"# bystander

A test gives an account and expects nothing of it.

Usually an expectation names the wrong account, or was forgotten. Projects in which accounts are compared with each other, or added
up, are left alone: there an account counts by being there.

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


test "two of them" as of 2026-03-31 {
  account acme { health 90 }
  # warning: bystander
  account corner { health 20 }
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


test "two of them" as of 2026-03-31 {
  account acme { health 90 }
  account corner { health 20 }
  expect acme.advocacy = 90
  expect corner.advocacy = 20
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if compared(facts) {
        return;
    }
    let Some(subject) = facts.program.subject_table().map(|table| table.header.name.as_str()) else { return };
    for (_, test) in expected::tests(facts) {
        let error = test.expect.iter().any(|e| matches!(e.kind, ExpectationKind::Finding { .. }));
        let named = |key: &str| test.expect.iter().any(|e| facts.text(e.span).contains(key));
        let given: Vec<_> = test.given.rows.iter().filter(|given| given.table.text == subject && !given.of).collect();
        // A single account need not be named, and cases name their own.
        if error || test.cases.is_some() || (given.len() < 2 && test.with.is_empty()) || named(&format!("{subject}.")) {
            continue;
        }
        for key in given.iter().filter_map(|given| given.key.as_ref()).filter(|key| !named(&key.text)) {
            found.push(
                Diagnostic::new(Code::Bystander, key.span, format!("nothing is expected of `{}`", key.text))
                    .label("in no expectation")
                    .help("expect something of it, or leave it out"),
            );
        }
    }
}

/// True if what one account has can depend on another.
fn compared(facts: &Facts) -> bool {
    let program = facts.program;
    let related = program.subject_table().is_some_and(|table| table.fields.iter().any(|f| f.merged || f.parent));
    let mut across = related || !program.portfolio.is_empty() || !program.attributions.is_empty();
    let conditions = facts.conditions();
    for root in facts.values().into_iter().map(|(value, _)| value).chain(conditions.iter().map(|c| c.expr)) {
        each(root, &mut |expr| across |= matches!(expr.kind, ExprKind::Across(_) | ExprKind::Ranked(_)));
    }
    across
}
