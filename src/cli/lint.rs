//! `laud lint`: check, and then what a careful reviewer would say.

use super::args::LintArgs;
use super::check::{self, Checked};
use super::session::today;
use super::stop::{FINDINGS, Stop};
use super::terminal::Terminal;
use crate::Settings;
use crate::calendar::Date;
use crate::diagnostics::Severity;
use crate::lint::{self, Facts, Levels};
use chrono_tz::Tz;

/// Runs the verb.
pub fn run(args: &LintArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let settings = Settings { set: args.program.set.clone() };
    let mut projects = Vec::new();
    let mut found = false;
    for project in check::projects(&args.paths, &args.program)? {
        let mut checked = Checked::new(&project, &settings);
        add(&mut checked, args.as_of);
        found |= checked.compiled.findings.iter().any(|finding| finding.severity > Severity::Info);
        projects.push(checked);
    }
    let code = check::report(projects, args.format, "lint", terminal)?;
    Ok(if code == 0 && found { FINDINGS } else { code })
}

/// Adds what lints find to what checking found.
fn add(checked: &mut Checked, as_of: Option<Date>) {
    let compiled = &mut checked.compiled;
    let Some(program) = &compiled.program else { return };
    let config = compiled.config.as_ref();
    let usual = || config.and_then(|c| c.as_of).unwrap_or_else(|| today(config.map_or(Tz::UTC, |c| c.time_zone)));
    let levels = Levels::default();
    let date = as_of.unwrap_or_else(usual);
    let facts = Facts::new(&compiled.files, &compiled.sources, (program, &compiled.proven), date, &levels);
    compiled.findings.extend(lint::run(&facts, &levels));
    compiled.findings.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
}
