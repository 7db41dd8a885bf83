//! From arguments to a program with its data: what every verb that scores does first.

use super::args::{ProgramArgs, RunArgs};
use super::findings;
use super::progress::Bar;
use super::project::Project;
use super::stop::{DATA, PROGRAM, Stop, USAGE};
use super::terminal::Terminal;
use crate::calendar::{Calendar, Date};
use crate::data::{self, Binding, Config, DataError, Dataset, LoadReport, Reject};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::engine::reference::earliest_asked;
use crate::explain::{self, words};
use crate::interventions::plan::Gates;
use crate::lint::Levels;
use crate::lint::allow::Allowances;
use crate::program::{Program, TableKind};
use crate::report::accounts::personal_key;
use crate::report::paint::{Paint, Tone};
use crate::report::table::clean;
use crate::report::{self, Setting, Stamp};
use crate::source::Sources;
use crate::{Compilation, Settings};
use chrono::Utc;
use chrono_tz::Tz;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A program that was compiled, or what is wrong with it.
pub struct Compiled {
    /// The rule files, then the project file, if there is one.
    pub sources: Sources,
    /// The program, if it has no errors.
    pub program: Option<Program>,
    /// The project file, if there is one and it can be read.
    pub config: Option<Config>,
    /// Everything that was found, by place.
    pub findings: Vec<Diagnostic>,
    /// The rule files as written.
    pub files: Vec<crate::ast::File>,
    /// What was proved of the program.
    pub proven: crate::check::Proven,
    /// The date of the run: what was asked for, or that of the project, or today.
    pub today: Date,
}

impl Compiled {
    /// Compiles a project; its project file is read and checked too. Findings have the level that it gives them, and those
    /// that a comment allows at the date of the run are marked.
    pub fn new(project: &Project, settings: &Settings, as_of: Option<Date>) -> Compiled {
        let mut sources = project.sources.clone();
        let Compilation { files, program, proven, mut diagnostics } = Compilation::new(&sources, settings);
        let mut config = None;
        let mut ids = Vec::new();
        for (i, source) in project.config.iter().chain(&project.package_configs).enumerate() {
            let id = sources.push(source.clone());
            ids.push(id);
            let parsed = match &source.damage {
                Some(damage) => {
                    diagnostics.push(damage.finding(id));
                    None
                }
                None => Config::parse(id, source, &mut diagnostics),
            };
            if i == 0 && project.config.is_some() {
                config = parsed;
            }
        }
        for problem in project.problems.iter() {
            let mut problem = problem.clone();
            for label in &mut problem.labels {
                label.span.source = ids.get(usize::from(label.span.source)).copied().unwrap_or(u16::MAX);
            }
            diagnostics.push(problem);
        }
        let config: Option<Config> = config;
        let usual = || config.as_ref().and_then(|c| c.as_of);
        let zone = config.as_ref().map_or(Tz::UTC, |c| c.time_zone);
        let date = as_of.or_else(usual).unwrap_or_else(|| today(zone));
        let mut findings = diagnostics.sorted();
        if let Some(config) = &config {
            level(&mut findings, &config.levels);
        }
        Allowances::read(&files, &sources).mark(&mut findings, date);
        Compiled { sources, program, config, findings, files, proven, today: date }
    }

    /// The exit code that the findings ask for: 0, 2 if only the configuration is wrong, 3 if the program is.
    pub fn exit_code(&self) -> u8 {
        exit_code(&self.findings)
    }
}

/// Gives warnings of check the level that the project file sets for them.
fn level(findings: &mut Vec<Diagnostic>, levels: &Levels) {
    findings.retain_mut(|finding| {
        let set = levels.set_for(finding.code).filter(|_| finding.severity != Severity::Error);
        let Some(level) = set else { return true };
        level.severity().map(|severity| finding.severity = severity).is_some()
    });
}

/// What the findings of checking mean for the exit code; lints have their own, and what is allowed has none.
pub fn exit_code(findings: &[Diagnostic]) -> u8 {
    let counts = |d: &&Diagnostic| d.severity == Severity::Error && d.code.lint().is_none() && d.allowed.is_none();
    let errors = || findings.iter().filter(counts);
    match errors().all(|d| about_configuration(d.code)) {
        _ if errors().next().is_none() => 0,
        true => USAGE,
        false => PROGRAM,
    }
}

/// True for what is wrong in `laud.toml` or in the options of the run, not in the program.
fn about_configuration(code: Code) -> bool {
    code.number().starts_with("L09") || code == Code::BadSetting
}

/// A program, its data, and all that is printed with every result.
pub struct Session {
    /// The rule files and the project file.
    pub sources: Sources,
    /// The rule files, parsed.
    pub files: Vec<crate::ast::File>,
    /// The program.
    pub program: Program,
    /// The program without the settings of this run, if there are any.
    pub declared: Option<Program>,
    /// The data.
    pub data: Dataset,
    /// What was read, kept and rejected.
    pub load: LoadReport,
    /// Every rejected row, if asked for.
    pub rejects: Vec<Reject>,
    /// Which files it was read from.
    pub binding: Binding,
    /// Where the project file is, or would be.
    pub directory: PathBuf,
    /// Where the project file says that the ledger is.
    pub ledger: Option<String>,
    /// How much may happen in one run.
    pub gates: Gates,
    /// How the project counts its years.
    pub calendar: Calendar,
    /// Its time zone.
    pub zone: Tz,
    /// Project, date, hash and data.
    pub stamp: Stamp,
}

/// A program, and where its data is: what is there before any of it is read.
pub struct Prepared {
    sources: Sources,
    files: Vec<crate::ast::File>,
    /// The program.
    pub program: Program,
    /// The program without the settings of this run, if there are any.
    pub declared: Option<Program>,
    /// Where the data is.
    pub binding: Binding,
    directory: PathBuf,
    ledger: Option<String>,
    gates: Gates,
    /// How the project counts its years.
    pub calendar: Calendar,
    zone: Tz,
    /// The date that is taken where nobody asks for another.
    usual: Date,
    /// Project, date, hash and data.
    pub stamp: Stamp,
}

impl Session {
    /// True if the ids of accounts are personal, and personal columns were not asked for.
    pub fn masked(&self, personal: bool) -> bool {
        personal_key(&self.program) && !personal
    }

    /// Reads, compiles and loads. Whatever is wrong is printed before it stops.
    pub fn open(
        path: Option<&Path>,
        program: &ProgramArgs,
        run: &RunArgs,
        keep_rejects: bool,
        terminal: &mut Terminal,
    ) -> Result<Session, Stop> {
        Prepared::open(path, program, run, terminal)?.load(keep_rejects, terminal)
    }
}

impl Prepared {
    /// Reads and compiles. Whatever is wrong is printed before it stops.
    pub fn open(
        path: Option<&Path>,
        program: &ProgramArgs,
        run: &RunArgs,
        terminal: &mut Terminal,
    ) -> Result<Prepared, Stop> {
        let project = Project::open(path.or(program.project.as_deref()))?;
        let mut compiled = Compiled::new(&project, &Settings { set: program.set.clone() }, run.as_of);
        let mut diagnostics = Diagnostics::new();
        let binding = compiled.program.as_ref().and_then(|p| {
            bind(p, compiled.config.as_ref(), project.config.is_some(), run.data.as_deref(), &project, &mut diagnostics)
        });
        compiled.findings.extend(diagnostics.sorted());
        tell(&compiled, terminal);
        let code = compiled.exit_code();
        let (Some(program), Some(binding)) = (compiled.program, binding) else {
            return Err(Stop::said(if code == 0 { PROGRAM } else { code }));
        };
        if code != 0 {
            return Err(Stop::said(code));
        }
        let (zone, calendar) =
            compiled.config.as_ref().map_or((Tz::UTC, Calendar::default()), |c| (c.time_zone, c.calendar()));
        let usual = compiled.config.as_ref().and_then(|c| c.as_of).unwrap_or_else(|| today(zone));
        let as_of = compiled.today;
        let declared = undone(&project, &program);
        let ledger = compiled.config.as_ref().and_then(|c| c.ledger.clone());
        let gates = compiled.config.as_ref().map(|c| c.gates).unwrap_or_default();
        let stamp = Stamp {
            project: compiled.config.and_then(|c| c.name).unwrap_or(project.name),
            as_of,
            program: program.hash.clone(),
            data: binding.profile.clone().unwrap_or_else(|| binding.directory.shown.clone()),
            settings: settings(&program, declared.as_ref()),
            old_benchmarks: explain::old_benchmarks(&program, as_of),
            timeless: if as_of == usual { None } else { timeless(&program) },
        };
        let Compiled { sources, files, .. } = compiled;
        let directory = project.directory;
        Ok(Prepared {
            sources,
            files,
            program,
            declared,
            binding,
            directory,
            ledger,
            gates,
            calendar,
            zone,
            usual,
            stamp,
        })
    }

    /// Loads the data. What is wrong with it is printed before it stops.
    pub fn load(mut self, keep_rejects: bool, terminal: &mut Terminal) -> Result<Session, Stop> {
        let mut rejects = Vec::new();
        let mut keep = |reject: Reject| {
            if keep_rejects {
                rejects.push(reject);
            }
        };
        let bar = self.watch(terminal);
        let loaded = data::load(&self.program, &self.binding, &mut keep);
        drop(bar);
        let (data, mut load) = loaded.map_err(|errors| data_errors(&errors, terminal))?;
        self.note_beginnings(&data, &mut load);
        let Prepared {
            sources,
            files,
            program,
            declared,
            binding,
            directory,
            ledger,
            gates,
            calendar,
            zone,
            stamp,
            ..
        } = self;
        Ok(Session {
            sources,
            files,
            program,
            declared,
            data,
            load,
            rejects,
            binding,
            directory,
            ledger,
            gates,
            calendar,
            zone,
            stamp,
        })
    }

    /// Shows how much has been read to whoever waits for it, for as long as it is held.
    pub fn watch(&mut self, terminal: &Terminal) -> Bar {
        Bar::watch(&self.program, &mut self.binding, terminal.quiet())
    }

    /// What is printed with the results of another date.
    pub fn stamp_at(&self, as_of: Date) -> Stamp {
        Stamp {
            as_of,
            old_benchmarks: explain::old_benchmarks(&self.program, as_of),
            timeless: if as_of == self.usual { None } else { timeless(&self.program) },
            ..self.stamp.clone()
        }
    }

    /// Notes what begins after a date at which the program asks for it.
    pub fn note_beginnings(&self, data: &Dataset, load: &mut LoadReport) {
        self.note_beginnings_from(self.stamp.as_of, data, load);
    }

    /// The same of a run over several dates, the first of which is given.
    pub fn note_beginnings_from(&self, first: Date, data: &Dataset, load: &mut LoadReport) {
        let as_of = self.stamp.as_of;
        let asked = earliest_asked(&self.program, self.calendar, first);
        let extents = report::load::extents(&self.program, data, as_of);
        report::load::note_beginnings(load, data, &extents, &asked, (first, as_of));
    }
}

/// The program without the settings of the run; `None` if there are none, or if they are needed for it to make sense.
fn undone(project: &Project, program: &Program) -> Option<Program> {
    if program.params.iter().all(|p| !p.set) {
        return None;
    }
    crate::compile(&project.sources, &Settings::default()).0
}

/// Every parameter that was set, beside its declared value.
fn settings(program: &Program, declared: Option<&Program>) -> Vec<Setting> {
    let set = program.params.iter().enumerate().filter(|(_, p)| p.set);
    let setting = |(i, param): (usize, &crate::program::Param)| {
        let before = declared.and_then(|p| p.params.get(i)).filter(|p| p.header.name == param.header.name);
        Setting {
            name: param.header.name.clone(),
            value: words::literal(program, param.ty, &param.value),
            declared: declared.zip(before).map(|(program, p)| words::literal(program, p.ty, &p.value)),
        }
    };
    set.map(setting).collect()
}

/// The table of accounts, if it keeps no history.
pub(super) fn timeless(program: &Program) -> Option<String> {
    let table = program.subject_table()?;
    matches!(table.kind, TableKind::Rows { as_of: None }).then(|| table.header.name.clone())
}

/// Where the data is; `None` after reporting an error.
pub fn bind(
    program: &Program,
    config: Option<&Config>,
    has_config: bool,
    asked: Option<&str>,
    project: &Project,
    diagnostics: &mut Diagnostics,
) -> Option<Binding> {
    match config {
        Some(config) => config.binding(program, asked, &project.directory, diagnostics),
        None if has_config => None,
        None => Some(data::without_config(program, asked, &project.directory)),
    }
}

/// Errors in full, warnings in one line: they belong to `laud check`.
pub fn tell(compiled: &Compiled, terminal: &mut Terminal) {
    if compiled.exit_code() != 0 {
        let errors: Vec<Diagnostic> =
            compiled.findings.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
        let text = findings::human(&errors, &compiled.sources, terminal.err_color());
        terminal.complain(&format!("{text}{}\n", findings::Count::of(&errors).words()));
        return;
    }
    let count = findings::Count::of(&compiled.findings);
    if count.warnings > 0 {
        terminal.note(&format!("{}: see `laud check`\n", findings::Count { infos: 0, ..count }.words()));
    }
}

/// Says what is wrong with the data.
pub fn data_errors(errors: &[DataError], terminal: &mut Terminal) -> Stop {
    let text = data_error_text(errors, Paint::new(terminal.err_color()));
    terminal.complain(&text);
    Stop::said(DATA)
}

/// Errors of the data, each with its place and the edit that mends it.
pub fn data_error_text(errors: &[DataError], paint: Paint) -> String {
    let mut text = String::new();
    for error in errors {
        let place = if error.place.is_empty() { String::new() } else { format!("{}: ", error.place) };
        text.push_str(&format!("{}: {}{}\n", paint.tone(Tone::Bad, "error"), clean(&place), clean(&error.message)));
        for line in error.help.iter().flat_map(|help| help.lines()) {
            text.push_str(&format!("  {}\n", clean(line)));
        }
    }
    text
}

/// Today in the project's time zone: the one look at the clock.
pub fn today(zone: Tz) -> Date {
    let now = chrono::DateTime::<Utc>::from(SystemTime::now());
    Date::from(now.with_timezone(&zone).date_naive())
}
