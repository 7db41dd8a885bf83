//! `limit-without-effect`: its page is below.

use crate::ast::LimitVerb;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::cards::line_points;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::Limit;

/// A cap above the highest score, or a floor below the lowest.
pub const LINT: Lint = Lint {
    code: Code::LimitWithoutEffect,
    options: &[],
    run,
    page: r##"# limit-without-effect

A cap lies above every score, or a floor below every score.

A cap of 490 where scores end at 100 caps nothing: a digit too many, and the account with three open outages stays green.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60
  talking  weight 40
  # warning: limit-without-effect
  cap 490 when open_p1 > 0 because "an outage is no health"
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
  cap 49 when open_p1 > 0 because "an outage is no health"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for card in facts.program.scorecards.iter().filter(|card| card.combine.has_shares()) {
        // Other limits may set a score beyond what the lines give.
        let set = |limit: &Limit| matches!(limit.verb, LimitVerb::Set | LimitVerb::Hold).then_some(limit.value);
        let sets: Vec<Decimal> = card.limits.iter().filter_map(set).collect();
        let lines = card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines));
        let mut low = Decimal::HUNDRED;
        let mut high = Decimal::ZERO;
        for line in lines {
            let domain = line_points(facts, line);
            low = low.min(domain.low.unwrap_or(Decimal::ZERO));
            high = high.max(domain.high.unwrap_or(Decimal::HUNDRED));
        }
        let highest = sets.iter().copied().fold(high, Decimal::max).max(Decimal::HUNDRED);
        let lowest = sets.iter().copied().fold(low, Decimal::min).min(Decimal::ZERO);
        for limit in &card.limits {
            let message = match limit.verb {
                LimitVerb::Cap if limit.value >= highest => format!("no score is above {}", limit.value),
                LimitVerb::Floor if limit.value <= lowest => format!("no score is below {}", limit.value),
                _ => continue,
            };
            found.push(
                Diagnostic::new(Code::LimitWithoutEffect, limit.span, message).label("this changes no score").help(
                    format!("scores of `{}` run from {lowest} to {highest}: look at the number", card.header.name),
                ),
            );
        }
    }
}
