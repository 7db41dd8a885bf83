//! `segment-boundary`: its page is below.

use crate::ast::CompareOp;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind, Segment};
use crate::span::Span;
use crate::value::Value;
use std::collections::HashMap;

/// `seats < 100` beside `seats > 100`.
pub const LINT: Lint = Lint {
    code: Code::SegmentBoundary,
    options: &[],
    run,
    page: r##"# segment-boundary

Two segments meet at a bound that both of them take, or neither.

A team of exactly 100 seats is then both small and large, or it is nobody's: it gets two playbooks or none, and no total adds
up. Bounds in tables are round numbers, and so are many accounts. The usual way is that the upper one takes the bound: `< 100`
and `>= 100`; a partition (`segments size by seats`) proves it. Zero may be left out: what neither grows nor shrinks is neither.

## Avoid

```laud
table account { id text key  seats integer 0 or more }

segment small_team = seats < 100
# warning: segment-boundary
segment large_team = seats > 100
```

## Prefer

```laud
table account { id text key  seats integer 0 or more }

segment small_team = seats < 100
segment large_team = seats >= 100
```
"##,
};

/// A segment that is one comparison with a constant.
struct Side<'p> {
    segment: &'p Segment,
    op: CompareOp,
    left: &'p Expr,
    right: &'p Expr,
}

fn run(facts: &Facts, found: &mut Findings) {
    let mut groups: HashMap<(&str, String), Vec<Side>> = HashMap::new();
    for segment in facts.program.segments.iter().filter(|s| facts.is_written(s.condition.span)) {
        if let ExprKind::Compare(op, left, right) = &segment.condition.kind
            && let ExprKind::Literal(value @ Value::Number(_)) = &right.kind
        {
            let key = (facts.text(left.span), format!("{value:?}"));
            groups.entry(key).or_default().push(Side { segment, op: *op, left, right });
        }
    }
    // A third one that names the bound settles it.
    let mut pairs: Vec<_> = groups.into_values().filter(|group| group.len() == 2).collect();
    pairs.sort_by_key(|group| group.first().map(|side| side.segment.condition.span));
    for pair in pairs {
        let [one, other] = pair.as_slice() else { continue };
        let (below, above) = if is_below(one.op) { (one, other) } else { (other, one) };
        let zero = matches!(&below.right.kind, ExprKind::Literal(Value::Number(n)) if n.is_zero());
        let bound = facts.text(below.right.span);
        let (side, sign, message) = match (below.op, above.op) {
            (CompareOp::Less, CompareOp::Greater) if !zero => {
                (above, ">=", format!("exactly {bound} is in neither `{}` nor `{}`", name(below), name(above)))
            }
            (CompareOp::LessEqual, CompareOp::GreaterEqual) => {
                (below, "<", format!("exactly {bound} is in `{}` and in `{}`", name(below), name(above)))
            }
            _ => continue,
        };
        let rival = if std::ptr::eq(side, above) { below } else { above };
        let value = facts.text(side.left.span);
        let place = Span { start: side.left.span.end, end: side.right.span.start, ..side.left.span };
        let finding = Diagnostic::new(Code::SegmentBoundary, side.segment.condition.span, message)
            .label("up to the bound")
            .also(rival.segment.condition.span, "from the other side")
            .witness(format!("{value} = {bound}"));
        let help = format!("write `{value} {sign} {bound}`");
        found.push(if facts.text(place).trim() == side.op.symbol() {
            finding.fix(help, place, format!(" {sign} "))
        } else {
            finding.help(help)
        });
    }
}

fn is_below(op: CompareOp) -> bool {
    matches!(op, CompareOp::Less | CompareOp::LessEqual)
}

fn name<'p>(side: &Side<'p>) -> &'p str {
    &side.segment.header.name
}
