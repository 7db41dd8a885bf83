//! `quid-pro-quo`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{asking, rules};

/// Something is given for an opinion.
pub const LINT: Lint = Lint {
    code: Code::QuidProQuo,
    options: &[],
    run,
    page: r##"# quid-pro-quo

An action gives something away for a review, a reference or an answer.

Review sites throw such reviews out, and in many countries they are against the law on unfair advertising unless they say that they
were paid for. A paid answer also says nothing about the customer. Thank people afterwards, whatever they said.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule review_drive {
  when      health >= 80
  # warning: quid-pro-quo
  do        email "Send {name} a gift card for a public review"
  cooldown  365 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule review_drive {
  when      health >= 80
  do        email "Ask {name} for a public review"
  cooldown  365 days
}

rule keep {
  when  health < 40 and renewal in next 90 days
  do    task "Offer {name} a discount for a longer term" assign csm due in 5 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        for action in rule.ast.actions.iter().filter(|action| asking::pays_for_opinion(action)) {
            let message = format!("`{}` pays for an opinion", rule.header.name);
            found.push(
                Diagnostic::new(Code::QuidProQuo, rules::place(action), message)
                    .label("a gift and an opinion in one breath")
                    .help("ask without offering anything, and thank people whatever they said"),
            );
        }
    }
}
