//! `subsumed-rule`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::program::Rule;
use std::collections::BTreeMap;

/// A rule whose accounts all fire another one that does the same.
pub const LINT: Lint = Lint {
    code: Code::SubsumedRule,
    options: &[],
    run,
    page: r##"# subsumed-rule

Every account that fires this rule fires another one too, and both do the same.

The stricter rule was meant to come on top or instead, but the wider one already asks for the same work: the customer gets two
tasks with the same words. Give the stricter one work of its own, or put both into one `exclusive` group.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule call_at_risk {
  when  health < 60
  do    task "Call {name}" assign csm due in 5 days
}

# warning: subsumed-rule
rule call_large_at_risk {
  when  health < 40 and arr >= 250k
  do    task "Call {name}" assign csm due in 2 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule call_at_risk {
  when    health < 60
  unless  health < 40 and arr >= 250k
  do      task "Call {name}" assign csm due in 5 days
}

rule call_large_at_risk {
  when  health < 40 and arr >= 250k
  do    task "Call {name}" assign csm due in 2 days
}
```
"##,
};

/// Rules with the same work beyond this number are not compared.
const MOST: usize = 50;

fn run(facts: &Facts, found: &mut Findings) {
    let mut same: BTreeMap<(String, String, String), Vec<&Rule>> = BTreeMap::new();
    for rule in &facts.program.rules {
        for action in &rule.ast.actions {
            let who = action.assign.as_ref().map_or(String::new(), |name| name.text.clone());
            let key = (action.verb.text.clone(), rules::squashed(&rules::said(action).to_lowercase()), who);
            same.entry(key).or_default().push(rule);
        }
    }
    for ((_, what, _), list) in same.iter().filter(|(_, list)| list.len() <= MOST) {
        for (i, narrow) in list.iter().enumerate() {
            let wider = list.iter().enumerate().find(|(j, wide)| {
                let grouped = narrow.ast.exclusive.is_some() && group(narrow) == group(wide);
                let other = i != *j && wide.header.name != narrow.header.name && !grouped && wide.ast.pilot.is_none();
                // Of two that fire for the same accounts the later one is told.
                other
                    && !copied(facts, narrow, wide)
                    && rules::within(facts, narrow, wide)
                    && (*j < i || !rules::within(facts, wide, narrow))
            });
            let Some((_, wide)) = wider else { continue };
            let message = format!("whoever fires `{}` fires `{}` too", narrow.header.name, wide.header.name);
            let mut finding = Diagnostic::new(Code::SubsumedRule, narrow.header.span, message)
                .label(format!("both ask for \"{what}\""))
                .also(wide.header.span, "wider, and does the same")
                .help("give this one work of its own, leave its accounts out of the other with `unless`, or put both into one `exclusive` group");
            if let Some(account) = rules::fires(facts, narrow).and_then(|all| rules::example(facts, &all)) {
                finding = finding.witness(account);
            }
            found.push(finding);
        }
    }
}

fn group(rule: &Rule) -> Option<&str> {
    rule.ast.exclusive.as_ref().map(|name| name.text.as_str())
}

/// That is another finding.
fn copied(facts: &Facts, a: &Rule, b: &Rule) -> bool {
    let text = |rule: &Rule| {
        let unless = rule.ast.unless.as_ref().map(|e| rules::squashed(facts.text(e.span)));
        (rule.ast.trigger.as_ref().map(|t| rules::squashed(facts.text(t.condition.span))), unless)
    };
    a.ast.actions.len() == b.ast.actions.len() && text(a) == text(b)
}
