//! What is kept of rows where there are many as-of dates. A place per account and date would be mostly zeros: here each row
//! says for which run of dates it counts, once. A [`Cursor`] then has what every account has at one date, and moves on from
//! date to date: it takes in the rows that begin to count and takes off those that no longer do; where nothing can be taken
//! off (the smallest value, the last one) it looks again at the rows of the accounts that changed.
//!
//! Rows of the same account and dates are put together when there are many, so that memory grows with accounts and dates,
//! not with rows. In the end they lie account by account: [`super::feeds`] takes one account through all dates.

use super::bests::Bests;
use super::kinds::{Kind, Kinds};
use super::order::{by_account, gather};
use super::tally::{Book, Edge, Keeping, Kept, Run, Tally, best, outer, put};
use crate::engine::column::slots::Cell;
use std::collections::HashSet;
use std::sync::OnceLock;

/// Rows of an account that count for the same dates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<T> {
    pub(super) account: u32,
    pub(super) run: Run,
    pub(super) times: u32,
    pub(super) what: T,
}

/// The same as it is held by the million.
#[derive(Debug, Clone, Copy)]
struct Move<T> {
    account: u32,
    /// A number of [`Moves::kinds`].
    kind: u32,
    what: T,
}

/// Rows, and where to find those of an account, or those that begin or end at a date.
#[derive(Debug)]
pub(super) struct Moves<T> {
    /// In the end in the order of the accounts.
    list: Vec<Move<T>>,
    kinds: Kinds,
    /// By place of a day the kind of one row, as far as it is known.
    days: Vec<u32>,
    /// Those of other workers, until the end.
    others: Vec<Vec<Move<T>>>,
    /// How many there were when they were last put together.
    merged: usize,
    /// By account: where its rows begin; those of the last one end at the last of these.
    starts: Vec<u32>,
    dates: usize,
    /// Who begins and who ends, once somebody asks.
    turns: OnceLock<Box<[Places; 2]>>,
}

/// Rows by date.
#[derive(Debug, Default)]
struct Places {
    rows: Vec<u32>,
    /// By date: where its rows end.
    ends: Vec<u32>,
}

/// What is kept of rows for many dates.
#[derive(Debug)]
pub(super) enum Many {
    Counts(Moves<()>),
    Sums { small: Moves<i64>, wide: Box<Moves<i128>> },
    Bests(Bests),
    Edges { last: bool, moves: Moves<Edge> },
}

/// What every account has at a date.
#[derive(Debug)]
pub(super) struct Cursor {
    place: u32,
    pub(super) book: Book,
}

/// More cursors than this are not kept: a program that looks at so many dates at once begins anew.
const CURSORS: usize = 24;

/// Stand in [`Moves::days`] for what is not known, and for days that count on no date.
const UNKNOWN: u32 = u32::MAX;
const NEVER: u32 = u32::MAX - 1;

/// Fewer rows than this are not put together.
const FEW: usize = 1 << 20;

impl<T: Copy> Moves<T> {
    pub(super) fn new() -> Moves<T> {
        let (list, kinds, days, others, starts) = Default::default();
        Moves { list, kinds, days, others, merged: 0, starts, dates: 0, turns: OnceLock::new() }
    }

    /// One more row. `merge` takes one into another, or says that it cannot.
    #[inline]
    pub(super) fn add(&mut self, account: u32, run: Run, what: T, merge: impl Fn(&mut T, T) -> bool) {
        let kind = self.kinds.one(run);
        self.put(Move { account, kind, what }, merge);
    }

    #[inline]
    fn put(&mut self, row: Move<T>, merge: impl Fn(&mut T, T) -> bool) {
        self.list.push(row);
        if self.list.len() > FEW && self.list.len() > self.merged * 2 {
            self.merge(merge);
        }
    }

    /// So many rows.
    pub(super) fn push(&mut self, account: u32, kind: Kind, what: T) {
        let kind = self.kinds.of(kind);
        self.list.push(Move { account, kind, what });
    }

    #[cold]
    fn merge(&mut self, merge: impl Fn(&mut T, T) -> bool) {
        let Moves { list, kinds, .. } = self;
        by_account(list, |row| row.account, |row| kinds.order(row.kind));
        list.dedup_by(|next, kept| next.account == kept.account && together(kinds, kept, next, &merge));
        self.merged = list.len();
    }

    /// Takes in those of another worker.
    pub(super) fn join(&mut self, other: Moves<T>) {
        let numbers = self.kinds.numbers_of(&other.kinds);
        for mut list in std::iter::once(other.list).chain(other.others) {
            for row in &mut list {
                row.kind = numbers.get(row.kind as usize).copied().unwrap_or(row.kind);
            }
            self.others.push(list);
        }
    }

    /// The same rows with something else of each.
    pub(super) fn map<U: Copy>(self, of: impl Fn(T) -> U) -> Moves<U> {
        let Moves { list, kinds, days, others, merged, starts, dates, turns } = self;
        let all = |list: Vec<Move<T>>| -> Vec<Move<U>> {
            let rows = list.into_iter();
            rows.map(|Move { account, kind, what }| Move { account, kind, what: of(what) }).collect()
        };
        Moves {
            list: all(list),
            kinds,
            days,
            others: others.into_iter().map(all).collect(),
            merged,
            starts,
            dates,
            turns,
        }
    }

    /// When all rows are there: sorts them by account.
    pub(super) fn close(&mut self, accounts: usize, dates: usize) {
        self.dates = dates;
        self.starts = gather(&mut self.list, std::mem::take(&mut self.others), accounts, |row| row.account);
    }

    /// The same; those of an account that count for the same dates are put together.
    pub(super) fn close_together(&mut self, accounts: usize, dates: usize, merge: impl Fn(&mut T, T) -> bool) {
        self.close(accounts, dates);
        let Moves { list, kinds, starts, .. } = self;
        let (mut from, mut end) = (0, 0);
        for start in starts {
            let to = *start as usize;
            if let Some(rows) = list.get_mut(from..to).filter(|rows| rows.len() > 1) {
                rows.sort_unstable_by_key(|row| kinds.order(row.kind));
            }
            let first = end;
            for place in from..to {
                let Some(next) = list.get(place).copied() else { continue };
                let kept = list.get_mut(first..end).and_then(<[_]>::last_mut);
                if kept.is_none_or(|kept| !together(kinds, kept, &next, &merge)) {
                    if let Some(to) = list.get_mut(end) {
                        *to = next;
                    }
                    end += 1;
                }
            }
            // Where those of the next account begin.
            (from, *start) = (to, end as u32);
        }
        list.truncate(end);
    }

    #[inline]
    fn row(&self, row: &Move<T>) -> Row<T> {
        let Kind { run, times } = self.kinds.get(row.kind);
        Row { account: row.account, run, times, what: row.what }
    }

    /// What there is at a date.
    pub(super) fn at(&self, place: u32) -> impl Iterator<Item = Row<T>> {
        self.list.iter().map(|row| self.row(row)).filter(move |row| row.run.from <= place && place < row.run.to)
    }

    /// What begins on the way from one date to another.
    fn begun(&self, from: u32, to: u32) -> impl Iterator<Item = Row<T>> {
        let [begin, _] = self.turns();
        begin.between(from, to).iter().filter_map(|row| Some(self.row(self.list.get(*row as usize)?)))
    }

    /// What ends.
    fn ended(&self, from: u32, to: u32) -> impl Iterator<Item = Row<T>> {
        let [_, end] = self.turns();
        end.between(from, to).iter().filter_map(|row| Some(self.row(self.list.get(*row as usize)?)))
    }

    fn turns(&self) -> &[Places; 2] {
        self.turns.get_or_init(|| {
            let run = |row: &Move<T>| self.kinds.get(row.kind).run;
            let begin = Places::new(self.dates, self.list.iter().map(|row| run(row).from));
            Box::new([begin, Places::new(self.dates, self.list.iter().map(|row| run(row).to))])
        })
    }

    #[inline]
    fn rows(&self, account: u32) -> &[Move<T>] {
        let at = account as usize;
        let ends = self.starts.get(at).zip(self.starts.get(at + 1));
        ends.and_then(|(start, end)| self.list.get(*start as usize..*end as usize)).unwrap_or(&[])
    }

    /// Everything of an account.
    #[inline]
    pub(super) fn of(&self, account: u32) -> impl Iterator<Item = Row<T>> {
        self.rows(account).iter().map(|row| self.row(row))
    }

    /// Shows what an account has at a date, and of how many rows.
    #[inline]
    pub(super) fn each(&self, account: u32, place: u32, mut show: impl FnMut(u32, T)) {
        for row in self.rows(account) {
            let Kind { run, times } = self.kinds.get(row.kind);
            if run.from <= place && place < run.to {
                show(times, row.what);
            }
        }
    }

    /// What there is of all rows.
    pub(super) fn all(&self) -> impl Iterator<Item = T> {
        self.list.iter().map(|row| row.what)
    }

    /// The accounts that something begins or ends for.
    pub(super) fn touched(&self, from: u32, to: u32) -> HashSet<u32> {
        self.begun(from, to).chain(self.ended(from, to)).map(|row| row.account).collect()
    }
}

impl Moves<()> {
    /// One more row, if it counts on any date.
    #[inline]
    pub(super) fn count(&mut self, account: u32, run: Run) {
        if run.from < run.to {
            self.add(account, run, (), |(), ()| true);
        }
    }

    /// The same; rows of a day, by its place, count for the same dates.
    #[inline]
    pub(super) fn count_on(&mut self, account: u32, place: usize, run: impl FnOnce() -> Run) {
        let kind = match self.days.get(place) {
            Some(known) if *known != UNKNOWN => *known,
            _ => self.learn(place, run()),
        };
        if kind != NEVER {
            self.put(Move { account, kind, what: () }, |(), ()| true);
        }
    }

    #[cold]
    fn learn(&mut self, place: usize, run: Run) -> u32 {
        let kind = if run.from < run.to { self.kinds.one(run) } else { NEVER };
        if self.days.len() <= place {
            self.days.resize(place + 1, UNKNOWN);
        }
        if let Some(day) = self.days.get_mut(place) {
            *day = kind;
        }
        kind
    }
}

/// Takes a row of the same account into another, if both count for the same dates.
fn together<T: Copy>(kinds: &mut Kinds, kept: &mut Move<T>, next: &Move<T>, merge: impl Fn(&mut T, T) -> bool) -> bool {
    let same = kinds.order(kept.kind) == kinds.order(next.kind) && merge(&mut kept.what, next.what);
    if same {
        kept.kind = kinds.both(kept.kind, next.kind);
    }
    same
}

impl Places {
    fn new(dates: usize, places: impl Iterator<Item = u32> + Clone) -> Places {
        let mut ends = vec![0u32; dates + 1];
        for place in places.clone() {
            if let Some(count) = ends.get_mut(place as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            // First where they begin; each moves on to where they end.
            sum += std::mem::replace(end, sum);
        }
        let mut rows = vec![0u32; sum as usize];
        for (row, place) in (0u32..).zip(places) {
            if let Some(at) = ends.get_mut(place as usize) {
                if let Some(to) = rows.get_mut(*at as usize) {
                    *to = row;
                }
                *at += 1;
            }
        }
        Places { rows, ends }
    }

    /// After one date up to another.
    fn between(&self, from: u32, to: u32) -> &[u32] {
        let end = |place: u32| self.ends.get(place as usize).map_or(self.rows.len(), |end| *end as usize);
        self.rows.get(end(from)..end(to)).unwrap_or(&[])
    }
}

impl Many {
    /// Nothing yet; nothing at all of what is kept in lists anyway.
    pub(super) fn new(keeping: Keeping) -> Option<Many> {
        Some(match keeping {
            Keeping::Count => Many::Counts(Moves::new()),
            Keeping::Sum => Many::Sums { small: Moves::new(), wide: Box::new(Moves::new()) },
            Keeping::Best { most } => Many::Bests(Bests::new(most)),
            Keeping::Edge { last } => Many::Edges { last, moves: Moves::new() },
            Keeping::Distinct | Keeping::Capped { .. } => return None,
        })
    }

    pub(super) fn count(&mut self, account: u32, run: Run) {
        if let Many::Counts(moves) = self {
            moves.count(account, run);
        }
    }

    pub(super) fn add(&mut self, account: u32, run: Run, value: i128) {
        if let Many::Sums { small, wide } = self {
            match i64::try_from(value) {
                Ok(value) => small.add(account, run, value, small_sum),
                Err(_) => wide.add(account, run, value, |_, _| false),
            }
        }
    }

    pub(super) fn best(&mut self, account: u32, run: Run, value: Kept) {
        if let Many::Bests(bests) = self {
            bests.add(account, run, value);
        }
    }

    pub(super) fn edge(&mut self, account: u32, run: Run, edge: Edge) {
        if let Many::Edges { last, moves } = self {
            let last = *last;
            moves.add(account, run, edge, |kept, next| {
                *kept = outer(last, Some(*kept), next);
                true
            });
        }
    }

    /// Takes in what another worker has.
    pub(super) fn join(&mut self, other: Many) {
        match (self, other) {
            (Many::Counts(mine), Many::Counts(theirs)) => mine.join(theirs),
            (Many::Sums { small, wide }, Many::Sums { small: theirs, wide: their_wide }) => {
                small.join(theirs);
                wide.join(*their_wide);
            }
            (Many::Bests(mine), Many::Bests(theirs)) => mine.join(theirs),
            (Many::Edges { moves, .. }, Many::Edges { moves: theirs, .. }) => moves.join(theirs),
            _ => {}
        }
    }

    /// When all rows have gone by.
    pub(super) fn close(&mut self, accounts: usize, dates: usize) {
        match self {
            Many::Counts(moves) => moves.close(accounts, dates),
            Many::Sums { small, wide } => {
                small.close(accounts, dates);
                wide.close(accounts, dates);
            }
            Many::Bests(bests) => bests.close(accounts, dates),
            // Of an account all is looked at together.
            Many::Edges { last, moves } => {
                let last = *last;
                moves.close_together(accounts, dates, |kept, next| {
                    *kept = outer(last, Some(*kept), next);
                    true
                });
            }
        }
    }

    /// What every account has at a date: the nearest cursor before it moves there, or a new one begins.
    pub(super) fn at<'c>(&self, cursors: &'c mut Vec<Cursor>, accounts: usize, place: u32) -> Option<&'c Cursor> {
        let before = cursors.iter().enumerate().filter(|(_, cursor)| cursor.place <= place);
        let nearest = before.max_by_key(|(_, cursor)| cursor.place).map(|(i, _)| i);
        let i = match nearest {
            Some(i) => i,
            None => {
                if cursors.len() == CURSORS {
                    cursors.clear();
                }
                cursors.push(self.begin(accounts, place));
                cursors.len() - 1
            }
        };
        let cursor = cursors.get_mut(i)?;
        if cursor.place < place {
            self.go(cursor, place);
        }
        Some(cursor)
    }

    fn begin(&self, accounts: usize, place: u32) -> Cursor {
        let keeping = match self {
            Many::Counts(_) => Keeping::Count,
            Many::Sums { .. } => Keeping::Sum,
            Many::Bests(bests) => Keeping::Best { most: bests.most },
            Many::Edges { last, .. } => Keeping::Edge { last: *last },
        };
        let mut book = Book::new(keeping, accounts, 1, None);
        match (self, &mut book.tally) {
            (Many::Counts(moves), Tally::Count(counts)) => moves.at(place).for_each(|row| count(counts, &row, false)),
            (Many::Sums { small, wide: large }, Tally::Sum { sums, counts, wide }) => {
                for row in small.at(place) {
                    count(counts, &row, false);
                    put(sums, wide, row.account as usize, i128::from(row.what));
                }
                for row in large.at(place) {
                    count(counts, &row, false);
                    put(sums, wide, row.account as usize, row.what);
                }
            }
            (Many::Bests(bests), _) => {
                bests.at(place).into_iter().for_each(|account| again(self, &mut book, account, place));
            }
            (Many::Edges { moves, .. }, _) => {
                let accounts: HashSet<u32> = moves.at(place).map(|row| row.account).collect();
                accounts.into_iter().for_each(|account| again(self, &mut book, account, place));
            }
            _ => {}
        }
        Cursor { place, book }
    }

    fn go(&self, cursor: &mut Cursor, place: u32) {
        let from = cursor.place;
        cursor.place = place;
        match (self, &mut cursor.book.tally) {
            (Many::Counts(moves), Tally::Count(counts)) => {
                moves.begun(from, place).for_each(|row| count(counts, &row, false));
                moves.ended(from, place).for_each(|row| count(counts, &row, true));
            }
            (Many::Sums { small, wide: large }, Tally::Sum { sums, counts, wide }) => {
                for row in small.begun(from, place) {
                    count(counts, &row, false);
                    put(sums, wide, row.account as usize, i128::from(row.what));
                }
                for row in small.ended(from, place) {
                    count(counts, &row, true);
                    put(sums, wide, row.account as usize, -i128::from(row.what));
                }
                for row in large.begun(from, place) {
                    count(counts, &row, false);
                    put(sums, wide, row.account as usize, row.what);
                }
                for row in large.ended(from, place) {
                    count(counts, &row, true);
                    put(sums, wide, row.account as usize, -row.what);
                }
            }
            (Many::Bests(bests), _) => {
                bests.touched(from, place).into_iter().for_each(|a| again(self, &mut cursor.book, a, place));
            }
            (Many::Edges { moves, .. }, _) => {
                moves.touched(from, place).into_iter().for_each(|a| again(self, &mut cursor.book, a, place));
            }
            _ => {}
        }
    }
}

fn count<T>(counts: &mut [u32], row: &Row<T>, off: bool) {
    if let Some(count) = counts.get_mut(row.account as usize) {
        *count = if off { count.wrapping_sub(row.times) } else { count.wrapping_add(row.times) };
    }
}

/// Looks at all rows of an account once more.
fn again(many: &Many, book: &mut Book, account: u32, place: u32) {
    let at = account as usize;
    let Book { tally, hard, .. } = book;
    hard.remove(&account);
    match (many, tally) {
        (Many::Bests(bests), Tally::Best { cells, counts, .. }) => {
            let Some(count) = counts.get_mut(at) else { return };
            *count = 0;
            cells.set(at, Cell::default());
            for row in bests.of(account).filter(|row| row.run.from <= place && place < row.run.to) {
                *count = count.saturating_add(row.times);
                if !best(bests.most, cells, at, row.what) {
                    hard.insert(account);
                }
            }
        }
        (Many::Edges { last, moves }, Tally::Edge { cells, counts, .. }) => {
            let (Some(cell), Some(count)) = (cells.get_mut(at), counts.get_mut(at)) else { return };
            (*cell, *count) = (None, 0);
            for row in moves.of(account).filter(|row| row.run.from <= place && place < row.run.to) {
                *count = count.saturating_add(row.times);
                *cell = Some(outer(*last, cell.map(Edge::from), row.what).into());
            }
        }
        _ => {}
    }
}

fn small_sum(kept: &mut i64, next: i64) -> bool {
    match kept.checked_add(next) {
        Some(sum) => {
            *kept = sum;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::engine::column::slots::Tag;

    fn run(from: u32, to: u32) -> Run {
        Run { from, to }
    }

    #[test]
    fn a_cursor_has_what_each_date_has() {
        let mut many = Many::new(Keeping::Sum).unwrap();
        many.add(1, run(0, 4), 5);
        many.add(1, run(2, 3), 7);
        many.add(0, run(3, 9), -2);
        let mut other = Many::new(Keeping::Sum).unwrap();
        other.add(1, run(2, 9), i128::from(i64::MAX) + 1);
        many.join(other);
        many.close(2, 9);
        let mut cursors = Vec::new();
        // Back and forth: what went by is not forgotten.
        for (place, sum, count) in [(2, 13, 3), (0, 5, 1), (3, 6, 2), (4, 1, 1), (8, 1, 1), (1, 5, 1)] {
            let cursor = many.at(&mut cursors, 2, place).unwrap();
            let Tally::Sum { sums, counts, wide } = &cursor.book.tally else { panic!() };
            let all = i128::from(sums[1]) + wide.get(&1).map_or(0, |wide| wide.sum);
            let large = if place >= 2 { i128::from(i64::MAX) } else { 0 };
            assert_eq!((all, counts[1]), (sum + large, count), "at {place}");
            assert_eq!((sums[0], counts[0]), if place >= 3 { (-2, 1) } else { (0, 0) }, "at {place}");
        }
        assert_eq!(cursors.len(), 2);
    }

    #[test]
    fn what_cannot_be_taken_off_is_looked_at_again() {
        let value = |bits| Kept { tag: Tag::Number, bits };
        let mut many = Many::new(Keeping::Best { most: true }).unwrap();
        many.best(0, run(0, 2), value(9));
        many.best(0, run(0, 2), value(8));
        many.best(0, run(1, 3), value(4));
        many.best(0, run(3, 4), Kept { tag: Tag::Date, bits: 1 });
        many.best(0, run(3, 4), value(2));
        many.close(1, 5);
        let mut cursors = Vec::new();
        for (place, best, count) in [(0, Some(9), 2), (1, Some(9), 3), (2, Some(4), 1), (4, None, 0)] {
            let cursor = many.at(&mut cursors, 1, place).unwrap();
            let Tally::Best { cells, counts, .. } = &cursor.book.tally else { panic!() };
            let cell = cells.get(0).filter(|cell| !cell.tag.is_missing());
            assert_eq!((cell.map(|cell| cell.bits), counts[0]), (best, count), "at {place}");
            assert!(cursor.book.hard.is_empty());
        }
        assert!(many.at(&mut cursors, 1, 3).unwrap().book.hard.contains(&0), "a date is no number");
    }

    #[test]
    fn rows_of_the_same_dates_are_put_together() {
        let mut many = Many::new(Keeping::Edge { last: true }).unwrap();
        let edge = |moment, bits| Edge { moment, value: Kept { tag: Tag::Number, bits }, tied: false };
        for i in 0..1000 {
            many.edge(0, run(0, 3), edge(i % 7, i128::from(i % 7)));
        }
        many.close(1, 3);
        let Many::Edges { moves, .. } = &many else { panic!() };
        assert_eq!((moves.list.len(), moves.of(0).next().unwrap().times), (1, 1000));
        let mut cursors = Vec::new();
        let Tally::Edge { cells, counts, .. } = &many.at(&mut cursors, 1, 1).unwrap().book.tally else { panic!() };
        let edge = Edge::from(cells[0].unwrap());
        assert_eq!((edge.value.bits, edge.tied, counts[0]), (6, false, 1000));
    }
}
