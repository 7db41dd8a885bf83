//! Parquet files, row group by row group: pages are decoded here, straight into lanes, and values of a dictionary are read
//! once for each dictionary. What is not plain goes through the same reader as everywhere else.

mod column;
mod convert;
mod held;
mod levels;
mod pages;
mod shared;

use super::plan::Plan;
use super::take::Taker;
use super::{PIECE, Piece};
use crate::calendar::Date;
use crate::data::binding::Place;
use crate::data::cells::{Cell, CellReader, Raw};
use crate::data::parquet::{columns_of, meaning, names};
use crate::data::table::{TableBuilder, clip_line};
use crate::data::wording::{note, plural};
use crate::data::{Note, NoteKind, Origin, RejectReason, load};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use ::parquet::file::statistics::Statistics;
use column::Column;
pub(super) use convert::Odd;
use shared::Shared;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A file whose columns have been matched.
pub(super) struct ParquetFile {
    handle: Arc<Shared>,
    about: Arc<ParquetMetaData>,
    /// By column that is read: its place in the file.
    places: Vec<Option<usize>>,
    /// Row groups that are read, and how many rows come before each.
    groups: Vec<(usize, u64)>,
    /// Row groups that are not, how many rows are in them, and the latest date there.
    pruned: (u64, u64, Option<Date>),
}

impl ParquetFile {
    /// Reads what the file says about itself; `None` if it cannot be read, and the clerk knows why.
    pub(super) fn open(clerk: &mut TableBuilder<'_>, plan: &Plan<'_>, place: &Place) -> Option<ParquetFile> {
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let handle = File::open(&place.path).map_err(|e| ParquetError::General(e.to_string()))?;
            let handle = Shared::new(handle).map_err(|e| ParquetError::General(e.to_string()))?;
            Ok::<_, ParquetError>((handle.clone(), SerializedFileReader::new(handle)?))
        }));
        let problem = match opened {
            Ok(Ok((handle, reader))) => {
                let about = Arc::new(reader.metadata().clone());
                return ParquetFile::matched(clerk, plan, place, handle, about);
            }
            Ok(Err(problem)) => problem.to_string(),
            Err(_) => BROKEN.to_string(),
        };
        clerk.errors.push(load::broken_parquet(&place.shown, &problem));
        None
    }

    fn matched(
        clerk: &mut TableBuilder<'_>,
        plan: &Plan<'_>,
        place: &Place,
        handle: Shared,
        about: Arc<ParquetMetaData>,
    ) -> Option<ParquetFile> {
        let schema = about.file_metadata().schema_descr_ptr();
        let (slots, wanted) = columns_of(clerk, &schema, &place.shown)?;
        let column = |index: usize| slots.get(index).copied().flatten().and_then(|slot| wanted.get(slot).copied());
        let places: Vec<Option<usize>> = plan.wanted.iter().map(|wanted| column(wanted.index)).collect();
        let (mut groups, mut pruned, mut rows) = (Vec::new(), (0, 0, None), 0);
        for (i, group) in about.row_groups().iter().enumerate() {
            let count = u64::try_from(group.num_rows()).unwrap_or(0);
            match outside(plan, group, &places) {
                Some(latest) => pruned = (pruned.0 + 1, pruned.1 + count, pruned.2.max(Some(latest))),
                None => groups.push((i, rows)),
            }
            rows += count;
        }
        Some(ParquetFile { handle: Arc::new(handle), about, places, groups, pruned })
    }

    /// How many row groups are to be read.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// How many rows are not read.
    pub(super) fn skipped(&self) -> u64 {
        self.pruned.1
    }

    /// The latest date of rows that are not read.
    pub(super) fn latest(&self) -> Option<Date> {
        self.pruned.2
    }

    /// Says how many rows are not read.
    pub(super) fn note(&self, file: &str) -> Option<Note> {
        let (groups, rows, _) = self.pruned;
        let groups = plural(groups, "row group");
        let text = format!("{} of {file} are outside every window, not read ({groups})", plural(rows, "row"));
        (rows > 0).then(|| note(NoteKind::Other, None, rows, text))
    }

    /// Takes all rows of a row group, counted among those that are read.
    pub(super) fn read(
        &self,
        group: usize,
        taker: &mut Taker<'_>,
        at: u32,
        show: &mut dyn FnMut(&Piece),
    ) -> Result<(), String> {
        taker.show(show);
        self.pieces(group, taker, |taker, columns, line, rows| {
            if taker.plan.parent.is_none() {
                taker.piece.owners.iter_mut().take(rows).for_each(|owner| *owner = 0);
            }
            let origin = |row: usize| Origin { file: at, line: clip_line(line + row as u64) };
            taker.columns_done(rows, at, columns, &self.places, &origin);
            taker.show(show);
        })
    }

    /// Fills the lanes of a row group piece by piece; `take` is given each with its columns, the line on which it begins, and
    /// how many rows it has.
    fn pieces<'p>(
        &self,
        group: usize,
        taker: &mut Taker<'p>,
        mut take: impl FnMut(&mut Taker<'p>, &mut [Option<Column<'p>>], u64, usize),
    ) -> Result<(), String> {
        let Some((group, before)) = self.groups.get(group).copied() else { return Ok(()) };
        let fill = || {
            let total = usize::try_from(self.about.row_group(group).num_rows()).unwrap_or(0);
            let mut columns = self.columns(group, taker)?;
            taker.odd.resize_with(columns.len(), Vec::new);
            let (most, mut done) = (self.rows_at_once(group), 0);
            while done < total {
                let rows = most.min(total - done);
                // Of a row group that was damaged something may be left.
                taker.room();
                taker.odd.iter_mut().for_each(Vec::clear);
                for (i, column) in columns.iter_mut().enumerate() {
                    match column {
                        Some(column) => column.fill(taker, i, rows)?,
                        None => taker.odd_blank(i, rows),
                    }
                }
                take(taker, &mut columns, before + done as u64 + 1, rows);
                done += rows;
            }
            Ok::<_, ParquetError>(())
        };
        // The library checks most of what a damaged file can hold, but not all of it.
        match catch_unwind(AssertUnwindSafe(fill)) {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => return Err(problem.to_string()),
            Err(_) => return Err(BROKEN.to_string()),
        }
        if let Some(progress) = &taker.plan.about.binding.progress {
            progress.add(self.about.row_group(group).compressed_size().unsigned_abs());
        }
        Ok(())
    }
}

impl ParquetFile {
    /// The columns of a row group that are read; none for those that the file does not have.
    fn columns<'p>(&self, group: usize, taker: &Taker<'p>) -> Result<Vec<Option<Column<'p>>>, ParquetError> {
        let schema = self.about.file_metadata().schema_descr_ptr();
        let mut columns = Vec::new();
        for (wanted, place) in taker.plan.wanted.iter().zip(&self.places) {
            columns.push(match place {
                None => None,
                Some(place) => {
                    let descriptor = schema.column(*place);
                    let meaning = meaning(&descriptor);
                    let name = names(&schema).get(*place).cloned().unwrap_or_default();
                    let file = (&self.handle, &self.about);
                    Some(Column::new(file, (group, *place), (meaning, name), taker, wanted)?)
                }
            });
        }
        Ok(columns)
    }

    /// So many rows of a row group that their texts are not too large.
    fn rows_at_once(&self, group: usize) -> usize {
        const ENOUGH: i64 = 64 << 20;
        let about = self.about.row_group(group);
        let columns = self.places.iter().flatten().map(|place| about.column(*place));
        let size: i64 = columns.map(|column| column.uncompressed_size().max(0)).sum();
        let rows = about.num_rows().max(1).saturating_mul(ENOUGH) / size.max(1);
        usize::try_from(rows).unwrap_or(PIECE).clamp(1, PIECE)
    }
}

const BROKEN: &str = "its inner structure does not fit together";

/// If no date of a row group matters to anybody, the latest of them.
fn outside(plan: &Plan<'_>, group: &RowGroupMetaData, places: &[Option<usize>]) -> Option<Date> {
    let (first, _) = plan.request.dates?;
    // Cells are looked at, all of them, where they can be errors.
    if plan.request.binding.strict {
        return None;
    }
    let (at, wanted) = plan.wanted.iter().enumerate().find(|(_, wanted)| wanted.at)?;
    let column = group.column(places.get(at).copied().flatten()?);
    let statistics = column.statistics()?;
    if statistics.null_count_opt() != Some(0) {
        return None;
    }
    let meaning = meaning(column.column_descr());
    let latest = match statistics {
        Statistics::Int32(values) => i64::from(*values.max_opt()?),
        Statistics::Int64(values) => *values.max_opt()?,
        _ => return None,
    };
    let latest = day(&mut wanted.reader.clone(), &meaning.integer(latest))?;
    // Clocks go back an hour or a day: an instant before another can be a day later.
    (Date(latest.0 + 1) < first && column.num_values() == group.num_rows()).then_some(latest)
}

fn day(reader: &mut CellReader, raw: &Raw<'_>) -> Option<Date> {
    if !matches!(raw, Raw::Date(_) | Raw::Instant(_) | Raw::Naive(_)) {
        return None;
    }
    match reader.read(raw) {
        Ok(Cell::Moment(moment)) => Some(moment.day()),
        _ => None,
    }
}

/// The rows with a cell that is not plain, rising.
fn touched(odd: &[Vec<(u32, Odd)>]) -> Vec<u32> {
    let mut rows: Vec<u32> = odd.iter().flatten().map(|(row, _)| *row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

impl Taker<'_> {
    /// Takes note of rows that are blank because the file has no such column.
    fn odd_blank(&mut self, i: usize, rows: usize) {
        let plan = self.plan;
        if plan.wanted.get(i).is_none_or(|wanted| !(wanted.plain_blank && wanted.expected)) {
            self.odd.resize_with(plan.wanted.len(), Vec::new);
            if let Some(odd) = self.odd.get_mut(i) {
                odd.extend((0..rows as u32).map(|row| (row, Odd::Blank)));
            }
        }
    }

    /// Settles rows whose columns have all been filled: those with an odd cell one by one, the others at once.
    fn columns_done(
        &mut self,
        rows: usize,
        file: u32,
        columns: &mut [Option<Column<'_>>],
        places: &[Option<usize>],
        origin: &dyn Fn(usize) -> Origin,
    ) {
        self.odd.resize_with(self.plan.wanted.len(), Vec::new);
        let mut odd = std::mem::take(&mut self.odd);
        let touched = touched(&odd);
        let even = rows - touched.len();
        // The even rows: all is in the lanes already.
        self.read += even as u64;
        self.kept += even as u64;
        self.piece.kept += even;
        if let Some((read, whole)) = self.per_file.get_mut(file as usize) {
            *read += even as u64;
            *whole += even as u64;
        }
        for (i, column) in
            columns.iter().enumerate().filter(|(_, column)| column.as_ref().is_some_and(Column::has_values))
        {
            if self.columns.get(i).is_none_or(|taken| taken.account.readable) {
                continue;
            }
            // Cells behind one for which a row is refused are not looked at.
            let mut odd = touched.iter().copied().peekable();
            let looked_at = (0..rows as u32).filter(|row| odd.next_if_eq(row).is_none());
            let found = looked_at.into_iter().any(|row| self.has_value(i, row as usize));
            if let (Some(taken), Some(_)) = (self.columns.get_mut(i), column) {
                taken.account.readable |= found;
            }
        }
        self.piece.rows = rows;
        let mut next = vec![0usize; odd.len()];
        for row in &touched {
            let here = origin(*row as usize);
            let mut cells: Vec<Option<&Odd>> = Vec::with_capacity(odd.len());
            for (list, next) in odd.iter().zip(&mut next) {
                let cell = list.get(*next).filter(|(at, _)| at == row).map(|(_, cell)| cell);
                *next += usize::from(cell.is_some());
                cells.push(cell);
            }
            self.odd_row(*row as usize, here, &cells, columns, places);
        }
        self.piece.rows = rows;
        // The latest date of the even rows.
        let dated = self.plan.wanted.iter().zip(columns.iter_mut()).find(|(wanted, _)| wanted.at);
        if let Some((_, Some(column))) = dated {
            self.latest = self.latest.max(column.latest(&touched));
        }
        odd.iter_mut().for_each(Vec::clear);
        self.odd = odd;
    }

    /// True if a plain cell of a column has a value.
    fn has_value(&self, i: usize, row: usize) -> bool {
        let Some(wanted) = self.plan.wanted.get(i) else { return false };
        match wanted.lane.and_then(|lane| self.piece.lanes.get(lane)) {
            Some(lane) if !wanted.parent => lane.valid.has(row),
            _ => self.piece.owners.get(row).is_some_and(|owner| *owner != super::NOBODY),
        }
    }

    /// Takes a row in which at least one cell is not plain.
    fn odd_row(
        &mut self,
        row: usize,
        origin: Origin,
        cells: &[Option<&Odd>],
        columns: &[Option<Column<'_>>],
        places: &[Option<usize>],
    ) {
        self.piece.rows = row;
        let owner = self.piece.owners.get(row).copied();
        self.begin(origin);
        let broken = cells.iter().enumerate().filter(|(_, cell)| matches!(cell, Some(Odd::Broken)));
        if let Some((i, _)) = broken.min_by_key(|(i, _)| places.get(*i).copied().flatten()) {
            let name = columns.get(i).and_then(Option::as_ref).map_or("?", |column| column.name.as_str());
            if let Some(owner) = self.piece.owners.get_mut(row) {
                *owner = super::NOBODY;
            }
            self.reject_row(origin, RejectReason::Encoding, || format!("`{name}` is not UTF-8"));
            return;
        }
        let mut taken = Ok(());
        for (i, wanted) in self.plan.wanted.iter().enumerate() {
            let column = columns.get(i).and_then(Option::as_ref);
            let odd = cells.get(i).copied().flatten();
            if let Some(odd) = odd {
                taken = self.raw(i, &odd.raw());
            } else if let Some(column) = column {
                if wanted.parent {
                    self.owned_by(owner);
                }
                if wanted.at {
                    self.latest = self.latest.max(column.day(row));
                }
                let found = if wanted.parent { self.is_owned() } else { self.has_value(i, row) };
                if let Some(taken) = self.columns.get_mut(i) {
                    taken.account.readable |= found;
                }
            }
            if taken.is_err() {
                break;
            }
        }
        self.end(taken);
    }
}
