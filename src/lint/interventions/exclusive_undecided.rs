//! `exclusive-undecided`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules::{self, Whole};
use crate::lint::{Facts, Findings, Lint};
use std::collections::BTreeMap;

/// Two rules of one group, and nothing says which goes first.
pub const LINT: Lint = Lint {
    code: Code::ExclusiveUndecided,
    options: &[],
    run,
    page: r##"# exclusive-undecided

Two rules of one `exclusive` group can fire together, and nothing says which of them acts.

One of them is dropped for that customer, and which one is a matter of chance or of the order in the file. A `priority` says what
matters more. The account shown fires both.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when       health >= 80
  do         task "Ask {name} for a reference call" assign csm due in 10 days
  exclusive  outreach
}

# warning: exclusive-undecided
rule story {
  when       health >= 90
  do         task "Ask {name} for a case study" assign csm due in 20 days
  exclusive  outreach
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when       health >= 80
  do         task "Ask {name} for a reference call" assign csm due in 10 days
  exclusive  outreach
  priority   5
}

rule story {
  when       health >= 90
  do         task "Ask {name} for a case study" assign csm due in 20 days
  exclusive  outreach
  priority   10
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut groups: BTreeMap<&str, Vec<(Option<String>, Whole)>> = BTreeMap::new();
    for rule in &facts.program.rules {
        if let Some(name) = &rule.ast.exclusive {
            let rank = rule.ast.priority.as_ref().map(|e| rules::squashed(facts.text(e.span)));
            groups.entry(&name.text).or_default().push((rank, Whole::new(facts, rule)));
        }
    }
    for (name, list) in &groups {
        for (i, (rank, whole)) in list.iter().enumerate() {
            let later = whole.rule;
            let near = list.iter().take(i).skip(i.saturating_sub(rules::NEAREST)).filter(|(other, _)| other == rank);
            let clash = near.into_iter().find_map(|(_, earlier)| Some((earlier.rule, earlier.and(facts, whole)?)));
            if let Some((earlier, account)) = clash {
                let label = match &later.ast.priority {
                    Some(_) => "of the same priority",
                    None => "neither has a priority",
                };
                let message = format!(
                    "`{}` and `{}` can fire together, and only one of `{name}` acts",
                    earlier.header.name, later.header.name
                );
                found.push(
                    Diagnostic::new(Code::ExclusiveUndecided, later.header.span, message)
                        .label(label)
                        .also(earlier.header.span, "the other")
                        .help("give each a `priority` of its own")
                        .witness(account),
                );
            }
        }
    }
}
