//! What is worth saying about the cells of the rows that are kept.

use super::account::{About, Account, Count, Tally, shown_origin};
use super::cells::{Bad, CellReader};
use super::wording::{clip, note, plural, told};
use super::{Note, NoteKind, Origin};
use crate::diagnostics::nearest;
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

/// The column that notes are about.
pub(super) struct Told<'a> {
    pub(super) about: About<'a>,
    pub(super) files: &'a [String],
    /// Its number.
    pub(super) index: usize,
    pub(super) field: &'a Field,
    pub(super) reader: &'a CellReader,
}

impl Told<'_> {
    fn place(&self, origin: Origin) -> String {
        shown_origin(self.files, origin)
    }

    /// Notes about the cells of the rows that are kept.
    pub(super) fn notes(&self, account: &Account, tally: &Tally) -> Vec<CellNote> {
        let (field, home) = (self.field, self.about.home());
        let mut notes = Vec::new();
        self.unknown(tally, &mut notes);
        self.unreadable(tally, &mut notes);
        // Most rows are merged into nothing, and have nothing above them.
        let expected = field.optional || field.merged || field.parent;
        if !expected && tally.blanks.count > 0 {
            let Count { count, first } = tally.blanks;
            let place = self.place(first);
            let cells = match count {
                1 => format!("1 cell is blank (at {place})"),
                n => format!("{n} cells are blank (first at {place})"),
            };
            let text = format!("`{}` is not declared optional, and {cells}", field.name);
            let note = note(NoteKind::Blank, Some(&field.name), count, text);
            let help = Some("declare it optional, or mend the export".to_string());
            notes.push(CellNote { note, place, help });
        }
        let said = [
            "that the clocks skipped; moved forward by what was skipped",
            "that the clocks showed twice; the first is taken",
        ];
        for (shift, words) in tally.shifts.iter().zip(said).filter(|(shift, _)| shift.count > 0) {
            let place = self.place(shift.first);
            let times = plural(shift.count, "time");
            let text = format!("{times} of `{}` {words}, the first at {place}", field.name);
            let note = note(NoteKind::Other, Some(&field.name), shift.count, text);
            notes.push(CellNote { note, place, help: None });
        }
        let marks = account.marks.as_ref();
        if let Some((count, text, place)) =
            marks.and_then(|m| m.note(&field.name, field.personal, &|origin| self.place(origin)))
        {
            notes.push(CellNote { note: note(NoteKind::Other, Some(&field.name), count, text), place, help: None });
        }
        if tally.numbers > 1 && tally.small_numbers == 0 && tally.large_numbers > 0 {
            let header = self.about.bound(self.index).and_then(|b| b.header.as_deref());
            let text = format!(
                "all values of `{}` are above 100 %; if 45 means 45 %, {}",
                field.name,
                home.column(&field.name, header, "percent = \"number\"")
            );
            let note = note(NoteKind::Other, Some(&field.name), tally.numbers, text);
            let place = self.files.last().map_or("?", String::as_str).to_string();
            notes.push(CellNote { note, place, help: None });
        }
        notes
    }

    fn unknown(&self, tally: &Tally, notes: &mut Vec<CellNote>) {
        if tally.unknown.count == 0 {
            return;
        }
        let field = self.field;
        let Count { count, first } = tally.unknown;
        let place = self.place(first);
        let mut values: Vec<(&str, Count)> = tally.values.iter().map(|(text, n)| (text.as_ref(), *n)).collect();
        values.sort_by_key(|(text, n)| (std::cmp::Reverse(n.count), n.first, *text));
        let names: Vec<&str> = match field.ty {
            Type::Enum(list) => {
                let list = self.about.program.enums.get(list.index());
                list.map_or(Vec::new(), |e| e.values.iter().map(String::as_str).collect())
            }
            _ => Vec::new(),
        };
        let mut listed: Vec<String> = Vec::new();
        for (text, n) in values.iter().take(5) {
            let text = clip(text);
            let near = nearest(&super::fold::fold(&text), names.iter().copied()).filter(|_| !field.personal);
            let near = near.map_or(String::new(), |name| format!(", did you mean `{name}`?"));
            listed.push(format!("`{}` ({}{near})", told(field, text), n.count));
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
        let example = values.first().map_or(String::new(), |(text, _)| clip(text));
        let bound = self.about.bound(self.index);
        let help = self.about.home().cells(Bad::NotInList, self.about.program, field, bound, &example);
        notes.push(CellNote { note, place, help });
    }

    /// One note per reason, because each has its own remedy; the most frequent first.
    fn unreadable(&self, tally: &Tally, notes: &mut Vec<CellNote>) {
        let field = self.field;
        let mut reasons: Vec<_> = tally.reasons.iter().collect();
        reasons.sort_by_key(|(_, n, text)| (std::cmp::Reverse(n.count), n.first, text));
        for (bad, n, text) in reasons {
            let place = self.place(n.first);
            let example = told(field, clip(text));
            let wanted = match (bad, field.ty) {
                (Bad::OtherCurrency, ty) => format!("cannot be read as {ty}"),
                (Bad::OutOfRange, _) => "cannot be used".to_string(),
                (_, ty) if field.integer && ty.is_number() => "cannot be read as a whole number".to_string(),
                (_, ty) => format!("cannot be read as {ty}"),
            };
            let why = match bad {
                Bad::OutOfRange => self.reader.range_words(&field.name, &example),
                _ => format!("`{example}` {}", bad.words()),
            };
            let text = format!("{} of `{}` {wanted}: {why} at {place}", plural(n.count, "cell"), field.name);
            let note = note(NoteKind::Unreadable, Some(&field.name), n.count, text);
            let bound = self.about.bound(self.index);
            let help = self.about.home().cells(*bad, self.about.program, field, bound, &example);
            notes.push(CellNote { note, place, help });
        }
    }
}
