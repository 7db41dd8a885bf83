//! `laud.toml`: what the project is called, which calendar it counts by, and where its data lies.
//!
//! Read by hand from the spanned tree rather than derived, so that every mistake is reported in one run, at its place,
//! with what was expected: an unknown setting is an error, never ignored.

mod read;

use crate::calendar::{Calendar, Date};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::program::Currency;
use crate::source::Source;
use crate::span::Span;
use chrono_tz::Tz;
use toml::de::DeTable;

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
    /// The packages that the project uses: what it calls each, and the folder, relative to the project file.
    pub packages: Vec<(Located<String>, Located<String>)>,
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
    /// Texts and the values of the list that they mean; an empty one for texts to ignore.
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

impl Config {
    /// Reads the project file. `None` only if it is not TOML; any other mistake is reported, left out, and the rest read.
    pub fn parse(source_id: u16, source: &Source, diagnostics: &mut Diagnostics) -> Option<Config> {
        let span = Span::new(source_id, 0, source.text.len());
        // Some editors put a byte order mark first, which is not part of TOML.
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
        let mut reader = read::Reader { source: source_id, skipped: source.text.len() - text.len(), diagnostics };
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
                other => reader.unknown(key, other, &["project", "packages", "profile"], "the project file"),
            }
        }
        Some(config)
    }

    /// How the project counts its years.
    pub fn calendar(&self) -> Calendar {
        Calendar { fiscal_year_starts: self.fiscal_year_starts }
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
