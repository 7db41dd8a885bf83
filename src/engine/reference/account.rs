//! One account at one as-of date, with everything that the program says about it known.

use super::everyone::Foreseen;
use super::schedule::{Schedule, Step};
use super::scope::{Event, Scope};
use super::suppose::{Supposed, Supposition};
use super::{Evaluator, RowsTrace, Subject};
use crate::calendar::Date;
use crate::engine::{
    AccountFault, AccountResult, Item, MetricResult, RowRuleResult, RowStanding, RuleResult, ScoreResult,
};
use crate::program::{
    BandTable, Expr, Metric, MetricId, Node, PartitionId, RowMetricId, RuleId, Scale, ScorecardId, SegmentId,
    SegmentRef,
};
use crate::value::{Missing, Value};
use hashbrown::HashSet;
use std::cell::RefCell;
use std::collections::HashMap;

/// What has been computed for a step.
#[derive(Debug, Clone)]
pub(super) enum Known {
    Metric(MetricResult),
    Score(ScoreResult),
    /// Of a segment: yes or no; of a partition: its part as a symbol.
    Membership(Value),
    Rule(RuleResult),
    RowRule(Vec<RowStanding>),
}

/// Values of expressions, by address, at other dates, for the row at hand.
type Looked = HashMap<(*const Expr, Date, Option<Event>), Value>;

/// An account with everything about it computed at one as-of date.
#[derive(Debug)]
pub struct Account<'a> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) subject: &'a Subject,
    pub(super) as_of: Date,
    pub(super) known: HashMap<Step, Known>,
    /// Values that metrics and columns are supposed to have at `as_of`.
    pub(super) suppose: Vec<Supposition>,
    pub(super) faults: RefCell<Vec<AccountFault>>,
    /// What expressions were at other dates, by their address. Emptied whenever somebody asks anew, since an expression
    /// lives at its address only for as long as the question lasts.
    pub(super) looked: RefCell<Looked>,
    /// Metrics of rows, once they have been asked for.
    /// What was found out about the rows of all accounts; nothing, where an account is evaluated.
    pub(super) foreseen: Option<Foreseen>,
    pub(super) of_rows: RefCell<HashMap<(RowMetricId, u32, Date), Value>>,
}

impl<'a> Account<'a> {
    pub(super) fn new(
        evaluator: &'a Evaluator<'a>,
        subject: &'a Subject,
        as_of: Date,
        schedule: &Schedule,
        suppose: &[Supposition],
    ) -> Account<'a> {
        Account::going_on(evaluator, subject, as_of, HashMap::with_capacity(schedule.steps.len()), schedule, suppose)
    }

    /// From what is known already, the steps of a schedule.
    pub(super) fn going_on(
        evaluator: &'a Evaluator<'a>,
        subject: &'a Subject,
        as_of: Date,
        known: HashMap<Step, Known>,
        schedule: &Schedule,
        suppose: &[Supposition],
    ) -> Account<'a> {
        let (faults, looked, of_rows) = (RefCell::default(), RefCell::default(), RefCell::default());
        let suppose = suppose.to_vec();
        let mut account =
            Account { evaluator, subject, as_of, known, suppose, faults, looked, foreseen: None, of_rows };
        account.run(schedule);
        account
    }

    pub(super) fn run(&mut self, schedule: &Schedule) {
        for step in &schedule.steps {
            if let Some(result) = self.compute(*step) {
                self.known.insert(*step, result);
            }
        }
    }

    /// The account's id.
    pub fn id(&self) -> &str {
        &self.subject.id
    }

    /// Its row in the subject table, the one that events refer to.
    pub fn row(&self) -> u32 {
        self.subject.row
    }

    /// The as-of date.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// A metric.
    pub fn metric(&self, id: MetricId) -> MetricResult {
        self.scope().metric(id).cloned().unwrap_or_else(|| unknown_metric(id))
    }

    /// A score.
    pub fn score(&self, id: ScorecardId) -> ScoreResult {
        self.scope().score(id).cloned().unwrap_or_else(|| unknown_score(id))
    }

    /// The value of an expression of the program's own, such as a metric's, at this as-of date.
    pub fn value(&self, expr: &Expr) -> Value {
        self.scope().eval(expr)
    }

    /// The value of any expression typed against the program; computes first what it needs and is not yet known.
    pub fn value_of(&mut self, expr: &Expr) -> Value {
        let known: HashSet<Step> = self.known.keys().copied().collect();
        let Evaluator { program, calendar, .. } = *self.evaluator;
        let schedule = Schedule::of_expr(program, calendar, expr, self.as_of, &known);
        self.run(&schedule);
        self.value(expr)
    }

    /// How a rule stands; computes first what it needs and is not yet known.
    pub fn rule_of(&mut self, id: RuleId) -> RuleResult {
        let known: HashSet<Step> = self.known.keys().copied().collect();
        let Evaluator { program, calendar, .. } = *self.evaluator;
        let schedule = Schedule::of_item(program, calendar, (Item::Rule(id), self.as_of), &known);
        self.run(&schedule);
        self.rule(id)
    }

    /// For each aggregate of a metric that looks at the as-of date: which rows counted, which did not, and why.
    pub fn rows(&self, metric: MetricId) -> Vec<RowsTrace> {
        let metric = self.evaluator.program.metric(metric);
        metric.map_or_else(Vec::new, |m| m.value.aggregates().into_iter().map(|a| self.rows_of(a)).collect())
    }

    /// Which rows of one aggregate counted, which did not, and why.
    pub fn rows_of(&self, aggregate: &crate::program::Aggregate) -> RowsTrace {
        self.scope().rows_trace(aggregate)
    }

    /// The pairs of an aggregate that matches rows with others, and those others that have no partner.
    pub fn pairs(&self, aggregate: &crate::program::Aggregate) -> (Vec<super::Pair>, Vec<u32>) {
        let with = aggregate.with.as_deref();
        with.map_or_else(Default::default, |with| self.scope().pairs(aggregate, with))
    }

    /// The rate by which something about the account, or about one of its rows, is converted.
    pub fn rate(
        &self,
        convert: &crate::program::Convert,
        row: Option<(crate::program::TableId, u32)>,
    ) -> Result<super::RateUsed, Missing> {
        let scope = Scope { blame: None, ..self.scope() };
        row.map_or(scope, |(table, row)| scope.on(table, row)).rate(convert)
    }

    /// Where the account stands among others, and how it came there.
    pub fn standing(&self, ranked: &crate::program::Ranked) -> super::Standing {
        self.scope().standing(ranked)
    }

    /// The points of `… until …`, earliest first; nothing for any other expression.
    pub fn replay(&self, expr: &Expr) -> Vec<super::Replayed> {
        self.scope().replay(&expr.kind)
    }

    /// Both values of a figure over time at each point, earliest first.
    pub fn pairs_over_time(&self, expr: &Expr) -> Vec<(Date, crate::association::Pair)> {
        self.scope().pairs_over_time(&expr.kind)
    }

    /// Yes, no, or unknown.
    pub fn belongs(&self, segment: SegmentRef) -> Option<bool> {
        self.scope().belongs(segment)
    }

    /// The table of bands or grades that holds for this account: the segment's, or else the general one.
    pub fn bands<'t>(&self, tables: &'t [BandTable]) -> Option<&'t BandTable> {
        self.scope().bands(tables)
    }

    /// The scale that holds for this account.
    pub fn scale<'t>(&self, scales: &'t [Scale]) -> Option<&'t Scale> {
        self.scope().scale(scales)
    }

    /// Everything, as a result.
    pub fn result(&self) -> AccountResult {
        let program = self.evaluator.program;
        let scope = self.scope();
        let parts = count(program.partitions.len()).map(|i| match scope.partition(PartitionId(i)) {
            Value::Symbol(part) => Some(part),
            _ => None,
        });
        AccountResult {
            id: self.subject.id.to_string(),
            row: self.subject.row,
            parts: parts.collect(),
            segments: count(program.segments.len()).map(|i| scope.segment(SegmentId(i)).truth()).collect(),
            metrics: count(program.metrics.len()).map(|i| self.metric(MetricId(i))).collect(),
            scores: count(program.scorecards.len()).map(|i| self.score(ScorecardId(i))).collect(),
            rules: count(program.rules.len()).map(|i| self.rule(RuleId(i))).collect(),
            row_rules: count(program.row_rules.len()).map(|i| self.row_rule(RuleId(i))).collect(),
            faults: self.faults.borrow().clone(),
        }
    }

    pub(super) fn into_result(self) -> AccountResult {
        self.result()
    }

    /// How a rule about the rows of a child table stands, row by row.
    pub fn row_rule(&self, id: RuleId) -> RowRuleResult {
        match self.known.get(&(Item::RowRule(id), self.as_of)) {
            Some(Known::RowRule(rows)) => RowRuleResult { rule: id, rows: rows.clone() },
            _ => RowRuleResult { rule: id, rows: Vec::new() },
        }
    }

    /// The same; computes first what it needs and is not yet known.
    pub fn row_rule_of(&mut self, id: RuleId) -> RowRuleResult {
        let known: HashSet<Step> = self.known.keys().copied().collect();
        let Evaluator { program, calendar, .. } = *self.evaluator;
        let schedule = Schedule::of_item(program, calendar, (Item::RowRule(id), self.as_of), &known);
        self.run(&schedule);
        self.row_rule(id)
    }

    /// How a rule stands.
    pub fn rule(&self, id: RuleId) -> RuleResult {
        match self.known.get(&(Item::Rule(id), self.as_of)) {
            Some(Known::Rule(result)) => result.clone(),
            _ => RuleResult::unknown(id),
        }
    }

    /// The scope of traces: the account at its as-of date, nobody to blame for faults (they were noted before).
    pub(super) fn scope(&self) -> Scope<'_> {
        self.looked.borrow_mut().clear();
        Scope { account: self, as_of: self.as_of, event: None, blame: None }
    }

    fn compute(&self, (item, as_of): Step) -> Option<Known> {
        let program = self.evaluator.program;
        let scope = Scope { as_of, blame: Some(item), ..self.scope() };
        Some(match item {
            Item::Node(Node::Metric(id)) => Known::Metric(self.compute_metric(scope, id, program.metric(id)?)),
            Item::Node(Node::Scorecard(id)) => Known::Score(scope.compute_score(id, program.scorecard(id)?)),
            Item::Segment(id) => Known::Membership(scope.eval(&program.segments.get(id.index())?.condition)),
            Item::Partition(id) => Known::Membership(scope.compute_part(program.partitions.get(id.index())?)),
            Item::Portfolio(id) => {
                // Kept by the evaluator, since it is the same for all accounts.
                self.evaluator.portfolio(id, as_of);
                return None;
            }
            Item::RowMetric(id) => {
                // In this order, so that a chain of them needs no deep recursion.
                let of = program.row_metric(id)?.of;
                for row in self.evaluator.below(program.subject?, &[self.subject.row], of) {
                    scope.on(of, row).row_metric(id, of);
                }
                return None;
            }
            Item::Rule(id) => Known::Rule(scope.rule_result(id, program.rules.get(id.index())?)),
            Item::RowRule(id) => Known::RowRule(scope.row_rule_result(id, program.row_rules.get(id.index())?)),
            // Nobody's.
            Item::PortfolioRule(_) => return None,
        })
    }

    fn compute_metric(&self, scope: Scope<'_>, id: MetricId, metric: &Metric) -> MetricResult {
        let (value, mut expired) = match scope.supposed(Supposed::Metric(id)) {
            Some(value) => (value.clone(), None),
            None => scope.metric_value(metric),
        };
        let (band, mut points) = scope.points_of(metric, &value);
        if let Some(fresh) = points.as_ref().and_then(Value::number) {
            points = points.map(|points| scope.fade(metric, expired.as_ref(), points));
            if points.as_ref().and_then(Value::number) != Some(fresh)
                && let Some(expired) = &mut expired
            {
                expired.before = Some(fresh);
            }
        }
        MetricResult { metric: id, value, band, points, expired }
    }
}

pub(super) fn count(len: usize) -> std::ops::Range<u32> {
    0..u32::try_from(len).unwrap_or(u32::MAX)
}

fn unknown_metric(metric: MetricId) -> MetricResult {
    MetricResult { metric, value: Value::Missing(Missing::NoData), band: None, points: None, expired: None }
}

fn unknown_score(scorecard: ScorecardId) -> ScoreResult {
    ScoreResult {
        scorecard,
        value: Value::Missing(Missing::NoData),
        unlimited: Value::Missing(Missing::NoData),
        coverage: crate::number::Decimal::ZERO,
        grade: None,
        lines: Vec::new(),
        limits: Vec::new(),
        undecided_limits: Vec::new(),
        corrections: Vec::new(),
        applied: None,
    }
}
