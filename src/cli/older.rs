//! `--against`: the program as it was, from another folder or from a revision of git, over the data of today's project.

use super::args::{ProgramArgs, RunArgs};
use super::project::{CONFIG, Project};
use super::session::{Compiled, bind, data_errors};
use super::stop::{PROGRAM, Stop};
use super::terminal::Terminal;
use crate::Settings;
use crate::data::{self, Binding, Dataset};
use crate::diagnostics::{Diagnostics, Severity};
use crate::program::Program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Another program with the data that it reads.
pub struct Older {
    /// What people call it: `../before (program 3f9c2e1)`.
    pub name: String,
    /// The program.
    pub program: Program,
    /// The data.
    pub data: Dataset,
}

/// Reads a program that is named by a path or a revision.
pub fn open(
    against: &str,
    path: Option<&Path>,
    args: &ProgramArgs,
    run: &RunArgs,
    terminal: &mut Terminal,
) -> Result<Older, Stop> {
    let own_path = path.or(args.project.as_deref()).unwrap_or_else(|| Path::new("."));
    let own = Project::open(Some(own_path))?;
    let own_config = Compiled::new(&own, &Settings { set: args.set.clone() }, None).config;
    // Kept until everything has been read.
    let checkout;
    let project = match Path::new(against).exists() {
        true => Project::open(Some(Path::new(against)))?,
        false => {
            checkout = Checkout::of(against, own_path)?;
            Project::open(Some(&checkout.project))
                .map_err(|_| Stop::usage(format!("there is no program in `{against}` at `{}`", own_path.display())))?
        }
    };
    let compiled = Compiled::new(&project, &Settings::default(), None);
    let first = compiled.findings.iter().find(|d| d.severity == Severity::Error && !d.code.number().starts_with("L09"));
    let program = match (compiled.program, first) {
        (Some(program), None) => program,
        (_, found) => {
            let why = found.map_or_else(|| "it has errors".to_string(), |d| d.message.clone());
            let stop = Stop::usage(format!("the program of `{against}` does not check: {why}"));
            return Err(Stop { code: PROGRAM, ..stop });
        }
    };
    let asked = run.data.as_deref();
    let bound = |config: Option<&data::Config>, has: bool| -> Option<Binding> {
        let mut diagnostics = Diagnostics::new();
        bind(&program, config, has, asked, &own, &mut diagnostics).filter(|_| !diagnostics.has_errors())
    };
    let binding = bound(own_config.as_ref(), own.config.is_some())
        .or_else(|| bound(compiled.config.as_ref(), project.config.is_some()))
        .ok_or_else(|| {
            Stop::usage(format!("the program of `{against}` cannot read the data of this project"))
                .help("its tables and columns have to fit the project file")
        })?;
    let (data, _) = data::load(&program, &binding, &mut |_| {}).map_err(|errors| data_errors(&errors, terminal))?;
    let name = format!("{against} (program {})", program.hash);
    Ok(Older { name, program, data })
}

/// The rule files of a revision, written to a folder that goes away again.
struct Checkout {
    folder: PathBuf,
    project: PathBuf,
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // Nothing depends on it: what is left behind lies among temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Checkout {
    fn of(revision: &str, project: &Path) -> Result<Checkout, Stop> {
        let neither = |why: String| {
            Stop::usage(format!("`{revision}` is neither a path nor a revision of git: {why}"))
                .help("name another project's folder, a .laud file, or a commit, branch or tag")
        };
        let directory = if project.is_dir() { project } else { project.parent().unwrap_or_else(|| Path::new(".")) };
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let git = |arguments: &[&str]| git(directory, arguments);
        if revision.starts_with('-') {
            return Err(neither("it begins with a dash".to_string()));
        }
        let prefix = git(&["rev-parse", "--show-prefix"]).map_err(&neither)?;
        let prefix = String::from_utf8_lossy(&prefix).trim().to_string();
        let commit = git(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
            .map_err(|_| neither("there is no such commit".to_string()))?;
        let commit = String::from_utf8_lossy(&commit).trim().to_string();
        let list = git(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", &commit]).map_err(&neither)?;
        let failed = |error: std::io::Error| {
            Stop::usage(format!(
                "the rule files of `{revision}` cannot be written for reading: {}",
                data::reason(&error)
            ))
        };
        let folder = std::env::temp_dir().join(format!("laud-{}-{commit}", std::process::id()));
        let file = if project.is_dir() { None } else { project.file_name() };
        let mut at = folder.join(&prefix);
        at.extend(file);
        let checkout = Checkout { folder, project: at };
        for name in String::from_utf8_lossy(&list).split('\0') {
            let path = Path::new(name);
            let wanted = path.extension().is_some_and(|e| e == "laud") || path.file_name().is_some_and(|n| n == CONFIG);
            let plain = path.components().all(|c| matches!(c, std::path::Component::Normal(_)));
            if !wanted || !plain {
                continue;
            }
            let bytes = git(&["show", &format!("{commit}:{name}")]).map_err(&neither)?;
            let target = checkout.folder.join(path);
            target.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
            fs::write(&target, bytes).map_err(failed)?;
        }
        Ok(checkout)
    }
}

/// What git prints, or why it does not.
fn git(directory: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("git").arg("-C").arg(directory).args(arguments).output();
    let output = output.map_err(|error| format!("git cannot be run: {}", data::reason(&error)))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let first = text.lines().next().unwrap_or("it says nothing").trim_start_matches("fatal: ").to_string();
    Err(format!("git says: {first}"))
}
