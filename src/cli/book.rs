//! Finding and opening the ledger of a project.

use super::stop::Stop;
use crate::data::reason;
use crate::ledger::sqlite::{self, SqliteLedger};
use crate::ledger::{LedgerError, Store};
use std::path::{Path, PathBuf};

/// Where the ledger of a project is, unless somebody says otherwise.
const USUAL: &str = ".laud/ledger.db";

/// Where a ledger is.
pub struct Book {
    path: PathBuf,
}

impl Book {
    /// The ledger that was asked for: by the option, by `LAUD_LEDGER`, by the project file, or else the usual one.
    pub fn find(asked: Option<&Path>, directory: &Path, configured: Option<&str>) -> Result<Book, Stop> {
        let path = match (asked, std::env::var_os("LAUD_LEDGER").filter(|v| !v.is_empty())) {
            (Some(asked), _) => asked.to_path_buf(),
            (None, Some(named)) => PathBuf::from(named),
            (None, None) => directory.join(configured.unwrap_or(USUAL)),
        };
        let text = path.to_string_lossy();
        if text.contains("://") {
            let message = format!("`{text}` is no file, and this laud keeps ledgers in files only");
            return Err(Stop::usage(message).help("name a file: `--ledger FILE`"));
        }
        Ok(Book { path })
    }

    /// True if there is one.
    pub fn exists(&self) -> bool {
        // What cannot be looked at is there as far as anybody knows, so that opening it says what is wrong.
        self.path.try_exists().unwrap_or(true)
    }

    /// Opens it for writing, making it if it is not there.
    pub fn open(&self) -> Result<SqliteLedger, Stop> {
        sqlite::open(&self.path).map_err(|error| self.stop(&error))
    }

    /// Opens one that is there for reading.
    pub fn read(&self) -> Result<SqliteLedger, Stop> {
        sqlite::open_to_read(&self.path).map_err(|error| self.stop(&error))
    }

    /// One that has to be there.
    pub fn open_known(&self) -> Result<SqliteLedger, Stop> {
        if self.exists() { self.open() } else { Err(self.absent()) }
    }

    /// One that has to be there, for reading.
    pub fn read_known(&self) -> Result<SqliteLedger, Stop> {
        if self.exists() { self.read() } else { Err(self.absent()) }
    }

    fn absent(&self) -> Stop {
        Stop::usage(format!("there is no ledger `{}`", self.path.display())).help("`laud apply` makes it")
    }

    /// What is wrong with it.
    pub fn stop(&self, error: &LedgerError) -> Stop {
        Stop::usage(format!("the ledger `{}`: {error}", self.path.display())).help(error.help())
    }

    /// Everything that is remembered; nothing where there is no ledger yet.
    pub fn load(&self) -> Result<crate::interventions::State, Stop> {
        match self.exists() {
            true => self.read()?.load().map_err(|error| self.stop(&error)),
            false => Ok(crate::interventions::State::default()),
        }
    }
}

/// Who is at work: who says so, or whom the system knows.
pub fn who(said: Option<&str>) -> Option<String> {
    let known = |name: &&str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let said = said.map(str::trim).filter(|s| !s.is_empty()).map(str::to_string);
    said.or_else(|| ["LAUD_USER", "USER", "LOGNAME", "USERNAME"].iter().find_map(known))
}

/// The moment, for the record: `2026-03-31T06:00:00Z`.
pub fn now() -> String {
    chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A file cannot be written.
pub fn unwritable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("cannot write `{}`: {}", path.display(), reason(error)))
}
