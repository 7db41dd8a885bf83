//! Row groups of a table that is held: its columns are filled from lanes, and rows with a cell that is not plain are taken
//! one by one, as files of other formats are.

use super::super::take::Taker;
use super::super::{Lane, LaneCells};
use super::column::Column;
use super::{Odd, ParquetFile, touched};
use crate::calendar::Date;
use crate::data::RejectReason;
use crate::data::cells::{Cell, Moment, Raw};
use crate::data::table::{Source, TableBuilder};
use crate::number::Decimal;
use crate::value::DAY_MICROS;

impl ParquetFile {
    /// Takes all rows of a row group, counted among those that are read.
    pub(in crate::data::stream) fn hold(
        &self,
        group: usize,
        taker: &mut Taker<'_>,
        builder: &mut TableBuilder<'_>,
    ) -> Result<(), String> {
        self.pieces(group, taker, |taker, columns, line, rows| {
            self.hand_over(taker, columns, rows, line, builder);
        })
    }

    /// Hands over the rows of a piece, the first of which stands on this line.
    fn hand_over(
        &self,
        taker: &Taker<'_>,
        columns: &[Option<Column<'_>>],
        rows: usize,
        line: u64,
        builder: &mut TableBuilder<'_>,
    ) {
        let lanes = &taker.piece.lanes;
        let mut next = vec![0usize; taker.odd.len()];
        let mut even = 0;
        for row in touched(&taker.odd) {
            let at = row as usize;
            builder.extend(lanes, even..at, line + even as u64);
            even = at + 1;
            let cell = |(list, next): (&'_ Vec<(u32, Odd)>, &mut usize)| {
                let found = list.get(*next).is_some_and(|(odd, _)| *odd == row).then_some(*next);
                *next += usize::from(found.is_some());
                found
            };
            let odd: Vec<Option<usize>> = taker.odd.iter().zip(&mut next).map(cell).collect();
            let row = Row { taker, odd, at };
            let broken = (0..columns.len()).filter(|i| matches!(row.odd(*i), Some(Odd::Broken)));
            match broken.min_by_key(|i| self.places.get(*i).copied().flatten()) {
                Some(i) => {
                    let name = columns.get(i).and_then(Option::as_ref).map_or("?", |column| column.name.as_str());
                    let detail = format!("`{name}` is not UTF-8");
                    builder.reject_row(line + at as u64, RejectReason::Encoding, detail);
                }
                None => builder.row(line + at as u64, &row),
            }
        }
        builder.extend(lanes, even..rows, line + even as u64);
    }
}

/// A row with a cell that is not plain.
struct Row<'a, 'p> {
    taker: &'a Taker<'p>,
    /// By column: where its cell is among those that are not plain.
    odd: Vec<Option<usize>>,
    at: usize,
}

impl Row<'_, '_> {
    fn odd(&self, field: usize) -> Option<&Odd> {
        let place = self.odd.get(field).copied().flatten()?;
        self.taker.odd.get(field)?.get(place).map(|(_, odd)| odd)
    }
}

impl Source for Row<'_, '_> {
    fn cell(&self, field: usize) -> Raw<'_> {
        self.odd(field).map_or(Raw::Blank, Odd::raw)
    }

    fn read(&self, field: usize) -> Option<Cell<'_>> {
        let lane = self.taker.piece.lanes.get(field).filter(|lane| lane.valid.has(self.at))?;
        if self.odd(field).is_some() { None } else { cell(lane, self.at) }
    }
}

/// The cell of a row that has a value.
fn cell(lane: &Lane, row: usize) -> Option<Cell<'_>> {
    Some(match &lane.cells {
        LaneCells::Absent => return None,
        LaneCells::Days(v) => {
            Cell::Moment(Moment { micros: i64::from(Date(*v.get(row)?).0) * DAY_MICROS, shift: None })
        }
        LaneCells::Micros(v) => Cell::Moment(Moment { micros: *v.get(row)?, shift: None }),
        LaneCells::Flags(bits) => Cell::Boolean(bits.get(row)),
        LaneCells::Codes(v) => Cell::Symbol(*v.get(row)?),
        LaneCells::Small(v) => Cell::Number(Decimal::from_raw(i128::from(*v.get(row)?))?),
        LaneCells::Wide(v) => Cell::Number(Decimal::from_raw(*v.get(row)?)?),
        LaneCells::Texts { list, codes } => Cell::Text(list.get(*codes.get(row)?).into()),
    })
}
