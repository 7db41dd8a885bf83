//! Some hundred rows at once, column by column: what is wanted of a column is settled once, not for every row, and cells of
//! a kind are read one after the other.
//!
//! Only what is plain is read so. A row with a cell that is not plain is put aside, and taken the way of [`super::take`]
//! when the others are in, at its own place among them; so nothing is found that would not have been found row by row.
//!
//! ```text
//!  CSV     ─▶ edges ─▶ marked ─┐
//!                              ├─▶ columns ─▶ owners ─▶ lanes
//!  objects ─▶ walk ────────────┘       │
//!                └── odd rows ─────────┴──▶ one by one
//! ```

use super::columns::{Cells, Places, Spots};
use super::plan::{Fast, Plan};
use super::take::Taker;
use super::{Bits, NOBODY};
use crate::calendar::Date;
use crate::data::Origin;
use crate::data::account::Count;
use crate::data::table::clip_line;
use crate::program::Type;
use crate::value::DAY_MICROS;

/// Some rows, and where their cells are.
pub(super) trait Rows {
    /// Where the cells of a column are.
    type Spots<'r>: Spots<'r>
    where
        Self: 'r;

    /// How many rows there are.
    fn count(&self) -> usize;

    /// Those that are seen not to be plain before their cells are read.
    fn strange(&self) -> impl Iterator<Item = usize>;

    /// How many line ends are before a row.
    fn lines(&self, row: usize) -> u32;

    /// Where the cells of one of the columns are that are read; nothing, if no row has any.
    fn column(&self, column: usize) -> Option<Places<'_, Self::Spots<'_>>>;
}

/// Rows of one batch.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Rows that are not plain.
    pub(super) odd: Bits,
    /// Rows that are plain and belong to something.
    kept: Bits,
    /// By column that is read.
    columns: Vec<Cells>,
    /// By row, as in [`super::Piece::owners`].
    owners: Vec<u32>,
}

/// True if plain rows of a table can be read column by column; `has` says of a column whether the file has it.
pub(super) fn fits(plan: &Plan<'_>, has: impl Fn(usize) -> bool) -> bool {
    let owners = plan.request.owners;
    // Whoever lists rejects wants them in order; rows of keys that were merged are counted one by one.
    !plan.request.rejects
        && plan.parent.is_some() == owners.is_some()
        && owners.is_none_or(|owners| !owners.has_merged())
        && plan.wanted.iter().enumerate().all(|(i, wanted)| match has(i) {
            true => !matches!(wanted.fast, Fast::Slow),
            false => wanted.plain_blank,
        })
}

impl Batch {
    /// Takes the rows that are plain, behind this line of a file; the others are odd, and have their places among them.
    pub(super) fn take(&mut self, taker: &mut Taker<'_>, rows: &impl Rows, at: (u32, u64)) {
        self.odd.reset(rows.count());
        rows.strange().for_each(|row| self.odd.set(row, true));
        self.read(taker, rows);
        self.finish(taker, rows, at);
    }

    /// Reads the cells of plain rows; more rows may turn out to be odd.
    fn read(&mut self, taker: &mut Taker<'_>, rows: &impl Rows) {
        let plan = taker.plan;
        let Batch { odd, columns, owners, .. } = self;
        columns.resize_with(plan.wanted.len(), Cells::default);
        owners.clear();
        owners.resize(rows.count(), if plan.parent.is_some() { NOBODY } else { 0 });
        for (i, ((wanted, column), cells)) in plan.wanted.iter().zip(&taker.columns).zip(columns).enumerate() {
            cells.room(rows.count());
            let Some(places) = rows.column(i) else { continue };
            let lane = wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane));
            match plan.request.owners {
                Some(of) if wanted.parent => {
                    places.owners(of, &column.reader, owners, odd);
                    places.keys(cells, lane, odd);
                }
                _ => places.read(wanted, column, lane, cells, odd),
            }
        }
    }

    /// Hands over what was read of the rows that are plain throughout, and gives account of it.
    fn finish(&mut self, taker: &mut Taker<'_>, rows: &impl Rows, (at, line): (u32, u64)) {
        let (plan, first, all) = (taker.plan, taker.piece.rows, rows.count());
        let origin = |row: usize| Origin { file: at, line: clip_line(line + u64::from(rows.lines(row))) };
        for row in self.odd.ones() {
            if let Some(owner) = self.owners.get_mut(row) {
                *owner = NOBODY;
            }
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.reset(all);
        for (word, owners) in kept.words_mut().iter_mut().zip(self.owners.chunks(64)) {
            *word = (0..).zip(owners).fold(0, |word, (i, owner)| word | u64::from(*owner != NOBODY) << i);
        }
        let plain = all - self.odd.count();
        if let Some(owners) = taker.piece.owners.get_mut(first..first + all) {
            owners.copy_from_slice(&self.owners);
        }
        let count = kept.count();
        taker.piece.kept += count;
        taker.kept += count as u64;
        taker.count_rows(at, plain as u64);
        for ((i, wanted), cells) in plan.wanted.iter().enumerate().zip(&mut self.columns) {
            let Some(column) = taker.columns.get_mut(i) else { continue };
            if !wanted.expected {
                let blanks = cells.filled.words().iter().zip(kept.words()).map(|(filled, kept)| kept & !filled);
                let first = first_one(blanks.clone());
                if let Some(first) = first.filter(|_| !wanted.parent) {
                    let count = blanks.map(|word| u64::from(word.count_ones())).sum();
                    column.tally.blanks.merge(Count { count, first: origin(first) });
                }
            }
            for (words, odd) in cells.filled.words_mut().iter_mut().zip(cells.marked.words_mut()).zip(self.odd.words())
            {
                *words.0 &= !odd;
                *words.1 &= !odd;
            }
            column.account.readable |= cells.filled.words().iter().any(|word| *word != 0);
            if matches!(wanted.fast, Fast::Number(_)) {
                column.points += cells.marked.count() as u64;
            }
            if wanted.at
                && let Some(latest) = cells.filled.ones().filter_map(|row| cells.values.get(row)).max()
            {
                let days = if wanted.field.ty == Type::Instant { DAY_MICROS } else { 1 };
                taker.latest = taker.latest.max(i32::try_from(latest.div_euclid(days)).ok().map(Date));
            }
            if let Some(lane) = wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane)) {
                super::lane::batch(lane, first, &cells.values, &cells.filled, &cells.marked);
            }
        }
        if count < plain
            && let Some(keys) = plan.wanted.iter().position(|wanted| wanted.parent).and_then(|i| rows.column(i))
        {
            for row in (0..all).filter(|row| !kept.get(*row) && !self.odd.get(*row)) {
                taker.orphan_of(origin(row), keys.text(row));
            }
        }
        taker.piece.rows += all;
        self.kept = kept;
    }
}

/// The place of the first bit that is set.
fn first_one(mut words: impl Iterator<Item = u64>) -> Option<usize> {
    let (i, word) = words.by_ref().enumerate().find(|(_, word)| *word != 0)?;
    Some(i * 64 + word.trailing_zeros() as usize)
}
