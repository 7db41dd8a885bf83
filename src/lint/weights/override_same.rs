//! `override-same`: its page is below.

use crate::ast::{Expr, ItemKind, Line};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// What a segment overrides is what holds anyway.
pub const LINT: Lint = Lint {
    code: Code::OverrideSame,
    options: &[],
    run,
    page: r##"# override-same

A line of `for SEGMENT` says what the general line says.

An override that changes nothing was either copied and never edited, or the general weight was changed to it since. Whoever reads
it looks for a difference that is not there.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

segment troubled = open_p1 > 3

scorecard health {
  usage    weight 60
  talking  weight 40
  for troubled {
    # warning: override-same
    usage  weight 60
  }
}
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

segment troubled = open_p1 > 3

scorecard health {
  usage    weight 60
  talking  weight 40
  for troubled {
    usage    weight 70
    talking  weight 30
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let ItemKind::Scorecard(card) = &item.kind else { continue };
        for own in &card.overrides {
            for line in &own.lines {
                let Some(general) = card.lines.iter().find(|other| other.name.text == line.name.text) else { continue };
                let plain = |line: &Line| {
                    let value = |e: &Option<Expr>| e.as_ref().map(|e| facts.text(e.span).to_string());
                    let scale = line.scale.as_ref().map(|s| facts.text(s.span).to_string());
                    let missing = line.missing.as_ref().map(|m| facts.text(m.span).to_string());
                    (value(&line.weight), line.informational.is_some(), value(&line.at_most), scale, missing)
                };
                let (theirs, ours) = (plain(general), plain(line));
                // What is not said again is inherited.
                let same = ours.0.is_none_or(|weight| Some(weight) == theirs.0)
                    && ours.1 == theirs.1
                    && ours.2.is_none_or(|at_most| Some(at_most) == theirs.2)
                    && ours.3.is_none_or(|scale| Some(scale) == theirs.3)
                    && ours.4.is_none_or(|missing| Some(missing) == theirs.4);
                if same {
                    let message = format!("for `{}` nothing of `{}` differs", own.segment.text, line.name.text);
                    found.push(
                        Diagnostic::new(Code::OverrideSame, line.span, message)
                            .label("the same as for everybody")
                            .also(general.span, "the general line")
                            .help("change what should differ, or leave the line out"),
                    );
                }
            }
        }
    }
}
