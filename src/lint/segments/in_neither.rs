//! `in-neither`: its page is below.

use crate::check::region::Region;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{ExprKind, Segment};
use std::collections::HashMap;

/// Two segments that share out all accounts but those of whom nothing is known.
pub const LINT: Lint = Lint {
    code: Code::InNeither,
    options: &[],
    run,
    page: r##"# in-neither

Two segments share out every value of a column that may be missing: who has none is in neither.

"Small" and "large" read as if every account were one of them. A missing value meets no comparison, so those accounts are in no
list, no report and no rule of either. Say what they count as, or give them a segment of their own.

## Avoid

```laud
table account { id text key  used integer 0 or more optional }

segment small = used < 10
# warning: in-neither
segment large = used >= 10
```

## Prefer

```laud
table account { id text key  used integer 0 or more optional }

segment small = used < 10
segment large = used >= 10
segment not_told = used is missing
```
"##,
};

/// Segments of one column beyond this number are not compared.
const MOST: usize = 20;

fn run(facts: &Facts, found: &mut Findings) {
    let fields = facts.program.subject_table().map_or(&[][..], |table| table.fields.as_slice());
    let mut by_column: HashMap<usize, Vec<&Segment>> = HashMap::new();
    // Somebody has thought of those without.
    let mut told: Vec<usize> = Vec::new();
    for segment in &facts.program.segments {
        let value = match &segment.condition.kind {
            ExprKind::Compare(_, left, right) if matches!(right.kind, ExprKind::Literal(_)) => left,
            ExprKind::In { value, .. } => value,
            ExprKind::IsMissing { value, .. } => {
                if let ExprKind::Field(id) = value.kind {
                    told.push(id.index());
                }
                continue;
            }
            _ => continue,
        };
        if let ExprKind::Field(id) = value.kind {
            by_column.entry(id.index()).or_default().push(segment);
        }
    }
    let mut columns: Vec<(usize, Vec<&Segment>)> = by_column.into_iter().collect();
    columns.sort_unstable_by_key(|(column, _)| *column);
    for (column, list) in columns.into_iter().filter(|(column, list)| !told.contains(column) && list.len() <= MOST) {
        let Some(field) = fields.get(column).filter(|field| field.optional) else { continue };
        let regions: Vec<Option<(Region, Region)>> = list.iter().map(|segment| sides(facts, segment)).collect();
        let pair = regions.iter().enumerate().find_map(|(i, one)| {
            let one = one.as_ref()?;
            let other = regions.iter().take(i).position(|other| other.as_ref().is_some_and(|o| apart(one, o)))?;
            Some((list.get(other)?, list.get(i)?))
        });
        let Some((first, second)) = pair else { continue };
        let message = format!(
            "who has no `{}` is neither in `{}` nor in `{}`",
            field.name, first.header.name, second.header.name
        );
        found.push(
            Diagnostic::new(Code::InNeither, second.header.span, message)
                .label("takes what the other leaves")
                .also(first.header.span, "the other")
                .also(field.span, "may be missing")
                .help(format!("add `or {0} is missing` to one of them, or a segment `{0} is missing`", field.name))
                .witness(format!("an account without {}", field.name)),
        );
    }
}

/// Who is in a segment, and who is not.
fn sides(facts: &Facts, segment: &Segment) -> Option<(Region, Region)> {
    let of = |wanted| facts.proofs.region(&segment.condition, None, wanted);
    Some((of(true)?, of(false)?))
}

/// True if no known value is in both, and none in neither.
fn apart(one: &(Region, Region), other: &(Region, Region)) -> bool {
    let nobody = |a: &Region, b: &Region| a.clone().and(b).is_some_and(|both| both.is_empty());
    nobody(&one.0, &other.0) && nobody(&one.1, &other.1)
}
