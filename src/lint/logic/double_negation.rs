//! `double-negation`: its page is below.

use crate::ast::{CompareOp, Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, unwrapped};
use crate::lint::{Facts, Findings, Lint};

/// A negation of a negation.
pub const LINT: Lint = Lint {
    code: Code::DoubleNegation,
    options: &[],
    run,
    page: r##"# double-negation

A negation is negated.

`not (industry not in (…))` has to be read twice, and the second reader is the one who adds a third `not`. Say who is in.

## Avoid

```laud
table account { id text key  industry one of saas, fintech, health, public }

# warning: double-negation
segment regulated = not (industry not in (fintech, health, public))
```

## Prefer

```laud
table account { id text key  industry one of saas, fintech, health, public }

segment regulated = industry in (fintech, health, public)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let ExprKind::Not(inner) = &expr.kind else { return };
            let Some(plain) = positive(facts, inner) else { return };
            found.push(
                Diagnostic::new(Code::DoubleNegation, expr.span, "a negation is negated")
                    .label("`not` of something that says `not`")
                    .fix(format!("write `{plain}`"), expr.span, facts.in_place_of(expr.span, &plain)),
            );
        });
    }
}

/// The opposite of a condition that says `not`, in words.
fn positive(facts: &Facts, inner: &Expr) -> Option<String> {
    match &inner.kind {
        ExprKind::Not(innermost) => Some(facts.text(innermost.span).to_string()),
        ExprKind::Compare(CompareOp::NotEqual, left, right) => {
            Some(format!("{} = {}", facts.text(left.span), facts.text(right.span)))
        }
        ExprKind::In { value, negated: true, .. }
        | ExprKind::Within { value, negated: true, .. }
        | ExprKind::IsMissing { value, negated: true, .. }
        | ExprKind::Is { value, negated: true, .. } => turned(facts, inner, value, true),
        _ => None,
    }
}

/// `x not in (…)` as `x in (…)`, `x is not a` as `x is a`, or, if it says no `not`, the other way round.
pub(super) fn turned(facts: &Facts, condition: &Expr, value: &Expr, negated: bool) -> Option<String> {
    let whole = facts.text(condition.span);
    let (value, whole) = (facts.text(value.span), unwrapped(whole).unwrap_or(whole).trim());
    let tail = whole.strip_prefix(value)?.trim_start();
    if tail.contains('#') {
        return None;
    }
    let (is, rest) = match tail.strip_prefix("is").filter(|rest| rest.starts_with(char::is_whitespace)) {
        Some(rest) => ("is ", rest.trim_start()),
        None => ("", tail),
    };
    if !negated {
        return Some(format!("{value} {is}not {rest}"));
    }
    let rest = rest.strip_prefix("not").filter(|rest| rest.starts_with(char::is_whitespace))?;
    Some(format!("{value} {is}{}", rest.trim_start()))
}
