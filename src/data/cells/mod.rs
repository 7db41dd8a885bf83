//! One cell: from what a file holds to a value of the column's type, blank, or unreadable with the reason.

mod date;
mod number;

pub use date::{DateFormat, DateReader, Moment, Shift, Slashed, check_date_format, is_iso, slashed};
pub use number::{NumberReader, currency_of};

use super::fold::{fold, fold_into, soft};
use super::settings::ColumnBinding;
use crate::calendar::Date;
use crate::number::Decimal;
use crate::program::{Currency, Field, Program, Type, Unit};
use chrono_tz::Tz;
use std::borrow::Cow;
use std::collections::HashMap;

/// A cell as the file holds it. Text formats hold texts; JSON and Parquet know some types themselves.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(not(feature = "parquet"), allow(dead_code))]
pub enum Raw<'a> {
    /// Nothing.
    Blank,
    /// A text.
    Text(&'a str),
    /// A number that needs no reading.
    Number(Decimal),
    /// A number of which more is written than can be kept: as it is written, and rounded; nothing, if it is too large.
    Numeral(&'a str, Option<Decimal>),
    /// A number beyond 38 digits, of which no more is known.
    TooLarge,
    /// Yes or no.
    Boolean(bool),
    /// A date.
    Date(Date),
    /// Microseconds since 1970 in UTC.
    Instant(i64),
    /// Microseconds since 1970 on a clock whose zone is not given.
    Naive(i64),
    /// A list or an object.
    Nested,
}

/// Why a cell cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // `words` documents them
pub enum Bad {
    NotNumber,
    TooLarge,
    NotWhole,
    OtherCurrency,
    RowCurrency,
    PercentSign,
    NoPercentSign,
    NotBoolean,
    NotInList,
    NotDate,
    NoSuchDate,
    NeedsEpoch,
    Nested,
    /// The number can be read, but the column declares a range that it is outside of.
    OutOfRange,
    /// A timestamp without a zone: stops the run.
    Zoneless,
    /// Day and month in an order nobody declared: stops the run.
    Ambiguous,
}

impl Bad {
    /// Behind the text of the cell: `` `n.a.` is not a number ``.
    pub fn words(self) -> &'static str {
        match self {
            Bad::NotNumber => "is not a number",
            Bad::TooLarge => "is too large a number",
            Bad::NotWhole => "is not a whole number",
            Bad::OtherCurrency => "is in another currency",
            Bad::RowCurrency => "is not in the currency that its row names",
            Bad::PercentSign => "has a percent sign",
            Bad::NoPercentSign => "has no percent sign",
            Bad::NotBoolean => "is neither yes nor no",
            Bad::NotInList => "is not in the list",
            Bad::NotDate => "is not a date",
            Bad::NoSuchDate => "is a date that does not exist",
            Bad::NeedsEpoch => "is a number, not a date",
            Bad::Nested => "is a list or an object",
            Bad::OutOfRange => "is out of range",
            Bad::Zoneless => "is a timestamp without a time zone",
            Bad::Ambiguous => "does not say which number is the month",
        }
    }

    /// Behind `none of the cells`: `can be read as money in USD`.
    pub fn verdict(self, field: &Field) -> String {
        match self {
            Bad::OutOfRange => "can be used".to_string(),
            Bad::NotInList => "is in the list".to_string(),
            _ if field.integer && field.ty.is_number() => "can be read as a whole number".to_string(),
            _ => format!("can be read as {}", field.ty),
        }
    }
}

/// A value of a column's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Blank,
    /// A value that the project file says to ignore.
    Ignored,
    /// Yes or no.
    Boolean(bool),
    /// A number in the column's unit.
    Number(Decimal),
    /// A date or an instant.
    Moment(Moment),
    /// A place in the column's list.
    Symbol(u32),
    /// A text, trimmed.
    Text(Cow<'a, str>),
}

/// Words for nothing, unless the project file has its own list; compared trimmed and without regard to case.
const NULLS: [&str; 13] =
    ["", "n/a", "-", "–", "—", "null", "#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!"];
/// Further words for nothing in columns of numbers and dates, where they cannot be a name.
const TYPED_NULLS: [&str; 5] = ["na", "nan", "nat", "none", "nil"];

/// Reads the cells of a column.
#[derive(Debug, Clone)]
pub struct CellReader {
    kind: Kind,
    nulls: Vec<String>,
    null_starts: [bool; 256],
    longest_null: usize,
    blank: Option<String>,
    low: Option<Decimal>,
    high: Option<Decimal>,
}

#[derive(Debug, Clone)]
enum Kind {
    Boolean {
        yes: Vec<String>,
        no: Vec<String>,
    },
    Number(NumberReader),
    /// Amounts of which each is in the currency that its row names, if it names one that is known.
    Amount(NumberReader, Option<Currency>),
    Moment(DateReader),
    Symbol {
        by_name: HashMap<String, u32>,
        by_text: HashMap<String, Meaning>,
        seen: HashMap<Box<str>, Option<Meaning>>,
        buffer: String,
    },
    Text,
}

/// What a text means in a column of a list.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// This value of the list.
    Value(u32),
    /// Nothing, because the project file says so.
    Ignored,
}

impl Meaning {
    fn cell<'a>(self) -> Cell<'a> {
        match self {
            Meaning::Value(symbol) => Cell::Symbol(symbol),
            Meaning::Ignored => Cell::Ignored,
        }
    }
}

/// How many spellings of list values are remembered.
const SEEN: usize = 4096;

impl CellReader {
    /// For a column and what the project file says about it.
    pub fn new(program: &Program, field: &Field, binding: &ColumnBinding, project_zone: Tz) -> CellReader {
        let options = &binding.options;
        let kind = match field.ty {
            Type::Boolean => Kind::Boolean {
                yes: binding.yes.iter().map(|t| soft(t)).collect(),
                no: binding.no.iter().map(|t| soft(t)).collect(),
            },
            // The currency stands in a column of its own: see `CellReader::in_currency`.
            Type::Number(_) | Type::Mixed => {
                let reader = NumberReader::new(
                    if let Type::Number(unit) = field.ty { unit } else { Unit::Plain },
                    field.integer,
                    options.decimal_mark.as_ref().map(|m| m.value),
                    options.thousands_mark.as_ref().map(|m| m.value),
                    options.percent,
                );
                if field.ty == Type::Mixed { Kind::Amount(reader, None) } else { Kind::Number(reader) }
            }
            Type::Date | Type::Instant => Kind::Moment(DateReader::new(
                project_zone,
                options.time_zone,
                options.date_format.as_deref(),
                options.epoch,
            )),
            Type::Enum(list) => {
                let values: &[String] = program.enums.get(list.index()).map_or(&[], |e| &e.values);
                let by_name: HashMap<String, u32> =
                    values.iter().enumerate().rev().map(|(i, name)| (fold(name), i as u32)).collect();
                let meaning = |name: &str| match name {
                    "" => Some(Meaning::Ignored),
                    name => values.iter().position(|v| v == name).map(|i| Meaning::Value(i as u32)),
                };
                let by_text =
                    binding.values.iter().filter_map(|(text, name)| Some((soft(text), meaning(name)?))).collect();
                Kind::Symbol { by_name, by_text, seen: HashMap::new(), buffer: String::new() }
            }
            Type::Text | Type::Unknown => Kind::Text,
        };
        let nulls: Vec<String> = match &options.null {
            Some(words) => words.iter().map(|w| soft(w)).collect(),
            None => {
                let typed = matches!(kind, Kind::Number(_) | Kind::Amount(..) | Kind::Moment(_));
                let more: &[&str] = if typed { &TYPED_NULLS } else { &[] };
                NULLS.iter().chain(more).map(|w| (*w).to_string()).collect()
            }
        };
        let mut null_starts = [false; 256];
        for byte in nulls.iter().filter_map(|w| w.bytes().next()) {
            for start in [byte, byte.to_ascii_uppercase()] {
                if let Some(slot) = null_starts.get_mut(usize::from(start)) {
                    // Letters beyond ASCII change their bytes with their case.
                    *slot = true;
                }
            }
        }
        if nulls.iter().any(|w| w.bytes().next().is_some_and(|b| !b.is_ascii())) {
            null_starts.iter_mut().skip(128).for_each(|slot| *slot = true);
        }
        let longest_null = nulls.iter().map(String::len).max().unwrap_or(0);
        let blank = binding.blank.clone();
        CellReader { kind, nulls, null_starts, longest_null, blank, low: field.low, high: field.high }
    }

    /// True if ratios are read without a declaration of how they are written.
    pub fn guesses_percent(&self) -> bool {
        matches!(&self.kind, Kind::Number(reader) if reader.guesses_percent())
    }

    /// `` `score` is 11, at most 10 is allowed ``
    pub fn range_words(&self, field: &str, text: &str) -> String {
        let allowed = match (self.low, self.high) {
            (Some(low), Some(high)) => format!("{low} to {high} is allowed"),
            (Some(low), None) => format!("at least {low} is allowed"),
            (None, Some(high)) => format!("at most {high} is allowed"),
            (None, None) => "that is not allowed".to_string(),
        };
        format!("`{field}` is {text}, {allowed}")
    }

    /// True if the cell holds something, be it readable or not.
    pub fn is_filled(&self, raw: &Raw<'_>) -> bool {
        match raw {
            Raw::Blank => false,
            Raw::Text(text) => !self.is_null(text.trim()),
            _ => true,
        }
    }

    /// True for a trimmed text that means nothing.
    #[inline]
    pub fn is_nothing(&self, text: &str) -> bool {
        let first = text.as_bytes().first();
        first.is_none_or(|first| self.may_be_nothing(*first)) && self.is_null(text)
    }

    /// False if no text that begins with this byte means nothing.
    #[inline]
    pub fn may_be_nothing(&self, first: u8) -> bool {
        self.null_starts.get(usize::from(first)) == Some(&true)
    }

    fn is_null(&self, text: &str) -> bool {
        let Some(first) = text.as_bytes().first() else { return true };
        if !self.null_starts.get(usize::from(*first)).copied().unwrap_or(false) || text.len() > self.longest_null * 2 {
            return false;
        }
        if text.is_ascii() {
            return self.nulls.iter().any(|w| w.eq_ignore_ascii_case(text));
        }
        let folded = text.to_lowercase();
        self.nulls.contains(&folded)
    }

    /// Says which currency the row of the next cell names: a sign or code in the cell must be of that one.
    pub fn in_currency(&mut self, code: Option<&str>) {
        if let Kind::Amount(_, currency) = &mut self.kind {
            *currency = code.and_then(|code| Currency::new(&code.trim().to_ascii_uppercase()));
        }
    }

    /// Reads a cell.
    pub fn read<'a>(&mut self, raw: &Raw<'a>) -> Result<Cell<'a>, Bad> {
        match raw {
            Raw::Text(text) => {
                let text = text.trim();
                // A value of the list is never nothing, even if it is called `none`.
                if let Some(meaning) = self.meaning(text) {
                    return Ok(meaning.cell());
                }
                if self.is_null(text) {
                    return self.read_blank();
                }
                self.read_text(text)
            }
            Raw::Blank => self.read_blank(),
            native => self.read_native(native),
        }
    }

    fn read_blank<'a>(&mut self) -> Result<Cell<'a>, Bad> {
        let Some(text) = self.blank.take() else { return Ok(Cell::Blank) };
        let cell = match self.meaning(text.trim()) {
            Some(meaning) => Ok(meaning.cell()),
            None => self.read_text(text.trim()).map(|cell| match cell {
                Cell::Text(t) => Cell::Text(Cow::Owned(t.into_owned())),
                Cell::Blank => Cell::Blank,
                Cell::Ignored => Cell::Ignored,
                Cell::Boolean(b) => Cell::Boolean(b),
                Cell::Number(n) => Cell::Number(n),
                Cell::Moment(m) => Cell::Moment(m),
                Cell::Symbol(s) => Cell::Symbol(s),
            }),
        };
        self.blank = Some(text);
        cell
    }

    fn meaning(&mut self, text: &str) -> Option<Meaning> {
        let Kind::Symbol { by_name, by_text, seen, buffer } = &mut self.kind else { return None };
        if let Some(known) = seen.get(text) {
            return *known;
        }
        let mut found = if by_text.is_empty() { None } else { by_text.get(&soft(text)).copied() };
        if found.is_none() {
            fold_into(text, buffer);
            // A text without any letter or digit folds to nothing, and nothing is no name.
            found = if buffer.is_empty() { None } else { by_name.get(buffer.as_str()).copied().map(Meaning::Value) };
        }
        if seen.len() < SEEN {
            seen.insert(text.into(), found);
        }
        found
    }

    fn read_text<'a>(&self, text: &'a str) -> Result<Cell<'a>, Bad> {
        match &self.kind {
            Kind::Text => Ok(Cell::Text(Cow::Borrowed(text))),
            Kind::Number(reader) => reader.read(text).and_then(|n| self.ranged(n)),
            Kind::Amount(reader, currency) => reader.read_in(text, *currency).and_then(|n| self.ranged(n)),
            Kind::Moment(reader) => reader.read(text).map(Cell::Moment),
            Kind::Symbol { .. } => Err(Bad::NotInList),
            Kind::Boolean { yes, no } => {
                let is = |words: &[String]| !words.is_empty() && words.contains(&soft(text));
                let among = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(text));
                if is(yes) {
                    Ok(Cell::Boolean(true))
                } else if is(no) {
                    Ok(Cell::Boolean(false))
                } else if among(&["yes", "true", "1", "y", "t"]) {
                    Ok(Cell::Boolean(true))
                } else if among(&["no", "false", "0", "n", "f"]) {
                    Ok(Cell::Boolean(false))
                } else {
                    Err(Bad::NotBoolean)
                }
            }
        }
    }

    fn ranged<'a>(&self, number: Decimal) -> Result<Cell<'a>, Bad> {
        if self.low.is_some_and(|low| number < low) || self.high.is_some_and(|high| number > high) {
            return Err(Bad::OutOfRange);
        }
        Ok(Cell::Number(number))
    }

    fn read_native<'a>(&mut self, raw: &Raw<'_>) -> Result<Cell<'a>, Bad> {
        match (&self.kind, raw) {
            (_, Raw::Nested) => Err(Bad::Nested),
            (Kind::Number(_) | Kind::Amount(..), Raw::TooLarge | Raw::Numeral(_, None)) => Err(Bad::TooLarge),
            (Kind::Number(reader) | Kind::Amount(reader, _), Raw::Number(n) | Raw::Numeral(_, Some(n))) => {
                reader.native(*n).and_then(|n| self.ranged(n))
            }
            (Kind::Number(_) | Kind::Amount(..), _) => Err(Bad::NotNumber),
            (Kind::Moment(reader), Raw::Date(date)) => reader.date(*date).map(Cell::Moment),
            (Kind::Moment(reader), Raw::Instant(micros)) => reader.instant(*micros).map(Cell::Moment),
            (Kind::Moment(reader), Raw::Naive(micros)) => reader.naive(*micros).map(Cell::Moment),
            (Kind::Moment(reader), Raw::Number(n) | Raw::Numeral(_, Some(n))) => reader.number(*n).map(Cell::Moment),
            (Kind::Moment(_), _) => Err(Bad::NotDate),
            // As texts all of these would be the same.
            (_, Raw::TooLarge) => Err(Bad::TooLarge),
            (Kind::Boolean { .. }, Raw::Boolean(b)) => Ok(Cell::Boolean(*b)),
            (_, native) => {
                let text = shown(native);
                if let Some(meaning) = self.meaning(&text) {
                    return Ok(meaning.cell());
                }
                match self.read_text(&text)? {
                    Cell::Boolean(b) => Ok(Cell::Boolean(b)),
                    Cell::Text(t) => Ok(Cell::Text(Cow::Owned(t.into_owned()))),
                    _ => Ok(Cell::Blank),
                }
            }
        }
    }
}

/// A cell as a person would write it.
pub fn shown<'a>(raw: &Raw<'a>) -> Cow<'a, str> {
    match raw {
        Raw::Blank => Cow::Borrowed(""),
        Raw::Text(text) => Cow::Borrowed(text),
        Raw::Number(n) => Cow::Owned(n.to_string()),
        Raw::Numeral(written, _) => Cow::Borrowed(written),
        Raw::TooLarge => Cow::Borrowed("a number of more than 38 digits"),
        Raw::Boolean(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
        Raw::Date(date) => Cow::Owned(date.to_string()),
        Raw::Instant(micros) | Raw::Naive(micros) => {
            let text = chrono::DateTime::from_timestamp_micros(*micros)
                .map_or_else(|| micros.to_string(), |t| t.naive_utc().format("%Y-%m-%dT%H:%M:%S%.f").to_string());
            Cow::Owned(if matches!(raw, Raw::Instant(_)) { text + "Z" } else { text })
        }
        Raw::Nested => Cow::Borrowed("{…}"),
    }
}
