//! A project in memory: what a case is made of, and how it is kept for a person to look at.

use crate::documents::blocks;
use crate::support::{files, list, read, root, stem};
use std::fs;
use std::path::{Path, PathBuf};

/// Larger files are cut to about this size when a project is taken as a seed.
const MOST: usize = 6 * 1024;

/// A project: rule files, project file, data, and what the run is told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Project {
    /// Name and text of each rule file.
    pub sources: Vec<(String, String)>,
    /// The project file.
    pub config: Option<String>,
    /// All other files, by path relative to the project.
    pub files: Vec<(String, Vec<u8>)>,
    /// Expressions to evaluate besides.
    pub expressions: Vec<String>,
    /// Parameters set for the run.
    pub set: Vec<(String, String)>,
}

/// One line per expression; line ends within one are kept apart by this mark.
const LINE_END: &str = "\u{2424}";

impl Project {
    /// One rule file and nothing else.
    pub fn of_text(text: impl Into<String>) -> Project {
        Project { sources: vec![("case.laud".to_string(), text.into())], ..Project::default() }
    }

    /// Reads a folder. With `cut`, long data files lose their end.
    pub fn read(folder: &Path, cut: bool) -> Project {
        let mut project = Project::default();
        for path in all_files(folder) {
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            match name.as_str() {
                "expected.csv" | "load.csv" | "options.toml" => {}
                "laud.toml" => project.config = Some(read(&path)),
                "expressions.txt" => {
                    project.expressions = read(&path).lines().map(|l| l.replace(LINE_END, "\n")).collect();
                }
                "set.txt" => {
                    let pairs = read(&path);
                    let pairs = pairs.lines().filter_map(|l| l.split_once('='));
                    project.set = pairs.map(|(name, value)| (name.to_string(), value.to_string())).collect();
                }
                _ if name.ends_with(".laud") => {
                    // Not by `read`: a case may be about its line ends.
                    let text = fs::read_to_string(&path).unwrap();
                    project.sources.push((name, text));
                }
                _ => {
                    let mut bytes = fs::read(&path).unwrap();
                    if cut && bytes.len() > 4 * MOST && !packed(&name) {
                        let end = memchr(&bytes, MOST);
                        bytes.truncate(end);
                    }
                    project.files.push((name, bytes));
                }
            }
        }
        project
    }

    /// Writes the whole project into a folder, which is emptied first.
    pub fn save(&self, folder: &Path) {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).unwrap();
        for (name, text) in &self.sources {
            put(&folder.join(name), text.as_bytes());
        }
        if let Some(config) = &self.config {
            put(&folder.join("laud.toml"), config.as_bytes());
        }
        if !self.expressions.is_empty() {
            let lines: String = self.expressions.iter().map(|e| e.replace('\n', LINE_END) + "\n").collect();
            put(&folder.join("expressions.txt"), lines.as_bytes());
        }
        if !self.set.is_empty() {
            let lines: String = self.set.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
            put(&folder.join("set.txt"), lines.as_bytes());
        }
        self.save_files(folder);
    }

    /// Writes only what the loader reads.
    pub fn save_files(&self, folder: &Path) {
        for (name, bytes) in &self.files {
            put(&folder.join(name), bytes);
        }
    }
}

/// True for files that have no lines.
pub fn packed(name: &str) -> bool {
    name.ends_with(".gz") || name.ends_with(".parquet")
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The end of the line that holds `at`.
fn memchr(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| at + n + 1)
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = list(folder, Path::is_file);
    for inner in list(folder, Path::is_dir) {
        found.extend(all_files(&inner));
    }
    found.sort();
    found
}

/// Everything in the repository that is written in laud.
pub fn seeds() -> Vec<Project> {
    let mut seeds = Vec::new();
    for folder in ["examples", "tests/eval", "tests/shared", "tests/fuzz"] {
        for inner in list(&root().join(folder), Path::is_dir) {
            // A case may take its rules from another folder, which is a seed of its own.
            let rules = |p: &Path| p.extension().is_some_and(|e| e == "laud");
            if !list(&inner, rules).is_empty() {
                seeds.push(Project::read(&inner, true));
            }
        }
    }
    for folder in ["tests/ui/check", "tests/ui/syntax"] {
        for path in files(folder, "laud") {
            seeds.push(Project::of_text(read(&path)));
        }
    }
    let mut documents = list(&root().join("src/diagnostics/pages"), Path::is_file);
    documents.push(root().join("README.md"));
    documents.push(root().join("grammar/REFERENCE.md"));
    for path in documents.iter().filter(|p| p.is_file()) {
        let mut above = None;
        // The programs of the reference stand behind its first one.
        let mut prelude = String::new();
        for block in blocks(&read(path)) {
            if block.info == "laud" {
                above = Some(block.text.clone());
                seeds.push(Project::of_text(format!("{prelude}{}", block.text)));
                if stem(path) == "REFERENCE" && prelude.is_empty() {
                    prelude = block.text + "\n";
                }
            } else if block.info == "laud expression" {
                let expressions = block.text.lines().map(String::from).collect();
                seeds.push(Project { expressions, ..Project::of_text(prelude.clone()) });
            } else if block.info == "toml" {
                let program = above.clone().unwrap_or_else(|| "table account { id text key }\n".to_string());
                seeds.push(Project { config: Some(block.text), ..Project::of_text(program) });
            }
        }
    }
    seeds.retain(|seed| !seed.sources.is_empty());
    seeds
}

/// The cases that are always run: the folders and files of `tests/fuzz`.
pub fn corpus() -> Vec<(String, Project)> {
    let folder = root().join("tests/fuzz");
    let folders = list(&folder, Path::is_dir).into_iter().map(|p| (stem(&p), Project::read(&p, false)));
    let alone = list(&folder, |p| p.extension().is_some_and(|e| e == "laud")).into_iter().map(|p| {
        let text = fs::read_to_string(&p).unwrap();
        (stem(&p), Project::of_text(text))
    });
    folders.chain(alone).collect()
}
