//! What an expression yields: a value, or a missing one with its reason.

use crate::calendar::Date;
use crate::number::Decimal;
use std::fmt;
use std::sync::Arc;

/// Why there is no value. Missing is not zero: what a score does with it is declared and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// Nothing was recorded, or the source is absent or ends before the window.
    NoData,
    /// The quantity does not exist here: a change from zero, a rate without a denominator.
    NotApplicable,
    /// There was a value once, but it is too old.
    Stale,
    /// Too few rows to say.
    TooFew,
    /// The value could not be computed or read.
    Error(Fault),
}

/// Errors of a single account: counted, reported, and never turned into a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Divided by zero.
    DivisionByZero,
    /// A number beyond 38 digits.
    Overflow,
    /// A cell that could not be read as its column's type.
    BadCell,
    /// No rate leads from one currency to the other.
    NoRate,
}

impl Missing {
    /// In a person's words: `no data`, `too few`.
    pub fn words(self) -> &'static str {
        match self {
            Missing::NoData => "no data",
            Missing::NotApplicable => "not applicable",
            Missing::Stale => "stale",
            Missing::TooFew => "too few",
            Missing::Error(Fault::DivisionByZero) => "division by zero",
            Missing::Error(Fault::Overflow) => "number too large",
            Missing::Error(Fault::BadCell) => "unreadable cell",
            Missing::Error(Fault::NoRate) => "no rate",
        }
    }
}

/// A value of any type. Units live in the type ([`crate::program::Type`]), not here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// No value, and why.
    Missing(Missing),
    /// Yes or no.
    Boolean(bool),
    /// A number of any unit; a ratio of 15 % is 0.15, a duration is a number of days.
    Number(Decimal),
    /// A date.
    Date(Date),
    /// Microseconds since 1970-01-01T00:00 on the wall clock of the project's time zone.
    Instant(i64),
    /// The place of a value in its [`crate::program::EnumType`].
    Symbol(u32),
    /// A text.
    Text(Arc<str>),
}

/// What stands for a personal value that was not asked for.
pub const MASK: &str = "***";

/// Microseconds in a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

impl Value {
    /// The number, if there is one.
    pub fn number(&self) -> Option<Decimal> {
        if let Value::Number(n) = self { Some(*n) } else { None }
    }

    /// Yes, no, or unknown.
    pub fn truth(&self) -> Option<bool> {
        if let Value::Boolean(b) = self { Some(*b) } else { None }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The date of a date or an instant.
    pub fn date(&self) -> Option<Date> {
        match self {
            Value::Date(d) => Some(*d),
            Value::Instant(micros) => i32::try_from(micros.div_euclid(DAY_MICROS)).ok().map(Date),
            _ => None,
        }
    }

    /// The reason, if missing.
    pub fn missing(&self) -> Option<Missing> {
        if let Value::Missing(m) = self { Some(*m) } else { None }
    }

    /// True if missing.
    pub fn is_missing(&self) -> bool {
        matches!(self, Value::Missing(_))
    }
}

impl From<Decimal> for Value {
    fn from(n: Decimal) -> Value {
        Value::Number(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Boolean(b)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}
