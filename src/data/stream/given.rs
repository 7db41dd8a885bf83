//! Pieces of a table that was loaded.

use super::{Bits, Lane, LaneCells, NOBODY, PIECE, Piece, TextList, Validity};
use crate::data::{Cells, Column, TableData};
use crate::program::FieldId;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Shows every row of a table that was loaded, on so many threads; gives the states of the workers.
pub fn from_table<W: Send>(
    table: &TableData,
    fields: &[FieldId],
    threads: usize,
    start: impl Fn() -> W + Sync,
    visit: impl Fn(&mut W, &Piece) + Sync,
) -> Vec<W> {
    let rows = table.rows as usize;
    let pieces = rows.div_ceil(PIECE);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut state = start();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= pieces {
                return state;
            }
            let from = i * PIECE;
            visit(&mut state, &piece_of(table, fields, from..rows.min(from + PIECE)));
        }
    };
    crate::threads::on(threads.min(pieces), work)
}

/// Some rows of a table that was loaded.
pub fn piece_of(table: &TableData, fields: &[FieldId], rows: Range<usize>) -> Piece {
    let owners: Vec<u32> = match (table.owners.is_empty(), table.by_key.is_empty()) {
        (false, _) => rows.clone().map(|row| table.owners.get(row).copied().unwrap_or(NOBODY)).collect(),
        // Rows that belong to none: those with keys are their own owners, events are the portfolio's.
        (true, false) => rows.clone().map(|row| row as u32).collect(),
        (true, true) => vec![0; rows.len()],
    };
    let kept = owners.iter().filter(|owner| **owner != NOBODY).count();
    let lane = |field: &FieldId| table.columns.get(field.index()).map_or_else(Lane::default, |c| lane(c, &rows));
    Piece { rows: rows.len(), kept, owners, lanes: fields.iter().map(lane).collect() }
}

fn lane(column: &Column, rows: &Range<usize>) -> Lane {
    let first = rows.start as u32;
    let bad = column.unreadable.partition_point(|row| *row < first);
    let bad = column.unreadable.get(bad..).unwrap_or(&[]).iter();
    let unreadable = bad.take_while(|row| (**row as usize) < rows.end).map(|row| row - first).collect();
    let count = rows.len();
    let (cells, valid) = match &column.cells {
        Cells::Date(v) => {
            let (days, valid) = plain(rows.clone().map(|row| Some(v.get(row)?.0)), count);
            (LaneCells::Days(days), valid)
        }
        Cells::Instant(v) => {
            let (micros, valid) = plain(some(v, rows).iter().copied(), count);
            (LaneCells::Micros(micros), valid)
        }
        Cells::Symbol(v) => {
            let (codes, valid) = plain(some(v, rows).iter().copied(), count);
            (LaneCells::Codes(codes), valid)
        }
        Cells::Boolean(v) => {
            let (flags, valid) = plain(some(v, rows).iter().copied(), count);
            let mut bits = Bits::default();
            flags.iter().for_each(|flag| bits.push(*flag));
            (LaneCells::Flags(bits), valid)
        }
        Cells::Number(v) => {
            let (wide, valid) = plain(rows.clone().map(|row| Some(v.get(row)?.raw())), count);
            let small: Option<Vec<i64>> = wide.iter().map(|n| i64::try_from(*n).ok()).collect();
            (small.map_or_else(|| LaneCells::Wide(wide), LaneCells::Small), valid)
        }
        Cells::Text(v) => {
            let mut list = TextList::new(false);
            // The same text is mostly the same memory.
            let mut known: HashMap<*const u8, u32> = HashMap::new();
            let mut code = |text: &Arc<str>| *known.entry(text.as_ptr()).or_insert_with(|| list.push(text));
            let (codes, valid) = plain(some(v, rows).iter().map(|text| text.as_ref().map(&mut code)), count);
            (LaneCells::Texts { list: Arc::new(list), codes }, valid)
        }
    };
    Lane { cells, valid, unreadable }
}

/// The cells of some rows.
fn some<'c, T>(cells: &'c [Option<T>], rows: &Range<usize>) -> &'c [Option<T>] {
    cells.get(rows.clone()).unwrap_or(&[])
}

/// The cells of so many rows, with something of no meaning where there is none.
fn plain<P: Default>(cells: impl Iterator<Item = Option<P>>, rows: usize) -> (Vec<P>, Validity) {
    let mut valid = Bits::default();
    let mut list = Vec::with_capacity(rows);
    for cell in cells {
        valid.push(cell.is_some());
        list.push(cell.unwrap_or_default());
    }
    let validity = match valid.count() {
        0 => Validity::None,
        n if n == rows => Validity::All,
        _ => Validity::Some(valid),
    };
    (list, validity)
}
