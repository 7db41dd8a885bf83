//! A whole run: the passes over rows, then the accounts, on all cores.

use super::accounts::Stage;
use super::course::Courses;
use super::plan::Plan;
use super::scan::Source;
use super::scan::finish::Found;
use super::scan::worker::Scan;
use super::slots::SlotValues;
use super::values;
use crate::calendar::{Calendar, Date};
use crate::data::Dataset;
use crate::data::stream::from_table;
use crate::engine::reference::{Evaluator, Given};
use crate::engine::{Engine, Options, Results};
use crate::program::{Program, TableId};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};

/// The engine for whole portfolios.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns {
    /// How many threads; as many as there are cores, if it does not say.
    pub threads: Option<NonZero<usize>>,
    /// The process ends once the results are told: a million accounts are not given back one by one before that.
    pub leaves: bool,
}

impl Columns {
    pub(super) fn threads(self) -> usize {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
    }
}

impl Engine for Columns {
    fn evaluate(&self, program: &Program, data: &Dataset, options: &Options) -> Results {
        let plan = Plan::new(program, options.calendar, options.as_of);
        let mut rows = Rows::held(&plan, data, self.threads());
        let plain = Evaluator::new(program, data, options.calendar);
        let values = rows.values(&plan, 0, &plain, self.threads());
        let missed = AtomicBool::new(false);
        let evaluator = plain.knowing(Given { plan: &plan, values: &values, streamed: &[], missed: &missed });
        Stage::new(&plan, &values, &evaluator, options, self.threads()).results()
    }
}

impl Columns {
    /// Scores accounts at many as-of dates, which come in rising order: rows are passed over once for all of them. `found`
    /// is what comes of each date, as [`crate::engine::column::replay_files`] has it.
    pub fn replay<T>(
        &self,
        program: &Program,
        data: &Dataset,
        options: &Replay<'_>,
        look: impl Fn(&Stage<'_, '_>) -> T,
        mut found: impl FnMut(&Evaluator<'_>, T) -> Next,
    ) {
        let plan = options.plan(program);
        let mut rows = Rows::held(&plan, data, self.threads());
        let plain = Evaluator::new(program, data, options.calendar);
        let course = rows.course(&plan, &plain, options, self.threads());
        for place in 0..plan.dates().len() {
            let at = At { plan: &plan, place, plain: &plain, course: course.as_ref() };
            let turned = rows.turn(at, options, self.threads(), &look, &mut found);
            if turned == Turned::Told(Next::Stop) {
                return;
            }
        }
    }
}

/// Many as-of dates.
#[derive(Debug, Clone, Copy)]
pub struct Replay<'o> {
    /// The as-of dates, rising.
    pub dates: &'o [Date],
    /// How the project counts its years.
    pub calendar: Calendar,
    /// Only these accounts, by id; all, if empty.
    pub accounts: &'o [String],
    /// Accounts are only added up: whoever looks at a date takes [`Stage::totals`] for those that are not shown one by one.
    pub summed: bool,
}

impl Replay<'_> {
    /// What is asked of rows.
    pub(super) fn plan<'p>(&self, program: &'p Program) -> Plan<'p> {
        match self.summed {
            true => Plan::summed(program, self.calendar, self.dates),
            false => Plan::over(program, self.calendar, self.dates),
        }
    }
}

/// What is to be done after a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The next date.
    Go,
    /// Nobody wants to know any more.
    Stop,
}

/// What became of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turned {
    /// It was told.
    Told(Next),
    /// It takes rows that are not held; nothing was told.
    Missed,
}

/// One date of many.
#[derive(Clone, Copy)]
pub(super) struct At<'t, 'p> {
    pub(super) plan: &'t Plan<'p>,
    pub(super) place: usize,
    pub(super) plain: &'t Evaluator<'t>,
    /// What is known already of accounts at all dates.
    pub(super) course: Option<&'t Courses>,
}

/// What the passes over rows kept, for all as-of dates.
pub(super) struct Rows<'s, 'p> {
    /// By table that something is asked of.
    pub(super) found: Vec<(TableId, Found<'s, 'p>)>,
    /// Tables whose rows went by and are not held.
    pub(super) streamed: Vec<TableId>,
}

impl<'s, 'p> Rows<'s, 'p> {
    /// Lets the rows go by of tables that are held; all are.
    pub(super) fn held(plan: &'s Plan<'p>, data: &Dataset, threads: usize) -> Rows<'s, 'p> {
        let mut rows = Rows { found: Vec::new(), streamed: Vec::new() };
        rows.pass(plan, data, threads);
        rows
    }

    /// The same for those tables only that did not go by before.
    pub(super) fn pass(&mut self, plan: &'s Plan<'p>, data: &Dataset, threads: usize) {
        let known: Vec<TableId> = self.found.iter().map(|(id, _)| *id).collect();
        for source in plan.sources.iter().filter(|source| source.is_asked() && !known.contains(&source.table)) {
            let Some(table) = data.table(source.table) else { continue };
            let scan = scan(source, plan, data);
            let workers =
                from_table(table, source.fields(), threads, || scan.start(), |worker, piece| scan.visit(worker, piece));
            self.found.push((source.table, Found::new(scan, workers)));
        }
    }

    /// The values of all slots of the as-of date at this place.
    pub(super) fn values(
        &mut self,
        plan: &Plan<'_>,
        place: usize,
        plain: &Evaluator<'_>,
        threads: usize,
    ) -> SlotValues {
        let last = place + 1 == plan.dates().len();
        values::of(&mut self.found, last, plan, plan.turn(place), plain, threads)
    }

    /// Takes accounts through all dates at once, if that is asked for and possible.
    pub(super) fn course(
        &self,
        plan: &Plan<'_>,
        plain: &Evaluator<'_>,
        options: &Replay<'_>,
        threads: usize,
    ) -> Option<Courses> {
        let as_of = *plan.dates().first().filter(|_| options.summed)?;
        let asked = Options { as_of, calendar: options.calendar, accounts: options.accounts.to_vec() };
        Courses::new(plan, self, plain, &plain.asked(&asked), threads)
    }

    /// Looks at the accounts at one as-of date. What was kept of rows is forgotten once the last date has its values.
    pub(super) fn turn<T>(
        &mut self,
        at: At<'_, '_>,
        options: &Replay<'_>,
        threads: usize,
        look: &impl Fn(&Stage<'_, '_>) -> T,
        found: &mut impl FnMut(&Evaluator<'_>, T) -> Next,
    ) -> Turned {
        let At { plan, place, plain, course } = at;
        let Some(as_of) = plan.dates().get(place).copied() else { return Turned::Told(Next::Stop) };
        let course = course.and_then(|courses| courses.at(place));
        let values = match course.is_some_and(|(course, _)| course.left.is_empty()) {
            true => SlotValues::default(),
            false => self.values(plan, place, plain, threads),
        };
        if place + 1 == plan.dates().len() {
            self.found.clear();
        }
        // What rows would have to be looked at for once more, they are loaded for.
        if values.open {
            return Turned::Missed;
        }
        let missed = AtomicBool::new(false);
        let given = Given { plan, values: &values, streamed: &self.streamed, missed: &missed };
        let evaluator = plain.fresh().knowing(given);
        let looked = look(&match course {
            Some((course, totals)) => Stage::beside(plan, &values, &evaluator, as_of, (totals, &course.left), threads),
            None => {
                let asked = Options { as_of, calendar: options.calendar, accounts: options.accounts.to_vec() };
                Stage::new(plan, &values, &evaluator, &asked, threads)
            }
        });
        if missed.load(Ordering::Relaxed) {
            return Turned::Missed;
        }
        Turned::Told(found(&evaluator, looked))
    }
}

/// A pass over a source that is about to begin.
pub(super) fn scan<'s, 'p>(source: &'s Source<'p>, plan: &Plan<'_>, data: &Dataset) -> Scan<'s, 'p> {
    let program = plan.program;
    let accounts = program.subject.and_then(|id| data.table(id)).map_or(0, |table| table.rows as usize);
    let last = plan.dates().last().copied().unwrap_or(Date(i32::MAX));
    Scan::new(source, accounts, account_of(program, data, source.table), last)
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
