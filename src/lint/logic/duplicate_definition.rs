//! `duplicate-definition`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::print;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{ExprKind, Header, Metric};
use crate::span::Span;
use std::collections::HashMap;

/// One value under two names.
pub const LINT: Lint = Lint {
    code: Code::DuplicateDefinition,
    options: &[],
    run,
    page: r##"# duplicate-definition

Two metrics are defined by the same expression.

Today they are equal; after the next change to one of them they are not, and two teams report different numbers under the same
heading. Keep one, and let whoever needs the other name read it.

## Avoid

```laud
table account { id text key }
events activity of account at occurred_at { type one of reference, review }

metric references = count(activity where type = reference in last 90 days)

# warning: duplicate-definition
metric reference_calls = count(activity where type = reference in last 90 days)
```

## Prefer

```laud
table account { id text key }
events activity of account at occurred_at { type one of reference, review }

metric references = count(activity where type = reference in last 90 days)

metric reference_calls = count(activity where type = reference in last 30 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let program = facts.program;
    let mut seen: HashMap<(u8, u64), Vec<(&Header, u64)>> = HashMap::new();
    let metrics = program.metrics.iter().map(|m| (0, &m.header, &m.value, points(m), 0));
    let portfolio = program.portfolio.iter().map(|m| (1, &m.header, &m.value, points(m), 0));
    // Columns of rows have numbers only, so the table belongs to the value.
    let rows = program.row_metrics.iter().map(|m| (2, &m.header, &m.value, 0, print(&m.of)));
    for (kind, header, value, points, of) in metrics.chain(portfolio).chain(rows) {
        // A name for a column or a constant is a name; what two constants have in common is told elsewhere.
        if matches!(value.kind, ExprKind::Literal(_) | ExprKind::Param(_)) {
            continue;
        }
        let earlier = seen.entry((kind, print(value) ^ of)).or_default();
        // The same value with other points is another view of it.
        let twin = earlier.iter().find(|(_, other)| *other == points || *other == 0 || points == 0);
        if let Some((first, _)) = twin {
            found.push(duplicate(header, first.name.as_str(), first.span));
        }
        earlier.push((header, points));
    }
}

fn duplicate(header: &Header, other: &str, first: Span) -> Diagnostic {
    let name = &header.name;
    Diagnostic::new(Code::DuplicateDefinition, header.span, format!("`{name}` is defined as `{other}` is"))
        .label("the same expression again")
        .also(first, format!("`{other}`"))
        .help(format!("keep one of the two, or write `{name} = {other}` if both names are needed"))
}

/// A number that stands for how points are given; 0 if they are not.
fn points(metric: &Metric) -> u64 {
    match metric.thresholds.is_empty() && metric.scales.is_empty() && metric.valid_for.is_none() {
        true => 0,
        false => print(&(&metric.thresholds, &metric.scales, &metric.valid_for)) | 1,
    }
}
