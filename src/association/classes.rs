//! How well a number separates those to whom something happened from the others.

use super::{Evidence, Finding, TOO_LARGE};
use crate::number::Decimal;
use crate::value::Missing;

/// How many of each value there are, lowest value first.
struct Step {
    value: Decimal,
    with: u64,
    without: u64,
}

/// The values in order, and how many there are with and without the outcome. One class alone separates nothing.
fn steps(outcomes: &[(Decimal, bool)]) -> Result<(Vec<Step>, u64, u64), Missing> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_unstable();
    let mut steps: Vec<Step> = Vec::new();
    for (value, outcome) in sorted {
        if steps.last().is_none_or(|last| last.value != value) {
            steps.push(Step { value, with: 0, without: 0 });
        }
        if let Some(step) = steps.last_mut() {
            let count = if outcome { &mut step.with } else { &mut step.without };
            *count += 1;
        }
    }
    let with = steps.iter().map(|step| step.with).sum();
    let without = steps.iter().map(|step| step.without).sum();
    if with == 0 || without == 0 {
        return Err(Missing::NotApplicable);
    }
    Ok((steps, with, without))
}

/// The share of all pairs of one with the outcome and one without in which the one with it has the lower value; a pair of
/// equal values counts half.
pub(super) fn auc(outcomes: &[(Decimal, bool)]) -> Result<Finding, Missing> {
    let (steps, with, without) = steps(outcomes)?;
    let (mut above, mut halves) = (without, 0u64);
    for step in steps {
        above -= step.without;
        halves = halves.checked_add(step.with * (2 * above + step.without)).ok_or(TOO_LARGE)?;
    }
    let value = share(halves, 2 * with * without).ok_or(TOO_LARGE)?;
    Ok(Finding { value, evidence: Evidence::Order { with, without, halves } })
}

/// The largest distance between the shares of the two groups that lie at or below a value, and the lowest such value.
pub(super) fn ks(outcomes: &[(Decimal, bool)]) -> Result<(Decimal, Decimal, Evidence), Missing> {
    let (steps, all_with, all_without) = steps(outcomes)?;
    let (mut with, mut without) = (0, 0);
    let mut best: Option<(u64, Decimal, Evidence)> = None;
    for step in steps {
        with += step.with;
        without += step.without;
        let distance = (with * all_without).abs_diff(without * all_with);
        if best.as_ref().is_none_or(|(most, ..)| distance > *most) {
            let (with, without) = ((with, all_with), (without, all_without));
            best = Some((distance, step.value, Evidence::Distance { at: step.value, with, without }));
        }
    }
    let (distance, at, evidence) = best.ok_or(Missing::NoData)?;
    Ok((share(distance, all_with * all_without).ok_or(TOO_LARGE)?, at, evidence))
}

fn share(part: u64, whole: u64) -> Option<Decimal> {
    Decimal::int(i64::try_from(part).ok()?).div(Decimal::int(i64::try_from(whole).ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    /// Ten accounts, worked by hand: of 24 pairs the one that left is lower in 20 and equal in one.
    #[test]
    fn ten_accounts() {
        let left = [(20, 1), (35, 1), (40, 0), (45, 1), (55, 0), (60, 0), (60, 1), (70, 0), (80, 0), (90, 0)];
        let left = left.map(|(score, left)| (Decimal::int(score), left == 1));
        let found = auc(&left).unwrap();
        assert_eq!(found.value.to_string(), "0.854166667");
        assert_eq!(found.evidence, Evidence::Order { with: 4, without: 6, halves: 41 });
        let (distance, at, evidence) = ks(&left).unwrap();
        assert_eq!((distance.to_string().as_str(), at), ("0.583333333", Decimal::int(45)));
        assert_eq!(evidence, Evidence::Distance { at: Decimal::int(45), with: (3, 4), without: (1, 6) });
    }

    #[test]
    fn one_class_separates_nothing() {
        for outcome in [true, false] {
            assert_eq!(auc(&[(Decimal::ONE, outcome), (Decimal::ZERO, outcome)]), Err(Missing::NotApplicable));
        }
        let same = [(Decimal::ONE, true), (Decimal::ONE, false)];
        assert_eq!(auc(&same).unwrap().value.to_string(), "0.5");
        assert_eq!(ks(&same).unwrap().0, Decimal::ZERO);
    }
}
