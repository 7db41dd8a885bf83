//! How long windows and periods are, and how people say them.

use crate::calendar::{Duration, PeriodKind, WindowKind};

/// A period in days; months, quarters and years about.
pub fn days(duration: Duration) -> Option<i64> {
    let unit = match duration.unit {
        PeriodKind::Day => 1,
        PeriodKind::Week => 7,
        PeriodKind::Month => 30,
        PeriodKind::Quarter => 91,
        PeriodKind::Year => 365,
    };
    i64::from(duration.count).checked_mul(unit)
}

/// How long a window is in days, about; nothing for those that are open at one end.
pub fn length(window: WindowKind) -> Option<i64> {
    match window {
        WindowKind::Last(duration) | WindowKind::Next(duration) => days(duration),
        WindowKind::This(unit) | WindowKind::Previous(unit) => days(Duration { count: 1, unit }),
        WindowKind::LastComplete(count, unit) => days(Duration { count, unit }),
        WindowKind::Between(from, to) => Some(to.days_since(from) + 1),
        WindowKind::Since(_) => None,
    }
}

/// True if two lengths are the same period for people: 90 days and 3 months, 365 days and 12 months.
pub fn alike(a: i64, b: i64) -> bool {
    (a - b).abs() * 20 <= a.max(b)
}

/// `last 90 days`, `this quarter`
pub fn spoken(window: WindowKind) -> String {
    let unit = |count: u32, unit: PeriodKind| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {}{s}", unit.word())
    };
    match window {
        WindowKind::Last(d) => format!("last {}", unit(d.count, d.unit)),
        WindowKind::Next(d) => format!("next {}", unit(d.count, d.unit)),
        WindowKind::This(kind) => format!("this {}", kind.word()),
        WindowKind::Previous(kind) => format!("previous {}", kind.word()),
        WindowKind::LastComplete(count, kind) => format!("last {count} complete {}s", kind.word()),
        WindowKind::Since(date) => format!("since {date}"),
        WindowKind::Between(from, to) => format!("from {from} to {to}"),
    }
}
