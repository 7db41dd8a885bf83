//! Dates and timestamps: ISO always, anything else only as declared, and an instant becomes a date in the project's zone.
//!
//! Two things stop the run rather than a cell, because they would shift every row: a timestamp without a zone, and a
//! date such as 03/04/2026 whose order of day and month nobody declared.

use super::Bad;
use crate::calendar::Date;
use crate::data::settings::Epoch;
use crate::number::Decimal;
use crate::value::DAY_MICROS;
use chrono::format::{Item, ParseErrorKind, Parsed, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// How the dates of a column are written.
#[derive(Debug, Clone)]
pub struct DateReader {
    project: Tz,
    zone: Option<Tz>,
    formats: Vec<Vec<Item<'static>>>,
    epoch: Option<Epoch>,
}

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Wall-clock microseconds in the project's zone; midnight for a date alone.
    pub micros: i64,
    /// The clock did not show this time, or showed it twice, in the zone it was written in.
    pub shift: Option<Shift>,
}

/// What the clocks did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shift {
    /// The time was skipped; moved forward by what was skipped.
    Skipped,
    /// The time came twice; the first is taken.
    Twice,
}

impl Moment {
    fn date(date: Date) -> Moment {
        Moment { micros: i64::from(date.0) * DAY_MICROS, shift: None }
    }

    /// The date in the project's zone.
    pub fn day(self) -> Date {
        Date(i32::try_from(self.micros.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX))
    }
}

/// Two small numbers and a year, such as 03/04/2026.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slashed {
    /// What stands between.
    pub separator: char,
    /// Four digits of year rather than two.
    pub long_year: bool,
    /// Its date if the day comes first.
    pub day_first: Option<Date>,
    /// Its date if the month comes first.
    pub month_first: Option<Date>,
    /// A time of day follows.
    pub time: bool,
}

/// Checks that a format gives dates, or months, which are read as their first day; says what is wrong with it otherwise.
pub fn check_date_format(format: &str) -> Result<(), &'static str> {
    let items =
        StrftimeItems::new(format).parse_to_owned().map_err(|_| "it has a letter after `%` that means nothing")?;
    let probe =
        NaiveDate::from_ymd_opt(2026, 11, 29).and_then(|d| d.and_hms_opt(13, 45, 10)).unwrap_or_default().and_utc();
    let mut text = String::new();
    if std::fmt::Write::write_fmt(&mut text, format_args!("{}", probe.format_with_items(items.iter()))).is_err() {
        return Err("it cannot be written");
    }
    match with_items(&text, &items) {
        Ok((naive, _)) if naive.date() == probe.date_naive() => Ok(()),
        Ok((naive, None)) if Some(naive.date()) == probe.date_naive().with_day(1) => Ok(()),
        _ => Err("a year or month is left out"),
    }
}

/// A format, ready for reading.
#[derive(Debug, Clone)]
pub struct DateFormat(Vec<Item<'static>>);

impl DateFormat {
    /// `None` if it is not a format.
    pub fn new(format: &str) -> Option<DateFormat> {
        StrftimeItems::new(format).parse_to_owned().ok().map(DateFormat)
    }

    /// True if the text is a date in this format.
    pub fn fits(&self, text: &str) -> bool {
        with_items(text, &self.0).is_ok()
    }
}

/// True for what is read without a declaration: `2026-03-31`, with or without a time.
pub fn is_iso(text: &str) -> bool {
    matches!(iso(text.as_bytes()), Some(Ok(_)))
}

/// A date and time as written, and the offset from UTC if there is one.
type Written = (NaiveDateTime, Option<Clock>);

/// What is known about the time of day.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Clock {
    /// A time, and seconds east of UTC.
    Offset(i32),
    /// A time without a zone.
    Naive,
}

/// True for a year and a month, and nothing that says which day or time is meant.
fn is_month(parsed: &Parsed) -> bool {
    let year = parsed.year().or(parsed.year_mod_100()).is_some();
    let day = parsed.day().is_some() || parsed.ordinal().is_some() || parsed.weekday().is_some();
    let week = parsed.week_from_sun().is_some() || parsed.week_from_mon().is_some() || parsed.isoweek().is_some();
    year && parsed.month().is_some() && !day && !week && parsed.hour_mod_12().is_none()
}

fn with_items(text: &str, items: &[Item<'static>]) -> Result<Written, Bad> {
    let mut parsed = Parsed::new();
    let problem = |kind: ParseErrorKind| match kind {
        ParseErrorKind::OutOfRange | ParseErrorKind::Impossible => Bad::NoSuchDate,
        _ => Bad::NotDate,
    };
    chrono::format::parse(&mut parsed, text, items.iter()).map_err(|e| problem(e.kind()))?;
    if let Some(seconds) = parsed.timestamp() {
        let naive = DateTime::from_timestamp(seconds, 0).ok_or(Bad::NoSuchDate)?.naive_utc();
        return Ok((naive, Some(Clock::Offset(0))));
    }
    if is_month(&parsed) {
        parsed.set_day(1).map_err(|e| problem(e.kind()))?;
    }
    let date = parsed.to_naive_date().map_err(|e| problem(e.kind()))?;
    // chrono takes `26` for `%Y` and means the year 26.
    if !(100..=9999).contains(&date.year()) {
        return Err(Bad::NotDate);
    }
    if parsed.hour_mod_12().is_none() {
        return Ok((date.into(), None));
    }
    let time = parsed.to_naive_time().map_err(|e| problem(e.kind()))?;
    Ok((date.and_time(time), Some(parsed.offset().map_or(Clock::Naive, Clock::Offset))))
}

impl DateReader {
    /// For the project's zone and what the project file declares; formats that are not valid were reported there.
    pub fn new(project: Tz, zone: Option<Tz>, formats: Option<&[String]>, epoch: Option<Epoch>) -> DateReader {
        let formats =
            formats.unwrap_or(&[]).iter().filter_map(|f| StrftimeItems::new(f).parse_to_owned().ok()).collect();
        DateReader { project, zone, formats, epoch }
    }

    /// Reads a trimmed text that is not blank.
    pub fn read(&self, text: &str) -> Result<Moment, Bad> {
        let mut worst = Bad::NotDate;
        for items in &self.formats {
            match with_items(text, items) {
                Ok(written) => return self.place(written),
                Err(bad) if worst == Bad::NotDate => worst = bad,
                Err(_) => {}
            }
        }
        match iso(text.as_bytes()) {
            Some(Ok(written)) => return self.place(written),
            Some(Err(bad)) => return Err(bad),
            None => {}
        }
        let numeric = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
        if numeric && let Ok(number) = Decimal::parse(text) {
            if self.epoch.is_some() {
                return self.number(number);
            }
            return Err(if text.len() >= 9 { Bad::NeedsEpoch } else { worst });
        }
        if self.formats.is_empty()
            && let Some(slashed) = slashed(text)
        {
            return Err(if slashed.day_first.or(slashed.month_first).is_some() {
                Bad::Ambiguous
            } else {
                Bad::NoSuchDate
            });
        }
        Err(worst)
    }

    /// A number, if the project file says what numbers mean.
    pub fn number(&self, number: Decimal) -> Result<Moment, Bad> {
        let unit: i128 = match self.epoch {
            Some(Epoch::Seconds) => 1_000_000,
            Some(Epoch::Milliseconds) => 1_000,
            None => return Err(Bad::NeedsEpoch),
        };
        let micros = number.raw().checked_mul(unit).ok_or(Bad::NoSuchDate)?.div_euclid(crate::number::SCALE);
        self.instant(i64::try_from(micros).map_err(|_| Bad::NoSuchDate)?)
    }

    /// Microseconds since 1970 in UTC.
    pub fn instant(&self, micros: i64) -> Result<Moment, Bad> {
        let utc = DateTime::from_timestamp_micros(micros).ok_or(Bad::NoSuchDate)?;
        self.local(utc, None)
    }

    /// Microseconds since 1970 on a clock whose zone is not given.
    pub fn naive(&self, micros: i64) -> Result<Moment, Bad> {
        let naive = DateTime::from_timestamp_micros(micros).ok_or(Bad::NoSuchDate)?.naive_utc();
        self.place((naive, Some(Clock::Naive)))
    }

    /// A date alone.
    pub fn date(&self, date: Date) -> Result<Moment, Bad> {
        let (year, _, _) = date.ymd();
        if (1..=9999).contains(&year) { Ok(Moment::date(date)) } else { Err(Bad::NoSuchDate) }
    }

    fn place(&self, (naive, clock): Written) -> Result<Moment, Bad> {
        match clock {
            None => Ok(Moment::date(Date::from(naive.date()))),
            Some(Clock::Offset(seconds)) => {
                let utc =
                    naive.checked_sub_signed(chrono::TimeDelta::seconds(i64::from(seconds))).ok_or(Bad::NoSuchDate)?;
                self.local(utc.and_utc(), None)
            }
            Some(Clock::Naive) => {
                let zone = self.zone.ok_or(Bad::Zoneless)?;
                let (utc, shift) = resolve(zone, naive).ok_or(Bad::NoSuchDate)?;
                self.local(utc, shift)
            }
        }
    }

    fn local(&self, utc: DateTime<Utc>, shift: Option<Shift>) -> Result<Moment, Bad> {
        let local =
            if self.project == Tz::UTC { utc.naive_utc() } else { utc.with_timezone(&self.project).naive_local() };
        if !(1..=9999).contains(&chrono::Datelike::year(&local)) {
            return Err(Bad::NoSuchDate);
        }
        Ok(Moment { micros: local.and_utc().timestamp_micros(), shift })
    }
}

/// The instant at which clocks in `zone` show `naive`; a skipped time is moved forward by what was skipped.
fn resolve(zone: Tz, naive: NaiveDateTime) -> Option<(DateTime<Utc>, Option<Shift>)> {
    match zone.from_local_datetime(&naive) {
        chrono::LocalResult::Single(at) => Some((at.to_utc(), None)),
        chrono::LocalResult::Ambiguous(first, _) => Some((first.to_utc(), Some(Shift::Twice))),
        chrono::LocalResult::None => {
            // The offset that held before the gap; gaps of a whole day have happened.
            let mut before = naive;
            for _ in 0..104 {
                before = before.checked_sub_signed(chrono::TimeDelta::minutes(15))?;
                if let Some(at) = zone.from_local_datetime(&before).latest() {
                    let offset = i64::from(at.offset().fix().local_minus_utc());
                    let utc = naive.checked_sub_signed(chrono::TimeDelta::seconds(offset))?;
                    return Some((utc.and_utc(), Some(Shift::Skipped)));
                }
            }
            None
        }
    }
}

/// `None` if the text does not look like `2026-03-31` with or without a time at all.
fn iso(bytes: &[u8]) -> Option<Result<Written, Bad>> {
    let number = |from: usize, to: usize| -> Option<u32> {
        let mut value = 0;
        for byte in bytes.get(from..to)? {
            value = value * 10 + u32::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        Some(value)
    };
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/') || bytes.get(7) != Some(&separator) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let date = NaiveDate::from_ymd_opt(year as i32, month, day).filter(|_| year > 0).ok_or(Bad::NoSuchDate);
    if bytes.len() == 10 {
        return Some(date.map(|d| (d.into(), None)));
    }
    if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (hour, minute) = (number(11, 13)?, number(14, 16)?);
    if bytes.get(13) != Some(&b':') {
        return None;
    }
    let mut at = 16;
    let (mut second, mut micros) = (0, 0);
    if bytes.get(at) == Some(&b':') {
        second = number(17, 19)?;
        at = 19;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            at += 1;
            let digits = bytes.get(at..)?.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 || digits > 12 {
                return None;
            }
            micros = number(at, at + digits.min(6))? * 10u32.pow(6 - digits.min(6) as u32);
            at += digits;
        }
    }
    let rest = bytes.get(at..)?.trim_ascii_start();
    let clock = match rest {
        b"" => Clock::Naive,
        b"Z" | b"z" | b"UTC" | b"GMT" => Clock::Offset(0),
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let pair = |a: &u8, b: &u8| {
                (a.is_ascii_digit() && b.is_ascii_digit()).then(|| i32::from(a - b'0') * 10 + i32::from(b - b'0'))
            };
            let (hours, minutes) = match digits {
                [a, b] => (pair(a, b)?, 0),
                [a, b, b':', c, d] | [a, b, c, d] => (pair(a, b)?, pair(c, d)?),
                _ => return None,
            };
            if hours > 18 || minutes > 59 {
                return Some(Err(Bad::NoSuchDate));
            }
            let seconds = hours * 3600 + minutes * 60;
            Clock::Offset(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    // 23:59:60 is a leap second: it belongs to the minute that it ends.
    let (second, micros) = if second == 60 { (59, 999_999) } else { (second, micros) };
    Some(date.and_then(|d| {
        let time = d.and_hms_micro_opt(hour, minute, second, micros).ok_or(Bad::NoSuchDate)?;
        debug_assert!(time.nanosecond() < 1_000_000_000);
        Ok((time, Some(clock)))
    }))
}

/// Looks at `03/04/2026` both ways.
pub fn slashed(text: &str) -> Option<Slashed> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, _)) => (date, true),
        None => (text, false),
    };
    let separator = date.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = date.split(separator);
    let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let small = |s: &str| matches!(s.len(), 1 | 2) && digits(s);
    if parts.next().is_some() || !small(a) || !small(b) || !matches!(year.len(), 2 | 4) || !digits(year) {
        return None;
    }
    let long_year = year.len() == 4;
    let mut year: i32 = year.parse().ok()?;
    if !long_year {
        year += if year < 70 { 2000 } else { 1900 };
    }
    let (a, b): (u32, u32) = (a.parse().ok()?, b.parse().ok()?);
    Some(Slashed { separator, long_year, day_first: Date::new(year, b, a), month_first: Date::new(year, a, b), time })
}

impl Slashed {
    /// The format that reads it, with the day or the month first.
    pub fn format(self, day_first: bool) -> String {
        let s = self.separator;
        let year = if self.long_year { "%Y" } else { "%y" };
        let order = if day_first { format!("%d{s}%m{s}{year}") } else { format!("%m{s}%d{s}{year}") };
        if self.time { format!("{order} %H:%M") } else { order }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn new_york() -> DateReader {
        DateReader::new(Tz::America__New_York, None, None, None)
    }

    fn wall(reader: &DateReader, text: &str) -> Result<String, Bad> {
        reader.read(text).map(|m| DateTime::from_timestamp_micros(m.micros).unwrap().naive_utc().to_string())
    }

    #[test]
    fn iso_dates_and_instants() {
        let reader = new_york();
        for (text, expected) in [
            ("2026-03-31", "2026-03-31 00:00:00"),
            ("2026/03/31", "2026-03-31 00:00:00"),
            ("2024-02-29", "2024-02-29 00:00:00"),
            // New York is four hours behind UTC after 8 March 2026, five before.
            ("2026-04-01T02:30:00Z", "2026-03-31 22:30:00"),
            ("2026-04-01 02:30:00 UTC", "2026-03-31 22:30:00"),
            ("2026-03-01T02:30:00Z", "2026-02-28 21:30:00"),
            ("2026-04-01T02:30:00+02:00", "2026-03-31 20:30:00"),
            ("2026-04-01T02:30+0530", "2026-03-31 17:00:00"),
            ("2026-04-01T02:30:00.123456789-04", "2026-04-01 02:30:00.123456"),
        ] {
            assert_eq!(wall(&reader, text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["2026-02-30", "2026-13-01", "2025-02-29", "2026-04-01T25:00:00Z", "0000-01-01"] {
            assert_eq!(reader.read(text), Err(Bad::NoSuchDate), "{text}");
        }
        for text in ["soon", "2026-3-1", "2026-03", "20260331", "2026-03-31x", "31 March 2026", "2026-04-01T2:30Z"] {
            assert_eq!(reader.read(text), Err(Bad::NotDate), "{text}");
        }
        assert_eq!(reader.read("1711843200"), Err(Bad::NeedsEpoch));
        assert_eq!(reader.read("2026-04-01T02:30:00"), Err(Bad::Zoneless));
        assert_eq!(reader.read("2026-04-01 02:30"), Err(Bad::Zoneless));
        for text in ["03/04/2026", "31/03/2026", "3.4.26", "27-07-2023 03:00"] {
            assert_eq!(reader.read(text), Err(Bad::Ambiguous), "{text}");
        }
        assert_eq!(reader.read("32/13/2026"), Err(Bad::NoSuchDate));
    }

    #[test]
    fn clocks_that_skip_and_repeat() {
        let reader = DateReader::new(Tz::UTC, Some(Tz::America__New_York), None, None);
        // 02:30 on 8 March 2026 does not exist in New York: 03:30 EDT, 07:30 UTC.
        let gap = reader.read("2026-03-08 02:30:00").unwrap();
        assert_eq!((gap.micros, gap.shift), (1_772_955_000_000_000, Some(Shift::Skipped)));
        // 01:30 on 1 November 2026 comes twice: the first is EDT, 05:30 UTC.
        let twice = reader.read("2026-11-01 01:30:00").unwrap();
        assert_eq!((twice.micros, twice.shift), (1_793_511_000_000_000, Some(Shift::Twice)));
        // Samoa had no 30 December 2011 at all.
        let samoa = DateReader::new(Tz::Pacific__Apia, Some(Tz::Pacific__Apia), None, None);
        assert_eq!(samoa.read("2011-12-30 12:00:00").unwrap().day().to_string(), "2011-12-31");
    }

    #[test]
    fn declared_formats_and_epochs() {
        let formats = ["%d/%m/%Y".to_string(), "%d-%m-%Y %H:%M".to_string()];
        let reader = DateReader::new(Tz::UTC, Some(Tz::UTC), Some(&formats), None);
        assert_eq!(wall(&reader, "03/04/2026").as_deref(), Ok("2026-04-03 00:00:00"));
        assert_eq!(wall(&reader, "28-07-2023 03:00").as_deref(), Ok("2023-07-28 03:00:00"));
        assert_eq!(wall(&reader, "2026-03-31").as_deref(), Ok("2026-03-31 00:00:00"));
        assert_eq!(reader.read("30/02/2026"), Err(Bad::NoSuchDate));
        assert_eq!(reader.read("03/13/2026"), Err(Bad::NoSuchDate));
        assert_eq!(reader.read("03/04/26"), Err(Bad::NotDate));
        let seconds = DateReader::new(Tz::America__New_York, None, None, Some(Epoch::Seconds));
        // date -u -d @1775010600 is 2026-04-01 02:30:00.
        assert_eq!(wall(&seconds, "1775010600").as_deref(), Ok("2026-03-31 22:30:00"));
        let millis = DateReader::new(Tz::UTC, None, None, Some(Epoch::Milliseconds));
        assert_eq!(wall(&millis, "1775010600123").as_deref(), Ok("2026-04-01 02:30:00.123"));
        assert_eq!(millis.read("99999999999999999999"), Err(Bad::NoSuchDate));
        assert!(check_date_format("%d/%m/%Y").is_ok());
        assert!(check_date_format("%d %b %Y").is_ok());
        assert!(check_date_format("%Y-%m-%dT%H:%M:%S%z").is_ok());
        for bad in ["%d/%m", "%Q", "dd/mm/yyyy", ""] {
            assert!(check_date_format(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn both_readings() {
        let both = slashed("03/04/2026").unwrap();
        assert_eq!(both.day_first, Date::new(2026, 4, 3));
        assert_eq!(both.month_first, Date::new(2026, 3, 4));
        assert_eq!((both.format(true).as_str(), both.format(false).as_str()), ("%d/%m/%Y", "%m/%d/%Y"));
        assert_eq!(slashed("31.03.26").unwrap().month_first, None);
        assert_eq!(slashed("1/2/3/4"), None);
    }
}
