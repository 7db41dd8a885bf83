//! `too-many-lines`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// More lines in one scorecard than anybody can explain.
pub const LINT: Lint = Lint {
    code: Code::TooManyLines,
    options: &[("most", 12, "more lines than this in one scorecard are told")],
    run,
    page: r##"# too-many-lines

A scorecard has more lines than people can keep in mind.

"Thirty variables, and no one trusted it." Every line has little weight then, and no single one changes anything. Lines
without weight do not count, and a scorecard within a scorecard counts as one line: grouping is the remedy. The option `most` sets the
bound (12).

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

metric m1 { value talks + 1 scale 0 -> 0, 101 -> 100 }
metric m2 { value talks + 2 scale 0 -> 0, 102 -> 100 }
metric m3 { value talks + 3 scale 0 -> 0, 103 -> 100 }
metric m4 { value talks + 4 scale 0 -> 0, 104 -> 100 }
metric m5 { value talks + 5 scale 0 -> 0, 105 -> 100 }
metric m6 { value talks + 6 scale 0 -> 0, 106 -> 100 }
metric m7 { value talks + 7 scale 0 -> 0, 107 -> 100 }
metric m8 { value talks + 8 scale 0 -> 0, 108 -> 100 }
metric m9 { value talks + 9 scale 0 -> 0, 109 -> 100 }
metric n1 { value asks + 1 scale 0 -> 0, 101 -> 100 }
metric n2 { value asks + 2 scale 0 -> 0, 102 -> 100 }
metric n3 { value asks + 3 scale 0 -> 0, 103 -> 100 }
metric n4 { value asks + 4 scale 0 -> 0, 104 -> 100 }

# warning: too-many-lines
scorecard health {
  m1 weight 10
  m2 weight 10
  m3 weight 10
  m4 weight 10
  m5 weight 10
  m6 weight 10
  m7 weight 5
  m8 weight 5
  m9 weight 5
  n1 weight 5
  n2 weight 5
  n3 weight 5
  n4 weight 10
}
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 60
  talking  weight 20
  asking   weight 20
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let most = facts.option(Code::TooManyLines, "most");
    for card in &facts.program.scorecards {
        let count = card.lines.iter().filter(|line| !line.informational).count() as i64;
        if count > most {
            let message = format!("`{}` is made of {count} lines", card.header.name);
            found.push(
                Diagnostic::new(Code::TooManyLines, card.header.span, message)
                    .label(format!("more than {most}"))
                    .help("group them into scorecards of their own, or show some with `weight 0 informational`"),
            );
        }
    }
}
