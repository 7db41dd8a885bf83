//! The texts of a project, with a line index each.
//!
//! Reading them from disk is the business of [`crate::cli`]; here they are names and strings, so that tests and other
//! programs can compile text that never was a file.

use crate::diagnostics::{Code, Diagnostic};
use crate::span::Span;
use std::sync::Arc;

/// One source text and where its lines begin.
#[derive(Debug, Clone)]
pub struct Source {
    /// What a person calls it: a path relative to the project, or `<expression>`.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Why this is not quite what the file holds, or nothing of it.
    pub damage: Option<Damage>,
    /// The package that it belongs to, if that is not the project itself.
    pub package: Option<Package>,
    line_starts: Vec<u32>,
    /// Characters that begin before each block of [`BLOCK`] bytes: columns stay cheap in a line of a megabyte.
    characters: Vec<u32>,
}

/// A package that a project uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Package {
    /// What the project calls it.
    pub name: Arc<str>,
    /// Those that it uses itself, directly or through others. It comes after all of them.
    pub uses: Arc<[Arc<str>]>,
}

impl Package {
    /// A package that uses no other.
    pub fn new(name: &str) -> Package {
        Package { name: name.into(), uses: Arc::from([]) }
    }
}

const BLOCK: usize = 256;

/// What was wrong with a file before a word of it was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Damage {
    /// Which kind of finding that is.
    pub code: Code,
    /// What is wrong; empty if that is told elsewhere.
    pub message: String,
    /// What the place is, and where that is, in bytes.
    pub label: (String, u32),
    /// What to do about it, if anything is known.
    pub help: Option<String>,
    /// Nothing of the file could be read; else the text has `\u{FFFD}` where it could not.
    pub whole: bool,
}

impl Damage {
    /// What to tell of a source with this number.
    pub fn finding(&self, source: u16) -> Diagnostic {
        let (label, at) = &self.label;
        let at = *at as usize;
        let end = if self.whole { at } else { at + REPLACEMENT.len_utf8() };
        let mut finding = Diagnostic::new(self.code, Span::new(source, at, end), self.message.as_str());
        finding.help = self.help.clone();
        finding.label(label.as_str())
    }
}

/// What stands for bytes that are not text.
pub const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

impl Source {
    /// Indexes the lines of `text`.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i as u32 + 1));
        let mut characters = Vec::with_capacity(text.len() / BLOCK + 1);
        let mut count = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            characters.push(count);
            count += starts(block);
        }
        Source { name: name.into(), text, damage: None, package: None, line_starts, characters }
    }

    /// What a file holds. Bytes that are not UTF-8 are told, and what is around them can still be read.
    pub fn of_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let name = name.into();
        let error = match String::from_utf8(bytes) {
            Ok(text) => return Source::new(name, text),
            Err(error) => error,
        };
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let byte = bytes.get(at).copied().unwrap_or(0);
        let shown = shown(&name);
        let mut damage = Damage {
            code: Code::UnreadableFile,
            message: format!("{shown} is not UTF-8 text"),
            label: (format!("byte 0x{byte:02x}"), at as u32),
            help: Some("save the file as UTF-8; in many editors under \"save with encoding\"".to_string()),
            whole: false,
        };
        if !bytes.contains(&0) {
            let text = String::from_utf8_lossy(bytes).into_owned();
            return Source { damage: Some(damage), ..Source::new(name, text) };
        }
        // Every second byte of UTF-16 is zero, and no text has zeros: there is nothing to read around them.
        damage.whole = true;
        damage.label = (String::new(), 0);
        match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => damage.message = format!("{shown} is UTF-16 text, not UTF-8"),
            _ => {
                damage.message = format!("{shown} is not text");
                damage.help = Some("rule files end in .laud: take this one away, or restore it".to_string());
            }
        }
        Source { damage: Some(damage), ..Source::new(name, "") }
    }

    /// The same text as a part of a package.
    #[must_use]
    pub fn of_package(self, package: &Package) -> Self {
        Source { package: Some(package.clone()), ..self }
    }

    /// What could not be found, which is told where it is asked for.
    pub fn absent(name: impl Into<String>) -> Self {
        Source::unread(name, Code::PackageMissing, "", None)
    }

    /// A file of which nothing could be read.
    pub fn unread(name: impl Into<String>, code: Code, message: impl Into<String>, help: Option<String>) -> Self {
        let (message, label) = (message.into(), (String::new(), 0));
        let damage = Damage { code, message, label, help, whole: true };
        Source { damage: Some(damage), ..Source::new(name, "") }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters. A line ending is at the end of its line.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let line = self.line_of(offset) - 1;
        let start = self.line_starts.get(line).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).min(self.line_range(line + 1).end);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let column = self.characters_before(end).saturating_sub(self.characters_before(start));
        (line + 1, column as usize + 1)
    }

    /// The line of a byte offset, from 1: without the characters before it, which take a while to count.
    pub fn line_of(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|&start| start <= offset).max(1)
    }

    /// How many characters begin before a byte offset.
    fn characters_before(&self, offset: usize) -> u32 {
        let block = offset / BLOCK;
        match self.characters.get(block) {
            Some(&count) => count + self.text.as_bytes().get(block * BLOCK..offset).map_or(0, starts),
            None => self.characters.last().map_or(0, |&count| {
                count + self.text.as_bytes().get((self.characters.len() - 1) * BLOCK..).map_or(0, starts)
            }),
        }
    }

    /// The bytes of line `number` (from 1), without its line ending; empty at the end of the text for a line that is not there.
    pub fn line_range(&self, number: usize) -> std::ops::Range<usize> {
        let start =
            number.checked_sub(1).and_then(|n| self.line_starts.get(n)).map_or(self.text.len(), |&s| s as usize);
        start..start + self.line(number).len()
    }

    /// The text of line `number` (from 1), without its line ending.
    pub fn line(&self, number: usize) -> &str {
        let Some(&start) = number.checked_sub(1).and_then(|n| self.line_starts.get(n)) else { return "" };
        let end = self.line_starts.get(number).map_or(self.text.len(), |&next| next as usize);
        self.text.get(start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// Number of lines.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }
}

/// A name in a message: the last part of a path, which the place says in full.
fn shown(name: &str) -> String {
    format!("`{}`", name.rsplit('/').next().unwrap_or(name))
}

/// Characters that begin in these bytes: all but the continuation bytes of UTF-8.
fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().map(|b| u32::from(b & 0xC0 != 0x80)).sum()
}

/// All sources of one compilation, addressed by [`Span::source`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// No sources yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns the number that its spans carry.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> u16 {
        self.push(Source::new(name, text))
    }

    /// Adds a source and returns the number that its spans carry.
    pub fn push(&mut self, source: Source) -> u16 {
        self.list.push(source);
        u16::try_from(self.list.len() - 1).unwrap_or(u16::MAX)
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The source of this number; those of `std` are always there.
    pub fn get(&self, source: u16) -> Option<&Source> {
        self.list.get(source as usize).or_else(|| crate::library::source(source))
    }

    /// All sources with their numbers, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &Source)> {
        self.list.iter().enumerate().map(|(i, s)| (i as u16, s))
    }

    /// The text under a span, or nothing if the span belongs to no source.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).and_then(|s| s.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// `name:line:column` of where a span begins.
    pub fn position(&self, span: Span) -> String {
        match self.get(span.source) {
            Some(source) => {
                let (line, column) = source.line_column(span.start);
                format!("{}:{line}:{column}", source.name)
            }
            None => "<unknown>".to_string(),
        }
    }
}
