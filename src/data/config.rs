//! `laud.toml`: what the project is called, which calendar it counts by, and where its data lies.
//!
//! Read by hand from the spanned tree rather than derived, so that every mistake is reported in one run, at its place,
//! with what was expected: an unknown setting is an error, never ignored.

use super::fold::soft;
use crate::calendar::{Calendar, Date};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::program::Currency;
use crate::source::Source;
use crate::span::Span;
use chrono_tz::Tz;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The project file.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name of the project.
    pub name: Option<String>,
    /// The zone in which an instant becomes a date.
    pub time_zone: Tz,
    /// The month, 1 to 12, on whose first day the fiscal year begins.
    pub fiscal_year_starts: u32,
    /// The default as-of date.
    pub as_of: Option<Date>,
    /// The default profile.
    pub profile: Option<Located<String>>,
    /// All profiles, in order.
    pub profiles: Vec<Profile>,
    /// The whole text, for findings that have no better place.
    pub span: Span,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A set of files.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: Located<String>,
    /// Where its files are, relative to the project file.
    pub directory: Option<Located<String>>,
    /// Unreadable, unknown and blank cells are errors.
    pub strict: bool,
    /// How cells are written, unless a table or column says otherwise.
    pub options: CellOptions,
    /// What is said about tables.
    pub tables: Vec<TableSettings>,
}

/// What is said about a table.
#[derive(Debug, Clone)]
pub struct TableSettings {
    /// The table.
    pub name: Located<String>,
    /// Its files, in order; by its name, if none are given.
    pub files: Vec<Located<String>>,
    /// The format of the files; by their names, if absent.
    pub format: Option<Format>,
    /// What separates the cells of a row of text.
    pub delimiter: Option<u8>,
    /// First date that the source vouches for.
    pub covers_from: Option<Date>,
    /// Last date that the source vouches for.
    pub covers_to: Option<Date>,
    /// How cells are written, unless a column says otherwise.
    pub options: CellOptions,
    /// What is said about columns.
    pub columns: Vec<ColumnSettings>,
}

/// What is said about a column.
#[derive(Debug, Clone)]
pub struct ColumnSettings {
    /// The column.
    pub field: Located<String>,
    /// The header it stands under.
    pub from: Option<String>,
    /// What an empty cell means.
    pub blank: Option<Located<String>>,
    /// Texts and the values of the list that they mean.
    pub values: Vec<(String, Located<String>)>,
    /// Texts that mean yes.
    pub yes: Vec<Located<String>>,
    /// Texts that mean no.
    pub no: Vec<Located<String>>,
    /// How cells are written.
    pub options: CellOptions,
}

/// How cells are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellOptions {
    /// The zone of timestamps written without one.
    pub time_zone: Option<Tz>,
    /// Formats of dates, in chrono's letters.
    pub date_format: Option<Vec<String>>,
    /// What stands for an empty cell, in place of the usual words.
    pub null: Option<Vec<String>>,
    /// What stands before the fraction.
    pub decimal_mark: Option<Located<char>>,
    /// What stands between groups of three digits; `Some(None)` for nothing.
    pub thousands_mark: Option<Located<Option<char>>>,
    /// The currency of the amounts.
    pub currency: Option<Located<Currency>>,
    /// How ratios are written.
    pub percent: Option<Percent>,
    /// What a number means where a date is wanted.
    pub epoch: Option<Epoch>,
}

/// How ratios are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Percent {
    /// `45%`
    Text,
    /// `0.45`
    Ratio,
    /// `45`
    Number,
}

/// What a number means where a date is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Rows of separated cells under a header.
    Csv,
    /// One JSON object per line.
    Ndjson,
    /// Parquet.
    Parquet,
}

impl CellOptions {
    /// These options, and where they say nothing those of `base`.
    pub fn over(&self, base: &CellOptions) -> CellOptions {
        CellOptions {
            time_zone: self.time_zone.or(base.time_zone),
            date_format: self.date_format.clone().or_else(|| base.date_format.clone()),
            null: self.null.clone().or_else(|| base.null.clone()),
            decimal_mark: self.decimal_mark.clone().or_else(|| base.decimal_mark.clone()),
            thousands_mark: self.thousands_mark.clone().or_else(|| base.thousands_mark.clone()),
            currency: self.currency.clone().or_else(|| base.currency.clone()),
            percent: self.percent.or(base.percent),
            epoch: self.epoch.or(base.epoch),
        }
    }
}

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

impl Config {
    /// Reads the project file. `None` only if it is not TOML; any other mistake is reported, left out, and the rest read.
    pub fn parse(source_id: u16, source: &Source, diagnostics: &mut Diagnostics) -> Option<Config> {
        let span = Span::new(source_id, 0, source.text.len());
        // Some editors put a byte order mark first, which is not part of TOML.
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
        let mut reader = Reader { source: source_id, skipped: source.text.len() - text.len(), diagnostics };
        let root = match DeTable::parse(text) {
            Ok(root) => root.into_inner(),
            Err(error) => {
                let range = error.span().unwrap_or(0..0);
                let first = error.message().lines().next().unwrap_or("").trim_end_matches('.').to_string();
                let at = reader.span(range);
                reader.diagnostics.push(
                    Diagnostic::new(Code::ProjectSyntax, at, format!("`{}` is not valid TOML: {first}", source.name))
                        .label("here"),
                );
                return None;
            }
        };
        let mut config = Config {
            name: None,
            time_zone: Tz::UTC,
            fiscal_year_starts: 1,
            as_of: None,
            profile: None,
            profiles: Vec::new(),
            span: Span::new(source_id, 0, 0).to(Span { end: span.end.min(1), ..span }),
        };
        for (key, value) in &root {
            match key.get_ref().as_ref() {
                "project" => reader.project(value, &mut config),
                "profile" => {
                    if let Some(table) = reader.table(value, "profile") {
                        for (name, value) in table {
                            let profile = reader.profile(name, value);
                            config.profiles.extend(profile);
                        }
                    }
                }
                other => reader.unknown(key, other, &["project", "profile"], "the project file"),
            }
        }
        Some(config)
    }

    /// How the project counts its years.
    pub fn calendar(&self) -> Calendar {
        Calendar { fiscal_year_starts: self.fiscal_year_starts }
    }
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
type Val<'a> = Spanned<DeValue<'a>>;

struct Reader<'a> {
    source: u16,
    /// Bytes before the text that was read.
    skipped: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source, range.start + self.skipped, range.end + self.skipped)
    }

    fn unknown(&mut self, key: &Key<'_>, word: &str, known: &[&str], place: &str) {
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

    fn table<'v, 'i>(&mut self, value: &'v Val<'i>, key: &str) -> Option<&'v DeTable<'i>> {
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
                Some(format!("write `{key} = 2026-03-31`")),
            );
        }
        date
    }

    fn zone(&mut self, value: &Val<'_>, key: &str) -> Option<Tz> {
        let name = self.text(value, key, "\"America/New_York\"")?;
        if let Ok(zone) = name.value.parse() {
            return Some(zone);
        }
        let tail = |zone: &str| super::fold::fold(zone.rsplit('/').next().unwrap_or(zone));
        let near = chrono_tz::TZ_VARIANTS.iter().map(|z| z.name()).find(|z| tail(z) == tail(&name.value));
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

    fn project(&mut self, value: &Val<'_>, config: &mut Config) {
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

    fn profile(&mut self, name: &Key<'_>, value: &Val<'_>) -> Option<Profile> {
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
                    if let Err(problem) = super::cells::check_date_format(&format.value) {
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
