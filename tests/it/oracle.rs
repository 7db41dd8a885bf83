//! Random programs over random data, whose values an independent oracle computed: SQL in DuckDB, whole numbers, fractions.
//!
//! `tests/oracle/cases/<seed>/` are recorded samples in the form of `tests/eval`; `tests/oracle/record.py` writes them. With
//! `LAUD_ORACLE=<python with duckdb>` a few fresh programs of fixed seeds are compared too, by `tests/oracle/run.py`,
//! which finds new cases when it is left to run for longer.

use crate::eval::case;
use crate::support::{Failures, folders, root, stem};
use std::process::Command;

#[test]
fn random_programs_give_what_the_oracle_recorded() {
    let mut failures = Failures::default();
    for folder in folders("tests/oracle/cases") {
        failures.case(&format!("tests/oracle/cases/{}", stem(&folder)), case(&folder));
    }
    failures.report();
}

#[test]
fn fresh_random_programs_give_what_the_oracle_says() {
    let Some(python) = std::env::var_os("LAUD_ORACLE") else {
        println!("SKIPPED: LAUD_ORACLE does not name a Python that has duckdb");
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let done = Command::new(python)
        .args(["-B", "tests/oracle/run.py", "--seed", "900000", "--cases", "25", "--size", "0.6", "--most", "3"])
        .args(["--laud", env!("CARGO_BIN_EXE_laud"), "--save"])
        .arg(place.path())
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    println!("{said}");
}
