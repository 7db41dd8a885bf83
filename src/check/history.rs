//! Points out where an earlier as-of date reads a column that has no history.

use super::Checker;
use super::scorecards::symbol_of;
use super::segments::segment_of;
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Expr, ExprKind, FieldId, MissingPolicy, Node, PartTest, TableKind, Within};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::{HashMap, HashSet};

impl Checker<'_, '_> {
    /// Walks everything that looks back, and through what that reads.
    pub(super) fn history(&mut self) {
        if self.subject().is_none_or(|t| matches!(t.kind, TableKind::Rows { as_of: Some(_) })) {
            return;
        }
        let mut reads: HashMap<Symbol, HashSet<FieldId>> = HashMap::new();
        let mut found: Vec<(Span, HashSet<FieldId>)> = Vec::new();
        for &symbol in &self.symbols.order {
            let mut own = HashSet::new();
            let mut read = |expr: &Expr| self.reads(expr, &reads, &mut own, &mut found);
            match symbol {
                Symbol::Metric(i) => {
                    self.metrics.get(i).and_then(Option::as_ref).iter().for_each(|metric| read(&metric.value));
                }
                Symbol::Portfolio(i) => {
                    self.portfolio.get(i).and_then(Option::as_ref).iter().for_each(|metric| read(&metric.value));
                }
                Symbol::Segment(i) => {
                    self.segments.get(i).and_then(Option::as_ref).iter().for_each(|segment| read(&segment.condition));
                }
                Symbol::Partition(i) => {
                    let partition = self.partitions.get(i).and_then(Option::as_ref);
                    partition.and_then(|p| p.by.as_ref()).iter().for_each(|by| read(by));
                    for part in partition.iter().flat_map(|p| &p.parts) {
                        if let PartTest::Condition(condition) = &part.test {
                            read(condition);
                        }
                    }
                }
                Symbol::Scorecard(i) => {
                    let Some(card) = self.scorecards.get(i).and_then(Option::as_ref) else { continue };
                    let filter = card.correction.iter().filter_map(|c| c.filter.as_ref());
                    card.limits.iter().filter_map(|l| l.when.as_ref()).chain(filter).for_each(read);
                    let mut carried: HashSet<FieldId> = HashSet::new();
                    for line in &card.lines {
                        let below = reads.get(&symbol_of(line.item)).into_iter().flatten();
                        own.extend(below.clone());
                        let carries = matches!(line.missing.unwrap_or(card.missing), MissingPolicy::CarryLast { .. });
                        if carries && !line.informational {
                            carried.extend(below);
                        }
                        // Which thresholds give the points depends on the segment, too.
                        let Node::Metric(id) = line.item else { continue };
                        let Some(metric) = self.metrics.get(id.index()).and_then(Option::as_ref) else { continue };
                        let tables = metric.thresholds.iter().filter_map(|t| t.segment);
                        for segment in tables.chain(metric.scales.iter().filter_map(|s| s.segment)) {
                            own.extend(reads.get(&segment_of(segment)).into_iter().flatten());
                        }
                    }
                    if !carried.is_empty() {
                        found.push((card.header.span, carried));
                    }
                    for part in &card.overrides {
                        own.extend(reads.get(&segment_of(part.segment)).into_iter().flatten());
                    }
                }
                Symbol::Benchmark(i) => {
                    let Some(benchmark) = self.benchmarks.get(i).and_then(Option::as_ref) else { continue };
                    self.reads(&benchmark.of, &reads, &mut own, &mut found);
                    for segment in benchmark.rows.iter().filter_map(|row| row.segment) {
                        own.extend(reads.get(&segment_of(segment)).into_iter().flatten());
                    }
                }
                _ => continue,
            }
            reads.insert(symbol, own);
        }
        for rule in &self.program.rules {
            let mut own = HashSet::new();
            for condition in rule.conditions() {
                self.reads(condition, &reads, &mut own, &mut found);
            }
        }
        for (span, fields) in found {
            let table = self.subject().map_or(&[][..], |t| &t.fields);
            let mut names: Vec<String> =
                fields.iter().filter_map(|id| table.get(id.index())).map(|f| format!("`{}`", f.name)).collect();
            names.sort();
            let list = names.join(", ");
            self.push(
                Diagnostic::new(Code::NoHistory, span, format!("earlier dates are computed with today's {list}"))
                    .label("looks back")
                    .help("the accounts keep no history; that is fine for columns that hardly change"),
            );
        }
    }

    fn reads(
        &self,
        expr: &Expr,
        known: &HashMap<Symbol, HashSet<FieldId>>,
        own: &mut HashSet<FieldId>,
        found: &mut Vec<(Span, HashSet<FieldId>)>,
    ) {
        let mut through = |symbol: Symbol| own.extend(known.get(&symbol).into_iter().flatten());
        match &expr.kind {
            ExprKind::Field(id) => {
                own.insert(*id);
            }
            ExprKind::Metric(id) | ExprKind::Points(id) => through(Symbol::Metric(id.index())),
            ExprKind::IsBand { metric, .. } => through(Symbol::Metric(metric.index())),
            ExprKind::Benchmark { id, .. } => through(Symbol::Benchmark(id.index())),
            ExprKind::Portfolio(id) => through(Symbol::Portfolio(id.index())),
            ExprKind::Score(id) => through(Symbol::Scorecard(id.index())),
            ExprKind::IsGrade { scorecard, .. } => through(Symbol::Scorecard(scorecard.index())),
            ExprKind::Segment(id) => through(Symbol::Segment(id.index())),
            ExprKind::Partition(id) | ExprKind::Part(id, _) => through(Symbol::Partition(id.index())),
            // The population is one of an earlier date, and so is who belonged to which segment.
            ExprKind::Ranked(ranked) if ranked.against.is_some() => {
                let mut inner = HashSet::new();
                self.reads(&ranked.value, known, &mut inner, found);
                let segment = ranked.within.map(|within| match within {
                    Within::Partition(id) => Symbol::Partition(id.index()),
                    Within::Group(of) => segment_of(of),
                });
                inner.extend(segment.and_then(|symbol| known.get(&symbol)).into_iter().flatten());
                if !inner.is_empty() {
                    found.push((expr.span, inner.clone()));
                }
                own.extend(inner);
            }
            _ if expr.looks_back() => {
                let mut inner = HashSet::new();
                expr.children().into_iter().for_each(|child| self.reads(child, known, &mut inner, found));
                if !inner.is_empty() {
                    found.push((expr.span, inner.clone()));
                }
                own.extend(inner);
            }
            _ => expr.children().into_iter().for_each(|child| self.reads(child, known, own, found)),
        }
    }
}
