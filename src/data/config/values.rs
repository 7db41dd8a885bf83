//! One value at a time: texts, dates, zones, marks, and what is said if something else stands there.

use crate::calendar::Date;
use crate::data::fold::{fold, soft};
use crate::data::settings::Located;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::span::Span;
use chrono_tz::Tz;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Zones that are the same offset all year though most who live by their name change their clocks: a city that does, and
/// the plain offset.
const FIXED: [(&str, &str, &str); 2] =
    [("EST", "America/New_York", "Etc/GMT+5"), ("MST", "America/Denver", "Etc/GMT+7")];

/// What people call zones, and the city that is meant most often.
const SPOKEN: [(&[&str], &str); 12] = [
    (&["eastern", "et", "edt"], "America/New_York"),
    (&["central", "ct", "cst", "cdt"], "America/Chicago"),
    (&["mountain", "mt", "mdt"], "America/Denver"),
    (&["pacific", "pt", "pst", "pdt"], "America/Los_Angeles"),
    (&["bst", "british", "uk"], "Europe/London"),
    (&["central_european", "w_europe", "cest"], "Europe/Berlin"),
    (&["eest", "eastern_european"], "Europe/Athens"),
    (&["ist", "india"], "Asia/Kolkata"),
    (&["jst", "japan", "tokyo"], "Asia/Tokyo"),
    (&["sgt", "singapore"], "Asia/Singapore"),
    (&["aest", "aedt", "aus_eastern", "australian_eastern"], "Australia/Sydney"),
    (&["brt", "e_south_america", "brasilia"], "America/Sao_Paulo"),
];

pub(super) type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
pub(super) type Val<'a> = Spanned<DeValue<'a>>;

/// Reads settings out of the tree, and reports what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) source: u16,
    /// Bytes before the text that was read.
    pub(super) skipped: usize,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    pub(super) fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source, range.start + self.skipped, range.end + self.skipped)
    }

    pub(super) fn unknown(&mut self, key: &Key<'_>, word: &str, known: &[&str], place: &str) {
        let mut finding = Diagnostic::new(
            Code::UnknownSetting,
            self.span(key.span()),
            format!("`{word}` is not a setting of {place}"),
        )
        .label("unknown setting");
        finding.help = did_you_mean(word, known.iter().copied()).or_else(|| {
            let list: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
            Some(format!("there is {}", list.join(", ")))
        });
        self.diagnostics.push(finding);
    }

    pub(super) fn wrong(&mut self, value: &Val<'_>, key: &str, expected: &str, example: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.diagnostics.push(
            Diagnostic::new(
                Code::SettingType,
                self.span(value.span()),
                format!("`{key}` takes {expected}, not {found}"),
            )
            .label(format!("{found}, {expected} is wanted"))
            .help(format!("write `{key} = {example}`")),
        );
    }

    pub(super) fn bad(&mut self, value: &Val<'_>, message: String, label: &str, help: Option<String>) {
        let mut finding = Diagnostic::new(Code::SettingType, self.span(value.span()), message).label(label);
        finding.help = help;
        self.diagnostics.push(finding);
    }

    pub(super) fn table<'v, 'i>(&mut self, value: &'v Val<'i>, key: &str) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(value, key, "a table of settings", "{ … }");
        }
        table
    }

    pub(super) fn text(&mut self, value: &Val<'_>, key: &str, example: &str) -> Option<Located<String>> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(value, key, "a text in quotes", example);
            return None;
        };
        Some(Located { value: text.to_string(), span: self.span(value.span()) })
    }

    /// A text or a list of texts; numbers and booleans stand for how they are written.
    pub(super) fn texts(&mut self, value: &Val<'_>, key: &str, example: &str) -> Vec<Located<String>> {
        let one = |v: &Val<'_>| match v.get_ref() {
            DeValue::String(s) => Some(s.to_string()),
            DeValue::Integer(n) => Some(n.as_str().to_string()),
            DeValue::Float(n) => Some(n.as_str().to_string()),
            DeValue::Boolean(b) => Some(b.to_string()),
            _ => None,
        };
        if let Some(text) = one(value) {
            return vec![Located { value: text, span: self.span(value.span()) }];
        }
        let mut list = Vec::new();
        match value.get_ref().as_array() {
            Some(array) => {
                for item in array.iter() {
                    match one(item) {
                        Some(text) => list.push(Located { value: text, span: self.span(item.span()) }),
                        None => self.wrong(item, key, "a list of texts in quotes", example),
                    }
                }
            }
            None => self.wrong(value, key, "a list of texts in quotes", example),
        }
        list
    }

    pub(super) fn date(&mut self, value: &Val<'_>, key: &str) -> Option<Date> {
        let text = match value.get_ref() {
            DeValue::Datetime(d) if d.time.is_none() => d.to_string(),
            DeValue::String(s) => s.to_string(),
            _ => {
                self.wrong(value, key, "a date", "2026-03-31");
                return None;
            }
        };
        let date = Date::parse(&text);
        if date.is_none() {
            self.bad(
                value,
                format!("`{text}` is not a date"),
                "no such date",
                Some(format!(
                    "write `{key} = {}`",
                    Date::repaired(&text).map_or("2026-03-31".to_string(), |date| date.to_string())
                )),
            );
        }
        date
    }

    pub(super) fn zone(&mut self, value: &Val<'_>, key: &str) -> Option<Tz> {
        let name = self.text(value, key, "\"America/New_York\"")?;
        if let Ok(zone) = name.value.parse() {
            if let Some((_, city, offset)) = FIXED.iter().find(|(fixed, ..)| *fixed == name.value) {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::FixedZone,
                        self.span(value.span()),
                        format!("`{}` has no daylight saving: it is the same offset from UTC all year", name.value),
                    )
                    .label("the same in summer")
                    .help(format!(
                        "write `{key} = \"{city}\"` if clocks there change in summer, or `\"{offset}\"` if not"
                    )),
                );
            }
            return Some(zone);
        }
        let tail = |zone: &str| fold(zone.rsplit('/').next().unwrap_or(zone));
        let spoken = fold(&name.value);
        let spoken = spoken.strip_prefix("us_").unwrap_or(&spoken);
        let spoken = ["_standard_time", "_daylight_time", "_time"]
            .iter()
            .find_map(|end| spoken.strip_suffix(end))
            .unwrap_or(spoken);
        let usual = SPOKEN.iter().find(|(names, _)| names.contains(&spoken)).map(|(_, zone)| *zone);
        let near =
            usual.or_else(|| chrono_tz::TZ_VARIANTS.iter().map(|z| z.name()).find(|z| tail(z) == tail(&name.value)));
        let help = match near {
            Some(zone) => Some(format!("did you mean `{zone}`?")),
            None => did_you_mean(&name.value, chrono_tz::TZ_VARIANTS.iter().map(|z| z.name()))
                .or_else(|| Some("write a name of the IANA list, such as `UTC` or `America/New_York`".to_string())),
        };
        self.bad(value, format!("there is no time zone `{}`", name.value), "unknown time zone", help);
        None
    }

    pub(super) fn choice<T: Copy>(&mut self, value: &Val<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let example = choices.first().map_or(String::new(), |(name, _)| format!("\"{name}\""));
        let word = self.text(value, key, &example)?;
        let found = choices.iter().find(|(name, _)| *name == soft(&word.value)).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let help = did_you_mean(&word.value, names.iter().copied())
                .or_else(|| Some(format!("write one of {}", names.join(", "))));
            self.bad(value, format!("`{key}` cannot be `{}`", word.value), "not one of the choices", help);
        }
        found
    }

    pub(super) fn mark(&mut self, value: &Val<'_>, key: &str, example: &str) -> Option<Located<Option<char>>> {
        let text = self.text(value, key, example)?;
        let mut chars = text.value.chars();
        match (chars.next(), chars.next()) {
            (first, None)
                if first.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '+' | '(' | ')' | '%')) =>
            {
                Some(Located { value: first, span: text.span })
            }
            _ => {
                let help = Some(format!("write `{key} = {example}`"));
                self.bad(value, format!("`{key}` is one mark, not `{}`", text.value), "not a mark", help);
                None
            }
        }
    }
}
