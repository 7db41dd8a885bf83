//! One run of pieces as text: on one line if it fits, else broken where the grammar allows it, loosest first.

use super::tokens::{Kind, Token, Tokens};
use super::tree::{Break, Role, Tree};
use super::{INDENT, NARROWEST, WIDTH};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Columns of a text.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Lays out runs of pieces of one text.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// The pieces.
    pub tokens: &'a Tokens<'a>,
    /// What the grammar says of them.
    pub tree: &'a Tree,
    /// Line ends stay where they are.
    pub plain: bool,
    /// One blank everywhere: inside a block on one line.
    pub dense: bool,
}

/// Lines that are being written.
#[derive(Debug, Default)]
pub struct Lines {
    done: Vec<String>,
    open: String,
}

impl Lines {
    /// Goes on behind a text.
    pub fn behind(text: String) -> Lines {
        Lines { done: Vec::new(), open: text }
    }

    fn break_to(&mut self, column: usize) {
        let line = std::mem::take(&mut self.open);
        self.done.push(line.trim_end().to_string());
        self.open = " ".repeat(column);
    }

    fn column(&self) -> usize {
        width(&self.open)
    }

    fn push(&mut self, text: &str) {
        self.open.push_str(text);
    }

    /// The lines, without blanks at their ends.
    pub fn finish(mut self) -> Vec<String> {
        self.done.push(self.open.trim_end().to_string());
        self.done
    }
}

/// Where lines begin.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The statement's own column.
    base: usize,
    /// Where the next lines of this run begin.
    hang: usize,
}

impl<'a> Writer<'a> {
    fn role(&self, token: &Token) -> Option<Role> {
        self.tree.roles.get(&token.start).copied()
    }

    /// The blanks between two neighbours.
    fn gap(&self, before: &Token, token: &Token) -> &'static str {
        match self.blank(before, token) {
            true if !self.dense && self.tree.apart.contains(&token.start) => "  ",
            true => " ",
            false => "",
        }
    }

    /// Is there a blank between two neighbours? Where nothing is known of them, if there was one.
    fn blank(&self, before: &Token, token: &Token) -> bool {
        let (left, right) = (self.tokens.text(before), self.tokens.text(token));
        let there = token.start > before.end;
        if right == "," || right == ")" || left == "(" {
            return false;
        }
        match (self.role(before), self.role(token)) {
            (Some(Role::Sign), _) | (_, Some(Role::Glued | Role::Colon)) => false,
            (Some(Role::Colon), _) | (_, Some(Role::Operator)) => true,
            (Some(Role::Operator), _) => true,
            _ if left == "," => true,
            _ if right == "(" && before.kind == Kind::Word => true,
            _ => there,
        }
    }

    /// Pieces on one line; comments among them are left out.
    pub fn flat(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        let mut before: Option<&Token> = None;
        for token in self.tokens.slice(range).iter().filter(|t| !t.is_comment()) {
            out.push_str(before.map_or("", |before| self.gap(before, token)));
            out.push_str(self.tokens.text(token));
            before = Some(token);
        }
        out
    }

    /// Writes pieces behind what stands on the line already; further lines begin under the first piece, or at `hang`.
    /// `base` is the column of the statement, `tail` what has to follow on the last line.
    pub fn write(&self, range: Range<usize>, base: usize, hang: Option<usize>, tail: usize, out: &mut Lines) {
        let hang = hang.unwrap_or_else(|| out.column());
        let hang = if WIDTH.saturating_sub(hang) < NARROWEST { base + 2 * INDENT } else { hang };
        let commented = self.tokens.slice(range.clone()).iter().any(Token::is_comment);
        if self.plain || commented {
            self.kept(range, base, hang, out)
        } else {
            self.run(range, Place { base, hang }, tail, out)
        }
    }

    /// Line ends stay: for what has comments inside.
    fn kept(&self, range: Range<usize>, base: usize, hang: usize, out: &mut Lines) {
        let mut before: Option<&Token> = None;
        let hang = hang.max(base + INDENT);
        for token in self.tokens.slice(range) {
            if let Some(before) = before {
                if token.lines_before > 0 {
                    out.break_to(hang);
                } else if token.is_comment() {
                    out.push("  ");
                } else {
                    out.push(self.gap(before, token));
                }
            }
            out.push(self.tokens.text(token));
            before = Some(token);
        }
    }

    fn run(&self, range: Range<usize>, place: Place, tail: usize, out: &mut Lines) {
        let flat = self.flat(range.clone());
        if out.column() + width(&flat) + tail <= WIDTH {
            out.push(&flat);
            return;
        }
        match self.loosest(range.clone()) {
            Some(class) => self.broken(range, class, place, tail, out),
            None => self.opened(range, place, tail, out),
        }
    }

    /// The loosest break outside parentheses.
    fn loosest(&self, range: Range<usize>) -> Option<Break> {
        self.breaks(range).into_iter().map(|(_, class)| class).min()
    }

    /// All breaks outside parentheses, but for the first piece.
    fn breaks(&self, range: Range<usize>) -> Vec<(usize, Break)> {
        let mut found = Vec::new();
        let mut depth = 0usize;
        for (i, token) in range.clone().zip(self.tokens.slice(range.clone())) {
            let text = self.tokens.text(token);
            if text == ")" {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 && i > range.start {
                found.extend(self.tree.breaks.get(&token.start).map(|class| (i, *class)));
            }
            if text == "(" {
                depth += 1;
            }
        }
        found
    }

    /// Broken at one class of places.
    fn broken(&self, range: Range<usize>, class: Break, place: Place, tail: usize, out: &mut Lines) {
        let mut starts: Vec<usize> =
            self.breaks(range.clone()).into_iter().filter(|(_, c)| *c == class).map(|(i, _)| i).collect();
        starts.insert(0, range.start);
        let mut ends: Vec<usize> = starts.iter().skip(1).copied().collect();
        ends.push(range.end);
        let last = ends.len() - 1;
        for (n, (start, end)) in starts.into_iter().zip(ends).enumerate() {
            let tail = if n == last { tail } else { 0 };
            if n > 0 {
                let flat = self.flat(start..end);
                let gap = match self.tokens.slice(start - 1..start + 1) {
                    [before, token] => self.gap(before, token),
                    _ => " ",
                };
                if class.all_or_none() || out.column() + gap.len() + width(&flat) + tail > WIDTH {
                    out.break_to(place.hang);
                } else {
                    out.push(gap);
                }
            }
            let hang = place.hang + if n > 0 { INDENT } else { 0 };
            // What is broken further hangs below its own beginning.
            self.run(start..end, Place { hang: hang.max(place.hang), ..place }, tail, out);
        }
    }

    /// Broken inside its longest parenthesis.
    fn opened(&self, range: Range<usize>, place: Place, tail: usize, out: &mut Lines) {
        let mut stack = Vec::new();
        let mut widest: Option<(usize, usize, usize)> = None;
        for (i, token) in range.clone().zip(self.tokens.slice(range.clone())) {
            match self.tokens.text(token) {
                "(" => stack.push(i),
                ")" => {
                    let Some(open) = stack.pop() else { continue };
                    let size = width(&self.flat(open + 1..i));
                    if stack.is_empty() && widest.is_none_or(|(_, _, most)| size > most) {
                        widest = Some((open, i, size));
                    }
                }
                _ => {}
            }
        }
        let Some((open, close, _)) = widest.filter(|(_, _, size)| *size > 0) else {
            out.push(&self.flat(range));
            return;
        };
        out.push(&self.flat(range.start..open + 1));
        let under = out.column();
        let hang = if WIDTH.saturating_sub(under) < NARROWEST {
            (place.hang + INDENT).max(place.base + 2 * INDENT)
        } else {
            under
        };
        let behind = width(&self.flat(close..range.end));
        self.run(open + 1..close, Place { hang, ..place }, behind + tail, out);
        // The rest fits or has no better place.
        out.push(&self.flat(close..range.end));
    }
}
