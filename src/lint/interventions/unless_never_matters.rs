//! `unless-never-matters`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// An exception that can never hold together with the condition.
pub const LINT: Lint = Lint {
    code: Code::UnlessNeverMatters,
    options: &[],
    run,
    page: r##"# unless-never-matters

The exception never holds while the condition does, so it holds nobody back.

`unless health < 20` behind `when health >= 80` was copied from another rule, or one of the two bounds is wrong. Whoever the
exception was meant for is acted on. The proof is made over all possible accounts.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when    health >= 80
  # warning: unless-never-matters
  unless  health < 20
  do      task "Ask {name} for a reference call" assign csm due in 10 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule reference_call {
  when    health >= 80
  unless  renewal in next 30 days
  do      task "Ask {name} for a reference call" assign csm due in 10 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        let (Some(unless), Some(written)) = (&rule.unless, &rule.ast.unless) else { continue };
        let regions = (facts.proofs.region(&rule.condition, None, true), facts.proofs.region(unless, None, true));
        let (Some(met), Some(barred)) = regions else { continue };
        if met.is_empty() || barred.is_empty() || !met.and(&barred).is_some_and(|both| both.is_empty()) {
            continue;
        }
        let message = format!("the exception of `{}` holds nobody back", rule.header.name);
        let mut finding =
            Diagnostic::new(Code::UnlessNeverMatters, written.span, message).label("never true where the rule fires");
        if let Some(trigger) = &rule.ast.trigger {
            finding = finding.also(trigger.condition.span, "excludes it already");
        }
        finding = finding.help("look at the two bounds, or leave the exception out");
        found.push(match rules::statement(facts, "unless", written.span) {
            Some(whole) => finding.fix("leave the exception out", facts.line_of(whole), ""),
            None => finding,
        });
    }
}
