//! The facts of a page. The names of the fields are the keys of the json: they are added to, never renamed.

use crate::calendar::Date;
use crate::number::Decimal;
use crate::program::{Program, Scorecard, Type, Unit};
use crate::report::value;
use crate::value::{Missing, Value};
use serde::{Serialize, Serializer};

/// A value, exact for machines and short for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Exact; `{"missing": reason}` where there is none.
    pub value: serde_json::Value,
    /// As people read it.
    pub shown: String,
    /// Why there is none.
    #[serde(skip)]
    pub missing: Option<Missing>,
}

impl Shown {
    /// A value of a type.
    pub fn new(program: &Program, ty: Type, v: &Value) -> Shown {
        Shown { value: value::json(program, ty, v), shown: value::shown(program, ty, v), missing: v.missing() }
    }

    /// Points.
    pub fn points(v: &Value) -> Shown {
        let shown = match v {
            Value::Number(n) => value::points(*n),
            Value::Missing(m) => m.words().to_string(),
            _ => String::new(),
        };
        let json = match v {
            Value::Number(n) => value::decimal(*n),
            _ => serde_json::json!({ "missing": shown }),
        };
        Shown { value: json, shown, missing: v.missing() }
    }

    /// A score: points, or a number of lines.
    pub fn score(card: &Scorecard, v: &Value) -> Shown {
        match (card.combine.unit(), v) {
            (Unit::Points, _) | (_, Value::Missing(_)) => Shown::points(v),
            (unit, Value::Number(n)) => {
                Shown { value: value::decimal(*n), shown: value::number(*n, unit), missing: None }
            }
            (_, _) => Shown::points(v),
        }
    }

    /// A personal value that was not asked for; that it is missing is no secret.
    pub fn masked(self) -> Shown {
        match self.missing {
            Some(_) => self,
            None => Shown { value: value::MASK.into(), shown: value::MASK.into(), missing: None },
        }
    }
}

/// A number with every digit, and as it is shown where it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Exact.
    #[serde(serialize_with = "exact")]
    pub exact: Decimal,
    /// As shown: figures that belong together add up in this form too.
    pub shown: String,
}

fn exact<S: Serializer>(n: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    value::decimal(*n).serialize(serializer)
}

fn date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

/// The page of an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The account's id.
    pub account: String,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where its row was read.
    pub row: String,
    /// The project's name.
    pub project: String,
    /// The as-of date.
    #[serde(serialize_with = "date")]
    pub as_of: Date,
    /// The program's hash.
    pub program: String,
    /// The data profile or directory.
    pub data: String,
    /// Parameters set for this run and other things to know about all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What is supposed: then nothing on the page but `is` is so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supposed: Vec<super::SupposedWhy>,
    /// What the page is about, if not the whole account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The part per partition.
    pub parts: Vec<Part>,
    /// The segments it belongs to.
    pub segments: Vec<String>,
    /// The scorecards that no other holds, each with those it holds inside.
    pub scorecards: Vec<CardWhy>,
    /// Metrics that no scorecard holds.
    pub metrics: Vec<MetricWhy>,
    /// Row by row, where the page is about a metric of rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<super::DetailWhy>,
    /// The rules.
    pub rules: Vec<RuleWhy>,
    /// The segment or partition, where the page is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership: Option<super::MembershipWhy>,
}

/// A part of a partition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// The partition.
    pub partition: String,
    /// The part; `null` if unknown.
    pub part: Option<String>,
}

/// A scorecard of the account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardWhy {
    /// Its name.
    pub name: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The score after limits.
    pub score: Shown,
    /// The score before limits, where a limit changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlimited: Option<Shown>,
    /// The grade.
    pub grade: Option<String>,
    /// The next grade up.
    pub next: Option<NextGrade>,
    /// Said where the score as shown would have another grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<String>,
    /// How the lines are combined.
    pub combine: String,
    /// What a sum starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Figure>,
    /// For whom the lines are written, if not for all.
    pub lines_for: Option<String>,
    /// The lines.
    pub lines: Vec<LineWhy>,
    /// Share of the weight that had a value.
    pub coverage: Figure,
    /// The share that is needed, if one is.
    pub needed: Option<Figure>,
    /// Caps, floors and settings, applied or not.
    pub limits: Vec<LimitWhy>,
    /// Scores that people set, latest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<CorrectionWhy>,
    /// The weight of each metric in this score over all paths, where scorecards are nested.
    pub effective_weights: Vec<EffectiveWeight>,
    /// What it was at an earlier date, and what made the difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<super::WasWhy>,
    /// What would have to change for another grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<super::TowardWhy>,
    /// What will happen without any new row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_its_own: Option<super::AheadWhy>,
    /// Where it is declared.
    pub position: String,
}

/// The next grade up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextGrade {
    /// Which.
    pub grade: String,
    /// Where it begins.
    pub from: Figure,
    /// It begins right above that.
    pub above: bool,
    /// How much is lacking.
    pub lacking: Figure,
}

/// A line of a scorecard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineWhy {
    /// The metric or scorecard.
    pub name: String,
    /// `metric` or `scorecard`.
    pub kind: &'static str,
    /// Its value.
    pub value: Shown,
    /// Its band or grade.
    pub band: Option<String>,
    /// The points that went in.
    pub points: Option<Shown>,
    /// The weight as declared.
    pub weight: Figure,
    /// The weight with which it counted.
    pub counted_weight: Figure,
    /// Shown, not scored.
    pub informational: bool,
    /// What it adds to the score.
    pub contributes: Option<Figure>,
    /// What it costs.
    pub lost: Option<Figure>,
    /// Where the value comes from, in words.
    pub from: String,
    /// Why it is missing and what became of its weight.
    pub missing: Option<MissingWhy>,
    /// Why it weighs what it weighs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Said where the value as shown would have another band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<String>,
    /// Where the line is written.
    pub position: String,
    /// The scorecard itself, unfolded where it is met first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scorecard: Option<Box<CardWhy>>,
}

/// Missing points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MissingWhy {
    /// The reason.
    pub reason: String,
    /// What became of the weight: `weight shared out`.
    pub treatment: String,
}

/// A cap, floor or setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitWhy {
    /// As written: `cap 49 when open_p1 > 0`.
    pub text: String,
    /// `null` if its condition is unknown.
    pub applies: Option<bool>,
    /// The score before and after it, if it applied.
    pub before: Option<Shown>,
    /// The score after it.
    pub after: Option<Shown>,
    /// Why it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Its condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Where it is written.
    pub position: String,
}

/// A score that somebody set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CorrectionWhy {
    /// The score.
    pub score: Shown,
    /// When it was set.
    #[serde(serialize_with = "date")]
    pub on: Date,
    /// Who set it.
    pub who: Shown,
    /// Why.
    pub reason: Shown,
    /// Its last day.
    pub until: Shown,
    /// What became of it: `applied`, or why not.
    pub outcome: String,
    /// It is the score.
    pub applied: bool,
    /// The score that it replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Shown>,
    /// Where the row was read.
    pub row: String,
    /// Where the `override` is written.
    pub position: String,
}

/// The weight of a metric over all paths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectiveWeight {
    /// The metric.
    pub metric: String,
    /// Share of the whole score.
    pub weight: Figure,
    /// How often it is reached.
    pub paths: u32,
}

/// A metric of the account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricWhy {
    /// Its name.
    pub name: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Its value.
    pub value: Shown,
    /// Its band.
    pub band: Option<String>,
    /// Its points.
    pub points: Option<Shown>,
    /// Where the value comes from, in words.
    pub from: String,
    /// Said where the value is too old, with what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<String>,
    /// Said where the value as shown would have another band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<String>,
    /// Everything below it, where the page is about this metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfolded: Option<Unfolded>,
    /// Where it is declared.
    pub position: String,
}

/// A metric down to its rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unfolded {
    /// The definition.
    pub definition: String,
    /// What it reads, with values.
    pub reads: Vec<Operand>,
    /// Each aggregate in it.
    pub aggregates: Vec<AggregateWhy>,
    /// What each row and each relative that it reads brings in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<super::DetailWhy>,
    /// Each place among other accounts in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standings: Vec<super::StandingWhy>,
    /// Each benchmark in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub benchmarks: Vec<super::BenchmarkWhy>,
    /// Each condition over periods in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<super::PeriodsWhy>,
    /// The table of bands that holds for the account.
    pub thresholds: Option<TableWhy>,
    /// The scale that holds for the account: value and points.
    pub scale: Option<ScaleWhy>,
    /// Where it is weighed.
    pub weighed: Vec<WeighedWhy>,
}

/// A line of a scorecard, seen from its metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeighedWhy {
    /// The scorecard.
    pub scorecard: String,
    /// Its score.
    pub score: Shown,
    /// The points that went in.
    pub points: Option<Shown>,
    /// The weight as declared.
    pub weight: Figure,
    /// What it adds to the score.
    pub contributes: Option<Figure>,
    /// What it costs.
    pub lost: Option<Figure>,
    /// Where the line is written.
    pub position: String,
}

/// A table of bands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableWhy {
    /// For whom, if not for all.
    pub segment: Option<String>,
    /// The rows.
    pub rows: Vec<BandWhy>,
}

/// A row of a table of bands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BandWhy {
    /// Its name.
    pub name: String,
    /// Its test, as written.
    pub test: String,
    /// Its points.
    pub points: Option<Shown>,
    /// It was taken.
    pub taken: bool,
}

/// A scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleWhy {
    /// For whom, if not for all.
    pub segment: Option<String>,
    /// As written.
    pub text: String,
}

/// An aggregate and its rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AggregateWhy {
    /// As written.
    pub text: String,
    /// The table.
    pub source: String,
    /// What came out.
    pub value: Shown,
    /// The dates that counted.
    pub window: Option<WindowWhy>,
    /// The steps that were taken, in their fixed order, with the rows that were left.
    pub steps: Vec<StepWhy>,
    /// The columns whose cells are given.
    pub columns: Vec<String>,
    /// The rows, kept and dropped, by date.
    pub rows: Vec<RowWhy>,
    /// Why rows are not seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A window at the as-of date.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowWhy {
    /// As written.
    pub text: String,
    /// First date.
    #[serde(serialize_with = "date")]
    pub first: Date,
    /// Last date.
    #[serde(serialize_with = "date")]
    pub last: Date,
}

/// A step of an aggregate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepWhy {
    /// Which.
    pub step: &'static str,
    /// What it does, as written.
    pub detail: String,
    /// How many rows were left after it.
    pub rows: u64,
}

/// A row of an aggregate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowWhy {
    /// Where it was read: `activity.csv:2`.
    pub place: String,
    /// When it happened.
    pub date: Option<String>,
    /// It counts.
    pub kept: bool,
    /// The account it was recorded under, where that was merged into this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_from: Option<String>,
    /// The step that left it out.
    pub step: Option<&'static str>,
    /// Why it was left out.
    pub reason: Option<String>,
    /// What is remarkable about it: the rate it was converted by, the text it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// What it is worth.
    pub value: Option<Shown>,
    /// What is left of it because of those before it in its period, as a factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diminish: Option<Figure>,
    /// What the cap on its period left of it, where the period was over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capped: Option<Figure>,
    /// What is left of it by now, as a factor, where values fade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay: Option<Figure>,
    /// What is measured beside it, for functions of pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Shown>,
    /// Its weight, where rows have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Figure>,
    /// What it adds, where rows are added up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adds: Option<Figure>,
    /// The cells of [`AggregateWhy::columns`].
    pub cells: Vec<Shown>,
}

/// A rule of the account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleWhy {
    /// Its name.
    pub name: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `holds`, `does not hold`, `held back`, `suppressed` or `undecided`.
    pub status: &'static str,
    /// What is missing, where it is undecided.
    pub missing: Vec<String>,
    /// The row that it is about, for rules about rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// What the ledger knows that row by.
    #[serde(skip)]
    pub subject: Option<String>,
    /// The reasons of guards that hold it back, each with why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<String>,
    /// `when` or `while`.
    pub trigger: &'static str,
    /// Its condition.
    pub condition: Condition,
    /// What holds it back.
    pub unless: Option<Condition>,
    /// Where it is declared.
    pub position: String,
    /// How it stands in the ledger, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<super::LedgerWhy>,
}

/// A condition with the values on both of its sides; every clause is evaluated, whatever the others say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// As written, with the values: `health < 50 (it is 47.2)`.
    pub shown: String,
    /// The values alone: `it is 47.2`.
    #[serde(skip)]
    pub it: String,
    /// `null` if it is unknown.
    pub holds: Option<bool>,
    /// The values that were compared.
    pub operands: Vec<Operand>,
    /// What is missing, where it is unknown.
    pub missing: Vec<String>,
    /// How its clauses are joined: `and`, `or`, `not`, `means` for a segment's definition, or `at` for the
    /// ends of the periods over which it is asked, latest first.
    pub join: Option<&'static str>,
    /// Its clauses.
    pub clauses: Vec<Condition>,
    /// Where it is written.
    pub position: String,
}

impl Condition {
    /// One of which nothing is known yet.
    pub(super) fn new(text: String, position: String) -> Condition {
        Condition {
            shown: text.clone(),
            it: String::new(),
            text,
            holds: None,
            operands: Vec::new(),
            missing: Vec::new(),
            join: None,
            clauses: Vec::new(),
            position,
        }
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Operand {
    /// As written.
    pub text: String,
    /// Its value.
    #[serde(flatten)]
    pub value: Shown,
}
