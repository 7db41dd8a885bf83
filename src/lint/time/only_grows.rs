//! `only-grows`: its page is below.

use crate::builtins::AggregateFunction;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::each;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind, Line, MetricId, Node, TableId, Type};
use std::collections::HashSet;

/// A count without a window in a score.
pub const LINT: Lint = Lint {
    code: Code::OnlyGrows,
    options: &[],
    run,
    page: r##"# only-grows

A count or sum in a score looks at everything since the data began.

It can only grow: who was a champion three years ago is one for ever, and every threshold is passed in the end by waiting. A window,
a decay or `valid for` says how long a deed counts. Metrics that no scorecard weighs are left alone: a lifetime total is a fine
thing to show.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls {
  # warning: only-grows
  value  count(activity where type = call)
  scale  0 -> 0, 10 -> 100
}

scorecard advocacy { calls weight 100 }
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric calls {
  value  count(activity where type = call in last 12 months)
  scale  0 -> 0, 10 -> 100
}

scorecard advocacy { calls weight 100 }
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let weighed = |line: &&Line| !line.informational;
    let scored: HashSet<Node> =
        facts.program.scorecards.iter().flat_map(|card| &card.lines).filter(weighed).map(|line| line.item).collect();
    for (index, metric) in facts.program.metrics.iter().enumerate() {
        if !scored.contains(&Node::Metric(MetricId(index as u32))) || metric.valid_for.is_some() {
            continue;
        }
        // A ratio of two totals is a mean, which may go either way.
        let ExprKind::Aggregate(aggregate) = &metric.value.kind else { continue };
        let grows = matches!(
            aggregate.function,
            AggregateFunction::Count | AggregateFunction::Sum | AggregateFunction::Distinct
        );
        let negative = aggregate.value.as_ref().is_some_and(|value| {
            facts.proofs.row_domain(value, aggregate.source).low.is_none_or(|low| low.is_negative())
        });
        // What a filter asks of dates bounds the rows too: rows that are open, or that began lately.
        let dated = aggregate.filter.as_ref().is_some_and(|filter| asks_dates(facts, filter, aggregate.source));
        let timeless = facts.program.table(aggregate.source).is_none_or(|table| table.kind.at().is_none());
        if grows && aggregate.window.is_none() && aggregate.decay.is_none() && !negative && !dated && !timeless {
            found.push(
                Diagnostic::new(Code::OnlyGrows, metric.value.span, format!("`{}` can only grow", metric.header.name))
                    .label("counts everything since the data began")
                    .help("say how long it counts: `in last 12 months`"),
            );
        }
    }
}

/// True if a filter looks at a date, or at a column that may be missing, as the end of something open is.
fn asks_dates(facts: &Facts, filter: &Expr, source: TableId) -> bool {
    let mut asks = false;
    each(filter, &mut |expr| {
        asks |= matches!(expr.ty, Type::Date | Type::Instant);
        if let (ExprKind::IsMissing { .. }, Some(_)) = (&expr.kind, facts.program.table(source)) {
            asks = true;
        }
    });
    asks
}
