//! `tiny-weight`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::cards::reaches;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::Combine;

/// A line that cannot move the score by more than one point.
pub const LINT: Lint = Lint {
    code: Code::TinyWeight,
    options: &[("points", 1, "a line that can move the score by no more than this is told")],
    run,
    page: r##"# tiny-weight

A line has so little weight that it can move the score by one point at most.

Nobody notices one point, but everybody reads the line, keeps its data clean and argues about it. Give it a weight that matters, or
show it without a weight (`weight 0 informational`). The option `points` says how little is too little.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 99
  # warning: tiny-weight
  talking  weight 1
}
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 80
  talking  weight 20
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let least = Decimal::int(facts.option(Code::TinyWeight, "points"));
    for card in facts.program.scorecards.iter().filter(|card| card.combine == Combine::WeightedMean) {
        for (line, reach) in reaches(facts, card) {
            if reach > least {
                continue;
            }
            let name = facts.program.node_name(line.item);
            let message = format!("`{name}` can move `{}` by {} at most", card.header.name, points(reach));
            found.push(
                Diagnostic::new(Code::TinyWeight, line.span, message)
                    .label(format!("weight {}", line.weight))
                    .help("give it a weight that matters, or `weight 0 informational`"),
            );
        }
    }
}

fn points(n: Decimal) -> String {
    let n = n.round(2);
    if n == Decimal::ONE { "1 point".to_string() } else { format!("{n} points") }
}
