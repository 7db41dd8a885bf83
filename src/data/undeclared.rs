//! What makes a whole column unusable until the project file says more: timestamps without a zone, and dates whose
//! order of day and month nobody declared.

use super::advice::Home;
use super::cells::{Bad, Slashed, slashed};
use super::origins::keep_first;
use super::wording::{clip, plural};
use super::{DataError, Origin};
use crate::calendar::Date;
use crate::program::Field;
use chrono_tz::Tz;

/// What makes a whole column unusable.
#[derive(Default)]
pub(super) struct Undeclared {
    zoneless: Option<(Origin, String)>,
    /// First that can be read both ways, then first that can be read one way only.
    both: Option<(Origin, String, Slashed)>,
    one: Option<(Origin, String, Slashed)>,
    /// The ways of writing that were met.
    forms: Vec<Form>,
}

/// One way of writing: the mark between, the digits of the year, a time or none.
struct Form {
    first: Origin,
    example: Slashed,
    day_first: u64,
    month_first: u64,
}

impl Form {
    fn is(&self, other: &Slashed) -> bool {
        let of = |s: &Slashed| (s.separator, s.long_year, s.time);
        of(&self.example) == of(other)
    }
}

impl Undeclared {
    /// Remembers a cell: the first as the example, the others as evidence.
    pub(super) fn add(&mut self, bad: Bad, text: &str, origin: Origin) {
        if bad == Bad::Zoneless {
            keep_first(&mut self.zoneless, origin, || (origin, clip(text)), |known| (known.0, &known.1));
            return;
        }
        let Some(both) = slashed(text.trim()) else { return };
        let place_of = self.forms.iter().position(|form| form.is(&both)).unwrap_or(self.forms.len());
        if place_of == self.forms.len() {
            self.forms.push(Form { first: origin, example: both, day_first: 0, month_first: 0 });
        }
        match (both.day_first, both.month_first) {
            (Some(a), Some(b)) if a != b => {
                keep_first(&mut self.both, origin, || (origin, clip(text), both), |known| (known.0, &known.1));
            }
            (Some(_), Some(_)) => {
                keep_first(&mut self.one, origin, || (origin, clip(text), both), |known| (known.0, &known.1));
            }
            (first, _) => {
                if let Some(form) = self.forms.get_mut(place_of) {
                    *(if first.is_some() { &mut form.day_first } else { &mut form.month_first }) += 1;
                }
                keep_first(&mut self.one, origin, || (origin, clip(text), both), |known| (known.0, &known.1));
            }
        }
    }

    /// Adds what other cells of the column said.
    pub(super) fn merge(&mut self, other: Undeclared) {
        if let Some(theirs) = other.zoneless {
            keep_first(&mut self.zoneless, theirs.0, || theirs, |known| (known.0, &known.1));
        }
        if let Some(theirs) = other.both {
            keep_first(&mut self.both, theirs.0, || theirs, |known| (known.0, &known.1));
        }
        if let Some(theirs) = other.one {
            keep_first(&mut self.one, theirs.0, || theirs, |known| (known.0, &known.1));
        }
        for theirs in other.forms {
            match self.forms.iter_mut().find(|form| form.is(&theirs.example)) {
                Some(form) => {
                    if theirs.first < form.first {
                        (form.first, form.example) = (theirs.first, theirs.example);
                    }
                    form.day_first += theirs.day_first;
                    form.month_first += theirs.month_first;
                }
                None => self.forms.push(theirs),
            }
        }
        // Where one line has several of them, their order has to be the same each time too.
        self.forms.sort_by_cached_key(|form| (form.first, form.example.format(true)));
    }

    /// How many cells can be read with the day first only.
    fn day_first(&self) -> u64 {
        self.forms.iter().map(|form| form.day_first).sum()
    }

    /// How many cells can be read with the month first only.
    fn month_first(&self) -> u64 {
        self.forms.iter().map(|form| form.month_first).sum()
    }

    /// The setting with which all cells can be read. The day comes first or not where nothing else decides, and for
    /// cells such as the `doubtful` one, unless both orders are among them.
    fn setting(&self, day_first: bool, doubtful: Option<&Slashed>) -> String {
        let mut formats: Vec<String> = Vec::new();
        for form in &self.forms {
            let orders = match (form.day_first > 0, form.month_first > 0) {
                (true, false) | (false, true) if doubtful.is_some_and(|cell| form.is(cell)) => vec![day_first],
                (true, false) => vec![true],
                (false, true) => vec![false],
                (true, true) => vec![form.day_first >= form.month_first, form.day_first < form.month_first],
                (false, false) => vec![day_first],
            };
            formats.extend(orders.into_iter().map(|first| format!("\"{}\"", form.example.format(first))));
        }
        match formats.as_slice() {
            [one] => format!("date_format = {one}"),
            several => format!("date_format = [{}]", several.join(", ")),
        }
    }

    /// The errors, if there were such cells. They show one only of columns that are not personal.
    pub(super) fn errors(
        &self,
        home: Home<'_>,
        table: &str,
        field: &Field,
        zone: Tz,
        place: &dyn Fn(Origin) -> String,
    ) -> Vec<DataError> {
        let mut errors = Vec::new();
        let column = format!("{table}.{}", field.name);
        let cell = |text: &str| match field.personal {
            true => format!("a cell of `{column}`"),
            false => format!("`{text}` in `{column}`"),
        };
        if let Some((origin, text)) = &self.zoneless {
            errors.push(DataError {
                place: place(*origin),
                message: format!("{} is a timestamp without a time zone, so its date is not known", cell(text)),
                help: Some(format!(
                    "{}, naming the zone it was written in (the project's is `{zone}`)",
                    home.setting("time_zone = \"…\"")
                )),
            });
        }
        let evidence = |day_first: bool| {
            let count = if day_first { self.day_first() } else { self.month_first() };
            match count {
                0 => String::new(),
                1 => " (1 other cell can be read only so)".to_string(),
                n => format!(" ({n} other cells can be read only so)"),
            }
        };
        if let Some((origin, text, both)) = &self.both {
            let reading = |d: Option<Date>, hidden: &str| match field.personal {
                true => hidden.to_string(),
                false => d.map_or_else(String::new, words),
            };
            errors.push(DataError {
                place: place(*origin),
                message: format!(
                    "{} can be {} or {}",
                    cell(text),
                    reading(both.day_first, "read with the day first"),
                    reading(both.month_first, "with the month first")
                ),
                help: Some(match self.forms.iter().find(|form| form.day_first > 0 && form.month_first > 0) {
                    Some(form) => format!(
                        "both orders are there ({} with the day first only, {} with the month first only): {}; a cell that \
                         fits both is read as the first of them says",
                        plural(form.day_first, "cell"),
                        plural(form.month_first, "cell"),
                        home.setting(&self.setting(form.day_first >= form.month_first, Some(both)))
                    ),
                    None => format!(
                        "write `{}`{} or `{}`{} {}",
                        self.setting(true, Some(both)),
                        evidence(true),
                        self.setting(false, Some(both)),
                        evidence(false),
                        home.under()
                    ),
                }),
            });
        } else if let Some((origin, text, one)) = &self.one {
            // Only readings that no cell contradicts are worth proposing.
            let day_first = self.month_first() == 0 && one.day_first.is_some();
            let help = home.setting(&self.setting(day_first, None));
            errors.push(DataError {
                place: place(*origin),
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
