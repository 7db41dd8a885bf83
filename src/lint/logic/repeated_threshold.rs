//! `repeated-threshold`: its page is below.

use crate::ast::{CompareOp, Expr, ExprKind, ItemKind, RowTestKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, is_literal, print, unwrapped};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::span::Span;
use std::collections::{BTreeMap, HashMap};

/// One bound for one quantity in many places.
pub const LINT: Lint = Lint {
    code: Code::RepeatedThreshold,
    options: &[("places", 3, "in so many declarations the same bound may not stand without a name")],
    run,
    page: r##"# repeated-threshold

The same comparison with the same bound is written in three or more declarations.

"Large" is 250k in a segment, a rule and a cap. Next year it becomes 300k, in two of the three. A `param` or a `segment` gives
the bound one place and one name, and `--set` can try another value everywhere at once. `places` in `laud.toml` says from how
many on.

## Avoid

```laud
table account { id text key  arr money USD  open_p1 integer 0 or more  health points }

# info: repeated-threshold
segment reviewed_monthly = arr >= 250k and health < 50

rule outage {
  when  open_p1 > 0 and arr >= 250k
  do    task "Call {id}"
}

rule sinking {
  when  health < 30 and arr >= 250k
  do    task "Visit {id}"
}
```

## Prefer

```laud
table account { id text key  arr money USD  open_p1 integer 0 or more  health points }

segment large = arr >= 250k

segment reviewed_monthly = large and health < 50

rule outage {
  when  open_p1 > 0 and large
  do    task "Call {id}"
}

rule sinking {
  when  health < 30 and large
  do    task "Visit {id}"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut places: HashMap<(&str, CompareOp, u64), BTreeMap<Span, Span>> = HashMap::new();
    for item in facts.own_items() {
        let mut note = |value: &Expr, op: CompareOp, bound: &Expr| {
            if let Some(name) = name_of(facts, value)
                && is_worth_a_name(bound)
            {
                places.entry((name, op, print(&bound.kind))).or_default().entry(item.span).or_insert(bound.span);
            }
        };
        each_of(item, &mut |expr| {
            if let ExprKind::Compare(op, value, bound) = &expr.kind {
                note(value, *op, bound);
            }
        });
        if let ItemKind::Partition(partition) = &item.kind
            && let Some(by) = &partition.by
        {
            for row in &partition.parts {
                if let RowTestKind::Compare(op, bound) = &row.test.kind {
                    note(by, *op, bound);
                }
            }
        }
    }
    let most = usize::try_from(facts.option(Code::RepeatedThreshold, "places")).unwrap_or(usize::MAX);
    for ((name, op, _), spans) in places.into_iter().filter(|(_, spans)| spans.len() >= most) {
        let mut spans = spans.into_values();
        let Some(first) = spans.next() else { continue };
        let text = facts.text(first);
        let message = format!("`{name} {} {text}` is written in {} declarations", op.symbol(), spans.len() + 1);
        let finding = Diagnostic::new(Code::RepeatedThreshold, first, message).label("here first");
        let finding = spans.fold(finding, |finding, span| finding.also(span, "and here"));
        found.push(finding.help(format!("give it one place: `param NAME = {text}`, or a segment")));
    }
}

fn name_of<'f>(facts: &Facts<'f>, value: &Expr) -> Option<&'f str> {
    match &value.kind {
        ExprKind::Name(_) => {
            let text = facts.text(value.span);
            Some(unwrapped(text).unwrap_or(text).trim())
        }
        _ => None,
    }
}

/// Numbers, except those that need no explanation.
fn is_worth_a_name(bound: &Expr) -> bool {
    let number = match &bound.kind {
        ExprKind::Number(n) | ExprKind::Percent(n) | ExprKind::Money(n, _) => *n,
        ExprKind::Duration(_) => return true,
        ExprKind::Negate(inner) => return is_literal(inner) && is_worth_a_name(inner),
        _ => return false,
    };
    !number.is_zero() && number != Decimal::ONE
}
