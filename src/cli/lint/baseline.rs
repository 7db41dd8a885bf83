//! The baseline file: read where it is, written when asked for.

use super::{broken, unchecked};
use crate::cli::args::LintArgs;
use crate::cli::check::Checked;
use crate::cli::findings;
use crate::cli::fmt::replace;
use crate::cli::project::{reason, shown};
use crate::cli::stop::Stop;
use crate::cli::terminal::Terminal;
use crate::diagnostics::{Diagnostic, Severity};
use crate::lint::Baseline;
use crate::report::counted;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The name of the file, beside the project file.
const FILE: &str = "laud-baseline.json";

fn path(args: &LintArgs, checked: &Checked) -> PathBuf {
    args.baseline.clone().unwrap_or_else(|| checked.directory.join(FILE))
}

/// Marks what the baseline holds, and says how much that is.
pub fn hold(args: &LintArgs, checked: &mut Checked) -> Result<(), Stop> {
    let path = path(args, checked);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && args.baseline.is_none() => return Ok(()),
        Err(error) => {
            let stop = Stop::usage(format!("cannot read the baseline `{}`: {}", shown(&path), reason(&error)));
            return Err(stop.help("`laud lint --write-baseline` writes one"));
        }
    };
    let baseline = Baseline::parse(&text).map_err(|what| {
        Stop::usage(format!("`{}` is not a baseline: {what}", shown(&path)))
            .help("restore it, or write it again with `laud lint --write-baseline`")
    })?;
    let compiled = &mut checked.compiled;
    let held = baseline.hold(&mut compiled.findings, &compiled.files, &compiled.sources);
    let name = shown(&path);
    let mut line = format!("{name} holds {}", counted(held.held, "finding", "findings"));
    // With errors, or where not everything was looked for, what is not found is not mended.
    let whole = args.only.is_empty() && args.changed_since.is_none() && !broken(checked);
    if whole && held.gone > 0 {
        let are = if held.gone == 1 { "is" } else { "are" };
        line.push_str(&format!("; {} {are} mended: write it again with `laud lint --write-baseline`", held.gone));
    }
    checked.besides.push(line);
    Ok(())
}

/// Writes down all findings; none of them is told then.
pub fn write(args: &LintArgs, checked: &mut Checked, terminal: &mut Terminal) -> Result<(), Stop> {
    let path = path(args, checked);
    let name = shown(&path);
    if broken(checked) {
        let compiled = &checked.compiled;
        let errors: Vec<Diagnostic> =
            compiled.findings.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
        let text = findings::human(&errors, &compiled.sources, terminal.err_color());
        terminal.complain(&text);
        let count = findings::Count::of(&errors).words();
        terminal.complain(&format!("`{name}` is not written: {count}, and a baseline holds no errors\n"));
        return Err(Stop::said(unchecked(checked)));
    }
    let compiled = &mut checked.compiled;
    let baseline = Baseline::of(&compiled.findings, &compiled.files, &compiled.sources);
    let text = baseline.to_json();
    if path.exists() {
        replace(&path, &text)?;
    } else {
        fs::write(&path, &text).map_err(|error| Stop::usage(format!("cannot write `{name}`: {}", reason(&error))))?;
    }
    let held = baseline.hold(&mut compiled.findings, &compiled.files, &compiled.sources);
    checked.besides.push(format!("{name} holds {} now", counted(held.held, "finding", "findings")));
    Ok(())
}
