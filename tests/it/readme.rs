//! Everything that the README and the reference show is run.
//!
//! A ```laud block must compile without errors. `# fails: name` on its first line announces that it raises that code
//! instead. The comment `<!-- given -->` above a block makes it part of every later block of the document (until the
//! next such comment), `<!-- alone -->` compiles a block without what is given, `<!-- file: demo/a.laud -->` also
//! writes the block (of any language) to that file for the commands below it; `<!-- file: demo/a.laud, given -->` does both. A block ```laud expression holds one
//! expression a line, each checked against what is given.
//!
//! In ```sh and ```console blocks the lines `$ laud …` and `$ cargo run --release -- …` are run in a folder with a copy of
//! `examples/`, and what they print is compared where output is shown (see [`crate::transcript`]).

use crate::documents::{Block, blocks};
use crate::expectations::{annotated, errors};
use crate::support::{Failures, bless, read, root, workplace};
use crate::transcript::{Shell, compare, rewritten, steps};
use laud::Settings;
use laud::diagnostics::{Diagnostics, render};
use laud::source::{Source, Sources};
use std::collections::HashMap;
use std::path::Path;

#[test]
fn programs_of_the_readme_compile() {
    programs("README.md");
}

#[test]
fn programs_of_the_reference_compile() {
    programs("grammar/REFERENCE.md");
}

fn programs(document: &str) {
    let mut failures = Failures::default();
    let mut given = String::new();
    for block in blocks(&read(&root().join(document))) {
        let name = format!("{document}:{}", block.line);
        let said = |word: &str| block.comment.as_deref().is_some_and(|c| c.split([' ', ',']).any(|w| w == word));
        match block.info.as_str() {
            "laud" => {
                let context = if said("alone") || said("given") { "" } else { given.as_str() };
                failures.case(&name, program(&block, context));
                if said("given") {
                    given = block.text.clone();
                }
            }
            "laud expression" => failures.case(&name, expressions(&block, &given)),
            _ => {}
        }
    }
    failures.report();
}

fn program(block: &Block, given: &str) -> Result<(), String> {
    let mut sources = Sources::new();
    sources.add("given.laud", given);
    for (_, source) in annotated("block.laud", &block.text).sources.iter() {
        sources.push(source.clone());
    }
    let (_, diagnostics) = laud::compile(&sources, &Settings::default());
    let diagnostics = diagnostics.sorted();
    let first = block.text.lines().next().unwrap_or("");
    match first.trim().strip_prefix("# fails:").map(str::trim) {
        Some(name) if diagnostics.iter().any(|d| d.code.name() == name) => Ok(()),
        Some(name) => Err(format!("announces `{name}`, but raises\n{}", render::short(&diagnostics, &sources))),
        None if errors(&diagnostics).is_empty() => Ok(()),
        None => Err(render::human(&diagnostics, &sources, false)),
    }
}

fn expressions(block: &Block, given: &str) -> Result<(), String> {
    let mut sources = Sources::new();
    sources.add("given.laud", given);
    let (program, found) = laud::compile(&sources, &Settings::default());
    let Some(program) = program else { return Err(render::human(&found.sorted(), &sources, false)) };
    let mut message = String::new();
    for line in block.text.lines().filter(|l| !l.trim().is_empty() && !l.trim().starts_with('#')) {
        let mut sources = Sources::new();
        let id = sources.add("<expression>", line);
        let mut found = Diagnostics::new();
        let parsed = laud::syntax::parse_expression(id, &Source::new("<expression>", line), &mut found);
        let checked = parsed.and_then(|e| laud::check::check_expression(&program, &e, &mut found));
        if checked.is_none() || found.has_errors() {
            message += &format!("{line}\n{}", render::short(&found.sorted(), &sources));
        }
    }
    if message.is_empty() { Ok(()) } else { Err(message) }
}

#[test]
fn commands_of_the_readme_print_what_it_shows() {
    let path = root().join("README.md");
    let document = read(&path);
    let place = workplace();
    let mut shell = Shell::new(place.path());
    let mut failures = Failures::default();
    let mut printed = HashMap::new();
    for block in blocks(&document) {
        if let Some(file) = block.comment.as_deref().and_then(|c| c.strip_prefix("file:")) {
            let file = file.split(',').next().unwrap_or(file);
            write(&place.path().join(file.trim()), &block.text);
        }
        if block.info != "sh" && block.info != "console" {
            continue;
        }
        for step in steps(&block.text) {
            let Some(command) = runnable(&step.command()) else { continue };
            let got = shell.run(&command);
            // Shown without output, a command must just succeed.
            let expected = if step.expected.is_empty() && got.last().is_none_or(|l| !l.starts_with("[exit")) {
                &got
            } else {
                &step.expected
            };
            let result = compare(expected, &got);
            if result.is_err() {
                printed.insert((block.line, step.typed.clone()), got.clone());
            }
            failures.case(
                &format!("README.md:{} {}", block.line, step.typed.join("\n")),
                if bless() { Ok(()) } else { result },
            );
        }
    }
    if bless() {
        let new = rewritten(&document, |line, step| {
            printed.remove(&(line, step.typed.clone())).unwrap_or_else(|| step.expected.clone())
        });
        write(&path, &new);
    }
    failures.report();
}

/// The command as the tests run it; `None` for what is not laud.
fn runnable(command: &str) -> Option<String> {
    if let Some(arguments) = command.strip_prefix("cargo run --release -- ") {
        return Some(format!("laud {arguments}"));
    }
    ["laud ", "cd "]
        .iter()
        .any(|word| command.starts_with(word))
        .then(|| command.to_string())
        .filter(|c| c != "cd laud")
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
