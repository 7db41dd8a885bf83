//! `points-beyond`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::{MetricId, Node};

/// Points below 0 or above 100 where scores run from 0 to 100.
pub const LINT: Lint = Lint {
    code: Code::PointsBeyond,
    options: &[],
    run,
    page: r##"# points-beyond

A row or a scale gives points outside 0 to 100.

Scorecards and grades are read as 0 to 100. A row with 1000 points, mostly a zero too many, lets one account be worth ten
others, and negative points take away what another line has earned. Metrics that only a `combine sum` card reads may have any
points.

## Avoid

```laud
table account { id text key  quiet_days integer 0 or more  usage ratio 0% to 100% }

metric quiet {
  value  quiet_days
  thresholds {
    # warning: points-beyond
    lively  <= 7      -> 1000
    silent  otherwise -> 0
  }
}
```

## Prefer

```laud
table account { id text key  quiet_days integer 0 or more  usage ratio 0% to 100% }

metric quiet {
  value  quiet_days
  thresholds {
    lively  <= 7      -> 100
    silent  otherwise -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (index, metric) in facts.program.metrics.iter().enumerate() {
        let summed = facts.program.scorecards.iter().any(|card| {
            let reads = card.lines.iter().any(|line| line.item == Node::Metric(MetricId(index as u32)));
            reads && !card.combine.has_shares()
        });
        if summed {
            continue;
        }
        let rows = metric.thresholds.iter().flat_map(|table| &table.bands);
        let rows = rows.filter_map(|band| band.points.map(|points| (band.span, points)));
        let ends = metric.scales.iter().flat_map(|scale| scale.points.iter().map(|(_, points)| (scale.span, *points)));
        for (span, points) in rows.chain(ends) {
            if points.is_negative() || points > Decimal::HUNDRED {
                found.push(
                    Diagnostic::new(Code::PointsBeyond, span, format!("{points} points lie outside 0 to 100"))
                        .label("scores run from 0 to 100")
                        .help("give points from 0 to 100"),
                );
            }
        }
    }
}
