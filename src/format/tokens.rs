//! The pieces that are copied: words, texts in quotes, marks and comments, with nothing said about their meaning.

use crate::syntax::scan::{WHITESPACE, text_end};
use std::ops::Range;

/// What a piece is, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters, digits and `_`, or a text in quotes.
    Word,
    /// Anything else: one character, or an operator of two.
    Mark,
    /// `# …` to the end of the line; nothing but blanks stands before it on its line, or something does.
    Comment { own_line: bool },
}

/// One piece.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// Which.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Line ends between the piece before and this one.
    pub lines_before: usize,
}

impl Token {
    /// Its text.
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.start..self.end).unwrap_or("")
    }

    /// True for a comment.
    pub fn is_comment(&self) -> bool {
        matches!(self.kind, Kind::Comment { .. })
    }

    /// True for a text in quotes.
    pub fn is_text(&self, source: &str) -> bool {
        self.kind == Kind::Word && self.text(source).starts_with('"')
    }
}

/// All pieces of a text in order.
#[derive(Debug)]
pub struct Tokens<'a> {
    /// The text.
    pub source: &'a str,
    /// Its pieces.
    pub list: Vec<Token>,
}

impl<'a> Tokens<'a> {
    /// Cuts a text into pieces.
    pub fn new(source: &'a str) -> Self {
        let mut list = Vec::new();
        let mut at = 0;
        let mut lines = 0;
        while let Some(c) = source.get(at..).and_then(|rest| rest.chars().next()) {
            let start = at;
            at += c.len_utf8();
            let kind = match c {
                '\n' => {
                    lines += 1;
                    continue;
                }
                c if WHITESPACE.contains(&c) => continue,
                '#' => {
                    let line = source.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
                    at = start + line.trim_end().len();
                    Kind::Comment { own_line: lines > 0 || list.is_empty() }
                }
                '"' => {
                    at = text_end(source.as_bytes(), start);
                    Kind::Word
                }
                c if in_word(c) => {
                    let rest = source.get(start..).unwrap_or("");
                    at = start + rest.find(|c| !in_word(c)).unwrap_or(rest.len());
                    Kind::Word
                }
                c => {
                    // Operators of two marks are one piece.
                    let next = source.get(at..).and_then(|rest| rest.chars().next());
                    if matches!((c, next), ('<' | '>' | '!' | '=', Some('=')) | ('-', Some('>'))) {
                        at += 1;
                    }
                    Kind::Mark
                }
            };
            list.push(Token { kind, start, end: at, lines_before: lines });
            lines = 0;
        }
        Tokens { source, list }
    }

    /// The pieces that begin in a range of bytes, as indices.
    pub fn within(&self, bytes: Range<usize>) -> Range<usize> {
        let first = |at: usize| self.list.partition_point(|t| t.start < at);
        first(bytes.start)..first(bytes.end).max(first(bytes.start))
    }

    /// Some pieces.
    pub fn slice(&self, range: Range<usize>) -> &[Token] {
        self.list.get(range).unwrap_or(&[])
    }

    /// The text of a piece.
    pub fn text(&self, token: &Token) -> &'a str {
        self.source.get(token.start..token.end).unwrap_or("")
    }
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && !WHITESPACE.contains(&c))
}
