//! `cooldown-before-due`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};
use crate::program::Trigger;

/// Acts again before the work of the last time is due.
pub const LINT: Lint = Lint {
    code: Code::CooldownBeforeDue,
    options: &[],
    run,
    page: r##"# cooldown-before-due

A rule that repeats asks again before the last task is due.

With two weeks to do it and a cooldown of one, every customer has two open copies of the same task. Either the work is urgent, then
it is due sooner, or it is not, then the rule can wait.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  while     health < 40
  do        task "Call {name}" assign csm due in 14 days
  # warning: cooldown-before-due
  cooldown  7 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  while     health < 40
  do        task "Call {name}" assign csm due in 14 days
  cooldown  30 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts).filter(|rule| rule.trigger == Trigger::While) {
        let Some(cooldown) = rule.ast.cooldown.filter(|cooldown| cooldown.duration.count > 0) else { continue };
        let late = rule.ast.actions.iter().filter_map(|action| action.due).max_by_key(|due| rules::days(*due));
        if let Some(due) = late.filter(|due| rules::days(*due) > rules::days(cooldown)) {
            let message = format!("`{}` acts again before its work is due", rule.header.name);
            found.push(
                Diagnostic::new(Code::CooldownBeforeDue, cooldown.span, message)
                    .label(format!("after {} days there is another", rules::days(cooldown)))
                    .also(due.span, "the first is due only here")
                    .help("make the cooldown longer than the work takes, or the work due sooner"),
            );
        }
    }
}
