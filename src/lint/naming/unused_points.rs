//! `unused-points`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::places::roots;
use crate::lint::{Facts, Findings, Lint, each};
use crate::program::{ExprKind, MetricId, Node};
use std::collections::HashSet;

/// A scale whose points go nowhere.
pub const LINT: Lint = Lint {
    code: Code::UnusedPoints,
    options: &[],
    run,
    page: r##"# unused-points

A metric has a scale, and no scorecard weighs it.

A scale makes points of a value, and points are for scorecards. Here they go nowhere: the line of the scorecard was forgotten, or it was
taken out and the metric stayed.

## Avoid

```laud
table account { id text key  calls integer 0 or more  stories integer 0 or more }

metric references {
  value  calls
  scale  0 -> 0, 4 -> 100
}

# warning: unused-points
metric case_studies {
  value  stories
  scale  0 -> 0, 2 -> 100
}

scorecard advocacy {
  references  weight 100
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more  stories integer 0 or more }

metric references {
  value  calls
  scale  0 -> 0, 4 -> 100
}

metric case_studies {
  value  stories
  scale  0 -> 0, 2 -> 100
}

scorecard advocacy {
  references    weight 60
  case_studies  weight 40
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let program = facts.program;
    // Before there is a scorecard there is none to be in.
    if program.scorecards.is_empty() || facts.is_for_others() {
        return;
    }
    let mut used: HashSet<MetricId> = HashSet::new();
    for line in program.scorecards.iter().flat_map(|card| &card.lines) {
        if let Node::Metric(id) = line.item {
            used.insert(id);
        }
    }
    for (root, ..) in roots(program) {
        each(root, &mut |expr| {
            if let ExprKind::Points(id) = expr.kind {
                used.insert(id);
            }
        });
    }
    for (i, metric) in program.metrics.iter().enumerate() {
        let Ok(id) = u32::try_from(i) else { continue };
        let Some(scale) = metric.scales.first().filter(|_| !used.contains(&MetricId(id))) else { continue };
        let name = &metric.header.name;
        found.push(
            Diagnostic::new(Code::UnusedPoints, metric.header.span, format!("the points of `{name}` go nowhere"))
                .label("in no scorecard")
                .also(scale.span, "makes points of its value")
                .help("give it a line in a scorecard, or leave out the scale"),
        );
    }
}
