//! `long-declaration`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A declaration that goes over several screens.
pub const LINT: Lint = Lint {
    code: Code::LongDeclaration,
    options: &[("lines", 60, "a declaration may have so many lines")],
    run,
    page: r##"# long-declaration

A metric, scorecard or rule goes over several screens.

Whoever reviews a change sees the changed line, and not the cap forty lines below that undoes it. Groups of lines become scorecards
of their own, parts of a formula become metrics with names. `lines` in `laud.toml` says how many are too many.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

# info: long-declaration
metric references {
  value  calls



  # many comments























































  note   "much to say"
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

metric references {
  value  calls
  note   "little to say"
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let most = usize::try_from(facts.option(Code::LongDeclaration, "lines")).unwrap_or(usize::MAX);
    for item in facts.own_items() {
        // Tables are as long as the data is wide.
        let kind = &item.kind;
        if matches!(
            kind,
            ItemKind::Table(_) | ItemKind::Events(_) | ItemKind::Rates(_) | ItemKind::Test(_) | ItemKind::Benchmark(_)
        ) {
            continue;
        }
        let lines = facts.text(item.span).lines().count();
        if lines > most {
            let message = format!("{} `{}` has {lines} lines", item.kind.word(), item.name.text);
            found.push(
                Diagnostic::new(Code::LongDeclaration, item.name.span, message)
                    .label(format!("more than {most}"))
                    .help("make groups of it declarations of their own"),
            );
        }
    }
}
