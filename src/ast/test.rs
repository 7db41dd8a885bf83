//! Tests: what is given, what is expected of it.

use super::{DateLit, Expr, Name, Text};
use crate::span::Span;

/// A test of the program.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Test {
    /// The fixed as-of date.
    pub as_of: DateLit,
    /// It may fail for now.
    pub todo: Option<Todo>,
    /// Fixtures whose rows are given too.
    pub with: Vec<Name>,
    /// What is given.
    pub given: Given,
    /// Named cases, one per row.
    pub cases: Option<Cases>,
    /// What must hold.
    pub expect: Vec<Expectation>,
}

/// Rows that several tests share.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Fixture {
    /// What is given.
    pub given: Given,
}

/// `todo "until the contracts are there"`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Todo {
    /// Why, if that is said.
    pub reason: Option<Text>,
    /// The whole statement.
    pub span: Span,
}

/// Everything that is given.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Given {
    /// Rows.
    pub rows: Vec<GivenRows>,
    /// What sources cover.
    pub covers: Vec<Covers>,
}

/// Rows for a test.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct GivenRows {
    /// The table.
    pub table: Name,
    /// The key of the row, or of the row that these belong to.
    pub key: Option<Name>,
    /// `activity of acme`: the key is that of the owner, and there may be no row at all.
    pub of: bool,
    /// Column names.
    pub columns: Vec<Name>,
    /// Cells row by row; each row as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// How often the one row is repeated.
    pub repeated: Option<Repeated>,
    /// The file that holds the rows.
    pub file: Option<Text>,
    /// The whole statement.
    pub span: Span,
}

/// `daily 20 times from 2026-01-01`, `weekly from 2026-01-01 to 2026-03-31`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Repeated {
    /// How often.
    pub rhythm: Rhythm,
    /// How many times.
    pub times: Option<(u32, Span)>,
    /// The first date.
    pub from: DateLit,
    /// The last date.
    pub to: Option<DateLit>,
    /// The whole.
    pub span: Span,
}

/// How often something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rhythm {
    /// Every day.
    Daily,
    /// Every seven days.
    Weekly,
    /// On the same day of each month, or its last.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every twelve months.
    Yearly,
}

/// `survey covers from 2026-02-01`, `survey covers nothing`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Covers {
    /// The source.
    pub table: Name,
    /// It is not there at all.
    pub nothing: bool,
    /// The first date that it speaks of.
    pub from: Option<DateLit>,
    /// The last one.
    pub to: Option<DateLit>,
    /// The whole statement.
    pub span: Span,
}

/// A cell of a test table, as written.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Cell {
    /// The text between the bars, trimmed, quotes removed.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A table of cases.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Cases {
    /// The columns behind the one that names the cases.
    pub columns: Vec<CaseColumn>,
    /// The cases.
    pub rows: Vec<CaseRow>,
    /// The whole.
    pub span: Span,
}

/// A column of a table of cases.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum CaseColumn {
    /// `arr`, `acme.arr`: a column of the account; the name of a metric: its value, whatever the rows say.
    Given(Option<Name>, Name),
    /// `expect advocacy`, `expect acme.advocacy within 0.1`
    Expect(Box<Expr>, Option<Box<Expr>>),
}

/// A case.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CaseRow {
    /// Its name.
    pub name: Cell,
    /// As many as there are columns.
    pub cells: Vec<Cell>,
}

/// One `expect`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Expectation {
    /// What is expected.
    pub kind: ExpectationKind,
    /// The whole statement.
    pub span: Span,
}

/// What can be expected.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ExpectationKind {
    /// `acme.references = 2.5 within 0.1`, `acme.advocacy is bronze`
    Holds {
        /// The condition.
        condition: Expr,
        /// How far a number may be off.
        within: Option<Expr>,
    },
    /// `acme.advocacy = ?`: the value is filled in by laud; where the `?` stands.
    Snapshot(Expr, Span),
    /// `cab_invite fires for acme`, `cab_invite does not fire for acme because advocacy < 85`
    Rule {
        /// The rule.
        rule: Name,
        /// What becomes of it.
        outcome: RuleOutcome,
        /// For which account.
        subject: Option<Name>,
        /// What holds then.
        because: Option<Expr>,
    },
    /// `error weights-total in """…"""`, `no error with goal = 9`
    Finding {
        /// An error, or a finding of any severity.
        errors_only: bool,
        /// Which; `None` if there should be none at all.
        code: Option<Name>,
        /// The text that is added to the program.
        text: Option<Text>,
        /// Parameters that are set otherwise.
        set: Vec<(Name, Cell)>,
    },
}

/// What becomes of a rule on a first run that may fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleOutcome {
    /// Its condition holds and nothing holds it back.
    Fires,
    /// Its condition does not hold, or `unless` does.
    DoesNotFire,
    /// Its condition holds, but a guard holds it back.
    Suppressed,
    /// Something is missing.
    Undecided,
}
