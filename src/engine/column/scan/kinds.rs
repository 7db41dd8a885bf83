//! The dates that rows count for, and how many rows they are, as numbers: there are few of them, and many rows.

use super::kept::Run;
use hashbrown::HashMap;

/// For which dates rows count, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) run: Run,
    pub(super) times: u32,
}

/// Kinds by number.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    list: Vec<Kind>,
    /// By the sum of both ends the number of one row. Ends move on together from day to day, so that no two runs of the days
    /// of a window have the same sum; of others only one is found here.
    quick: Vec<u32>,
    /// By number the number of one row more, if it is known.
    more: Vec<u32>,
    known: HashMap<Kind, u32>,
}

/// Sums beyond this are not listed.
const LISTED: usize = 1 << 20;

impl Kinds {
    /// The number of one row.
    #[inline]
    pub(super) fn one(&mut self, run: Run) -> u32 {
        let kind = Kind { run, times: 1 };
        let number = self.quick.get(run.from as usize + run.to as usize).copied().unwrap_or(u32::MAX);
        match self.list.get(number as usize) {
            Some(known) if *known == kind => number,
            _ => self.of(kind),
        }
    }

    /// The number of a kind.
    #[inline(never)]
    pub(super) fn of(&mut self, kind: Kind) -> u32 {
        let next = self.list.len() as u32;
        let number = *self.known.entry(kind).or_insert(next);
        if number == next {
            self.list.push(kind);
            self.more.push(u32::MAX);
        }
        let sum = kind.run.from as usize + kind.run.to as usize;
        if kind.times == 1 && sum < LISTED {
            if self.quick.len() <= sum {
                self.quick.resize(sum + 1, u32::MAX);
            }
            if let Some(quick) = self.quick.get_mut(sum) {
                *quick = number;
            }
        }
        number
    }

    /// The number of as many rows as two others stand for, which count for the same dates.
    #[inline]
    pub(super) fn both(&mut self, one: u32, other: u32) -> u32 {
        let (kind, Kind { times, .. }) = (self.get(one), self.get(other));
        let known = self.more.get(one as usize).copied().filter(|known| times == 1 && *known != u32::MAX);
        known.unwrap_or_else(|| {
            let both = self.of(Kind { times: kind.times.saturating_add(times), ..kind });
            if let Some(more) = self.more.get_mut(one as usize).filter(|_| times == 1) {
                *more = both;
            }
            both
        })
    }

    /// Where the dates of a kind stand among those of others.
    #[inline]
    pub(super) fn order(&self, number: u32) -> u64 {
        let Run { from, to } = self.get(number).run;
        u64::from(from) << 32 | u64::from(to)
    }

    /// The kind of a number.
    #[inline]
    pub(super) fn get(&self, number: u32) -> Kind {
        const NONE: Kind = Kind { run: Run { from: 0, to: 0 }, times: 0 };
        self.list.get(number as usize).copied().unwrap_or(NONE)
    }

    /// By number of another the number here.
    pub(super) fn numbers_of(&mut self, other: &Kinds) -> Vec<u32> {
        other.list.iter().map(|kind| self.of(*kind)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_number_says_what_it_stands_for() {
        let (mut mine, mut theirs) = (Kinds::default(), Kinds::default());
        let run = |from, to| Run { from, to };
        // Two runs with the same sum, and sums that are not listed.
        let runs = [run(0, 4), run(1, 3), run(2, 3), run(u32::MAX - 1, u32::MAX)];
        let numbers: Vec<u32> = runs.iter().chain(&runs).map(|run| mine.one(*run)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 0, 1, 2, 3]);
        let many = theirs.of(Kind { run: run(1, 3), times: 9 });
        let one = theirs.one(run(2, 3));
        let numbers = mine.numbers_of(&theirs);
        assert_eq!((numbers.len(), mine.get(numbers[one as usize])), (2, Kind { run: run(2, 3), times: 1 }));
        assert_eq!(mine.get(numbers[many as usize]), Kind { run: run(1, 3), times: 9 });
        assert_eq!(mine.one(run(1, 3)), 1);
        // Once it is found out, and once it is known.
        for _ in 0..2 {
            let two = mine.both(1, 1);
            let three = mine.both(two, 1);
            let five = mine.both(two, three);
            assert_eq!(mine.get(three), Kind { run: run(1, 3), times: 3 });
            assert_eq!(mine.get(five), Kind { run: run(1, 3), times: 5 });
            assert!(mine.order(five) == mine.order(1) && mine.order(0) < mine.order(1));
        }
    }
}
