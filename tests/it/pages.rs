//! Every code has a page that documents it, and its examples are run; for those of lints see [`crate::lints`].
//!
//! A page is `# name`, a line that sums it up, prose, then `## Fails` with a program that announces this code (see
//! [`crate::expectations`]) and `## Passes` with a program that raises nothing. A section may hold several programs.
//! In a block ` ```laud bytes ` the text `\xE9` stands for that byte.
//! Pages about the project file (L09xx) show a `toml` block instead, which is bound to the `laud` block above it if there is one.

use crate::documents::{Block, blocks};
use crate::expectations::{Annotated, annotated, annotated_bytes, compare};
use crate::support::Failures;
use laud::data::Config;
use laud::diagnostics::{Code, Diagnostics};
use std::path::Path;

#[test]
fn pages_say_what_they_are_about() {
    let mut failures = Failures::default();
    for &code in Code::ALL.iter().filter(|code| code.lint().is_none()) {
        failures.case(&page_name(code), layout(code));
    }
    failures.report();
}

#[test]
fn examples_of_pages_fail_and_pass_as_announced() {
    let mut failures = Failures::default();
    let mut unseen = Vec::new();
    for &code in Code::ALL.iter().filter(|code| code.lint().is_none()) {
        let all = blocks(code.page().0);
        // What loading data raises needs files; those pages may show prose only.
        if code.number().starts_with('D') && all.is_empty() {
            unseen.push(code.name());
        }
        for section in ["Fails", "Passes"] {
            let mut program = None;
            for block in all.iter().filter(|b| b.section == section) {
                let result = match block.info.as_str() {
                    "laud" | "laud bytes" => {
                        program = Some(block);
                        example(code, block)
                    }
                    "toml" if code.name().starts_with("package-") => packages(code, block),
                    "toml" => project_file(code, block, program),
                    _ => continue,
                };
                failures.case(&format!("{}:{}", page_name(code), block.line), result);
            }
        }
    }
    println!("{} pages about data show nothing that could be run: {}", unseen.len(), unseen.join(", "));
    failures.report();
}

fn page_name(code: Code) -> String {
    format!("src/diagnostics/pages/{}.md", code.name())
}

/// Raised by reading the project file or the data, not by compiling.
fn elsewhere(code: Code) -> bool {
    code.number().starts_with("L09") || code.number().starts_with('D')
}

fn layout(code: Code) -> Result<(), String> {
    let page = code.page().0;
    let mut lines = page.lines();
    if lines.next() != Some(&format!("# {}", code.name())) {
        return Err(format!("the first line must be `# {}`", code.name()));
    }
    let mut rest = lines.skip_while(|l| l.trim().is_empty());
    let summary = rest.next().unwrap_or("");
    let prose = summary.starts_with(|c: char| c.is_alphabetic() || c == '`');
    if !prose || rest.next().is_some_and(|l| !l.trim().is_empty()) {
        return Err("below the title one line must say what is wrong, followed by a blank line".to_string());
    }
    let all = blocks(page);
    for section in ["Fails", "Passes"] {
        if !page.lines().any(|l| l == format!("## {section}")) {
            return Err(format!("there must be a section `## {section}`"));
        }
        let language = if elsewhere(code) { "toml" } else { "laud" };
        if !all.iter().any(|b| b.section == section && b.info.split(' ').next() == Some(language))
            && !code.number().starts_with('D')
        {
            return Err(format!("`## {section}` must hold a ```{language} block"));
        }
    }
    Ok(())
}

fn example(code: Code, block: &Block) -> Result<(), String> {
    let program = match block.info.as_str() {
        "laud bytes" => annotated_bytes("example.laud", &block.text),
        _ => annotated("example.laud", &block.text),
    };
    if !elsewhere(code) {
        announces(code, block, &program)?;
    }
    let (_, diagnostics) = laud::compile(&program.sources, &program.settings);
    compare(&program.announced, &diagnostics.sorted(), &program.sources)
}

/// A project file on its own, or bound to the program above it.
fn project_file(code: Code, block: &Block, program: Option<&Block>) -> Result<(), String> {
    let file = annotated("laud.toml", &block.text);
    announces(code, block, &file)?;
    let mut found = Diagnostics::new();
    let config = Config::parse(0, file.sources.get(0).unwrap(), &mut found);
    if let (Some(config), Some(block)) = (config, program) {
        let text = annotated("example.laud", &block.text);
        let (program, _) = laud::compile(&text.sources, &text.settings);
        let program = program.ok_or("the program above it does not compile")?;
        config.binding(&program, None, Path::new("."), &mut found);
    }
    compare(&file.announced, &found.sorted(), &file.sources)
}

/// A project file among some packages: `corporate`, `other`, `regional`, which uses `corporate`, and `circle`, which uses
/// the project.
fn packages(code: Code, block: &Block) -> Result<(), String> {
    let file = annotated("laud.toml", &block.text);
    announces(code, block, &file)?;
    let place = tempfile::tempdir().map_err(|e| e.to_string())?;
    let write = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("project/project.laud", "metric size = arr\n");
    write("project/laud.toml", &block.text);
    write("corporate/data.laud", "table account { id text key  arr money USD }\n");
    write("other/other.laud", "metric other = 1\n");
    write("regional/regional.laud", "metric region = 1\n");
    write("regional/laud.toml", "[packages]\ncorporate = \"../corporate\"\n");
    write("circle/circle.laud", "metric round = 1\n");
    write("circle/laud.toml", "[packages]\nproject = \"../project\"\n");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_laud"))
        .args(["check", "--format", "short", "."])
        .current_dir(place.path().join("project"))
        .output()
        .map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let mut found: Vec<String> = text.lines().filter(|line| line.starts_with("laud.toml:")).filter_map(short).collect();
    found.sort();
    if found == file.announced { Ok(()) } else { Err(format!("announced {:?}, but found\n{text}", file.announced)) }
}

/// `laud.toml:3:8: error[L0908 package-missing]: …` as it is announced.
fn short(line: &str) -> Option<String> {
    let mut parts = line.splitn(4, ':');
    let (name, number, _, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (severity, code) = rest.trim().split_once('[')?;
    let code = code.split(']').next()?.split(' ').nth(1)?;
    Some(format!("{name}:{number} {severity}: {code}"))
}

fn announces(code: Code, block: &Block, program: &Annotated) -> Result<(), String> {
    let own = program.announced.iter().any(|a| a.ends_with(&format!(": {}", code.name())));
    match block.section.as_str() {
        "Fails" if !own => Err(format!("must announce `# {}: {}` above a line", code.severity().word(), code.name())),
        "Passes" if !program.announced.is_empty() => Err("what passes announces nothing".to_string()),
        _ => Ok(()),
    }
}
