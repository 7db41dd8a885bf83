//! Weighted means of lines that are all treated alike, which most scorecards are: one pass without a jump for each line.

use super::op::{CardLine, Reg};
use super::values::TOO_FEW;
use crate::engine::column::{Cell, Tag};
use crate::number::Decimal;
use crate::program::{Combine, MissingPolicy};

const BILLION: i64 = 1_000_000_000;

/// The coverage of more lines than this is computed when it is needed.
const FEW: usize = 6;

/// Lines without a scale of their own, whose weight is shared out alike where they are missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Even {
    /// Where the points of each line are, and its share.
    parts: Vec<(Reg, i64)>,
    /// The sum of the shares, which is not 0.
    shares: i64,
    /// The coverage where these lines are there, a bit each; nothing, if there are many lines.
    covered: Vec<Decimal>,
    /// The least coverage of a score.
    at_least: Decimal,
}

impl Even {
    /// `None` for other lines. `shares` is 0 where shares do not fit.
    pub(super) fn new(combine: &Combine, lines: &[CardLine], shares: i64) -> Option<Even> {
        let mut scored = lines.iter().filter(|line| !line.informational);
        let policy = scored.clone().next()?.policy;
        let MissingPolicy::Renormalise { at_least } = policy else { return None };
        let alike = scored.all(|line| line.source.scale.is_none() && line.policy == policy);
        // A line's own scale may have faults, which are noted even where it is not scored.
        let plain = lines.iter().all(|line| line.source.scale.is_none());
        if !alike || !plain || shares == 0 || !matches!(combine, Combine::WeightedMean) {
            return None;
        }
        let scored = lines.iter().filter(|line| !line.informational);
        let parts: Vec<(Reg, i64)> = scored.map(|line| (line.source.reg, line.share)).collect();
        let covered = if parts.len() <= FEW {
            (0..1 << parts.len()).map(|there| share(&parts, there, shares)).collect()
        } else {
            Some(Vec::new())
        };
        Some(Even { parts, shares, covered: covered?, at_least })
    }

    /// The score before limits, and its coverage; `None` where numbers are large.
    #[inline]
    pub(super) fn score(&self, regs: &[Cell]) -> Option<(Cell, Decimal)> {
        let (mut there, mut bit, mut shares, mut products) = (0usize, 1usize, 0i64, 0i64);
        let (mut fits, mut missing) = (true, true);
        for (reg, share) in &self.parts {
            let cell = regs.get(*reg as usize)?;
            let known = cell.tag == Tag::Number;
            missing &= cell.tag.is_missing();
            let all_or_none = -i64::from(known);
            let points = cell.bits as i64;
            let (product, too_large) = (points & all_or_none).overflowing_mul(*share);
            let (sum, sum_too_large) = products.overflowing_add(product);
            fits &= (i128::from(points) == cell.bits) & !(too_large | sum_too_large);
            products = sum;
            shares += share & all_or_none;
            there |= bit & usize::from(known).wrapping_neg();
            bit = bit.wrapping_shl(1);
        }
        if missing {
            let (first, _) = self.parts.first()?;
            return Some((*regs.get(*first as usize)?, Decimal::ZERO));
        }
        if !fits || shares == 0 {
            return None;
        }
        let coverage = match self.covered.get(there) {
            Some(coverage) => *coverage,
            None => Decimal::small_ratio(shares.checked_mul(BILLION)?, self.shares)?,
        };
        if coverage < self.at_least {
            return Some((TOO_FEW, coverage));
        }
        Decimal::small_ratio(products, shares).map(|mean| (Cell::number(mean), coverage))
    }
}

/// The share of the weight that lines have together, a bit each.
fn share(parts: &[(Reg, i64)], there: usize, all: i64) -> Option<Decimal> {
    let taking = parts.iter().enumerate().filter(|(i, _)| there >> i & 1 == 1);
    let sum: i64 = taking.map(|(_, (_, share))| share).sum();
    Decimal::small_ratio(sum.checked_mul(BILLION)?, all)
}
