//! `unconditional-limit`: its page is below.

use crate::ast::{CompareOp, LimitVerb};
use crate::check::domain::Domain;
use crate::check::interval::Numbers;
use crate::check::region::band_numbers;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::Unit;

/// A limit without `when` takes a grade from everybody.
pub const LINT: Lint = Lint {
    code: Code::UnconditionalLimit,
    options: &[],
    run,
    page: r##"# unconditional-limit

A cap, floor or setting applies to every account and makes grades impossible.

`cap 0` without a condition gives everybody 0: the `when` was forgotten. A limit for all that leaves all grades possible is
left alone; so that a scorecard without grades ends below 100 is told too.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60
  talking  weight 40
  # warning: unconditional-limit
  cap 40
  grades {
    green  >= 70
    amber  >= 35
    red    otherwise
  }
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
  cap 40 when open_p1 > 0
  grades {
    green  >= 70
    amber  >= 35
    red    otherwise
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for card in &facts.program.scorecards {
        for limit in card.limits.iter().filter(|limit| limit.when.is_none()) {
            let left = match limit.verb {
                LimitVerb::Cap => Numbers::compared(CompareOp::LessEqual, limit.value),
                LimitVerb::Floor => Numbers::compared(CompareOp::GreaterEqual, limit.value),
                LimitVerb::Set | LimitVerb::Hold => Numbers::compared(CompareOp::Equal, limit.value),
            };
            let lost = card.grades.iter().find_map(|table| {
                let mut rest = Domain::within(0, 100).numbers();
                table.bands.iter().find(|band| {
                    let own = rest.and(&band_numbers(&band.test));
                    rest = rest.without(&own);
                    !own.is_empty() && own.and(&left).is_empty()
                })
            });
            let all = matches!(limit.verb, LimitVerb::Set | LimitVerb::Hold)
                || (limit.verb == LimitVerb::Cap && limit.value <= Decimal::ZERO)
                || (limit.verb == LimitVerb::Floor && limit.value >= Decimal::HUNDRED);
            let message = match lost {
                Some(grade) => format!("nobody can be `{}`: this applies to every account", grade.name),
                None if all => "every account gets the same score".to_string(),
                // With a total of 100 points nobody needs a lower end of the scale.
                None if card.grades.is_empty() && card.combine.unit() == Unit::Points => match limit.verb {
                    LimitVerb::Cap if limit.value < Decimal::HUNDRED => {
                        format!("nobody can score above {}: this applies to every account", limit.value)
                    }
                    LimitVerb::Floor if limit.value > Decimal::ZERO => {
                        format!("nobody can score below {}: this applies to every account", limit.value)
                    }
                    _ => continue,
                },
                None => continue,
            };
            let finding = Diagnostic::new(Code::UnconditionalLimit, limit.span, message);
            let finding = finding.label("applies to everybody").help("say when: `when open_p1 > 0`");
            found.push(match lost {
                Some(grade) => finding.also(grade.span, "out of reach"),
                None => finding,
            });
        }
    }
}
