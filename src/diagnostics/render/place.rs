//! Where a finding is, in the words that all formats share.

use crate::source::Sources;
use crate::span::Span;

/// A range of one source; lines and columns count from 1, columns in characters, the end is one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The source's name.
    pub file: &'a str,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column of the end.
    pub end_column: usize,
}

impl<'a> Place<'a> {
    /// Where a span is; `None` if it belongs to no source.
    pub fn of(span: Span, sources: &'a Sources) -> Option<Place<'a>> {
        let source = sources.get(span.source)?;
        let (line, column) = source.line_column(span.start);
        let (end_line, end_column) = source.line_column(span.end.max(span.start));
        Some(Place { file: &source.name, line, column, end_line, end_column })
    }
}
