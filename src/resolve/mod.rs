//! Names: `ast` files in, one table of symbols and an order of evaluation out.
//!
//! All files form one program and one namespace; the order of declarations has no meaning. What cannot be ordered because
//! it depends on itself is reported as a path and left out.

pub mod extend;
mod graph;
pub mod reads;

use crate::ast::{self, File, Item, ItemKind};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::span::Span;
use std::collections::HashMap;

/// What a name stands for: a kind of declaration, and its place among those of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// An objective.
    Objective(usize),
    /// A table or event table.
    Table(usize),
    /// A parameter.
    Param(usize),
    /// A segment.
    Segment(usize),
    /// A partition.
    Partition(usize),
    /// A part of a partition.
    Part(usize, usize),
    /// A definition.
    Define(usize),
    /// A metric.
    Metric(usize),
    /// A metric of the whole portfolio.
    Portfolio(usize),
    /// A benchmark.
    Benchmark(usize),
    /// A metric of the rows of a child table.
    RowMetric(usize),
    /// A scorecard.
    Scorecard(usize),
    /// A rule.
    Rule(usize),
    /// A rule about the whole portfolio.
    PortfolioRule(usize),
    /// A rule about the rows of a child table.
    RowRule(usize),
    /// A guard.
    Guard(usize),
    /// A playbook.
    Playbook(usize),
    /// A calendar of working days.
    Calendar(usize),
}

impl Symbol {
    /// `a rule`, as messages say it.
    pub fn words(self) -> &'static str {
        match self {
            Symbol::Objective(_) => "an objective",
            Symbol::Table(_) => "a table",
            Symbol::Param(_) => "a parameter",
            Symbol::Segment(_) => "a segment",
            Symbol::Partition(_) => "a partition",
            Symbol::Part(..) => "a part of a partition",
            Symbol::Define(_) => "a definition",
            Symbol::Metric(_) => "a metric",
            Symbol::Portfolio(_) => "a portfolio metric",
            Symbol::Benchmark(_) => "a benchmark",
            Symbol::RowMetric(_) => "a metric of rows",
            Symbol::Scorecard(_) => "a scorecard",
            Symbol::Rule(_) => "a rule",
            Symbol::PortfolioRule(_) => "a portfolio rule",
            Symbol::RowRule(_) => "a rule of rows",
            Symbol::Guard(_) => "a guard",
            Symbol::Playbook(_) => "a playbook",
            Symbol::Calendar(_) => "a calendar",
        }
    }

    /// True for what decides about work, and never is a value.
    pub fn is_about_work(self) -> bool {
        use Symbol::{Calendar, Guard, Playbook, PortfolioRule, RowRule, Rule};
        matches!(self, Rule(_) | PortfolioRule(_) | RowRule(_) | Guard(_) | Playbook(_) | Calendar(_))
    }

    /// True for a rule, whatever it is about.
    pub fn is_rule(self) -> bool {
        matches!(self, Symbol::Rule(_) | Symbol::PortfolioRule(_) | Symbol::RowRule(_))
    }
}

/// All declarations by kind, and all names.
#[derive(Debug, Default)]
pub struct Symbols<'a> {
    /// By name.
    pub names: HashMap<&'a str, (Symbol, Span)>,
    /// Objectives.
    pub objectives: Vec<&'a Item>,
    /// Tables and event tables.
    pub tables: Vec<&'a Item>,
    /// Parameters.
    pub params: Vec<&'a Item>,
    /// Segments.
    pub segments: Vec<&'a Item>,
    /// Partitions.
    pub partitions: Vec<&'a Item>,
    /// Definitions.
    pub defines: Vec<&'a Item>,
    /// Metrics.
    pub metrics: Vec<&'a Item>,
    /// Metrics of the whole portfolio.
    pub portfolio: Vec<&'a Item>,
    /// Benchmarks.
    pub benchmarks: Vec<&'a Item>,
    /// Metrics of the rows of child tables.
    pub row_metrics: Vec<&'a Item>,
    /// Scorecards.
    pub scorecards: Vec<&'a Item>,
    /// Rules.
    pub rules: Vec<&'a Item>,
    /// Rules about the whole portfolio.
    pub portfolio_rules: Vec<&'a Item>,
    /// Rules about the rows of child tables.
    pub row_rules: Vec<&'a Item>,
    /// Guards.
    pub guards: Vec<&'a Item>,
    /// Playbooks.
    pub playbooks: Vec<&'a Item>,
    /// Calendars of working days.
    pub calendars: Vec<&'a Item>,
    /// Tests; their titles are no names.
    pub tests: Vec<&'a Item>,
    /// Rows that tests share; only tests ask for their names.
    pub fixtures: Vec<&'a Item>,
    /// Names of declarations that were left out for errors in their text; whoever reads them has done nothing wrong.
    lost: std::collections::HashSet<&'a str>,
    /// The package that a source belongs to, and what its declarations allow.
    packages: HashMap<u16, &'a str>,
    /// A file could not be read at all: it may declare any name that nobody else does.
    unread: bool,
    /// Names of declarations that depend on themselves; they have been reported.
    pub cyclic: std::collections::HashSet<Symbol>,
    /// Params, segments, partitions, metrics and scorecards such that each comes after what it reads.
    pub order: Vec<Symbol>,
}

/// Collects and orders all declarations.
pub fn resolve<'a>(files: &'a [File], diagnostics: &mut Diagnostics) -> Symbols<'a> {
    let mut symbols = Symbols::default();
    for file in files {
        let (Some(package), Some(item)) = (&file.package, file.items.first()) else { continue };
        symbols.packages.insert(item.span.source, &package.name);
    }
    for item in files.iter().flat_map(|f| &f.items) {
        symbols.declare(item, diagnostics);
    }
    symbols.lost.extend(files.iter().flat_map(|f| &f.lost).map(|name| name.text.as_str()));
    symbols.unread = files.iter().any(|f| f.unread);
    graph::order(&mut symbols, diagnostics);
    symbols
}

impl<'a> Symbols<'a> {
    fn declare(&mut self, item: &'a Item, diagnostics: &mut Diagnostics) {
        fn add<'a>(list: &mut Vec<&'a Item>, item: &'a Item) -> usize {
            list.push(item);
            list.len() - 1
        }
        let symbol = match &item.kind {
            ItemKind::Objective(_) => Symbol::Objective(add(&mut self.objectives, item)),
            ItemKind::Table(_) | ItemKind::Events(_) | ItemKind::Rates(_) | ItemKind::Attribution(_) => {
                Symbol::Table(add(&mut self.tables, item))
            }
            ItemKind::Param(_) => Symbol::Param(add(&mut self.params, item)),
            ItemKind::Segment(_) => Symbol::Segment(add(&mut self.segments, item)),
            ItemKind::Partition(partition) => {
                let index = add(&mut self.partitions, item);
                for (i, part) in partition.parts.iter().enumerate() {
                    self.name(&part.name.text, part.name.span, Symbol::Part(index, i), diagnostics);
                }
                Symbol::Partition(index)
            }
            ItemKind::Define(_) => Symbol::Define(add(&mut self.defines, item)),
            ItemKind::Metric(_) => Symbol::Metric(add(&mut self.metrics, item)),
            ItemKind::Portfolio(_) => Symbol::Portfolio(add(&mut self.portfolio, item)),
            ItemKind::Benchmark(_) => Symbol::Benchmark(add(&mut self.benchmarks, item)),
            ItemKind::RowMetric(_) => Symbol::RowMetric(add(&mut self.row_metrics, item)),
            ItemKind::Scorecard(_) => Symbol::Scorecard(add(&mut self.scorecards, item)),
            ItemKind::Rule(_) => Symbol::Rule(add(&mut self.rules, item)),
            ItemKind::PortfolioRule(_) => Symbol::PortfolioRule(add(&mut self.portfolio_rules, item)),
            ItemKind::RowRule(_) => Symbol::RowRule(add(&mut self.row_rules, item)),
            ItemKind::Guard(_) => Symbol::Guard(add(&mut self.guards, item)),
            ItemKind::Playbook(_) => Symbol::Playbook(add(&mut self.playbooks, item)),
            ItemKind::Calendar(_) => Symbol::Calendar(add(&mut self.calendars, item)),
            ItemKind::Test(_) => {
                self.tests.push(item);
                return;
            }
            ItemKind::Fixture(_) => {
                self.fixtures.push(item);
                return;
            }
        };
        self.name(&item.name.text, item.name.span, symbol, diagnostics);
    }

    fn name(&mut self, name: &'a str, span: Span, symbol: Symbol, diagnostics: &mut Diagnostics) {
        if let Some((earlier, first)) = self.names.get(name).copied() {
            diagnostics.push(self.twice(name, (symbol, span), (earlier, first)));
        } else {
            self.names.insert(name, (symbol, span));
        }
    }

    /// Two declarations of one name; packages come first.
    fn twice(&self, name: &str, (symbol, span): (Symbol, Span), (earlier, first): (Symbol, Span)) -> Diagnostic {
        let of = |span: Span| self.packages.get(&span.source).copied();
        let found = |message: String| Diagnostic::new(Code::DuplicateName, span, message);
        match (of(first), of(span)) {
            (Some(package), own) if own != Some(package) => {
                let access = self.item(earlier).and_then(|item| item.access).map(|access| access.kind);
                let word = self.item(symbol).map_or("", |item| item.kind.word());
                let message = match own {
                    None => format!("`{name}` is declared by the package `{package}`"),
                    Some(other) => format!("`{name}` is declared by two packages, `{package}` and `{other}`"),
                };
                let said = format!("declared here, as {}", earlier.words());
                let (said, help) = match access {
                    Some(ast::AccessKind::Open) if own.is_none() => (
                        format!("{said}, open"),
                        format!("write `extend {word} {name}` to change it, or take another name"),
                    ),
                    Some(ast::AccessKind::TightenOnly) if own.is_none() => (
                        format!("{said}, tighten only"),
                        format!("write `extend {word} {name}` to add to it, or take another name"),
                    ),
                    _ if own.is_none() => {
                        (format!("{said}, final"), "take yours out and use theirs, or give it another name".to_string())
                    }
                    _ => (said, "a name means one thing: one of the two packages has to give it another".to_string()),
                };
                found(message).label(format!("{} of this name", symbol.words())).also(first, said).help(help)
            }
            _ => found(format!("`{name}` is declared twice"))
                .label(format!("{} of this name", symbol.words()))
                .also(first, format!("first declared here, as {}", earlier.words()))
                .help("give one of them another name; all files of a project share one namespace"),
        }
    }

    /// The symbol of a name.
    pub fn get(&self, name: &str) -> Option<Symbol> {
        self.names.get(name).map(|(symbol, _)| *symbol)
    }

    /// True for the name of a declaration that was left out for errors in its text, which have been reported.
    pub fn left_out(&self, name: &str) -> bool {
        self.lost.contains(name) || (self.unread && !self.names.contains_key(name))
    }

    /// True if any declaration was left out.
    pub fn incomplete(&self) -> bool {
        !self.lost.is_empty() || self.unread
    }

    /// The table that is scored, as a place in `tables`: the one called `account`, or the one that events belong to, or
    /// the only one.
    pub fn subject(&self) -> Option<usize> {
        let root = |item: &Item| matches!(&item.kind, ItemKind::Table(table) if table.of.is_none());
        let rows = || self.tables.iter().enumerate().filter(|(_, item)| root(item));
        if let Some((named, _)) = rows().find(|(_, item)| item.name.text == "account") {
            return Some(named);
        }
        let parents: std::collections::HashSet<&str> = self
            .tables
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Events(events) => events.of.as_ref(),
                ItemKind::Table(table) => table.of.as_ref(),
                _ => None,
            })
            .map(|name| name.text.as_str())
            .collect();
        let mut owning = rows().filter(|(_, item)| parents.contains(item.name.text.as_str())).map(|(i, _)| i);
        if let (Some(one), None) = (owning.next(), owning.next()) {
            return Some(one);
        }
        let mut all = rows().map(|(i, _)| i);
        match (all.next(), all.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        }
    }

    /// Where a symbol was declared, and its name.
    pub fn item(&self, symbol: Symbol) -> Option<&'a Item> {
        match symbol {
            Symbol::Objective(i) => self.objectives.get(i),
            Symbol::Table(i) => self.tables.get(i),
            Symbol::Param(i) => self.params.get(i),
            Symbol::Segment(i) => self.segments.get(i),
            Symbol::Partition(i) | Symbol::Part(i, _) => self.partitions.get(i),
            Symbol::Define(i) => self.defines.get(i),
            Symbol::Metric(i) => self.metrics.get(i),
            Symbol::Portfolio(i) => self.portfolio.get(i),
            Symbol::Benchmark(i) => self.benchmarks.get(i),
            Symbol::RowMetric(i) => self.row_metrics.get(i),
            Symbol::Scorecard(i) => self.scorecards.get(i),
            Symbol::Rule(i) => self.rules.get(i),
            Symbol::PortfolioRule(i) => self.portfolio_rules.get(i),
            Symbol::RowRule(i) => self.row_rules.get(i),
            Symbol::Guard(i) => self.guards.get(i),
            Symbol::Playbook(i) => self.playbooks.get(i),
            Symbol::Calendar(i) => self.calendars.get(i),
        }
        .copied()
    }
}
