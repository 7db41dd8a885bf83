//! `suppression-malformed`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A comment that is meant to accept a finding and cannot be read.
pub const LINT: Lint = Lint {
    code: Code::SuppressionMalformed,
    options: &[],
    run,
    page: r##"# suppression-malformed

A comment is meant to accept a finding and cannot be read.

It is written `# laud: allow NAME because "reason"`, with commas between several names and `until 2026-12-31` where the
exception has an end. What cannot be read accepts nothing.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  # warning: suppression-malformed
  # laud: allow non-monotone-points because two calls are best
  thresholds {
    # warning: non-monotone-points
    champion  >= 4       -> 70
    active    >= 2       -> 100
    silent    otherwise  -> 0
  }
}
```

The words of other tools are not known either:

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  # warning: suppression-malformed
  # laud: ignore non-monotone-points because "two calls are best"
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
  # laud: allow non-monotone-points because "two calls are best"
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
    for allowance in facts.allowances.iter() {
        let Some(broken) = &allowance.broken else { continue };
        let finding =
            Diagnostic::new(Code::SuppressionMalformed, broken.span, broken.message.as_str()).label("accepts nothing");
        found.push(match broken.instead {
            Some(text) => finding.fix(format!("write `{text}`"), broken.span, text),
            None => finding.help("write `# laud: allow NAME because \"reason\"`"),
        });
    }
}
