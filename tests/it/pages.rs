//! Every code has a page that documents it, and its examples are run.
//!
//! A page is `# name`, a line that sums it up, prose, then `## Fails` with a program that announces this code (see
//! [`crate::expectations`]) and `## Passes` with a program that raises nothing. A section may hold several programs.

use crate::documents::{Block, blocks};
use crate::expectations::{annotated, compare};
use crate::support::Failures;
use laud::diagnostics::Code;

#[test]
fn pages_say_what_they_are_about() {
    let mut failures = Failures::default();
    for &code in Code::ALL {
        failures.case(&page_name(code), layout(code));
    }
    failures.report();
}

#[test]
fn examples_of_pages_fail_and_pass_as_announced() {
    let mut failures = Failures::default();
    let mut skipped = Vec::new();
    for &code in Code::ALL {
        let all = blocks(code.page().0);
        // What the project file and the data raise is not seen by `compile`: those pages show `laud.toml`.
        if elsewhere(code) && !all.iter().any(|b| b.info == "laud") {
            skipped.push(code.name());
            continue;
        }
        for block in all.iter().filter(|b| b.info == "laud") {
            failures.case(&format!("{}:{}", page_name(code), block.line), example(code, block));
        }
    }
    println!("{} pages show no program and are not run here: {}", skipped.len(), skipped.join(", "));
    failures.report();
}

fn page_name(code: Code) -> String {
    format!("src/diagnostics/pages/{}.md", code.name())
}

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
        let wanted = |b: &&Block| b.section == section && (b.info == "laud" || (elsewhere(code) && b.info == "toml"));
        if all.iter().find(wanted).is_none() {
            return Err(format!("`## {section}` must hold a ```laud block"));
        }
    }
    Ok(())
}

fn example(code: Code, block: &Block) -> Result<(), String> {
    let program = annotated("example.laud", &block.text);
    let own = format!(" {}: {}", code.severity().word(), code.name());
    match block.section.as_str() {
        "Fails" if !program.announced.iter().any(|a| a.split_once(": ").is_some_and(|(_, n)| n == code.name())) => {
            return Err(format!("the program must announce `#{own}` above a line"));
        }
        "Passes" if !program.announced.is_empty() => return Err("a program that passes announces nothing".to_string()),
        _ => {}
    }
    let (_, diagnostics) = laud::compile(&program.sources, &program.settings);
    compare(&program.announced, &diagnostics.sorted(), &program.sources)
}
