//! `impossible-condition`: its page is below.

use super::equal_both;
use crate::check::amend;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, Role};
use crate::program::{Expr, ExprKind};

/// A filter, exception or choice that holds for nobody.
pub const LINT: Lint = Lint {
    code: Code::ImpossibleCondition,
    options: &[],
    run,
    page: r##"# impossible-condition

A filter, cap, exception or choice can never hold.

Its clauses exclude each other, or ask for values that the column cannot have. A count over such a filter is zero for everybody, a cap
never caps, and nobody notices, because zero looks like an answer. (A rule or segment that nobody can meet is an error of `check`.)

## Avoid

```laud
table account { id text key }

events survey of account at answered_on { score integer 0 to 10 }

# error: impossible-condition
metric unhappy = count(survey where score < 6 and score > 8 in last 90 days)
```

## Prefer

```laud
table account { id text key }

events survey of account at answered_on { score integer 0 to 10 }

metric in_between = count(survey where score > 6 and score < 9 in last 90 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for condition in facts.own_conditions() {
        for part in parts(condition.expr) {
            let whole = part.span == condition.expr.span;
            // Who says it already: `check` of these, and the page about `x = a and x = b`.
            if whole && matches!(condition.role, Role::Segment | Role::Rule) || is_equal_both(part) {
                continue;
            }
            if facts.proofs.region(part, condition.rows, true).is_some_and(|inside| inside.is_empty()) {
                let message = format!("`{}` never holds", facts.text(part.span));
                let all = if condition.rows.is_some() { "row" } else { "account" };
                let label = match whole {
                    true => format!("{} takes no {all}", condition.role.words()),
                    false => "adds nobody".to_string(),
                };
                let finding = Diagnostic::new(Code::ImpossibleCondition, part.span, message).label(label);
                found.push(match amend::never(part, facts.ask(condition.rows)) {
                    Some(amended) => amended.put(finding),
                    None => finding.help("check the bounds against each other and against the range of the column"),
                });
                break;
            }
        }
    }
}

/// The condition, and each of its alternatives.
fn parts(condition: &Expr) -> Vec<&Expr> {
    let mut all = vec![condition];
    if let ExprKind::Or(list) = &condition.kind {
        all.extend(list);
    }
    all
}

/// True for `x = a and x = b`, alone or beside other clauses.
fn is_equal_both(condition: &Expr) -> bool {
    let beside = match &condition.kind {
        ExprKind::And(list) => list.iter().any(|clause| equal_both::both(clause).is_some()),
        _ => false,
    };
    beside || equal_both::both(condition).is_some()
}
