//! `laud check`: every mistake of every file in one run.

use super::args::CheckArgs;
use super::findings::{self, Count, Findings};
use super::project::{CONFIG, Project, search};
use super::session::{Compiled, exit_code};
use super::stop::Stop;
use super::terminal::Terminal;
use crate::Settings;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::program::Program;
use crate::report::counted;
use crate::source::Sources;
use std::path::PathBuf;

/// Runs the verb.
pub fn run(args: &CheckArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let settings = Settings { set: args.program.set.clone() };
    let mut worst = 0;
    let mut all = Findings::default();
    let projects = projects(args)?;
    for (i, project) in projects.iter().enumerate() {
        let checked = Checked::new(project, &settings);
        worst = worst.max(exit_code(&checked.findings));
        if args.format.is_human() {
            if i > 0 && !checked.findings.is_empty() {
                terminal.print("\n");
            }
            let text = findings::human(&checked.findings, &checked.sources, terminal.color());
            terminal.print(&text);
            terminal.print(&format!("{}\n", checked.summary(projects.len() > 1)));
        } else {
            all.add(checked.findings, &checked.sources)?;
        }
    }
    if !args.format.is_human() {
        terminal.print(&all.render(args.format, "check", terminal.color()));
    }
    Ok(worst)
}

/// One project, checked.
struct Checked {
    name: String,
    sources: Sources,
    program: Option<Program>,
    findings: Vec<Diagnostic>,
}

impl Checked {
    fn new(project: &Project, settings: &Settings) -> Checked {
        let mut compiled = Compiled::new(project, settings);
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
        let named = compiled.config.and_then(|c| c.name);
        Checked {
            name: named.unwrap_or_else(|| project.name.clone()),
            sources: compiled.sources,
            program: compiled.program,
            findings: compiled.findings,
        }
    }

    /// `3 errors, 1 warning in 2 files`, or `advocacy: 14 metrics, 2 scorecards, 3 rules: no findings`.
    fn summary(&self, several: bool) -> String {
        let words = Count::of(&self.findings).words();
        match &self.program {
            Some(program) if self.findings.is_empty() => {
                let metrics = counted(program.metrics.len() as u64, "metric", "metrics");
                let cards = counted(program.scorecards.len() as u64, "scorecard", "scorecards");
                let rules = counted(program.rules.len() as u64, "rule", "rules");
                format!("{}: {metrics}, {cards}, {rules}: {words}", self.name)
            }
            _ if several => format!("{}: {words}", self.name),
            _ => words,
        }
    }
}

/// Directories are projects; files are one program together.
fn projects(args: &CheckArgs) -> Result<Vec<Project>, Stop> {
    let here = || vec![args.program.project.clone().unwrap_or_else(|| PathBuf::from("."))];
    let paths = if args.paths.is_empty() { here() } else { args.paths.clone() };
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
