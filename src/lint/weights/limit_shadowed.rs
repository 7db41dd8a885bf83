//! `limit-shadowed`: its page is below.

use crate::ast::LimitVerb;
use crate::check::region::Region;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::Limit;
use std::collections::HashSet;

/// A cap that a stricter one always beats.
pub const LINT: Lint = Lint {
    code: Code::LimitShadowed,
    options: &[],
    run,
    page: r##"# limit-shadowed

Wherever this limit applies, another that is stricter applies too.

Two caps were meant as steps, one open outage and then two, but the milder cap stands on the harder condition. The steps are the
wrong way round, and nobody is ever capped by this one. The proof is made over all possible accounts.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60
  talking  weight 40
  cap 50 when open_p1 > 0 because "an outage"
  # warning: limit-shadowed
  cap 60 when open_p1 > 1 because "several outages"
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
  cap 60 when open_p1 > 0 because "an outage"
  cap 50 when open_p1 > 1 because "several outages"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for card in &facts.program.scorecards {
        for (i, weak) in card.limits.iter().enumerate() {
            let stricter = |strong: &Limit| match weak.verb {
                LimitVerb::Cap => strong.value <= weak.value,
                LimitVerb::Floor => strong.value >= weak.value,
                LimitVerb::Set | LimitVerb::Hold => false,
            };
            let beaten = card.limits.iter().enumerate().find(|(j, strong)| {
                let other = i != *j && strong.verb == weak.verb && stricter(strong);
                // Of two that are the same the second is told.
                other && (strong.value != weak.value || *j < i) && always(facts, weak, strong)
            });
            if let Some((_, strong)) = beaten {
                let verb = if weak.verb == LimitVerb::Cap { "cap" } else { "floor" };
                let message = format!("wherever this {verb} applies, that of {} does too", strong.value);
                found.push(
                    Diagnostic::new(Code::LimitShadowed, weak.span, message)
                        .label("never decides")
                        .also(strong.span, "stricter, and applies to all of these accounts")
                        .help("change the numbers or the conditions round, or leave this one out"),
                );
            }
        }
    }
}

/// True if `strong` applies to every account that `weak` applies to.
fn always(facts: &Facts, weak: &Limit, strong: &Limit) -> bool {
    let Some(wide) = &strong.when else { return true };
    let Some(narrow) = &weak.when else { return false };
    let inside = facts.proofs.region(narrow, None, true);
    let outside = facts.proofs.region(wide, None, false);
    // A value that is missing satisfies neither; what the wide one reads the narrow one must read too.
    let reads = |region: &Region| region.keys().map(str::to_string).collect::<HashSet<String>>();
    match (inside, outside) {
        (Some(inside), Some(outside)) => {
            let known = reads(&outside).is_subset(&reads(&inside));
            known && inside.and(&outside).is_some_and(|both| both.is_empty())
        }
        _ => false,
    }
}
