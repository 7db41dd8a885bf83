//! Values of which the largest or the smallest is wanted, for many dates: one word each where they are of one kind.

use super::kept::{Kept, Run, better};
use super::moves::{Moves, Row};
use crate::engine::column::slots::Tag;
use std::collections::HashSet;

/// Values of rows.
#[derive(Debug)]
pub(super) struct Bests {
    pub(super) most: bool,
    /// What those in one word are; of the first.
    tag: Option<Tag>,
    small: Moves<i64>,
    /// Of other kinds, or larger.
    wide: Box<Moves<Kept>>,
}

/// Values of different kinds: none of them is the best.
#[derive(Debug)]
pub(super) struct Mixed;

impl Bests {
    pub(super) fn new(most: bool) -> Bests {
        Bests { most, tag: None, small: Moves::new(), wide: Box::new(Moves::new()) }
    }

    /// One more value.
    #[inline]
    pub(super) fn add(&mut self, account: u32, run: Run, value: Kept) {
        let most = self.most;
        match i64::try_from(value.bits) {
            Ok(bits) if *self.tag.get_or_insert(value.tag) == value.tag => {
                self.small.add(account, run, bits, |kept, next| word_of(most, kept, next));
            }
            _ => self.wide.add(account, run, value, |kept, next| best_of(most, kept, next)),
        }
    }

    /// Takes in those of another worker.
    pub(super) fn join(&mut self, other: Bests) {
        self.wide.join(*other.wide);
        match (self.tag, other.tag) {
            (Some(mine), Some(tag)) if mine != tag => {
                let kept = |what| Kept { tag, bits: i128::from(what) };
                self.wide.join(other.small.map(kept));
            }
            (mine, theirs) => {
                self.tag = mine.or(theirs);
                self.small.join(other.small);
            }
        }
    }

    /// When all rows are there.
    pub(super) fn close(&mut self, accounts: usize, dates: usize) {
        let most = self.most;
        // Of an account all is looked at together.
        self.small.close_together(accounts, dates, |kept, next| word_of(most, kept, next));
        self.wide.close_together(accounts, dates, |kept, next| best_of(most, kept, next));
    }

    fn kept(&self, row: Row<i64>) -> Row<Kept> {
        let Row { account, run, times, what } = row;
        let tag = self.tag.unwrap_or_default();
        Row { account, run, times, what: Kept { tag, bits: i128::from(what) } }
    }

    /// How many rows of an account there are at a date, and the best of them.
    ///
    /// # Errors
    ///
    /// Values of different kinds.
    #[inline]
    pub(super) fn best(&self, account: u32, place: u32) -> Result<(u32, Option<Kept>), Mixed> {
        let (mut count, mut best) = (0u32, None);
        self.small.each(account, place, |times, what| {
            count = count.saturating_add(times);
            best = Some(best.map_or(what, |known: i64| if self.most { known.max(what) } else { known.min(what) }));
        });
        let tag = self.tag.unwrap_or_default();
        let (mut best, mut mixed) = (best.map(|bits| Kept { tag, bits: i128::from(bits) }), false);
        self.wide.each(account, place, |times, what| {
            count = count.saturating_add(times);
            mixed |= best.is_some_and(|best| best.tag != what.tag);
            if best.is_none_or(|best| better(self.most, what, best)) {
                best = Some(what);
            }
        });
        if mixed { Err(Mixed) } else { Ok((count, best)) }
    }

    /// Everything of an account.
    pub(super) fn of(&self, account: u32) -> impl Iterator<Item = Row<Kept>> {
        self.small.of(account).map(|row| self.kept(row)).chain(self.wide.of(account))
    }

    /// The accounts that there is something of at a date.
    pub(super) fn at(&self, place: u32) -> HashSet<u32> {
        let wide = self.wide.at(place).map(|row| row.account);
        self.small.at(place).map(|row| row.account).chain(wide).collect()
    }

    /// The accounts that something begins or ends for on the way from one date to another.
    pub(super) fn touched(&self, from: u32, to: u32) -> HashSet<u32> {
        let mut accounts = self.small.touched(from, to);
        accounts.extend(self.wide.touched(from, to));
        accounts
    }
}

fn word_of(most: bool, kept: &mut i64, next: i64) -> bool {
    *kept = if most { next.max(*kept) } else { next.min(*kept) };
    true
}

/// What is of another type is not comparable, and told later.
fn best_of(most: bool, kept: &mut Kept, next: Kept) -> bool {
    if kept.tag == next.tag && better(most, next, *kept) {
        *kept = next;
    }
    kept.tag == next.tag
}
