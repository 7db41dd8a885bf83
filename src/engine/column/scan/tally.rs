//! What is kept of the rows of each account while they go by.
//!
//! Counts and sums of several as-of dates are kept as differences: a row that counts from the date at place `from` up to
//! the one before `to` is added at `from` and taken off at `to`, and the sum from the left gives every date. The rest is
//! kept for each date. Where there are more than a few dates, `many` keeps rows instead. Nothing depends on the order in
//! which rows come: whole numbers are added, the least is taken, or all is kept and sorted.

use super::extremes::Extremes;
use super::family::Family;
use super::kept::{Edge, Kept, Run, Seen, Slim, Wide, better, outer};
use super::many::Many;
use super::order::by_account;
use super::pairs::{Pairs, Shared};
use super::small::Small;
use super::spans::Spans;
use super::sums::Sums;
use crate::engine::column::slots::{Cell, Cells};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::engine::column) enum Keeping {
    /// How many rows.
    Count,
    /// How many, and their sum.
    Sum,
    /// The smallest value, or the largest.
    Best { most: bool },
    /// The value at the earliest moment, or the latest.
    Edge { last: bool },
    /// The different values.
    Distinct,
    /// How many rows, but not more than so many of a period.
    Capped { most: u32, period: crate::calendar::PeriodKind },
}

/// What is kept, by account; for several dates account by account.
#[derive(Debug)]
pub(super) enum Tally {
    /// Counts of one date while rows go by.
    Small(Small),
    Count(Vec<u32>),
    /// Sums of one date, and their counts.
    Sums(Sums),
    Sum {
        sums: Vec<i64>,
        counts: Vec<u32>,
        wide: HashMap<u32, Wide>,
    },
    /// Values of one date, where nobody asks how many rows there are.
    Extremes(Extremes),
    Best {
        most: bool,
        cells: Cells,
        counts: Vec<u32>,
    },
    Edge {
        last: bool,
        cells: Vec<Option<Slim>>,
        counts: Vec<u32>,
    },
    /// A bit for each period of a window that has a row, for few periods.
    Periods {
        /// So many words for each account.
        bits: Vec<u16>,
        words: usize,
        /// The first day of the window, and by day after it the place of its period.
        first: i32,
        places: Vec<u8>,
    },
    /// Rows, for many dates.
    Many(Many),
    /// The first and the last day of each period, for many dates.
    Spans(Spans),
    /// Account and day of each row, for many dates: see [`on`].
    Days(Vec<u64>),
    /// Accounts and values of one date, where nobody asks for more than how many there are.
    Pairs(Pairs),
    /// Account, value, day; by chance in any order.
    Values {
        list: Vec<Seen>,
        sorted: usize,
    },
}

/// A family's tally, and the accounts that the reference has to look at.
#[derive(Debug)]
pub(in crate::engine::column) struct Book {
    pub(super) tally: Tally,
    pub(super) hard: HashSet<u32>,
    /// Places per account: one for a single date, one more than there are dates otherwise.
    pub(super) width: usize,
    /// How many rows the table of accounts has.
    pub(super) accounts: usize,
}

/// Of so many dates at the most each has a place of its own for every account.
pub(in crate::engine::column) const FEW_DATES: usize = 8;

impl Book {
    /// For what a family keeps of so many accounts; what all workers share of it is `shared`.
    pub(super) fn of(family: &Family<'_>, accounts: usize, shared: &Arc<Shared>) -> Book {
        let dates = family.days.len();
        let tally = match family.keeping {
            Keeping::Count if dates <= 1 => Tally::Small(Small::new(accounts)),
            Keeping::Sum if dates <= 1 => Tally::Sums(Sums::new(accounts)),
            Keeping::Best { most } if dates <= 1 && !family.counts_rows => {
                Tally::Extremes(Extremes::new(most, accounts))
            }
            Keeping::Distinct if dates <= 1 && !family.counts_rows => Tally::Pairs(Pairs::new(shared)),
            keeping => {
                let spans = if matches!(keeping, Keeping::Capped { .. }) { family.spans(accounts) } else { None };
                let Some(spans) = spans else { return Book::new(keeping, accounts, dates, family.periods()) };
                return Book { tally: Tally::Spans(spans), hard: HashSet::new(), width: dates + 1, accounts };
            }
        };
        Book { tally, hard: HashSet::new(), width: 1, accounts }
    }

    /// For so many accounts and dates; `periods` has the first day of a window and the place of the period of each of its
    /// days, where one row of a period counts.
    pub(super) fn new(keeping: Keeping, accounts: usize, dates: usize, periods: Option<(i32, Vec<u8>)>) -> Book {
        let width = if dates <= 1 { 1 } else { dates + 1 };
        let places = accounts * width;
        if dates > FEW_DATES && matches!(keeping, Keeping::Capped { .. }) {
            return Book { tally: Tally::Days(Vec::new()), hard: HashSet::new(), width, accounts };
        }
        let many = if dates > FEW_DATES { Many::new(keeping) } else { None };
        if let Some(many) = many {
            return Book { tally: Tally::Many(many), hard: HashSet::new(), width, accounts };
        }
        let tally = match (keeping, periods) {
            (Keeping::Capped { .. }, Some((first, of))) => {
                let words = of.last().map_or(1, |last| usize::from(*last) / 16 + 1);
                Tally::Periods { bits: vec![0; accounts * words], words, first, places: of }
            }
            (Keeping::Count, _) => Tally::Count(vec![0; places]),
            (Keeping::Sum, _) => Tally::Sum { sums: vec![0; places], counts: vec![0; places], wide: HashMap::new() },
            (Keeping::Best { most }, _) => Tally::Best { most, cells: Cells::filled(places), counts: vec![0; places] },
            (Keeping::Edge { last }, _) => Tally::Edge { last, cells: vec![None; places], counts: vec![0; places] },
            (Keeping::Distinct | Keeping::Capped { .. }, _) => Tally::Values { list: Vec::new(), sorted: 0 },
        };
        Book { tally, hard: HashSet::new(), width, accounts }
    }

    /// One more row that counts.
    #[inline]
    pub(super) fn count(&mut self, account: u32, run: Run) {
        match &mut self.tally {
            Tally::Small(counts) => counts.add(account),
            Tally::Count(counts) => spread(counts, self.width, account, run),
            Tally::Many(many) => many.count(account, run),
            _ => {}
        }
    }

    /// One more value to be added up, in billionths or units.
    #[inline]
    pub(super) fn add(&mut self, account: u32, run: Run, value: i128) {
        if let Tally::Many(many) = &mut self.tally {
            return many.add(account, run, value);
        }
        if let Tally::Sums(sums) = &mut self.tally {
            return sums.add(account, value);
        }
        let Tally::Sum { sums, counts, wide } = &mut self.tally else { return };
        spread(counts, self.width, account, run);
        let base = account as usize * self.width;
        put(sums, wide, base + run.from as usize, value);
        if self.width > 1 {
            put(sums, wide, base + run.to as usize, -value);
        }
    }

    /// One more value of which the smallest or largest is wanted.
    #[inline]
    pub(super) fn best(&mut self, account: u32, run: Run, value: Kept) {
        if let Tally::Extremes(extremes) = &mut self.tally {
            if !extremes.put(account, value) {
                self.hard.insert(account);
            }
            return;
        }
        if let Tally::Many(many) = &mut self.tally {
            return many.best(account, run, value);
        }
        let Tally::Best { most, cells, counts } = &mut self.tally else { return };
        let base = account as usize * self.width;
        for place in run.from as usize..run.to as usize {
            if let Some(count) = counts.get_mut(base + place) {
                *count += 1;
                if !best(*most, cells, base + place, value) {
                    self.hard.insert(account);
                }
            }
        }
    }

    /// One more value of which the earliest or latest is wanted.
    pub(super) fn edge(&mut self, account: u32, run: Run, moment: i64, value: Kept) {
        if let Tally::Many(many) = &mut self.tally {
            return many.edge(account, run, Edge { moment, value, tied: false });
        }
        let Tally::Edge { last, cells, counts } = &mut self.tally else { return };
        let base = account as usize * self.width;
        for place in run.from as usize..run.to as usize {
            if let (Some(cell), Some(count)) = (cells.get_mut(base + place), counts.get_mut(base + place)) {
                *count += 1;
                *cell = Some(outer(*last, cell.map(Edge::from), Edge { moment, value, tied: false }).into());
            }
        }
    }

    /// One more value, or day, that may have been there before.
    pub(super) fn see(&mut self, seen: Seen) {
        if let Tally::Pairs(pairs) = &mut self.tally {
            if !pairs.see(seen.account, seen.tag, seen.value) {
                self.hard.insert(seen.account);
            }
            return;
        }
        let Tally::Values { list, sorted } = &mut self.tally else { return };
        list.push(seen);
        if list.len() > 1 << 16 && list.len() > *sorted * 2 {
            compact(list);
            *sorted = list.len();
        }
    }

    /// One more row in a period, if that is all that is kept.
    #[inline]
    pub(super) fn mark(&mut self, account: u32, day: i32) -> bool {
        if let Tally::Days(list) = &mut self.tally {
            list.push(on(account, day));
            return true;
        }
        if let Tally::Spans(spans) = &mut self.tally {
            spans.add(account, day);
            return true;
        }
        let Tally::Periods { bits, words, first, places } = &mut self.tally else { return false };
        if let Some(place) = usize::try_from(day - *first).ok().and_then(|day| places.get(day))
            && let Some(bits) = bits.get_mut(account as usize * *words + usize::from(place / 16))
        {
            *bits |= 1 << (place % 16);
        }
        true
    }

    /// Takes in what another worker has.
    pub(super) fn join(&mut self, other: Book) {
        self.hard.extend(other.hard);
        match (&mut self.tally, other.tally) {
            (Tally::Small(mine), Tally::Small(theirs)) => mine.join(&theirs),
            (Tally::Sums(mine), Tally::Sums(theirs)) => mine.join(theirs),
            (Tally::Extremes(mine), Tally::Extremes(theirs)) => {
                if let Err(accounts) = mine.join(&theirs) {
                    self.hard.extend(accounts);
                }
            }
            (Tally::Pairs(mine), Tally::Pairs(theirs)) => mine.join(theirs),
            (Tally::Count(mine), Tally::Count(theirs)) => together(mine, &theirs),
            (Tally::Sum { sums, counts, wide }, Tally::Sum { sums: their_sums, counts: theirs, wide: their_wide }) => {
                together(counts, &theirs);
                for (place, (mine, theirs)) in sums.iter_mut().zip(&their_sums).enumerate() {
                    match mine.checked_add(*theirs) {
                        Some(sum) => *mine = sum,
                        None => beyond(wide, place as u32, i128::from(*theirs)),
                    }
                }
                for (place, more) in their_wide {
                    wide.entry(place).or_default().join(more);
                }
            }
            (Tally::Best { most, cells, counts }, Tally::Best { cells: theirs, counts: their_counts, .. }) => {
                together(counts, &their_counts);
                for place in 0..cells.len() {
                    let Some(other) = theirs.get(place).filter(|cell| *cell != Cell::default()) else { continue };
                    if !best(*most, cells, place, Kept { tag: other.tag, bits: other.bits }) {
                        self.hard.insert((place / self.width) as u32);
                    }
                }
            }
            (Tally::Edge { last, cells, counts }, Tally::Edge { cells: theirs, counts: their_counts, .. }) => {
                together(counts, &their_counts);
                for (mine, theirs) in cells.iter_mut().zip(theirs) {
                    if let Some(edge) = theirs {
                        *mine = Some(outer(*last, mine.map(Edge::from), edge.into()).into());
                    }
                }
            }
            (Tally::Periods { bits, .. }, Tally::Periods { bits: theirs, .. }) => {
                bits.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine |= theirs);
            }
            (Tally::Values { list, .. }, Tally::Values { list: theirs, .. }) => list.extend(theirs),
            (Tally::Many(mine), Tally::Many(theirs)) => mine.join(theirs),
            (Tally::Spans(mine), Tally::Spans(theirs)) => mine.join(theirs),
            (Tally::Days(mine), Tally::Days(theirs)) => mine.extend(theirs),
            _ => {}
        }
    }

    /// When all rows have gone by: differences become what they are differences of, lists are sorted.
    pub(super) fn close(&mut self) {
        match &mut self.tally {
            Tally::Count(counts) => from_the_left(counts, self.width),
            Tally::Sum { sums, counts, wide } => {
                from_the_left(counts, self.width);
                if self.width > 1 {
                    sums_from_the_left(sums, wide, self.width);
                }
            }
            Tally::Values { list, .. } => compact(list),
            Tally::Pairs(pairs) => self.tally = Tally::Count(pairs.count(self.accounts)),
            Tally::Many(many) => many.close(self.accounts, self.width - 1),
            Tally::Days(list) => by_account(list, |on| of_on(*on).0, |on| *on),
            Tally::Small(_) | Tally::Sums(_) | Tally::Extremes(_) => {}
            Tally::Best { .. } | Tally::Edge { .. } | Tally::Periods { .. } | Tally::Spans(_) => {}
        }
    }
}

/// Puts a value into its place if it is the best one; false if what is there is of another kind.
#[inline]
pub(super) fn best(most: bool, cells: &mut Cells, place: usize, value: Kept) -> bool {
    let known = cells.get(place).filter(|known| *known != Cell::default());
    let Some(Cell { tag, bits }) = known else {
        cells.set(place, Cell { tag: value.tag, bits: value.bits });
        return true;
    };
    if better(most, value, Kept { tag, bits }) {
        cells.set(place, Cell { tag: value.tag, bits: value.bits });
    }
    tag == value.tag
}

/// An account and a day as a number, in their order.
#[inline]
fn on(account: u32, day: i32) -> u64 {
    u64::from(account) << 32 | u64::from(day.cast_unsigned() ^ 1 << 31)
}

/// The account and the day of such a number.
#[inline]
pub(super) fn of_on(on: u64) -> (u32, i32) {
    ((on >> 32) as u32, (on as u32 ^ 1 << 31).cast_signed())
}

#[inline]
fn spread(counts: &mut [u32], width: usize, account: u32, run: Run) {
    let base = account as usize * width;
    if let Some(count) = counts.get_mut(base + run.from as usize) {
        *count = count.wrapping_add(1);
    }
    if width > 1
        && let Some(count) = counts.get_mut(base + run.to as usize)
    {
        *count = count.wrapping_sub(1);
    }
}

/// Adds to a sum; what does not fit is kept beside it.
#[inline]
pub(super) fn put(sums: &mut [i64], wide: &mut HashMap<u32, Wide>, place: usize, value: i128) {
    let Some(sum) = sums.get_mut(place) else { return };
    match i64::try_from(value).ok().and_then(|value| sum.checked_add(value)) {
        Some(next) => *sum = next,
        None => beyond(wide, place as u32, value),
    }
}

/// Keeps a value beside a sum that it does not fit.
#[cold]
pub(super) fn beyond(wide: &mut HashMap<u32, Wide>, place: u32, value: i128) {
    wide.entry(place).or_default().join(Wide { sum: value, magnitude: value.unsigned_abs() });
}

fn together(mine: &mut [u32], theirs: &[u32]) {
    mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine = mine.wrapping_add(*theirs));
}

fn from_the_left(counts: &mut [u32], width: usize) {
    if width > 1 {
        for account in counts.chunks_mut(width) {
            let mut sum = 0u32;
            account.iter_mut().for_each(|count| {
                sum = sum.wrapping_add(*count);
                *count = sum;
            });
        }
    }
}

fn sums_from_the_left(sums: &mut [i64], wide: &mut HashMap<u32, Wide>, width: usize) {
    let differences = std::mem::take(wide);
    for (account, places) in sums.chunks_mut(width).enumerate() {
        let mut sum = Wide::default();
        for (i, place) in places.iter_mut().enumerate() {
            let at = (account * width + i) as u32;
            let added = differences.get(&at).copied().unwrap_or_default();
            let (by, magnitude) = (i128::from(*place), u128::from(place.unsigned_abs()));
            sum.magnitude = sum.magnitude.saturating_add(added.magnitude).saturating_add(magnitude);
            sum.sum = sum.sum.saturating_add(added.sum).saturating_add(by);
            match i64::try_from(sum.sum) {
                Ok(small) => *place = small,
                Err(_) => {
                    *place = 0;
                    wide.insert(at, sum);
                }
            }
        }
    }
}

/// Sorted, with those that say the same put together.
fn compact(list: &mut Vec<Seen>) {
    by_account(list, |seen| seen.account, |seen| *seen);
    list.dedup_by(|next, kept| {
        let same = (next.account, next.tag, next.value, next.day) == (kept.account, kept.tag, kept.value, kept.day);
        if same {
            kept.times = kept.times.saturating_add(next.times);
        }
        same
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::engine::column::slots::Tag;

    #[test]
    fn differences_add_up_to_what_each_date_has() {
        let mut book = Book::new(Keeping::Sum, 2, 3, None);
        book.add(1, Run { from: 0, to: 2 }, 5);
        book.add(1, Run { from: 1, to: 3 }, 7);
        let mut other = Book::new(Keeping::Sum, 2, 3, None);
        other.add(1, Run { from: 2, to: 3 }, i128::from(i64::MAX));
        book.join(other);
        book.close();
        let Tally::Sum { sums, counts, wide } = &book.tally else { panic!() };
        assert_eq!(&counts[4..7], &[1, 2, 2]);
        assert_eq!(&sums[4..6], &[5, 12]);
        assert_eq!(wide[&6].sum, i128::from(i64::MAX) + 7);
    }

    #[test]
    fn the_outer_row_wins_and_a_tie_is_told() {
        let value = |bits| Kept { tag: Tag::Number, bits };
        let run = Run { from: 0, to: 1 };
        let mut book = Book::new(Keeping::Edge { last: true }, 1, 1, None);
        book.edge(0, run, 10, value(1));
        book.edge(0, run, 10, value(1));
        book.edge(0, run, 9, value(4));
        let cell = |book: &Book| match &book.tally {
            Tally::Edge { cells, .. } => Edge::from(cells[0].unwrap()),
            _ => panic!(),
        };
        assert_eq!((cell(&book).value.bits, cell(&book).tied), (1, false));
        book.edge(0, run, 10, value(2));
        assert!(cell(&book).tied);
        book.edge(0, run, 11, value(3));
        assert_eq!((cell(&book).value.bits, cell(&book).tied), (3, false));
    }
}
