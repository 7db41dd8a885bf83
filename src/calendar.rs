//! Dates, periods and windows: the only place that knows how long a month is.
//!
//! Everything is counted in whole days. A [`Date`] is a day number; instants were turned into dates in the project's
//! time zone when the data was read. Every window is a range of dates with both ends included, computed from one
//! as-of date.

use chrono::{Datelike, Months, NaiveDate};
use std::fmt;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(pub i32);

/// Days from 0001-01-01 to 1970-01-01 in chrono's count.
const EPOCH: i32 = 719_163;

impl Date {
    /// A calendar date, if it exists.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        NaiveDate::from_ymd_opt(year, month, day).map(Date::from)
    }

    /// Reads `2026-03-31`; nothing else, and no date that does not exist.
    pub fn parse(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        let digits = |range: std::ops::Range<usize>| text.get(range).filter(|s| s.bytes().all(|b| b.is_ascii_digit()));
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        Date::new(digits(0..4)?.parse().ok()?, digits(5..7)?.parse().ok()?, digits(8..10)?.parse().ok()?)
    }

    /// The date that `03/31/2026`, `31.12.2026` or `2026-3-1` means, if only one can have been meant.
    pub fn repaired(written: &str) -> Option<Date> {
        let number = |s: &str| s.parse::<u32>().ok();
        let parts: Vec<&str> = written.split(['-', '/', '.']).collect();
        let [a, b, c] = parts.as_slice() else { return None };
        if a.len() == 4 {
            return Date::new(i32::try_from(number(a)?).ok()?, number(b)?, number(c)?);
        }
        let year = i32::try_from(number(c).filter(|year| *year >= 1000)?).ok()?;
        let readings = [Date::new(year, number(b)?, number(a)?), Date::new(year, number(a)?, number(b)?)];
        match readings {
            [Some(x), Some(y)] => (x == y).then_some(x),
            [x, y] => x.or(y),
        }
    }

    fn chrono(self) -> NaiveDate {
        let end = if self.0 < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
        NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(EPOCH)).unwrap_or(end)
    }

    /// So many days later, or earlier if negative.
    pub fn plus_days(self, days: i64) -> Date {
        Date(i32::try_from(i64::from(self.0) + days).unwrap_or(if days < 0 { i32::MIN / 2 } else { i32::MAX / 2 }))
    }

    /// So many calendar months later, the day clamped to the month's last.
    pub fn plus_months(self, months: i64) -> Date {
        let count = Months::new(u32::try_from(months.unsigned_abs()).unwrap_or(u32::MAX));
        let date = self.chrono();
        let moved = if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) };
        moved.map_or(self, Date::from)
    }

    /// Days from `earlier` to this one.
    #[inline]
    pub fn days_since(self, earlier: Date) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    /// Complete months from `earlier` to this one; negative if it is later.
    pub fn months_since(self, earlier: Date) -> i64 {
        if self < earlier {
            return -earlier.months_since(self);
        }
        let (a, b) = (earlier.chrono(), self.chrono());
        let mut months = i64::from(b.year() - a.year()) * 12 + i64::from(b.month()) - i64::from(a.month());
        if earlier.plus_months(months) > self {
            months -= 1;
        }
        months
    }

    /// Year, month and day.
    pub fn ymd(self) -> (i32, u32, u32) {
        let date = self.chrono();
        (date.year(), date.month(), date.day())
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Date {
        Date(date.num_days_from_ce() - EPOCH)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Units of calendar time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// One date.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// Three months, counted from the start of the fiscal year.
    Quarter,
    /// A fiscal year.
    Year,
}

impl PeriodKind {
    /// `quarter`
    pub fn word(self) -> &'static str {
        match self {
            PeriodKind::Day => "day",
            PeriodKind::Week => "week",
            PeriodKind::Month => "month",
            PeriodKind::Quarter => "quarter",
            PeriodKind::Year => "year",
        }
    }
}

/// The dates from one to another at the latest, each a period later than the one before. Months and longer periods are counted
/// from the first date; if that ends its month, so do all.
pub fn every(period: PeriodKind, from: Date, to: Date) -> impl Iterator<Item = Date> {
    let monthly = !matches!(period, PeriodKind::Day | PeriodKind::Week);
    let at_ends = monthly && from.plus_days(1).ymd().2 == 1;
    let date = move |count: u32| {
        let shift = Duration { count, unit: period };
        // The day before the first of a month that is so much later.
        if at_ends { shift.after(from.plus_days(1)).plus_days(-1) } else { shift.after(from) }
    };
    let mut last = None;
    // Beyond the last date of the calendar nothing moves on.
    let rising = move |at: &Date| last.replace(*at).is_none_or(|before| before < *at);
    (0u32..).map(date).take_while(rising).take_while(move |at| *at <= to)
}

/// A count of units: `90 days`, `2 quarters`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: PeriodKind,
}

impl Duration {
    /// The length in days, if it does not depend on where it stands in the calendar.
    pub fn days(self) -> Option<i64> {
        match self.unit {
            PeriodKind::Day => Some(i64::from(self.count)),
            PeriodKind::Week => Some(i64::from(self.count) * 7),
            _ => None,
        }
    }

    /// The date so much earlier, day clamped.
    pub fn before(self, date: Date) -> Date {
        self.shift(date, -1)
    }

    /// The date so much later, day clamped.
    pub fn after(self, date: Date) -> Date {
        self.shift(date, 1)
    }

    fn shift(self, date: Date, sign: i64) -> Date {
        let count = i64::from(self.count) * sign;
        match self.unit {
            PeriodKind::Day => date.plus_days(count),
            PeriodKind::Week => date.plus_days(count * 7),
            PeriodKind::Month => date.plus_months(count),
            PeriodKind::Quarter => date.plus_months(count * 3),
            PeriodKind::Year => date.plus_months(count * 12),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.unit.word())
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A span of dates relative to an as-of date; [`Calendar::range`] says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowKind {
    /// `last 90 days`
    Last(Duration),
    /// `next 90 days`
    Next(Duration),
    /// `this quarter`: to date
    This(PeriodKind),
    /// `previous quarter`: the last complete one
    Previous(PeriodKind),
    /// `last 4 complete quarters`
    LastComplete(u32, PeriodKind),
    /// `since 2026-01-01`
    Since(Date),
    /// `2026-01-01 to 2026-03-31`, both ends included
    Between(Date, Date),
}

/// Dates from `first` to `last`, both included; empty if `last` lies before `first`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateRange {
    /// First date.
    pub first: Date,
    /// Last date.
    pub last: Date,
}

impl DateRange {
    /// True if the date lies within.
    pub fn contains(self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }
}

/// How the project counts its years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Calendar {
    /// The month, 1 to 12, on whose first day the fiscal year begins.
    pub fiscal_year_starts: u32,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar { fiscal_year_starts: 1 }
    }
}

impl Calendar {
    /// First day of the period that holds `date`.
    pub fn start_of(self, kind: PeriodKind, date: Date) -> Date {
        let (year, month, _) = date.ymd();
        let months_in = (month + 12 - self.fiscal_year_starts) % 12;
        let back = |months: u32| Date::new(year, month, 1).unwrap_or(date).plus_months(-i64::from(months));
        match kind {
            PeriodKind::Day => date,
            PeriodKind::Week => date.plus_days(-i64::from(date.chrono().weekday().num_days_from_monday())),
            PeriodKind::Month => back(0),
            PeriodKind::Quarter => back(months_in % 3),
            PeriodKind::Year => back(months_in),
        }
    }

    /// Last day of the period that holds `date`.
    pub fn end_of(self, kind: PeriodKind, date: Date) -> Date {
        let next = Duration { count: 1, unit: kind }.after(self.start_of(kind, date));
        next.plus_days(-1)
    }

    /// Last day of the period before the one that holds `date`.
    pub fn end_of_previous(self, kind: PeriodKind, date: Date) -> Date {
        self.start_of(kind, date).plus_days(-1)
    }

    /// Last days of the `count` complete periods up to `date`, latest first. A period that ends on `date` is complete.
    pub fn complete_ends(self, kind: PeriodKind, date: Date, count: u32) -> Vec<Date> {
        let mut end = self.end_of_previous(kind, date.plus_days(1));
        let mut ends = Vec::new();
        for _ in 0..count {
            ends.push(end);
            end = self.end_of_previous(kind, end);
        }
        ends
    }

    /// The dates of a window at `as_of`.
    ///
    /// `last 90 days` is (D-90, D], `last 3 months` is (D minus 3 months, D] with the day clamped, `next 90 days` is
    /// today and the 90 days after it, `this quarter` is to date, `previous quarter` is the last one that ended before
    /// the quarter of `as_of`.
    pub fn range(self, window: WindowKind, as_of: Date) -> DateRange {
        match window {
            WindowKind::Last(duration) => DateRange { first: duration.before(as_of).plus_days(1), last: as_of },
            WindowKind::Next(duration) => DateRange { first: as_of, last: duration.after(as_of) },
            WindowKind::This(kind) => DateRange { first: self.start_of(kind, as_of), last: as_of },
            WindowKind::Previous(kind) => {
                let last = self.end_of_previous(kind, as_of);
                DateRange { first: self.start_of(kind, last), last }
            }
            WindowKind::LastComplete(count, kind) => {
                let last = self.end_of_previous(kind, as_of);
                let mut first = self.start_of(kind, last);
                for _ in 1..count {
                    first = self.start_of(kind, first.plus_days(-1));
                }
                DateRange { first, last }
            }
            WindowKind::Since(date) => DateRange { first: date, last: as_of },
            WindowKind::Between(first, last) => DateRange { first, last },
        }
    }
}
