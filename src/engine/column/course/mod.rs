//! All as-of dates of some accounts at once: what the accounts amount to at each date, without a result for any of them.
//!
//! Rows are kept with the dates for which they count. Input by input the accounts take their own: from which date on they
//! amount to what. Item by item follows, each computed once for all dates between which nothing changes that it reads
//! ([`Timeline`]), and what holds for several dates is counted once for all of them ([`Totals`]). A few accounts at a time lie in
//! the cache of a core meanwhile.
//!
//! Not every program and not every account can be taken this way: accounts with histories, figures of the whole portfolio, what
//! the machine does not compute, and lists of values are looked at date by date; so are those of all accounts
//! of which something has to be told (a cell that cannot be read, a number that cannot be computed, a tie). They are
//! [`Course::left`].

mod counts;
mod steps;

pub use counts::{Graded, Sum, Totals};

use super::machine::{Input, Machine, Reg, Timeline, Told, Units, Wanted, Watched, alike};
use super::plan::{How, Plan};
use super::run::Rows;
use super::scan::feeds::{Feed, Left};
use super::scan::finish::{self, Found, covered};
use super::scan::tally::FEW_DATES;
use super::slots::{Cell, Texts};
use crate::data::Column;
use crate::engine::reference::Evaluator;
use crate::program::{MetricId, Program, RuleId, ScorecardId};
use counts::Counts;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use steps::Steps;

/// So many accounts are looked at together: what is known of them lies in the cache of a core.
const CHUNK: usize = 64;

/// Stands for the row of an account that has none.
const NO_ROW: u32 = u32::MAX;

/// A program with more instructions than this, at all dates together, is looked at date by date.
const MOST: usize = 500_000;

/// What came of taking accounts through dates that follow one another.
#[derive(Debug)]
pub(super) struct Course {
    /// The place of the first date.
    from: usize,
    /// By date.
    totals: Vec<Totals>,
    /// The places of the accounts that have to be looked at date by date, rising.
    pub(super) left: Vec<u32>,
}

/// All of them: wherever the machine of a date is not that of the date before with other dates in it, a new one begins.
#[derive(Debug)]
pub(super) struct Courses {
    all: Vec<Course>,
}

impl Courses {
    /// That of a date.
    pub(super) fn at(&self, date: usize) -> Option<(&Course, &Totals)> {
        let course = self.all.iter().rev().find(|course| course.from <= date)?;
        Some((course, course.totals.get(date - course.from)?))
    }

    /// Takes these accounts through all dates; nothing, if they have to be looked at date by date.
    pub(super) fn new(
        plan: &Plan<'_>,
        rows: &Rows<'_, '_>,
        evaluator: &Evaluator<'_>,
        places: &[u32],
        threads: usize,
    ) -> Option<Courses> {
        let (program, dates) = (plan.program, plan.dates());
        if dates.len() <= FEW_DATES || !program.portfolio.is_empty() || evaluator.keeps_history() {
            return None;
        }
        let mut stretches: Vec<(usize, Vec<Machine>)> = Vec::new();
        for (date, as_of) in dates.iter().enumerate() {
            let mut supply = plan;
            let machine = Machine::compile(program, plan.calendar, *as_of, Wanted::Steps, &mut supply);
            // Machines of all dates are there at once.
            if !alike(&machine, &machine) || machine.len().saturating_mul(dates.len()) > MOST {
                return None;
            }
            match stretches.last_mut().filter(|(_, known)| known.first().is_some_and(|first| alike(first, &machine))) {
                Some((_, known)) => known.push(machine),
                None => stretches.push((date, vec![machine])),
            }
        }
        let course = |(from, machines)| Course::new((from, machines), plan, rows, evaluator, places, threads);
        let all = stretches.into_iter().map(course).collect::<Option<Vec<Course>>>()?;
        Some(Courses { all })
    }
}

/// What is the same for all accounts.
struct Route<'c> {
    /// By place: the row of the account.
    rows: Vec<u32>,
    units: Units,
    /// The inputs that somebody reads: where they go, and where they come from.
    ways: Vec<(Reg, Way<'c>)>,
    /// Accounts that are looked at date by date anyway, by row.
    suspects: HashSet<u32>,
    dates: usize,
}

/// Where an input comes from.
enum Way<'c> {
    /// A column of the account.
    Column(&'c Column),
    /// Its rows, and dates at which their source begins or ceases to have something to say.
    Rows(Box<Feed<'c>>, Vec<u32>),
    /// How many rows there are, and which counts are told from the one below.
    Count(Box<Feed<'c>>, Vec<u32>),
}

/// What somebody wants to know of every account.
fn watched(program: &Program) -> Vec<Watched> {
    let count = |len: usize| 0..u32::try_from(len).unwrap_or(u32::MAX);
    let metrics = if program.scorecards.is_empty() { program.metrics.len() } else { 0 };
    let scores = count(program.scorecards.len()).map(|i| Watched::Score(ScorecardId(i)));
    let metrics = count(metrics).map(|i| Watched::Metric(MetricId(i)));
    scores.chain(metrics).chain(count(program.rules.len()).map(|i| Watched::Rule(RuleId(i)))).collect()
}

impl Course {
    /// Takes these accounts through the dates of these machines, from this one on.
    fn new(
        (from, machines): (usize, Vec<Machine>),
        plan: &Plan<'_>,
        rows: &Rows<'_, '_>,
        evaluator: &Evaluator<'_>,
        places: &[u32],
        threads: usize,
    ) -> Option<Course> {
        let route = Route::new(machines, plan, rows, evaluator)?;
        let chunks: Vec<&[u32]> = places.chunks(CHUNK).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut walker = Walker::new(&route)?;
            while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
                walker.accounts(chunk);
            }
            Some((walker.counts, walker.left))
        };
        let parts: Vec<Option<(Counts, Vec<u32>)>> = crate::threads::on(threads.min(chunks.len()), work);
        let (mut counts, mut left) = parts.into_iter().collect::<Option<Vec<_>>>()?.into_iter().reduce(
            |(mut counts, mut left), (others, more)| {
                counts.join(&others);
                left.extend(more);
                (counts, left)
            },
        )?;
        left.sort_unstable();
        Some(Course { from, totals: counts.totals(route.units.watched()), left })
    }
}

impl<'c> Route<'c> {
    fn new(
        machines: Vec<Machine>,
        plan: &'c Plan<'_>,
        rows: &'c Rows<'_, '_>,
        evaluator: &'c Evaluator<'_>,
    ) -> Option<Route<'c>> {
        let (program, dates) = (plan.program, machines.len());
        let units = Units::new(machines, watched(program))?;
        let table = program.subject.and_then(|id| evaluator.data.table(id))?;
        let mut ways = Vec::with_capacity(units.inputs(0).len());
        for (i, input) in units.inputs(0).iter().enumerate() {
            let way = match input {
                Input::Field(..) if !units.is_read(i) => continue,
                Input::Field(field, _) => Way::Column(table.columns.get(field.index())?),
                Input::Slot(id) if plan.slots.get(id.index()).is_some_and(|slot| slot.how == How::Unread) => continue,
                Input::Slot(_) => {
                    let feed = feed(plan, rows, evaluator, (&units, dates), i)?;
                    match units.bounds(i).filter(|_| feed.is_count()) {
                        _ if !units.is_read(i) && feed.is_safe() => continue,
                        Some(bounds) => Way::Count(Box::new(feed), bounds),
                        None => {
                            let flips = feed.flips().collect();
                            Way::Rows(Box::new(feed), flips)
                        }
                    }
                }
                Input::Portfolio(..) | Input::Given(..) => return None,
            };
            ways.push((units.input(i)?, way));
        }
        let suspects = rows.found.iter().flat_map(|(_, found)| found.suspects()).collect();
        Some(Route { rows: evaluator.account_rows(), units, ways, suspects, dates })
    }
}

/// An input at all dates.
fn feed<'c>(
    plan: &'c Plan<'_>,
    rows: &'c Rows<'_, '_>,
    evaluator: &Evaluator<'_>,
    (units, dates): (&Units, usize),
    input: usize,
) -> Option<Feed<'c>> {
    let (mut wanted, mut said, mut of) = (Vec::new(), Vec::new(), None);
    for date in 0..dates {
        let Some(Input::Slot(id)) = units.inputs(date).get(input) else { return None };
        let slot = plan.slots.get(id.index())?;
        let How::Rows { source, family, place } = slot.how else { return None };
        if *of.get_or_insert(source) != source {
            return None;
        }
        let table = evaluator.data.table(plan.sources.get(source)?.table)?;
        said.push(covered(table, plan.calendar, slot.aggregate, slot.date));
        let (aggregate, date, what) = (slot.aggregate, slot.date, slot.what);
        wanted.push(finish::Wanted { slot: *id, aggregate, date, what, family, place });
    }
    let table = plan.sources.get(of?)?.table;
    let (_, found): &(_, Found<'_, '_>) = rows.found.iter().find(|(known, _)| *known == table)?;
    Feed::new(found, wanted, said)
}

/// Where one thread takes some accounts after the others.
struct Walker<'w, 'c> {
    route: &'w Route<'c>,
    timeline: Timeline,
    texts: Texts,
    /// Those of the accounts at hand.
    rows: Vec<u32>,
    /// Of the input at hand.
    steps: Steps,
    /// By way, if it is a [`Way::Count`]: what stands for the counts up to each of the bounds, and for those above all.
    levels: Vec<Vec<Told>>,
    counts: Counts,
    left: Vec<u32>,
}

impl<'w, 'c> Walker<'w, 'c> {
    fn new(route: &'w Route<'c>) -> Option<Walker<'w, 'c>> {
        let mut texts = Texts::default();
        let mut timeline = Timeline::new(&route.units, &mut texts)?;
        let level = |(reg, way): &(Reg, Way<'_>)| match way {
            Way::Count(_, bounds) => {
                let counts = std::iter::once(0).chain(bounds.iter().copied());
                counts.map(|count| timeline.told(&route.units, *reg, Cell::int(i64::from(count)))).collect()
            }
            Way::Column(_) | Way::Rows(..) => Vec::new(),
        };
        let levels = route.ways.iter().map(level).collect();
        let counts = Counts::new(route.units.machine()?, route.units.watched(), route.dates);
        let steps = Steps::new(route.dates);
        Some(Walker { route, timeline, texts, rows: Vec::new(), steps, levels, counts, left: Vec::new() })
    }

    fn accounts(&mut self, places: &[u32]) {
        let route = self.route;
        self.timeline.begin(places.len());
        self.rows.clear();
        self.rows.extend(places.iter().map(|place| route.rows.get(*place as usize).copied().unwrap_or(NO_ROW)));
        for (account, row) in self.rows.iter().enumerate() {
            if *row == NO_ROW || route.suspects.contains(row) {
                self.timeline.spoil(account);
            }
        }
        for (i, (reg, way)) in route.ways.iter().enumerate() {
            for account in 0..places.len() {
                let row = self.rows.get(account).copied().unwrap_or(NO_ROW);
                let before = self.timeline.len(*reg);
                let spoilt = self.timeline.spoilt().get(account).is_none_or(|spoilt| *spoilt);
                let told = match way {
                    _ if spoilt => Err(Left),
                    Way::Column(column) => {
                        let cell = Cell::of(&column.value(row), &mut self.texts);
                        self.set(*reg, 0, cell)
                    }
                    Way::Rows(feed, flips) => self.amounts(feed, flips, row, *reg),
                    Way::Count(feed, bounds) => self.count((i, feed), bounds, row, *reg),
                };
                if told.is_err() {
                    self.steps.clear();
                    self.timeline.give_up(*reg, before, account);
                }
            }
        }
        self.timeline.run(&route.units, &self.texts);
        self.counts.add(&mut self.timeline, &route.units);
        let spoilt = places.iter().zip(self.timeline.spoilt()).filter(|(_, spoilt)| **spoilt);
        self.left.extend(spoilt.map(|(place, _)| *place));
    }

    /// What an input has from a date on.
    #[inline]
    fn set(&mut self, reg: Reg, date: u32, cell: Cell) -> Result<(), Left> {
        if cell.tag.is_fault() {
            return Err(Left);
        }
        let told = self.timeline.told(&self.route.units, reg, cell);
        self.timeline.set(reg, date, told);
        Ok(())
    }

    /// What rows amount to.
    fn amounts(&mut self, feed: &Feed<'c>, flips: &[u32], row: u32, reg: Reg) -> Result<(), Left> {
        let mut hand = feed.begin(row, |date, count, sum| self.steps.add(date, count, sum))?;
        flips.iter().for_each(|date| self.steps.touch(*date));
        let cell = feed.cell(row, 0, &hand, &mut self.texts)?;
        self.set(reg, 0, cell)?;
        while let Some((date, count, sum)) = self.steps.next() {
            hand.count = hand.count.wrapping_add_signed(count);
            hand.sum = hand.sum.wrapping_add(sum);
            feed.again(row, date as usize, &mut hand)?;
            let cell = feed.cell(row, date as usize, &hand, &mut self.texts)?;
            self.set(reg, date, cell)?;
        }
        Ok(())
    }

    /// How many rows there are, at dates at which somebody can tell that from how many there were before.
    fn count(&mut self, (i, feed): (usize, &Feed<'c>), bounds: &[u32], row: u32, reg: Reg) -> Result<(), Left> {
        let mut count = feed.begin(row, |date, count, _| self.steps.add(date, count, 0))?.count;
        let Some(levels) = self.levels.get(i) else { return Ok(()) };
        let level = |count: u32| bounds.iter().filter(|bound| **bound <= count).count();
        let (mut known, mut date) = (usize::MAX, 0);
        loop {
            let now = level(count);
            if now != known {
                known = now;
                if let Some(told) = levels.get(now) {
                    self.timeline.set(reg, date, *told);
                }
            }
            let Some((next, added, _)) = self.steps.next() else { return Ok(()) };
            count = count.wrapping_add_signed(added);
            date = next;
        }
    }
}
