//! The plain way of writing a cell, read in one go: what is not plain is `None`, never something else than the careful
//! readers of [`crate::data::cells`] would find.

use super::owners::{mixed, words};

/// What is said about the zone of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// There is no time.
    None,
    /// The time is that of UTC.
    Utc,
    /// The zone is not said.
    Naive,
}

/// A date, perhaps with a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) day: i32,
    /// Since midnight.
    pub(super) micros: i64,
    pub(super) clock: Clock,
}

/// Two digits.
#[inline]
fn two(bytes: &[u8], at: usize) -> Option<u32> {
    let (a, b) = (bytes.get(at)?.wrapping_sub(b'0'), bytes.get(at + 1)?.wrapping_sub(b'0'));
    if a > 9 || b > 9 { None } else { Some(u32::from(a) * 10 + u32::from(b)) }
}

/// `2026-03-31`, or with a time: `2026-03-31T12:00:00`, `2026-03-31 12:00:00.123456Z`.
#[inline]
pub(super) fn moment(bytes: &[u8]) -> Option<Written> {
    if bytes.len() < 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let (century, year, month, day) = (two(bytes, 0)?, two(bytes, 2)?, two(bytes, 5)?, two(bytes, 8)?);
    let day = days(century * 100 + year, month, day)?;
    let Some(mark) = bytes.get(10) else { return Some(Written { day, micros: 0, clock: Clock::None }) };
    if !matches!(mark, b'T' | b' ') || bytes.len() < 19 || bytes.get(13) != Some(&b':') || bytes.get(16) != Some(&b':')
    {
        return None;
    }
    let (hour, minute, second) = (two(bytes, 11)?, two(bytes, 14)?, two(bytes, 17)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = i64::from((hour * 60 + minute) * 60 + second) * 1_000_000;
    let mut at = 19;
    if bytes.get(at) == Some(&b'.') {
        let mut unit = 100_000;
        at += 1;
        let first = at;
        while let Some(digit) = bytes.get(at).map(|b| b.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
            micros += i64::from(digit) * unit;
            unit /= 10;
            at += 1;
        }
        if at == first || at - first > 6 {
            return None;
        }
    }
    let clock = match bytes.get(at..)? {
        [] => Clock::Naive,
        [b'Z'] => Clock::Utc,
        _ => return None,
    };
    Some(Written { day, micros, clock })
}

/// Days since 1970 of a date that exists, in the years 1 to 9999.
#[inline]
fn days(year: u32, month: u32, day: u32) -> Option<i32> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let most = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > most || year == 0 {
        return None;
    }
    // Years that begin with March, in eras of 400 of them.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(days as i32 - 719_468)
}

/// Digits with an optional minus and at most nine behind a point, in billionths; and how many there are behind the point,
/// if there is one.
#[inline]
pub(super) fn number(bytes: &[u8]) -> Option<(i64, Option<u32>)> {
    const UNITS: [i64; 10] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let (negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value: i64 = 0;
    let mut point = None;
    for (i, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + i64::from(digit);
        } else if *byte == b'.' && point.is_none() {
            point = Some(i);
        } else {
            return None;
        }
    }
    let after = point.map(|at| (digits.len() - 1 - at) as u32);
    if digits.len() == 1 && point.is_some() {
        return None;
    }
    let billionths = value.checked_mul(*UNITS.get(after.unwrap_or(0) as usize)?)?;
    Some((if negative { -billionths } else { billionths }, after))
}

/// `true`, `1`, `FALSE`.
#[inline]
pub(super) fn flag(bytes: &[u8]) -> Option<bool> {
    match bytes {
        b"true" | b"1" => Some(true),
        b"false" | b"0" => Some(false),
        _ if bytes.eq_ignore_ascii_case(b"true") => Some(true),
        _ if bytes.eq_ignore_ascii_case(b"false") => Some(false),
        _ => None,
    }
}

/// Spellings of the values of a list that have been met.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    slots: Vec<Option<([u64; 2], u32)>>,
    long: hashbrown::HashMap<Box<[u8]>, u32>,
    count: usize,
}

impl Symbols {
    const SLOTS: usize = 256;
    const LONGEST: usize = 200;

    fn slot(words: [u64; 2]) -> usize {
        (mixed(words) >> 56) as usize
    }

    /// The value that is spelled so, if it has been met.
    #[inline]
    pub(super) fn get(&self, text: &str) -> Option<u32> {
        self.find(text.as_bytes())
    }

    /// The same for what may not be text.
    #[inline]
    pub(super) fn find(&self, text: &[u8]) -> Option<u32> {
        match words(text) {
            Some(words) => self.short(words),
            None => self.long(text),
        }
    }

    /// The same for a text that is too long to be two words.
    pub(super) fn long(&self, text: &[u8]) -> Option<u32> {
        if self.long.is_empty() { None } else { self.long.get(text).copied() }
    }

    /// The same for a text as two words.
    #[inline]
    pub(super) fn short(&self, words: [u64; 2]) -> Option<u32> {
        let mut at = Self::slot(words);
        loop {
            match self.slots.get(at)? {
                Some((known, code)) if *known == words => return Some(*code),
                Some(_) => at = (at + 1) % Self::SLOTS,
                None => return None,
            }
        }
    }

    /// Remembers a spelling, if there is room and it is not very long.
    pub(super) fn insert(&mut self, text: &str, code: u32) {
        if self.count >= Self::SLOTS / 2 || text.len() > Self::LONGEST {
            return;
        }
        let Some(words) = words(text.as_bytes()) else {
            self.count += usize::from(self.long.insert(text.as_bytes().into(), code).is_none());
            return;
        };
        self.slots.resize(Self::SLOTS, None);
        let mut at = Self::slot(words);
        while let Some(Some((known, _))) = self.slots.get(at) {
            if *known == words {
                return;
            }
            at = (at + 1) % Self::SLOTS;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Some((words, code));
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::data::cells::{DateReader, NumberReader};
    use crate::program::Unit;
    use crate::value::DAY_MICROS;
    use chrono_tz::Tz;
    use proptest::prelude::*;

    #[test]
    fn every_day_is_the_calendars() {
        let reader = DateReader::new(Tz::UTC, None, None, None);
        for text in ["0001-01-01", "9999-12-31", "1900-02-28", "1900-02-29", "2000-02-29", "2026-13-01", "2026-00-10"] {
            let slow = reader.read(text).ok().map(|m| m.day().0);
            assert_eq!(moment(text.as_bytes()).map(|w| w.day), slow, "{text}");
        }
        for day in -200_000..200_000 {
            let text = crate::calendar::Date(day).to_string();
            assert_eq!(moment(text.as_bytes()).map(|w| w.day), Some(day), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_careful_reader_reads(
            date in "(19|20)[0-9]{2}-[0-3][0-9]-[0-4][0-9]([T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,8})?Z?)?",
            digits in "-?[0-9]{0,10}(\\.[0-9]{0,11})?",
        ) {
            let reader = DateReader::new(Tz::UTC, Some(Tz::UTC), None, None);
            if let Some(quick) = moment(date.as_bytes()) {
                let slow = reader.read(&date).unwrap();
                prop_assert_eq!(i64::from(quick.day) * DAY_MICROS + quick.micros, slow.micros);
            }
            let reader = NumberReader::new(Unit::Plain, false, None, None, None);
            if let Some((quick, _)) = number(digits.as_bytes()) {
                prop_assert_eq!(reader.read(&digits).unwrap().raw(), i128::from(quick), "{}", digits);
            }
        }
    }

    #[test]
    fn spellings_are_remembered() {
        let mut symbols = Symbols::default();
        for i in 0..300u32 {
            symbols.insert(&format!("value {i}"), i);
        }
        assert!((0..128).all(|i| symbols.get(&format!("value {i}")) == Some(i)));
        assert_eq!((symbols.get("value 200"), symbols.get("value")), (None, None));
        let mut symbols = Symbols::default();
        let spelling = |i: u32| "ab".repeat(i as usize);
        (0..300u32).for_each(|i| symbols.insert(&spelling(i), i));
        assert!((0..=100).all(|i| symbols.get(&spelling(i)) == Some(i)));
        assert!((101..300).all(|i| symbols.get(&spelling(i)).is_none()));
    }
}
