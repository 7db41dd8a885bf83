//! `change-without-history`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::each;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind, Table, TableKind};

/// A change in something that keeps no history.
pub const LINT: Lint = Lint {
    code: Code::ChangeWithoutHistory,
    options: &[],
    run,
    page: r##"# change-without-history

What is compared with an earlier date reads only columns that keep no history, so it never changes.

A table without `as of` holds today's row and nothing else: the value at an earlier date is today's value, and the change is 0 for
everybody. Declare the history (`table account as of recorded_on`), or measure it by events.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# info: no-history
# warning: change-without-history
metric growth = change in arr over 1 year
```

## Prefer

```laud
table account as of recorded_on { id text key  arr money USD 0 or more  recorded_on date }

metric growth = change in arr over 1 year
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let timeless = |table: &Table| matches!(table.kind, TableKind::Rows { as_of: None });
    if !facts.program.subject_table().is_some_and(timeless) {
        return;
    }
    let conditions: Vec<_> = facts.conditions().iter().map(|c| (c.expr, c.owner)).collect();
    for (root, _) in facts.values().into_iter().chain(conditions) {
        each(root, &mut |expr| {
            let (ExprKind::Change { value, .. } | ExprKind::Trend { value, .. }) = &expr.kind else { return };
            if still(facts, value, 0) {
                found.push(
                    Diagnostic::new(Code::ChangeWithoutHistory, expr.span, "this is 0 for every account, always")
                        .label(format!("`{}` is known as it is today, not as it was", facts.text(value.span)))
                        .help("let the table keep its history: `table account as of recorded_on`"),
                );
            }
        });
    }
}

/// True if nothing in an expression depends on the date.
fn still(facts: &Facts, root: &Expr, depth: usize) -> bool {
    let mut moves = depth > 20;
    let mut reads = false;
    each(root, &mut |expr| match &expr.kind {
        ExprKind::Field(_) => reads = true,
        ExprKind::Metric(id) if !moves => match facts.program.metric(*id) {
            Some(metric) if still(facts, &metric.value, depth + 1) => reads = true,
            _ => moves = true,
        },
        ExprKind::Aggregate(_)
        | ExprKind::AsOfDate
        | ExprKind::Elapsed { .. }
        | ExprKind::Within { .. }
        | ExprKind::Score(_)
        | ExprKind::Points(_)
        | ExprKind::Segment(_)
        | ExprKind::Part(..)
        | ExprKind::Partition(_)
        | ExprKind::IsBand { .. }
        | ExprKind::IsGrade { .. }
        | ExprKind::Portfolio(_)
        | ExprKind::Benchmark { .. }
        | ExprKind::Ranked(_)
        | ExprKind::Across(_)
        | ExprKind::RowField(_)
        | ExprKind::RowMetric { .. }
        | ExprKind::Related { .. }
        | ExprKind::Convert(_) => moves = true,
        ExprKind::Function(..) if expr.children().is_empty() => moves = true,
        _ if expr.looks_back() => moves = true,
        _ => {}
    });
    reads && !moves
}
