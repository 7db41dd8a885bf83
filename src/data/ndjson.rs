//! One JSON object per line; numbers and booleans need no reading, and a name that is absent is a blank cell.

use super::cells::{Bad, NumberReader, Raw};
use super::fold::fold;
use super::header::match_headers;
use super::input::{Lines, Row};
use super::table::{Source, TableBuilder};
use super::{DataError, RejectReason};
use crate::program::Unit;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::io::{self, BufRead};

struct Object<'a> {
    object: &'a Map<String, Value>,
    names: &'a [Vec<String>],
}

impl Source for Object<'_> {
    fn cell(&self, field: usize) -> Raw<'_> {
        let names: &[String] = self.names.get(field).map_or(&[], Vec::as_slice);
        raw(names.iter().find_map(|name| self.object.get(name)))
    }
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

/// Reads a whole file into the table.
///
/// The names are those of all objects, so that they can be matched only once the file has been seen; objects come first
/// with what most have, though, so a name is taken to be the program's as soon as it is met.
pub fn read(builder: &mut TableBuilder<'_>, input: impl BufRead, file: &str) -> io::Result<()> {
    let mut lines = Lines::new(input);
    let mut headers: Vec<String> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    let fields = builder.table.fields.len();
    let wanted: Vec<String> = (0..fields)
        .map(|i| {
            let name = builder.table.fields.get(i).map_or("", |f| f.name.as_str());
            builder.header_of(i).unwrap_or(name).to_string()
        })
        .collect();
    let folded: Vec<String> = wanted.iter().map(|w| fold(w)).collect();
    // For each column the names that mean it: the exact one first.
    let mut names: Vec<Vec<String>> = wanted.iter().map(|w| vec![w.clone()]).collect();
    loop {
        let line = match lines.read()? {
            Row::End => break,
            Row::TooLong(line) => {
                builder.reject_row(line, RejectReason::TooLong, TOO_LONG.to_string());
                continue;
            }
            Row::Cells(line) | Row::Unclosed(line) => line,
        };
        let Ok(text) = std::str::from_utf8(lines.text()) else {
            builder.reject_row(line, RejectReason::Encoding, "not UTF-8; save the file as UTF-8".to_string());
            continue;
        };
        let object = match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(object)) => object,
            Ok(Value::Array(_)) if line == 1 => {
                builder.errors.push(array(file));
                return Ok(());
            }
            Ok(_) => {
                builder.reject_row(line, RejectReason::Malformed, "not a JSON object".to_string());
                continue;
            }
            Err(_) if line == 1 && text.trim_start().starts_with('[') => {
                builder.errors.push(array(file));
                return Ok(());
            }
            Err(error) => {
                builder.reject_row(line, RejectReason::Malformed, not_json(&error));
                continue;
            }
        };
        for name in object.keys() {
            if headers.len() < MOST_NAMES && !seen.contains(name) {
                seen.insert(name.clone());
                headers.push(name.clone());
                let key = fold(name);
                for (list, folded) in names.iter_mut().zip(&folded) {
                    if *folded == key && !list.contains(name) {
                        list.push(name.clone());
                    }
                }
            }
        }
        builder.row(line, &Object { object: &object, names: &names });
    }
    if headers.is_empty() {
        // An export of no rows has no names either.
        return Ok(());
    }
    match_headers(builder, &headers, None, file);
    Ok(())
}

/// Names beyond these are not listed as unused.
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
