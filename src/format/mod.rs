//! Canonical layout: `laud fmt`.
//!
//! ```text
//!  text ──grammar──▶ tree of statements and blocks ┐
//!       ──lexer────▶ tokens and comments ──────────┴─▶ entries, cells, lines ──▶ text ──▶ same tokens, same tree? else nothing
//! ```
//!
//! Two designs were at hand. A printer for every node of the syntax tree, like those of rustfmt and Gleam, has to know every
//! construct, and what it forgets to print is lost. A formatter of tokens, like gofmt's and taplo's, cannot lose any, but has
//! to guess where statements begin. This is the second one, with the guessing left out: whatever the grammar calls a child of
//! a node with braces is a statement. New syntax is therefore laid out without a word about it here; the few constructs that
//! are named are those with more than two columns. The text between is never made anew: tokens are copied, and only the blanks
//! and line ends between them are chosen. In the end both texts must have the same tokens, comments and tree.

mod align;
mod block;
mod lines;
mod proof;
mod statement;
mod tokens;
mod tree;

use crate::diagnostics::Diagnostic;
use crate::source::Source;
use std::collections::BTreeSet;
use tokens::Tokens;
use tree::Tree;

/// Columns that an expression fills before it is broken; what cannot be broken may stick out.
const WIDTH: usize = 110;
/// Columns that a table fills: lines of a scorecard, blocks on one line.
const WIDEST: usize = 120;
/// Columns per level.
const INDENT: usize = 2;
/// An expression is not squeezed into fewer columns than this: it goes on below its statement.
const NARROWEST: usize = 50;

/// Why a text is left as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// It has syntax errors.
    Syntax(Vec<Diagnostic>),
    /// The result would not have meant the same: a mistake of laud.
    NotTheSame,
}

/// Lays out a source; its line ends stay what the first one is. `id` is the number that findings carry.
pub fn format(id: u16, source: &Source) -> Result<String, Refusal> {
    let before = proof::Facts::of(id, source).map_err(Refusal::Syntax)?;
    let text: &str = &source.text;
    let tree = Tree::new(text).ok_or(Refusal::NotTheSame)?;
    let tokens = Tokens::new(text);
    // Declarations that the usual layout would change keep their lines: better plain than refused.
    let mut plain = BTreeSet::new();
    for _ in 0..2 {
        let out = line_ends(text, block::file(&tree, &tokens, &plain));
        match proof::Facts::of(id, &Source::new(source.name.as_str(), out.as_str())) {
            Ok(after) if after == before => return Ok(out),
            _ => plain = unlike(text, &tree, &tokens),
        }
    }
    Err(Refusal::NotTheSame)
}

/// The declarations whose layout, taken alone, does not mean the same.
fn unlike(text: &str, tree: &Tree, tokens: &Tokens) -> BTreeSet<usize> {
    let alone = |text: &str| proof::Facts::of(0, &Source::new("", text)).ok();
    let none = BTreeSet::new();
    let mut found = BTreeSet::new();
    for item in tree.root.statements() {
        let out = block::lone(item, tree, tokens, &none);
        let here = text.get(item.start..item.end).and_then(alone);
        if here.is_none() || here != alone(&out) {
            found.insert(item.start);
        }
    }
    if found.is_empty() {
        // They differ only together: nothing is laid out but the indents.
        found.extend(tree.root.statements().map(|item| item.start));
    }
    found
}

/// The statement or declaration that begins at a byte of a text, as bytes; none if nothing does, or if the text has syntax
/// errors.
pub fn statement_at(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let tree = Tree::new(text)?;
    let mut open = vec![&tree.root];
    while let Some(node) = open.pop() {
        if let Some(found) = node.statements().find(|child| child.start == at) {
            return Some(found.start..found.end);
        }
        let inside = |child: &&tree::Node| child.start < at && at < child.end;
        for child in node.statements().filter(inside) {
            // Statements stand between braces; what is between declaration and braces is not one.
            if child.is_block() { open.push(child) } else { open.extend(child.blocks().into_iter().filter(inside)) }
        }
    }
    None
}

/// With the line ends of the text before; what stands in quotes keeps its own.
fn line_ends(before: &str, out: String) -> String {
    let windows = before.find('\n').is_some_and(|at| before.get(..at).is_some_and(|line| line.ends_with('\r')));
    if !windows {
        return out;
    }
    let mut ended = String::with_capacity(out.len() + out.len() / 16);
    let mut done = 0;
    for quoted in Tokens::new(&out).list.iter().filter(|token| token.is_text(&out)) {
        ended.push_str(&out.get(done..quoted.start).unwrap_or("").replace('\n', "\r\n"));
        ended.push_str(quoted.text(&out));
        done = quoted.end;
    }
    ended.push_str(&out.get(done..).unwrap_or("").replace('\n', "\r\n"));
    ended
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use std::path::Path;

    /// Lays out a text as if the usual layout had changed every declaration.
    fn plainly(text: &str) -> String {
        let (tree, tokens) = (Tree::new(text).unwrap(), Tokens::new(text));
        block::file(&tree, &tokens, &tree.root.statements().map(|item| item.start).collect())
    }

    #[test]
    fn what_keeps_its_lines_stays_the_same_too() {
        for project in ["advocacy", "health", "telco"] {
            for entry in
                std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(project)).unwrap()
            {
                let path = entry.unwrap().path();
                if path.extension().is_none_or(|e| e != "laud") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let facts = |text: &str| proof::Facts::of(0, &Source::new("", text)).unwrap();
                let plain = plainly(&text);
                assert!(facts(&plain) == facts(&text), "{plain}");
                assert_eq!(plainly(&plain), plain);
            }
        }
    }

    #[test]
    fn only_the_declaration_that_would_change_keeps_its_lines() {
        // Broken over several lines, the comment would not describe the last column any more.
        let fields: Vec<String> = (0..12).map(|n| format!("column_{n} text")).collect();
        let table = format!("table account {{ id text key  {} }} # what the last one means\n", fields.join("  "));
        let text = format!("param  a=1\n\n{table}");
        let laid_out = format(0, &Source::new("a.laud", text.as_str())).unwrap();
        assert_eq!(laid_out, format!("param a = 1\n\n{}", table.replace(" #", "  #")));
    }
}
