//! The one table of functions: checker, engines, documentation and completion read it.
//!
//! To add a function: (1) a variant of [`Scalar`] or [`AggregateFunction`], (2) its row in [`CATALOGUE`], (3) its type in
//! `check/calls.rs`, (4) its meaning in `engine/reference/functions.rs`, (5) a case in `tests/eval`. The matches are
//! exhaustive, so the compiler walks you through them. `grammar/FUNCTIONS.md` is made from the catalogue, and the tests run
//! every example of it over the small world in `tests/functions`.

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
    /// `power(a, n)`
    Power,
    /// `days_in_quarter()`, `days_in_quarter(date)`
    DaysIn(PeriodKind),
    /// `days_left_in_quarter()`, `days_left_in_quarter(date)`
    DaysLeft(PeriodKind),
    /// `gap(benchmark)`
    Gap,
    /// `position(benchmark)`
    Position,
    /// `binomial_tail(k, n, p)`
    BinomialTail,
    /// `convert(amount, USD, date)`
    Convert,
    /// `pilot_bucket("pilot", id)`
    PilotBucket,
    /// `coverage(scorecard)`
    Coverage,
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
    /// Standard deviation of a sample (n - 1).
    Stddev,
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
    /// The sum without the largest values.
    WithoutTop,
    /// How many of the latest rows in a row meet a condition.
    Run,
    /// Date or value of the n-th latest row.
    NthLast,
    /// How many texts nearly repeat an earlier one.
    NearDuplicates,
    /// How many rows have a partner among other rows.
    Matches,
    /// What two values of each row say together.
    Paired(Pairing),
}

/// Functions of pairs: what is measured, and what is measured beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pairing {
    /// Pearson's correlation.
    Correlation,
    /// Spearman's correlation: that of ranks.
    RankCorrelation,
    /// How often the one with the outcome has the lower value.
    Auc,
    /// The largest distance between the two distributions.
    Ks,
    /// The value at which that is.
    KsAt,
    /// What bands tell of the outcome.
    InformationValue,
    /// How far a population has moved between bands.
    Psi,
    /// How far likelihoods are off.
    CalibrationError,
}

impl Pairing {
    /// True for those that go over time as well as over accounts and rows.
    pub fn correlates(self) -> bool {
        matches!(self, Pairing::Correlation | Pairing::RankCorrelation)
    }
}

impl AggregateFunction {
    /// True for those that say how much of a sum lies with few.
    pub fn concentration(self) -> bool {
        use AggregateFunction as A;
        matches!(self, A::TopShare | A::Hhi | A::EffectiveNumber | A::WithoutTop)
    }

    /// True for those that take a number behind their rows: how many of the largest, which row from the end.
    pub fn numbered(self) -> bool {
        matches!(self, AggregateFunction::TopShare | AggregateFunction::WithoutTop | AggregateFunction::NthLast)
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
    /// What it means.
    pub meaning: &'static str,
    /// What units it takes, and which it gives.
    pub units: &'static str,
    /// When its value is missing.
    pub missing: &'static str,
    /// An expression over the small world of `tests/functions`.
    pub example: &'static str,
    /// What that expression gives for account `acme`, as it is shown.
    pub gives: &'static str,
    /// Where the formula comes from, if it has an author.
    pub source: Option<&'static str>,
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

use crate::calendar::PeriodKind;
use AggregateFunction as A;
use Pairing as P;
use Ranking as R;
use Scalar as S;

const fn scalar(name: &'static str, signature: &'static str, function: Scalar, meaning: &'static str) -> Entry {
    entry(name, signature, Function::Scalar(function), meaning)
}

const fn aggregate(
    name: &'static str,
    signature: &'static str,
    function: AggregateFunction,
    meaning: &'static str,
) -> Entry {
    entry(name, signature, Function::Aggregate(function), meaning)
}

const fn ranking(name: &'static str, signature: &'static str, function: Ranking, meaning: &'static str) -> Entry {
    entry(name, signature, Function::Ranking(function), meaning)
}

const fn entry(name: &'static str, signature: &'static str, function: Function, meaning: &'static str) -> Entry {
    Entry { name, signature, meaning, units: "", missing: "", example: "", gives: "", source: None, function }
}

impl Entry {
    const fn units(mut self, units: &'static str) -> Entry {
        self.units = units;
        self
    }

    const fn missing(mut self, missing: &'static str) -> Entry {
        self.missing = missing;
        self
    }

    const fn example(mut self, example: &'static str, gives: &'static str) -> Entry {
        self.example = example;
        self.gives = gives;
        self
    }

    const fn source(mut self, source: &'static str) -> Entry {
        self.source = Some(source);
        self
    }
}

const NO_VALUES: &str = "no data without values";
const IF_ONE_IS: &str = "if an argument is; of several, the first gives the reason";
const UNCOVERED: &str = "no data if the source was not loaded, has no rows or does not cover the window";
const AS_VALUES: &str = "numbers of any unit; gives the same unit";
const NO_PAIRS: &str = "too few with fewer pairs than `at least`; not applicable where a side never differs";
const ONE_CLASS: &str = "not applicable where all or none have the outcome, never 50%; no data without a pair; too few with fewer than `at least`";
const NO_SHARES: &str = "not applicable where there is nothing to share, or a value is negative";
const NO_PLACE: &str =
    "if x is, or the account is in no such segment; too few with fewer accounts in all than `at least`";
const DAYS_IN: &str = "Days of the calendar or fiscal period that holds the date; the as-of date, if none is given.";
const DAYS_LEFT: &str = "Days from the date to the last day of its calendar or fiscal period, which has 0 left; the as-of date, if none is given.";
const OF_DATE: &str = "a date; gives days";
const IF_DATE_IS: &str = "if the date is";
const NO_FIGURES: &str = "as the metric; no data before the first date of the benchmark";
const BARE: &str = "a bare number or a ratio; gives a bare number";

/// All functions, aggregates first. `min` and `max` stand twice: with `of` they aggregate rows, with commas they compare values.
pub const CATALOGUE: &[Entry] = &[
    aggregate("count", "count(SOURCE …)", A::Count, "How many rows; 0 where the source was loaded and has none.")
        .units("rows; gives a bare number")
        .missing(UNCOVERED)
        .example("count(activity where type = reference)", "2"),
    aggregate("sum", "sum(VALUE of SOURCE …)", A::Sum, "Sum of the values, exact; a row without a value adds nothing, and without rows it is 0.")
        .units(AS_VALUES)
        .missing(UNCOVERED)
        .example("sum(worth of activity cap 6 points per quarter)", "6"),
    aggregate("avg", "avg(VALUE of SOURCE …)", A::Avg, "Mean of the values, rounded once; `weighted by` weighs them.")
        .units(AS_VALUES)
        .missing(NO_VALUES)
        .example("avg(worth of activity)", "4"),
    aggregate("median", "median(VALUE of SOURCE …)", A::Median, "Middle value; of an even count the mean of the two middle ones.")
        .units(AS_VALUES)
        .missing(NO_VALUES)
        .example("median(score of survey, at least 5 answers)", "9"),
    aggregate("stddev", "stddev(VALUE of SOURCE …)", A::Stddev, "Standard deviation of a sample (n - 1), rounded once: how far the values lie from their mean.")
        .units(AS_VALUES)
        .missing("too few below two values")
        .example("stddev(worth of activity)", "2"),
    aggregate("min", "min(VALUE of SOURCE …)", A::Min, "Smallest value.")
        .units("numbers or dates; gives the same")
        .missing(NO_VALUES)
        .example("min(worth of activity)", "2"),
    aggregate("max", "max(VALUE of SOURCE …)", A::Max, "Largest value.")
        .units("numbers or dates; gives the same")
        .missing(NO_VALUES)
        .example("max(occurred_at of activity)", "2026-03-01"),
    aggregate("first", "first(VALUE of SOURCE …)", A::First, "Value of the earliest row that has one; without `VALUE of`, its date.")
        .units("values of any type; gives the same, or a date")
        .missing(NO_VALUES)
        .example("first(activity)", "2026-01-10"),
    aggregate("last", "last(VALUE of SOURCE …)", A::Last, "Value of the latest row that has one; without `VALUE of`, its date.")
        .units("values of any type; gives the same, or a date")
        .missing(NO_VALUES)
        .example("last(type of activity)", "reference"),
    aggregate("distinct", "distinct(VALUE of SOURCE …)", A::Distinct, "How many different values; text is compared trimmed and case-folded, rows without a value are left out.")
        .units("values of any type; gives a bare number")
        .missing(UNCOVERED)
        .example("distinct(contact of activity)", "2"),
    aggregate("share", "share(CONDITION of SOURCE …)", A::Share, "Share of the rows whose condition holds among those where it is known.")
        .units("a condition; gives a ratio")
        .missing("not applicable without such rows")
        .example("share(type = reference of activity)", "66.7%"),
    aggregate("nps", "nps(SCORE of SOURCE …)", A::Nps, "100 x (promoters - detractors) / answers; promoters answer 9 or 10, detractors 0 to 6. Keeps the latest answer per contact if the source has a column `contact`, unless `all answers` is added.")
        .units("answers declared 0 to 10; gives an nps")
        .missing("no data without answers, too few below `at least N answers`")
        .example("nps(score of survey)", "40")
        .source("F. F. Reichheld, The one number you need to grow, Harvard Business Review, December 2003"),
    aggregate("nps_margin", "nps_margin(SCORE of SOURCE …)", A::NpsMargin, "Half the width of the 95 % interval around `nps` of the same answers: 1.96 standard errors, 196 x sqrt((p + d - (p - d)^2) / n). Takes the clauses and options of `nps`, but no weights.")
        .units("answers declared 0 to 10; gives an nps")
        .missing("as `nps`")
        .example("nps_margin(score of survey)", "70.1")
        .source("variance of a variable that is 1, 0 or -1"),
    aggregate("csat", "csat(SCORE of SOURCE …)", A::Csat, "Share of answers 4 and 5. Every answer counts; add `latest per contact` for one of each.")
        .units("answers declared 1 to 5; gives a ratio")
        .missing(NO_VALUES)
        .example("csat(stars of rating)", "75%"),
    aggregate("csat_mean", "csat_mean(SCORE of SOURCE …)", A::CsatMean, "Mean answer on a scale of 0 to 100: (mean - 1) / 4 x 100.")
        .units("answers declared 1 to 5; gives points")
        .missing(NO_VALUES)
        .example("csat_mean(stars of rating)", "81.3"),
    aggregate("ces", "ces(SCORE of SOURCE …)", A::Ces, "Mean answer to how easy it was. The share of those who found it easy is `share(SCORE >= 5 of …)`.")
        .units("answers declared 1 to 7; gives a bare number")
        .missing(NO_VALUES)
        .example("ces(ease of effort)", "5"),
    aggregate("top_share", "top_share(VALUE of SOURCE by COLUMN, N)", A::TopShare, "Share of the sum that the N largest make up. Behind `by`, rows that agree in the columns are added up first, and what is largest is a sum; text is compared trimmed and case-folded, and rows without a key are left out. Without `by` every row, or account, stands for itself.")
        .units("numbers of any unit; gives a ratio")
        .missing(NO_SHARES)
        .example("top_share(1 of activity by contact, 1)", "66.7%"),
    aggregate("without_top", "without_top(VALUE of SOURCE by COLUMN, N)", A::WithoutTop, "Sum of what is left when the N largest leave; `by` as for `top_share`.")
        .units(AS_VALUES)
        .missing("not applicable where a value is negative; 0 if nobody is left")
        .example("without_top(worth of activity by contact, 1)", "4"),
    aggregate("hhi", "hhi(VALUE of SOURCE by COLUMN)", A::Hhi, "Concentration: the sum of squared shares times 10,000; 10,000 where one has everything. `by` as for `top_share`.")
        .units("numbers of any unit; gives a bare number")
        .missing(NO_SHARES)
        .example("hhi(seats of accounts)", "3,359.38")
        .source("A. O. Hirschman, The paternity of an index, American Economic Review 54, 1964"),
    aggregate("effective_number", "effective_number(VALUE of SOURCE by COLUMN)", A::EffectiveNumber, "How many equal ones would be as concentrated: 10,000 / hhi. `by` as for `top_share`.")
        .units("numbers of any unit; gives a bare number")
        .missing(NO_SHARES)
        .example("effective_number(seats of accounts)", "2.98"),
    aggregate("run", "run(CONDITION of SOURCE …)", A::Run, "How many of the latest rows in a row meet the condition, the latest first; a row where it is unknown ends the run.")
        .units("a condition; gives a bare number")
        .missing(UNCOVERED)
        .example("run(worth <= 4 of activity)", "2"),
    aggregate("nth_last", "nth_last(VALUE of SOURCE …, N)", A::NthLast, "Value of the N-th latest row that has one; without `VALUE of`, its date.")
        .units("values of any type; gives the same, or a date")
        .missing("no data with fewer than N such rows")
        .example("nth_last(activity, 2)", "2026-02-10"),
    aggregate("near_duplicates", "near_duplicates(TEXT of SOURCE …, 80%)", A::NearDuplicates, "How many texts nearly repeat an earlier one. A text is taken apart into words (what is neither letter nor digit separates them, case does not count) and into all runs of three words that follow each other; one with fewer words is a single run. Two texts are near repeats if the runs they share are at least so large a share of all runs of both (Jaccard). By date, each is compared with the earlier ones that are no repeats themselves; the latest 1,000 texts and the first 300 words of each are looked at, and texts without a word are left out.")
        .units("a text and a ratio; gives a bare number")
        .missing(UNCOVERED)
        .example("near_duplicates(quote of review, 80%)", "1")
        .source("A. Z. Broder, On the resemblance and containment of documents, Compression and Complexity of Sequences, 1997"),
    aggregate("matches", "matches(SOURCE … with SOURCE … by COLUMN within 7 days)", A::Matches, "How many rows of the first source have a partner in the second: it agrees in the columns, which both have, and lies at most so many days before or after. Each row has one partner at most. The pairs that lie nearest are joined first; of equally near ones that with the lesser key (in tables without a key, the earlier row) of the first, then of the second.")
        .units("rows of two event tables; gives a bare number")
        .missing("no data if either source was not loaded, has no rows or does not cover the window")
        .example("matches(activity with review by account within 7 days)", "2")
        .source("greedy one-to-one assignment by distance"),
    aggregate("correlation", "correlation(X, Y of SOURCE …)", A::Paired(P::Correlation), "How far two values lie on one line, -1 to 1 (Pearson). A condition counts 1 where it holds, 0 where not, which makes it the point-biserial correlation. Pairs with a missing side are left out and counted; fewer than `at least` (12) are too few. Rounded once. Association, not cause.")
        .units("two numbers of any unit, or conditions; gives a bare number")
        .missing(NO_PAIRS)
        .example("correlation(seats, used of accounts, at least 5 accounts)", "0.97")
        .source("K. Pearson, Notes on regression and inheritance in the case of two parents, Proceedings of the Royal Society 58, 1895"),
    aggregate("rank_correlation", "rank_correlation(X, Y of SOURCE …)", A::Paired(P::RankCorrelation), "How far two values put everything in one order, -1 to 1 (Spearman): the correlation of places, equal values sharing the mean of theirs. Otherwise as `correlation`.")
        .units("two numbers of any unit, or conditions; gives a bare number")
        .missing(NO_PAIRS)
        .example("rank_correlation(seats, arr of accounts, at least 5 accounts)", "0.97")
        .source("C. Spearman, The proof and measurement of association between two things, American Journal of Psychology 15, 1904"),
    aggregate("auc", "auc(SCORE, OUTCOME of SOURCE …)", A::Paired(P::Auc), "How well a score tells beforehand to whom something happens: of all pairs of one with the outcome and one without, the share in which the one with it has the lower score; equal scores count half. 50% is no better than a coin. Where a high score means the outcome, ask for those without: `auc(risk, not left of accounts)`.")
        .units("a number and a condition; gives a ratio")
        .missing(ONE_CLASS)
        .example("auc(seats, used = 30 of accounts)", "33.3%")
        .source("J. A. Hanley, B. J. McNeil, The meaning and use of the area under a receiver operating characteristic (ROC) curve, Radiology 143, 1982"),
    aggregate("ks", "ks(SCORE, OUTCOME of SOURCE …)", A::Paired(P::Ks), "The largest difference between the share of those with the outcome and the share of those without that lie at or below one and the same score, whichever is larger (Kolmogorov-Smirnov).")
        .units("a number and a condition; gives a ratio")
        .missing(ONE_CLASS)
        .example("ks(seats, used = 30 of accounts)", "66.7%")
        .source("N. Smirnov, Table for estimating the goodness of fit of empirical distributions, Annals of Mathematical Statistics 19, 1948"),
    aggregate("ks_at", "ks_at(SCORE, OUTCOME of SOURCE …)", A::Paired(P::KsAt), "The score at or below which the two groups of `ks` differ most; of several the lowest. A threshold to start from.")
        .units("a number and a condition; gives the unit of the score")
        .missing(ONE_CLASS)
        .example("ks_at(seats, used = 30 of accounts)", "15"),
    aggregate("information_value", "information_value(BAND, OUTCOME of SOURCE …)", A::Paired(P::InformationValue), "What bands tell about an outcome: over all bands that anyone is in, the sum of (share of those without it - share of those with it) x weight of evidence, which is ln(share without / share with). Half a case is added to both groups in every band. Above 0.5 it is too good to be true: look whether the band was known beforehand.")
        .units("a value from a list, a text or a condition, and a condition; gives a bare number")
        .missing(ONE_CLASS)
        .example("information_value(seats >= 60, used = 30 of accounts)", "0.06")
        .source("S. Kullback, R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics 22, 1951; N. Siddiqi, Credit Risk Scorecards, 2006"),
    aggregate("psi", "psi(BAND, BAND of SOURCE …)", A::Paired(P::Psi), "How far a population has moved between bands (population stability index): over all bands, the sum of (second share - first share) x ln(second share / first share). Each side is a population of its own, and a side that is missing is left out there only: `psi(band as of 2025-12-31, band of accounts)` compares two dates, `if … then band else missing` on each side two groups.")
        .units("twice a value from the same list, a text or a condition; gives a bare number")
        .missing("not applicable where a band is empty on one side; no data where a whole side is; too few with fewer than `at least` on a side")
        .example("psi(seats >= 60, used >= 30 of accounts)", "0.16")
        .source("N. Siddiqi, Credit Risk Scorecards, 2006"),
    aggregate("calibration_error", "calibration_error(LIKELIHOOD, OUTCOME of SOURCE by BIN)", A::Paired(P::CalibrationError), "How far likelihoods are off: the sum over bins of |how many were expected - how many it happened to|, over all (expected calibration error). The bins are what `by` names.")
        .units("a ratio and a condition; gives a ratio")
        .missing("no data without a pair; too few with fewer than `at least`")
        .example("calibration_error(margin, used >= 30 of accounts by seats)", "37%")
        .source("M. P. Naeini, G. F. Cooper, M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015"),
    ranking("percentile", "percentile of x within SEGMENTS at least 8 accounts", R::Percentile, "Accounts below plus half of the equal ones (itself among them), per hundred. `within` a segment, a part, or a partition (then the account's own part); everyone without it, and where fewer accounts than `at least` (8) have a value.")
        .units("numbers of any unit; gives points")
        .missing(NO_PLACE)
        .example("percentile of seats at least 5 accounts", "90.0"),
    ranking("zscore", "zscore of x within SEGMENTS at least 8 accounts", R::Zscore, "Distance from the mean in standard deviations of a sample (n - 1); 0 where all are equal.")
        .units("numbers of any unit; gives a bare number")
        .missing(NO_PLACE)
        .example("zscore of seats at least 5 accounts", "1.63"),
    ranking("tscore", "tscore of x within SEGMENTS at least 8 accounts", R::Tscore, "50 + 10 x zscore.")
        .units("numbers of any unit; gives points")
        .missing(NO_PLACE)
        .example("tscore of seats at least 5 accounts", "66.3"),
    ranking("normal score", "normal score of x within SEGMENTS at least 8 accounts", R::NormalScore, "The share of a normal distribution below the zscore, per hundred.")
        .units("numbers of any unit; gives points")
        .missing(NO_PLACE)
        .example("normal score of seats at least 5 accounts", "94.8"),
    ranking("rank", "rank of x within SEGMENTS", R::Rank, "1 for the largest value; equal values share the better place. No least number of accounts unless one is given.")
        .units("numbers of any unit; gives a bare number")
        .missing(NO_PLACE)
        .example("rank of seats", "1"),
    scalar("abs", "abs(x)", S::Abs, "Magnitude.")
        .units(AS_VALUES)
        .missing(IF_ONE_IS)
        .example("abs(-2.5)", "2.5"),
    scalar("round", "round(x) or round(x, digits)", S::Round, "Rounded half away from zero to so many fractional digits, none unless said.")
        .units(AS_VALUES)
        .missing(IF_ONE_IS)
        .example("round(2.345, 2)", "2.35"),
    scalar("floor", "floor(x)", S::Floor, "Largest whole number at or below x.")
        .units(AS_VALUES)
        .missing(IF_ONE_IS)
        .example("floor(-1.5)", "-2"),
    scalar("ceil", "ceil(x)", S::Ceil, "Smallest whole number at or above x.")
        .units(AS_VALUES)
        .missing(IF_ONE_IS)
        .example("ceil(1.2)", "2"),
    scalar("min", "min(a, b, …)", S::Least, "Smallest of the values.")
        .units("numbers of one unit; gives the same")
        .missing(IF_ONE_IS)
        .example("min(seats, 100)", "100"),
    scalar("max", "max(a, b, …)", S::Greatest, "Largest of the values.")
        .units("numbers of one unit; gives the same")
        .missing(IF_ONE_IS)
        .example("max(seats, 100)", "120"),
    scalar("clamp", "clamp(x, low, high)", S::Clamp, "x, but at least low and at most high.")
        .units("numbers of one unit; gives the same")
        .missing(IF_ONE_IS)
        .example("clamp(seats, 0, 50)", "50"),
    scalar("to_points", "to_points(x)", S::ToPoints, "A ratio times 100, an nps as (x + 100) / 2, a bare number as it is.")
        .units("a ratio, an nps, points or a bare number; gives points")
        .missing(IF_ONE_IS)
        .example("to_points(margin)", "80.0"),
    scalar("to_ratio", "to_ratio(x)", S::ToRatio, "Points divided by 100, a bare number as it is.")
        .units("points, a ratio or a bare number; gives a ratio")
        .missing(IF_ONE_IS)
        .example("to_ratio(used / seats)", "75%"),
    scalar("to_number", "to_number(x)", S::ToNumber, "The bare number of any unit.")
        .units("a number of any unit; gives a bare number")
        .missing(IF_ONE_IS)
        .example("to_number(arr)", "250,000"),
    scalar("sqrt", "sqrt(x)", S::Sqrt, "Square root, rounded to nine digits.")
        .units(BARE)
        .missing("not applicable below 0")
        .example("sqrt(2.25)", "1.5"),
    scalar("exp", "exp(x)", S::Exp, "e to the power x, rounded to nine digits.")
        .units(BARE)
        .missing("number too large above 50")
        .example("round(exp(1), 5)", "2.72"),
    scalar("ln", "ln(x)", S::Ln, "Natural logarithm, rounded to nine digits.")
        .units(BARE)
        .missing("not applicable for 0 and below")
        .example("ln(1)", "0"),
    scalar("log10", "log10(x)", S::Log10, "Logarithm to base 10, rounded to nine digits.")
        .units(BARE)
        .missing("not applicable for 0 and below")
        .example("log10(1000)", "3"),
    scalar("logistic", "logistic(x)", S::Logistic, "1 / (1 + e^-x), rounded to nine digits: a likelihood from a weighted sum.")
        .units("a bare number or a ratio; gives a ratio")
        .missing(IF_ONE_IS)
        .example("logistic(1.7)", "84.6%"),
    scalar("wilson_low", "wilson_low(k, n)", S::WilsonLow, "Lower end of the 95 % interval for a rate of k in n cases (z = 1.96).")
        .units("bare numbers; gives a ratio")
        .missing("not applicable unless 0 <= k <= n and n > 0")
        .example("wilson_low(48, 192)", "19.4%")
        .source("E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American Statistical Association 22, 1927"),
    scalar("wilson_high", "wilson_high(k, n)", S::WilsonHigh, "Upper end of the 95 % interval for a rate of k in n cases (z = 1.96).")
        .units("bare numbers; gives a ratio")
        .missing("not applicable unless 0 <= k <= n and n > 0")
        .example("wilson_high(48, 192)", "31.6%")
        .source("E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American Statistical Association 22, 1927"),
    scalar("shrunk", "shrunk(k, n, m, p0)", S::Shrunk, "(k + m p0) / (n + m): the rate of k in n cases, pulled towards p0 as if m further cases were known.")
        .units("bare numbers and a ratio p0; gives a ratio")
        .missing("not applicable unless 0 <= k <= n, m >= 0 and n + m > 0")
        .example("shrunk(1, 2, 5, 25%)", "32.1%")
        .source("the mean of a beta distribution with m prior cases"),
    scalar("binomial_tail", "binomial_tail(k, n, p)", S::BinomialTail, "How likely at least k of n cases are if each has the chance p: the upper tail of the binomial distribution, computed in whole numbers and rounded once. Small values say that chance alone hardly explains k.")
        .units("whole numbers k and n, a ratio p; gives a bare number")
        .missing("not applicable unless k and n are whole, 0 <= n <= 2,000 and 0 <= p <= 1")
        .example("binomial_tail(2, 3, 50%)", "0.5"),
    scalar("convert", "convert(AMOUNT, USD) or convert(AMOUNT, USD, DATE)", S::Convert, "The amount in another currency, by the latest rate of the table of rates on or before the date (the as-of date, unless one is given; rates after the as-of date are never seen). A rate of the opposite direction divides; of two rates of one day the direct one is taken. One rounding. An amount in the wanted currency stays as it is.")
        .units("money, or an amount of a column `money by …`; gives money of the wanted currency")
        .missing("no data without a currency code, `no rate` without a rate on or before the date, stale if the rate is older than `valid for` allows: never taken as 1")
        .example("convert(budget, USD)", "1,080 USD"),
    scalar("power", "power(a, n)", S::Power, "a times itself n times; 1 / power(a, -n) for a negative n.")
        .units("a bare number or a ratio, and a whole number from -1000 to 1000; gives the unit of a")
        .missing("not applicable for other n, and for 0 to a negative power")
        .example("power(1.1, 3)", "1.33"),
    scalar("days_in_month", "days_in_month() or days_in_month(date)", S::DaysIn(PeriodKind::Month), DAYS_IN)
        .units(OF_DATE)
        .missing(IF_DATE_IS)
        .example("days_in_month()", "31 days"),
    scalar("days_in_quarter", "days_in_quarter() or days_in_quarter(date)", S::DaysIn(PeriodKind::Quarter), DAYS_IN)
        .units(OF_DATE)
        .missing(IF_DATE_IS)
        .example("days_in_quarter()", "90 days"),
    scalar("days_in_year", "days_in_year() or days_in_year(date)", S::DaysIn(PeriodKind::Year), DAYS_IN)
        .units(OF_DATE)
        .missing(IF_DATE_IS)
        .example("days_in_year(first(activity))", "365 days"),
    scalar("days_left_in_month", "days_left_in_month() or days_left_in_month(date)", S::DaysLeft(PeriodKind::Month), DAYS_LEFT)
        .units(OF_DATE)
        .missing(IF_DATE_IS)
        .example("days_left_in_month(first(activity))", "21 days"),
    scalar("days_left_in_quarter", "days_left_in_quarter() or days_left_in_quarter(date)", S::DaysLeft(PeriodKind::Quarter), DAYS_LEFT)
        .units(OF_DATE)
        .missing(IF_DATE_IS)
        .example("days_left_in_quarter(first(activity))", "80 days"),
    scalar("days_left_in_year", "days_left_in_year() or days_left_in_year(date)", S::DaysLeft(PeriodKind::Year), DAYS_LEFT)
        .units(OF_DATE)
        .missing(IF_DATE_IS)
        .example("days_left_in_year()", "275 days"),
    scalar("gap", "gap(BENCHMARK)", S::Gap, "The value of the benchmark's metric less the middle figure (p50) of the benchmark.")
        .units("the name of a benchmark; gives the unit of its metric, so percentage points for a ratio")
        .missing(NO_FIGURES)
        .example("gap(usage_norm)", "5%"),
    scalar("position", "position(BENCHMARK)", S::Position, "The quarter in which the value lies: `bottom` below p25, `second` below p50, `third` below p75, `top`. It goes by size, whether higher is better or worse.")
        .units("the name of a benchmark; gives one of bottom, second, third, top")
        .missing(NO_FIGURES)
        .example("position(usage_norm)", "third"),
    scalar("pilot_bucket", "pilot_bucket(PILOT, ID)", S::PilotBucket, "A number from 0 to 9,999 that depends on both texts alone: the same for every run and every machine, and another for another pilot. `pilot_bucket(\"spring\", id) < 2500` is a quarter of all; a larger share keeps those who are in. FNV-1a of `PILOT/ID`, scattered by a step of SplitMix64, modulo 10,000.")
        .units("two texts; gives a bare number")
        .missing(IF_ONE_IS)
        .example("pilot_bucket(\"pilot_2026q1\", \"A2\")", "561")
        .source("G. Fowler, L. C. Noll, K.-P. Vo, FNV; G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014"),
    scalar("points", "points(METRIC)", S::Points, "The points a metric has after its thresholds or scale.")
        .units("the name of a metric; gives points")
        .missing("as the metric, unless a `missing` row gives points")
        .example("points(references)", "70.0"),
    scalar("coverage", "coverage(SCORECARD)", S::Coverage, "The share of a scorecard's weight that has a value of its own for the account: what its policy for missing parts fills in does not count.")
        .units("the name of a scorecard; gives a ratio")
        .missing("never")
        .example("coverage(advocacy)", "75%"),
];
