//! What a line of a table takes of an account, whether all of it is told already or it was computed a moment ago and only
//! what is shown is looked at.

use super::Task;
use super::extras::tasks_about;
use crate::calendar::Date;
use crate::engine::column::Seen;
use crate::engine::{AccountResult, PortfolioResult, RuleStatus, ScoreResult, Unknown};
use crate::number::Decimal;
use crate::program::{MetricId, PartitionId, RuleId, ScorecardId};
use crate::value::{Missing, Value};

/// The figures of an account.
pub trait Figures {
    /// Its id.
    fn id(&self) -> &str;
    /// Its row in the subject table.
    fn row(&self) -> u32;
    /// Its row as it was known at the as-of date.
    fn row_then(&self) -> u32;
    /// The part of a partition; `None` if unknown.
    fn part(&self, id: PartitionId) -> Option<u32>;
    /// A score after limits.
    fn score(&self, id: ScorecardId) -> Value;
    /// Its grade.
    fn grade(&self, id: ScorecardId) -> Option<&str>;
    /// The share of its weight that had a value, as a ratio.
    fn coverage(&self, id: ScorecardId) -> Decimal;
    /// The value of a metric.
    fn metric(&self, id: MetricId) -> Value;
    /// Its band.
    fn band(&self, id: MetricId) -> Option<&str>;
    /// Its points; `None` if it has neither thresholds nor scale.
    fn points(&self, id: MetricId) -> Option<Value>;
    /// The last day on which a value that is too old was usable.
    fn expired(&self, id: MetricId) -> Option<Date>;
    /// How a rule stands.
    fn status(&self, id: RuleId) -> RuleStatus;
    /// What is missing where a rule is undecided.
    fn lacks(&mut self, id: RuleId) -> Vec<Unknown>;
    /// A score with all that led to it.
    fn whole(&mut self, id: ScorecardId) -> Option<&ScoreResult>;
    /// What the rules that hold ask for.
    fn tasks(&mut self) -> &[Task];
}

/// An account of which everything is told.
pub struct Told<'a> {
    pub account: &'a AccountResult,
    pub row_then: u32,
    pub tasks: &'a [Task],
}

impl Figures for Told<'_> {
    fn id(&self) -> &str {
        &self.account.id
    }

    fn row(&self) -> u32 {
        self.account.row
    }

    fn row_then(&self) -> u32 {
        self.row_then
    }

    fn part(&self, id: PartitionId) -> Option<u32> {
        self.account.parts.get(id.index()).copied().flatten()
    }

    fn score(&self, id: ScorecardId) -> Value {
        self.account.scores.get(id.index()).map_or(Value::Missing(Missing::NoData), |score| score.value.clone())
    }

    fn grade(&self, id: ScorecardId) -> Option<&str> {
        self.account.scores.get(id.index())?.grade.as_deref()
    }

    fn coverage(&self, id: ScorecardId) -> Decimal {
        self.account.scores.get(id.index()).map_or(Decimal::ZERO, |score| score.coverage)
    }

    fn metric(&self, id: MetricId) -> Value {
        self.account.metrics.get(id.index()).map_or(Value::Missing(Missing::NoData), |metric| metric.value.clone())
    }

    fn band(&self, id: MetricId) -> Option<&str> {
        self.account.metrics.get(id.index())?.band.as_deref()
    }

    fn points(&self, id: MetricId) -> Option<Value> {
        self.account.metrics.get(id.index())?.points.clone()
    }

    fn expired(&self, id: MetricId) -> Option<Date> {
        self.account.metrics.get(id.index())?.expired.as_ref().map(|expired| expired.until)
    }

    fn status(&self, id: RuleId) -> RuleStatus {
        self.account.rules.get(id.index()).map_or(RuleStatus::Undecided, |rule| rule.status)
    }

    fn lacks(&mut self, id: RuleId) -> Vec<Unknown> {
        self.account.rules.get(id.index()).map_or_else(Vec::new, |rule| rule.unknown.clone())
    }

    fn whole(&mut self, id: ScorecardId) -> Option<&ScoreResult> {
        self.account.scores.get(id.index())
    }

    fn tasks(&mut self) -> &[Task] {
        self.tasks
    }
}

/// An account that was computed a moment ago. The whole of it is made only where a line needs it.
pub struct Live<'a, 's> {
    seen: &'a mut Seen<'s>,
    portfolio: &'a [PortfolioResult],
    personal: bool,
    whole: Option<AccountResult>,
    tasks: Option<Vec<Task>>,
}

impl<'a, 's> Live<'a, 's> {
    /// Of this account; personal values are shown or masked.
    pub fn new(seen: &'a mut Seen<'s>, portfolio: &'a [PortfolioResult], personal: bool) -> Live<'a, 's> {
        Live { seen, portfolio, personal, whole: None, tasks: None }
    }
}

impl Figures for Live<'_, '_> {
    fn id(&self) -> &str {
        self.seen.id
    }

    fn row(&self) -> u32 {
        self.seen.row
    }

    fn row_then(&self) -> u32 {
        self.seen.row_then
    }

    fn part(&self, id: PartitionId) -> Option<u32> {
        self.seen.state.part_of(self.seen.machine, id)
    }

    fn score(&self, id: ScorecardId) -> Value {
        self.seen.state.score_of(self.seen.machine, id).value(self.seen.texts)
    }

    fn grade(&self, id: ScorecardId) -> Option<&str> {
        self.seen.state.grade_of(self.seen.machine, id)
    }

    fn coverage(&self, id: ScorecardId) -> Decimal {
        self.seen.state.coverage_of(self.seen.machine, id)
    }

    fn metric(&self, id: MetricId) -> Value {
        self.seen.state.metric(self.seen.machine, id).value(self.seen.texts)
    }

    fn band(&self, id: MetricId) -> Option<&str> {
        self.seen.state.band(self.seen.machine, id)
    }

    fn points(&self, id: MetricId) -> Option<Value> {
        self.seen.state.points(self.seen.machine, id).map(|cell| cell.value(self.seen.texts))
    }

    fn expired(&self, id: MetricId) -> Option<Date> {
        self.seen.state.expired_on(self.seen.machine, id)
    }

    fn status(&self, id: RuleId) -> RuleStatus {
        self.seen.state.rule(self.seen.machine, id)
    }

    fn lacks(&mut self, id: RuleId) -> Vec<Unknown> {
        self.seen.state.lacks(self.seen.machine, self.seen.texts, id)
    }

    fn whole(&mut self, id: ScorecardId) -> Option<&ScoreResult> {
        self.whole.get_or_insert_with(|| self.seen.result()).scores.get(id.index())
    }

    fn tasks(&mut self) -> &[Task] {
        let Live { seen, portfolio, personal, whole, tasks } = self;
        tasks.get_or_insert_with(|| {
            let account = whole.get_or_insert_with(|| seen.result());
            let mut tasks = Vec::new();
            tasks_about(seen.evaluator, portfolio, (0, account), seen.machine.as_of(), *personal, &mut tasks);
            tasks
        })
    }
}
