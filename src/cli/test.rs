//! `laud test`: the tests of a program.

use super::args::{TestArgs, TestFormat, TestVerb};
use super::project::{Project, reason, shown};
use super::session::{Compiled, tell};
use super::stop::{PROGRAM, Stop};
use super::terminal::Terminal;
use crate::Settings;
use crate::calendar::Calendar;
use crate::data::Place;
use crate::program::{GivenFile, Program};
use crate::report::counted;
use crate::report::paint::Paint;
use crate::source::Sources;
use crate::testing::{self, Blessed, Report, Setup};
use chrono_tz::Tz;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The exit code where a test fails, or there is none.
pub const FAILED: u8 = 1;

/// How long a run may take without a word about it, where somebody watches.
const SLOW: Duration = Duration::from_secs(1);

/// Columns that an explanation is indented by.
const INDENT: usize = 8;

/// Runs the verb.
pub fn run(args: &TestArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    match &args.verb {
        Some(TestVerb::New(new)) => super::test_new::run(new, terminal),
        None if args.watch => {
            super::again::run(args.path.as_deref().or(args.program.project.as_deref()), terminal, |t| once(args, t))
        }
        None => once(args, terminal).map(|ran| ran.code),
    }
}

/// What one run leaves behind.
pub struct Ran {
    /// The exit code.
    pub code: u8,
    /// Files beside the rule files that were read.
    pub files: Vec<PathBuf>,
}

/// Reads, compiles and runs all tests once.
pub fn once(args: &TestArgs, terminal: &mut Terminal) -> Result<Ran, Stop> {
    let project = Project::open(args.path.as_deref().or(args.program.project.as_deref()))?;
    let settings = Settings { set: args.program.set.clone() };
    let compiled = Compiled::new(&project, &settings, None);
    tell(&compiled, terminal);
    let code = compiled.exit_code();
    let Some(program) = compiled.program.as_ref().filter(|_| code == 0) else {
        return Err(Stop::said(if code == 0 { PROGRAM } else { code }));
    };
    let (zone, calendar) =
        compiled.config.as_ref().map_or((Tz::UTC, Calendar::default()), |c| (c.time_zone, c.calendar()));
    let name = compiled.config.as_ref().and_then(|c| c.name.clone()).unwrap_or_else(|| project.name.clone());
    let setup = Setup {
        program,
        sources: &compiled.sources,
        rules: &project.sources,
        settings: &settings,
        calendar,
        zone,
        project: &name,
        open: &beside,
        width: terminal.layout().width.saturating_sub(INDENT),
        coverage: args.coverage || args.min_coverage.is_some() || args.cobertura.is_some(),
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    let mut report = testing::run(&setup, args.filter.as_deref(), threads);
    let took = begun.elapsed();
    let blessed = if args.bless { Some(testing::bless(&mut report, &compiled.sources)) } else { None };
    if let Some(blessed) = &blessed {
        write(blessed, &compiled.sources, terminal)?;
    }
    let time =
        (took >= SLOW && terminal.is_terminal() && !terminal.quiet()).then(|| format!("{:.1} s", took.as_secs_f64()));
    let text = match args.format {
        TestFormat::Human => testing::human(&report, Paint::new(terminal.color()), time.as_deref()),
        TestFormat::Json => format!("{:#}\n", testing::json(&report, &compiled.sources)),
        TestFormat::Junit => testing::junit(&report),
        TestFormat::Md => testing::markdown(&report),
    };
    terminal.print(&text);
    let enough = covered(args, &report, &compiled.sources, terminal)?;
    let files = files(program, &compiled.sources);
    let code = if report.passed() && enough { 0 } else { FAILED };
    Ok(Ran { code, files })
}

/// The files that tests name.
pub(super) fn files(program: &Program, sources: &Sources) -> Vec<PathBuf> {
    let given = program.tests.iter().flat_map(|test| &test.rows).filter_map(|rows| rows.file.as_ref());
    let path = |file: &GivenFile| {
        let source = sources.get(file.span.source).map_or("", |source| source.name.as_str());
        beside(source, &file.path).path
    };
    given.map(path).collect()
}

/// Tells and writes what tests have seen of the rules; false if that is too little.
fn covered(args: &TestArgs, report: &Report, sources: &Sources, terminal: &mut Terminal) -> Result<bool, Stop> {
    let Some(coverage) = &report.coverage else { return Ok(true) };
    if let Some(file) = &args.cobertura {
        std::fs::write(file, testing::coverage::cobertura(coverage, sources))
            .map_err(|error| Stop::usage(format!("cannot write `{}`: {}", file.display(), reason(&error))))?;
    }
    match args.format {
        TestFormat::Human | TestFormat::Md if args.coverage => {
            let text = testing::coverage::human(coverage, sources, &terminal.layout());
            let fenced = args.format == TestFormat::Md;
            terminal.print(&if fenced { format!("\n```text\n{text}```\n") } else { format!("\n{text}") });
        }
        _ => {}
    }
    let least = usize::from(args.min_coverage.unwrap_or(0));
    if coverage.percent() < least {
        let text = format!(
            "coverage is {}%, below {least}%: `laud test --coverage` lists what is missing\n",
            coverage.percent()
        );
        terminal.complain(&text);
        return Ok(false);
    }
    Ok(true)
}

/// The file that a rule file names, relative to itself.
pub fn beside(source: &str, path: &str) -> Place {
    let directory = Path::new(source).parent().unwrap_or_else(|| Path::new(""));
    let path = directory.join(path);
    Place { shown: shown(&path), path }
}

/// Writes the files that were brought up to date, and says so.
fn write(blessed: &Blessed, sources: &Sources, terminal: &mut Terminal) -> Result<(), Stop> {
    for (id, text) in &blessed.files {
        let Some(source) = sources.get(*id) else { continue };
        std::fs::write(&source.name, text)
            .map_err(|error| Stop::usage(format!("cannot write `{}`: {}", source.name, reason(&error))))?;
        terminal.say(&format!("wrote {}\n", source.name));
    }
    if blessed.fresh + blessed.updated > 0 {
        let fresh = counted(blessed.fresh as u64, "value", "values");
        terminal.say(&format!(
            "{fresh} filled in, {} updated: read the difference before you commit it\n",
            blessed.updated
        ));
    }
    for place in &blessed.disputed {
        terminal.complain(&format!("{place}: the cases of this test have different values here; give each its own\n"));
    }
    Ok(())
}
