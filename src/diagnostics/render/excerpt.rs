//! The lines around the places of one finding: all that is drawn of a source, however long it is.
//!
//! The lines are put together into one small text, cleaned and clipped, each remembering its source and number. miette
//! draws from that text; its offsets mean nothing outside.

use super::{Place, clean};
use crate::diagnostics::Diagnostic;
use crate::source::{Source, Sources};
use crate::span::Span;
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;
use std::ops::Range;

/// Lines shown before and after each place.
pub const CONTEXT: usize = 1;
/// A place that covers more lines than this is shown by its first line.
const TALLEST: usize = 8;
/// Places drawn per finding.
const MOST_LABELS: usize = 8;
/// Longer lines are clipped, in characters: what people write by hand is shown whole.
const WIDEST: usize = 120;
/// What is kept of a clipped line, in characters.
const KEPT: usize = 90;
/// What is kept of a clipped line before its place.
const BEFORE: usize = 40;

/// What is drawn of the sources for one finding.
#[derive(Debug, Default)]
pub struct Excerpt {
    text: String,
    lines: Vec<Line>,
    /// The places, in offsets of the excerpt.
    pub labels: Vec<LabeledSpan>,
    /// How many places are not drawn.
    pub hidden: usize,
}

/// A line of the excerpt.
#[derive(Debug)]
struct Line {
    /// Its source.
    source: u16,
    /// What a person calls that source.
    name: String,
    /// Its number there, from 1.
    number: usize,
    /// Its bytes in the excerpt, without the line ending.
    here: Range<usize>,
    /// The bytes of the source that are shown.
    shown: Range<usize>,
    /// Characters of the line that are clipped away at its head; a `…` stands for them.
    skipped: usize,
}

impl Excerpt {
    /// Collects the lines of a finding's labels; the source of the first label comes first.
    pub fn new(diagnostic: &Diagnostic, sources: &Sources) -> Excerpt {
        let mut places = Vec::new();
        for label in &diagnostic.labels {
            let Some(source) = sources.get(label.span.source) else { continue };
            let span = drawn_part(label.span, source);
            let Some(place) = Place::of(span, sources) else { continue };
            places.push((span, place, clean::prose(&label.text)));
        }
        let hidden = places.len().saturating_sub(MOST_LABELS);
        places.truncate(MOST_LABELS);
        let first_source = places.first().map_or(0, |(span, ..)| span.source);

        // Each line that is drawn, with the byte of its source that clipping has to keep in sight.
        let mut wanted: BTreeMap<(bool, u16, usize), Option<u32>> = BTreeMap::new();
        for (span, place, _) in &places {
            for number in place.line.saturating_sub(CONTEXT).max(1)..=place.end_line + CONTEXT {
                let focus = wanted.entry((span.source != first_source, span.source, number)).or_default();
                let own = [(place.line, span.start), (place.end_line, span.end)];
                *focus = focus.or(own.into_iter().find(|(line, _)| *line == number).map(|(_, at)| at));
            }
        }
        let mut excerpt = Excerpt { hidden, ..Excerpt::default() };
        for ((_, id, number), focus) in wanted {
            if let Some(source) = sources.get(id).filter(|s| number <= s.line_count()) {
                excerpt.push(id, source, number, focus);
            }
        }
        for (i, (span, place, text)) in places.into_iter().enumerate() {
            let Some(source) = sources.get(span.source) else { continue };
            let start = excerpt.locate(span.source, source, place.line, span.start as usize);
            let end = excerpt.locate(span.source, source, place.end_line, span.end as usize).max(start);
            let text = Some(text).filter(|t| !t.trim().is_empty());
            excerpt.labels.push(match i {
                0 => LabeledSpan::new_primary_with_span(text, (start, end - start)),
                _ => LabeledSpan::new_with_span(text, (start, end - start)),
            });
        }
        excerpt
    }

    fn push(&mut self, id: u16, source: &Source, number: usize, focus: Option<u32>) {
        let whole = source.line_range(number);
        let line = source.text.get(whole.clone()).unwrap_or("");
        let kept = clip(line, focus.map_or(0, |at| (at as usize).saturating_sub(whole.start)));
        let start = self.text.len();
        if kept.start > 0 {
            self.text.push('…');
        }
        self.text.extend(line.get(kept.clone()).unwrap_or("").chars().map(clean::source_char));
        if kept.end < line.len() {
            self.text.push('…');
        }
        let here = start..self.text.len();
        // Always closed, so that a place at the very end of a source has something to stand under.
        self.text.push('\n');
        let shown = whole.start + kept.start..whole.start + kept.end;
        let (_, column) = source.line_column(u32::try_from(shown.start).unwrap_or(u32::MAX));
        let name = clean::prose(&source.name);
        self.lines.push(Line { source: id, name, number, here, shown, skipped: column - 1 });
    }

    /// Where a byte of a source's line is in the excerpt; what is clipped away is at the `…`.
    fn locate(&self, id: u16, source: &Source, number: usize, at: usize) -> usize {
        let Some(line) = self.lines.iter().find(|l| l.source == id && l.number == number) else { return 0 };
        if at < line.shown.start {
            return line.here.start;
        }
        let Some(before) = source.text.get(line.shown.start..at.min(line.shown.end)) else { return line.here.end };
        if at > line.shown.end {
            return line.here.end;
        }
        // Cleaning keeps the number of characters, not of bytes.
        let characters = before.chars().count() + usize::from(line.skipped > 0);
        let text = self.text.get(line.here.clone()).unwrap_or("");
        text.char_indices().nth(characters).map_or(line.here.end, |(i, _)| line.here.start + i)
    }

    /// The line that an offset of the excerpt is in.
    fn line_at(&self, offset: usize) -> Option<usize> {
        self.lines.partition_point(|l| l.here.start <= offset).checked_sub(1)
    }

    /// True if line `i + 1` of the excerpt follows line `i` in the same source.
    fn follows(&self, i: usize) -> bool {
        match (self.lines.get(i), self.lines.get(i + 1)) {
            (Some(a), Some(b)) => a.source == b.source && a.number + 1 == b.number,
            _ => false,
        }
    }

    fn column(&self, line: &Line, offset: usize) -> usize {
        let before = self.text.get(line.here.start..offset).map_or(0, |s| s.chars().count());
        line.skipped + before.saturating_sub(usize::from(line.skipped > 0))
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let outside = || MietteError::OutOfBounds;
        let first_own = self.line_at(span.offset()).ok_or_else(outside)?;
        let last_own = self.line_at(span.offset() + span.len()).ok_or_else(outside)?;
        if !(first_own..last_own).all(|i| self.follows(i)) {
            // miette asks whether two places can be drawn as one piece: not across a gap or two sources.
            return Err(outside());
        }
        let (mut first, mut last) = (first_own, last_own);
        while first_own - first < before && first > 0 && self.follows(first - 1) {
            first -= 1;
        }
        while last - last_own < after && self.follows(last) {
            last += 1;
        }
        let (top, bottom) = (self.lines.get(first).ok_or_else(outside)?, self.lines.get(last).ok_or_else(outside)?);
        // Without context it is the place itself that is asked for, else whole lines.
        let column = if before == 0 { self.column(top, span.offset()) } else { 0 };
        let bytes = top.here.start..bottom.here.end + 1;
        let data = self.text.as_bytes().get(bytes.clone()).ok_or_else(outside)?;
        let span = SourceSpan::from((bytes.start, bytes.len()));
        let name = top.name.clone();
        Ok(Box::new(MietteSpanContents::new_named(name, data, span, top.number - 1, column, last - first + 1)))
    }
}

/// The part of a place that is drawn: whole characters, no blank tail on further lines, and only the first line of a tall one.
fn drawn_part(span: Span, source: &Source) -> Span {
    let start = floor(&source.text, span.start as usize);
    let mut end = floor(&source.text, (span.end as usize).max(start));
    let text = source.text.get(start..end).unwrap_or("");
    if text.contains('\n') {
        end = start + text.trim_end().len();
    }
    let (line, last) = (source.line_column(start as u32).0, source.line_column(end as u32).0);
    if last - line >= TALLEST {
        end = source.line_range(line).end.max(start);
    }
    Span::new(span.source, start, end)
}

/// The bytes of a line that are shown, so that the byte `focus` is among them.
fn clip(line: &str, focus: usize) -> Range<usize> {
    if line.len() <= WIDEST || line.char_indices().nth(WIDEST).is_none() {
        return 0..line.len();
    }
    let before = line.get(..floor(line, focus)).unwrap_or("");
    let start = before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(i, _)| i);
    let end = line.get(start..).and_then(|rest| rest.char_indices().nth(KEPT)).map_or(line.len(), |(i, _)| start + i);
    start..end
}

/// The last character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_are_kept_whole() {
        assert_eq!(clip("metric calls", 8), 0..12);
        assert_eq!(clip(&"x".repeat(120), 119), 0..120);
    }

    #[test]
    fn long_lines_keep_what_is_pointed_at() {
        let line = "é".repeat(1000);
        assert_eq!(clip(&line, 0), 0..180);
        assert_eq!(clip(&line, 1000), 920..1100);
        assert_eq!(clip(&line, 2000), 1920..2000);
    }
}
