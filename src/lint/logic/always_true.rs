//! `always-true`: its page is below.

use super::not_equal_either;
use crate::check::amend;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::places::has_param;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind};

/// A condition that holds for every account or row.
pub const LINT: Lint = Lint {
    code: Code::AlwaysTrue,
    options: &[],
    run,
    page: r##"# always-true

A condition holds whatever the value is.

Ranges that columns declare, and what counts, scores and scales can yield, leave no value for which it is false. A rule
with such a condition fires for everybody, a filter filters nothing; usually the bound has one digit too few or the comparison
points the wrong way. Missing values are not looked at here: `is not missing` says that.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more }

# warning: always-true
segment troubled = open_p1 >= 0
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more }

segment troubled = open_p1 > 0
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for condition in facts.own_conditions() {
        for part in parts(condition.expr) {
            // `x != a or x != b` has a page of its own.
            if not_equal_either::either(part).is_some() {
                break;
            }
            let always = facts.proofs.region(part, condition.rows, false).is_some_and(|outside| outside.is_empty());
            // A run may set a bound that decides.
            if !always || has_param(part) {
                continue;
            }
            let message = format!("`{}` always holds", facts.text(part.span));
            let all = if condition.rows.is_some() { "row" } else { "account" };
            let label = match part.span == condition.expr.span {
                true => format!("{} takes every {all}", condition.role.words()),
                false => "decides nothing".to_string(),
            };
            let finding = Diagnostic::new(Code::AlwaysTrue, part.span, message).label(label);
            found.push(match amend::always(part, facts.ask(condition.rows)) {
                Some(amended) => amended.put(finding),
                None => finding.help("look at the bound and at the direction of the comparison"),
            });
            break;
        }
    }
}

/// The condition, and what it asks for beside other things.
fn parts(condition: &Expr) -> Vec<&Expr> {
    let mut all = vec![condition];
    if let ExprKind::And(list) = &condition.kind {
        all.extend(list);
    }
    all
}
