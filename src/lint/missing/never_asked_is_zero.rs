//! `never-asked-is-zero`: its page is below.

use crate::builtins::AggregateFunction;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{MissingPolicy, Node};

/// Accounts that were never asked get 0 points for a survey.
pub const LINT: Lint = Lint {
    code: Code::NeverAskedIsZero,
    options: &[],
    run,
    page: r##"# never-asked-is-zero

A survey line counts as 0 where there are no answers.

No answer is not a bad answer. With `missing zero` the accounts that nobody has surveyed fall to the bottom, and the score measures the
survey team. Share out the weight (`missing renormalise`), or say `neutral 50`.

## Avoid

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

metric voice {
  value  nps(score of survey in last 180 days, at least 5 answers)
  scale  -100 -> 0, 100 -> 100
}

metric seats { value used scale 0 -> 0, 10 -> 100 }

scorecard health {
  seats  weight 60
  # warning: never-asked-is-zero
  voice  weight 40  missing zero
}
```

## Prefer

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

metric voice {
  value  nps(score of survey in last 180 days, at least 5 answers)
  scale  -100 -> 0, 100 -> 100
}

metric seats { value used scale 0 -> 0, 10 -> 100 }

scorecard health {
  seats  weight 60
  voice  weight 40  missing neutral 50
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for card in &facts.program.scorecards {
        for line in card.lines.iter().filter(|line| !line.informational) {
            let policy = line.missing.unwrap_or(card.missing);
            let Node::Metric(id) = line.item else { continue };
            let survey = facts.program.metric(id).is_some_and(|metric| {
                aggregates(&metric.value).iter().any(|(_, call)| {
                    use AggregateFunction as A;
                    matches!(call.function, A::Nps | A::Csat | A::CsatMean | A::Ces)
                })
            });
            if survey && policy == MissingPolicy::Zero {
                let name = facts.program.node_name(line.item);
                found.push(
                    Diagnostic::new(Code::NeverAskedIsZero, line.span, format!("without answers `{name}` is 0 points"))
                        .label("who was never asked falls to the bottom")
                        .help("write `missing renormalise`, or `missing neutral 50`"),
                );
            }
        }
    }
}
