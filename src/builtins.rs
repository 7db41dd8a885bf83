//! The one table of functions: checker, engines, documentation and completion read it.
//!
//! To add a function: (1) a variant of [`Scalar`] or [`AggregateFunction`], (2) its row in [`CATALOGUE`], (3) its type in
//! `check/functions.rs`, (4) its meaning in `engine/reference/functions.rs`, (5) a case in `tests/eval`. The matches are
//! exhaustive, so the compiler walks you through them.

/// Functions of single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `abs(x)`
    Abs,
    /// `round(x)`, `round(x, digits)`
    Round,
    /// `floor(x)`
    Floor,
    /// `ceil(x)`
    Ceil,
    /// `min(a, b, …)`
    Least,
    /// `max(a, b, …)`
    Greatest,
    /// `clamp(x, low, high)`
    Clamp,
    /// `to points(x)`, written `to_points(x)`: a ratio times 100, an nps (x + 100) / 2, a number as it is
    ToPoints,
    /// `to_ratio(x)`: a number as it is, points / 100
    ToRatio,
    /// `to_number(x)`: the bare number of any unit
    ToNumber,
    /// `points(metric)`: the points after thresholds or scale
    Points,
    /// `sqrt(x)`
    Sqrt,
    /// `exp(x)`
    Exp,
    /// `ln(x)`
    Ln,
    /// `log10(x)`
    Log10,
    /// `logistic(x)`
    Logistic,
    /// `wilson_low(k, n)`
    WilsonLow,
    /// `wilson_high(k, n)`
    WilsonHigh,
    /// `shrunk(k, n, m, p0)`
    Shrunk,
}

/// Functions of many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// How many rows.
    Count,
    /// Sum of the values.
    Sum,
    /// Mean of the values, weighted if asked.
    Avg,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Value of the earliest row, or its date.
    First,
    /// Value of the latest row, or its date.
    Last,
    /// How many different values.
    Distinct,
    /// Share of rows whose condition holds among those where it is known.
    Share,
    /// Promoters (9, 10) less detractors (0 to 6), per hundred answers.
    Nps,
    /// The middle value; the mean of the two middle ones for an even count.
    Median,
    /// Half the width of the 95 % interval of a net promoter score.
    NpsMargin,
    /// Share of 4 and 5 among answers from 1 to 5.
    Csat,
    /// Mean of answers from 1 to 5, as points.
    CsatMean,
    /// Mean of answers from 1 to 7.
    Ces,
    /// The share of the sum that the largest values make up.
    TopShare,
    /// Sum of the squared shares, times 10,000.
    Hhi,
    /// As many equal values would be as concentrated.
    EffectiveNumber,
}

impl AggregateFunction {
    /// True for those that say how much of a sum lies with few.
    pub fn concentration(self) -> bool {
        matches!(self, AggregateFunction::TopShare | AggregateFunction::Hhi | AggregateFunction::EffectiveNumber)
    }
}

/// Where a value stands among those of other accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// Share of accounts below, half of the equal ones included, times 100.
    Percentile,
    /// Distance from the mean in standard deviations.
    Zscore,
    /// 50 + 10 z.
    Tscore,
    /// Where z lies in a normal distribution, times 100.
    NormalScore,
    /// 1 for the largest.
    Rank,
}

/// What people read about a function.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name as written.
    pub name: &'static str,
    /// How it is called.
    pub signature: &'static str,
    /// What it means, with units, and what it does with missing values.
    pub meaning: &'static str,
    /// Which function.
    pub function: Function,
}

/// A function of either kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Of single values.
    Scalar(Scalar),
    /// Of rows.
    Aggregate(AggregateFunction),
    /// Of an account among others; written `percentile of x within size`.
    Ranking(Ranking),
}

use AggregateFunction as A;
use Ranking as R;
use Scalar as S;

const fn scalar(name: &'static str, signature: &'static str, function: Scalar, meaning: &'static str) -> Entry {
    Entry { name, signature, meaning, function: Function::Scalar(function) }
}

const fn aggregate(
    name: &'static str,
    signature: &'static str,
    function: AggregateFunction,
    meaning: &'static str,
) -> Entry {
    Entry { name, signature, meaning, function: Function::Aggregate(function) }
}

const fn ranking(name: &'static str, signature: &'static str, function: Ranking, meaning: &'static str) -> Entry {
    Entry { name, signature, meaning, function: Function::Ranking(function) }
}

/// All functions, aggregates first. `min` and `max` stand twice: with `of` they aggregate rows, with commas they compare values.
pub const CATALOGUE: &[Entry] = &[
    aggregate("count", "count(SOURCE …)", A::Count, "How many rows; 0 only if the source says something about the window."),
    aggregate(
        "sum",
        "sum(VALUE of SOURCE …)",
        A::Sum,
        "Sum of the values, exact; rows without a value add nothing; 0 without rows.",
    ),
    aggregate(
        "avg",
        "avg(VALUE of SOURCE …)",
        A::Avg,
        "Mean of the values, rounded once; missing (no data) without values.",
    ),
    aggregate(
        "median",
        "median(VALUE of SOURCE …)",
        A::Median,
        "Middle value; of an even count the mean of the two middle ones; missing (no data) without values.",
    ),
    aggregate("min", "min(VALUE of SOURCE …)", A::Min, "Smallest value; missing (no data) without values."),
    aggregate("max", "max(VALUE of SOURCE …)", A::Max, "Largest value; missing (no data) without values."),
    aggregate(
        "first",
        "first(VALUE of SOURCE …)",
        A::First,
        "Value of the earliest row that has one, or without `VALUE of` its date; missing (no data) without rows.",
    ),
    aggregate(
        "last",
        "last(VALUE of SOURCE …)",
        A::Last,
        "Value of the latest row that has one, or without `VALUE of` its date; missing (no data) without rows.",
    ),
    aggregate(
        "distinct",
        "distinct(VALUE of SOURCE …)",
        A::Distinct,
        "How many different values; text is compared trimmed and case-folded; rows without a value are left out.",
    ),
    aggregate(
        "share",
        "share(CONDITION of SOURCE …)",
        A::Share,
        "Ratio of rows whose condition holds among those where it is known; missing (not applicable) without such rows.",
    ),
    aggregate(
        "nps",
        "nps(SCORE of SOURCE …)",
        A::Nps,
        "100 x (promoters - detractors) / answers; promoters answer 9 or 10, detractors 0 to 6. Keeps the latest answer per contact if the source has a column `contact`, unless `all answers` is added. Missing (too few) below `at least N answers`.",
    ),
    aggregate(
        "nps_margin",
        "nps_margin(SCORE of SOURCE …)",
        A::NpsMargin,
        "Half the width of the 95 % interval of `nps` over the same answers, 1.96 standard errors; takes the same clauses and options, but no weights.",
    ),
    aggregate(
        "csat",
        "csat(SCORE of SOURCE …)",
        A::Csat,
        "Ratio of answers 4 and 5 on a scale declared `1 to 5`; missing (no data) without answers.",
    ),
    aggregate(
        "csat_mean",
        "csat_mean(SCORE of SOURCE …)",
        A::CsatMean,
        "Points: (mean - 1) / 4 x 100 of answers on a scale declared `1 to 5`; missing (no data) without answers.",
    ),
    aggregate(
        "ces",
        "ces(SCORE of SOURCE …)",
        A::Ces,
        "Mean of answers on a scale declared `1 to 7`; missing (no data) without answers.",
    ),
    aggregate(
        "top_share",
        "top_share(VALUE of accounts, N)",
        A::TopShare,
        "Ratio of the sum that the N largest values make up; over accounts only. Missing (not applicable) where nothing is there to share or a value is negative.",
    ),
    aggregate(
        "hhi",
        "hhi(VALUE of accounts)",
        A::Hhi,
        "Herfindahl-Hirschman index: the sum of squared shares times 10,000; over accounts only. 10,000 where one account has everything.",
    ),
    aggregate(
        "effective_number",
        "effective_number(VALUE of accounts)",
        A::EffectiveNumber,
        "How many equal accounts would be as concentrated: 10,000 / hhi; over accounts only.",
    ),
    ranking(
        "percentile",
        "percentile of x within SEGMENTS at least 8 accounts",
        R::Percentile,
        "Points: accounts below plus half of the equal ones (itself among them), per hundred. `within` a segment, a part, or a partition (then the account's own part); everyone without it. With fewer accounts than `at least` (8) everyone is taken, and with fewer than that in all it is missing (too few).",
    ),
    ranking(
        "zscore",
        "zscore of x within SEGMENTS at least 8 accounts",
        R::Zscore,
        "Number: distance from the mean in standard deviations of a sample (n - 1); 0 where all are equal.",
    ),
    ranking("tscore", "tscore of x within SEGMENTS at least 8 accounts", R::Tscore, "Points: 50 + 10 x zscore."),
    ranking(
        "normal score",
        "normal score of x within SEGMENTS at least 8 accounts",
        R::NormalScore,
        "Points: the share of a normal distribution below the zscore, per hundred.",
    ),
    ranking(
        "rank",
        "rank of x within SEGMENTS",
        R::Rank,
        "Number: 1 for the largest value; equal values share the better place. No least number of accounts unless one is given.",
    ),
    scalar("abs", "abs(x)", S::Abs, "Magnitude, in the unit of x."),
    scalar(
        "round",
        "round(x) or round(x, digits)",
        S::Round,
        "Rounded half away from zero to so many fractional digits (0).",
    ),
    scalar("floor", "floor(x)", S::Floor, "Largest whole number at or below x."),
    scalar("ceil", "ceil(x)", S::Ceil, "Smallest whole number at or above x."),
    scalar("min", "min(a, b, …)", S::Least, "Smallest of the values; missing if one is."),
    scalar("max", "max(a, b, …)", S::Greatest, "Largest of the values; missing if one is."),
    scalar("clamp", "clamp(x, low, high)", S::Clamp, "x, but at least low and at most high."),
    scalar("to_points", "to_points(x)", S::ToPoints, "A ratio times 100, an nps as (x + 100) / 2, a number as it is."),
    scalar("to_ratio", "to_ratio(x)", S::ToRatio, "Points divided by 100, a number as it is."),
    scalar("to_number", "to_number(x)", S::ToNumber, "The bare number of any unit."),
    scalar("sqrt", "sqrt(x)", S::Sqrt, "Square root of a bare number; missing (not applicable) below 0."),
    scalar("exp", "exp(x)", S::Exp, "e to the power x; above 50 the number is too large."),
    scalar("ln", "ln(x)", S::Ln, "Natural logarithm; missing (not applicable) for 0 and below."),
    scalar("log10", "log10(x)", S::Log10, "Logarithm to base 10; missing (not applicable) for 0 and below."),
    scalar("logistic", "logistic(x)", S::Logistic, "1 / (1 + e^-x), a ratio: a likelihood from a weighted sum."),
    scalar(
        "wilson_low",
        "wilson_low(k, n)",
        S::WilsonLow,
        "Lower end of Wilson's 95 % interval for the rate k of n, a ratio; missing (not applicable) unless 0 <= k <= n and n > 0.",
    ),
    scalar(
        "wilson_high",
        "wilson_high(k, n)",
        S::WilsonHigh,
        "Upper end of Wilson's 95 % interval for the rate k of n, a ratio; missing (not applicable) unless 0 <= k <= n and n > 0.",
    ),
    scalar(
        "shrunk",
        "shrunk(k, n, m, p0)",
        S::Shrunk,
        "(k + m p0) / (n + m), a ratio: the rate k of n pulled towards p0 as if m further cases were known; missing (not applicable) unless 0 <= k <= n, m >= 0 and n + m > 0.",
    ),
    scalar("points", "points(METRIC)", S::Points, "The points a metric has after its thresholds or scale."),
];
