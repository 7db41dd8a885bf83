//! `contradictory-expectations`: its page is below.

use crate::ast::{ExpectationKind, RuleOutcome};
use crate::check::interval::Numbers;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::expected::{self, Names};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;
use std::collections::HashMap;

/// Two expectations of one test that cannot both hold.
pub const LINT: Lint = Lint {
    code: Code::ContradictoryExpectations,
    options: &[],
    run,
    page: r##"# contradictory-expectations

Two expectations of one test cannot both hold.

A score of 70 that is gold, where gold begins at 85: one of the two is wrong, and whichever is mended first decides what the score
means. Numbers, bands, grades and whether a rule fires are compared for each account.

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
  account acme { health 70 }
  expect acme.advocacy = 70
  # warning: contradictory-expectations
  expect acme.advocacy is gold
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
    let names = Names::new(facts);
    for (_, test) in expected::tests(facts) {
        let mut told = |place: Span, first: Span, message: String| {
            found.push(
                Diagnostic::new(Code::ContradictoryExpectations, place, message)
                    .label("not if the other holds")
                    .also(first, "expected too")
                    .help("mend one of the two"),
            );
        };
        let mut so_far: HashMap<(&str, &str), (Numbers, Span)> = HashMap::new();
        for claim in names.claims(test) {
            let key = (claim.subject, claim.name);
            let Some((left, first)) = so_far.get_mut(&key) else {
                so_far.insert(key, (claim.numbers, claim.span));
                continue;
            };
            let both = left.and(&claim.numbers);
            if both.is_empty() {
                told(claim.span, *first, format!("no value of `{}` is both", claim.name));
            } else {
                *left = both;
            }
        }
        let mut fired: HashMap<(&str, &str), (RuleOutcome, Span)> = HashMap::new();
        for expectation in &test.expect {
            let ExpectationKind::Rule { rule, outcome, subject, .. } = &expectation.kind else { continue };
            let who = subject.as_ref().map_or("", |name| name.text.as_str());
            let (before, first) = *fired.entry((&rule.text, who)).or_insert((*outcome, expectation.span));
            // What a guard holds back does not fire either.
            let agree = matches!(
                (before, *outcome),
                (RuleOutcome::Suppressed, RuleOutcome::DoesNotFire)
                    | (RuleOutcome::DoesNotFire, RuleOutcome::Suppressed)
            );
            if before != *outcome && !agree {
                let message = format!("`{}` cannot come out in two ways", rule.text);
                told(expectation.span, first, message);
            }
        }
    }
}
