//! `without-voice`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, asking, voice};
use crate::program::TableId;

/// A score of health that no answer of a customer feeds.
pub const LINT: Lint = Lint {
    code: Code::WithoutVoice,
    options: &[],
    run,
    page: r##"# without-voice

A health score that nothing a customer says feeds.

Use and revenue show what happened; that a customer is about to leave is said in an answer first, while the seats are still in
use. The project has answers and the score called health looks at none of them: every account with steady use is green, also
the one whose champion has just called the product a mistake.

## Avoid

```laud
table account { id text key  seats integer 1 or more  used integer 0 or more  arr money USD 0 or more }

events survey of account at answered_on { score integer 0 to 10 }

metric use    { value to_ratio(used / seats)  scale 0% -> 0, 100% -> 100 }
metric volume { value arr                     scale 0 -> 0, 100k -> 100 }

# warning: without-voice
scorecard health {
  use     weight 70
  volume  weight 30
}
```

## Prefer

```laud
table account { id text key  seats integer 1 or more  used integer 0 or more }

events survey of account at answered_on { score integer 0 to 10 }

metric use   { value to_ratio(used / seats)  scale 0% -> 0, 100% -> 100 }
metric voice { value avg(score of survey in last 180 days, at least 3 answers)  scale 0 -> 0, 10 -> 100 }

scorecard health {
  use    weight 70
  voice  weight 30
  missing renormalise at least 60% coverage
}
```
"##,
};

/// Words of scores that say how a customer is.
const HEALTH: [&str; 3] = ["health", "wellness", "wellbeing"];

/// Words that may stand beside them.
const WHOSE: [&str; 6] = ["customer", "client", "account", "score", "overall", "total"];

fn run(facts: &Facts, found: &mut Findings) {
    let program = facts.program;
    // Without any answers there is nothing to take.
    let tables = (0..program.tables.len()).any(|i| voice::is_table(program, TableId(i as u32)));
    if !tables && !program.metrics.iter().any(|metric| voice::is_metric(facts, metric)) {
        return;
    }
    for card in program.scorecards.iter().filter(|card| facts.is_own(card.header.span)) {
        // `financial_health` is about something else.
        let words = asking::words(&card.header.name);
        let is = |list: &[&str], word: &String| list.contains(&word.as_str());
        if !words.iter().any(|w| is(&HEALTH, w)) || !words.iter().all(|w| is(&HEALTH, w) || is(&WHOSE, w)) {
            continue;
        }
        let weighed = voice::weighed(facts, card);
        if weighed.len() < 2 || weighed.iter().any(|metric| voice::is_metric(facts, metric)) {
            continue;
        }
        let message = format!("nothing that customers say feeds `{}`", card.header.name);
        found.push(
            Diagnostic::new(Code::WithoutVoice, card.header.span, message)
                .label("answers and ratings are there, and none is weighed")
                .help("weigh a metric of answers too, with `missing renormalise` for those who gave none"),
        );
    }
}
