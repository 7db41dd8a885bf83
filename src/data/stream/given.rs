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
    let (cells, valid) = match &column.cells {
        Cells::Date(v) => {
            let (days, valid) = plain(v, rows, |date| date.0);
            (LaneCells::Days(days), valid)
        }
        Cells::Instant(v) => {
            let (micros, valid) = plain(v, rows, |micros| *micros);
            (LaneCells::Micros(micros), valid)
        }
        Cells::Symbol(v) => {
            let (codes, valid) = plain(v, rows, |code| *code);
            (LaneCells::Codes(codes), valid)
        }
        Cells::Boolean(v) => {
            let (flags, valid) = plain(v, rows, |flag| *flag);
            let mut bits = Bits::default();
            flags.iter().for_each(|flag| bits.push(*flag));
            (LaneCells::Flags(bits), valid)
        }
        Cells::Number(v) => {
            let (wide, valid) = plain(v, rows, |n| n.raw());
            let small: Option<Vec<i64>> = wide.iter().map(|n| i64::try_from(*n).ok()).collect();
            (small.map_or_else(|| LaneCells::Wide(wide), LaneCells::Small), valid)
        }
        Cells::Text(v) => {
            let mut list = TextList::new(false);
            // The same text is mostly the same memory.
            let mut known: HashMap<*const u8, u32> = HashMap::new();
            let (codes, valid) =
                plain(v, rows, |text: &Arc<str>| *known.entry(text.as_ptr()).or_insert_with(|| list.push(text)));
            (LaneCells::Texts { list: Arc::new(list), codes }, valid)
        }
    };
    Lane { cells, valid, unreadable }
}

/// The cells of some rows, with something of no meaning where there is none.
fn plain<T, P: Default>(cells: &[Option<T>], rows: &Range<usize>, mut of: impl FnMut(&T) -> P) -> (Vec<P>, Validity) {
    let mut valid = Bits::default();
    let mut list = Vec::with_capacity(rows.len());
    for cell in cells.get(rows.clone()).unwrap_or(&[]) {
        valid.push(cell.is_some());
        list.push(cell.as_ref().map_or_else(P::default, &mut of));
    }
    let validity = match valid.count() {
        0 => Validity::None,
        n if n == rows.len() => Validity::All,
        _ => Validity::Some(valid),
    };
    (list, validity)
}
