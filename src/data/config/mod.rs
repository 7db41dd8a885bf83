//! `laud.toml`: what the project is called, which calendar it counts by, and where its data lies.
//!
//! Read by hand from the spanned tree rather than derived, so that every mistake is reported in one run, at its place,
//! with what was expected: an unknown setting is an error, never ignored.

mod interventions;
mod lint;
mod read;
mod values;

use super::settings::{CellOptions, Located, TableSettings};
use crate::calendar::{Calendar, Date};
use crate::interventions::plan::Gates;
use crate::lint::Levels;
use crate::span::Span;
use chrono_tz::Tz;

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
    /// How loud each lint is.
    pub levels: Levels,
    /// Where the ledger is, relative to the project file.
    pub ledger: Option<String>,
    /// How much may happen in one run.
    pub gates: Gates,
    /// All profiles, in order.
    pub profiles: Vec<Profile>,
    /// The whole text, for findings that have no better place.
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

impl Config {
    /// How the project counts its years.
    pub fn calendar(&self) -> Calendar {
        Calendar { fiscal_year_starts: self.fiscal_year_starts }
    }
}
