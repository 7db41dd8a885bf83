//! From text or JSON to a value of a field's type.

use crate::calendar::Date;
use crate::data::fold;
use crate::number::{Decimal, NumberError};
use crate::program::{EnumId, Field, Program, Type};
use crate::value::{DAY_MICROS, Missing, Value};
use serde_json::Value as Json;

/// True if a field of this type may have this value.
pub(super) fn fits(program: &Program, ty: Type, value: &Value) -> bool {
    match (ty, value) {
        (_, Value::Missing(_))
        | (Type::Boolean, Value::Boolean(_))
        | (Type::Number(_) | Type::Mixed, Value::Number(_))
        | (Type::Text, Value::Text(_))
        | (Type::Date | Type::Instant, Value::Date(_) | Value::Instant(_)) => true,
        (Type::Enum(list), Value::Symbol(symbol)) => names(program, list).len() > *symbol as usize,
        _ => false,
    }
}

/// The value of a text, or what is wrong with it.
pub(super) fn read(program: &Program, field: Option<&Field>, ty: Type, text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Missing(Missing::NoData));
    }
    match ty {
        Type::Boolean => match fold(text).as_str() {
            "yes" | "true" | "1" => Ok(Value::Boolean(true)),
            "no" | "false" | "0" => Ok(Value::Boolean(false)),
            _ => Err(format!("is neither yes nor no: `{text}`")),
        },
        Type::Number(_) | Type::Mixed => match Decimal::parse(text) {
            Ok(number) => in_range(field, number),
            Err(NumberError::Malformed) => Err(format!("is not a number: `{text}`")),
            Err(NumberError::TooLarge) => Err(format!("is too large a number: `{text}`")),
        },
        Type::Date => {
            Date::parse(text).map(Value::Date).ok_or_else(|| format!("is not a date such as 2026-03-31: `{text}`"))
        }
        Type::Instant => instant(text).ok_or_else(|| format!("is not a time such as 2026-03-31T09:30: `{text}`")),
        Type::Enum(list) => {
            let folded = fold(text);
            let place = names(program, list).iter().position(|name| *name == folded || name == text);
            let symbol = place.and_then(|place| u32::try_from(place).ok());
            symbol.map(Value::Symbol).ok_or_else(|| {
                let known = names(program, list).join(", ");
                format!("is none of {known}: `{text}`")
            })
        }
        Type::Text => Ok(Value::Text(text.into())),
        Type::Unknown => Err("has no type".to_string()),
    }
}

/// The value of a JSON value, or what is wrong with it.
pub(super) fn from_json(program: &Program, field: Option<&Field>, ty: Type, json: &Json) -> Result<Value, String> {
    match (ty, json) {
        (_, Json::Null) => Ok(Value::Missing(Missing::NoData)),
        (Type::Boolean, Json::Bool(truth)) => Ok(Value::Boolean(*truth)),
        (Type::Number(_) | Type::Mixed, Json::Number(number)) => {
            let text = number.to_string();
            let exact = Decimal::parse(&text).ok();
            let read =
                exact.or_else(|| number.as_f64().filter(|_| text.contains(['e', 'E'])).and_then(Decimal::from_f64));
            read.map_or_else(|| Err(format!("is too large a number: `{text}`")), |number| in_range(field, number))
        }
        (Type::Text, Json::Number(number)) => Ok(Value::Text(number.to_string().into())),
        (_, Json::String(text)) => read(program, field, ty, text),
        (_, other) => Err(format!("is {ty}, not {other}")),
    }
}

/// What the column declares holds for records, too.
fn in_range(field: Option<&Field>, number: Decimal) -> Result<Value, String> {
    let Some(field) = field else { return Ok(Value::Number(number)) };
    if field.integer && !number.is_integer() {
        return Err(format!("is not a whole number: `{number}`"));
    }
    match (field.low, field.high) {
        (Some(low), _) if number < low => Err(format!("is {number}, at least {low} is allowed")),
        (_, Some(high)) if number > high => Err(format!("is {number}, at most {high} is allowed")),
        _ => Ok(Value::Number(number)),
    }
}

/// `2026-03-31T09:30:00` on the wall clock of the project's time zone, or a whole day.
fn instant(text: &str) -> Option<Value> {
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, time),
        None => return Date::parse(text).map(Value::Date),
    };
    let mut seconds = 0i64;
    let mut parts = time.split(':');
    for (most, unit) in [(23, 3_600), (59, 60), (59, 1)] {
        let Some(part) = parts.next() else { continue };
        let number = part.parse::<i64>().ok().filter(|n| part.len() == 2 && (0..=most).contains(n))?;
        seconds += number * unit;
    }
    if parts.next().is_some() {
        return None;
    }
    let days = i64::from(Date::parse(day)?.0);
    Some(Value::Instant(days * DAY_MICROS + seconds * 1_000_000))
}

fn names(program: &Program, list: EnumId) -> &[String] {
    program.enums.get(list.index()).map_or(&[], |list| list.values.as_slice())
}
