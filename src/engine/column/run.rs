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
        let threads = self.threads();
        let plan = Plan::new(program, options.calendar, options.as_of);
        let plain = Evaluator::new(program, data, options.calendar);
        let rows = plain.account_rows();
        let mut book = Passes::new(&plan, &rows);
        for source in &plan.sources {
            let Some(table) = data.table(source.table) else { continue };
            let scan = Scan::new(source, account_rows(program, data), account_of(program, data, source.table));
            let workers =
                from_table(table, source.fields(), threads, || scan.start(), |worker, piece| scan.visit(worker, piece));
            book.take(source, Found::new(scan, workers), table);
        }
        let values = book.close(&plain);
        let evaluator = plain.knowing(Given { plan: &plan, values: &values });
        accounts::results(&plan, &values, &evaluator, options, threads)
    }
}

/// How many rows the table of accounts has.
pub(super) fn account_rows(program: &Program, data: &Dataset) -> usize {
    program.subject.and_then(|id| data.table(id)).map_or(0, |table| table.rows as usize)
}

/// By row of the table above: the row of the account that it belongs to; nothing, where that is the table of accounts.
pub(super) fn account_of(program: &Program, data: &Dataset, table: TableId) -> Option<Vec<u32>> {
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
pub(super) struct Passes<'a> {
    plan: &'a Plan<'a>,
    rows: &'a [u32],
    values: SlotValues,
    hard: Vec<(SlotId, u32)>,
}

impl<'a> Passes<'a> {
    pub(super) fn new(plan: &'a Plan<'a>, rows: &'a [u32]) -> Passes<'a> {
        let columns = plan.slots.iter().map(|_| SlotColumn::Unknown).collect();
        let values = SlotValues { columns, ..SlotValues::default() };
        Passes { plan, rows, values, hard: Vec::new() }
    }

    /// Takes in what was found in a source; `table` says what the source covers.
    pub(super) fn take(&mut self, source: &Source<'_>, found: Found<'_, '_>, table: &TableData) {
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

    /// Slots of accounts whose rows have to be looked at one by one.
    pub(super) fn hard(&self) -> &[(SlotId, u32)] {
        &self.hard
    }

    /// Looks at the rows that have to be looked at one by one.
    pub(super) fn close(self, plain: &Evaluator<'_>) -> SlotValues {
        let Passes { plan, mut values, hard, .. } = self;
        for (id, account) in hard {
            let Some(slot) = plan.slots.get(id.index()) else { continue };
            let (value, faults) = plain.aggregate_of(account, slot.aggregate, slot.date, slot.what);
            values.set(id, account, &value, faults);
        }
        values
    }
}
