//! `collinear-metrics`: its page is below.

use super::few;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use ethnum::I256;

/// Two parts of a score that rise and fall together.
pub const LINT: Lint = Lint {
    code: Code::CollinearMetrics,
    options: &[
        ("accounts", 20, "with fewer accounts nothing is said"),
        ("percent", 95, "of a full correlation, above this they are one"),
    ],
    run,
    page: r##"# collinear-metrics

Two parts of one score rise and fall together across the accounts.

They measure one thing, whose weight is then the sum of both: a score of five parts is really one of four. The points of the two
are compared over all accounts that have both.

## Avoid

`logins` and `active_days` side by side, with a correlation of 0.99.

## Prefer

One of them with the weight of both, or a second metric that says something new.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    if few(facts, LINT.code) {
        return;
    }
    let least = facts.option(LINT.code, "accounts");
    let percent = facts.option(LINT.code, "percent");
    for (place, card) in facts.program.scorecards.iter().enumerate() {
        let scored = || card.lines.iter().enumerate().filter(|(_, line)| !line.informational);
        for (i, a) in scored() {
            for (j, b) in scored().filter(|(j, _)| *j > i) {
                let pairs = evidence.results.accounts.iter().filter_map(|account| {
                    let lines = &account.scores.get(place)?.lines;
                    Some((lines.get(i)?.points.number()?, lines.get(j)?.points.number()?))
                });
                let pairs: Vec<(Decimal, Decimal)> = pairs.collect();
                if (pairs.len() as i64) < least || !beyond(&pairs, percent).unwrap_or(false) {
                    continue;
                }
                let (one, other) = (facts.program.node_name(a.item), facts.program.node_name(b.item));
                let (name, all) = (&card.header.name, pairs.len());
                found.push(
                    Diagnostic::new(
                        Code::CollinearMetrics,
                        b.span,
                        format!("`{other}` rises and falls with `{one}` in `{name}`"),
                    )
                    .label(format!("correlation above 0.{percent:02} over {all} accounts"))
                    .also(a.span, "together with this")
                    .help("keep one of them with the weight of both"),
                );
            }
        }
    }
}

/// Whether the correlation is above so many hundredths: squares of sums are compared, so that nothing is rounded. `None` where
/// the sums do not fit.
fn beyond(pairs: &[(Decimal, Decimal)], percent: i64) -> Option<bool> {
    let mut sums = [I256::ZERO; 5];
    for (x, y) in pairs {
        let (x, y) = (I256::from(x.raw()), I256::from(y.raw()));
        for (sum, term) in sums.iter_mut().zip([x, y, x.checked_mul(y)?, x.checked_mul(x)?, y.checked_mul(y)?]) {
            *sum = sum.checked_add(term)?;
        }
    }
    let [x, y, xy, xx, yy] = sums;
    let n = I256::from(i64::try_from(pairs.len()).ok()?);
    let of = |products: I256, a: I256, b: I256| n.checked_mul(products)?.checked_sub(a.checked_mul(b)?);
    let (covariance, one, other) = (of(xy, x, y)?, of(xx, x, x)?, of(yy, y, y)?);
    if covariance <= 0 || one <= 0 || other <= 0 {
        return Some(false);
    }
    // Points have nine digits of which few are used: dividing all by the same keeps what is compared.
    let bits = 256 - covariance.max(one).max(other).leading_zeros();
    let cut = bits.saturating_sub(112);
    let (covariance, one, other) = (covariance >> cut, one >> cut, other >> cut);
    let limit = I256::from(percent * percent);
    Some(
        covariance.checked_mul(covariance)?.checked_mul(I256::from(10_000))?
            > one.checked_mul(other)?.checked_mul(limit)?,
    )
}
