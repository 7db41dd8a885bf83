//! What accounts amount to at each date. What an account has from one date up to another is added at the first and taken off
//! at the other, and the sum from the left gives every date.

use super::super::machine::{Machine, Traveller, Units, Watched, ones};
use super::super::scan::feeds::Left;
use super::super::slots::{Cell, Tag};

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

/// What is watched of an account, from a date on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Held {
    since: u32,
    /// A score or the value of a metric.
    value: Cell,
    /// The place of a grade; of a rule 0, if it holds.
    place: Option<u32>,
}

/// So large may a number be: sums of them do not get too large.
const LARGE: i128 = 1 << 90;

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
    /// Of the account at hand.
    held: Vec<Held>,
    /// What it had before: what is watched, and up to which date.
    spans: Vec<(u32, u32, Held)>,
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
            counts: vec![0; (dates + 1) * width],
            sums: vec![0; (dates + 1) * watched.len()],
            held: vec![Held::default(); watched.len()],
            spans: Vec::new(),
        }
    }

    /// What changed of an account at a date.
    pub(super) fn see(&mut self, date: usize, traveller: &Traveller, units: &Units) -> Result<(), Left> {
        let since = u32::try_from(date).map_err(|_| Left)?;
        for i in ones(&traveller.seen) {
            let Some(held) = self.held.get_mut(i) else { continue };
            let (value, place) = units.see(i, &traveller.state);
            if value.bits.unsigned_abs() > LARGE.unsigned_abs() {
                return Err(Left);
            }
            if date == 0 {
                *held = Held { since, value, place };
            } else if (value, place) != (held.value, held.place) {
                self.spans.push((i as u32, since, *held));
                *held = Held { since, value, place };
            }
        }
        Ok(())
    }

    /// The account at hand is done.
    pub(super) fn close(&mut self, watched: &[Watched]) {
        self.accounts += 1;
        let spans = std::mem::take(&mut self.spans);
        for (i, to, held) in &spans {
            self.add(watched, *i as usize, *to as usize, *held);
        }
        for i in 0..self.held.len() {
            let held = self.held.get(i).copied().unwrap_or_default();
            self.add(watched, i, self.dates, held);
        }
        self.spans = spans;
        self.spans.clear();
    }

    /// The account at hand is none of ours.
    pub(super) fn forget(&mut self) {
        self.spans.clear();
    }

    fn add(&mut self, watched: &[Watched], i: usize, to: usize, held: Held) {
        let from = held.since as usize;
        let start = self.starts.get(i).copied().unwrap_or(0);
        let first = match watched.get(i) {
            Some(Watched::Rule(_)) => start,
            Some(Watched::Metric(_) | Watched::Score(_)) => {
                if held.value.tag == Tag::Number {
                    for (date, bits) in [(from, held.value.bits), (to, -held.value.bits)] {
                        if let Some(sum) = self.sums.get_mut(date * watched.len() + i) {
                            *sum += bits;
                        }
                    }
                    self.count(start, from, to);
                } else if held.value.tag.is_missing() {
                    self.count(start + 1, from, to);
                }
                start + OWN
            }
            None => return,
        };
        if let Some(place) = held.place {
            self.count(first + place as usize, from, to);
        }
    }

    fn count(&mut self, at: usize, from: usize, to: usize) {
        for (date, one) in [(from, 1), (to, -1)] {
            if let Some(count) = self.counts.get_mut(date * self.width + at) {
                *count += one;
            }
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
