//! `weight-without-reason`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Line, Scorecard};

/// A weight without `because` among weights with reasons.
pub const LINT: Lint = Lint {
    code: Code::WeightWithoutReason,
    options: &[],
    run,
    page: r##"# weight-without-reason

A weight has no reason although the other lines of the scorecard have.

The first question about a scorecard is why this counts for 40. Where at least half of the lines give a reason, the line
without one is the one that nobody thought about.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60  because "use is what renews"
  # warning: weight-without-reason
  talking  weight 40
}
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60  because "use is what renews"
  talking  weight 40  because "calls close deals"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for card in &facts.program.scorecards {
        let (given, not): (Vec<&Line>, Vec<&Line>) = weighed(card).partition(|line| line.because.is_some());
        if given.len() < not.len() || given.is_empty() {
            continue;
        }
        for line in weighed(card).filter(|line| line.because.is_none()) {
            let name = facts.program.node_name(line.item);
            found.push(
                Diagnostic::new(
                    Code::WeightWithoutReason,
                    line.span,
                    format!("nobody says why `{name}` weighs this much"),
                )
                .label(format!("weight {} without a reason", line.weight))
                .help("say it behind the weight: `because \"…\"`"),
            );
        }
    }
}

/// Lines that count.
fn weighed(card: &Scorecard) -> impl Iterator<Item = &Line> {
    card.lines.iter().filter(|line| !line.informational && card.combine.weighs())
}
