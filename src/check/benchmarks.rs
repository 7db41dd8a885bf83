//! Benchmarks: what others reach, by date and segment, in the unit of the metric they are of.

use super::{Checker, Scope, header, put, unknown};
use crate::ast::{self, ArgumentKind, Call, Name};
use crate::builtins::{Entry, Scalar};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{
    Benchmark, BenchmarkId, EnumId, Expr, ExprKind, MetricId, PortfolioId, Quartiles, ScorecardId, SegmentRef, Type,
    Unit,
};
use crate::resolve::Symbol;
use crate::span::Span;

/// The quarters that `position(…)` tells apart, from the smallest values to the largest.
pub(crate) const POSITIONS: [&str; 4] = ["bottom", "second", "third", "top"];
/// What their list is called.
const POSITION: &str = "position(…)";

impl Checker<'_, '_> {
    pub(super) fn benchmark(&mut self, index: usize, item: &ast::Item, benchmark: &ast::Benchmark) {
        let cyclic = self.symbols.cyclic.contains(&Symbol::Benchmark(index));
        let of = if cyclic { unknown(benchmark.of.span) } else { self.benchmark_of(&benchmark.of) };
        if benchmark.rows.is_empty() {
            let message = format!("benchmark `{}` has no figures", item.name.text);
            let help = "write the quartiles with the date they are of: `from 2025-12-31 4%, 8%, 12%`";
            self.error(Code::BenchmarkIncomplete, item.name.span, message, "nothing to compare with", help);
        }
        if benchmark.source.is_none() {
            let message = format!("benchmark `{}` does not say where its figures are from", item.name.text);
            let help = "add `source \"…\"`: who published them, and of whom they are";
            self.error(Code::BenchmarkIncomplete, item.name.span, message, "no source", help);
        }
        let mut rows: Vec<Quartiles> = Vec::new();
        let mut clauses: Vec<(SegmentRef, Span)> = Vec::new();
        for row in &benchmark.rows {
            let Some(built) = self.quartiles(row, &of) else { continue };
            if let Some(first) = rows.iter().find(|r| (r.segment, r.from) == (built.segment, built.from)) {
                let whom =
                    built.segment.map_or(String::new(), |segment| format!(" for `{}`", self.segment_name(segment)));
                let message = format!("the figures from {} on{whom} stand twice", built.from);
                let diagnostic = Diagnostic::new(Code::BenchmarkOrder, row.from.span, message)
                    .label("second time")
                    .also(first.span, "first time")
                    .help("keep one of the two");
                self.push(diagnostic);
                continue;
            }
            if let (Some(segment), Some(name)) = (built.segment, &row.segment)
                && !clauses.iter().any(|(known, _)| *known == segment)
            {
                clauses.push((segment, name.span));
            }
            rows.push(built);
        }
        self.exclusive_segments(&clauses, "the figures");
        rows.sort_by_key(|row| (row.segment.is_none(), std::cmp::Reverse(row.from)));
        let source = benchmark.source.as_ref().map_or(String::new(), |text| text.text.clone());
        put(&mut self.benchmarks, index, Some(Benchmark { header: header(item), of, source, rows }));
    }

    /// What is compared: a metric of an account or of the portfolio, or a score.
    fn benchmark_of(&mut self, name: &Name) -> Expr {
        let kind = match self.symbol(&name.text) {
            Some(Symbol::Metric(i)) => ExprKind::Metric(MetricId(i as u32)),
            Some(Symbol::Portfolio(i)) => ExprKind::Portfolio(PortfolioId(i as u32)),
            Some(Symbol::Scorecard(i)) => ExprKind::Score(ScorecardId(i as u32)),
            None if self.symbols.left_out(&name.text) => return unknown(name.span),
            other => {
                let (code, message) = match other {
                    Some(symbol) => (Code::WrongKind, format!("`{}` is {}, not a metric", name.text, symbol.words())),
                    None if self.subject_field(&name.text).is_some() => {
                        (Code::WrongKind, format!("`{}` is a column, not a metric", name.text))
                    }
                    None => (Code::UnknownName, format!("there is no metric `{}`", name.text)),
                };
                let diagnostic = Diagnostic::new(code, name.span, message).label("a metric is wanted here");
                let fits = |s: &Symbol| matches!(s, Symbol::Metric(_) | Symbol::Portfolio(_) | Symbol::Scorecard(_));
                let names: Vec<&str> =
                    self.symbols.names.iter().filter(|(_, (s, _))| fits(s)).map(|(n, _)| *n).collect();
                if let Some(Symbol::RowMetric(i)) = other {
                    let rows = self.row_metric_of(i).map_or("…", |(_, of, _)| self.table_name(of));
                    let help = format!(
                        "accounts are compared, not rows: declare `metric … = avg({} of {rows})`, and name that",
                        name.text
                    );
                    self.push(diagnostic.help(help));
                    return unknown(name.span);
                }
                let otherwise = format!("declare it: `metric … = {}`, and name that", name.text);
                let diagnostic = self.suggest(diagnostic, &name.text, name.span, names, otherwise);
                self.push(diagnostic);
                return unknown(name.span);
            }
        };
        let ty = match &kind {
            ExprKind::Metric(id) => self.metrics.get(id.index()).and_then(Option::as_ref).map(|m| m.value.ty),
            ExprKind::Portfolio(id) => self.portfolio.get(id.index()).and_then(Option::as_ref).map(|m| m.value.ty),
            _ => Some(Type::Number(Unit::Points)),
        };
        let of = Expr { kind, ty: ty.unwrap_or(Type::Unknown), span: name.span };
        if self.number(&of) { of } else { unknown(name.span) }
    }

    fn quartiles(&mut self, row: &ast::Quartiles, of: &Expr) -> Option<Quartiles> {
        let segment = match &row.segment {
            Some(name) if matches!(of.kind, ExprKind::Portfolio(_)) => {
                let help = "write the figures for the whole, or declare a metric of the accounts";
                let message = "the portfolio is in no segment";
                self.error(Code::GrainMismatch, name.span, message, "a segment of accounts", help);
                return None;
            }
            Some(name) => Some(self.segment_ref(name)?),
            None => None,
        };
        let [p25, p50, p75] =
            row.bounds.each_ref().map(|bound| self.constant(bound, of.ty, "a figure of the benchmark"));
        let (p25, p50, p75) = (p25?, p50?, p75?);
        let figures = [p25, p50, p75];
        for ((low, high), at) in figures.iter().zip(figures.iter().skip(1)).zip(row.bounds.iter().skip(1)) {
            if low > high {
                let unit = |n: crate::number::Decimal| match of.ty {
                    Type::Number(Unit::Ratio) => format!("{}%", n.mul(crate::number::Decimal::HUNDRED).unwrap_or(n)),
                    _ => n.to_string(),
                };
                let message = format!("quartiles rise, but {} follows {}", unit(*high), unit(*low));
                let help = "write the three figures from the smallest to the largest: a quarter of all lie below the first, \
                            half below the second, three quarters below the third";
                self.error(Code::BenchmarkOrder, at.span, message, "out of order", help);
                return None;
            }
        }
        Some(Quartiles { segment, from: row.from.date, p25, p50, p75, span: row.span })
    }

    /// `gap(NAME)`, `position(NAME)`
    pub(super) fn against_benchmark(
        &mut self,
        function: Scalar,
        entry: &Entry,
        call: &Call,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let name = match call.arguments.as_slice() {
            [one] => match &one.kind {
                ArgumentKind::Value(ast::Expr { kind: ast::ExprKind::Name(name), span }) => {
                    Some((name.as_str(), *span))
                }
                _ => None,
            },
            _ => None,
        };
        let symbol = name.and_then(|(name, _)| self.symbol(name));
        let id = match (symbol, scope) {
            (Some(Symbol::Benchmark(_)), Scope::Constant(what)) => {
                self.not_constant("this", span, what, "depends on the data");
                return unknown(span);
            }
            (Some(Symbol::Benchmark(i)), _) => BenchmarkId(i as u32),
            _ if name.is_some_and(|(name, _)| self.symbols.left_out(name)) => return unknown(span),
            _ => {
                let message = format!("`{}` wants the name of a benchmark", entry.name);
                let (text, at) = name.unwrap_or(("", span));
                let diagnostic = Diagnostic::new(Code::WrongArguments, at, message).label("not a benchmark");
                let known: Vec<&str> = self.symbols.benchmarks.iter().map(|item| item.name.text.as_str()).collect();
                let of_metric = |b: &&&ast::Item| matches!(&b.kind, ast::ItemKind::Benchmark(b) if b.of.text == text);
                let own = self.symbols.benchmarks.iter().find(of_metric).map(|item| item.name.text.clone());
                let diagnostic = match own {
                    Some(own) => diagnostic.fix(format!("the benchmark of `{text}` is `{own}`"), at, own),
                    None => {
                        let help = "declare one: `benchmark … of METRIC { source \"…\"  from 2025-12-31 4%, 8%, 12% }`";
                        self.suggest(diagnostic, text, at, known, help)
                    }
                };
                self.push(diagnostic);
                return unknown(span);
            }
        };
        let Some(benchmark) = self.benchmarks.get(id.index()).and_then(Option::as_ref) else { return unknown(span) };
        let (ty, grain) = (benchmark.of.ty, matches!(benchmark.of.kind, ExprKind::Portfolio(_)));
        if ty == Type::Unknown {
            return unknown(span);
        }
        let position = function == Scalar::Position;
        let ty = if position { Type::Enum(self.positions()) } else { ty };
        if *scope == Scope::Portfolio && !grain {
            let text = format!("{}({})", entry.name, name.map_or("", |(name, _)| name));
            return self.account_grain(&text, span, ty);
        }
        Expr { kind: ExprKind::Benchmark { id, position }, ty, span }
    }

    /// The list of quarters, made when it is first needed.
    fn positions(&mut self) -> EnumId {
        match self.lists.get(POSITION) {
            Some(list) => *list,
            None => self.add_enum(POSITION.to_string(), POSITIONS.map(str::to_string).to_vec()),
        }
    }
}
