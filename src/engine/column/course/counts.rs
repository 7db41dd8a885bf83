//! What accounts amount to at each date. What an account has from one date up to another is added at the first and taken off
//! at the other, and the sum from the left gives every date.

use super::super::machine::{Machine, Timeline, Units, Watched};
use super::super::slots::Tag;

/// What some accounts amount to at a date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// How many they are.
    pub accounts: u64,
    /// By scorecard.
    pub scores: Vec<Graded>,
    /// By metric, if there are no scorecards.
    pub metrics: Vec<Sum>,
    /// By rule: for how many accounts it holds.
    pub rules: Vec<u64>,
}

/// The scores of a scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graded {
    /// Of those that there are.
    pub sum: Sum,
    /// How many accounts have no score.
    pub missing: u64,
    /// How many accounts have each grade, in the order of [`Machine::grades`].
    pub grades: Vec<u64>,
}

/// The sum of some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many they are.
    pub count: u64,
    /// Their sum in billionths.
    pub sum: i128,
}

/// So large may a number be: sums of them do not get too large.
const LARGE: u128 = 1 << 90;

/// How many numbers there are beside the places of grades.
const OWN: usize = 2;

/// Sums and counts by date, as differences; in the end as what they are differences of.
#[derive(Debug)]
pub(super) struct Counts {
    dates: usize,
    accounts: u64,
    /// By what is watched: where its counts begin. Of a score or metric those of numbers, what is missing, and each grade; of
    /// a rule one.
    starts: Vec<usize>,
    /// How many there are at a date.
    width: usize,
    /// By date.
    counts: Vec<i64>,
    /// By date and what is watched.
    sums: Vec<i128>,
}

impl Counts {
    pub(super) fn new(machine: &Machine, watched: &[Watched], dates: usize) -> Counts {
        let (mut starts, mut width) = (Vec::with_capacity(watched.len() + 1), 0);
        for of in watched {
            starts.push(width);
            width += match of {
                Watched::Score(id) => OWN + machine.grades(*id).len(),
                Watched::Metric(_) => OWN,
                Watched::Rule(_) => 1,
            };
        }
        Counts {
            dates,
            accounts: 0,
            starts,
            width,
            counts: vec![0; dates * width],
            sums: vec![0; dates * watched.len()],
        }
    }

    /// More accounts, but for those of which something went wrong, or of which a number is so large that sums of them might
    /// get too large.
    pub(super) fn add(&mut self, timeline: &mut Timeline, units: &Units) {
        units.spare(timeline, LARGE);
        let watched = units.watched();
        let spoilt = timeline.spoilt();
        self.accounts += spoilt.iter().filter(|spoilt| !**spoilt).count() as u64;
        let Counts { starts, width, counts, sums, .. } = self;
        for ((i, of), start) in watched.iter().enumerate().zip(starts) {
            let grades = if let Watched::Rule(_) = of { *start } else { *start + OWN };
            // What was there before.
            let (mut number, mut counted, mut place) = (0, None, None);
            units.see(i, timeline, |account, date, value, now| {
                if date == 0 {
                    (number, counted, place) = (0, None, None);
                }
                if spoilt.get(account).is_none_or(|spoilt| *spoilt) {
                    return;
                }
                let mut count = |at: Option<usize>, one: i64| {
                    if let Some(count) = at.and_then(|at| counts.get_mut(date as usize * *width + at)) {
                        *count += one;
                    }
                };
                let now = now.map(|place| grades + place as usize);
                if now != place {
                    count(place, -1);
                    count(now, 1);
                    place = now;
                }
                if let Watched::Rule(_) = of {
                    return;
                }
                let is_number = value.tag == Tag::Number;
                let bits = if is_number { value.bits } else { 0 };
                let own = if is_number { Some(*start) } else { value.tag.is_missing().then_some(*start + 1) };
                if own != counted {
                    count(counted, -1);
                    count(own, 1);
                    counted = own;
                }
                if let Some(sum) = sums.get_mut(date as usize * watched.len() + i) {
                    *sum += bits - number;
                }
                number = bits;
            });
        }
    }

    /// Takes in those of another thread.
    pub(super) fn join(&mut self, other: &Counts) {
        self.accounts += other.accounts;
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.sums.iter_mut().zip(&other.sums).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// By date.
    pub(super) fn totals(&mut self, watched: &[Watched]) -> Vec<Totals> {
        let mut counts = vec![0i64; self.width];
        let mut sums = vec![0i128; watched.len()];
        let mut all = Vec::with_capacity(self.dates);
        for date in 0..self.dates {
            let added = self.counts.iter().skip(date * self.width);
            counts.iter_mut().zip(added).for_each(|(count, added)| *count += added);
            let added = self.sums.iter().skip(date * watched.len());
            sums.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
            let count = |at: usize| counts.get(at).and_then(|count| u64::try_from(*count).ok()).unwrap_or(0);
            let mut totals = Totals { accounts: self.accounts, ..Totals::default() };
            for ((i, of), start) in watched.iter().enumerate().zip(&self.starts) {
                let sum = Sum { count: count(*start), sum: sums.get(i).copied().unwrap_or(0) };
                let end = self.starts.get(i + 1).copied().unwrap_or(self.width);
                match of {
                    Watched::Rule(_) => totals.rules.push(count(*start)),
                    Watched::Metric(_) => totals.metrics.push(sum),
                    Watched::Score(_) => totals.scores.push(Graded {
                        sum,
                        missing: count(start + 1),
                        grades: (start + OWN..end).map(count).collect(),
                    }),
                }
            }
            all.push(totals);
        }
        all
    }
}
