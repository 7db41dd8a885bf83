//! `low-coverage`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::MissingPolicy;

/// A score from next to nothing.
pub const LINT: Lint = Lint {
    code: Code::LowCoverage,
    options: &[("percent", 33, "a least coverage below this is told")],
    run,
    page: r##"# low-coverage

A scorecard is content with less than a third of its weight.

With `at least 10% coverage` one small line makes the whole score, and the account with a single log-in is at 100. Half of the weight or
more is usual. The option `percent` sets the bound.

## Avoid

```laud
table account { id text key  use ratio 0% to 100% optional }

metric usage { value use scale 0% -> 0, 100% -> 100 }

scorecard health {
  usage weight 100
  # warning: low-coverage
  missing renormalise at least 10% coverage
}
```

## Prefer

```laud
table account { id text key  use ratio 0% to 100% optional }

metric usage { value use scale 0% -> 0, 100% -> 100 }

scorecard health {
  usage weight 100
  missing renormalise at least 60% coverage
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let percent = Decimal::int(facts.option(Code::LowCoverage, "percent"));
    for item in facts.own_items() {
        let ItemKind::Scorecard(card) = &item.kind else { continue };
        let Some(clause) = &card.missing else { continue };
        let Some(checked) = facts.program.scorecards.iter().find(|c| c.header.span == item.name.span) else { continue };
        let MissingPolicy::Renormalise { at_least } = checked.missing else { continue };
        if at_least.mul(Decimal::HUNDRED).is_some_and(|least| least < percent) {
            let message = format!("`{}` is a number even if nearly everything is missing", item.name.text);
            found.push(
                Diagnostic::new(Code::LowCoverage, clause.span, message)
                    .label(format!("less than {percent} % of the weight is enough"))
                    .help("ask for more: `missing renormalise at least 60% coverage`"),
            );
        }
    }
}
