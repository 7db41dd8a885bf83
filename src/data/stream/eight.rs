//! Plain cells read eight bytes at a time: as [`super::quick`] reads them, byte for byte the same, but without a branch
//! for every byte.

use super::owners::SHORT;
use super::quick::{self, Clock, Written};

/// By number of bytes: a word of so many bytes of ones.
const FIRST: [u64; 9] = [
    0,
    0xff,
    0xffff,
    0xff_ffff,
    0xffff_ffff,
    0xff_ffff_ffff,
    0xffff_ffff_ffff,
    0xff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];
const ZEROS: u64 = 0x3030_3030_3030_3030;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// A word of so many bytes of ones; of eight at most.
#[inline]
fn first(bytes: usize) -> u64 {
    FIRST.get(bytes).copied().unwrap_or(u64::MAX)
}

/// A word of `block`, the first byte the lowest.
#[inline]
fn word(block: &[u8], at: usize) -> Option<u64> {
    block.get(at..)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
}

/// What a byte may be at most: a digit, or nothing but 0.
#[derive(Clone, Copy)]
struct Most(u64);

impl Most {
    const DIGITS: Most = Most::new(*b"dddddddd");

    /// By byte: `d` for a digit, anything else for 0.
    const fn new(shape: [u8; 8]) -> Most {
        let [a, b, c, d, e, f, g, h] = shape;
        Most(u64::from_le_bytes([room(a), room(b), room(c), room(d), room(e), room(f), room(g), room(h)]))
    }

    /// True if no byte is more.
    #[inline]
    fn holds(self, bytes: u64) -> bool {
        (bytes.wrapping_add(self.0) | bytes) & HIGH == 0
    }
}

/// How much may be added before the highest bit is set.
const fn room(shape: u8) -> u8 {
    if shape == b'd' { 0x7f - 9 } else { 0x7f }
}

/// The number of eight digits, the first in the lowest byte.
#[inline]
fn digits(x: u64) -> u64 {
    let pairs = x.wrapping_mul(2561) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(6_553_601) >> 16 & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(42_949_672_960_001) >> 32
}

/// The number of eight digits as they are written, the first in the lowest byte; nothing, if one of them is none.
#[inline]
pub(in crate::data) fn eight_digits(written: u64) -> Option<u64> {
    let figures = written ^ ZEROS;
    Most::DIGITS.holds(figures).then(|| digits(figures))
}

/// A short text of a block as two words, the last byte of which is its length; as [`super::owners::words`] has it.
#[inline]
pub(super) fn words(block: &[u8], start: usize, end: usize) -> Option<[u64; 2]> {
    let length = end.saturating_sub(start);
    if length > SHORT {
        return None;
    }
    match (word(block, start), word(block, start + 8)) {
        (Some(low), Some(high)) => {
            let (low, high) = (low & first(length.min(8)), high & first(length.saturating_sub(8)));
            Some([low, high | (length as u64) << 56])
        }
        _ => super::owners::words(block.get(start..end).unwrap_or(&[])),
    }
}

/// Like [`quick::moment`].
#[inline]
pub(super) fn moment(block: &[u8], start: usize, end: usize) -> Option<Written> {
    const DATE: Most = Most::new(*b"dddd-dd-");
    const DAY: Most = Most::new(*b"dd......");
    const TIME: Most = Most::new(*b"dd.dd:dd");
    const SECOND: Most = Most::new(*b":dd.....");
    let length = end.checked_sub(start).filter(|length| *length >= 10)?;
    let Some(text) = block.get(start..).and_then(|rest| rest.first_chunk::<28>()) else {
        return quick::moment(block.get(start..end)?);
    };
    let part = |at: usize| word(text, at).unwrap_or(0);
    let date = part(0) ^ u64::from_le_bytes(*b"0000-00-");
    // Behind the day a `T` or a space, which is looked at on its own.
    let time = part(8);
    let mark = (time >> 16) as u8;
    let time = (time ^ u64::from_le_bytes(*b"00\x0000:00")) & 0xffff_ffff_ff00_ffff;
    if !DATE.holds(date) {
        return None;
    }
    // Each two digits as a number, in the byte of the first.
    let pairs = date * 10 + (date >> 8);
    let (century, year, month) = (pairs & 0xff, pairs >> 16 & 0xff, pairs >> 40 & 0xff);
    if length == 10 {
        let time = time & 0xffff;
        if !DAY.holds(time) {
            return None;
        }
        let day = days(century as u32, year as u32, month as u32, ((time * 10 + (time >> 8)) & 0xff) as u32)?;
        return Some(Written { day, micros: 0, clock: Clock::None });
    }
    if length < 19 || !matches!(mark, b'T' | b' ') || !TIME.holds(time) {
        return None;
    }
    let pairs = time * 10 + (time >> 8);
    let (day, hour, minute) = (pairs & 0xff, pairs >> 24 & 0xff, pairs >> 48 & 0xff);
    let rest = part(16);
    let second = (rest ^ u64::from_le_bytes(*b":00\0\0\0\0\0")) & first(3);
    if !SECOND.holds(second) {
        return None;
    }
    let second = second >> 8;
    let second = (second * 10 + (second >> 8)) & 0xff;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let day = days(century as u32, year as u32, month as u32, day as u32)?;
    let seconds = (hour * 60 + minute) * 60 + second;
    let (parts, clock) = match (length, (rest >> 24) as u8) {
        (19, _) => (0, Clock::Naive),
        (20, b'Z') => (0, Clock::Utc),
        (21..=27, b'.') => {
            let utc = block.get(end - 1) == Some(&b'Z');
            let count = length - 20 - usize::from(utc);
            let fraction = (part(20) ^ ZEROS) & first(count);
            if count == 0 || count > 6 || !Most::DIGITS.holds(fraction) {
                return None;
            }
            (digits(fraction << 16), if utc { Clock::Utc } else { Clock::Naive })
        }
        _ => return None,
    };
    Some(Written { day, micros: (seconds * 1_000_000 + parts) as i64, clock })
}

/// Days since 1970 of a date that exists, in the years 1 to 9999.
#[inline]
fn days(century: u32, of_century: u32, month: u32, day: u32) -> Option<i32> {
    /// By month how many days it has, and how many are before it in a year that begins with March.
    const MONTHS: [(u32, u32); 13] = [
        (0, 0),
        (31, 306),
        (28, 337),
        (31, 0),
        (30, 31),
        (31, 61),
        (30, 92),
        (31, 122),
        (31, 153),
        (30, 184),
        (31, 214),
        (30, 245),
        (31, 275),
    ];
    let year = century * 100 + of_century;
    let (most, before) = MONTHS.get(month as usize).copied()?;
    let leap = if of_century == 0 { century.is_multiple_of(4) } else { of_century.is_multiple_of(4) };
    if day == 0 || day > most + u32::from(leap && month == 2) || year == 0 {
        return None;
    }
    let year = year - u32::from(month <= 2);
    let days = year * 365 + year / 4 - year / 100 + year / 400 + before + day - 1;
    Some(days as i32 - 719_468)
}

/// Like [`quick::number`].
#[inline]
pub(super) fn number(block: &[u8], start: usize, end: usize) -> Option<(i64, Option<u32>)> {
    const UNITS: [i64; 8] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100];
    let negative = block.get(start) == Some(&b'-');
    let length = end.checked_sub(start + usize::from(negative))?;
    let text = match word(block, start + usize::from(negative)) {
        Some(text) if length <= 8 => text & first(length),
        _ => return quick::number(block.get(start..end)?),
    };
    // The first point, if there is one, is left out: what is behind it moves up.
    let points = {
        let x = text ^ u64::from_le_bytes([b'.'; 8]);
        !((x & !HIGH).wrapping_add(!HIGH) | x) & HIGH
    };
    let before = points.trailing_zeros() as usize / 8;
    let whole = first(before);
    let count = length - usize::from(points != 0);
    let figures = ((text & whole) | (text >> 8 & !whole)) ^ ZEROS;
    let figures = figures & first(count);
    if count == 0 || !Most::DIGITS.holds(figures) {
        return None;
    }
    let value = digits(figures << (8 * (8 - count))) as i64;
    let after = (points != 0).then(|| (length - 1 - before) as u32);
    let billionths = value * UNITS.get(after.unwrap_or(0) as usize)?;
    Some((if negative { -billionths } else { billionths }, after))
}

/// Like [`quick::flag`].
#[inline]
pub(super) fn flag(block: &[u8], start: usize, end: usize) -> Option<bool> {
    /// The word of a short text, with its length.
    const fn of(text: [u8; 5], length: u64) -> u64 {
        let [a, b, c, d, e] = text;
        u64::from_le_bytes([a, b, c, d, e, 0, 0, 0]) | length << 56
    }
    const TRUE: u64 = of(*b"true\0", 4);
    const FALSE: u64 = of(*b"false", 5);
    const ONE: u64 = of(*b"1\0\0\0\0", 1);
    const ZERO: u64 = of(*b"0\0\0\0\0", 1);
    /// What makes letters small, and no letter of what is none.
    const SMALL: u64 = 0x20_2020_2020;
    let length = end.checked_sub(start).filter(|length| *length <= 5)?;
    let Some(text) = word(block, start) else {
        return quick::flag(block.get(start..end)?);
    };
    let text = (text & first(length)) | (length as u64) << 56;
    let small = text | (SMALL & first(length));
    let (yes, no) = ((small == TRUE) | (text == ONE), (small == FALSE) | (text == ZERO));
    if yes | no { Some(yes) } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    /// The same cell with other things behind it, and at the end of its block.
    fn same<T: PartialEq + std::fmt::Debug>(
        cell: &[u8],
        quick: impl Fn(&[u8]) -> T,
        here: impl Fn(&[u8], usize, usize) -> T,
    ) {
        for behind in [&b""[..], b",", b"\n2026-01-01T00:00:00.123456Z,1", b"0000000000000000000000000000000000000000"]
        {
            for before in [&b""[..], b"5,", b"\xc3\xa9-"] {
                let block = [before, cell, behind].concat();
                let (start, end) = (before.len(), before.len() + cell.len());
                assert_eq!(here(&block, start, end), quick(cell), "{:?} in {block:?}", String::from_utf8_lossy(cell));
            }
        }
    }

    fn all(cell: &[u8]) {
        same(cell, quick::moment, moment);
        same(cell, quick::number, number);
        same(cell, quick::flag, flag);
        same(cell, super::super::owners::words, words);
    }

    #[test]
    fn every_day_and_every_digit() {
        for day in -200_000..200_000 {
            let text = crate::calendar::Date(day).to_string();
            assert_eq!(moment(format!("{text},{text},{text}").as_bytes(), 0, 10), quick::moment(text.as_bytes()));
        }
        for date in ["0000-01-01", "0001-01-01", "9999-12-31", "2023-02-29", "2000-02-29", "1900-02-29", "2024-02-29"] {
            all(date.as_bytes());
        }
        // Every byte in every place.
        let plain =
            [&b"2026-03-31T12:34:56.123456Z"[..], b"2026-03-31 12:34:56", b"-123.456", b"1234567890.5", b"false"];
        for cell in plain {
            for (at, byte) in (0..cell.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
                let mut cell = cell.to_vec();
                cell[at] = byte;
                let block = [&cell, &b",1,2026-01-01T00:00:00"[..]].concat();
                assert_eq!(moment(&block, 0, cell.len()), quick::moment(&cell), "{cell:?}");
                assert_eq!(number(&block, 0, cell.len()), quick::number(&cell), "{cell:?}");
                assert_eq!(flag(&block, 0, cell.len()), quick::flag(&cell), "{cell:?}");
            }
            (0..=cell.len()).for_each(|length| all(&cell[..length]));
        }
        for hour in 0..100 {
            all(format!("2026-03-31T{hour:02}:{hour:02}:00").as_bytes());
            all(format!("2026-{hour:02}-{hour:02}T00:00:{hour:02}.5").as_bytes());
        }
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_quick_reader(
            date in "(19|20)[0-9]{2}-[0-3][0-9]-[0-4][0-9]([T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,8})?Z?)?",
            number in "-?[0-9]{0,10}(\\.[0-9]{0,11})?",
            short in "[-.0-9]{0,9}",
            flag in "([tT][rR]ue|[fF]al[sS]e|tru|0|1|\\PC{0,20})",
        ) {
            [date, number, short, flag].iter().for_each(|cell| all(cell.as_bytes()));
        }
    }
}
