//! `suppression-without-reason`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A comment that does not say why.
pub const LINT: Lint = Lint {
    code: Code::SuppressionWithoutReason,
    options: &[],
    run,
    page: r##"# suppression-without-reason

A comment accepts a finding without saying why.

In half a year nobody knows whether the exception was agreed with anyone, and nobody dares to take it away. Without a reason
nothing is accepted: the finding is told as well.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  # warning: suppression-without-reason
  # laud: allow non-monotone-points
  thresholds {
    # warning: non-monotone-points
    champion  >= 4       -> 70
    active    >= 2       -> 100
    silent    otherwise  -> 0
  }
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  # laud: allow non-monotone-points because "more than three calls tire a champion"
  thresholds {
    champion  >= 4       -> 70
    active    >= 2       -> 100
    silent    otherwise  -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for allowance in facts.allowances.iter().filter(|a| a.broken.is_none() && a.because.is_none()) {
        let names: Vec<String> = allowance.names.iter().map(|name| format!("`{}`", name.text)).collect();
        let message = format!("why {} is accepted is not said", names.join(", "));
        found.push(
            Diagnostic::new(Code::SuppressionWithoutReason, allowance.span, message)
                .label("accepts nothing without a reason")
                .help("add `because \"…\"`"),
        );
    }
}
