//! Running a program over data: `program` and [`crate::data::Dataset`] in, [`Results`] out.
//!
//! [`reference`](mod@reference) is small and obvious and defines what every program means. Whatever else runs programs implements
//! [`Engine`] and must give the same digits.

pub mod reference;

use crate::calendar::{Calendar, Date};
use crate::data::Dataset;
use crate::number::Decimal;
use crate::program::{
    FieldId, GuardId, MetricId, Node, PartitionId, PortfolioId, Program, RowMetricId, RuleId, ScorecardId, SegmentId,
    TableId,
};
use crate::span::Span;
use crate::value::{Fault, Missing, Value};

/// Something that can run a program.
pub trait Engine {
    /// Scores every account at one as-of date; accounts come out sorted by id.
    fn evaluate(&self, program: &Program, data: &Dataset, options: &Options) -> Results;
}

/// What a run is told besides program and data.
#[derive(Debug, Clone)]
pub struct Options {
    /// The one as-of date.
    pub as_of: Date,
    /// How the project counts its years.
    pub calendar: Calendar,
    /// Only these accounts, by id; all, if empty.
    pub accounts: Vec<String>,
}

/// All accounts, scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The as-of date.
    pub as_of: Date,
    /// By account id.
    pub accounts: Vec<AccountResult>,
    /// Per portfolio metric, in the order of [`Program::portfolio`]; over all accounts, whichever were asked for.
    pub portfolio: Vec<PortfolioResult>,
    /// Per rule about the whole portfolio, in the order of [`Program::portfolio_rules`]; likewise.
    pub portfolio_rules: Vec<RuleResult>,
}

/// A metric of the whole portfolio.
#[derive(Debug, Clone, PartialEq)]
pub struct PortfolioResult {
    /// Which.
    pub metric: PortfolioId,
    /// The value.
    pub value: Value,
    /// The band, if the metric has thresholds and one applies.
    pub band: Option<String>,
    /// The points after thresholds or scale; `None` if the metric has neither.
    pub points: Option<Value>,
    /// Which accounts each of its aggregates saw, in the order in which they are written.
    pub accounts: Vec<AccountsTold>,
    /// Which rows each of its aggregates of rows saw, likewise.
    pub rows: Vec<RowsTold>,
    /// What could not be computed.
    pub faults: Vec<Fault>,
}

/// The accounts behind an aggregate: none is dropped silently.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountsTold {
    /// Accounts that the filter let through.
    pub accounts: u64,
    /// Of these, accounts that have all that is needed; shares and means are of them.
    pub counted: u64,
    /// Of these, accounts without a value or weight, by reason.
    pub missing: Vec<(Missing, u64)>,
    /// Accounts for which the filter is unknown; not among `accounts`.
    pub undecided: u64,
}

/// The rows behind an aggregate over all accounts: none is dropped silently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsTold {
    /// Of which table.
    pub source: TableId,
    /// Rows that were looked at.
    pub rows: u64,
    /// Of these, rows that counted.
    pub counted: u64,
    /// Of these, rows without a value or weight, by reason.
    pub missing: Vec<(Missing, u64)>,
    /// Rows for which the filter is unknown.
    pub undecided: u64,
}

impl RowsTold {
    /// Nothing yet.
    pub fn new(source: TableId) -> RowsTold {
        RowsTold { source, rows: 0, counted: 0, missing: Vec::new(), undecided: 0 }
    }

    /// One more row that lacks something.
    pub fn missing(&mut self, reason: Missing) {
        one_more(&mut self.missing, reason);
    }
}

fn one_more(counts: &mut Vec<(Missing, u64)>, reason: Missing) {
    match counts.iter_mut().find(|(known, _)| *known == reason) {
        Some((_, count)) => *count += 1,
        None => counts.push((reason, 1)),
    }
    counts.sort();
}

impl AccountsTold {
    /// One more account that lacks something.
    pub fn missing(&mut self, reason: Missing) {
        one_more(&mut self.missing, reason);
    }
}

/// One account, scored.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountResult {
    /// The account's id.
    pub id: String,
    /// Its row in the subject table.
    pub row: u32,
    /// The part per partition, in the order of [`Program::partitions`]; `None` if unknown.
    pub parts: Vec<Option<u32>>,
    /// Membership per segment, in the order of [`Program::segments`]; `None` if unknown.
    pub segments: Vec<Option<bool>>,
    /// Per metric, in the order of [`Program::metrics`].
    pub metrics: Vec<MetricResult>,
    /// Per scorecard, in the order of [`Program::scorecards`].
    pub scores: Vec<ScoreResult>,
    /// Per rule, in the order of [`Program::rules`].
    pub rules: Vec<RuleResult>,
    /// Per rule about rows, in the order of [`Program::row_rules`].
    pub row_rules: Vec<RowRuleResult>,
    /// What could not be computed or read, each once per place, even where `or else` made up for it.
    pub faults: Vec<AccountFault>,
}

/// Something that is evaluated once per account and as-of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    /// A metric or scorecard.
    Node(Node),
    /// Membership in a segment.
    Segment(SegmentId),
    /// The part of a partition.
    Partition(PartitionId),
    /// A rule.
    Rule(RuleId),
    /// A metric of the whole portfolio.
    Portfolio(PortfolioId),
    /// A metric of rows.
    RowMetric(RowMetricId),
    /// A rule about the whole portfolio.
    PortfolioRule(RuleId),
    /// A rule about the rows of a child table.
    RowRule(RuleId),
}

/// Something that went wrong for one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountFault {
    /// In whose definition.
    pub item: Item,
    /// What.
    pub fault: Fault,
}

/// A metric of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricResult {
    /// Which.
    pub metric: MetricId,
    /// The value.
    pub value: Value,
    /// The band, if the metric has thresholds and one applies.
    pub band: Option<String>,
    /// The points after thresholds or scale; missing if the value is, unless a `missing` row gives some. `None` if the metric has neither.
    pub points: Option<Value>,
    /// Set if its last row is older than it may be.
    pub expired: Option<Expired>,
}

/// A value that is too old.
#[derive(Debug, Clone, PartialEq)]
pub struct Expired {
    /// The date of the last row that counted.
    pub last: Date,
    /// The last day on which the value was usable.
    pub until: Date,
    /// The points, or the value that is points, before they began to fade.
    pub before: Option<Decimal>,
}

/// A score of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreResult {
    /// Which.
    pub scorecard: ScorecardId,
    /// The score after limits.
    pub value: Value,
    /// The score before limits.
    pub unlimited: Value,
    /// Share of the weight that had a value, as a ratio, before any policy filled in.
    pub coverage: Decimal,
    /// The grade, if there are grades and the score has a value.
    pub grade: Option<String>,
    /// The lines.
    pub lines: Vec<LineResult>,
    /// Index into the scorecard's limits of each one whose condition held, in the order in which they were applied
    /// (hold, set, floor, cap), with the score after it. Where somebody set the score, none but a hold changes it.
    pub limits: Vec<(usize, Decimal)>,
    /// Index into the scorecard's limits of each one whose condition is unknown and that would have had a turn, had it
    /// held; these were not applied.
    pub undecided_limits: Vec<usize>,
    /// What people set for this account and the scorecard's `override` sees, latest first.
    pub corrections: Vec<CorrectionResult>,
    /// Index into the scorecard's overrides of the one that applied.
    pub applied: Option<usize>,
}

impl ScoreResult {
    /// What somebody set, if that is the score.
    pub fn by_hand(&self) -> Option<&CorrectionResult> {
        self.corrections.iter().find(|c| c.outcome == CorrectionOutcome::Applied)
    }
}

/// A score that somebody set for the account.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionResult {
    /// The row of the event table.
    pub row: u32,
    /// When it was set.
    pub date: Date,
    /// The score that was set.
    pub score: Value,
    /// What became of it.
    pub outcome: CorrectionOutcome,
}

/// What became of a score that somebody set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionOutcome {
    /// It is the score.
    Applied,
    /// It is in force, but a hold goes before it.
    Held,
    /// A later one is in force.
    Superseded,
    /// Its last day is over.
    Expired(Date),
    /// A row that counts for the score is dated after it.
    NewerEvidence(Date),
    /// The score, the last day, who or why is missing.
    Incomplete {
        /// Which column.
        column: FieldId,
        /// Why.
        reason: Missing,
    },
}

/// A line of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct LineResult {
    /// The points that went in; missing if there were none.
    pub points: Value,
    /// What stood in for missing points under `zero`, `neutral` or `carry last`.
    pub stand_in: Option<Decimal>,
    /// The earlier date whose points stood in, under `carry last`.
    pub carried: Option<Date>,
    /// The weight as declared for this account.
    pub weight: Decimal,
    /// The weight with which it counted; 0 if its weight was shared out.
    pub counted_weight: Decimal,
    /// What it contributes; contributions of a score add up to `unlimited` exactly (for `Sum`, together with the base).
    pub contribution: Option<Decimal>,
    /// What it costs against 100 points; for weighted means these add up to 100 - `unlimited` exactly.
    pub lost: Option<Decimal>,
    /// Why the points are missing.
    pub missing: Option<Missing>,
}

/// A rule for an account at this as-of date; what is done about it depends on the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleResult {
    /// Which.
    pub rule: RuleId,
    /// How it stands.
    pub status: RuleStatus,
    /// Whether its condition holds and its `unless` does not, whatever guards say; `None` if that is unknown.
    pub met: Option<bool>,
    /// What guards say, in their order and that of their reasons, without what does not hold; not looked at where the
    /// condition does not hold.
    pub guards: Vec<Suppression>,
    /// Of a rule that new rows set off: the rows up to the as-of date that do, or may; all of them, since what is new is
    /// known to the ledger alone.
    pub rows: Vec<RowStanding>,
    /// Whether its `close when` holds; `None` if that is unknown, or if it has none.
    pub closes: Option<bool>,
    /// What is missing in condition, `unless` and guards, if it is undecided.
    pub unknown: Vec<Unknown>,
}

impl RuleResult {
    /// Nothing is known about it.
    pub fn unknown(rule: RuleId) -> RuleResult {
        RuleResult {
            rule,
            status: RuleStatus::Undecided,
            met: None,
            guards: Vec::new(),
            rows: Vec::new(),
            closes: None,
            unknown: Vec::new(),
        }
    }

    /// The reasons that hold it back, as far as the data tells.
    pub fn suppressed_by(&self) -> impl Iterator<Item = &Suppression> {
        self.guards.iter().filter(|found| found.standing == Standing::Holds)
    }
}

/// What a guard has against a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// Which guard.
    pub guard: GuardId,
    /// Which of its reasons.
    pub reason: usize,
    /// How it stands.
    pub standing: Standing,
}

/// How a reason of a guard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Holds,
    /// Something is missing.
    Unknown,
    /// Only the ledger knows: other items about the account.
    AskLedger,
}

/// A rule about the rows of a child table, for one account.
#[derive(Debug, Clone, PartialEq)]
pub struct RowRuleResult {
    /// Which.
    pub rule: RuleId,
    /// Each row of the account, in their order.
    pub rows: Vec<RowStanding>,
}

/// How a rule stands for a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowStanding {
    /// The row of the table.
    pub row: u32,
    /// When it happened; the as-of date for rows without a date of their own.
    pub date: Date,
    /// How the rule stands.
    pub result: RuleResult,
}

/// Something missing that made a condition unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// The name of the column, metric, scorecard, segment or partition; `None` for an expression, which stands at `span`.
    pub name: Option<String>,
    /// Where it is asked for.
    pub span: Span,
    /// At which date.
    pub as_of: Date,
    /// Why it is missing.
    pub reason: Missing,
}

/// How a rule's condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleStatus {
    /// The condition holds and nothing holds it back.
    Holds,
    /// The condition does not hold, or is unknown while `unless` holds: either way it cannot fire.
    DoesNotHold,
    /// The condition holds, but `unless` does too.
    HeldBack,
    /// The condition holds and `unless` does not, but a guard holds it back.
    Suppressed,
    /// Condition, `unless` or a guard is unknown because something is missing.
    Undecided,
}

impl Unknown {
    /// True for the same name, date and reason, wherever it is asked for.
    pub fn says_the_same_as(&self, other: &Unknown) -> bool {
        (&self.name, self.as_of, self.reason) == (&other.name, other.as_of, other.reason)
    }
}
