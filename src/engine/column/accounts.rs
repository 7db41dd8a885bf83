//! Account by account, on all cores: the machine is handed what it reads, and asks the reference for what it does not
//! compute.

use super::Plan;
use super::course::Totals;
use super::machine::{Input, Interpreted, Machine, Outcome, Outside, State, Supply, Wanted};
use super::slots::{Cell, Cells, SlotColumn, SlotId, SlotValues, Texts, What};
use crate::calendar::Date;
use crate::data::Column;
use crate::engine::reference::{Assistant, Evaluator};
use crate::engine::{AccountResult, Options, Results};
use crate::program::{Aggregate, Program};
use crate::value::Missing;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// So many accounts are looked at in one go.
const CHUNK: usize = 256;

/// Of so many accounts what the machine reads is laid out before the first of them is looked at.
const LAID_OUT: usize = 16;

impl Supply for &Plan<'_> {
    fn slot(&mut self, aggregate: &Aggregate, date: Date, what: What) -> Option<SlotId> {
        Plan::slot(self, aggregate, date, what)
    }
}

/// The accounts at one as-of date, about to be looked at.
#[derive(Debug)]
pub struct Stage<'a, 'p> {
    plan: &'a Plan<'p>,
    values: &'a SlotValues,
    evaluator: &'a Evaluator<'a>,
    /// Once somebody asks for it.
    machine: OnceLock<Machine>,
    as_of: Date,
    /// The places of the accounts that are asked for.
    asked: Vec<u32>,
    /// What others amount to.
    totals: Option<&'a Totals>,
    threads: usize,
}

/// An account with everything about it computed.
#[derive(Debug)]
pub struct Seen<'d> {
    /// Its id.
    pub id: &'d str,
    /// Its row in the subject table.
    pub row: u32,
    /// Its row as it was known at the as-of date; the same for tables without history.
    pub row_then: u32,
    /// What is known of it.
    pub state: &'d mut State,
    /// Who computed it.
    pub machine: &'d Machine,
    /// What the cells of texts point to.
    pub texts: &'d Texts,
    /// Who can be asked about it.
    pub evaluator: &'d Evaluator<'d>,
}

impl Seen<'_> {
    /// Everything about the account, as the reference tells it.
    pub fn result(&mut self) -> AccountResult {
        self.state.result(self.machine, self.evaluator.program, self.texts, self.id.to_string(), self.row)
    }
}

impl<'a, 'p> Stage<'a, 'p> {
    pub(super) fn new(
        plan: &'a Plan<'p>,
        values: &'a SlotValues,
        evaluator: &'a Evaluator<'a>,
        options: &Options,
        threads: usize,
    ) -> Stage<'a, 'p> {
        evaluator.ready(options.as_of);
        let (machine, as_of, asked) = (OnceLock::new(), options.as_of, evaluator.asked(options));
        Stage { plan, values, evaluator, machine, as_of, asked, totals: None, threads }
    }

    /// With these accounts only: it is known what the others amount to.
    pub(super) fn beside(
        plan: &'a Plan<'p>,
        values: &'a SlotValues,
        evaluator: &'a Evaluator<'a>,
        as_of: Date,
        (totals, asked): (&'a Totals, &[u32]),
        threads: usize,
    ) -> Stage<'a, 'p> {
        if !asked.is_empty() {
            evaluator.ready(as_of);
        }
        let (machine, asked) = (OnceLock::new(), asked.to_vec());
        Stage { plan, values, evaluator, machine, as_of, asked, totals: Some(totals), threads }
    }

    /// What those accounts amount to that are not shown: where [`super::Replay::summed`] says that it is enough.
    pub fn totals(&self) -> Option<&'a Totals> {
        self.totals
    }

    /// The as-of date.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The program.
    pub fn program(&self) -> &'p Program {
        self.plan.program
    }

    /// Who computes the accounts.
    pub fn machine(&self) -> &Machine {
        self.machine.get_or_init(|| {
            let mut supply = self.plan;
            Machine::compile(self.plan.program, self.plan.calendar, self.as_of, Wanted::Everything, &mut supply)
        })
    }

    /// Who can be asked about the whole portfolio.
    pub fn evaluator(&self) -> &'a Evaluator<'a> {
        self.evaluator
    }

    /// Looks at all accounts, on all cores: of so many accounts each `start`, with each of them shown to it, in the order of
    /// the accounts.
    pub fn each<W: Send>(&self, start: impl Fn() -> W + Sync, visit: impl Fn(&mut W, &mut Seen<'_>) + Sync) -> Vec<W> {
        let mut all = Vec::new();
        self.in_order(0, start, visit, |_, of| all.push(of));
        all
    }

    /// The same, with nothing held: `take` gets each part in the order of the accounts, as soon as it and all before it are
    /// done, with the count of parts up to it. Parts before `from` are left out. It ends early where rows turn out to be
    /// needed that are not held; no part that lacks them is handed over.
    pub fn in_order<W: Send>(
        &self,
        from: usize,
        start: impl Fn() -> W + Sync,
        visit: impl Fn(&mut W, &mut Seen<'_>) + Sync,
        take: impl FnMut(usize, W) + Send,
    ) {
        if self.asked.is_empty() {
            return;
        }
        let chunks: Vec<&[u32]> = self.asked.chunks(CHUNK).collect();
        let next = AtomicUsize::new(from);
        let (machine, plan, values) = (self.machine(), self.plan, self.values);
        let order = Mutex::new(Order { next: from, waiting: BTreeMap::new(), take });
        let work = |evaluator: &Evaluator<'_>| {
            let mut desk = Desk::new(machine, plan, values, evaluator);
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(chunk) = chunks.get(i) else { return };
                let mut of = start();
                chunk.chunks(LAID_OUT).for_each(|places| desk.show(places, |seen| visit(&mut of, seen)));
                if evaluator.has_missed() {
                    return;
                }
                // Whoever else holds it panicked, and is heard of below.
                let Ok(mut order) = order.lock() else { return };
                order.hand(i, of);
            }
        };
        std::thread::scope(|scope| {
            let helpers = self.threads.min(chunks.len()).saturating_sub(1);
            let twins: Vec<Evaluator<'_>> = (0..helpers).map(|_| self.evaluator.twin()).collect();
            let work = &work;
            let others: Vec<_> = twins.into_iter().map(|twin| scope.spawn(move || work(&twin))).collect();
            work(self.evaluator);
            for other in others {
                if let Err(panic) = other.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        });
    }

    /// Everything about all accounts, and what takes all of them.
    pub fn results(&self) -> Results {
        let mut accounts = Vec::new();
        self.in_order(
            0,
            Vec::new,
            |all: &mut Vec<AccountResult>, seen| all.push(seen.result()),
            |_, some| accounts.extend(some),
        );
        Results { accounts, ..self.portfolio() }
    }

    /// What is known of the whole portfolio, without any account.
    pub fn portfolio(&self) -> Results {
        let as_of = self.as_of();
        Results {
            as_of,
            accounts: Vec::new(),
            portfolio: self.evaluator.portfolio_results(as_of),
            portfolio_rules: self.evaluator.portfolio_rules(as_of),
        }
    }
}

/// Parts that are handed over in their order.
struct Order<W, T> {
    next: usize,
    waiting: BTreeMap<usize, W>,
    take: T,
}

impl<W, T: FnMut(usize, W)> Order<W, T> {
    fn hand(&mut self, i: usize, of: W) {
        self.waiting.insert(i, of);
        while let Some(of) = self.waiting.remove(&self.next) {
            self.next += 1;
            (self.take)(self.next, of);
        }
    }
}

/// Where one thread takes one account after the other.
struct Desk<'d, 'p> {
    machine: &'d Machine,
    plan: &'d Plan<'p>,
    values: &'d SlotValues,
    evaluator: &'d Evaluator<'d>,
    texts: Texts,
    state: State,
    /// By place of the input.
    feeds: Vec<Feed<'d>>,
    /// Inputs for which rows have to be looked at.
    asked: Vec<(usize, SlotId)>,
    /// What the machine reads of the accounts that are laid out: side by side, account by account.
    cells: Vec<Cell>,
    /// Something is missing from all of them because of a fault.
    careful: bool,
}

/// Where an input comes from.
#[derive(Debug, Clone, Copy)]
enum Feed<'d> {
    /// A column of the account.
    Column(&'d Column, Date),
    /// By place of the account.
    Counts(&'d [u32]),
    /// Likewise.
    Cells(&'d Cells),
    /// It is there already: the same for all, or looked at account by account.
    There,
}

impl<'d, 'p> Desk<'d, 'p> {
    fn new(
        machine: &'d Machine,
        plan: &'d Plan<'p>,
        values: &'d SlotValues,
        evaluator: &'d Evaluator<'d>,
    ) -> Desk<'d, 'p> {
        let mut texts = values.texts.clone();
        let state = State::new(machine, &mut texts);
        let table = evaluator.program.subject.and_then(|id| evaluator.data.table(id));
        let missing = Cell::missing(Missing::NoData);
        let mut asked = Vec::new();
        let mut feed = |(i, input): (usize, &Input)| match *input {
            Input::Field(field, date) => match table.and_then(|table| table.columns.get(field.index())) {
                Some(column) => (Feed::Column(column, date), missing),
                None => (Feed::There, missing),
            },
            Input::Slot(slot) => match values.columns.get(slot.index()) {
                Some(SlotColumn::Same(cell)) => (Feed::There, *cell),
                Some(SlotColumn::Counts(counts)) => (Feed::Counts(counts), missing),
                Some(SlotColumn::Cells(cells)) => (Feed::Cells(cells), missing),
                Some(SlotColumn::Unknown) | None => {
                    asked.push((i, slot));
                    (Feed::There, missing)
                }
            },
            Input::Portfolio(id, date) => (Feed::There, Cell::of(&evaluator.portfolio_value(id, date), &mut texts)),
            // Nobody said that anything would be given.
            Input::Given(..) => (Feed::There, Cell::default()),
        };
        let (feeds, first): (Vec<_>, Vec<_>) = machine.inputs().iter().enumerate().map(&mut feed).unzip();
        let careful = first.iter().any(|cell| cell.tag.is_fault());
        let cells = first.repeat(LAID_OUT);
        Desk { machine, plan, values, evaluator, texts, state, feeds, asked, cells, careful }
    }

    /// Computes everything about the accounts at these places and shows them; not more than [`LAID_OUT`].
    fn show(&mut self, places: &[u32], mut visit: impl FnMut(&mut Seen<'_>)) {
        let careful = self.lay_out(places);
        for (i, place) in places.iter().enumerate() {
            let Some((id, row)) = self.evaluator.account_at(*place) else { continue };
            self.inputs(i, *place, careful);
            let mut outside = Asked { evaluator: self.evaluator, id, as_of: self.machine.as_of(), assistant: None };
            self.state.run_with(self.machine, &mut self.texts, &mut outside);
            let row_then = self.evaluator.row_of(*place, self.machine.as_of()).unwrap_or(row);
            let (machine, evaluator) = (self.machine, self.evaluator);
            visit(&mut Seen { id, row, row_then, state: &mut self.state, machine, texts: &self.texts, evaluator });
        }
    }

    /// Lays out what is known of these accounts, input by input. True if something may be missing because of a fault.
    fn lay_out(&mut self, places: &[u32]) -> bool {
        let Desk { evaluator, feeds, cells, texts, careful, .. } = self;
        let width = feeds.len();
        let missing = Cell::missing(Missing::NoData);
        let mut faulty = *careful;
        for (i, feed) in feeds.iter().enumerate() {
            let cells = cells.iter_mut().skip(i).step_by(width).zip(places);
            match *feed {
                Feed::There => {}
                Feed::Counts(counts) => cells.for_each(|(cell, place)| {
                    *cell = counts.get(*place as usize).map_or(missing, |count| Cell::int(i64::from(*count)));
                }),
                Feed::Cells(of) => cells.for_each(|(cell, place)| {
                    *cell = of.get(*place as usize).unwrap_or(missing);
                    faulty |= cell.tag.is_fault();
                }),
                Feed::Column(column, date) => cells.for_each(|(cell, place)| {
                    let value = evaluator.row_of(*place, date).map(|row| column.value(row));
                    *cell = value.map_or(missing, |value| Cell::of(&value, texts));
                    faulty |= cell.tag.is_fault();
                }),
            }
        }
        faulty
    }

    /// Hands over what the machine reads of an account that is laid out.
    fn inputs(&mut self, i: usize, place: u32, careful: bool) {
        let machine = self.machine;
        let width = self.feeds.len();
        let cells = self.cells.get(i * width..(i + 1) * width).unwrap_or_default();
        self.state.load(machine, cells, careful);
        for (i, slot) in &self.asked {
            let Some(slot) = self.plan.slots.get(slot.index()) else { continue };
            let (value, faults) = self.evaluator.aggregate_of(place, slot.aggregate, slot.date, slot.what);
            self.state.note(*i, &faults);
            self.state.set(machine, *i, Cell::of(&value, &mut self.texts));
        }
        if !self.values.faults.is_empty() {
            for (i, input) in machine.inputs().iter().enumerate() {
                if let Input::Slot(slot) = input {
                    self.state.note(i, self.values.faults(*slot, place));
                }
            }
        }
    }
}

/// The reference, for what the machine does not compute.
struct Asked<'e> {
    evaluator: &'e Evaluator<'e>,
    id: &'e str,
    as_of: Date,
    assistant: Option<Assistant<'e>>,
}

impl Outside for Asked<'_> {
    fn compute(&mut self, step: &Interpreted) -> Outcome {
        if self.assistant.is_none() {
            self.assistant = self.evaluator.assistant(self.id, self.as_of);
        }
        self.assistant.as_mut().map_or_else(Outcome::default, |assistant| assistant.compute(step))
    }
}
