//! The program of a session: the files as they were read, with what was typed in place of what it redefines.
//!
//! The files stay untouched. A declaration of a file that is redefined is blanked out, so that everything else keeps its
//! line; each declaration that was typed is a source of its own, placed on the line on which it was typed.

use crate::ast::{AccessKind, File, Item};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::outline::Outline;
use crate::program::Program;
use crate::source::{Source, Sources};
use crate::span::Span;
use crate::{Settings, syntax};
use std::collections::HashSet;
use std::sync::Arc;

/// What a person calls what they typed.
pub const INPUT: &str = "<input>";

/// The word that opens a test.
const TEST: &str = "test";

/// A declaration that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The word that opens it: `metric`.
    pub word: &'static str,
    /// Its name.
    pub name: String,
    /// True for `extend …`, which stands beside what it extends.
    pub extends: bool,
    /// Its text with the comments above it.
    pub text: Arc<str>,
    /// The line on which it was typed, from 1.
    pub line: usize,
}

impl Typed {
    fn same(&self, item: &Item) -> bool {
        // The title of a test may be the name of something else.
        let tests = self.is_test() == (item.kind.word() == TEST);
        self.name == item.name.text && self.extends == extends(item) && tests
    }

    /// True if both are about the same name.
    pub fn replaces(&self, other: &Typed) -> bool {
        self.name == other.name && self.extends == other.extends && self.is_test() == other.is_test()
    }

    /// True for a test.
    pub fn is_test(&self) -> bool {
        self.word == TEST
    }

    fn source(&self) -> Source {
        Source::new(INPUT, format!("{}{}", "\n".repeat(self.line.saturating_sub(1)), self.text))
    }
}

fn extends(item: &Item) -> bool {
    item.access.is_some_and(|access| access.kind == AccessKind::Extend)
}

/// A program that was put together.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The files as they count, then what was typed.
    pub sources: Sources,
    /// All of them, parsed.
    pub files: Vec<File>,
    /// The program, if it has no errors.
    pub program: Option<Program>,
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    /// All its names.
    pub outline: Outline,
    /// For each declaration that was typed: where in the files stands what it replaces.
    pub replaced: Vec<Option<Span>>,
    /// The number of the source of the first declaration that was typed.
    pub first: u16,
}

impl Draft {
    /// Puts the files and what was typed together.
    pub fn new(base: &Sources, typed: &[Typed], settings: &Settings) -> Draft {
        let mut sources = Sources::new();
        let mut replaced = vec![None; typed.len()];
        for (id, source) in base.iter() {
            sources.push(without(id, source, typed, &mut replaced));
        }
        let first = u16::try_from(base.iter().count()).unwrap_or(u16::MAX);
        for declaration in typed {
            sources.push(declaration.source());
        }
        let (program, diagnostics) = crate::compile(&sources, settings);
        let mut heard = Diagnostics::new();
        let parsed = |(id, source): (u16, &Source)| File {
            package: source.package.clone(),
            ..syntax::parse(id, source, &mut heard)
        };
        let files: Vec<File> = sources.iter().map(parsed).collect();
        let outline = Outline::new(&files, &sources, program.as_ref());
        Draft { sources, files, program, findings: diagnostics.sorted(), outline, replaced, first }
    }

    /// The errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// The errors that another draft does not have.
    fn new_errors(&self, before: &Draft) -> Vec<Diagnostic> {
        let known: HashSet<(Code, &str)> = before.errors().map(|e| (e.code, e.message.as_str())).collect();
        self.errors().filter(|e| !known.contains(&(e.code, e.message.as_str()))).cloned().collect()
    }

    /// The declaration that was typed at this place, if it was.
    fn typed_at(&self, span: Span) -> Option<usize> {
        let place = usize::from(span.source.checked_sub(self.first)?);
        (place < self.replaced.len()).then_some(place)
    }
}

/// A file with what was redefined blanked out.
fn without(id: u16, source: &Source, typed: &[Typed], replaced: &mut [Option<Span>]) -> Source {
    // What a package declares is extended, not replaced.
    if source.package.is_some() || source.damage.is_some() || typed.is_empty() {
        return source.clone();
    }
    let file = syntax::parse(id, source, &mut Diagnostics::new());
    let mut bytes = source.text.as_bytes().to_vec();
    let mut any = false;
    for item in &file.items {
        let Some(place) = typed.iter().position(|t| t.same(item)) else { continue };
        if let Some(slot) = replaced.get_mut(place) {
            *slot = Some(item.name.span);
        }
        let range = item.span.start as usize..item.span.end as usize;
        for byte in bytes.get_mut(range).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        any = true;
    }
    match String::from_utf8(bytes) {
        // Declarations begin and end between characters.
        Ok(text) if any => Source::new(source.name.clone(), text),
        _ => source.clone(),
    }
}

/// What came of declarations that were typed.
#[derive(Debug)]
pub struct Added {
    /// All declarations of the session that hold now.
    pub typed: Vec<Typed>,
    /// The names of those that were taken in just now.
    pub taken: Vec<String>,
    /// What is wrong with those that were not.
    pub errors: Vec<Diagnostic>,
    /// What the places of `errors` belong to.
    pub sources: Sources,
    /// Everything put together.
    pub draft: Draft,
}

impl Added {
    /// True for an error in what was typed.
    pub fn is_typed(&self, error: &Diagnostic) -> bool {
        self.sources.get(error.span().source).is_some_and(|source| source.name == INPUT)
    }
}

/// Takes in declarations: those that bring no new error. `before` is the draft without them, made of `typed`.
pub fn add(base: &Sources, before: &Draft, typed: &[Typed], settings: &Settings, text: &str, line: usize) -> Added {
    let padded = format!("{}{text}", "\n".repeat(line.saturating_sub(1)));
    let source = Source::new(INPUT, padded);
    let mut found = Diagnostics::new();
    let file = syntax::parse(0, &source, &mut found);
    let mut fresh: Vec<Typed> = Vec::new();
    for item in &file.items {
        let own = declaration(&source, item);
        fresh.retain(|known| !own.replaces(known));
        fresh.push(own);
    }
    let mut errors: Vec<Diagnostic> = found.sorted();
    let mut sources = Sources::new();
    sources.push(source);
    loop {
        let kept = typed.iter().filter(|old| !fresh.iter().any(|new| new.replaces(old)));
        let all: Vec<Typed> = kept.chain(&fresh).cloned().collect();
        let draft = Draft::new(base, &all, settings);
        let new = draft.new_errors(before);
        if new.is_empty() || fresh.is_empty() {
            let taken = fresh.into_iter().map(|t| t.name).collect();
            return Added { typed: all, taken, errors, sources, draft };
        }
        // Whoever is named by an error goes; if nobody is, all of them are to blame.
        let old = all.len() - fresh.len();
        let blamed: HashSet<usize> = new.iter().filter_map(|e| draft.typed_at(e.span())?.checked_sub(old)).collect();
        if errors.is_empty() {
            sources = draft.sources.clone();
            // What its mistakes do elsewhere is nobody's interest before they are mended.
            let own = |e: &Diagnostic| blamed.is_empty() || draft.typed_at(e.span()).is_some();
            errors = new.into_iter().filter(own).collect();
        }
        let mut place = 0;
        fresh.retain(|_| {
            place += 1;
            !blamed.is_empty() && !blamed.contains(&(place - 1))
        });
    }
}

/// A declaration with the comments right above it and the one behind it.
fn declaration(source: &Source, item: &Item) -> Typed {
    let (mut line, _) = source.line_column(item.span.start);
    let begins = source.line_range(line).start;
    let alone = source.text.get(begins..item.span.start as usize).is_some_and(|before| before.trim().is_empty());
    let mut start = item.span.start as usize;
    if alone {
        while line > 1 && source.line(line - 1).trim_start().starts_with('#') {
            line -= 1;
        }
        start = source.line_range(line).start;
    }
    let (last, _) = source.line_column(item.span.end);
    let rest = source.line_range(last).end;
    let behind = source.text.get(item.span.end as usize..rest).unwrap_or("");
    let end = if behind.trim_start().starts_with('#') { rest } else { item.span.end as usize };
    let text = source.text.get(start..end).unwrap_or("").trim_end();
    Typed { word: item.kind.word(), name: item.name.text.clone(), extends: extends(item), text: text.into(), line }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const FILE: &str = "\
table account { id text key  arr money USD }
# The old one.
metric a = arr / 2 USD
metric b = a * 2
";

    fn base() -> Sources {
        let mut sources = Sources::new();
        sources.add("rules.laud", FILE);
        sources
    }

    fn added(base: &Sources, typed: &[Typed], text: &str) -> Added {
        let settings = Settings::default();
        let before = Draft::new(base, typed, &settings);
        add(base, &before, typed, &settings, text, 1)
    }

    #[test]
    fn what_is_redefined_is_replaced_and_everything_else_keeps_its_line() {
        let base = base();
        let got = added(&base, &[], "# New.\nmetric a = arr / 4 USD # a quarter\n");
        assert_eq!(got.taken, ["a"]);
        assert!(got.errors.is_empty());
        assert_eq!(&*got.typed[0].text, "# New.\nmetric a = arr / 4 USD # a quarter");
        assert_eq!(base.position(got.draft.replaced[0].unwrap()), "rules.laud:3:8");
        let entry = |name: &str| got.draft.outline.get(name).unwrap().clone();
        assert_eq!(got.draft.sources.position(entry("b").place.unwrap()), "rules.laud:4:8");
        assert_eq!(entry("a").doc.as_deref(), Some("New."));
        assert_eq!(entry("b").doc, None);
        // And once more: the second replaces the first.
        let again = added(&base, &got.typed, "metric a = arr / 8 USD");
        assert_eq!(again.typed.len(), 1);
        assert!(again.draft.program.is_some());
    }

    #[test]
    fn declarations_may_name_those_below_and_only_the_wrong_ones_are_left_out() {
        let got = added(&base(), &[], "metric c = d\nparam d = 3\nmetric e = nothing\n");
        assert_eq!(got.taken, ["c", "d"]);
        let told: Vec<String> =
            got.errors.iter().map(|e| format!("{} {}", got.sources.position(e.span()), e.message)).collect();
        assert_eq!(told, ["<input>:3:12 there is no `nothing`"]);
    }

    #[test]
    fn of_what_is_wrong_in_itself_nothing_else_is_told() {
        let got = added(&base(), &[], "metric a = nothing > 2");
        let told: Vec<String> = got.errors.iter().map(|e| got.sources.position(e.span())).collect();
        assert_eq!(told, ["<input>:1:12"]);
    }

    #[test]
    fn what_breaks_something_else_is_refused() {
        let got = added(&base(), &[], "metric a = arr > 2 USD");
        assert_eq!((got.taken.len(), got.typed.len()), (0, 0));
        assert!(
            got.errors.iter().all(|e| got.sources.position(e.span()).starts_with("rules.laud:4")),
            "{:?}",
            got.errors
        );
        assert!(got.draft.program.is_some());
    }

    #[test]
    fn errors_that_were_there_before_are_no_reason_to_refuse_anything() {
        let mut base = base();
        base.add("bad.laud", "metric z = zz\n");
        let got = added(&base, &[], "metric c = a");
        assert_eq!(got.taken, ["c"]);
        assert!(got.draft.program.is_none());
        let got = added(&base, &got.typed, "param zz = 3");
        assert!(got.draft.program.is_some());
    }
}
