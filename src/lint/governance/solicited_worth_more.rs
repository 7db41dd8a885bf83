//! `solicited-worth-more`: its page is below.

use crate::ast::{CompareOp, Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::diagnostics::{Edit, Fix};
use crate::lint::written::each_of;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;

/// What was asked for counts more than what came by itself.
pub const LINT: Lint = Lint {
    code: Code::SolicitedWorthMore,
    options: &[],
    run,
    page: r##"# solicited-worth-more

An act that we asked for is worth more than one that the customer did unprompted.

Usually the two branches changed places. As written, the way to a better score is to ask more, not to please more.

## Avoid

```laud
table account { id text key }
events activity of account at done_on { solicited boolean }

# warning: solicited-worth-more
metric goodwill = sum(if solicited = no then 1 else 1.5 of activity in last 90 days)
```

## Prefer

```laud
table account { id text key }
events activity of account at done_on { solicited boolean }

metric goodwill = sum(if solicited = no then 1.5 else 1 of activity in last 90 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let ExprKind::If { condition, then, otherwise } = &expr.kind else { return };
            let Some(asked_first) = asked(condition) else { return };
            let (Some(a), Some(b)) = (constant(facts, then), constant(facts, otherwise)) else { return };
            if (asked_first && a > b) || (!asked_first && b > a) {
                let edit = |from: &Expr, to: &Expr| Edit { span: from.span, text: facts.text(to.span).to_string() };
                let mut finding = Diagnostic::new(
                    Code::SolicitedWorthMore,
                    expr.span,
                    "what we asked for counts more than what came by itself",
                )
                .label(format!("{} against {}", a.max(b), a.min(b)))
                .help("change the two values round");
                let edits = vec![edit(then, otherwise), edit(otherwise, then)];
                finding.fix = Some(Fix { title: "change the two values round".to_string(), edits });
                found.push(finding);
            }
        });
    }
}

/// True if the condition holds for what was asked for, false if for what was not; nothing if it is about something else.
fn asked(condition: &Expr) -> Option<bool> {
    match &condition.kind {
        ExprKind::Name(name) => match name.to_lowercase().as_str() {
            "solicited" | "prompted" | "is_solicited" | "was_solicited" => Some(true),
            "unsolicited" | "unprompted" | "spontaneous" => Some(false),
            _ => None,
        },
        ExprKind::Not(inner) => asked(inner).map(|yes| !yes),
        ExprKind::Compare(op @ (CompareOp::Equal | CompareOp::NotEqual), left, right) => {
            let ExprKind::Boolean(value) = right.kind else { return None };
            asked(left).map(|yes| yes == (value == matches!(op, CompareOp::Equal)))
        }
        _ => None,
    }
}

fn constant(facts: &Facts, expr: &Expr) -> Option<Decimal> {
    match &expr.kind {
        ExprKind::Number(n) | ExprKind::Percent(n) => Some(*n),
        ExprKind::Name(name) => facts.program.params.iter().find(|p| p.header.name == *name)?.value.number(),
        _ => None,
    }
}
