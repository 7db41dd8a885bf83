//! `ast` into `program`: types, units and proofs.
//!
//! Names and order come from [`crate::resolve`]. Declarations are then checked one after the other so that each finds what
//! it reads already typed; a declaration with an error yields a stand-in of unknown type, about which nothing more is
//! said. One file per concern: tables, expressions, calls, units, domains, bands, segments, scorecards, rules, tests.

mod actions;
mod aggregates;
mod association;
mod attribution;
mod bands;
pub(crate) mod benchmarks;
mod calls;
mod concentration;
mod constant;
mod credit;
mod definitions;
pub(crate) mod domain;
mod expr;
mod fit;
mod governance;
mod grains;
mod guards;
mod history;
pub(crate) mod interval;
mod metrics;
mod money;
mod names;
mod near;
mod operators;
mod owners;
mod pairs;
mod periods;
mod pipeline;
mod playbooks;
mod population;
mod proven;
pub(crate) mod region;
mod rules;
mod scorecards;
mod segments;
mod spreadsheets;
mod tables;
mod tests;
mod tighten;
mod units;

use crate::Settings;
use crate::ast::{self, ItemKind};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::number::Decimal;
use crate::program::{
    Benchmark, Expr, ExprKind, Field, FieldId, Header, Metric, MetricId, ParamId, Partition, Program, Scorecard,
    ScorecardId, Segment, SegmentRef, TableId, Type,
};
use crate::resolve::{self, Symbol, Symbols};
use crate::span::Span;
use crate::value::{Missing, Value};
pub use domain::Domain;
pub(crate) use proven::Proofs;
pub use proven::Proven;

/// Checks all files as one program. `None` where nothing could be built; a program with errors is for looking at, not for
/// running.
pub fn check(files: &[ast::File], settings: &Settings, diagnostics: &mut Diagnostics) -> Option<(Program, Proven)> {
    let merged = resolve::extend::merged(files, diagnostics);
    let symbols = resolve::resolve(&merged.files, diagnostics);
    let mut checker = Checker::new(symbols, diagnostics);
    checker.tables();
    checker.settings(settings);
    checker.broken.extend(checker.symbols.cyclic.iter().copied());
    let order = std::mem::take(&mut checker.symbols.order);
    for &symbol in &order {
        checker.declaration(symbol);
    }
    checker.symbols.order = order;
    checker.objectives();
    checker.tightened(&merged.changes);
    checker.calendars();
    checker.playbooks();
    checker.rules();
    checker.guards();
    checker.attributions();
    checker.added_twice();
    checker.double_counting();
    checker.share_limits();
    checker.history();
    checker.tests();
    checker.governance();
    let proven = checker.proven();
    let mut program = checker.finish()?;
    program.hash = program.fingerprint();
    Some((program, proven))
}

/// Types one expression in the scope of an account of a checked program. Definitions of the project are not known to it: see
/// [`check_expression_among`].
pub fn check_expression(program: &Program, expr: &ast::Expr, diagnostics: &mut Diagnostics) -> Option<Expr> {
    Checker::of_program(program, Symbols::default(), diagnostics).lone(expr)
}

/// The same among the declarations that the program was made of, so that its definitions can be called too.
pub fn check_expression_among(
    program: &Program,
    files: &[ast::File],
    expr: &ast::Expr,
    diagnostics: &mut Diagnostics,
) -> Option<Expr> {
    let mut heard = Diagnostics::new();
    let merged = resolve::extend::merged(files, &mut heard);
    let symbols = resolve::resolve(&merged.files, &mut heard);
    Checker::of_program(program, symbols, diagnostics).lone(expr)
}

/// Which values each metric of a program can have, as far as types and declared ranges tell.
pub fn metric_domains(program: &Program) -> Vec<Domain> {
    Checker::of_program(program, Symbols::default(), &mut Diagnostics::new()).metric_domains
}

/// With more errors than this, nothing is suggested for further ones.
const MAX_SUGGESTIONS: usize = 100;

/// What a bare name can mean at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scope {
    /// Columns of the account and all declarations.
    Account,
    /// Portfolio metrics and parameters; accounts only inside an aggregate over them.
    Portfolio,
    /// Columns of a row, then those of its account.
    Row(TableId),
    /// The same for the row that a metric is about: there may be aggregates of what belongs to it, and other dates.
    Child(TableId),
    /// Literals and parameters only; the text says for what.
    Constant(&'static str),
}

impl Scope {
    /// The table of the row at hand.
    fn table(self) -> Option<TableId> {
        match self {
            Scope::Row(table) | Scope::Child(table) => Some(table),
            Scope::Account | Scope::Portfolio | Scope::Constant(_) => None,
        }
    }
}

/// Everything that is known while checking.
struct Checker<'a, 'd> {
    symbols: Symbols<'a>,
    diagnostics: &'d mut Diagnostics,
    program: Program,
    /// By metric: filled in order; `None` before, or if it could not be typed.
    metrics: Vec<Option<Metric>>,
    metric_domains: Vec<Domain>,
    /// By portfolio metric, likewise.
    portfolio: Vec<Option<Metric>>,
    portfolio_domains: Vec<Domain>,
    /// By metric of rows, likewise.
    row_metrics: Vec<Option<crate::program::RowMetric>>,
    row_domains: Vec<Domain>,
    scorecards: Vec<Option<Scorecard>>,
    score_domains: Vec<Domain>,
    benchmarks: Vec<Option<Benchmark>>,
    segments: Vec<Option<Segment>>,
    partitions: Vec<Option<Partition>>,
    params: Vec<Option<crate::program::Param>>,
    /// Arguments of the definition being expanded, innermost last.
    /// Each with its size.
    arguments: Vec<std::collections::HashMap<String, (Expr, definitions::Size)>>,
    /// Declarations with errors of their own: proofs that rest on them are not tried, and calls not looked into.
    broken: std::collections::HashSet<Symbol>,
    /// Accounts inside (0) and outside (1) of a segment, or those of each part of a partition; `None` if they cannot be told.
    members: std::collections::HashMap<(Symbol, usize), Option<region::Region>>,
    /// Columns by name, per table.
    columns: Vec<std::collections::HashMap<String, FieldId>>,
    /// Lists of values by the name of their owner.
    lists: std::collections::HashMap<String, crate::program::EnumId>,
    /// The place of each value in its list, per list.
    values: Vec<std::collections::HashMap<String, u32>>,
    /// Where the outermost definition was called.
    called_at: Option<Span>,
    /// True while a definition is expanded that was called inside an aggregate.
    called_in_rows: bool,
    /// Nodes made by expanding definitions in this declaration.
    expanded: usize,
    /// How deep the expression that is being typed is nested.
    depth: usize,
    set: std::collections::HashMap<String, String>,
}

impl<'a, 'd> Checker<'a, 'd> {
    fn new(symbols: Symbols<'a>, diagnostics: &'d mut Diagnostics) -> Self {
        let n = |list: &[&ast::Item]| list.len();
        Checker {
            metrics: vec![None; n(&symbols.metrics)],
            metric_domains: vec![Domain::ANY; n(&symbols.metrics)],
            portfolio: vec![None; n(&symbols.portfolio)],
            portfolio_domains: vec![Domain::ANY; n(&symbols.portfolio)],
            row_metrics: vec![None; n(&symbols.row_metrics)],
            row_domains: vec![Domain::ANY; n(&symbols.row_metrics)],
            scorecards: vec![None; n(&symbols.scorecards)],
            score_domains: vec![Domain::ANY; n(&symbols.scorecards)],
            benchmarks: vec![None; n(&symbols.benchmarks)],
            segments: vec![None; n(&symbols.segments)],
            partitions: vec![None; n(&symbols.partitions)],
            params: vec![None; n(&symbols.params)],
            program: Program::default(),
            arguments: Vec::new(),
            broken: Default::default(),
            members: Default::default(),
            columns: Vec::new(),
            lists: Default::default(),
            values: Vec::new(),
            called_at: None,
            called_in_rows: false,
            expanded: 0,
            depth: 0,
            set: Default::default(),
            symbols,
            diagnostics,
        }
    }

    /// One expression about an account.
    fn lone(mut self, expr: &ast::Expr) -> Option<Expr> {
        let before = self.error_count();
        let typed = self.expr(expr, &Scope::Account, None);
        (self.error_count() == before).then_some(typed)
    }

    /// A checker that knows a finished program, for single expressions.
    fn of_program(program: &Program, symbols: Symbols<'a>, diagnostics: &'d mut Diagnostics) -> Checker<'a, 'd> {
        let mut checker = Checker::new(symbols, diagnostics);
        checker.program = program.clone();
        checker.columns = program.tables.iter().map(|t| columns(&t.fields)).collect();
        checker.values = program.enums.iter().map(|e| places(&e.values)).collect();
        checker.lists =
            program.enums.iter().enumerate().map(|(i, e)| (e.name.clone(), crate::program::EnumId(i as u32))).collect();
        checker.metrics = program.metrics.iter().cloned().map(Some).collect();
        checker.portfolio = program.portfolio.iter().cloned().map(Some).collect();
        checker.portfolio_domains = vec![Domain::ANY; program.portfolio.len()];
        checker.row_metrics = program.row_metrics.iter().cloned().map(Some).collect();
        checker.row_domains = vec![Domain::ANY; program.row_metrics.len()];
        checker.scorecards = program.scorecards.iter().cloned().map(Some).collect();
        checker.benchmarks = program.benchmarks.iter().cloned().map(Some).collect();
        checker.segments = program.segments.iter().cloned().map(Some).collect();
        checker.partitions = program.partitions.iter().cloned().map(Some).collect();
        checker.params = program.params.iter().cloned().map(Some).collect();
        checker.metric_domains = vec![Domain::ANY; program.metrics.len()];
        checker.score_domains = vec![Domain::ANY; program.scorecards.len()];
        for (i, metric) in program.metrics.iter().enumerate() {
            let domain = domain::of(&metric.value, &checker, None);
            put(&mut checker.metric_domains, i, domain);
        }
        checker
    }

    fn declaration(&mut self, symbol: Symbol) {
        self.expanded = 0;
        let Some(item) = self.symbols.item(symbol) else { return };
        let errors = self.error_count();
        match (symbol, &item.kind) {
            (Symbol::Param(index), ItemKind::Param(param)) => self.param(index, item, param),
            (Symbol::Define(_), ItemKind::Define(define)) => self.define(item, define),
            (Symbol::Segment(index), ItemKind::Segment(segment)) => self.segment(index, item, segment),
            (Symbol::Partition(index), ItemKind::Partition(partition)) => self.partition(index, item, partition),
            (Symbol::Metric(index), ItemKind::Metric(metric)) => self.metric(index, item, metric),
            (Symbol::Portfolio(index), ItemKind::Portfolio(metric)) => self.portfolio_metric(index, item, metric),
            (Symbol::Benchmark(index), ItemKind::Benchmark(benchmark)) => self.benchmark(index, item, benchmark),
            (Symbol::RowMetric(index), ItemKind::RowMetric(metric)) => self.row_metric(index, item, metric),
            (Symbol::Scorecard(index), ItemKind::Scorecard(card)) => self.scorecard(index, item, card),
            _ => {}
        }
        if self.error_count() > errors {
            self.broken.insert(symbol);
        }
    }

    fn objectives(&mut self) {
        for item in self.symbols.objectives.clone() {
            let ItemKind::Objective(objective) = &item.kind else { continue };
            self.expanded = 0;
            let target = objective.target.as_ref().map(|target| self.condition(target, &Scope::Account));
            self.program.objectives.push(crate::program::Objective { header: header(item), target });
        }
    }

    fn finish(self) -> Option<Program> {
        let mut program = self.program;
        program.metrics = self.metrics.into_iter().collect::<Option<_>>()?;
        program.portfolio = self.portfolio.into_iter().collect::<Option<_>>()?;
        program.row_metrics = self.row_metrics.into_iter().collect::<Option<_>>()?;
        program.scorecards = self.scorecards.into_iter().collect::<Option<_>>()?;
        program.benchmarks = self.benchmarks.into_iter().collect::<Option<_>>()?;
        program.segments = self.segments.into_iter().collect::<Option<_>>()?;
        program.partitions = self.partitions.into_iter().collect::<Option<_>>()?;
        program.params = self.params.into_iter().collect::<Option<_>>()?;
        program.subject?;
        Some(program)
    }

    // ---------- small helpers used by every file ----------

    fn error_count(&self) -> usize {
        self.diagnostics.error_count()
    }

    /// Looking for the nearest name takes time; after so many mistakes nobody reads on.
    fn many_errors(&self) -> bool {
        self.error_count() > MAX_SUGGESTIONS
    }

    /// Suggests the nearest of the names that would have been right, as an edit; otherwise lists them if they are few,
    /// or says `otherwise`.
    fn suggest<'n>(
        &self,
        diagnostic: Diagnostic,
        name: &str,
        span: Span,
        candidates: impl IntoIterator<Item = &'n str> + Clone,
        otherwise: impl Into<String>,
    ) -> Diagnostic {
        if self.many_errors() {
            return diagnostic.help(otherwise);
        }
        if let Some(near) = crate::diagnostics::nearest(name, candidates.clone()) {
            return diagnostic.fix(format!("did you mean `{near}`?"), span, near);
        }
        match crate::diagnostics::did_you_mean(name, candidates) {
            Some(list) => diagnostic.help(list),
            None => diagnostic.help(otherwise),
        }
    }

    fn push(&mut self, mut diagnostic: Diagnostic) {
        // Inside a definition, the call is what the reader has to look at first.
        // What stands in the call itself, an argument, needs no second place.
        let inner = diagnostic.span();
        let within = |call: Span| inner.source == call.source && inner.start >= call.start && inner.end <= call.end;
        if let Some(call) = self.called_at.filter(|call| !within(*call)) {
            let text = diagnostic.labels.first().map_or(String::new(), |l| l.text.clone());
            if let Some(first) = diagnostic.labels.first_mut() {
                first.span = call;
                first.text = "in this call".to_string();
            }
            diagnostic = diagnostic.also(inner, text);
        }
        self.diagnostics.push(diagnostic);
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>, label: &str, help: impl Into<String>) {
        self.push(Diagnostic::new(code, span, message).label(label).help(help));
    }

    fn subject(&self) -> Option<&crate::program::Table> {
        self.program.subject_table()
    }

    fn subject_field(&self, name: &str) -> Option<(FieldId, &Field)> {
        self.table_field(self.program.subject?, name)
    }

    fn table_field(&self, table: TableId, name: &str) -> Option<(FieldId, &Field)> {
        let id = *self.columns.get(table.index())?.get(name)?;
        Some((id, self.program.table(table)?.fields.get(id.index())?))
    }

    /// The segment or part that a `for …` names.
    fn segment_ref(&mut self, name: &ast::Name) -> Option<SegmentRef> {
        match self.symbols.get(&name.text) {
            None if self.symbols.left_out(&name.text) => None,
            Some(Symbol::Segment(index)) => Some(SegmentRef::Segment(crate::program::SegmentId(index as u32))),
            Some(Symbol::Part(partition, part)) => {
                Some(SegmentRef::Part(crate::program::PartitionId(partition as u32), part as u32))
            }
            other => {
                let mut names: Vec<&str> = Vec::new();
                for (candidate, (symbol, _)) in &self.symbols.names {
                    if matches!(symbol, Symbol::Segment(_) | Symbol::Part(..)) {
                        names.push(candidate);
                    }
                }
                let (code, message) = match other {
                    Some(symbol) => (Code::WrongKind, format!("`{}` is {}, not a segment", name.text, symbol.words())),
                    None => (Code::UnknownName, format!("there is no segment `{}`", name.text)),
                };
                let (label, help) = match other {
                    Some(Symbol::Partition(_)) => ("a whole partition", "name one of its parts".to_string()),
                    Some(_) => ("not a segment", "name a segment, or a part of a partition".to_string()),
                    None => ("no segment of this name", format!("declare it: `segment {} = …`", name.text)),
                };
                let diagnostic = Diagnostic::new(code, name.span, message).label(label);
                let diagnostic = match other {
                    Some(_) => diagnostic.help(help),
                    None => self.suggest(diagnostic, &name.text, name.span, names.iter().copied(), help),
                };
                self.push(diagnostic);
                None
            }
        }
    }

    fn segment_name(&self, segment: SegmentRef) -> String {
        match segment {
            SegmentRef::Segment(id) => self.symbols.segments.get(id.index()).map(|i| i.name.text.clone()),
            SegmentRef::Part(id, part) => match self.symbols.partitions.get(id.index()).map(|i| &i.kind) {
                Some(ItemKind::Partition(partition)) => partition.parts.get(part as usize).map(|p| p.name.text.clone()),
                _ => None,
            },
        }
        .unwrap_or_default()
    }
}

impl domain::Known for Checker<'_, '_> {
    fn metric(&self, id: MetricId) -> Domain {
        self.metric_domains.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn points(&self, id: MetricId) -> Domain {
        self.metrics
            .get(id.index())
            .and_then(Option::as_ref)
            .map_or(Domain::ANY, |m| scorecards::points_domain(self, m))
    }
    fn portfolio(&self, id: crate::program::PortfolioId) -> Domain {
        self.portfolio_domains.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn row_metric(&self, id: crate::program::RowMetricId) -> Domain {
        self.row_domains.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn score(&self, id: ScorecardId) -> Domain {
        self.score_domains.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn field(&self, id: FieldId) -> Option<&Field> {
        self.subject()?.fields.get(id.index())
    }
    fn row_field(&self, source: Option<TableId>, id: FieldId) -> Option<&Field> {
        self.program.table(source?)?.fields.get(id.index())
    }
    fn param(&self, id: ParamId) -> Option<Decimal> {
        self.params.get(id.index())?.as_ref()?.value.number()
    }
    fn members(&self, segment: SegmentRef, inside: bool) -> Option<region::Region> {
        match segment {
            SegmentRef::Segment(id) => self.members.get(&(Symbol::Segment(id.index()), usize::from(!inside)))?.clone(),
            SegmentRef::Part(id, part) => {
                let symbol = Symbol::Partition(id.index());
                if inside {
                    return self.members.get(&(symbol, part as usize))?.clone();
                }
                let count = match self.symbols.partitions.get(id.index()).map(|i| &i.kind) {
                    Some(ItemKind::Partition(partition)) => partition.parts.len(),
                    _ => return None,
                };
                let others = (0..count).filter(|i| *i != part as usize);
                region::Region::any(others.map(|i| self.members.get(&(symbol, i))?.as_ref()))
            }
        }
    }
    fn name(&self, symbol: Symbol) -> &str {
        self.symbols.item(symbol).map_or("", |item| item.name.text.as_str())
    }
    fn list(&self, name: &str) -> Option<crate::program::EnumId> {
        match self.symbols.get(name)? {
            Symbol::Partition(i) => Some(self.partitions.get(i)?.as_ref()?.values),
            Symbol::Metric(i) => match self.metrics.get(i)?.as_ref()?.value.ty {
                Type::Enum(list) => Some(list),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The places of values in their list; of a repeated one the first.
fn places(values: &[String]) -> std::collections::HashMap<String, u32> {
    values.iter().enumerate().rev().map(|(i, value)| (value.clone(), i as u32)).collect()
}

/// The columns of a table by name.
fn columns(fields: &[Field]) -> std::collections::HashMap<String, FieldId> {
    fields.iter().enumerate().map(|(i, f)| (f.name.clone(), FieldId(i as u32))).collect()
}

/// Name, description and metadata of a declaration.
fn header(item: &ast::Item) -> Header {
    Header {
        name: item.name.text.clone(),
        label: item.label.as_ref().map(|l| l.text.clone()),
        doc: item.doc.clone(),
        meta: item.meta.clone(),
        span: item.name.span,
    }
}

/// Fills the place that a declaration has among those of its kind.
fn put<T>(list: &mut [T], index: usize, value: T) {
    if let Some(slot) = list.get_mut(index) {
        *slot = value;
    }
}

/// A stand-in for what could not be typed.
fn unknown(span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Value::Missing(Missing::NoData)), ty: Type::Unknown, span }
}
