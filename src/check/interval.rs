//! Sets of numbers as closed intervals of steps, the ground that thresholds and segments are proved on.
//!
//! Every number is a whole count of billionths, so `x > 3` is the closed interval from 3.000000001 on: there are no open
//! ends, and a gap is a gap by exact arithmetic. Where only whole numbers occur, the step is 1.

use crate::ast::CompareOp;
use crate::number::{Decimal, SCALE};
use crate::program::{Type, Unit};

/// Sentinels for "no bound": beyond any [`Decimal`], and safe to add 1 to.
const BOTTOM: i128 = -(10i128.pow(38));
const TOP: i128 = 10i128.pow(38);

/// A set of numbers: disjoint closed intervals, rising, in raw units.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Numbers(Vec<(i128, i128)>);

impl Numbers {
    /// All numbers.
    pub fn all() -> Numbers {
        Numbers(vec![(BOTTOM, TOP)])
    }

    /// No number.
    pub fn none() -> Numbers {
        Numbers(Vec::new())
    }

    /// From `low` to `high`, both included; `None` is unbounded.
    pub fn between(low: Option<Decimal>, high: Option<Decimal>) -> Numbers {
        let low = low.map_or(BOTTOM, Decimal::raw);
        let high = high.map_or(TOP, Decimal::raw);
        if low <= high { Numbers(vec![(low, high)]) } else { Numbers::none() }
    }

    /// The numbers that stand in this relation to `bound`.
    pub fn compared(op: CompareOp, bound: Decimal) -> Numbers {
        let at = bound.raw();
        let set = match op {
            CompareOp::Equal => vec![(at, at)],
            CompareOp::NotEqual => vec![(BOTTOM, at - 1), (at + 1, TOP)],
            CompareOp::Less => vec![(BOTTOM, at - 1)],
            CompareOp::LessEqual => vec![(BOTTOM, at)],
            CompareOp::Greater => vec![(at + 1, TOP)],
            CompareOp::GreaterEqual => vec![(at, TOP)],
        };
        Numbers(set)
    }

    /// Only the whole numbers count: ends move inward to whole numbers, intervals that touch are joined.
    pub fn whole(self) -> Numbers {
        let mut joined: Vec<(i128, i128)> = Vec::new();
        for (low, high) in self.0 {
            let low = if low <= BOTTOM { low } else { -(-low).div_euclid(SCALE) * SCALE };
            let high = if high >= TOP { high } else { high.div_euclid(SCALE) * SCALE };
            if low > high {
                continue;
            }
            match joined.last_mut() {
                Some(last) if last.1 + SCALE >= low => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        Numbers(joined)
    }

    /// True if no number is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Numbers in both.
    pub fn and(&self, other: &Numbers) -> Numbers {
        let mut out = Vec::new();
        // What lies below all of the other set is not even looked at.
        let above = |set: &Numbers, than: &Numbers| {
            let low = than.0.first().map_or(TOP, |(low, _)| *low);
            set.0.partition_point(|(_, high)| *high < low)
        };
        let mut mine = self.0.iter().copied().skip(above(self, other)).peekable();
        let mut others = other.0.iter().copied().skip(above(other, self)).peekable();
        while let (Some(&(a, b)), Some(&(c, d))) = (mine.peek(), others.peek()) {
            let (low, high) = (a.max(c), b.min(d));
            if low <= high {
                out.push((low, high));
            }
            // Whichever ends first meets nothing more.
            if b < d {
                mine.next()
            } else {
                others.next()
            };
        }
        Numbers(out)
    }

    /// Numbers in this one only.
    pub fn without(&self, other: &Numbers) -> Numbers {
        let Some(&(lowest, _)) = other.0.first() else { return self.clone() };
        let (below, rest) = self.0.split_at(self.0.partition_point(|(_, high)| *high < lowest));
        let mut out = below.to_vec();
        let mut others = other.0.iter().copied().peekable();
        for &(mut low, high) in rest {
            while let Some((c, d)) = others.peek().copied() {
                if d < low {
                    others.next();
                    continue;
                }
                if c > high {
                    break;
                }
                if c > low {
                    out.push((low, c - 1));
                }
                low = d.saturating_add(1);
                if d >= high {
                    // It may reach into the next interval too.
                    break;
                }
                others.next();
            }
            if low <= high {
                out.push((low, high));
            }
        }
        Numbers(out)
    }

    /// Takes the numbers of another set out, where only whole numbers occur keeping to those. What lies below and above
    /// them is not looked at, so that many small sets are taken out of a large one in no time.
    pub fn remove(&mut self, other: &Numbers, whole: bool) {
        let (Some(&(lowest, _)), Some(&(_, highest))) = (other.0.first(), other.0.last()) else { return };
        let from = self.0.partition_point(|(_, high)| *high < lowest);
        let to = self.0.partition_point(|(low, _)| *low <= highest);
        if from >= to {
            return;
        }
        let touched = Numbers(self.0.drain(from..to).collect()).without(other);
        let left = if whole { touched.whole() } else { touched };
        self.0.splice(from..from, left.0);
    }

    /// Numbers in any of these.
    pub fn any<'n>(sets: impl IntoIterator<Item = &'n Numbers>) -> Numbers {
        joined(sets.into_iter().flat_map(|set| set.0.iter().copied()).collect())
    }

    /// The intervals themselves, in raw units.
    pub fn spans(&self) -> &[(i128, i128)] {
        &self.0
    }

    /// These numbers and no others.
    pub fn points(points: impl Iterator<Item = Decimal>) -> Numbers {
        joined(points.map(|n| (n.raw(), n.raw())).collect())
    }

    /// The smallest number, or `None` if there is none or no bound.
    pub fn low(&self) -> Option<Decimal> {
        self.0.first().filter(|(low, _)| *low > BOTTOM).and_then(|(low, _)| Decimal::from_raw(*low))
    }

    /// The largest number, or `None` if there is none or no bound.
    pub fn high(&self) -> Option<Decimal> {
        self.0.last().filter(|(_, high)| *high < TOP).and_then(|(_, high)| Decimal::from_raw(*high))
    }

    /// The parts as bounds, for messages.
    pub fn parts(&self) -> impl Iterator<Item = (Option<Decimal>, Option<Decimal>)> + '_ {
        self.0.iter().map(|&(low, high)| {
            let low = (low > BOTTOM).then(|| Decimal::from_raw(low)).flatten();
            let high = (high < TOP).then(|| Decimal::from_raw(high)).flatten();
            (low, high)
        })
    }

    /// A number of the set that reads well: few digits, not an end if there is room.
    pub fn example(&self) -> Option<Decimal> {
        let &(low, high) = self.0.first()?;
        if low <= BOTTOM && high >= TOP {
            return Some(Decimal::ZERO);
        }
        // As far beyond the end again as the end is from zero: 300000 for above 250000, not 250000.000000001.
        let room = |end: i128| end.saturating_abs().max(10 * SCALE);
        if low <= BOTTOM {
            return roundest(high.saturating_sub(room(high)), high);
        }
        if high >= TOP {
            return roundest(low, low.saturating_add(room(low)));
        }
        roundest(low, high)
    }
}

/// Intervals in order, those that touch or overlap made one.
fn joined(mut all: Vec<(i128, i128)>) -> Numbers {
    all.sort_unstable();
    let mut joined: Vec<(i128, i128)> = Vec::new();
    for (low, high) in all {
        match joined.last_mut() {
            Some(last) if last.1.saturating_add(1) >= low => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    Numbers(joined)
}

/// The number with the fewest digits between two raw bounds, near the middle.
fn roundest(low: i128, high: i128) -> Option<Decimal> {
    let middle = low + (high - low) / 2;
    let mut unit = SCALE * 1_000_000;
    while unit > 1 {
        let nearest = middle.div_euclid(unit) * unit;
        for candidate in [nearest, nearest + unit] {
            if candidate >= low && candidate <= high {
                return Decimal::from_raw(candidate);
            }
        }
        unit /= 10;
    }
    Decimal::from_raw(middle)
}

/// A number in its unit, as it would be written: a ratio as percent.
pub fn shown_number(n: Decimal, ty: Type) -> String {
    match ty {
        Type::Number(Unit::Ratio) => n.mul(Decimal::HUNDRED).map_or_else(|| n.to_string(), |p| format!("{p}%")),
        Type::Number(Unit::Money(currency)) => format!("{} {currency}", n.grouped()),
        _ => n.to_string(),
    }
}

/// `values above 8 and below 9`, `3 and more`, `exactly 0`: an interval in words. Ends that are one billionth off a
/// rounder number are told as open.
pub fn words(low: Option<Decimal>, high: Option<Decimal>, whole: bool, ty: Type) -> String {
    let open = |n: Decimal, by: Decimal| {
        let moved = n.add(by)?;
        (!whole && moved.to_string().len() < n.to_string().len()).then_some(moved)
    };
    let below = Decimal::STEP.neg();
    let show = |n: Decimal| shown_number(n, ty);
    match (low, high) {
        (Some(a), Some(b)) if a == b => format!("exactly {}", show(a)),
        (None, None) => "any value".to_string(),
        (Some(a), None) => match open(a, below) {
            Some(a) => format!("values above {}", show(a)),
            None => format!("{} and more", show(a)),
        },
        (None, Some(b)) => match open(b, Decimal::STEP) {
            Some(b) => format!("values below {}", show(b)),
            None => format!("{} and less", show(b)),
        },
        (Some(a), Some(b)) => match (open(a, below), open(b, Decimal::STEP)) {
            (Some(a), Some(b)) => format!("values above {} and below {}", show(a), show(b)),
            (Some(a), None) => format!("values above {} up to {}", show(a), show(b)),
            (None, Some(b)) => format!("values from {} to below {}", show(a), show(b)),
            (None, None) => format!("{} to {}", show(a), show(b)),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    /// Sets over 0 to 11 as bits, the plain way to say what the operations mean.
    fn set(bits: u32) -> Numbers {
        joined((0..12).filter(|i| bits >> i & 1 == 1).map(|i| (i, i)).collect())
    }

    fn bits(set: &Numbers) -> u32 {
        assert!(set.0.windows(2).all(|w| w[0].1 + 1 < w[1].0), "{set:?}");
        set.0.iter().flat_map(|(low, high)| *low..=*high).map(|i| 1 << i).sum()
    }

    #[test]
    fn sets_are_sets() {
        let mut seed = 1u32;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (a, b) = (seed >> 8 & 0xfff, seed >> 20);
            let (x, y) = (set(a), set(b));
            assert_eq!((bits(&x), bits(&y)), (a, b));
            assert_eq!(bits(&x.and(&y)), a & b, "{x:?} {y:?}");
            assert_eq!(bits(&x.without(&y)), a & !b, "{x:?} {y:?}");
            assert_eq!(bits(&Numbers::any([&x, &y])), a | b, "{x:?} {y:?}");
            let mut rest = x.clone();
            rest.remove(&y, false);
            assert_eq!(bits(&rest), a & !b, "{x:?} {y:?}");
        }
        let all = Numbers::all();
        assert_eq!(all.without(&all), Numbers::none());
        assert_eq!(all.without(&set(0)), all);
        assert_eq!(all.without(&Numbers(vec![(5, 5)])), Numbers(vec![(BOTTOM, 4), (6, TOP)]));
    }
}
