//! `segment-written-out`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::places::roots;
use crate::lint::written::print;
use crate::lint::{Facts, Findings, Lint, each};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind};
use crate::span::Span;
use crate::value::Value;
use std::collections::{HashMap, HashSet};

/// The condition of a segment, written out where its name would do.
pub const LINT: Lint = Lint {
    code: Code::SegmentWrittenOut,
    options: &[],
    run,
    page: r##"# segment-written-out

The condition of a segment is written out where its name would do.

When the list of regulated industries grows, the segment is changed, and the rule that wrote the list out is not. The fix writes the
name.

## Avoid

```laud
table account { id text key  health points  industry one of saas, fintech, health_care, public }

segment regulated = industry in (fintech, health_care, public)

rule rescue {
  # info: segment-written-out
  when  health < 40 and industry in (fintech, health_care, public)
  do    task "Call {id}"
}
```

## Prefer

```laud
table account { id text key  health points  industry one of saas, fintech, health_care, public }

segment regulated = industry in (fintech, health_care, public)

rule rescue {
  when  health < 40 and regulated
  do    task "Call {id}"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut segments: HashMap<u64, (&str, Span)> = HashMap::new();
    for segment in &facts.program.segments {
        if is_worth_a_name(&segment.condition) {
            segments.entry(print(&segment.condition)).or_insert((segment.header.name.as_str(), segment.header.span));
        }
    }
    let whole: HashSet<*const Expr> =
        facts.program.segments.iter().map(|segment| std::ptr::from_ref(&segment.condition)).collect();
    for (root, owner, _) in roots(facts.program) {
        each(root, &mut |expr| {
            if !is_worth_a_name(expr) || !facts.is_written(expr.span) {
                return;
            }
            let Some((name, place)) = segments.get(&print(expr)).filter(|(name, _)| *name != owner) else { return };
            // A segment with the same condition has a page of its own.
            if whole.contains(&std::ptr::from_ref(expr)) {
                return;
            }
            let message = format!("this is the segment `{name}`, written out");
            found.push(
                Diagnostic::new(Code::SegmentWrittenOut, expr.span, message)
                    .label("the same condition")
                    .also(*place, format!("`{name}`"))
                    .fix(format!("write `{name}`"), expr.span, *name),
            );
        });
    }
}

/// Long enough for a name to say more: a list of values, a chain, a bound other than 0 and 1.
fn is_worth_a_name(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::In { list, .. } => list.len() > 1,
        ExprKind::And(_) | ExprKind::Or(_) => true,
        ExprKind::Compare(_, _, bound) => match &bound.kind {
            ExprKind::Literal(Value::Number(n)) => !n.is_zero() && *n != Decimal::ONE,
            _ => false,
        },
        _ => false,
    }
}
