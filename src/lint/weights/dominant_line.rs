//! `dominant-line`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::cards::reaches;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::Combine;

/// One line decides the score, whatever the others say.
pub const LINT: Lint = Lint {
    code: Code::DominantLine,
    options: &[("points", 10, "told if all other lines together move the score by no more than this")],
    run,
    page: r##"# dominant-line

All other lines together cannot move the score by more than ten points.

A scorecard promises that several things are weighed. If one of them has nearly all the weight, the others are decoration, and
the account with a bad value there is red whatever else it does. The message says how far the others reach together; the option
`points` sets the bound.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  # warning: dominant-line
  usage    weight 95
  talking  weight 3
  asking   weight 2
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
  talking  weight 20
  asking   weight 20
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let bound = Decimal::int(facts.option(Code::DominantLine, "points"));
    for card in facts.program.scorecards.iter().filter(|card| card.combine == Combine::WeightedMean) {
        let all = reaches(facts, card);
        let total = all.iter().try_fold(Decimal::ZERO, |sum, (_, reach)| sum.add(*reach));
        let most = all.iter().max_by_key(|(_, reach)| *reach);
        let (Some(total), Some((line, most))) = (total, most) else { continue };
        let Some(others) = total.sub(*most) else { continue };
        if all.len() > 1 && others <= bound && *most > others {
            let name = facts.program.node_name(line.item);
            let message = format!("`{name}` alone decides `{}`", card.header.name);
            found.push(
                Diagnostic::new(Code::DominantLine, line.span, message)
                    .label(format!("the other lines together move the score by {} points at most", others.round(2)))
                    .help("share out the weights, or score this metric alone"),
            );
        }
    }
}
