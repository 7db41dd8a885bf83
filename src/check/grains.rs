//! Grains: what is one row's, an account's, the whole portfolio's, and how a value gets from one to the other.

use super::{Checker, Scope, unknown};
use crate::ast::{self, Clause, ClauseKind, Name};
use crate::builtins::{AggregateFunction as A, Entry};
use crate::diagnostics::Code;
use crate::program::{Expr, ExprKind, Kin, Reach, TableId, TableKind, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;

impl Checker<'_, '_> {
    /// True where no account is at hand: in what is about the whole portfolio, and in a row that is.
    pub(super) fn is_whole(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Portfolio => true,
            Scope::Row(table) => {
                self.program.table(*table).is_some_and(|t| matches!(t.kind, TableKind::Portfolio { .. }))
            }
            _ => false,
        }
    }

    pub(super) fn table_name(&self, table: TableId) -> &str {
        self.program.table(table).map_or("?", |t| t.header.name.as_str())
    }

    /// Which rows of a table an aggregate sees from here.
    pub(super) fn reach(&mut self, source: TableId, span: Span, scope: &Scope) -> Option<Reach> {
        let whole = self.program.table(source).is_some_and(|t| matches!(t.kind, TableKind::Portfolio { .. }));
        let name = self.table_name(source).to_string();
        match scope {
            Scope::Portfolio => Some(Reach::Everyone),
            _ if whole => {
                let account = self.subject().map_or("account", |t| t.header.name.as_str());
                let message = format!("`{name}` is about the whole portfolio, and this is about one `{account}`");
                let help = "declare it as a `portfolio metric` and name that; it may be read anywhere";
                self.error(Code::GrainMismatch, span, message, "rows of nobody in particular", help);
                None
            }
            Scope::Child(row) => {
                let reach = self.linked(source, *row);
                if reach.is_none() {
                    let row = self.table_name(*row).to_string();
                    let (message, help) = match name == row {
                        true => (
                            format!("this is about one `{row}`, and no `{row}` belongs to another"),
                            "declare it as a metric of the account and name that".to_string(),
                        ),
                        false => (
                            format!("nothing says to which `{row}` a row of `{name}` belongs"),
                            format!(
                                "add a column `{row}` to `{name}`, or declare a metric of the account and name that"
                            ),
                        ),
                    };
                    self.error(Code::GrainMismatch, span, message, &format!("of which `{row}`?"), help);
                }
                reach
            }
            _ => Some(Reach::Account),
        }
    }

    /// How rows of `source` belong to a row of `to`, if they do.
    fn linked(&self, source: TableId, to: TableId) -> Option<Reach> {
        let line = self.program.lineage(source);
        if line.iter().skip(1).any(|table| *table == to) {
            return Some(Reach::Below(to));
        }
        line.iter().find_map(|via| Some(Reach::Naming { to, via: *via, by: self.program.naming(*via, to)? }))
    }

    /// True if a row of `from` belongs to a row of `to` or names one.
    fn has_one(&self, from: TableId, to: TableId) -> bool {
        self.program.lineage(from).contains(&to) || self.program.naming(from, to).is_some()
    }

    /// True if accounts stand above each other, and one is at hand; told if not.
    pub(super) fn has_kin(&mut self, kin: Kin, span: Span, scope: &Scope) -> bool {
        let account = self.subject().map_or("account", |t| t.header.name.as_str()).to_string();
        if *scope == Scope::Portfolio {
            let message =
                format!("`{}` are those of one `{account}`, and this is about the whole portfolio", kin.word());
            let help = "take all of them: `… of accounts`";
            self.error(Code::GrainMismatch, span, message, &format!("of which `{account}`?"), help);
            return false;
        }
        let known = self.subject().is_some_and(|t| t.fields.iter().any(|f| f.parent));
        if !known {
            let message = format!("no column says which `{account}` stands above another");
            let help = format!("mark the column of `{account}` that does: `belongs_to text optional parent`");
            self.error(Code::UnknownColumn, span, message, "nobody stands above or below", help);
        }
        known
    }

    /// A metric of rows where its bare name stands.
    pub(super) fn row_metric_value(&mut self, name: &str, index: usize, span: Span, scope: &Scope) -> Expr {
        let Some((metric, of, ty)) = self.row_metric_of(index) else { return unknown(span) };
        if scope.table() == Some(of) {
            return Expr { kind: ExprKind::RowMetric { metric, of }, ty, span };
        }
        let table = self.table_name(of).to_string();
        if let Some(row) = scope.table().filter(|row| self.has_one(*row, of)) {
            let message =
                format!("every `{table}` has its own `{name}`, and this is about a row of `{}`", self.table_name(row));
            let help = format!("say whose: `{table}.{name}`");
            self.error(Code::GrainMismatch, span, message, &format!("of which `{table}`?"), help);
            return unknown(span);
        }
        self.row_grain(name, &table, span, ty, scope)
    }

    /// Says that a value of each row cannot stand for more than the row, and which aggregate makes it one.
    fn row_grain(&mut self, name: &str, table: &str, span: Span, ty: Type, scope: &Scope) -> Expr {
        let help = match ty {
            Type::Boolean => {
                format!("count rows: `count({table} where {name})`, or take the share: `share({name} of {table})`")
            }
            Type::Number(Unit::Plain | Unit::Money(_)) => format!(
                "add them up: `sum({name} of {table})`, take the mean: `avg({name} of {table})`, the largest: `max({name} of \
                 {table})`, or count rows: `count({table} where {name} >= …)`"
            ),
            Type::Number(_) => format!(
                "take the mean: `avg({name} of {table})`, the largest: `max({name} of {table})`, or count rows: `count({table} \
                 where {name} >= …)`"
            ),
            Type::Date | Type::Instant => {
                format!("take the latest: `max({name} of {table})`, or the earliest: `min({name} of {table})`")
            }
            Type::Enum(_) | Type::Text | Type::Mixed | Type::Unknown => {
                format!("count rows: `count({table} where {name} = …)`")
            }
        };
        let account = self.subject().map_or("account", |t| t.header.name.as_str());
        let about = match scope {
            _ if self.is_whole(scope) => "the whole portfolio".to_string(),
            Scope::Row(row) | Scope::Child(row) => format!("a row of `{}`", self.table_name(*row)),
            _ => format!("an `{account}`"),
        };
        let help = match scope.table() {
            Some(_) if !self.is_whole(scope) => {
                format!(
                    "declare a metric of the `{account}`, such as `metric … = count({table} where …)`, and name that"
                )
            }
            _ => help,
        };
        let message = format!("every row of `{table}` has its own `{name}`, and this is about {about}");
        self.error(Code::GrainMismatch, span, message, &format!("of which `{table}`?"), help);
        unknown(span)
    }

    /// `contact.role`, `contact.asks`: of the row at hand, or of the one that it belongs to or names.
    pub(super) fn row_member(&mut self, table: &Name, field: &Name, span: Span, scope: &Scope) -> Option<Expr> {
        let Some(Symbol::Table(i)) = self.symbol(&table.text) else { return None };
        let of = TableId(i as u32);
        let column = self.table_field(of, &field.text).map(|(id, found)| (id, found.ty));
        let metric = match self.symbol(&field.text) {
            Some(Symbol::RowMetric(i)) => self.row_metric_of(i).filter(|(_, whose, _)| *whose == of),
            _ => None,
        };
        let ty = column.map(|(_, ty)| ty).or(metric.map(|(_, _, ty)| ty));
        if let Scope::Constant(what) = scope {
            let label = "a column: it differs between rows";
            self.not_constant(&format!("`{}.{}`", table.text, field.text), span, what, label);
            return Some(unknown(span));
        }
        let Some(ty) = ty else {
            self.unknown_column(field, of);
            return Some(unknown(span));
        };
        let Some(row) = scope.table().filter(|row| *row == of || self.has_one(*row, of)) else {
            if self.program.subject == Some(of) {
                return None;
            }
            return Some(self.row_grain(&field.text, &table.text, span, ty, scope));
        };
        if column.is_none() && self.is_whole(scope) {
            return Some(self.row_grain(&field.text, &table.text, span, ty, scope));
        }
        let kind = match (column, metric) {
            (Some((id, _)), _) if row == of => ExprKind::RowField(id),
            (Some((field, _)), _) => ExprKind::Related { of, field },
            (None, Some((metric, of, _))) => ExprKind::RowMetric { metric, of },
            (None, None) => return Some(unknown(span)),
        };
        Some(Expr { kind, ty, span })
    }

    /// True if a clause has a meaning for rows without a date; told if not.
    pub(super) fn fits_undated(&mut self, clause: &Clause, source: TableId) -> bool {
        let word = match &clause.kind {
            ClauseKind::Where(_) | ClauseKind::WeightedBy(_) | ClauseKind::By { .. } => return true,
            ClauseKind::Dedupe { within: None, chain: false, keep, .. }
                if keep.as_ref().is_none_or(|keep| keep.which.text != "last") =>
            {
                return true;
            }
            ClauseKind::In(_) => "a window",
            ClauseKind::Dedupe { .. } => "how near two rows are",
            ClauseKind::LatestPer(_) => "`latest per`",
            ClauseKind::Cap { .. } => "`cap`",
            ClauseKind::Diminish { .. } => "`diminish`",
            ClauseKind::Decay { .. } | ClauseKind::DecaySteps { .. } => "`decay`",
        };
        let name = self.table_name(source).to_string();
        let dates = self.program.table(source).and_then(|t| t.fields.iter().find(|f| f.ty.is_date()));
        let help = match (dates, &clause.kind) {
            (Some(column), ClauseKind::In(_)) => {
                format!("ask it of a column: `where {} in last 90 days`", column.name)
            }
            _ => "take it out, or count events instead".to_string(),
        };
        let message = format!("{word} goes by date, and rows of `{name}` have none of their own");
        self.error(Code::ClauseMisplaced, clause.span, message, "nothing to go by", help);
        false
    }

    /// True if the rows have what the function wants; told if not.
    pub(super) fn fits_rows(&mut self, function: A, entry: &Entry, source: TableId, span: Span) -> bool {
        let undated = self.program.table(source).is_some_and(|t| t.kind.at().is_none());
        if !undated || !matches!(function, A::First | A::Last | A::NthLast | A::Run | A::NearDuplicates | A::Matches) {
            return true;
        }
        let name = self.table_name(source).to_string();
        let message = format!("rows of `{name}` have no order in time, so none is the {}", entry.name);
        let help = format!("take the largest or smallest: `max(… of {name})`");
        self.error(Code::WrongArguments, span, message, "no date to go by", help);
        false
    }
}

/// `where A and since in last 90 days`: of rows without a date, the window is asked of the column in front of it.
pub(super) fn windows_in_conditions(clauses: &[Clause]) -> Option<Vec<Clause>> {
    let place = clauses.windows(2).position(|pair| {
        matches!(pair, [Clause { kind: ClauseKind::Where(_), .. }, Clause { kind: ClauseKind::In(_), .. }])
    })?;
    let mut joined = clauses.to_vec();
    let Clause { kind: ClauseKind::In(window), .. } = joined.remove(place + 1) else { return None };
    let Some(Clause { kind: ClauseKind::Where(condition), .. }) = joined.get_mut(place) else { return None };
    ask(condition, window).then_some(joined)
}

/// Asks a window of the last operand of a condition, if that is a name.
fn ask(condition: &mut ast::Expr, window: ast::Window) -> bool {
    match &mut condition.kind {
        ast::ExprKind::And(list) | ast::ExprKind::Or(list) => list.last_mut().is_some_and(|last| ask(last, window)),
        ast::ExprKind::Name(_) | ast::ExprKind::Member(..) => {
            let value = Box::new(condition.clone());
            condition.span = condition.span.to(window.span);
            condition.kind = ast::ExprKind::Within { value, window, negated: false };
            true
        }
        _ => false,
    }
}
