//! `laud lint`: check, and then what a careful reviewer would say.

mod baseline;
pub(super) mod changed;
mod evidence;
mod select;

use super::args::LintArgs;
use super::check::{self, Checked};
use super::fix::{self, Mender};
use super::project::Project;
use super::stop::{FINDINGS, PROGRAM, Stop};
use super::terminal::Terminal;
use crate::Settings;
use crate::diagnostics::Severity;
use crate::lint::{self, Facts, Level, Levels};
use changed::Changes;
use evidence::Loaded;
use select::Selection;

/// Runs the verb.
pub fn run(args: &LintArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let settings = Settings { set: args.program.set.clone() };
    let selection = Selection::new(&args.only)?;
    let mut projects = check::projects(&args.paths, &args.program)?;
    if projects.len() > 1 && args.baseline.is_some() {
        return Err(Stop::usage("one file cannot be the baseline of several projects").help("lint them one by one"));
    }
    let mut would_change = false;
    if let Some(mender) = Mender::new(&args.mend) {
        for project in &mut projects {
            let looker = Looker { settings: &settings, selection: &selection, args };
            // Findings about data have no fixes.
            let look = |project: &Project| looker.look(project, None);
            would_change |= fix::run(&mender, project, &look, args.format, terminal)?;
        }
        if args.mend.dry_run {
            return Ok(if would_change { FINDINGS } else { 0 });
        }
    }
    let mut list = Vec::new();
    let mut denied = false;
    for project in projects {
        let looker = Looker { settings: &settings, selection: &selection, args };
        let loaded = match &args.data {
            Some(asked) => {
                let checked = Checked::new(&project, &settings, args.as_of);
                Loaded::new(asked, &project, &checked, terminal)?
            }
            None => None,
        };
        let mut checked = looker.look(&project, loaded.as_ref());
        if let Some(revision) = &args.changed_since {
            let changes = Changes::since(revision, &checked.directory)?;
            changes.keep_touched(&mut checked.compiled);
        }
        if args.write_baseline {
            baseline::write(args, &mut checked, terminal)?;
        } else {
            baseline::hold(args, &mut checked)?;
        }
        denied |= checked.compiled.findings.iter().any(|finding| {
            let level = Level::from(finding.severity);
            finding.allowed.is_none() && args.deny != Level::Off && level >= args.deny
        });
        list.push(checked);
    }
    let code = check::report(list, args.format, "lint", terminal)?;
    Ok(if code == 0 && denied { FINDINGS } else { code })
}

/// Checks and lints a project as the arguments say.
struct Looker<'a> {
    settings: &'a Settings,
    selection: &'a Selection,
    args: &'a LintArgs,
}

impl Looker<'_> {
    fn look(&self, project: &Project, loaded: Option<&Loaded>) -> Checked {
        let mut checked = Checked::new(project, self.settings, self.args.as_of);
        let levels = checked.compiled.config.as_ref().map_or_else(Levels::default, |config| config.levels.clone());
        let levels = self.selection.of(levels);
        let compiled = &mut checked.compiled;
        if let Some(program) = &compiled.program {
            let known = (program, &compiled.proven);
            let evidence = loaded.map(|loaded| loaded.evidence(program));
            let facts = Facts::new(&compiled.files, &compiled.sources, known, compiled.today, &levels)
                .with_checked(&compiled.findings)
                .with_data(evidence.as_ref());
            let found = lint::run(&facts, &levels);
            compiled.findings.extend(found);
        }
        compiled.findings.retain(|finding| self.selection.takes(finding));
        compiled.findings.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
        checked
    }
}

/// True if checking found an error: there is no program to look at then.
fn broken(checked: &Checked) -> bool {
    let error = |d: &crate::diagnostics::Diagnostic| d.severity == Severity::Error && d.code.lint().is_none();
    checked.compiled.findings.iter().any(error)
}

/// The exit code of a run that could not look at the program.
fn unchecked(checked: &Checked) -> u8 {
    match checked.compiled.exit_code() {
        0 => PROGRAM,
        code => code,
    }
}
