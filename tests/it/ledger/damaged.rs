//! Ledgers in which something is damaged: it is told by whatever comes across it, nothing is written then, and `laud ledger
//! check` finds it wherever it is.

use super::home::{Home, on_both};
use super::project::{DAYS, Project};
use laud::ledger::{Holdings, LedgerError};
use std::path::Path;
use std::process::Output;

on_both!(what_does_not_belong_together_is_found);

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn what_does_not_belong_together_is_found(home: &mut Home) {
    let project = Project::new(home);
    project.applied(DAYS[0]);
    project.applied(DAYS[1]);
    project.applied(DAYS[2]);
    let count =
        |what: &str| -> u64 { home.rows(&format!("SELECT CAST(count(*) AS TEXT) FROM {what}"))[0].parse().unwrap() };
    let held = Holdings {
        records: 3,
        open: count("item WHERE closed IS NULL"),
        closed: count("item WHERE closed IS NOT NULL"),
        events: count("event"),
        actions: count("emission"),
    };
    assert!(held.open > 10 && held.closed > 2 && held.events > 30 && held.actions > 30, "{held:?}");
    assert_eq!(home.open().check(), Ok(held));
    for (damage, repair, words) in [
        (
            "INSERT INTO task (item, place, verb, text, assignee_personal) VALUES ('gone', 0, 'task', 'x', 0)",
            "DELETE FROM task WHERE item = 'gone'",
            "items that are not there but have tasks: 1",
        ),
        (
            "INSERT INTO approval (item, place, role, late) VALUES ('gone', 0, 'legal', 0), ('lost', 0, 'legal', 0)",
            "DELETE FROM approval WHERE item IN ('gone', 'lost')",
            "items that are not there but have approvals: 2",
        ),
        (
            "UPDATE item SET opened_record = 77 WHERE opened_record = 2",
            "UPDATE item SET opened_record = 2 WHERE opened_record = 77",
            "records that are not there but opened items: 1",
        ),
        (
            "UPDATE event SET record = 77 WHERE record = 2",
            "UPDATE event SET record = 2 WHERE record = 77",
            "records that are not there but have a history: 1",
        ),
        (
            "UPDATE emission SET line = 'x' || line WHERE record = 2",
            "UPDATE emission SET line = substr(line, 2) WHERE record = 2",
            "an action is not what it was written as",
        ),
        (
            "UPDATE event SET on_date = 'soon' || on_date WHERE record = 2",
            "UPDATE event SET on_date = substr(on_date, 5) WHERE record = 2",
            "a row has no date where there should be one",
        ),
        (
            "UPDATE memory SET subject = 'x' || subject WHERE rule = 'low'",
            "UPDATE memory SET subject = substr(subject, 2) WHERE rule = 'low'",
            "open items that are not remembered: ",
        ),
    ] {
        home.run(damage);
        match home.open().check() {
            Err(LedgerError::Corrupt(found)) => assert!(found.starts_with(words), "{damage}: {found}"),
            other => panic!("{damage}: {other:?}"),
        }
        home.run(repair);
        assert_eq!(home.open().check(), Ok(held), "{repair}");
    }
    let sound = project.laud(&["ledger", "check"]).output().unwrap();
    let words = format!("sound: 3 records, {} open items, {} closed, ", held.open, held.closed);
    assert!(String::from_utf8_lossy(&sound.stdout).starts_with(&words), "{sound:?}");
    home.run("INSERT INTO task (item, place, verb, text, assignee_personal) VALUES ('gone', 0, 'task', 'x', 0)");
    let found = project.laud(&["ledger", "check"]).output().unwrap();
    assert_eq!(found.status.code(), Some(2));
    assert!(said(&found).contains("it is damaged: items that are not there but have tasks: 1"), "{}", said(&found));
}

/// A ledger that is too large to be looked at as a whole whenever it is opened.
fn large(home: &Home) -> Vec<u8> {
    let project = Project::new(home);
    DAYS[..2].iter().for_each(|day| drop(project.applied(day)));
    home.run(
        "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n LIMIT 60000) \
         INSERT INTO event SELECT 1, i, '2026-03-02', 'hold', NULL, 'low', 'account', 'A' || i, 0, hex(zeroblob(60)) FROM n",
    );
    let whole = std::fs::read(&home.ledger).unwrap();
    assert!(whole.len() > 9 << 20, "{}", whole.len());
    whole
}

/// Runs the third day over a damaged file; true if it was told. Then nothing may be written.
fn told(home: &Home, project: &Project, bytes: &[u8]) -> bool {
    std::fs::write(&home.ledger, bytes).unwrap();
    let output = project.apply(DAYS[2]).output().unwrap();
    match output.status.code() {
        Some(0) => return false,
        Some(2) => {}
        code => panic!("{code:?}: {}", said(&output)),
    }
    let text = said(&output);
    assert!(text.contains("it is damaged") && text.contains("put a copy from before in its place"), "{text}");
    assert!(std::fs::read(&home.ledger).unwrap() == bytes, "nothing was written");
    assert!(!Path::new(&format!("{}-journal", home.ledger.display())).exists());
    true
}

fn check_fails(project: &Project) {
    let output = project.laud(&["ledger", "check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("it is damaged"), "{}", said(&output));
}

/// The places that only a run that writes comes to, and it has written already when it does.
#[test]
fn damage_that_is_met_while_writing_undoes_the_run() {
    let home = Home::file();
    let whole = large(&home);
    let project = Project { home: &home };
    for name in ["event", "sqlite_autoindex_event_1", "event_item", "emission", "sqlite_autoindex_emission_1"] {
        std::fs::write(&home.ledger, &whole).unwrap();
        let sql = format!("SELECT CAST(rootpage AS TEXT) FROM sqlite_master WHERE name = '{name}'");
        let page: usize = home.rows(&sql)[0].parse().unwrap();
        let mut bytes = whole.clone();
        bytes[(page - 1) * 4096..page * 4096].fill(0x5a);
        assert!(told(&home, &project, &bytes), "{name}");
        check_fails(&project);
    }
    std::fs::write(&home.ledger, &whole).unwrap();
    assert!(project.laud(&["ledger", "check"]).output().unwrap().status.success());
    project.applied(DAYS[2]);
    project.received();
}

#[test]
fn damage_anywhere_in_a_large_file_is_found() {
    let home = Home::file();
    let whole = large(&home);
    let project = Project { home: &home };
    let mut dice = crate::fuzz::rng::Rng::new(11);
    for round in 0..6 {
        let mut bytes = whole.clone();
        if round % 3 == 0 {
            bytes.truncate(1 + dice.below(whole.len() - 1));
            assert!(told(&home, &project, &bytes));
        } else {
            let page = 1 + dice.below(whole.len() / 4096 - 1);
            bytes[page * 4096..(page + 1) * 4096].iter_mut().for_each(|b| *b = dice.below(256) as u8);
            told(&home, &project, &bytes);
            std::fs::write(&home.ledger, &bytes).unwrap();
        }
        check_fails(&project);
    }
}
