//! From what was kept of rows to the cells of slots, as [`crate::engine::reference`] combines rows.

use super::family::{Family, Source};
use super::kept::{Edge, Kept, Seen, Wide};
use super::many::{Cursor, Many};
use super::tally::{Book, FEW_DATES, Keeping, Tally};
use super::worker::{Scan, Worker, seen};
use crate::builtins::AggregateFunction as F;
use crate::calendar::{Calendar, Date};
use crate::data::stream::TextSet;
use crate::data::{TableData, WentBy};
use crate::engine::column::slots::{Cell, Cells, Faults, SlotColumn, SlotId, SlotValues, Tag, Texts, What};
use crate::irrational;
use crate::number::Decimal;
use crate::program::Aggregate;
use crate::value::{Fault, Missing};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a pass over a source has found, ready to be asked.
#[derive(Debug)]
pub(in crate::engine::column) struct Found<'s, 'p> {
    source: &'s Source<'p>,
    worker: Option<Worker>,
    texts: TextSet,
    /// By family; of those that have many dates: what every account has at some of them.
    cursors: Vec<Mutex<Vec<Cursor>>>,
}

/// What is wanted of a family at one of its dates.
pub(in crate::engine::column) struct Wanted<'a> {
    pub(in crate::engine::column) slot: SlotId,
    pub(in crate::engine::column) aggregate: &'a Aggregate,
    pub(in crate::engine::column) date: Date,
    pub(in crate::engine::column) what: What,
    pub(in crate::engine::column) family: usize,
    pub(in crate::engine::column) place: u32,
}

/// The accounts: by place the row that rows belong to.
pub(in crate::engine::column) struct Accounts<'a> {
    pub(in crate::engine::column) rows: &'a [u32],
}

/// True if a source can say something about the window of an aggregate at a date.
pub(in crate::engine::column) fn covered(
    table: &TableData,
    calendar: Calendar,
    aggregate: &Aggregate,
    date: Date,
) -> bool {
    let after_start = |first: Date| table.covers_to.is_none_or(|last| last >= first);
    let before = |first: Date| table.covers_from.is_none_or(|from| from <= first);
    let covered = match aggregate.window.map(|window| calendar.range(window, date).first) {
        Some(first) => after_start(first) && before(first),
        None => before(date),
    };
    table.vouches() && covered
}

impl<'s, 'p> Found<'s, 'p> {
    pub(in crate::engine::column) fn new(scan: Scan<'s, 'p>, mut workers: Vec<Worker>) -> Found<'s, 'p> {
        let source = scan.source;
        // Family by family, so that of one alone there is more than what is kept of it.
        let mut books: Vec<std::vec::IntoIter<Book>> =
            workers.iter_mut().map(|worker| std::mem::take(&mut worker.books).into_iter()).collect();
        let families = source.families.iter().map(|family: &Family<'_>| {
            let of: Vec<Book> = books.iter_mut().filter_map(Iterator::next).collect();
            (family, Mutex::new((of, None::<Book>)))
        });
        let families: Vec<_> = families.collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((family, books)) = families.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
                let joined = std::mem::take(&mut books.0).into_iter().reduce(|mut all, book| {
                    all.join(book);
                    all
                });
                books.1 = joined.map(|mut book| {
                    book.close();
                    family.settle(&mut book);
                    book
                });
            }
        };
        crate::threads::on(if scan.is_large() { workers.len().min(families.len()) } else { 1 }, work);
        let books = families.into_iter().filter_map(|(_, book)| {
            let (_, book) = book.into_inner().unwrap_or_else(PoisonError::into_inner);
            book
        });
        let books: Vec<Book> = books.collect();
        let mut worker = Worker::together(workers);
        if let Some(worker) = &mut worker {
            worker.books = books;
        }
        let texts = scan.texts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let cursors = source.families.iter().map(|_| Mutex::default()).collect();
        Found { source, worker, texts, cursors }
    }

    /// What is kept of a family.
    pub(in crate::engine::column) fn book(&self, family: usize) -> Option<&Book> {
        self.worker.as_ref()?.books.get(family)
    }

    /// What is kept of a family, for whoever is the last to ask for it.
    pub(in crate::engine::column) fn take_book(&mut self, family: usize) -> Option<Book> {
        let book = self.worker.as_mut()?.books.get_mut(family)?;
        let nothing = Book { tally: Tally::Count(Vec::new()), hard: HashSet::new(), width: book.width, accounts: 0 };
        Some(std::mem::replace(book, nothing))
    }

    /// The dates of a family.
    pub(super) fn dates(&self, family: usize) -> usize {
        self.source.families.get(family).map_or(0, |family| family.days.len())
    }

    /// The accounts that something has to be said of beside what is kept, by row.
    pub(in crate::engine::column) fn suspects(&self) -> HashSet<u32> {
        let Some(worker) = &self.worker else { return HashSet::new() };
        let hard = worker.books.iter().flat_map(|book| book.hard.iter().copied());
        let bad = worker.filters.keys().map(|(_, row)| *row);
        hard.chain(bad).chain(worker.values.iter().map(|(_, row, _)| *row)).collect()
    }

    /// What the dates of the rows were.
    pub(in crate::engine::column) fn went_by(&self) -> WentBy {
        let dates = self.worker.as_ref().and_then(|worker| worker.dates);
        let dates = dates.map(|(first, last)| (Date(first), Date(last)));
        WentBy { dates, after: self.worker.as_ref().map_or(0, |worker| worker.after) }
    }

    /// The cells of a slot, from what is kept of its family. What the reference has to say is listed: slot and place of the
    /// account.
    pub(in crate::engine::column) fn column(
        &self,
        wanted: &Wanted<'_>,
        book: Option<&Book>,
        accounts: &Accounts<'_>,
        values: &mut SlotValues,
        hard: &mut Vec<(SlotId, u32)>,
    ) -> SlotColumn {
        let family = self.source.families.get(wanted.family);
        let nothing = |values: &mut SlotValues| match self.combine(wanted, None, &mut values.texts) {
            Ok(cell) => SlotColumn::Same(cell),
            Err(_) => SlotColumn::Same(Cell::missing(Missing::NoData)),
        };
        let (Some(family), Some(whole)) = (family, book) else { return nothing(values) };
        let Some(cursors) = self.cursors.get(wanted.family) else { return nothing(values) };
        let mut cursors = cursors.lock().unwrap_or_else(PoisonError::into_inner);
        let (book, place) = match &whole.tally {
            Tally::Many(many) => match many.at(&mut cursors, whole.accounts, wanted.place) {
                Some(cursor) => (&cursor.book, 0),
                None => return nothing(values),
            },
            _ => (whole, wanted.place),
        };
        let column = match &book.tally {
            Tally::Small(counts) if wanted.aggregate.at_least.is_none() => {
                let all = counts.all();
                let in_order = (0u32..).zip(accounts.rows).all(|(account, row)| account == *row);
                if in_order && all.len() == accounts.rows.len() {
                    SlotColumn::Counts(all)
                } else {
                    let count = |row: &u32| all.get(*row as usize).copied().unwrap_or(0);
                    SlotColumn::Counts(accounts.rows.iter().map(count).collect())
                }
            }
            Tally::Count(counts) if wanted.aggregate.at_least.is_none() => {
                let base = |row: &u32| *row as usize * book.width + place as usize;
                let count = |row| counts.get(base(row)).copied().unwrap_or(0);
                SlotColumn::Counts(accounts.rows.iter().map(count).collect())
            }
            Tally::Periods { bits, words, .. } => {
                let count = |row: &u32| {
                    let of = bits.get(*row as usize * words..).and_then(|rest| rest.get(..*words)).unwrap_or(&[]);
                    of.iter().map(|word| u64::from(word.count_ones())).sum()
                };
                let cell = |row| self.listed(wanted, Count { value: count(row), rows: count(row) });
                SlotColumn::Cells(accounts.rows.iter().map(cell).collect())
            }
            Tally::Spans(spans) => {
                let counts = spans.at(wanted.place);
                let counts = accounts.rows.iter().map(|row| counts.get(*row as usize).copied().unwrap_or(0));
                match wanted.aggregate.at_least {
                    None => SlotColumn::Counts(counts.collect()),
                    Some(_) => {
                        let count = |count: u32| Count { value: count.into(), rows: count.into() };
                        SlotColumn::Cells(counts.map(|of| self.listed(wanted, count(of))).collect())
                    }
                }
            }
            Tally::Values { list, .. } => {
                let counts = counted(list, family, wanted, book);
                let mut cells = Cells::with_capacity(accounts.rows.len());
                for row in accounts.rows {
                    let count = counts.get(*row as usize).copied().unwrap_or_default();
                    cells.push(self.listed(wanted, count));
                }
                SlotColumn::Cells(cells)
            }
            _ => {
                let mut cells = Cells::with_capacity(accounts.rows.len());
                for (account, row) in (0u32..).zip(accounts.rows) {
                    let at = (book, *row as usize * book.width + place as usize);
                    let cell = match self.combine(wanted, Some(at), &mut values.texts) {
                        Ok(cell) => cell,
                        Err(Trouble::Fault(fault)) => {
                            values.faults.entry((wanted.slot, account)).or_default().push(fault);
                            Cell::missing(Missing::Error(fault))
                        }
                        Err(Trouble::Hard) => {
                            hard.push((wanted.slot, account));
                            Cell::default()
                        }
                    };
                    cells.push(cell);
                }
                SlotColumn::Cells(cells)
            }
        };
        self.faults(wanted, family, accounts, values);
        if !book.hard.is_empty() || !whole.hard.is_empty() {
            let is_hard = |row: &u32| book.hard.contains(row) || whole.hard.contains(row);
            let hit = (0u32..).zip(accounts.rows).filter(|(_, row)| is_hard(row));
            hard.extend(hit.map(|(account, _)| (wanted.slot, account)));
        }
        column
    }

    /// Notes the unreadable cells that were read; they come before what went wrong with the whole.
    fn faults(&self, wanted: &Wanted<'_>, family: &Family<'_>, accounts: &Accounts<'_>, values: &mut SlotValues) {
        let Some(worker) = self.worker.as_ref().filter(|_| wanted.what == What::Value) else { return };
        if worker.filters.is_empty() && worker.values.is_empty() {
            return;
        }
        let group = self.source.groups.iter().position(|group| group.families.contains(&wanted.family));
        let filters = worker.filters.iter().filter(|((place, _), _)| Some(*place as usize) == group);
        let mut bad: HashSet<u32> =
            filters.filter(|(_, day)| seen(**day, wanted.date)).map(|((_, row), _)| *row).collect();
        let days = family.days.get(wanted.place as usize);
        let counts = |day: i32| days.is_some_and(|(_, first, last)| *first <= day && day <= *last);
        let rows = worker.values.iter().filter(|(place, _, day)| *place as usize == wanted.family && counts(*day));
        bad.extend(rows.map(|(_, row, _)| *row));
        for (account, _) in (0u32..).zip(accounts.rows).filter(|(_, row)| bad.contains(row)) {
            let faults: &mut Faults = values.faults.entry((wanted.slot, account)).or_default();
            faults.insert(0, Fault::BadCell);
        }
    }

    /// A count of what was listed.
    fn listed(&self, wanted: &Wanted<'_>, count: Count) -> Cell {
        match wanted.aggregate.at_least {
            Some(least) if count.rows < u64::from(least) => Cell::missing(Missing::TooFew),
            _ => Cell::int(i64::try_from(count.value).unwrap_or(i64::MAX)),
        }
    }

    /// What the rows of an account amount to; of none, if there is nothing to look at.
    pub(super) fn combine(
        &self,
        wanted: &Wanted<'_>,
        at: Option<(&Book, usize)>,
        texts: &mut Texts,
    ) -> Result<Cell, Trouble> {
        let none = 0;
        let (count, sum, kept) = match at.map(|(book, at)| (&book.tally, at)) {
            None => (0, none, None),
            Some((Tally::Small(counts), at)) => (counts.get(at), none, None),
            Some((Tally::Count(counts), at)) => (counts.get(at).copied().unwrap_or(0), none, None),
            Some((Tally::Sums(sums), at)) => {
                let (count, small, wide) = sums.get(at);
                (count, whole(small, wide)?, None)
            }
            Some((Tally::Sum { sums, counts, wide }, at)) => {
                let small = sums.get(at).copied().unwrap_or(0);
                let wide = match wide.is_empty() {
                    true => None,
                    false => wide.get(&(at as u32)).copied(),
                };
                (counts.get(at).copied().unwrap_or(0), whole(small, wide)?, None)
            }
            Some((Tally::Extremes(extremes), at)) => (0, none, extremes.get(at)),
            Some((Tally::Best { cells, counts, .. }, at)) => {
                let cell = cells.get(at).filter(|cell| *cell != Cell::default());
                let kept = cell.map(|Cell { tag, bits }| Kept { tag, bits });
                (counts.get(at).copied().unwrap_or(0), none, kept)
            }
            Some((Tally::Edge { cells, counts, .. }, at)) => {
                let edge = cells.get(at).copied().flatten().map(Edge::from);
                if edge.is_some_and(|edge| edge.tied) {
                    return Err(Trouble::Hard);
                }
                (counts.get(at).copied().unwrap_or(0), none, edge.map(|edge| edge.value))
            }
            Some((Tally::Values { .. } | Tally::Pairs(_) | Tally::Periods { .. }, _)) => (0, none, None),
            Some((Tally::Many(_) | Tally::Days(_) | Tally::Spans(_), _)) => (0, none, None),
        };
        self.told(wanted, count, sum, kept, texts)
    }

    /// The same of what is kept: how many rows, their sum, the one that stands out.
    pub(super) fn told(
        &self,
        wanted: &Wanted<'_>,
        count: u32,
        sum: i128,
        kept: Option<Kept>,
        texts: &mut Texts,
    ) -> Result<Cell, Trouble> {
        if wanted.what == What::LastCounted {
            return Ok(kept.map_or(Cell::default(), |kept| Cell { tag: kept.tag, bits: kept.bits }));
        }
        if wanted.aggregate.at_least.is_some_and(|least| count < least) {
            return Ok(Cell::missing(Missing::TooFew));
        }
        let count = i64::from(count);
        let number = |number: Option<Decimal>| number.map(Cell::number).ok_or(Trouble::Fault(Fault::Overflow));
        let over = |sum: Option<Decimal>| number(sum.and_then(|sum| sum.div(Decimal::int(count))));
        let raw = Decimal::from_raw(sum);
        let times = |n: i64| i64::try_from(sum).ok().and_then(|sum| sum.checked_mul(n)).map(Decimal::int);
        let mut or_no_data = |kept: Option<Kept>| match kept {
            None => Cell::missing(Missing::NoData),
            Some(Kept { tag: Tag::Text, bits }) => {
                let code = u32::try_from(bits).ok().map(|number| texts.code_of(self.texts.get(number)));
                code.map_or(Cell::default(), |code| Cell { tag: Tag::Text, bits: i128::from(code) })
            }
            Some(Kept { tag, bits }) => Cell { tag, bits },
        };
        match wanted.aggregate.function {
            F::Count | F::Distinct => Ok(Cell::int(count)),
            F::Sum => number(raw),
            F::Share if count == 0 => Ok(Cell::missing(Missing::NotApplicable)),
            F::Avg | F::Ces | F::Nps | F::NpsMargin | F::Csat | F::CsatMean if count == 0 => {
                Ok(Cell::missing(Missing::NoData))
            }
            F::Avg | F::Ces => over(raw),
            F::Share | F::Csat => over(times(1)),
            F::Nps => over(times(100)),
            F::CsatMean => over(sum.checked_mul(100).and_then(Decimal::from_raw)),
            F::NpsMargin => {
                let promoters = i64::try_from(sum & i128::from(u32::MAX)).unwrap_or(0);
                let detractors = i64::try_from(sum >> 32).unwrap_or(0);
                number(irrational::nps_margin(promoters, detractors, count))
            }
            F::Min | F::Max | F::First | F::Last => Ok(or_no_data(kept)),
            _ => Err(Trouble::Hard),
        }
    }
}

/// Why there is no cell.
pub(super) enum Trouble {
    /// Something went wrong with the whole.
    Fault(Fault),
    /// The reference has to say.
    Hard,
}

/// A sum with what of it does not fit one word.
fn whole(small: i64, wide: Option<Wide>) -> Result<i128, Trouble> {
    match wide {
        None => Ok(i128::from(small)),
        // As the reference adds up, a sum on the way could be too large that is not in the end.
        Some(wide) if wide.magnitude >= 10u128.pow(38) - u128::from(u64::MAX) => Err(Trouble::Hard),
        Some(wide) => Ok(i128::from(small) + wide.sum),
    }
}

/// How many different values, or rows of full periods, and how many rows they are of.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    value: u64,
    rows: u64,
}

/// By row of accounts: what a sorted list amounts to at a date.
fn counted(list: &[Seen], family: &Family<'_>, wanted: &Wanted<'_>, book: &Book) -> Vec<Count> {
    let width = book.width;
    let mut counts = vec![Count::default(); book.accounts];
    let days = family.days.get(wanted.place as usize).copied();
    let within = |day: i64| days.is_some_and(|(_, first, last)| i64::from(first) <= day && day <= i64::from(last));
    match family.keeping {
        Keeping::Capped { most, .. } => {
            // A period of an account at a time; the list is by account and day.
            for (account, days) in by_account(list) {
                let Some(count) = counts.get_mut(account as usize) else { continue };
                let days = between(days, &within);
                let mut open: Option<(Date, u64)> = None;
                for seen in days.iter().take_while(|seen| within(seen.value)) {
                    let start = family.start_of(seen.value as i32);
                    let room = open.filter(|(known, _)| *known == start).map_or(u64::from(most), |(_, left)| left);
                    let taken = room.min(u64::from(seen.times));
                    count.value += taken;
                    open = Some((start, room - taken));
                }
                count.rows = count.value;
            }
        }
        _ => {
            for (account, values) in by_account(list) {
                let Some(count) = counts.get_mut(account as usize) else { continue };
                for value in values.chunk_by(|a, b| (a.tag, a.value) == (b.tag, b.value)) {
                    let there = value.iter().filter(|seen| width <= 1 || within(i64::from(seen.day)));
                    let rows: u64 = there.map(|seen| u64::from(seen.times)).sum();
                    count.rows += rows;
                    count.value += u64::from(rows > 0);
                }
            }
        }
    }
    counts
}

/// From the first day on that counts; days rise.
fn between<'l>(days: &'l [Seen], within: &impl Fn(i64) -> bool) -> &'l [Seen] {
    let first = days.iter().position(|seen| within(seen.value)).unwrap_or(days.len());
    days.get(first..).unwrap_or(&[])
}

/// What belongs to each account.
fn by_account(list: &[Seen]) -> impl Iterator<Item = (u32, &[Seen])> {
    list.chunk_by(|a, b| a.account == b.account).filter_map(|chunk| Some((chunk.first()?.account, chunk)))
}

impl Family<'_> {
    /// Lists of many dates become counts that begin and end, so that not every date has to look at all of a list.
    fn settle(&self, book: &mut Book) {
        let sizes = (book.accounts, book.width.saturating_sub(1));
        let many = match (&book.tally, self.keeping) {
            (Tally::Days(list), Keeping::Capped { most, .. }) => {
                let mut starts: hashbrown::HashMap<i32, Date> = hashbrown::HashMap::new();
                let mut known = (i32::MIN, Date(i32::MIN));
                let start = |day: i32| {
                    // Rows of a day often stand together.
                    if known.0 != day {
                        known = (day, *starts.entry(day).or_insert_with(|| self.start_of(day)));
                    }
                    known.1
                };
                Many::of_days(list, start, |day| self.run(day), most, sizes)
            }
            // The rows are asked for beside the values.
            (Tally::Values { list, .. }, _) if sizes.1 > FEW_DATES && !self.counts_rows => {
                let lists = list.chunk_by(|a, b| (a.account, a.tag, a.value) == (b.account, b.tag, b.value));
                Many::of_lists(lists, |seen| self.run(seen.day), sizes)
            }
            _ => return,
        };
        book.tally = Tally::Many(many);
    }

    fn start_of(&self, day: i32) -> Date {
        match self.keeping {
            Keeping::Capped { period, .. } => self.calendar.start_of(period, Date(day)),
            _ => Date(day),
        }
    }
}
