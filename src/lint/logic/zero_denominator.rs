//! `zero-denominator`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::places::roots;
use crate::lint::written::print;
use crate::lint::{Facts, Findings, Lint, each};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, TableId};
use std::collections::HashSet;
use std::rc::Rc;

/// A denominator that may be zero, with nothing to say what then.
pub const LINT: Lint = Lint {
    code: Code::ZeroDenominator,
    options: &[],
    run,
    page: r##"# zero-denominator

A denominator can be 0, and nothing says what holds then.

A division by zero is an error of that account: its value is missing, the run reports it, and a score goes on without it. For
"tickets per seat" of a customer without seats, that is no error but a case: say that there is no such rate, or what counts
instead.

## Avoid

```laud
table account { id text key  tickets integer 0 or more  seats integer 0 or more }

# warning: zero-denominator
metric tickets_per_seat = tickets / seats
```

## Prefer

```laud
table account { id text key  tickets integer 0 or more  seats integer 0 or more }

metric tickets_per_seat = if seats > 0 then tickets / seats else missing
```
"##,
};

/// What conditions around a place have looked at.
type Guards = Option<Rc<Guard>>;

struct Guard {
    seen: HashSet<u64>,
    outer: Guards,
}

fn run(facts: &Facts, found: &mut Findings) {
    for (root, _, rows) in roots(facts.program) {
        let mut open: Vec<(&Expr, Option<TableId>, Guards)> = vec![(root, rows, None)];
        while let Some((expr, rows, guards)) = open.pop() {
            if let ExprKind::Product(factors) = &expr.kind {
                for (_, divisor) in factors.iter().filter(|(divide, _)| *divide) {
                    if facts.is_written(divisor.span)
                        && !is_guarded(divisor, &guards)
                        && may_be_zero(facts, divisor, rows)
                    {
                        found.push(finding(facts, divisor));
                    }
                }
            }
            let (rows, guards) = match &expr.kind {
                ExprKind::If { condition, .. } => (rows, looked_at(condition, guards)),
                // Whoever says what counts instead has thought of it.
                ExprKind::OrElse(_) => continue,
                ExprKind::Aggregate(aggregate) => {
                    let filter = aggregate.filter.as_ref();
                    (Some(aggregate.source), filter.map_or(guards.clone(), |filter| looked_at(filter, guards)))
                }
                ExprKind::Across(across) => {
                    (None, across.filter.as_ref().map_or(guards.clone(), |filter| looked_at(filter, guards)))
                }
                _ => (rows, guards),
            };
            open.extend(expr.children().into_iter().rev().map(|child| (child, rows, guards.clone())));
        }
    }
}

fn finding(facts: &Facts, divisor: &Expr) -> Diagnostic {
    let text = facts.text(divisor.span);
    Diagnostic::new(Code::ZeroDenominator, divisor.span, format!("`{text}` can be 0"))
        .label("divides")
        .help(format!("say what holds then: `if {text} > 0 then … else missing`"))
        .witness(format!("{text} = 0"))
}

/// True where the range says that it begins with 0: a count, or a column of `0 or more`. Where nothing is known about the
/// range, nothing is said.
fn may_be_zero(facts: &Facts, divisor: &Expr, rows: Option<TableId>) -> bool {
    let domain = match rows {
        Some(table) => facts.proofs.row_domain(divisor, table),
        None => facts.proofs.domain(divisor),
    };
    let plain = match &divisor.kind {
        ExprKind::Metric(id) => facts.program.metric(*id).is_some_and(|metric| is_counted(&metric.value)),
        ExprKind::Portfolio(id) => facts.program.portfolio(*id).is_some_and(|metric| is_counted(&metric.value)),
        _ => is_counted(divisor),
    };
    plain && domain.low == Some(Decimal::ZERO)
}

/// Counts, sums and columns: their least value is really taken.
fn is_counted(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Field(_)
            | ExprKind::RowField(_)
            | ExprKind::Related { .. }
            | ExprKind::Aggregate(_)
            | ExprKind::Across(_)
    )
}

fn looked_at(condition: &Expr, outer: Guards) -> Guards {
    let mut seen = HashSet::new();
    each(condition, &mut |expr| {
        seen.insert(print(expr));
    });
    Some(Rc::new(Guard { seen, outer }))
}

fn is_guarded(divisor: &Expr, guards: &Guards) -> bool {
    let print = print(divisor);
    let mut at = guards.as_ref();
    while let Some(guard) = at {
        if guard.seen.contains(&print) {
            return true;
        }
        at = guard.outer.as_ref();
    }
    false
}
