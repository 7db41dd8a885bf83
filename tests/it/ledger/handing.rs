//! Handing actions on: others may write meanwhile, nobody else hands on the same ones, and where they cannot be taken they wait.

use super::home::{Home, on_both};
use super::project::{DAYS, Project};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

on_both!(others_write_while_actions_are_handed_on);

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_secs(15), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn others_write_while_actions_are_handed_on(home: &mut Home) {
    let project = Project::new(home);
    project.applied(DAYS[0]);
    let slow = "touch started; while [ ! -e go ]; do sleep 0.02; done; cat >> received.ndjson";
    let mut first = project.laud(&["apply", "--as-of", DAYS[1], "--data", DAYS[1], "--by", "ops", "--emit-to", slow]);
    let mut first = first.stdout(Stdio::null()).spawn().unwrap();
    wait_for("the command begins", || home.folder().join("started").exists());
    // It has the actions of the second day now, and takes its time.
    let item = home.rows("SELECT id FROM item WHERE closed IS NULL ORDER BY id")[0].clone();
    let closed = project.laud(&["ledger", "close", &item, "--by", "lee", "--on", DAYS[1]]).output().unwrap();
    assert!(closed.status.success(), "{}", String::from_utf8_lossy(&closed.stderr));
    let mut second = project.apply(DAYS[2]).spawn().unwrap();
    wait_for("the other run is recorded", || home.rows("SELECT CAST(max(number) AS TEXT) FROM record")[0] == "4");
    std::thread::sleep(Duration::from_millis(200));
    assert!(second.try_wait().unwrap().is_none(), "it waits before it hands on");
    std::fs::write(home.folder().join("go"), "").unwrap();
    assert!(first.wait().unwrap().success() && second.wait().unwrap().success());
    // Nobody was ended, so every action came once.
    let all: BTreeSet<String> = home.rows("SELECT id FROM emission").into_iter().collect();
    let text = std::fs::read_to_string(home.folder().join("received.ndjson")).unwrap();
    assert_eq!(text.lines().count(), all.len());
    assert_eq!(project.received().into_keys().collect::<BTreeSet<_>>(), all);
    assert!(all.len() > 40 && home.open().pending().unwrap().is_empty());
}

/// Whatever takes the actions is full: they wait, and go out with the next run under the same ids.
#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_written_actions_wait() {
    let home = Home::file();
    let project = Project::new(&home);
    project.applied(DAYS[0]);
    project.forget_received();
    let laud = env!("CARGO_BIN_EXE_laud");
    let mut waiting = BTreeSet::new();
    for (emit, code, words) in [
        ("--emit - > /dev/full", 2, "cannot write the standard output: no space left on device"),
        ("--emit-to 'cat > /dev/full'", 1, "did not take the actions: it ended with 1"),
        ("--emit nowhere/out.ndjson", 2, "cannot write `nowhere/out.ndjson`: there is no such file or directory"),
    ] {
        let line =
            format!("'{laud}' apply --ledger ledger.db --as-of {day} --data {day} --by ops {emit}", day = DAYS[1]);
        let output = Command::new("sh").args(["-c", &line]).current_dir(home.folder()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{emit}: {text}");
        assert!(text.contains(words), "{emit}: {text}");
        assert!(text.contains("the run is recorded and its actions wait"), "{emit}: {text}");
        let ids: BTreeSet<String> = home.open().pending().unwrap().into_iter().map(|e| e.id).collect();
        assert!(ids.len() > 10 && (waiting.is_empty() || waiting == ids), "{emit}");
        waiting = ids;
    }
    // The same day again is no new run; what waits goes out.
    project.applied(DAYS[1]);
    assert_eq!(project.received().into_keys().collect::<BTreeSet<_>>(), waiting);
    assert!(home.open().pending().unwrap().is_empty());
}

/// A file that may not grow: the system refuses to write in the middle of the run.
#[cfg(target_os = "linux")]
#[test]
fn a_ledger_that_may_not_grow_stays_as_it_was() {
    let home = Home::file();
    let project = Project::new(&home);
    project.applied(DAYS[0]);
    let before = home.everything();
    // In blocks of 512 bytes: as many as there are, and day two needs more.
    let blocks = std::fs::metadata(&home.ledger).unwrap().len() / 512;
    let line = format!(
        "trap '' XFSZ; ulimit -f {blocks}; '{}' apply --ledger ledger.db --as-of {day} --data {day} --by ops",
        env!("CARGO_BIN_EXE_laud"),
        day = DAYS[1]
    );
    let output = Command::new("sh").args(["-c", &line]).current_dir(home.folder()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("the disk does not read or write it"), "{text}");
    assert!(text.contains("nothing was written"), "{text}");
    assert_eq!(home.everything(), before);
    project.applied(DAYS[1]);
    assert_ne!(home.everything(), before);
}
