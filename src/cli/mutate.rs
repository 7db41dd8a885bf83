//! `laud mutate`: would the tests notice if the rules were a little different?

use super::args::{MutateArgs, MutateFormat};
use super::lint::changed::Changes;
use super::project::Project;
use super::session::{Compiled, tell};
use super::stop::{PROGRAM, Stop};
use super::terminal::Terminal;
use super::test::{FAILED, beside};
use crate::Settings;
use crate::calendar::Calendar;
use crate::report::paint::Paint;
use crate::span::Span;
use crate::testing::Setup;
use crate::testing::mutate::{self, Plan};
use chrono_tz::Tz;
use std::path::Path;

/// Explanations are not asked for.
const WIDTH: usize = 80;

/// Runs the verb.
pub fn run(args: &MutateArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let path = args.path.as_deref().or(args.program.project.as_deref());
    let project = Project::open(path)?;
    let settings = Settings { set: args.program.set.clone() };
    let compiled = Compiled::new(&project, &settings, None);
    tell(&compiled, terminal);
    let code = compiled.exit_code();
    let Some(program) = compiled.program.as_ref().filter(|_| code == 0) else {
        return Err(Stop::said(if code == 0 { PROGRAM } else { code }));
    };
    let changes = match &args.changed_since {
        Some(revision) => Some(Changes::since(revision, &directory(path))?),
        None => None,
    };
    let keep = |span: Span| changes.as_ref().is_none_or(|changes| changes.touched(span, &compiled));
    let (zone, calendar) =
        compiled.config.as_ref().map_or((Tz::UTC, Calendar::default()), |c| (c.time_zone, c.calendar()));
    let setup = Setup {
        program,
        sources: &compiled.sources,
        rules: &project.sources,
        settings: &settings,
        calendar,
        zone,
        project: &project.name,
        open: &beside,
        width: WIDTH,
        coverage: false,
    };
    let report = mutate::run(&Plan {
        setup: &setup,
        files: &compiled.files,
        proven: &compiled.proven,
        filter: args.filter.as_deref(),
        keep: &keep,
        most: args.most.map(usize::from),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
    });
    let text = match args.format {
        MutateFormat::Human => mutate::human(&report, Paint::new(terminal.color())),
        MutateFormat::Json => format!("{:#}\n", mutate::json(&report)),
        MutateFormat::Md => mutate::markdown(&report),
    };
    terminal.print(&text);
    if report.untested || !report.failing.is_empty() {
        return Ok(FAILED);
    }
    let least = usize::from(args.min_score.unwrap_or(0));
    match report.score() {
        Some(score) if score < least => {
            terminal.complain(&format!("the score is {score}%, below {least}%\n"));
            Ok(FAILED)
        }
        _ => Ok(0),
    }
}

/// Where git is asked.
fn directory(path: Option<&Path>) -> std::path::PathBuf {
    let path = path.unwrap_or_else(|| Path::new("."));
    let parent = || path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if path.is_dir() { path.to_path_buf() } else { parent().unwrap_or_else(|| Path::new(".")).to_path_buf() }
}
