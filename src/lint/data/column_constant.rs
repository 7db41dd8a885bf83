//! `column-constant`: its page is below.

use super::columns;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A column with one value in all rows.
pub const LINT: Lint = Lint {
    code: Code::ColumnConstant,
    options: &[("rows", 20, "with fewer rows nothing is said")],
    run,
    page: r##"# column-constant

A column that the rules read has the same value in all rows.

A default that nobody changes tells accounts apart no better than a coin that always falls on one side: filters on it take all
or nothing, and a metric made of it gives everybody the same points.

## Avoid

`tier` is `standard` in all 400 rows, and a segment asks for `tier = gold`.

## Prefer

A column that people keep, or rules that do without it.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for column in columns(facts, LINT.code) {
        if !column.constant || column.values < column.rows {
            continue;
        }
        let (table, name, rows) = (&column.table.header.name, &column.field.name, column.rows);
        let message = format!("`{table}.{name}` is the same in all {rows} rows");
        found.push(
            Diagnostic::new(Code::ColumnConstant, column.field.span, message)
                .label("tells nothing apart")
                .help("ask who keeps it, or do without it"),
        );
    }
}
