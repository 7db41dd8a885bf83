//! `laud watch`, running: it looks when it starts and again whenever a file changes.

use crate::support::{copy, root};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Ends what was begun, whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines that come, up to one that ends the answer.
fn answer(lines: &Receiver<String>, last: &str) -> Vec<String> {
    let mut got = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) => got.push(line),
            Err(_) => panic!("`{last}` never came after\n{}", got.join("\n")),
        }
        if got.last().is_some_and(|l| l.contains(last)) {
            return got;
        }
    }
}

#[test]
fn what_moves_is_told_when_a_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("limits/rules.laud");
    copy(&root().join("tests/cli/files/limits"), &folder.path().join("limits"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_laud"))
        .args(["watch", "limits"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let _running = Running(child);
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    answer(&lines, "scored as of 2026-03-31");
    // acme has 73.5 before the cap of 49 (see tests/cli/limits.md): a cap of 60 lets 60 through, which is good from 60 on.
    let text = std::fs::read_to_string(&rules).unwrap();
    assert!(text.contains("cap       49 when open_p1 > 0"));
    std::fs::write(&rules, text.replace("cap       49 when open_p1 > 0", "cap       60 when open_p1 > 0")).unwrap();
    let told = answer(&lines, "acme");
    assert!(told[0].ends_with("limits/rules.laud changed"), "{told:?}");
    assert!(told.iter().any(|l| l.contains("acme") && l.contains("health 49.0 fair -> 60.0 good")), "{told:?}");
    // A mistake is drawn, and mended it is as before.
    std::fs::write(&rules, text.replace("cap       49 when open_p1 > 0", "cap       49 when open_p2 > 0")).unwrap();
    let told = answer(&lines, "no scores until that is mended");
    assert!(told.iter().any(|l| l.contains("there is no `open_p2`")), "{told:?}");
    std::fs::write(&rules, &text).unwrap();
    let told = answer(&lines, "acme");
    assert!(told.iter().any(|l| l.contains("health 60.0 good -> 49.0 fair")), "{told:?}");
}
