//! `suppression-unknown`: its page is below.

use crate::diagnostics::{Code, Diagnostic, did_you_mean, nearest};
use crate::lint::allow::allowable;
use crate::lint::{Facts, Findings, Lint};

/// A comment that accepts a finding that there is not.
pub const LINT: Lint = Lint {
    code: Code::SuppressionUnknown,
    options: &[],
    run,
    page: r##"# suppression-unknown

A comment accepts a finding that laud does not know.

A mistyped name accepts nothing: whoever reads the comment believes that the question is settled, and the finding comes back in
every run. What is wrong with such comments themselves cannot be accepted either.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  # The second call of a quarter tells us most.
  # warning: suppression-unknown
  # laud: allow non-monotonous-points because "two calls are best"
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
    let known: Vec<&str> = Code::ALL.iter().filter(|code| allowable(**code)).map(|code| code.name()).collect();
    for allowance in facts.allowances.iter().filter(|a| a.broken.is_none()) {
        for name in &allowance.names {
            let text = &name.text;
            let finding = match name.code {
                Some(code) if code.category() == Some("suppressions") => {
                    let message = format!("`{text}` is about such comments, and cannot be allowed");
                    Diagnostic::new(Code::SuppressionUnknown, name.span, message).label("accepts nothing")
                }
                Some(_) => continue,
                None => {
                    let message = format!("laud has no finding `{text}`");
                    let finding =
                        Diagnostic::new(Code::SuppressionUnknown, name.span, message).label("accepts nothing");
                    match nearest(text, known.iter().copied()) {
                        Some(near) => finding.fix(
                            did_you_mean(text, [near]).unwrap_or_else(|| format!("write `{near}`")),
                            name.span,
                            near,
                        ),
                        None => finding.help("`laud explain` lists all names"),
                    }
                }
            };
            found.push(finding);
        }
    }
}
