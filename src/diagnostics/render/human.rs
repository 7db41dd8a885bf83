//! Findings drawn under their source lines, for people.

use super::excerpt::{CONTEXT, Excerpt};
use super::{by_place, clean};
use crate::diagnostics::{Diagnostic, Fix, Severity};
use crate::source::Sources;
use anstyle::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;

/// Findings drawn in full; a screenful more helps nobody.
const MOST: usize = 50;
/// Columns that are filled.
const WIDTH: usize = 100;

/// Draws the findings by place; beyond fifty they are only counted, warnings before errors.
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(WIDTH)
        .with_context_lines(CONTEXT)
        .with_links(false)
        .without_syntax_highlighting();
    let mut out = String::new();
    let chosen = choose(diagnostics);
    for diagnostic in &chosen {
        let page = Page::new(diagnostic, sources);
        if handler.render_report(&mut out, &page).is_err() {
            // Should the drawing fail, what was found is still told.
            out.push_str(&super::short(std::slice::from_ref(*diagnostic), sources));
        }
        for (word, text) in page.further() {
            aside(&mut out, word, &text, color);
        }
        out.push('\n');
    }
    match diagnostics.iter().filter(|d| d.allowed.is_none()).count() - chosen.len() {
        0 => {}
        more => out.push_str(&format!("and {more} more (--format compact lists all)\n")),
    }
    out
}

fn choose(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut list = by_place(diagnostics);
    if list.len() > MOST {
        // Errors stop everything, so they are shown first; among equals the order of places stays.
        list.sort_by_key(|d| std::cmp::Reverse(d.severity));
        list.truncate(MOST);
        list.sort_by_key(|d| d.span());
    }
    list
}

/// `  witness: …`, broken at words like miette's own help line.
fn aside(out: &mut String, word: &str, text: &str, color: bool) {
    let style = if color { AnsiColor::Cyan.on_default() } else { Style::new() };
    out.push_str(&format!("  {style}{word}: {style:#}"));
    let indent = word.len() + 4;
    let mut column = indent;
    for (i, part) in text.split(' ').enumerate() {
        let width = unicode_width::UnicodeWidthStr::width(part);
        if i > 0 && column + 1 + width > WIDTH - 2 {
            out.push_str(&format!("\n{:indent$}", ""));
            column = indent;
        } else if i > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(part);
        column += width;
    }
    out.push('\n');
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Page<'a> {
    diagnostic: &'a Diagnostic,
    message: String,
    help: Option<String>,
    excerpt: Excerpt,
    fix: Option<String>,
}

impl<'a> Page<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &Sources) -> Page<'a> {
        let fix = diagnostic.fix.as_ref().and_then(|fix| {
            edited_line(fix, sources)
                .or_else(|| (diagnostic.help.as_ref() != Some(&fix.title)).then(|| fix.title.clone()))
        });
        Page {
            diagnostic,
            message: clean::prose(&diagnostic.message),
            help: diagnostic.help.as_deref().map(clean::prose),
            excerpt: Excerpt::new(diagnostic, sources),
            fix: fix.map(|f| clean::prose(&f)),
        }
    }

    /// What miette has no line for.
    fn further(&self) -> impl Iterator<Item = (&'static str, String)> {
        let places = match self.excerpt.hidden {
            0 => None,
            1 => Some("1 more place".to_string()),
            n => Some(format!("{n} more places")),
        };
        let witness = self.diagnostic.witness.as_deref().map(clean::prose);
        [("and", places), ("witness", witness), ("fix", self.fix.clone())]
            .into_iter()
            .filter_map(|(word, text)| text.map(|t| (word, t)))
    }
}

/// The source line as the fix would leave it, if all its edits are within one line.
fn edited_line(fix: &Fix, sources: &Sources) -> Option<String> {
    let first = fix.edits.first()?;
    let source = sources.get(first.span.source)?;
    let (number, _) = source.line_column(first.span.start);
    let range = source.line_range(number);
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|e| e.span);
    let (mut line, mut at) = (String::new(), range.start);
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        if edit.span.source != first.span.source || end > range.end || edit.text.contains('\n') {
            return None;
        }
        // `get` refuses edits that overlap or cut a character.
        line.push_str(source.text.get(at..start)?);
        line.push_str(&edit.text);
        at = end;
    }
    line.push_str(source.text.get(at..range.end)?);
    let line = line.trim();
    (line.len() <= 200 && !line.is_empty()).then(|| line.to_string())
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Page<'_> {}

impl miette::Diagnostic for Page<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = self.diagnostic.code;
        Some(Box::new(format!("{} {}", code.number(), code.name())))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        if self.excerpt.labels.is_empty() { None } else { Some(&self.excerpt) }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.excerpt.labels.is_empty() { None } else { Some(Box::new(self.excerpt.labels.iter().cloned())) }
    }
}
