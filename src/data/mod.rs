//! Reading what the program is about: `laud.toml` and files in, typed columns and a full account of every row out.
//!
//! Nothing is dropped silently: each row that is not kept is counted under a reason and handed to whoever asked for the
//! rejects; each cell that could not be read is missing with the reason `unreadable cell`, and counted too.

mod account;
mod advice;
mod binding;
mod by_key;
mod cells;
mod column;
mod compact;
mod config;
mod csv;
mod fold;
mod given;
mod guess;
mod header;
mod hierarchy;
mod input;
mod keys;
mod links;
mod literals;
mod load;
mod marks;
mod ndjson;
mod notes;
mod numbered;
mod origins;
mod orphans;
#[cfg(feature = "parquet")]
mod parquet;
mod parts;
mod progress;
mod rivals;
mod settings;
pub mod sources;
// What columns of Parquet files need is idle without them.
#[cfg_attr(not(feature = "parquet"), allow(dead_code, unused_mut))]
pub mod stream;
mod table;
mod undeclared;
mod wording;

pub use binding::{Binding, Place, TableBinding, without_config};
pub use by_key::ByKey;
pub use compact::{Dates, Numbers};
pub use config::{Config, Profile};
pub use fold::fold;
pub use given::{Given, GivenSource, given};
pub use input::reason;
pub use load::{load, load_except};
pub use origins::Origins;
pub use progress::Progress;
pub use settings::{CellOptions, ColumnBinding, ColumnSettings, Epoch, Format, Located, Percent, TableSettings};

use crate::calendar::Date;
use crate::program::{FieldId, TableId};
use crate::value::{Fault, Missing, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// All tables of a program, loaded.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// By [`TableId`].
    pub tables: Vec<TableData>,
}

impl Dataset {
    /// The rows of a table.
    pub fn table(&self, id: TableId) -> Option<&TableData> {
        self.tables.get(id.index())
    }
}

/// One table, loaded.
#[derive(Debug, Clone, Default)]
pub struct TableData {
    /// False if there was no source: counts over it are missing, not zero. So they are if there was one, but no row of it
    /// was kept and the project file does not say what it covers: see [`TableData::vouches`].
    pub loaded: bool,
    /// How many rows were kept.
    pub rows: u32,
    /// By [`FieldId`]; each as long as `rows`.
    pub columns: Vec<Column>,
    /// Where each row was read.
    pub origins: Origins,
    /// The files, as a person knows them; [`Origin::file`] points here.
    pub files: Vec<String>,
    /// First date the source vouches for, if the project file says so.
    pub covers_from: Option<Date>,
    /// Last date the source vouches for: as the project file says, or else the latest date in it; `None` if no row was
    /// kept and the project file says nothing.
    pub covers_to: Option<Date>,
    /// Tables of rows: row by key text; the latest row where there is one per key and date. Empty for events.
    pub by_key: ByKey,
    /// Tables whose rows belong to rows of another: for each row of that one, its rows; events by date, time, when they were recorded, key and cells:
    /// never by where in a file they stand. Events of the whole portfolio: one list.
    pub by_parent: Vec<Vec<u32>>,
    /// Tables whose rows belong to rows of another: the row above, by row.
    pub owners: Vec<u32>,
    /// Columns that name rows of other tables.
    pub links: Vec<Link>,
    /// Tables of rows: keys that were merged away, with the key that holds their rows now.
    pub merged: HashMap<Arc<str>, Arc<str>>,
    /// What rows that were merged away were called, with their keys; only where a text column is called `name`.
    pub merged_names: Vec<(Arc<str>, Arc<str>)>,
    /// Event tables: rows that were re-keyed because of a merge, with the key they were recorded under.
    pub rekeyed: HashMap<u32, Arc<str>>,
    /// Attributions: touches that take no part, and why.
    pub left_out: HashMap<u32, Arc<str>>,
    /// Attributions: how the credit of the others came about.
    pub remarks: HashMap<u32, Arc<str>>,
    /// Tables whose rows went by and are not held: what their dates were.
    pub went_by: Option<WentBy>,
}

/// The dates of rows that went by and are not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WentBy {
    /// The first and the last; none, if no row was kept.
    pub dates: Option<(Date, Date)>,
    /// How many rows are dated after the as-of date of the run.
    pub after: u64,
}

impl TableData {
    /// A cell.
    pub fn value(&self, field: FieldId, row: u32) -> Value {
        self.columns.get(field.index()).map_or(Value::Missing(Missing::NoData), |c| c.value(row))
    }

    /// True if the source can vouch for anything: it was loaded, and rows of it were kept or the project file says which
    /// dates it covers. A file without rows may say that nothing happened, or that the export failed.
    pub fn vouches(&self) -> bool {
        self.loaded && (self.rows > 0 || self.covers_from.is_some() || self.covers_to.is_some())
    }

    /// The link of a column.
    pub fn link(&self, field: FieldId) -> Option<&Link> {
        self.links.iter().find(|link| link.field == field.index())
    }

    /// The event rows of a row of the parent table, by date.
    pub fn rows_of(&self, parent: u32) -> &[u32] {
        self.by_parent.get(parent as usize).map_or(&[], Vec::as_slice)
    }

    /// How many rows have a date in this column that is later than `date`: what happened after the as-of date, by
    /// clerical error or because the file was taken later.
    pub fn dated_after(&self, field: FieldId, date: Date) -> u32 {
        let later = match self.columns.get(field.index()).map(|c| &c.cells) {
            Some(Cells::Date(v)) => v.iter().flatten().filter(|d| *d > date).count(),
            Some(Cells::Instant(v)) => {
                let end = (i64::from(date.0) + 1) * crate::value::DAY_MICROS;
                v.iter().flatten().filter(|micros| **micros >= end).count()
            }
            _ => 0,
        };
        u32::try_from(later).unwrap_or(u32::MAX)
    }

    /// `activity.csv:12`
    pub fn place(&self, row: u32) -> String {
        let origin = self.origins.get(row as usize).unwrap_or_default();
        format!("{}:{}", self.files.get(origin.file as usize).map_or("?", String::as_str), origin.line)
    }
}

/// A column that names rows of another table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    /// The column.
    pub field: usize,
    /// By row: the row it names, if it names one that exists.
    pub to: Vec<Option<u32>>,
    /// By row of the other table: the rows that name it, in the order of [`TableData::by_parent`].
    pub from: Vec<Vec<u32>>,
}

/// Where a row was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Origin {
    /// Index into [`TableData::files`].
    pub file: u32,
    /// Line of a text file, row of a Parquet file, from 1.
    pub line: u32,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// The cells.
    pub cells: Cells,
    /// Rows whose cell could not be read, rising.
    pub unreadable: Vec<u32>,
}

/// The cells of a column; `None` is blank or unreadable.
#[derive(Debug, Clone)]
pub enum Cells {
    /// Yes or no.
    Boolean(Vec<Option<bool>>),
    /// Numbers, ratios, money, durations.
    Number(Numbers),
    /// Dates.
    Date(Dates),
    /// Wall-clock microseconds in the project's time zone.
    Instant(Vec<Option<i64>>),
    /// Places in the column's [`crate::program::EnumType`].
    Symbol(Vec<Option<u32>>),
    /// Texts.
    Text(Vec<Option<Arc<str>>>),
}

impl Column {
    /// The cells of some rows, in that order.
    pub(crate) fn pick(&self, rows: &[u32]) -> Column {
        fn of<T: Clone>(list: &[Option<T>], rows: &[u32]) -> Vec<Option<T>> {
            rows.iter().map(|row| list.get(*row as usize).cloned().flatten()).collect()
        }
        let cells = match &self.cells {
            Cells::Boolean(v) => Cells::Boolean(of(v, rows)),
            Cells::Number(v) => Cells::Number(rows.iter().map(|row| v.get(*row as usize)).collect()),
            Cells::Date(v) => Cells::Date(rows.iter().map(|row| v.get(*row as usize)).collect()),
            Cells::Instant(v) => Cells::Instant(of(v, rows)),
            Cells::Symbol(v) => Cells::Symbol(of(v, rows)),
            Cells::Text(v) => Cells::Text(of(v, rows)),
        };
        let bad = |(_, row): &(usize, &u32)| self.unreadable.binary_search(row).is_ok();
        let unreadable = rows.iter().enumerate().filter(bad).map(|(place, _)| place as u32).collect();
        Column { cells, unreadable }
    }

    /// The cell of a row.
    pub fn value(&self, row: u32) -> Value {
        let i = row as usize;
        let value = match &self.cells {
            Cells::Boolean(v) => v.get(i).copied().flatten().map(Value::Boolean),
            Cells::Number(v) => v.get(i).map(Value::Number),
            Cells::Date(v) => v.get(i).map(Value::Date),
            Cells::Instant(v) => v.get(i).copied().flatten().map(Value::Instant),
            Cells::Symbol(v) => v.get(i).copied().flatten().map(Value::Symbol),
            Cells::Text(v) => v.get(i).cloned().flatten().map(Value::Text),
        };
        value.unwrap_or_else(|| {
            let unreadable = self.unreadable.binary_search(&row).is_ok();
            Value::Missing(if unreadable { Missing::Error(Fault::BadCell) } else { Missing::NoData })
        })
    }
}

/// What was read, kept and rejected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadReport {
    /// By [`TableId`].
    pub tables: Vec<TableReport>,
}

/// The account of one table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableReport {
    /// The table's name.
    pub table: String,
    /// The files read, as a person knows them.
    pub files: Vec<String>,
    /// False if there was no source.
    pub loaded: bool,
    /// Rows read, headers not counted.
    pub read: u64,
    /// Rows kept: `read` is `kept` and all of `rejected`.
    pub kept: u64,
    /// Rows not kept, by reason, in the order of [`RejectReason`].
    pub rejected: Vec<(RejectReason, u64)>,
    /// Rows that were neither kept nor rejected, because no window reaches them and nobody looked at them; always 0 where
    /// the whole table was loaded.
    pub skipped: u64,
    /// Things worth knowing about rows that were kept: `4 cells of `arr` are not numbers: "n.a." …`, `2 rows moved from A5 to A1`.
    pub notes: Vec<Note>,
}

/// Why a row was not kept, or a cell was left out of one that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectReason {
    /// A text row with more or fewer cells than the header, a quote never closed, or a line that is not JSON.
    Malformed,
    /// No key, or no account.
    NoKey,
    /// No date, or none that can be read.
    BadDate,
    /// A number outside the range that the column declares.
    OutOfRange,
    /// The same row again.
    Duplicate,
    /// Another row with the same key that differs, and is not the later one.
    Conflict,
    /// Names an account that does not exist.
    UnknownAccount,
    /// Names a row above it that does not exist.
    UnknownOwner,
    /// An account that was merged into another.
    Merged,
    /// Longer than a row may be.
    TooLong,
    /// Not UTF-8.
    Encoding,
    /// A cell that could not be read; its row is kept.
    UnreadableCell,
    /// A cell whose value the list of the column does not have; its row is kept.
    UnknownValue,
}

/// Something worth knowing about rows that were kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Which kind.
    pub kind: NoteKind,
    /// The column, if it is about one.
    pub field: Option<String>,
    /// How many cells or rows.
    pub count: u64,
    /// One sentence, with an example and a suggestion where there is one.
    pub text: String,
}

/// Kinds of note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// Events whose account does not exist: most of the rows, or for a reason that can be told.
    Orphans,
    /// Cells that could not be read as the column's type.
    Unreadable,
    /// Values that the list of the column does not have.
    UnknownValue,
    /// Blank cells in a column that is not optional.
    Blank,
    /// Rows re-keyed because their account was merged.
    Moved,
    /// Columns of the file that the program does not use.
    Unused,
    /// Anything else.
    Other,
}

/// One row that was not kept, or one cell that could not be used of a row that was, as `--rejects` writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    /// The table.
    pub table: String,
    /// The file.
    pub file: String,
    /// Line or row, from 1.
    pub line: u32,
    /// The reason; it says too whether this is about a row or a cell.
    pub reason: RejectReason,
    /// The account that the row is of or about, if it could be read; of a table that has no accounts, nothing.
    pub account: Option<String>,
    /// The row's key, if it has one that could be read.
    pub key: Option<String>,
    /// The column that is to blame, if it is one.
    pub field: Option<String>,
    /// What stands in that column.
    pub value: Option<String>,
    /// What exactly: `score is 11, at most 10 is allowed`.
    pub detail: String,
}

/// The data cannot be used at all: no file, no column, no way to tell dates apart.
#[derive(Debug, Clone, PartialEq)]
pub struct DataError {
    /// Where: `data/account.csv:1:5`, or a file alone.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// The one edit to make.
    pub help: Option<String>,
}

impl TableReport {
    /// Rows not kept.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.iter().map(|(_, count)| count).sum()
    }

    /// Rows not kept for this reason.
    pub fn rejected_for(&self, reason: RejectReason) -> u64 {
        self.rejected.iter().find(|(r, _)| *r == reason).map_or(0, |(_, count)| *count)
    }
}

impl RejectReason {
    /// In a person's words.
    pub fn words(self) -> &'static str {
        match self {
            RejectReason::Malformed => "malformed row",
            RejectReason::NoKey => "no key",
            RejectReason::BadDate => "no readable date",
            RejectReason::OutOfRange => "out of range",
            RejectReason::Duplicate => "repeated row",
            RejectReason::Conflict => "key used twice",
            RejectReason::UnknownAccount => "unknown account",
            RejectReason::UnknownOwner => "belongs to nothing",
            RejectReason::Merged => "merged into another account",
            RejectReason::TooLong => "row too long",
            RejectReason::Encoding => "not UTF-8",
            RejectReason::UnreadableCell => "unreadable cell",
            RejectReason::UnknownValue => "unknown value",
        }
    }

    /// The reason as it follows a number.
    pub fn counted(self, count: u64) -> &'static str {
        match self {
            _ if count == 1 => self.words(),
            RejectReason::Malformed => "malformed rows",
            RejectReason::Duplicate => "repeated rows",
            RejectReason::Conflict => "keys used twice",
            RejectReason::UnknownAccount => "of unknown accounts",
            RejectReason::UnknownOwner => "belonging to nothing",
            RejectReason::TooLong => "rows too long",
            RejectReason::UnreadableCell => "unreadable cells",
            RejectReason::UnknownValue => "unknown values",
            RejectReason::NoKey
            | RejectReason::BadDate
            | RejectReason::OutOfRange
            | RejectReason::Merged
            | RejectReason::Encoding => self.words(),
        }
    }

    /// `row` if the row was not kept, `cell` if it was, without this cell.
    pub fn what(self) -> &'static str {
        match self {
            RejectReason::UnreadableCell | RejectReason::UnknownValue => "cell",
            _ => "row",
        }
    }
}
