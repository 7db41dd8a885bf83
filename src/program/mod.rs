//! The typed program: what the checker hands to everything that runs, explains or documents it.
//!
//! All names are resolved to ids, all types are known, definitions are expanded, parameters have their final values and
//! every bound and weight is a constant. Whatever is here can be evaluated; what cannot yet be is refused by the checker.
//! Ids index the vectors of [`Program`]. Every node keeps its [`Span`] so that explanations can point at the source.

#![allow(missing_docs)] // the fields of a variant are told by the line above it

mod fingerprint;
mod quiet;
mod rules;
mod tests;
mod types;
mod walk;

pub use rules::{
    About, Action, Approval, Assign, Close, Cooldown, Guard, Key, Per, Playbook, RateLimit, Reason, ReasonKind, Rule,
    Staff, Step, Task, Template, Trigger, Verb, Wait, What, Who, WorkCalendar,
};
pub use tests::{
    Case, Covered, Expectation, ExpectationKind, GivenCell, GivenFile, GivenRow, GivenRows, RanWhen, RunDays, Test,
    Update, Whose,
};
pub use types::{Currency, Type, Unit};

use crate::ast::{CompareOp, LimitVerb, Shift, WindowKind};
use crate::calendar::{Date, Duration, PeriodKind};
use crate::number::Decimal;
use crate::span::Span;
use crate::value::Value;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index.
            #[inline]
            pub fn index(self) -> usize { self.0 as usize }
        }
    )* };
}

ids! {
    /// A table or event table.
    TableId
    /// A column of a table.
    FieldId
    /// A list of named values.
    EnumId
    /// A parameter.
    ParamId
    /// A segment.
    SegmentId
    /// A partition.
    PartitionId
    /// A metric.
    MetricId
    /// A metric of the whole portfolio.
    PortfolioId
    /// A benchmark.
    BenchmarkId
    /// A metric of the rows of a child table.
    RowMetricId
    /// A scorecard.
    ScorecardId
    /// A rule.
    RuleId
    /// A guard.
    GuardId
    /// A playbook.
    PlaybookId
    /// A calendar of working days.
    CalendarId
}

/// A checked program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Program {
    /// All tables, in order of declaration.
    pub tables: Vec<Table>,
    /// The table whose rows are scored; always set in a program that checked.
    pub subject: Option<TableId>,
    /// Lists of named values: those of columns and those of partitions.
    pub enums: Vec<EnumType>,
    /// Parameters with their final values.
    pub params: Vec<Param>,
    /// Segments.
    pub segments: Vec<Segment>,
    /// Partitions.
    pub partitions: Vec<Partition>,
    /// Metrics.
    pub metrics: Vec<Metric>,
    /// Metrics of the whole portfolio: their values read accounts only through [`Across`].
    pub portfolio: Vec<Metric>,
    /// Benchmarks.
    pub benchmarks: Vec<Benchmark>,
    /// Metrics of the rows of child tables.
    pub row_metrics: Vec<RowMetric>,
    /// Scorecards.
    pub scorecards: Vec<Scorecard>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// Rules about the whole portfolio.
    pub portfolio_rules: Vec<Rule>,
    /// Rules about the rows of child tables, one candidate per row.
    pub row_rules: Vec<Rule>,
    /// Guards.
    pub guards: Vec<Guard>,
    /// Playbooks.
    pub playbooks: Vec<Playbook>,
    /// Calendars of working days.
    pub calendars: Vec<WorkCalendar>,
    /// Objectives.
    pub objectives: Vec<Objective>,
    /// Who is credited with how much of what was won.
    pub attributions: Vec<Attribution>,
    /// What currencies are worth in each other, if a table of rates is declared.
    pub rates: Option<Rates>,
    /// Metrics and scorecards such that each comes after what it reads.
    pub order: Vec<Node>,
    /// Tests, by title.
    pub tests: Vec<Test>,
    /// A short hash of the program's meaning, printed with every result.
    pub hash: String,
}

/// Something that is computed once per account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// A metric.
    Metric(MetricId),
    /// A scorecard.
    Scorecard(ScorecardId),
}

/// Name, description and metadata of a declaration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Header {
    /// The name.
    pub name: String,
    /// The display name, if one was given.
    pub label: Option<String>,
    /// The description.
    pub doc: Option<String>,
    /// Owner, review and so on, as written.
    pub meta: Vec<crate::ast::Meta>,
    /// Where the name stands.
    pub span: Span,
}

impl Header {
    /// The display name, or else the name.
    pub fn title(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Table {
    /// Name and metadata.
    pub header: Header,
    /// Rows per key, or things that happened.
    pub kind: TableKind,
    /// The columns. For events the first is the reference to the parent, named after it, unless declared elsewhere.
    pub fields: Vec<Field>,
    /// The column that identifies a row, if there is one.
    pub key: Option<FieldId>,
}

impl Table {
    /// The text column `name`, which tells people what a row is, unless it is the key.
    pub fn name_field(&self) -> Option<FieldId> {
        let i = self.fields.iter().position(|f| f.name == "name" && f.ty == Type::Text)?;
        let id = FieldId(u32::try_from(i).ok()?);
        (self.key != Some(id)).then_some(id)
    }
}

/// What a table's rows are.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum TableKind {
    /// One row per key; with `as_of`, one per key and date.
    Rows { as_of: Option<FieldId> },
    /// One row per thing that happened to a row of `of`; `parent` holds the key of that row, `at` the date.
    Events { of: TableId, parent: FieldId, at: FieldId },
    /// One row per thing that happened to the whole portfolio; `at` holds the date.
    Portfolio { at: FieldId },
    /// One row per key, each belonging to a row of `of`; `parent` holds the key of that row.
    Child { of: TableId, parent: FieldId },
}

impl TableKind {
    /// The table to whose rows these rows belong, and the column that holds the key of that row.
    pub fn owner(&self) -> Option<(TableId, FieldId)> {
        match self {
            TableKind::Child { of, parent } | TableKind::Events { of, parent, .. } => Some((*of, *parent)),
            TableKind::Rows { .. } | TableKind::Portfolio { .. } => None,
        }
    }

    /// The column that says when something happened.
    pub fn at(&self) -> Option<FieldId> {
        match self {
            TableKind::Events { at, .. } | TableKind::Portfolio { at } => Some(*at),
            TableKind::Rows { .. } | TableKind::Child { .. } => None,
        }
    }

    /// The column that says since when a row holds, where a table keeps its history.
    pub fn since(&self) -> Option<FieldId> {
        match self {
            TableKind::Rows { as_of } => *as_of,
            _ => None,
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whole numbers only.
    pub integer: bool,
    /// Smallest allowed value.
    pub low: Option<Decimal>,
    /// Largest allowed value.
    pub high: Option<Decimal>,
    /// May be missing.
    pub optional: bool,
    /// Masked in outputs.
    pub personal: bool,
    /// Says when the row was learned.
    pub recorded: bool,
    /// Names the row that took this one over.
    pub merged: bool,
    /// Names the row above this one.
    pub parent: bool,
    /// The column that names the currency of each amount, for `money by currency`.
    pub currency: Option<FieldId>,
    /// The description.
    pub doc: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A list of named values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnumType {
    /// What a person calls it: `account.industry`, or the partition's name.
    pub name: String,
    /// The values in order of declaration.
    pub values: Vec<String>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Param {
    /// Name and metadata.
    pub header: Header,
    /// Its type.
    pub ty: Type,
    /// The value in this run.
    pub value: Value,
    /// True if the run set it (`--set`).
    pub set: bool,
}

/// A named condition.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Segment {
    /// Name and metadata.
    pub header: Header,
    /// Who belongs.
    pub condition: Expr,
}

/// A partition: every account is in exactly one part (or its `by` is missing).
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Partition {
    /// Name and metadata.
    pub header: Header,
    /// What is looked at; `None` if the parts are conditions.
    pub by: Option<Expr>,
    /// The parts as a list of values, in the order of `parts`.
    pub values: EnumId,
    /// The parts; the first that matches is taken.
    pub parts: Vec<Part>,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// When it is taken.
    pub test: PartTest,
    /// Where it is declared.
    pub span: Span,
}

/// When a part is taken.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum PartTest {
    /// The value of `by` passes.
    By(BandTest),
    /// The condition holds.
    Condition(Expr),
}

/// A segment or a part, as the target of `for …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentRef {
    /// A segment.
    Segment(SegmentId),
    /// A part of a partition.
    Part(PartitionId, u32),
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Metric {
    /// Name and metadata.
    pub header: Header,
    /// Its value.
    pub value: Expr,
    /// Tables of thresholds: those for segments first, the general one last. At most one segment's applies.
    pub thresholds: Vec<BandTable>,
    /// Scales: those for segments first, the general one last.
    pub scales: Vec<Scale>,
    /// How long a value stays usable, counted from its last row, and what becomes of it then.
    pub valid_for: Option<ValidFor>,
}

/// A metric of the rows of a child table.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct RowMetric {
    /// Name and metadata.
    pub header: Header,
    /// Whose rows.
    pub of: TableId,
    /// Its value, in the scope of a row.
    pub value: Expr,
}

/// How long a value stays usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValidFor {
    /// From the last row that counts; the last day of it is usable.
    pub duration: Duration,
    /// What becomes of the value then.
    pub then: Stale,
}

/// What becomes of a value that is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stale {
    /// It is missing (stale).
    Missing,
    /// It stays, and every page says so.
    Flag,
    /// It stays, and its points move in a straight line to `to`, which they reach `days` days later.
    Fade { to: Decimal, days: i64 },
}

/// Rows that turn a value into a band and points.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct BandTable {
    /// For whom; everyone, if absent.
    pub segment: Option<SegmentRef>,
    /// The bands; the first whose test passes is taken.
    pub bands: Vec<Band>,
    /// Where it is declared.
    pub span: Span,
}

/// A band, grade or row.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// When it is taken.
    pub test: BandTest,
    /// The points it gives; grades have none.
    pub points: Option<Decimal>,
    /// Where it is declared.
    pub span: Span,
}

/// A test of a value against constants.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum BandTest {
    /// A number compared with a bound (also a date, as its day number).
    Compare(CompareOp, Decimal),
    /// Both ends included.
    Between(Decimal, Decimal),
    /// One of these values (symbols, booleans or numbers).
    In(Vec<Value>),
    /// Missing.
    Missing,
    /// Any value that is not missing.
    Otherwise,
}

/// Linear interpolation between points, clamped outside.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Scale {
    /// For whom; everyone, if absent.
    pub segment: Option<SegmentRef>,
    /// Value and points, by rising value; at least two.
    pub points: Vec<(Decimal, Decimal)>,
    /// Where it is declared.
    pub span: Span,
}

/// What others reach, to compare a metric with.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Benchmark {
    /// Name and metadata.
    pub header: Header,
    /// The metric, portfolio metric or score that is compared.
    pub of: Expr,
    /// Where the figures are from.
    pub source: String,
    /// The figures: those for segments first; within each, the latest first.
    pub rows: Vec<Quartiles>,
}

/// The figures of a benchmark from a date on.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Quartiles {
    /// For whom; everyone, if absent. At most one segment's apply to an account.
    pub segment: Option<SegmentRef>,
    /// The first date on which they hold.
    pub from: Date,
    /// A quarter of all lie below it.
    pub p25: Decimal,
    /// Half of all lie below it.
    pub p50: Decimal,
    /// Three quarters of all lie below it.
    pub p75: Decimal,
    /// Where they are written.
    pub span: Span,
}

/// A scorecard.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Scorecard {
    /// Name and metadata.
    pub header: Header,
    /// The lines.
    pub lines: Vec<Line>,
    /// What differs for segments; at most one applies to an account.
    pub overrides: Vec<Override>,
    /// What happens with missing parts, unless a line says otherwise.
    pub missing: MissingPolicy,
    /// How the parts become one number.
    pub combine: Combine,
    /// Points that a sum starts from.
    pub base: Decimal,
    /// Caps, floors, settings and holds.
    pub limits: Vec<Limit>,
    /// Where people's own scores come from.
    pub correction: Option<Correction>,
    /// Grades: those for segments first, the general one last.
    pub grades: Vec<BandTable>,
}

/// How a scorecard combines its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Combine {
    /// Sum of weight times points over the sum of weights.
    WeightedMean,
    /// Base plus the sum of weight times points.
    Sum,
    /// The lowest points.
    Min,
    /// The highest points.
    Max,
    /// e to the weighted mean of the logarithms; 0 as soon as one line has 0.
    Geometric,
    /// How many lines have fewer points than this: a number, not points.
    CountBelow(Decimal),
}

impl Combine {
    /// True where weights are shares of a whole.
    pub fn has_shares(self) -> bool {
        matches!(self, Combine::WeightedMean | Combine::Geometric)
    }

    /// True where weights matter to the score.
    pub fn weighs(self) -> bool {
        self.has_shares() || self == Combine::Sum
    }

    /// What a score is: points, or a number of lines.
    pub fn unit(self) -> Unit {
        if matches!(self, Combine::CountBelow(_)) { Unit::Plain } else { Unit::Points }
    }
}

/// A line of a scorecard.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Line {
    /// What is weighed.
    pub item: Node,
    /// The weight; 0 for informational lines.
    pub weight: Decimal,
    /// Shown, not scored.
    pub informational: bool,
    /// The largest share of the whole score it may have, as a ratio.
    pub at_most: Option<Decimal>,
    /// A scale of this line that replaces the metric's own.
    pub scale: Option<Scale>,
    /// A policy of this line.
    pub missing: Option<MissingPolicy>,
    /// Why it weighs what it weighs.
    pub because: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// What differs for a segment: whole lines, already merged with the general ones.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Override {
    /// For whom.
    pub segment: SegmentRef,
    /// All lines as they hold for that segment, in the order of [`Scorecard::lines`].
    pub lines: Vec<Line>,
    /// Where it is declared.
    pub span: Span,
}

/// Least coverage if a scorecard does not say.
pub const DEFAULT_COVERAGE: Decimal = match Decimal::from_raw(600_000_000) {
    Some(n) => n,
    None => Decimal::ONE,
};

/// What a score does with a missing part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissingPolicy {
    /// Its weight is shared out; below this share of present weight the score itself is missing (too few).
    Renormalise {
        /// The least coverage, as a ratio.
        at_least: Decimal,
    },
    /// It counts as 0 points.
    Zero,
    /// It counts as so many points.
    Neutral(Decimal),
    /// It counts as the last points there were, if they are no older; otherwise its weight is shared out.
    CarryLast {
        /// How far back.
        at_most: Duration,
    },
    /// The score is missing.
    Fail,
}

/// Scores that people set for an account, one row of events each. The latest row that is in force decides.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Correction {
    /// The table of events.
    pub events: TableId,
    /// Its column with the score.
    pub score: FieldId,
    /// Its column that says who set it.
    pub who: FieldId,
    /// Its column that says why.
    pub why: FieldId,
    /// Its column with the last day.
    pub until: FieldId,
    /// Rows that count; unknown counts as not met.
    pub filter: Option<Expr>,
    /// It also ends as soon as a row that counts for the score is dated after it.
    pub newer_evidence: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A cap, floor, setting or hold.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Limit {
    /// Which.
    pub verb: LimitVerb,
    /// To what.
    pub value: Decimal,
    /// When; always, if absent.
    pub when: Option<Expr>,
    /// Why.
    pub because: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A table of rates: one unit of `from` is worth `rate` units of `to` from the day `at` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rates {
    /// Its rows.
    pub table: TableId,
    /// The code of the currency that is worth something.
    pub from: FieldId,
    /// The code of the currency that it is worth something in.
    pub to: FieldId,
    /// How much.
    pub rate: FieldId,
    /// From which day on.
    pub at: FieldId,
    /// How long a rate may be used; the last day of it is included.
    pub valid_for: Duration,
}

/// Who is credited with how much of what was won: a table of events made of touches when the data is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attribution {
    /// The table that it makes.
    pub table: TableId,
    /// The table of touches; that of what is sold itself, where each sale names who referred it.
    pub touches: TableId,
    /// The table of what is sold.
    pub of: TableId,
    /// How much is shared out; about a row of `of`.
    pub amount: Expr,
    /// What was won; about a row of `of`.
    pub when: Option<Expr>,
    /// Touches that take part; about a row of `touches`.
    pub filter: Option<Expr>,
    /// When what is sold closed; a column of `of`.
    pub closed: FieldId,
    /// The account that is credited; a column of `touches`.
    pub to: FieldId,
    /// How many days before the close a touch may lie.
    pub lookback: Option<i64>,
    /// How credit is shared.
    pub model: CreditModel,
    /// One touch per advocate, day and these.
    pub once_per: Option<Vec<FieldId>>,
    /// What these credit is left to them.
    pub excluding: Vec<TableId>,
    /// The date, the credit and the share; columns of `table`.
    pub at: FieldId,
    pub credit: FieldId,
    pub share: FieldId,
}

/// How credit is shared among touches in their order in time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CreditModel {
    /// Equal parts.
    Linear,
    /// All to the first.
    First,
    /// All to the last.
    Last,
    /// This share to the first and the last each, the rest in equal parts.
    U(Decimal),
    /// This share to the first, the first key touch between and the last each, the rest in equal parts.
    W(Decimal, Box<Expr>),
    /// By age: halved every so many days before the close.
    TimeDecay(i64),
}

impl CreditModel {
    /// The share of a U that a W without a key touch becomes.
    pub fn usual_u() -> Decimal {
        Decimal::from_raw(400_000_000).unwrap_or(Decimal::ZERO)
    }

    /// As it is written.
    pub fn words(&self) -> String {
        let percent = |share: &Decimal| share.mul(Decimal::HUNDRED).unwrap_or(*share).to_string();
        match self {
            CreditModel::Linear => "linear".to_string(),
            CreditModel::First => "first".to_string(),
            CreditModel::Last => "last".to_string(),
            CreditModel::U(share) => format!("u {}%", percent(share)),
            CreditModel::W(share, _) => format!("w {}%", percent(share)),
            CreditModel::TimeDecay(days) => format!("time decay {days} days"),
        }
    }
}

/// An objective.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Objective {
    /// Name and metadata.
    pub header: Header,
    /// The target, if it can be evaluated.
    pub target: Option<Expr>,
}

// ---------- expressions ----------

/// A typed expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expr {
    /// Which.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands; inside an expanded definition, where the definition stands.
    pub span: Span,
}

/// The forms of typed expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// A constant.
    Literal(Value),
    /// A parameter.
    Param(ParamId),
    /// A column of the account being scored.
    Field(FieldId),
    /// A column of the row at hand: inside [`Aggregate`] the one being aggregated, otherwise the one a [`RowMetric`] is about.
    RowField(FieldId),
    /// The value of a metric.
    Metric(MetricId),
    /// The points of a metric after its thresholds or scale: `points of x`.
    Points(MetricId),
    /// A score.
    Score(ScorecardId),
    /// True for members.
    Segment(SegmentId),
    /// True for members of this part.
    Part(PartitionId, u32),
    /// The part, as a symbol.
    Partition(PartitionId),
    /// Kleene `not`.
    Not(Box<Expr>),
    /// Minus.
    Negate(Box<Expr>),
    /// Kleene `and`.
    And(Vec<Expr>),
    /// Kleene `or`.
    Or(Vec<Expr>),
    /// Exact sum; `true` subtracts.
    Sum(Vec<(bool, Expr)>),
    /// Left to right, each step rounded once; `true` divides.
    Product(Vec<(bool, Expr)>),
    /// A comparison; both sides have comparable types.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// Membership in a list.
    In { value: Box<Expr>, list: Vec<Expr>, negated: bool },
    /// A date within a window.
    Within { value: Box<Expr>, window: WindowKind, negated: bool },
    /// Missing, for this reason if one is given (`error` matches every fault).
    IsMissing { value: Box<Expr>, because: Option<MissingWord>, negated: bool },
    /// The metric is in this band (by name: tables of segments may order them differently).
    IsBand { metric: MetricId, band: String, negated: bool },
    /// The score has this grade.
    IsGrade { scorecard: ScorecardId, grade: String, negated: bool },
    /// The first that is not missing.
    OrElse(Vec<Expr>),
    /// A choice; an unknown condition counts as not met.
    If { condition: Box<Expr>, then: Box<Expr>, otherwise: Box<Expr> },
    /// A scalar function of the catalogue.
    Function(crate::builtins::Scalar, Vec<Expr>),
    /// Rows into one value.
    Aggregate(Box<Aggregate>),
    /// Whole units from a date to the as-of date, or the other way with `until`.
    Elapsed { unit: PeriodKind, until: bool, date: Box<Expr> },
    /// The as-of date.
    AsOfDate,
    /// The same definition at an earlier as-of date.
    AsOf { value: Box<Expr>, shift: Shift },
    /// Now minus then; with `percent`, over the magnitude of then.
    Change { value: Box<Expr>, percent: bool, over: Duration },
    /// Least-squares slope per period over the last `count` period ends, the as-of date being the last point.
    Trend { value: Box<Expr>, over: Duration },
    /// True at `count` of the last `of` complete period ends (all of them if `of` equals `count`). With `ignoring`,
    /// ends at which it is unknown are left out; at least one must be known.
    Held { condition: Box<Expr>, count: u32, of: u32, period: PeriodKind, ignoring: bool },
    /// Where the account stands among others.
    Ranked(Box<Ranked>),
    /// All accounts into one value; the same for everyone.
    Across(Box<Across>),
    /// The value of a metric of the whole portfolio.
    Portfolio(PortfolioId),
    /// At how many of the latest complete period ends in a row it was true. An unknown end ends the run, or with `ignoring` is
    /// left out.
    Streak { condition: Box<Expr>, over: Duration, ignoring: bool },
    /// A state that begins where `enter` holds and ends where `leave` does, replayed over the period ends before the
    /// as-of date and that date. A state once entered stays for `at_least` of these points.
    Until { enter: Box<Expr>, leave: Box<Expr>, over: Duration, at_least: u32 },
    /// The value less the middle of a benchmark; with `position`, its quarter.
    Benchmark { id: BenchmarkId, position: bool },
    /// The value of a metric of rows, for the row of `of` that is at hand or that the row at hand names; `of` is its table.
    RowMetric { metric: RowMetricId, of: TableId },
    /// A column of the row of `of` that the row at hand belongs to or names.
    Related { of: TableId, field: FieldId },
    /// An amount in another currency.
    Convert(Box<Convert>),
    /// What two values at the as-of date and the period ends before it say together.
    Paired { pairing: crate::builtins::Pairing, one: Box<Expr>, other: Box<Expr>, over: Duration, at_least: u32 },
}

/// An amount in another currency, by the latest rate on or before a date.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Convert {
    /// The amount.
    pub amount: Expr,
    /// The currency that it is in.
    pub from: CurrencyOf,
    /// The currency that is wanted.
    pub to: Currency,
    /// The date whose rate is wanted; the as-of date, if absent.
    pub on: Option<Expr>,
}

/// What says which currency an amount is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CurrencyOf {
    /// Its type.
    Type(Currency),
    /// The column beside it.
    Column(Expr),
}

/// Where an account stands among the accounts that exist at the same as-of date.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ranked {
    /// How.
    pub function: crate::builtins::Ranking,
    /// The value of each account; accounts where it is missing are left out.
    pub value: Expr,
    /// Among whom; everyone, if absent.
    pub within: Option<Within>,
    /// The date whose population it is compared with; that of the account's own value, if absent.
    pub against: Option<Shift>,
    /// With fewer accounts than this everyone is taken; with fewer than this in all, the value is missing (too few).
    pub at_least: u32,
}

/// Whom an account is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Within {
    /// The members of the account's own part.
    Partition(PartitionId),
    /// The members of this segment or part; for others it is not applicable.
    Group(SegmentRef),
}

/// An aggregate over accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Across {
    /// Which.
    pub function: crate::builtins::AggregateFunction,
    /// The value per account; absent for counts of accounts. Accounts where it is missing are left out and told.
    pub value: Option<Expr>,
    /// What is measured beside the value, for functions of pairs.
    pub other: Option<Expr>,
    /// Accounts that count; unknown counts as not met and is told.
    pub filter: Option<Expr>,
    /// A weight per account, for means, shares and nps.
    pub weight: Option<Expr>,
    /// Fewer accounts than this make the value missing (too few).
    pub at_least: Option<u32>,
    /// How many of the largest, for `top_share` and `without_top`.
    pub top: u32,
    /// Accounts that agree in these are added up, where it is asked how concentrated something is; the bins of a
    /// calibration.
    pub by: Vec<Expr>,
    /// Only accounts that stand so to the one being scored; all, if absent.
    pub kin: Option<Kin>,
}

/// How accounts stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kin {
    /// Right below.
    Children,
    /// Below, however far.
    Descendants,
    /// Itself and all below.
    Family,
}

impl Kin {
    /// The word it is written with.
    pub fn word(self) -> &'static str {
        match self {
            Kin::Children => "children",
            Kin::Descendants => "descendants",
            Kin::Family => "family",
        }
    }

    /// All of them.
    pub const ALL: [Kin; 3] = [Kin::Children, Kin::Descendants, Kin::Family];
}

/// Reasons that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissingWord {
    /// `no_data`
    NoData,
    /// `not_applicable`
    NotApplicable,
    /// `stale`
    Stale,
    /// `too_few`
    TooFew,
    /// `error`
    Error,
}

/// An aggregate over the rows of the account, in the fixed order: filter, window, dedupe, latest per, cap on rows,
/// diminishing, value per row, cap on their sum, decay, aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Which.
    pub function: crate::builtins::AggregateFunction,
    /// Whose rows.
    pub source: TableId,
    /// Which of them.
    pub reach: Reach,
    /// The value per row; absent for counts of rows, and for `first` and `last` of a source, which give its date.
    pub value: Option<Expr>,
    /// What is measured beside the value, for functions of pairs.
    pub other: Option<Expr>,
    /// Rows that count; unknown counts as not met.
    pub filter: Option<Expr>,
    /// Dates that count; everything up to the as-of date, if absent.
    pub window: Option<WindowKind>,
    /// Near repeats left out.
    pub dedupe: Option<Dedupe>,
    /// Only the latest row per these columns, for nps the latest that has a value; a row where one of them is missing stands
    /// for itself.
    pub latest_per: Vec<FieldId>,
    /// At most so many rows per period.
    pub cap: Option<RowCap>,
    /// Each further row of a period is worth less.
    pub diminish: Option<Diminish>,
    /// The values of a period add up to at most so much.
    pub value_cap: Option<ValueCap>,
    /// How a row's value fades with its age.
    pub decay: Option<Decay>,
    /// A weight per row, for means, shares and nps.
    pub weight: Option<Expr>,
    /// Fewer rows than this make the value missing (too few).
    pub at_least: Option<u32>,
    /// Rows that agree in these are added up, where it is asked how concentrated something is.
    pub by: Vec<Expr>,
    /// How many of the largest, or which row from the end, for functions that take a number.
    pub top: u32,
    /// From which share of common parts on texts are near repeats.
    pub alike: Decimal,
    /// The rows that these are matched with.
    pub with: Option<Box<With>>,
}

/// Rows that others are matched with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct With {
    /// The rows; always a count.
    pub other: Aggregate,
    /// Columns that a pair must agree in, by side.
    pub by: Vec<(FieldId, FieldId)>,
    /// A pair lies at most so many days apart.
    pub within_days: i64,
}

impl Aggregate {
    /// All rows of the account in a source, by this function; no clause says otherwise.
    pub fn of(function: crate::builtins::AggregateFunction, source: TableId) -> Aggregate {
        Aggregate {
            function,
            source,
            reach: Reach::Account,
            value: None,
            other: None,
            filter: None,
            window: None,
            dedupe: None,
            latest_per: Vec::new(),
            cap: None,
            diminish: None,
            value_cap: None,
            decay: None,
            weight: None,
            at_least: None,
            by: Vec::new(),
            top: 0,
            alike: Decimal::ONE,
            with: None,
        }
    }
}

/// Which rows of its source an aggregate sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Those of the account.
    #[default]
    Account,
    /// Those that belong to the row of this table that is at hand, directly or through what belongs to it.
    Below(TableId),
    /// Those that name the row of `to` that is at hand in column `by` of `via`, or belong to a row of `via` that does.
    Naming { to: TableId, via: TableId, by: FieldId },
    /// Those of all accounts that exist; of a table of the portfolio, all.
    Everyone,
}

/// The usual reach says nothing: programs without any other are what they always were.
impl std::hash::Hash for Reach {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Reach::Account => {}
            Reach::Below(table) => (1u8, table).hash(state),
            Reach::Naming { to, via, by } => (2u8, to, via, by).hash(state),
            Reach::Everyone => 3u8.hash(state),
        }
    }
}

/// How near repeats are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dedupe {
    /// Rows that agree in these columns are candidates. Text is compared trimmed and case-folded; a missing cell equals a missing cell.
    pub by: Vec<FieldId>,
    /// A row at most so many days after the one it is compared with is a repeat; without it, every later one is.
    pub within_days: Option<i64>,
    /// Compare with the previous row rather than with the last kept one.
    pub chain: bool,
    /// Which of a group of repeats is kept.
    pub keep: Keep,
}

/// Which rows are kept where not all are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Keep {
    /// The earliest.
    First,
    /// The latest.
    Last,
    /// Those where this is highest, of equal ones the earliest; a row where it is missing comes last.
    Highest(Expr),
}

/// At most so many rows per period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowCap {
    /// How many.
    pub most: u32,
    /// In which period.
    pub period: PeriodKind,
    /// Which ones.
    pub keep: Keep,
}

/// Each further row of a period is worth less: the k-th by date counts `left` to the power k - 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Diminish {
    /// What is left of the one before, as a ratio: 0.7 for `diminish by 30%`.
    pub left: Decimal,
    /// In which period.
    pub period: PeriodKind,
}

/// The values of a period add up to at most so much. Where they would be more, each is scaled by the same factor; the
/// shares are rounded so that they add up to the cap exactly (largest remainder).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueCap {
    /// At most, in the unit of the values.
    pub most: Decimal,
    /// In which period.
    pub period: PeriodKind,
}

/// How a value fades.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Decay {
    /// 0.5 to the power age / days.
    HalfLife(i64),
    /// max(0, 1 - age / days).
    Linear(i64),
    /// Up to each of these ages in days, this is left; beyond the last, the other.
    Steps(Vec<(i64, Decimal)>, Decimal),
}

/// Where an as-of shift lands.
pub fn shifted(calendar: crate::calendar::Calendar, shift: Shift, as_of: Date) -> Date {
    match shift {
        Shift::Ago(duration) => duration.before(as_of),
        Shift::On(date) => date,
        Shift::EndOfPrevious(kind) => calendar.end_of_previous(kind, as_of),
    }
}

impl Program {
    /// The table of those who work can be given to: one row per key, called `staff`, and not what is scored.
    pub fn staff(&self) -> Option<Staff> {
        let place = self.tables.iter().position(|t| t.header.name == "staff")?;
        let (table, declared) = (TableId(u32::try_from(place).ok()?), self.tables.get(place)?);
        let rows = matches!(declared.kind, TableKind::Rows { .. }) && Some(table) != self.subject;
        let active = declared.fields.iter().position(|f| f.name == "active" && f.ty == Type::Boolean);
        let active = active.and_then(|i| u32::try_from(i).ok()).map(FieldId);
        rows.then_some(Staff { table, key: declared.key?, active, since: declared.kind.since() })
    }

    /// The table of this id; ids come from this program, so it is there.
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(id.index())
    }

    /// The metric of this id.
    pub fn metric(&self, id: MetricId) -> Option<&Metric> {
        self.metrics.get(id.index())
    }

    /// The scorecard of this id.
    pub fn scorecard(&self, id: ScorecardId) -> Option<&Scorecard> {
        self.scorecards.get(id.index())
    }

    /// The portfolio metric of this id.
    pub fn portfolio(&self, id: PortfolioId) -> Option<&Metric> {
        self.portfolio.get(id.index())
    }

    /// The benchmark of this id.
    pub fn benchmark(&self, id: BenchmarkId) -> Option<&Benchmark> {
        self.benchmarks.get(id.index())
    }

    /// The metric of rows of this id.
    pub fn row_metric(&self, id: RowMetricId) -> Option<&RowMetric> {
        self.row_metrics.get(id.index())
    }

    /// The table whose key a column holds: a text column of a table other than that of the accounts, named after another
    /// table with a key. The column that names the owner of a row is not among them.
    pub fn named_by(&self, table: TableId, field: FieldId) -> Option<TableId> {
        let kind = &self.table(table)?.kind;
        if matches!(kind, TableKind::Rows { .. }) || kind.owner().is_some_and(|(_, parent)| parent == field) {
            return None;
        }
        let column = self.table(table)?.fields.get(field.index()).filter(|f| f.ty == Type::Text)?;
        let keyed = |t: &Table| t.key.is_some() && t.kind.at().is_none();
        let place = self.tables.iter().position(|t| t.header.name == column.name && keyed(t))?;
        let found = TableId(u32::try_from(place).ok()?);
        (found != table).then_some(found)
    }

    /// The column of a table that names rows of another.
    pub fn naming(&self, table: TableId, to: TableId) -> Option<FieldId> {
        let name = &self.table(to)?.header.name;
        let place = self.table(table)?.fields.iter().position(|f| f.name == *name)?;
        let field = FieldId(u32::try_from(place).ok()?);
        (self.named_by(table, field) == Some(to)).then_some(field)
    }

    /// A table and those to whose rows its rows belong, up to the last.
    pub fn lineage(&self, table: TableId) -> Vec<TableId> {
        let mut line = vec![table];
        while let Some((of, _)) = line.last().and_then(|id| self.table(*id)?.kind.owner()) {
            if line.contains(&of) {
                break;
            }
            line.push(of);
        }
        line
    }

    /// All rules: about accounts, about rows, about the portfolio.
    pub fn all_rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().chain(&self.row_rules).chain(&self.portfolio_rules)
    }

    /// The guard of this id.
    pub fn guard(&self, id: GuardId) -> Option<&Guard> {
        self.guards.get(id.index())
    }

    /// The playbook of this id.
    pub fn playbook(&self, id: PlaybookId) -> Option<&Playbook> {
        self.playbooks.get(id.index())
    }

    /// The calendar of working days of this id.
    pub fn work_calendar(&self, id: CalendarId) -> Option<&WorkCalendar> {
        self.calendars.get(id.index())
    }

    /// The table of accounts.
    pub fn subject_table(&self) -> Option<&Table> {
        self.subject.and_then(|id| self.table(id))
    }

    /// The name of a symbol.
    pub fn symbol(&self, list: EnumId, symbol: u32) -> &str {
        self.enums.get(list.index()).and_then(|e| e.values.get(symbol as usize)).map_or("?", String::as_str)
    }

    /// The name of a metric or scorecard.
    pub fn node_name(&self, node: Node) -> &str {
        match node {
            Node::Metric(id) => self.metric(id).map_or("?", |m| &m.header.name),
            Node::Scorecard(id) => self.scorecard(id).map_or("?", |s| &s.header.name),
        }
    }
}
