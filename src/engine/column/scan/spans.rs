//! Where one row of a period counts, for many dates: the first and the last day on which each account has a row in each
//! period. That is enough where the first row of a period never ceases to count before the last one begins to.

use super::kept::Run;

/// Days by period and account.
#[derive(Debug)]
pub(super) struct Spans {
    /// The first day that is listed.
    first: i32,
    /// By day from that one on: the dates on which a row counts, its period, and which of its days it is.
    days: Vec<(Run, u8, u8)>,
    /// By period the place of its first day.
    begins: Vec<u32>,
    /// By period and account the first and the last day of it that has a row; nothing, while nobody has any.
    periods: Vec<Vec<[u8; 2]>>,
    accounts: usize,
}

/// Stands where there is no row.
const NONE: [u8; 2] = [u8::MAX, 0];

/// So many periods at the most: each has a place for every account.
const MOST: usize = 64;

impl Spans {
    /// For days from this one on, each with the dates on which its rows count and the first day of its period. Nothing, if the
    /// first and the last day of a period are not enough.
    pub(super) fn new(first: i32, listed: impl Iterator<Item = (Run, i32)>, accounts: usize) -> Option<Spans> {
        let (mut days, mut begins) = (Vec::new(), Vec::new());
        let mut open = None;
        // Where rows of the period cease to count that begin to count first.
        let mut ceases = None;
        for (run, start) in listed {
            if open != Some(start) {
                (open, ceases) = (Some(start), None);
                begins.push(u32::try_from(days.len()).ok()?);
            }
            if run.from < run.to && run.from > *ceases.get_or_insert(run.to) {
                return None;
            }
            let period = begins.len().checked_sub(1).filter(|period| *period < MOST)?;
            let day = days.len() - *begins.last()? as usize;
            days.push((run, period as u8, u8::try_from(day).ok().filter(|day| *day < u8::MAX)?));
        }
        Some(Spans { first, periods: vec![Vec::new(); begins.len()], days, begins, accounts })
    }

    /// One more row.
    #[inline]
    pub(super) fn add(&mut self, account: u32, day: i32) {
        let listed = usize::try_from(i64::from(day) - i64::from(self.first)).ok().and_then(|day| self.days.get(day));
        let Some((_, period, day)) = listed.filter(|(run, ..)| run.from < run.to) else { return };
        let Some(cells) = self.periods.get_mut(usize::from(*period)) else { return };
        if cells.is_empty() {
            cells.resize(self.accounts, NONE);
        }
        if let Some([first, last]) = cells.get_mut(account as usize) {
            (*first, *last) = ((*first).min(*day), (*last).max(*day));
        }
    }

    /// Takes in those of another worker.
    pub(super) fn join(&mut self, other: Spans) {
        for (mine, theirs) in self.periods.iter_mut().zip(other.periods) {
            if mine.is_empty() {
                *mine = theirs;
                continue;
            }
            for ([first, last], [their_first, their_last]) in mine.iter_mut().zip(theirs) {
                (*first, *last) = ((*first).min(their_first), (*last).max(their_last));
            }
        }
    }

    /// By period of an account that has rows: the dates on which one of them counts.
    #[inline]
    pub(super) fn of(&self, account: u32) -> impl Iterator<Item = Run> {
        self.periods.iter().zip(&self.begins).filter_map(move |(cells, begin)| {
            let [first, last] = *cells.get(account as usize)?;
            let run = |day: u8| self.days.get(*begin as usize + usize::from(day)).map(|(run, ..)| *run);
            (first <= last).then_some(Run { from: run(first)?.from, to: run(last)?.to })
        })
    }

    /// By account how many periods count at a date, of which this is the place.
    pub(super) fn at(&self, place: u32) -> Vec<u32> {
        let mut counts = vec![0; self.accounts];
        for (i, (cells, begin)) in self.periods.iter().zip(&self.begins).enumerate() {
            let end = self.begins.get(i + 1).map_or(self.days.len(), |end| *end as usize);
            let days = self.days.get(*begin as usize..end).unwrap_or(&[]);
            // Days whose rows have begun to count, and those whose rows still do.
            let begun = days.partition_point(|(run, ..)| run.from <= place);
            let gone = days.partition_point(|(run, ..)| run.to <= place);
            if begun == 0 || gone == days.len() {
                continue;
            }
            for (count, [first, last]) in counts.iter_mut().zip(cells) {
                *count += u32::from(usize::from(*first) < begun && usize::from(*last) >= gone);
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    /// Of days from 10 on: at date 0 those from 10 to 19 count, at date 1 those from 12 to 21, and so on.
    fn runs(day: i32) -> Run {
        let from = (day - 19 + 1).max(0) / 2;
        Run { from: from as u32, to: ((day - 10) / 2 + 1) as u32 }
    }

    #[test]
    fn a_period_counts_as_long_as_one_of_its_rows_does() {
        let listed = |period: i32| (10..40).map(move |day| (runs(day), day / period));
        assert!(Spans::new(10, listed(20), 3).is_none(), "rows on day 20 cease to count before those on day 39 begin");
        let (mut mine, mut theirs) = (Spans::new(10, listed(7), 3).unwrap(), Spans::new(10, listed(7), 3).unwrap());
        // Twice 0: in the weeks of 14 to 20 and of 21 to 27. What is not listed does not count.
        [(0, 15), (0, 25), (2, 39), (0, 9), (0, 40), (3, 15)]
            .iter()
            .for_each(|(account, day)| mine.add(*account, *day));
        [(0, 17), (0, 14), (1, 22)].iter().for_each(|(account, day)| theirs.add(*account, *day));
        mine.join(theirs);
        let days = [vec![14, 15, 17, 25], vec![22], vec![39]];
        for place in 0..16 {
            let expected = days.iter().map(|days| {
                let counts = |day: &&i32| runs(**day).from <= place && place < runs(**day).to;
                let mut weeks: Vec<i32> = days.iter().filter(counts).map(|day| day / 7).collect();
                weeks.dedup();
                weeks.len() as u32
            });
            assert_eq!(mine.at(place), expected.collect::<Vec<u32>>(), "at {place}");
            let of = |account| mine.of(account).filter(|run| run.from <= place && place < run.to).count() as u32;
            assert_eq!(mine.at(place), [of(0), of(1), of(2)], "at {place}");
        }
        assert_eq!(mine.of(1).collect::<Vec<_>>(), [runs(22)]);
    }
}
