//! Windows and periods against day-by-day counting with another library's calendar.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use laud::ast::WindowKind;
use laud::calendar::{Calendar, Date, Duration, PeriodKind};
use proptest::prelude::*;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn range(window: WindowKind, as_of: &str, starts: u32) -> (String, String) {
    let range = Calendar { fiscal_year_starts: starts }.range(window, date(as_of));
    (range.first.to_string(), range.last.to_string())
}

fn of(count: u32, unit: PeriodKind) -> Duration {
    Duration { count, unit }
}

#[test]
fn windows_worked_by_hand() {
    use PeriodKind::{Day, Month, Quarter, Week, Year};
    use WindowKind::{Last, LastComplete, Next, Previous, This};
    let cases = [
        (Last(of(90, Day)), "2026-03-31", 1, "2026-01-01", "2026-03-31"),
        (Last(of(3, Month)), "2026-05-31", 1, "2026-03-01", "2026-05-31"), // 2026-02-28 is left out
        (Last(of(1, Year)), "2024-02-29", 1, "2023-03-01", "2024-02-29"),
        (Last(of(1, Day)), "2026-03-31", 1, "2026-03-31", "2026-03-31"),
        (Last(of(2, Week)), "2026-03-31", 1, "2026-03-18", "2026-03-31"),
        (Next(of(90, Day)), "2026-03-31", 1, "2026-03-31", "2026-06-29"),
        (This(Quarter), "2026-03-31", 1, "2026-01-01", "2026-03-31"),
        (This(Quarter), "2026-01-31", 2, "2025-11-01", "2026-01-31"), // the fourth quarter of a year from February
        (This(Quarter), "2026-02-01", 2, "2026-02-01", "2026-02-01"),
        (This(Year), "2026-01-31", 2, "2025-02-01", "2026-01-31"),
        (This(Week), "2026-04-01", 1, "2026-03-30", "2026-04-01"), // from Monday
        (This(Month), "2026-04-01", 1, "2026-04-01", "2026-04-01"),
        (Previous(Quarter), "2026-03-31", 1, "2025-10-01", "2025-12-31"),
        (Previous(Quarter), "2026-04-01", 1, "2026-01-01", "2026-03-31"),
        (Previous(Month), "2024-03-31", 1, "2024-02-01", "2024-02-29"),
        (LastComplete(4, Quarter), "2026-03-31", 1, "2025-01-01", "2025-12-31"),
        (LastComplete(2, Quarter), "2026-03-31", 2, "2025-08-01", "2026-01-31"),
    ];
    for (window, as_of, starts, first, last) in cases {
        assert_eq!(range(window, as_of, starts), (first.into(), last.into()), "{window:?} at {as_of}");
    }
}

#[test]
fn period_ends() {
    let ends = |kind, as_of: &str, count| -> Vec<String> {
        Calendar::default().complete_ends(kind, date(as_of), count).iter().map(Date::to_string).collect()
    };
    assert_eq!(ends(PeriodKind::Quarter, "2026-03-31", 3), ["2026-03-31", "2025-12-31", "2025-09-30"]);
    assert_eq!(ends(PeriodKind::Quarter, "2026-03-30", 2), ["2025-12-31", "2025-09-30"]);
    assert_eq!(ends(PeriodKind::Month, "2024-03-15", 2), ["2024-02-29", "2024-01-31"]);
    assert_eq!(ends(PeriodKind::Week, "2026-03-29", 2), ["2026-03-29", "2026-03-22"]); // Sundays
    assert_eq!(ends(PeriodKind::Day, "2026-03-01", 2), ["2026-03-01", "2026-02-28"]);
}

#[test]
fn dates_that_do_not_exist_are_refused() {
    for text in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-01",
        "26-01-01",
        "2026/01/01",
        "2026-01-01 ",
        "+026-01-01",
        "",
    ] {
        assert_eq!(Date::parse(text), None, "{text:?}");
    }
    assert_eq!(date("2024-02-29").to_string(), "2024-02-29");
    assert_eq!(Date(0).to_string(), "1970-01-01");
}

#[test]
fn far_away_dates_do_not_wrap() {
    assert!(Date(i32::MAX).plus_days(i64::from(i32::MAX)) > date("9999-12-31"));
    assert!(date("2026-01-01").plus_days(-4_000_000_000) < date("0001-01-01"));
    let calendar = Calendar { fiscal_year_starts: 4 };
    for far in [Date(i32::MIN), Date(i32::MAX), Date(i32::MIN / 2)] {
        for kind in [PeriodKind::Week, PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year] {
            let _ = (calendar.start_of(kind, far), calendar.complete_ends(kind, far, 3), far.plus_months(1_000_000));
        }
    }
}

/// Any date of 1990 to 2050, as both libraries know it.
fn dates() -> impl Strategy<Value = (Date, NaiveDate)> {
    (7_305i32..29_220).prop_map(|day| (Date(day), NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(day as u64)))
}

fn kinds() -> impl Strategy<Value = PeriodKind> {
    use PeriodKind::{Day, Month, Quarter, Week, Year};
    prop::sample::select(vec![Day, Week, Month, Quarter, Year])
}

/// True for the first day of a period.
fn opens(kind: PeriodKind, date: NaiveDate, starts: u32) -> bool {
    let months_in = (i64::from(date.month()) - i64::from(starts)).rem_euclid(12);
    match kind {
        PeriodKind::Day => true,
        PeriodKind::Week => date.weekday() == Weekday::Mon,
        PeriodKind::Month => date.day() == 1,
        PeriodKind::Quarter => date.day() == 1 && months_in % 3 == 0,
        PeriodKind::Year => date.day() == 1 && months_in == 0,
    }
}

/// The first day of the period, by walking back.
fn walk_back(kind: PeriodKind, mut date: NaiveDate, starts: u32) -> NaiveDate {
    while !opens(kind, date, starts) {
        date = date.pred_opt().unwrap();
    }
    date
}

fn back(date: NaiveDate, count: u32, unit: PeriodKind) -> NaiveDate {
    match unit {
        PeriodKind::Day => date - Days::new(u64::from(count)),
        PeriodKind::Week => date - Days::new(u64::from(count) * 7),
        PeriodKind::Month => date - Months::new(count),
        PeriodKind::Quarter => date - Months::new(count * 3),
        PeriodKind::Year => date - Months::new(count * 12),
    }
}

proptest! {
    #[test]
    fn both_libraries_name_dates_alike((ours, theirs) in dates()) {
        prop_assert_eq!(ours.to_string(), theirs.to_string());
        prop_assert_eq!(Date::parse(&theirs.to_string()), Some(ours));
        prop_assert_eq!(Date::from(theirs), ours);
    }

    #[test]
    fn periods_start_where_walking_back_ends((ours, theirs) in dates(), kind in kinds(), starts in 1u32..13) {
        let calendar = Calendar { fiscal_year_starts: starts };
        let first = walk_back(kind, theirs, starts);
        prop_assert_eq!(calendar.start_of(kind, ours), Date::from(first));
        prop_assert_eq!(calendar.end_of_previous(kind, ours), Date::from(first.pred_opt().unwrap()));
        let this = calendar.range(WindowKind::This(kind), ours);
        prop_assert_eq!((this.first, this.last), (Date::from(first), ours));
        let last = first.pred_opt().unwrap();
        let previous = calendar.range(WindowKind::Previous(kind), ours);
        prop_assert_eq!((previous.first, previous.last), (walk_back(kind, last, starts).into(), last.into()));
    }

    #[test]
    fn complete_periods_lie_back_to_back((ours, theirs) in dates(), kind in kinds(), starts in 1u32..13, count in 1u32..6) {
        let calendar = Calendar { fiscal_year_starts: starts };
        let mut first = walk_back(kind, theirs, starts);
        let last = first.pred_opt().unwrap();
        for _ in 0..count {
            first = walk_back(kind, first.pred_opt().unwrap(), starts);
        }
        let range = calendar.range(WindowKind::LastComplete(count, kind), ours);
        prop_assert_eq!((range.first, range.last), (first.into(), last.into()));
        // Ends: the same periods, and one that ends today is complete already.
        let ends = calendar.complete_ends(kind, ours, count);
        let ends_today = opens(kind, theirs.succ_opt().unwrap(), starts);
        prop_assert_eq!(ends[0], if ends_today { ours } else { last.into() });
        for pair in ends.windows(2) {
            prop_assert_eq!(calendar.start_of(kind, pair[0]), pair[1].plus_days(1));
        }
    }

    #[test]
    fn rolling_windows_hold_what_counting_finds((ours, theirs) in dates(), unit in kinds(), count in 0u32..40) {
        let range = Calendar::default().range(WindowKind::Last(of(count, unit)), ours);
        let edge = back(theirs, count, unit);
        // (D - N, D]
        let mut day = theirs;
        while day > edge {
            prop_assert!(range.contains(day.into()));
            day = day.pred_opt().unwrap();
        }
        prop_assert!(!range.contains(edge.into()) && !range.contains(ours.plus_days(1)));
        if unit == PeriodKind::Day {
            prop_assert_eq!(range.last.days_since(range.first) + 1, i64::from(count));
        }
    }

    #[test]
    fn months_between_dates((a, first) in dates(), later in 0i32..4_000) {
        let b = a.plus_days(i64::from(later));
        let last: NaiveDate = first + Days::new(later as u64);
        let mut months = 0;
        while first + Months::new(months + 1) <= last {
            months += 1;
        }
        prop_assert_eq!(b.months_since(a), i64::from(months));
        prop_assert_eq!(a.months_since(b), -i64::from(months));
        prop_assert_eq!(b.days_since(a), i64::from(later));
    }
}
