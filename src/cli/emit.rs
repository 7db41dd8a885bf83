//! Handing actions on: to files, to the standard output, to a command. What was handed on is marked afterwards, so that
//! whatever happens in between it goes out again, with the same ids, and never not at all.

use super::book::unwritable;
use super::stop::{FINDINGS, Stop};
use super::terminal::Terminal;
use crate::data::reason;
use crate::ledger::Emission;
use crate::report::table::csv_line;
use serde_json::Value as Json;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What becomes of actions that did not get out.
pub const WAITING: &str =
    "the run is recorded and its actions wait: `laud apply` hands them on the next time, with the same ids";

/// The keys of an action, in the order in which a csv has them.
const KEYS: [&str; 20] = [
    "id",
    "kind",
    "run",
    "as_of",
    "item",
    "rule",
    "subject_kind",
    "subject",
    "account",
    "key",
    "verb",
    "text",
    "to",
    "due",
    "within",
    "level",
    "playbook",
    "after",
    "via",
    "template",
];

/// Where actions go.
#[derive(Debug, Clone)]
pub enum Sink {
    /// A file with one line per action and a heading.
    Csv(PathBuf),
    /// A file with one json per line.
    Ndjson(PathBuf),
    /// The same on the standard output.
    Standard,
    /// The same on the standard input of a command; it has taken them if it ends with 0.
    Command(String),
}

impl Sink {
    /// What an `--emit` names.
    pub fn named(text: &str) -> Result<Sink, Stop> {
        let path = PathBuf::from(text);
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            _ if text == "-" => Ok(Sink::Standard),
            Some("csv") => Ok(Sink::Csv(path)),
            Some("ndjson" | "jsonl") => Ok(Sink::Ndjson(path)),
            _ => Err(Stop::usage(format!("what format is `{text}` to have?"))
                .help("name a file that ends in .csv or .ndjson, or - for the standard output")),
        }
    }

    /// Its name for people.
    pub fn words(&self) -> String {
        match self {
            Sink::Csv(path) | Sink::Ndjson(path) => path.display().to_string(),
            Sink::Standard => "the standard output".to_string(),
            Sink::Command(command) => format!("`{command}`"),
        }
    }

    /// Hands them on.
    pub fn take(&self, actions: &[Emission], terminal: &mut Terminal) -> Result<(), Stop> {
        match self {
            Sink::Csv(path) => whole(path, |file| csv(actions, file)),
            Sink::Ndjson(path) => whole(path, |file| lines(actions, file)),
            Sink::Standard => {
                terminal.write_raw(|out| lines(actions, out));
                terminal.flush();
                match terminal.failure().map(|error| (error.kind(), reason(error))) {
                    Some((io::ErrorKind::BrokenPipe, _)) => Err(waiting(Stop::usage("the standard output is closed"))),
                    Some((_, why)) => Err(waiting(Stop::usage(format!("cannot write the standard output: {why}")))),
                    None => Ok(()),
                }
            }
            Sink::Command(command) => run(command, actions),
        }
    }
}

/// One json per line.
fn lines(actions: &[Emission], out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for action in actions {
        writeln!(out, "{}", action.line)?;
    }
    out.flush()
}

fn csv(actions: &[Emission], out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    out.write_all(csv_line(KEYS).as_bytes())?;
    for action in actions {
        let json: Json = serde_json::from_str(&action.line).unwrap_or_default();
        let cell = |key: &&str| match json.get(*key) {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(Json::Array(list)) => list.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("; "),
            Some(other) => other.to_string(),
        };
        let cells: Vec<String> = KEYS.iter().map(cell).collect();
        out.write_all(csv_line(cells.iter().map(String::as_str)).as_bytes())?;
    }
    out.flush()
}

/// Writes a file so that there is all of it or none: whoever looks never sees half.
fn whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
    let failed = |error: &io::Error| waiting(unwritable(path, error));
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).map_err(|error| {
        // What is left of it is of no use to anybody.
        let _ = fs::remove_file(&beside);
        failed(&error)
    })
}

/// Runs a command with the actions on its standard input. What it prints is told besides the result.
fn run(command: &str, actions: &[Emission]) -> Result<(), Stop> {
    let failed = |why: String| {
        let stop = Stop::usage(format!("`{command}` did not take the actions: {why}"));
        waiting(Stop { code: FINDINGS, ..stop })
    };
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let child = Command::new(shell).args([flag, command]).stdin(Stdio::piped()).stdout(io::stderr()).spawn();
    let mut child = child.map_err(|error| failed(reason(&error)))?;
    // A command that ends before it has read everything decides by its exit code whether that was enough.
    let sent = match child.stdin.take() {
        Some(mut input) => match lines(actions, &mut input) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        },
        None => Ok(()),
    };
    let status = child.wait().map_err(|error| failed(reason(&error)))?;
    sent.map_err(|error| failed(reason(&error)))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(failed(format!("it ended with {code}"))),
        None => Err(failed("it was stopped".to_string())),
    }
}

/// The run is recorded; only its actions did not get out.
fn waiting(stop: Stop) -> Stop {
    stop.help(WAITING)
}
