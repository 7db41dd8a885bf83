//! `exclusive-alone`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use std::collections::BTreeMap;

/// An exclusive group of one rule.
pub const LINT: Lint = Lint {
    code: Code::ExclusiveAlone,
    options: &[],
    run,
    page: r##"# exclusive-alone

Only one rule is in this `exclusive` group, so it excludes nothing.

Usually the other rules of the group are spelt differently, and customers get what one of them was meant to hold back.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when       health >= 80
  do         task "Ask {name} for a reference call" assign csm due in 10 days
  # warning: exclusive-alone
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
    let mut groups: BTreeMap<&str, Vec<&crate::ast::Name>> = BTreeMap::new();
    for name in rules::all(facts).filter_map(|rule| rule.ast.exclusive.as_ref()) {
        groups.entry(&name.text).or_default().push(name);
    }
    for (group, names) in &groups {
        let [name] = names.as_slice() else { continue };
        let finding = Diagnostic::new(Code::ExclusiveAlone, name.span, format!("no other rule is in `{group}`"))
            .label("excludes nothing");
        let others = groups.keys().copied().filter(|other| other != group);
        found.push(match crate::diagnostics::nearest(group, others) {
            Some(near) => finding.fix(format!("did you mean `{near}`?"), name.span, near),
            None => finding.help("put the rules that must not meet into the group, or leave it out"),
        });
    }
}
