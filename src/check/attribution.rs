//! Attribution: who is credited with how much of what was won.

use super::{Checker, Scope, header, tables};
use crate::ast::{self, ItemKind, ModelKind, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{Attribution, CreditModel, Expr, ExprKind, FieldId, Table, TableId, TableKind, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;

/// Columns that an attribution adds to those of its touches.
pub(super) const CREDIT: &str = "credit";
const SHARE: &str = "share";

/// A place among the tables, until its touches are known.
pub(super) fn no_columns_yet(item: &ast::Item) -> Table {
    Table { header: header(item), kind: TableKind::Rows { as_of: None }, fields: Vec::new(), key: None }
}

/// True for what a row can be asked before anything about its account is known.
fn is_of_row(expr: &Expr) -> bool {
    let own = !matches!(
        expr.kind,
        ExprKind::Field(_)
            | ExprKind::Metric(_)
            | ExprKind::Points(_)
            | ExprKind::Score(_)
            | ExprKind::Segment(_)
            | ExprKind::Part(..)
            | ExprKind::Partition(_)
            | ExprKind::IsBand { .. }
            | ExprKind::IsGrade { .. }
            | ExprKind::Aggregate(_)
            | ExprKind::Across(_)
            | ExprKind::Ranked(_)
            | ExprKind::Portfolio(_)
            | ExprKind::RowMetric { .. }
            | ExprKind::Benchmark { .. }
            | ExprKind::AsOf { .. }
            | ExprKind::Change { .. }
            | ExprKind::Trend { .. }
            | ExprKind::Held { .. }
            | ExprKind::Streak { .. }
            | ExprKind::Until { .. }
            | ExprKind::Paired { .. }
            | ExprKind::Elapsed { .. }
            | ExprKind::Within { .. }
    );
    own && expr.children().into_iter().all(is_of_row)
}

impl Checker<'_, '_> {
    /// Gives each attribution its columns, once all tables are there.
    pub(super) fn credited_tables(&mut self) {
        for (index, item) in self.symbols.tables.clone().into_iter().enumerate() {
            let ItemKind::Attribution(attribution) = &item.kind else { continue };
            let id = TableId(index as u32);
            let Some((table, attribution)) = self.credited_table(id, item, attribution) else { continue };
            if let Some(columns) = self.columns.get_mut(index) {
                *columns = super::columns(&table.fields);
            }
            if let Some(place) = self.program.tables.get_mut(index) {
                *place = table;
            }
            self.program.attributions.push(attribution);
        }
    }

    fn lacks(&mut self, span: Span, what: &str, help: &str) {
        let message = format!("an attribution has to say {what}");
        self.error(Code::AttributionIncomplete, span, message, "not said", help);
    }

    fn credited_table(
        &mut self,
        id: TableId,
        item: &ast::Item,
        ast: &ast::Attribution,
    ) -> Option<(Table, Attribution)> {
        let span = item.name.span;
        let touches = match self.symbol(&ast.touches.text) {
            Some(Symbol::Table(i)) => TableId(i as u32),
            _ if self.symbols.left_out(&ast.touches.text) => return None,
            _ => {
                let message = format!("there is no table `{}`", ast.touches.text);
                let help = "name the events that are credited: `events touch of opportunity at touched_at { … }`";
                self.error(Code::UnknownName, ast.touches.span, message, "these touches do not exist", help);
                return None;
            }
        };
        let Some((amount, of_name)) = &ast.amount else {
            self.lacks(span, "how much is shared out", "write `amount amount of opportunity`");
            return None;
        };
        let of = match self.symbol(&of_name.text) {
            Some(Symbol::Table(i)) => TableId(i as u32),
            _ => {
                let message = format!("there is no table `{}`", of_name.text);
                self.error(
                    Code::UnknownName,
                    of_name.span,
                    message,
                    "nothing is sold here",
                    "name the table of what is sold",
                );
                return None;
            }
        };
        let kind = |id: TableId| self.program.table(id).map(|t| t.kind.clone());
        let belongs =
            kind(touches).is_some_and(|k| k.at().is_some() && k.owner().is_some_and(|(owner, _)| owner == of));
        if !matches!(kind(of), Some(TableKind::Child { .. })) || !(belongs || touches == of) {
            let (touch, sold) = (&ast.touches.text, &of_name.text);
            let message = format!("`{touch}` are no touches of `{sold}`");
            let help = format!("declare `table {sold} of account {{ … }}` and `events {touch} of {sold} at … {{ … }}`");
            self.error(
                Code::AttributionIncomplete,
                ast.touches.span,
                message,
                "credit is shared among events of what is sold",
                help,
            );
            return None;
        }
        let Some(at) = &ast.at else {
            self.lacks(span, "when what is sold closed", "write `at closed_on`, a date column of what is sold");
            return None;
        };
        let Some(to) = &ast.to else {
            self.lacks(span, "who is credited", "write `to advocate`, the column of a touch that names an account");
            return None;
        };
        if ast.when.is_none() {
            self.lacks(span, "what was won", "write `when won`; what was lost gives a credit of 0");
            return None;
        }
        if ast.model.is_none() {
            self.lacks(
                span,
                "how credit is shared",
                "write `model linear`, `first`, `last`, `u 40%`, `w 30% key …` or `time decay 30 days`",
            );
            return None;
        }
        let closed = self.column_of(at, of, "a date", |ty| ty.is_date())?;
        let advocate = self.column_of(to, touches, "a text", |ty| ty == Type::Text)?;
        let amount = self.expr(amount, &Scope::Row(of), None);
        if !matches!(amount.ty, Type::Number(Unit::Money(_))) {
            if amount.ty != Type::Unknown {
                let label = format!("this is {}", self.type_words(amount.ty));
                let help = "name a column such as `amount money USD`";
                self.error(Code::UnitMismatch, amount.span, "what is shared out is money", &label, help);
            }
            return None;
        }
        let once_per = self.columns(&ast.once_per, &Scope::Row(touches));
        let mut fields = self.program.table(touches)?.fields.clone();
        let mut add = |checker: &mut Self, name: &str, ty: Type, span: Span| {
            if fields.iter().any(|f| f.name == name) {
                let message = format!("`{name}` is a column of `{}` already", ast.touches.text);
                let help = "give that column another name";
                checker.error(Code::DuplicateName, span, message, "the attribution adds one of this name", help);
            }
            fields.push(tables::plain_field(name, ty, span));
            FieldId(fields.len() as u32 - 1)
        };
        let at = match touches == of {
            true => closed,
            false => add(self, &at.text, Type::Date, at.span),
        };
        let credit = add(self, CREDIT, amount.ty, span);
        let share = add(self, SHARE, Type::Number(Unit::Ratio), span);
        let lookback = match &ast.lookback {
            None => None,
            Some(lookback) => match lookback.duration.days() {
                Some(days) => Some(days),
                None => {
                    let help = "write the days: `lookback 180 days`";
                    self.error(
                        Code::TypeMismatch,
                        lookback.span,
                        "`lookback` wants a number of days",
                        "months differ in length",
                        help,
                    );
                    None
                }
            },
        };
        let subject = self.program.subject?;
        let kind = TableKind::Events { of: subject, parent: advocate, at };
        let table = Table { header: header(item), kind, fields, key: self.program.table(touches)?.key };
        let attribution = Attribution {
            table: id,
            touches,
            of,
            amount,
            when: None,
            filter: None,
            closed,
            to: advocate,
            lookback,
            model: CreditModel::Linear,
            once_per: (!ast.once_per.is_empty()).then_some(once_per),
            excluding: Vec::new(),
            at,
            credit,
            share,
        };
        Some((table, attribution))
    }

    fn column_of(&mut self, name: &Name, table: TableId, wanted: &str, fits: impl Fn(Type) -> bool) -> Option<FieldId> {
        match self.table_field(table, &name.text).map(|(id, field)| (id, field.ty)) {
            Some((id, ty)) if fits(ty) || ty == Type::Unknown => Some(id),
            Some((_, ty)) => {
                let label = format!("this is {}", self.type_words(ty));
                let message = format!("`{}` must be {wanted}", name.text);
                self.error(Code::TypeMismatch, name.span, message, &label, "name another column");
                None
            }
            None => {
                self.unknown_column(name, table);
                None
            }
        }
    }

    /// Checks what an attribution says of rows, once parameters are known.
    pub(super) fn attributions(&mut self) {
        for item in self.symbols.tables.clone() {
            let ItemKind::Attribution(ast) = &item.kind else { continue };
            let own =
                |a: &Attribution, me: &Self| me.program.table(a.table).is_some_and(|t| t.header.span == item.name.span);
            let Some(place) = self.program.attributions.iter().position(|a| own(a, self)) else { continue };
            let Some((of, touches)) = self.program.attributions.get(place).map(|a| (a.of, a.touches)) else { continue };
            let when = ast.when.as_ref().map(|when| self.condition(when, &Scope::Row(of)));
            let filter = ast.filter.as_ref().map(|filter| self.condition(filter, &Scope::Row(touches)));
            let model = ast.model.as_ref().map(|model| self.credit_model(model, touches));
            let mut key = None;
            if let Some(Some(CreditModel::W(_, condition))) = &model {
                key = Some(condition.as_ref().clone());
            }
            let amount = self.program.attributions.get(place).map(|a| a.amount.clone());
            let said = [&when, &filter, &key, &amount].into_iter().flatten();
            let wrong: Vec<Span> = said.filter(|e| e.ty != Type::Unknown && !is_of_row(e)).map(|e| e.span).collect();
            for span in wrong {
                let help = "use columns of the row, of what it belongs to, and parameters";
                let message = "credit is shared before anything about accounts is computed";
                self.error(Code::AttributionIncomplete, span, message, "not a column of the row", help);
            }
            let mut excluding = Vec::new();
            for name in &ast.excluding {
                let found = match self.symbol(&name.text) {
                    Some(Symbol::Table(i)) => Some(TableId(i as u32)),
                    _ => None,
                };
                let other = self.program.attributions.iter().position(|a| Some(a.table) == found);
                match other {
                    // Those before it are shared out first, so that nothing excludes what excludes it.
                    Some(other) if other < place => excluding.extend(found),
                    Some(_) => {
                        let help = "declare the one that is excluded further up, and exclude it from one side only";
                        let message = format!("`{}` is shared out after this", name.text);
                        self.error(Code::AttributionIncomplete, name.span, message, "not known yet", help);
                    }
                    None => {
                        let message = format!("`{}` is no attribution", name.text);
                        self.error(Code::WrongKind, name.span, message, "nothing to exclude", "name an attribution");
                    }
                }
            }
            if let Some(attribution) = self.program.attributions.get_mut(place) {
                (attribution.when, attribution.filter, attribution.excluding) = (when, filter, excluding);
                if let Some(Some(model)) = model {
                    attribution.model = model;
                }
            }
        }
    }

    fn credit_model(&mut self, model: &ast::Model, touches: TableId) -> Option<CreditModel> {
        let ratio = Type::Number(Unit::Ratio);
        Some(match &model.kind {
            ModelKind::Named(name) => match name.text.as_str() {
                "linear" => CreditModel::Linear,
                "first" => CreditModel::First,
                "last" => CreditModel::Last,
                other => {
                    let message = format!("there is no model `{other}`");
                    let names = ["linear", "first", "last", "u", "w", "time decay"];
                    let diagnostic =
                        Diagnostic::new(Code::UnknownValue, name.span, message).label("how is credit shared?");
                    let otherwise = "write `linear`, `first`, `last`, `u 40%`, `w 30% key …` or `time decay 30 days`";
                    let diagnostic = self.suggest(diagnostic, other, name.span, names, otherwise);
                    self.push(diagnostic);
                    return None;
                }
            },
            ModelKind::U(share) => {
                let n = self.constant(share, ratio, "the share of the first and of the last touch")?;
                self.part_of(n, 2, share.span).then_some(CreditModel::U(n))?
            }
            ModelKind::W(share, key) => {
                let n = self.constant(share, ratio, "the share of the first, the key and the last touch")?;
                let key = self.condition(key, &Scope::Row(touches));
                self.part_of(n, 3, share.span).then_some(CreditModel::W(n, Box::new(key)))?
            }
            ModelKind::Decay(over) => match over.duration.days().filter(|days| *days > 0) {
                Some(days) => CreditModel::TimeDecay(days),
                None => {
                    let help = "write the days: `time decay 30 days`";
                    self.error(
                        Code::TypeMismatch,
                        over.span,
                        "how many days halve a touch?",
                        "months differ in length",
                        help,
                    );
                    return None;
                }
            },
        })
    }

    fn part_of(&mut self, share: Decimal, times: i64, span: Span) -> bool {
        let all = share.mul(Decimal::int(times));
        let fits = share > Decimal::ZERO && all.is_some_and(|all| all <= Decimal::ONE);
        if !fits {
            let message = format!("{times} touches of this share would have more than everything, or nothing");
            let help = if times == 2 { "write `model u 40%`" } else { "write `model w 30% key …`" };
            self.error(Code::WrongArguments, span, message, "not such a share", help);
        }
        fits
    }
}
