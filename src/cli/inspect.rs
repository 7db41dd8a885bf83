//! `laud inspect`: the project as data.

use super::args::{InspectArgs, InspectFormat};
use super::findings;
use super::project::Project;
use super::session::Compiled;
use super::stop::{PROGRAM, Stop};
use super::terminal::Terminal;
use crate::Settings;
use crate::diagnostics::{Diagnostic, Severity};
use crate::inspect::{self, Inspected};

/// Runs the verb.
pub fn run(args: &InspectArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let project = Project::open(args.path.as_deref().or(args.program.project.as_deref()))?;
    let compiled = Compiled::new(&project, &Settings { set: args.program.set.clone() }, None);
    let code = compiled.exit_code();
    let Some(program) = compiled.program.as_ref().filter(|_| code == 0) else {
        let errors: Vec<Diagnostic> =
            compiled.findings.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
        let text = findings::human(&errors, &compiled.sources, terminal.err_color());
        terminal.complain(&format!("{text}{}\n", findings::Count::of(&errors).words()));
        return Err(Stop::said(if code == 0 { PROGRAM } else { code }));
    };
    let config = compiled.config.as_ref();
    let packages: Vec<(String, String)> = config.map_or_else(Vec::new, |config| {
        config.packages.iter().map(|(name, folder)| (name.value.clone(), folder.value.clone())).collect()
    });
    let inspected = Inspected {
        project: config.and_then(|c| c.name.as_deref()).unwrap_or(&project.name),
        packages: &packages,
        files: &compiled.files,
        sources: &compiled.sources,
        program,
    };
    let text = match args.format {
        InspectFormat::Human => inspect::human(&inspected, &terminal.layout()),
        InspectFormat::Json => format!("{:#}\n", inspect::json(&inspected)),
    };
    terminal.print(&text);
    Ok(0)
}
