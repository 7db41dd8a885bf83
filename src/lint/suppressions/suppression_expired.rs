//! `suppression-expired`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A comment whose last day is over.
pub const LINT: Lint = Lint {
    code: Code::SuppressionExpired,
    options: &[],
    run,
    page: r##"# suppression-expired

A comment accepted a finding until a day that is over.

Somebody promised to look at this again by then. The finding is told again; either it is mended now, or the comment gets a new
date and a reason that still holds. The day is that of the run: `--as-of`, that of laud.toml, or today.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  # warning: suppression-expired
  # laud: allow non-monotone-points until 2025-12-31 because "asked the programme team"
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
  # laud: allow non-monotone-points until 2099-12-31 because "asked the programme team"
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
    for allowance in facts.allowances.iter().filter(|a| a.broken.is_none() && a.is_over(facts.today)) {
        let Some(until) = allowance.until else { continue };
        found.push(
            Diagnostic::new(Code::SuppressionExpired, allowance.span, format!("this was accepted until {until}"))
                .label(format!("over since then; it is {}", facts.today))
                .help("mend what it accepted, or give a later day and a reason that still holds"),
        );
    }
}
