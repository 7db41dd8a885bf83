//! `copied-rule`: its page is below.

use crate::ast::TriggerKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::program::TableId;
use std::collections::HashMap;

/// Two rules of one condition that do the same.
pub const LINT: Lint = Lint {
    code: Code::CopiedRule,
    options: &[],
    run,
    page: r##"# copied-rule

Two rules have the same condition and do the same.

Every customer who fires one fires the other, and gets two tasks or two mails on the same morning. Usually one was copied to be
changed and then was not.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm
}

# warning: copied-rule
rule rescue_emea {
  when  health < 40
  do    task "Call {name}" assign csm
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when  health < 40
  do    task "Call {name}" assign csm
}

rule rescue_large {
  when  health < 60 and arr >= 250k
  do    playbook executive_call assign csm
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let text = |span| rules::squashed(facts.text(span));
    let mut seen: HashMap<(TriggerKind, Option<TableId>, Vec<String>), &crate::program::Rule> = HashMap::new();
    for rule in rules::all(facts) {
        let Some(trigger) = &rule.ast.trigger else { continue };
        let unless = rule.ast.unless.as_ref().map_or(String::new(), |e| text(e.span));
        let does = rule.ast.actions.iter().map(|action| {
            let who = action.assign.as_ref().map_or("", |name| name.text.as_str());
            format!("{} {} {who}", action.verb.text, rules::said(action))
        });
        let said = [text(trigger.condition.span), unless].into_iter().chain(does).collect();
        let key = (trigger.kind, rule.looks_at(), said);
        match seen.get(&key) {
            Some(first) => {
                let message =
                    format!("`{}` does what `{}` does, under the same condition", rule.header.name, first.header.name);
                found.push(
                    Diagnostic::new(Code::CopiedRule, rule.header.span, message)
                        .label("the same again")
                        .also(first.header.span, "the first")
                        .help("change what should differ, or leave one out"),
                );
            }
            None => {
                seen.insert(key, rule);
            }
        }
    }
}
