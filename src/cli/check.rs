//! `laud check`: every mistake of every file in one run.

use super::args::{CheckArgs, ProgramArgs};
use super::findings::{self, Count, Findings};
use super::fix::{self, Mender};
use super::project::{CONFIG, Project, search};
use super::session::{Compiled, exit_code};
use super::stop::{FINDINGS, Stop};
use super::terminal::Terminal;
use crate::Settings;
use crate::calendar::Date;
use crate::diagnostics::Diagnostics;
use crate::diagnostics::render::Format;
use crate::report::counted;
use std::path::PathBuf;

/// Runs the verb.
pub fn run(args: &CheckArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let settings = Settings { set: args.program.set.clone() };
    let mut projects = projects(&args.paths, &args.program)?;
    if let Some(mender) = Mender::new(&args.mend) {
        let mut changed = false;
        for project in &mut projects {
            let look = |project: &Project| Checked::new(project, &settings, None);
            changed |= fix::run(&mender, project, &look, args.format, terminal)?;
        }
        if args.mend.dry_run {
            return Ok(if changed { FINDINGS } else { 0 });
        }
    }
    let checked = projects.iter().map(|project| Checked::new(project, &settings, None)).collect();
    report(checked, args.format, "check", terminal)
}

/// Prints what was found in all projects; the exit code is the worst.
pub fn report(projects: Vec<Checked>, format: Format, verb: &str, terminal: &mut Terminal) -> Result<u8, Stop> {
    let mut worst = 0;
    let mut all = Findings::default();
    let several = projects.len() > 1;
    for (i, checked) in projects.into_iter().enumerate() {
        let (findings, sources) = (&checked.compiled.findings, &checked.compiled.sources);
        worst = worst.max(exit_code(findings));
        if format.is_human() {
            if i > 0 && !Count::of(findings).nothing() {
                terminal.print("\n");
            }
            let text = findings::human(findings, sources, terminal.color());
            terminal.print(&text);
            terminal.print(&format!("{}\n", checked.summary(several)));
            checked.besides.iter().for_each(|line| terminal.print(&format!("{line}\n")));
        } else {
            all.add(checked.compiled.findings, &checked.compiled.sources)?;
        }
    }
    if !format.is_human() {
        terminal.print(&all.render(format, verb, terminal.color()));
    }
    Ok(worst)
}

/// One project, checked.
pub struct Checked {
    /// What it is called.
    pub name: String,
    /// Everything that compiling gave; the findings are those of all profiles too.
    pub compiled: Compiled,
    /// Where the project file is, or would be.
    pub directory: PathBuf,
    /// What stands behind the closing line: what a baseline holds.
    pub besides: Vec<String>,
}

impl Checked {
    /// Compiles a project and binds all its profiles.
    pub fn new(project: &Project, settings: &Settings, as_of: Option<Date>) -> Checked {
        let mut compiled = Compiled::new(project, settings, as_of);
        if let (Some(program), Some(config)) = (&compiled.program, &compiled.config) {
            // All profiles are checked against the program, not only the default.
            let mut diagnostics = Diagnostics::new();
            for profile in &config.profiles {
                config.binding(program, Some(&profile.name.value), &project.directory, &mut diagnostics);
            }
            // Without a default every run names a profile, which is as good.
            if config.profile.is_some() {
                config.binding(program, None, &project.directory, &mut diagnostics);
            }
            for finding in diagnostics.sorted() {
                if !compiled.findings.contains(&finding) {
                    compiled.findings.push(finding);
                }
            }
        }
        let named = compiled.config.as_ref().and_then(|c| c.name.clone());
        let name = named.unwrap_or_else(|| project.name.clone());
        Checked { name, compiled, directory: project.directory.clone(), besides: Vec::new() }
    }

    /// `3 errors, 1 warning in 2 files`, or `advocacy: 14 metrics, 2 scorecards, 3 rules: no findings`.
    pub fn summary(&self, several: bool) -> String {
        let count = Count::of(&self.compiled.findings);
        let words = count.words();
        match &self.compiled.program {
            Some(program) if count.nothing() => {
                let metrics = counted(program.metrics.len() as u64, "metric", "metrics");
                let cards = counted(program.scorecards.len() as u64, "scorecard", "scorecards");
                let rules = counted((program.rules.len() + program.row_rules.len()) as u64, "rule", "rules");
                format!("{}: {metrics}, {cards}, {rules}: {words}", self.name)
            }
            _ if several => format!("{}: {words}", self.name),
            _ => words,
        }
    }
}

/// Directories are projects; files are one program together.
pub fn projects(paths: &[PathBuf], program: &ProgramArgs) -> Result<Vec<Project>, Stop> {
    let here = || vec![program.project.clone().unwrap_or_else(|| PathBuf::from("."))];
    let paths = if paths.is_empty() { here() } else { paths.to_vec() };
    let (directories, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|p| p.is_dir());
    let mut projects = Vec::new();
    for directory in directories {
        let found = search(&directory)?;
        if found.files.is_empty() && !found.projects.is_empty() && !directory.join(CONFIG).is_file() {
            for inner in &found.projects {
                projects.push(Project::open(Some(inner))?);
            }
        } else {
            projects.push(Project::open(Some(&directory))?);
        }
    }
    match files.as_slice() {
        [] => {}
        [one] => projects.push(Project::open(Some(one))?),
        several => {
            for file in several {
                std::fs::metadata(file).map_err(|error| {
                    Stop::usage(format!("cannot open `{}`: {}", file.display(), super::project::reason(&error)))
                })?;
            }
            projects.push(Project::of_files(several)?);
        }
    }
    Ok(projects)
}
