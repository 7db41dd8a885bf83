//! The tables of a ledger, in SQL that every database knows, and the steps from each version to the next.
//!
//! Dates are texts of the form 2026-03-31, so that they sort and anybody can read them; `key` is a list of texts as json.

/// The version of the tables that this laud writes.
pub const VERSION: i64 = 2;

/// The statements that make version n + 1 out of version n, by n.
pub const STEPS: [&[&str]; 2] = [
    &[
        "CREATE TABLE record (number BIGINT PRIMARY KEY, kind TEXT NOT NULL, as_of TEXT NOT NULL, at TEXT NOT NULL, \
     who TEXT NOT NULL, program TEXT NOT NULL, data TEXT NOT NULL, counts TEXT NOT NULL)",
        "CREATE TABLE record_file (record BIGINT NOT NULL, place BIGINT NOT NULL, table_name TEXT NOT NULL, \
     file TEXT NOT NULL, hash TEXT NOT NULL, kept BIGINT NOT NULL, PRIMARY KEY (record, place))",
        "CREATE TABLE rule (name TEXT PRIMARY KEY)",
        "CREATE TABLE item (id TEXT PRIMARY KEY, rule TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, \
     key TEXT NOT NULL, account TEXT, status TEXT NOT NULL, opened TEXT NOT NULL, opened_record BIGINT NOT NULL, \
     started TEXT, owner TEXT, owner_personal BIGINT NOT NULL, subject_personal BIGINT NOT NULL, requester TEXT NOT NULL, \
     level BIGINT NOT NULL, level_at TEXT, close_streak BIGINT NOT NULL, closed TEXT, closed_record BIGINT, closing TEXT, \
     closed_by TEXT, note TEXT)",
        // At most one open item per slot: the database itself sees to it.
        "CREATE UNIQUE INDEX item_open ON item (rule, subject_kind, subject, key) WHERE closed IS NULL",
        "CREATE TABLE approval (item TEXT NOT NULL, place BIGINT NOT NULL, role TEXT NOT NULL, approved BIGINT, \
     decided_by TEXT, decided_on TEXT, note TEXT, late BIGINT NOT NULL, PRIMARY KEY (item, place))",
        "CREATE TABLE task (item TEXT NOT NULL, place BIGINT NOT NULL, verb TEXT NOT NULL, text TEXT NOT NULL, masked TEXT, \
     assignee TEXT, assignee_personal BIGINT NOT NULL, wait TEXT, due TEXT, playbook TEXT, after_task TEXT, via TEXT, \
     template TEXT, PRIMARY KEY (item, place))",
        "CREATE TABLE memory (rule TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL, \
     truth TEXT NOT NULL, since TEXT, streak BIGINT NOT NULL, edge TEXT NOT NULL, queued TEXT, period TEXT, items BIGINT, \
     last_opened TEXT, last_closed TEXT, last_closing TEXT, account TEXT, \
     PRIMARY KEY (rule, subject_kind, subject, key))",
        "CREATE TABLE snooze (rule TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL, \
     until_date TEXT NOT NULL, PRIMARY KEY (rule, subject_kind, subject, key))",
        "CREATE TABLE used (rule TEXT NOT NULL, per TEXT NOT NULL, period TEXT NOT NULL, used BIGINT NOT NULL, \
     PRIMARY KEY (rule, per, period))",
        "CREATE TABLE event (record BIGINT NOT NULL, place BIGINT NOT NULL, on_date TEXT NOT NULL, kind TEXT NOT NULL, \
     item TEXT, rule TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, subject_personal BIGINT NOT NULL, \
     text TEXT NOT NULL, PRIMARY KEY (record, place))",
        "CREATE INDEX event_item ON event (item)",
        "CREATE TABLE emission (id TEXT PRIMARY KEY, record BIGINT NOT NULL, place BIGINT NOT NULL, line TEXT NOT NULL, \
     taken TEXT)",
        "CREATE INDEX emission_pending ON emission (record, place) WHERE taken IS NULL",
    ],
    // Which values of the key come from personal columns: `10` of two values for the first; nothing for none.
    &["ALTER TABLE item ADD COLUMN key_personal TEXT NOT NULL DEFAULT ''"],
];
