//! What makes a whole column unusable until the project file says more: timestamps without a zone, and dates whose
//! order of day and month nobody declared.

use super::DataError;
use super::advice::Home;
use super::cells::{Bad, Slashed, slashed};
use super::wording::clip;
use crate::calendar::Date;
use crate::program::Field;
use chrono_tz::Tz;

/// What makes a whole column unusable.
#[derive(Default)]
pub(super) struct Undeclared {
    zoneless: Option<(String, String)>,
    /// First that can be read both ways, then first that can be read one way only.
    both: Option<(String, String, Slashed)>,
    one: Option<(String, String, Slashed)>,
    day_first: u64,
    month_first: u64,
}

impl Undeclared {
    /// Remembers a cell: the first as the example, the others as evidence.
    pub(super) fn add(&mut self, bad: Bad, text: &str, place: String) {
        if bad == Bad::Zoneless {
            self.zoneless.get_or_insert_with(|| (clip(text), place));
            return;
        }
        let Some(both) = slashed(text.trim()) else { return };
        match (both.day_first, both.month_first) {
            (Some(a), Some(b)) if a != b => {
                self.both.get_or_insert_with(|| (clip(text), place, both));
            }
            (Some(_), Some(_)) => {
                self.one.get_or_insert_with(|| (clip(text), place, both));
            }
            (first, _) => {
                if first.is_some() {
                    self.day_first += 1;
                } else {
                    self.month_first += 1;
                }
                self.one.get_or_insert_with(|| (clip(text), place, both));
            }
        }
    }

    /// The errors, if there were such cells. They show one only of columns that are not personal.
    pub(super) fn errors(&self, home: Home<'_>, table: &str, field: &Field, zone: Tz) -> Vec<DataError> {
        let mut errors = Vec::new();
        let column = format!("{table}.{}", field.name);
        let cell = |text: &str| match field.personal {
            true => format!("a cell of `{column}`"),
            false => format!("`{text}` in `{column}`"),
        };
        if let Some((text, place)) = &self.zoneless {
            errors.push(DataError {
                place: place.clone(),
                message: format!("{} is a timestamp without a time zone, so its date is not known", cell(text)),
                help: Some(format!(
                    "{}, naming the zone it was written in (the project's is `{zone}`)",
                    home.setting("time_zone = \"…\"")
                )),
            });
        }
        let evidence = |day_first: bool| {
            let count = if day_first { self.day_first } else { self.month_first };
            match count {
                0 => String::new(),
                1 => " (1 other cell can be read only so)".to_string(),
                n => format!(" ({n} other cells can be read only so)"),
            }
        };
        if let Some((text, place, both)) = &self.both {
            let reading = |d: Option<Date>, hidden: &str| match field.personal {
                true => hidden.to_string(),
                false => d.map_or_else(String::new, words),
            };
            errors.push(DataError {
                place: place.clone(),
                message: format!(
                    "{} can be {} or {}",
                    cell(text),
                    reading(both.day_first, "read with the day first"),
                    reading(both.month_first, "with the month first")
                ),
                help: Some(format!(
                    "write `date_format = \"{}\"`{} or `date_format = \"{}\"`{} {}",
                    both.format(true),
                    evidence(true),
                    both.format(false),
                    evidence(false),
                    home.under()
                )),
            });
        } else if let Some((text, place, one)) = &self.one {
            // Only readings that no cell contradicts are worth proposing.
            let day_first = self.month_first == 0 && one.day_first.is_some();
            let help = if self.day_first > 0 && self.month_first > 0 {
                home.setting(&format!("date_format = [\"{}\", \"{}\"]", one.format(true), one.format(false)))
            } else {
                home.setting(&format!("date_format = \"{}\"", one.format(day_first)))
            };
            errors.push(DataError {
                place: place.clone(),
                message: format!("{} is not written as 2026-03-31, and its format is not declared", cell(text)),
                help: Some(help),
            });
        }
        errors
    }
}

/// `3 April 2026`
fn words(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (year, month, day) = date.ymd();
    format!("{day} {} {year}", MONTHS.get(month as usize - 1).copied().unwrap_or("?"))
}
