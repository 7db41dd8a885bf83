//! One pass over one table, in pieces, on all cores: what events are for that do not have to be held.
//!
//! A [`Piece`] is a few thousand rows as columns of plain machine types ([`Lane`]), with the row of the table above that
//! each belongs to as a dense number. Pieces come from files ([`stream`]) without the table ever being in memory, or from
//! a table that was loaded ([`from_table`]); whoever looks at them cannot tell the difference.
//!
//! ```text
//!   start() ─▶ W     W     W          one state per worker, made on its own thread
//!              │     │     │
//!    pieces ─▶ visit(&mut W, &Piece)   any piece to any worker, in any order
//!              │     │     │
//!              ▼     ▼     ▼
//!           Streamed { workers: Vec<W>, … }
//! ```
//!
//! What a worker is given depends on chance, so what is made of the states must not depend on which piece went where:
//! add up, take the least, collect and sort.

mod batch;
mod bits;
mod columns;
mod csv;
mod cut;
mod edges;
mod eight;
mod finish;
mod given;
mod held;
mod json;
mod lane;
mod marked;
mod object;
mod owners;
#[cfg(feature = "parquet")]
mod parquet;
mod plain;
mod plan;
mod quick;
mod refuse;
mod run;
mod split;
mod take;
mod text;
mod walk;
mod whose;

pub use bits::{Bits, BitsIter};
pub(in crate::data) use eight::eight_digits;
pub use given::{from_table, piece_of};
pub(in crate::data) use held::{csv, ndjson};
#[cfg(feature = "parquet")]
pub(in crate::data) use held::{has_plain_keys, parquet};
pub use owners::Owners;
pub(in crate::data) use owners::{SHORT, mixed, words};
pub use text::{TextList, TextSet};

use super::{Binding, DataError, TableData, TableReport};
use crate::calendar::Date;
use crate::program::{FieldId, Program, TableId};
use std::sync::Arc;

/// The owner of a row that is not kept: it was refused, or it belongs to nothing.
pub const NOBODY: u32 = u32::MAX;

/// At most so many rows are in a piece.
pub const PIECE: usize = 16_384;

/// Some rows of a table, at most [`PIECE`].
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// How many rows, those that are not kept among them.
    pub rows: usize,
    /// How many of them are kept.
    pub kept: usize,
    /// By row: the row of the table above that it belongs to; [`NOBODY`] for a row that is not kept, which counts for
    /// nothing, and whose cells in the lanes are not to be looked at. Events of the whole portfolio all belong to 0, and
    /// a row of a table that belongs to none belongs to itself.
    pub owners: Vec<u32>,
    /// One for each field that was asked for, in that order.
    pub lanes: Vec<Lane>,
}

/// The cells of a column in a piece.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    /// The cells; each list is as long as the piece has rows.
    pub cells: LaneCells,
    /// Which rows have a value. The cell of a row that has none is of no meaning.
    pub valid: Validity,
    /// Rows without a value because their cell could not be read, rising; kept rows only. All other rows without a value
    /// are blank.
    pub unreadable: Vec<u32>,
}

/// Cells as machine types.
#[derive(Debug, Clone, Default)]
pub enum LaneCells {
    /// The file has no such column: no row has a value, and `valid` is [`Validity::None`].
    #[default]
    Absent,
    /// Dates, as days since 1970: [`Date`].
    Days(Vec<i32>),
    /// Instants, as wall-clock microseconds since 1970 in the project's time zone.
    Micros(Vec<i64>),
    /// Yes or no.
    Flags(Bits),
    /// Places in the [`crate::program::EnumType`] of the column.
    Codes(Vec<u32>),
    /// Numbers of any unit in billionths, as in [`crate::number::Decimal`], all of which fit 64 bits.
    Small(Vec<i64>),
    /// Numbers of any unit in billionths, some of which do not fit 64 bits.
    Wide(Vec<i128>),
    /// Texts, trimmed: by row a place in the list.
    Texts {
        /// The texts.
        list: Arc<TextList>,
        /// By row the place of its text.
        codes: Vec<u32>,
    },
}

/// Which rows have a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Validity {
    /// All.
    All,
    /// None.
    #[default]
    None,
    /// Those whose bit is set.
    Some(Bits),
}

impl Validity {
    /// True if the row has a value.
    #[inline]
    pub fn has(&self, row: usize) -> bool {
        match self {
            Validity::All => true,
            Validity::None => false,
            Validity::Some(bits) => bits.get(row),
        }
    }

    /// How many of the first `rows` rows have a value.
    pub fn count(&self, rows: usize) -> usize {
        match self {
            Validity::All => rows,
            Validity::None => 0,
            Validity::Some(bits) => bits.count(),
        }
    }
}

/// What is wanted of which table.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The program.
    pub program: &'a Program,
    /// The table, for which [`is_streamable`] holds.
    pub table: TableId,
    /// Where the table is read from, and how it is written.
    pub binding: &'a Binding,
    /// The columns that are looked at; the lanes of a piece come in this order. Columns that decide whether a row is kept
    /// are read too, but not handed over unless they are asked for.
    pub fields: &'a [FieldId],
    /// The first and the last date that matter to anybody, both included; none if all do. It is a hint: rows outside
    /// come too, unless the file says of many rows at once that none of them matters, as Parquet's statistics do.
    pub dates: Option<(Date, Date)>,
    /// The rows of the table above, by key; nothing for events of the whole portfolio.
    pub owners: Option<&'a Owners<'a>>,
    /// The table above, for the account of rows that belong to nothing; nothing for events of the whole portfolio.
    pub above: Option<&'a TableData>,
    /// Rejected rows are to be listed: see [`Streamed::rejects`].
    pub rejects: bool,
}

/// What is left of a table when all of it has gone by.
#[derive(Debug)]
pub struct Streamed<W> {
    /// The states of the workers, in no order that means anything.
    pub workers: Vec<W>,
    /// The table as it would have been loaded, but without cells: `rows` is how many were kept, `covers_from`,
    /// `covers_to` and `files` are set; columns, origins, owners and lists of rows are empty.
    pub table: TableData,
    /// The account of the table, as loading it would have given it, as far as columns were read.
    pub report: TableReport,
    /// Rows that were not kept and cells that could not be read, in the order in which loading would have listed them;
    /// only if they were asked for.
    pub rejects: Vec<super::Reject>,
}

/// True if rows of the table mean nothing to each other, so that they can go by one after the other: events without a
/// key, in which no column names rows of other tables, and which are not made of other tables.
///
/// Others (rows with keys, which may repeat; rates; touches of an attribution) have to be loaded.
pub fn is_streamable(program: &Program, id: TableId) -> bool {
    let Some(table) = program.table(id) else { return false };
    let named = |i: usize| program.named_by(id, FieldId(i as u32)).is_some();
    table.kind.at().is_some()
        && table.key.is_none()
        && program.rates.is_none_or(|rates| rates.table != id)
        && !program.attributions.iter().any(|attribution| attribution.table == id)
        && !(0..table.fields.len()).any(named)
}

/// Reads a table in one pass on so many threads; `start` makes the state of each worker, `visit` is shown every piece.
///
/// # Errors
///
/// What [`super::load`] would have refused the table for.
pub fn stream<W: Send>(
    request: &Request<'_>,
    threads: usize,
    start: impl Fn() -> W + Sync,
    visit: impl Fn(&mut W, &Piece) + Sync,
) -> Result<Streamed<W>, Vec<DataError>> {
    run::run(request, threads, &start, &visit)
}
