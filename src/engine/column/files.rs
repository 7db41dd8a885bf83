//! From files to results: tables that nobody has to hold go by while they are read, all others are loaded.

use super::plan::Plan;
use super::run::{Columns, Streamed, scan, values};
use super::scan::finish::Found;
use super::{SlotValues, accounts};
use crate::data::stream::{Owners, Request, stream};
use crate::data::{Binding, DataError, Dataset, LoadReport, load, load_except};
use crate::engine::reference::{Evaluator, Given};
use crate::engine::{Options, Results};
use crate::program::{FieldId, Program, TableId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// A run over files, while all that it is made of is there.
#[derive(Debug)]
pub struct Run<'r> {
    /// What was loaded. Tables that went by have no cells: [`crate::data::TableData::went_by`].
    pub data: &'r Dataset,
    /// What was read, kept and rejected.
    pub load: &'r LoadReport,
    /// The results.
    pub results: &'r Results,
    /// Who can be asked about accounts at the as-of date of the run: everything that the program declares. Other
    /// expressions, other dates and single rows need the rows, which may have gone by.
    pub evaluator: &'r Evaluator<'r>,
}

/// Reads files and scores accounts; `then` makes something of it.
///
/// # Errors
///
/// What makes the data unusable, as [`load`] says it.
pub fn evaluate_files<R>(
    program: &Program,
    binding: &Binding,
    options: &Options,
    columns: Columns,
    then: impl FnOnce(&Run<'_>) -> R,
) -> Result<R, Vec<DataError>> {
    let plan = Plan::new(program, options.calendar, options.as_of);
    let threads = columns.threads();
    let streams = plan.streams();
    let missed = AtomicBool::new(false);
    if let Some(went) = went_by(&plan, binding, options, &streams, threads) {
        let plain = Evaluator::new(program, &went.data, options.calendar);
        let values = values(&plan, &plain, options, went.found, threads);
        // What rows would have to be looked at for once more, they are loaded for.
        if !values.open {
            let given = Given { plan: &plan, values: &values, streamed: &streams, missed: &missed };
            let evaluator = plain.knowing(given);
            let results = accounts::results(&plan, &values, &evaluator, options, threads);
            if !missed.load(Ordering::Relaxed) {
                return Ok(then(&Run { data: &went.data, load: &went.load, results: &results, evaluator: &evaluator }));
            }
        }
    }
    let (data, load) = load(program, binding, &mut |_| {})?;
    let plain = Evaluator::new(program, &data, options.calendar);
    let values: SlotValues = values(&plan, &plain, options, Vec::new(), threads);
    let evaluator = plain.knowing(Given { plan: &plan, values: &values, streamed: &[], missed: &missed });
    let results = accounts::results(&plan, &values, &evaluator, options, threads);
    Ok(then(&Run { data: &data, load: &load, results: &results, evaluator: &evaluator }))
}

/// What is there once all files have been read.
struct Went<'s, 'p> {
    data: Dataset,
    load: LoadReport,
    found: Streamed<'s, 'p>,
}

/// Loads what has to be loaded and lets the rest go by; nothing, if there is nothing to let go by or anything is wrong with
/// the data: loading all of it says what.
fn went_by<'s, 'p>(
    plan: &'s Plan<'p>,
    binding: &Binding,
    options: &Options,
    streams: &[TableId],
    threads: usize,
) -> Option<Went<'s, 'p>> {
    let program = plan.program;
    if streams.is_empty() {
        return None;
    }
    let (mut data, mut load) = load_except(program, binding, streams, &mut |_| {}).ok()?;
    let mut owners: HashMap<TableId, Owners> = HashMap::new();
    let mut found = Vec::new();
    for id in streams {
        let source = plan.sources.iter().find(|source| source.table == *id)?;
        let above = program.table(*id)?.kind.owner().map(|(of, _)| of);
        if let Some(of) = above.filter(|of| !owners.contains_key(of)) {
            owners.insert(of, Owners::new(data.table(of)?));
        }
        // Columns that nobody looks at are read too: the account of the table says what is wrong with them.
        let table = program.table(*id)?;
        let owner = table.kind.owner().map(|(_, parent)| parent);
        let mut fields = source.fields().to_vec();
        let others = (0u32..).map(FieldId).take(table.fields.len()).filter(|field| Some(*field) != owner);
        fields.extend(others.filter(|field| !source.fields().contains(field)));
        let request = Request {
            program,
            table: *id,
            binding,
            fields: &fields,
            // The account of the table says when it begins and ends: all rows are looked at.
            dates: None,
            owners: above.and_then(|of| owners.get(&of)),
            above: above.and_then(|of| data.table(of)),
            rejects: false,
        };
        let scan = scan(source, program, &data, options);
        let streamed = stream(&request, threads, || scan.start(), |worker, piece| scan.visit(worker, piece)).ok()?;
        let seen = Found::new(scan, streamed.workers);
        *data.tables.get_mut(id.index())? = crate::data::TableData { went_by: Some(seen.went_by()), ..streamed.table };
        *load.tables.get_mut(id.index())? = streamed.report;
        found.push((*id, seen));
    }
    Some(Went { data, load, found })
}
