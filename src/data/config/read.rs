//! Setting by setting: what each takes, and what is said if it has something else.

use super::{CellOptions, ColumnSettings, Config, Epoch, Format, Located, Percent, Profile, TableSettings};
use crate::calendar::Date;
use crate::data::cells::check_date_format;
use crate::data::fold::{fold, soft};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::program::Currency;
use crate::span::Span;
use chrono_tz::Tz;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const OPTION_KEYS: [&str; 8] =
    ["time_zone", "date_format", "null", "decimal_mark", "thousands_mark", "currency", "percent", "epoch"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

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

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
type Val<'a> = Spanned<DeValue<'a>>;

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

    fn wrong(&mut self, value: &Val<'_>, key: &str, expected: &str, example: &str) {
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

    fn bad(&mut self, value: &Val<'_>, message: String, label: &str, help: Option<String>) {
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

    fn text(&mut self, value: &Val<'_>, key: &str, example: &str) -> Option<Located<String>> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(value, key, "a text in quotes", example);
            return None;
        };
        Some(Located { value: text.to_string(), span: self.span(value.span()) })
    }

    /// A text or a list of texts; numbers and booleans stand for how they are written.
    fn texts(&mut self, value: &Val<'_>, key: &str, example: &str) -> Vec<Located<String>> {
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

    fn date(&mut self, value: &Val<'_>, key: &str) -> Option<Date> {
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

    fn zone(&mut self, value: &Val<'_>, key: &str) -> Option<Tz> {
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

    fn choice<T: Copy>(&mut self, value: &Val<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
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

    fn mark(&mut self, value: &Val<'_>, key: &str, example: &str) -> Option<Located<Option<char>>> {
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

    /// `corporate = "../corporate"`
    pub(super) fn packages(&mut self, value: &Val<'_>, config: &mut Config) {
        let Some(table) = self.table(value, "packages") else { return };
        for (key, value) in table {
            let name = key.get_ref().to_string();
            if let Some(path) = self.text(value, &name, "\"../corporate\"") {
                config.packages.push((Located { value: name, span: self.span(key.span()) }, path));
            }
        }
    }

    pub(super) fn project(&mut self, value: &Val<'_>, config: &mut Config) {
        let Some(table) = self.table(value, "project") else { return };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => config.name = self.text(value, "name", "\"advocacy\"").map(|t| t.value),
                "time_zone" => {
                    if let Some(zone) = self.zone(value, "time_zone") {
                        config.time_zone = zone;
                    }
                }
                "fiscal_year_starts" => {
                    if let Some(word) = self.text(value, "fiscal_year_starts", "\"february\"") {
                        let folded = soft(&word.value);
                        let named = |m: &&str| **m == folded || (folded.len() == 3 && m.starts_with(&folded));
                        match MONTHS.iter().position(named) {
                            Some(i) => config.fiscal_year_starts = i as u32 + 1,
                            None => {
                                let help = did_you_mean(&word.value, MONTHS)
                                    .or_else(|| Some("write the month's English name, such as `february`".to_string()));
                                self.bad(value, format!("there is no month `{}`", word.value), "unknown month", help);
                            }
                        }
                    }
                }
                "as_of" => config.as_of = self.date(value, "as_of"),
                "profile" => config.profile = self.text(value, "profile", "\"sample\""),
                other => self.unknown(
                    key,
                    other,
                    &["name", "time_zone", "fiscal_year_starts", "as_of", "profile"],
                    "`[project]`",
                ),
            }
        }
    }

    pub(super) fn profile(&mut self, name: &Key<'_>, value: &Val<'_>) -> Option<Profile> {
        let word = name.get_ref().to_string();
        let table = self.table(value, &word)?;
        let mut profile = Profile {
            name: Located { value: word.clone(), span: self.span(name.span()) },
            directory: None,
            strict: false,
            options: CellOptions::default(),
            tables: Vec::new(),
        };
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            // Settings are never tables, so a table is about a table of the program, whatever its name.
            if let Some(inner) = value.get_ref().as_table() {
                let settings = self.table_settings(key, inner);
                profile.tables.push(settings);
                continue;
            }
            match word {
                "directory" => profile.directory = self.text(value, word, "\"data\""),
                "strict" => match value.get_ref().as_bool() {
                    Some(strict) => profile.strict = strict,
                    None => self.wrong(value, word, "true or false", "true"),
                },
                _ if self.option(key, value, &mut profile.options) => {}
                _ => {
                    let known: Vec<&str> = ["directory", "strict"].into_iter().chain(OPTION_KEYS).collect();
                    self.unknown(key, word, &known, &format!("`[profile.{}]`", profile.name.value));
                }
            }
        }
        Some(profile)
    }

    fn table_settings(&mut self, name: &Key<'_>, table: &DeTable<'_>) -> TableSettings {
        let mut settings = TableSettings {
            name: Located { value: name.get_ref().to_string(), span: self.span(name.span()) },
            files: Vec::new(),
            format: None,
            delimiter: None,
            covers_from: None,
            covers_to: None,
            options: CellOptions::default(),
            columns: Vec::new(),
        };
        let mut named: Option<Span> = None;
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            match word {
                "file" | "files" => {
                    let at = self.span(key.span());
                    if let Some(first) = named {
                        self.diagnostics.push(
                            Diagnostic::new(Code::SettingConflict, at, "`file` and `files` say the same thing twice")
                                .label("again")
                                .also(first, "first here")
                                .help("keep one of them"),
                        );
                        continue;
                    }
                    named = Some(at);
                    if word == "file" {
                        settings.files = self.text(value, word, "\"accounts.csv\"").into_iter().collect();
                    } else {
                        settings.files = self.texts(value, word, "[\"a.csv\", \"b.csv\"]");
                        self.repeated(&settings.files);
                    }
                }
                "format" => {
                    let choices = [("csv", Format::Csv), ("ndjson", Format::Ndjson), ("parquet", Format::Parquet)];
                    settings.format = self.choice(value, word, &choices);
                }
                "delimiter" => {
                    if let Some(text) = self.text(value, word, "\";\"") {
                        match text.value.as_bytes() {
                            [one] if !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'\n' | b'\r') => {
                                settings.delimiter = Some(*one);
                            }
                            _ => {
                                let help = Some("write `delimiter = \";\"`, or `\"\\t\"` for a tab".to_string());
                                let message = format!("`delimiter` is one mark, not `{}`", text.value);
                                self.bad(value, message, "not a mark", help);
                            }
                        }
                    }
                }
                "covers" => {
                    if let Some(covers) = self.table(value, word) {
                        for (key, value) in covers {
                            match key.get_ref().as_ref() {
                                "from" => settings.covers_from = self.date(value, "from"),
                                "to" => settings.covers_to = self.date(value, "to"),
                                other => self.unknown(key, other, &["from", "to"], "`covers`"),
                            }
                        }
                        if let (Some(from), Some(to)) = (settings.covers_from, settings.covers_to)
                            && to < from
                        {
                            self.diagnostics.push(
                                Diagnostic::new(
                                    Code::SettingConflict,
                                    self.span(value.span()),
                                    format!("`covers` ends on {to}, before it begins on {from}"),
                                )
                                .label("covers no date")
                                .help("exchange `from` and `to`"),
                            );
                        }
                    }
                }
                "columns" => {
                    if let Some(columns) = self.table(value, word) {
                        for (key, value) in columns {
                            let column = self.column(key, value);
                            settings.columns.extend(column);
                        }
                    }
                }
                _ if self.option(key, value, &mut settings.options) => {}
                _ => {
                    let known: Vec<&str> = ["file", "files", "format", "delimiter", "covers", "columns"]
                        .into_iter()
                        .chain(OPTION_KEYS)
                        .collect();
                    self.unknown(key, word, &known, &format!("table `{}`", settings.name.value));
                }
            }
        }
        settings
    }

    fn repeated(&mut self, files: &[Located<String>]) {
        for (i, file) in files.iter().enumerate() {
            if let Some(first) = files.iter().take(i).find(|f| f.value == file.value) {
                let message = format!("`{}` would be read twice", file.value);
                self.diagnostics.push(
                    Diagnostic::new(Code::SettingConflict, file.span, message)
                        .label("again")
                        .also(first.span, "first here")
                        .help("leave one of them out"),
                );
            }
        }
    }

    fn column(&mut self, name: &Key<'_>, value: &Val<'_>) -> Option<ColumnSettings> {
        let word = name.get_ref().to_string();
        let mut column = ColumnSettings {
            field: Located { value: word.clone(), span: self.span(name.span()) },
            from: None,
            blank: None,
            values: Vec::new(),
            yes: Vec::new(),
            no: Vec::new(),
            options: CellOptions::default(),
        };
        let table = match value.get_ref() {
            DeValue::String(header) => {
                column.from = Some(header.to_string());
                return Some(column);
            }
            DeValue::Table(table) => table,
            _ => {
                self.wrong(value, &word, "a header in quotes or a table of settings", "\"Header\"");
                return None;
            }
        };
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            match word {
                "from" => column.from = self.text(value, word, "\"Header\"").map(|t| t.value),
                "blank" => column.blank = self.texts(value, word, "\"0\"").into_iter().next(),
                "yes" => column.yes = self.texts(value, word, "[\"Y\"]"),
                "no" => column.no = self.texts(value, word, "[\"N\"]"),
                "values" => {
                    if let Some(values) = self.table(value, word) {
                        for (text, meaning) in values {
                            if let Some(meaning) = self.text(meaning, text.get_ref(), "\"value\"") {
                                column.values.push((text.get_ref().to_string(), meaning));
                            }
                        }
                    }
                }
                _ if self.option(key, value, &mut column.options) => {}
                _ => {
                    let known: Vec<&str> =
                        ["from", "blank", "yes", "no", "values"].into_iter().chain(OPTION_KEYS).collect();
                    self.unknown(key, word, &known, &format!("column `{}`", column.field.value));
                }
            }
        }
        Some(column)
    }

    /// Takes the setting if it is one of those that hold for profiles, tables and columns alike.
    fn option(&mut self, key: &Key<'_>, value: &Val<'_>, options: &mut CellOptions) -> bool {
        let word = key.get_ref().as_ref();
        match word {
            "time_zone" => options.time_zone = self.zone(value, word),
            "date_format" => {
                let formats = self.texts(value, word, "\"%d/%m/%Y\"");
                for format in &formats {
                    if let Err(problem) = check_date_format(&format.value) {
                        self.diagnostics.push(
                            Diagnostic::new(
                                Code::SettingType,
                                format.span,
                                format!("`{}` is not a date format: {problem}", format.value),
                            )
                            .label("cannot give a date")
                            .help("write `%Y`, `%m` and `%d` where year, month and day stand, such as `%d/%m/%Y`"),
                        );
                    }
                }
                options.date_format = Some(formats.into_iter().map(|f| f.value).collect());
            }
            "null" => {
                let words = self.texts(value, word, "[\"\", \"N/A\"]");
                options.null = Some(words.into_iter().map(|w| w.value).collect());
            }
            "decimal_mark" => {
                options.decimal_mark =
                    self.mark(value, word, "\",\"").and_then(|m| m.value.map(|value| Located { value, span: m.span }));
            }
            "thousands_mark" => options.thousands_mark = self.mark(value, word, "\".\""),
            "currency" => {
                if let Some(code) = self.text(value, word, "\"EUR\"") {
                    match Currency::new(&code.value) {
                        Some(currency) => options.currency = Some(Located { value: currency, span: code.span }),
                        None => {
                            let help = Some("write the three letters, such as `EUR`".to_string());
                            self.bad(value, format!("`{}` is not a currency", code.value), "not a currency", help);
                        }
                    }
                }
            }
            "percent" => {
                let choices = [("text", Percent::Text), ("ratio", Percent::Ratio), ("number", Percent::Number)];
                options.percent = self.choice(value, word, &choices);
            }
            "epoch" => {
                let choices = [("seconds", Epoch::Seconds), ("milliseconds", Epoch::Milliseconds)];
                options.epoch = self.choice(value, word, &choices);
            }
            _ => return false,
        }
        true
    }
}
