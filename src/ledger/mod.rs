//! Where what was done about rules is kept between runs: a ledger of items, of what is remembered, and of every run.
//!
//! [`Store`] is what `laud plan`, `laud apply` and `laud ledger` need of it. [`Book`] does all of it in plain SQL over anything
//! that runs statements ([`Sql`]), so that every database means the same; [`sqlite`] is a file. A run or a decision is one
//! transaction: what changed, the record of who did what over which data, and the actions that have to go out. Actions are
//! handed on after that and then marked, so whatever happens in between they go out with the next run, with the same ids.
//!
//! | file | what |
//! |---|---|
//! | `schema` | the tables, and how an older ledger becomes a newer one |
//! | `book` | reading, for every database |
//! | `checking` | looking at everything for damage |
//! | `writing`, `told` | writing, and what the history says of it |
//! | `codec` | items, memories and actions as rows |
//! | `place` | in a file or on a server |
//! | `sqlite` | a ledger in a file |
//! | `postgres` | a ledger on a server, with the feature `postgres` |
//! | `error` | what can go wrong, in words |

mod book;
mod checking;
mod codec;
mod error;
mod place;
#[cfg(feature = "postgres")]
pub mod postgres;
mod schema;
mod sql;
pub mod sqlite;
mod told;
mod writing;

pub use book::Book;
pub use codec::action_json;
pub use error::LedgerError;
pub use place::Place;
pub use schema::VERSION;
pub use sql::{Cell, Row, Sql};

use crate::calendar::Date;
use crate::interventions::{Action, Change, State};

/// A ledger.
pub trait Store {
    /// All that is remembered.
    fn load(&mut self) -> Result<State, LedgerError>;

    /// Writes a run or a decision in one transaction, and gives its number; `state` is what [`Store::load`] gave, and has the
    /// changes afterwards. Fails with [`LedgerError::Moved`] and writes nothing if somebody wrote meanwhile. After any
    /// failure the state has to be loaded anew.
    fn commit(
        &mut self,
        state: &mut State,
        record: &Record,
        changes: &[Change],
        actions: &[Action],
    ) -> Result<u64, LedgerError>;

    /// Actions that were not handed on yet, oldest first.
    fn pending(&mut self) -> Result<Vec<Emission>, LedgerError>;

    /// How many of these there are.
    fn waiting(&mut self) -> Result<u64, LedgerError>;

    /// Hands all of them to `take` and marks them if it says yes; gives how many. Nobody else can hand on anything in the
    /// meantime, though they can write. Whoever is ended in between hands them on again.
    fn deliver(&mut self, at: &str, take: &mut dyn FnMut(&[Emission]) -> bool) -> Result<u64, LedgerError>;

    /// Reads everything that is kept, open or not, and says what is damaged; or else how much there is.
    fn check(&mut self) -> Result<Holdings, LedgerError>;

    /// Runs and decisions, latest last.
    fn records(&mut self) -> Result<Vec<(u64, Record)>, LedgerError>;

    /// What happened, oldest first; about one item or everything.
    fn history(&mut self, item: Option<&str>) -> Result<Vec<Event>, LedgerError>;

    /// Items that are over, in the order in which they were closed.
    fn closed(&mut self) -> Result<Vec<ClosedItem>, LedgerError>;
}

/// How much a ledger holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Runs and decisions.
    pub records: u64,
    /// Items that are open.
    pub open: u64,
    /// Items that are over.
    pub closed: u64,
    /// What happened.
    pub events: u64,
    /// Actions, handed on or not.
    pub actions: u64,
}

/// A run or a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it was.
    pub kind: RecordKind,
    /// The as-of date of a run, the date of a decision.
    pub as_of: Date,
    /// When it was done: `2026-03-31T06:00:00Z`.
    pub at: String,
    /// By whom.
    pub who: String,
    /// The hash of the program; empty for decisions.
    pub program: String,
    /// The hash of all data.
    pub data: String,
    /// Every file that was read.
    pub files: Vec<DataFile>,
    /// How many rows ended in which way, as json.
    pub counts: String,
}

/// What a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A run.
    Apply,
    /// A run of a date before that of the run before it.
    Replay,
    /// Somebody approved.
    Approve,
    /// Somebody rejected.
    Reject,
    /// Somebody closed an item.
    Close,
    /// Somebody put something to sleep.
    Snooze,
}

impl RecordKind {
    /// All of them.
    pub const ALL: [RecordKind; 6] = [
        RecordKind::Apply,
        RecordKind::Replay,
        RecordKind::Approve,
        RecordKind::Reject,
        RecordKind::Close,
        RecordKind::Snooze,
    ];

    /// `apply`
    pub fn word(self) -> &'static str {
        match self {
            RecordKind::Apply => "apply",
            RecordKind::Replay => "replay",
            RecordKind::Approve => "approve",
            RecordKind::Reject => "reject",
            RecordKind::Close => "close",
            RecordKind::Snooze => "snooze",
        }
    }

    /// The reverse.
    pub fn parse(word: &str) -> Option<RecordKind> {
        RecordKind::ALL.into_iter().find(|k| k.word() == word)
    }

    /// True for runs.
    pub fn is_run(self) -> bool {
        matches!(self, RecordKind::Apply | RecordKind::Replay)
    }
}

/// A file that a run read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// For which table.
    pub table: String,
    /// Its name as people know it.
    pub file: String,
    /// The hash of its bytes.
    pub hash: String,
    /// How many rows of the table were kept, from all of its files.
    pub rows: u64,
}

/// An action on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emission {
    /// The action's id.
    pub id: String,
    /// The record that it came from.
    pub record: u64,
    /// The action as one line of json.
    pub line: String,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// In which record.
    pub record: u64,
    /// On which date.
    pub on: Date,
    /// `open`, `escalate` …
    pub kind: String,
    /// The item, if it is about one.
    pub item: Option<String>,
    /// The rule.
    pub rule: String,
    /// The kind of the subject.
    pub subject_kind: String,
    /// The subject's id.
    pub subject: String,
    /// The subject's id is personal.
    pub subject_personal: bool,
    /// What, in words.
    pub text: String,
}

/// An item that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedItem {
    /// Its id.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// The kind of the subject.
    pub subject_kind: String,
    /// The subject's id.
    pub subject: String,
    /// The subject's id is personal.
    pub subject_personal: bool,
    /// The values of `dedupe by`.
    pub key: Vec<String>,
    /// Which of them come from personal columns.
    pub key_personal: Vec<bool>,
    /// Whose it was.
    pub owner: Option<String>,
    /// The owner is named in a personal column.
    pub owner_personal: bool,
    /// When it was opened.
    pub opened: Date,
    /// When it was closed.
    pub closed: Date,
    /// How: `recovered`.
    pub closing: String,
    /// By whom, if by a person.
    pub by: Option<String>,
    /// What they said.
    pub note: Option<String>,
    /// How far it escalated.
    pub level: u32,
}
