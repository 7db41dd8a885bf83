//! The tree that the grammar yields: what was written, not yet what it means.
//!
//! Owned and free of lifetimes, so that it can be kept beside an editor's buffer. Chains of `and`, `or`, `+` and `*` are
//! flat lists: a machine-written condition of a hundred thousand terms is wide, not deep. Every node has its [`Span`].
//! Declarations come out in source order; that order has no meaning.

#![allow(missing_docs)] // the fields of a variant are told by the line above it

mod rule;
mod test;
mod visit;

pub use rule::*;
pub use test::*;
pub use visit::{children, clause_children, placeholders};

pub use crate::calendar::WindowKind;

use crate::calendar::{Date, Duration, PeriodKind};
use crate::number::Decimal;
use crate::span::Span;

/// A name as written, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A text literal, quotes removed and escapes resolved.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Text {
    /// The text itself.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// One parsed source.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct File {
    /// Its declarations in source order; those with syntax errors are left out.
    pub items: Vec<Item>,
    /// Names of the declarations that were left out: known, though nothing is known about them.
    pub lost: Vec<Name>,
    /// Nothing of it could be read: any name may have been declared in it.
    pub unread: bool,
    /// The package that it belongs to, if that is not the project itself.
    pub package: Option<crate::source::Package>,
}

/// A declaration.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Item {
    /// What is declared.
    pub kind: ItemKind,
    /// Its name. A test's is its title.
    pub name: Name,
    /// The display name in quotes after the name, if any.
    pub label: Option<Text>,
    /// The comment block right above, one line per entry without `#`.
    pub doc: Option<String>,
    /// Owner, review, objective and the like.
    pub meta: Vec<Meta>,
    /// What stands in front of it: what it allows other packages, or that it changes what another declares.
    pub access: Option<Access>,
    /// The whole declaration.
    pub span: Span,
}

/// What a declaration of a package allows others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Access {
    /// Which.
    pub kind: AccessKind,
    /// Where it stands.
    pub span: Span,
}

/// The words in front of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// `final`: nobody changes it; so is what says nothing.
    Final,
    /// `tighten only`: others may add, and make it stricter.
    TightenOnly,
    /// `open`: others may change it.
    Open,
    /// `extend`: this is no declaration of its own, but changes that of a package.
    Extend,
}

impl AccessKind {
    /// As written.
    pub fn word(self) -> &'static str {
        match self {
            AccessKind::Final => "final",
            AccessKind::TightenOnly => "tighten only",
            AccessKind::Open => "open",
            AccessKind::Extend => "extend",
        }
    }
}

/// The kinds of declaration.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ItemKind {
    /// `objective NAME { target CONDITION }`
    Objective(Objective),
    /// `table NAME { fields }`
    Table(Table),
    /// `events NAME of TABLE at FIELD { fields }`
    Events(Events),
    /// `param NAME = VALUE`
    Param(Param),
    /// `segment NAME = CONDITION`
    Segment(Segment),
    /// `segments NAME by EXPRESSION { rows }`
    Partition(Partition),
    /// `define NAME(parameters) = EXPRESSION`
    Define(Define),
    /// `metric NAME …`
    Metric(Metric),
    /// `portfolio metric NAME …`
    Portfolio(Metric),
    /// `benchmark NAME of METRIC { … }`
    Benchmark(Benchmark),
    /// `TABLE metric NAME …`: one value per row of a child table.
    RowMetric(RowMetric),
    /// `scorecard NAME { … }`
    Scorecard(Box<Scorecard>),
    /// `rule NAME { … }`
    Rule(Box<Rule>),
    /// `portfolio rule NAME { … }`
    PortfolioRule(Box<Rule>),
    /// `TABLE rule NAME { … }`: one candidate per row of a child table.
    RowRule(RowRule),
    /// `guard NAME { … }`, `TABLE guard NAME { … }`
    Guard(Guard),
    /// `playbook NAME version 3 { … }`
    Playbook(Playbook),
    /// `calendar NAME { … }`
    Calendar(WorkCalendar),
    /// `test "title" as of DATE { … }`
    Test(Test),
    /// `fixture NAME { … }`
    Fixture(Fixture),
    /// `rates NAME at FIELD { fields }`
    Rates(Rates),
    /// `attribution NAME of TOUCHES { … }`
    Attribution(Box<Attribution>),
}

impl ItemKind {
    /// The rule, whatever it is about.
    pub fn rule(&self) -> Option<&Rule> {
        match self {
            ItemKind::Rule(rule) | ItemKind::PortfolioRule(rule) => Some(rule),
            ItemKind::RowRule(rows) => Some(&rows.rule),
            _ => None,
        }
    }

    /// The word that opens such a declaration.
    pub fn word(&self) -> &'static str {
        match self {
            ItemKind::Objective(_) => "objective",
            ItemKind::Table(_) => "table",
            ItemKind::Events(_) => "events",
            ItemKind::Param(_) => "param",
            ItemKind::Segment(_) => "segment",
            ItemKind::Partition(_) => "segments",
            ItemKind::Define(_) => "define",
            ItemKind::Metric(_) => "metric",
            ItemKind::Portfolio(_) => "portfolio metric",
            ItemKind::Benchmark(_) => "benchmark",
            ItemKind::RowMetric(_) => "metric of rows",
            ItemKind::Scorecard(_) => "scorecard",
            ItemKind::Rule(_) => "rule",
            ItemKind::PortfolioRule(_) => "portfolio rule",
            ItemKind::RowRule(_) => "rule of rows",
            ItemKind::Guard(_) => "guard",
            ItemKind::Playbook(_) => "playbook",
            ItemKind::Calendar(_) => "calendar",
            ItemKind::Test(_) => "test",
            ItemKind::Fixture(_) => "fixture",
            ItemKind::Rates(_) => "rates",
            ItemKind::Attribution(_) => "attribution",
        }
    }
}

// ---------- metadata ----------

/// A statement that says who answers for a declaration, why it is there and when it is looked at again.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Meta {
    /// Which statement.
    pub kind: MetaKind,
    /// The whole statement.
    pub span: Span,
}

/// Metadata statements, allowed in every braced declaration.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum MetaKind {
    /// `owner TEAM`
    Owner(Name),
    /// `accountable TEAM`
    Accountable(Name),
    /// `consulted TEAM, …`
    Consulted(Vec<Name>),
    /// `informed TEAM, …`
    Informed(Vec<Name>),
    /// `supports OBJECTIVE, …`
    Supports(Vec<Name>),
    /// `kind leading behaviour`
    Kind(Vec<Name>),
    /// `pairs with METRIC`
    PairsWith(Name),
    /// `review every 6 months last 2026-01-15`
    Review { every: DurationLit, last: Option<DateLit> },
    /// `since 2026-01-01`
    Since(DateLit),
    /// `deprecated since DATE replaced by NAME`
    Deprecated { since: DateLit, replaced_by: Option<Name> },
    /// `note "…"`
    Note(Text),
    /// `higher is better` / `higher is worse`
    Direction { higher_is_better: bool },
}

// ---------- tables ----------

/// One row per subject.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Table {
    /// The table to whose rows these rows belong, if they belong to any.
    pub of: Option<Name>,
    /// `as of FIELD`: the table keeps its history.
    pub as_of: Option<Name>,
    /// The columns.
    pub fields: Vec<Field>,
    /// `retain 24 months`
    pub retain: Option<DurationLit>,
}

/// One row per thing that happened.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Events {
    /// The table whose rows these things happened to; the whole portfolio, if absent.
    pub of: Option<Name>,
    /// The field that says when.
    pub at: Name,
    /// The columns.
    pub fields: Vec<Field>,
    /// `retain 24 months`
    pub retain: Option<DurationLit>,
}

/// What one currency is worth in another, day by day.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Rates {
    /// The column that says from which day on.
    pub at: Name,
    /// The columns; `from`, `to` and `rate` are there even if they are not written.
    pub fields: Vec<Field>,
    /// `valid for 31 days`
    pub valid_for: Option<DurationLit>,
}

/// Who is credited with how much of what was won.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Attribution {
    /// The table of touches.
    pub touches: Name,
    /// `amount EXPRESSION of TABLE`
    pub amount: Option<(Expr, Name)>,
    /// `where CONDITION` on a touch
    pub filter: Option<Expr>,
    /// `when CONDITION` on what was sold
    pub when: Option<Expr>,
    /// `at COLUMN`: when it closed
    pub at: Option<Name>,
    /// `to COLUMN`: who is credited
    pub to: Option<Name>,
    /// `lookback 180 days`
    pub lookback: Option<DurationLit>,
    /// `model linear`
    pub model: Option<Model>,
    /// `once per type`
    pub once_per: Vec<Name>,
    /// `excluding sourced`
    pub excluding: Vec<Name>,
}

/// How credit is split.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Model {
    /// Which.
    pub kind: ModelKind,
    /// The whole statement.
    pub span: Span,
}

/// The forms of a model.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ModelKind {
    /// `linear`, `first`, `last`
    Named(Name),
    /// `u 40%`
    U(Expr),
    /// `w 30% key CONDITION`
    W(Expr, Expr),
    /// `time decay 30 days`
    Decay(DurationLit),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub ty: TypeExpr,
    /// `0 to 10`, `0 or more`, `up to 5`: ends included.
    pub range: Option<Range>,
    /// `key`, `optional` and so on.
    pub attributes: Vec<Attribute>,
    /// The comment on the same line or right above.
    pub doc: Option<String>,
    /// The whole field.
    pub span: Span,
}

/// A range of allowed values, both ends included.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Range {
    /// Smallest allowed value.
    pub low: Option<Decimal>,
    /// Largest allowed value.
    pub high: Option<Decimal>,
    /// Where it stands.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct TypeExpr {
    /// Which.
    pub kind: TypeExprKind,
    /// Where it stands.
    pub span: Span,
}

/// Types that can be written.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum TypeExprKind {
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `any number`: of whichever unit; only of parameters
    AnyNumber,
    /// `ratio`
    Ratio,
    /// `points`
    Points,
    /// `nps`
    Nps,
    /// `money`, `money USD`
    Money(Option<Name>),
    /// `money by currency`: each row names the currency of its amount
    MoneyBy(Name),
    /// `duration`, in days
    Duration,
    /// `date`
    Date,
    /// `instant`
    Instant,
    /// `text`
    Text,
    /// `one of a, b, c`
    OneOf(Vec<Name>),
}

/// A word after a column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// Which.
    pub kind: AttributeKind,
    /// Where it stands.
    pub span: Span,
}

/// What can be said of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttributeKind {
    /// `key`: identifies the row.
    Key,
    /// `optional`: may be missing.
    Optional,
    /// `personal`: masked in every output unless asked for.
    Personal,
    /// `recorded`: when the row was learned; settles which of two rows with one key is the later.
    Recorded,
    /// `merged`: names the row that took this one over.
    Merged,
    /// `parent`: names the row above this one.
    Parent,
}

// ---------- small declarations ----------

/// What the metrics are for.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Objective {
    /// `target net_retention >= 110%`
    pub target: Option<Expr>,
}

/// A named constant that a run may set otherwise.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Param {
    /// `param churn: ratio = …`
    pub ty: Option<TypeExpr>,
    /// The value unless set.
    pub value: Expr,
}

/// A named condition on accounts.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Segment {
    /// Who belongs.
    pub condition: Expr,
}

/// A partition of all accounts.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Partition {
    /// What is looked at; absent where the rows are conditions of their own.
    pub by: Option<Expr>,
    /// The parts, first match wins where they are written as bounds.
    pub parts: Vec<Row>,
}

/// A typed definition.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Define {
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its meaning.
    pub body: Expr,
}

/// A parameter of a definition.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
}

// ---------- rows: thresholds, grades, partitions ----------

/// `champion > 3 -> 100`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Row {
    /// The name of the band, grade or part.
    pub name: Name,
    /// When the row is taken.
    pub test: RowTest,
    /// The points behind `->`.
    pub points: Option<Expr>,
    /// The whole row.
    pub span: Span,
}

/// The condition of a row.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct RowTest {
    /// Which.
    pub kind: RowTestKind,
    /// Where it stands.
    pub span: Span,
}

/// Conditions that a row can state.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum RowTestKind {
    /// `>= 2`
    Compare(CompareOp, Expr),
    /// `10 to 20`, both ends included
    Between(Expr, Expr),
    /// `in (a, b)`
    In(Vec<Expr>),
    /// `missing`
    Missing,
    /// `otherwise`
    Otherwise,
    /// `when CONDITION`, in partitions without `by`
    When(Expr),
}

/// A table of rows, or the one for a segment.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Thresholds {
    /// `thresholds for SEGMENT`
    pub segment: Option<Name>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The whole block.
    pub span: Span,
}

/// `scale 0 -> 0, 3 -> 100`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Scale {
    /// `scale for SEGMENT …`
    pub segment: Option<Name>,
    /// Value and points.
    pub points: Vec<(Expr, Expr)>,
    /// The whole clause.
    pub span: Span,
}

// ---------- metric ----------

/// A metric of the rows of a child table.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct RowMetric {
    /// The table.
    pub of: Name,
    /// What is measured.
    pub metric: Metric,
}

/// A measured quantity.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Metric {
    /// How it is computed.
    pub value: Option<Expr>,
    /// `type ratio`: a declared type, checked against the value.
    pub ty: Option<TypeExpr>,
    /// The tables of thresholds, the general one and those per segment.
    pub thresholds: Vec<Thresholds>,
    /// The scales, the general one and those per segment.
    pub scales: Vec<Scale>,
    /// `valid for 90 days then missing`
    pub valid_for: Option<ValidFor>,
}

/// How long a measured value stays usable.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct ValidFor {
    /// For how long.
    pub duration: DurationLit,
    /// What becomes of it then.
    pub then: Stale,
    /// The whole statement.
    pub span: Span,
}

/// What becomes of a value that is too old.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Stale {
    /// `missing`
    Missing,
    /// `flag`
    Flag,
    /// `decay to 50 over 30 days`: of its points.
    Fade { to: Box<Expr>, over: DurationLit },
}

// ---------- benchmark ----------

/// What others reach.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Benchmark {
    /// The metric that is compared.
    pub of: Name,
    /// `source "…"`: where the figures are from.
    pub source: Option<Text>,
    /// The figures by date.
    pub rows: Vec<Quartiles>,
}

/// `from 2025-12-31 4%, 8%, 12%`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Quartiles {
    /// `for SEGMENT`
    pub segment: Option<Name>,
    /// The date from which on they hold.
    pub from: DateLit,
    /// The ends of the lowest quarter, of the lower half, and of the lowest three quarters.
    pub bounds: [Expr; 3],
    /// The whole row.
    pub span: Span,
}

// ---------- scorecard ----------

/// A weighted roll-up.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Scorecard {
    /// The lines that are weighed.
    pub lines: Vec<Line>,
    /// `for SEGMENT { … }`
    pub overrides: Vec<Override>,
    /// `missing …`
    pub missing: Option<MissingClause>,
    /// `combine sum`
    pub combine: Option<Name>,
    /// `base 449`, for sums
    pub base: Option<Expr>,
    /// `weights total 100`, or `weights free`
    pub total: Option<WeightTotal>,
    /// The bound of `combine count below 50`
    pub below: Option<Expr>,
    /// `cap`, `floor`, `set`, `hold`
    pub limits: Vec<Limit>,
    /// `override points of correction …`
    pub correction: Option<Correction>,
    /// `limit advocacy at most 15%`
    pub share_limits: Vec<ShareLimit>,
    /// `grades { … }`
    pub grades: Vec<Thresholds>,
    /// `local at most 10%`: the share that lines added by others may have together.
    pub local: Option<Local>,
}

/// How much of a scorecard others may add.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Local {
    /// The share of the weight.
    pub share: Expr,
    /// The whole statement.
    pub span: Span,
}

/// What the weights of a scorecard must total.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct WeightTotal {
    /// The total, or nothing for `weights free`.
    pub total: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// One line of a scorecard.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Line {
    /// The metric or scorecard.
    pub name: Name,
    /// `weight 40`
    pub weight: Option<Expr>,
    /// `informational`: shown, not scored.
    pub informational: Option<Span>,
    /// `at most 15%` of the whole score
    pub at_most: Option<Expr>,
    /// `scale 0 -> 0, 3 -> 100`
    pub scale: Option<Scale>,
    /// `missing zero`
    pub missing: Option<MissingClause>,
    /// `because "…"`
    pub because: Option<Text>,
    /// Added by an extension, within the share that the scorecard leaves for that.
    pub local: bool,
    /// The whole line.
    pub span: Span,
}

/// What differs for a segment.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Override {
    /// For whom.
    pub segment: Name,
    /// Lines that replace weight, scale or policy.
    pub lines: Vec<Line>,
    /// The whole block.
    pub span: Span,
}

/// What a score does with missing parts.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct MissingClause {
    /// Which policy.
    pub policy: MissingPolicy,
    /// The whole clause.
    pub span: Span,
}

/// The policies.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum MissingPolicy {
    /// `renormalise at least 60% coverage`: the weight is shared out.
    Renormalise { at_least: Option<Expr> },
    /// `zero`
    Zero,
    /// `neutral 50`
    Neutral(Expr),
    /// `carry last at most 90 days`: the last points there were.
    CarryLast { at_most: DurationLit },
    /// `fail`: the score is missing too.
    Fail,
}

/// `cap 49 when open_p1 > 0`
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Limit {
    /// Which verb.
    pub verb: LimitVerb,
    /// To what.
    pub value: Expr,
    /// When; always, if absent.
    pub when: Option<Expr>,
    /// `because "…"`
    pub because: Option<Text>,
    /// The whole statement.
    pub span: Span,
}

/// How a score is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitVerb {
    /// At most.
    Cap,
    /// At least.
    Floor,
    /// Exactly.
    Set,
    /// Exactly, whatever else is said.
    Hold,
}

/// `override points of correction where … until newer evidence`: people's own scores, from rows of events.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Correction {
    /// The column that holds the score.
    pub field: Name,
    /// The table of events.
    pub events: Name,
    /// Rows that count.
    pub filter: Option<Expr>,
    /// `until newer evidence`
    pub newer_evidence: bool,
    /// The whole statement.
    pub span: Span,
}

/// `limit advocacy at most 15%`: over all paths, of the whole score.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct ShareLimit {
    /// The metric or scorecard.
    pub name: Name,
    /// The share.
    pub at_most: Expr,
    /// The whole statement.
    pub span: Span,
}

// ---------- expressions ----------

/// An expression.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Expr {
    /// Which.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// A date literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateLit {
    /// The date.
    pub date: Date,
    /// Where it stands.
    pub span: Span,
}

/// A duration literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DurationLit {
    /// The duration.
    pub duration: Duration,
    /// Where it stands.
    pub span: Span,
}

/// The forms of expression.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ExprKind {
    /// `3`, `250k`
    Number(Decimal),
    /// `15%`, stored as 0.15
    Percent(Decimal),
    /// `250k USD`
    Money(Decimal, Name),
    /// `"text"`
    Text(String),
    /// `yes`, `no`, `true`, `false`
    Boolean(bool),
    /// `2026-03-31`
    Date(Date),
    /// `90 days`
    Duration(Duration),
    /// `arr`, `enterprise`
    Name(String),
    /// `acme.references`
    Member(Name, Name),
    /// `missing`, `missing because stale`
    Missing(Option<Name>),
    /// `not x`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `a and b and c`
    And(Vec<Expr>),
    /// `a or b or c`
    Or(Vec<Expr>),
    /// `a + b - c`
    Sum(Vec<Term>),
    /// `a * b / c`
    Product(Vec<Factor>),
    /// `a >= b`
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `x in (a, b)`, `x not in (a, b)`
    In { value: Box<Expr>, list: Vec<Expr>, negated: bool },
    /// `renewal in next 90 days`
    Within { value: Box<Expr>, window: Window, negated: bool },
    /// `x is missing`, `x is not missing`, `x is missing because stale`
    IsMissing { value: Box<Expr>, because: Option<Name>, negated: bool },
    /// `advocacy is gold`, `references is not silent`
    Is { value: Box<Expr>, label: Name, negated: bool },
    /// `x or else 0`
    OrElse(Vec<Expr>),
    /// `if c then a else b`
    If { condition: Box<Expr>, then: Box<Expr>, otherwise: Box<Expr> },
    /// `clv(arr, 80%, 10%)`, `round(x)`, and every aggregate
    Call(Call),
    /// `days since d`, `months until d`
    Elapsed { unit: PeriodKind, until: bool, date: Box<Expr> },
    /// `x as of 90 days ago`
    AsOf { value: Box<Expr>, shift: Shift },
    /// `change in x over 2 quarters`, `percent change in x over 1 year`
    Change { value: Box<Expr>, percent: bool, over: DurationLit },
    /// `trend of x over 4 quarters`
    Trend { value: Box<Expr>, over: DurationLit },
    /// `x >= 85 for 3 quarters [ignoring missing]`, `… for 3 of last 4 quarters`
    Held { condition: Box<Expr>, count: u32, of: Option<u32>, period: HeldPeriod, ignoring: Option<Span> },
    /// `streak of x >= 1 over 8 quarters [ignoring missing]`
    Streak { condition: Box<Expr>, over: DurationLit, ignoring: bool },
    /// `x < 40 until x >= 45 over 26 weeks [at least 2 weeks]`
    Until { enter: Box<Expr>, leave: Box<Expr>, over: DurationLit, at_least: Option<DurationLit> },
    /// `percentile of x within size against 2025-12-31 at least 8 accounts`
    Ranked {
        function: Name,
        value: Box<Expr>,
        within: Option<Name>,
        against: Option<Shift>,
        at_least: Option<Box<Expr>>,
    },
}

/// The period of a `for` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeldPeriod {
    /// Ends of complete calendar or fiscal periods.
    Calendar(PeriodKind),
    /// Consecutive runs of the program.
    Runs,
}

/// One term of a sum.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Term {
    /// Subtracted rather than added; never for the first.
    pub negative: bool,
    /// The term.
    pub value: Expr,
}

/// One factor of a product.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Factor {
    /// Divided by rather than multiplied with; never for the first.
    pub divide: bool,
    /// The factor.
    pub value: Expr,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl CompareOp {
    /// As written.
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Equal => "=",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterEqual => ">=",
        }
    }
}

/// A function or aggregate applied.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Call {
    /// Which function.
    pub function: Name,
    /// Plain arguments, or the one `expression of source clauses` of an aggregate.
    pub arguments: Vec<Argument>,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Argument {
    /// Which form.
    pub kind: ArgumentKind,
    /// Where it stands.
    pub span: Span,
}

/// Forms of argument.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ArgumentKind {
    /// A plain value; `count(activity)` arrives as the name `activity`.
    Value(Expr),
    /// `score of survey in last 180 days`, or `activity where …` without a value.
    Rows { value: Option<Expr>, source: Name, clauses: Vec<Clause> },
    /// `self_report where … with system_log where … by type within 7 days`
    Pairs { source: Name, clauses: Vec<Clause>, with: Name, with_clauses: Vec<Clause> },
    /// `perception over 12 quarters`: the value at the ends of periods.
    Over { value: Expr, over: DurationLit },
    /// `at least 5 answers`
    AtLeast(Expr),
    /// `all answers`: do not keep the latest per contact only.
    AllAnswers,
}

/// A clause behind a source; their order in the text has no meaning.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Clause {
    /// Which.
    pub kind: ClauseKind,
    /// The whole clause.
    pub span: Span,
}

/// What can be done with rows before they are aggregated.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ClauseKind {
    /// `where CONDITION`
    Where(Expr),
    /// `in last 90 days`
    In(Window),
    /// `dedupe by contact within 3 days [chain] [keep first|last|highest EXPRESSION]`
    Dedupe { by: Vec<Name>, within: Option<DurationLit>, chain: bool, keep: Option<Keep> },
    /// `latest per contact`
    LatestPer(Vec<Name>),
    /// `cap 4 per quarter [keep first|last|highest EXPRESSION]`; with `points`, a cap on the sum of their values.
    Cap { most: Expr, points: Option<Span>, period: PeriodKind, keep: Option<Keep> },
    /// `diminish by 50% per quarter`
    Diminish { by: Expr, period: PeriodKind },
    /// `decay half-life 90 days`, `decay linear 60 days`
    Decay { linear: bool, over: DurationLit },
    /// `decay steps 30 days -> 1, 90 days -> 0.5, else 0`
    DecaySteps { steps: Vec<(DurationLit, Expr)>, otherwise: Expr },
    /// `weighted by EXPRESSION`
    WeightedBy(Expr),
    /// `by contact`, `by type within 7 days`
    By { keys: Vec<Name>, within: Option<DurationLit> },
}

/// Which rows are kept where not all are.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Keep {
    /// `first`, `last` or `highest`.
    pub which: Name,
    /// Of `highest`: by what; by the value that is aggregated, if absent.
    pub by: Option<Expr>,
    /// The whole clause.
    pub span: Span,
}

/// A span of dates relative to the as-of date.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Window {
    /// Which.
    pub kind: WindowKind,
    /// Where it stands.
    pub span: Span,
}

/// Where `as of` looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shift {
    /// `90 days ago`
    Ago(Duration),
    /// `2026-01-01`
    On(Date),
    /// `start of this quarter`'s eve, that is the end of the previous one: `end of previous quarter`
    EndOfPrevious(PeriodKind),
}
