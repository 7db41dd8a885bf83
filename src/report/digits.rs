//! Numbers and dates as text after a comma, eight digits at a time: what cells of csv mostly are.

use crate::calendar::Date;
use crate::number::SCALE;

/// What one of them takes at most.
pub(super) const ROOM: usize = 32;

/// Billionths in one.
const ONE: u64 = SCALE as u64;

/// Below this a whole number is looked up.
const SMALL: usize = 1000;

/// A comma and a small number, and in the last byte how long that is.
const SMALL_NUMBERS: [u64; SMALL] = {
    let mut all = [0; SMALL];
    let mut number = 0;
    while number < SMALL {
        let [a, b, c] = [b'0' + (number / 100) as u8, b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
        all[number] = u64::from_le_bytes(match number {
            0..10 => [b',', c, 0, 0, 0, 0, 0, 2],
            10..100 => [b',', b, c, 0, 0, 0, 0, 3],
            _ => [b',', a, b, c, 0, 0, 0, 4],
        });
        number += 1;
    }
    all
};

/// Writes a comma and so many billionths with every digit, as a [`Decimal`](crate::number::Decimal) is displayed. The length;
/// `None` where there are more than eight digits before the point.
#[inline]
pub(super) fn number(raw: i64, room: &mut [u8; ROOM]) -> Option<usize> {
    // What is negative is large here.
    let (whole, fraction) = (raw as u64 / ONE, raw as u64 % ONE);
    let Some(text) = SMALL_NUMBERS.get(whole as usize) else { return large(raw, room) };
    *room.first_chunk_mut()? = text.to_le_bytes();
    let length = (text >> 56) as usize;
    if fraction == 0 { Some(length) } else { fractional(length, fraction, room) }
}

/// The same with a sign, or with more digits.
fn large(raw: i64, room: &mut [u8; ROOM]) -> Option<usize> {
    let size = raw.unsigned_abs();
    let (whole, fraction) = (size / ONE, size % ONE);
    let digits = if whole < 100_000_000 { eight_digits(whole) } else { return None };
    // Zeros in front are not shown, but for the last.
    let hidden = (digits.trailing_zeros() / 8).min(7);
    let before = 1 + usize::from(raw < 0);
    *room.first_chunk_mut()? = *b",-";
    *room.get_mut(before..)?.first_chunk_mut()? = (u64::from_le_bytes(text(digits)) >> (8 * hidden)).to_le_bytes();
    let length = before + 8 - hidden as usize;
    if fraction == 0 { Some(length) } else { fractional(length, fraction, room) }
}

/// Writes a point and so many billionths, which are less than one, behind what has this length. The length of both.
#[inline]
fn fractional(length: usize, fraction: u64, room: &mut [u8; ROOM]) -> Option<usize> {
    let [point, eight @ .., ninth] = room.get_mut(length..)?.first_chunk_mut::<10>()?;
    let digits = eight_digits(fraction / 10);
    *point = b'.';
    *eight = text(digits);
    *ninth = b'0' + (fraction % 10) as u8;
    // No zeros at the end.
    let shown = if fraction % 10 != 0 { 9 } else { 8 - digits.leading_zeros() as usize / 8 };
    Some(length + 1 + shown)
}

/// The digits of a number below 100,000,000, a byte each, the first digit lowest. Both halves are taken apart at once, then
/// all quarters.
#[inline]
fn eight_digits(number: u64) -> u64 {
    let fours = number / 10_000 | number % 10_000 << 32;
    let hundreds = (fours * 10_486 >> 20) & 0x7f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = (twos * 103 >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - tens * 10) << 8
}

/// Digits as text.
#[inline]
fn text(digits: u64) -> [u8; 8] {
    (digits | 0x3030_3030_3030_3030).to_le_bytes()
}

/// Writes a comma and a date. The length; `None` for years that do not have four digits.
pub(super) fn date(date: Date, room: &mut [u8; ROOM]) -> Option<usize> {
    let (year, month, day) = date.ymd();
    let year = u64::try_from(year).ok().filter(|year| *year < 10_000)?;
    let [y, e, a, r, m, o, d, b] = text(eight_digits(year * 10_000 + u64::from(month * 100 + day)));
    *room.first_chunk_mut()? = [b',', y, e, a, r, b'-', m, o, b'-', d, b];
    Some(11)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::number::Decimal;

    fn written(write: impl FnOnce(&mut [u8; ROOM]) -> Option<usize>) -> Option<String> {
        let mut room = [b'x'; ROOM];
        let length = write(&mut room)?;
        Some(String::from_utf8(room[..length].to_vec()).unwrap())
    }

    #[test]
    fn a_number_is_written_as_it_is_displayed() {
        let wholes = (0..1200).chain([9_999, 10_000, 10_001, 70_000, 123_456, 1_000_000, 98_765_432, 99_999_999]);
        let fractions = [0, 1, 10, 999_999_999, 900_000_000, 75_000_000, 123_456_789, 123_456_780, 100_000_001, 20];
        for whole in wholes {
            for fraction in fractions {
                let raw: i64 = whole * 1_000_000_000 + fraction;
                for raw in [raw, -raw] {
                    let expected = format!(",{}", Decimal::from_raw(raw.into()).unwrap());
                    assert_eq!(written(|room| number(raw, room)), Some(expected), "{raw}");
                }
            }
        }
        assert_eq!(written(|room| number(100_000_000_000_000_000, room)), None);
        assert_eq!(written(|room| number(i64::MIN, room)), None);
    }

    #[test]
    fn all_digits_come_apart() {
        for number in (0..100_000_000).step_by(9_973).chain([99_999_999, 9_999, 10_000, 99_990_000]) {
            assert_eq!(String::from_utf8(text(eight_digits(number)).to_vec()).unwrap(), format!("{number:08}"));
        }
    }

    #[test]
    fn a_date_is_written_as_it_is_displayed() {
        for days in [-719_162, -1, 0, 20_633, 2_932_896] {
            assert_eq!(written(|room| date(Date(days), room)), Some(format!(",{}", Date(days))));
        }
        assert_eq!(written(|room| date(Date(2_932_897), room)), None);
    }
}
