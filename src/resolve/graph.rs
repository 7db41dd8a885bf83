//! The order of evaluation, and cycles as paths; what reads what is told by [`super::reads`].

use super::reads::{Read, Reader};
use super::{Symbol, Symbols};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// Edges of one symbol, with the place of the name.
type Edges = Vec<(Symbol, Span)>;

/// Fills [`Symbols::order`] and [`Symbols::cyclic`].
pub fn order(symbols: &mut Symbols, diagnostics: &mut Diagnostics) {
    let reader = Reader::new(symbols);
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
            let reads = symbols.item(node).map(|item| reader.of(item)).unwrap_or_default();
            (node, reads.into_iter().filter_map(|(read, at)| Some((computed(read)?, at))).collect())
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

/// What has to be computed before whoever reads it.
fn computed(read: Read) -> Option<Symbol> {
    match read {
        Read::Symbol(Symbol::Part(partition, _)) => Some(Symbol::Partition(partition)),
        Read::Symbol(Symbol::Objective(_) | Symbol::Table(_)) => None,
        Read::Symbol(symbol) => (!symbol.is_about_work()).then_some(symbol),
        Read::Column(..) | Read::Library(_) => None,
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
