//! `window-cuts-decay`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::windows;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::Decay;

/// A window that cuts off most of what the decay would keep.
pub const LINT: Lint = Lint {
    code: Code::WindowCutsDecay,
    options: &[],
    run,
    page: r##"# window-cuts-decay

The window ends where rows still count for much.

With a half-life of 180 days a row of 30 days ago still counts nine tenths, and on day 31 nothing: the window does the fading, and
the decay is decoration. A window of at least two half-lives keeps three quarters of the weight.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# warning: window-cuts-decay
metric warmth = sum(1 of activity in last 30 days decay half-life 180 days)
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

metric warmth = sum(1 of activity in last 720 days decay half-life 180 days)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (value, _) in facts.values() {
        for (call, aggregate) in aggregates(value) {
            let Some(Decay::HalfLife(days)) = aggregate.decay else { continue };
            let Some(window) = aggregate.window.and_then(windows::length) else { continue };
            if window < 2 * days {
                let left = Decimal::half_life(window, days).and_then(|left| left.mul(Decimal::HUNDRED));
                let left = left.map_or(String::new(), |left| left.round(0).to_string());
                let message = format!("a row still counts {left} % when it leaves the window");
                found.push(
                    Diagnostic::new(Code::WindowCutsDecay, call.span, message)
                        .label(format!("{window} days, and a half-life of {days}"))
                        .help(format!("let the window be {} days, or shorten the half-life", 2 * days)),
                );
            }
        }
    }
}
