//! Finding and reading the files of a project.

use super::packages::Packages;
use super::stop::Stop;
pub use crate::data::reason;
use crate::diagnostics::{Code, Diagnostics};
use crate::library::FIRST_SOURCE;
use crate::report::counted;
use crate::source::{Source, Sources};
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// Rule files beyond this are something else by mistake.
pub const LARGEST: u64 = 16 * 1024 * 1024;

/// The name of the project file.
pub const CONFIG: &str = "laud.toml";

/// The files of a project, read.
#[derive(Debug, Clone)]
pub struct Project {
    /// Where the project file is, or would be.
    pub directory: PathBuf,
    /// What people call the project, unless the project file says otherwise: the name of its directory.
    pub name: String,
    /// The rule files.
    pub sources: Sources,
    /// Where its own rule files lie; they are the first of `sources`.
    pub paths: Vec<PathBuf>,
    /// The project file, if there is one.
    pub config: Option<Source>,
    /// The project files of packages.
    pub package_configs: Vec<Source>,
    /// What is wrong with packages. Spans carry the place among the project files, the project's own being the first.
    pub problems: Diagnostics,
}

impl Project {
    /// Reads the project at a path: a directory, or one rule file.
    pub fn open(path: Option<&Path>) -> Result<Project, Stop> {
        let path = path.unwrap_or_else(|| Path::new("."));
        let metadata = fs::metadata(path).map_err(|error| {
            Stop::usage(format!("cannot open `{}`: {}", path.display(), reason(&error)))
                .help("name a project's directory, or a .laud file")
        })?;
        if !metadata.is_dir() {
            return Project::of_files(std::slice::from_ref(&path.to_path_buf()));
        }
        let found = search(path)?;
        let project = Project::read(path.to_path_buf(), &found.files)?;
        if project.sources.is_empty() {
            return Err(nothing_found(path, &found));
        }
        Ok(project)
    }

    /// Reads some rule files as one program; the project file is looked for beside the first.
    pub fn of_files(files: &[PathBuf]) -> Result<Project, Stop> {
        if let Some(other) = files.iter().find(|f| f.extension().is_none_or(|e| e != "laud")) {
            let help = "rule files end in .laud; a project is named by its directory";
            return Err(Stop::usage(format!("`{}` is not a rule file", other.display())).help(help));
        }
        let parent = files.first().and_then(|f| f.parent()).unwrap_or_else(|| Path::new(""));
        let directory = if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_path_buf() };
        Project::read(directory, files)
    }

    fn read(directory: PathBuf, files: &[PathBuf]) -> Result<Project, Stop> {
        let config = project_file(&directory);
        let packages = Packages::load(&directory, files, config.as_ref())?;
        let count = packages.own.len() + packages.sources.len() + packages.configs.len();
        if count >= usize::from(FIRST_SOURCE) {
            return Err(Stop::usage(format!("{} are more than laud reads", counted(count as u64, "file", "files"))));
        }
        let mut sources = Sources::new();
        for file in &packages.own {
            sources.push(read_source(file));
        }
        for source in packages.sources {
            sources.push(source);
        }
        let absolute = fs::canonicalize(&directory).unwrap_or_else(|_| directory.clone());
        let name = absolute.file_name().map_or_else(|| "project".to_string(), |n| n.to_string_lossy().into_owned());
        let (package_configs, problems) = (packages.configs, packages.problems);
        Ok(Project { directory, name, sources, paths: packages.own, config, package_configs, problems })
    }
}

/// The project file of a directory, if there is one.
pub fn project_file(directory: &Path) -> Option<Source> {
    let config = directory.join(CONFIG);
    // Whatever stands there under this name is meant to be read, even if it is a link that leads nowhere.
    config.symlink_metadata().is_ok().then(|| read_config(&config))
}

/// True for a directory with a project file or a rule file right in it.
pub fn is_project(directory: &Path) -> bool {
    let is_rule_file = |path: &Path| path.extension().is_some_and(|e| e == "laud");
    directory.join(CONFIG).is_file()
        || fs::read_dir(directory).is_ok_and(|mut list| list.any(|e| e.is_ok_and(|e| is_rule_file(&e.path()))))
}

/// What lies in a directory.
#[derive(Debug, Default)]
pub struct Found {
    /// Rule files, sorted.
    pub files: Vec<PathBuf>,
    /// Directories with a project file of their own, whose rule files are not among `files`.
    pub projects: Vec<PathBuf>,
}

/// Looks for rule files below a directory. Hidden directories and `target` are left out, and so are directories that are
/// projects themselves; links to directories are not followed.
pub fn search(directory: &Path) -> Result<Found, Stop> {
    let mut found = Found::default();
    let mut open = vec![directory.to_path_buf()];
    while let Some(next) = open.pop() {
        let unreadable = |error: std::io::Error| {
            Stop::usage(format!("cannot read the directory `{}`: {}", next.display(), reason(&error)))
        };
        for entry in fs::read_dir(&next).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = if next == Path::new(".") { PathBuf::from(entry.file_name()) } else { entry.path() };
            let name = entry.file_name();
            let hidden = name.to_string_lossy().starts_with('.');
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                if hidden || name == "target" {
                    continue;
                }
                if path.join(CONFIG).is_file() { found.projects.push(path) } else { open.push(path) }
            } else if !hidden && path.extension().is_some_and(|e| e == "laud") {
                // A link that leads nowhere is told when it is read.
                if path.is_file() || kind.is_symlink() && !path.exists() {
                    found.files.push(path);
                }
            }
        }
    }
    found.files.sort();
    found.projects.sort();
    Ok(found)
}

fn nothing_found(path: &Path, found: &Found) -> Stop {
    let place = if path == Path::new(".") { "here".to_string() } else { format!("in `{}`", path.display()) };
    let stop = Stop::usage(format!("there is no .laud file {place}"));
    match found.projects.as_slice() {
        [] => stop.help("`laud init` makes a small project that works"),
        [first, ..] => {
            let names: Vec<String> = found.projects.iter().take(8).map(|p| format!("`{}`", p.display())).collect();
            let list = names.join(", ");
            stop.help(format!("there are projects below it: {list}; name one, like `laud eval {}`", first.display()))
        }
    }
}

/// A path as people write it; `a/../b` is `b`.
pub fn shown(path: &Path) -> String {
    let path = &plain(path);
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").unwrap_or(&text).to_string()
}

/// A path without `.` and without steps down and up again.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        let back = matches!(out.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if back => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// Reads a rule file or the project file. One that cannot be read is a finding beside those in the other files.
pub fn read_source(path: &Path) -> Source {
    let name = shown(path);
    let file = path.file_name().map_or_else(|| name.clone(), |n| n.to_string_lossy().into_owned());
    match read(path) {
        Err(error) => {
            let message = format!("`{file}` cannot be read: {}", reason(&error));
            Source::unread(name, Code::UnreadableFile, message, None)
        }
        Ok(None) => {
            let message = format!("`{file}` is larger than {} MB: is it a rule file?", LARGEST / 1024 / 1024);
            let help = "data belongs into csv, ndjson or parquet files".to_string();
            Source::unread(name, Code::TooLarge, message, Some(help))
        }
        Ok(Some(bytes)) => Source::of_bytes(name, bytes),
    }
}

/// What a file holds; nothing, if that is too much.
fn read(path: &Path) -> Result<Option<Vec<u8>>, std::io::Error> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= LARGEST))
}

/// Reads the project file. What is wrong with it is a finding beside those in the rule files.
fn read_config(path: &Path) -> Source {
    let mut source = read_source(path);
    if let Some(damage) = &mut source.damage {
        damage.code = Code::ProjectSyntax;
        if damage.whole {
            damage.message = damage.message.replace(": is it a rule file?", "");
            damage.help = Some(format!("`{CONFIG}` is the project file: a text that says where the data is"));
        }
    }
    source
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    #[test]
    fn all_rule_files_below_are_one_program() {
        let dir = tree(&[
            ("b.laud", b""),
            ("a/z.laud", b""),
            (".git/x.laud", b""),
            ("target/y.laud", b""),
            ("notes.txt", b""),
            ("nested/laud.toml", b""),
            ("nested/n.laud", b""),
        ]);
        let found = search(dir.path()).unwrap();
        let names: Vec<_> = found.files.iter().map(|f| f.strip_prefix(dir.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a/z.laud", "b.laud"]);
        assert_eq!(found.projects, [dir.path().join("nested")]);
    }

    #[test]
    fn text_that_is_not_utf8_is_told_at_its_place_and_read_around_it() {
        let dir = tree(&[
            ("bad.laud", b"# caf\xc3\xa9\nmetric \xe9 = 1\nparam a = b\n"),
            ("good.laud", b"table account { id text key }\nmetric m = c\n"),
        ]);
        let project = Project::open(Some(dir.path())).unwrap();
        assert_eq!(project.sources.get(0).unwrap().damage.as_ref().unwrap().label, ("byte 0xe9".to_string(), 15));
        let (program, diagnostics) = crate::compile(&project.sources, &crate::Settings::default());
        assert!(program.is_none());
        let found: Vec<String> = diagnostics
            .sorted()
            .iter()
            .map(|d| {
                let position = project.sources.position(d.span());
                format!("{} {}", position.rsplit('/').next().unwrap(), d.code.name())
            })
            .collect();
        assert_eq!(
            found,
            ["bad.laud:2:8 unreadable-file", "bad.laud:3:11 unknown-name", "good.laud:2:12 unknown-name"]
        );
    }

    #[test]
    fn a_file_of_which_nothing_can_be_read_may_have_declared_anything() {
        let huge = tree(&[("good.laud", b"table account { id text key }\nmetric m = c\nmetric n = \"x\" + 1\n")]);
        fs::File::create(huge.path().join("huge.laud")).unwrap().set_len(LARGEST * 64).unwrap();
        fs::write(huge.path().join("wide.laud"), b"\xff\xfem\0e\0").unwrap();
        fs::write(huge.path().join("zeros.laud"), b"\xff\0\0").unwrap();
        let project = Project::open(Some(huge.path())).unwrap();
        let (_, diagnostics) = crate::compile(&project.sources, &crate::Settings::default());
        let found: Vec<String> =
            diagnostics.sorted().into_iter().map(|d| format!("{}: {}", d.code.name(), d.message)).collect();
        assert_eq!(found.len(), 4, "{found:#?}");
        assert!(found[0].starts_with("type-mismatch") || found[0].starts_with("unit-mismatch"), "{found:#?}");
        assert_eq!(found[1], "too-large: `huge.laud` is larger than 16 MB: is it a rule file?");
        assert_eq!(found[2], "unreadable-file: `wide.laud` is UTF-16 text, not UTF-8");
        assert_eq!(found[3], "unreadable-file: `zeros.laud` is not text");
    }

    #[test]
    fn an_empty_project_says_what_to_do() {
        let dir = tree(&[("sub/laud.toml", b"")]);
        let stop = Project::open(Some(dir.path())).unwrap_err();
        assert_eq!(stop.code, 2);
        assert!(stop.help.unwrap().contains("sub"));
        let stop = Project::open(Some(tempfile::tempdir().unwrap().path())).unwrap_err();
        assert!(stop.help.unwrap().contains("laud init"));
    }
}
