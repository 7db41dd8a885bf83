//! What was typed, divided into statements: a command, declarations that stand together, or an expression.
//!
//! A statement ends with its line unless a bracket is open, the line ends with a word or sign that wants more, or the next
//! line is indented. Brackets in quotes and comments do not count. Declarations next to each other are one statement: their
//! order has no meaning, so each may name those below it.

use crate::syntax::scan::{DECLARATIONS, text_end};

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `:why acme`
    Command,
    /// One or more declarations, with the comments above them.
    Declarations,
    /// Anything else.
    Expression,
}

/// A statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement<'t> {
    /// What it is.
    pub kind: Kind,
    /// Its text, without blanks around it.
    pub text: &'t str,
    /// The line of the text that it begins on, from 1.
    pub line: usize,
}

/// Words in front of declarations that are names elsewhere.
const CONTEXTUAL: &[&str] = &["attribution", "benchmark", "extend", "final", "open", "portfolio", "rates", "tighten"];

/// Words and signs at the end of a line that want more.
const WANTS_MORE: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "then", "else", "of", "where", "by", "as", "over", "per", "within", "with",
    "to", "for", "weighted", "dedupe", "latest", "since", "until", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/",
    ",", "->", ":",
];

/// How far a text has come.
#[derive(Debug, Default, Clone, Copy)]
struct Progress<'t> {
    /// Open brackets.
    open: usize,
    /// The last word or sign.
    last: &'t str,
    /// There was a `{` or a `=` outside brackets: a declaration has its body.
    body: bool,
}

impl<'t> Progress<'t> {
    fn line(&mut self, line: &'t str) {
        let bytes = line.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'#' => return,
                b'"' => at = text_end(bytes, start),
                b'(' | b'{' => {
                    self.body |= byte == b'{';
                    self.open += 1;
                }
                b')' | b'}' => self.open = self.open.saturating_sub(1),
                b'=' if self.open == 0 => self.body = true,
                b if b.is_ascii_whitespace() => continue,
                b if word(b) => {
                    while bytes.get(at).is_some_and(|b| word(*b)) {
                        at += 1;
                    }
                }
                _ => {
                    if matches!(bytes.get(start..start + 2), Some(b"->" | b">=" | b"<=" | b"!=")) {
                        at = start + 2;
                    }
                }
            }
            self.last = line.get(start..at).unwrap_or("");
        }
    }

    fn wants_more(&self) -> bool {
        self.open > 0 || WANTS_MORE.contains(&self.last)
    }
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'%') || byte >= 0x80
}

/// The statements of a text. What follows an unclosed bracket belongs to it.
pub fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut out: Vec<Statement> = Vec::new();
    let lines: Vec<(usize, &str)> = lines(text);
    let mut at = 0;
    // Where the comment block right above begins.
    let mut comments: Option<usize> = None;
    while let Some((start, line)) = lines.get(at).copied() {
        let first = at;
        at += 1;
        if line.trim().is_empty() {
            comments = None;
            continue;
        }
        if line.trim_start().starts_with('#') {
            comments.get_or_insert(first);
            continue;
        }
        let kind = kind(line);
        if kind != Kind::Command {
            let mut progress = Progress::default();
            progress.line(line);
            while let Some((_, next)) = lines.get(at).copied() {
                let blank = next.trim().is_empty();
                // No line of the language begins so: whatever is unfinished ends here.
                if next.trim_start().starts_with(':') {
                    break;
                }
                let indented = next.starts_with([' ', '\t']) && !blank && !next.trim_start().starts_with('#');
                let headless = kind == Kind::Declarations && !progress.body && !blank;
                if !(progress.open > 0 || indented || headless || progress.wants_more() && !blank) {
                    break;
                }
                progress.line(next);
                at += 1;
            }
        }
        let from = match (kind, comments.take()) {
            (Kind::Declarations, Some(above)) => above,
            _ => first,
        };
        let begin = lines.get(from).map_or(start, |(start, _)| *start);
        let end = lines.get(at.saturating_sub(1)).map_or(text.len(), |(start, line)| start + line.len());
        let own = text.get(begin..end).unwrap_or("").trim_end();
        match out.last_mut() {
            // What stands between is blank or comments.
            Some(last) if kind == Kind::Declarations && last.kind == kind => {
                let offset = last.text.as_ptr() as usize - text.as_ptr() as usize;
                last.text = text.get(offset..begin + own.len()).unwrap_or(last.text);
            }
            _ => out.push(Statement { kind, text: own.trim_start(), line: from + 1 }),
        }
    }
    out
}

/// Lines with where they begin, without their ends.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut start = 0;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        out.push((start, line.trim_end_matches(['\n', '\r'])));
        start += line.len();
    }
    out
}

/// What a statement is, by its first line.
fn kind(line: &str) -> Kind {
    let line = line.trim_start();
    if line.starts_with(':') {
        return Kind::Command;
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let first: &str = line.split(|c: char| !is_word(c)).next().unwrap_or("");
    let rest = line.get(first.len()..).unwrap_or("");
    let second: &str = rest.trim_start().split(|c: char| !is_word(c)).next().unwrap_or("");
    // `account.metric` is no declaration, `contact metric tone = …` is one.
    if rest.starts_with([' ', '\t']) && second == "metric" {
        return Kind::Declarations;
    }
    let apart = rest.is_empty() || rest.starts_with([' ', '\t', '{', '"']);
    let operator = ["and", "or", "in", "is", "as", "for", "not", "over", "until"].contains(&second);
    match first {
        _ if CONTEXTUAL.contains(&first) && (second.is_empty() || operator || !apart) => Kind::Expression,
        _ if (DECLARATIONS.contains(&first) || CONTEXTUAL.contains(&first)) && apart => Kind::Declarations,
        _ => Kind::Expression,
    }
}

/// True if the last statement of a text is not finished yet, so that a new line should be begun. An empty line ends whatever
/// has no open bracket, and two of them end anything.
pub fn unfinished(text: &str) -> bool {
    let body = text.trim_end_matches([' ', '\t', '\r', '\n']);
    let empty_lines = text.get(body.len()..).unwrap_or("").matches('\n').count();
    let Some(last) = statements(body).pop() else { return false };
    if last.kind == Kind::Command || empty_lines >= 3 {
        return false;
    }
    let mut progress = Progress::default();
    last.text.lines().for_each(|line| progress.line(line));
    if progress.open > 0 {
        return true;
    }
    empty_lines < 2 && (progress.wants_more() || last.kind == Kind::Declarations && !progress.body)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn told(text: &str) -> Vec<(Kind, &str, usize)> {
        statements(text).into_iter().map(|s| (s.kind, s.text, s.line)).collect()
    }

    #[test]
    fn a_statement_ends_with_its_line_unless_it_wants_more() {
        use Kind::*;
        assert_eq!(
            told("arr\n:why acme\n\n1 +\n2\n"),
            [(Expression, "arr", 1), (Command, ":why acme", 2), (Expression, "1 +\n2", 4)]
        );
        assert_eq!(
            told("sum(points\n\nof activity)\n3"),
            [(Expression, "sum(points\n\nof activity)", 1), (Expression, "3", 4)]
        );
        assert_eq!(told("a\n  + b\nc"), [(Expression, "a\n  + b", 1), (Expression, "c", 3)]);
        // A command is always one.
        assert_eq!(
            told("a >\n:why b\nsum(\n:q"),
            [(Expression, "a >", 1), (Command, ":why b", 2), (Expression, "sum(", 3), (Command, ":q", 4)]
        );
        // Brackets in quotes and comments are none.
        assert_eq!(told("x = \"(\" # {\ny").len(), 2);
    }

    #[test]
    fn declarations_that_stand_together_are_one_statement_with_their_comments() {
        use Kind::*;
        let text = "# lost\n\n# What a is.\nmetric a = b\n\n# And b.\nparam b = 3 # three\na\nscorecard s\n{\n  a weight 100\n\n}\n";
        assert_eq!(
            told(text),
            [
                (Declarations, "# What a is.\nmetric a = b\n\n# And b.\nparam b = 3 # three", 3),
                (Expression, "a", 8),
                (Declarations, "scorecard s\n{\n  a weight 100\n\n}", 9),
            ]
        );
    }

    #[test]
    fn words_in_front_of_declarations_may_be_names_too() {
        let kind = |text: &str| statements(text)[0].kind;
        assert_eq!(kind("open metric a = 1"), Kind::Declarations);
        assert_eq!(kind("open > 3"), Kind::Expression);
        assert_eq!(kind("open and won"), Kind::Expression);
        assert_eq!(kind("portfolio metric all = count(account)"), Kind::Declarations);
        assert_eq!(kind("contact metric tone = 1"), Kind::Declarations);
        assert_eq!(kind("extend scorecard s { }"), Kind::Declarations);
        assert_eq!(kind("rates"), Kind::Expression);
        assert_eq!(kind("segments size by arr { }"), Kind::Declarations);
        assert_eq!(kind("arr"), Kind::Expression);
    }

    #[test]
    fn what_is_not_finished_wants_another_line() {
        for text in [
            "metric a {",
            "sum(x",
            "1 +",
            "metric a =",
            "scorecard s",
            "a and",
            "metric a {\n  value 1\n\n",
            "# c\nrule r {",
        ] {
            assert!(unfinished(text), "{text}");
        }
        for text in
            ["", "arr", ":why (", "metric a = 1", "metric a {\n}", "\"(\"", "a and\n\n", "metric a {\n\n\n", "# c", ")"]
        {
            assert!(!unfinished(text), "{text}");
        }
    }
}
