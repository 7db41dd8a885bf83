//! `equal-both`: its page is below.

use super::not_equal_either::several;
use crate::ast::CompareOp;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind};

/// `x = a and x = b`, which never holds.
pub const LINT: Lint = Lint {
    code: Code::EqualBoth,
    options: &[],
    run,
    page: r##"# equal-both

`x = a and x = b` holds for no value.

One cell holds one value. "References and case studies" in a request means rows of either kind, which is `in (reference, case_study)`;
with `and` the metric counts nothing, for everybody, and looks like a quiet programme.

## Avoid

```laud
table account { id text key }

events activity of account at occurred_at { type one of reference, case_study, review }

# error: equal-both
metric acts = count(activity where type = reference and type = case_study in last 90 days)
```

## Prefer

```laud
table account { id text key }

events activity of account at occurred_at { type one of reference, case_study, review }

metric acts = count(activity where type in (reference, case_study) in last 90 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    facts.each_written(&mut |expr, _| {
        let Some((value, wanted)) = both(expr) else { return };
        if wanted.iter().any(|other| !facts.is_written(other.span)) {
            return;
        }
        let value = facts.text(value.span);
        let texts: Vec<&str> = wanted.iter().map(|other| facts.text(other.span)).collect();
        let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
        let message = format!("`{value}` cannot be {} at once", quoted.join(" and "));
        let finding = Diagnostic::new(Code::EqualBoth, expr.span, message).label("never holds");
        let whole = matches!(&expr.kind, ExprKind::And(list) if list.len() == wanted.len());
        let instead = format!("{value} in ({})", texts.join(", "));
        found.push(match whole && !facts.text(expr.span).contains('#') {
            true => finding.fix(format!("write `{instead}`"), expr.span, facts.in_place_of(expr.span, &instead)),
            false => finding.help(format!("write `{instead}`")),
        });
    });
}

/// What is asked to be several constants at once, and these constants.
pub(super) fn both(expr: &Expr) -> Option<(&Expr, Vec<&Expr>)> {
    let ExprKind::And(list) = &expr.kind else { return None };
    several(list, CompareOp::Equal)
}
