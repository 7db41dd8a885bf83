//! Reading and writing a ledger, in SQL that every database knows.

use super::codec::{self, Shared};
use super::sql::{Cell, Sql};
use super::{ClosedItem, DataFile, Emission, Event, Holdings, LedgerError, Record, RecordKind, Store};
use crate::interventions::{Action, Change, Item, LastRun, State};
use std::collections::HashMap;
use std::sync::Arc;

/// A ledger in a database whose tables are as they should be.
#[derive(Debug)]
pub struct Book<S> {
    pub(super) sql: S,
}

impl<S: Sql> Book<S> {
    /// Takes a database whose tables are of the version of this laud.
    pub fn new(sql: S) -> Book<S> {
        Book { sql }
    }

    pub(super) fn head(&mut self) -> Result<u64, LedgerError> {
        let mut head = 0;
        self.sql.rows("SELECT COALESCE(MAX(number), 0) FROM record", &[], &mut |mut row| {
            head = row.count()?;
            Ok(())
        })?;
        Ok(head)
    }

    fn last_run(&mut self) -> Result<Option<LastRun>, LedgerError> {
        let mut last = None;
        let sql = "SELECT number, as_of, program, data FROM record WHERE kind IN ('apply', 'replay') \
            ORDER BY number DESC LIMIT 1";
        self.sql.rows(sql, &[], &mut |mut row| {
            let (number, as_of) = (row.count()?, row.date()?);
            last = Some(LastRun { number, as_of, program: row.text()?, data: row.text()? });
            Ok(())
        })?;
        Ok(last)
    }

    fn items(&mut self, shared: &mut Shared) -> Result<Vec<Item>, LedgerError> {
        let mut items: Vec<Item> = Vec::new();
        let sql = format!("SELECT {} FROM item WHERE closed IS NULL", codec::ITEM);
        self.sql.rows(&sql, &[], &mut |mut row| {
            items.push(codec::read_item(&mut row, shared)?);
            Ok(())
        })?;
        let places: HashMap<Arc<str>, usize> = items.iter().enumerate().map(|(i, item)| (item.id.clone(), i)).collect();
        let of_open = |table: &str, columns: &str| {
            format!(
                "SELECT p.item, {columns} FROM {table} p JOIN item i ON i.id = p.item WHERE i.closed IS NULL \
                 ORDER BY p.item, p.place",
                columns = columns.split(", ").map(|c| format!("p.{c}")).collect::<Vec<_>>().join(", ")
            )
        };
        self.sql.rows(&of_open("approval", codec::APPROVAL), &[], &mut |mut row| {
            let place = places.get(row.text()?.as_str()).and_then(|i| items.get_mut(*i));
            let approval = codec::read_approval(&mut row)?;
            place.into_iter().for_each(|item| item.approvals.push(approval.clone()));
            Ok(())
        })?;
        self.sql.rows(&of_open("task", codec::TASK), &[], &mut |mut row| {
            let place = places.get(row.text()?.as_str()).and_then(|i| items.get_mut(*i));
            let task = codec::read_task(&mut row)?;
            let Some(item) = place else { return Ok(()) };
            if item.tasks.is_empty() {
                // Most have one, and there may be a million of them.
                item.tasks.reserve_exact(1);
            }
            item.tasks.push(task);
            Ok(())
        })?;
        Ok(items)
    }

    pub(super) fn read(&mut self) -> Result<State, LedgerError> {
        let mut shared = Shared::default();
        let mut state = State { head: self.head()?, last_run: self.last_run()?, ..State::default() };
        state.items = self.items(&mut shared)?.into_iter().map(|item| (item.slot.clone(), item)).collect();
        self.sql.rows("SELECT name FROM rule", &[], &mut |mut row| {
            state.rules.insert(shared.one(row.text()?));
            Ok(())
        })?;
        let sql = format!("SELECT rule, subject_kind, subject, key, {} FROM memory", codec::MEMORY);
        self.sql.rows(&sql, &[], &mut |mut row| {
            let slot = codec::read_slot(&mut row, &mut shared)?;
            state.memory.insert(slot, codec::read_memory(&mut row, &mut shared)?);
            Ok(())
        })?;
        self.sql.rows("SELECT rule, subject_kind, subject, key, until_date FROM snooze", &[], &mut |mut row| {
            state.snoozes.insert(codec::read_slot(&mut row, &mut shared)?, row.date()?);
            Ok(())
        })?;
        self.sql.rows("SELECT rule, per, period, used FROM used", &[], &mut |mut row| {
            let key = (shared.one(row.text()?), row.text()?, row.date()?);
            state.used.insert(key, row.count()?);
            Ok(())
        })?;
        Ok(state)
    }

    /// Runs `write` in a transaction.
    fn within<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        self.sql.begin()?;
        self.ended(write)
    }

    /// Runs `read` in a transaction that only reads.
    fn looking<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        self.sql.look()?;
        self.ended(read)
    }

    /// Runs the rest of a transaction, and ends it.
    fn ended<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        match write(self).and_then(|value| self.sql.end().map(|()| value)) {
            Ok(value) => Ok(value),
            Err(error) => {
                self.sql.undo();
                Err(error)
            }
        }
    }

    fn read_pending(&mut self) -> Result<Vec<Emission>, LedgerError> {
        let mut pending = Vec::new();
        let sql = "SELECT id, record, line FROM emission WHERE taken IS NULL ORDER BY record, place";
        self.sql.rows(sql, &[], &mut |mut row| {
            pending.push(Emission { id: row.text()?, record: row.count()?, line: row.text()? });
            Ok(())
        })?;
        Ok(pending)
    }

    /// Nobody else hands on meanwhile. Records come one after the other, so what others write in the meantime comes after all
    /// that was read here, and is not marked.
    fn hand_on(&mut self, at: &str, take: &mut dyn FnMut(&[Emission]) -> bool) -> Result<u64, LedgerError> {
        let pending = self.read_pending()?;
        let Some(last) = pending.iter().map(|action| action.record).max() else { return Ok(0) };
        if !take(&pending) {
            return Ok(0);
        }
        self.sql.mark()?;
        self.ended(|book| {
            let sql = "UPDATE emission SET taken = $1 WHERE taken IS NULL AND record <= $2";
            book.sql.run(sql, &[at.into(), last.into()])?;
            Ok(pending.len() as u64)
        })
    }

    pub(super) fn read_records(&mut self) -> Result<Vec<(u64, Record)>, LedgerError> {
        let mut records: Vec<(u64, Record)> = Vec::new();
        let sql = "SELECT number, kind, as_of, at, who, program, data, counts FROM record ORDER BY number";
        self.sql.rows(sql, &[], &mut |mut row| {
            let number = row.count()?;
            let record = Record {
                kind: row.word(RecordKind::parse)?,
                as_of: row.date()?,
                at: row.text()?,
                who: row.text()?,
                program: row.text()?,
                data: row.text()?,
                counts: row.text()?,
                files: Vec::new(),
            };
            records.push((number, record));
            Ok(())
        })?;
        let sql = "SELECT record, table_name, file, hash, kept FROM record_file ORDER BY record, place";
        self.sql.rows(sql, &[], &mut |mut row| {
            let number: u64 = row.count()?;
            let file = DataFile { table: row.text()?, file: row.text()?, hash: row.text()?, rows: row.count()? };
            if let Ok(place) = records.binary_search_by_key(&number, |(n, _)| *n)
                && let Some((_, record)) = records.get_mut(place)
            {
                record.files.push(file);
            }
            Ok(())
        })?;
        Ok(records)
    }

    fn read_history(&mut self, item: Option<&str>) -> Result<Vec<Event>, LedgerError> {
        let mut events = Vec::new();
        self.each_event(item, &mut |event| events.push(event))?;
        Ok(events)
    }

    /// Hands on what happened, oldest first; about one item or everything.
    pub(super) fn each_event(&mut self, item: Option<&str>, each: &mut dyn FnMut(Event)) -> Result<(), LedgerError> {
        let columns = "record, on_date, kind, item, rule, subject_kind, subject, subject_personal, text";
        let (filter, cells) = match item {
            Some(item) => (" WHERE item = $1", vec![Cell::from(item)]),
            None => ("", Vec::new()),
        };
        let sql = format!("SELECT {columns} FROM event{filter} ORDER BY record, place");
        self.sql.rows(&sql, &cells, &mut |mut row| {
            each(Event {
                record: row.count()?,
                on: row.date()?,
                kind: row.text()?,
                item: row.maybe_text()?,
                rule: row.text()?,
                subject_kind: row.text()?,
                subject: row.text()?,
                subject_personal: row.yes()?,
                text: row.text()?,
            });
            Ok(())
        })
    }

    fn read_closed(&mut self) -> Result<Vec<ClosedItem>, LedgerError> {
        let mut closed = Vec::new();
        self.each_closed(&mut |item| closed.push(item))?;
        Ok(closed)
    }

    /// Hands on the items that are over, in the order in which they were closed.
    pub(super) fn each_closed(&mut self, each: &mut dyn FnMut(ClosedItem)) -> Result<(), LedgerError> {
        let sql =
            format!("SELECT {} FROM item WHERE closed IS NOT NULL ORDER BY closed, closed_record, id", codec::CLOSED);
        self.sql.rows(&sql, &[], &mut |mut row| {
            each(codec::read_closed(&mut row)?);
            Ok(())
        })
    }
}

impl<S: Sql> Store for Book<S> {
    fn load(&mut self) -> Result<State, LedgerError> {
        self.looking(Self::read)
    }

    fn commit(
        &mut self,
        state: &mut State,
        record: &Record,
        changes: &[Change],
        actions: &[Action],
    ) -> Result<u64, LedgerError> {
        self.within(|book| book.write(state, record, changes, actions))
    }

    fn pending(&mut self) -> Result<Vec<Emission>, LedgerError> {
        self.looking(Self::read_pending)
    }

    fn waiting(&mut self) -> Result<u64, LedgerError> {
        self.looking(|book| {
            let mut waiting = 0;
            book.sql.rows("SELECT count(*) FROM emission WHERE taken IS NULL", &[], &mut |mut row| {
                waiting = row.count()?;
                Ok(())
            })?;
            Ok(waiting)
        })
    }

    fn deliver(&mut self, at: &str, take: &mut dyn FnMut(&[Emission]) -> bool) -> Result<u64, LedgerError> {
        if self.waiting()? == 0 {
            return Ok(0);
        }
        self.sql.hand_on()?;
        let taken = self.hand_on(at, take);
        self.sql.handed_on();
        taken
    }

    fn check(&mut self) -> Result<Holdings, LedgerError> {
        self.looking(Self::checked)
    }

    fn records(&mut self) -> Result<Vec<(u64, Record)>, LedgerError> {
        self.looking(Self::read_records)
    }

    fn history(&mut self, item: Option<&str>) -> Result<Vec<Event>, LedgerError> {
        self.looking(|book| book.read_history(item))
    }

    fn closed(&mut self) -> Result<Vec<ClosedItem>, LedgerError> {
        self.looking(Self::read_closed)
    }
}
