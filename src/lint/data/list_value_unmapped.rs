//! `list-value-unmapped`: its page is below.

use crate::data::NoteKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::Type;

/// Cells with values that the list of their column does not have.
pub const LINT: Lint = Lint {
    code: Code::ListValueUnmapped,
    options: &[],
    run,
    page: r##"# list-value-unmapped

Cells of a column with listed values hold values that are not listed.

They are missing, so the rows fall through every filter on the column: the calls that somebody logs as `Ref. Call` since May do not
count. `laud eval` counts such cells too; here they are held against the rules before deploy.

## Avoid

`type one of reference, review` over rows of which 40 say `Ref Call`.

## Prefer

In laud.toml, `type = { values = { "Ref Call" = "reference" } }`; or the value added to the list.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    for (table, report) in facts.program.tables.iter().zip(&evidence.load.tables) {
        for note in report.notes.iter().filter(|note| note.kind == NoteKind::UnknownValue) {
            let named = |f: &&crate::program::Field| Some(&f.name) == note.field.as_ref();
            let Some(field) = table.fields.iter().find(named) else { continue };
            if !matches!(field.ty, Type::Enum(_)) {
                continue;
            }
            let (name, column, cells) = (&table.header.name, &field.name, note.count);
            let (are, rows) = if cells == 1 { ("is", "cell") } else { ("are", "cells") };
            // Examples of the data stand in `laud eval`; of a personal column nothing is shown anywhere.
            let message = format!("{cells} {rows} of `{name}.{column}` {are} none of the values that it lists");
            found.push(
                Diagnostic::new(Code::ListValueUnmapped, field.span, message)
                    .label("taken for missing")
                    .help("map them in laud.toml with `values`, or add them to the list; `laud eval` shows some"),
            );
        }
    }
}
