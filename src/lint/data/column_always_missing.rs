//! `column-always-missing`: its page is below.

use super::columns;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A column without a single value.
pub const LINT: Lint = Lint {
    code: Code::ColumnAlwaysMissing,
    options: &[("rows", 20, "with fewer rows nothing is said")],
    run,
    page: r##"# column-always-missing

A column that the rules read has no value in any row.

An export lost the column, or a system stopped filling it. Whatever reads it is missing for everybody, and a score that shares out
the weight of missing parts goes on as if nothing had happened.

## Avoid

A column `renewal` whose cells are blank in all rows of `accounts.csv`, and a rule that asks for `renewal in next 90 days`.

## Prefer

The export mended, or the column and what reads it taken out.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for column in columns(facts, LINT.code) {
        if column.values > 0 {
            continue;
        }
        let (table, name, rows) = (&column.table.header.name, &column.field.name, column.rows);
        let message = format!("`{table}.{name}` has no value in any of {rows} rows");
        found.push(
            Diagnostic::new(Code::ColumnAlwaysMissing, column.field.span, message)
                .label("what reads it is missing for everybody")
                .help("mend the export, or bind the column to another header in laud.toml"),
        );
    }
}
