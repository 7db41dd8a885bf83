//! `constant-metric`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, each};
use crate::program::{Expr, ExprKind, Header};

/// A metric that is the same number for everybody.
pub const LINT: Lint = Lint {
    code: Code::ConstantMetric,
    options: &[],
    run,
    page: r##"# constant-metric

A metric yields the same number for everybody.

It tells no customer from another, and in a scorecard its weight only moves everybody alike. If it is a number that people agreed
on, it is a `param`, which a run can set otherwise; if it was to measure something, what it measures got lost.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

# warning: constant-metric
metric calls_wanted = 4

# warning: constant-metric
metric calls_counted = min(max(calls, 10), 10)
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

param calls_wanted = 4

metric calls_counted = min(calls, 10)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let program = facts.program;
    let metrics = program.metrics.iter().chain(&program.portfolio).map(|m| (&m.header, &m.value, None));
    let rows = program.row_metrics.iter().map(|m| (&m.header, &m.value, Some(m.of)));
    for (header, value, of) in metrics.chain(rows) {
        let domain = match of {
            Some(table) => facts.proofs.row_domain(value, table),
            None => facts.proofs.domain(value),
        };
        if let (Some(low), Some(high)) = (domain.low, domain.high)
            && low == high
            && !may_vary(value)
        {
            found.push(constant(facts, header, value, &low.to_string()));
        }
    }
}

fn constant(facts: &Facts, header: &Header, value: &Expr, number: &str) -> Diagnostic {
    let name = &header.name;
    let finding = Diagnostic::new(Code::ConstantMetric, header.span, format!("`{name}` is {number} for everybody"));
    match value.kind {
        ExprKind::Literal(_) => {
            let text = facts.text(value.span);
            finding.label("a constant").help(format!("declare it as a parameter: `param {name} = {text}`"))
        }
        _ => {
            finding.label("can be nothing else").also(value.span, "yields one number").help("look at the bounds in it")
        }
    }
}

/// True if a run can set it otherwise, or if it is there for some only.
fn may_vary(value: &Expr) -> bool {
    let mut varies = false;
    each(value, &mut |expr| varies |= matches!(expr.kind, ExprKind::Param(_)) || expr.is_missing_literal());
    varies
}
