//! Rates between currencies, columns of which every row names its currency, and `convert`.

use super::{Checker, Scope, header, tables, unknown};
use crate::ast::{self, ArgumentKind, Call, TypeExprKind};
use crate::builtins::Entry;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    Convert, Currency, CurrencyOf, Expr, ExprKind, Field, FieldId, Rates, Table, TableId, TableKind, Type, Unit,
};
use crate::span::Span;

impl Checker<'_, '_> {
    /// `rates fx at day { … }`: `from`, `to`, `rate` and the day are there even if they are not written.
    pub(super) fn rates_table(&mut self, item: &ast::Item, rates: &ast::Rates) -> Table {
        let mut fields = self.fields(&item.name.text, &rates.fields);
        let mut column = |name: &str, ty: Type, span: Span| {
            let place = fields.iter().position(|f| f.name == name).unwrap_or_else(|| {
                fields.push(tables::plain_field(name, ty, span));
                fields.len() - 1
            });
            FieldId(place as u32)
        };
        let span = item.name.span;
        let at = column(&rates.at.text, Type::Date, rates.at.span);
        let [from, to] = ["from", "to"].map(|name| column(name, Type::Text, span));
        let rate = column("rate", Type::PLAIN, span);
        let mut wrong: Vec<(Span, String, Type)> = Vec::new();
        for (id, wanted) in [(from, "a text"), (to, "a text"), (rate, "a number"), (at, "a date")] {
            let Some(field) = fields.get(id.index()) else { continue };
            let fits = match field.ty {
                Type::Unknown => true,
                Type::Text | Type::Enum(_) => wanted == "a text",
                Type::Number(Unit::Plain) => wanted == "a number",
                Type::Date | Type::Instant => wanted == "a date",
                _ => false,
            };
            if !fits {
                wrong.push((field.span, format!("`{}` of a table of rates is {wanted}", field.name), field.ty));
            }
        }
        for (span, message, ty) in wrong {
            let label = format!("this is {}", self.type_words(ty));
            self.error(Code::TypeMismatch, span, message, &label, "take the column out: it is there by itself");
        }
        if let Some(field) = fields.get_mut(rate.index()) {
            // Nothing is worth nothing, or less.
            field.low = field.low.filter(|low| *low > Decimal::ZERO).or(Some(Decimal::STEP));
        }
        let table = TableId(self.program.tables.len() as u32);
        let valid_for = match &rates.valid_for {
            Some(valid) => valid.duration,
            None => {
                let message = format!("how long may a rate of `{}` be used?", item.name.text);
                let help = "write `valid for 31 days`: an older rate is stale, and what needs it is missing";
                self.error(Code::RatesIncomplete, span, message, "an old rate would be used for ever", help);
                crate::calendar::Duration { count: 1, unit: crate::calendar::PeriodKind::Day }
            }
        };
        match self.program.rates.map(|first| first.table) {
            Some(first) => {
                let first = self.program.table(first).map(|t| t.header.span).unwrap_or_default();
                self.push(
                    Diagnostic::new(Code::RatesIncomplete, span, "a program has one table of rates")
                        .label("second one")
                        .also(first, "first one")
                        .help("put all rates into one table, or convert before loading"),
                );
            }
            None => self.program.rates = Some(Rates { table, from, to, rate, at, valid_for }),
        }
        Table { header: header(item), kind: TableKind::Rows { as_of: Some(at) }, fields, key: None }
    }

    /// Finds the column of codes for each `money by COLUMN`.
    pub(super) fn currencies(&mut self, table: &str, fields: &mut [Field], declared: &[ast::Field]) {
        for (place, field) in declared.iter().enumerate() {
            let TypeExprKind::MoneyBy(name) = &field.ty.kind else { continue };
            let found = fields.iter().position(|f| f.name == name.text);
            match found.and_then(|i| Some((i, fields.get(i)?.ty))) {
                Some((i, Type::Text | Type::Enum(_) | Type::Unknown)) => {
                    let own = declared.get(..place).map_or(0, <[ast::Field]>::len);
                    let own = fields.iter().position(|f| f.name == field.name.text).unwrap_or(own);
                    if let Some(field) = fields.get_mut(own) {
                        field.currency = Some(FieldId(i as u32));
                    }
                }
                Some((_, ty)) => {
                    let message = format!("`{}` holds codes such as USD, so it must be a text", name.text);
                    let label = format!("this is {}", self.type_words(ty));
                    self.error(Code::TypeMismatch, name.span, message, &label, format!("write `{} text`", name.text));
                }
                None => {
                    let columns: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
                    self.no_column(name, table, &columns);
                }
            }
        }
    }

    /// `convert(amount, USD)`, `convert(amount, USD, closed_on)`
    pub(super) fn converted(&mut self, entry: &Entry, call: &Call, span: Span, scope: &Scope) -> Expr {
        let mut values: Vec<&ast::Expr> = Vec::new();
        for argument in &call.arguments {
            match &argument.kind {
                ArgumentKind::Value(value) => values.push(value),
                _ => {
                    let message = "`convert` takes values only";
                    let help = "convert the value of each row: `sum(convert(amount, USD) of SOURCE)`";
                    self.error(Code::WrongArguments, argument.span, message, "not a value", help);
                    return unknown(span);
                }
            }
        }
        let (amount, wanted, on) = match values.as_slice() {
            [amount, wanted] => (*amount, *wanted, None),
            [amount, wanted, on] => (*amount, *wanted, Some(*on)),
            _ => {
                let help = format!("it is called `{}`", entry.signature.replace(" or ", "` or `"));
                self.error(
                    Code::WrongArguments,
                    span,
                    "convert what into which currency?",
                    "wrong number of arguments",
                    help,
                );
                return unknown(span);
            }
        };
        let to = match &wanted.kind {
            ast::ExprKind::Name(code) => Currency::new(code),
            _ => None,
        };
        let Some(to) = to else {
            let help = "write the three capital letters of a currency: `convert(amount, USD)`";
            self.error(Code::WrongArguments, wanted.span, "convert into which currency?", "not a currency code", help);
            return unknown(span);
        };
        self.depth += 1;
        let amount = self.typed(amount, scope, Some(Type::Number(Unit::Money(to))));
        self.depth -= 1;
        let from = match (amount.ty, &amount.kind) {
            (Type::Unknown, _) => return unknown(span),
            (Type::Number(Unit::Money(from)), _) => CurrencyOf::Type(from),
            (Type::Mixed, kind) => match self.code_beside(kind, scope, amount.span) {
                Some(column) => CurrencyOf::Column(column),
                None => {
                    let message = "of amounts in several currencies only a column itself can be converted";
                    let help = "convert the column first: `convert(amount, USD)`, and go on with the result";
                    self.error(Code::MixedMoney, amount.span, message, "no column", help);
                    return unknown(span);
                }
            },
            (ty, _) => {
                let label = format!("this is {}", self.type_words(ty));
                let help = "declare the column `money EUR`, or `money by currency` where each row names its own";
                self.error(Code::UnitMismatch, amount.span, "`convert` wants money", &label, help);
                return unknown(span);
            }
        };
        let on = match on.map(|on| self.expr(on, scope, Some(Type::Date))) {
            None => None,
            Some(on) if on.ty.is_date() => Some(on),
            Some(on) => {
                if on.ty != Type::Unknown {
                    let label = format!("this is {}", self.type_words(on.ty));
                    let help = "name a date such as `closed_on`, or leave it out for the as-of date";
                    self.error(Code::TypeMismatch, on.span, "the rate of which day?", &label, help);
                }
                return unknown(span);
            }
        };
        if self.program.rates.is_none() && from != CurrencyOf::Type(to) {
            let help = "declare it: `rates fx at day { valid for 31 days }`, with columns day, from, to and rate";
            self.error(Code::RatesIncomplete, span, "there is no table of rates to convert by", "by which rate?", help);
            return unknown(span);
        }
        let kind = ExprKind::Convert(Box::new(Convert { amount, from, to, on }));
        Expr { kind, ty: Type::Number(Unit::Money(to)), span }
    }

    /// Amounts in several currencies where a value is wanted.
    pub(super) fn mixed(&mut self, amount: &Expr) -> Expr {
        let name = match amount.kind {
            ExprKind::Field(_) | ExprKind::RowField(_) => "the column",
            _ => "this",
        };
        let message = format!("{name} holds amounts in several currencies");
        let help = "put them into one: `convert(…, USD)`, or `convert(…, USD, DATE)` for the rate of a date";
        self.error(Code::MixedMoney, amount.span, message, "not one currency", help);
        unknown(amount.span)
    }

    /// The column of codes that belongs to a column of amounts.
    fn code_beside(&self, kind: &ExprKind, scope: &Scope, span: Span) -> Option<Expr> {
        let (table, id) = match (kind, scope) {
            (ExprKind::RowField(id), Scope::Row(table)) => (*table, *id),
            (ExprKind::Field(id), _) => (self.program.subject?, *id),
            (ExprKind::Related { of, field }, _) => (*of, *field),
            _ => return None,
        };
        let fields = &self.program.table(table)?.fields;
        let code = fields.get(id.index())?.currency?;
        let ty = fields.get(code.index())?.ty;
        let kind = match kind {
            ExprKind::Field(_) => ExprKind::Field(code),
            ExprKind::Related { of, .. } => ExprKind::Related { of: *of, field: code },
            _ => ExprKind::RowField(code),
        };
        Some(Expr { kind, ty, span })
    }
}
