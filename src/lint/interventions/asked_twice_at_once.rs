//! `asked-twice-at-once`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::asking;
use crate::lint::rules::{self, Whole};
use crate::lint::{Facts, Findings, Lint};
use crate::program::Rule;

/// Two rules ask the same customer on the same day.
pub const LINT: Lint = Lint {
    code: Code::AskedTwiceAtOnce,
    options: &[],
    run,
    page: r##"# asked-twice-at-once

Two rules ask the same customer to speak for us on the same day, and they are not in one `exclusive` group.

The customer gets two requests from one company in one morning. Projects that use `exclusive` have thought about this; two asking
rules that share no group were forgotten. The account shown fires both.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when       health >= 80
  do         task "Ask {name} for a reference call" assign csm due in 10 days
  exclusive  outreach
}

# warning: asked-twice-at-once
rule story {
  when  health >= 90
  do    task "Ask {name} for a case study" assign csm due in 20 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when       health >= 80
  do         task "Ask {name} for a reference call" assign csm due in 10 days
  exclusive  outreach
}

rule story {
  when       health >= 90
  do         task "Ask {name} for a case study" assign csm due in 20 days
  exclusive  outreach
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    if !facts.program.rules.iter().any(|rule| rule.ast.exclusive.is_some()) {
        return;
    }
    let asks = facts.program.rules.iter().filter(|rule| asking::asking(rule).is_some());
    let asking: Vec<Whole> = asks.map(|rule| Whole::new(facts, rule)).collect();
    for (i, whole) in asking.iter().enumerate() {
        let later = whole.rule;
        let clash = asking.iter().take(i).skip(i.saturating_sub(rules::NEAREST)).find_map(|earlier| {
            if later.ast.exclusive.is_some() && group(later) == group(earlier.rule) {
                return None;
            }
            Some((earlier.rule, earlier.and(facts, whole)?))
        });
        if let Some((earlier, account)) = clash {
            let message =
                format!("`{}` and `{}` can ask one customer on one day", earlier.header.name, later.header.name);
            let name = group(later).or(group(earlier)).unwrap_or("outreach");
            found.push(
                Diagnostic::new(Code::AskedTwiceAtOnce, later.header.span, message)
                    .label("asks the customer to speak for us")
                    .also(earlier.header.span, "so does this one")
                    .help(format!("put both into one group: `exclusive {name}`"))
                    .witness(account),
            );
        }
    }
}

fn group(rule: &Rule) -> Option<&str> {
    rule.ast.exclusive.as_ref().map(|name| name.text.as_str())
}
