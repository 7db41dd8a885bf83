//! `fraction-of-whole`: its page is below.

use crate::ast::{CompareOp, ExprKind, ItemKind, RowTestKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A bound with a fraction on a number that is always whole.
pub const LINT: Lint = Lint {
    code: Code::FractionOfWhole,
    options: &[],
    run,
    page: r##"# fraction-of-whole

A bound has a fraction, and the value is always whole.

A count is never 2.5. The row still works, but whoever reads `> 2.5` wonders what happens at two and a half; `>= 3` says it.

## Avoid

```laud
table account { id text key }

events activity of account at occurred_at { hours number 0 or more }

metric talks {
  value  count(activity in last 365 days)
  thresholds {
    # warning: fraction-of-whole
    many  > 2.5      -> 100
    few   otherwise  -> 0
  }
}
```

## Prefer

```laud
table account { id text key }

events activity of account at occurred_at { hours number 0 or more }

metric talks {
  value  count(activity in last 365 days)
  thresholds {
    many  >= 3       -> 100
    few   otherwise  -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let ItemKind::Metric(metric) = &item.kind else { continue };
        let Some(checked) = facts.program.metrics.iter().find(|m| m.header.span == item.name.span) else { continue };
        if !facts.proofs.domain(&checked.value).whole {
            continue;
        }
        for row in metric.thresholds.iter().flat_map(|table| &table.rows) {
            let RowTestKind::Compare(op, bound) = &row.test.kind else { continue };
            let ExprKind::Number(n) = &bound.kind else { continue };
            if n.is_integer() {
                continue;
            }
            let better = match op {
                CompareOp::Greater | CompareOp::GreaterEqual => format!(">= {}", n.ceil()),
                CompareOp::Less | CompareOp::LessEqual => format!("<= {}", n.floor()),
                CompareOp::Equal | CompareOp::NotEqual => continue,
            };
            let message = format!("`{}` is always whole, and {n} is not", item.name.text);
            found.push(
                Diagnostic::new(Code::FractionOfWhole, row.test.span, message)
                    .label("no value lies at this bound")
                    .fix(format!("write `{better}`"), row.test.span, better),
            );
        }
    }
}
