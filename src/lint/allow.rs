//! `# laud: allow NAME, … [until DATE] because "…"`: findings that somebody accepted, at their place and with a reason.
//!
//! On a line of its own it covers the declaration or statement that follows; behind a statement, the findings of its line.
//! Whoever reads the rules reads the reason too; what is wrong with such a comment is a finding of the category
//! `suppressions`.

use crate::ast::File;
use crate::calendar::Date;
use crate::diagnostics::{Allowed, Code, Diagnostic};
use crate::format::statement_at;
use crate::source::Sources;
use crate::span::Span;
use crate::syntax::scan::{WHITESPACE, scan, text_end};

/// Other tools' words for the same.
const HABITS: [&str; 9] = ["alow", "allowed", "ignore", "disable", "suppress", "skip", "noqa", "expect", "nolint"];

/// A comment that accepts findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Allowance {
    /// The whole comment.
    pub span: Span,
    /// What it names, as far as it can be read.
    pub names: Vec<Named>,
    /// Its last day.
    pub until: Option<Date>,
    /// The reason.
    pub because: Option<String>,
    /// Where findings are accepted.
    pub covers: Span,
    /// What is wrong with how it is written; then it accepts nothing.
    pub broken: Option<Broken>,
}

/// A name in such a comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
    /// What it is the name of, if there is such a finding.
    pub code: Option<Code>,
}

/// A mistake in how such a comment is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to write instead, where that is plain.
    pub instead: Option<&'static str>,
}

impl Allowance {
    /// The findings that it may accept: none without a reason.
    fn codes(&self) -> impl Iterator<Item = Code> {
        let sound = self.broken.is_none() && self.because.is_some();
        self.names.iter().filter(move |_| sound).filter_map(|name| name.code)
    }

    /// True if a finding is one of those that it speaks of.
    pub fn speaks_of(&self, finding: &Diagnostic) -> bool {
        self.covers_place(finding.span()) && self.codes().any(|code| code == finding.code) && allowable(finding.code)
    }

    fn covers_place(&self, place: Span) -> bool {
        let Span { source, start, end } = self.covers;
        place.source == source && start <= place.start && place.start < end
    }

    /// True if its last day lies before a date.
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// True for what a comment may accept: lints, and what check only warns of.
pub fn allowable(code: Code) -> bool {
    match code.category() {
        Some(category) => category != "suppressions",
        None => code.severity() != crate::diagnostics::Severity::Error,
    }
}

/// All such comments of a program.
#[derive(Debug, Clone, Default)]
pub struct Allowances {
    list: Vec<Allowance>,
}

impl Allowances {
    /// Those of the rule files.
    pub fn read(files: &[File], sources: &Sources) -> Allowances {
        let mut list = Vec::new();
        for (file, (id, source)) in files.iter().zip(sources.iter()) {
            let text: &str = &source.text;
            if memchr::memmem::find(text.as_bytes(), b"laud").is_none() {
                continue;
            }
            for comment in scan(id, text).comments {
                let Some(mut found) = Reader::comment(text, comment.span) else { continue };
                let at = comment.span.start as usize;
                found.covers =
                    if comment.own_line { following(id, text, comment.span, file) } else { line(id, text, at) };
                list.push(found);
            }
        }
        Allowances { list }
    }

    /// All of them, by place.
    pub fn iter(&self) -> impl Iterator<Item = &Allowance> {
        self.list.iter()
    }

    /// Marks the findings that are accepted on a day.
    pub fn mark(&self, findings: &mut [Diagnostic], today: Date) {
        for finding in findings.iter_mut().filter(|_| !self.list.is_empty()) {
            let valid = |a: &&Allowance| a.speaks_of(finding) && !a.is_over(today);
            let Some(found) = self.list.iter().find(valid) else { continue };
            let because = found.because.clone().unwrap_or_default();
            finding.allowed = Some(Allowed::Here { because, until: found.until });
        }
    }
}

/// The line of a byte.
fn line(id: u16, text: &str, at: usize) -> Span {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length);
    Span::new(id, start, end)
}

/// The declaration or statement below a comment; nothing, if nothing follows.
fn following(id: u16, text: &str, comment: Span, file: &File) -> Span {
    let mut at = comment.end as usize;
    loop {
        let rest = text.get(at..).unwrap_or("");
        at += rest.len() - rest.trim_start_matches(WHITESPACE).len();
        match text.as_bytes().get(at) {
            Some(b'#') => at += text.get(at..).and_then(|rest| rest.find('\n')).unwrap_or(text.len() - at),
            Some(b'}') | None => return Span::new(id, at, at),
            Some(_) => break,
        }
    }
    let item = file.items.partition_point(|item| (item.span.start as usize) < at);
    if let Some(item) = file.items.get(item).filter(|item| item.span.start as usize == at) {
        return item.span;
    }
    match statement_at(text, at) {
        Some(range) => Span::new(id, range.start, range.end),
        None => Span::new(id, at, line(id, text, at).end as usize),
    }
}

/// Reads what stands behind `# laud:`.
struct Reader<'t> {
    text: &'t str,
    source: u16,
    at: usize,
    end: usize,
}

impl<'t> Reader<'t> {
    /// A comment, if it is meant to be an allowance.
    fn comment(text: &'t str, span: Span) -> Option<Allowance> {
        let mut reader = Reader { text, source: span.source, at: span.start as usize + 1, end: span.end as usize };
        let opening = reader.at;
        if reader.word() != "laud" {
            return None;
        }
        let mut found = Allowance { span, names: Vec::new(), until: None, because: None, covers: span, broken: None };
        let colon = reader.mark(b':');
        let start = reader.skip();
        let verb = reader.word().to_lowercase();
        if verb != "allow" {
            // Prose may begin with the name of the tool; a word that other tools use is meant.
            if !colon || !HABITS.contains(&verb.as_str()) {
                return None;
            }
            let message = format!("`laud: {verb}` is nothing that can be said here");
            let span = Span::new(reader.source, start, start + verb.len());
            found.broken = Some(Broken { message, span, instead: Some("allow") });
            return Some(found);
        }
        if !colon {
            let behind = text.get(opening..start).map_or(opening, |s| opening + s.trim_end().len());
            let span = Span::new(reader.source, behind, behind);
            let message = "a colon is missing behind `laud`".to_string();
            found.broken = Some(Broken { message, span, instead: Some(":") });
            return Some(found);
        }
        if let Err(broken) = reader.rest(&mut found) {
            found.broken = Some(broken);
        }
        Some(found)
    }

    fn rest(&mut self, found: &mut Allowance) -> Result<(), Broken> {
        loop {
            let start = self.skip();
            let name = self.word();
            if name.is_empty() || matches!(name, "until" | "because") {
                return Err(self.broken(start, "the name of a lint is missing", None));
            }
            let span = Span::new(self.source, start, self.at);
            found.names.push(Named { text: name.to_string(), span, code: Code::find(name) });
            if !self.mark(b',') {
                break;
            }
        }
        loop {
            let start = self.skip();
            match self.word() {
                "" if start >= self.end => return Ok(()),
                "until" if found.until.is_none() => found.until = Some(self.date()?),
                "because" if found.because.is_none() => {
                    found.because = Some(self.quoted()?).filter(|reason| !reason.is_empty());
                    // `because ""` is a reason asked for and not given.
                    if found.because.is_none() && self.skip() >= self.end {
                        return Ok(());
                    }
                }
                word if Code::find(word).is_some() => {
                    return Err(self.broken(
                        found.names.last().map_or(start, |n| n.span.end as usize),
                        "a comma is missing between the names",
                        Some(","),
                    ));
                }
                _ => {
                    self.at = self.end;
                    let message = "behind the names stand `until DATE` and `because \"…\"`, and nothing else";
                    return Err(self.broken_to(start, self.end, message, None));
                }
            }
        }
    }

    fn date(&mut self) -> Result<Date, Broken> {
        let start = self.skip();
        let rest = self.text.get(start..self.end).unwrap_or("");
        let length = rest.find([' ', '\t', '"']).unwrap_or(rest.len());
        self.at = start + length;
        let word = rest.get(..length).unwrap_or("").trim_end_matches(',');
        Date::parse(word).ok_or_else(|| {
            let message = if word.is_empty() {
                "the date behind `until` is missing".to_string()
            } else {
                format!("`{word}` is not a date: it looks like 2026-12-31")
            };
            self.broken_to(start, start + word.len(), &message, None)
        })
    }

    fn quoted(&mut self) -> Result<String, Broken> {
        let start = self.skip();
        if start >= self.end || self.text.as_bytes().get(start) != Some(&b'"') {
            let message = "the reason behind `because` stands in quotes";
            return Err(self.broken_to(start, self.end.max(start), message, None));
        }
        let end = text_end(self.text.as_bytes(), start).min(self.end);
        self.at = end;
        let text = self.text.get(start + 1..end).unwrap_or("");
        match text.strip_suffix('"') {
            Some(reason) => Ok(reason.replace("\\\"", "\"").trim().to_string()),
            None => Err(self.broken_to(start, end, "the quotes are not closed", None)),
        }
    }

    /// Past the blanks; where the next word begins.
    fn skip(&mut self) -> usize {
        while self.at < self.end && matches!(self.text.as_bytes().get(self.at), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        self.at
    }

    fn word(&mut self) -> &'t str {
        let start = self.skip();
        let rest = self.text.get(start..self.end).unwrap_or("");
        let length = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
        self.at = start + length;
        rest.get(..length).unwrap_or("")
    }

    fn mark(&mut self, mark: u8) -> bool {
        let here = self.skip();
        let found = here < self.end && self.text.as_bytes().get(here) == Some(&mark);
        self.at += usize::from(found);
        found
    }

    fn broken(&self, at: usize, message: &str, instead: Option<&'static str>) -> Broken {
        self.broken_to(at, at, message, instead)
    }

    fn broken_to(&self, start: usize, end: usize, message: &str, instead: Option<&'static str>) -> Broken {
        Broken { message: message.to_string(), span: Span::new(self.source, start, end), instead }
    }
}
