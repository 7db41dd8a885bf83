//! What a database has to do: run statements. Statements are the plain SQL that every database knows; their parameters are
//! `$1`, `$2` … in the order in which they stand.

use super::LedgerError;
use crate::calendar::Date;

/// A value of a statement or of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number; yes and no are 1 and 0.
    Int(i64),
    /// A text; dates are `2026-03-31`.
    Text(String),
}

/// Something that runs statements.
pub trait Sql {
    /// Begins a transaction in which nobody else writes.
    fn begin(&mut self) -> Result<(), LedgerError>;

    /// Begins to hand on what waits: until [`Sql::handed_on`], or until this process ends, nobody else does. Others may write.
    fn hand_on(&mut self) -> Result<(), LedgerError>;

    /// Begins the transaction in which what was handed on is marked.
    fn mark(&mut self) -> Result<(), LedgerError>;

    /// Lets others hand on.
    fn handed_on(&mut self);

    /// Looks at all that the database keeps, whether or not a statement would come across it, and says what is damaged.
    fn sound(&mut self) -> Result<(), LedgerError>;

    /// Begins a transaction that reads, and sees everything as it is at its beginning.
    fn look(&mut self) -> Result<(), LedgerError>;

    /// Ends it, with all that was written.
    fn end(&mut self) -> Result<(), LedgerError>;

    /// Ends it as if it had not been. Never fails: a transaction that cannot be rolled back ends with the connection.
    fn undo(&mut self);

    /// Runs a statement that gives no rows. It may wait with it, and so with its failure, until something is read or the
    /// transaction ends.
    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<(), LedgerError>;

    /// Hands every row of a query to `each`.
    fn rows(
        &mut self,
        sql: &str,
        cells: &[Cell],
        each: &mut dyn FnMut(Row) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError>;
}

/// A row that is taken apart from left to right.
#[derive(Debug)]
pub struct Row(pub std::vec::IntoIter<Cell>);

impl Row {
    fn wrong(what: &str) -> LedgerError {
        LedgerError::Corrupt(format!("a row has no {what} where there should be one"))
    }

    /// The next cell, a text.
    pub fn text(&mut self) -> Result<String, LedgerError> {
        self.maybe_text()?.ok_or_else(|| Row::wrong("text"))
    }

    /// The next cell, a text or nothing.
    pub fn maybe_text(&mut self) -> Result<Option<String>, LedgerError> {
        match self.0.next() {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            Some(Cell::Int(_)) | None => Err(Row::wrong("text")),
        }
    }

    /// The next cell, a number.
    pub fn int(&mut self) -> Result<i64, LedgerError> {
        match self.0.next() {
            Some(Cell::Int(n)) => Ok(n),
            _ => Err(Row::wrong("number")),
        }
    }

    /// The next cell, a number that is not negative and fits.
    pub fn count<T: TryFrom<i64>>(&mut self) -> Result<T, LedgerError> {
        T::try_from(self.int()?).map_err(|_| Row::wrong("count"))
    }

    /// The next cell, yes or no.
    pub fn yes(&mut self) -> Result<bool, LedgerError> {
        Ok(self.int()? != 0)
    }

    /// The next cell, a date.
    pub fn date(&mut self) -> Result<Date, LedgerError> {
        self.maybe_date()?.ok_or_else(|| Row::wrong("date"))
    }

    /// The next cell, a date or nothing.
    pub fn maybe_date(&mut self) -> Result<Option<Date>, LedgerError> {
        match self.maybe_text()? {
            Some(text) => Ok(Some(Date::parse(&text).ok_or_else(|| Row::wrong("date"))?)),
            None => Ok(None),
        }
    }

    /// The next cell, one of some words.
    pub fn word<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, LedgerError> {
        parse(&self.text()?).ok_or_else(|| Row::wrong("known word"))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_string())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Cell {
        Cell::Int(i64::from(yes))
    }
}

impl From<u32> for Cell {
    fn from(n: u32) -> Cell {
        Cell::Int(i64::from(n))
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Cell {
        Cell::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Cell {
        Cell::Text(date.to_string())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Null, Into::into)
    }
}
