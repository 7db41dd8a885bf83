//! What people are told: every program of `tests/ui/check` raises exactly what it announces, and the words are recorded.
//!
//! The case is `<name>.laud`, the recorded words are `<name>.txt` beside it, drawn without colour. `LAUD_BLESS=1` rewrites them.

use crate::expectations::{annotated, compare};
use crate::support::{Failures, bless, difference, files, list, read, root, shown, stem};
use laud::diagnostics::render;
use std::path::Path;

#[test]
fn findings_are_announced_and_worded() {
    let mut failures = Failures::default();
    for path in files("tests/ui/check", "laud") {
        failures.case(&shown(&path), case(&path));
    }
    let orphan = |p: &Path| p.extension().is_some_and(|e| e == "txt") && !p.with_extension("laud").is_file();
    for path in list(&root().join("tests/ui/check"), orphan) {
        failures.case(&shown(&path), Err("words without a program".to_string()));
    }
    failures.report();
}

fn case(path: &Path) -> Result<(), String> {
    let program = annotated(&format!("{}.laud", stem(path)), &read(path));
    let (_, diagnostics) = laud::compile(&program.sources, &program.settings);
    let diagnostics = diagnostics.sorted();
    let words = render::human(&diagnostics, &program.sources, false);
    let recorded = path.with_extension("txt");
    if bless() {
        std::fs::write(&recorded, &words).map_err(|e| e.to_string())?;
    }
    let announced = compare(&program.announced, &diagnostics, &program.sources);
    let expected = if recorded.is_file() { read(&recorded) } else { String::new() };
    if expected == words {
        return announced;
    }
    let hint = "the words differ from the recorded ones; if they are right, run with LAUD_BLESS=1\n";
    Err(announced.err().unwrap_or_default() + hint + &difference(&expected, &words))
}
