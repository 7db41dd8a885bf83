//! The disk, for sessions that stay: projects and data are read when they are asked for, and nothing ends the program.

use super::project::{Project, reason, search};
use super::session::{bind, data_error_text, today};
use super::stop::{DATA, Stop, USAGE};
use crate::calendar::Calendar;
use crate::data::{self, Config, Place};
use crate::diagnostics::{Diagnostics, Severity, render};
use crate::program::Program;
use crate::repl::{Host, Loaded, Opened, Refusal};
use crate::report::paint::{Paint, Tone};
use crate::report::table::clean;
use crate::source::{Source, Sources};
use chrono_tz::Tz;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The disk.
pub struct Files {
    /// What the command line names.
    path: Option<PathBuf>,
    paint: Paint,
    /// What was opened last.
    project: Option<Project>,
    config: Option<Config>,
}

impl Files {
    /// For the project at a path; the one here, if there is none.
    pub fn new(path: Option<PathBuf>, color: bool) -> Files {
        Files { path, paint: Paint::new(color), project: None, config: None }
    }

    /// What was opened last.
    pub fn project(&self) -> Option<&Project> {
        self.project.as_ref()
    }

    /// Where the data of the project lies.
    pub fn data_places(&self, program: &Program, asked: Option<&str>) -> Vec<PathBuf> {
        let Some(project) = &self.project else { return Vec::new() };
        let mut unheard = Diagnostics::new();
        let has_config = project.config.is_some();
        let binding = bind(program, self.config.as_ref(), has_config, asked, project, &mut unheard);
        binding.map_or_else(Vec::new, |b| {
            let files = b.tables.iter().flat_map(|t| &t.files).map(|place| place.path.clone());
            std::iter::once(b.directory.path.clone()).chain(files).collect()
        })
    }

    fn refused(&self, stop: &Stop) -> Refusal {
        let help: String = stop.help.iter().flat_map(|h| h.lines()).map(|l| format!("  {}\n", clean(l))).collect();
        let text = format!("{}: {}\n{help}", self.paint.tone(Tone::Bad, "error"), clean(&stop.message));
        Refusal { code: stop.code, text }
    }

    fn drawn(&self, found: Diagnostics, config: &[Source]) -> String {
        let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
        let mut sources = Sources::new();
        config.iter().for_each(|source| {
            sources.push(source.clone());
        });
        let mut text = render::human(&errors, &sources, self.paint.color);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// The project at a path. Here, where there is nothing at all, it is an empty one.
fn read(path: Option<&Path>) -> Result<Project, Stop> {
    if path.is_none() && search(Path::new(".")).is_ok_and(|found| found.files.is_empty() && found.projects.is_empty()) {
        return Project::of_files(&[]);
    }
    Project::open(path)
}

impl Host for Files {
    fn open(&mut self, path: Option<&str>) -> Result<Opened, Refusal> {
        // What a session opened without a path is found again without one.
        let own = self.path.clone();
        let path = path.filter(|path| !path.is_empty()).map(PathBuf::from).or(own);
        let project = read(path.as_deref()).map_err(|stop| self.refused(&stop))?;
        let mut found = Diagnostics::new();
        let mut config = None;
        let configs: Vec<Source> = project.config.iter().chain(&project.package_configs).cloned().collect();
        for (i, source) in configs.iter().enumerate() {
            let id = u16::try_from(i).unwrap_or(u16::MAX);
            let parsed = match &source.damage {
                Some(damage) => {
                    found.push(damage.finding(id));
                    None
                }
                None => Config::parse(id, source, &mut found),
            };
            if i == 0 && project.config.is_some() {
                config = parsed;
            }
        }
        project.problems.iter().for_each(|problem| found.push(problem.clone()));
        let complaint = self.drawn(found, &configs);
        let (zone, calendar) = config.as_ref().map_or((Tz::UTC, Calendar::default()), |c| (c.time_zone, c.calendar()));
        let opened = Opened {
            name: config.as_ref().and_then(|c| c.name.clone()).unwrap_or_else(|| project.name.clone()),
            path: path.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
            sources: project.sources.clone(),
            as_of: config.as_ref().and_then(|c| c.as_of).unwrap_or_else(|| today(zone)),
            calendar,
            zone,
            profiles: config.iter().flat_map(|c| &c.profiles).map(|p| p.name.value.clone()).collect(),
            complaint,
        };
        self.project = Some(project);
        self.config = config;
        Ok(opened)
    }

    fn load(&mut self, program: &Program, data: Option<&str>) -> Result<Loaded, Refusal> {
        let Some(project) = &self.project else {
            return Err(self.refused(&Stop::usage("there is no project to read data for")));
        };
        let mut found = Diagnostics::new();
        // Here, as everywhere else, findings of the project file come from the source behind the rule files.
        let binding = bind(program, self.config.as_ref(), project.config.is_some(), data, project, &mut found);
        let Some(binding) = binding.filter(|_| !found.has_errors()) else {
            let configs: Vec<Source> = project.config.iter().chain(&project.package_configs).cloned().collect();
            let text = self.drawn(found, &configs);
            let text =
                if text.is_empty() { "error: the project file has to be mended first\n".to_string() } else { text };
            return Err(Refusal { code: USAGE, text });
        };
        let (data, report) = data::load(program, &binding, &mut |_| {})
            .map_err(|errors| Refusal { code: DATA, text: data_error_text(&errors, self.paint) })?;
        let name = binding.profile.clone().unwrap_or_else(|| binding.directory.shown.clone());
        Ok(Loaded { data, report, name })
    }

    fn beside(source: &str, path: &str) -> Place {
        super::test::beside(source, path)
    }

    fn save(&mut self, path: &str, text: &str) -> Result<(), Refusal> {
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| {
            let stop = match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    Stop::usage(format!("`{path}` is there already")).help("files are never written over: name another")
                }
                _ => Stop::usage(format!("cannot write `{path}`: {}", reason(&error))),
            };
            Refusal { code: 1, ..self.refused(&stop) }
        })
    }
}
