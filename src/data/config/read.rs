//! Setting by setting: the tables of the project file, and what each setting in them takes.

use super::values::{Key, Reader, Val};
use super::{Config, Profile};
use crate::calendar::Date;
use crate::data::cells::check_date_format;
use crate::data::fold::soft;
use crate::data::settings::{CellOptions, ColumnSettings, Epoch, Format, Located, Percent, TableSettings};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::interventions::plan::Gates;
use crate::lint::Levels;
use crate::program::Currency;
use crate::source::Source;
use crate::span::Span;
use chrono_tz::Tz;
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
                let found = foreign_date(source_id, &source.text, at.start as usize).unwrap_or_else(|| {
                    let message = format!("`{}` is not valid TOML: {first}", source.name);
                    Diagnostic::new(Code::ProjectSyntax, at, message).label("here")
                });
                reader.diagnostics.push(found);
                return None;
            }
        };
        let mut config = Config {
            name: None,
            time_zone: Tz::UTC,
            fiscal_year_starts: 1,
            as_of: None,
            profile: None,
            packages: Vec::new(),
            levels: Levels::default(),
            ledger: None,
            gates: Gates::default(),
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
                "packages" => reader.packages(value, &mut config),
                "lint" => reader.lint(value, &mut config.levels),
                "ledger" => reader.ledger(value, &mut config),
                "plan" => reader.plan(value, &mut config),
                other => {
                    let known = ["project", "packages", "profile", "lint", "ledger", "plan"];
                    reader.unknown(key, other, &known, "the project file");
                }
            }
        }
        Some(config)
    }
}

impl Reader<'_> {
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

/// `as_of = 03/31/2026`: a date as it is written elsewhere, on the line where reading stopped.
fn foreign_date(id: u16, text: &str, at: usize) -> Option<Diagnostic> {
    let begin = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(begin..)?.lines().next()?;
    let (key, value) = line.split_once('=')?;
    let written = value.split('#').next()?.trim();
    let digits = written.len() >= 8 && written.starts_with(|c: char| c.is_ascii_digit());
    if !digits || written.contains(|c: char| !c.is_ascii_digit() && !"/.-".contains(c)) {
        return None;
    }
    let start = begin + key.len() + 1 + (value.len() - value.trim_start().len());
    let span = Span::new(id, start, start + written.len());
    let key = key.trim();
    let diagnostic = Diagnostic::new(Code::ProjectSyntax, span, format!("`{written}` is not how a date is written"));
    Some(match Date::repaired(written) {
        Some(date) => diagnostic.label("a date?").fix(format!("write `{key} = {date}`"), span, date.to_string()),
        None => diagnostic.label("a date?").help(format!("write year-month-day: `{key} = 2026-03-31`")),
    })
}
