//! Where a ledger is: in a file, or on a server that a URL names.

use super::{LedgerError, Store, sqlite};
use std::path::{Path, PathBuf};

/// Where a ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// On a server.
    Url(String),
}

impl Place {
    /// What somebody wrote: a URL, or a path.
    pub fn named(text: &Path) -> Place {
        match text.to_str().filter(|text| text.contains("://")) {
            Some(url) => Place::Url(url.to_string()),
            None => Place::File(text.to_path_buf()),
        }
    }

    /// Opens it for writing, making it if it is not there.
    pub fn open(&self) -> Result<Box<dyn Store>, LedgerError> {
        match self {
            Place::File(path) => Ok(Box::new(sqlite::open(path)?)),
            Place::Url(url) => server::open(spoken(url)?),
        }
    }

    /// Opens it for reading; nothing if there is none.
    pub fn open_to_read(&self) -> Result<Option<Box<dyn Store>>, LedgerError> {
        match self {
            // What cannot be looked at is there as far as anybody knows, so that opening it says what is wrong.
            Place::File(path) if !path.try_exists().unwrap_or(true) => Ok(None),
            Place::File(path) => Ok(Some(Box::new(sqlite::open_to_read(path)?))),
            Place::Url(url) => server::open_to_read(spoken(url)?),
        }
    }

    /// As it may be shown: a password in a URL may not.
    pub fn shown(&self) -> String {
        match self {
            Place::File(path) => path.display().to_string(),
            Place::Url(url) => without_password(url),
        }
    }
}

/// A URL of a database that is known here.
fn spoken(url: &str) -> Result<&str, LedgerError> {
    match url.split_once("://") {
        Some(("postgres" | "postgresql", _)) => Ok(url),
        _ => Err(LedgerError::Unreachable("only `postgres://` is known of such".to_string())),
    }
}

fn without_password(url: &str) -> String {
    let (place, options) = url.split_once('?').map_or((url, None), |(place, options)| (place, Some(options)));
    let (scheme, place) = place.split_once("://").unwrap_or(("", place));
    let place = match place.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:***@{host}"),
            None => place.to_string(),
        },
        None => place.to_string(),
    };
    let hidden = |option: &str| match option.split_once('=') {
        Some((name, _)) if name.contains("password") => format!("{name}=***"),
        _ => option.to_string(),
    };
    let options = options.map(|options| options.split('&').map(hidden).collect::<Vec<_>>().join("&"));
    format!("{scheme}://{place}{}", options.map_or(String::new(), |options| format!("?{options}")))
}

#[cfg(feature = "postgres")]
mod server {
    use super::super::{LedgerError, Store, postgres};

    pub fn open(url: &str) -> Result<Box<dyn Store>, LedgerError> {
        Ok(Box::new(postgres::open(url)?))
    }

    pub fn open_to_read(url: &str) -> Result<Option<Box<dyn Store>>, LedgerError> {
        Ok(postgres::open_to_read(url)?.map(|ledger| Box::new(ledger) as Box<dyn Store>))
    }
}

#[cfg(not(feature = "postgres"))]
mod server {
    use super::super::{LedgerError, Store};

    pub fn open(_: &str) -> Result<Box<dyn Store>, LedgerError> {
        Err(LedgerError::WithoutPostgres)
    }

    pub fn open_to_read(_: &str) -> Result<Option<Box<dyn Store>>, LedgerError> {
        Err(LedgerError::WithoutPostgres)
    }
}
