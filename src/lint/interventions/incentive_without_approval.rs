//! `incentive-without-approval`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{asking, rules};

/// Something is given away without approval, where other rules ask for one.
pub const LINT: Lint = Lint {
    code: Code::IncentiveWithoutApproval,
    options: &[],
    run,
    page: r##"# incentive-without-approval

An action gives something away and nobody approves it, although other rules have an `approval`.

A discount or a voucher costs money for everybody who fires the rule, and an incentive is what legal wants to see first.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule invite {
  when      health >= 80
  do        task "Invite {name} to the advisory board" assign csm due in 10 days
  approval  legal
}

rule keep {
  when  health < 40 and renewal in next 90 days
  # warning: incentive-without-approval
  do    task "Offer {name} a discount of 10%" assign csm due in 5 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule invite {
  when      health >= 80
  do        task "Invite {name} to the advisory board" assign csm due in 10 days
  approval  legal
}

rule keep {
  when      health < 40 and renewal in next 90 days
  do        task "Offer {name} a discount of 10%" assign csm due in 5 days
  approval  finance
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(example) = rules::all(facts).find_map(|rule| rule.ast.approval.first()).map(|approval| &approval.team)
    else {
        return;
    };
    for rule in rules::all(facts).filter(|rule| rule.ast.approval.is_empty()) {
        if let Some(action) = rule.ast.actions.iter().find(|action| asking::gives(action)) {
            let message = format!("`{}` gives something away, and nobody approves it", rule.header.name);
            found.push(
                Diagnostic::new(Code::IncentiveWithoutApproval, action.span, message)
                    .label("costs money each time")
                    .also(example.span, "another rule is approved")
                    .help(format!("add `approval {}`", example.text)),
            );
        }
    }
}
