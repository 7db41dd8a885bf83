//! A ledger in a file.
//!
//! One file with a rollback journal rather than a write-ahead log: it can be copied and read where nothing may be written, and
//! a run that is ended at any instant leaves nothing beside it that anybody has to know about. Once actions have been handed
//! on there is an empty file beside it, which is a lock and nothing else.

use super::schema::{STEPS, VERSION};
use super::sql::{Cell, Row, Sql};
use super::{Book, LedgerError};
use rusqlite::types::{ToSqlOutput, Value as SqlValue};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// `laud`: what the file says it is.
const APPLICATION: i64 = 0x6c61_7564;

/// A ledger of at most so many bytes is looked at as a whole whenever it is opened, which takes a few hundredths of a second.
/// In a larger one damage is told when a statement comes across it, and by `laud ledger check`.
const LOOKED_AT: i64 = 8 << 20;

/// How much of the file may be held, in KiB: ids are scattered, so that a run that opens many items writes everywhere.
const HELD: i64 = 256 << 10;

/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A ledger in a file.
pub type SqliteLedger = Book<Sqlite>;

/// The file, open.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    /// An empty file beside the ledger, locked while actions are handed on.
    handing: Option<Connection>,
}

/// Opens the ledger, making it if it is not there; an older one is brought up to date.
pub fn open(path: &Path) -> Result<SqliteLedger, LedgerError> {
    let made = make_folder(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags).map_err(|error| match made {
        Err(why) => why,
        Ok(()) => error,
    })?;
    let mut sql = Sqlite { connection, handing: None };
    sql.migrate()?;
    Ok(Book::new(sql))
}

/// Opens a ledger that is there, for reading.
pub fn open_to_read(path: &Path) -> Result<SqliteLedger, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = connect(path, flags).map(|connection| Sqlite { connection, handing: None });
    let (sql, version) = match opened.and_then(|sql| sql.version().map(|version| (sql, version))) {
        // What a run that was ended left behind is taken back first, and that writes.
        Err(LedgerError::ReadOnly) => return open(path),
        found => found?,
    };
    if version < VERSION {
        // An older one has to be brought up to date before it can be read.
        return open(path);
    }
    Ok(Book::new(sql))
}

/// The folder of the ledger, made if it is not there; what is in it stays out of version control.
fn make_folder(path: &Path) -> Result<(), LedgerError> {
    let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty() && !f.exists()) else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| disk(&error))?;
    if folder.file_name().is_some_and(|name| name == ".laud") {
        // Without it the ledger works just as well.
        let _ = fs::write(folder.join(".gitignore"), "*\n");
    }
    Ok(())
}

fn disk(error: &std::io::Error) -> LedgerError {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => LedgerError::ReadOnly,
        StorageFull => LedgerError::Full,
        _ => LedgerError::Unreachable(crate::data::reason(error)),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, LedgerError> {
    if path.is_dir() {
        return Err(LedgerError::Unreachable("it is a folder".to_string()));
    }
    let connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
    connection.busy_timeout(PATIENCE).map_err(wrong)?;
    connection.set_prepared_statement_cache_capacity(64);
    // A page whose cells lie outside of it is told when it is read, not when it is written.
    connection.execute_batch(&format!("PRAGMA cell_size_check = ON; PRAGMA cache_size = -{HELD}")).map_err(wrong)?;
    Ok(connection)
}

impl Sqlite {
    fn pragma(&self, name: &str) -> Result<i64, LedgerError> {
        self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(wrong)
    }

    /// The version of the tables; 0 of an empty file.
    fn version(&self) -> Result<i64, LedgerError> {
        // All of it at one moment: somebody else may be making the tables.
        let alone = self.connection.is_autocommit();
        if alone {
            self.connection.execute_batch("BEGIN DEFERRED").map_err(wrong)?;
        }
        let version = self.version_now();
        if alone {
            let _ = self.connection.execute_batch("COMMIT");
        }
        version
    }

    fn version_now(&self) -> Result<i64, LedgerError> {
        let (application, version) = (self.pragma("application_id")?, self.pragma("user_version")?);
        let tables: i64 =
            self.connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(wrong)?;
        if application != APPLICATION && (application, version, tables) != (0, 0, 0) {
            return Err(LedgerError::NotALedger);
        }
        if version > VERSION {
            return Err(LedgerError::Newer { version });
        }
        if self.pragma("page_count")?.saturating_mul(self.pragma("page_size")?) <= LOOKED_AT {
            self.looked_at("quick_check")?;
        }
        Ok(version)
    }

    /// What a check of SQLite's own has to say, which goes through the whole file.
    fn looked_at(&self, check: &str) -> Result<(), LedgerError> {
        let sql = format!("PRAGMA {check}(1)");
        let found: String = self.connection.query_row(&sql, [], |row| row.get(0)).map_err(wrong)?;
        if found != "ok" {
            let first = found.lines().last().unwrap_or_default();
            return Err(LedgerError::Corrupt(first.to_string()));
        }
        Ok(())
    }

    fn migrate(&mut self) -> Result<(), LedgerError> {
        if self.version()? == VERSION {
            return Ok(());
        }
        self.begin()?;
        let migrated = self.steps();
        match migrated.and_then(|()| self.end()) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.undo();
                Err(error)
            }
        }
    }

    /// Somebody else may have done it while we waited.
    fn steps(&self) -> Result<(), LedgerError> {
        let from = usize::try_from(self.version()?).unwrap_or(0);
        for statement in STEPS.iter().skip(from).flat_map(|step| step.iter()) {
            self.connection.execute(statement, []).map_err(wrong)?;
        }
        for (name, value) in [("application_id", APPLICATION), ("user_version", VERSION)] {
            self.connection.execute_batch(&format!("PRAGMA {name} = {value}")).map_err(wrong)?;
        }
        Ok(())
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Null => ToSqlOutput::Owned(SqlValue::Null),
            Cell::Int(n) => ToSqlOutput::Owned(SqlValue::Integer(*n)),
            Cell::Text(text) => ToSqlOutput::from(text.as_str()),
        })
    }
}

impl Sql for Sqlite {
    /// The lock of the ledger itself is for writing, and what takes the actions may take its time. The system gives up the lock
    /// of a process that ends; the file stays, because taking it away could let two hand on at once.
    fn hand_on(&mut self) -> Result<(), LedgerError> {
        let ledger = self.connection.path().map(str::to_string).unwrap_or_default();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let lock = Connection::open_with_flags(format!("{ledger}-handing"), flags).map_err(wrong)?;
        lock.busy_timeout(PATIENCE).map_err(wrong)?;
        lock.execute_batch("BEGIN EXCLUSIVE").map_err(wrong)?;
        self.handing = Some(lock);
        Ok(())
    }

    fn mark(&mut self) -> Result<(), LedgerError> {
        self.begin()
    }

    fn handed_on(&mut self) {
        self.handing = None;
    }

    fn sound(&mut self) -> Result<(), LedgerError> {
        self.looked_at("integrity_check")
    }

    fn begin(&mut self) -> Result<(), LedgerError> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(wrong)
    }

    fn look(&mut self) -> Result<(), LedgerError> {
        self.connection.execute_batch("BEGIN DEFERRED").map_err(wrong)
    }

    fn end(&mut self) -> Result<(), LedgerError> {
        self.connection.execute_batch("COMMIT").map_err(wrong)
    }

    fn undo(&mut self) {
        // Closing the file rolls back what is left, and so does the next one to open it.
        let _ = self.connection.execute_batch("ROLLBACK");
    }

    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<(), LedgerError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(wrong)?;
        statement.execute(rusqlite::params_from_iter(cells)).map_err(wrong)?;
        Ok(())
    }

    fn rows(
        &mut self,
        sql: &str,
        cells: &[Cell],
        each: &mut dyn FnMut(Row) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(wrong)?;
        let count = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(cells)).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            let mut out = Vec::with_capacity(count);
            for i in 0..count {
                out.push(match row.get::<_, SqlValue>(i).map_err(wrong)? {
                    SqlValue::Null => Cell::Null,
                    SqlValue::Integer(n) => Cell::Int(n),
                    SqlValue::Text(text) => Cell::Text(text),
                    SqlValue::Real(_) | SqlValue::Blob(_) => {
                        return Err(LedgerError::Corrupt("a cell is neither text nor number".to_string()));
                    }
                });
            }
            each(Row(out.into_iter()))?;
        }
        Ok(())
    }
}

/// What SQLite says, in our words.
fn wrong(error: rusqlite::Error) -> LedgerError {
    let text = || {
        let text = error.to_string();
        let first = text.chars().take(1).flat_map(char::to_lowercase);
        first.chain(text.chars().skip(1)).collect::<String>()
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => LedgerError::NotALedger,
        Some(ErrorCode::DatabaseCorrupt) => LedgerError::Corrupt(text()),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => LedgerError::ReadOnly,
        Some(ErrorCode::DiskFull) => LedgerError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Busy,
        Some(ErrorCode::SystemIoFailure) => LedgerError::Unreachable("the disk does not read or write it".to_string()),
        Some(ErrorCode::CannotOpen) => {
            LedgerError::Unreachable("it cannot be opened: there is no such file, or no permission".to_string())
        }
        Some(_) => LedgerError::Other(text()),
        // Cells of the wrong type, and text that is none.
        None => LedgerError::Corrupt(text()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A full disk, played by the most pages that the file may have.
    #[test]
    fn a_full_disk_is_told_and_leaves_the_ledger_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        drop(open(&path).unwrap());
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let mut sql = Sqlite { connection, handing: None };
        let pages = sql.pragma("page_count").unwrap();
        sql.connection.execute_batch(&format!("PRAGMA max_page_count = {}", pages + 2)).unwrap();
        sql.begin().unwrap();
        let long = "x".repeat(1000);
        let full =
            (0..100).find_map(|i| sql.run("INSERT INTO rule (name) VALUES ($1)", &[format!("{i}{long}").into()]).err());
        assert_eq!(full, Some(LedgerError::Full));
        sql.undo();
        let mut left = 0;
        sql.rows("SELECT name FROM rule", &[], &mut |_| {
            left += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(left, 0);
        assert_eq!(sql.version().unwrap(), VERSION);
    }

    /// Somebody else is writing: it is waited for, and then told.
    #[test]
    fn two_who_write_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        drop(open(&path).unwrap());
        let connected = || connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let both = || Sqlite { connection: connected(), handing: None };
        let (mut first, mut second) = (both(), both());
        first.begin().unwrap();
        second.connection.busy_timeout(Duration::from_millis(50)).unwrap();
        assert_eq!(second.begin(), Err(LedgerError::Busy));
        second.look().unwrap();
        second.end().unwrap();
        first.end().unwrap();
        second.begin().unwrap();
        second.undo();
    }
}
