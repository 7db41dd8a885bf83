//! Blocks and the file: entries in lines, with the comments and blank lines that stand between them.

use super::align::aligned;
use super::lines::{Lines, Writer, width};
use super::statement::{Cells, Key, cells};
use super::tokens::{Kind, Tokens};
use super::tree::{Node, Tree};
use super::{INDENT, WIDEST};
use crate::syntax::grammar::Rule;
use std::collections::BTreeSet;
use std::ops::Range;

/// One thing in a block or file.
#[derive(Debug)]
pub struct Entry {
    /// A blank line stands before it.
    pub blank: bool,
    /// What it is.
    pub body: Body,
    /// The comment behind it, on its last line.
    pub comment: Option<String>,
}

/// What stands in a block or file.
#[derive(Debug)]
pub enum Body {
    /// A comment with a line of its own.
    Comment(String),
    /// A statement that may share columns with its neighbours.
    Columns(Cells),
    /// A block on one line: the words before it, then its statements.
    Inline(Key, Vec<String>),
    /// Lines that are as they should be: a block with what is inside.
    Lines(Vec<String>),
}

impl Body {
    /// A declaration or block of several lines.
    fn is_tall(&self) -> bool {
        matches!(self, Body::Lines(lines) if lines.len() > 1)
    }
}

/// Lays out a file; the declarations that begin at `plain` keep their lines.
pub fn file(tree: &Tree, tokens: &Tokens, plain: &BTreeSet<usize>) -> String {
    let painter = Painter { tree, tokens, plain };
    let mut entries = painter.entries(&tree.root, 0, tokens.list.len(), 0, false);
    part_tall(&mut entries);
    written(&aligned(&entries, 0, &painter.writer(false)))
}

/// Lays out one declaration by itself.
pub fn lone(item: &Node, tree: &Tree, tokens: &Tokens, plain: &BTreeSet<usize>) -> String {
    let painter = Painter { tree, tokens, plain };
    let entry = painter.entry(&[item], 0, Rule::file, 0, plain.contains(&item.start));
    written(&aligned(&[entry], 0, &painter.writer(false)))
}

fn written(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// A blank line around each declaration of several lines; the comment right above belongs to it.
fn part_tall(entries: &mut [Entry]) {
    let mut previous: Option<bool> = None;
    // Where the comment block right above begins.
    let mut above: Option<usize> = None;
    for i in 0..entries.len() {
        let Some(entry) = entries.get(i) else { continue };
        let (blank, is_comment, tall) = (entry.blank, matches!(entry.body, Body::Comment(_)), entry.body.is_tall());
        if is_comment {
            if above.is_none() || blank {
                above = Some(i);
            }
            continue;
        }
        let first = match above.take() {
            Some(first) if !blank => first,
            _ => i,
        };
        if let (Some(was_tall), Some(entry)) = (previous, entries.get_mut(first)) {
            entry.blank |= was_tall || tall;
        }
        previous = Some(tall);
    }
}

struct Painter<'a> {
    tree: &'a Tree,
    tokens: &'a Tokens<'a>,
    plain: &'a BTreeSet<usize>,
}

impl<'a> Painter<'a> {
    fn writer(&self, plain: bool) -> Writer<'a> {
        Writer { tokens: self.tokens, tree: self.tree, plain, dense: false }
    }

    /// The entries between two tokens, which are the braces of `parent` or the ends of the file.
    fn entries(&self, parent: &Node, from: usize, to: usize, column: usize, plain: bool) -> Vec<Entry> {
        let list: Vec<&Node> = parent.statements().collect();
        let mut entries: Vec<Entry> = Vec::new();
        let mut at = from;
        let mut next = 0;
        while at < to {
            let Some(token) = self.tokens.list.get(at) else { break };
            let blank = token.lines_before > 1 && !entries.is_empty();
            if let Kind::Comment { own_line } = token.kind {
                let text = self.tokens.text(token).to_string();
                match entries.last_mut() {
                    Some(last) if !own_line && last.comment.is_none() && !matches!(last.body, Body::Comment(_)) => {
                        last.comment = Some(text);
                    }
                    _ => entries.push(Entry { blank, body: Body::Comment(text), comment: None }),
                }
                at += 1;
                continue;
            }
            let Some(node) = list.get(next) else {
                // Nothing but comments stands between statements; what else there is must not be lost.
                let text = self.tokens.text(token).to_string();
                entries.push(Entry { blank, body: Body::Lines(vec![" ".repeat(column) + &text]), comment: None });
                at += 1;
                continue;
            };
            let plain = plain || self.plain.contains(&node.start);
            let mut entry = self.entry(&list, next, parent.rule, column, plain);
            entry.blank = blank;
            entries.push(entry);
            at = self.tokens.within(node.start..node.end).end.max(at + 1);
            next += 1;
        }
        entries
    }

    /// The `i`th of some statements.
    fn entry(&self, list: &[&Node], i: usize, parent: Rule, column: usize, plain: bool) -> Entry {
        let body = match list.get(i) {
            None => Body::Lines(Vec::new()),
            Some(node) if node.rule == Rule::cases && !plain => {
                let range = self.tokens.within(node.start..node.end);
                let rows = self.entries(node, range.start, range.end, column, plain);
                Body::Lines(super::align::table(node, &rows, column, self.tokens))
            }
            Some(node) if node.blocks().is_empty() => Body::Columns(cells(list, i, parent, &self.writer(plain))),
            Some(node) => match self.inline(node, column, plain) {
                Some((key, parts)) if !plain => Body::Inline(key, parts),
                Some((_, parts)) => Body::Lines(vec![" ".repeat(column) + &joined(&parts)]),
                None => Body::Lines(self.tall(node, column, plain)),
            },
        };
        Entry { blank: false, body, comment: None }
    }

    /// A statement with a block that was written on one line, has no comments, and fits.
    fn inline(&self, node: &Node, column: usize, plain: bool) -> Option<(Key, Vec<String>)> {
        let writer = Writer { dense: true, ..self.writer(false) };
        let blocks = node.blocks();
        let [block] = blocks.as_slice() else { return None };
        let outer = self.tokens.within(node.start..node.end);
        let inner = self.tokens.within(block.start..block.end);
        let own = |range: Range<usize>| self.tokens.slice(range).iter().any(|t| t.is_comment() || t.lines_before > 0);
        // The block is the last part, and what is behind its first brace stands on the same line.
        let table = block.statements().any(|s| s.rule == Rule::table_row);
        if table || outer.end != inner.end || own(inner.start + 1..inner.end) || own(outer.start + 1..inner.start + 1) {
            return None;
        }
        let mut parts = vec![writer.flat(outer.start..inner.start)];
        let mut heads = Vec::new();
        for statement in block.statements() {
            let range = self.tokens.within(statement.start..statement.end);
            heads.push(self.tokens.list.get(range.start).map_or("", |t| self.tokens.text(t)).to_string());
            parts.push(match self.inline(statement, 0, plain) {
                Some((_, parts)) => joined(&parts),
                None if !statement.blocks().is_empty() => return None,
                None => writer.flat(range),
            });
        }
        (plain || column + width(&joined(&parts)) <= WIDEST).then_some((Key::Inline(node.rule, heads), parts))
    }

    /// A statement with blocks of several lines.
    fn tall(&self, node: &Node, column: usize, plain: bool) -> Vec<String> {
        let writer = self.writer(plain);
        let mut out: Vec<String> = Vec::new();
        let mut line = " ".repeat(column);
        let mut at = self.tokens.within(node.start..node.end).start;
        for block in node.blocks() {
            let inner = self.tokens.within(block.start..block.end);
            let mut lines = Lines::behind(std::mem::take(&mut line));
            let hang = Some(column + 2 * INDENT);
            writer.write(at..inner.start, column, hang, 2, &mut lines);
            out.extend(lines.finish());
            let brace = self.tokens.list.get(inner.start);
            match out.last_mut() {
                // A comment before the brace has the line for itself.
                Some(_) if brace.is_some_and(|b| b.lines_before > 0 && self.commented(at..inner.start)) => {
                    out.push(" ".repeat(column) + "{");
                }
                Some(last) if last.trim().is_empty() => last.push('{'),
                Some(last) => last.push_str(" {"),
                None => {}
            }
            let mut from = inner.start + 1;
            // A comment behind the brace stays there.
            if let Some(token) = self.tokens.list.get(from)
                && token.kind == (Kind::Comment { own_line: false })
            {
                if let Some(last) = out.last_mut() {
                    last.push_str("  ");
                    last.push_str(self.tokens.text(token));
                }
                from += 1;
            }
            let end = inner.end.max(inner.start + 1) - 1;
            let entries = self.entries(block, from, end, column + INDENT, plain);
            let empty = entries.is_empty() && from == inner.start + 1;
            if block.children.iter().any(|c| c.rule == Rule::table_row) {
                out.extend(super::align::table(block, &entries, column + INDENT, self.tokens));
            } else {
                out.extend(aligned(&entries, column + INDENT, &writer));
            }
            match out.last_mut() {
                Some(last) if empty => line = std::mem::take(last) + " }",
                _ => line = " ".repeat(column) + "}",
            }
            if empty {
                out.pop();
            }
            at = inner.end;
        }
        let rest = at..self.tokens.within(node.start..node.end).end;
        if !rest.is_empty() {
            line.push(' ');
        }
        let mut lines = Lines::behind(line);
        writer.write(rest, column, Some(column + 2 * INDENT), 0, &mut lines);
        out.extend(lines.finish());
        out
    }

    fn commented(&self, range: Range<usize>) -> bool {
        self.tokens.slice(range).last().is_some_and(|t| t.is_comment())
    }
}

/// `name { a  b }`
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [head] => format!("{head} {{ }}"),
        [head, inner @ ..] => format!("{head} {{ {} }}", inner.join("  ")),
    }
}
