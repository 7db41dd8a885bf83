//! Several at once: one waits for the other, and nothing is done twice.

use super::home::{Home, on_both};
use super::project::{DAYS, Project};
use laud::ledger::Place;
use std::process::{Child, Output};
use std::time::Duration;

on_both!(the_same_run_at_once, a_run_waits_for_who_writes, decisions_during_runs);

fn ended(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn the_same_run_at_once(home: &mut Home) {
    let mut alone = Vec::new();
    let expected = {
        let project = Project::new(home);
        for day in DAYS {
            project.applied(day);
            alone.push(home.everything());
        }
        project.received()
    };
    home.clear();
    let project = Project::new(home);
    project.forget_received();
    for (day, alone) in DAYS.into_iter().zip(alone) {
        let children: Vec<Child> = (0..4).map(|_| project.apply(day).spawn().unwrap()).collect();
        let notes: Vec<String> =
            children.into_iter().map(|child| String::from_utf8_lossy(&ended(child).stderr).into_owned()).collect();
        assert_eq!(home.everything(), alone, "{day}");
        let applied = notes.iter().filter(|note| note.contains("applied as record")).count();
        assert_eq!(applied, 1, "{day}: {notes:?}");
    }
    assert_eq!(project.received(), expected);
}

fn a_run_waits_for_who_writes(home: &mut Home) {
    let project = Project::new(home);
    project.applied(DAYS[0]);
    let child = home.while_locked(|| {
        let mut child = project.apply(DAYS[1]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert!(child.try_wait().unwrap().is_none(), "it waits");
        child
    });
    ended(child);
    assert_eq!(home.open().load().unwrap().head, 2);
}

/// Somebody closes items one by one while runs go on: each closing is made once, and no run undoes it.
fn decisions_during_runs(home: &mut Home) {
    let project = Project::new(home);
    project.applied(DAYS[0]);
    project.applied(DAYS[1]);
    let mut state = home.open().load().unwrap();
    let ids: Vec<String> = state.items.values().take(8).map(|item| item.id.to_string()).collect();
    assert_eq!(ids.len(), 8);
    let place: Place = home.place();
    std::thread::scope(|scope| {
        let closing = scope.spawn(|| {
            for id in &ids {
                loop {
                    let words = ["ledger", "close", id.as_str(), "--as", "done", "--by", "ana", "--on", DAYS[2]];
                    let output = project.laud(&words).output().unwrap();
                    if output.status.success() {
                        break;
                    }
                    let said = String::from_utf8_lossy(&output.stderr).into_owned();
                    // The run was between reading and writing, or has closed it itself.
                    if said.contains("there is no open item") {
                        break;
                    }
                    assert!(said.contains("somebody else wrote record"), "{said}");
                }
            }
        });
        project.applied(DAYS[2]);
        closing.join().unwrap();
    });
    state = place.open().unwrap().load().unwrap();
    assert!(ids.iter().all(|id| state.items.values().all(|item| *item.id != **id)));
    let closed = home.open().closed().unwrap();
    for id in &ids {
        assert_eq!(closed.iter().filter(|c| c.id == *id).count(), 1, "{id}");
    }
}
