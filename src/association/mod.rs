//! Whether two things go together: correlations, how well a score separates those with an outcome from the others, and
//! how bands differ.
//!
//! Every function takes pairs: what is measured of an account or row, and what is measured beside it. Counts and sums are
//! exact whole numbers; what is irrational (roots, logarithms) is computed to some 36 digits and rounded once to nine.

mod bins;
mod classes;
mod correlation;

use crate::builtins::Pairing;
use crate::number::Decimal;
use crate::value::{Fault, Missing, Value};

/// One account, row or period.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// What is measured.
    pub one: Value,
    /// What is measured beside it.
    pub other: Value,
    /// The bin it lies in, where the program says into which bins pairs go; otherwise nothing.
    pub bin: Vec<Value>,
}

/// A result, and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The figure.
    pub value: Decimal,
    /// What stands behind it.
    pub evidence: Evidence,
}

/// What stands behind a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A correlation of so many pairs.
    Correlation {
        /// Pairs.
        pairs: u64,
        /// The ends of the 95 % interval (Fisher's z), where there is one.
        interval: Option<(Decimal, Decimal)>,
    },
    /// Everyone with the outcome beside everyone without.
    Order {
        /// With the outcome.
        with: u64,
        /// Without.
        without: u64,
        /// Twice the pairs in which the one with the outcome lies lower, equal ones counted once.
        halves: u64,
    },
    /// The value up to which the two groups differ most.
    Distance {
        /// The value.
        at: Decimal,
        /// With the outcome, at or below it and in all.
        with: (u64, u64),
        /// Without the outcome, at or below it and in all.
        without: (u64, u64),
    },
    /// Bin by bin.
    Bins(Vec<Bin>),
}

/// Pairs that lie together.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// What they have in common.
    pub bin: Vec<Value>,
    /// Information value: those without the outcome. Population shift: then. Calibration: all.
    pub first: Decimal,
    /// Information value: those with the outcome. Population shift: now. Calibration: how many were predicted.
    pub second: Decimal,
    /// Calibration: how many it happened to.
    pub third: Option<Decimal>,
    /// Information value: the weight of evidence.
    pub weight: Option<Decimal>,
    /// What the bin adds to the figure.
    pub adds: Decimal,
}

/// What makes a pair whole: both sides, except where each side is a population of its own. The first side that is missing
/// gives the reason.
pub fn lacking(pairing: Pairing, one: &Value, other: &Value) -> Option<Side> {
    match (one.missing(), other.missing()) {
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) if pairing == Pairing::Psi => None,
        (Some(why), _) => Some(Side::One(why)),
        (None, Some(why)) => Some(Side::Other(why)),
    }
}

/// Which side of a pair is missing, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What is measured.
    One(Missing),
    /// What is measured beside it.
    Other(Missing),
}

impl Side {
    /// Why.
    pub fn reason(self) -> Missing {
        match self {
            Side::One(why) | Side::Other(why) => why,
        }
    }
}

/// The figure of whole pairs. Fewer than `least` on a side are too few.
///
/// # Errors
/// Why there is no such figure.
pub fn measure(pairing: Pairing, pairs: &[Pair], least: usize) -> Result<Finding, Missing> {
    let sides = |side: fn(&Pair) -> &Value| pairs.iter().filter(|pair| !side(pair).is_missing()).count();
    if sides(|pair| &pair.one).min(sides(|pair| &pair.other)) < least {
        return Err(Missing::TooFew);
    }
    if pairs.is_empty() {
        return Err(Missing::NoData);
    }
    match pairing {
        Pairing::Correlation => correlation::pearson(&numbers(pairs)),
        Pairing::RankCorrelation => correlation::spearman(&numbers(pairs)),
        Pairing::Auc => classes::auc(&outcomes(pairs)),
        Pairing::Ks => classes::ks(&outcomes(pairs)).map(|(value, _, evidence)| Finding { value, evidence }),
        Pairing::KsAt => classes::ks(&outcomes(pairs)).map(|(_, value, evidence)| Finding { value, evidence }),
        Pairing::InformationValue => bins::information_value(pairs),
        Pairing::Psi => bins::psi(pairs),
        Pairing::CalibrationError => bins::calibration_error(pairs),
    }
}

/// Both sides as numbers: a condition is 1 where it holds.
fn numbers(pairs: &[Pair]) -> Vec<(Decimal, Decimal)> {
    let number = |value: &Value| match value {
        Value::Boolean(holds) => Some(if *holds { Decimal::ONE } else { Decimal::ZERO }),
        value => value.number(),
    };
    pairs.iter().filter_map(|pair| Some((number(&pair.one)?, number(&pair.other)?))).collect()
}

/// A number, and whether the outcome came.
fn outcomes(pairs: &[Pair]) -> Vec<(Decimal, bool)> {
    pairs.iter().filter_map(|pair| Some((pair.one.number()?, pair.other.truth()?))).collect()
}

const TOO_LARGE: Missing = Missing::Error(Fault::Overflow);
