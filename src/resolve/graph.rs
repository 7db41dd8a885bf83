//! Who reads whom: the order of evaluation, and cycles as paths.
//!
//! Edges are taken from the names in the text. The one subtlety is that list values are contextual: in
//! `industry in (fintech, health)` the word `health` is a value even where a scorecard has that name, so a name compared
//! with a column whose list has it is no edge.

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
    let mut nodes = Vec::new();
    nodes.extend((0..symbols.params.len()).map(Symbol::Param));
    nodes.extend((0..symbols.defines.len()).map(Symbol::Define));
    nodes.extend((0..symbols.segments.len()).map(Symbol::Segment));
    nodes.extend((0..symbols.partitions.len()).map(Symbol::Partition));
    nodes.extend((0..symbols.metrics.len()).map(Symbol::Metric));
    nodes.extend((0..symbols.scorecards.len()).map(Symbol::Scorecard));
    let edges: HashMap<Symbol, Edges> = nodes
        .iter()
        .map(|&node| {
            let mut found = Finder { symbols, lists: &lists, edges: Vec::new() };
            if let Some(item) = symbols.item(node) {
                found.item(item);
            }
            (node, found.edges)
        })
        .collect();
    let mut walk = Walk { edges: &edges, state: HashMap::new(), order: Vec::new(), cycles: Vec::new() };
    for &node in &nodes {
        walk.from(node);
    }
    let (order, cycles) = (walk.order, walk.cycles);
    for cycle in cycles {
        report(symbols, &cycle, diagnostics);
        symbols.cyclic.extend(cycle.iter().map(|(symbol, _)| *symbol));
    }
    symbols.order = order;
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
    edges: Edges,
}

impl Finder<'_, '_> {
    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Param(param) => self.expr(&param.value),
            ItemKind::Define(define) => {
                let mut inner = Finder { symbols: self.symbols, lists: self.lists, edges: Vec::new() };
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
            ItemKind::Metric(metric) => {
                metric.value.iter().for_each(|value| self.expr(value));
                metric.thresholds.iter().for_each(|table| self.thresholds(table));
                metric.scales.iter().for_each(|scale| self.scale(scale));
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
                card.grades.iter().for_each(|table| self.thresholds(table));
            }
            ItemKind::Objective(_)
            | ItemKind::Table(_)
            | ItemKind::Events(_)
            | ItemKind::Rule(_)
            | ItemKind::Test(_) => {}
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

    fn edge(&mut self, name: &str, span: Span) {
        match self.symbols.get(name) {
            Some(Symbol::Part(partition, _)) => self.edges.push((Symbol::Partition(partition), span)),
            Some(
                symbol @ (Symbol::Param(_)
                | Symbol::Segment(_)
                | Symbol::Partition(_)
                | Symbol::Define(_)
                | Symbol::Metric(_)
                | Symbol::Scorecard(_)),
            ) => self.edges.push((symbol, span)),
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.edge(name, expr.span),
            ExprKind::Member(table, name) if matches!(self.symbols.get(&table.text), Some(Symbol::Table(_))) => {
                let _ = name; // a column
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
                ast::children(expr, &mut |child| self.expr(child));
                for argument in &call.arguments {
                    if let ArgumentKind::Rows { source, .. } = &argument.kind {
                        self.name(source);
                    }
                }
            }
            ExprKind::Ranked { value, within, .. } => {
                self.expr(value);
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
    state: HashMap<Symbol, bool>,
    order: Vec<Symbol>,
    cycles: Vec<Edges>,
}

impl Walk<'_> {
    /// Visits a node and all it reads. `state` holds false while a node is open and true once it is done.
    fn from(&mut self, start: Symbol) {
        if self.state.contains_key(&start) {
            return;
        }
        let mut stack: Vec<(Symbol, usize, Span)> = vec![(start, 0, Span::default())];
        self.state.insert(start, false);
        while let Some((node, next, _)) = stack.last_mut() {
            let edge = self.edges.get(node).and_then(|list| list.get(*next)).copied();
            *next += 1;
            match edge {
                Some((target, span)) => match self.state.get(&target) {
                    None => {
                        self.state.insert(target, false);
                        stack.push((target, 0, span));
                    }
                    Some(true) => {}
                    Some(false) => {
                        let from = stack.iter().position(|(open, _, _)| *open == target).unwrap_or(0);
                        let path = stack.get(from..).unwrap_or(&[]);
                        // Each entry: who, and where the one before it names it; the last names the first.
                        let mut cycle: Edges = path.iter().map(|(open, _, at)| (*open, *at)).collect();
                        if let Some(first) = cycle.first_mut() {
                            first.1 = span;
                        }
                        self.cycles.push(cycle);
                    }
                },
                None => {
                    let done = *node;
                    self.state.insert(done, true);
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
    let mut diagnostic =
        Diagnostic::new(Code::DependencyCycle, at, format!("`{}` depends on itself: {path}", name(first)))
            .label("cannot be computed before itself");
    for (symbol, span) in cycle.iter().skip(1).take(4) {
        diagnostic = diagnostic.also(*span, format!("reads `{}`", name(*symbol)));
    }
    diagnostics
        .push(diagnostic.also(back, format!("reads `{}` again", name(first))).help("take one of these reads out"));
}
