//! Numbers that add up as shown, not only exactly: shown tenths are apportioned by largest remainder.

use super::Figure;
use crate::number::Decimal;
use crate::report::value;

/// A number on its own, with so many fractional digits.
pub fn figure(n: Decimal, digits: u32) -> Figure {
    Figure { exact: n, shown: n.fixed(digits) }
}

/// A weight as written.
pub fn weight(n: Decimal) -> Figure {
    Figure { exact: n, shown: n.to_string() }
}

/// A share as per cent.
pub fn share(n: Decimal) -> Figure {
    Figure { exact: n, shown: value::percent(n) }
}

/// Shows each part with one fractional digit such that the shown parts add up to `total`, itself given in tenths.
///
/// Every part is rounded down; the tenths that are left go to the largest remainders, of equal ones to the earlier.
pub fn adding_up(parts: &[Option<Decimal>], total: Decimal) -> Vec<Option<Figure>> {
    let tenth = Decimal::ONE.raw() / 10;
    let down = |n: Decimal| n.raw().div_euclid(tenth);
    let present = || parts.iter().enumerate().filter_map(|(i, part)| part.map(|n| (i, n)));
    let mut tenths: Vec<i128> = parts.iter().map(|part| part.map_or(0, down)).collect();
    let mut remainders: Vec<(i128, usize)> = present().map(|(i, n)| (n.raw().rem_euclid(tenth), i)).collect();
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = down(total) - tenths.iter().sum::<i128>();
    // At most one tenth each: more is lacking only where the parts were never meant to add up to the total.
    for (_, i) in remainders {
        if left <= 0 {
            break;
        }
        if let Some(t) = tenths.get_mut(i) {
            *t += 1;
            left -= 1;
        }
    }
    let shown = |(part, tenths): (&Option<Decimal>, i128)| {
        let rounded = tenths.checked_mul(tenth).and_then(Decimal::from_raw);
        part.map(|exact| Figure { exact, shown: rounded.unwrap_or(exact).fixed(1) })
    };
    parts.iter().zip(tenths).map(shown).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn shown(parts: &[&str], total: &str) -> Vec<String> {
        let parts: Vec<_> = parts.iter().map(|p| Some(d(p))).collect();
        adding_up(&parts, d(total)).into_iter().map(|f| f.unwrap().shown).collect()
    }

    #[test]
    fn the_charter_page_adds_up() {
        // 70, 33.333333333 and 0 points at 40, 20 and 15 of 75: 37.3333 + 8.8889 = 46.2222, lost 53.7778.
        assert_eq!(shown(&["37.333333333", "8.888888889", "0"], "46.2"), ["37.3", "8.9", "0.0"]);
        assert_eq!(shown(&["16", "17.777777778", "20"], "53.8"), ["16.0", "17.8", "20.0"]);
    }

    #[test]
    fn shown_tenths_add_up_where_plain_rounding_would_not() {
        // Three thirds of 50: each rounds to 16.7, which would be 50.1.
        assert_eq!(shown(&["16.666666667", "16.666666667", "16.666666666"], "50.0"), ["16.7", "16.7", "16.6"]);
        // Each of these rounds to 0.0, together they are 0.1.
        assert_eq!(shown(&["0.04", "0.04", "0.04"], "0.1"), ["0.1", "0.0", "0.0"]);
    }

    #[test]
    fn negative_parts_and_absent_ones() {
        assert_eq!(shown(&["-5.25", "10.15"], "4.9"), ["-5.2", "10.1"]);
        let parts = [None, Some(d("1.5"))];
        let out = adding_up(&parts, d("1.5"));
        assert!(out[0].is_none());
        assert_eq!(out[1].as_ref().unwrap().shown, "1.5");
    }
}
