//! One account through all as-of dates: what its rows amount to at the first, and on which of the others that changes.
//!
//! A [`Feed`] is what a machine reads of rows in one place, at all dates; a [`Hand`] is what it has of the account at hand.

use super::bests::{Bests, Mixed};
use super::finish::{Found, Trouble, Wanted};
use super::kept::{Edge, Kept, Run, outer};
use super::many::Many;
use super::moves::Moves;
use super::spans::Spans;
use super::tally::{Book, Tally};
use crate::builtins::AggregateFunction as F;
use crate::engine::column::slots::{Cell, Texts, What};
use crate::value::Missing;

/// A slot at every date.
pub(in crate::engine::column) struct Feed<'f> {
    found: &'f Found<'f, 'f>,
    of: Of<'f>,
    /// By date.
    wanted: Vec<Wanted<'f>>,
    /// By date: the source has something to say.
    covered: Vec<bool>,
    /// By date of the family: the first of our dates that is not before it.
    turns: Vec<u32>,
    /// The count is all there is to it.
    counts: bool,
}

/// What is kept of rows.
enum Of<'f> {
    Counts(&'f Moves<()>),
    Sums {
        small: &'f Moves<i64>,
        wide: &'f Moves<i128>,
    },
    Bests(&'f Bests),
    Edges {
        last: bool,
        moves: &'f Moves<Edge>,
    },
    /// Periods of which one row counts.
    Spans(&'f Spans),
    /// The same at all dates.
    Still(&'f Book),
    /// There are no rows.
    Nothing,
}

/// What the rows of the account at hand amount to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine::column) struct Hand {
    pub(in crate::engine::column) count: u32,
    pub(in crate::engine::column) sum: i64,
    kept: Option<Kept>,
}

/// The account is one of which the machine cannot say it all: it is looked at date by date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::column) struct Left;

impl<'f> Feed<'f> {
    /// Of the same family at dates that rise; nothing, if what is kept of it is not by account.
    pub(in crate::engine::column) fn new(
        found: &'f Found<'f, 'f>,
        wanted: Vec<Wanted<'f>>,
        covered: Vec<bool>,
    ) -> Option<Feed<'f>> {
        let first = wanted.first()?;
        let family = first.family;
        let rising = wanted.windows(2).all(|pair| match pair {
            [before, after] => before.family == after.family && before.place <= after.place,
            _ => true,
        });
        let of = match found.book(family).map(|book| (book, &book.tally)) {
            None => Of::Nothing,
            Some((_, Tally::Many(Many::Counts(moves)))) => Of::Counts(moves),
            Some((_, Tally::Spans(spans))) => Of::Spans(spans),
            Some((_, Tally::Many(Many::Sums { small, wide }))) => Of::Sums { small, wide },
            Some((_, Tally::Many(Many::Bests(bests)))) => Of::Bests(bests),
            Some((_, Tally::Many(Many::Edges { last, moves }))) => Of::Edges { last: *last, moves },
            Some((_, Tally::Values { .. } | Tally::Pairs(_) | Tally::Periods { .. } | Tally::Days(_))) => return None,
            Some((book, _)) if book.width == 1 => Of::Still(book),
            Some(_) => return None,
        };
        let dates = u32::try_from(found.dates(family)).ok()?;
        let turn = |place: u32| wanted.partition_point(|wanted| wanted.place < place) as u32;
        let turns = (0..=dates).map(turn).collect();
        let plain = first.aggregate.at_least.is_none() && first.what == What::Value;
        let counts = plain && matches!(first.aggregate.function, F::Count | F::Distinct);
        rising.then_some(Feed { found, of, wanted, covered, turns, counts })
    }

    /// True if the count of rows is all there is to it, at all dates.
    pub(in crate::engine::column) fn is_count(&self) -> bool {
        self.counts && matches!(self.of, Of::Counts(_) | Of::Spans(_)) && self.covered.iter().all(|covered| *covered)
    }

    /// Dates on which the source begins or ceases to have something to say.
    pub(in crate::engine::column) fn flips(&self) -> impl Iterator<Item = u32> {
        (1..).zip(self.covered.windows(2)).filter(|(_, pair)| pair.first() != pair.last()).map(|(date, _)| date)
    }

    /// True if nothing can go wrong with it: where nobody reads it, it can be left alone.
    pub(in crate::engine::column) fn is_safe(&self) -> bool {
        match &self.of {
            Of::Counts(_) | Of::Spans(_) | Of::Nothing => true,
            // No sum of rows is larger than the sum of all magnitudes.
            Of::Sums { small, wide } => {
                let plain = self.wanted.first().is_some_and(|wanted| {
                    matches!(wanted.aggregate.function, F::Sum | F::Avg | F::Ces | F::Share | F::Nps | F::Csat)
                });
                let magnitude = |what: i64| u128::from(what.unsigned_abs());
                let all = small.all().map(magnitude).fold(0, u128::saturating_add);
                plain
                    && wide.all().next().is_none()
                    && i64::try_from(all).is_ok_and(|all| all.checked_mul(100).is_some())
            }
            Of::Bests(_) | Of::Edges { .. } | Of::Still(_) => false,
        }
    }

    /// The account of a row: what it has at the first date; `at` hears on which dates what is added.
    #[inline]
    pub(in crate::engine::column) fn begin(&self, row: u32, mut at: impl FnMut(u32, i32, i64)) -> Result<Hand, Left> {
        let mut hand = Hand::default();
        match &self.of {
            Of::Counts(moves) => {
                for row in moves.of(row) {
                    self.spread(row.run, row.times, 0, &mut hand, &mut at)?;
                }
            }
            Of::Spans(spans) => {
                for run in spans.of(row) {
                    self.spread(run, 1, 0, &mut hand, &mut at)?;
                }
            }
            Of::Sums { small, wide } => {
                if wide.of(row).next().is_some() {
                    return Err(Left);
                }
                // As large as a sum may be on the way.
                let mut most = 0i64;
                for row in small.of(row) {
                    most = row.what.checked_abs().and_then(|what| most.checked_add(what)).ok_or(Left)?;
                    self.spread(row.run, row.times, row.what, &mut hand, &mut at)?;
                }
            }
            Of::Bests(bests) => {
                bests.of(row).for_each(|row| self.touch(row.run, &mut at));
                self.again(row, 0, &mut hand)?;
            }
            Of::Edges { moves, .. } => {
                moves.of(row).for_each(|row| self.touch(row.run, &mut at));
                self.again(row, 0, &mut hand)?;
            }
            Of::Still(_) | Of::Nothing => {}
        }
        Ok(hand)
    }

    /// Our dates at which rows of a run count: from this one up to the one before that.
    #[inline]
    fn span(&self, run: Run) -> (u32, u32) {
        let turn = |place: u32| self.turns.get(place as usize).copied().unwrap_or(self.wanted.len() as u32);
        (turn(run.from), turn(run.to))
    }

    #[inline]
    fn spread(
        &self,
        run: Run,
        times: u32,
        what: i64,
        hand: &mut Hand,
        at: &mut impl FnMut(u32, i32, i64),
    ) -> Result<(), Left> {
        let (from, to) = self.span(run);
        if from >= to {
            return Ok(());
        }
        let times = i32::try_from(times).map_err(|_| Left)?;
        if from == 0 {
            hand.count = hand.count.wrapping_add_signed(times);
            hand.sum = hand.sum.wrapping_add(what);
        } else {
            at(from, times, what);
        }
        if (to as usize) < self.wanted.len() {
            at(to, -times, -what);
        }
        Ok(())
    }

    fn touch(&self, run: Run, at: &mut impl FnMut(u32, i32, i64)) {
        let (from, to) = self.span(run);
        if from < to {
            for turn in [from, to].into_iter().filter(|turn| 0 < *turn && (*turn as usize) < self.wanted.len()) {
                at(turn, 0, 0);
            }
        }
    }

    /// What cannot be added up is looked at once more where anything changes.
    #[inline]
    pub(in crate::engine::column) fn again(&self, row: u32, date: usize, hand: &mut Hand) -> Result<(), Left> {
        match &self.of {
            Of::Bests(bests) => {
                let (count, kept) = bests.best(row, self.place(date)).map_err(|_: Mixed| Left)?;
                *hand = Hand { count, sum: 0, kept };
            }
            Of::Edges { last, moves } => {
                let (mut count, mut edge) = (0u32, None);
                moves.each(row, self.place(date), |times, what| {
                    count = count.saturating_add(times);
                    edge = Some(outer(*last, edge, what));
                });
                if edge.is_some_and(|edge| edge.tied) {
                    return Err(Left);
                }
                *hand = Hand { count, sum: 0, kept: edge.map(|edge| edge.value) };
            }
            Of::Counts(_) | Of::Spans(_) | Of::Sums { .. } | Of::Still(_) | Of::Nothing => {}
        }
        Ok(())
    }

    /// The place of a date among those of the family.
    #[inline]
    fn place(&self, date: usize) -> u32 {
        self.wanted.get(date).map_or(0, |wanted| wanted.place)
    }

    /// What the slot says of the account at a date.
    #[inline]
    pub(in crate::engine::column) fn cell(
        &self,
        row: u32,
        date: usize,
        hand: &Hand,
        texts: &mut Texts,
    ) -> Result<Cell, Left> {
        if !self.covered.get(date).copied().unwrap_or(false) {
            return Ok(Cell::missing(Missing::NoData));
        }
        if self.counts && !matches!(self.of, Of::Still(_)) {
            return Ok(Cell::int(i64::from(hand.count)));
        }
        let wanted = self.wanted.get(date).ok_or(Left)?;
        let told = match &self.of {
            Of::Still(book) => self.found.combine(wanted, Some((book, row as usize)), texts),
            _ => self.found.told(wanted, hand.count, i128::from(hand.sum), hand.kept, texts),
        };
        told.map_err(|_: Trouble| Left)
    }
}
