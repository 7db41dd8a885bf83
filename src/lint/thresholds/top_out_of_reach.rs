//! `top-out-of-reach`: its page is below.

use crate::check::interval::shown_number;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;

/// Nobody can have the most points of a scale.
pub const LINT: Lint = Lint {
    code: Code::TopOutOfReach,
    options: &[],
    run,
    page: r##"# top-out-of-reach

The end of a scale lies beyond what the metric can be, so nobody reaches its best points.

A scale from 0 to 20 over an answer from 0 to 10 gives everybody at most half of the points, and the scorecard looks sober for
a reason that nobody knows.

## Avoid

```laud
table account { id text key  usage number 0 to 10 }

metric use {
  value  usage
  # warning: top-out-of-reach
  scale  0 -> 0, 20 -> 100
}
```

## Prefer

```laud
table account { id text key  usage number 0 to 10 }

metric use {
  value  usage
  scale  0 -> 0, 10 -> 100
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for metric in &facts.program.metrics {
        let domain = facts.proofs.domain(&metric.value);
        for scale in &metric.scales {
            let most = scale.points.iter().max_by_key(|(_, points)| *points).map(|(_, points)| *points);
            let best: Vec<Decimal> =
                scale.points.iter().filter(|(_, points)| Some(*points) == most).map(|(at, _)| *at).collect();
            let last = scale.points.len().saturating_sub(1);
            let reached =
                scale.points.iter().enumerate().filter(|(_, (_, points))| Some(*points) == most).any(|(i, (at, _))| {
                    let below = domain.low.is_none_or(|low| low <= *at) || i == last;
                    let above = domain.high.is_none_or(|high| *at <= high) || i == 0;
                    below && above
                });
            if reached {
                continue;
            }
            let shown = |n: Decimal| shown_number(n, metric.value.ty);
            let wanted = best.first().map_or(String::new(), |n| shown(*n));
            let end = domain.high.filter(|high| best.iter().all(|at| at > high)).or(domain.low);
            let end = end.map_or(String::new(), shown);
            let points = most.map_or(String::new(), |p| p.to_string());
            let message = format!("nobody can have {points} points: `{}` never reaches {wanted}", metric.header.name);
            found.push(
                Diagnostic::new(Code::TopOutOfReach, scale.span, message)
                    .label(format!("the value ends at {end}"))
                    .help(format!("let the scale end at {end}")),
            );
        }
    }
}
