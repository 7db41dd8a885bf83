//! `voice-alone`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, voice};
use crate::program::Node;
use std::collections::HashSet;

/// A score that is made of answers and nothing else.
pub const LINT: Lint = Lint {
    code: Code::VoiceAlone,
    options: &[],
    run,
    page: r##"# voice-alone

A score made of what customers say, and of nothing that they do.

Mood is easy to measure and hard to act on: it moves with who answered, and says nothing about those who did not. A score that
decides something needs a line of behaviour beside it, such as use, calls or renewals. A score that is weighed within another
one, or that is called after the answers that it is made of, is left alone.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

events rating of account at given_on { stars integer 1 to 5 }

metric mood { value avg(stars of rating in last 90 days, at least 3 rows)  scale 1 -> 0, 5 -> 100 }

# warning: voice-alone
scorecard partnership {
  mood  weight 100
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

events rating of account at given_on { stars integer 1 to 5 }

metric mood    { value avg(stars of rating in last 90 days, at least 3 rows)  scale 1 -> 0, 5 -> 100 }
metric talking { value calls  scale 0 -> 0, 10 -> 100 }

scorecard partnership {
  mood     weight 40
  talking  weight 60
  missing  renormalise at least 50% coverage
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let program = facts.program;
    let lines = program.scorecards.iter().flat_map(|card| &card.lines);
    let inside: HashSet<usize> = lines
        .filter_map(|line| match line.item {
            Node::Scorecard(id) => Some(id.index()),
            Node::Metric(_) => None,
        })
        .collect();
    for (i, card) in program.scorecards.iter().enumerate() {
        let named = voice::says(&card.header.name) || voice::says(card.header.title());
        if inside.contains(&i) || named || !facts.is_own(card.header.span) {
            continue;
        }
        let weighed = voice::weighed(facts, card);
        if !weighed.is_empty() && weighed.iter().all(|metric| voice::is_metric(facts, metric)) {
            let message = format!("`{}` is made of what customers say alone", card.header.name);
            found.push(
                Diagnostic::new(Code::VoiceAlone, card.header.span, message)
                    .label("nothing that they do is weighed")
                    .help("weigh what they do as well: use, calls, renewals"),
            );
        }
    }
}
