//! What a page asks of whatever ran the program.

use crate::association::Pair;
use crate::calendar::{Calendar, Date, DateRange};
use crate::engine::AccountResult;
use crate::engine::reference::{Compared, OfRow, Part, RateUsed, Replayed, Standing};
use crate::number::Decimal;
use crate::program::{Across, Aggregate, BenchmarkId, Convert, Expr, Ranked, RowMetricId};
use crate::value::{Missing, Value};

/// Answers about one account at one as-of date.
pub trait Probe {
    /// The value of an expression for the account.
    fn value(&self, expr: &Expr) -> Value;

    /// Everything about the account as of another date, if it was there then.
    fn then(&self, as_of: Date, ask: &mut dyn FnMut(&AccountResult, &dyn Probe));

    /// All rows of the account that an aggregate looked at, kept and dropped.
    fn rows(&self, aggregate: &Aggregate) -> TracedRows;

    /// Where the account stands among others.
    fn standing(&self, ranked: &Ranked) -> Standing;

    /// The rows that were looked at beside those of an aggregate, and have no partner among them.
    fn unmatched(&self, aggregate: &Aggregate) -> Vec<u32>;

    /// The rate by which something about the account is converted.
    fn rate(&self, convert: &Convert) -> Result<RateUsed, Missing>;

    /// How the account compares with a benchmark.
    fn compared_with(&self, id: BenchmarkId) -> Compared;

    /// The points of `… until …`, earliest first.
    fn replay(&self, expr: &Expr) -> Vec<Replayed>;

    /// Both values of a figure over time at each point, earliest first.
    fn pairs_over_time(&self, expr: &Expr) -> Vec<(Date, Pair)>;

    /// What each relative of the account brings into an aggregate over them.
    fn relatives(&self, across: &Across) -> Vec<Part>;

    /// A metric of rows, for each row of the account.
    fn row_metric(&self, id: RowMetricId) -> Vec<OfRow>;

    /// How the project counts its years.
    fn calendar(&self) -> Calendar;

    /// The as-of date.
    fn as_of(&self) -> Date;
}

/// The rows that an aggregate looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedRows {
    /// The dates that counted, if there was a window.
    pub window: Option<DateRange>,
    /// False if the source was not loaded or does not cover the window.
    pub covered: bool,
    /// Rows dated after the as-of date, which are never seen.
    pub after_as_of: u64,
    /// By date.
    pub rows: Vec<TracedRow>,
    /// What came out.
    pub value: Value,
}

/// A row and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedRow {
    /// Its row in the table.
    pub row: u32,
    /// When it happened.
    pub date: Option<Date>,
    /// Why it does not count; nothing if it does.
    pub dropped: Option<Dropped>,
    /// What it is worth before decay, if the aggregate takes a value.
    pub value: Option<Value>,
    /// The value with what is measured beside it, for functions of pairs.
    pub pair: Option<Box<Pair>>,
    /// What is left of it because of those before it in its period.
    pub diminish: Option<Decimal>,
    /// Before and after the cap on its period, where the period was over it.
    pub capped: Option<(Decimal, Decimal)>,
    /// What is left of it by now, as a factor, where values fade.
    pub decay: Option<Decimal>,
    /// Its weight, where rows have one.
    pub weight: Option<Decimal>,
    /// What it adds, where rows are added up.
    pub adds: Option<Decimal>,
    /// What is remarkable about it: a rate, a text that it repeats.
    pub remark: Option<String>,
}

/// Why a row does not count.
#[derive(Debug, Clone, PartialEq)]
pub struct Dropped {
    /// The step that left it out.
    pub step: Step,
    /// In words: `repeat of activity.csv:2`.
    pub reason: String,
}

/// The steps of an aggregate, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Rows after the as-of date are never seen.
    Source,
    /// `where`
    Filter,
    /// `in`
    Window,
    /// `dedupe by`
    Dedupe,
    /// `latest per`
    Latest,
    /// `cap`
    Cap,
    /// `diminish`
    Diminish,
    /// `VALUE of`
    Value,
    /// `cap … points`
    ValueCap,
    /// `decay`, `weighted by`
    Fade,
    /// The function itself.
    Aggregate,
}

impl Step {
    /// As people read it.
    pub fn word(self) -> &'static str {
        match self {
            Step::Source => "source",
            Step::Filter => "filter",
            Step::Window => "window",
            Step::Dedupe => "dedupe",
            Step::Latest => "latest",
            Step::Cap => "cap",
            Step::Diminish => "diminish",
            Step::Value => "value",
            Step::ValueCap => "cap points",
            Step::Fade => "weigh",
            Step::Aggregate => "combine",
        }
    }
}
