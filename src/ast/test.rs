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
    /// The days on which the rules are run.
    pub run: Option<RunDays>,
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

/// `run weekly from 2026-01-05`, `run on 2026-01-05, 2026-04-05 fire on first run`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct RunDays {
    /// Which days they are.
    pub days: Days,
    /// The first run acts on what is true already.
    pub fire_on_first_run: bool,
    /// The whole statement.
    pub span: Span,
}

/// Days, one after the other.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Days {
    /// By a rhythm, up to the as-of date if it does not say otherwise.
    Every(Repeated),
    /// These.
    On(Vec<DateLit>),
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
    /// `cab_invite fired for acme on 2026-01-12`: what became of it in the runs of the test.
    Ran(Box<Ran>),
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

/// What became of a rule in runs.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Ran {
    /// The rule.
    pub rule: Name,
    /// What became of it.
    pub what: Became,
    /// `did not fire`, `was not open`
    pub negated: bool,
    /// For whom.
    pub subject: Option<Name>,
    /// In which runs, or how often; in any, if it does not say.
    pub when: RanWhen,
    /// Where that stands; empty behind what it is said of, if it does not say.
    pub place: Span,
    /// What held it back.
    pub because: Option<Expr>,
    /// `fired`, `was not open`
    pub span: Span,
}

/// In which runs something became of a rule.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum RanWhen {
    /// In any.
    Ever,
    /// `on 2026-01-12, 2026-04-20`
    On(Vec<DateLit>),
    /// `from 2026-01-19 to 2026-04-13`
    Between(DateLit, DateLit),
    /// `2 times`
    Times(u32),
}

/// What can become of a rule in a run; the words are those of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Became {
    /// It opened an item.
    Fired,
    /// Its `close when` closed one.
    Closed,
    /// An item was open too long.
    Escalated,
    /// Something held it back.
    Suppressed,
    /// There was no room under its limit.
    Queued,
    /// Something was missing.
    Undecided,
    /// An item was open after the run.
    Open,
    /// It was true already on the first run, which only remembers.
    Baseline,
}

impl Became {
    /// All of them.
    pub const ALL: [Became; 8] = [
        Became::Fired,
        Became::Closed,
        Became::Escalated,
        Became::Suppressed,
        Became::Queued,
        Became::Undecided,
        Became::Open,
        Became::Baseline,
    ];

    /// `fired`
    pub fn word(self) -> &'static str {
        match self {
            Became::Fired => "fired",
            Became::Closed => "closed",
            Became::Escalated => "escalated",
            Became::Suppressed => "suppressed",
            Became::Queued => "queued",
            Became::Undecided => "undecided",
            Became::Open => "open",
            Became::Baseline => "baseline",
        }
    }

    /// It happens in some runs, all of which an expectation names; the others are how things stand in a run.
    pub fn happens(self) -> bool {
        matches!(self, Became::Fired | Became::Closed | Became::Escalated)
    }

    /// As it is written: `fired`, `did not fire`, `was open`, `was not open`.
    pub fn written(self, negated: bool) -> String {
        let bare = self.word().strip_suffix('d').unwrap_or(self.word());
        match (self.happens(), negated) {
            (true, true) => format!("did not {bare}"),
            (true, false) => self.word().to_string(),
            (false, true) => format!("was not {}", self.word()),
            (false, false) => format!("was {}", self.word()),
        }
    }

    /// What is written that way, and whether it is denied.
    pub fn find(written: &str) -> Option<(Became, bool)> {
        let all = Became::ALL.into_iter().flat_map(|what| [(what, false), (what, true)]);
        all.into_iter().find(|(what, negated)| what.written(*negated) == written)
    }
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
