//! Rows in the order of their accounts, each with the run of dates for which it counts.
//!
//! Rows of the same account and dates are put together when there are many, so that memory grows with accounts and dates,
//! not with rows. In the end they lie account by account: [`super::feeds`] takes one account through all dates.

use super::kept::Run;
use super::kinds::{Kind, Kinds};
use super::order::{by_account, gather};
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
    pub(super) fn begun(&self, from: u32, to: u32) -> impl Iterator<Item = Row<T>> {
        let [begin, _] = self.turns();
        begin.between(from, to).iter().filter_map(|row| Some(self.row(self.list.get(*row as usize)?)))
    }

    /// What ends.
    pub(super) fn ended(&self, from: u32, to: u32) -> impl Iterator<Item = Row<T>> {
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
