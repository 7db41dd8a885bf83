//! `coverage-unsaid`: its page is below.

use crate::ast::{ItemKind, MissingPolicy};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A scorecard does not say how much of its weight must be present.
pub const LINT: Lint = Lint {
    code: Code::CoverageUnsaid,
    options: &[],
    run,
    page: r##"# coverage-unsaid

`missing renormalise` does not say how much of the weight must be there.

With half of the weight missing a score is a guess that looks like a number. laud asks for 60 % then; whoever reads the scorecard
should not have to know that.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60
  talking  weight 40
  # warning: coverage-unsaid
  missing renormalise
}
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60
  talking  weight 40
  missing renormalise at least 60% coverage
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let ItemKind::Scorecard(card) = &item.kind else { continue };
        let Some(clause) = &card.missing else { continue };
        if matches!(clause.policy, MissingPolicy::Renormalise { at_least: None }) {
            let message = format!("`{}` does not say how much of its weight must be there", item.name.text);
            let text = facts.text(clause.span).trim_end();
            found.push(
                Diagnostic::new(Code::CoverageUnsaid, clause.span, message).label("at least 60% is taken, unsaid").fix(
                    "say it",
                    clause.span,
                    format!("{text} at least 60% coverage"),
                ),
            );
        }
    }
}
