//! From files to results: tables that nobody has to hold go by while they are read, all others are loaded.

use super::accounts::Stage;
use super::plan::Plan;
use super::run::{At, Columns, Next, Replay, Rows, Turned, scan};
use super::scan::finish::Found;
use super::scan::tally::FEW_DATES;
use super::scan::worker::{Scan, Worker};
use crate::data::stream::{Owners, Request, Streamed, stream};
use crate::data::{Binding, DataError, Dataset, LoadReport, TableData, load, load_except};
use crate::engine::reference::Evaluator;
use crate::engine::{Options, Results};
use crate::program::{FieldId, Program, TableId};

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

/// What came of an as-of date, while all that it is made of is there.
#[derive(Debug)]
pub struct Turn<'r, T> {
    /// What was loaded. Tables that went by have no cells: [`crate::data::TableData::went_by`].
    pub data: &'r Dataset,
    /// What was read, kept and rejected.
    pub load: &'r LoadReport,
    /// Who can be asked about accounts at the as-of date, as of a [`Run`].
    pub evaluator: &'r Evaluator<'r>,
    /// What was found.
    pub found: T,
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
    let dates = [options.as_of];
    let replay = Replay { dates: &dates, calendar: options.calendar, accounts: &options.accounts, summed: false };
    let (mut then, mut made) = (Some(then), None);
    replay_files(
        program,
        binding,
        &replay,
        columns,
        |stage| stage.results(),
        |turn| {
            let Turn { data, load, evaluator, .. } = turn;
            let run = Run { data, load, results: &turn.found, evaluator };
            made = then.take().map(|then| then(&run));
            Next::Stop
        },
    )?;
    // One date, one turn.
    made.ok_or_else(Vec::new)
}

/// Reads files and scores accounts at many as-of dates: every row is read once for all of them. `look` says what is kept of
/// the accounts at a date; what becomes of that is told date by date, in their order, and only the values of one date are
/// held at a time.
///
/// Where a date turns out to need rows that were not held, the files are read once more, and all is loaded from there on.
///
/// # Errors
///
/// What makes the data unusable, as [`load`] says it.
pub fn replay_files<T>(
    program: &Program,
    binding: &Binding,
    options: &Replay<'_>,
    columns: Columns,
    look: impl Fn(&Stage<'_, '_>) -> T,
    mut each: impl FnMut(&Turn<'_, T>) -> Next,
) -> Result<(), Vec<DataError>> {
    let plan = options.plan(program);
    let threads = columns.threads();
    let streams = plan.streams();
    let mut place = 0;
    let mut course = None;
    if let Some(Went { data, load, mut rows }) = went_by(&plan, binding, &streams, threads) {
        rows.pass(&plan, &data, threads);
        let plain = Evaluator::new(program, &data, options.calendar);
        let mut found = |evaluator: &Evaluator<'_>, found| each(&Turn { data: &data, load: &load, evaluator, found });
        course = rows.course(&plan, &plain, options, threads);
        let told = loop {
            let at = At { plan: &plan, place, plain: &plain, course: course.as_ref() };
            match rows.turn(at, options, threads, &look, &mut found) {
                Turned::Told(Next::Go) => place += 1,
                Turned::Told(Next::Stop) => break true,
                Turned::Missed => break false,
            }
        };
        if told {
            if columns.leaves {
                std::mem::forget((plain, rows, course));
                std::mem::forget(data);
            }
            return Ok(());
        }
    }
    let (data, load) = load(program, binding, &mut |_| {})?;
    let mut rows = Rows::held(&plan, &data, threads);
    let plain = Evaluator::new(program, &data, options.calendar);
    let mut found = |evaluator: &Evaluator<'_>, found| each(&Turn { data: &data, load: &load, evaluator, found });
    let course = course.or_else(|| rows.course(&plan, &plain, options, threads));
    loop {
        let at = At { plan: &plan, place, plain: &plain, course: course.as_ref() };
        if rows.turn(at, options, threads, &look, &mut found) != Turned::Told(Next::Go) {
            break;
        }
        place += 1;
    }
    Ok(())
}

/// What is there once all files have been read.
struct Went<'s, 'p> {
    data: Dataset,
    load: LoadReport,
    rows: Rows<'s, 'p>,
}

/// Loads what has to be loaded and lets the rest go by; nothing, if there is nothing to let go by or anything is wrong with
/// the data: loading all of it says what.
fn went_by<'s, 'p>(plan: &'s Plan<'p>, binding: &Binding, streams: &[TableId], threads: usize) -> Option<Went<'s, 'p>> {
    let program = plan.program;
    if streams.is_empty() {
        return None;
    }
    let (mut data, mut load) = load_except(program, binding, streams, &mut |_| {}).ok()?;
    // What one table amounts to is made of what was seen while the rows of the next go by.
    let passed = std::thread::scope(|scope| {
        let mut passed = Vec::new();
        for id in streams {
            let (scan, streamed) = pass(plan, binding, &data, *id, threads)?;
            let (table, report) = (streamed.table, streamed.report);
            // With few dates there is little to be made of it, and room to be saved.
            let found = match plan.dates().len() > FEW_DATES {
                true => Made::Soon(scope.spawn(move || Found::new(scan, streamed.workers))),
                false => Made::There(Found::new(scan, streamed.workers)),
            };
            passed.push((*id, found, table, report));
        }
        let all = passed.into_iter().map(|(id, found, table, report)| {
            let seen = match found {
                Made::Soon(found) => found.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Made::There(found) => found,
            };
            (id, seen, table, report)
        });
        Some(all.collect::<Vec<_>>())
    })?;
    let mut found = Vec::new();
    for (id, seen, table, report) in passed {
        *data.tables.get_mut(id.index())? = TableData { went_by: Some(seen.went_by()), ..table };
        *load.tables.get_mut(id.index())? = report;
        found.push((id, seen));
    }
    Some(Went { data, load, rows: Rows { found, streamed: streams.to_vec() } })
}

/// What is made of what was seen.
enum Made<'scope, T> {
    There(T),
    Soon(std::thread::ScopedJoinHandle<'scope, T>),
}

/// Lets the rows of a table go by.
fn pass<'s, 'p>(
    plan: &'s Plan<'p>,
    binding: &Binding,
    data: &Dataset,
    id: TableId,
    threads: usize,
) -> Option<(Scan<'s, 'p>, Streamed<Worker>)> {
    let program = plan.program;
    let source = plan.sources.iter().find(|source| source.table == id)?;
    // Columns that nobody looks at are read too: the account of the table says what is wrong with them.
    let table = program.table(id)?;
    let above = table.kind.owner().and_then(|(of, _)| data.table(of));
    let owners = above.map(Owners::new);
    let owner = table.kind.owner().map(|(_, parent)| parent);
    let mut fields = source.fields().to_vec();
    let others = (0u32..).map(FieldId).take(table.fields.len()).filter(|field| Some(*field) != owner);
    fields.extend(others.filter(|field| !source.fields().contains(field)));
    let request = Request {
        program,
        table: id,
        binding,
        fields: &fields,
        // The account of the table says when it begins and ends: all rows are looked at.
        dates: None,
        owners: owners.as_ref(),
        above,
        rejects: false,
    };
    let scan = scan(source, plan, data);
    let streamed = stream(&request, threads, || scan.start(), |worker, piece| scan.visit(worker, piece)).ok()?;
    Some((scan, streamed))
}
