//! Tables, columns and parameters.

use super::owners::implicit;
use super::{Checker, Scope, header, put};
use crate::Settings;
use crate::ast::{self, AttributeKind, ItemKind, TypeExpr, TypeExprKind};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::number::Decimal;
use crate::program::{Currency, EnumId, EnumType, Expr, Field, FieldId, Param, Table, TableId, TableKind, Type, Unit};
use crate::resolve::Symbol;
use crate::source::Source;
use std::collections::{HashMap, HashSet};

impl Checker<'_, '_> {
    /// Builds all tables and finds the one that is scored.
    pub(super) fn tables(&mut self) {
        for item in self.symbols.tables.clone() {
            let table = match &item.kind {
                ItemKind::Table(table) => match &table.of {
                    Some(of) => self.child_table(item, table, of),
                    None => self.rows_table(item, table),
                },
                ItemKind::Events(events) => self.events_table(item, events),
                ItemKind::Rates(rates) => self.rates_table(item, rates),
                // Its columns are those of its touches, which may be declared further down.
                ItemKind::Attribution(_) => super::attribution::no_columns_yet(item),
                _ => continue,
            };
            self.columns.push(super::columns(&table.fields));
            self.program.tables.push(table);
        }
        self.subject_table();
        self.parents();
        self.credited_tables();
        self.shadowed();
    }

    fn rows_table(&mut self, item: &ast::Item, table: &ast::Table) -> Table {
        let fields = self.fields(&item.name.text, &table.fields);
        let as_of = table.as_of.as_ref().and_then(|name| self.date_column(&item.name.text, &fields, name));
        let key = self.table_key(item, &fields, &table.fields);
        Table { header: header(item), kind: TableKind::Rows { as_of }, fields, key }
    }

    /// The key of a table of rows; there must be one.
    pub(super) fn table_key(&mut self, item: &ast::Item, fields: &[Field], declared: &[ast::Field]) -> Option<FieldId> {
        let key = self.key(fields, declared);
        if key.is_none() {
            let help = match declared.first() {
                Some(first) => {
                    format!("write `key` behind the column that identifies a row: `{} … key`", first.name.text)
                }
                None => "add a column `id text key`".to_string(),
            };
            self.error(
                Code::NoKey,
                item.name.span,
                format!("table `{}` has no key", item.name.text),
                "its rows cannot be told apart",
                help,
            );
        }
        key
    }

    fn events_table(&mut self, item: &ast::Item, events: &ast::Events) -> Table {
        let mut fields = self.fields(&item.name.text, &events.fields);
        let parent = events.of.as_ref().map(|of| self.owner_column(&mut fields, of));
        let at = implicit(&mut fields, &events.at, Type::Date);
        if let Some(field) = fields.get(at.index())
            && !field.ty.is_date()
            && field.ty != Type::Unknown
        {
            let message = format!("`{}` says when, so it must be a date or an instant", field.name);
            let (span, label) = (field.span, format!("this is {}", self.type_words(field.ty)));
            self.error(Code::TypeMismatch, span, message, &label, "write `date` or `instant`");
        }
        let kinds = [AttributeKind::Merged, AttributeKind::Parent];
        self.only_accounts_have(&events.fields, &kinds, "this is an event table");
        let key = self.key(&fields, &events.fields);
        let of = TableId(u32::MAX); // found once all tables are there
        let kind = match parent {
            Some(parent) => TableKind::Events { of, parent, at },
            None => TableKind::Portfolio { at },
        };
        Table { header: header(item), kind, fields, key }
    }

    pub(super) fn fields(&mut self, table: &str, declared: &[ast::Field]) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut seen: HashMap<&str, crate::span::Span> = HashMap::new();
        for field in declared {
            let name = field.name.text.as_str();
            if let Some(first) = seen.get(name) {
                self.push(
                    Diagnostic::new(Code::DuplicateName, field.name.span, format!("column `{name}` is declared twice"))
                        .label("second declaration")
                        .also(*first, "first declared here")
                        .help("take one of them out"),
                );
                continue;
            }
            seen.insert(name, field.name.span);
            let ty = self.type_of(&field.ty, &format!("{table}.{name}"));
            let has = |kind| field.attributes.iter().any(|a| a.kind == kind);
            let (low, high) = match &field.range {
                Some(range) => (range.low, range.high),
                None => natural_range(ty),
            };
            if let Some(range) = &field.range {
                if !ty.is_number() && ty != Type::Unknown {
                    self.error(
                        Code::TypeMismatch,
                        range.span,
                        format!("`{name}` is {ty}, which has no range"),
                        "only numbers have a range",
                        "take the range out",
                    );
                } else if low.zip(high).is_some_and(|(low, high)| low > high) {
                    self.error(
                        Code::EmptyRange,
                        range.span,
                        format!("no number lies in the range of `{name}`"),
                        "the first end is above the second",
                        "swap the two ends",
                    );
                }
            }
            fields.push(Field {
                name: name.to_string(),
                ty,
                integer: matches!(field.ty.kind, TypeExprKind::Integer),
                low,
                high,
                optional: has(AttributeKind::Optional),
                personal: has(AttributeKind::Personal),
                recorded: has(AttributeKind::Recorded),
                merged: has(AttributeKind::Merged),
                parent: has(AttributeKind::Parent),
                currency: None,
                doc: field.doc.clone(),
                span: field.name.span,
            });
        }
        self.currencies(table, &mut fields, declared);
        fields
    }

    fn key(&mut self, fields: &[Field], declared: &[ast::Field]) -> Option<FieldId> {
        let mut key: Option<(FieldId, crate::span::Span)> = None;
        for field in declared {
            let Some(attribute) = field.attributes.iter().find(|a| a.kind == AttributeKind::Key) else { continue };
            let index = fields.iter().position(|f| f.name == field.name.text)?;
            match key {
                Some((_, first)) => self.push(
                    Diagnostic::new(Code::WrongAttribute, attribute.span, "a table has one key")
                        .label("second key")
                        .also(first, "first key")
                        .help("keep one; a key of several columns has to be joined into one before loading"),
                ),
                None => key = Some((FieldId(index as u32), attribute.span)),
            }
            if field.attributes.iter().any(|a| a.kind == AttributeKind::Optional) {
                self.error(
                    Code::WrongAttribute,
                    attribute.span,
                    "a key cannot be optional",
                    "a row without it could not be named",
                    "take `optional` out",
                );
            }
        }
        key.map(|(id, _)| id)
    }

    fn date_column(&mut self, table: &str, fields: &[Field], name: &ast::Name) -> Option<FieldId> {
        let found = fields.iter().position(|f| f.name == name.text);
        match found.and_then(|i| fields.get(i)) {
            Some(field) if field.ty.is_date() || field.ty == Type::Unknown => found.map(|i| FieldId(i as u32)),
            Some(field) => {
                let message = format!("`{}` says since when a row holds, so it must be a date", name.text);
                self.error(Code::TypeMismatch, field.span, message, &format!("this is {}", field.ty), "write `date`");
                None
            }
            None => {
                self.no_column(name, table, &fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>());
                None
            }
        }
    }

    /// Says that a table has no such column.
    pub(super) fn unknown_column(&mut self, name: &ast::Name, table: TableId) {
        let Some(table) = self.program.table(table) else { return };
        let columns: Vec<String> = table.fields.iter().map(|f| f.name.clone()).collect();
        let table = table.header.name.clone();
        self.no_column(name, &table, &columns);
    }

    pub(super) fn no_column(&mut self, name: &ast::Name, table: &str, columns: &[String]) {
        let message = format!("`{table}` has no column `{}`", name.text);
        let diagnostic = Diagnostic::new(Code::UnknownColumn, name.span, message).label("not a column of this table");
        let columns = columns.iter().map(String::as_str);
        let otherwise = format!("declare it in `{table}`");
        self.push(self.suggest(diagnostic, &name.text, name.span, columns, otherwise));
    }

    /// What a written type means. Lists of values become a type of their own, named by `owner`.
    pub(super) fn type_of(&mut self, ty: &TypeExpr, owner: &str) -> Type {
        match &ty.kind {
            TypeExprKind::Boolean => Type::Boolean,
            TypeExprKind::Integer | TypeExprKind::Number => Type::PLAIN,
            TypeExprKind::AnyNumber => Type::Unknown,
            TypeExprKind::Ratio => Type::Number(Unit::Ratio),
            TypeExprKind::Points => Type::Number(Unit::Points),
            TypeExprKind::Nps => Type::Number(Unit::Nps),
            TypeExprKind::Duration => Type::Number(Unit::Days),
            TypeExprKind::Date => Type::Date,
            TypeExprKind::Instant => Type::Instant,
            TypeExprKind::Text => Type::Text,
            TypeExprKind::Money(None) => {
                self.push(
                    Diagnostic::new(Code::MoneyWithoutCurrency, ty.span, "money of which currency?")
                        .label("no currency")
                        .fix("name the currency: `money USD`", ty.span, "money USD"),
                );
                Type::Unknown
            }
            // Which column it is, is looked up once all columns are there.
            TypeExprKind::MoneyBy(_) => Type::Mixed,
            TypeExprKind::Money(Some(name)) => match Currency::new(&name.text) {
                Some(currency) => Type::Number(Unit::Money(currency)),
                None => {
                    let mut diagnostic = Diagnostic::new(
                        Code::MoneyWithoutCurrency,
                        name.span,
                        format!("`{}` is not a currency code", name.text),
                    )
                    .label("three capital letters are wanted");
                    let upper = name.text.to_uppercase();
                    diagnostic = match Currency::new(&upper) {
                        Some(_) => diagnostic.fix(format!("write `{upper}`"), name.span, upper),
                        None => diagnostic.help("write a code such as `USD` or `EUR`"),
                    };
                    self.push(diagnostic);
                    Type::Unknown
                }
            },
            TypeExprKind::OneOf(names) => {
                let mut values: Vec<String> = Vec::new();
                let mut seen: HashSet<&str> = HashSet::new();
                for name in names {
                    if !seen.insert(&name.text) {
                        let message = format!("`{}` is listed twice", name.text);
                        self.error(Code::DuplicateName, name.span, message, "second time", "take one of them out");
                    } else {
                        values.push(name.text.clone());
                    }
                }
                Type::Enum(self.add_enum(owner.to_string(), values))
            }
        }
    }

    pub(super) fn add_enum(&mut self, name: String, values: Vec<String>) -> EnumId {
        let id = EnumId(self.program.enums.len() as u32);
        self.lists.insert(name.clone(), id);
        self.values.push(super::places(&values));
        self.program.enums.push(EnumType { name, values });
        id
    }

    /// The table that is scored: the one called `account`, or the one that events belong to, or the only one.
    fn subject_table(&mut self) {
        let rows: Vec<usize> = (0..self.program.tables.len())
            .filter(|i| self.program.tables.get(*i).is_some_and(|t| matches!(t.kind, TableKind::Rows { .. })))
            .collect();
        let name = |i: &usize| self.program.tables.get(*i).map_or("", |t| t.header.name.as_str());
        // A table that was left out for errors in its text may be the one.
        let chosen = self.symbols.subject().filter(|_| !self.symbols.left_out("account"));
        if chosen.is_none() && self.symbols.incomplete() {
            self.program.subject = None;
            return;
        }
        if chosen.is_none() && !rows.is_empty() {
            let list: Vec<String> = rows.iter().map(|i| format!("`{}`", name(i))).collect();
            let span =
                rows.first().and_then(|i| self.program.tables.get(*i)).map(|t| t.header.span).unwrap_or_default();
            let message = format!("which table is scored: {}?", list.join(" or "));
            self.error(Code::NoSubject, span, message, "one of them must hold the accounts", "call it `account`");
        } else if chosen.is_none() && (!self.symbols.names.is_empty() || !self.diagnostics.has_errors()) {
            // A text of nothing but comments too; only what failed to parse says enough by itself.
            let span = self.symbols.names.values().map(|(_, span)| *span).min().unwrap_or_default();
            self.error(
                Code::NoSubject,
                span,
                "there is no table of accounts",
                "nothing says what is scored",
                "declare it: `table account { id text key }`",
            );
        }
        self.program.subject = chosen.map(|i| TableId(i as u32));
    }

    /// A column of the scored table must not have the name of a declaration: which of the two is meant could not be told.
    fn shadowed(&mut self) {
        let Some(table) = self.program.subject_table() else { return };
        let clashes: Vec<(String, crate::span::Span, Symbol, crate::span::Span)> = table
            .fields
            .iter()
            .filter_map(|f| {
                let (symbol, span) = self.symbols.names.get(f.name.as_str())?;
                Some((f.name.clone(), f.span, *symbol, *span))
            })
            .collect();
        for (name, field, symbol, declared) in clashes {
            if symbol.is_about_work() || matches!(symbol, Symbol::Objective(_)) {
                continue;
            }
            self.push(
                Diagnostic::new(
                    Code::ShadowedName,
                    declared,
                    format!("`{name}` is a column of the accounts and {}", symbol.words()),
                )
                .label("this declaration")
                .also(field, "this column")
                .help("give one of them another name"),
            );
        }
    }

    // ---------- parameters ----------

    /// Takes the settings of the run; names that do not exist are errors.
    pub(super) fn settings(&mut self, settings: &Settings) {
        for (name, value) in &settings.set {
            if self.symbols.left_out(name) {
                continue;
            }
            if matches!(self.symbols.get(name), Some(Symbol::Param(_))) {
                self.set.insert(name.clone(), value.clone());
                continue;
            }
            let params: Vec<&str> = self.symbols.params.iter().map(|p| p.name.text.as_str()).collect();
            let mut diagnostic = Diagnostic::new(
                Code::BadSetting,
                crate::span::Span::new(u16::MAX, 0, 0),
                format!("`--set {name}={value}`: there is no parameter `{name}`"),
            );
            diagnostic.help = did_you_mean(name, params.iter().copied())
                .or_else(|| Some(format!("declare it: `param {name} = {value}`")));
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn param(&mut self, index: usize, item: &ast::Item, param: &ast::Param) {
        let declared = param.ty.as_ref().map(|ty| self.type_of(ty, &item.name.text));
        let scope = Scope::Constant("a parameter");
        let mut typed = self.expr(&param.value, &scope, declared);
        let set = self.set.get(&item.name.text).cloned();
        if let Some(text) = &set {
            typed = self.set_value(item, text, declared.unwrap_or(typed.ty)).unwrap_or(typed);
        }
        if let Some(ty) = declared {
            typed = self.want(typed, ty, "the value of the parameter");
        }
        let mut ty = typed.ty;
        let errors = self.error_count();
        let value = self.fold(&typed);
        if self.error_count() > errors {
            ty = Type::Unknown;
        }
        put(&mut self.params, index, Some(Param { header: header(item), ty, value, set: set.is_some() }));
    }

    /// The value that the run gives a parameter, of the type that it has in the program.
    fn set_value(&mut self, item: &ast::Item, text: &str, ty: Type) -> Option<Expr> {
        let source = Source::new("--set", text);
        let mut found = crate::diagnostics::Diagnostics::new();
        let parsed = crate::syntax::parse_expression(u16::MAX, &source, &mut found);
        let value = parsed.filter(|_| !found.has_errors()).map(|expr| {
            let mut quiet = crate::diagnostics::Diagnostics::new();
            let outer = std::mem::replace(self.diagnostics, quiet);
            let typed = self.expr(&expr, &Scope::Constant("a setting"), Some(ty));
            quiet = std::mem::replace(self.diagnostics, outer);
            (typed, quiet.has_errors())
        });
        match value {
            Some((mut typed, false)) => {
                if super::units::adoptable(&typed) && ty.is_number() {
                    typed.ty = ty;
                }
                if typed.ty == ty {
                    typed.span = item.name.span;
                    return Some(typed);
                }
                let (name, got) = (&item.name.text, typed.ty);
                let message = format!("`--set {name}={text}`: this is {got}, but `{name}` is {ty}");
                self.diagnostics.push(
                    Diagnostic::new(Code::BadSetting, item.name.span, message)
                        .label(format!("declared as {ty}"))
                        .help(format!("give a value like the declared one, `--set {name}=…`")),
                );
                None
            }
            _ => {
                let name = &item.name.text;
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::BadSetting,
                        item.name.span,
                        format!("`--set {name}={text}`: this is not a value"),
                    )
                    .label(format!("declared as {ty}"))
                    .help("give a number, a date, a text in quotes, yes or no"),
                );
                None
            }
        }
    }
}

/// The range that a unit has by itself.
fn natural_range(ty: Type) -> (Option<Decimal>, Option<Decimal>) {
    match ty {
        Type::Number(Unit::Points) => (Some(Decimal::ZERO), Some(Decimal::HUNDRED)),
        Type::Number(Unit::Nps) => (Some(Decimal::HUNDRED.neg()), Some(Decimal::HUNDRED)),
        _ => (None, None),
    }
}

pub(super) fn plain_field(name: &str, ty: Type, span: crate::span::Span) -> Field {
    Field {
        name: name.to_string(),
        ty,
        integer: false,
        low: None,
        high: None,
        optional: false,
        personal: false,
        recorded: false,
        merged: false,
        parent: false,
        currency: None,
        doc: None,
        span,
    }
}
