//! `neutral-beyond`: its page is below.

use crate::ast::{ExprKind, ItemKind, MissingPolicy};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;

/// Neutral points outside 0 to 100.
pub const LINT: Lint = Lint {
    code: Code::NeutralBeyond,
    options: &[],
    run,
    page: r##"# neutral-beyond

`missing neutral` gives points below 0 or above 100.

Whoever has no data would then be better than the best, or worse than the worst.

## Avoid

```laud
table account { id text key  use ratio 0% to 100% optional }

metric usage { value use scale 0% -> 0, 100% -> 100 }

scorecard health {
  usage weight 100
  # warning: neutral-beyond
  missing neutral 150
}
```

## Prefer

```laud
table account { id text key  use ratio 0% to 100% optional }

metric usage { value use scale 0% -> 0, 100% -> 100 }

scorecard health {
  usage weight 100
  missing neutral 50
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let ItemKind::Scorecard(card) = &item.kind else { continue };
        let lines = card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines));
        for clause in card.missing.iter().chain(lines.filter_map(|line| line.missing.as_ref())) {
            let MissingPolicy::Neutral(points) = &clause.policy else { continue };
            let beyond = match &points.kind {
                ExprKind::Number(n) => *n > Decimal::HUNDRED,
                ExprKind::Negate(_) => true,
                _ => false,
            };
            if beyond {
                let message = format!("{} points lie outside 0 to 100", facts.text(points.span));
                found.push(
                    Diagnostic::new(Code::NeutralBeyond, clause.span, message).label("for whoever has no data").fix(
                        "write `missing neutral 50`",
                        clause.span,
                        "missing neutral 50",
                    ),
                );
            }
        }
    }
}
