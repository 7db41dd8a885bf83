//! Where the ledger of a test is: in a folder of its own, or in a schema of its own on the server.

use laud::ledger::{Place, Store};
use std::path::{Path, PathBuf};

/// Makes of each test two: `on_a_file` and, where there is a server, `on_a_server`.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_a_file {
            $(#[test] fn $name() { super::$name(&mut $crate::ledger::home::Home::file()); })*
        }
        mod on_a_server {
            $(#[test] fn $name() {
                if let Some(mut home) = $crate::ledger::home::Home::server() { super::$name(&mut home); }
            })*
        }
    };
}
pub(crate) use on_both;

/// A place for a ledger, and a folder for whatever belongs to it. Both go away with it.
pub struct Home {
    folder: tempfile::TempDir,
    /// As it is written behind `--ledger`.
    pub ledger: PathBuf,
}

impl Home {
    pub fn file() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.db");
        Home { folder, ledger }
    }

    /// Nothing where there is no server, and that is said.
    pub fn server() -> Option<Home> {
        server::url().map(|url| {
            static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
            let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let join = if url.contains('?') { '&' } else { '?' };
            let name = format!("test_{}_{count}", std::process::id());
            let ledger = format!("{url}{join}application_name={name}&schema={name}");
            Home { folder: tempfile::tempdir().unwrap(), ledger: ledger.into() }
        })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn place(&self) -> Place {
        Place::named(&self.ledger)
    }

    pub fn is_server(&self) -> bool {
        matches!(self.place(), Place::Url(_))
    }

    pub fn open(&self) -> Box<dyn Store> {
        self.place().open().unwrap_or_else(|error| panic!("{}: {error}", self.place().shown()))
    }

    /// Takes the ledger away, so that the next one is new.
    pub fn clear(&mut self) {
        match self.place() {
            Place::File(path) => std::fs::remove_file(path).unwrap(),
            Place::Url(url) => server::clear(&url),
        }
    }

    /// Runs a statement beside laud.
    pub fn run(&self, sql: &str) {
        match self.place() {
            Place::File(path) => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
            Place::Url(url) => server::run(&url, sql),
        }
    }

    /// Does something while somebody else is in the middle of writing.
    pub fn while_locked<T>(&self, work: impl FnOnce() -> T) -> T {
        match self.place() {
            Place::File(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch("BEGIN IMMEDIATE; DELETE FROM rule").unwrap();
                let done = work();
                connection.execute_batch("ROLLBACK").unwrap();
                done
            }
            Place::Url(url) => server::while_locked(&url, work),
        }
    }

    /// The rows of a query with one text column.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        match self.place() {
            Place::File(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                let mut statement = connection.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get(0)).unwrap();
                rows.collect::<Result<_, _>>().unwrap()
            }
            Place::Url(url) => server::rows(&url, sql),
        }
    }

    /// Everything that the ledger holds, but for the moments at which it was written: the same text for the same ledger,
    /// whatever it is kept in.
    pub fn everything(&self) -> String {
        let text = |column: &str| format!("COALESCE(CAST({column} AS TEXT), '-')");
        let mut out = String::new();
        for (table, columns) in TABLES {
            let columns: Vec<String> = columns.split(' ').map(text).collect();
            let sql = format!("SELECT {} FROM {table}", columns.join(" || ' | ' || "));
            let mut rows = self.rows(&sql);
            rows.sort();
            rows.iter().for_each(|row| out.push_str(&format!("{table}: {row}\n")));
        }
        out
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Place::Url(url) = self.place() {
            server::clear(&url);
        }
    }
}

/// All tables with all columns that do not hold the time of day.
const TABLES: [(&str, &str); 11] = [
    ("record", "number kind as_of who program data counts"),
    ("record_file", "record place table_name file hash kept"),
    ("rule", "name"),
    (
        "item",
        "id rule subject_kind subject key account status opened opened_record started owner owner_personal \
         subject_personal requester level level_at close_streak closed closed_record closing closed_by note key_personal",
    ),
    ("approval", "item place role approved decided_by decided_on note late"),
    ("task", "item place verb text masked assignee assignee_personal wait due playbook after_task via template"),
    (
        "memory",
        "rule subject_kind subject key truth since streak edge queued period items last_opened last_closed last_closing \
         account",
    ),
    ("snooze", "rule subject_kind subject key until_date"),
    ("used", "rule per period used"),
    ("event", "record place on_date kind item rule subject_kind subject subject_personal text"),
    ("emission", "id record place line"),
];

#[cfg(feature = "postgres")]
mod server {
    use laud::ledger::postgres::Postgres;
    use laud::ledger::{Cell, Row, Sql};

    pub fn url() -> Option<String> {
        let url = std::env::var("LAUD_POSTGRES").ok().filter(|url| !url.is_empty());
        if url.is_none() {
            super::skipped("LAUD_POSTGRES is not set");
        }
        url
    }

    fn schema(url: &str) -> &str {
        url.rsplit_once("schema=").unwrap().1
    }

    fn connect(url: &str) -> Postgres {
        Postgres::connect(url).unwrap_or_else(|error| panic!("LAUD_POSTGRES: {error}"))
    }

    pub fn clear(url: &str) {
        run_as_it_is(url, &format!("DROP SCHEMA IF EXISTS {} CASCADE", schema(url)));
    }

    pub fn while_locked<T>(url: &str, work: impl FnOnce() -> T) -> T {
        let mut connection = connect(url);
        connection.begin().unwrap();
        let done = work();
        connection.undo();
        done
    }

    pub fn run(url: &str, sql: &str) {
        run_as_it_is(url, &format!("SET search_path TO {}; {sql}", schema(url)));
    }

    fn run_as_it_is(url: &str, sql: &str) {
        let mut connection = connect(url);
        for statement in sql.split(';').filter(|s| !s.trim().is_empty()) {
            connection
                .run(statement, &[])
                .and_then(|()| connection.flush())
                .unwrap_or_else(|e| panic!("{statement}: {e}"));
        }
    }

    pub fn rows(url: &str, sql: &str) -> Vec<String> {
        let mut connection = connect(url);
        connection.run(&format!("SET search_path TO {}", schema(url)), &[]).unwrap();
        let mut out = Vec::new();
        let mut each = |row: Row| {
            match row.0.as_slice() {
                [Cell::Text(text)] => out.push(text.clone()),
                other => panic!("{other:?}"),
            }
            Ok(())
        };
        connection.rows(sql, &[], &mut each).unwrap();
        out
    }
}

#[cfg(not(feature = "postgres"))]
mod server {
    pub fn url() -> Option<String> {
        super::skipped("they are built without the feature `postgres`");
        None
    }

    pub fn clear(_: &str) {}

    pub fn while_locked<T>(_: &str, work: impl FnOnce() -> T) -> T {
        work()
    }

    pub fn run(_: &str, _: &str) {}

    pub fn rows(_: &str, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Says so once.
fn skipped(why: &str) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| say(&format!("skipped: tests of the ledger on PostgreSQL, because {why}")));
}

/// Says something where it is seen though tests pass.
pub fn say(words: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "\n{words}");
}
