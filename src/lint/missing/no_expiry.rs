//! `no-expiry`: its page is below.

use crate::builtins::AggregateFunction;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::windows;
use crate::lint::{Facts, Findings, Lint};
use crate::program::Type;

/// The latest answer, however old it is.
pub const LINT: Lint = Lint {
    code: Code::NoExpiry,
    options: &[],
    run,
    page: r##"# no-expiry

The latest value is used without a window or `valid for`, so it never grows old.

`last(stars of rating)` is the mood of three years ago if nobody has asked since, and the scorecard counts it as today's. The same
holds for a survey score over more than two years. `valid for 180 days then missing` ends it.

## Avoid

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

# warning: no-expiry
metric latest_mood = last(stars of rating)
```

## Prefer

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

metric latest_mood {
  value      last(stars of rating)
  valid for  180 days then missing
}
```
"##,
};

const LONG: i64 = 731;

fn run(facts: &Facts, found: &mut Findings) {
    for metric in facts.program.metrics.iter().filter(|metric| metric.valid_for.is_none()) {
        // Dates of the latest row are what other rules compare with today.
        for (call, aggregate) in aggregates(&metric.value) {
            use AggregateFunction as A;
            let latest =
                matches!(aggregate.function, A::Last) && aggregate.value.is_some() && aggregate.window.is_none();
            let opinion = matches!(call.ty, Type::Number(_) | Type::Enum(_) | Type::Boolean);
            let survey = matches!(aggregate.function, A::Nps | A::Csat | A::CsatMean | A::Ces);
            let old = survey && aggregate.window.is_none_or(|w| windows::length(w).is_none_or(|days| days > LONG));
            if (latest && opinion) || (old && aggregate.decay.is_none()) {
                let name = &metric.header.name;
                let label = if latest { "however old it is" } else { "years of answers count alike" };
                found.push(
                    Diagnostic::new(Code::NoExpiry, call.span, format!("`{name}` never grows old"))
                        .label(label)
                        .help("add `valid for 180 days then missing`, or a window: `in last 180 days`"),
                );
            }
        }
    }
}
