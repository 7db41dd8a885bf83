//! `target-decides-nothing`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A target that is always met, or never can be.
pub const LINT: Lint = Lint {
    code: Code::TargetDecidesNothing,
    options: &[],
    run,
    page: r##"# target-decides-nothing

A target is met by every possible value, or by none.

An objective that cannot be missed is green from the first day, and one that cannot be reached is red for ever; neither says how the
work goes. The proof is made from the ranges that columns and scores can have.

## Avoid

```laud
table account { id text key  name text  health points }

metric calls = health

scorecard advocacy { calls weight 100 scale 0 -> 0, 100 -> 100 }

objective pool {
  owner   marketing
  # warning: target-decides-nothing
  target  advocacy >= 120
}
```

## Prefer

```laud
table account { id text key  name text  health points }

metric calls = health

scorecard advocacy { calls weight 100 scale 0 -> 0, 100 -> 100 }

objective pool {
  owner   marketing
  target  advocacy >= 60
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for objective in &facts.program.objectives {
        let Some(target) = &objective.target else { continue };
        let empty = |wanted| facts.proofs.region(target, None, wanted).is_some_and(|region| region.is_empty());
        let (what, help) = match (empty(true), empty(false)) {
            (true, _) => ("can never be met", "look at the bound: no value reaches it"),
            (_, true) => ("is always met", "look at the bound: every value reaches it"),
            _ => continue,
        };
        let message = format!("the target of `{}` {what}", objective.header.name);
        found.push(
            Diagnostic::new(Code::TargetDecidesNothing, target.span, message)
                .label(format!("`{}` {what}", facts.text(target.span)))
                .help(help),
        );
    }
}
