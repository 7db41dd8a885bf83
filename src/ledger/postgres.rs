//! A ledger on a PostgreSQL server, for teams.
//!
//! The tables are in a schema of their own: `laud`, or the one that the URL names (`postgres://HOST/DATABASE?schema=NAME`),
//! so that one database holds ledgers of many projects. Whoever writes holds the row of `laud_version` until the transaction
//! ends: others wait for it, and then see what was written. Nothing is set for longer than a transaction, so that a pooler
//! between here and the server does no harm. Statements are sent on without waiting for each to be done, because between a
//! laptop and a server every wait is long.

use super::schema::{STEPS, VERSION};
use super::sql::{Cell, Row, Sql};
use super::{Book, LedgerError};
use bytes::BytesMut;
use futures_util::TryStreamExt;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::mem::take;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage, Statement};

/// The schema, unless the URL names another.
const USUAL: &str = "laud";

/// How long another writer is waited for; and when the server finds out that this one is gone, without a word, for ever.
const PATIENCE: &str = "SET LOCAL lock_timeout = '20s'; SET LOCAL idle_in_transaction_session_timeout = 0; \
    SET LOCAL tcp_keepalives_idle = 30; SET LOCAL tcp_keepalives_interval = 10; SET LOCAL tcp_keepalives_count = 3";

/// So many statements are under way at once.
const AT_ONCE: usize = 128;

/// A ledger on a server.
pub type PostgresLedger = Book<Postgres>;

/// A connection to a server.
pub struct Postgres {
    client: Client,
    runtime: Runtime,
    schema: String,
    statements: HashMap<String, Statement>,
    waiting: Vec<(Statement, Vec<Cell>)>,
}

/// Opens the ledger, making it if it is not there; an older one is brought up to date.
pub fn open(url: &str) -> Result<PostgresLedger, LedgerError> {
    let mut sql = Postgres::connect(url)?;
    if sql.version()? != Some(VERSION) {
        sql.migrate()?;
    }
    Ok(Book::new(sql))
}

/// Opens a ledger for reading; there may be none.
pub fn open_to_read(url: &str) -> Result<Option<PostgresLedger>, LedgerError> {
    let mut sql = Postgres::connect(url)?;
    match sql.version()? {
        None => Ok(None),
        Some(VERSION) => Ok(Some(Book::new(sql))),
        // An older one has to be brought up to date before it can be read.
        Some(_) => open(url).map(Some),
    }
}

impl Postgres {
    /// Connects to a server; nothing is made there yet.
    pub fn connect(url: &str) -> Result<Postgres, LedgerError> {
        let (url, schema) = schema(url)?;
        let not_understood =
            |error: &Error| LedgerError::Unreachable(format!("the URL is not understood: {}", words(error)));
        without_tls(&url)?;
        let mut config: Config = url.parse().map_err(|error| not_understood(&error))?;
        if config.get_application_name().is_none() {
            config.application_name("laud");
        }
        if let (None, Ok(password)) = (config.get_password(), std::env::var("PGPASSWORD")) {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| LedgerError::Other(crate::data::reason(&error)))?;
        let (client, connection) = runtime.block_on(config.connect(NoTls)).map_err(|error| unreachable(&error))?;
        // It works while something is waited for, and ends with the client. What goes wrong in it fails what is waited for.
        runtime.spawn(async move {
            let _ = connection.await;
        });
        Ok(Postgres { client, runtime, schema, statements: HashMap::new(), waiting: Vec::new() })
    }

    /// The version of the tables; nothing if there are none.
    fn version(&mut self) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT count(*) FILTER (WHERE c.relname = 'laud_version'), count(*) FROM pg_class c \
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v')";
        let (mut ours, mut tables) = (0_i64, 0_i64);
        let schema = self.schema.clone();
        self.rows(sql, &[schema.into()], &mut |mut row| {
            (ours, tables) = (row.int()?, row.int()?);
            Ok(())
        })?;
        match (ours, tables) {
            (0, 0) => Ok(None),
            (0, _) => Err(LedgerError::NotALedger),
            _ => {
                let sql = format!("SELECT version FROM {}.laud_version", self.schema);
                self.number(&sql).and_then(known)
            }
        }
    }

    /// Runs statements without parameters, the last of which gives one number.
    fn number(&mut self, sql: &str) -> Result<Option<i64>, LedgerError> {
        let messages = self.runtime.block_on(self.client.simple_query(sql)).map_err(|error| wrong(&error))?;
        let found = messages.into_iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
            _ => None,
        });
        Ok(found.and_then(|text| text.parse().ok()))
    }

    fn batch(&mut self, sql: &str) -> Result<(), LedgerError> {
        self.runtime.block_on(self.client.batch_execute(sql)).map_err(|error| wrong(&error))
    }

    fn migrate(&mut self) -> Result<(), LedgerError> {
        let schema = self.schema.clone();
        // 0x6c617564, laud: whoever else makes or changes these tables waits here.
        self.batch(&format!(
            "BEGIN; {PATIENCE}; SET LOCAL client_min_messages = warning; \
             SELECT pg_advisory_xact_lock(1818326372, hashtext('{schema}'))"
        ))
        .and_then(|()| self.steps(&schema))
        .and_then(|()| self.end())
        .inspect_err(|_| self.undo())
    }

    /// Somebody else may have done it while we waited.
    fn steps(&mut self, schema: &str) -> Result<(), LedgerError> {
        let from = self.version()?;
        if from == Some(VERSION) {
            return Ok(());
        }
        if from.is_none() {
            // Where the schema is there already, nobody needs the right to make one.
            let sql = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'");
            if self.number(&sql)? == Some(0) {
                self.batch(&format!("CREATE SCHEMA {schema}"))?;
            }
        }
        self.batch(&format!("SET LOCAL search_path TO {schema}"))?;
        if from.is_none() {
            self.batch("CREATE TABLE laud_version (version BIGINT NOT NULL); INSERT INTO laud_version VALUES (0)")?;
        }
        let done = usize::try_from(from.unwrap_or(0)).unwrap_or(0);
        for statement in STEPS.iter().skip(done).copied().flatten() {
            self.batch(statement)?;
        }
        self.batch(&format!("UPDATE laud_version SET version = {VERSION}"))
    }

    /// Begins a transaction over the tables as they are known here.
    fn transaction(&mut self, begin: &str, lock: &str) -> Result<(), LedgerError> {
        let schema = self.schema.clone();
        let sql =
            format!("{begin}; {PATIENCE}; SET LOCAL search_path TO {schema}; SELECT version FROM laud_version{lock}");
        let begun = self.number(&sql).and_then(known).and_then(|version| match version {
            Some(VERSION) => Ok(()),
            _ => Err(LedgerError::Corrupt("its version is not there any more".to_string())),
        });
        begun.inspect_err(|_| self.undo())
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, LedgerError> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(sql)).map_err(|error| wrong(&error))?;
        self.statements.insert(sql.to_string(), statement.clone());
        Ok(statement)
    }

    /// Sends on what waits, in its order, and waits until all of it is done.
    pub fn flush(&mut self) -> Result<(), LedgerError> {
        let waiting = take(&mut self.waiting);
        let client = &self.client;
        let done = waiting.iter().map(|(statement, cells)| client.execute_raw(statement, cells));
        self.runtime.block_on(in_order(done)).map_err(|error| wrong(&error))
    }
}

/// Waits for all of them. Each is begun before the one after it; the first that fails is what all of them come to, because
/// the server does nothing more in a transaction in which something failed.
async fn in_order<F: Future<Output = Result<u64, Error>>>(futures: impl Iterator<Item = F>) -> Result<(), Error> {
    let mut futures: Vec<Option<Pin<Box<F>>>> = futures.map(|future| Some(Box::pin(future))).collect();
    poll_fn(move |context| {
        let mut all = true;
        for slot in &mut futures {
            let Some(future) = slot else { continue };
            match future.as_mut().poll(context) {
                Poll::Ready(Ok(_)) => *slot = None,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => all = false,
            }
        }
        if all { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}

impl Sql for Postgres {
    /// A transaction of its own kind: it holds a lock that nobody needs for writing. 0x6c617565 is one after that of the tables.
    fn hand_on(&mut self) -> Result<(), LedgerError> {
        let lock = format!("; SELECT pg_advisory_xact_lock(1818326373, hashtext('{}'))", self.schema);
        self.transaction(&format!("BEGIN ISOLATION LEVEL READ COMMITTED; {PATIENCE}{lock}"), "")
    }

    fn mark(&mut self) -> Result<(), LedgerError> {
        Ok(())
    }

    fn handed_on(&mut self) {
        self.undo();
    }

    /// A server looks after its own pages; what it gives is looked at like every row.
    fn sound(&mut self) -> Result<(), LedgerError> {
        Ok(())
    }

    fn begin(&mut self) -> Result<(), LedgerError> {
        self.transaction("BEGIN ISOLATION LEVEL READ COMMITTED", " FOR UPDATE")
    }

    fn look(&mut self) -> Result<(), LedgerError> {
        self.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", "")
    }

    fn end(&mut self) -> Result<(), LedgerError> {
        self.flush()?;
        self.batch("COMMIT")
    }

    fn undo(&mut self) {
        self.waiting.clear();
        // A connection that is lost rolls back by itself.
        let _ = self.batch("ROLLBACK");
    }

    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<(), LedgerError> {
        let statement = self.prepared(sql)?;
        self.waiting.push((statement, cells.to_vec()));
        if self.waiting.len() >= AT_ONCE { self.flush() } else { Ok(()) }
    }

    fn rows(
        &mut self,
        sql: &str,
        cells: &[Cell],
        each: &mut dyn FnMut(Row) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        self.flush()?;
        let statement = self.prepared(sql)?;
        let count = statement.columns().len();
        let client = &self.client;
        self.runtime.block_on(async {
            let rows = client.query_raw(&statement, cells).await.map_err(|error| wrong(&error))?;
            let mut rows = pin!(rows);
            while let Some(row) = rows.try_next().await.map_err(|error| wrong(&error))? {
                let mut out = Vec::with_capacity(count);
                for i in 0..count {
                    out.push(row.try_get(i).map_err(|error| wrong(&error))?);
                }
                each(Row(out.into_iter()))?;
            }
            Ok(())
        })
    }
}

impl ToSql for Cell {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self, ty) {
            (Cell::Null, _) => Ok(IsNull::Yes),
            (Cell::Int(n), &Type::INT8) => n.to_sql(ty, out),
            (Cell::Text(text), &Type::TEXT | &Type::NAME) => without_zeros(text).to_sql(ty, out),
            _ => Err(format!("{self:?} is no {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Cell, Box<dyn StdError + Sync + Send>> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Cell::Int),
            _ => <&str>::from_sql(ty, raw).map(|text| Cell::Text(with_zeros(text))),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Cell, Box<dyn StdError + Sync + Send>> {
        Ok(Cell::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT)
    }
}

/// Stands before what stands for something else. It is no character, so that texts as good as never hold it.
const ESCAPE: char = '\u{10ffff}';

/// PostgreSQL keeps every character but one, and two ids that differ in it are still two.
fn without_zeros(text: &str) -> String {
    match text.contains(['\0', ESCAPE]) {
        true => text.replace(ESCAPE, "\u{10ffff}1").replace('\0', "\u{10ffff}0"),
        false => text.to_string(),
    }
}

fn with_zeros(text: &str) -> String {
    match text.contains(ESCAPE) {
        true => text.replace("\u{10ffff}0", "\0").replace("\u{10ffff}1", "\u{10ffff}"),
        false => text.to_string(),
    }
}

/// A URL without `schema=NAME`, and the name.
fn schema(url: &str) -> Result<(String, String), LedgerError> {
    let Some((place, options)) = url.split_once('?') else { return Ok((url.to_string(), USUAL.to_string())) };
    let (named, rest): (Vec<&str>, Vec<&str>) = options.split('&').partition(|option| option.starts_with("schema="));
    let name = named.last().and_then(|option| option.strip_prefix("schema=")).unwrap_or(USUAL);
    let first = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let rightly = first && name.len() < 64 && name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
    if !rightly || name.starts_with("pg_") {
        let text =
            format!("`{name}` cannot be the name of a schema: small letters, digits and `_`, as in `schema=team_a`");
        return Err(LedgerError::Unreachable(text));
    }
    let options = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    Ok((format!("{place}{options}"), name.to_string()))
}

/// Who asks for a connection that nobody else can read gets that or none.
fn without_tls(url: &str) -> Result<(), LedgerError> {
    let options = url.split_once('?').map_or("", |(_, options)| options).split('&');
    let asked = options.filter_map(|option| option.split_once('=')).filter(|(name, _)| *name == "sslmode");
    match asked.map(|(_, mode)| mode).find(|mode| !matches!(*mode, "disable" | "allow" | "prefer")) {
        Some(mode) => Err(LedgerError::Unreachable(format!(
            "the URL asks for TLS (`sslmode={mode}`), which this laud does not speak; go through a tunnel, and say \
             `sslmode=disable`"
        ))),
        None => Ok(()),
    }
}

fn known(version: Option<i64>) -> Result<Option<i64>, LedgerError> {
    match version {
        Some(version) if version > VERSION => Err(LedgerError::Newer { version }),
        version => Ok(version),
    }
}

/// What the server or the way to it says: the innermost cause, which is the one that people can do something about.
fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_string();
    }
    let mut cause: &(dyn StdError + 'static) = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    match cause.downcast_ref::<std::io::Error>() {
        Some(io) => crate::data::reason(io),
        None => cause.to_string(),
    }
}

fn unreachable(error: &Error) -> LedgerError {
    LedgerError::Unreachable(format!("the server does not let us in: {}", words(error)))
}

/// What PostgreSQL says, in our words.
fn wrong(error: &Error) -> LedgerError {
    let Some(said) = error.as_db_error() else {
        return match error.is_closed() || error.source().is_some_and(|cause| cause.is::<std::io::Error>()) {
            true => LedgerError::Lost,
            // Cells of the wrong type, and answers that are none.
            false => LedgerError::Corrupt(words(error)),
        };
    };
    let code = said.code();
    let is = |codes: &[SqlState]| codes.contains(code);
    if is(&[SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT]) {
        LedgerError::Lost
    } else if is(&[SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE])
    {
        LedgerError::Busy
    } else if is(&[SqlState::DISK_FULL]) {
        LedgerError::Full
    } else if is(&[SqlState::INSUFFICIENT_PRIVILEGE, SqlState::READ_ONLY_SQL_TRANSACTION]) {
        LedgerError::Denied(words(error))
    } else if is(&[
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_COLUMN,
        SqlState::DATA_CORRUPTED,
        SqlState::INDEX_CORRUPTED,
    ]) {
        LedgerError::Corrupt(words(error))
    } else {
        LedgerError::Other(words(error))
    }
}
