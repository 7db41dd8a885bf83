//! `--changed-since REV`: only what concerns declarations that were touched since a revision of git.

use crate::ast::Item;
use crate::cli::session::Compiled;
use crate::cli::stop::Stop;
use crate::data::reason;
use crate::diagnostics::{Diagnostic, Severity};
use crate::span::Span;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of a file, from 1, both ends included; a place between two lines where some are gone is the line before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touched {
    Lines(usize, usize),
    GoneBehind(usize),
}

/// What was touched, by file.
#[derive(Debug, Default)]
pub struct Changes {
    files: HashMap<PathBuf, Vec<Touched>>,
    /// Files that git does not know: all of it is new.
    new: HashSet<PathBuf>,
}

impl Changes {
    /// Asks git what changed below a directory since a revision, committed or not.
    pub fn since(revision: &str, directory: &Path) -> Result<Changes, Stop> {
        let git = Git { directory };
        let top = git.run(&["rev-parse", "--show-toplevel"]).map_err(|said| match said {
            Said::Absent(stop) => stop,
            Said::No => Stop::usage(format!("`{}` is not in a git repository", directory.display()))
                .help("`--changed-since` asks git what changed; leave it out elsewhere"),
        })?;
        let top = PathBuf::from(top.trim_end_matches(['\n', '\r']));
        let commit = format!("{revision}^{{commit}}");
        let unknown = || {
            Stop::usage(format!("git knows no revision `{revision}`"))
                .help("name a branch, a tag or a commit, such as `origin/main` or `HEAD~1`")
        };
        if revision.starts_with('-') {
            return Err(unknown());
        }
        let commit = git.run(&["rev-parse", "--verify", "--quiet", &commit]).map_err(|said| said.or(unknown()))?;
        let commit = commit.trim().to_string();
        let failed = || Stop::usage(format!("git could not compare with `{revision}`"));
        let ask = |words: &[&str]| git.run(words).map_err(|said| said.or(failed()));
        let mut changes = Changes::default();
        for name in ask(&["diff", "--name-only", "--no-renames", "-z", &commit, "--", "."])?.split('\0') {
            let path = top.join(name);
            if name.is_empty() || !path.is_file() {
                continue;
            }
            let spec = format!(":(top,literal){name}");
            let plain = ["diff", "-U0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];
            let text = ask(&[&plain[..], &[commit.as_str(), "--", spec.as_str()]].concat())?;
            changes.files.insert(canonical(&path), text.lines().filter_map(hunk).collect());
        }
        for name in ask(&["ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", "."])?.split('\0') {
            if !name.is_empty() {
                changes.new.insert(canonical(&top.join(name)));
            }
        }
        Ok(changes)
    }

    /// Leaves out findings none of whose places is in a declaration that was touched; errors stay.
    pub fn keep_touched(&self, compiled: &mut Compiled) {
        let findings = std::mem::take(&mut compiled.findings);
        compiled.findings = findings.into_iter().filter(|finding| self.concerns(finding, compiled)).collect();
    }

    fn concerns(&self, finding: &Diagnostic, compiled: &Compiled) -> bool {
        let error = finding.severity == Severity::Error && finding.code.lint().is_none();
        error || finding.labels.iter().any(|label| self.touched(label.span, compiled))
    }

    /// True if the declaration around a place was touched.
    pub fn touched(&self, span: Span, compiled: &Compiled) -> bool {
        let Some(source) = compiled.sources.get(span.source) else { return false };
        let path = canonical(Path::new(&source.name));
        if self.new.contains(&path) {
            return true;
        }
        let Some(list) = self.files.get(&path) else { return false };
        let items = compiled.files.get(usize::from(span.source)).map_or(&[][..], |file| &file.items);
        let inside = |item: &&Item| item.span.start <= span.start && span.start <= item.span.end;
        let around = items.iter().find(inside).map_or(span, |item| item.span);
        let (mut first, last) = (source.line_of(around.start), source.line_of(around.end));
        // The comment above belongs to a declaration.
        while first > 1 && source.line(first - 1).trim_start().starts_with('#') {
            first -= 1;
        }
        list.iter().any(|touched| match *touched {
            Touched::Lines(from, to) => from <= last && first <= to,
            Touched::GoneBehind(line) => first <= line + 1 && line < last,
        })
    }
}

/// `@@ -3,2 +4 @@ …`
fn hunk(line: &str) -> Option<Touched> {
    let new = line.strip_prefix("@@ ")?.split(' ').find_map(|part| part.strip_prefix('+'))?;
    let (start, count) = new.split_once(',').unwrap_or((new, "1"));
    let (start, count): (usize, usize) = (start.parse().ok()?, count.parse().ok()?);
    Some(match count {
        0 => Touched::GoneBehind(start),
        _ => Touched::Lines(start, start + count - 1),
    })
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Why git gave nothing.
enum Said {
    /// It could not be started.
    Absent(Stop),
    /// It refused.
    No,
}

impl Said {
    fn or(self, refused: Stop) -> Stop {
        match self {
            Said::Absent(stop) => stop,
            Said::No => refused,
        }
    }
}

struct Git<'d> {
    directory: &'d Path,
}

impl Git<'_> {
    fn run(&self, words: &[&str]) -> Result<String, Said> {
        let output = Command::new("git").arg("-C").arg(self.directory).args(words).output().map_err(|error| {
            let message = format!("git cannot be run: {}", reason(&error));
            Said::Absent(Stop::usage(message).help("`--changed-since` asks git what changed"))
        })?;
        if !output.status.success() {
            return Err(Said::No);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn heads_of_hunks_say_which_lines_are_new() {
        assert_eq!(hunk("@@ -3,2 +4 @@ rule x {"), Some(Touched::Lines(4, 4)));
        assert_eq!(hunk("@@ -0,0 +1,7 @@"), Some(Touched::Lines(1, 7)));
        assert_eq!(hunk("@@ -9,3 +8,0 @@"), Some(Touched::GoneBehind(8)));
        assert_eq!(hunk("+++ b/rules.laud"), None);
        assert_eq!(hunk("+@@ -1 +1 @@"), None);
    }
}
