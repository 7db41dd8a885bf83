//! What is worth saying about the cells of the rows that are kept.

use super::cells::{Bad, Shift};
use super::column::ColumnBuilder;
use super::settings::ColumnBinding;
use super::table::TableBuilder;
use super::wording::{note, plural, told};
use super::{Cells, Note, NoteKind};
use crate::diagnostics::nearest;
use crate::number::Decimal;
use crate::program::{Field, Type};

/// A note about cells, with what becomes an error if notes are errors.
pub(super) struct CellNote {
    /// The note, without the help.
    pub(super) note: Note,
    /// The first place.
    pub(super) place: String,
    /// The one edit to make.
    pub(super) help: Option<String>,
}

impl TableBuilder<'_> {
    /// Notes about the cells of the rows that are left.
    pub(super) fn cell_notes(&self) -> Vec<CellNote> {
        let mut notes = Vec::new();
        for (i, (column, field)) in self.columns.iter().zip(&self.table.fields).enumerate() {
            self.unreadable_notes(column, field, self.bound(i), &mut notes);
            let (blanks, first) = column.blanks();
            // Most rows are merged into nothing, and have nothing above them.
            let expected = field.optional || field.merged || field.parent;
            if let (false, Some(first)) = (expected, first) {
                let place = self.place(first);
                let cells = match blanks {
                    1 => format!("1 cell is blank (at {place})"),
                    n => format!("{n} cells are blank (first at {place})"),
                };
                let text = format!("`{}` is not declared optional, and {cells}", field.name);
                let note = note(NoteKind::Blank, Some(&field.name), blanks, text);
                let help = Some("declare it optional, or mend the export".to_string());
                notes.push(CellNote { note, place, help });
            }
            for (shift, words) in [
                (Shift::Skipped, "that the clocks skipped; moved forward by what was skipped"),
                (Shift::Twice, "that the clocks showed twice; the first is taken"),
            ] {
                let mut rows = column.shifts.iter().filter(|(_, s)| *s == shift).map(|(row, _)| *row as usize);
                if let Some(first) = rows.next() {
                    let count = 1 + rows.count() as u64;
                    let place = self.place(first);
                    let text = format!("{} of `{}` {words}, the first at {place}", plural(count, "time"), field.name);
                    let note = note(NoteKind::Other, Some(&field.name), count, text);
                    notes.push(CellNote { note, place, help: None });
                }
            }
            if let Some((count, text, place)) = column.marks.as_ref().and_then(|m| m.note(&field.name, field.personal))
            {
                notes.push(CellNote { note: note(NoteKind::Other, Some(&field.name), count, text), place, help: None });
            }
            if column.reader.guesses_percent()
                && let Cells::Number(v) = &column.cells
            {
                let count = v.iter().flatten().count() as u64;
                let one = Decimal::ONE;
                if count > 1
                    && v.iter().flatten().all(|n| *n > one || n.is_zero())
                    && v.iter().flatten().any(|n| *n > one)
                {
                    let text = format!(
                        "all values of `{}` are above 100 %; if 45 means 45 %, {}",
                        field.name,
                        self.home().column(&field.name, self.header_of(i), "percent = \"number\"")
                    );
                    let note = note(NoteKind::Other, Some(&field.name), count, text);
                    notes.push(CellNote { note, place: self.file().to_string(), help: None });
                }
            }
        }
        notes
    }

    fn unreadable_notes(
        &self,
        column: &ColumnBuilder,
        field: &Field,
        bound: Option<&ColumnBinding>,
        notes: &mut Vec<CellNote>,
    ) {
        type Issues<'i> = Vec<&'i (u32, Bad, u32)>;
        let (mut unknown, unreadable): (Issues<'_>, Issues<'_>) =
            column.issues.iter().partition(|(_, bad, _)| *bad == Bad::NotInList);
        if let Some((first, ..)) = unknown.first().copied() {
            let place = self.place(*first as usize);
            let count = unknown.len() as u64;
            unknown.sort_by_key(|(row, _, text)| (*text, *row));
            let mut values: Vec<(u64, u32)> = Vec::new();
            for (_, _, text) in unknown {
                match values.last_mut() {
                    Some((n, last)) if last == text => *n += 1,
                    _ => values.push((1, *text)),
                }
            }
            values.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            let names: Vec<&str> = match field.ty {
                Type::Enum(list) => {
                    let list = self.program.enums.get(list.index());
                    list.map_or(Vec::new(), |e| e.values.iter().map(String::as_str).collect())
                }
                _ => Vec::new(),
            };
            let mut listed: Vec<String> = Vec::new();
            for (n, text) in values.iter().take(5) {
                let text = column.texts.example(*text);
                let near = nearest(&super::fold::fold(&text), names.iter().copied()).filter(|_| !field.personal);
                let near = near.map_or(String::new(), |name| format!(", did you mean `{name}`?"));
                listed.push(format!("`{}` ({n}{near})", told(field, text.to_string())));
            }
            if let Some(more) = values.len().checked_sub(5).filter(|n| *n > 0) {
                listed.push(format!("{more} more"));
            }
            let are = if count == 1 { "is" } else { "are" };
            let text = format!(
                "{} of `{}` {are} not in the list: {}, the first at {place}",
                plural(count, "cell"),
                field.name,
                listed.join(", "),
            );
            let note = note(NoteKind::UnknownValue, Some(&field.name), count, text);
            let example = values.first().map_or(String::new(), |(_, text)| column.texts.example(*text));
            let help = self.home().cells(Bad::NotInList, self.program, field, bound, &example);
            notes.push(CellNote { note, place, help });
        }
        // One note per reason, because each has its own remedy; the most frequent first.
        let mut reasons: Vec<(Bad, u64, u32, u32)> = Vec::new();
        for (row, bad, text) in unreadable {
            match reasons.iter_mut().find(|(b, ..)| b == bad) {
                Some((_, count, ..)) => *count += 1,
                None => reasons.push((*bad, 1, *row, *text)),
            }
        }
        reasons.sort_by_key(|(_, count, row, _)| (std::cmp::Reverse(*count), *row));
        for (bad, count, row, text) in reasons {
            let place = self.place(row as usize);
            let example = told(field, column.texts.example(text));
            let wanted = match (bad, field.ty) {
                (Bad::OtherCurrency, ty) => format!("cannot be read as {ty}"),
                (Bad::OutOfRange, _) => "cannot be used".to_string(),
                (_, ty) if field.integer && ty.is_number() => "cannot be read as a whole number".to_string(),
                (_, ty) => format!("cannot be read as {ty}"),
            };
            let why = match bad {
                Bad::OutOfRange => column.reader.range_words(&field.name, &example),
                _ => format!("`{example}` {}", bad.words()),
            };
            let text = format!("{} of `{}` {wanted}: {why} at {place}", plural(count, "cell"), field.name);
            let note = note(NoteKind::Unreadable, Some(&field.name), count, text);
            let help = self.home().cells(bad, self.program, field, bound, &example);
            notes.push(CellNote { note, place, help });
        }
    }
}
