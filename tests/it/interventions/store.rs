//! The ledger: what is read is what was written, whatever goes wrong in between. The cases take any store, so that every
//! database has to pass them.

use super::world::{World, date, shown};
use laud::interventions::{Change, Closing, close, decide, snooze};
use laud::ledger::sqlite::{self, SqliteLedger};
use laud::ledger::{LedgerError, Record, RecordKind, Store};
use std::path::Path;

const RULES: &str = "rule low { when x < 50  do task \"Call, x is {x}\" assign csm due in 7 days  close when x >= 60 for 2 runs  \
        limit 1 per csm per week  escalate after 3 days to boss  cooldown 10 days }\n\
    rule thin { while y < 5  do task \"Ask\" assign csm due in 2 weeks  cooldown 4 days  approval legal, finance }\n\
    rule more { when x < 45  do email hello assign csm  exclusive talk  dedupe by renewal }";

const DAYS: [(&str, &str); 8] = [
    ("2026-03-01", "A1,70,9,ana,2026-05-01; A2,40,2,ana,; A3,70,9,,"),
    ("2026-03-02", "A1,40,2,ana,2026-05-01; A2,40,2,ana,; A3,30,1,ana,"),
    ("2026-03-03", "A1,35,2,ana,2026-05-02; A2,80,2,ana,; A3,30,1,ana,"),
    ("2026-03-04", "A1,80,,ana,2026-05-01; A2,40,2,ben,"),
    ("2026-03-05", "A1,80,1,ana,; A2,40,2,ben,; A3,30,1,ana,"),
    ("2026-03-06", "A1,80,1,ana,; A2,70,2,ben,; A3,30,1,ana,"),
    ("2026-03-12", "A1,10,1,ana,; A2,40,2,ben,; A3,30,1,ana,"),
    ("2026-03-30", "A1,10,9,ana,; A2,40,9,ben,; A3,30,,ana,"),
];

pub fn record(kind: RecordKind, day: &str) -> Record {
    Record {
        kind,
        as_of: date(day),
        at: format!("{day}T06:00:00Z"),
        who: "ops".to_string(),
        program: "1234567".to_string(),
        data: format!("data of {day}"),
        files: Vec::new(),
        counts: "{}".to_string(),
    }
}

/// A run that is written to a store; gives what it came to.
fn run(world: &mut World, store: &mut dyn Store, day: &str, rows: &str) -> String {
    let outcome = world.plan(day, rows);
    let number = store.commit(&mut world.state, &record(RecordKind::Apply, day), &outcome.changes, &outcome.actions);
    assert_eq!(number.unwrap(), world.state.head);
    shown(&outcome)
}

/// Runs and decisions, after each of which the store gives back what there is in memory; the same as without a store.
pub fn keeps_everything(store: &mut dyn Store) {
    let (mut world, mut alone) = (World::new(RULES), World::new(RULES));
    let mut emitted = Vec::new();
    for (i, (day, rows)) in DAYS.into_iter().enumerate() {
        let outcome = alone.run(day, rows);
        assert_eq!(run(&mut world, store, day, rows), shown(&outcome), "{day}");
        emitted.extend(outcome.actions.iter().map(|a| a.id.clone()));
        assert_eq!(store.load().unwrap(), world.state, "{day}");
        assert_eq!(world.state.memory, alone.state.memory, "{day}");
        let pending: Vec<String> = store.pending().unwrap().into_iter().map(|e| e.id).collect();
        assert_eq!(pending, emitted, "{day}");
        if i == 2 {
            let verdicts = [
                decide(waiting(&world), Some("legal"), true, "lee", date(day), Some("fine")).unwrap(),
                snooze(&waiting(&world).slot, date("2026-03-20"), "lee", date(day)).unwrap(),
            ];
            for (verdict, kind) in verdicts.into_iter().zip([RecordKind::Approve, RecordKind::Snooze]) {
                store.commit(&mut world.state, &record(kind, day), &verdict.changes, &verdict.actions).unwrap();
                alone.decided(verdict);
                assert_eq!(store.load().unwrap(), world.state);
            }
        }
        if i == 4 {
            let item = world.state.items.values().next().unwrap();
            let verdict = close(item, Closing::Won, "ana", date(day), Some("done")).unwrap();
            emitted.extend(verdict.actions.iter().map(|a| a.id.clone()));
            let id = item.id.to_string();
            store
                .commit(&mut world.state, &record(RecordKind::Close, day), &verdict.changes, &verdict.actions)
                .unwrap();
            alone.decided(verdict);
            assert_eq!(store.load().unwrap(), world.state);
            let over = store.closed().unwrap().into_iter().find(|c| c.id == id).unwrap();
            assert_eq!(
                (over.closing.as_str(), over.by.as_deref(), over.note.as_deref()),
                ("won", Some("ana"), Some("done"))
            );
            let told: Vec<String> = store.history(Some(&id)).unwrap().into_iter().map(|e| e.text).collect();
            assert_eq!(told.last().unwrap(), "won by ana: done");
        }
    }
    let records = store.records().unwrap();
    assert_eq!(records.len(), DAYS.len() + 3);
    assert_eq!(records.last().unwrap().1, record(RecordKind::Apply, "2026-03-30"));
    // Handed on once: what was not taken stays, what was is gone.
    assert_eq!(store.deliver("now", &mut |_| false).unwrap(), 0);
    let mut seen = Vec::new();
    let taken = store.deliver("now", &mut |actions| {
        seen.extend(actions.iter().map(|a| a.id.clone()));
        true
    });
    assert_eq!((taken.unwrap(), &seen), (emitted.len() as u64, &emitted));
    assert_eq!(store.pending().unwrap(), []);
    assert_eq!(store.deliver("now", &mut |_| panic!("there is nothing to take")).unwrap(), 0);
    // Every id once.
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), emitted.len());
}

fn waiting(world: &World) -> &laud::interventions::Item {
    world.state.items.values().find(|item| item.waits_for().count() == 2).unwrap()
}

/// Two that have read the same: the second writes nothing.
pub fn refuses_who_came_second(first: &mut dyn Store, second: &mut dyn Store) {
    let mut world = World::new(RULES);
    run(&mut world, first, DAYS[0].0, DAYS[0].1);
    let mut late = World::new(RULES);
    late.state = second.load().unwrap();
    run(&mut world, first, DAYS[1].0, DAYS[1].1);
    let outcome = late.plan(DAYS[1].0, DAYS[1].1);
    let written =
        second.commit(&mut late.state, &record(RecordKind::Apply, DAYS[1].0), &outcome.changes, &outcome.actions);
    assert_eq!(written, Err(LedgerError::Moved { head: 2 }));
    assert_eq!(second.load().unwrap(), world.state);
    assert_eq!(second.records().unwrap().len(), 2);
}

/// What fails half way leaves nothing behind.
pub fn writes_all_or_nothing(store: &mut dyn Store) {
    let mut world = World::new(RULES);
    run(&mut world, store, DAYS[0].0, DAYS[0].1);
    let before = store.load().unwrap();
    let outcome = world.plan(DAYS[1].0, DAYS[1].1);
    let open = outcome.changes.iter().find(|c| matches!(c, Change::Open(_))).unwrap().clone();
    let changes: Vec<Change> = outcome.changes.iter().cloned().chain([open]).collect();
    let written = store.commit(&mut world.state, &record(RecordKind::Apply, DAYS[1].0), &changes, &outcome.actions);
    assert!(written.is_err(), "one slot has at most one open item");
    assert_eq!(store.load().unwrap(), before);
    assert_eq!((store.records().unwrap().len(), store.pending().unwrap()), (1, Vec::new()));
}

/// A rule's new name takes along what there is.
pub fn renames(store: &mut dyn Store) {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  limit 5 per csm per week }");
    run(&mut world, store, "2026-03-01", "A1,70,,ana,");
    run(&mut world, store, "2026-03-02", "A1,40,,ana,");
    world.becomes("rule lower { when x < 50  do task \"Call\" assign csm  limit 5 per csm per week }");
    world.policy.rules[0].renamed_from = vec!["low".into()];
    assert_eq!(run(&mut world, store, "2026-03-03", "A1,40,,ana,"), "A1 refreshed");
    assert_eq!(store.load().unwrap(), world.state);
    assert_eq!(&*world.item().slot.rule, "lower");
}

fn fresh(folder: &tempfile::TempDir) -> SqliteLedger {
    sqlite::open(&folder.path().join(".laud/ledger.db")).unwrap()
}

#[test]
fn a_file_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    keeps_everything(&mut fresh(&folder));
    assert_eq!(std::fs::read_to_string(folder.path().join(".laud/.gitignore")).unwrap(), "*\n");
    let left: Vec<_> =
        std::fs::read_dir(folder.path().join(".laud")).unwrap().map(|e| e.unwrap().file_name()).collect();
    // The third is an empty one, which is a lock: actions were handed on.
    assert_eq!(left.len(), 3, "the ledger is one file: {left:?}");
    assert_eq!(std::fs::metadata(folder.path().join(".laud/ledger.db-handing")).unwrap().len(), 0);
}

// ---------- bad files ----------

fn refusal(path: &Path) -> LedgerError {
    let error = sqlite::open(path).unwrap_err();
    assert_eq!(sqlite::open_to_read(path).unwrap_err(), error);
    assert!(!error.help().is_empty());
    error
}

#[test]
fn a_ledger_of_a_newer_laud_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    drop(sqlite::open(&path).unwrap());
    rusqlite::Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(refusal(&path), LedgerError::Newer { version: 99 });
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_no_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a ledger at all\n".repeat(100)).unwrap();
    assert_eq!(refusal(&text), LedgerError::NotALedger);
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (a TEXT)").unwrap();
    assert_eq!(refusal(&other), LedgerError::NotALedger);
    assert_eq!(refusal(folder.path()), LedgerError::Unreachable("it is a folder".to_string()));
}

#[test]
fn a_damaged_ledger_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut world = World::new(RULES);
    let mut store = sqlite::open(&path).unwrap();
    for (day, rows) in DAYS {
        run(&mut world, &mut store, day, rows);
    }
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    // Every page but the first, one after the other: none of them panics or goes unnoticed where something stands in it.
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0xa5);
        std::fs::write(&path, &bytes).unwrap();
        let error = sqlite::open(&path).err().or_else(|| sqlite::open(&path).unwrap().load().err());
        assert!(matches!(error, Some(LedgerError::Corrupt(_))), "page {page}: {error:?}");
    }
    // Cut short.
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(sqlite::open(&path), Err(LedgerError::Corrupt(_))));
    // An empty file is one that nobody has written to yet.
    std::fs::write(&path, "").unwrap();
    assert_eq!(sqlite::open(&path).unwrap().load().unwrap(), laud::interventions::State::default());
}

#[cfg(unix)]
#[test]
fn where_nothing_may_be_written_a_ledger_can_still_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut world = World::new(RULES);
    run(&mut world, &mut sqlite::open(&path).unwrap(), DAYS[0].0, DAYS[0].1);
    let allow = |file: u32, dir: u32| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(file)).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(dir)).unwrap();
    };
    allow(0o444, 0o555);
    assert_eq!(sqlite::open_to_read(&path).unwrap().load().unwrap(), world.state);
    // Permissions do not bind everybody.
    let bound = std::fs::write(folder.path().join("probe"), "").is_err();
    if bound {
        let outcome = world.plan(DAYS[1].0, DAYS[1].1);
        let written = sqlite::open(&path).and_then(|mut store| {
            store.commit(&mut world.state, &record(RecordKind::Apply, DAYS[1].0), &outcome.changes, &outcome.actions)
        });
        assert_eq!(written, Err(LedgerError::ReadOnly));
        assert!(sqlite::open(&folder.path().join("sub/ledger.db")).is_err());
    }
    allow(0o644, 0o755);
    assert!(matches!(sqlite::open(Path::new("/dev/null/ledger.db")), Err(LedgerError::Unreachable(_))));
}
