//! What can be wrong with a ledger: each thing is said in a line with what to do about it, and nothing is lost.

use super::home::{Home, on_both, say};
use super::project::{DAYS, Project};
use super::store::{Kept, record};
use crate::interventions::world::World;
use laud::ledger::{LedgerError, Place, RecordKind, VERSION};
use std::path::Path;
use std::process::{Command, Output};

on_both!(
    a_newer_ledger_is_left_alone,
    an_older_ledger_is_brought_up_to_date,
    something_else_is_left_alone,
    a_damaged_table_is_told,
    only_runs_write
);

const RULES: &str = "rule low { when x < 50  do task \"Call\" assign csm }";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A run that ends with 2, and what it says.
fn refused(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    said(&output)
}

fn a_newer_ledger_is_left_alone(home: &mut Home) {
    let project = Project::new(home);
    project.applied(DAYS[0]);
    let newer = VERSION + 1;
    let set = |version: i64| match home.is_server() {
        true => home.run(&format!("UPDATE laud_version SET version = {version}")),
        false => home.run(&format!("PRAGMA user_version = {version}")),
    };
    let before = home.everything();
    set(newer);
    assert_eq!(home.place().open().err(), Some(LedgerError::Newer { version: newer }));
    assert_eq!(home.place().open_to_read().err(), Some(LedgerError::Newer { version: newer }));
    for words in [["plan", "--as-of", DAYS[1], "--data", DAYS[1]], ["apply", "--as-of", DAYS[1], "--data", DAYS[1]]] {
        let text = refused(project.laud(&words));
        assert!(
            text.contains(&format!("newer laud (its tables are version {newer}, known are up to {VERSION})")),
            "{text}"
        );
        assert!(text.contains("use the laud that wrote it"), "{text}");
    }
    assert!(refused(project.laud(&["ledger", "show"])).contains("newer laud"));
    assert_eq!(home.everything(), before);
    set(VERSION);
    project.applied(DAYS[1]);
}

/// A ledger without what version 2 added, as version 1 was.
fn an_older_ledger_is_brought_up_to_date(home: &mut Home) {
    let project = Project::new(home);
    project.applied(DAYS[0]);
    project.applied(DAYS[1]);
    let (before, state) = (home.everything(), home.open().load().unwrap());
    let older = || {
        home.run("ALTER TABLE item DROP COLUMN key_personal");
        home.run(match home.is_server() {
            true => "UPDATE laud_version SET version = 1",
            false => "PRAGMA user_version = 1",
        });
    };
    older();
    assert_eq!(home.place().open_to_read().unwrap().unwrap().load().unwrap(), state);
    assert_eq!(home.everything(), before);
    older();
    project.applied(DAYS[2]);
    assert!(home.open().load().unwrap().last_run.is_some_and(|last| last.as_of.to_string() == DAYS[2]));
}

fn something_else_is_left_alone(home: &mut Home) {
    let project = Project::new(home);
    if home.is_server() {
        let Place::Url(url) = home.place() else { return };
        home.run(&format!("CREATE SCHEMA {}; CREATE TABLE people (name TEXT)", url.rsplit_once("schema=").unwrap().1));
    } else {
        home.run("CREATE TABLE people (name TEXT)");
    }
    assert_eq!(home.place().open().err(), Some(LedgerError::NotALedger));
    let text = refused(project.apply(DAYS[0]));
    assert!(text.contains("it is not a ledger of laud"), "{text}");
    home.run("INSERT INTO people VALUES ('ana')");
    assert_eq!(home.rows("SELECT name FROM people"), ["ana"]);
}

fn a_damaged_table_is_told(home: &mut Home) {
    let mut kept = Kept::new(home, RULES);
    kept.run("2026-03-01", "A1,70,,ana,");
    kept.run("2026-03-02", "A1,40,,ana,");
    for (damage, repair) in [
        ("UPDATE item SET opened = 'soon'", "UPDATE item SET opened = '2026-03-02'"),
        ("UPDATE memory SET truth = 'perhaps'", "UPDATE memory SET truth = 'true'"),
        ("UPDATE item SET key = 'x'", "UPDATE item SET key = '[]'"),
        ("UPDATE item SET level = -1", "UPDATE item SET level = 0"),
    ] {
        home.run(damage);
        match kept.ledger.load() {
            Err(LedgerError::Corrupt(_)) => {}
            other => panic!("{damage}: {other:?}"),
        }
        home.run(repair);
        kept.agrees();
    }
    home.run("DROP TABLE memory");
    let mut ledger = home.open();
    let error = ledger.load().unwrap_err();
    assert!(matches!(&error, LedgerError::Corrupt(_) | LedgerError::Other(_)), "{error:?}");
    assert!(error.to_string().contains("memory"), "{error}");
}

/// Looking at it, planning and what is refused write nothing.
fn only_runs_write(home: &mut Home) {
    let project = Project::new(home);
    project.applied(DAYS[0]);
    project.applied(DAYS[1]);
    let before = home.everything();
    let plan = project.laud(&["plan", "--as-of", DAYS[2], "--data", DAYS[2]]).output().unwrap();
    assert!(plan.status.success(), "{}", said(&plan));
    for words in [&["ledger", "show"][..], &["ledger", "history"], &["ledger", "export"]] {
        assert!(project.laud(words).output().unwrap().status.success());
    }
    assert!(refused(project.apply(DAYS[0])).contains("is before the last run"));
    let words = ["apply", "--as-of", DAYS[2], "--data", DAYS[2], "--max-fire", "1"];
    assert_eq!(project.laud(&words).output().unwrap().status.code(), Some(1));
    // The same run again is no run.
    let again = project.applied(DAYS[1]);
    assert!(!said(&again).contains("applied as record"), "{}", said(&again));
    assert_eq!(home.everything(), before);
}

// ---------- files ----------

#[test]
fn a_damaged_file_is_told_and_left_alone() {
    let home = Home::file();
    let project = Project::new(&home);
    for day in &DAYS[..3] {
        project.applied(day);
    }
    let whole = std::fs::read(&home.ledger).unwrap();
    let mut dice = crate::fuzz::rng::Rng::new(7);
    let mut told = 0;
    for round in 0..30 {
        let mut bytes = whole.clone();
        match round % 3 {
            // Cut off somewhere.
            0 => bytes.truncate(1 + dice.below(whole.len() - 1)),
            // A page of nonsense.
            1 => {
                let page = dice.below(whole.len() / 4096);
                bytes[page * 4096..(page + 1) * 4096].iter_mut().for_each(|b| *b = dice.below(256) as u8);
            }
            // A few bytes.
            _ => (0..20).for_each(|_| bytes[dice.below(whole.len())] ^= 0x55),
        }
        std::fs::write(&home.ledger, &bytes).unwrap();
        let output = project.apply(DAYS[3]).output().unwrap();
        let text = said(&output);
        // What was hit may have been empty space or a text, of which nobody can tell.
        match output.status.code() {
            Some(0) => continue,
            Some(2) => told += 1,
            code => panic!("{code:?}: {text}"),
        }
        assert!(text.contains("it is damaged") || text.contains("it is not a ledger"), "{text}");
        assert!(text.contains("put a copy from before in its place") || text.contains("name another file"), "{text}");
        assert!(!text.contains("panicked"), "{text}");
        assert_eq!(std::fs::read(&home.ledger).unwrap(), bytes, "nothing was written");
    }
    assert!(told >= 15, "{told}");
    std::fs::write(&home.ledger, &whole).unwrap();
    project.applied(DAYS[3]);
}

#[test]
fn other_files_are_no_ledgers() {
    let home = Home::file();
    let project = Project::new(&home);
    for (content, words) in [
        ("id,x\nA1,4\n".repeat(200), "it is not a ledger of laud"),
        ("short".to_string(), "it is not a ledger of laud"),
    ] {
        std::fs::write(&home.ledger, &content).unwrap();
        let text = refused(project.apply(DAYS[0]));
        assert!(text.contains(words), "{text}");
        assert_eq!(std::fs::read_to_string(&home.ledger).unwrap(), content);
    }
    std::fs::remove_file(&home.ledger).unwrap();
    std::fs::create_dir(&home.ledger).unwrap();
    assert!(refused(project.apply(DAYS[0])).contains("it is a folder"));
    std::fs::remove_dir(&home.ledger).unwrap();
}

/// Runs laud as somebody who has no rights here: root may write everything.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let home = Home::file();
    let project = Project::new(&home);
    let mode = |path: &Path, mode: u32| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let root = std::fs::metadata(home.folder()).unwrap().uid() == 0;
    let as_reader = |mut command: Command| {
        if root {
            command.uid(65_534);
        }
        command
    };
    mode(home.folder(), 0o555);
    let version = as_reader(project.laud(&["--version"])).output();
    if !version.is_ok_and(|output| output.status.code().is_some()) {
        return say("skipped: a folder that may not be written, because laud cannot be run as another user here");
    }
    let words = ["apply", "--as-of", DAYS[0], "--data", DAYS[0], "--by", "ops"];
    let text = refused(as_reader(project.laud(&words)));
    assert!(text.contains("ledger.db"), "{text}");
    assert!(text.contains("permission"), "{text}");
    assert!(!home.ledger.exists());
    mode(home.folder(), 0o755);
    project.applied(DAYS[0]);
    let before = home.everything();
    // A file that may be read in a folder that may be read: it is shown, and not written.
    mode(&home.ledger, 0o444);
    mode(home.folder(), 0o555);
    let shown = as_reader(project.laud(&["ledger", "show"])).output().unwrap();
    assert!(shown.status.success(), "{}", said(&shown));
    let words = ["apply", "--as-of", DAYS[1], "--data", DAYS[1], "--by", "ops"];
    let text = refused(as_reader(project.laud(&words)));
    assert!(text.contains("it cannot be written") && text.contains("nothing was written"), "{text}");
    assert_eq!(home.everything(), before);
    mode(home.folder(), 0o755);
    mode(&home.ledger, 0o644);
    project.applied(DAYS[1]);
}

/// A disk of a few pages, where one can be had.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let home = Home::file();
    let project = Project::new(&home);
    let small = home.folder().join("small");
    std::fs::create_dir(&small).unwrap();
    let laud = env!("CARGO_BIN_EXE_laud");
    let run = |day: &str| format!("'{laud}' apply --ledger small/ledger.db --as-of {day} --data {day} --by ops");
    // Day one fits; the filler leaves a few pages, in which day two does not; without it, it does.
    let script = format!(
        "mount -t tmpfs -o size=2m tmpfs small || exit 99\n{} || exit 98\n{show} > before.json\n\
         head -c 3000000 /dev/zero > small/filler 2>/dev/null\n{} ; echo \"code $?\" >&2\n\
         rm small/filler\n{show} > after.json\n{} || exit 97\n",
        run(DAYS[0]),
        run(DAYS[1]),
        run(DAYS[1]),
        show = format_args!("'{laud}' ledger export --ledger small/ledger.db"),
    );
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", &script])
        .current_dir(home.folder())
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(99) && !said(&output).contains("unshare") => output,
        _ => return say("skipped: a full disk, because no file system can be mounted here"),
    };
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("the disk is full") && text.contains("nothing was written; make room"), "{text}");
    assert!(text.contains("code 2"), "{text}");
    let read = |name: &str| std::fs::read_to_string(home.folder().join(name)).unwrap();
    assert_eq!(read("before.json"), read("after.json"));
    assert!(read("before.json").contains("\"apply\""));
    let _ = project;
}

// ---------- servers ----------

#[test]
fn urls_that_lead_nowhere() {
    let home = Home::file();
    let _project = Project::new(&home);
    let at = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_laud"));
        command.args(["apply", "--as-of", DAYS[0], "--data", DAYS[0], "--ledger", url]).current_dir(home.folder());
        refused(command)
    };
    let text = at("mysql://ana:s3cret@127.0.0.1/cs");
    assert!(text.contains("`mysql://ana:***@127.0.0.1/cs`: only `postgres://` is known of such"), "{text}");
    let text = at("postgres://ana:s3cret@127.0.0.1:1/cs");
    assert!(text.contains("`postgres://ana:***@127.0.0.1:1/cs`") && !text.contains("s3cret"), "{text}");
    if cfg!(feature = "postgres") {
        assert!(text.contains("refused"), "{text}");
        for (url, words) in [
            ("postgres://127.0.0.1:1/cs?schema=Team%20A", "cannot be the name of a schema"),
            ("postgres://127.0.0.1:1/cs?sslmode=require", "asks for TLS (`sslmode=require`)"),
            ("postgres://127.0.0.1:1/cs?schema=a&sslmode=verify-full", "asks for TLS (`sslmode=verify-full`)"),
            ("postgres://127.0.0.1:1/cs?sslmode=verify-ca&schema=a", "asks for TLS (`sslmode=verify-ca`)"),
            ("postgres://127.0.0.1:1/cs?sslmode=disable", "refused"),
            ("postgres://127.0.0.1:99999/cs", "the URL is not understood"),
        ] {
            let text = at(url);
            assert!(text.contains(words), "{text}");
        }
    } else {
        assert!(text.contains("built without PostgreSQL") && text.contains("--features postgres"), "{text}");
    }
}

/// The server ends the connection between reading and writing, and in the middle of a transaction.
#[test]
fn a_connection_that_breaks_off() {
    let Some(home) = Home::server() else { return };
    let mut kept = Kept::new(&home, RULES);
    kept.run("2026-03-01", "A1,70,,ana,");
    let before = home.everything();
    // Nobody else uses this name.
    let name = home.place().shown().rsplit_once("schema=").unwrap().1.to_string();
    let ended =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name =";
    home.run(&format!("{ended} '{name}'"));
    let outcome = kept.world.plan("2026-03-02", "A1,40,,ana,");
    let run = record(RecordKind::Apply, "2026-03-02");
    let lost = kept.ledger.commit(&mut kept.world.state, &run, &outcome.changes, &outcome.actions);
    assert_eq!(lost, Err(LedgerError::Lost));
    assert_eq!(kept.ledger.load().err(), Some(LedgerError::Lost), "and stays so, without an end to wait for");
    assert_eq!(home.everything(), before);
    let mut again = Kept { world: World::new(RULES), ledger: home.open() };
    again.world.state = again.ledger.load().unwrap();
    again.run("2026-03-02", "A1,40,,ana,");
    assert_eq!(again.world.state.items.len(), 1);
}

/// Somebody who may look and not write.
#[test]
fn rights_on_the_server() {
    let Some(home) = Home::server() else { return };
    let project = Project::new(&home);
    project.applied(DAYS[0]);
    let Place::Url(url) = home.place() else { return };
    let schema = url.rsplit_once("schema=").unwrap().1;
    let role = format!("reader_of_{schema}");
    home.run(&format!("CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"));
    let theirs = Place::Url(url.replace("//laud@", &format!("//{role}@")));
    assert_ne!(theirs, home.place());
    let mut ledger = theirs.open_to_read().unwrap().unwrap();
    let mut state = ledger.load().unwrap();
    assert_eq!(state, home.open().load().unwrap());
    let error = ledger.commit(&mut state, &record(RecordKind::Apply, DAYS[1]), &[], &[]).unwrap_err();
    assert!(matches!(&error, LedgerError::Denied(why) if why.contains("permission denied")), "{error:?}");
    // No schema of its own may be made either.
    let elsewhere = Place::Url(url.replace("//laud@", &format!("//{role}@")) + "_more");
    let error = elsewhere.open().err().unwrap();
    assert!(matches!(&error, LedgerError::Denied(_)), "{error:?}");
    drop(ledger);
    home.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}
