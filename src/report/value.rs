//! Values as people read them, and as machines do.
//!
//! For people a value carries its unit and few digits (`400,000 USD`, `33.3%`, `34 days`, `too few`); for json and csv
//! it is exact.

use crate::calendar::Date;
use crate::number::{DIGITS, Decimal};
use crate::program::{Program, Type, Unit};
use crate::report::pen::{Pen, Word};
pub use crate::value::MASK;
use crate::value::{DAY_MICROS, Value};
use serde_json::json;

/// For people.
pub fn shown(program: &Program, ty: Type, value: &Value) -> String {
    match (value, ty) {
        (Value::Missing(missing), _) => missing.words().to_string(),
        (Value::Boolean(b), _) => if *b { "yes" } else { "no" }.to_string(),
        (Value::Number(n), Type::Number(unit)) => number(*n, unit),
        (Value::Number(n), _) => number(*n, Unit::Plain),
        (Value::Date(date), _) => date.to_string(),
        (Value::Instant(micros), _) => instant(*micros, ' '),
        (Value::Symbol(symbol), Type::Enum(list)) => program.symbol(list, *symbol).to_string(),
        (Value::Symbol(symbol), _) => format!("value {symbol}"),
        (Value::Text(text), _) => text.to_string(),
    }
}

/// A number with its unit, for people.
pub fn number(n: Decimal, unit: Unit) -> String {
    match unit {
        Unit::Plain => plain(n),
        Unit::Ratio => match n.mul(Decimal::HUNDRED) {
            Some(percent) => format!("{}%", trimmed(percent, few_digits(percent, 1))),
            None => plain(n),
        },
        Unit::Points => points(n),
        Unit::Nps => trimmed(n, 1),
        Unit::Money(currency) if n.is_integer() => format!("{} {currency}", trimmed(n, 0)),
        Unit::Money(currency) => format!("{} {currency}", separated(&n.fixed(2))),
        Unit::Days => format!("{} {}", plain(n), if n.abs() == Decimal::ONE { "day" } else { "days" }),
    }
}

/// The number that [`number`] shows: what a reader who compares it with a bound has before them.
pub fn rounded(n: Decimal, unit: Unit) -> Decimal {
    match unit {
        Unit::Plain | Unit::Days => n.round(few_digits(n, 2)),
        Unit::Ratio => {
            let percent = n.mul(Decimal::HUNDRED).unwrap_or(n);
            percent.round(few_digits(percent, 1)).div(Decimal::HUNDRED).unwrap_or(n)
        }
        Unit::Points | Unit::Nps => n.round(1),
        Unit::Money(_) => n.round(2),
    }
}

/// A number with its unit and every digit.
pub fn precise(n: Decimal, unit: Unit) -> String {
    match unit {
        Unit::Plain | Unit::Points | Unit::Nps => separated(&n.to_string()),
        Unit::Ratio => n.mul(Decimal::HUNDRED).map_or_else(|| n.to_string(), |p| format!("{p}%")),
        Unit::Money(currency) => format!("{} {currency}", separated(&n.to_string())),
        Unit::Days => format!("{} days", separated(&n.to_string())),
    }
}

/// Points and scores: one fractional digit.
pub fn points(n: Decimal) -> String {
    separated(&n.fixed(1))
}

/// A share as per cent, `75%`.
pub fn percent(ratio: Decimal) -> String {
    number(ratio, Unit::Ratio)
}

/// A bare number: two fractional digits at most, or three that count where it is small.
pub fn plain(n: Decimal) -> String {
    trimmed(n, few_digits(n, 2))
}

/// `least` fractional digits, or as many as a small number needs to show two that count.
fn few_digits(n: Decimal, least: u32) -> u32 {
    let raw = n.raw().unsigned_abs();
    if raw == 0 || n.is_integer() {
        return least;
    }
    let leading = DIGITS.saturating_sub(raw.checked_ilog10().map_or(0, |l| l + 1));
    if leading >= least { (leading + 2).min(DIGITS) } else { least }
}

fn trimmed(n: Decimal, digits: u32) -> String {
    let text = n.fixed(digits);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    separated(if text == "-0" { "0" } else { text })
}

/// `12345.5` as `12,345.5`.
fn separated(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A count with thousands separators.
pub fn grouped(count: u64) -> String {
    separated(&count.to_string())
}

fn instant(micros: i64, between: char) -> String {
    let date = Date(i32::try_from(micros.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX));
    let seconds = micros.rem_euclid(DAY_MICROS) / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{date}{between}{hours:02}:{minutes:02}:{seconds:02}")
}

/// For json: numbers with every digit, missing values as `{"missing": "too few"}`.
pub fn json(program: &Program, ty: Type, value: &Value) -> serde_json::Value {
    match (value, ty) {
        (Value::Missing(missing), _) => json!({ "missing": missing.words() }),
        (Value::Boolean(b), _) => json!(b),
        (Value::Number(n), _) => decimal(*n),
        (Value::Date(date), _) => json!(date.to_string()),
        (Value::Instant(micros), _) => json!(instant(*micros, 'T')),
        (Value::Symbol(symbol), Type::Enum(list)) => json!(program.symbol(list, *symbol)),
        (Value::Symbol(symbol), _) => json!(symbol),
        (Value::Text(text), _) => json!(&**text),
    }
}

/// A json number with every digit; it never passes through a binary float.
pub fn decimal(n: Decimal) -> serde_json::Value {
    let text = n.to_string();
    text.parse::<serde_json::Number>().map_or_else(|_| json!(text), serde_json::Value::Number)
}

/// For csv: exact; a missing value is an empty cell.
pub fn csv(program: &Program, ty: Type, value: &Value) -> String {
    match (value, ty) {
        (Value::Missing(_), _) => String::new(),
        (Value::Number(n), _) => n.to_string(),
        (Value::Instant(micros), _) => instant(*micros, 'T'),
        _ => shown(program, ty, value),
    }
}

/// The same as a cell of a line after a comma, quoted where it has to be.
pub fn write_csv(pen: &mut Pen, program: &Program, ty: Type, value: &Value) {
    match value {
        Value::Missing(_) => pen.short(*b","),
        Value::Boolean(true) => pen.short(*b",yes"),
        Value::Boolean(false) => pen.short(*b",no"),
        Value::Number(n) => pen.number(n.raw()),
        Value::Date(date) => pen.date(*date),
        Value::Text(text) => {
            pen.short(*b",");
            pen.cell(text.as_bytes());
        }
        Value::Symbol(_) | Value::Instant(_) => pen.word(&Word::cell(&csv(program, ty, value))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::program::Currency;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_carry_their_unit() {
        let usd = Unit::Money(Currency::new("USD").unwrap());
        assert_eq!(number(d("400000"), usd), "400,000 USD");
        assert_eq!(number(d("-1234.5"), usd), "-1,234.50 USD");
        assert_eq!(number(d("0.3333"), Unit::Ratio), "33.3%");
        assert_eq!(number(d("0.75"), Unit::Ratio), "75%");
        assert_eq!(number(d("0.0004"), Unit::Ratio), "0.04%");
        assert_eq!(number(d("69.96"), Unit::Points), "70.0");
        assert_eq!(number(d("1"), Unit::Days), "1 day");
        assert_eq!(number(d("34"), Unit::Days), "34 days");
        assert_eq!(number(d("-12.5"), Unit::Nps), "-12.5");
        assert_eq!(number(d("2.50"), Unit::Plain), "2.5");
        assert_eq!(number(d("3.083999"), Unit::Plain), "3.08");
        assert_eq!(number(d("0.00123"), Unit::Plain), "0.0012");
        assert_eq!(number(d("-0.001"), Unit::Points), "0.0");
    }

    #[test]
    fn json_keeps_every_digit() {
        assert_eq!(decimal(d("57.142857143")).to_string(), "57.142857143");
        assert_eq!(decimal(d("99999999999999999999.000000001")).to_string(), "99999999999999999999.000000001");
        assert_eq!(decimal(d("-2")).to_string(), "-2");
    }
}
