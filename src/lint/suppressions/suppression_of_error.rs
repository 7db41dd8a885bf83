//! `suppression-of-error`: its page is below.

use super::without;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::lint::{Facts, Findings, Lint};

/// A comment that accepts what makes a program impossible to run.
pub const LINT: Lint = Lint {
    code: Code::SuppressionOfError,
    options: &[],
    run,
    page: r##"# suppression-of-error

A comment accepts an error of check, which cannot be accepted.

Without weights that total what they should, or with a gap between thresholds, there is no score to print. Where the language
leaves a choice it has a word for it, such as `weights free`; a comment decides nothing about what a program means.

## Avoid

```laud
table account { id text key  adoption points 0 to 100 }

metric usage = adoption

# warning: suppression-of-error
# laud: allow weights-total because "more lines will follow"
scorecard health {
  usage  weight 100
}
```

## Prefer

```laud
table account { id text key  adoption points 0 to 100 }

metric usage = adoption

# More lines will follow.
scorecard health {
  usage  weight 80
  weights free
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for allowance in facts.allowances.iter().filter(|a| a.broken.is_none()) {
        for name in &allowance.names {
            let error = |code: &Code| code.lint().is_none() && code.severity() == Severity::Error;
            let Some(code) = name.code.filter(error) else { continue };
            let message = format!("`{}` is an error: it can be mended, not allowed", code.name());
            found.push(Diagnostic::new(Code::SuppressionOfError, name.span, message).label("accepts nothing").fix(
                "take it away",
                without(facts, allowance, name),
                "",
            ));
        }
    }
}
