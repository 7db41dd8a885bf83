//! Who reads whom: the order of evaluation, and cycles as paths.
//!
//! Edges are taken from the names in the text. The one subtlety is that list values are contextual: in
//! `industry in (fintech, health)` the word `health` is a value even where a scorecard has that name, so a name compared
//! with a column whose list has it is no edge. Neither is a column: of the accounts anywhere, of the counted rows inside
//! an aggregate.

use super::{Symbol, Symbols};
use crate::ast::{self, ArgumentKind, Expr, ExprKind, Item, ItemKind, RowTestKind, Thresholds, TypeExprKind};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// Edges of one symbol, with the place of the name.
type Edges = Vec<(Symbol, Span)>;

/// Fills [`Symbols::order`] and [`Symbols::cyclic`].
pub fn order(symbols: &mut Symbols, diagnostics: &mut Diagnostics) {
    let lists = value_lists(symbols);
    let columns: Vec<HashSet<&str>> = symbols.tables.iter().map(|item| columns(item)).collect();
    let subject = symbols.subject();
    let mut nodes = Vec::new();
    nodes.extend((0..symbols.params.len()).map(Symbol::Param));
    nodes.extend((0..symbols.defines.len()).map(Symbol::Define));
    nodes.extend((0..symbols.segments.len()).map(Symbol::Segment));
    nodes.extend((0..symbols.partitions.len()).map(Symbol::Partition));
    nodes.extend((0..symbols.metrics.len()).map(Symbol::Metric));
    nodes.extend((0..symbols.scorecards.len()).map(Symbol::Scorecard));
    nodes.extend((0..symbols.portfolio.len()).map(Symbol::Portfolio));
    nodes.extend((0..symbols.benchmarks.len()).map(Symbol::Benchmark));
    nodes.extend((0..symbols.row_metrics.len()).map(Symbol::RowMetric));
    let edges: HashMap<Symbol, Edges> = nodes
        .iter()
        .map(|&node| {
            let mut found =
                Finder { symbols, lists: &lists, columns: &columns, subject, rows: None, edges: Vec::new() };
            if let Some(item) = symbols.item(node) {
                found.item(item);
            }
            (node, found.edges)
        })
        .collect();
    let mut walk =
        Walk { edges: &edges, state: HashMap::new(), order: Vec::new(), cycles: Vec::new(), cyclic: HashSet::new() };
    for &node in &nodes {
        walk.from(node);
    }
    let (order, cycles, cyclic) = (walk.order, walk.cycles, walk.cyclic);
    for cycle in cycles {
        report(symbols, &cycle, diagnostics);
    }
    symbols.cyclic = cyclic;
    symbols.order = order;
}

/// The names of the columns of a table.
fn columns(item: &Item) -> HashSet<&str> {
    let fields = match &item.kind {
        ItemKind::Table(table) => &table.fields,
        ItemKind::Events(events) => &events.fields,
        ItemKind::Rates(rates) => &rates.fields,
        _ => return HashSet::new(),
    };
    fields.iter().map(|field| field.name.text.as_str()).collect()
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

struct Finder<'s, 'a> {
    symbols: &'s Symbols<'a>,
    lists: &'s HashMap<&'a str, HashSet<&'a str>>,
    /// Columns of each table.
    columns: &'s [HashSet<&'a str>],
    /// The table that is scored.
    subject: Option<usize>,
    /// The table whose rows are being aggregated.
    rows: Option<usize>,
    edges: Edges,
}

impl Finder<'_, '_> {
    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Param(param) => self.expr(&param.value),
            ItemKind::Define(define) => {
                let mut inner = Finder { edges: Vec::new(), ..*self };
                inner.expr(&define.body);
                let own: HashSet<&str> = define.parameters.iter().map(|p| p.name.text.as_str()).collect();
                let names = &self.symbols.names;
                let hidden: HashSet<Symbol> =
                    own.iter().filter_map(|name| names.get(name)).map(|(symbol, _)| *symbol).collect();
                self.edges.extend(inner.edges.into_iter().filter(|(symbol, _)| !hidden.contains(symbol)));
            }
            ItemKind::Segment(segment) => self.expr(&segment.condition),
            ItemKind::Partition(partition) => {
                partition.by.iter().for_each(|by| self.expr(by));
                self.rows(&partition.parts);
            }
            ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => self.metric(metric),
            ItemKind::RowMetric(ast::RowMetric { of, metric }) => {
                if let Some(Symbol::Table(table)) = self.symbols.get(&of.text) {
                    self.rows = Some(table);
                }
                self.metric(metric);
                self.rows = None;
            }
            ItemKind::Scorecard(card) => {
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
                    let outer = self.rows;
                    if let Some(Symbol::Table(table)) = self.symbols.get(&correction.events.text) {
                        self.rows = Some(table);
                    }
                    correction.filter.iter().for_each(|filter| self.expr(filter));
                    self.rows = outer;
                }
                card.grades.iter().for_each(|table| self.thresholds(table));
                card.local.iter().for_each(|local| self.expr(&local.share));
            }
            ItemKind::Benchmark(benchmark) => {
                self.name(&benchmark.of);
                for row in &benchmark.rows {
                    row.segment.iter().for_each(|segment| self.name(segment));
                    row.bounds.iter().for_each(|bound| self.expr(bound));
                }
            }
            ItemKind::Objective(_)
            | ItemKind::Table(_)
            | ItemKind::Events(_)
            | ItemKind::Rates(_)
            | ItemKind::Attribution(_)
            | ItemKind::Rule(_)
            | ItemKind::PortfolioRule(_)
            | ItemKind::Test(_)
            | ItemKind::Fixture(_) => {}
        }
    }

    fn metric(&mut self, metric: &ast::Metric) {
        metric.value.iter().for_each(|value| self.expr(value));
        metric.thresholds.iter().for_each(|table| self.thresholds(table));
        metric.scales.iter().for_each(|scale| self.scale(scale));
        if let Some(ast::ValidFor { then: ast::Stale::Fade { to, .. }, .. }) = &metric.valid_for {
            self.expr(to);
        }
    }

    fn line(&mut self, line: &ast::Line) {
        self.name(&line.name);
        line.weight.iter().for_each(|weight| self.expr(weight));
        line.scale.iter().for_each(|scale| self.scale(scale));
    }

    fn scale(&mut self, scale: &ast::Scale) {
        scale.segment.iter().for_each(|segment| self.name(segment));
        for (value, points) in &scale.points {
            self.expr(value);
            self.expr(points);
        }
    }

    fn thresholds(&mut self, table: &Thresholds) {
        table.segment.iter().for_each(|segment| self.name(segment));
        self.rows(&table.rows);
    }

    fn rows(&mut self, rows: &[ast::Row]) {
        for row in rows {
            match &row.test.kind {
                // A bare word in a row is a list value or a parameter; only parameters are edges.
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

    fn bound(&mut self, value: &Expr) {
        if let ExprKind::Name(name) = &value.kind
            && !matches!(self.symbols.get(name), Some(Symbol::Param(_)))
        {
            return;
        }
        self.expr(value);
    }

    fn name(&mut self, name: &ast::Name) {
        self.edge(&name.text, name.span);
    }

    fn is_column(&self, name: &str) -> bool {
        let has = |table: Option<usize>| {
            table.and_then(|i| self.columns.get(i)).is_some_and(|columns| columns.contains(name))
        };
        has(self.rows) || has(self.subject)
    }

    fn edge(&mut self, name: &str, span: Span) {
        match self.symbols.get(name) {
            Some(Symbol::Part(partition, _)) => self.edges.push((Symbol::Partition(partition), span)),
            Some(
                symbol @ (Symbol::Param(_)
                | Symbol::Segment(_)
                | Symbol::Partition(_)
                | Symbol::Define(_)
                | Symbol::Metric(_)
                | Symbol::Portfolio(_)
                | Symbol::Benchmark(_)
                | Symbol::RowMetric(_)
                | Symbol::Scorecard(_)),
            ) => self.edges.push((symbol, span)),
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) if self.is_column(name) => {}
            ExprKind::Name(name) => self.edge(name, expr.span),
            ExprKind::Member(table, name) if matches!(self.symbols.get(&table.text), Some(Symbol::Table(_))) => {
                // A column, or a metric of the table's rows.
                if let Some(symbol @ Symbol::RowMetric(_)) = self.symbols.get(&name.text) {
                    self.edges.push((symbol, name.span));
                }
            }
            ExprKind::Compare(_, left, right) => {
                self.side(left, right);
                self.side(right, left);
            }
            ExprKind::In { value, list, .. } => {
                self.expr(value);
                list.iter().for_each(|element| self.side(element, value));
            }
            ExprKind::Call(call) => {
                if let Some(Symbol::Define(index)) = self.symbols.get(&call.function.text) {
                    self.edges.push((Symbol::Define(index), call.function.span));
                }
                // `count(activity)` names a table, which is no edge; `sum(x of activity)` says whose columns come first.
                let rows = call.arguments.iter().find_map(|argument| match &argument.kind {
                    ArgumentKind::Rows { source, .. } | ArgumentKind::Pairs { source, .. } => {
                        self.symbols.get(&source.text)
                    }
                    _ => None,
                });
                let outer = self.rows;
                if let Some(Symbol::Table(table)) = rows {
                    self.rows = Some(table);
                }
                ast::children(expr, &mut |child| self.expr(child));
                self.rows = outer;
            }
            ExprKind::Ranked { value, within, at_least, .. } => {
                self.expr(value);
                at_least.iter().for_each(|least| self.expr(least));
                within.iter().for_each(|name| self.name(name));
            }
            _ => ast::children(expr, &mut |child| self.expr(child)),
        }
    }

    /// One side of a comparison: no edge if the other side is a column or partition whose list has this word.
    fn side(&mut self, side: &Expr, other: &Expr) {
        if let (ExprKind::Name(word), ExprKind::Name(list)) = (&side.kind, &other.kind)
            && self.lists.get(list.as_str()).is_some_and(|values| values.contains(word.as_str()))
        {
            return;
        }
        self.expr(side);
    }
}

/// A depth-first walk with its own stack, so that a chain of a hundred thousand metrics is no deeper than one.
struct Walk<'g> {
    edges: &'g HashMap<Symbol, Edges>,
    /// Open nodes with their place on the way, and nodes that are done.
    state: HashMap<Symbol, State>,
    order: Vec<Symbol>,
    cycles: Vec<Edges>,
    /// Members of cycles.
    cyclic: HashSet<Symbol>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Open(usize),
    Done,
}

/// So many cycles are told in one run; a tangle has more of them than anybody would read.
const MAX_CYCLES: usize = 20;

impl Walk<'_> {
    /// Visits a node and all it reads.
    fn from(&mut self, start: Symbol) {
        if self.state.contains_key(&start) {
            return;
        }
        let mut stack: Vec<(Symbol, usize, Span)> = vec![(start, 0, Span::default())];
        self.state.insert(start, State::Open(0));
        while let Some((node, next, _)) = stack.last_mut() {
            let edge = self.edges.get(node).and_then(|list| list.get(*next)).copied();
            *next += 1;
            match edge {
                Some((target, span)) => match self.state.get(&target) {
                    None => {
                        self.state.insert(target, State::Open(stack.len()));
                        stack.push((target, 0, span));
                    }
                    Some(State::Done) => {}
                    Some(&State::Open(from)) => {
                        let node = *node;
                        // A second way between two that are known to need each other is the same mistake.
                        let known = self.cyclic.contains(&node) && self.cyclic.contains(&target);
                        if known || self.cycles.len() >= MAX_CYCLES {
                            self.cyclic.extend([node, target]);
                            continue;
                        }
                        let path = stack.get(from..).unwrap_or(&[]);
                        // Each entry: who, and where the one before it names it; the last names the first.
                        let mut cycle: Edges = path.iter().map(|(open, _, at)| (*open, *at)).collect();
                        if let Some(first) = cycle.first_mut() {
                            first.1 = span;
                        }
                        self.cyclic.extend(cycle.iter().map(|(symbol, _)| *symbol));
                        self.cycles.push(cycle);
                    }
                },
                None => {
                    let done = *node;
                    self.state.insert(done, State::Done);
                    self.order.push(done);
                    stack.pop();
                }
            }
        }
    }
}

fn report(symbols: &Symbols, cycle: &Edges, diagnostics: &mut Diagnostics) {
    let name = |symbol: Symbol| symbols.item(symbol).map_or("?", |item| item.name.text.as_str());
    let Some(&(first, back)) = cycle.first() else { return };
    let shown: Vec<&str> = cycle.iter().map(|(symbol, _)| name(*symbol)).take(12).collect();
    let dots = if cycle.len() > shown.len() { " → …" } else { "" };
    let path = format!("{}{dots} → {}", shown.join(" → "), name(first));
    let at = symbols.item(first).map_or(back, |item| item.name.span);
    let message = if cycle.len() == 1 {
        format!("`{}` reads itself", name(first))
    } else {
        format!("`{}` depends on itself: {path}", name(first))
    };
    let mut diagnostic = Diagnostic::new(Code::DependencyCycle, at, message).label("cannot be computed before itself");
    for pair in cycle.windows(2).take(4) {
        if let [(reader, _), (read, span)] = pair {
            diagnostic = diagnostic.also(*span, format!("`{}` reads `{}`", name(*reader), name(*read)));
        }
    }
    let (last, help) = match cycle.last() {
        Some((last, _)) if cycle.len() > 1 => {
            (format!("`{}` reads `{}`", name(*last), name(first)), "take one of these reads out")
        }
        _ => ("here".to_string(), "take this read out"),
    };
    diagnostics.push(diagnostic.also(back, last).help(help));
}
