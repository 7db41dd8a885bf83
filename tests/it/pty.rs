//! The session as people meet it: through a terminal, key by key, judged by what stands on the screen.

use crate::support::{copy, root};
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const ROWS: u16 = 40;
const COLUMNS: u16 = 100;
/// Nothing takes so long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
const TAB: &str = "\t";
const UP: &str = "\u{1b}[A";
const ENTER: &str = "\r";

/// `laud repl` on a terminal of its own.
struct Talk {
    keys: File,
    shown: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    child: Child,
}

impl Talk {
    fn begin(folder: &Path, arguments: &[&str]) -> Talk {
        let main = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&main).unwrap();
        unlockpt(&main).unwrap();
        tcsetwinsize(&main, Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&main, Vec::new()).unwrap();
        let mut open = OpenOptions::new();
        open.read(true).write(true).custom_flags(OFlags::NOCTTY.bits() as i32);
        let side = || Stdio::from(open.open(name.to_str().unwrap()).unwrap());
        let child = Command::new(env!("CARGO_BIN_EXE_laud"))
            .arg("repl")
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs([("LC_ALL", "C.UTF-8"), ("TERM", "xterm-256color")])
            .env("LAUD_HISTORY", folder.join("history"))
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .unwrap();
        let keys = File::from(main);
        let mut read = keys.try_clone().unwrap();
        let (send, shown) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // When the other side is closed, reading fails.
            while let Ok(count @ 1..) = read.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Talk { keys, shown, screen: vt100::Parser::new(ROWS, COLUMNS, 500), child }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// The lines of the screen, the empty ones at its end left out.
    fn lines(&self) -> Vec<String> {
        let text = self.screen.screen().contents();
        text.trim_end().lines().map(|l| l.trim_end().to_string()).collect()
    }

    /// Waits until the screen is as wanted.
    fn until(&mut self, wanted: &str, fits: impl Fn(&[String]) -> bool) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let lines = self.lines();
            if fits(&lines) {
                return lines;
            }
            match self.shown.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(_) => panic!("never came: {wanted}\non the screen:\n{}", lines.join("\n")),
            }
        }
    }

    fn last(&mut self, wanted: &str) -> Vec<String> {
        self.until(wanted, |lines| lines.last().is_some_and(|l| l == wanted))
    }

    /// Waits for a line that stands right above an empty prompt.
    fn answer(&mut self, wanted: &str, prompt: &str) -> Vec<String> {
        self.until(wanted, |lines| {
            lines.last().is_some_and(|l| l == prompt) && lines.iter().rev().nth(1).is_some_and(|l| l == wanted)
        })
    }

    fn ends(&mut self) -> Option<i32> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end\non the screen:\n{}", self.lines().join("\n"));
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples/advocacy"), &folder.path().join("advocacy"));
    let path = folder.path().to_path_buf();
    (folder, path)
}

/// A paste as a terminal sends it.
fn pasted(text: &str) -> String {
    format!("\u{1b}[200~{text}\u{1b}[201~")
}

#[test]
fn keys_do_what_people_expect_of_them() {
    let (_folder, path) = place();
    let mut talk = Talk::begin(&path, &["advocacy"]);
    talk.last("laud>");
    assert!(talk.lines()[0].starts_with("advocacy: 24 accounts as of 2026-03-31, data sample"), "{:?}", talk.lines());
    // A statement of one line, and the account in the prompt.
    talk.press(":account acme\r");
    talk.answer("about acme", "acme>");
    talk.press("arr / seats\r");
    talk.answer("1,250 USD", "acme>");
    // Ctrl-C drops what is typed and nothing else.
    talk.press("arr / nothing");
    talk.last("acme> arr / nothing");
    talk.press(CTRL_C);
    talk.last("acme>");
    // An open bracket goes on to the next line.
    talk.press("sum(arr\r");
    talk.press("of account)\r");
    let lines = talk.answer("3,598,000 USD", "acme>");
    assert_eq!(lines[lines.len() - 4..lines.len() - 2], ["acme> sum(arr", "of account)"]);
    // Up brings back the whole statement, to be changed and run again.
    talk.press(UP);
    let lines = talk.last("of account)");
    assert_eq!(lines[lines.len() - 2], "acme> sum(arr");
    talk.press(" / 1k USD\r");
    talk.answer("3,598", "acme>");
    // Ctrl-D leaves.
    talk.press(CTRL_D);
    assert_eq!(talk.ends(), Some(0));
    let history = std::fs::read_to_string(path.join("history")).unwrap();
    let entries = [":account acme", "arr / seats", "sum(arr\\nof account)", "sum(arr\\nof account) / 1k USD"];
    assert_eq!(history.lines().collect::<Vec<_>>(), entries);
}

#[test]
fn a_paste_of_twenty_lines_is_one_statement() {
    let (_folder, path) = place();
    let mut talk = Talk::begin(&path, &["advocacy"]);
    talk.last("laud>");
    let mut lines = vec!["# What a paste may look like.".to_string(), "metric pasted {".to_string()];
    lines.push("\tvalue  count(activity in last 90 days)".to_string());
    lines.push(String::new());
    lines.push("  thresholds {".to_string());
    lines.extend((1..=12).rev().map(|i| format!("    band_{i}  >= {i} -> {}", i * 8)));
    lines.extend(["    none  otherwise -> 0", "  }", "}"].map(str::to_string));
    assert_eq!(lines.len(), 20);
    talk.press(&pasted(&lines.join("\r\n")));
    // Nothing runs before Enter is pressed.
    let shown = talk.last("}");
    assert!(!shown.iter().any(|line| line.starts_with("metric pasted:")), "{shown:?}");
    talk.press(ENTER);
    talk.answer("metric pasted: a number", "laud>");
    talk.press(UP);
    let shown = talk.last("}");
    assert_eq!(shown[shown.len() - 20], "laud> # What a paste may look like.");
    talk.press(CTRL_C);
    talk.last("laud>");
    // Declarations that nobody saved are told when somebody leaves.
    talk.press(CTRL_D);
    talk.until("the reminder", |l| l.iter().any(|l| l.starts_with("1 declaration was not saved")));
    assert_eq!(talk.ends(), Some(0));
    let history = std::fs::read_to_string(path.join("history")).unwrap();
    assert_eq!(history.lines().count(), 1);
    // The next session begins with it.
    let mut talk = Talk::begin(&path, &["advocacy"]);
    talk.last("laud>");
    talk.press(UP);
    talk.last("}");
}

#[test]
fn tab_completes_names_values_and_commands() {
    let (_folder, path) = place();
    let mut talk = Talk::begin(&path, &["advocacy"]);
    talk.last("laud>");
    talk.press(&format!(":acc{TAB}"));
    talk.last("laud> :account");
    talk.press(&format!(" alp{TAB}"));
    talk.last("laud> :account alpenglow");
    talk.press(ENTER);
    talk.answer("about alpenglow", "alpenglow>");
    talk.press(&format!("industry = fint{TAB}"));
    talk.last("alpenglow> industry = fintech");
    talk.press(CTRL_C);
    talk.last("alpenglow>");
    talk.press(&format!("count(activity where status = comp{TAB}) + champ{TAB}"));
    talk.last("alpenglow> count(activity where status = completed) + champion_calls");
    talk.press(CTRL_C);
    talk.last("alpenglow>");
    // Several that fit are listed.
    talk.press(&format!("arr{TAB}{TAB}"));
    talk.until("a list", |l| l.iter().any(|l| l.contains("arr (column)") && l.contains("arr_year_ago (column)")));
}

#[test]
fn whatever_is_typed_it_stays() {
    let (_folder, path) = place();
    let mut talk = Talk::begin(&path, &["advocacy"]);
    talk.last("laud>");
    talk.press(")}]\r");
    talk.until("a finding", |l| l.last().is_some_and(|l| l == "laud>") && l.iter().any(|l| l.contains("<input>:1:1")));
    talk.press(":nonsense é\r");
    talk.answer("  `:help` lists the commands", "laud>");
    talk.press("\"open\r");
    talk.until("a finding", |l| {
        l.last().is_some_and(|l| l == "laud>") && l.iter().any(|l| l.starts_with("laud> \"open")) && l.len() > 16
    });
    talk.press(":quit\r");
    assert_eq!(talk.ends(), Some(0));
}

#[test]
fn what_is_typed_ahead_is_kept() {
    let (_folder, path) = place();
    let mut talk = Talk::begin(&path, &["advocacy"]);
    talk.last("laud>");
    talk.press("1 + 1\r2 + 3\r:quit\r");
    assert_eq!(talk.ends(), Some(0));
    talk.until("both answers", |l| l.iter().any(|l| l == "2") && l.iter().any(|l| l == "5"));
}
