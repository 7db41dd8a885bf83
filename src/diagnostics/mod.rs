//! What laud tells people: one type for every finding, one catalogue of codes, one file per output format.
//!
//! Every stage pushes [`Diagnostic`]s into one [`Diagnostics`] list; nobody prints. Wording: lower case, no final stop,
//! the user's words in backticks; the message says what is wrong, the label what this place is, the help the one edit to
//! make.

mod catalogue;
pub mod render;
mod suggest;

pub use catalogue::{Code, Page};
pub use suggest::{did_you_mean, nearest};

use crate::calendar::Date;
use crate::span::Span;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// For information.
    Info,
    /// Probably a mistake.
    Warning,
    /// The program cannot be run, or the data cannot be used.
    Error,
}

impl Severity {
    /// `error`, `warning`, `info`
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Which kind of finding.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The places; the first is where it is.
    pub labels: Vec<Label>,
    /// The one edit to make, in words.
    pub help: Option<String>,
    /// A concrete value or account that shows it.
    pub witness: Option<String>,
    /// The edit as text, where it is mechanical.
    pub fix: Option<Fix>,
    /// Why it is let pass, if it is.
    pub allowed: Option<Allowed>,
}

/// Why a finding is let pass. It is told to programs, marked; people are told how many there are.
#[derive(Debug, Clone, PartialEq)]
pub enum Allowed {
    /// A comment in the source says so.
    Here {
        /// The reason given.
        because: String,
        /// The last day, if there is one.
        until: Option<Date>,
    },
    /// It was there when the baseline was written.
    Baseline,
}

/// A place and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What it is; may be empty.
    pub text: String,
}

/// A mechanical edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does: ``write `=` ``.
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub text: String,
}

impl Diagnostic {
    /// A finding of the code's own severity at a place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            witness: None,
            fix: None,
            allowed: None,
        }
    }

    /// Says what the first place is.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Points at another place too.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The one edit to make.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// A concrete value or account that shows it.
    pub fn witness(mut self, text: impl Into<String>) -> Self {
        self.witness = Some(text.into());
        self
    }

    /// A mechanical edit: replace `span` by `text`. Its title becomes the help if there is none.
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        let title = title.into();
        self.help.get_or_insert_with(|| title.clone());
        self.fix = Some(Fix { title, edits: vec![Edit { span, text: text.into() }] });
        self
    }

    /// Where it is.
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::default(), |l| l.span)
    }
}

/// True for findings that would be the same wherever the word stands.
fn about_a_word(code: Code) -> bool {
    matches!(code, Code::UnknownName | Code::UnknownValue | Code::UnknownColumn | Code::UnknownFunction)
}

/// The list that every stage adds to.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    errors: usize,
}

impl Diagnostics {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets each finding be said otherwise.
    pub(crate) fn change(&mut self, mut change: impl FnMut(Diagnostic) -> Diagnostic) {
        self.list = std::mem::take(&mut self.list).into_iter().map(&mut change).collect();
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        self.list.push(diagnostic);
    }

    /// Adds all findings of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        self.errors += other.errors;
        self.list.extend(other.list);
    }

    /// True if one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many of them are errors.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// True if nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// All findings, as they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Makes one finding of those that say the same about one word several times on a line; `line` tells where one is.
    pub fn join_repeats(&mut self, line: impl Fn(Span) -> usize) {
        let mut first: HashMap<(Code, String, u16, usize), usize> = HashMap::new();
        let mut kept: Vec<Diagnostic> = Vec::with_capacity(self.list.len());
        for finding in std::mem::take(&mut self.list) {
            if !about_a_word(finding.code) || finding.labels.len() != 1 {
                kept.push(finding);
                continue;
            }
            let span = finding.span();
            match first.entry((finding.code, finding.message.clone(), span.source, line(span))) {
                Entry::Vacant(free) => {
                    free.insert(kept.len());
                    kept.push(finding);
                }
                Entry::Occupied(taken) => {
                    let Some(known) = kept.get_mut(*taken.get()) else { continue };
                    if known.labels.iter().all(|label| label.span != span) {
                        known.labels.push(Label { span, text: "here too".to_string() });
                        match (&mut known.fix, finding.fix) {
                            (Some(fix), Some(more)) => fix.edits.extend(more.edits),
                            (fix, _) => *fix = None,
                        }
                    }
                    self.errors -= usize::from(finding.severity == Severity::Error);
                }
            }
        }
        self.list = kept;
    }

    /// All findings by place, repeats left out.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
        self.list.dedup();
        self.list
    }
}
