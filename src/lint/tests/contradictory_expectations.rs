//! `contradictory-expectations`: its page is below.

use crate::ast::{ExpectationKind, Ran, RanWhen, RuleOutcome};
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
        let mut ran: HashMap<(&str, &str), Vec<(&Ran, Span)>> = HashMap::new();
        for expectation in &test.expect {
            let ExpectationKind::Ran(one) = &expectation.kind else { continue };
            let who = one.subject.as_ref().map_or("", |name| name.text.as_str());
            let before = ran.entry((&one.rule.text, who)).or_default();
            if let Some((_, first)) = before.iter().find(|(other, _)| apart(one, other) || apart(other, one)) {
                told(expectation.span, *first, format!("`{}` cannot have come out in both ways", one.rule.text));
            }
            before.push((one, expectation.span));
        }
    }
}

/// Two things that cannot both have become of a rule: on other days, or never and some time.
fn apart(one: &Ran, other: &Ran) -> bool {
    let dates = |ran: &Ran| match &ran.when {
        RanWhen::On(dates) => {
            let mut dates: Vec<_> = dates.iter().map(|date| date.date).collect();
            dates.sort_unstable();
            dates.dedup();
            Some(dates)
        }
        _ => None,
    };
    if one.what != other.what {
        return false;
    }
    match (one.negated, other.negated, &one.when, &other.when) {
        (false, false, RanWhen::On(_), RanWhen::On(_)) => one.what.happens() && dates(one) != dates(other),
        (false, false, RanWhen::Times(a), RanWhen::Times(b)) => a != b,
        (false, false, RanWhen::Times(0), _) => true,
        (true, false, RanWhen::Ever, when) => !matches!(when, RanWhen::Times(0)),
        (true, false, RanWhen::On(_), RanWhen::On(_)) => {
            let (denied, named) = (dates(one).unwrap_or_default(), dates(other).unwrap_or_default());
            denied.iter().any(|date| named.contains(date))
        }
        _ => false,
    }
}
