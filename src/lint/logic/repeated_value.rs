//! `repeated-value`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::ExprKind;
use crate::span::Span;
use crate::value::Value;
use std::collections::HashMap;

/// A value that stands in a list twice.
pub const LINT: Lint = Lint {
    code: Code::RepeatedValue,
    options: &[],
    run,
    page: r##"# repeated-value

A value stands in a list twice.

The second one changes nothing. In a list that was copied and edited it usually stands where another value was meant, which is
then missing.

## Avoid

```laud
table account { id text key  industry one of saas, fintech, health, public }

# warning: repeated-value
segment regulated = industry in (fintech, health, fintech)
```

## Prefer

```laud
table account { id text key  industry one of saas, fintech, health, public }

segment regulated = industry in (fintech, health, public)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    facts.each_written(&mut |expr, _| {
        let ExprKind::In { list, .. } = &expr.kind else { return };
        let mut seen: HashMap<&Value, Span> = HashMap::new();
        let mut before: Option<Span> = None;
        for element in list {
            if let ExprKind::Literal(value) = &element.kind {
                let text = facts.text(element.span);
                match (seen.get(value), before) {
                    (Some(&first), Some(last)) => found.push(
                        Diagnostic::new(
                            Code::RepeatedValue,
                            element.span,
                            format!("`{text}` stands in this list twice"),
                        )
                        .label("the second time")
                        .also(first, "the first time")
                        .fix("leave it out", Span { start: last.end, ..element.span }, ""),
                    ),
                    _ => {
                        seen.insert(value, element.span);
                    }
                }
            }
            before = Some(element.span);
        }
    });
}
