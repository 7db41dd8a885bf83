//! `value-never-seen`: its page is below.

use super::literals;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A comparison with a value that the data do not have.
pub const LINT: Lint = Lint {
    code: Code::ValueNeverSeen,
    options: &[("rows", 20, "with fewer rows nothing is said")],
    run,
    page: r##"# value-never-seen

A condition asks for a value of a column that no row has.

It never holds. The CRM calls it otherwise (`Ref. Call` and not `reference`), or the value belongs to a process that never began.
Rows with values that are not listed are told by `list-value-unmapped`.

## Avoid

`count(activity where type = webinar)` where 900 rows of `activity` have `reference`, `review` and `case_study`.

## Prefer

The value that the rows have; or a line in laud.toml that maps the word of the file to it.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for literal in literals(facts, LINT.code) {
        let (table, column, rows) = (&literal.table.header.name, &literal.field.name, literal.rows);
        let message = format!("no row of `{table}` has `{}` in `{column}`", literal.text);
        found.push(
            Diagnostic::new(Code::ValueNeverSeen, literal.span, message)
                .label(format!("none of {rows} rows"))
                .help("look at how the data spell it, and map it in laud.toml"),
        );
    }
}
