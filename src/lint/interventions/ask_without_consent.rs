//! `ask-without-consent`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::asking;
use crate::lint::{Facts, Findings, Lint};

/// Asks a customer to speak for us without looking at their consent.
pub const LINT: Lint = Lint {
    code: Code::AskWithoutConsent,
    options: &[],
    run,
    page: r##"# ask-without-consent

A rule asks a customer to speak for us and does not look at the consent that the project has.

Whoever refused is asked again, by name, by a task that a rule wrote. Where a column, a table or a segment says who may be asked,
every rule that asks for a reference, a review, a quote, a logo or a talk should read it, itself or through a segment.

## Avoid

```laud
table account { id text key  name text  csm text personal  health points  consent_marketing boolean optional }

rule reference_call {
  when      health >= 80
  # warning: ask-without-consent
  do        task "Ask {name} for a reference call" assign csm due in 10 days
  cooldown  90 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  health points  consent_marketing boolean optional }

rule reference_call {
  when      health >= 80
  unless    consent_marketing = no
  do        task "Ask {name} for a reference call" assign csm due in 10 days
  cooldown  90 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let consent = asking::named(facts, &asking::CONSENT);
    let Some(example) = consent.iter().min() else { return };
    let items = facts.items();
    let readers = facts.uses.readers(&items, consent.iter().copied());
    for rule in facts.program.rules.iter().filter(|rule| !readers.contains(rule.header.name.as_str())) {
        if let Some(action) = asking::asking(rule) {
            let message = format!("`{}` asks customers whether or not they agreed to be asked", rule.header.name);
            found.push(
                Diagnostic::new(Code::AskWithoutConsent, action.span, message)
                    .label("asks the customer to speak for us")
                    .help(format!("read `{example}`, say with `unless`")),
            );
        }
    }
}
