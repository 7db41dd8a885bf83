//! What can be said about files, tables, columns and cells: the words that the project file, the binding and the readers of
//! cells share.

use crate::calendar::Date;
use crate::program::Currency;
use crate::span::Span;
use chrono_tz::Tz;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
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

impl ColumnBinding {
    /// A column about which nothing is said.
    pub(super) const NOTHING: ColumnBinding = ColumnBinding {
        header: None,
        blank: None,
        values: Vec::new(),
        yes: Vec::new(),
        no: Vec::new(),
        options: CellOptions {
            time_zone: None,
            date_format: None,
            null: None,
            decimal_mark: None,
            thousands_mark: None,
            currency: None,
            percent: None,
            epoch: None,
        },
    };
}

/// Where a column is read from, and how its cells are written.
#[derive(Debug, Clone, Default)]
pub struct ColumnBinding {
    /// The header, if it is not the column's name.
    pub header: Option<String>,
    /// What an empty cell means.
    pub blank: Option<String>,
    /// Texts and the values of the list that they mean; an empty one for texts to ignore.
    pub values: Vec<(String, String)>,
    /// Texts that mean yes.
    pub yes: Vec<String>,
    /// Texts that mean no.
    pub no: Vec<String>,
    /// How cells are written.
    pub options: CellOptions,
}
