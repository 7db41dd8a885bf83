//! Text into [`crate::ast`].
//!
//! Three steps: [`scan`] finds the comments and caps the depth, the grammar (`grammar/laud.pest`) divides the text into
//! nodes and never fails, `build` makes the tree and reports what is wrong. What the grammar could not place is looked at
//! again in `recover`, so that all mistakes of a file are reported in one run.

mod amount;
mod build;
mod expected;
pub(crate) mod grammar;
mod habits;
mod hints;
mod recover;
pub mod scan;
mod words;

pub use scan::Comment;
pub use words::RESERVED;

use crate::ast::{Expr, File};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::source::Source;
use crate::span::Span;
use grammar::{Grammar, Rule};
use pest::Parser;
use pest::error::InputLocation;
use pest::iterators::Pairs;
use scan::{MAX_DEPTH, Scan};
use std::borrow::Cow;

/// Larger sources are not read.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Parses a source; every syntax error is pushed, every valid declaration is kept.
pub fn parse(id: u16, source: &Source, diagnostics: &mut Diagnostics) -> File {
    parsed(id, source, Rule::file, diagnostics, |text, scan, nodes, diagnostics| {
        let children = nodes.flat_map(|file| file.into_inner().collect::<Vec<_>>());
        build::Builder::new(id, text, scan, diagnostics).file(children)
    })
    .unwrap_or_default()
}

/// Parses one expression, as given to `laud eval -e`.
pub fn parse_expression(id: u16, source: &Source, diagnostics: &mut Diagnostics) -> Option<Expr> {
    parsed(id, source, Rule::only_expr, diagnostics, |text, scan, nodes, diagnostics| {
        let children = nodes.flat_map(|entry| entry.into_inner().collect::<Vec<_>>());
        build::Builder::new(id, text, scan, diagnostics).lone_expression(children)
    })
    .flatten()
}

/// The comments of a source in order: the grammar treats them as spaces, a formatter needs them.
pub fn comments(source: &Source) -> Vec<Comment> {
    scan::scan(0, &source.text).comments
}

/// Runs the grammar and hands its nodes to `build`.
fn parsed<T>(
    id: u16,
    source: &Source,
    entry: Rule,
    diagnostics: &mut Diagnostics,
    build: impl FnOnce(&str, &Scan, Pairs<'_, Rule>, &mut Diagnostics) -> T,
) -> Option<T> {
    let size = source.text.len();
    if size > MAX_BYTES {
        let message = format!("`{}` is too large: {} MB", source.name, size / (1024 * 1024));
        diagnostics.push(
            Diagnostic::new(Code::TooLarge, Span::new(id, 0, 0), message)
                .help("a source may have 16 MB; split it into several files"),
        );
        return None;
    }
    let scan = scan::scan(id, &source.text);
    let mut text = Cow::Borrowed(&*source.text);
    if !scan.too_deep.is_empty() {
        for deep in &scan.too_deep {
            diagnostics.push(too_deep(deep.at));
        }
        text = Cow::Owned(scan.without_deep(&source.text));
        if entry != Rule::file {
            return None;
        }
    }
    match Grammar::parse(entry, &text) {
        Ok(nodes) => Some(build(&text, &scan, nodes, diagnostics)),
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            if matches!(error.variant, pest::error::ErrorVariant::CustomError { .. }) {
                diagnostics.push(too_deep(Span::new(id, at, at)));
            } else {
                diagnostics.push(recover::expression(id, &text, &scan));
            }
            None
        }
    }
}

fn too_deep(at: Span) -> Diagnostic {
    Diagnostic::new(Code::TooDeep, at, format!("this is nested more than {MAX_DEPTH} levels deep"))
        .label("the first thing that is too deep")
        .help("give the inner part a name: `define`, `metric` or `segment`")
}
