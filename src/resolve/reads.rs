//! Who reads what: the declarations and columns behind the names of a declaration, each with its place.
//!
//! Taken from the names in the text, so that it is known of programs with mistakes too. The one subtlety is that list
//! values are contextual: in `industry in (fintech, health)` the word `health` is a value even where a scorecard has that
//! name, so a name compared with a column whose list has it is no read. A bare name is a column first: of the counted rows
//! inside an aggregate, of the accounts anywhere.

use super::{Symbol, Symbols};
use crate::ast::{
    self, ActionTarget, ArgumentKind, Call, ClauseKind, Expr, ExprKind, Item, ItemKind, ModelKind, Name, RowTestKind,
    Thresholds, TypeExprKind,
};
use crate::library;
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// Something that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Read<'a> {
    /// A declaration.
    Symbol(Symbol),
    /// A column, by the place of its table in [`Symbols::tables`] and its name.
    Column(usize, &'a str),
    /// A definition of `std`, by the name it is called under: `std.roi`.
    Library(&'static str),
}

/// What is read, with the places of the names.
pub type Reads<'a> = Vec<(Read<'a>, Span)>;

/// Columns that every attribution adds to those of its touches.
const CREDITED: [&str; 2] = ["credit", "share"];

/// Tells of any declaration what it reads.
#[derive(Debug)]
pub struct Reader<'s, 'a> {
    symbols: &'s Symbols<'a>,
    lists: HashMap<&'a str, HashSet<&'a str>>,
    /// Columns of each table.
    columns: Vec<HashSet<&'a str>>,
    /// The table that is scored.
    subject: Option<usize>,
}

impl<'s, 'a> Reader<'s, 'a> {
    /// Gets ready.
    pub fn new(symbols: &'s Symbols<'a>) -> Reader<'s, 'a> {
        let columns = symbols.tables.iter().map(|item| columns(symbols, item)).collect();
        Reader { symbols, lists: value_lists(symbols), columns, subject: symbols.subject() }
    }

    /// What a declaration reads, in the order of the text.
    pub fn of(&self, item: &'a Item) -> Reads<'a> {
        let mut finder = Finder { reader: self, rows: None, reads: Vec::new() };
        finder.item(item);
        finder.reads
    }

    /// The columns of a table: its own, and those that it has without saying so.
    pub fn columns(&self, table: usize) -> impl Iterator<Item = &'a str> {
        self.columns.get(table).into_iter().flatten().copied()
    }
}

/// The names of the columns of a table.
fn columns<'a>(symbols: &Symbols<'a>, item: &'a Item) -> HashSet<&'a str> {
    let own = |fields: &'a [ast::Field]| fields.iter().map(|field| field.name.text.as_str());
    match &item.kind {
        ItemKind::Table(table) => own(&table.fields).chain(table.of.iter().map(|of| of.text.as_str())).collect(),
        ItemKind::Events(events) => {
            let implied = events.of.iter().chain([&events.at]).map(|name| name.text.as_str());
            own(&events.fields).chain(implied).collect()
        }
        ItemKind::Rates(rates) => own(&rates.fields).chain(["from", "to", "rate", rates.at.text.as_str()]).collect(),
        ItemKind::Attribution(attribution) => {
            let touches = symbols.get(&attribution.touches.text).and_then(|symbol| symbols.item(symbol));
            let touches = touches.filter(|item| !matches!(item.kind, ItemKind::Attribution(_)));
            let mut all = touches.map_or_else(HashSet::new, |item| columns(symbols, item));
            all.extend(CREDITED);
            all.extend(attribution.at.iter().map(|name| name.text.as_str()));
            all
        }
        _ => HashSet::new(),
    }
}

/// The values of each column and partition that is a list, by the name under which it is compared.
fn value_lists<'a>(symbols: &Symbols<'a>) -> HashMap<&'a str, HashSet<&'a str>> {
    let mut lists: HashMap<&str, HashSet<&str>> = HashMap::new();
    for item in &symbols.tables {
        let fields = match &item.kind {
            ItemKind::Table(table) => &table.fields,
            ItemKind::Events(events) => &events.fields,
            _ => continue,
        };
        for field in fields {
            if let TypeExprKind::OneOf(values) = &field.ty.kind {
                lists.entry(&field.name.text).or_default().extend(values.iter().map(|v| v.text.as_str()));
            }
        }
    }
    for item in &symbols.partitions {
        if let ItemKind::Partition(partition) = &item.kind {
            lists.entry(&item.name.text).or_default().extend(partition.parts.iter().map(|p| p.name.text.as_str()));
        }
    }
    lists
}

struct Finder<'r, 's, 'a> {
    reader: &'r Reader<'s, 'a>,
    /// The table whose rows are at hand.
    rows: Option<usize>,
    reads: Reads<'a>,
}

impl<'a> Finder<'_, '_, 'a> {
    fn item(&mut self, item: &'a Item) {
        match &item.kind {
            ItemKind::Param(param) => self.expr(&param.value),
            ItemKind::Define(define) => self.define(define),
            ItemKind::Segment(segment) => self.expr(&segment.condition),
            ItemKind::Partition(partition) => {
                partition.by.iter().for_each(|by| self.expr(by));
                self.rows(&partition.parts);
            }
            ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => self.metric(metric),
            ItemKind::RowMetric(ast::RowMetric { of, metric }) => {
                self.name(of);
                self.among(of, |finder| finder.metric(metric));
            }
            ItemKind::Scorecard(card) => self.scorecard(card),
            ItemKind::Benchmark(benchmark) => {
                self.name(&benchmark.of);
                for row in &benchmark.rows {
                    row.segment.iter().for_each(|segment| self.name(segment));
                    row.bounds.iter().for_each(|bound| self.expr(bound));
                }
            }
            ItemKind::Rule(rule) | ItemKind::PortfolioRule(rule) => self.rule(rule),
            ItemKind::RowRule(rows) => {
                self.name(&rows.of);
                self.among(&rows.of, |finder| finder.rule(&rows.rule));
            }
            ItemKind::Guard(guard) => self.guard(guard),
            ItemKind::Playbook(playbook) => self.playbook(playbook),
            ItemKind::Objective(objective) => objective.target.iter().for_each(|target| self.expr(target)),
            ItemKind::Table(table) => table.of.iter().for_each(|of| self.name(of)),
            ItemKind::Events(events) => events.of.iter().for_each(|of| self.name(of)),
            ItemKind::Attribution(attribution) => self.attribution(attribution),
            ItemKind::Rates(_) | ItemKind::Test(_) | ItemKind::Fixture(_) | ItemKind::Calendar(_) => {}
        }
    }

    fn define(&mut self, define: &'a ast::Define) {
        let before = self.reads.len();
        self.expr(&define.body);
        let inner = self.reads.split_off(before);
        let own: HashSet<&str> = define.parameters.iter().map(|p| p.name.text.as_str()).collect();
        let hidden = |read: &Read| match read {
            Read::Column(_, name) => own.contains(name),
            Read::Library(_) => false,
            Read::Symbol(symbol) => own.iter().any(|name| self.reader.symbols.get(name) == Some(*symbol)),
        };
        let seen: Vec<_> = inner.into_iter().filter(|(read, _)| !hidden(read)).collect();
        self.reads.extend(seen);
    }

    fn scorecard(&mut self, card: &'a ast::Scorecard) {
        card.lines.iter().for_each(|line| self.line(line));
        for part in &card.overrides {
            self.name(&part.segment);
            part.lines.iter().for_each(|line| self.line(line));
        }
        for limit in &card.limits {
            self.expr(&limit.value);
            limit.when.iter().for_each(|when| self.expr(when));
        }
        card.below.iter().for_each(|bound| self.expr(bound));
        if let Some(correction) = &card.correction {
            self.name(&correction.events);
            self.among(&correction.events, |finder| {
                finder.column(&correction.field);
                correction.filter.iter().for_each(|filter| finder.expr(filter));
            });
        }
        card.grades.iter().for_each(|table| self.thresholds(table));
        card.local.iter().for_each(|local| self.expr(&local.share));
    }

    fn rule(&mut self, rule: &'a ast::Rule) {
        match &rule.trigger {
            Some(ast::Trigger { source: Some(source), condition, .. }) => {
                self.name(source);
                self.among(source, |finder| finder.acting(rule, Some(condition)));
            }
            trigger => self.acting(rule, trigger.as_ref().map(|t| &t.condition)),
        }
        [&rule.unless, &rule.close, &rule.pilot, &rule.priority].into_iter().flatten().for_each(|e| self.expr(e));
        rule.calendar.iter().for_each(|name| self.name(name));
    }

    /// What a rule reads where the row that sets it off is at hand.
    fn acting(&mut self, rule: &'a ast::Rule, condition: Option<&'a Expr>) {
        condition.into_iter().for_each(|condition| self.expr(condition));
        for action in &rule.actions {
            match &action.what {
                ActionTarget::Text(text) => self.template(text),
                ActionTarget::Name(name) if action.verb.text == "playbook" => self.name(name),
                ActionTarget::Name(_) => {}
            }
            // Whoever is named may be a team; only a column is read.
            action.assign.iter().chain(&action.fallback).for_each(|name| self.column(name));
        }
        rule.limit.iter().for_each(|limit| self.column(&limit.per));
        rule.dedupe.iter().for_each(|name| self.column(name));
        rule.escalate.iter().filter_map(|step| step.meeting.as_ref()).for_each(|text| self.template(text));
    }

    fn template(&mut self, text: &'a ast::Text) {
        for (name, at) in ast::placeholders(&text.text, text.span) {
            self.bare(name, at);
        }
    }

    fn guard(&mut self, guard: &'a ast::Guard) {
        let conditions = |finder: &mut Self| {
            for reason in &guard.reasons {
                if let ast::ReasonKind::When(condition) = &reason.kind {
                    finder.expr(condition);
                }
            }
        };
        match &guard.of {
            Some(of) => {
                self.name(of);
                self.among(of, conditions);
            }
            None => conditions(self),
        }
        guard.applies.iter().chain(&guard.except).for_each(|rule| self.name(rule));
    }

    fn playbook(&mut self, playbook: &'a ast::Playbook) {
        for task in &playbook.tasks {
            self.template(&task.text);
            task.assign.iter().chain(&task.fallback).for_each(|name| self.column(name));
        }
    }

    fn attribution(&mut self, attribution: &'a ast::Attribution) {
        self.name(&attribution.touches);
        let sold = attribution.amount.as_ref().map_or(&attribution.touches, |(_, of)| of);
        self.among(sold, |finder| {
            attribution.amount.iter().for_each(|(amount, _)| finder.expr(amount));
            attribution.when.iter().for_each(|when| finder.expr(when));
            attribution.at.iter().for_each(|at| finder.column(at));
        });
        self.among(&attribution.touches, |finder| {
            attribution.filter.iter().for_each(|filter| finder.expr(filter));
            attribution.to.iter().chain(&attribution.once_per).for_each(|name| finder.column(name));
            match attribution.model.as_ref().map(|model| &model.kind) {
                Some(ModelKind::U(share)) => finder.expr(share),
                Some(ModelKind::W(share, key)) => {
                    finder.expr(share);
                    finder.expr(key);
                }
                Some(ModelKind::Named(_) | ModelKind::Decay(_)) | None => {}
            }
        });
        attribution.excluding.iter().for_each(|name| self.name(name));
    }

    fn metric(&mut self, metric: &'a ast::Metric) {
        metric.value.iter().for_each(|value| self.expr(value));
        metric.thresholds.iter().for_each(|table| self.thresholds(table));
        metric.scales.iter().for_each(|scale| self.scale(scale));
        if let Some(ast::ValidFor { then: ast::Stale::Fade { to, .. }, .. }) = &metric.valid_for {
            self.expr(to);
        }
    }

    fn line(&mut self, line: &'a ast::Line) {
        self.name(&line.name);
        line.weight.iter().for_each(|weight| self.expr(weight));
        line.scale.iter().for_each(|scale| self.scale(scale));
    }

    fn scale(&mut self, scale: &'a ast::Scale) {
        scale.segment.iter().for_each(|segment| self.name(segment));
        for (value, points) in &scale.points {
            self.expr(value);
            self.expr(points);
        }
    }

    fn thresholds(&mut self, table: &'a Thresholds) {
        table.segment.iter().for_each(|segment| self.name(segment));
        self.rows(&table.rows);
    }

    fn rows(&mut self, rows: &'a [ast::Row]) {
        for row in rows {
            match &row.test.kind {
                // A bare word in a row is a list value or a parameter; only parameters are read.
                RowTestKind::Compare(_, value) => self.bound(value),
                RowTestKind::Between(low, high) => {
                    self.bound(low);
                    self.bound(high);
                }
                RowTestKind::In(list) => list.iter().for_each(|value| self.bound(value)),
                RowTestKind::When(condition) => self.expr(condition),
                RowTestKind::Missing | RowTestKind::Otherwise => {}
            }
            row.points.iter().for_each(|points| self.expr(points));
        }
    }

    fn bound(&mut self, value: &'a Expr) {
        if let ExprKind::Name(name) = &value.kind
            && !matches!(self.reader.symbols.get(name), Some(Symbol::Param(_)))
        {
            return;
        }
        self.expr(value);
    }

    /// The name of a declaration.
    fn name(&mut self, name: &Name) {
        self.symbol(&name.text, name.span);
    }

    fn symbol(&mut self, name: &str, span: Span) {
        if let Some(symbol) = self.reader.symbols.get(name) {
            self.reads.push((Read::Symbol(symbol), span));
        }
    }

    /// The name of a column of the rows at hand, or of the account.
    fn column(&mut self, name: &Name) {
        if let Some(read) = self.found(&name.text) {
            self.reads.push((read, name.span));
        }
    }

    /// The column that a bare name means.
    fn found(&self, name: &str) -> Option<Read<'a>> {
        let of = |table: usize| {
            let found = self.reader.columns.get(table)?.get(name).copied()?;
            Some(Read::Column(table, found))
        };
        self.rows.and_then(of).or_else(|| self.reader.subject.and_then(of))
    }

    /// A column or a declaration.
    fn bare(&mut self, name: &str, span: Span) {
        match self.found(name) {
            Some(read) => self.reads.push((read, span)),
            None => self.symbol(name, span),
        }
    }

    /// Looks at something about the rows of a table.
    fn among(&mut self, table: &Name, look: impl FnOnce(&mut Self)) {
        let outer = self.rows;
        if let Some(Symbol::Table(table)) = self.reader.symbols.get(&table.text) {
            self.rows = Some(table);
        }
        look(self);
        self.rows = outer;
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.bare(name, expr.span),
            ExprKind::Member(table, name) => self.member(table, name),
            ExprKind::Compare(_, left, right) => {
                self.side(left, right);
                self.side(right, left);
            }
            ExprKind::In { value, list, .. } => {
                self.expr(value);
                list.iter().for_each(|element| self.side(element, value));
            }
            ExprKind::Call(call) => self.call(expr, call),
            ExprKind::Ranked { value, within, at_least, .. } => {
                self.expr(value);
                at_least.iter().for_each(|least| self.expr(least));
                within.iter().for_each(|name| self.name(name));
            }
            _ => ast::children(expr, &mut |child| self.expr(child)),
        }
    }

    /// A column, or a metric of the table's rows.
    fn member(&mut self, table: &Name, name: &'a Name) {
        let Some(Symbol::Table(place)) = self.reader.symbols.get(&table.text) else { return };
        let column = self.reader.columns.get(place).and_then(|columns| columns.get(name.text.as_str()));
        if let Some(column) = column {
            self.reads.push((Read::Column(place, column), name.span));
        } else if let Some(symbol @ Symbol::RowMetric(_)) = self.reader.symbols.get(&name.text) {
            self.reads.push((Read::Symbol(symbol), name.span));
        }
    }

    fn call(&mut self, expr: &'a Expr, call: &'a Call) {
        if let Some(Symbol::Define(_)) = self.reader.symbols.get(&call.function.text) {
            self.name(&call.function);
        }
        if let Some(definition) = library::find(&call.function.text) {
            self.reads.push((Read::Library(definition.qualified()), call.function.span));
        }
        // `count(activity)` names a table, like any name; `sum(x of activity)` says whose columns come first.
        let rows = |argument: &'a ast::Argument| match &argument.kind {
            ArgumentKind::Rows { source, clauses, .. } => Some((source, clauses.as_slice(), None)),
            ArgumentKind::Pairs { source, clauses, with, with_clauses } => {
                Some((source, clauses.as_slice(), Some((with, with_clauses.as_slice()))))
            }
            _ => None,
        };
        let Some((source, clauses, with)) = call.arguments.iter().find_map(rows) else {
            ast::children(expr, &mut |child| self.expr(child));
            return;
        };
        self.name(source);
        self.among(source, |finder| {
            if with.is_some() {
                return finder.clauses(clauses);
            }
            clauses.iter().for_each(|clause| finder.keys(&clause.kind));
            ast::children(expr, &mut |child| finder.expr(child));
        });
        if let Some((with, clauses)) = with {
            self.name(with);
            self.among(with, |finder| finder.clauses(clauses));
        }
    }

    fn clauses(&mut self, clauses: &'a [ast::Clause]) {
        for clause in clauses {
            self.keys(&clause.kind);
            ast::clause_children(clause, &mut |child| self.expr(child));
        }
    }

    /// The columns by which rows are told apart.
    fn keys(&mut self, clause: &ClauseKind) {
        let (ClauseKind::Dedupe { by: names, .. } | ClauseKind::LatestPer(names) | ClauseKind::By { keys: names, .. }) =
            clause
        else {
            return;
        };
        names.iter().for_each(|name| self.column(name));
    }

    /// One side of a comparison: no read if the other side is a column or partition whose list has this word.
    fn side(&mut self, side: &'a Expr, other: &Expr) {
        let list = match &other.kind {
            ExprKind::Name(list) => Some(list),
            ExprKind::Member(_, list) => Some(&list.text),
            _ => None,
        };
        if let (ExprKind::Name(word), Some(list)) = (&side.kind, list)
            && self.reader.lists.get(list.as_str()).is_some_and(|values| values.contains(word.as_str()))
        {
            return;
        }
        self.expr(side);
    }
}
