//! Values that could move a score: where the thresholds, scales and conditions below it have their corners.

use super::supposed;
use super::toward::ChangeWhy;
use super::{Case, Shown, bands};
use crate::ast::CompareOp;
use crate::builtins::AggregateFunction as F;
use crate::check::{Domain, metric_domains};
use crate::engine::ScoreResult;
use crate::engine::reference::{Account, Supposed};
use crate::number::Decimal;
use crate::program::{
    BandTable, BandTest, Expr, ExprKind, FieldId, Line, MetricId, Node, Program, Scale, Scorecard, ScorecardId, Type,
    Unit,
};
use crate::value::Value;

/// At most so many values of one metric are tried at first.
const VALUES: usize = 40;

/// Something that could have another value.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// What.
    pub what: Supposed,
    /// Its name.
    pub name: String,
    /// What it is.
    pub now: Value,
    /// Its type.
    pub ty: Type,
    /// Values at which something may change, rising where they are numbers; the present one among them.
    pub values: Vec<Value>,
    /// The steps in which a number is told; `None` for what is no number.
    pub step: Option<Decimal>,
    /// The line that reads it, if one does: scorecard and place.
    line: Option<Place>,
    hidden: bool,
    points_now: Option<Decimal>,
}

impl Candidate {
    /// As a number; of a date, its day.
    pub fn number(&self, value: &Value) -> Option<Decimal> {
        value.number().or_else(|| value.date().map(|d| Decimal::int(i64::from(d.0))))
    }

    /// The value that a number stands for.
    pub fn value(&self, n: Decimal) -> Option<Value> {
        match self.ty {
            Type::Date | Type::Instant => Some(Value::Date(crate::calendar::Date(i32::try_from(n.to_int()?).ok()?))),
            _ => Some(Value::Number(n)),
        }
    }

    /// How far a value is from the present one; `None` if there is none at present.
    pub fn distance(&self, value: &Value) -> Option<Decimal> {
        if self.now.is_missing() {
            return None;
        }
        match self.number(value).zip(self.number(&self.now)) {
            Some((a, b)) => a.sub(b).map(Decimal::abs),
            None => Some(if *value == self.now { Decimal::ZERO } else { Decimal::ONE }),
        }
    }

    /// True if a line reads it, not only the condition of a limit.
    pub fn is_line(&self) -> bool {
        self.line.is_some()
    }

    /// The points of its line.
    pub fn points_of(&self, account: &Account) -> Option<Decimal> {
        let (card, place) = self.line?;
        account.score(card).lines.get(place)?.points.number()
    }

    /// True if no value is worth more than the present one.
    pub fn at_best(
        &self,
        best: &Value,
        now: Option<Decimal>,
        worth: (Option<Decimal>, Option<Decimal>, Option<Decimal>),
    ) -> bool {
        *best == self.now || worth.0 <= now && (self.line.is_none() || worth.2 <= self.points_now)
    }

    /// The change to another value, told.
    pub fn change(&self, case: Case, to: &Value) -> ChangeWhy {
        let shown = |v: &Value| Shown::new(case.program, self.ty, v);
        let from = shown(&self.now);
        ChangeWhy {
            name: self.name.clone(),
            kind: if matches!(self.what, Supposed::Metric(_)) { "metric" } else { "column" },
            from: if self.hidden { from.masked() } else { from },
            to: shown(to),
        }
    }
}

/// A line: its scorecard, and its place there.
type Place = (ScorecardId, usize);

/// Where something is read.
#[derive(Default)]
struct Corners {
    found: Vec<(Supposed, Option<Place>, Vec<Decimal>)>,
}

impl Corners {
    fn add(&mut self, what: Supposed, line: Option<Place>, corners: Vec<Decimal>) {
        match self.found.iter_mut().find(|(known, ..)| *known == what) {
            Some((_, place, known)) => {
                *place = place.or(line);
                known.extend(corners);
            }
            None => self.found.push((what, line, corners)),
        }
    }
}

/// All that could move the score of a scorecard: the metrics of its lines and of those of the scorecards inside it, and what
/// the conditions of its limits compare.
pub fn candidates(case: Case, card: &Scorecard, score: &ScoreResult) -> Vec<Candidate> {
    let mut corners = Corners::default();
    let mut seen = vec![false; case.program.scorecards.len()];
    walk(case, score.scorecard, card, score, &mut seen, &mut corners);
    let domains = metric_domains(case.program);
    let made = corners.found.into_iter().filter_map(|(what, line, list)| made(case, &domains, what, line, list));
    made.collect()
}

fn walk(case: Case, id: ScorecardId, card: &Scorecard, score: &ScoreResult, seen: &mut [bool], corners: &mut Corners) {
    match seen.get_mut(id.index()) {
        Some(seen) if !*seen => *seen = true,
        _ => return,
    }
    let lines = bands::lines_for(card, score.applied);
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| !line.informational) {
        match line.item {
            Node::Metric(metric) => {
                corners.add(Supposed::Metric(metric), Some((id, place)), of_line(case, line, metric));
            }
            Node::Scorecard(inner) => {
                if let Some((card, score)) = case.program.scorecard(inner).zip(case.account.scores.get(inner.index())) {
                    walk(case, inner, card, score, seen, corners);
                }
            }
        }
    }
    card.limits
        .iter()
        .filter_map(|limit| limit.when.as_ref())
        .for_each(|when| of_condition(case.program, when, corners));
}

/// The corners of what turns a metric into points.
fn of_line(case: Case, line: &Line, metric: MetricId) -> Vec<Decimal> {
    let Some(metric) = case.program.metric(metric) else { return Vec::new() };
    let mut out = Vec::new();
    let scale = |scale: &Scale| scale.points.iter().map(|(at, _)| *at).collect::<Vec<_>>();
    out.extend(line.scale.iter().flat_map(scale));
    if line.scale.is_none() {
        out.extend(bands::table_for(&metric.thresholds, case.account).iter().flat_map(|table| bounds(table)));
        out.extend(bands::scale_for(&metric.scales, case.account).into_iter().flat_map(scale));
        let points = metric.value.ty == Type::Number(Unit::Points);
        if points && metric.thresholds.is_empty() && metric.scales.is_empty() {
            out.extend([Decimal::ZERO, Decimal::HUNDRED]);
        }
    }
    out
}

fn bounds(table: &BandTable) -> Vec<Decimal> {
    let mut out = Vec::new();
    for band in &table.bands {
        match &band.test {
            BandTest::Compare(_, bound) => out.push(*bound),
            BandTest::Between(low, high) => out.extend([*low, *high]),
            BandTest::In(values) => out.extend(values.iter().filter_map(Value::number)),
            BandTest::Missing | BandTest::Otherwise => {}
        }
    }
    out
}

/// Metrics and columns that a condition compares with constants, or asks by themselves.
fn of_condition(program: &Program, expr: &Expr, corners: &mut Corners) {
    let what = |expr: &Expr| match &expr.kind {
        ExprKind::Metric(id) => Some(Supposed::Metric(*id)),
        ExprKind::Field(id) => Some(Supposed::Column(*id)),
        _ => None,
    };
    let constant = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(value) => value.number().or_else(|| value.date().map(|d| Decimal::int(i64::from(d.0)))),
        ExprKind::Param(id) => program.params.get(id.index()).and_then(|p| p.value.number()),
        _ => None,
    };
    match &expr.kind {
        ExprKind::Compare(op, left, right) => {
            for (side, other) in [(left, right), (right, left)] {
                let symbol =
                    matches!((&other.kind, op), (ExprKind::Literal(_), CompareOp::Equal | CompareOp::NotEqual));
                if let Some(found) = what(side)
                    && (symbol || constant(other).is_some())
                {
                    corners.add(found, None, constant(other).into_iter().collect());
                }
            }
        }
        ExprKind::Field(_) | ExprKind::Metric(_) if expr.ty == Type::Boolean => {
            what(expr).into_iter().for_each(|found| corners.add(found, None, Vec::new()));
        }
        ExprKind::In { value, .. } => what(value).into_iter().for_each(|found| corners.add(found, None, Vec::new())),
        ExprKind::And(list) | ExprKind::Or(list) => list.iter().for_each(|e| of_condition(program, e, corners)),
        ExprKind::Not(inner) => of_condition(program, inner, corners),
        _ => {}
    }
}

fn made(
    case: Case,
    domains: &[Domain],
    what: Supposed,
    line: Option<Place>,
    corners: Vec<Decimal>,
) -> Option<Candidate> {
    let (name, ty, personal) = supposed::named(case.program, what);
    let now = match what {
        Supposed::Metric(_) => supposed::current(case.program, case.data, case.account.row, case.account, what),
        Supposed::Column(id) => case.probe.value(&Expr { kind: ExprKind::Field(id), ty, span: Default::default() }),
    };
    let domain = match what {
        Supposed::Metric(id) => domains.get(id.index()).copied().unwrap_or(Domain::ANY),
        Supposed::Column(id) => of_column(case.program, id),
    };
    let grain = match what {
        _ if domain.whole => Some(Decimal::ONE),
        Supposed::Metric(id) => case.program.metric(id).and_then(|m| grain(case.program, &m.value)),
        Supposed::Column(_) => None,
    };
    let (values, step) = match ty {
        Type::Number(unit) => numbers(&now, domain, (grain.unwrap_or_else(|| fine(unit)), grain.is_some()), &corners),
        Type::Date | Type::Instant if !corners.is_empty() => {
            let day = |n: Decimal| Some(Value::Date(crate::calendar::Date(i32::try_from(n.to_int()?).ok()?)));
            let (list, step) = numbers(&day_of(&now), Domain::ANY, (Decimal::ONE, true), &corners);
            let dates = list.iter().filter_map(|v| v.number().and_then(day));
            (dates.collect(), step)
        }
        Type::Boolean => (vec![Value::Boolean(false), Value::Boolean(true)], None),
        Type::Enum(list) => {
            let names = case.program.enums.get(list.index()).map_or(0, |e| e.values.len());
            ((0..u32::try_from(names).unwrap_or(0)).map(Value::Symbol).take(VALUES).collect(), None)
        }
        _ => return None,
    };
    let points =
        line.and_then(|(card, place)| case.account.scores.get(card.index())?.lines.get(place)?.points.number());
    let hidden = personal && !case.personal;
    Some(Candidate { what, name, now, ty, values, step, line, hidden, points_now: points })
}

fn day_of(value: &Value) -> Value {
    value.date().map_or(value.clone(), |d| Value::Number(Decimal::int(i64::from(d.0))))
}

fn of_column(program: &Program, id: FieldId) -> Domain {
    let field = program.subject_table().and_then(|t| t.fields.get(id.index()));
    field.map_or(Domain::ANY, |f| Domain { low: f.low, high: f.high, whole: f.integer })
}

/// The number that all values of a sum of constants are multiples of: 0.5 where a row counts 1 or 1.5.
fn grain(program: &Program, expr: &Expr) -> Option<Decimal> {
    let zero = |n: &Decimal| n.is_zero();
    of_constants(program, expr).filter(|n| !zero(n))
}

fn of_constants(program: &Program, expr: &Expr) -> Option<Decimal> {
    let common = |list: Vec<&Expr>| -> Option<Decimal> {
        let all: Option<Vec<Decimal>> = list.into_iter().map(|e| of_constants(program, e)).collect();
        let raw = all?.into_iter().map(|n| n.raw().unsigned_abs()).fold(0, divisor);
        i128::try_from(raw).ok().and_then(Decimal::from_raw)
    };
    match &expr.kind {
        ExprKind::Literal(Value::Number(n)) => Some(*n),
        ExprKind::Literal(Value::Missing(_)) => Some(Decimal::ZERO),
        ExprKind::Param(id) => program.params.get(id.index()).and_then(|p| p.value.number()),
        ExprKind::If { then, otherwise, .. } => common(vec![then, otherwise]),
        ExprKind::OrElse(list) => common(list.iter().collect()),
        ExprKind::Sum(terms) => common(terms.iter().map(|(_, e)| e).collect()),
        ExprKind::Aggregate(a) if a.decay.is_none() && a.weight.is_none() && a.diminish.is_none() => match a.function {
            F::Count => Some(Decimal::ONE),
            F::Sum if a.value_cap.is_none() => of_constants(program, a.value.as_ref()?),
            _ => None,
        },
        _ => None,
    }
}

fn divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// The steps in which values are told: as finely as they are shown.
fn fine(unit: Unit) -> Decimal {
    let part = |raw: i128| Decimal::from_raw(raw).unwrap_or(Decimal::ONE);
    match unit {
        Unit::Ratio => part(1_000_000),
        Unit::Points | Unit::Nps => part(100_000_000),
        Unit::Money(_) | Unit::Days => Decimal::ONE,
        Unit::Plain => part(10_000_000),
    }
}

/// The corners, a step below and a step above each, the ends of what is possible, and the present value. Nothing but whole
/// steps is possible where they are `exact`.
fn numbers(
    now: &Value,
    domain: Domain,
    (step, exact): (Decimal, bool),
    corners: &[Decimal],
) -> (Vec<Value>, Option<Decimal>) {
    let mut list: Vec<Decimal> = Vec::new();
    for corner in corners.iter().chain(&domain.low).chain(&domain.high) {
        let whole = |steps: i128| steps.checked_mul(step.raw()).and_then(Decimal::from_raw);
        let below = corner.raw().div_euclid(step.raw());
        let at: Vec<Decimal> = match exact {
            true => [below, below + 1].into_iter().filter_map(whole).collect(),
            false => vec![*corner],
        };
        for n in at {
            list.push(n);
            list.extend(n.sub(step));
            list.extend(n.add(step));
        }
    }
    list.retain(|n| domain.low.is_none_or(|low| *n >= low) && domain.high.is_none_or(|high| *n <= high));
    list.extend(now.number());
    list.sort();
    list.dedup();
    if list.len() > VALUES {
        // Those nearest to the present value come first; the ends stay.
        let ends = [list.first().copied(), list.last().copied()];
        let at = now.number().unwrap_or_default();
        list.sort_by_key(|n| n.sub(at).map_or(Decimal::ZERO, Decimal::abs));
        list.truncate(VALUES);
        list.extend(ends.into_iter().flatten());
        list.sort();
        list.dedup();
    }
    (list.into_iter().map(Value::Number).collect(), Some(step))
}
