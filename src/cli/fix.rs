//! `--fix` of check and lint: mends what can be mended, in the project's own files.

use super::args::MendArgs;
use super::check::Checked;
use super::fmt::{difference, replace};
use super::project::Project;
use super::stop::Stop;
use super::terminal::Terminal;
use crate::diagnostics::render::Format;
use crate::lint::mend::{self, Look, Mended, Told};
use crate::report::counted;
use crate::report::table::clean;
use crate::source::Sources;

/// What was asked for.
pub struct Mender {
    dry_run: bool,
    change_meaning: bool,
}

impl Mender {
    /// None, if nothing is to be mended.
    pub fn new(args: &MendArgs) -> Option<Mender> {
        args.fix.then_some(Mender { dry_run: args.dry_run, change_meaning: args.change_meaning })
    }
}

/// Mends a project: its files are written, or with `--dry-run` what would change is printed; the project holds the new texts
/// then. True if anything changes.
pub fn run(
    mender: &Mender,
    project: &mut Project,
    look: &dyn Fn(&Project) -> Checked,
    format: Format,
    terminal: &mut Terminal,
) -> Result<bool, Stop> {
    let with = |sources: &Sources| Project { sources: sources.clone(), ..project.clone() };
    let mended = mend::mend(&project.sources, mender.change_meaning, &|sources| {
        let checked = look(&with(sources));
        let compiled = checked.compiled;
        let meaning = compiled.program.filter(|_| compiled.findings.iter().all(|d| !is_error(d))).map(|p| p.hash);
        Look::new(meaning, &compiled.findings.clone(), compiled.findings)
    });
    let mut changed = false;
    let both = project.sources.iter().zip(mended.sources.iter());
    // Own files come first; packages are never written.
    for (path, ((_, before), (_, after))) in project.paths.iter().zip(both) {
        if before.text == after.text {
            continue;
        }
        changed = true;
        if mender.dry_run {
            difference(before, &after.text, terminal);
        } else {
            replace(path, &after.text)?;
        }
    }
    let text = told(&mended, mender);
    // What is printed may be a diff for `patch` or a report for a program: nothing else stands there then.
    if mender.dry_run || !format.is_human() {
        terminal.note(&text);
    } else {
        terminal.say(&text);
    }
    project.sources = mended.sources;
    Ok(changed)
}

fn is_error(finding: &crate::diagnostics::Diagnostic) -> bool {
    finding.severity == crate::diagnostics::Severity::Error && finding.code.lint().is_none()
}

fn told(mended: &Mended, mender: &Mender) -> String {
    let verb = if mender.dry_run { "would mend" } else { "mended" };
    let line = |word: &str, told: &Told, more: &str| {
        let (place, name, title) = (clean(&told.place), told.code.name(), clean(&told.title));
        let title = if more.is_empty() { &title } else { title.trim_end_matches('?') };
        format!("{word} {place} {name}: {title}{more}\n")
    };
    let mut text: String = mended.done.iter().map(|told| line(verb, told, "")).collect();
    for (told, why) in &mended.left {
        text.push_str(&line("left", told, &format!("; {}", why.words())));
    }
    match (mended.done.len() as u64, mended.left.len()) {
        (0, 0) => text.push_str("nothing to mend\n"),
        (done, 0) => text.push_str(&format!("{verb} {}\n", counted(done, "finding", "findings"))),
        (done, left) => text.push_str(&format!("{verb} {}, {left} left\n", counted(done, "finding", "findings"))),
    }
    text
}
