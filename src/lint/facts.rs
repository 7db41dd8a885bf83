//! What a lint may look at: the text, the tree, the program, what was proved of it, and the data if there is any.

use super::allow::Allowances;
use super::data::Evidence;
use super::levels::{Level, Levels};
use super::places::{self, Condition};
use super::uses::{self, Uses};
use crate::ast::{AccessKind, File, Item, ItemKind};
use crate::calendar::Date;
use crate::check::amend::Ask;
use crate::check::{Proofs, Proven};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Expr, Program, TableId};
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
    /// Where definitions stand, in order.
    defines: Vec<Span>,
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
        let items = files.iter().flat_map(|file| &file.items);
        let mut defines: Vec<Span> =
            items.filter(|i| matches!(i.kind, ItemKind::Define(_))).map(|item| item.span).collect();
        defines.sort_unstable();
        Facts {
            files,
            sources,
            program,
            proofs,
            today,
            uses,
            allowances,
            checked: Vec::new(),
            data: None,
            levels,
            defines,
        }
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

    /// The conditions that stand in the project's own files as they are evaluated: not those of definitions, which may
    /// be called with other values elsewhere.
    pub fn own_conditions(&self) -> impl Iterator<Item = Condition<'f>> {
        self.conditions().into_iter().filter(|c| self.is_written(c.expr.span))
    }

    /// Visits every part of whatever is evaluated, with the table whose rows it is about. What a definition says is left
    /// out: it may be called with other values elsewhere.
    pub fn each_written(&self, visit: &mut dyn FnMut(&'f Expr, Option<TableId>)) {
        for (root, _, rows) in places::roots(self.program) {
            places::each_with_rows(root, rows, &mut |expr, rows| {
                if self.is_written(expr.span) {
                    visit(expr, rows);
                }
            });
        }
    }

    /// True if other projects may use what is declared here: a declaration says what it allows them. What nothing uses here
    /// may then be used there.
    pub fn is_for_others(&self) -> bool {
        self.own_items().any(|item| item.access.is_some_and(|access| access.kind != AccessKind::Extend))
    }

    /// True for places of the project's own files outside of definitions.
    pub fn is_written(&self, span: Span) -> bool {
        self.is_own(span) && !self.in_define(span)
    }

    /// True for places inside a definition.
    fn in_define(&self, span: Span) -> bool {
        let after = self.defines.partition_point(|define| (define.source, define.start) <= (span.source, span.start));
        let last = after.checked_sub(1).and_then(|i| self.defines.get(i));
        last.is_some_and(|define| define.source == span.source && span.end <= define.end)
    }

    /// The values of all metrics with their names.
    pub fn values(&self) -> Vec<(&'f Expr, &'f str)> {
        places::values(self.program)
    }

    /// The text of a place.
    pub fn text(&self, span: Span) -> &'f str {
        uses::text(self.sources, span)
    }

    /// Asks how a condition about accounts, or about rows of a table, could be mended.
    pub(crate) fn ask(&self, rows: Option<TableId>) -> Ask<'_> {
        Ask { proofs: &self.proofs, rows, sources: self.sources }
    }

    /// The place with the blanks before it, and the whole line or lines if nothing else stands on them: what is taken out.
    pub fn line_of(&self, span: Span) -> Span {
        let Some(source) = self.sources.get(span.source) else { return span };
        let before = source.text.get(..span.start as usize).unwrap_or("");
        let after = source.text.get(span.end as usize..).unwrap_or("");
        let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
        let start = before.len() - blanks;
        let rest = after.find('\n').map_or(after.len(), |end| end + 1);
        let alone = before.get(..start).is_none_or(|b| b.is_empty() || b.ends_with('\n'))
            && after.get(..rest).is_some_and(|line| line.trim().is_empty());
        let end = if alone { span.end as usize + rest } else { span.end as usize };
        Span::new(span.source, start, end)
    }

    /// New text for a place; what stands in parentheses stays in them.
    pub fn in_place_of(&self, span: Span, text: &str) -> String {
        match super::written::unwrapped(self.text(span)) {
            Some(_) => format!("({text})"),
            None => text.to_string(),
        }
    }

    /// A number of a lint: its default, or what `laud.toml` says.
    pub fn option(&self, code: Code, name: &str) -> i64 {
        self.levels.option(code, name).unwrap_or(0)
    }
}
