//! All as-of dates of one account after the other: what the accounts amount to at each date, without a result for any of them.
//!
//! Rows are kept with the dates for which they count. An account takes its own, and goes from date to date: only inputs that
//! rows begin or end for are set anew, only items that read what changed are computed again ([`Units`]), and what holds for
//! several dates is counted once for all of them ([`Totals`]). An account lies in the cache of a core meanwhile.
//!
//! Not every program and not every account can be taken this way: accounts with histories, figures of the whole portfolio, what
//! the machine does not compute, and lists of values are looked at date by date; so are those of all accounts
//! of which something has to be told (a cell that cannot be read, a number that cannot be computed, a tie). They are
//! [`Course::left`].

mod counts;

pub use counts::{Graded, Sum, Totals};

use super::machine::{Input, Machine, Mask, Traveller, Units, Wanted, Watched, alike, ones, set, words};
use super::plan::{How, Plan};
use super::run::Rows;
use super::scan::feeds::{Feed, Hand, Left};
use super::scan::finish::{self, Found, covered};
use super::scan::tally::FEW_DATES;
use super::slots::{Cell, Tag, Texts};
use crate::data::Column;
use crate::engine::reference::Evaluator;
use crate::program::{MetricId, Program, RuleId, ScorecardId};
use counts::Counts;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many accounts are looked at in one go.
const CHUNK: usize = 256;

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
    feeds: Vec<Way<'c>>,
    /// By date, as many words as a mask of inputs has: inputs that change for all accounts.
    flips: Vec<u64>,
    /// Dates at which something has to be done, whatever the account.
    busy: Mask,
    /// Accounts that are looked at date by date anyway, by row.
    suspects: HashSet<u32>,
    dates: usize,
    /// Words of a mask of inputs.
    words: usize,
}

/// Where an input comes from.
enum Way<'c> {
    /// A column of the account.
    Column(&'c Column),
    /// Its rows.
    Rows(Box<Feed<'c>>),
    /// How many they are, and which counts are told from the one below.
    Count(Box<Feed<'c>>, Vec<u32>),
    /// Nobody reads it.
    Unread,
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
                chunk.iter().for_each(|place| walker.account(*place));
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
        let inputs = units.inputs(0).len();
        let mut feeds = Vec::with_capacity(inputs);
        for (i, input) in units.inputs(0).iter().enumerate() {
            feeds.push(match input {
                Input::Field(..) if !units.is_read(i) => Way::Unread,
                Input::Field(field, _) => Way::Column(table.columns.get(field.index())?),
                Input::Slot(id) if plan.slots.get(id.index()).is_some_and(|slot| slot.how == How::Unread) => {
                    Way::Unread
                }
                Input::Slot(_) => {
                    let feed = feed(plan, rows, evaluator, (&units, dates), i)?;
                    match units.bounds(i).filter(|_| feed.is_count()) {
                        _ if !units.is_read(i) && feed.is_safe() => Way::Unread,
                        Some(bounds) => Way::Count(Box::new(feed), bounds),
                        None => Way::Rows(Box::new(feed)),
                    }
                }
                Input::Portfolio(..) | Input::Given(..) => return None,
            });
        }
        let words = words(inputs);
        let mut flips = vec![0; dates * words];
        let mut busy = vec![0; self::words(dates)];
        (1..dates).filter(|date| units.is_busy(*date)).for_each(|date| set(&mut busy, 0, date));
        for (i, way) in feeds.iter().enumerate() {
            if let Way::Rows(feed) = way {
                for date in feed.flips() {
                    set(&mut flips, date * words, i);
                    set(&mut busy, 0, date);
                }
            }
        }
        let suspects = rows.found.iter().flat_map(|(_, found)| found.suspects()).collect();
        Some(Route { rows: evaluator.account_rows(), units, feeds, flips, busy, suspects, dates, words })
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

/// Where one thread takes one account after the other.
struct Walker<'w, 'c> {
    route: &'w Route<'c>,
    traveller: Traveller,
    texts: Texts,
    /// By input.
    hands: Vec<Hand>,
    /// By date: what is added to the count at hand, and at which dates anything is. Zero between counts.
    steps: Vec<i32>,
    stepped: Mask,
    /// By date and input: what is added to counts and sums; of [`Way::Count`], what they are. Zero between accounts.
    counts_added: Vec<i32>,
    sums_added: Vec<i64>,
    /// By date: inputs that something is added to. Empty between accounts.
    touched: Mask,
    counts: Counts,
    left: Vec<u32>,
}

impl<'w, 'c> Walker<'w, 'c> {
    fn new(route: &'w Route<'c>) -> Option<Walker<'w, 'c>> {
        let mut texts = Texts::default();
        let traveller = Traveller::new(&route.units, &mut texts)?;
        let places = route.dates * route.feeds.len();
        Some(Walker {
            route,
            traveller,
            texts,
            hands: vec![Hand::default(); route.feeds.len()],
            steps: vec![0; route.dates],
            stepped: vec![0; words(route.dates)],
            counts_added: vec![0; places],
            sums_added: vec![0; places],
            touched: vec![0; route.dates * route.words],
            counts: Counts::new(route.units.machine()?, route.units.watched(), route.dates),
            left: Vec::new(),
        })
    }

    fn account(&mut self, place: u32) {
        if self.walk(place).is_ok() && self.traveller.state.faults().is_empty() {
            self.counts.close(self.route.units.watched());
            return;
        }
        self.counts.forget();
        self.traveller.stop();
        self.left.push(place);
        self.counts_added.fill(0);
        self.sums_added.fill(0);
        self.touched.fill(0);
    }

    fn walk(&mut self, place: u32) -> Result<(), Left> {
        let route = self.route;
        let row = *route.rows.get(place as usize).ok_or(Left)?;
        if route.suspects.contains(&row) {
            return Err(Left);
        }
        self.traveller.busy.clone_from(&route.busy);
        for (i, way) in route.feeds.iter().enumerate() {
            let cell = match way {
                Way::Unread => continue,
                Way::Column(column) => Cell::of(&column.value(row), &mut self.texts),
                Way::Rows(feed) | Way::Count(feed, _) => {
                    let hand = match way {
                        Way::Count(_, bounds) => self.begin_count(feed, bounds, row, i)?,
                        _ => self.begin(feed, row, i)?,
                    };
                    let cell = feed.cell(row, 0, &hand, &mut self.texts)?;
                    if let Some(to) = self.hands.get_mut(i) {
                        *to = hand;
                    }
                    cell
                }
            };
            if matches!(cell.tag, Tag::DivisionByZero | Tag::Overflow | Tag::BadCell | Tag::NoRate) {
                return Err(Left);
            }
            self.traveller.set(&route.units, i, cell);
        }
        self.traveller.begin(&route.units, &self.texts);
        self.counts.see(0, &self.traveller, &route.units)?;
        while let Some(date) = self.traveller.next() {
            self.traveller.go(&route.units, date);
            for word in date * route.words..(date + 1) * route.words {
                let added = self.touched.get_mut(word).map_or(0, std::mem::take);
                let mut inputs = added | route.flips.get(word).copied().unwrap_or(0);
                while inputs != 0 {
                    let i = (word - date * route.words) * 64 + inputs.trailing_zeros() as usize;
                    inputs &= inputs - 1;
                    self.input(row, date, i)?;
                }
            }
            if self.traveller.run(&route.units, date, &self.texts) {
                self.counts.see(date, &self.traveller, &route.units)?;
            }
        }
        Ok(())
    }

    /// What an input has at the first date; notes what is added at later ones.
    #[inline]
    fn begin(&mut self, feed: &Feed<'c>, row: u32, input: usize) -> Result<Hand, Left> {
        let (inputs, words) = (self.route.feeds.len(), self.route.words);
        let Walker { counts_added, sums_added, touched, traveller, .. } = self;
        feed.begin(row, |date, count, sum| {
            let at = date as usize * inputs + input;
            if let (Some(counts), Some(sums)) = (counts_added.get_mut(at), sums_added.get_mut(at)) {
                *counts = counts.wrapping_add(count);
                *sums = sums.wrapping_add(sum);
            }
            set(touched, date as usize * words, input);
            set(&mut traveller.busy, 0, date as usize);
        })
    }

    /// The same for a count: notes what it is at dates at which somebody can tell it from the one before.
    #[inline]
    fn begin_count(&mut self, feed: &Feed<'c>, bounds: &[u32], row: u32, input: usize) -> Result<Hand, Left> {
        let (inputs, words) = (self.route.feeds.len(), self.route.words);
        let Walker { counts_added, touched, traveller, steps, stepped, .. } = self;
        let hand = feed.begin(row, |date, count, _| {
            if let Some(step) = steps.get_mut(date as usize) {
                *step = step.wrapping_add(count);
                set(stepped, 0, date as usize);
            }
        });
        let mut count = hand.map_or(0, |hand| hand.count);
        let above = |count: u32| bounds.iter().filter(|bound| **bound <= count).count();
        let mut known = above(count);
        for date in ones(stepped) {
            count = count.wrapping_add_signed(steps.get_mut(date).map_or(0, std::mem::take));
            if above(count) == known {
                continue;
            }
            known = above(count);
            if let Some(added) = counts_added.get_mut(date * inputs + input) {
                *added = count.cast_signed();
                set(touched, date * words, input);
                set(&mut traveller.busy, 0, date);
            }
        }
        stepped.fill(0);
        hand
    }

    /// An input that something is added to at a date.
    #[inline]
    fn input(&mut self, row: u32, date: usize, i: usize) -> Result<(), Left> {
        let at = date * self.route.feeds.len() + i;
        let (Some(way), Some(hand)) = (self.route.feeds.get(i), self.hands.get_mut(i)) else { return Ok(()) };
        let added = self.counts_added.get_mut(at).map_or(0, std::mem::take);
        let feed = match way {
            Way::Count(feed, _) => {
                hand.count = added.cast_unsigned();
                feed
            }
            Way::Rows(feed) => {
                hand.count = hand.count.wrapping_add_signed(added);
                feed
            }
            Way::Column(_) | Way::Unread => return Ok(()),
        };
        hand.sum = hand.sum.wrapping_add(self.sums_added.get_mut(at).map_or(0, std::mem::take));
        feed.again(row, date, hand)?;
        let cell = feed.cell(row, date, hand, &mut self.texts)?;
        self.traveller.set(&self.route.units, i, cell);
        Ok(())
    }
}
