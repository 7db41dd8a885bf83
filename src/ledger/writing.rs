//! Writing a run or a decision: its record, what changed, what happened, and what has to go out.

use super::codec;
use super::sql::{Cell, Sql};
use super::told::told;
use super::{Book, LedgerError, Record};
use crate::interventions::{Action, Change, Item, LastRun, Slot, State};
use std::sync::LazyLock;

/// Statements that many changes of one run share are made once.
static NEW_ITEM: LazyLock<String> = LazyLock::new(|| insert("item", codec::ITEM));
static NEW_APPROVAL: LazyLock<String> =
    LazyLock::new(|| insert("approval", &format!("item, place, {}", codec::APPROVAL)));
static NEW_TASK: LazyLock<String> = LazyLock::new(|| insert("task", &format!("item, place, {}", codec::TASK)));
static MEMORY: LazyLock<String> = LazyLock::new(|| {
    let anew = codec::MEMORY.split(", ").map(|c| format!("{c} = excluded.{c}")).collect::<Vec<_>>().join(", ");
    let insert = insert("memory", &format!("{SLOT}, {}", codec::MEMORY));
    format!("{insert} ON CONFLICT ({SLOT}) DO UPDATE SET {anew}")
});

/// The columns that name a slot.
const SLOT: &str = "rule, subject_kind, subject, key";

fn insert(table: &str, columns: &str) -> String {
    let places: Vec<String> = (1..=columns.split(", ").count()).map(|i| format!("${i}")).collect();
    format!("INSERT INTO {table} ({columns}) VALUES ({})", places.join(", "))
}

impl<S: Sql> Book<S> {
    pub(super) fn write(
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
        for (i, change) in changes.iter().enumerate() {
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
            // What is remembered of a new item's slot mostly follows at once, and is written then.
            let follows = match (change, changes.get(i + 1)) {
                (Change::Open(item), Some(Change::Remember { slot, .. })) => item.slot == *slot,
                _ => false,
            };
            self.change(state, change, number, follows)?;
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

    /// Makes a change in memory and in the tables. With `follows` the next change writes what is remembered of the slot.
    fn change(&mut self, state: &mut State, change: &Change, number: u64, follows: bool) -> Result<(), LedgerError> {
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
                self.sql.run(&NEW_ITEM, &codec::item(item, number))?;
                self.new_approvals(item)?;
                self.new_tasks(item)?;
                if !follows {
                    self.memory(state, &item.slot)?;
                }
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
        self.new_approvals(item)
    }

    fn new_approvals(&mut self, item: &Item) -> Result<(), LedgerError> {
        for (place, approval) in (0_u64..).zip(&item.approvals) {
            let mut cells = vec![(&*item.id).into(), place.into()];
            cells.extend(codec::approval(approval));
            self.sql.run(&NEW_APPROVAL, &cells)?;
        }
        Ok(())
    }

    fn tasks(&mut self, item: &Item) -> Result<(), LedgerError> {
        self.sql.run("DELETE FROM task WHERE item = $1", &[(&*item.id).into()])?;
        self.new_tasks(item)
    }

    fn new_tasks(&mut self, item: &Item) -> Result<(), LedgerError> {
        for (place, task) in (0_u64..).zip(&item.tasks) {
            let mut cells = vec![(&*item.id).into(), place.into()];
            cells.extend(codec::task(task));
            self.sql.run(&NEW_TASK, &cells)?;
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
        self.sql.run(&MEMORY, &cells)?;
        Ok(())
    }
}
