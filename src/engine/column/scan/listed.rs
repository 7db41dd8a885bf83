//! Lists of rows of which only some count: those of a period up to its cap, and one of those that say the same. They become rows
//! that begin and end, so that not every date has to look at all of a list.

use super::kept::{Run, Seen};
use super::kinds::Kind;
use super::many::Many;
use super::moves::Moves;
use super::tally::of_on;
use crate::calendar::Date;

impl Many {
    /// Of lists in which those that are the same stand together: one of them counts, as long as there is any.
    pub(super) fn of_lists<'l>(
        lists: impl Iterator<Item = &'l [Seen]>,
        run: impl Fn(&Seen) -> Run,
        (accounts, dates): (usize, usize),
    ) -> Many {
        let mut moves = Moves::new();
        let mut steps = Vec::new();
        for list in lists {
            for (seen, run) in list.iter().map(|seen| (seen, run(seen))).filter(|(_, run)| run.from < run.to) {
                steps.extend([(run.from, i64::from(seen.times)), (run.to, -i64::from(seen.times))]);
            }
            moves.step(list.first().map_or(u32::MAX, |seen| seen.account), &mut steps, 1);
        }
        moves.close(accounts, dates);
        Many::Counts(moves)
    }

    /// Of accounts and days, sorted: at no date do the rows of a period of an account count for more than `most`.
    pub(super) fn of_days(
        list: &[u64],
        mut start: impl FnMut(i32) -> Date,
        run: impl Fn(i32) -> Run,
        most: u32,
        (accounts, dates): (usize, usize),
    ) -> Many {
        let mut moves = Moves::new();
        let mut steps = Vec::new();
        let mut open = None;
        for (account, day) in list.iter().map(|on| of_on(*on)) {
            let period = (account, start(day));
            if let Some((account, _)) = open.filter(|open| *open != period) {
                moves.step(account, &mut steps, most);
            }
            open = Some(period);
            let run = run(day);
            if run.from < run.to {
                steps.extend([(run.from, 1), (run.to, -1)]);
            }
        }
        if let Some((account, _)) = open {
            moves.step(account, &mut steps, most);
        }
        moves.close(accounts, dates);
        Many::Counts(moves)
    }
}

impl Moves<()> {
    /// Of how many there are more or less at which dates: how many count, of so many at most. Leaves no steps.
    fn step(&mut self, account: u32, steps: &mut Vec<(u32, i64)>, most: u32) {
        steps.sort_unstable();
        let (mut rows, mut open) = (0i64, None::<(u32, u32)>);
        for at in steps.chunk_by(|a, b| a.0 == b.0) {
            rows += at.iter().map(|(_, more)| more).sum::<i64>();
            let Some((place, _)) = at.first() else { continue };
            let times = u32::try_from(rows).unwrap_or(u32::MAX).min(most);
            match open {
                Some((_, known)) if known == times => {}
                known => {
                    if let Some((from, times)) = known.filter(|(_, times)| *times > 0) {
                        self.push(account, Kind { run: Run { from, to: *place }, times }, ());
                    }
                    open = Some((*place, times));
                }
            }
        }
        steps.clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::calendar::PeriodKind;
    use crate::engine::column::scan::tally::{Book, Keeping, Tally};
    use crate::engine::column::slots::Tag;

    fn run(from: u32, to: u32) -> Run {
        Run { from, to }
    }

    /// What two accounts have at each date.
    fn counted(many: &Many, expected: &[(u32, u32)]) {
        let mut cursors = Vec::new();
        for (place, (first, second)) in (0u32..).zip(expected) {
            let Tally::Count(counts) = &many.at(&mut cursors, 2, place).unwrap().book.tally else { panic!() };
            assert_eq!((counts[0], counts[1]), (*first, *second), "at {place}");
        }
    }

    #[test]
    fn no_more_than_so_many_of_a_period_count() {
        let mut book = Book::new(Keeping::Capped { most: 2, period: PeriodKind::Week }, 2, 10, None);
        for (account, day) in [(1, 2), (0, 9), (0, 2), (0, 0), (1, 1), (0, 2), (0, 2)] {
            assert!(book.mark(account, day));
        }
        book.close();
        let Tally::Days(list) = &book.tally else { panic!() };
        // A row counts for four dates from its day on; a period is eight days.
        let runs = |day: i32| run(day as u32, (day as u32 + 4).min(10));
        let many = Many::of_days(list, |day| Date(day / 8), runs, 2, (2, 10));
        counted(&many, &[(1, 0), (1, 1), (2, 2), (2, 2), (2, 2), (2, 1), (0, 0), (0, 0), (0, 0), (1, 0)]);
    }

    #[test]
    fn a_value_counts_once() {
        let seen = |account, day, times| Seen { account, tag: Tag::Text, value: 7, day, times };
        let lists = [vec![seen(0, 0, 1), seen(0, 2, 3)], vec![seen(0, 3, 1)], vec![seen(1, 1, 1), seen(1, 7, 2)]];
        let runs = |seen: &Seen| run(seen.day as u32, (seen.day as u32 + 4).min(10));
        let many = Many::of_lists(lists.iter().map(Vec::as_slice), runs, (2, 10));
        counted(&many, &[(1, 0), (1, 1), (1, 1), (2, 1), (2, 1), (2, 0), (1, 0), (0, 1), (0, 1), (0, 1)]);
    }
}
