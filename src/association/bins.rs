//! Figures that are added up bin by bin: information value, population stability, calibration.

use super::{Bin, Evidence, Finding, Pair, TOO_LARGE};
use crate::irrational::{WIDEN, ln_wide};
use crate::number::{Decimal, SCALE, narrow, round_div_wide};
use crate::value::{Missing, Value};
use ethnum::I256;
use std::collections::BTreeMap;

/// What is counted of a bin.
#[derive(Default)]
struct Counted {
    first: i64,
    second: i64,
}

/// Bins in a fixed order, whichever pair came first.
type Bins<T> = BTreeMap<Vec<Label>, (Vec<Value>, T)>;

/// What tells two bins apart: text compared trimmed and case-folded, like everywhere.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Nothing,
    Truth(bool),
    Number(Decimal),
    Symbol(u32),
    Words(String),
}

fn label(value: &Value) -> Label {
    match value {
        Value::Boolean(yes) => Label::Truth(*yes),
        Value::Number(number) => Label::Number(*number),
        Value::Symbol(symbol) => Label::Symbol(*symbol),
        Value::Text(text) => Label::Words(text.trim().to_lowercase()),
        Value::Date(date) => Label::Words(date.to_string()),
        _ => Label::Nothing,
    }
}

fn put<'b, T: Default>(bins: &'b mut Bins<T>, values: &[Value]) -> &'b mut T {
    let key = values.iter().map(label).collect();
    &mut bins.entry(key).or_insert_with(|| (values.to_vec(), T::default())).1
}

/// (p - q) ln(p / q) with p = a / b and q = c / d, in units of 10^-36, and that logarithm.
fn divergence(a: i64, b: i64, c: i64, d: i64) -> Option<(I256, I256)> {
    let (above, below) = (a.checked_mul(d)?, c.checked_mul(b)?);
    let logarithm = ln_wide(Decimal::int(above))? - ln_wide(Decimal::int(below))?;
    let difference = I256::from(above) - I256::from(below);
    let product = difference.checked_mul(logarithm)?;
    Some((round_div_wide(product, I256::from(b) * I256::from(d)), logarithm))
}

fn nine_digits(wide: I256) -> Option<Decimal> {
    narrow(round_div_wide(wide, I256::from(WIDEN)))
}

/// What tells those with the outcome from those without, bin by bin: the sum of (share of those without - share of those
/// with) times the weight of evidence, which is the logarithm of the quotient of the two shares. Half a case is added to both
/// groups in every bin, so that a bin with one group only has a weight too.
pub(super) fn information_value(pairs: &[Pair]) -> Result<Finding, Missing> {
    let mut bins: Bins<Counted> = Bins::new();
    let mut all = Counted::default();
    for pair in pairs {
        let bin = put(&mut bins, std::slice::from_ref(&pair.one));
        let outcome = pair.other.truth().unwrap_or_default();
        let (own, whole) = match outcome {
            false => (&mut bin.first, &mut all.first),
            true => (&mut bin.second, &mut all.second),
        };
        *own += 1;
        *whole += 1;
    }
    if all.first == 0 || all.second == 0 {
        return Err(Missing::NotApplicable);
    }
    // Twice everything, so that the halves are whole.
    let number = bins.len() as i64;
    let (without, with) = (2 * all.first + number, 2 * all.second + number);
    let mut total = I256::ZERO;
    let mut out = Vec::new();
    for (bin, counted) in bins.into_values() {
        let (adds, weight) =
            divergence(2 * counted.first + 1, without, 2 * counted.second + 1, with).ok_or(TOO_LARGE)?;
        total += adds;
        out.push(Bin {
            bin,
            first: Decimal::int(counted.first),
            second: Decimal::int(counted.second),
            third: None,
            weight: Some(nine_digits(weight).ok_or(TOO_LARGE)?),
            adds: nine_digits(adds).ok_or(TOO_LARGE)?,
        });
    }
    let value = nine_digits(total).ok_or(TOO_LARGE)?;
    Ok(Finding { value, evidence: Evidence::Bins(out) })
}

/// How far a population has moved between bins: the sum of (share now - share then) ln(share now / share then). Where a bin
/// is empty on one side there is no such figure.
pub(super) fn psi(pairs: &[Pair]) -> Result<Finding, Missing> {
    let mut bins: Bins<Counted> = Bins::new();
    let mut all = Counted::default();
    for pair in pairs {
        if !pair.one.is_missing() {
            put(&mut bins, std::slice::from_ref(&pair.one)).first += 1;
            all.first += 1;
        }
        if !pair.other.is_missing() {
            put(&mut bins, std::slice::from_ref(&pair.other)).second += 1;
            all.second += 1;
        }
    }
    if all.first == 0 || all.second == 0 {
        return Err(Missing::NoData);
    }
    let mut total = I256::ZERO;
    let mut out = Vec::new();
    for (bin, counted) in bins.into_values() {
        if counted.first == 0 || counted.second == 0 {
            return Err(Missing::NotApplicable);
        }
        let (adds, _) = divergence(counted.second, all.second, counted.first, all.first).ok_or(TOO_LARGE)?;
        total += adds;
        out.push(Bin {
            bin,
            first: Decimal::int(counted.first),
            second: Decimal::int(counted.second),
            third: None,
            weight: None,
            adds: nine_digits(adds).ok_or(TOO_LARGE)?,
        });
    }
    let value = nine_digits(total).ok_or(TOO_LARGE)?;
    Ok(Finding { value, evidence: Evidence::Bins(out) })
}

/// How far likelihoods are off, bin by bin: the sum over bins of |predicted - happened| over all, rounded once.
pub(super) fn calibration_error(pairs: &[Pair]) -> Result<Finding, Missing> {
    #[derive(Default)]
    struct Judged {
        all: i64,
        predicted: I256,
        happened: i64,
    }
    let mut bins: Bins<Judged> = Bins::new();
    for pair in pairs {
        let bin = put(&mut bins, &pair.bin);
        let happened = pair.other.truth().unwrap_or_default();
        bin.all += 1;
        bin.predicted += I256::from(pair.one.number().unwrap_or_default().raw());
        bin.happened += i64::from(happened);
    }
    let n = I256::from(pairs.len() as i128);
    let mut total = I256::ZERO;
    let mut out = Vec::new();
    for (bin, judged) in bins.into_values() {
        let off = (judged.predicted - I256::from(judged.happened) * I256::from(SCALE)).abs();
        total += off;
        out.push(Bin {
            bin,
            first: Decimal::int(judged.all),
            second: narrow(judged.predicted).ok_or(TOO_LARGE)?,
            third: Some(Decimal::int(judged.happened)),
            weight: None,
            adds: narrow(round_div_wide(off, n)).ok_or(TOO_LARGE)?,
        });
    }
    let value = narrow(round_div_wide(total, n)).ok_or(TOO_LARGE)?;
    Ok(Finding { value, evidence: Evidence::Bins(out) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn pairs(list: &[(u32, bool, usize)]) -> Vec<Pair> {
        let pair = |(bin, left, _): &(u32, bool, usize)| Pair {
            one: Value::Symbol(*bin),
            other: Value::Boolean(*left),
            bin: Vec::new(),
        };
        list.iter().flat_map(|item| std::iter::repeat_n(pair(item), item.2)).collect()
    }

    /// From Python: logarithms with `decimal` at 80 digits.
    #[test]
    fn information_value_is_that_of_another_program() {
        let found =
            information_value(&pairs(&[(2, false, 3), (0, true, 3), (0, false, 1), (1, true, 1), (1, false, 2)]));
        let Finding { value, evidence: Evidence::Bins(bins) } = found.unwrap() else { panic!() };
        assert_eq!(value.to_string(), "1.131879584");
        let bins: Vec<(String, String)> =
            bins.iter().map(|bin| (bin.weight.unwrap().to_string(), bin.adds.to_string())).collect();
        let expected = [("-1.157452789", "0.505070308"), ("0.200670695", "0.01216186"), ("1.635755221", "0.614647416")];
        assert_eq!(bins, expected.map(|(weight, adds)| (weight.to_string(), adds.to_string())));
        assert_eq!(information_value(&pairs(&[(0, true, 3)])), Err(Missing::NotApplicable));
    }

    #[test]
    fn an_empty_bin_has_no_logarithm() {
        let moved =
            |one: u32, other: u32| Pair { one: Value::Symbol(one), other: Value::Symbol(other), bin: Vec::new() };
        assert_eq!(psi(&[moved(0, 0), moved(0, 1)]), Err(Missing::NotApplicable));
        assert_eq!(psi(&[moved(0, 1), moved(1, 0)]).unwrap().value, Decimal::ZERO);
    }
}
