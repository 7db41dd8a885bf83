//! `suppression-unused`: its page is below.

use super::without;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::allow::allowable;
use crate::lint::{Facts, Findings, Lint};

/// A comment that accepts nothing any more.
pub const LINT: Lint = Lint {
    code: Code::SuppressionUnused,
    options: &[],
    run,
    page: r##"# suppression-unused

A comment accepts a finding that is not there.

The rule was mended, and the comment stayed: it will hide the next mistake of the same kind in this place, and nobody will look
because somebody once did. It may also stand in the wrong place: it covers the declaration or statement below it, or the line
that it ends.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  # warning: suppression-unused
  # laud: allow non-monotone-points because "two calls are best"
  thresholds {
    champion  >= 4       -> 100
    active    >= 2       -> 70
    silent    otherwise  -> 0
  }
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  thresholds {
    champion  >= 4       -> 100
    active    >= 2       -> 70
    silent    otherwise  -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    // What is reported for a place is looked up by kind, so that many comments are not held against many findings.
    for allowance in facts.allowances.iter().filter(|a| a.broken.is_none() && a.because.is_some()) {
        for name in &allowance.names {
            let Some(code) = name.code.filter(|code| allowable(*code) && facts.looks_for(*code)) else { continue };
            if found.earlier(code).any(|finding| allowance.speaks_of(finding)) {
                continue;
            }
            let message = format!("nothing here is a `{}`", code.name());
            let place = without(facts, allowance, name);
            let what = if allowance.names.len() > 1 { "the name" } else { "the comment" };
            found.push(Diagnostic::new(Code::SuppressionUnused, name.span, message).label("accepts nothing").fix(
                format!("take {what} away"),
                place,
                "",
            ));
        }
    }
}
