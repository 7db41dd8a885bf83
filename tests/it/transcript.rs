//! Commands with their recorded output, run by a shell in a folder of their own.
//!
//! In a `console` block a line `$ laud eval demo` is run and the lines below it are what it must print: standard output,
//! then the lines of standard error with `! ` in front, then `[exit 3]` unless the exit code is 0. A line `...` stands
//! for any number of lines. `$ cd demo` moves; a line that ends with `\` goes on.

use crate::support::difference;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One command of a transcript.
#[derive(Debug, Default, PartialEq)]
pub struct Step {
    /// What is typed, as written.
    pub typed: Vec<String>,
    /// What is expected below it.
    pub expected: Vec<String>,
}

impl Step {
    /// What the shell gets.
    pub fn command(&self) -> String {
        self.typed.join("\n").trim_start_matches("$ ").to_string()
    }
}

/// The commands of a console block.
pub fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines() {
        match steps.last_mut() {
            _ if line.starts_with("$ ") => steps.push(Step { typed: vec![line.to_string()], expected: Vec::new() }),
            Some(step) if step.typed.last().is_some_and(|l| l.ends_with('\\')) => step.typed.push(line.to_string()),
            Some(step) => step.expected.push(line.to_string()),
            None => {}
        }
    }
    for step in &mut steps {
        while step.expected.last().is_some_and(|l| l.trim().is_empty()) {
            step.expected.pop();
        }
    }
    steps
}

/// Runs commands one after the other, starting in a folder.
pub struct Shell {
    home: PathBuf,
    at: PathBuf,
}

impl Shell {
    /// Starts in `folder`.
    pub fn new(folder: &Path) -> Shell {
        // Canonical, so that the folder can be recognised in what is printed.
        let home = folder.canonicalize().unwrap();
        Shell { at: home.clone(), home }
    }

    /// Runs a command and gives what it printed, as a transcript records it.
    pub fn run(&mut self, command: &str) -> Vec<String> {
        if let Some(folder) = command.strip_prefix("cd ") {
            self.at = self.at.join(folder.trim());
            assert!(self.at.is_dir(), "there is no folder `{}`", folder.trim());
            return Vec::new();
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_laud"));
        let mut path = binary.parent().unwrap().as_os_str().to_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(&self.at)
            .env_clear()
            .envs([("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("TERM", "dumb"), ("COLUMNS", "100")])
            .env("HOME", &self.home)
            .env("PATH", path)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap_or_else(|e| panic!("cannot run `{command}`: {e}"));
        let mut lines = self.lines(&output.stdout, "");
        lines.extend(self.lines(&output.stderr, "! "));
        match output.status.code() {
            Some(0) => {}
            Some(code) => lines.push(format!("[exit {code}]")),
            None => lines.push(format!("[{}]", output.status)),
        }
        lines
    }

    fn lines(&self, bytes: &[u8], mark: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes).replace(&*self.home.to_string_lossy(), "[folder]");
        text.lines().map(|l| format!("{mark}{l}").trim_end().to_string()).collect()
    }
}

/// Compares printed lines with expected ones.
pub fn compare(expected: &[String], got: &[String]) -> Result<(), String> {
    let expected: Vec<&str> = expected.iter().map(|l| l.trim_end()).collect();
    let got: Vec<&str> = got.iter().map(String::as_str).collect();
    if matches(&expected, &got) {
        return Ok(());
    }
    Err(difference(&expected.join("\n"), &got.join("\n")))
}

fn matches(expected: &[&str], got: &[&str]) -> bool {
    match expected.split_first() {
        None => got.is_empty(),
        Some((&"...", rest)) => (0..=got.len()).any(|skip| matches(rest, &got[skip..])),
        Some((line, rest)) => got.first() == Some(line) && matches(rest, &got[1..]),
    }
}

/// The document with the expected lines of its `console` and `sh` blocks replaced; `printed` gets the line of a block's
/// first line and a step. Only blocks that are not indented are rewritten.
pub fn rewritten(document: &str, mut printed: impl FnMut(usize, &Step) -> Vec<String>) -> String {
    let mut out = String::new();
    let mut lines = document.lines().enumerate();
    while let Some((i, line)) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" && line != "```sh" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().map(|(_, l)| l).take_while(|l| *l != "```").collect();
        for before in block.iter().take_while(|l| !l.starts_with("$ ")) {
            out.push_str(before);
            out.push('\n');
        }
        let mut output_above = false;
        for step in &steps(&block.join("\n")) {
            let printed = printed(i + 2, step);
            // A blank line sets a command apart from output above it.
            if std::mem::replace(&mut output_above, !printed.is_empty()) {
                out.push('\n');
            }
            for line in step.typed.iter().chain(&printed) {
                out.push_str(line);
                out.push('\n');
            }
        }
        out.push_str("```\n");
    }
    out
}

#[test]
fn steps_are_commands_with_what_they_print() {
    let all = steps("$ laud a \\\n    b\none\n\ntwo\n\n$ laud c\n[exit 1]\n");
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].command(), "laud a \\\n    b");
    assert_eq!(all[0].expected, ["one", "", "two"]);
    assert_eq!(all[1].expected, ["[exit 1]"]);
}

#[test]
fn three_dots_stand_for_any_lines() {
    let lines = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
    assert!(compare(&lines("a ... z"), &lines("a b c z")).is_ok());
    assert!(compare(&lines("a ... z"), &lines("a z")).is_ok());
    assert!(compare(&lines("a ... z"), &lines("a b")).is_err());
    assert!(compare(&lines("a b"), &lines("a b c")).is_err());
}

#[test]
fn every_other_line_is_compared_to_the_letter() {
    let line = |text: &str| vec![text.to_string()];
    assert!(compare(&line("as of 2026-03-31   program 0a1b2c3"), &line("as of 2026-03-31   program 0a1b2c3")).is_ok());
    assert!(compare(&line("as of 2026-03-31   program 0a1b2c3"), &line("as of 2026-03-31   program 0a1b2c4")).is_err());
    assert!(compare(&line("a  b"), &line("a b")).is_err());
}

#[test]
fn rewriting_keeps_everything_but_the_output() {
    let document = "# T\n\n```console\n$ laud a\nold\n\n$ laud b\n```\ntext\n";
    let new = rewritten(document, |line, step| vec![format!("ran {} of {line}", step.command())]);
    assert_eq!(new, "# T\n\n```console\n$ laud a\nran laud a of 4\n\n$ laud b\nran laud b of 4\n```\ntext\n");
}

#[test]
fn what_a_command_prints_is_recorded_with_marks() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    let mut shell = Shell::new(folder.path());
    assert_eq!(shell.run("echo out; echo err >&2; exit 3"), ["out", "! err", "[exit 3]"]);
    assert_eq!(shell.run("cd inner"), Vec::<String>::new());
    assert_eq!(shell.run("pwd"), ["[folder]/inner"]);
}
