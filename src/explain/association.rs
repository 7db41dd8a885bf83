//! What stands behind a figure of pairs: how many there were, the interval, the bins.

use super::words;
use crate::association::{Bin, Evidence, Pair, measure};
use crate::builtins::Pairing;
use crate::number::Decimal;
use crate::program::{Expr, Program, Type};
use crate::report::table::escaped;
use crate::report::value as shown;
use crate::value::{MASK, Value};
use serde::Serialize;

/// A line about a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceWhy {
    /// What it is about: `interval`, or the name of a bin.
    pub label: String,
    /// In words.
    pub text: String,
}

/// What stands behind the figure of whole pairs; nothing where there is none. `value` is what is measured, `by` the bins of
/// a calibration; `hidden` masks what a pair says itself.
pub(super) fn evidence(
    program: &Program,
    pairing: Pairing,
    (value, by): (&Expr, &[Expr]),
    (pairs, at_least): (&[Pair], Option<u32>),
    hidden: bool,
) -> Vec<EvidenceWhy> {
    let Ok(finding) = measure(pairing, pairs, at_least.unwrap_or(0) as usize) else { return Vec::new() };
    let line = |label: &str, text: String| EvidenceWhy { label: label.to_string(), text };
    let literal = |ty: Type, value: &Value| match hidden {
        true => MASK.to_string(),
        false => words::literal(program, ty, value).trim_matches('"').to_string(),
    };
    match finding.evidence {
        Evidence::Correlation { interval, .. } => {
            let interval = interval.map(|(low, high)| {
                line("interval", format!("{} to {} (95%, Fisher's z)", low.fixed(3), high.fixed(3)))
            });
            interval.into_iter().chain([line("says", "association, not cause".to_string())]).collect()
        }
        Evidence::Order { with, without, halves } => {
            let pairs =
                Decimal::int(i64::try_from(halves).unwrap_or(i64::MAX)).div(Decimal::int(2)).unwrap_or_default();
            let text =
                format!("{} of {}, equal ones counted half", shown::plain(pairs), shown::grouped(with * without));
            vec![line("groups", format!("{with} with the outcome, {without} without")), line("lower", text)]
        }
        Evidence::Distance { at, with, without } => {
            let at = literal(value.ty, &Value::Number(at));
            let text = |part: (u64, u64)| format!("{} of {} at or below {at}", part.0, part.1);
            vec![line("with", text(with)), line("without", text(without))]
        }
        Evidence::Bins(bins) => {
            let label = |bin: &Bin| match pairing {
                Pairing::CalibrationError => {
                    let parts = by.iter().zip(&bin.bin).map(|(expr, value)| literal(expr.ty, value));
                    parts.collect::<Vec<_>>().join(", ")
                }
                _ => bin.bin.first().map_or_else(String::new, |bin| literal(value.ty, bin)),
            };
            bins.iter().map(|bin| line(&label(bin), bin_words(bin, &bins))).collect()
        }
    }
}

fn bin_words(bin: &Bin, bins: &[Bin]) -> String {
    let adds = bin.adds.fixed(4);
    let (first, second) = (shown::plain(bin.first), shown::plain(bin.second));
    if let Some(happened) = bin.third {
        return format!("{first} in all: {second} predicted, {} happened, adds {adds}", shown::plain(happened));
    }
    if let Some(weight) = bin.weight {
        return format!("{first} without, {second} with, weight of evidence {}, adds {adds}", weight.fixed(4));
    }
    let share = |of: fn(&Bin) -> Decimal| {
        let all = bins.iter().try_fold(Decimal::ZERO, |sum, bin| sum.add(of(bin)));
        all.and_then(|all| of(bin).div(all)).map_or_else(String::new, |share| format!(" ({})", shown::percent(share)))
    };
    format!("first {first}{}, second {second}{}, adds {adds}", share(|bin| bin.first), share(|bin| bin.second))
}

/// The lines as a list.
pub(super) fn markdown(lines: &[EvidenceWhy]) -> String {
    let mut out = if lines.is_empty() { String::new() } else { "\n".to_string() };
    out.extend(lines.iter().map(|line| format!("- {}: {}\n", escaped(&line.label), escaped(&line.text))));
    out
}
