//! Numbers as people and programs write them: grouped, signed, with currency, percent and magnitude.
//!
//! Nothing is guessed: a group of two digits, a mark that is not declared, a currency that is not the column's makes the
//! cell unreadable, never another number.

use super::Bad;
use crate::data::settings::Percent;
use crate::number::{Decimal, SCALE};
use crate::program::{Currency, Unit};

/// How the numbers of a column are written.
#[derive(Debug, Clone)]
pub struct NumberReader {
    unit: Unit,
    integer: bool,
    decimal: char,
    thousands: Thousands,
    percent: Option<Percent>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Thousands {
    /// The usual marks: the one of comma and point that is not the decimal mark, spaces, apostrophes.
    Usual,
    /// This mark only.
    Mark(char),
    /// None at all.
    None,
}

/// Signs and the currencies they can stand for; longer ones first.
const SIGNS: [(&str, &[&str]); 24] = [
    ("US$", &["USD"]),
    ("CA$", &["CAD"]),
    ("AU$", &["AUD"]),
    ("NZ$", &["NZD"]),
    ("HK$", &["HKD"]),
    ("MX$", &["MXN"]),
    ("R$", &["BRL"]),
    ("C$", &["CAD"]),
    ("A$", &["AUD"]),
    ("S$", &["SGD"]),
    ("$", &["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "CLP", "COP", "ARS", "TWD"]),
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("¥", &["JPY", "CNY"]),
    ("₹", &["INR"]),
    ("₩", &["KRW"]),
    ("₽", &["RUB"]),
    ("₺", &["TRY"]),
    ("₪", &["ILS"]),
    ("₫", &["VND"]),
    ("₴", &["UAH"]),
    ("zł", &["PLN"]),
    ("Kč", &["CZK"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
];

/// Codes that are recognised as another currency; any other three letters are just not a number.
const CODES: &str = "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW KWD \
                     MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR";

impl NumberReader {
    /// For a unit and the marks that the project file declares; `thousands` is `Some(None)` for no mark at all.
    pub fn new(
        unit: Unit,
        integer: bool,
        decimal: Option<char>,
        thousands: Option<Option<char>>,
        percent: Option<Percent>,
    ) -> Self {
        let thousands = match thousands {
            None => Thousands::Usual,
            Some(None) => Thousands::None,
            Some(Some(mark)) => Thousands::Mark(mark),
        };
        // A declared comma between thousands needs no second declaration for the point, and the other way round.
        let decimal = decimal.unwrap_or(if thousands == Thousands::Mark('.') { ',' } else { '.' });
        NumberReader { unit, integer, decimal, thousands, percent }
    }

    /// True if ratios are read without a declaration of how they are written.
    pub fn guesses_percent(&self) -> bool {
        self.unit == Unit::Ratio && self.percent.is_none()
    }

    /// Reads a trimmed text that is not blank.
    pub fn read(&self, text: &str) -> Result<Decimal, Bad> {
        let shift = if self.unit == Unit::Ratio && self.percent == Some(Percent::Number) { -2 } else { 0 };
        if self.percent != Some(Percent::Text)
            && shift == 0
            && let Some(number) = self.simple(text.as_bytes())
        {
            return self.whole(number);
        }
        let mut negative = false;
        let mut signed = false;
        let mut rest = text;
        let mut same_currency = None;
        if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
            (negative, signed, rest) = (true, true, inner.trim());
        }
        // Sign and currency come in either order: -$5, $-5, $(5).
        for _ in 0..2 {
            if same_currency.is_none()
                && let Unit::Money(currency) = self.unit
                && let Some((behind, same)) = currency_before(rest, currency)
            {
                (same_currency, rest) = (Some(same), behind.trim_start());
            }
            if !signed {
                if let Some(behind) = rest.strip_prefix(['-', '\u{2212}']) {
                    (negative, signed, rest) = (true, true, behind.trim_start());
                } else if let Some(behind) = rest.strip_prefix('+') {
                    (signed, rest) = (true, behind.trim_start());
                } else if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
                    (negative, signed, rest) = (true, true, inner.trim());
                }
            }
        }
        let mut shift = shift;
        match self.unit {
            Unit::Money(currency) => {
                if same_currency.is_none()
                    && let Some((before, same)) = currency_after(rest, currency)
                {
                    (same_currency, rest) = (Some(same), before.trim_end());
                }
                if same_currency == Some(false) {
                    return Err(Bad::OtherCurrency);
                }
            }
            Unit::Ratio => {
                if let Some(before) = rest.strip_suffix('%') {
                    (shift, rest) = (-2, before.trim_end());
                } else if self.percent == Some(Percent::Text) && rest.bytes().any(|b| matches!(b, b'1'..=b'9')) {
                    return Err(Bad::NoPercentSign);
                }
            }
            Unit::Days => {
                for word in ["days", "day", "d"] {
                    if let Some(before) = rest.strip_suffix(word) {
                        rest = before.trim_end();
                        break;
                    }
                }
            }
            Unit::Plain | Unit::Points | Unit::Nps => {}
        }
        if rest.ends_with('%') {
            return Err(Bad::PercentSign);
        }
        if matches!(self.unit, Unit::Money(_) | Unit::Plain) {
            for (word, zeros) in [("k", 3), ("mn", 6), ("m", 6), ("bn", 9), ("b", 9)] {
                let cut = rest.len().saturating_sub(word.len());
                if rest.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(word)) && cut > 0 {
                    (shift, rest) = (zeros, rest.get(..cut).unwrap_or("").trim_end());
                    break;
                }
            }
        }
        let number = self.digits(rest, shift)?;
        self.whole(if negative { number.neg() } else { number })
    }

    /// Reads an amount in the currency that its row names; without one, a sign or code contradicts the row.
    pub fn read_in(&self, text: &str, currency: Option<Currency>) -> Result<Decimal, Bad> {
        let plain = self.read(text);
        if plain != Err(Bad::NotNumber) {
            return plain;
        }
        match currency {
            Some(currency) => match (NumberReader { unit: Unit::Money(currency), ..self.clone() }).read(text) {
                Err(Bad::OtherCurrency) => Err(Bad::RowCurrency),
                read => read,
            },
            None if currency_of(text).is_some() => Err(Bad::RowCurrency),
            None => plain,
        }
    }

    /// A number that needs no reading, in the column's unit.
    pub fn native(&self, number: Decimal) -> Result<Decimal, Bad> {
        if self.unit == Unit::Ratio && self.percent == Some(Percent::Number) {
            return number.div(Decimal::HUNDRED).ok_or(Bad::TooLarge);
        }
        self.whole(number)
    }

    fn whole(&self, number: Decimal) -> Result<Decimal, Bad> {
        if self.integer && !number.is_integer() { Err(Bad::NotWhole) } else { Ok(number) }
    }

    /// The quick way for what almost every cell is: an optional minus, digits, perhaps a point and a few more.
    fn simple(&self, bytes: &[u8]) -> Option<Decimal> {
        let (negative, digits) = match bytes.split_first() {
            Some((b'-', rest)) => (true, rest),
            _ => (false, bytes),
        };
        if digits.is_empty() || digits.len() > 18 {
            return None;
        }
        let mut value: u64 = 0;
        let mut fraction: Option<u32> = None;
        for byte in digits {
            match byte {
                b'0'..=b'9' => {
                    value = value * 10 + u64::from(byte - b'0');
                    if let Some(count) = &mut fraction {
                        *count += 1;
                    }
                }
                b'.' if self.decimal == '.' && fraction.is_none() => fraction = Some(0),
                _ => return None,
            }
        }
        if digits.len() == 1 && fraction.is_some() {
            return None;
        }
        let places = fraction.unwrap_or(0);
        if places > 9 {
            return None;
        }
        let raw = i128::from(value) * (SCALE / 10i128.pow(places));
        Decimal::from_raw(if negative { -raw } else { raw })
    }

    fn digits(&self, text: &str, shift: i32) -> Result<Decimal, Bad> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let valid = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
                if valid.is_empty() || valid.len() > 3 || !valid.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(Bad::NotNumber);
                }
                (mantissa, exponent.parse::<i32>().map_err(|_| Bad::NotNumber)?)
            }
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, fraction),
            None => (mantissa, ""),
        };
        if !fraction.bytes().all(|b| b.is_ascii_digit()) || !self.grouped(whole) {
            return Err(Bad::NotNumber);
        }
        let digits = || whole.bytes().filter(u8::is_ascii_digit).chain(fraction.bytes());
        if digits().next().is_none() {
            return Err(Bad::NotNumber);
        }
        // `point` digits stand before the point; leading zeros do not count.
        let whole_digits = whole.bytes().filter(u8::is_ascii_digit).count() as i32;
        let zeros = digits().take_while(|b| *b == b'0').count() as i32;
        let wanted = whole_digits + exponent + shift - zeros + 9;
        if wanted < 0 || digits().all(|b| b == b'0') {
            return Ok(Decimal::ZERO);
        }
        if wanted > 38 {
            return Err(Bad::TooLarge);
        }
        let mut significant = digits().skip(zeros as usize);
        let mut raw: i128 = 0;
        for _ in 0..wanted {
            raw = raw * 10 + i128::from(significant.next().unwrap_or(b'0') - b'0');
        }
        if significant.next().is_some_and(|b| b >= b'5') {
            raw += 1;
        }
        Decimal::from_raw(raw).ok_or(Bad::TooLarge)
    }

    /// True for digits in groups of three (or, before the last group, of two as in 12,34,567) with one kind of mark.
    fn grouped(&self, whole: &str) -> bool {
        if whole.bytes().all(|b| b.is_ascii_digit()) {
            return true;
        }
        let Some(mark) = whole.chars().find(|c| !c.is_ascii_digit()) else { return true };
        let space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}');
        let allowed = match self.thousands {
            Thousands::None => false,
            Thousands::Mark(declared) => mark == declared || (space(mark) && space(declared)),
            Thousands::Usual => {
                space(mark) || matches!(mark, '\'' | '\u{2019}') || (matches!(mark, ',' | '.') && mark != self.decimal)
            }
        };
        if !allowed {
            return false;
        }
        let groups: Vec<&str> = whole.split(mark).collect();
        let Some(((first, last), middle)) = groups.split_first().and_then(|(f, r)| {
            let (l, m) = r.split_last()?;
            Some(((*f, *l), m))
        }) else {
            return false;
        };
        let digits = |g: &str, n: usize| g.len() == n && g.bytes().all(|b| b.is_ascii_digit());
        let lead = |most: usize| (1..=most).any(|n| digits(first, n));
        digits(last, 3)
            && ((lead(3) && middle.iter().all(|g| digits(g, 3)))
                || (mark == ',' && lead(2) && !middle.is_empty() && middle.iter().all(|g| digits(g, 2))))
    }
}

/// What is left behind a currency sign or code, and whether it is the column's.
fn currency_before(text: &str, currency: Currency) -> Option<(&str, bool)> {
    if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '(')) {
        return None;
    }
    for (sign, codes) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign) {
            return Some((rest, codes.contains(&currency.code())));
        }
    }
    let code = text.get(..3)?;
    let rest = text.get(3..)?;
    known_code(code, currency).map(|same| (rest, same))
}

/// What is left before a currency sign or code, and whether it is the column's.
fn currency_after(text: &str, currency: Currency) -> Option<(&str, bool)> {
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    for (sign, codes) in SIGNS {
        if let Some(rest) = text.strip_suffix(sign) {
            return Some((rest, codes.contains(&currency.code())));
        }
    }
    let cut = text.len().checked_sub(3)?;
    let code = text.get(cut..)?;
    known_code(code, currency).map(|same| (text.get(..cut).unwrap_or(""), same))
}

/// The currency that an amount is written in, as far as its sign or code says; `$` is taken for the US dollar.
pub fn currency_of(text: &str) -> Option<Currency> {
    let bare =
        text.trim_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '-' | '+' | '(' | ')'));
    let sign = SIGNS.iter().find(|(sign, _)| bare.starts_with(sign) || bare.ends_with(sign));
    if let Some((_, codes)) = sign {
        return codes.first().and_then(|code| Currency::new(code));
    }
    let ends = [bare.get(..3), bare.len().checked_sub(3).and_then(|cut| bare.get(cut..))];
    let known = |code: &&str| CODES.split_ascii_whitespace().any(|c| c.eq_ignore_ascii_case(code));
    ends.into_iter().flatten().find(known).and_then(|code| Currency::new(&code.to_ascii_uppercase()))
}

fn known_code(code: &str, currency: Currency) -> Option<bool> {
    if !code.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    if code.eq_ignore_ascii_case(currency.code()) {
        return Some(true);
    }
    CODES.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(code)).then_some(false)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn money(code: &str) -> Unit {
        Unit::Money(Currency::new(code).unwrap())
    }

    fn read(unit: Unit, text: &str) -> Result<String, Bad> {
        NumberReader::new(unit, false, None, None, None).read(text).map(|n| n.to_string())
    }

    fn european(unit: Unit, text: &str) -> Result<String, Bad> {
        NumberReader::new(unit, false, Some(','), None, None).read(text).map(|n| n.to_string())
    }

    #[test]
    fn plain_numbers() {
        for (text, value) in [
            ("0", "0"),
            ("-0", "0"),
            ("7", "7"),
            ("-12.5", "-12.5"),
            ("+3", "3"),
            ("1,234.50", "1234.5"),
            ("1 234", "1234"),
            ("1'234'567", "1234567"),
            ("12,34,567", "1234567"),
            ("(500)", "-500"),
            ("1.2M", "1200000"),
            ("12k", "12000"),
            ("12 K", "12000"),
            ("2bn", "2000000000"),
            ("1e3", "1000"),
            ("1.5E-3", "0.0015"),
            (".5", "0.5"),
            ("5.", "5"),
            ("\u{2212}4", "-4"),
            ("0.1234567895", "0.12345679"),
            ("0.00000000049", "0"),
            ("99999999999999999999999999999", "99999999999999999999999999999"),
            ("1e-400", "0"),
        ] {
            assert_eq!(read(Unit::Plain, text).as_deref(), Ok(value), "{text}");
        }
        for text in [
            "n.a.", "1,5", "1,23,4", "12.345,6", "1,234,56", "1..2", "--3", "$5", "5 USD", "1e", "e3", ".", "-", "()",
            "1e9999", "0x1F", "1_000", "M", "k", "½", "٣", "1 2", ",123",
        ] {
            assert!(matches!(read(Unit::Plain, text), Err(Bad::NotNumber)), "{text}: {:?}", read(Unit::Plain, text));
        }
        assert_eq!(read(Unit::Plain, "100000000000000000000000000000"), Err(Bad::TooLarge));
        assert_eq!(read(Unit::Plain, "45%"), Err(Bad::PercentSign));
    }

    #[test]
    fn amounts() {
        for (text, value) in [
            ("$1,234.50", "1234.5"),
            ("-$500", "-500"),
            ("$-500", "-500"),
            ("$(500)", "-500"),
            ("($500)", "-500"),
            ("US$ 5", "5"),
            ("USD 400,000", "400000"),
            ("400,000 usd", "400000"),
            ("$1.2M", "1200000"),
            ("$250k", "250000"),
            ("250k USD", "250000"),
        ] {
            assert_eq!(read(money("USD"), text).as_deref(), Ok(value), "{text}");
        }
        for text in ["€5", "5 EUR", "£1.2M", "R$ 5", "5 kr", "C$5", "chf 5"] {
            assert_eq!(read(money("USD"), text), Err(Bad::OtherCurrency), "{text}");
        }
        assert_eq!(read(money("USD"), "5 abc"), Err(Bad::NotNumber));
        assert_eq!(read(money("CAD"), "$5").as_deref(), Ok("5"));
        assert_eq!(european(money("EUR"), "1.234,50 €").as_deref(), Ok("1234.5"));
        assert_eq!(european(money("EUR"), "1 234,50 €").as_deref(), Ok("1234.5"));
        assert_eq!(european(money("EUR"), "1.234").as_deref(), Ok("1234"));
        assert_eq!(european(money("EUR"), "1.23"), Err(Bad::NotNumber));
        assert_eq!(read(money("EUR"), "1.234,50 €"), Err(Bad::NotNumber));
    }

    #[test]
    fn ratios_and_whole_numbers() {
        let ratio = |style, text| NumberReader::new(Unit::Ratio, false, None, None, style).read(text);
        let shown = |style, text| ratio(style, text).map(|n| n.to_string());
        assert_eq!(shown(None, "45%").as_deref(), Ok("0.45"));
        assert_eq!(shown(None, "0.45").as_deref(), Ok("0.45"));
        assert_eq!(shown(Some(Percent::Text), "45.5 %").as_deref(), Ok("0.455"));
        assert_eq!(shown(Some(Percent::Text), "45"), Err(Bad::NoPercentSign));
        assert_eq!(shown(Some(Percent::Text), "0").as_deref(), Ok("0"));
        assert_eq!(shown(Some(Percent::Number), "45").as_deref(), Ok("0.45"));
        assert_eq!(shown(Some(Percent::Number), "45%").as_deref(), Ok("0.45"));
        assert_eq!(shown(Some(Percent::Ratio), "45%").as_deref(), Ok("0.45"));
        // One rounding, at the ninth digit of the ratio.
        assert_eq!(shown(None, "12.34567890149%").as_deref(), Ok("0.123456789"));
        let whole = NumberReader::new(Unit::Plain, true, None, None, None);
        assert_eq!(whole.read("3.0").map(|n| n.to_string()).as_deref(), Ok("3"));
        assert_eq!(whole.read("3.5"), Err(Bad::NotWhole));
        assert_eq!(read(Unit::Days, "90 days").as_deref(), Ok("90"));
    }
}
