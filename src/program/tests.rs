//! Tests, checked: rows with typed cells, and expectations with typed expressions. They are no part of what the program
//! means, so its hash says nothing about them.

use super::{Expr, FieldId, GuardId, Header, MetricId, MissingWord, RuleId, TableId};
use crate::ast::{Became, RuleOutcome};
use crate::calendar::Date;
use crate::diagnostics::Code;
use crate::number::Decimal;
use crate::span::Span;
use crate::value::Value;
use std::sync::Arc;

/// A test.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The title as its name, and metadata.
    pub header: Header,
    /// The one as-of date.
    pub as_of: Date,
    /// Set if it may fail for now; the reason may be empty.
    pub todo: Option<String>,
    /// What is given.
    pub rows: Vec<GivenRows>,
    /// What sources cover, where that is said.
    pub covers: Vec<(TableId, Covered)>,
    /// The cases of its table; where there are none the test is its own one case.
    pub cases: Vec<Case>,
    /// The days on which the rules are run, if they are.
    pub run: Option<RunDays>,
    /// The table of cases brings an account of its own for each case.
    pub own_accounts: bool,
    /// What must hold, in each case.
    pub expect: Vec<Expectation>,
}

/// The days on which the rules of a program are run, beginning with nothing remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDays {
    /// One after the other, none after the as-of date.
    pub dates: Vec<Date>,
    /// The first run acts on what is true already.
    pub fire_on_first_run: bool,
}

/// What a source covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    /// It is not there.
    Nothing,
    /// From the one date to the other; a missing one is open.
    Between(Option<Date>, Option<Date>),
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenRows {
    /// The table.
    pub table: TableId,
    /// The columns that are given.
    pub columns: Vec<FieldId>,
    /// The rows.
    pub rows: Vec<GivenRow>,
    /// The file that holds them, as written, instead; with the key of their owner, if that is said here.
    pub file: Option<GivenFile>,
    /// Where they are given.
    pub span: Span,
}

/// A file of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// Its path, relative to the rule file.
    pub path: String,
    /// Where that stands.
    pub span: Span,
    /// The column that names the owner, and the owner of all rows.
    pub owner: Option<(FieldId, Arc<str>)>,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenRow {
    /// As many as there are columns.
    pub cells: Vec<GivenCell>,
    /// Where it stands.
    pub span: Span,
}

/// A cell, as far as it is known what is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenCell {
    /// Nothing.
    Missing,
    /// A number in the column's unit.
    Number(Decimal),
    /// A date.
    Date(Date),
    /// Anything else, read as cells of data are.
    Text(Arc<str>),
}

/// A case of a test: what it changes, and what is expected then.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Where that stands.
    pub span: Span,
    /// Cells of accounts that are otherwise in this case.
    pub cells: Vec<(Arc<str>, FieldId, GivenCell)>,
    /// Values that metrics have in this case, whatever the rows say.
    pub suppose: Vec<(Arc<str>, MetricId, Value)>,
    /// What must hold.
    pub expect: Vec<Expectation>,
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// What.
    pub kind: ExpectationKind,
    /// The whole statement, or the cell.
    pub span: Span,
    /// The head of the cell's column.
    pub head: Option<Span>,
}

/// What can be expected.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectationKind {
    /// A condition holds.
    Holds {
        /// For whom.
        whose: Whose,
        /// The condition.
        condition: Expr,
        /// How far the two sides of it, an equation of numbers, may be apart.
        within: Option<Decimal>,
        /// How it is brought up to date, if it can be.
        update: Option<Update>,
    },
    /// The value is to be filled in.
    Snapshot {
        /// For whom.
        whose: Whose,
        /// The value.
        value: Expr,
        /// How it is filled in.
        update: Update,
    },
    /// What becomes of a rule.
    Rule {
        /// For whom; rules about the portfolio are nobody's.
        whose: Whose,
        /// Which; of the portfolio, if it is nobody's.
        rule: RuleId,
        /// What becomes of it.
        outcome: RuleOutcome,
        /// What holds then.
        because: Option<Expr>,
        /// The reason of a guard that is among those that hold it back, with its guard.
        reason: Option<(GuardId, usize)>,
    },
    /// What became of a rule in the runs of the test.
    Ran {
        /// For whom; rules about the portfolio are nobody's.
        whose: Whose,
        /// Which; of the portfolio, if it is nobody's.
        rule: RuleId,
        /// What became of it.
        what: Became,
        /// That it did not.
        negated: bool,
        /// In which runs, or how often.
        when: RanWhen,
        /// What held it back: a kind of reason, or one of a guard by its name.
        because: Option<String>,
        /// Where the runs are named, or how many there are: the whole cell of a table of cases.
        place: Span,
    },
    /// What is found in a program.
    Finding {
        /// Errors only.
        errors_only: bool,
        /// Which one; none at all, if absent.
        code: Option<Code>,
        /// A text that is added to the program, and where it stands.
        text: Option<(String, Span)>,
        /// Parameters that are set otherwise.
        set: Vec<(String, String)>,
    },
}

/// In which runs something became of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RanWhen {
    /// In any.
    Ever,
    /// In these.
    On(Vec<Date>),
    /// In all of these.
    Between(Date, Date),
    /// In any, so often.
    Times(u32),
}

/// About whom something is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// This account.
    Account(Arc<str>),
    /// The account of the case.
    Case,
    /// The row of this table that has this key; the rule is one about such rows.
    Row(TableId, Arc<str>),
    /// Nobody: the whole portfolio.
    Portfolio,
}

/// What has to be written anew where another value is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Update {
    /// Where.
    pub span: Span,
    /// All of the comparison, with its sign, or the bare value.
    pub bare: bool,
    /// A band or grade is written, not a number.
    pub label: bool,
}

impl Expr {
    /// The metric or score that this is about: the first that is read.
    pub fn first_node(&self) -> Option<super::Node> {
        use super::{ExprKind as E, Node};
        match &self.kind {
            E::Metric(id) | E::Points(id) | E::IsBand { metric: id, .. } => Some(Node::Metric(*id)),
            E::Score(id) | E::IsGrade { scorecard: id, .. } => Some(Node::Scorecard(*id)),
            _ => self.children().into_iter().find_map(Expr::first_node),
        }
    }

    /// `value is missing because …`
    pub fn is_missing(value: Expr, because: Option<MissingWord>, span: Span) -> Expr {
        let kind = super::ExprKind::IsMissing { value: Box::new(value), because, negated: false };
        Expr { kind, ty: super::Type::Boolean, span }
    }
}
