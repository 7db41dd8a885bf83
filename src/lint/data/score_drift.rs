//! `score-drift`: its page is below.

use super::{few, filled_from};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::Results;
use crate::irrational::ln;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;

/// A score whose spread has moved.
pub const LINT: Lint = Lint {
    code: Code::ScoreDrift,
    options: &[
        ("accounts", 50, "with fewer accounts nothing is said"),
        ("hundredths", 25, "of the index, above this the spread is another one"),
    ],
    run,
    page: r##"# score-drift

The accounts are spread over a score quite otherwise than a quarter ago.

If customers did not change that much, the data did: an import that fails, a source that grew, a new habit of logging. Bounds that
were right then are not right now. The measure is the population stability index over five groups of equal size at the earlier
date; above 0.25 the spread counts as another one. It is looked at only where all windows are filled at both dates.

## Avoid

A score with a median of 71 in December and 48 in March, and grades that were set in December.

## Prefer

Look at what moved (`laud why`), then mend the source or set the bounds anew.
"##,
};

/// Groups of the earlier date.
const GROUPS: usize = 5;

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    let Some(earlier) = evidence.earlier.first() else { return };
    let filled = filled_from(facts).is_some_and(|from| from <= earlier.as_of);
    if few(facts, LINT.code) || !filled {
        return;
    }
    let least = facts.option(LINT.code, "accounts");
    let limit = Decimal::int(facts.option(LINT.code, "hundredths")).div(Decimal::HUNDRED).unwrap_or(Decimal::ONE);
    for (place, card) in facts.program.scorecards.iter().enumerate() {
        let scores = |results: &Results| -> Vec<Decimal> {
            results.accounts.iter().filter_map(|a| a.scores.get(place)?.value.number()).collect()
        };
        let (before, now) = (scores(earlier), scores(&evidence.results));
        if (before.len().min(now.len()) as i64) < least {
            continue;
        }
        let Some(index) = stability(before, &now).filter(|index| *index > limit) else { continue };
        let (name, then, today) = (&card.header.name, earlier.as_of, evidence.results.as_of);
        found.push(
            Diagnostic::new(
                Code::ScoreDrift,
                card.header.span,
                format!("`{name}` is spread otherwise on {today} than on {then}"),
            )
            .label(format!("population stability index {}", crate::report::value::plain(index)))
            .help("see what moved with `laud why`; then mend the source, or set the bounds anew"),
        );
    }
}

/// The population stability index: over groups that held a fifth each, the difference of the shares times the logarithm of
/// their quotient. Half an account is added everywhere, so that an empty group is no infinite drift.
fn stability(mut before: Vec<Decimal>, now: &[Decimal]) -> Option<Decimal> {
    before.sort_unstable();
    let edges: Vec<Decimal> = (1..GROUPS).filter_map(|k| before.get(k * before.len() / GROUPS).copied()).collect();
    // Equal edges are one group: many accounts with one score are not split.
    let mut edges = edges;
    edges.dedup();
    let group = |value: &Decimal| edges.partition_point(|edge| edge <= value);
    let counts = |list: &[Decimal]| {
        let mut counts = vec![0_i64; edges.len() + 1];
        for value in list {
            if let Some(count) = counts.get_mut(group(value)) {
                *count += 1;
            }
        }
        counts
    };
    let shares = |counts: Vec<i64>, all: usize| -> Option<Vec<Decimal>> {
        let groups = i64::try_from(counts.len()).ok()?;
        let whole = Decimal::int(i64::try_from(all).ok()? * 2 + groups);
        counts.into_iter().map(|count| Decimal::int(count * 2 + 1).div(whole)).collect()
    };
    let then = shares(counts(&before), before.len())?;
    let today = shares(counts(now), now.len())?;
    then.into_iter()
        .zip(today)
        .try_fold(Decimal::ZERO, |sum, (then, today)| sum.add(today.sub(then)?.mul(ln(today.div(then)?)?)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_index_is_that_of_a_worked_example() {
        // 10 scores 1..10 against 10 that are all 10: shares with half an account each are 5 and then 1, 1, 1, 1, 21 of 25.
        // 4 * (1/25 - 5/25) * ln(1/5) + (21/25 - 5/25) * ln(21/5) = 0.64 * 1.609437912 + 0.64 * 1.435084525 = 1.948494360
        let before: Vec<Decimal> = (1..=10).map(Decimal::int).collect();
        let index = stability(before.clone(), &[Decimal::int(10); 10]).unwrap();
        assert!(index.sub(Decimal::parse("1.94849436").unwrap()).unwrap().raw().abs() < 10, "{index}");
        assert_eq!(stability(before.clone(), &before).unwrap(), Decimal::ZERO);
    }
}
