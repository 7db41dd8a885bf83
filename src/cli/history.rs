//! The file that remembers what was typed: one line per statement, whatever its own lines.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

/// So many statements are remembered.
pub const MOST: usize = 2_000;

/// The file.
pub struct History {
    path: Option<PathBuf>,
}

impl History {
    /// The usual file, or the one that `LAUD_HISTORY` names; none, where that is empty or nobody has a home.
    pub fn usual() -> History {
        History { path: place(|name| std::env::var_os(name)) }
    }

    /// What was typed, latest last. A file that grew too long is cut.
    pub fn read(&self) -> Vec<String> {
        let Some(path) = &self.path else { return Vec::new() };
        // Nothing was typed yet, or nobody may know: either way there is nothing to remember.
        let Ok(bytes) = fs::read(path) else { return Vec::new() };
        let text = String::from_utf8_lossy(&bytes);
        let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        if lines.len() > 2 * MOST {
            lines.drain(..lines.len() - MOST);
            let kept: String = lines.iter().map(|line| format!("{line}\n")).collect();
            // A history that cannot be cut is only longer than it need be.
            let _ = fs::write(path, kept);
        }
        let skip = lines.len().saturating_sub(MOST);
        lines.into_iter().skip(skip).map(unescaped).collect()
    }

    /// Adds a statement at once, so that sessions beside each other keep what each of them adds.
    pub fn add(&self, statement: &str) {
        let Some(path) = &self.path else { return };
        if let Some(directory) = path.parent() {
            let _ = fs::create_dir_all(directory);
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Not being able to remember is no reason to stop.
        if let Ok(mut file) = options.open(path) {
            let _ = file.write_all(format!("{}\n", escaped(statement)).as_bytes());
        }
    }
}

fn place(var: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(own) = var("LAUD_HISTORY") {
        return (!own.is_empty()).then(|| PathBuf::from(own));
    }
    let given = |name: &str| var(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let state = given("XDG_STATE_HOME")
        .or_else(|| given("HOME").map(|home| home.join(".local").join("state")))
        .or_else(|| given("LOCALAPPDATA"))?;
    Some(state.join("laud").join("history"))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\r', "\\r").replace('\n', "\\n")
}

fn unescaped(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some(other)) => out.push(other),
            (c, _) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_statement_is_one_line_and_comes_back_as_it_was() {
        for text in ["arr", "metric a {\n  value 1\n}", "\"a\\n\" = b \\", "x\r\ny"] {
            assert!(!escaped(text).contains('\n'));
            assert_eq!(unescaped(&escaped(text)), text);
        }
    }

    #[test]
    fn sessions_add_to_one_file_and_the_latest_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/laud/history");
        let (one, two) = (History { path: Some(path.clone()) }, History { path: Some(path.clone()) });
        one.add("a");
        two.add("b\nc");
        one.add("d");
        assert_eq!(two.read(), ["a", "b\nc", "d"]);
        fs::write(&path, "x\n".repeat(2 * MOST + 5)).unwrap();
        assert_eq!(one.read().len(), MOST);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), MOST);
        assert!(History { path: None }.read().is_empty());
    }

    #[test]
    fn the_file_is_where_state_belongs() {
        let at = |list: &[(&str, &str)]| {
            let list: Vec<(String, String)> = list.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
            place(|name| list.iter().find(|(n, _)| n == name).map(|(_, v)| v.into()))
        };
        assert_eq!(at(&[("HOME", "/h")]), Some(PathBuf::from("/h/.local/state/laud/history")));
        assert_eq!(at(&[("HOME", "/h"), ("XDG_STATE_HOME", "/s")]), Some(PathBuf::from("/s/laud/history")));
        assert_eq!(at(&[("HOME", "/h"), ("LAUD_HISTORY", "")]), None);
        assert_eq!(at(&[("LAUD_HISTORY", "x")]), Some(PathBuf::from("x")));
        assert_eq!(at(&[]), None);
    }
}
