//! A session to think in: statements in, answers out.
//!
//! [`Session`] holds a program that is being changed and the data that it is tried on. It is told one statement at a time and
//! gives a [`Reply`]; it neither knows a terminal nor reads a file: what lies outside is asked of a [`Host`].

mod change;
mod command;
mod completion;
mod draft;
mod help;
mod keep;
mod look;
mod moves;
mod named;
mod session;
mod show;
mod standing;
mod statement;
mod testing;
mod whatif;

pub use command::{COMMANDS, Command};
pub use draft::INPUT;
pub use moves::{Move, moves};
pub use session::Session;
pub use statement::{Kind, Statement, statements, unfinished};

use crate::calendar::{Calendar, Date};
use crate::data::{Dataset, LoadReport, Place};
use crate::program::Program;
use crate::source::Sources;
use chrono_tz::Tz;

/// What a session cannot do itself.
pub trait Host {
    /// Reads a project: a directory or a rule file; the one that the session began with, if nothing is named.
    fn open(&mut self, path: Option<&str>) -> Result<Opened, Refusal>;

    /// Reads the data of the project that was opened last, for a program: a profile or a directory; the usual one, if nothing
    /// is named.
    fn load(&mut self, program: &Program, data: Option<&str>) -> Result<Loaded, Refusal>;

    /// The file that a rule file names by a path relative to itself: data of a test.
    fn beside(source: &str, path: &str) -> Place;

    /// Writes a new file.
    fn save(&mut self, path: &str, text: &str) -> Result<(), Refusal>;
}

/// A project that was read.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What people call it.
    pub name: String,
    /// Where it was read.
    pub path: String,
    /// Its rule files.
    pub sources: Sources,
    /// The as-of date unless the session says otherwise.
    pub as_of: Date,
    /// How it counts its years.
    pub calendar: Calendar,
    /// Its time zone.
    pub zone: Tz,
    /// The profiles of its data.
    pub profiles: Vec<String>,
    /// What is wrong with its project file, ready to be shown.
    pub complaint: String,
}

/// Data that was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The rows.
    pub data: Dataset,
    /// What was read, kept and rejected.
    pub report: LoadReport,
    /// The profile or directory.
    pub name: String,
}

/// Something outside that did not work, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The exit code that goes with it.
    pub code: u8,
    /// The whole text, with its line end.
    pub text: String,
}

/// What a statement comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The result.
    pub out: String,
    /// What is wrong.
    pub err: String,
    /// 0, or the exit code that what is wrong asks for.
    pub code: u8,
    /// The session is over.
    pub quit: bool,
}

/// The exit code of a command that could not be carried out.
pub const FAILED: u8 = 1;
/// The exit code of a statement that does not parse or check.
pub const WRONG: u8 = 3;

impl Reply {
    /// A result.
    pub fn of(out: impl Into<String>) -> Reply {
        Reply { out: out.into(), ..Reply::default() }
    }

    /// A command that could not be carried out: what is wrong, and what to do.
    pub fn failed(message: impl AsRef<str>, help: impl AsRef<str>) -> Reply {
        let help: String = help.as_ref().lines().map(|line| format!("  {line}\n")).collect();
        Reply { err: format!("error: {}\n{help}", message.as_ref()), code: FAILED, ..Reply::default() }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Reply {
        Reply { err: refusal.text, code: refusal.code, ..Reply::default() }
    }
}
