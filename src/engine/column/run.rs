//! A whole run: the passes over rows, then the accounts, on all cores.

use super::accounts;
use super::plan::{How, Plan};
use super::scan::Source;
use super::scan::finish::{Accounts, Found, Wanted, covered};
use super::scan::worker::Scan;
use super::slots::{Cell, SlotColumn, SlotId, SlotValues};
use crate::calendar::Calendar;
use crate::data::stream::from_table;
use crate::data::{Dataset, TableData};
use crate::engine::reference::{Evaluator, Given};
use crate::engine::{Engine, Options, Results};
use crate::program::{Program, TableId};
use crate::value::Missing;
use std::num::NonZero;
use std::sync::atomic::AtomicBool;

/// The engine for whole portfolios.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns {
    /// How many threads; as many as there are cores, if it does not say.
    pub threads: Option<NonZero<usize>>,
}

impl Columns {
    pub(super) fn threads(self) -> usize {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
    }
}

impl Engine for Columns {
    fn evaluate(&self, program: &Program, data: &Dataset, options: &Options) -> Results {
        let plan = Plan::new(program, options.calendar, options.as_of);
        let plain = Evaluator::new(program, data, options.calendar);
        let values = values(&plan, &plain, options, Vec::new(), self.threads());
        let missed = AtomicBool::new(false);
        let evaluator = plain.knowing(Given { plan: &plan, values: &values, streamed: &[], missed: &missed });
        accounts::results(&plan, &values, &evaluator, options, self.threads())
    }
}

/// What went by, by the table's id.
pub(super) type Streamed<'s, 'p> = Vec<(TableId, Found<'s, 'p>)>;

/// The values of all slots: those of tables that went by, and those of loaded ones, which go by now.
pub(super) fn values<'s, 'p>(
    plan: &'s Plan<'p>,
    plain: &Evaluator<'_>,
    options: &Options,
    streamed: Streamed<'s, 'p>,
    threads: usize,
) -> SlotValues {
    let (program, data) = (plain.program, plain.data);
    let rows = plain.account_rows();
    let mut passes = Passes::new(plan, &rows);
    for source in plan.sources.iter().filter(|source| source.is_asked()) {
        let Some(table) = data.table(source.table) else { continue };
        if let Some((_, found)) = streamed.iter().find(|(id, _)| *id == source.table) {
            passes.take(source, found, table);
            continue;
        }
        let scan = scan(source, program, data, options);
        let workers =
            from_table(table, source.fields(), threads, || scan.start(), |worker, piece| scan.visit(worker, piece));
        passes.take(source, &Found::new(scan, workers), table);
    }
    passes.close(plain)
}

/// A pass over a source that is about to begin.
pub(super) fn scan<'s, 'p>(
    source: &'s Source<'p>,
    program: &Program,
    data: &Dataset,
    options: &Options,
) -> Scan<'s, 'p> {
    let accounts = program.subject.and_then(|id| data.table(id)).map_or(0, |table| table.rows as usize);
    Scan::new(source, accounts, account_of(program, data, source.table), options.as_of)
}

/// By row of the table above: the row of the account that it belongs to; nothing, where that is the table of accounts.
fn account_of(program: &Program, data: &Dataset, table: TableId) -> Option<Vec<u32>> {
    let line = program.lineage(table);
    let place = line.iter().position(|table| Some(*table) == program.subject)?;
    let above = line.get(1..place).filter(|above| !above.is_empty())?;
    let mut rows: Vec<u32> = (0..data.table(*above.first()?)?.rows).collect();
    for table in above {
        let owners = &data.table(*table)?.owners;
        rows.iter_mut().for_each(|row| *row = owners.get(*row as usize).copied().unwrap_or(u32::MAX));
    }
    Some(rows)
}

/// What the passes found so far.
struct Passes<'a> {
    plan: &'a Plan<'a>,
    rows: &'a [u32],
    values: SlotValues,
    hard: Vec<(SlotId, u32)>,
}

impl<'a> Passes<'a> {
    fn new(plan: &'a Plan<'a>, rows: &'a [u32]) -> Passes<'a> {
        let columns = plan.slots.iter().map(|_| SlotColumn::Unknown).collect();
        let values = SlotValues { columns, ..SlotValues::default() };
        Passes { plan, rows, values, hard: Vec::new() }
    }

    /// Takes in what was found in a source; `table` says what the source covers.
    fn take(&mut self, source: &Source<'_>, found: &Found<'_, '_>, table: &TableData) {
        let calendar: Calendar = self.plan.calendar;
        for (id, slot) in (0u32..).map(SlotId).zip(&self.plan.slots) {
            let How::Rows { source: of, family, place } = slot.how else { continue };
            if self.plan.sources.get(of).is_none_or(|of| of.table != source.table) {
                continue;
            }
            let (aggregate, date, what) = (slot.aggregate, slot.date, slot.what);
            let column = match covered(table, calendar, aggregate, date) {
                true => {
                    let wanted = Wanted { slot: id, aggregate, date, what, family, place };
                    found.column(&wanted, &Accounts { rows: self.rows }, &mut self.values, &mut self.hard)
                }
                false => SlotColumn::Same(Cell::missing(Missing::NoData)),
            };
            if let Some(to) = self.values.columns.get_mut(id.index()) {
                *to = column;
            }
        }
    }

    /// Looks at the rows that have to be looked at one by one.
    fn close(self, plain: &Evaluator<'_>) -> SlotValues {
        let Passes { plan, mut values, hard, .. } = self;
        for (id, account) in hard {
            let Some(slot) = plan.slots.get(id.index()) else { continue };
            if plain.data.table(slot.aggregate.source).is_none_or(|table| table.went_by.is_some()) {
                values.open = true;
                continue;
            }
            let (value, faults) = plain.aggregate_of(account, slot.aggregate, slot.date, slot.what);
            values.set(id, account, &value, faults);
        }
        values
    }
}
