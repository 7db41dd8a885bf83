//! `pilot-of-most`: its page is below.

use crate::ast::ExprKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;

/// A pilot of most customers.
pub const LINT: Lint = Lint {
    code: Code::PilotOfMost,
    options: &[("percent", 50, "the largest share of a pilot")],
    run,
    page: r##"# pilot-of-most

A pilot takes more than half of the customers.

What is left is too few to compare with, and if the idea is bad, most have met it. `laud.toml` may set another share.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when   health >= 80
  do     task "Ask {name} for a reference call" assign csm due in 10 days
  # warning: pilot-of-most
  pilot  90%
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when   health >= 80
  do     task "Ask {name} for a reference call" assign csm due in 10 days
  pilot  25%
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let most = facts.option(Code::PilotOfMost, "percent");
    for rule in rules::all(facts) {
        let Some(pilot) = &rule.ast.pilot else { continue };
        let ExprKind::Percent(share) = &pilot.kind else { continue };
        if share.mul(Decimal::HUNDRED).is_some_and(|percent| percent > Decimal::int(most)) {
            let message = format!("the pilot of `{}` leaves few customers to compare with", rule.header.name);
            found.push(
                Diagnostic::new(Code::PilotOfMost, pilot.span, message)
                    .label(format!("more than {most}%"))
                    .help("begin with a quarter, or leave `pilot` out when it is over"),
            );
        }
    }
}
