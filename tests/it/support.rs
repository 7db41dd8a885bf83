//! What the harnesses share: finding cases, collecting failures, temporary projects, recorded output.

use laud::source::{Package, Sources};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A path as people write it: relative to the repository, with `/`.
pub fn shown(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap_or(path);
    inside.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Reads a text file; Windows line endings become plain ones.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", shown(path))).replace("\r\n", "\n")
}

/// Files of a folder (not of its subfolders) with this extension, by name. A folder without any is a broken harness.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let found = list(&root().join(folder), |p| p.is_file() && p.extension().is_some_and(|e| e == extension));
    assert!(!found.is_empty(), "no .{extension} files in {folder}");
    found
}

/// Folders of a folder, by name. A folder without any is a broken harness.
pub fn folders(folder: &str) -> Vec<PathBuf> {
    let found = list(&root().join(folder), |p| p.is_dir());
    assert!(!found.is_empty(), "no folders in {folder}");
    found
}

/// What a folder holds and `keep` wants, by name.
pub fn list(folder: &Path, keep: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", shown(folder)));
    let mut found: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).filter(|p| keep(p)).collect();
    found.sort();
    found
}

/// The last part of a path without its extension.
pub fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Failures of all cases of a harness, reported together.
#[derive(Default)]
pub struct Failures {
    cases: usize,
    list: Vec<String>,
}

impl Failures {
    /// Counts a case; its failure, if there is one, is kept.
    pub fn case(&mut self, name: &str, result: Result<(), String>) {
        self.cases += 1;
        if let Err(message) = result {
            self.list.push(format!("=== {name}\n{}", message.trim_end()));
        }
    }

    /// Fails if a case did, or if there was none.
    pub fn report(self) {
        assert!(self.cases > 0, "no cases were found");
        let failed = self.list.len();
        assert!(failed == 0, "\n{}\n\n{failed} of {} cases failed\n", self.list.join("\n\n"), self.cases);
    }
}

/// True if recorded output is to be rewritten.
pub fn bless() -> bool {
    std::env::var_os("LAUD_BLESS").is_some_and(|v| v == "1")
}

/// Every `.laud` file of a folder and its subfolders, named relative to it, and those of its packages.
pub fn sources(folder: &Path) -> Sources {
    let mut sources = own_sources(folder);
    let config = folder.join("laud.toml");
    let config: toml::Table =
        if config.is_file() { read(&config).parse().unwrap_or_default() } else { Default::default() };
    for (name, path) in config.get("packages").and_then(|p| p.as_table()).into_iter().flatten() {
        let package = Package::new(name);
        for (_, source) in own_sources(&folder.join(path.as_str().unwrap())).iter() {
            sources.push(source.clone().of_package(&package));
        }
    }
    sources
}

fn own_sources(folder: &Path) -> Sources {
    let mut sources = Sources::new();
    let mut folders = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(next) = folders.pop() {
        folders.extend(list(&next, Path::is_dir));
        found.extend(list(&next, |p| p.extension().is_some_and(|e| e == "laud")));
    }
    found.sort();
    for path in found {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        sources.add(name, read(&path));
    }
    sources
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", shown(from))) {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// A fresh folder with a copy of `examples/` in it; gone when dropped.
pub fn workplace() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let examples = root().join("examples");
    if examples.is_dir() {
        copy(&examples, &place.path().join("examples"));
    }
    place
}

/// The lines that differ, with their neighbours: `-` expected, `+` got.
pub fn difference(expected: &str, got: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), got.lines().collect());
    // Longest common subsequence over what is left between the common head and tail.
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (mid_a, mid_b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut out = String::new();
    for line in &a[head.saturating_sub(3)..head] {
        let _ = writeln!(out, "  {line}");
    }
    if mid_a.len() * mid_b.len() > 1_000_000 {
        let _ = writeln!(out, "({} lines expected, {} got)", mid_a.len(), mid_b.len());
        return out;
    }
    let mut common = vec![vec![0usize; mid_b.len() + 1]; mid_a.len() + 1];
    for i in (0..mid_a.len()).rev() {
        for j in (0..mid_b.len()).rev() {
            common[i][j] =
                if mid_a[i] == mid_b[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < mid_a.len() || j < mid_b.len() {
        if i < mid_a.len() && j < mid_b.len() && mid_a[i] == mid_b[j] {
            let _ = writeln!(out, "  {}", mid_a[i]);
            (i, j) = (i + 1, j + 1);
        } else if j == mid_b.len() || (i < mid_a.len() && common[i + 1][j] >= common[i][j + 1]) {
            let _ = writeln!(out, "- {}", mid_a[i]);
            i += 1;
        } else {
            let _ = writeln!(out, "+ {}", mid_b[j]);
            j += 1;
        }
    }
    for line in a[a.len() - tail..].iter().take(3) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

#[test]
fn differences_are_shown_with_their_neighbours() {
    assert_eq!(difference("a\nb\nc\nd\n", "a\nx\nc\nd\n"), "  a\n- b\n+ x\n  c\n  d\n");
    assert_eq!(difference("a\nb\n", "a\nb\n"), "  a\n  b\n");
    assert_eq!(difference("", "a\n"), "+ a\n");
}
