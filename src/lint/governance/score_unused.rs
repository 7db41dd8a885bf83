//! `score-unused`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A scorecard that nothing reads, where others are read.
pub const LINT: Lint = Lint {
    code: Code::ScoreUnused,
    options: &[],
    run,
    page: r##"# score-unused

No rule, scorecard, metric, segment or test reads this scorecard, though others are read.

A score that nobody acts on is work for those who keep it and a question for those who see it. If it is for reading only, a test of it
says so just as well.

## Avoid

```laud
table account { id text key  name text  health points }

metric calls = health

scorecard advocacy { calls weight 100 }
# info: score-unused
scorecard loyalty { calls weight 100 }

rule rescue {
  when  advocacy < 40
  do    task "Call {name}"
}
```

## Prefer

```laud
table account { id text key  name text  health points }

metric calls = health

scorecard advocacy { calls weight 100 }
scorecard loyalty { calls weight 100 }

rule rescue {
  when  advocacy < 40 or loyalty < 20
  do    task "Call {name}"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let read = |name: &str| facts.uses.any(name) || facts.uses.tested(name);
    let cards = &facts.program.scorecards;
    if facts.is_for_others()
        || facts.program.rules.is_empty()
        || !cards.iter().any(|card| facts.uses.any(&card.header.name))
    {
        return;
    }
    for item in facts.own_items().filter(|item| matches!(item.kind, ItemKind::Scorecard(_)) && item.access.is_none()) {
        let name = &item.name.text;
        if !read(name) {
            found.push(
                Diagnostic::new(Code::ScoreUnused, item.name.span, format!("nothing reads `{name}`"))
                    .label("neither a rule nor another score, and no test")
                    .help("let a rule act on it, or take it out"),
            );
        }
    }
}
