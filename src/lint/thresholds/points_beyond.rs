//! `points-beyond`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::{MetricId, Node};
use crate::span::Span;

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
                let finding =
                    Diagnostic::new(Code::PointsBeyond, span, format!("{points} points lie outside 0 to 100"))
                        .label("scores run from 0 to 100");
                let nearest = if points.is_negative() { "0" } else { "100" };
                found.push(match written(facts, span) {
                    Some(place) => finding.fix(format!("write `{nearest}`, or another from 0 to 100"), place, nearest),
                    None => finding.help("give points from 0 to 100"),
                });
            }
        }
    }
}

/// Where the points of a row stand: the number behind its arrow.
fn written(facts: &Facts, row: Span) -> Option<Span> {
    let text = facts.text(row);
    let behind = text.rfind("->")? + "->".len();
    let points = text.get(behind..)?;
    let start = behind + (points.len() - points.trim_start().len());
    let number = points.trim();
    let plain = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || "-._".contains(c));
    let at = |offset: usize| Some(row.start + u32::try_from(offset).ok()?);
    plain.then_some(Span { start: at(start)?, end: at(start + number.len())?, ..row })
}
