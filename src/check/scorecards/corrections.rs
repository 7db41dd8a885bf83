//! `override`: scores that people set, from a table of events that says who, why and until when.

use crate::ast;
use crate::check::{Checker, Scope};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Correction, FieldId, TableId, TableKind, Type};
use crate::resolve::Symbol;

/// What every row has to say besides the score.
const SAYS: [(&str, &str); 3] = [("who", "who text"), ("why", "why text"), ("until", "until date")];

impl Checker<'_, '_> {
    /// `override points of correction where …`, for a score of type `ty`.
    pub(super) fn correction(&mut self, written: &ast::Correction, ty: Type) -> Option<Correction> {
        let events = self.correction_table(&written.events)?;
        let score = self.correction_score(written, events, ty);
        let says = SAYS.map(|(name, column)| self.correction_column(written, events, name, column));
        let filter = match &written.filter {
            Some(filter) => {
                let typed = self.condition(filter, &Scope::Row(events));
                if typed.ty == Type::Unknown {
                    return None;
                }
                Some(typed)
            }
            None => None,
        };
        let [who, why, until] = says;
        let newer_evidence = written.newer_evidence;
        Some(Correction {
            events,
            score: score?,
            who: who?,
            why: why?,
            until: until?,
            filter,
            newer_evidence,
            span: written.span,
        })
    }

    /// The table of events, which must belong to the accounts.
    fn correction_table(&mut self, name: &ast::Name) -> Option<TableId> {
        let found = match self.symbols.get(&name.text) {
            None if self.symbols.left_out(&name.text) => return None,
            Some(Symbol::Table(index)) => Some(TableId(index as u32)),
            _ => None,
        };
        let kind = found.and_then(|id| self.program.table(id)).map(|table| table.kind.clone());
        match (found, kind) {
            (Some(id), Some(TableKind::Events { of, .. })) if Some(of) == self.program.subject => Some(id),
            (found, _) => {
                let (code, label) = match found {
                    Some(_) => (Code::WrongKind, "not a table of events of the accounts"),
                    None => (Code::UnknownName, "no table of events of this name"),
                };
                let columns = "points points  who text  why text  until date";
                let help = match found {
                    Some(_) => format!("name a table of events with such columns: `{columns}`"),
                    None => format!("declare it: `events {} of account at set_on {{ {columns} }}`", name.text),
                };
                let message = format!("`{}` is no table of events of the accounts", name.text);
                self.error(code, name.span, message, label, help);
                None
            }
        }
    }

    fn correction_score(&mut self, written: &ast::Correction, events: TableId, ty: Type) -> Option<FieldId> {
        let (name, table) = (&written.field, &written.events.text);
        let Some((id, found)) = self.table_field(events, &name.text).map(|(id, field)| (id, field.ty)) else {
            let columns: Vec<String> =
                self.program.table(events).map_or(Vec::new(), |t| t.fields.iter().map(|f| f.name.clone()).collect());
            let message = format!("`{table}` has no column `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownColumn, name.span, message).label("the score that is set");
            let otherwise = format!("add it to `events {table}`: `{} {ty}`", name.text);
            let diagnostic =
                self.suggest(diagnostic, &name.text, name.span, columns.iter().map(String::as_str), otherwise);
            self.push(diagnostic);
            return None;
        };
        if found == ty || found == Type::Unknown {
            return (found == ty).then_some(id);
        }
        let message =
            format!("`{}` is {}, and the score is {}", name.text, self.type_words(found), self.type_words(ty));
        let help = format!("declare it as `{} {ty}`", name.text);
        self.error(Code::TypeMismatch, name.span, message, "cannot stand for the score", help);
        None
    }

    /// A column that every override has to fill.
    fn correction_column(
        &mut self,
        written: &ast::Correction,
        events: TableId,
        name: &str,
        column: &str,
    ) -> Option<FieldId> {
        let table = &written.events.text;
        let found = self.table_field(events, name).map(|(id, field)| (id, field.ty, field.optional, field.span));
        let wants_date = name == "until";
        let (message, place, label, help) = match found {
            None => (
                format!("an override needs the column `{name}`"),
                None,
                format!("`{table}` does not say {}", if wants_date { "until when" } else { name }),
                format!("add `{column}` to `events {table}`"),
            ),
            Some((_, ty, _, span)) if wants_date && ty != Type::Date && ty != Type::Unknown => (
                format!("`{name}` is {}, and an override needs its last day", self.type_words(ty)),
                Some(span),
                "an override comes from here".to_string(),
                format!("write `{column}`"),
            ),
            Some((_, _, true, span)) => (
                format!("`{name}` may be missing, and an override has to say it"),
                Some(span),
                "an override comes from here".to_string(),
                format!("take `optional` out of `{name}`"),
            ),
            Some((id, ..)) => return Some(id),
        };
        let mut diagnostic = Diagnostic::new(Code::OverrideIncomplete, written.span, message).label(label).help(help);
        if let Some(span) = place {
            diagnostic = diagnostic.also(span, "declared here");
        }
        self.push(diagnostic);
        None
    }
}
