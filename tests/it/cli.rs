//! Transcripts of the command line: `tests/cli/*.md`, see [`crate::transcript`].
//!
//! Each document is run from top to bottom in a folder of its own, which holds a copy of `examples/` and, as `files/`, of
//! `tests/cli/files/`. With `LAUD_BLESS=1` the output in the document is rewritten.

use crate::documents::blocks;
use crate::support::{Failures, bless, copy, files, read, root, shown, workplace};
use crate::transcript::{Shell, compare, rewritten, steps};
use std::path::Path;

#[test]
fn transcripts_of_the_command_line() {
    let mut failures = Failures::default();
    for path in files("tests/cli", "md") {
        let place = workplace();
        let own = root().join("tests/cli/files");
        if own.is_dir() {
            copy(&own, &place.path().join("files"));
        }
        failures.case(&shown(&path), transcript(&path, &mut Shell::new(place.path())));
    }
    failures.report();
}

fn transcript(path: &Path, shell: &mut Shell) -> Result<(), String> {
    let document = read(path);
    if bless() {
        let new = rewritten(&document, |_, step| {
            let got = shell.run(&step.command());
            // What still fits is kept: a `...` is there on purpose.
            if compare(&step.expected, &got).is_ok() { step.expected.clone() } else { got }
        });
        std::fs::write(path, new).map_err(|e| e.to_string())?;
        return Ok(());
    }
    let mut messages = String::new();
    let mut count = 0;
    for block in blocks(&document).iter().filter(|b| b.info == "console") {
        for step in steps(&block.text) {
            count += 1;
            if let Err(difference) = compare(&step.expected, &shell.run(&step.command())) {
                messages += &format!("{}\n{difference}", step.typed.join("\n"));
            }
        }
    }
    if count == 0 {
        return Err("no ```console block with a line `$ …`".to_string());
    }
    if messages.is_empty() { Ok(()) } else { Err(messages) }
}
