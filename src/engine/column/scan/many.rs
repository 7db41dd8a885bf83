//! What is kept of rows where there are many as-of dates. A place per account and date would be mostly zeros: here each row
//! says for which run of dates it counts, once. A [`Cursor`] then has what every account has at one date, and moves on from
//! date to date: it takes in the rows that begin to count and takes off those that no longer do; where nothing can be taken
//! off (the smallest value, the last one) it looks again at the rows of the accounts that changed.

use super::bests::Bests;
use super::kept::{Edge, Kept, Run, outer};
use super::moves::{Moves, Row};
use super::tally::{Book, Keeping, Tally, best, put};
use crate::engine::column::slots::Cell;
use std::collections::HashSet;

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
        assert_eq!((moves.all().count(), moves.of(0).next().unwrap().times), (1, 1000));
        let mut cursors = Vec::new();
        let Tally::Edge { cells, counts, .. } = &many.at(&mut cursors, 1, 1).unwrap().book.tally else { panic!() };
        let edge = Edge::from(cells[0].unwrap());
        assert_eq!((edge.value.bits, edge.tied, counts[0]), (6, false, 1000));
    }
}
