//! `escalation-order`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::diagnostics::{Edit, Fix};
use crate::lint::rules;
use crate::lint::{Facts, Findings, Lint};

/// Steps of an escalation out of order.
pub const LINT: Lint = Lint {
    code: Code::EscalationOrder,
    options: &[],
    run,
    page: r##"# escalation-order

A later step of an escalation comes earlier than the one before it.

The vice president hears of it on day three and the manager on day seven. Usually the two periods changed places.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 2 days
  # warning: escalation-order
  escalate  after 14 days to manager, after 7 days to vp
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule rescue {
  when      health < 40
  do        task "Call {name}" assign csm due in 2 days
  escalate  after 7 days to manager, after 14 days to vp
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for rule in rules::all(facts) {
        let steps = &rule.ast.escalate;
        let turned =
            steps.windows(2).find(|pair| matches!(pair, [a, b] if rules::days(b.after) < rules::days(a.after)));
        let Some([before, after]) = turned else { continue };
        let mut periods: Vec<_> = steps.iter().map(|step| step.after).collect();
        periods.sort_by_key(|after| rules::days(*after));
        let edits = steps.iter().zip(&periods).filter(|(step, after)| step.after.span != after.span);
        let edits = edits.map(|(step, after)| Edit { span: step.after.span, text: facts.text(after.span).to_string() });
        let message = format!("`{}` hears of it before `{}`", after.to.text, before.to.text);
        let mut finding = Diagnostic::new(Code::EscalationOrder, after.after.span, message)
            .label("earlier than the step before it")
            .also(before.after.span, "the step before it")
            .help("let each step come later than the one before");
        finding.fix = Some(Fix { title: "put the periods in order".to_string(), edits: edits.collect() });
        found.push(finding);
    }
}
