//! `matches`: rows of one source beside rows of another.

use super::{Checker, Scope, unknown};
use crate::ast::{ArgumentKind, Call, Clause, ClauseKind, DurationLit, Name};
use crate::builtins::{AggregateFunction as A, Entry};
use crate::diagnostics::Code;
use crate::program::{Aggregate, Expr, ExprKind, FieldId, TableId, Type, With};
use crate::span::Span;
use std::collections::HashMap;

impl Checker<'_, '_> {
    /// `matches(self_report where … with system_log by type within 7 days)`
    pub(super) fn matched(&mut self, entry: &Entry, call: &Call, span: Span, scope: &Scope) -> Expr {
        if *scope != Scope::Account {
            let help = "declare it as a metric of the account, and add the accounts up: `sum(… of accounts)`";
            self.error(Code::GrainMismatch, span, "rows are matched account by account", "of which account?", help);
            return unknown(span);
        }
        let [argument] = call.arguments.as_slice() else {
            return self.unmatched(entry, span);
        };
        let ArgumentKind::Pairs { source, clauses, with, with_clauses } = &argument.kind else {
            return self.unmatched(entry, argument.span);
        };
        let (Some(left), Some(right)) = (self.source(source), self.source(with)) else { return unknown(span) };
        let mut keys: Option<(&[Name], Option<DurationLit>, Span)> = None;
        let mut out = Aggregate::of(A::Matches, left);
        let mut other = Aggregate::of(A::Count, right);
        for (table, list, aggregate) in [(left, clauses, &mut out), (right, with_clauses, &mut other)] {
            let mut seen: HashMap<&'static str, Span> = HashMap::new();
            for Clause { kind, span } in list {
                match kind {
                    ClauseKind::By { keys: names, within } => keys = Some((names.as_slice(), *within, *span)),
                    ClauseKind::Where(_) | ClauseKind::In(_) | ClauseKind::Dedupe { .. } | ClauseKind::LatestPer(_) => {
                        let clause = Clause { kind: kind.clone(), span: *span };
                        self.clause(&clause, aggregate, &Scope::Row(table), &mut seen, entry);
                    }
                    _ => {
                        let help = "leave rows out with `where`, `in`, `dedupe by` or `latest per`";
                        let message = "rows that are matched are not weighed";
                        self.error(Code::ClauseMisplaced, *span, message, "says nothing here", help);
                    }
                }
            }
        }
        let Some((names, within, at)) = keys else {
            let help = "write what a pair agrees in, and how far apart it may lie: `by type within 7 days`";
            self.error(Code::WrongArguments, span, "which rows are partners?", "nothing says it", help);
            return unknown(span);
        };
        let within_days = match within.map(|within| (within.duration.days(), within.span)) {
            Some((Some(days), _)) => days,
            Some((None, at)) => {
                let help = "write the days: `within 30 days`";
                self.error(Code::TypeMismatch, at, "`within` wants a number of days", "months differ in length", help);
                return unknown(span);
            }
            None => {
                let help = "write it behind the columns: `by type within 7 days`; `within 0 days` means the same day";
                self.error(Code::WrongArguments, at, "how many days may lie between partners?", "not said", help);
                return unknown(span);
            }
        };
        let mut by: Vec<(FieldId, FieldId)> = Vec::new();
        for name in names {
            match self.same_column(name, left, right) {
                Some(pair) => by.push(pair),
                None => return unknown(span),
            }
        }
        out.with = Some(Box::new(With { other, by, within_days }));
        Expr { kind: ExprKind::Aggregate(Box::new(out)), ty: Type::PLAIN, span }
    }

    /// A column that both tables have, of types that can agree.
    fn same_column(&mut self, name: &Name, left: TableId, right: TableId) -> Option<(FieldId, FieldId)> {
        let mut found: Vec<(FieldId, Type)> = Vec::new();
        for table in [left, right] {
            match self.table_field(table, &name.text).map(|(id, field)| (id, field.ty)) {
                Some(column) => found.push(column),
                None => {
                    self.unknown_column(name, table);
                    return None;
                }
            }
        }
        let [(own, a), (others, b)] = found.as_slice() else { return None };
        let words = |ty: Type| matches!(ty, Type::Text | Type::Enum(_));
        if a != b && !(words(*a) && words(*b)) && *a != Type::Unknown && *b != Type::Unknown {
            let (a, b) = (self.type_words(*a), self.type_words(*b));
            let message = format!("`{}` is {a} in one table and {b} in the other", name.text);
            self.error(Code::TypeMismatch, name.span, message, "can never agree", "declare both columns alike");
            return None;
        }
        Some((*own, *others))
    }

    fn unmatched(&mut self, entry: &Entry, span: Span) -> Expr {
        let help = format!("it is called `{}`", entry.signature);
        self.error(Code::WrongArguments, span, "`matches` wants rows, and others beside them", "no `with`", help);
        unknown(span)
    }
}
