//! `not-equal-either`: its page is below.

use crate::ast::CompareOp;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::print;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind};
use crate::value::Value;
use std::collections::HashMap;

/// `x != a or x != b`, which always holds.
pub const LINT: Lint = Lint {
    code: Code::NotEqualEither,
    options: &[],
    run,
    page: r##"# not-equal-either

`x != a or x != b` holds for every value.

Whatever it is, it is not both at once. In speech "not declined or cancelled" means neither of the two; in a condition that is `and`, or
shorter `not in`. As it stands the filter lets through all that it was written to keep out.

## Avoid

```laud
table account { id text key }

events activity of account at occurred_at { status one of requested, declined, cancelled, completed }

# warning: not-equal-either
metric acts = count(activity where status != declined or status != cancelled in last 90 days)
```

## Prefer

```laud
table account { id text key }

events activity of account at occurred_at { status one of requested, declined, cancelled, completed }

metric acts = count(activity where status not in (declined, cancelled) in last 90 days)
```
"##,
};

/// Constants, with where they stand.
type Constants<'e> = Vec<(&'e Value, &'e Expr)>;

/// More constants than this are not told.
const MOST: usize = 20;

fn run(facts: &Facts, found: &mut Findings) {
    facts.each_written(&mut |expr, _| {
        let Some((value, excluded)) = either(expr) else { return };
        if excluded.iter().any(|other| !facts.is_written(other.span)) {
            return;
        }
        let value = facts.text(value.span);
        let texts: Vec<&str> = excluded.iter().map(|other| facts.text(other.span)).collect();
        let message = format!("no `{value}` is {} at once, so this always holds", joined(&texts));
        let finding = Diagnostic::new(Code::NotEqualEither, expr.span, message).label("nothing is left out");
        let whole = matches!(&expr.kind, ExprKind::Or(list) if list.len() == excluded.len());
        let instead = format!("{value} not in ({})", texts.join(", "));
        found.push(match whole && !facts.text(expr.span).contains('#') {
            true => finding.fix(format!("write `{instead}`"), expr.span, facts.in_place_of(expr.span, &instead)),
            false => finding.help(format!("write `{instead}`")),
        });
    });
}

fn joined(texts: &[&str]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    quoted.join(" and ")
}

/// What is asked to differ from several constants in alternatives, and these constants.
pub(super) fn either(expr: &Expr) -> Option<(&Expr, Vec<&Expr>)> {
    let ExprKind::Or(list) = &expr.kind else { return None };
    several(list, CompareOp::NotEqual)
}

/// What is compared by this operator with different constants in a chain, and these constants.
pub(super) fn several(list: &[Expr], wanted: CompareOp) -> Option<(&Expr, Vec<&Expr>)> {
    let compared = list.iter().filter_map(|clause| match &clause.kind {
        ExprKind::Compare(op, value, constant) if *op == wanted => Some((&**value, literal(constant)?, &**constant)),
        _ => None,
    });
    let mut first: HashMap<u64, (&Expr, Constants)> = HashMap::new();
    for (value, literal, constant) in compared {
        let (_, known) = first.entry(print(value)).or_insert((value, Vec::new()));
        if known.len() < MOST && known.iter().all(|(other, _)| *other != literal) {
            known.push((literal, constant));
        }
    }
    let mut found: Vec<_> = first.into_values().filter(|(_, constants)| constants.len() > 1).collect();
    found.sort_by_key(|(value, _)| value.span);
    let (value, constants) = found.into_iter().next()?;
    Some((value, constants.into_iter().map(|(_, constant)| constant).collect()))
}

fn literal(expr: &Expr) -> Option<&Value> {
    match &expr.kind {
        ExprKind::Literal(value) if !value.is_missing() => Some(value),
        _ => None,
    }
}
