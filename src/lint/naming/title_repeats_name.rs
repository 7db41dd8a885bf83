//! `title-repeats-name`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A title that is the name.
pub const LINT: Lint = Lint {
    code: Code::TitleRepeatsName,
    options: &[],
    run,
    page: r##"# title-repeats-name

A title is the name, letter by letter.

Without a title the name is shown anyway. Say what readers of a report would call it, who have never seen the name, or leave the title
out.

## Avoid

```laud
table account { id text key  used ratio }

# info: title-repeats-name
metric seat_use "seat_use" = used
```

## Prefer

```laud
table account { id text key  used ratio }

metric seat_use "Seats in use" = used
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let Some(title) = item.label.as_ref().filter(|title| title.text == item.name.text) else { continue };
        found.push(
            Diagnostic::new(
                Code::TitleRepeatsName,
                title.span,
                format!("the title is the name `{}` again", title.text),
            )
            .label("says nothing new")
            .help("say what readers would call it, or leave it out")
            .fix("leave it out", facts.line_of(title.span), ""),
        );
    }
}
