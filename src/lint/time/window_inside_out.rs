//! `window-inside-out`: its page is below.

use crate::calendar::{Date, WindowKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// A window that ends before it begins.
pub const LINT: Lint = Lint {
    code: Code::WindowInsideOut,
    options: &[],
    run,
    page: r##"# window-inside-out

The last date of a window lies before the first.

No row ever falls into it: the count is 0 for everybody, and nothing looks wrong.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# error: window-inside-out
metric calls = count(activity where type = call from 2026-03-31 to 2026-01-01)
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# The first quarter, frozen for the yearly report.
metric calls = count(activity where type = call from 2026-01-01 to 2026-03-31)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (value, name) in facts.values() {
        for (call, aggregate) in aggregates(value) {
            let Some(WindowKind::Between(from, to)) = aggregate.window else { continue };
            if from > to {
                found.push(report(facts, call.span, from, to, name));
            }
        }
    }
}

fn report(facts: &Facts, place: Span, from: Date, to: Date, name: &str) -> Diagnostic {
    let finding =
        Diagnostic::new(Code::WindowInsideOut, place, format!("the window of `{name}` ends before it begins"))
            .label("no row falls into it");
    let text = facts.text(place);
    let (first, last) = (from.to_string(), to.to_string());
    match (text.find(&first), text.find(&last)) {
        (Some(a), Some(b)) if a < b => {
            let start = place.start as usize + a;
            let end = place.start as usize + b + last.len();
            let between = text.get(a + first.len()..b).unwrap_or(" to ");
            let edit = format!("{last}{between}{first}");
            finding.fix(format!("write `{edit}`"), Span::new(place.source, start, end), edit)
        }
        _ => finding.help("swap the two dates"),
    }
}
