//! Why an account scores what it scores: every number unfolded to the rows it came from.
//!
//! [`why`] is a pure function from program, data and results to [`Why`], a plain structure with every fact of the page;
//! [`human`], [`markdown`] and its serialisation are the same facts in three dresses. What was not kept in the results is
//! asked of a [`Probe`].

mod ahead;
mod association;
pub mod bands;
mod benchmark;
mod build;
mod candidates;
mod conditions;
mod detail;
mod figures;
mod groups;
mod human;
mod ledger;
mod limits;
mod markdown;
mod membership;
mod outlook;
mod past;
mod portfolio;
mod probe;
mod reads;
mod remarks;
mod replay;
mod rules;
mod standing;
pub mod supposed;
mod toward;
mod trace;
mod unfold;
mod was;
mod why;
pub mod words;

pub use ahead::{AheadWhy, ChangeAhead, DayWhy, HORIZON};
pub use benchmark::{BenchmarkWhy, old_benchmarks};
pub use build::{held, why};
pub use detail::{DetailWhy, MemberWhy};
pub use human::human;
pub use ledger::{LedgerWhy, OpenWhy, SlotWhy, Standings, stands};
pub use markdown::markdown;
pub use membership::{MembershipWhy, PartWhy};
pub use outlook::{Ask, outlook};
pub use portfolio::{Part as PortfolioPart, PortfolioWhy, Whole, portfolio, portfolio_human, portfolio_markdown};
pub use probe::{Dropped, Probe, Step, TracedRow, TracedRows};
pub use reads::{rules_without_history, tables_of_rules};
pub use replay::PeriodsWhy;
pub use standing::StandingWhy;
pub use supposed::{NotSupposed, SupposedWhy, mark, told};
pub use toward::{ChangeWhy, NotAlone, Target, TowardWhy, WayWhy};
pub use trace::Traced;
pub use was::{CauseWhy, LineWas, Past, RowMoved, WasWhy};
pub use why::*;

use crate::data::Dataset;
use crate::engine::AccountResult;
use crate::program::{
    Expr, ExprKind, FieldId, MetricId, Partition, PartitionId, Program, RowMetricId, RuleId, ScorecardId, SegmentId,
    TableId, Type,
};
use crate::report::Stamp;
use crate::source::Sources;

/// All that a page is made from.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its sources, for positions.
    pub sources: &'a Sources,
    /// The data it ran over.
    pub data: &'a Dataset,
    /// Project, date, hash and data.
    pub stamp: &'a Stamp,
    /// The account.
    pub account: &'a AccountResult,
    /// For what the results do not hold.
    pub probe: &'a dyn Probe,
    /// Show personal columns.
    pub personal: bool,
}

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Everything.
    Account,
    /// One metric, down to its rows.
    Metric(MetricId),
    /// One scorecard.
    Scorecard(ScorecardId),
    /// One rule.
    Rule(RuleId),
    /// One segment.
    Segment(SegmentId),
    /// One partition.
    Partition(PartitionId),
    /// One metric of rows.
    RowMetric(RowMetricId),
    /// One rule about rows, one of [`Program::row_rules`].
    RowRule(RuleId),
}

impl Topic {
    /// The metric, scorecard, rule, metric of rows, segment or partition of this name; the name of a part stands for its
    /// partition.
    pub fn find(program: &Program, name: &str) -> Option<Topic> {
        let id = |i: usize| u32::try_from(i).ok();
        let metric =
            || id(program.metrics.iter().position(|m| m.header.name == name)?).map(|i| Topic::Metric(MetricId(i)));
        let card = || {
            id(program.scorecards.iter().position(|s| s.header.name == name)?).map(|i| Topic::Scorecard(ScorecardId(i)))
        };
        let rule = || id(program.rules.iter().position(|r| r.header.name == name)?).map(|i| Topic::Rule(RuleId(i)));
        let row_rule =
            || id(program.row_rules.iter().position(|r| r.header.name == name)?).map(|i| Topic::RowRule(RuleId(i)));
        let of_rows = || {
            id(program.row_metrics.iter().position(|m| m.header.name == name)?)
                .map(|i| Topic::RowMetric(RowMetricId(i)))
        };
        let segment =
            || id(program.segments.iter().position(|s| s.header.name == name)?).map(|i| Topic::Segment(SegmentId(i)));
        let partition = || {
            let is = |p: &Partition| p.header.name == name || p.parts.iter().any(|part| part.name == name);
            id(program.partitions.iter().position(is)?).map(|i| Topic::Partition(PartitionId(i)))
        };
        metric().or_else(card).or_else(rule).or_else(row_rule).or_else(of_rows).or_else(segment).or_else(partition)
    }

    /// All names that can be found.
    pub fn names(program: &Program) -> Vec<&str> {
        let metrics = program.metrics.iter().map(|m| m.header.name.as_str());
        let cards = program.scorecards.iter().map(|s| s.header.name.as_str());
        let rules = program.rules.iter().chain(&program.row_rules).map(|r| r.header.name.as_str());
        let of_rows = program.row_metrics.iter().map(|m| m.header.name.as_str());
        let segments = program.segments.iter().map(|s| s.header.name.as_str());
        let partitions = program.partitions.iter().map(|p| p.header.name.as_str());
        metrics.chain(cards).chain(rules).chain(of_rows).chain(segments).chain(partitions).collect()
    }
}

/// A condition with the values on its sides: `advocacy < 85 (it is 90.0)`.
pub fn condition_told(case: Case, condition: &Expr) -> String {
    conditions::condition(case, condition).shown
}

/// True if the value of an expression may be a personal cell. Conditions, counts and amounts of time say little about a
/// person and are shown.
pub fn personal(program: &Program, expr: &Expr) -> bool {
    personal_in(program, None, expr)
}

/// The same of an expression about rows of a table.
pub fn personal_in(program: &Program, rows: Option<TableId>, expr: &Expr) -> bool {
    use crate::builtins::{AggregateFunction as A, Pairing};
    match &expr.kind {
        _ if expr.ty == Type::Boolean => false,
        ExprKind::Field(id) => personal_field(program, program.subject, *id),
        ExprKind::RowField(id) => personal_field(program, rows, *id),
        ExprKind::Metric(id) => program.metric(*id).is_some_and(|m| personal(program, &m.value)),
        ExprKind::Related { of, field } => personal_field(program, Some(*of), *field),
        ExprKind::RowMetric { metric, of } => {
            program.row_metric(*metric).is_some_and(|m| personal_in(program, Some(*of), &m.value))
        }
        ExprKind::Elapsed { .. } => false,
        ExprKind::Aggregate(aggregate) => match aggregate.function {
            A::Count | A::Distinct | A::Share | A::Nps | A::NpsMargin | A::Csat | A::CsatMean | A::Ces => false,
            A::Run | A::NearDuplicates | A::Matches | A::TopShare | A::Hhi | A::EffectiveNumber => false,
            // All but the value at which two groups differ most say nothing of a single one.
            A::Paired(pairing) if pairing != Pairing::KsAt => false,
            _ => aggregate.value.as_ref().is_some_and(|v| personal_in(program, Some(aggregate.source), v)),
        },
        // A place among others says little about a person, and so does what all accounts amount to.
        ExprKind::Ranked(_) => false,
        ExprKind::Across(across) => match across.function {
            A::Sum | A::WithoutTop | A::Avg | A::Median | A::Stddev | A::Min | A::Max | A::Paired(Pairing::KsAt) => {
                across.value.as_ref().is_some_and(|v| personal_in(program, None, v))
            }
            _ => false,
        },
        ExprKind::Benchmark { id, .. } => program.benchmark(*id).is_some_and(|b| personal(program, &b.of)),
        ExprKind::Portfolio(id) => program.portfolio(*id).is_some_and(|m| personal(program, &m.value)),
        _ => expr.children().into_iter().any(|child| personal_in(program, rows, child)),
    }
}

/// True if a column is personal.
pub fn personal_field(program: &Program, table: Option<TableId>, id: FieldId) -> bool {
    table.and_then(|t| program.table(t)).and_then(|t| t.fields.get(id.index())).is_some_and(|f| f.personal)
}
