//! `same-segment`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::print;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind, PartitionId, Type};
use crate::span::Span;
use std::collections::HashMap;

/// Two segments with the same members.
pub const LINT: Lint = Lint {
    code: Code::SameSegment,
    options: &[],
    run,
    page: r##"# same-segment

Two segments, or a segment and a part, have the same members.

They are equal today, whatever the data; after the next change of one bound they are not, and "large" in the rule is no longer "large" in
the report. Keep one, and use its name.

## Avoid

```laud
table account { id text key  arr money USD }

segments size by arr {
  small  < 250k
  large  otherwise
}

# warning: same-segment
segment key_account = arr >= 250k
```

## Prefer

```laud
table account { id text key  arr money USD }

segments size by arr {
  small  < 250k
  large  otherwise
}

segment key_account = arr >= 1M
```
"##,
};

/// What is known of a group by where its quantity lies, or by its condition.
#[derive(PartialEq, Eq, Hash)]
enum Members {
    Values(String, Vec<(i128, i128)>),
    Condition(u64),
}

fn run(facts: &Facts, found: &mut Findings) {
    let mut seen: HashMap<Members, (&str, Span)> = HashMap::new();
    for (i, partition) in facts.program.partitions.iter().enumerate() {
        for (place, part) in partition.parts.iter().enumerate() {
            let (Ok(id), Ok(place)) = (u32::try_from(i), u32::try_from(place)) else { continue };
            let kind = ExprKind::Part(PartitionId(id), place);
            let member = Expr { kind, ty: Type::Boolean, span: part.span };
            // Two partitions may well share a bound; a segment that is a part of one is a second name for it.
            if let Some(values) = values(facts, &member) {
                seen.entry(values).or_insert((part.name.as_str(), part.span));
            }
        }
    }
    for segment in &facts.program.segments {
        let name = segment.header.name.as_str();
        // A second name on purpose: `segment asked = champion`.
        if matches!(segment.condition.kind, ExprKind::Segment(_) | ExprKind::Part(..) | ExprKind::Field(_)) {
            continue;
        }
        let members = values(facts, &segment.condition);
        let members = members.unwrap_or_else(|| Members::Condition(print(&segment.condition)));
        match seen.get(&members) {
            Some((other, place)) => found.push(
                Diagnostic::new(
                    Code::SameSegment,
                    segment.header.span,
                    format!("`{name}` has the same members as `{other}`"),
                )
                .label("the same accounts")
                .also(*place, format!("`{other}`"))
                .help(format!("use `{other}` instead, or write `segment {name} = {other}` if both names are needed")),
            ),
            None => {
                seen.insert(members, (name, segment.header.span));
            }
        }
    }
}

/// Where the one quantity lies that a condition is about.
fn values(facts: &Facts, condition: &Expr) -> Option<Members> {
    let region = facts.proofs.region(condition, None, true)?;
    let mut keys = region.keys();
    let (key, None) = (keys.next()?, keys.next()) else { return None };
    let mut spans = region.spans(key);
    spans.sort_unstable();
    (!spans.is_empty()).then(|| Members::Values(key.to_string(), spans))
}
