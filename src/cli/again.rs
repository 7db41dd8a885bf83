//! `--watch`: the same again whenever a file of the project changes.

use super::project::{CONFIG, Project, search};
use super::stop::Stop;
use super::terminal::Terminal;
use super::test::Ran;
use crate::report::paint::{Paint, Tone};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(300);

/// Each file with when it was changed, and its size.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Runs something now, and again after each change, until somebody stops it or nobody listens any more. Errors are
/// told and waited out: whoever edits a file leaves it broken for a moment.
pub fn run(
    path: Option<&Path>,
    terminal: &mut Terminal,
    mut work: impl FnMut(&mut Terminal) -> Result<Ran, Stop>,
) -> Result<u8, Stop> {
    let path = path.unwrap_or_else(|| Path::new("."));
    // What is not there at all is a mistake, not something to wait for.
    Project::open(Some(path))?;
    let mut also = Vec::new();
    loop {
        let before = seen(path, &also);
        match work(terminal) {
            Ok(ran) => also = ran.files,
            Err(stop) => {
                terminal.stop(&stop);
            }
        }
        let paint = Paint::new(terminal.err_color());
        terminal.note(&format!("{}\n", paint.tone(Tone::Dim, "watching; Ctrl-C ends it")));
        terminal.flush();
        if terminal.is_closed() {
            return Ok(0);
        }
        // Files that the run itself has found are looked at from now on; a change while it ran counts.
        let mut now = seen(path, &also);
        let known = |now: &Seen| before.iter().all(|(file, stamp)| now.get(file) == Some(stamp));
        let mut changed = !known(&now);
        while !changed {
            std::thread::sleep(PAUSE);
            let next = seen(path, &also);
            changed = next != now;
            now = next;
        }
        terminal.print("\n");
    }
}

/// The files that a run depends on, as they are.
fn seen(path: &Path, also: &[PathBuf]) -> Seen {
    let mut files: Vec<PathBuf> = also.to_vec();
    let directory = if path.is_dir() { path } else { path.parent().unwrap_or_else(|| Path::new(".")) };
    files.push(directory.join(CONFIG));
    match path.is_dir() {
        true => files.extend(search(path).map(|found| found.files).unwrap_or_default()),
        false => files.push(path.to_path_buf()),
    }
    // Packages are rule files elsewhere.
    if let Ok(project) = Project::open(Some(path)) {
        files.extend(project.sources.iter().map(|(_, source)| PathBuf::from(&source.name)));
    }
    let stamp = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.into_iter().map(|file| (file.clone(), stamp(&file))).collect()
}
