//! What checking proved of a program's numbers and segments, kept for those who ask further: lints, tests, mutations.

use super::Checker;
use super::domain::{self, Domain, Known};
use super::region::{Region, Regions, Witness};
use crate::number::Decimal;
use crate::program::{
    EnumId, Expr, Field, FieldId, Metric, MetricId, ParamId, PortfolioId, Program, RowMetricId, ScorecardId,
    SegmentRef, TableId, Type,
};
use crate::resolve::Symbol;
use std::collections::HashMap;

/// Ranges of values and members of segments.
#[derive(Debug, Default)]
pub struct Proven {
    metrics: Vec<Domain>,
    portfolio: Vec<Domain>,
    rows: Vec<Domain>,
    scores: Vec<Domain>,
    members: HashMap<(Symbol, usize), Option<Region>>,
}

impl Checker<'_, '_> {
    /// Hands over what was proved.
    pub(super) fn proven(&mut self) -> Proven {
        Proven {
            metrics: std::mem::take(&mut self.metric_domains),
            portfolio: std::mem::take(&mut self.portfolio_domains),
            rows: std::mem::take(&mut self.row_domains),
            scores: std::mem::take(&mut self.score_domains),
            members: std::mem::take(&mut self.members),
        }
    }
}

/// Answers questions about a checked program: which values can this have, which accounts can that hold for.
#[derive(Debug, Clone, Copy)]
pub struct Proofs<'p> {
    program: &'p Program,
    proven: &'p Proven,
}

impl<'p> Proofs<'p> {
    /// About this program, with what was proved of it.
    pub fn new(program: &'p Program, proven: &'p Proven) -> Self {
        Proofs { program, proven }
    }

    /// Which numbers an expression about an account can yield.
    pub fn domain(&self, expr: &Expr) -> Domain {
        domain::of(expr, self, None)
    }

    /// Which numbers an expression about a row of `source` can yield.
    pub fn row_domain(&self, expr: &Expr, source: TableId) -> Domain {
        domain::of(expr, self, Some(source))
    }

    /// Which points a metric can have, whatever segment applies.
    pub fn points_of(&self, metric: &Metric) -> Domain {
        super::scorecards::points_domain(self, metric)
    }

    /// The accounts for which a condition is `wanted`, or the rows, if it is about rows of a table; `None` where that is
    /// too much to tell.
    pub fn region(&self, condition: &Expr, rows: Option<TableId>, wanted: bool) -> Option<Region> {
        self.regions(rows).of(condition, wanted)
    }

    /// The accounts or rows for which all of these hold.
    pub fn region_of_all<'e>(
        &self,
        conditions: impl IntoIterator<Item = &'e Expr>,
        rows: Option<TableId>,
    ) -> Option<Region> {
        let all = |all: Region, condition| all.and(&self.region(condition, rows, true)?);
        conditions.into_iter().try_fold(Region::everything(), all)
    }

    /// One account or row of a region, in words.
    pub fn witness(&self, region: &Region, rows: Option<TableId>) -> Option<Witness> {
        self.regions(rows).witness(region)
    }

    fn regions(&self, rows: Option<TableId>) -> Regions<'_> {
        Regions { program: self.program, known: self, rows }
    }
}

impl Known for Proofs<'_> {
    fn metric(&self, id: MetricId) -> Domain {
        self.proven.metrics.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn points(&self, id: MetricId) -> Domain {
        self.program.metric(id).map_or(Domain::ANY, |metric| self.points_of(metric))
    }
    fn portfolio(&self, id: PortfolioId) -> Domain {
        self.proven.portfolio.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn row_metric(&self, id: RowMetricId) -> Domain {
        self.proven.rows.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn score(&self, id: ScorecardId) -> Domain {
        self.proven.scores.get(id.index()).copied().unwrap_or(Domain::ANY)
    }
    fn field(&self, id: FieldId) -> Option<&Field> {
        self.program.subject_table()?.fields.get(id.index())
    }
    fn row_field(&self, source: Option<TableId>, id: FieldId) -> Option<&Field> {
        self.program.table(source?)?.fields.get(id.index())
    }
    fn param(&self, id: ParamId) -> Option<Decimal> {
        self.program.params.get(id.index())?.value.number()
    }
    fn members(&self, segment: SegmentRef, inside: bool) -> Option<Region> {
        match segment {
            SegmentRef::Segment(id) => {
                self.proven.members.get(&(Symbol::Segment(id.index()), usize::from(!inside)))?.clone()
            }
            SegmentRef::Part(id, part) => {
                let part_of = |i: usize| self.proven.members.get(&(Symbol::Partition(id.index()), i))?.as_ref();
                if inside {
                    return part_of(part as usize).cloned();
                }
                let count = self.program.partitions.get(id.index())?.parts.len();
                Region::any((0..count).filter(|i| *i != part as usize).map(part_of))
            }
        }
    }
    fn name(&self, symbol: Symbol) -> &str {
        let program = self.program;
        let header = match symbol {
            Symbol::Metric(i) => program.metrics.get(i).map(|m| &m.header),
            Symbol::Portfolio(i) => program.portfolio.get(i).map(|m| &m.header),
            Symbol::RowMetric(i) => program.row_metrics.get(i).map(|m| &m.header),
            Symbol::Scorecard(i) => program.scorecards.get(i).map(|s| &s.header),
            Symbol::Segment(i) => program.segments.get(i).map(|s| &s.header),
            Symbol::Partition(i) => program.partitions.get(i).map(|p| &p.header),
            Symbol::Param(i) => program.params.get(i).map(|p| &p.header),
            Symbol::Benchmark(i) => program.benchmarks.get(i).map(|b| &b.header),
            _ => None,
        };
        header.map_or("", |h| h.name.as_str())
    }
    fn list(&self, name: &str) -> Option<EnumId> {
        let partition = self.program.partitions.iter().find(|p| p.header.name == name).map(|p| p.values);
        let metric = || self.program.metrics.iter().find(|m| m.header.name == name).map(|m| m.value.ty);
        partition.or_else(|| match metric()? {
            Type::Enum(list) => Some(list),
            _ => None,
        })
    }
}
