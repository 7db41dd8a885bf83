//! Scorecards: lines, weights per segment, policies, limits, grades, and metrics that are reached twice.

mod corrections;
mod limits;
mod lines;
mod local;
mod shares;
mod weights;

use super::bands::Purpose;
use super::domain::Domain;
use super::{Checker, header, put};
use crate::ast;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    Combine, Correction, DEFAULT_COVERAGE, Limit, Line, Metric, MissingPolicy, Node, Override, Scorecard, ScorecardId,
    Stale, Type, Unit,
};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::HashMap;

/// A line as it is written, whether or not anything else about it is right.
#[derive(Debug, Clone)]
struct Written {
    name: String,
    /// `None` if it cannot be told.
    weight: Option<Decimal>,
    informational: bool,
    /// Added by an extension: on top of the total.
    local: bool,
    span: Span,
}

impl Written {
    fn of(line: &ast::Line, weight: Option<Decimal>) -> Written {
        Written {
            name: line.name.text.clone(),
            weight,
            informational: line.informational.is_some(),
            local: line.local,
            span: line.span,
        }
    }
}

/// The weights for everybody, or for a segment.
#[derive(Debug)]
struct WeightTable {
    segment: Option<String>,
    span: Span,
    lines: Vec<Written>,
}

impl Checker<'_, '_> {
    pub(super) fn scorecard(&mut self, index: usize, item: &ast::Item, card: &ast::Scorecard) {
        let cyclic = self.symbols.cyclic.contains(&Symbol::Scorecard(index));
        let combine = self.combine(card);
        let mut lines: Vec<Line> = Vec::new();
        let mut written: Vec<Written> = Vec::new();
        if !cyclic {
            let mut weighed: HashMap<Node, Span> = HashMap::new();
            for line in &card.lines {
                let (weight, built) = self.line(line, combine);
                let twice = card.lines.iter().filter(|l| l.name.text == line.name.text).count() > 1;
                written.push(Written::of(line, weight.filter(|_| !twice)));
                if let Some(built) = built {
                    if let Some(&first) = weighed.get(&built.item) {
                        self.push(
                            Diagnostic::new(
                                Code::DuplicateLine,
                                line.span,
                                format!("`{}` is weighed twice", line.name.text),
                            )
                            .label("second line")
                            .also(first, "first line")
                            .help("join the two lines, and their weights"),
                        );
                        continue;
                    }
                    weighed.insert(built.item, built.span);
                    lines.push(built);
                }
            }
        }
        if card.lines.is_empty() {
            self.error(
                Code::EmptyScorecard,
                item.name.span,
                format!("scorecard `{}` weighs nothing", item.name.text),
                "has no lines",
                "add a line for each part: `references weight 40`",
            );
        }
        let mut tables = vec![WeightTable { segment: None, span: item.name.span, lines: written }];
        let overrides = if cyclic { Vec::new() } else { self.overrides(card, &lines, combine, &mut tables) };
        let complete = !cyclic && lines.len() == card.lines.len() && overrides.len() == card.overrides.len();
        if !cyclic && !card.lines.is_empty() {
            // What a line weighs is written on it, whatever else is wrong with it.
            self.weights(item, card, &tables, combine);
            self.local_share(item, card, &tables, combine);
        }
        if complete && !lines.is_empty() {
            self.weight_limits(&lines, &overrides, combine);
        }
        if !matches!(combine, Combine::Sum | Combine::CountBelow(_)) {
            self.points_ranges(&lines, &overrides);
        }
        let missing =
            card.missing.as_ref().map_or(MissingPolicy::Renormalise { at_least: DEFAULT_COVERAGE }, |m| self.policy(m));
        let base = match &card.base {
            Some(base) if combine == Combine::Sum => {
                self.constant(base, Type::Number(Unit::Points), "the base of a sum").unwrap_or(Decimal::ZERO)
            }
            Some(base) => {
                self.error(
                    Code::CombineMisuse,
                    base.span,
                    "only sums start from a base",
                    "says nothing here",
                    "write `combine sum`, or take the base out",
                );
                Decimal::ZERO
            }
            None => Decimal::ZERO,
        };
        let ty = Type::Number(combine.unit());
        let limits: Vec<Limit> =
            if cyclic { Vec::new() } else { card.limits.iter().filter_map(|l| self.limit(l, card, ty)).collect() };
        self.limit_conflicts(&limits);
        let correction = card.correction.as_ref().filter(|_| !cyclic).and_then(|c| self.correction(c, ty));
        // Which scores can occur is known only if all lines are, and the points of all that they read.
        let known = complete
            && limits.len() == card.limits.len()
            && correction.is_some() == card.correction.is_some()
            && lines.iter().all(|line| !self.broken.contains(&symbol_of(line.item)))
            && !lines.is_empty();
        let domain = self.score_domain(&lines, &overrides, combine, base, missing);
        let domain = self.limited_domain(domain, &limits, correction.as_ref());
        let domain = known.then_some(domain);
        let grades = self.band_tables(&card.grades, ty, domain, Purpose::Grades);
        for row in card.grades.iter().flat_map(|g| &g.rows) {
            if let Some(points) = &row.points {
                self.error(
                    Code::ClauseMisplaced,
                    points.span,
                    "grades give no points",
                    "says nothing here",
                    "take `-> …` out",
                );
            }
        }
        let domain = domain.unwrap_or(Domain::ANY);
        put(&mut self.score_domains, index, domain);
        let header = header(item);
        let built = Scorecard { header, lines, overrides, missing, combine, base, limits, correction, grades };
        put(&mut self.scorecards, index, Some(built));
        self.program.order.push(Node::Scorecard(ScorecardId(index as u32)));
    }

    fn combine(&mut self, card: &ast::Scorecard) -> Combine {
        let Some(name) = &card.combine else { return Combine::WeightedMean };
        match name.text.as_str() {
            "weighted_mean" | "weighted mean" | "mean" => Combine::WeightedMean,
            "sum" => Combine::Sum,
            "min" => Combine::Min,
            "max" => Combine::Max,
            "geometric" => Combine::Geometric,
            "count below" => {
                let below = card.below.as_ref();
                let bound = below.and_then(|n| self.constant(n, Type::Number(Unit::Points), "the bound of a count"));
                bound.map_or(Combine::WeightedMean, Combine::CountBelow)
            }
            other => {
                let words = ["weighted mean", "sum", "min", "max", "geometric", "count below 50"];
                let message = format!("a scorecard cannot combine by `{other}`");
                let diagnostic = Diagnostic::new(Code::UnknownValue, name.span, message).label("not a way to combine");
                // What was meant decides whether lines need weights.
                let (diagnostic, meant) = match other {
                    "count" | "count_bad" => {
                        let title = "say what is bad: `count below 50`";
                        (diagnostic.fix(title, name.span, "count below 50"), Combine::Min)
                    }
                    "worst_of" | "worst" | "minimum" => (diagnostic.fix("write `min`", name.span, "min"), Combine::Min),
                    "best_of" | "best" | "maximum" => (diagnostic.fix("write `max`", name.span, "max"), Combine::Max),
                    _ => (self.suggest(diagnostic, other, name.span, words, ""), Combine::WeightedMean),
                };
                self.push(diagnostic);
                meant
            }
        }
    }

    /// What a score is: points, or a number of lines; unknown while it is not built.
    pub(super) fn score_type(&self, index: usize) -> Type {
        let card = self.scorecards.get(index).and_then(Option::as_ref);
        card.map_or(Type::Unknown, |card| Type::Number(card.combine.unit()))
    }

    fn node_name(&self, node: Node) -> &str {
        match node {
            Node::Metric(id) => self.symbols.metrics.get(id.index()),
            Node::Scorecard(id) => self.symbols.scorecards.get(id.index()),
        }
        .map_or("?", |item| item.name.text.as_str())
    }
    fn score_domain(
        &self,
        lines: &[Line],
        overrides: &[Override],
        combine: Combine,
        base: Decimal,
        missing: MissingPolicy,
    ) -> Domain {
        let tables = std::iter::once(lines).chain(overrides.iter().map(|o| o.lines.as_slice()));
        let of_table = |lines: &[Line]| -> Domain {
            let scored: Vec<(&Line, Domain)> =
                lines.iter().filter(|l| !l.informational).map(|l| (l, self.line_domain(l, missing))).collect();
            match combine {
                Combine::CountBelow(_) => {
                    let most = i64::try_from(scored.len()).ok().map(Decimal::int);
                    Domain { low: Some(Decimal::ZERO), high: most, whole: true }
                }
                Combine::WeightedMean | Combine::Geometric | Combine::Min | Combine::Max => {
                    let all = scored.iter().map(|(_, d)| *d).reduce(Domain::union).unwrap_or(Domain::ANY);
                    Domain { whole: false, ..all }
                }
                Combine::Sum => {
                    // A missing part may drop out, so 0 is always possible for it.
                    let end = |pick: &dyn Fn(&Domain) -> Option<Decimal>, low: bool| {
                        scored.iter().try_fold(base, |sum, (line, domain)| {
                            let part = pick(domain)?.mul(line.weight)?;
                            let part = if low { part.min(Decimal::ZERO) } else { part.max(Decimal::ZERO) };
                            sum.add(part)
                        })
                    };
                    Domain { low: end(&|d| d.low, true), high: end(&|d| d.high, false), whole: false }
                }
            }
        };
        tables.map(of_table).reduce(Domain::union).unwrap_or(Domain::ANY)
    }

    /// Limits and what people set can widen the range, never narrow it for sure (their conditions may not hold).
    fn limited_domain(&self, found: Domain, limits: &[Limit], correction: Option<&Correction>) -> Domain {
        let point = |n: Decimal| Domain { low: Some(n), high: Some(n), whole: n.is_integer() };
        let limited = limits.iter().fold(found, |d, l| d.union(point(l.value)));
        let field = correction.and_then(|c| self.program.table(c.events)?.fields.get(c.score.index()));
        match field {
            Some(field) => limited.union(Domain { low: field.low, high: field.high, whole: field.integer }),
            None => limited,
        }
    }

    /// Points of what is weighed into a score of 0 to 100 lie there too, as far as they are declared.
    fn points_ranges(&mut self, lines: &[Line], overrides: &[Override]) {
        let mut told: Vec<Span> = Vec::new();
        for line in overrides.iter().flat_map(|o| &o.lines).chain(lines).filter(|l| !l.informational) {
            if told.contains(&line.span) || self.broken.contains(&symbol_of(line.item)) {
                continue;
            }
            let domain = self.line_domain(line, MissingPolicy::Fail);
            let below = domain.low.filter(|low| low.is_negative());
            let above = domain.high.filter(|high| *high > Decimal::HUNDRED);
            let Some(points) = above.or(below) else { continue };
            told.push(line.span);
            let name = self.node_name(line.item).to_string();
            self.error(
                Code::PointsRange,
                line.span,
                format!("`{name}` can have {points} points, but a score runs from 0 to 100"),
                "outside 0 to 100",
                "keep its points between 0 and 100, or add points up with `combine sum`",
            );
        }
    }

    fn line_domain(&self, line: &Line, general: MissingPolicy) -> Domain {
        let points = match (&line.scale, line.item) {
            (Some(scale), item) => scale_domain(&scale.points).union_with(self.faded_to(item)),
            (None, Node::Metric(id)) => {
                self.metrics.get(id.index()).and_then(Option::as_ref).map_or(Domain::ANY, |m| points_domain(self, m))
            }
            (None, Node::Scorecard(id)) => self.score_domains.get(id.index()).copied().unwrap_or(Domain::ANY),
        };
        match line.missing.unwrap_or(general) {
            MissingPolicy::Zero => points.union(Domain::within(0, 0)),
            MissingPolicy::Neutral(n) => points.union(Domain { low: Some(n), high: Some(n), whole: false }),
            _ => points,
        }
    }

    /// Where the points of a stale metric go.
    fn faded_to(&self, item: Node) -> Option<Decimal> {
        let Node::Metric(id) = item else { return None };
        self.metrics.get(id.index()).and_then(Option::as_ref).and_then(fades_to)
    }
}

/// The name behind a line.
pub(super) fn symbol_of(node: Node) -> Symbol {
    match node {
        Node::Metric(id) => Symbol::Metric(id.index()),
        Node::Scorecard(id) => Symbol::Scorecard(id.index()),
    }
}

/// The points that a metric can have.
pub(super) fn points_domain(known: &dyn super::domain::Known, metric: &Metric) -> Domain {
    let bands = metric.thresholds.iter().flat_map(|t| &t.bands).filter_map(|b| b.points);
    let scales = metric.scales.iter().flat_map(|s| &s.points).map(|(_, points)| *points);
    let all: Vec<Decimal> = bands.chain(scales).collect();
    if all.is_empty() {
        return super::domain::of(&metric.value, known, None);
    }
    let whole = metric.scales.is_empty() && all.iter().all(|p| p.is_integer());
    Domain { low: all.iter().min().copied(), high: all.iter().max().copied(), whole }.union_with(fades_to(metric))
}

/// Where the points of a metric go once its value is too old.
fn fades_to(metric: &Metric) -> Option<Decimal> {
    match metric.valid_for?.then {
        Stale::Fade { to, .. } => Some(to),
        _ => None,
    }
}

fn scale_domain(points: &[(Decimal, Decimal)]) -> Domain {
    let targets = || points.iter().map(|(_, target)| *target);
    Domain { low: targets().min(), high: targets().max(), whole: false }
}
