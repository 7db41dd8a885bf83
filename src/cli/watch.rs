//! `laud watch`: looks again whenever a file changes.

use super::args::WatchArgs;
use super::files::Files;
use super::stop::Stop;
use super::terminal::Terminal;
use crate::Settings;
use crate::engine::reference::Reference;
use crate::engine::{Engine, Options};
use crate::repl::{Host, Refusal};
use crate::testing::{self, Setup};
use crate::watch::{Look, Watch};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// Between two looks at the disk.
const PAUSE: Duration = Duration::from_millis(500);
/// More files than this are not looked at.
const MOST: usize = 20_000;
/// Explanations of failed tests are not shown, so nothing depends on it.
const WIDTH: usize = 100;
/// What rule files, project files and data are called.
const KINDS: &[&str] = &["laud", "toml", "csv", "tsv", "ndjson", "jsonl", "json", "parquet", "gz", "zst"];

/// Files with when they were last written and how long they are.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Runs the verb; it ends with Ctrl-C.
pub fn run(args: &WatchArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let path = args.path.clone().or_else(|| args.program.project.clone());
    let mut files = Files::new(path, terminal.color());
    let mut watch = Watch::default();
    let mut places = Vec::new();
    let look = look(&mut files, args, &mut places).map_err(|refused| {
        terminal.complain(&refused.text);
        Stop::said(refused.code)
    })?;
    let mut seen = files_at(&places);
    let personal = args.run.show_personal;
    let layout = terminal.layout();
    terminal.print(&watch.told(look, &[], personal, &layout));
    terminal.note("waiting for changes; Ctrl-C ends it\n");
    while terminal.finish().is_ok() {
        sleep(PAUSE);
        let mut now = files_at(&places);
        if now == seen {
            continue;
        }
        // Whoever is writing may not be done yet.
        loop {
            sleep(PAUSE / 5);
            let later = files_at(&places);
            if later == now {
                break;
            }
            now = later;
        }
        let names = changed(&seen, &now);
        seen = now;
        match self::look(&mut files, args, &mut places) {
            Ok(look) => {
                let layout = terminal.layout();
                terminal.print(&watch.told(look, &names, personal, &layout));
            }
            Err(refused) => terminal.complain(&refused.text),
        }
        // What is looked at may be more than before.
        for (path, stamp) in files_at(&places) {
            seen.entry(path).or_insert(stamp);
        }
    }
    Ok(0)
}

/// One look; `places` are the directories and files that matter.
fn look(files: &mut Files, args: &WatchArgs, places: &mut Vec<PathBuf>) -> Result<Look, Refusal> {
    let opened = files.open(None)?;
    if let Some(project) = files.project() {
        *places = vec![project.directory.clone()];
        places.extend(opened.sources.iter().map(|(_, source)| PathBuf::from(&source.name)));
    }
    let settings = Settings { set: args.program.set.clone() };
    let (program, found) = crate::compile(&opened.sources, &settings);
    let mut look = Look { findings: found.sorted(), complaint: opened.complaint, ..Look::default() };
    let Some(program) = program.filter(|_| look.complaint.is_empty()) else {
        look.sources = opened.sources;
        return Ok(look);
    };
    places.extend(super::test::files(&program, &opened.sources));
    let setup = Setup {
        program: &program,
        sources: &opened.sources,
        rules: &opened.sources,
        settings: &settings,
        calendar: opened.calendar,
        zone: opened.zone,
        project: &opened.name,
        open: &super::test::beside,
        width: WIDTH,
        coverage: false,
    };
    look.tests = Some(testing::run(&setup, None, std::thread::available_parallelism().map_or(1, usize::from)));
    look.sources = opened.sources;
    places.extend(files.data_places(&program, args.run.data.as_deref()));
    match files.load(&program, args.run.data.as_deref()) {
        Ok(loaded) => {
            let as_of = args.run.as_of.unwrap_or(opened.as_of);
            let options = Options { as_of, calendar: opened.calendar, accounts: Vec::new() };
            let results = Reference.evaluate(&program, &loaded.data, &options);
            look.scored = Some((program, results));
        }
        Err(refused) => look.complaint.push_str(&refused.text),
    }
    Ok(look)
}

/// The files at some places and below.
fn files_at(places: &[PathBuf]) -> Seen {
    let mut seen = Seen::new();
    let mut open: Vec<PathBuf> = places.to_vec();
    while let Some(path) = open.pop() {
        if seen.len() >= MOST {
            break;
        }
        // What has just been taken away is a change like any other.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if !metadata.is_dir() {
            seen.insert(plain(&path), (metadata.modified().ok(), metadata.len()));
            continue;
        }
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let below = entry.path();
            let directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let kind = below.extension().is_some_and(|e| KINDS.contains(&e.to_string_lossy().as_ref()));
            if !name.starts_with('.') && name != "target" && (directory || kind) {
                open.push(below);
            }
        }
    }
    seen
}

/// One name for one file: `./a` is `a`.
fn plain(path: &Path) -> PathBuf {
    path.strip_prefix(".").map_or_else(|_| path.to_path_buf(), Path::to_path_buf)
}

/// The names of files that are other than they were, came or went.
fn changed(before: &Seen, now: &Seen) -> Vec<String> {
    let other = now.iter().filter(|(path, stamp)| before.get(*path) != Some(stamp)).map(|(path, _)| path);
    let gone = before.keys().filter(|path| !now.contains_key(*path));
    other.chain(gone).map(|path| super::project::shown(path)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn what_changed_came_and_went_is_told_and_other_files_are_not_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("data")).unwrap();
        fs::create_dir_all(at(".git")).unwrap();
        for name in ["a.laud", "laud.toml", "data/account.csv", "notes.txt", ".git/x.csv"] {
            fs::write(at(name), "1").unwrap();
        }
        let places = [folder.path().to_path_buf()];
        let before = files_at(&places);
        assert_eq!(before.len(), 3);
        assert_eq!(files_at(&places), before);
        fs::write(at("a.laud"), "22").unwrap();
        fs::write(at("b.laud"), "").unwrap();
        fs::remove_file(at("data/account.csv")).unwrap();
        let names = changed(&before, &files_at(&places));
        let ends: Vec<bool> =
            ["a.laud", "b.laud", "data/account.csv"].iter().zip(&names).map(|(end, n)| n.ends_with(end)).collect();
        assert_eq!(ends, [true, true, true], "{names:?}");
    }
}
