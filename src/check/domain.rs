//! Which numbers an expression can yield, as far as types and declared ranges tell.
//!
//! A domain is never too small: what cannot be told is unbounded. Thresholds are proved gap-free over it.

use super::interval::Numbers;
use crate::builtins::{AggregateFunction, Pairing, Ranking, Scalar};
use crate::number::Decimal;
use crate::program::{Across, Aggregate, Expr, ExprKind, Field, Type, Unit};

/// Bounds of a number, and whether only whole numbers occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain {
    /// Smallest value.
    pub low: Option<Decimal>,
    /// Largest value.
    pub high: Option<Decimal>,
    /// Whole numbers only.
    pub whole: bool,
}

impl Domain {
    /// Anything.
    pub const ANY: Domain = Domain { low: None, high: None, whole: false };
    /// 0 or more, whole.
    pub const COUNT: Domain = Domain { low: Some(Decimal::ZERO), high: None, whole: true };

    /// From `low` to `high`, fractions included.
    pub fn within(low: i64, high: i64) -> Domain {
        Domain { low: Some(Decimal::int(low)), high: Some(Decimal::int(high)), whole: false }
    }

    /// As a set.
    pub fn numbers(self) -> Numbers {
        let set = Numbers::between(self.low, self.high);
        if self.whole { set.whole() } else { set }
    }

    fn point(value: Decimal) -> Domain {
        Domain { low: Some(value), high: Some(value), whole: value.is_integer() }
    }

    /// The least domain that holds both.
    pub fn union(self, other: Domain) -> Domain {
        Domain {
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
            whole: self.whole && other.whole,
        }
    }

    /// With all that lies between this and a number, if there is one.
    pub fn union_with(self, number: Option<Decimal>) -> Domain {
        number.map_or(self, |n| self.union(Domain { whole: false, ..Domain::point(n) }))
    }

    fn plus(self, other: Domain) -> Domain {
        Domain {
            low: self.low.zip(other.low).and_then(|(a, b)| a.add(b)),
            high: self.high.zip(other.high).and_then(|(a, b)| a.add(b)),
            whole: self.whole && other.whole,
        }
    }

    fn negated(self) -> Domain {
        Domain { low: self.high.map(Decimal::neg), high: self.low.map(Decimal::neg), whole: self.whole }
    }

    fn times(self, other: Domain) -> Domain {
        let whole = self.whole && other.whole;
        let not_negative = |d: Domain| d.low.is_some_and(|low| !low.is_negative());
        if let (Some(a), Some(b), Some(c), Some(d)) = (self.low, self.high, other.low, other.high) {
            let corners: Option<Vec<Decimal>> = [a.mul(c), a.mul(d), b.mul(c), b.mul(d)].into_iter().collect();
            return match corners {
                Some(list) => Domain { low: list.iter().min().copied(), high: list.iter().max().copied(), whole },
                None => Domain { whole, ..Domain::ANY },
            };
        }
        let low = (not_negative(self) && not_negative(other)).then_some(Decimal::ZERO);
        Domain { low, high: None, whole }
    }
}

/// What the checker knows about metrics and scores that are read.
pub trait Known {
    /// The domain of a metric's value.
    fn metric(&self, id: crate::program::MetricId) -> Domain;
    /// The domain of a metric's points.
    fn points(&self, id: crate::program::MetricId) -> Domain;
    /// The domain of a portfolio metric's value.
    fn portfolio(&self, id: crate::program::PortfolioId) -> Domain;
    /// The domain of the value of a metric of rows.
    fn row_metric(&self, id: crate::program::RowMetricId) -> Domain;
    /// The domain of a score.
    fn score(&self, id: crate::program::ScorecardId) -> Domain;
    /// A column of the account.
    fn field(&self, id: crate::program::FieldId) -> Option<&Field>;
    /// A column of an event table.
    fn row_field(&self, source: Option<crate::program::TableId>, id: crate::program::FieldId) -> Option<&Field>;
    /// The value of a parameter.
    fn param(&self, id: crate::program::ParamId) -> Option<Decimal>;
    /// The accounts of a segment or part, or all others; `None` if that cannot be told.
    fn members(&self, segment: crate::program::SegmentRef, inside: bool) -> Option<super::region::Region>;
    /// The name of a declaration.
    fn name(&self, symbol: crate::resolve::Symbol) -> &str;
    /// The list that a partition's parts make.
    fn list(&self, name: &str) -> Option<crate::program::EnumId>;
}

/// The domain of a number; `source` is the table whose rows are being aggregated.
pub fn of(expr: &Expr, known: &dyn Known, source: Option<crate::program::TableId>) -> Domain {
    let recurse = |e: &Expr| of(e, known, source);
    let of_field = |field: Option<&Field>| {
        field.map_or(Domain::ANY, |f| {
            let by_unit = of_unit(f.ty);
            Domain { low: f.low.or(by_unit.low), high: f.high.or(by_unit.high), whole: f.integer }
        })
    };
    let by_type = of_unit(expr.ty);
    let found = match &expr.kind {
        ExprKind::Literal(value) => value.number().map_or(Domain::ANY, Domain::point),
        ExprKind::Param(id) => known.param(*id).map_or(Domain::ANY, Domain::point),
        ExprKind::Field(id) => of_field(known.field(*id)),
        ExprKind::RowField(id) => of_field(known.row_field(source, *id)),
        ExprKind::Related { of, field } => of_field(known.row_field(Some(*of), *field)),
        ExprKind::Metric(id) => known.metric(*id),
        ExprKind::RowMetric { metric, .. } => known.row_metric(*metric),
        ExprKind::Points(id) => known.points(*id),
        ExprKind::Score(id) => known.score(*id),
        ExprKind::Negate(inner) => recurse(inner).negated(),
        ExprKind::Sum(terms) => terms
            .iter()
            .map(|(negative, term)| if *negative { recurse(term).negated() } else { recurse(term) })
            .reduce(Domain::plus)
            .unwrap_or(Domain::ANY),
        ExprKind::Product(factors) => {
            let mut total: Option<Domain> = None;
            for (divide, factor) in factors {
                let next = recurse(factor);
                total = Some(match total {
                    None => next,
                    Some(sofar) if *divide => quotient(sofar, next),
                    Some(sofar) => sofar.times(next),
                });
            }
            total.unwrap_or(Domain::ANY)
        }
        ExprKind::OrElse(list) => {
            list.iter().filter(|e| !e.is_missing_literal()).map(recurse).reduce(Domain::union).unwrap_or(Domain::ANY)
        }
        // What is missing is no number.
        ExprKind::If { then, otherwise, .. } if otherwise.is_missing_literal() => recurse(then),
        ExprKind::If { then, otherwise, .. } if then.is_missing_literal() => recurse(otherwise),
        ExprKind::If { then, otherwise, .. } => recurse(then).union(recurse(otherwise)),
        ExprKind::Streak { over, .. } => Domain { whole: true, ..Domain::within(0, i64::from(over.count)) },
        ExprKind::Function(function, args) => of_function(*function, args, &recurse),
        ExprKind::Aggregate(aggregate) => of_aggregate(aggregate, known),
        ExprKind::Across(across) => of_across(across, known),
        ExprKind::Ranked(ranked) => match ranked.function {
            Ranking::Percentile | Ranking::NormalScore => Domain::within(0, 100),
            Ranking::Rank => Domain { low: Some(Decimal::ONE), high: None, whole: true },
            Ranking::Zscore | Ranking::Tscore => Domain::ANY,
        },
        ExprKind::Portfolio(id) => known.portfolio(*id),
        ExprKind::Elapsed { .. } => Domain { whole: true, ..Domain::ANY },
        ExprKind::AsOf { value, .. } => recurse(value),
        ExprKind::Change { value, percent: false, .. } => {
            let now = recurse(value);
            now.plus(now.negated())
        }
        _ => Domain::ANY,
    };
    Domain { low: found.low.or(by_type.low), high: found.high.or(by_type.high), whole: found.whole }
}

/// What the unit alone tells. A ratio may exceed 1, and points of a sum may be anything.
fn of_unit(ty: Type) -> Domain {
    match ty {
        Type::Number(Unit::Nps) => Domain::within(-100, 100),
        _ => Domain::ANY,
    }
}

fn quotient(a: Domain, b: Domain) -> Domain {
    let positive = b.low.is_some_and(|low| !low.is_negative());
    let not_negative = a.low.is_some_and(|low| !low.is_negative());
    if let (Some(low), Some(high)) = (b.low, b.high)
        && low == high
        && !low.is_zero()
        && !low.is_negative()
    {
        return Domain { low: a.low.and_then(|n| n.div(low)), high: a.high.and_then(|n| n.div(low)), whole: false };
    }
    Domain { low: (positive && not_negative).then_some(Decimal::ZERO), high: None, whole: false }
}

fn of_function(function: Scalar, args: &[Expr], recurse: &dyn Fn(&Expr) -> Domain) -> Domain {
    let first = args.first().map_or(Domain::ANY, recurse);
    match function {
        Scalar::Abs => Domain {
            low: Some(Decimal::ZERO),
            high: first.high.zip(first.low).map(|(h, l)| h.abs().max(l.abs())),
            whole: first.whole,
        },
        Scalar::Round if args.len() == 1 => {
            Domain { low: first.low.map(|n| n.round(0)), high: first.high.map(|n| n.round(0)), whole: true }
        }
        Scalar::Floor => {
            Domain { low: first.low.map(Decimal::floor), high: first.high.map(Decimal::floor), whole: true }
        }
        Scalar::Ceil => Domain { low: first.low.map(Decimal::ceil), high: first.high.map(Decimal::ceil), whole: true },
        Scalar::Least => {
            let all: Vec<Domain> = args.iter().map(recurse).collect();
            Domain {
                low: all.iter().map(|d| d.low).collect::<Option<Vec<_>>>().and_then(|l| l.into_iter().min()),
                high: all.iter().filter_map(|d| d.high).min(),
                whole: all.iter().all(|d| d.whole),
            }
        }
        Scalar::Greatest => {
            let all: Vec<Domain> = args.iter().map(recurse).collect();
            Domain {
                low: all.iter().filter_map(|d| d.low).max(),
                high: all.iter().map(|d| d.high).collect::<Option<Vec<_>>>().and_then(|l| l.into_iter().max()),
                whole: all.iter().all(|d| d.whole),
            }
        }
        Scalar::Clamp => {
            let low = args.get(1).map_or(Domain::ANY, recurse);
            let high = args.get(2).map_or(Domain::ANY, recurse);
            Domain {
                low: first.low.into_iter().chain(low.low).max(),
                high: first.high.into_iter().chain(high.high).min(),
                whole: first.whole && low.whole && high.whole,
            }
        }
        Scalar::ToPoints => match args.first().map(|a| a.ty) {
            Some(Type::Number(Unit::Nps)) => Domain::within(0, 100),
            Some(Type::Number(Unit::Ratio)) => first.times(Domain::point(Decimal::HUNDRED)),
            _ => first,
        },
        Scalar::ToRatio => match args.first().map(|a| a.ty) {
            Some(Type::Number(Unit::Points)) => quotient(first, Domain::point(Decimal::HUNDRED)),
            _ => first,
        },
        Scalar::ToNumber => first,
        Scalar::Coverage
        | Scalar::Logistic
        | Scalar::WilsonLow
        | Scalar::WilsonHigh
        | Scalar::Shrunk
        | Scalar::BinomialTail => Domain::within(0, 1),
        Scalar::Sqrt | Scalar::Exp => Domain { low: Some(Decimal::ZERO), ..Domain::ANY },
        Scalar::Power => {
            Domain { low: first.low.filter(|low| !low.is_negative()).map(|_| Decimal::ZERO), ..Domain::ANY }
        }
        Scalar::PilotBucket => Domain { whole: true, ..Domain::within(0, 9_999) },
        Scalar::DaysIn(_) | Scalar::DaysLeft(_) => Domain { whole: true, ..Domain::within(0, 366) },
        Scalar::Round
        | Scalar::Points
        | Scalar::Convert
        | Scalar::Ln
        | Scalar::Log10
        | Scalar::Gap
        | Scalar::Position => Domain::ANY,
    }
}

fn of_aggregate(aggregate: &Aggregate, known: &dyn Known) -> Domain {
    let value = aggregate.value.as_ref().map_or(Domain::ANY, |v| of(v, known, Some(aggregate.source)));
    let fades = aggregate.decay.is_some() || aggregate.diminish.is_some() || aggregate.value_cap.is_some();
    combined(aggregate.function, value, fades)
}

fn of_across(across: &Across, known: &dyn Known) -> Domain {
    combined(across.function, across.value.as_ref().map_or(Domain::ANY, |v| of(v, known, None)), false)
}

/// What many values of a domain amount to.
fn combined(function: AggregateFunction, value: Domain, fades: bool) -> Domain {
    match function {
        AggregateFunction::Count
        | AggregateFunction::Distinct
        | AggregateFunction::Run
        | AggregateFunction::NearDuplicates
        | AggregateFunction::Matches => Domain::COUNT,
        AggregateFunction::Share | AggregateFunction::TopShare => Domain::within(0, 1),
        AggregateFunction::Hhi => Domain::within(0, 10_000),
        AggregateFunction::EffectiveNumber => Domain { low: Some(Decimal::ONE), high: None, whole: false },
        AggregateFunction::Nps => Domain::within(-100, 100),
        AggregateFunction::NpsMargin => Domain::within(0, 196),
        AggregateFunction::Csat => Domain::within(0, 1),
        AggregateFunction::CsatMean => Domain::within(0, 100),
        AggregateFunction::Ces => Domain::within(1, 7),
        AggregateFunction::Paired(pairing) => match pairing {
            Pairing::Correlation | Pairing::RankCorrelation => Domain::within(-1, 1),
            Pairing::Auc | Pairing::Ks => Domain::within(0, 1),
            Pairing::InformationValue | Pairing::Psi | Pairing::CalibrationError => {
                Domain { low: Some(Decimal::ZERO), high: None, whole: false }
            }
            Pairing::KsAt => value,
        },
        AggregateFunction::Sum | AggregateFunction::WithoutTop => Domain {
            low: value.low.filter(|low| !low.is_negative()).map(|_| Decimal::ZERO),
            high: value.high.filter(|high| high.is_negative() || high.is_zero()).map(|_| Decimal::ZERO),
            whole: value.whole && !fades,
        },
        AggregateFunction::Stddev => Domain { low: Some(Decimal::ZERO), high: None, whole: false },
        AggregateFunction::Avg | AggregateFunction::Median => Domain { whole: false, ..value },
        AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::First
        | AggregateFunction::Last
        | AggregateFunction::NthLast => value,
    }
}
