//! One pass over the raw text before the grammar sees it: where the comments are, and what is nested too deeply.
//!
//! The grammar treats comments as spaces, so they are collected here, for descriptions and for a formatter. Depth is
//! measured here because everything that walks a tree recurses: with the depth capped, no text can overflow the stack.

use crate::span::Span;

/// Parentheses, braces, unfinished `if`s and runs of `not` and `-` may be nested so deep.
pub const MAX_DEPTH: usize = 128;

/// What the grammar takes for space.
pub const WHITESPACE: [char; 6] = [' ', '\t', '\r', '\n', '\u{a0}', '\u{feff}'];

/// A comment, from `#` to the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands, `#` included.
    pub span: Span,
    /// Nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// What the pass found.
#[derive(Debug, Default)]
pub struct Scan {
    /// All comments in order.
    pub comments: Vec<Comment>,
    /// Declarations that are nested too deeply.
    pub too_deep: Vec<TooDeep>,
}

/// A declaration that is nested too deeply.
#[derive(Debug, Clone, Copy)]
pub struct TooDeep {
    /// The first thing that is too deep.
    pub at: Span,
    /// From the declaration's word to the next declaration at the margin.
    pub declaration: Span,
}

/// Words that open a declaration.
pub const DECLARATIONS: &[&str] = &[
    "attribution",
    "benchmark",
    "calendar",
    "define",
    "events",
    "fixture",
    "guard",
    "metric",
    "objective",
    "param",
    "playbook",
    "rates",
    "rule",
    "scorecard",
    "segment",
    "segments",
    "table",
    "test",
];

enum Frame {
    Paren,
    Brace,
}

#[derive(Default)]
struct Depth {
    /// Open brackets, each with the depth and the unfinished `if`s outside it.
    frames: Vec<(Frame, usize, usize)>,
    /// Depth outside the current run of prefixes.
    level: usize,
    /// Unfinished `if`s inside the innermost bracket.
    ifs: usize,
    /// Length of the current run of `not` and `-`.
    run: usize,
    /// The word before was `or`, so that `else` belongs to it.
    after_or: bool,
}

impl Depth {
    fn open(&mut self, frame: Frame) {
        self.frames.push((frame, self.level, self.ifs));
        self.level += self.run + 1;
        self.ifs = 0;
        self.run = 0;
    }

    /// `}` closes the parentheses inside its braces too; `)` closes only a parenthesis.
    fn close(&mut self, brace: bool) {
        self.run = 0;
        if !brace && !matches!(self.frames.last(), Some((Frame::Paren, ..))) {
            return;
        }
        while let Some((frame, level, ifs)) = self.frames.pop() {
            self.level = level;
            self.ifs = ifs;
            if matches!(frame, Frame::Brace) == brace {
                break;
            }
        }
    }

    fn word(&mut self, word: &[u8]) {
        match word {
            b"not" => self.run += 1,
            b"if" => {
                self.ifs += 1;
                self.level += 1 + self.run;
                self.run = 0;
            }
            b"else" if !self.after_or && self.ifs > 0 => {
                self.ifs -= 1;
                self.level = self.level.saturating_sub(1);
                self.run = 0;
            }
            _ => self.run = 0,
        }
        self.after_or = word == b"or";
    }

    fn too_deep(&self) -> bool {
        self.level + self.run > MAX_DEPTH
    }
}

/// What opens and closes a text over several lines.
const LONG: &[u8] = b"\"\"\"";

/// True for bytes of names and numbers.
fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Past the text literal that opens at `start`: behind its closing quote, or at the end of its line. A text between three
/// quotes goes over several lines, if it is closed.
pub fn text_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    if rest.starts_with(LONG)
        && let Some(close) = rest.get(LONG.len()..).and_then(|inner| memchr::memmem::find(inner, LONG))
    {
        return start + 2 * LONG.len() + close;
    }
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' if bytes.get(at + 1).is_some_and(|b| *b != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

/// Scans a text.
pub fn scan(id: u16, text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut scan = Scan::default();
    let mut depth = Depth::default();
    let mut declaration = 0;
    let mut line_start = 0;
    let mut blank_so_far = true;
    let mut skipping: Option<Span> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'\n' => {
                line_start = at;
                blank_so_far = true;
                continue;
            }
            b' ' | b'\t' | b'\r' => continue,
            b'#' => {
                at = memchr::memchr(b'\n', bytes.get(start..).unwrap_or_default()).map_or(bytes.len(), |n| start + n);
                let trimmed = text.get(start..at).map_or(at, |s| start + s.trim_end().len());
                scan.comments.push(Comment { span: Span::new(id, start, trimmed), own_line: blank_so_far });
                continue;
            }
            b'"' => {
                at = text_end(bytes, start);
                depth.run = 0;
            }
            b'(' => depth.open(Frame::Paren),
            b')' => depth.close(false),
            b'{' => depth.open(Frame::Brace),
            b'}' => depth.close(true),
            b'-' | b'!' => depth.run += 1,
            _ if in_word(byte) => {
                while bytes.get(at).is_some_and(|b| in_word(*b)) {
                    at += 1;
                }
                let word = bytes.get(start..at).unwrap_or_default();
                if start == line_start && DECLARATIONS.iter().chain(super::words::ACCESS).any(|d| d.as_bytes() == word)
                {
                    if let Some(at) = skipping.take() {
                        scan.too_deep.push(TooDeep { at, declaration: Span::new(id, declaration, start) });
                    }
                    declaration = start;
                    depth = Depth::default();
                }
                depth.word(word);
            }
            _ => depth.run = 0,
        }
        blank_so_far = false;
        if skipping.is_none() && depth.too_deep() {
            skipping = Some(Span::new(id, start, at));
        }
        if skipping.is_some() {
            depth = Depth::default();
        }
    }
    if let Some(at) = skipping {
        scan.too_deep.push(TooDeep { at, declaration: Span::new(id, declaration, bytes.len()) });
    }
    scan
}

impl Scan {
    /// The text with the declarations that are too deep blanked out, byte for byte.
    pub fn without_deep(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for deep in &self.too_deep {
            let range = deep.declaration.start as usize..deep.declaration.end as usize;
            for byte in bytes.get_mut(range).unwrap_or_default() {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        // Declarations begin and end at line starts, so no character is cut in two.
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// `end` moved back over blanks and comments, but not beyond `start`.
    pub fn trim_end(&self, text: &str, start: usize, end: usize) -> usize {
        let mut end = end;
        loop {
            end = text.get(start..end).map_or(end, |s| start + s.trim_end_matches(WHITESPACE).len());
            // The last comment that begins before `end`, if it reaches it.
            let index = self.comments.partition_point(|c| (c.span.start as usize) < end);
            match index.checked_sub(1).and_then(|i| self.comments.get(i)) {
                Some(c) if c.span.start as usize >= start && c.span.end as usize >= end => end = c.span.start as usize,
                _ => return end,
            }
        }
    }

    /// The first comment that begins at or after `at`.
    pub fn comment_from(&self, at: usize) -> Option<&Comment> {
        self.comments.get(self.comments.partition_point(|c| (c.span.start as usize) < at))
    }

    /// The comment block that ends on the line right above `at`, one line per entry, without `#`.
    pub fn doc_above(&self, text: &str, at: usize) -> Option<String> {
        let mut index = self.comments.partition_point(|c| (c.span.start as usize) < at);
        let mut below = at;
        let mut lines = Vec::new();
        while let Some(comment) = index.checked_sub(1).and_then(|i| self.comments.get(i)) {
            let between = text.get(comment.span.end as usize..below).unwrap_or("\n\n");
            let adjacent = between.trim().is_empty() && between.matches('\n').count() == 1;
            if !comment.own_line || !adjacent {
                break;
            }
            let line = comment_text(text, comment);
            if !is_directive(&line) {
                lines.push(line);
            }
            below = comment.span.start as usize;
            index -= 1;
        }
        lines.reverse();
        if lines.is_empty() { None } else { Some(lines.join("\n")) }
    }

    /// The comment behind `end` on the same line.
    pub fn doc_behind(&self, text: &str, end: usize) -> Option<String> {
        let comment = self.comment_from(end)?;
        let between = text.get(end..comment.span.start as usize)?;
        let behind = between.trim_matches([' ', '\t', '}', ',']).is_empty();
        behind.then(|| comment_text(text, comment)).filter(|line| !is_directive(line))
    }
}

/// True for comments that are told to laud, not to people: `laud: allow …`.
fn is_directive(comment: &str) -> bool {
    comment.trim_start().starts_with("laud:")
}

fn comment_text(text: &str, comment: &Comment) -> String {
    let raw = text.get(comment.span.start as usize + 1..comment.span.end as usize).unwrap_or("");
    raw.strip_prefix(' ').unwrap_or(raw).trim_end().to_string()
}
