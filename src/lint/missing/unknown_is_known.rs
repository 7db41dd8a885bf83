//! `unknown-is-known`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, each};
use crate::program::{Expr, ExprKind, Field};

/// A segment called unknown that asks for a known value.
pub const LINT: Lint = Lint {
    code: Code::UnknownIsKnown,
    options: &[],
    run,
    page: r##"# unknown-is-known

A segment is called unknown or missing, and asks for a value.

`used = 0` holds for customers of whom it is known that they use nothing. Those of whom nothing is known are not among them: a
missing value meets no comparison. The call that should find out goes to the wrong list.

## Avoid

```laud
table account { id text key  used integer 0 or more optional }

# warning: unknown-is-known
segment use_unknown = used = 0
```

## Prefer

```laud
table account { id text key  used integer 0 or more optional }

segment use_unknown = used is missing
```
"##,
};

/// Words of names that say that nothing is known.
const UNKNOWN: [&str; 4] = ["unknown", "missing", "unanswered", "unspecified"];

fn run(facts: &Facts, found: &mut Findings) {
    let fields = facts.program.subject_table().map_or(&[][..], |table| table.fields.as_slice());
    for segment in &facts.program.segments {
        let name = &segment.header.name;
        if !name.split('_').any(|word| UNKNOWN.contains(&word)) {
            continue;
        }
        let Some((value, field)) = compared(&segment.condition, fields) else { continue };
        let column = facts.text(value.span);
        let mut asks = false;
        // `is missing`, `or else` and `not` may well find what is not known.
        each(&segment.condition, &mut |expr| {
            asks |= matches!(expr.kind, ExprKind::IsMissing { .. } | ExprKind::OrElse(_) | ExprKind::Not(_));
        });
        if asks {
            continue;
        }
        let place = segment.condition.span;
        found.push(
            Diagnostic::new(Code::UnknownIsKnown, segment.header.span, format!("`{name}` takes known values only"))
                .label("called unknown")
                .also(place, format!("an account without `{column}` is not in it"))
                .also(field.span, "may be missing")
                .fix(format!("write `{column} is missing`"), place, format!("{column} is missing")),
        );
    }
}

/// The optional column that the whole condition compares with a constant.
fn compared<'e>(condition: &'e Expr, fields: &'e [Field]) -> Option<(&'e Expr, &'e Field)> {
    let value = match &condition.kind {
        ExprKind::Compare(_, left, right) if matches!(right.kind, ExprKind::Literal(_)) => left,
        ExprKind::In { value, .. } => value,
        _ => return None,
    };
    let ExprKind::Field(id) = value.kind else { return None };
    let field = fields.get(id.index()).filter(|field| field.optional)?;
    Some((value, field))
}
