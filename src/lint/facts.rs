//! What a lint may look at: the text, the tree, the program, what was proved of it, and the data if there is any.

use super::allow::Allowances;
use super::data::Evidence;
use super::levels::{Level, Levels};
use super::places::{self, Condition};
use super::uses::{self, Uses};
use crate::ast::{File, Item};
use crate::calendar::Date;
use crate::check::{Proofs, Proven};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Expr, Program};
use crate::source::Sources;
use crate::span::Span;

/// Everything that is known about a project.
pub struct Facts<'f> {
    /// The files as written; those of packages too.
    pub files: &'f [File],
    /// Their texts.
    pub sources: &'f Sources,
    /// What they mean.
    pub program: &'f Program,
    /// Which values and accounts are possible.
    pub proofs: Proofs<'f>,
    /// The date of the run: `--as-of`, that of the project, or today.
    pub today: Date,
    /// Who mentions whom.
    pub uses: Uses,
    /// Comments that accept findings.
    pub allowances: Allowances,
    /// What checking found.
    pub checked: Vec<Diagnostic>,
    /// Data, if the run may look at them.
    pub data: Option<&'f Evidence<'f>>,
    levels: &'f Levels,
}

impl<'f> Facts<'f> {
    /// Of a program that checked.
    pub fn new(
        files: &'f [File],
        sources: &'f Sources,
        (program, proven): (&'f Program, &'f Proven),
        today: Date,
        levels: &'f Levels,
    ) -> Facts<'f> {
        let uses = Uses::new(files, sources);
        let allowances = Allowances::read(files, sources);
        let proofs = Proofs::new(program, proven);
        Facts { files, sources, program, proofs, today, uses, allowances, checked: Vec::new(), data: None, levels }
    }

    /// With what checking found: a comment that accepts some of it is used.
    #[must_use]
    pub fn with_checked<'d>(mut self, findings: impl IntoIterator<Item = &'d Diagnostic>) -> Facts<'f> {
        self.checked = findings.into_iter().cloned().collect();
        self
    }

    /// With data: the lints of the category `data` look at them.
    #[must_use]
    pub fn with_data(self, data: Option<&'f Evidence<'f>>) -> Facts<'f> {
        Facts { data, ..self }
    }

    /// True for kinds of finding that this run would tell.
    pub fn looks_for(&self, code: Code) -> bool {
        self.levels.of(code) != Level::Off && (self.data.is_some() || code.category() != Some("data"))
    }

    /// All declarations, those of packages and extensions too; [`Uses`] numbers them in this order.
    pub fn items(&self) -> Vec<&'f Item> {
        self.files.iter().flat_map(|f| &f.items).collect()
    }

    /// The declaration of a name.
    pub fn item(&self, name: &str) -> Option<&'f Item> {
        uses::declaring(&self.items(), name)
    }

    /// The declarations of the project itself.
    pub fn own_items(&self) -> impl Iterator<Item = &'f Item> {
        self.files.iter().filter(|f| f.package.is_none()).flat_map(|f| &f.items)
    }

    /// True for places in the project's own files.
    pub fn is_own(&self, span: Span) -> bool {
        self.sources.get(span.source).is_some_and(|source| source.package.is_none())
    }

    /// All conditions of the program, and what they decide.
    pub fn conditions(&self) -> Vec<Condition<'f>> {
        places::conditions(self.program)
    }

    /// The values of all metrics with their names.
    pub fn values(&self) -> Vec<(&'f Expr, &'f str)> {
        places::values(self.program)
    }

    /// The text of a place.
    pub fn text(&self, span: Span) -> &'f str {
        uses::text(self.sources, span)
    }

    /// A number of a lint: its default, or what `laud.toml` says.
    pub fn option(&self, code: Code, name: &str) -> i64 {
        self.levels.option(code, name).unwrap_or(0)
    }
}
