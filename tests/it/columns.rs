//! The engine for whole portfolios gives what the reference gives: whole results, faults included.

use crate::eval::{load, options};
use crate::support::{Failures, folders, stem};
use laud::calendar::Date;
use laud::compile;
use laud::engine::column::Columns;
use laud::engine::reference::Reference;
use laud::engine::{Engine, Options, Results};
use std::num::NonZero;
use std::path::Path;

#[test]
fn worked_cases_come_out_the_same() {
    compared("tests/eval");
}

#[test]
fn random_programs_come_out_the_same() {
    compared("tests/oracle/cases");
}

/// As of the date of the project, and of some earlier and later ones, which move windows and coverage.
#[test]
fn examples_come_out_the_same_at_other_dates() {
    compared("examples");
}

fn compared(place: &str) {
    let mut failures = Failures::default();
    for folder in folders(place) {
        failures.case(&format!("{place}/{}", stem(&folder)), case(&folder));
    }
    failures.report();
}

fn case(folder: &Path) -> Result<(), String> {
    let case = options(folder);
    let (program, _) = compile(&case.sources(), &case.settings);
    let Some(program) = program else { return Ok(()) };
    let Ok(loaded) = load(&program, &case) else { return Ok(()) };
    let small = loaded.report.tables.iter().all(|table| table.read <= 2000);
    let shifts: &[i64] = if small { &[0, -1, -45, -100, -400, 30] } else { &[0] };
    for (i, shift) in shifts.iter().enumerate() {
        let as_of: Date = loaded.as_of.plus_days(*shift);
        let options = Options { as_of, calendar: loaded.calendar, accounts: Vec::new() };
        let expected = Reference.evaluate(&program, &loaded.data, &options);
        let threads = NonZero::new(1 + i % 3);
        let got = Columns { threads }.evaluate(&program, &loaded.data, &options);
        same(&expected, &got).map_err(|what| format!("as of {as_of}: {what}"))?;
    }
    Ok(())
}

/// The first difference.
pub(crate) fn same(expected: &Results, got: &Results) -> Result<(), String> {
    if expected == got {
        return Ok(());
    }
    if expected.accounts.len() != got.accounts.len() {
        return Err(format!("{} accounts, expected {}", got.accounts.len(), expected.accounts.len()));
    }
    for (a, b) in expected.accounts.iter().zip(&got.accounts) {
        let told = |what: &str, a: &dyn std::fmt::Debug, b: &dyn std::fmt::Debug, id: &str| {
            Err(format!("{id} {what}: expected {a:?}\n  got {b:?}"))
        };
        for (x, y) in a.metrics.iter().zip(&b.metrics).filter(|(x, y)| x != y) {
            return told("metric", x, y, &a.id);
        }
        for (x, y) in a.scores.iter().zip(&b.scores).filter(|(x, y)| x != y) {
            return told("score", x, y, &a.id);
        }
        if a.faults != b.faults {
            return told("faults", &a.faults, &b.faults, &a.id);
        }
        if a != b {
            return told("account", a, b, &a.id);
        }
    }
    Err(format!("portfolio: expected {:?}\n  got {:?}", expected.portfolio, got.portfolio))
}
