//! `laud fmt`: rule files in canonical layout.

use super::args::FmtArgs;
use super::findings;
use super::project::{LARGEST, read_source, reason, search, shown};
use super::stop::{PROGRAM, Stop};
use super::terminal::Terminal;
use crate::diagnostics::{Code, Diagnostic};
use crate::format::{Refusal, format};
use crate::report::counted;
use crate::report::diff::unified;
use crate::report::paint::Paint;
use crate::report::table::clean;
use crate::source::{Source, Sources};
use crate::span::Span;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What standard input is called.
const STDIN: &str = "<stdin>";

/// Runs the verb.
pub fn run(args: &FmtArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let mut count = Count::default();
    if args.paths.iter().any(|path| path == Path::new("-")) {
        if args.paths.len() > 1 {
            return Err(Stop::usage("`-` stands alone: standard input is one file"));
        }
        let source = standard_input()?;
        if let Some(text) = laid_out(&source, &mut count, terminal) {
            if args.diff {
                difference(&source, &text, terminal);
            } else if !args.check {
                terminal.print_raw(&text);
            }
        } else if !args.check && !args.diff {
            // An editor puts what it gets in place of what it has: nothing must be lost.
            terminal.print_raw(&source.text);
        }
        return Ok(count.exit_code(args));
    }
    for path in files(&args.paths)? {
        let source = read_source(&path);
        let Some(text) = laid_out(&source, &mut count, terminal) else { continue };
        if *text == *source.text {
            continue;
        }
        if args.diff {
            difference(&source, &text, terminal);
        } else if args.check {
            terminal.say(&format!("would change {}\n", clean(&source.name)));
        } else {
            replace(&path, &text)?;
            terminal.say(&format!("laid out {}\n", clean(&source.name)));
        }
    }
    // A diff is for `patch` too: nothing else stands on the standard output.
    let summary = count.words(args);
    if args.diff {
        terminal.note(&summary)
    } else {
        terminal.say(&summary)
    }
    Ok(count.exit_code(args))
}

#[derive(Default)]
struct Count {
    changed: u64,
    unchanged: u64,
    refused: u64,
}

impl Count {
    fn exit_code(&self, args: &FmtArgs) -> u8 {
        match self {
            _ if self.refused > 0 => PROGRAM,
            _ if (args.check || args.diff) && self.changed > 0 => 1,
            _ => 0,
        }
    }

    fn words(&self, args: &FmtArgs) -> String {
        let verb = if args.check || args.diff { "would change" } else { "laid out" };
        let mut words = format!("{} {verb}, {} unchanged", counted(self.changed, "file", "files"), self.unchanged);
        if self.refused > 0 {
            words.push_str(&format!(", {} left alone", self.refused));
        }
        words + "\n"
    }
}

/// A source in canonical layout; or nothing, and what is wrong with it has been told.
fn laid_out(source: &Source, count: &mut Count, terminal: &mut Terminal) -> Option<String> {
    let told = match damage(source) {
        Some(finding) => vec![finding],
        None => match format(0, source) {
            Ok(text) => {
                if text == *source.text {
                    count.unchanged += 1
                } else {
                    count.changed += 1
                }
                return Some(text);
            }
            Err(Refusal::Syntax(list)) => list,
            Err(Refusal::NotTheSame) => {
                count.refused += 1;
                let name = clean(&source.name);
                terminal.complain(&format!(
                    "error: `{name}` is left alone: laid out it would not mean the same, a mistake of laud\n"
                ));
                return None;
            }
        },
    };
    count.refused += 1;
    let mut sources = Sources::new();
    sources.push(source.clone());
    let text = findings::human(&told, &sources, terminal.err_color());
    terminal.complain(&text);
    None
}

/// What is wrong with a file before a word of it was looked at.
fn damage(source: &Source) -> Option<Diagnostic> {
    let damage = source.damage.as_ref()?;
    let (label, at) = &damage.label;
    let at = *at as usize;
    let finding = Diagnostic::new(damage.code, Span::new(0, at, at), damage.message.as_str()).label(label.as_str());
    Some(Diagnostic { help: damage.help.clone(), ..finding })
}

/// Prints what would change in a file, as a unified diff.
pub fn difference(source: &Source, text: &str, terminal: &mut Terminal) {
    let paint = Paint::new(terminal.color());
    if terminal.is_terminal() {
        // What is only looked at may not steer the terminal; what is applied has to be exact.
        let safe = |text: &str| text.split_inclusive('\n').map(shown_line).collect::<String>();
        terminal.print(&unified(&source.name, &safe(&source.text), &safe(text), &paint));
    } else {
        terminal.print_raw(&unified(&source.name, &source.text, text, &paint));
    }
}

fn shown_line(line: &str) -> String {
    let text = line.strip_suffix('\n');
    let shown = clean(text.unwrap_or(line));
    if text.is_some() { format!("{shown}\n") } else { shown.to_string() }
}

fn standard_input() -> Result<Source, Stop> {
    let mut bytes = Vec::new();
    io::stdin()
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::usage(format!("cannot read standard input: {}", reason(&error))))?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("standard input is larger than {} MB", LARGEST / 1024 / 1024);
        return Ok(Source::unread(STDIN, Code::TooLarge, message, None));
    }
    Ok(Source::of_bytes(STDIN, bytes))
}

/// The rule files that are named, and those below directories: projects inside others too.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| {
            Stop::usage(format!("cannot open `{}`: {}", path.display(), reason(&error)))
                .help("name a directory, or a .laud file")
        })?;
        if metadata.is_dir() {
            let before = files.len();
            let mut open = vec![path.clone()];
            while let Some(directory) = open.pop() {
                let found = search(&directory)?;
                files.extend(found.files);
                open.extend(found.projects);
            }
            if files.len() == before {
                return Err(Stop::usage(format!("there is no .laud file in `{}`", path.display())));
            }
        } else if path.extension().is_some_and(|e| e == "laud") {
            files.push(path.clone());
        } else {
            let stop = Stop::usage(format!("`{}` is not a rule file", path.display()));
            return Err(stop.help("rule files end in .laud"));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Puts a text in place of a file: all of it or nothing. A link stays one, and so do the rights.
pub fn replace(path: &Path, text: &str) -> Result<(), Stop> {
    let failed = |error: io::Error| Stop::usage(format!("cannot write `{}`: {}", shown(path), reason(&error)));
    let path = fs::canonicalize(path).map_err(failed)?;
    let rights = fs::metadata(&path).map_err(failed)?.permissions();
    if rights.readonly() {
        return Err(Stop::usage(format!("cannot write `{}`: it is read-only", shown(&path))));
    }
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.set_permissions(rights)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, &path)).map_err(|error| {
        // What was begun is not left lying about; there is nothing to do if that fails too.
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}
