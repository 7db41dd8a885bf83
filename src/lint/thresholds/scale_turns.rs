//! `scale-turns`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::cmp::Ordering;

/// A scale whose points rise and fall.
pub const LINT: Lint = Lint {
    code: Code::ScaleTurns,
    options: &[],
    run,
    page: r##"# scale-turns

The points of a scale rise and then fall again.

With `0 -> 0, 5 -> 100, 10 -> 60` the tenth talk costs points, and the account manager who brought it about asks why. If a
middle is really best, thresholds with named bands say so more clearly.

## Avoid

```laud
table account { id text key }

events activity of account at occurred_at { hours number 0 or more }

metric talks {
  value  count(activity in last 365 days)
  # warning: scale-turns
  scale  0 -> 0, 5 -> 100, 10 -> 60
}
```

## Prefer

```laud
table account { id text key }

events activity of account at occurred_at { hours number 0 or more }

metric talks {
  value  count(activity in last 365 days)
  scale  0 -> 0, 5 -> 60, 10 -> 100
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let of_metrics = facts.program.metrics.iter().flat_map(|metric| &metric.scales);
    let of_lines = facts.program.scorecards.iter().flat_map(|card| &card.lines).filter_map(|line| line.scale.as_ref());
    for scale in of_metrics.chain(of_lines) {
        let steps: Vec<Ordering> =
            scale.points.iter().zip(scale.points.iter().skip(1)).map(|((_, a), (_, b))| b.cmp(a)).collect();
        if steps.contains(&Ordering::Less) && steps.contains(&Ordering::Greater) {
            let turn = scale.points.iter().zip(scale.points.iter().skip(1)).find(|((_, a), (_, b))| b < a);
            let finding = Diagnostic::new(Code::ScaleTurns, scale.span, "the points rise and fall along this scale");
            let finding = finding.label("more is sometimes worse").help("let the points go one way");
            found.push(match turn {
                Some(((at, points), (to, fewer))) => {
                    finding.witness(format!("at {at} there are {points} points, at {to} only {fewer}"))
                }
                None => finding,
            });
        }
    }
}
