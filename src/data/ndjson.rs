//! One JSON object per line; numbers and booleans need no reading, and a name that is absent is a blank cell.

use super::DataError;
use super::cells::{Bad, NumberReader, Raw};
use crate::program::Unit;
use serde_json::Value;

/// The lines of a block, the first of which has this number.
pub(super) fn lines(block: &[u8], first: u64) -> impl Iterator<Item = (u64, &[u8])> {
    (first..).zip(block.strip_suffix(b"\n").unwrap_or(block).split(|byte| *byte == b'\n'))
}

/// A value as a cell; one that is not there is blank.
pub(super) fn raw(value: Option<&Value>) -> Raw<'_> {
    match value {
        None | Some(Value::Null) => Raw::Blank,
        Some(Value::Bool(b)) => Raw::Boolean(*b),
        Some(Value::String(text)) => Raw::Text(text),
        Some(Value::Array(_) | Value::Object(_)) => Raw::Nested,
        Some(Value::Number(written)) => number(written.as_str()),
    }
}

/// A number as a cell.
pub(super) fn number(written: &str) -> Raw<'_> {
    match NumberReader::new(Unit::Plain, false, None, Some(None), None).read(written) {
        Ok(n) if is_exact(written) => Raw::Number(n),
        Ok(n) => Raw::Numeral(written, Some(n)),
        Err(Bad::TooLarge) => Raw::Numeral(written, None),
        Err(_) => Raw::Text(written),
    }
}

/// True if a number has no more fractional digits than are kept.
fn is_exact(written: &str) -> bool {
    let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let digits = mantissa.split_once('.').map_or("", |(_, digits)| digits.trim_end_matches('0')).len() as i64;
    exponent.trim_start_matches('+').parse::<i32>().is_ok_and(|exponent| digits - i64::from(exponent) <= 9)
}

/// Names beyond these are not listed as unused, nor remembered; those that are wanted are read all the same.
pub(super) const MOST_NAMES: usize = 4096;

pub(super) const TOO_LONG: &str = "longer than 1 MiB";

/// Why a line cannot be read.
pub(super) fn not_json(error: &serde_json::Error) -> String {
    format!("not JSON at column {}", error.column())
}

/// The error for a file that is one list.
pub(super) fn array(file: &str) -> DataError {
    DataError {
        place: format!("{file}:1"),
        message: "the file is one JSON list; one object per line is wanted".to_string(),
        help: Some("convert it, for example with `jq -c '.[]'`".to_string()),
    }
}
