//! Numbers and dates by the million, in no more room than they need: eight bytes and four, with or without a value.

use crate::calendar::Date;
use crate::number::Decimal;
use std::collections::HashMap;

/// Numbers by row, some of which may be missing.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// In billionths, as far as they fit.
    small: Vec<i64>,
    /// By row: those that do not fit.
    large: HashMap<u32, Decimal>,
}

/// In place of a number: there is none.
const MISSING: i64 = i64::MIN;
/// In place of a number: it is among those that do not fit.
const LARGE: i64 = i64::MIN + 1;

impl Numbers {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.small.len()
    }

    /// True if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.small.is_empty()
    }

    /// The number of a row, if it has one.
    #[inline]
    pub fn get(&self, row: usize) -> Option<Decimal> {
        match *self.small.get(row)? {
            MISSING => None,
            LARGE => self.large.get(&(row as u32)).copied(),
            small => Decimal::from_raw(i128::from(small)),
        }
    }

    /// The numbers of all rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<Decimal>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, number: Option<Decimal>) {
        let small = match number.map(|number| (number, i64::try_from(number.raw()))) {
            None => MISSING,
            Some((_, Ok(small))) if !matches!(small, MISSING | LARGE) => small,
            Some((number, _)) => {
                self.large.insert(self.small.len() as u32, number);
                LARGE
            }
        };
        self.small.push(small);
    }

    /// Adds the rows of another list.
    pub(super) fn append(&mut self, more: Numbers) {
        let first = self.small.len() as u32;
        self.small.extend(more.small);
        self.large.extend(more.large.into_iter().map(|(row, number)| (first + row, number)));
    }

    /// Forgets all rows from this one on.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.small.truncate(rows);
        if !self.large.is_empty() {
            self.large.retain(|row, _| (*row as usize) < rows);
        }
    }

    /// Drops the rows that are not kept.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        let kept = self.iter().zip(keep).filter(|(_, keep)| **keep).map(|(number, _)| number);
        *self = kept.collect();
    }
}

impl FromIterator<Option<Decimal>> for Numbers {
    fn from_iter<I: IntoIterator<Item = Option<Decimal>>>(numbers: I) -> Numbers {
        let mut all = Numbers::default();
        all.extend(numbers);
        all
    }
}

impl Extend<Option<Decimal>> for Numbers {
    fn extend<I: IntoIterator<Item = Option<Decimal>>>(&mut self, numbers: I) {
        let numbers = numbers.into_iter();
        self.small.reserve(numbers.size_hint().0);
        numbers.for_each(|number| self.push(number));
    }
}

/// Dates by row, some of which may be missing.
#[derive(Debug, Clone, Default)]
pub struct Dates(Vec<i32>);

/// In place of a date: there is none. No calendar goes back so far.
const NEVER: i32 = i32::MIN;

impl Dates {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The date of a row, if it has one.
    #[inline]
    pub fn get(&self, row: usize) -> Option<Date> {
        self.0.get(row).copied().filter(|day| *day != NEVER).map(Date)
    }

    /// The dates of all rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<Date>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, date: Option<Date>) {
        self.0.push(date.map_or(NEVER, |date| date.0));
    }

    /// Adds the rows of another list.
    pub(super) fn append(&mut self, more: Dates) {
        self.0.extend(more.0);
    }

    /// Forgets all rows from this one on.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.0.truncate(rows);
    }

    /// Drops the rows that are not kept.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        let mut flags = keep.iter();
        self.0.retain(|_| flags.next().copied().unwrap_or(true));
    }
}

impl FromIterator<Option<Date>> for Dates {
    fn from_iter<I: IntoIterator<Item = Option<Date>>>(dates: I) -> Dates {
        Dates(dates.into_iter().map(|date| date.map_or(NEVER, |date| date.0)).collect())
    }
}

impl Extend<Option<Date>> for Dates {
    fn extend<I: IntoIterator<Item = Option<Date>>>(&mut self, dates: I) {
        self.0.extend(dates.into_iter().map(|date| date.map_or(NEVER, |date| date.0)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn numbers_are_what_they_were() {
        let raws =
            [0, 1, -7, i128::from(i64::MAX), i128::from(MISSING), i128::from(LARGE), 10i128.pow(37), -(10i128.pow(30))];
        let mut list: Vec<Option<Decimal>> = raws.iter().map(|raw| Decimal::from_raw(*raw)).collect();
        list.insert(3, None);
        list.push(None);
        let mut numbers: Numbers = list.iter().copied().collect();
        assert_eq!((numbers.len(), numbers.iter().collect::<Vec<_>>()), (list.len(), list.clone()));
        numbers.append(list.iter().copied().collect());
        list.extend(list.clone());
        assert_eq!(numbers.iter().collect::<Vec<_>>(), list);
        let keep: Vec<bool> = (0..list.len()).map(|i| i % 3 != 1).collect();
        numbers.retain(&keep);
        let mut flags = keep.iter();
        list.retain(|_| *flags.next().unwrap());
        assert_eq!(numbers.iter().collect::<Vec<_>>(), list);
        numbers.truncate(5);
        numbers.push(Decimal::from_raw(10i128.pow(36)));
        list.truncate(5);
        list.push(Decimal::from_raw(10i128.pow(36)));
        assert_eq!(numbers.iter().collect::<Vec<_>>(), list);
    }

    #[test]
    fn dates_are_what_they_were() {
        let list = [Some(Date(0)), None, Some(Date(-719_162)), Some(Date(i32::MAX)), None];
        let mut dates: Dates = list.iter().copied().collect();
        dates.append(list.iter().copied().collect());
        dates.retain(&[true, false, true, true, true, false, true, true, true, true]);
        dates.truncate(7);
        let left = [list[0], list[2], list[3], list[4], list[1], list[2], list[3]];
        assert_eq!(dates.iter().collect::<Vec<_>>(), left);
    }
}
