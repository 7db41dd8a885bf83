//! Types and units: what may be compared with what.

use super::EnumId;
use std::fmt;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Yes, no, or unknown.
    Boolean,
    /// A number with its unit.
    Number(Unit),
    /// A date.
    Date,
    /// A point in time; becomes a date wherever a date is wanted.
    Instant,
    /// One of a list of names.
    Enum(EnumId),
    /// A text.
    Text,
    /// Amounts of which every row names the currency; a number only once converted.
    Mixed,
    /// Could not be typed; an error has been reported, and nothing more is said about it.
    Unknown,
}

/// What a number counts. Nothing converts silently; a plain literal adopts the unit of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A bare number or count.
    Plain,
    /// A share, 0.15 for 15 %.
    Ratio,
    /// Points, as scores have them.
    Points,
    /// A net promoter score, -100 to 100.
    Nps,
    /// An amount of a currency.
    Money(Currency),
    /// A length of time in days.
    Days,
}

/// An ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// From three capital letters.
    pub fn new(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Currency(bytes))
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Type {
    /// A bare number.
    pub const PLAIN: Type = Type::Number(Unit::Plain);

    /// True for numbers of any unit.
    pub fn is_number(self) -> bool {
        matches!(self, Type::Number(_))
    }

    /// True for dates and instants.
    pub fn is_date(self) -> bool {
        matches!(self, Type::Date | Type::Instant)
    }
}

/// In a person's words: `a ratio`, `money in USD`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Boolean => f.write_str("yes or no"),
            Type::Number(Unit::Plain) => f.write_str("a number"),
            Type::Number(Unit::Ratio) => f.write_str("a ratio"),
            Type::Number(Unit::Points) => f.write_str("points"),
            Type::Number(Unit::Nps) => f.write_str("an nps"),
            Type::Number(Unit::Money(currency)) => write!(f, "money in {currency}"),
            Type::Number(Unit::Days) => f.write_str("a duration in days"),
            Type::Date => f.write_str("a date"),
            Type::Instant => f.write_str("an instant"),
            Type::Enum(_) => f.write_str("one of a list"),
            Type::Text => f.write_str("a text"),
            Type::Mixed => f.write_str("money in several currencies"),
            Type::Unknown => f.write_str("unknown"),
        }
    }
}
