//! `due-after-the-date`: its page is below.

use crate::ast::{Action, CompareOp};
use crate::calendar::{PeriodKind, WindowKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{asking, rules, windows};
use crate::program::{Expr, ExprKind};

/// Work due after the date that it is about.
pub const LINT: Lint = Lint {
    code: Code::DueAfterTheDate,
    options: &[],
    run,
    page: r##"# due-after-the-date

The work is due after the date that the rule is about.

The rule looks at renewals within 30 days, and the call is due in 60: for every single customer the renewal is over by then.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule renewal_call {
  when  renewal in next 30 days and health < 50
  # warning: due-after-the-date
  do    task "Call {name} before the renewal" assign csm due in 60 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule renewal_call {
  when  renewal in next 30 days and health < 50
  do    task "Call {name} before the renewal" assign csm due in 5 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        let ahead = rules::parts(&rule.condition).into_iter().filter_map(|part| Some((part, at_most(part)?)));
        let Some((part, days)) = ahead.min_by_key(|(_, days)| *days) else { continue };
        // What is done when it is over is due when it is over.
        let then = |action: &&Action| {
            let words = asking::words(rules::said(action));
            ["after", "afterwards", "follow", "once", "post", "invoice"]
                .iter()
                .any(|word| words.iter().any(|w| w == word))
        };
        let before = rule.ast.actions.iter().filter(|action| !then(action));
        for due in before.filter_map(|action| action.due).filter(|due| rules::days(*due) > days) {
            let message = format!("the work of `{}` is due when the date is over", rule.header.name);
            found.push(
                Diagnostic::new(Code::DueAfterTheDate, due.span, message)
                    .label(format!("at least {} days too late", rules::days(due) - days))
                    .also(part.span, format!("at most {days} days ahead"))
                    .help("make it due sooner, or look further ahead"),
            );
        }
    }
}

/// How many days ahead a date can lie at most.
fn at_most(condition: &Expr) -> Option<i64> {
    match &condition.kind {
        ExprKind::Within { window: window @ WindowKind::Next(_), negated: false, .. } => windows::length(*window),
        ExprKind::Compare(CompareOp::Less | CompareOp::LessEqual, left, right) => match (&left.kind, &right.kind) {
            (ExprKind::Elapsed { unit: PeriodKind::Day, until: true, .. }, ExprKind::Literal(value)) => {
                value.number()?.to_int()
            }
            _ => None,
        },
        _ => None,
    }
}
