//! Delays: so many days of the calendar, or so many working days.

use crate::calendar::{Date, Duration, PeriodKind};
use std::collections::BTreeSet;
use std::fmt;

/// Which days are worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingDays {
    /// Monday to Sunday: true where nobody works.
    pub weekend: [bool; 7],
    /// Days on which nobody works besides.
    pub holidays: BTreeSet<Date>,
}

impl Default for WorkingDays {
    /// Monday to Friday, no holidays.
    fn default() -> Self {
        WorkingDays { weekend: [false, false, false, false, false, true, true], holidays: BTreeSet::new() }
    }
}

impl WorkingDays {
    /// True if people work on this day.
    pub fn is_working(&self, date: Date) -> bool {
        !self.is_weekend(date) && !self.holidays.contains(&date)
    }

    fn is_weekend(&self, date: Date) -> bool {
        // Day 0, 1970-01-01, was a Thursday.
        let weekday = usize::try_from((i64::from(date.0) + 3).rem_euclid(7)).unwrap_or(0);
        self.weekend.get(weekday).copied().unwrap_or(false)
    }

    /// The working day that is `count` working days after `date`; with 0 the first one from `date` on.
    pub fn after(&self, date: Date, count: u32) -> Date {
        let a_week = self.weekend.iter().filter(|off| !**off).count() as i64;
        if a_week == 0 {
            return date.plus_days(i64::from(count));
        }
        // Whole weeks at once; the holidays in them are days still to go.
        let weeks = i64::from(count) / a_week;
        let mut at = date.plus_days(weeks * 7);
        let mut left = i64::from(count) % a_week;
        if at > date {
            let lost = self.holidays.range(date.plus_days(1)..=at);
            left += lost.filter(|day| !self.is_weekend(**day)).count() as i64;
        }
        while left > 0 {
            at = at.plus_days(1);
            left -= i64::from(self.is_working(at));
        }
        if count == 0 {
            while !self.is_working(at) {
                at = at.plus_days(1);
            }
        } else {
            // Whole weeks may have ended on a day off: the last day worked on is meant.
            while !self.is_working(at) {
                at = at.plus_days(-1);
            }
        }
        at
    }
}

/// How long something may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delay {
    /// By the calendar.
    Calendar(Duration),
    /// So many working days.
    Working(u32),
}

impl Delay {
    /// The day on which it is over.
    pub fn after(self, date: Date, days: &WorkingDays) -> Date {
        match self {
            Delay::Calendar(duration) => duration.after(date),
            Delay::Working(count) => days.after(date, count),
        }
    }
}

impl Delay {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Delay> {
        let (count, unit) = text.split_once(' ')?;
        let count = count.parse().ok()?;
        let unit = match unit.trim_end_matches('s') {
            "working day" => return Some(Delay::Working(count)),
            "day" => PeriodKind::Day,
            "week" => PeriodKind::Week,
            "month" => PeriodKind::Month,
            "quarter" => PeriodKind::Quarter,
            "year" => PeriodKind::Year,
            _ => return None,
        };
        Some(Delay::Calendar(Duration { count, unit }))
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Delay::Calendar(duration) => fmt::Display::fmt(duration, f),
            Delay::Working(1) => write!(f, "1 working day"),
            Delay::Working(count) => write!(f, "{count} working days"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_delay_is_read_as_it_is_written() {
        for text in
            ["1 working day", "3 working days", "1 day", "10 days", "2 weeks", "1 month", "3 quarters", "1 year"]
        {
            assert_eq!(Delay::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Delay::parse("soon"), None);
        assert_eq!(Delay::parse("3 suns"), None);
    }

    /// 2026-03-02 is a Monday; looked up in a calendar.
    #[test]
    fn weekends_and_holidays_do_not_count() {
        let mut days = WorkingDays::default();
        assert!(days.is_working(date("2026-03-06")) && !days.is_working(date("2026-03-07")));
        assert_eq!(days.after(date("2026-03-02"), 3), date("2026-03-05"));
        assert_eq!(days.after(date("2026-03-05"), 3), date("2026-03-10"));
        assert_eq!(days.after(date("2026-03-07"), 1), date("2026-03-09"));
        assert_eq!(days.after(date("2026-03-07"), 0), date("2026-03-09"));
        assert_eq!(days.after(date("2026-03-07"), 5), date("2026-03-13"));
        days.holidays.insert(date("2026-03-09"));
        assert_eq!(days.after(date("2026-03-05"), 3), date("2026-03-11"));
        assert_eq!(days.after(date("2026-03-06"), 5), date("2026-03-16"));
        assert_eq!(days.after(date("2026-03-02"), 10), date("2026-03-17"));
    }

    /// Against counting day by day.
    #[test]
    fn whole_weeks_are_the_same_as_day_by_day() {
        let mut days = WorkingDays::default();
        for holiday in ["2026-03-09", "2026-03-14", "2026-03-18", "2026-04-03", "2026-04-06"] {
            days.holidays.insert(date(holiday));
        }
        for from in 0..21 {
            let from = date("2026-03-01").plus_days(from);
            let mut slow = from;
            for count in 1..40 {
                slow = slow.plus_days(1);
                while !days.is_working(slow) {
                    slow = slow.plus_days(1);
                }
                assert_eq!(days.after(from, count), slow, "{count} after {from}");
            }
        }
    }
}
