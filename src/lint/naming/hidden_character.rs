//! `hidden-character`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// A character that cannot be seen and changes what is seen.
pub const LINT: Lint = Lint {
    code: Code::HiddenCharacter,
    options: &[],
    run,
    page: r##"# hidden-character

A character that cannot be seen stands in the text.

Marks that turn the direction of writing can make a bound look like another one to whoever approves the change, and a space of no width
makes two names look the same. They come with text that was copied from a chat or a document. The fix takes them out.

## Avoid

```laud
table account { id text key  arr money USD }

# error: hidden-character
segment large = arr >= 250k  # from the bo﻿ard, not from us
```

## Prefer

```laud
table account { id text key  arr money USD }

segment large = arr >= 250k  # from the board, not from us
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (id, source) in facts.sources.iter() {
        let found_here = source.text.char_indices().filter_map(|(at, c)| Some((at, c, name(c)?)));
        for (at, c, name) in found_here {
            // The mark at the very beginning is how some editors save.
            if at == 0 && c == '\u{feff}' {
                continue;
            }
            let span = Span::new(id, at, at + c.len_utf8());
            let message = format!("{name} (U+{:04X}) stands here unseen", u32::from(c));
            found.push(Diagnostic::new(Code::HiddenCharacter, span, message).label("cannot be seen").fix(
                "take it out",
                span,
                "",
            ));
        }
    }
}

/// What a hidden character is called.
fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "a mark that turns the direction of writing",
        '\u{200b}' | '\u{2060}' | '\u{feff}' => "a space of no width",
        '\u{00ad}' => "a soft hyphen",
        '\u{180e}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "a blank letter",
        _ => return None,
    })
}
