//! Sets of numbers as closed intervals of steps, the ground that thresholds and segments are proved on.
//!
//! Every number is a whole count of billionths, so `x > 3` is the closed interval from 3.000000001 on: there are no open
//! ends, and a gap is a gap by exact arithmetic. Where only whole numbers occur, the step is 1.

use crate::ast::CompareOp;
use crate::number::{Decimal, SCALE};

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
        for &(a, b) in &self.0 {
            for &(c, d) in &other.0 {
                let (low, high) = (a.max(c), b.min(d));
                if low <= high {
                    out.push((low, high));
                }
            }
        }
        out.sort_unstable();
        Numbers(out)
    }

    /// Numbers in this one only.
    pub fn without(&self, other: &Numbers) -> Numbers {
        let mut rest = self.0.clone();
        for &(c, d) in &other.0 {
            rest = rest
                .into_iter()
                .flat_map(|(a, b)| {
                    let left = (a, b.min(c.saturating_sub(1)));
                    let right = (a.max(d.saturating_add(1)), b);
                    [left, right].into_iter().filter(|(low, high)| low <= high)
                })
                .collect();
        }
        rest.sort_unstable();
        rest.dedup();
        Numbers(rest)
    }

    /// Numbers in either.
    pub fn or(&self, other: &Numbers) -> Numbers {
        let mut all: Vec<(i128, i128)> = self.0.iter().chain(&other.0).copied().collect();
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
        if low <= BOTTOM {
            return roundest(high.saturating_sub(10 * SCALE), high);
        }
        if high >= TOP {
            return roundest(low, low.saturating_add(10 * SCALE));
        }
        roundest(low, high)
    }
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

/// `above 8 and below 9`, `3 and more`, `exactly 0`: an interval in words. Ends that are one billionth off a rounder
/// number are told as open.
pub fn words(low: Option<Decimal>, high: Option<Decimal>, whole: bool) -> String {
    let open = |n: Decimal, by: Decimal| {
        let moved = n.add(by)?;
        (!whole && moved.to_string().len() < n.to_string().len()).then_some(moved)
    };
    let below = Decimal::STEP.neg();
    match (low, high) {
        (Some(a), Some(b)) if a == b => format!("exactly {a}"),
        (None, None) => "everything".to_string(),
        (Some(a), None) => match open(a, below) {
            Some(a) => format!("above {a}"),
            None => format!("{a} and more"),
        },
        (None, Some(b)) => match open(b, Decimal::STEP) {
            Some(b) => format!("below {b}"),
            None => format!("{b} and less"),
        },
        (Some(a), Some(b)) => {
            let from = open(a, below).map_or(format!("from {a}"), |a| format!("above {a}"));
            let to = open(b, Decimal::STEP).map_or(format!("up to {b}"), |b| format!("below {b}"));
            format!("{from} and {to}")
        }
    }
}
