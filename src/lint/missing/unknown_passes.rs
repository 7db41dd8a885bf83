//! `unknown-passes`: its page is below.

use crate::ast::CompareOp;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{Role, each};
use crate::program::ExprKind;
use crate::value::Value;
use std::collections::HashSet;

/// A column that may be missing is asked what it is not.
pub const LINT: Lint = Lint {
    code: Code::UnknownPasses,
    options: &[],
    run,
    page: r##"# unknown-passes

A condition asks what an optional column is not, and accounts or rows without a value pass neither way.

`consent != no` looks as if everybody who did not say no has agreed. Where the value is missing the condition is unknown and counts
as not met, which is right for consent and wrong for counting: `solicited != yes` leaves out all rows where nobody wrote it down. Say
which one is meant: `= no`, `= yes`, or `is missing or …`. Filters and segments are looked at.

## Avoid

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

# warning: unknown-passes
segment unprompted = solicited != yes
```

## Prefer

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

segment unprompted = solicited = no
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for condition in facts.conditions() {
        if !matches!(condition.role, Role::Segment | Role::Where(_) | Role::Accounts | Role::Part) {
            continue;
        }
        // Whoever asks for missing values has thought of them.
        let mut asked = HashSet::new();
        each(condition.expr, &mut |expr| {
            if let ExprKind::IsMissing { value, .. } = &expr.kind {
                asked.insert(facts.text(value.span));
            }
        });
        each(condition.expr, &mut |expr| {
            let (value, other) = match &expr.kind {
                ExprKind::Compare(CompareOp::NotEqual, left, right) => (&**left, &**right),
                _ => return,
            };
            let field = match value.kind {
                ExprKind::Field(id) => facts.program.subject_table().and_then(|t| t.fields.get(id.index())),
                ExprKind::RowField(id) => {
                    condition.rows.and_then(|t| facts.program.table(t)).and_then(|t| t.fields.get(id.index()))
                }
                _ => None,
            };
            let Some(field) = field.filter(|field| field.optional && !asked.contains(facts.text(value.span))) else {
                return;
            };
            let finding = Diagnostic::new(
                Code::UnknownPasses,
                expr.span,
                format!("`{}` may be missing, and then this does not hold", field.name),
            )
            .label("leaves out all that say nothing");
            let opposite = match &other.kind {
                ExprKind::Literal(Value::Boolean(yes)) => Some(if *yes { "no" } else { "yes" }),
                _ => None,
            };
            let name = facts.text(value.span);
            found.push(match opposite {
                Some(word) => finding.help(format!(
                    "write `{name} = {word}` if that is meant, or `({name} is missing or {name} = {word})`"
                )),
                None => finding.help(format!(
                    "say what is meant of those: `{name} is missing or …`, `{name} is not missing and …`"
                )),
            });
        });
    }
}
