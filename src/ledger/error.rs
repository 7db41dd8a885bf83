//! What can go wrong with a ledger, in words.

use std::fmt;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerError {
    /// It was written by a newer laud.
    Newer {
        /// The version of its tables.
        version: i64,
    },
    /// It is something else.
    NotALedger,
    /// It is damaged.
    Corrupt(String),
    /// It cannot be written.
    ReadOnly,
    /// The server does not allow it.
    Denied(String),
    /// The connection to the server broke off.
    Lost,
    /// It is on a PostgreSQL server, and this laud was built without it.
    WithoutPostgres,
    /// The disk is full.
    Full,
    /// Somebody else is writing and does not come to an end.
    Busy,
    /// Somebody wrote between reading and writing.
    Moved {
        /// The number of the last record now.
        head: u64,
    },
    /// It cannot be opened or reached.
    Unreachable(String),
    /// Anything else.
    Other(String),
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LedgerError::Newer { version } => {
                write!(
                    f,
                    "it was written by a newer laud (its tables are version {version}, known are up to {})",
                    super::VERSION
                )
            }
            LedgerError::NotALedger => write!(f, "it is not a ledger of laud"),
            LedgerError::Corrupt(what) => write!(f, "it is damaged: {what}"),
            LedgerError::ReadOnly => write!(f, "it cannot be written: file or folder are read-only"),
            LedgerError::Denied(why) => write!(f, "the server does not allow it: {why}"),
            LedgerError::Lost => write!(f, "the connection to the server broke off"),
            LedgerError::WithoutPostgres => write!(f, "this laud was built without PostgreSQL"),
            LedgerError::Full => write!(f, "the disk is full"),
            LedgerError::Busy => write!(f, "somebody else has been writing for too long"),
            LedgerError::Moved { head } => write!(f, "somebody else wrote record {head} meanwhile"),
            LedgerError::Unreachable(why) | LedgerError::Other(why) => f.write_str(why),
        }
    }
}

impl LedgerError {
    /// The one thing to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            LedgerError::Newer { .. } => "use the laud that wrote it, or a newer one",
            LedgerError::NotALedger => "name another file: `--ledger FILE`",
            LedgerError::Corrupt(_) => "nothing was written; put a copy from before in its place",
            LedgerError::ReadOnly => {
                "nothing was written; give write permission for the file and its folder, or name another: `--ledger FILE`"
            }
            LedgerError::Denied(_) => "nothing was written; ask whoever runs the server for the right to do it",
            // It may have broken off before or after the server had it all.
            LedgerError::Lost => "run it again: what was written already is not written twice",
            LedgerError::WithoutPostgres => {
                "build it with the flag `--features postgres`, as in `cargo build --release --features postgres`"
            }
            LedgerError::Full => "nothing was written; make room and run it again",
            LedgerError::Busy | LedgerError::Moved { .. } => "nothing was written; run it again",
            LedgerError::Unreachable(_) => "nothing was written; check the path or the URL",
            LedgerError::Other(_) => "nothing was written",
        }
    }
}
