//! `expectation-cannot-fail`: its page is below.

use crate::ast::{CompareOp, ExpectationKind, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::expected::{self, Names};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// An expectation that holds for every value.
pub const LINT: Lint = Lint {
    code: Code::ExpectationCannotFail,
    options: &[],
    run,
    page: r##"# expectation-cannot-fail

An expectation holds whatever the value is, so it tests nothing.

A count is never below zero, and a score of 0 to 100 is never above 100: the line stays green when the weights change. If what
matters is that there is a value at all, `is not missing` says so.

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
  # warning: expectation-cannot-fail
  expect acme.advocacy >= 0
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
            let (Some(range), true) = (expected::spoken(domain), domain.numbers().without(&claim.numbers).is_empty())
            else {
                continue;
            };
            let message = format!("`{}` holds for every value", facts.text(claim.span));
            let finding = Diagnostic::new(Code::ExpectationCannotFail, claim.span, message)
                .label(format!("`{}` is {range}", claim.name))
                .help("expect a value, or write `is not missing` if that is meant");
            found.push(match claim.whole {
                true => {
                    let value = facts.text(claim.value);
                    finding.fix(
                        format!("write `{value} is not missing`"),
                        claim.span,
                        format!("{value} is not missing"),
                    )
                }
                false => finding,
            });
        }
        for expectation in &test.expect {
            let ExpectationKind::Holds { condition, .. } = &expectation.kind else { continue };
            let ExprKind::Compare(CompareOp::Equal | CompareOp::LessEqual | CompareOp::GreaterEqual, left, right) =
                &condition.kind
            else {
                continue;
            };
            let text = |span| rules::squashed(facts.text(span));
            if text(left.span) == text(right.span) {
                found.push(
                    Diagnostic::new(Code::ExpectationCannotFail, condition.span, "both sides are the same")
                        .label("holds whatever the value is")
                        .help("write the number that you expect"),
                );
            }
        }
    }
}
