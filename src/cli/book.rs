//! Finding and opening the ledger of a project.

use super::stop::Stop;
use crate::data::reason;
use crate::interventions::State;
use crate::ledger::{LedgerError, Place, Store};
use std::path::Path;

/// Where the ledger of a project is, unless somebody says otherwise.
const USUAL: &str = ".laud/ledger.db";

/// Where a ledger is.
pub struct Book {
    place: Place,
}

impl Book {
    /// The ledger that was asked for: by the option, by `LAUD_LEDGER`, by the project file, or else the usual one.
    pub fn find(asked: Option<&Path>, directory: &Path, configured: Option<&str>) -> Book {
        let place = match (asked, std::env::var_os("LAUD_LEDGER").filter(|v| !v.is_empty())) {
            (Some(asked), _) => Place::named(asked),
            (None, Some(named)) => Place::named(Path::new(&named)),
            (None, None) => match Place::named(Path::new(configured.unwrap_or(USUAL))) {
                Place::File(path) => Place::File(directory.join(path)),
                url => url,
            },
        };
        Book { place }
    }

    /// Opens it for writing, making it if it is not there.
    pub fn open(&self) -> Result<Box<dyn Store>, Stop> {
        self.place.open().map_err(|error| self.stop(&error))
    }

    /// Opens it for reading; nothing if there is none.
    fn read(&self) -> Result<Option<Box<dyn Store>>, Stop> {
        self.place.open_to_read().map_err(|error| self.stop(&error))
    }

    /// One that has to be there.
    pub fn open_known(&self) -> Result<Box<dyn Store>, Stop> {
        self.read_known()?;
        self.open()
    }

    /// One that has to be there, for reading.
    pub fn read_known(&self) -> Result<Box<dyn Store>, Stop> {
        self.read()?.ok_or_else(|| {
            Stop::usage(format!("there is no ledger `{}`", self.place.shown())).help("`laud apply` makes it")
        })
    }

    /// What is wrong with it.
    pub fn stop(&self, error: &LedgerError) -> Stop {
        Stop::usage(format!("the ledger `{}`: {error}", self.place.shown())).help(error.help())
    }

    /// Everything that is remembered; `None` where there is no ledger yet.
    pub fn remembered(&self) -> Result<Option<State>, Stop> {
        let ledger = self.read()?;
        ledger.map(|mut ledger| ledger.load().map_err(|error| self.stop(&error))).transpose()
    }

    /// Everything that is remembered; nothing where there is no ledger yet.
    pub fn load(&self) -> Result<State, Stop> {
        Ok(self.remembered()?.unwrap_or_default())
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
