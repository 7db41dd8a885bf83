//! Reading and writing a ledger, in SQL that every database knows.

use super::codec::{self, Shared};
use super::sql::{Cell, Sql};
use super::{ClosedItem, DataFile, Emission, Event, LedgerError, Record, RecordKind, Store};
use crate::interventions::{Action, Change, Item, LastRun, Slot, State};
use std::collections::HashMap;
use std::sync::Arc;

/// A ledger in a database whose tables are as they should be.
#[derive(Debug)]
pub struct Book<S> {
    sql: S,
}

impl<S: Sql> Book<S> {
    /// Takes a database whose tables are of the version of this laud.
    pub fn new(sql: S) -> Book<S> {
        Book { sql }
    }

    fn head(&mut self) -> Result<u64, LedgerError> {
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
            place.into_iter().for_each(|item| item.tasks.push(task.clone()));
            Ok(())
        })?;
        Ok(items)
    }

    fn read(&mut self) -> Result<State, LedgerError> {
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

    fn write(
        &mut self,
        state: &mut State,
        record: &Record,
        changes: &[Change],
        actions: &[Action],
    ) -> Result<u64, LedgerError> {
        let head = self.head()?;
        if head != state.head {
            return Err(LedgerError::Moved { head });
        }
        let number = head + 1;
        self.record(number, record)?;
        let mut place = 0;
        for change in changes {
            if let Some((kind, item, slot, on, text)) = told(state, change) {
                let personal = state.items.get(slot).is_some_and(|i| i.subject_personal)
                    || matches!(change, Change::Open(item) if item.subject_personal);
                let mut cells: Vec<Cell> = vec![number.into(), place.into(), on.into(), kind.into(), item.into()];
                cells.extend(codec::slot(slot).into_iter().take(3));
                cells.extend([personal.into(), text.into()]);
                self.sql.run(
                    "INSERT INTO event (record, place, on_date, kind, item, rule, subject_kind, subject, \
                     subject_personal, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    &cells,
                )?;
                place += 1_u64;
            }
            self.change(state, change, number)?;
        }
        for (place, action) in (0_u64..).zip(actions) {
            let cells =
                [action.id.as_str().into(), number.into(), place.into(), codec::action_json(action, number).into()];
            self.sql.run(
                "INSERT INTO emission (id, record, place, line) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
                &cells,
            )?;
        }
        state.head = number;
        if record.kind.is_run() {
            let (as_of, program, data) = (record.as_of, record.program.clone(), record.data.clone());
            state.last_run = Some(LastRun { number, as_of, program, data });
        }
        Ok(number)
    }

    fn record(&mut self, number: u64, record: &Record) -> Result<(), LedgerError> {
        let cells = [
            number.into(),
            record.kind.word().into(),
            record.as_of.into(),
            record.at.clone().into(),
            record.who.clone().into(),
            record.program.clone().into(),
            record.data.clone().into(),
            record.counts.clone().into(),
        ];
        self.sql.run(
            "INSERT INTO record (number, kind, as_of, at, who, program, data, counts) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &cells,
        )?;
        for (place, file) in (0_u64..).zip(&record.files) {
            let cells = [
                number.into(),
                place.into(),
                file.table.clone().into(),
                file.file.clone().into(),
                file.hash.clone().into(),
                file.rows.into(),
            ];
            self.sql.run(
                "INSERT INTO record_file (record, place, table_name, file, hash, kept) VALUES ($1, $2, $3, $4, $5, $6)",
                &cells,
            )?;
        }
        Ok(())
    }

    /// Makes a change in memory and in the tables.
    fn change(&mut self, state: &mut State, change: &Change, number: u64) -> Result<(), LedgerError> {
        let closing = match change {
            Change::Close { slot, .. } => state.items.get(slot).map(|item| item.id.clone()),
            _ => None,
        };
        state.apply(change);
        match change {
            Change::Rename { from, to } => {
                for table in ["item", "memory", "snooze", "used"] {
                    let sql = format!("UPDATE {table} SET rule = $1 WHERE rule = $2");
                    self.sql.run(&sql, &[(&**to).into(), (&**from).into()])?;
                }
                self.sql.run("DELETE FROM rule WHERE name = $1", &[(&**from).into()])?;
                if state.rules.contains(to) {
                    self.know(to)?;
                }
            }
            Change::Know(rule) => self.know(rule)?,
            Change::Unknow(rule) => {
                self.sql.run("DELETE FROM rule WHERE name = $1", &[(&**rule).into()])?;
            }
            Change::Open(item) => {
                let holders: Vec<String> = (1..=17).map(|i| format!("${i}")).collect();
                let sql = format!("INSERT INTO item ({}) VALUES ({})", codec::ITEM, holders.join(", "));
                self.sql.run(&sql, &codec::item(item, number))?;
                self.approvals(item)?;
                self.tasks(item)?;
                self.memory(state, &item.slot)?;
            }
            Change::Refresh { slot, .. } | Change::Start { slot, .. } => {
                self.item(state, slot)?;
                if let Some(item) = state.items.get(slot) {
                    self.tasks(item)?;
                }
            }
            Change::Progress { slot, .. } | Change::Escalate { slot, .. } => self.item(state, slot)?,
            Change::Late { slot, .. } | Change::Decide { slot, .. } => {
                if let Some(item) = state.items.get(slot) {
                    self.approvals(item)?;
                }
            }
            Change::Close { slot, on, closing: how, by, note } => {
                if let Some(id) = closing {
                    let cells = [
                        (*on).into(),
                        number.into(),
                        how.word().into(),
                        by.clone().into(),
                        note.clone().into(),
                        (&*id).into(),
                    ];
                    self.sql.run(
                        "UPDATE item SET closed = $1, closed_record = $2, closing = $3, closed_by = $4, note = $5 \
                         WHERE id = $6",
                        &cells,
                    )?;
                }
                self.memory(state, slot)?;
            }
            Change::Snooze { slot, until, .. } => {
                self.sql.run(
                    "DELETE FROM snooze WHERE rule = $1 AND subject_kind = $2 AND subject = $3 AND key = $4",
                    &codec::slot(slot),
                )?;
                if let Some(until) = until {
                    let mut cells = codec::slot(slot);
                    cells.push((*until).into());
                    self.sql.run(
                        "INSERT INTO snooze (rule, subject_kind, subject, key, until_date) VALUES ($1, $2, $3, $4, $5)",
                        &cells,
                    )?;
                }
            }
            Change::Remember { slot, .. } | Change::Forget(slot) => self.memory(state, slot)?,
            Change::Use { rule, per, period, used } => {
                let key: [Cell; 3] = [(&**rule).into(), per.clone().into(), (*period).into()];
                self.sql.run("DELETE FROM used WHERE rule = $1 AND per = $2 AND period = $3", &key)?;
                if *used > 0 {
                    let [rule, per, period] = key;
                    self.sql.run(
                        "INSERT INTO used (rule, per, period, used) VALUES ($1, $2, $3, $4)",
                        &[rule, per, period, (*used).into()],
                    )?;
                }
            }
            Change::Note { .. } => {}
        }
        Ok(())
    }

    fn know(&mut self, rule: &str) -> Result<(), LedgerError> {
        self.sql.run("INSERT INTO rule (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", &[rule.into()])?;
        Ok(())
    }

    /// What changes of an item while it is open.
    fn item(&mut self, state: &State, slot: &Slot) -> Result<(), LedgerError> {
        let Some(item) = state.items.get(slot) else { return Ok(()) };
        let row = codec::item(item, 0);
        let at = |column: &str| {
            let place = codec::ITEM.split(", ").position(|c| c.trim() == column);
            place.and_then(|i| row.get(i)).cloned().unwrap_or(Cell::Null)
        };
        let columns = ["status", "started", "owner", "owner_personal", "level", "level_at", "close_streak", "id"];
        self.sql.run(
            "UPDATE item SET status = $1, started = $2, owner = $3, owner_personal = $4, level = $5, level_at = $6, \
             close_streak = $7 WHERE id = $8",
            &columns.map(at),
        )?;
        Ok(())
    }

    fn approvals(&mut self, item: &Item) -> Result<(), LedgerError> {
        self.sql.run("DELETE FROM approval WHERE item = $1", &[(&*item.id).into()])?;
        let sql =
            format!("INSERT INTO approval (item, place, {}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", codec::APPROVAL);
        for (place, approval) in (0_u64..).zip(&item.approvals) {
            let mut cells = vec![(&*item.id).into(), place.into()];
            cells.extend(codec::approval(approval));
            self.sql.run(&sql, &cells)?;
        }
        Ok(())
    }

    fn tasks(&mut self, item: &Item) -> Result<(), LedgerError> {
        self.sql.run("DELETE FROM task WHERE item = $1", &[(&*item.id).into()])?;
        let sql = format!(
            "INSERT INTO task (item, place, {}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            codec::TASK
        );
        for (place, task) in (0_u64..).zip(&item.tasks) {
            let mut cells = vec![(&*item.id).into(), place.into()];
            cells.extend(codec::task(task));
            self.sql.run(&sql, &cells)?;
        }
        Ok(())
    }

    /// Writes what is known of a slot now.
    fn memory(&mut self, state: &State, slot: &Slot) -> Result<(), LedgerError> {
        let mut cells = codec::slot(slot);
        let Some(memory) = state.memory.get(slot) else {
            self.sql.run(
                "DELETE FROM memory WHERE rule = $1 AND subject_kind = $2 AND subject = $3 AND key = $4",
                &cells,
            )?;
            return Ok(());
        };
        cells.extend(codec::memory(memory));
        let sql = format!(
            "INSERT INTO memory (rule, subject_kind, subject, key, {}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
             ON CONFLICT (rule, subject_kind, subject, key) DO UPDATE SET {}",
            codec::MEMORY,
            codec::MEMORY.split(", ").map(|c| format!("{c} = excluded.{c}")).collect::<Vec<_>>().join(", ")
        );
        self.sql.run(&sql, &cells)?;
        Ok(())
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

    fn read_records(&mut self) -> Result<Vec<(u64, Record)>, LedgerError> {
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
        let columns = "record, on_date, kind, item, rule, subject_kind, subject, subject_personal, text";
        let (filter, cells) = match item {
            Some(item) => (" WHERE item = $1", vec![Cell::from(item)]),
            None => ("", Vec::new()),
        };
        let sql = format!("SELECT {columns} FROM event{filter} ORDER BY record, place");
        self.sql.rows(&sql, &cells, &mut |mut row| {
            events.push(Event {
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
        })?;
        Ok(events)
    }

    fn read_closed(&mut self) -> Result<Vec<ClosedItem>, LedgerError> {
        let mut closed = Vec::new();
        let sql =
            format!("SELECT {} FROM item WHERE closed IS NOT NULL ORDER BY closed, closed_record, id", codec::CLOSED);
        self.sql.rows(&sql, &[], &mut |mut row| {
            closed.push(codec::read_closed(&mut row)?);
            Ok(())
        })?;
        Ok(closed)
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

    fn deliver(&mut self, at: &str, take: &mut dyn FnMut(&[Emission]) -> bool) -> Result<u64, LedgerError> {
        self.sql.begin()?;
        let pending = match self.read_pending() {
            Ok(pending) if !pending.is_empty() && take(&pending) => pending,
            other => {
                self.sql.undo();
                return other.map(|_| 0);
            }
        };
        self.ended(|book| {
            for action in &pending {
                let cells = [at.into(), action.id.as_str().into()];
                book.sql.run("UPDATE emission SET taken = $1 WHERE id = $2", &cells)?;
            }
            Ok(pending.len() as u64)
        })
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

/// What the history keeps of a change: its kind, the item, when, and what in words.
#[allow(clippy::type_complexity)] // told apart at once by its one caller
fn told<'a>(
    state: &'a State,
    change: &'a Change,
) -> Option<(&'static str, Option<&'a str>, &'a Slot, crate::calendar::Date, String)> {
    let id = |slot: &Slot| state.items.get(slot).map(|item| &*item.id);
    let said = |by: &Option<String>, note: &Option<String>| {
        let by = by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
        let note = note.as_ref().map_or(String::new(), |note| format!(": {note}"));
        format!("{by}{note}")
    };
    Some(match change {
        Change::Open(item) => {
            let roles: Vec<&str> = item.approvals.iter().map(|a| a.role.as_str()).collect();
            let text = if roles.is_empty() {
                "opened".to_string()
            } else {
                format!("opened, waits for {}", roles.join(" and "))
            };
            ("open", Some(&*item.id), &item.slot, item.opened, text)
        }
        Change::Escalate { slot, level, to, on } => {
            ("escalate", id(slot), slot, *on, format!("level {level}: to {to}"))
        }
        Change::Late { slot, role, to, on } => {
            let to = to.as_ref().map_or(String::new(), |to| format!(": to {to}"));
            ("late", id(slot), slot, *on, format!("approval of {role} is late{to}"))
        }
        Change::Decide { slot, role, decision } => {
            let (kind, word) = if decision.approved { ("approve", "approved") } else { ("reject", "rejected") };
            let note = said(&None, &decision.note);
            (kind, id(slot), slot, decision.on, format!("{role}: {word} by {}{note}", decision.by))
        }
        Change::Start { slot, on, .. } => {
            ("start", id(slot), slot, *on, "all approvals are there: tasks go out".to_string())
        }
        Change::Close { slot, on, closing, by, note } => {
            ("close", id(slot), slot, *on, format!("{}{}", closing.word(), said(by, note)))
        }
        Change::Snooze { slot, until: Some(until), by, on } => {
            ("snooze", id(slot), slot, *on, format!("snoozed until {until}{}", said(by, &None)))
        }
        Change::Note { slot, text, on } => ("hold", id(slot), slot, *on, text.clone()),
        Change::Rename { .. }
        | Change::Know(_)
        | Change::Unknow(_)
        | Change::Refresh { .. }
        | Change::Progress { .. }
        | Change::Snooze { until: None, .. }
        | Change::Remember { .. }
        | Change::Forget(_)
        | Change::Use { .. } => return None,
    })
}
