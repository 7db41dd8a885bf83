//! `mixed-script`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// A word with letters of two alphabets that look alike.
pub const LINT: Lint = Lint {
    code: Code::MixedScript,
    options: &[],
    run,
    page: r##"# mixed-script

A word mixes Latin letters with Cyrillic or Greek ones that look the same.

`аrr` with a Cyrillic `а` is not `arr`. In a name it makes a second thing that looks like the first; in a quoted value it matches
no row. Such letters come with text typed on another keyboard or pasted from a document; the fix writes the Latin ones.

## Avoid

```laud
table account { id text key  plan text }

# error: mixed-script
segment premium = plan = "Рremium"
```

## Prefer

```laud
table account { id text key  plan text }

segment premium = plan = "Premium"
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (id, source) in facts.sources.iter().filter(|(_, source)| !source.text.is_ascii()) {
        let mut start = None;
        for (at, c) in source.text.char_indices().chain([(source.text.len(), ' ')]) {
            let inside = c.is_alphanumeric() || c == '_';
            match (start, inside) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    let word = source.text.get(from..at).unwrap_or("");
                    look(word, Span::new(id, from, at), found);
                    start = None;
                }
                _ => {}
            }
        }
    }
}

fn look(word: &str, span: Span, found: &mut Findings) {
    // Letters of their own keep a word in its alphabet: `Москва_1` is no mixture.
    let parts = word.split('_');
    let mixed = parts.filter(|part| part.chars().any(|c| c.is_ascii_alphabetic()) && part.chars().any(is_twin)).count();
    let strange = |c: char| !c.is_ascii() && !is_twin(c) && is_other(c);
    if mixed == 0 || word.chars().any(strange) {
        return;
    }
    let plain: String = word.chars().map(|c| twin(c).unwrap_or(c)).collect();
    let other: Vec<String> = word
        .chars()
        .filter(|c| is_twin(*c))
        .map(|c| {
            format!(
                "{} `{c}` (U+{:04X})",
                if ('\u{370}'..'\u{400}').contains(&c) { "Greek" } else { "Cyrillic" },
                u32::from(c)
            )
        })
        .collect();
    let message = format!("`{word}` is not `{plain}`: it holds a {}", other.first().map_or("", String::as_str));
    found.push(Diagnostic::new(Code::MixedScript, span, message).label("two alphabets in one word").fix(
        format!("write `{plain}` in Latin letters"),
        span,
        plain,
    ));
}

fn is_twin(c: char) -> bool {
    twin(c).is_some()
}

/// True for letters of the alphabets that have twins of Latin ones.
fn is_other(c: char) -> bool {
    ('\u{370}'..='\u{52f}').contains(&c) && c.is_alphabetic()
}

/// The Latin letter that looks like this one.
fn twin(c: char) -> Option<char> {
    const TWINS: &[(char, &str)] = &[
        ('a', "аα"),
        ('c', "с"),
        ('d', "ԁ"),
        ('e', "е"),
        ('h', "һ"),
        ('i', "іι"),
        ('j', "ј"),
        ('k', "κ"),
        ('o', "оο"),
        ('p', "рρ"),
        ('q', "ԛ"),
        ('s', "ѕ"),
        ('u', "υ"),
        ('v', "ν"),
        ('w', "ԝ"),
        ('x', "хχ"),
        ('y', "уγ"),
        ('A', "АΑ"),
        ('B', "ВΒ"),
        ('C', "С"),
        ('E', "ЕΕ"),
        ('H', "НΗ"),
        ('I', "ІΙ"),
        ('J', "Ј"),
        ('K', "КΚ"),
        ('M', "МΜ"),
        ('N', "Ν"),
        ('O', "ОΟ"),
        ('P', "РΡ"),
        ('S', "Ѕ"),
        ('T', "ТΤ"),
        ('X', "ХΧ"),
        ('Y', "УΥ"),
        ('Z', "Ζ"),
    ];
    if c.is_ascii() {
        return None;
    }
    TWINS.iter().find(|(_, others)| others.contains(c)).map(|(latin, _)| *latin)
}

#[cfg(test)]
mod tests {
    use super::twin;

    #[test]
    fn twins_are_of_other_alphabets() {
        assert_eq!(twin('\u{430}'), Some('a'));
        assert_eq!(twin('\u{420}'), Some('P'));
        assert_eq!(twin('\u{391}'), Some('A'));
        assert_eq!(twin('a'), None);
        assert_eq!(twin('é'), None);
    }
}
