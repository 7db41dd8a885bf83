//! From what a test gives to a data set.

use super::{Problem, Setup, Unit};
use crate::data::{self, Dataset, Given, GivenSource, Reject, RejectReason};
use crate::program::{Covered, FieldId, GivenCell, GivenRows, TableId};
use crate::span::Span;
use std::sync::Arc;

/// The data set of a test in one of its cases; or what is wrong with it.
pub(super) fn dataset(setup: &Setup, unit: Unit) -> Result<Dataset, Vec<Problem>> {
    let (program, test) = (setup.program, unit.test);
    let mut tables = vec![Given::default(); program.tables.len()];
    for (id, covered) in &test.covers {
        let Some(table) = tables.get_mut(id.index()) else { continue };
        match *covered {
            Covered::Nothing => table.absent = true,
            Covered::Between(from, to) => (table.covers_from, table.covers_to) = (from, to),
        }
    }
    for given in &test.rows {
        let piece = piece(setup, unit, given);
        if let Some(table) = tables.get_mut(given.table.index()) {
            table.pieces.push(piece);
        }
    }
    if let (true, Some(own), Some(table)) = (test.own_accounts, own_account(setup, unit), program.subject)
        && let Some(table) = tables.get_mut(table.index())
    {
        table.pieces.push(own);
    }
    let mut rejects: Vec<Problem> = Vec::new();
    let mut on_reject = |reject: Reject| {
        // A row that was merged into another is no mistake.
        if reject.reason != RejectReason::Merged {
            rejects.push(problem(&reject));
        }
    };
    let data = data::given(program, &tables, test.as_of, setup.zone, &mut on_reject).map_err(|errors| {
        // Files are all that can be unusable.
        let usual = || Some("the path of a file is relative to the rule file that names it".to_string());
        let told = |e: data::DataError| Problem { place: e.place, message: e.message, help: e.help.or_else(usual) };
        errors.into_iter().map(told).collect::<Vec<_>>()
    })?;
    if rejects.is_empty() { Ok(data) } else { Err(rejects) }
}

/// A row that is not kept would be left out of data and counted; of a test it is a mistake.
fn problem(reject: &Reject) -> Problem {
    let help = match reject.reason {
        RejectReason::Duplicate => "rows that are the same in every column count once in data: let them differ in one",
        RejectReason::Conflict => "two rows of one key differ: give one of them another key",
        _ => "correct the row, or take it out",
    };
    Problem {
        place: format!("{}:{}", reject.file, reject.line),
        message: format!(
            "this row of `{}` would not be kept, {}: {}",
            reject.table,
            reject.reason.words(),
            reject.detail
        ),
        help: Some(help.to_string()),
    }
}

fn piece(setup: &Setup, unit: Unit, given: &GivenRows) -> GivenSource {
    if let Some(file) = &given.file {
        let source = setup.sources.get(file.span.source).map_or("", |s| s.name.as_str());
        return GivenSource::File((setup.open)(source, &file.path), file.owner.clone());
    }
    let mut columns = given.columns.clone();
    let mut rows: Vec<(Vec<GivenCell>, u32)> =
        given.rows.iter().map(|row| (row.cells.clone(), line(setup, row.span))).collect();
    if setup.program.subject == Some(given.table) {
        for (cells, _) in &mut rows {
            changed(setup, unit, given.table, &mut columns, cells);
        }
    }
    GivenSource::Rows { columns, rows, place: place(setup, given.span) }
}

/// What the case says about an account takes the place of what is given for all cases.
fn changed(setup: &Setup, unit: Unit, table: TableId, columns: &mut Vec<FieldId>, cells: &mut Vec<GivenCell>) {
    let Some(case) = unit.case else { return };
    let key = setup.program.table(table).and_then(|t| t.key);
    let own = columns.iter().position(|c| Some(*c) == key).and_then(|i| cells.get(i)).cloned();
    for (account, field, cell) in &case.cells {
        if own.as_ref() != Some(&GivenCell::Text(account.clone())) {
            continue;
        }
        match columns.iter().position(|c| c == field) {
            Some(i) => {
                if let Some(place) = cells.get_mut(i) {
                    *place = cell.clone();
                }
            }
            None => {
                columns.push(*field);
                cells.push(cell.clone());
            }
        }
    }
    // Rows of one statement share their columns.
    cells.resize(columns.len(), GivenCell::Missing);
}

/// The account that a case brings with it.
fn own_account(setup: &Setup, unit: Unit) -> Option<GivenSource> {
    let case = unit.case?;
    let key = setup.program.subject_table()?.key?;
    let name: Arc<str> = Arc::from(case.name.as_str());
    let mut columns = vec![key];
    let mut cells = vec![GivenCell::Text(name)];
    for (_, field, cell) in &case.cells {
        columns.push(*field);
        cells.push(cell.clone());
    }
    let rows = vec![(cells, line(setup, case.span))];
    Some(GivenSource::Rows { columns, rows, place: place(setup, case.span) })
}

fn line(setup: &Setup, span: Span) -> u32 {
    let line = setup.sources.get(span.source).map_or(0, |source| source.line_of(span.start));
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn place(setup: &Setup, span: Span) -> Arc<str> {
    Arc::from(setup.sources.get(span.source).map_or("?", |source| source.name.as_str()))
}
