//! Every lint: its page's failing example raises exactly it, its good example nothing, its fix makes the one clean, and it
//! says nothing about what people copy.
//!
//! Lints run over `## Avoid` and `## Prefer` alone (one lint at a time), so that a short example need not please all others.
//! `tests/ui/lint/<name>.laud` are longer programs over which all lints run together, and which announce what each of them
//! finds. A comment `# only: logic, always-true` leaves it at lints of these categories or names. The words of all findings are
//! recorded in `<name>.txt` beside it (`LAUD_BLESS=1` rewrites them).

use crate::documents::{Block, blocks};
use crate::expectations::{Annotated, annotated, compare};
use crate::support::{Failures, bless, difference, files, list, read, root, shown, stem};
use laud::Compilation;
use laud::calendar::Date;
use laud::diagnostics::{Code, Diagnostic, render};
use laud::lint::{self, Facts, Level, Levels, Lint};
use std::collections::HashSet;
use std::path::Path;

/// The date of every run here.
const TODAY: &str = "2026-03-31";

/// Runs one lint over a program; `check` must have nothing to say but what the example announces.
fn findings(lint: &Lint, program: &Annotated) -> Result<Vec<Diagnostic>, String> {
    findings_of(&|other| other.code == lint.code, program)
}

/// Runs those lints over a program that are wanted.
fn findings_of(wanted: &dyn Fn(&Lint) -> bool, program: &Annotated) -> Result<Vec<Diagnostic>, String> {
    let compilation = Compilation::new(&program.sources, &program.settings);
    let mut all: Vec<Diagnostic> = compilation.diagnostics.iter().cloned().collect();
    let Some(checked) = &compilation.program else {
        return Err(format!("it does not check:\n{}", render::human(&all, &program.sources, false)));
    };
    let mut levels = Levels::default();
    for other in lint::all() {
        let level = if wanted(other) { other.code.severity().into() } else { Level::Off };
        levels.set(other.code, level);
    }
    let today = Date::parse(TODAY).unwrap();
    let facts = Facts::new(&compilation.files, &program.sources, (checked, &compilation.proven), today, &levels);
    facts.allowances.mark(&mut all, today);
    let facts = facts.with_checked(&all);
    all.extend(lint::run(&facts, &levels));
    all.retain(|finding| finding.allowed.is_none());
    Ok(all)
}

#[test]
fn programs_announce_what_all_lints_find() {
    let mut failures = Failures::default();
    for path in files("tests/ui/lint", "laud") {
        failures.case(&shown(&path), longer(&path));
    }
    let orphan = |p: &Path| p.extension().is_some_and(|e| e == "txt") && !p.with_extension("laud").is_file();
    for path in list(&root().join("tests/ui/lint"), orphan) {
        failures.case(&shown(&path), Err("words without a program".to_string()));
    }
    failures.report();
}

fn longer(path: &Path) -> Result<(), String> {
    let text = read(path);
    let only = text.lines().find_map(|line| line.strip_prefix("# only:"));
    let only: Option<Vec<&str>> = only.map(|names| names.split(',').map(str::trim).collect());
    let known = |name: &&&str| lint::all().all(|l| l.code.name() != **name && l.code.category() != Some(**name));
    if let Some(unknown) = only.iter().flatten().find(known) {
        return Err(format!("`{unknown}` is neither a lint nor a category"));
    }
    let wanted = |lint: &Lint| {
        let named = |name: &&str| lint.code.name() == *name || lint.code.category() == Some(*name);
        !about_data(lint.code) && only.as_ref().is_none_or(|names| names.iter().any(named))
    };
    let program = annotated(&format!("{}.laud", stem(path)), &text);
    let mut all = findings_of(&wanted, &program)?;
    all.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
    let words = render::human(&all, &program.sources, false);
    let recorded = path.with_extension("txt");
    if bless() {
        std::fs::write(&recorded, &words).map_err(|e| e.to_string())?;
    }
    let announced =
        compare(&program.announced, &all, &program.sources).and_then(|()| still_checks(&text, &program, &all));
    let expected = if recorded.is_file() { read(&recorded) } else { String::new() };
    if expected == words {
        return announced;
    }
    let hint = "the words differ from the recorded ones; if they are right, run with LAUD_BLESS=1\n";
    Err(announced.err().unwrap_or_default() + hint + &difference(&expected, &words))
}

/// With all fixes of lints applied that do not meet, a program of one source still checks.
fn still_checks(text: &str, program: &Annotated, found: &[Diagnostic]) -> Result<(), String> {
    if program.sources.iter().count() != 1 {
        return Ok(());
    }
    let fixes = found.iter().filter(|d| d.code.lint().is_some()).filter_map(|d| d.fix.as_ref());
    let mut edits: Vec<_> = fixes.filter(|fix| fix.edits.len() == 1).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|e| (e.span.start, e.span.end));
    let mut end = 0;
    edits.retain(|e| {
        let free = e.span.start >= end;
        end = if free { e.span.end } else { end };
        free
    });
    let mut fixed = text.to_string();
    for edit in edits.iter().rev() {
        fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let again = annotated("fixed.laud", &fixed);
    let (_, diagnostics) = laud::compile(&again.sources, &again.settings);
    match diagnostics.has_errors() {
        true => Err(format!("after its fixes:\n{}", render::human(&diagnostics.sorted(), &again.sources, false))),
        false => Ok(()),
    }
}

fn page_name(code: Code) -> String {
    format!("src/lint/{}/{}.rs", code.category().unwrap(), code.name().replace('-', "_"))
}

/// Lints about data show programs alone; what they find is tested where there is data.
fn about_data(code: Code) -> bool {
    code.category() == Some("data")
}

#[test]
fn pages_of_lints_say_what_they_are_about() {
    let mut failures = Failures::default();
    for lint in lint::all() {
        let page = lint.page;
        let mut result = Ok(());
        if !page.starts_with(&format!("# {}\n\n", lint.code.name())) {
            result = Err(format!("the first line must be `# {}`, followed by a blank line", lint.code.name()));
        }
        for section in ["Avoid", "Prefer"] {
            let has = blocks(page).iter().any(|b| b.section == section && b.info == "laud");
            if !has && !about_data(lint.code) {
                result = Err(format!("`## {section}` must hold a ```laud block"));
            }
        }
        failures.case(&page_name(lint.code), result);
    }
    failures.report();
}

#[test]
fn what_lints_advise_against_is_found_and_what_they_prefer_is_not() {
    let mut failures = Failures::default();
    for lint in lint::all().filter(|lint| !about_data(lint.code)) {
        for block in blocks(lint.page).iter().filter(|b| b.info == "laud") {
            failures.case(&format!("{} {} {}", page_name(lint.code), block.section, block.line), example(lint, block));
        }
    }
    failures.report();
}

fn example(lint: &Lint, block: &Block) -> Result<(), String> {
    let program = annotated("example.laud", &block.text);
    let name = lint.code.name();
    let own = program.announced.iter().filter(|line| line.ends_with(&format!(": {name}"))).count();
    match block.section.as_str() {
        "Avoid" if own == 0 => return Err(format!("it must announce `{name}`")),
        "Prefer" if !program.announced.is_empty() => return Err("what is preferred announces something".to_string()),
        _ => {}
    }
    let found = findings(lint, &program)?;
    compare(&program.announced, &found, &program.sources)?;
    fixed(lint, block, &program, &found)
}

/// With all its fixes applied the program raises nothing of this lint.
fn fixed(lint: &Lint, block: &Block, program: &Annotated, found: &[Diagnostic]) -> Result<(), String> {
    let mut edits: Vec<_> =
        found.iter().filter(|d| d.code == lint.code).filter_map(|d| d.fix.as_ref()).flat_map(|f| &f.edits).collect();
    if edits.is_empty() || program.sources.iter().count() != 1 {
        return Ok(());
    }
    edits.sort_by_key(|e| std::cmp::Reverse((e.span.start, e.span.end)));
    edits.dedup();
    let mut text = block.text.clone();
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let without =
        |line: &&str| !line.trim_start().starts_with("# warning:") && !line.trim_start().starts_with("# info:");
    let again: String = text.lines().filter(without).map(|l| format!("{l}\n")).collect();
    let program = annotated("fixed.laud", &again);
    let left: Vec<_> =
        findings(lint, &program)?.into_iter().filter(|d| d.code == lint.code && d.fix.is_some()).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(format!("after its fix:\n{again}\n{}", render::human(&left, &program.sources, false)))
}

#[test]
fn fixes_of_all_pages_are_safe_and_need_no_second_run() {
    let mut failures = Failures::default();
    for lint in lint::all() {
        for block in blocks(lint.page).iter().filter(|b| b.info == "laud") {
            let program = annotated("example.laud", &block.text);
            let result = crate::fuzz::mend::lints_and_mends(&program.sources, &program.settings);
            failures.case(&format!("{} {} {}", page_name(lint.code), block.section, block.line), result);
        }
    }
    failures.report();
}

#[test]
fn names_and_numbers_of_lints_are_unique_and_in_their_category() {
    let mut seen = HashSet::new();
    for lint in lint::all() {
        assert!(seen.insert(lint.code.number()), "{} twice", lint.code.number());
        assert!(lint.page.contains(lint.code.name()));
    }
}

#[test]
fn examples_are_free_of_findings() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_laud"))
        .args(["lint", "examples", "src/cli/init", "--format", "compact"])
        .current_dir(root())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // What check has to say for information is not a lint's: `[L02…` against `[L10…`.
    let lints = ["[L1", "[L2"];
    let text = String::from_utf8_lossy(&output.stdout);
    let found: Vec<&str> = text.lines().filter(|line| lints.iter().any(|mark| line.contains(mark))).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(output.status.code(), Some(0));
}
