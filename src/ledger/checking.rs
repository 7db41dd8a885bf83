//! Looking at everything that a ledger keeps for damage: the pages of the file, every cell of every table, and what has to
//! belong to what.

use super::{Book, Holdings, LedgerError, Sql};

/// What there must not be: what it is called, those there are, and those there may be. As sets, because a database that has
/// not counted its rows yet takes for ever to look them up one by one.
const STRAYS: [(&str, &str, &str); 7] = [
    ("items that are not there but have tasks", "item FROM task", "id FROM item"),
    ("items that are not there but have approvals", "item FROM approval", "id FROM item"),
    ("items that are not there but have a history", "item FROM event WHERE item IS NOT NULL", "id FROM item"),
    ("records that are not there but opened items", "opened_record FROM item", "number FROM record"),
    ("records that are not there but have a history", "record FROM event", "number FROM record"),
    ("records that are not there but have actions", "record FROM emission", "number FROM record"),
    (
        "open items that are not remembered",
        "rule, subject_kind, subject, key FROM item WHERE closed IS NULL",
        "rule, subject_kind, subject, key FROM memory",
    ),
];

impl<S: Sql> Book<S> {
    pub(super) fn checked(&mut self) -> Result<Holdings, LedgerError> {
        self.sql.sound()?;
        let open = self.read()?.items.len() as u64;
        let mut found = Holdings { open, records: self.read_records()?.len() as u64, ..Holdings::default() };
        self.each_closed(&mut |_| found.closed += 1)?;
        self.each_event(None, &mut |_| found.events += 1)?;
        self.sql.rows("SELECT id, record, place, line FROM emission", &[], &mut |mut row| {
            let (id, _, _) = (row.text()?, row.count::<u64>()?, row.count::<u64>()?);
            let line: Option<serde_json::Value> = serde_json::from_str(&row.text()?).ok();
            if line.as_ref().and_then(|line| line.get("id")?.as_str()) != Some(&id) {
                return Err(LedgerError::Corrupt("an action is not what it was written as".to_string()));
            }
            found.actions += 1;
            Ok(())
        })?;
        for (what, there, may) in STRAYS {
            let mut strays = 0_u64;
            let sql = format!("SELECT count(*) FROM (SELECT {there} EXCEPT SELECT {may}) AS stray");
            self.sql.rows(&sql, &[], &mut |mut row| {
                strays = row.count()?;
                Ok(())
            })?;
            if strays > 0 {
                return Err(LedgerError::Corrupt(format!("{what}: {strays}")));
            }
        }
        Ok(found)
    }
}
