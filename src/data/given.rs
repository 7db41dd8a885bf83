//! Data that is not in files but given cell by cell, as tests do: read by the same conversions, with the same complaints.

use super::binding::{Binding, Place, TableBinding};
use super::cells::Raw;
use super::load::{Feed, assemble, read_file};
use super::settings::ColumnBinding;
use super::table::{Source, TableBuilder};
use super::{DataError, Dataset, Reject};
use crate::calendar::Date;
use crate::program::{FieldId, GivenCell, Program, TableId, Type};
use chrono_tz::Tz;
use std::sync::Arc;

/// Everything that is given of one table; a source that nothing is said about is there, covers all dates and holds no row.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// False if there is no source at all.
    pub absent: bool,
    /// First date that the source speaks of.
    pub covers_from: Option<Date>,
    /// Last date that it speaks of; the date that is asked about, if absent.
    pub covers_to: Option<Date>,
    /// Its rows, in pieces.
    pub pieces: Vec<GivenSource>,
}

/// Some rows of a table.
#[derive(Debug, Clone)]
pub enum GivenSource {
    /// Cells under columns. What is said of the place is the name of a text and the line in it.
    Rows {
        /// The columns.
        columns: Vec<FieldId>,
        /// The cells, row by row, each with its line.
        rows: Vec<(Vec<GivenCell>, u32)>,
        /// The name of the text.
        place: Arc<str>,
    },
    /// A file; with it the column that names the owner, and the owner of all of its rows.
    File(Place, Option<(FieldId, Arc<str>)>),
}

/// A data set of what is given, by table, as it stands at a date.
///
/// # Errors
///
/// What makes a file unusable.
pub fn given(
    program: &Program,
    tables: &[Given],
    as_of: Date,
    zone: Tz,
    on_reject: &mut dyn FnMut(Reject),
) -> Result<Dataset, Vec<DataError>> {
    let mut binding = Binding::by_convention(program, Place::default(), zone);
    for ((bound, table), given) in binding.tables.iter_mut().zip(&program.tables).zip(tables) {
        bound.partial = true;
        bound.covers_from = given.covers_from;
        // Nothing is said about it: nothing happened, and that is known.
        bound.covers_to = given.covers_to.or((!given.absent).then_some(as_of));
        for (column, field) in bound.columns.iter_mut().zip(&table.fields) {
            if field.ty == Type::Instant {
                column.options.time_zone = Some(zone);
            }
        }
        let owners = given.pieces.iter().filter_map(|piece| match piece {
            GivenSource::File(_, owner) => owner.as_ref(),
            GivenSource::Rows { .. } => None,
        });
        for (field, owner) in owners {
            if let Some(column) = bound.columns.get_mut(field.index()) {
                *column = ColumnBinding { blank: Some(owner.to_string()), ..column.clone() };
            }
        }
    }
    let mut feed = Pieces { tables, binding: &binding };
    assemble(program, &binding, &mut feed, on_reject).map(|(data, _)| data)
}

struct Pieces<'a> {
    tables: &'a [Given],
    binding: &'a Binding,
}

impl Feed for Pieces<'_> {
    fn feed(&mut self, builder: &mut TableBuilder<'_>, id: TableId) -> Result<bool, Vec<DataError>> {
        let Some(given) = self.tables.get(id.index()) else { return Ok(true) };
        let width = builder.table.fields.len();
        for piece in &given.pieces {
            match piece {
                GivenSource::File(file, _) => {
                    let nothing = TableBinding::default();
                    read_file(builder, file, self.binding.tables.get(id.index()).unwrap_or(&nothing));
                }
                GivenSource::Rows { columns, rows, place } => {
                    if builder.files.last().is_none_or(|last| **last != **place) {
                        builder.files.push(place.to_string());
                    }
                    let mut places = vec![None; width];
                    for (i, column) in columns.iter().enumerate() {
                        if let Some(slot) = places.get_mut(column.index()) {
                            *slot = Some(i);
                        }
                    }
                    // Rows of events that are given no key get one of their own: it is of no account to a test.
                    let key = builder.table.key.filter(|_| builder.table.kind.at().is_some());
                    let key = key.map(FieldId::index).filter(|i| places.get(*i).copied().flatten().is_none());
                    for (cells, line) in rows {
                        let own = key.map(|i| (i, (builder.read + 1).to_string()));
                        builder.row(u64::from(*line), &Row { cells, places: &places, key: own });
                    }
                }
            }
        }
        Ok(!given.absent)
    }
}

/// The cells of a row, and where each column is among them.
struct Row<'a> {
    cells: &'a [GivenCell],
    places: &'a [Option<usize>],
    /// A key, and its column.
    key: Option<(usize, String)>,
}

impl Source for Row<'_> {
    fn cell(&self, field: usize) -> Raw<'_> {
        if let Some((_, key)) = self.key.as_ref().filter(|(i, _)| *i == field) {
            return Raw::Text(key);
        }
        let place = self.places.get(field).copied().flatten();
        match place.and_then(|i| self.cells.get(i)) {
            None | Some(GivenCell::Missing) => Raw::Blank,
            Some(GivenCell::Number(n)) => Raw::Number(*n),
            Some(GivenCell::Date(date)) => Raw::Date(*date),
            Some(GivenCell::Text(text)) => Raw::Text(text),
        }
    }
}
