//! Whose rows the rows of a table are: those of an account, of a child table, or of the whole portfolio.

use super::{Checker, header, put};
use crate::ast::{self, AttributeKind, ItemKind, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Field, FieldId, RowMetric, RowMetricId, Table, TableId, TableKind, Type};
use crate::resolve::Symbol;

impl Checker<'_, '_> {
    /// A table whose rows belong to rows of another.
    pub(super) fn child_table(&mut self, item: &ast::Item, table: &ast::Table, of: &Name) -> Table {
        let mut fields = self.fields(&item.name.text, &table.fields);
        if let Some(history) = &table.as_of {
            self.not_yet(
                history.span,
                "the history of rows that belong to others",
                "leave `as of` out; a row is then taken as it is today, at every date",
            );
        }
        let parent = self.owner_column(&mut fields, of);
        self.only_accounts_have(&table.fields, &[AttributeKind::Parent], "only accounts stand above each other");
        let key = self.table_key(item, &fields, &table.fields);
        let of = TableId(u32::MAX); // found once all tables are there
        Table { header: header(item), kind: TableKind::Child { of, parent }, fields, key }
    }

    /// The column that holds the key of the row that a row belongs to: named after its table, and there without being declared.
    pub(super) fn owner_column(&mut self, fields: &mut Vec<Field>, of: &Name) -> FieldId {
        let place = implicit(fields, of, Type::Text);
        if let Some(field) = fields.get(place.index())
            && !matches!(field.ty, Type::Text | Type::Unknown)
        {
            let message = format!("`{}` holds keys of `{}`, so it must be a text", field.name, of.text);
            let (span, label) = (field.span, format!("this is {}", self.type_words(field.ty)));
            self.error(Code::TypeMismatch, span, message, &label, "write `text`, or leave the column out");
        }
        place
    }

    pub(super) fn only_accounts_have(&mut self, fields: &[ast::Field], kinds: &[AttributeKind], label: &str) {
        let attributes = fields.iter().flat_map(|field| &field.attributes);
        let wrong: Vec<crate::span::Span> = attributes.filter(|a| kinds.contains(&a.kind)).map(|a| a.span).collect();
        for span in wrong {
            let whose = if label.ends_with("event table") { "a table of rows" } else { "the table of accounts" };
            let message = format!("only {whose} can say this of a column");
            self.error(Code::WrongAttribute, span, message, label, "take the word out");
        }
    }

    /// Finds the table that each table belongs to.
    pub(super) fn parents(&mut self) {
        let subject = self.program.subject;
        for (index, item) in self.symbols.tables.clone().into_iter().enumerate() {
            let name = match &item.kind {
                ItemKind::Events(events) => events.of.as_ref(),
                ItemKind::Table(table) => table.of.as_ref(),
                _ => None,
            };
            let Some(name) = name else { continue };
            let found = self.owner(name);
            let kind = self.program.tables.get_mut(index).map(|t| &mut t.kind);
            if let Some(TableKind::Events { of, .. } | TableKind::Child { of, .. }) = kind {
                *of = found.or(subject).unwrap_or(TableId(0));
            }
        }
        let mut told: Vec<TableId> = Vec::new();
        for (index, item) in self.symbols.tables.clone().into_iter().enumerate() {
            let id = TableId(index as u32);
            let line = self.program.lineage(id);
            let Some(last) = line.last().copied().filter(|last| Some(*last) != subject && subject.is_some()) else {
                continue;
            };
            let last_kind = self.program.table(last).map(|t| t.kind.clone());
            if last_kind.is_some_and(|kind| kind.owner().is_some()) {
                if !told.contains(&id) {
                    told.extend(&line);
                    self.belongs_in_a_circle(item, &line);
                }
            } else if line.len() > 1 && !told.contains(&last) {
                told.push(last);
                let owner = self.program.table(last).map_or(String::new(), |t| t.header.name.clone());
                let span = self.program.table(last).map_or(item.name.span, |t| t.header.span);
                let account = self.subject().map_or("account", |t| t.header.name.as_str()).to_string();
                self.error(
                    Code::GrainMismatch,
                    span,
                    format!("the rows of `{owner}` belong to no `{account}`"),
                    "nothing here is reached from an account",
                    format!("say whose they are: `table {owner} of {account} {{ … }}`"),
                );
            }
        }
    }

    fn belongs_in_a_circle(&mut self, item: &ast::Item, line: &[TableId]) {
        let name = |id: &TableId| self.program.table(*id).map_or("?", |t| t.header.name.as_str());
        let mut names: Vec<&str> = line.iter().map(name).collect();
        names.push(names.first().copied().unwrap_or("?"));
        let message = match line.len() {
            1 => format!("rows of `{}` would belong to rows of `{}`", item.name.text, item.name.text),
            _ => format!("tables belong to each other in a circle: {}", names.join(" of ")),
        };
        let help = "let one of them belong to the accounts";
        self.error(Code::DependencyCycle, item.name.span, message, "belongs to itself in the end", help);
    }

    /// The table of a name behind `of`.
    fn owner(&mut self, name: &Name) -> Option<TableId> {
        let found = match self.symbols.get(&name.text) {
            Some(Symbol::Table(parent)) => Some(TableId(parent as u32)),
            _ => None,
        };
        let events = found.and_then(|id| self.program.table(id)).is_some_and(|t| t.kind.at().is_some());
        if events {
            self.error(
                Code::WrongKind,
                name.span,
                format!("`{}` holds events, which nothing belongs to", name.text),
                "rows belong to rows with a key",
                "name a `table`",
            );
            return None;
        }
        if found.is_none() && !self.symbols.left_out(&name.text) {
            let message = format!("there is no table `{}`", name.text);
            let diagnostic =
                Diagnostic::new(Code::UnknownName, name.span, message).label("these rows belong to nothing");
            let names = self.program.tables.iter().filter(|t| t.kind.at().is_none());
            let names: Vec<String> = names.map(|t| t.header.name.clone()).collect();
            let otherwise = format!("declare it: `table {} {{ id text key }}`", name.text);
            let names = names.iter().map(String::as_str);
            let diagnostic = self.suggest(diagnostic, &name.text, name.span, names, otherwise);
            self.push(diagnostic);
        }
        found
    }

    /// `contact metric asks = …`
    pub(super) fn row_metric(&mut self, index: usize, item: &ast::Item, metric: &ast::RowMetric) {
        let Some(of) = self.rows_of(&metric.of, &item.name, "metric") else { return };
        let column = self.table_field(of, &item.name.text).map(|(_, field)| field.span);
        if let Some(column) = column {
            self.push(
                Diagnostic::new(
                    Code::ShadowedName,
                    item.name.span,
                    format!("`{}` is a column of `{}` and a metric of its rows", item.name.text, metric.of.text),
                )
                .label("this declaration")
                .also(column, "this column")
                .help("give one of them another name"),
            );
        }
        let inner = &metric.metric;
        let further = inner.thresholds.iter().map(|t| t.span).chain(inner.scales.iter().map(|s| s.span));
        for span in further.chain(inner.valid_for.iter().map(|v| v.span)).collect::<Vec<_>>() {
            self.error(
                Code::MisplacedStatement,
                span,
                format!("a metric of the rows of `{}` has a value only", metric.of.text),
                "belongs to a metric of the account",
                format!(
                    "put it into a metric that reads this one: `metric … {{ value max({} of {}) … }}`",
                    item.name.text, metric.of.text
                ),
            );
        }
        let cyclic = self.symbols.cyclic.contains(&Symbol::RowMetric(index));
        let bare = ast::Metric { thresholds: Vec::new(), scales: Vec::new(), valid_for: None, ..inner.clone() };
        let (built, domain) = self.measured(item, &bare, &super::Scope::Child(of), cyclic);
        put(&mut self.row_domains, index, domain);
        put(&mut self.row_metrics, index, Some(RowMetric { header: built.header, of, value: built.value }));
    }

    /// The table of rows in front of `metric`, `rule` and `guard`: one whose rows belong to something.
    pub(super) fn rows_of(&mut self, of: &Name, name: &Name, kind: &str) -> Option<TableId> {
        let found = match self.symbols.get(&of.text) {
            Some(Symbol::Table(i)) => Some(TableId(i as u32)),
            _ => None,
        };
        let child =
            found.filter(|id| self.program.table(*id).is_some_and(|t| matches!(t.kind, TableKind::Child { .. })));
        if child.is_none() && !self.symbols.left_out(&of.text) {
            self.no_child_table(of, &name.text, kind, found);
        }
        child
    }

    fn no_child_table(&mut self, named: &Name, name: &str, kind: &str, of: Option<TableId>) {
        let word = &named.text;
        let children = self.program.tables.iter().filter(|t| matches!(t.kind, TableKind::Child { .. }));
        let children: Vec<String> = children.map(|t| t.header.name.clone()).collect();
        let account = self.subject().map_or("account", |t| t.header.name.as_str()).to_string();
        if of.is_some() && of == self.program.subject {
            let span = named.span;
            let diagnostic =
                Diagnostic::new(Code::GrainMismatch, span, format!("every {kind} is a {kind} of `{word}`"));
            let diagnostic = diagnostic.label("says nothing here").help(format!("write `{kind} {name}`"));
            self.push(diagnostic);
            return;
        }
        let diagnostic = match of {
            Some(_) => Diagnostic::new(
                Code::GrainMismatch,
                named.span,
                format!("rows of `{word}` have no {kind}s of their own"),
            )
            .label("not a table of rows that belong to the accounts"),
            None => Diagnostic::new(Code::UnknownName, named.span, format!("there is no table `{word}`"))
                .label(format!("whose {kind}?")),
        };
        let otherwise = match of {
            Some(_) => format!("write `{kind} {name}`, with an aggregate of `{word}`"),
            None => format!("declare it: `table {word} of {account} {{ id text key }}`, or write `{kind} {name}`"),
        };
        let diagnostic = match of {
            Some(_) => diagnostic.help(otherwise),
            None => self.suggest(diagnostic, word, named.span, children.iter().map(String::as_str), otherwise),
        };
        self.push(diagnostic);
    }

    /// The metric of rows of a name, with its table.
    pub(super) fn row_metric_of(&self, index: usize) -> Option<(RowMetricId, TableId, Type)> {
        let metric = self.row_metrics.get(index)?.as_ref()?;
        Some((RowMetricId(index as u32), metric.of, metric.value.ty))
    }
}

/// The column of a name, added if it is not declared.
pub(super) fn implicit(fields: &mut Vec<Field>, name: &Name, ty: Type) -> FieldId {
    let place = fields.iter().position(|f| f.name == name.text).unwrap_or_else(|| {
        fields.push(super::tables::plain_field(&name.text, ty, name.span));
        fields.len() - 1
    });
    FieldId(place as u32)
}
