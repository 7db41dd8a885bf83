//! Metrics: value, type, thresholds and scales.

use super::bands::Purpose;
use super::domain::{self, Domain};
use super::{Checker, Scope, header, put, unknown};
use crate::ast;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{BandTable, Expr, Metric, MetricId, Node, Scale, SegmentRef, Stale, Type, Unit, ValidFor};
use crate::resolve::Symbol;
use crate::span::Span;

impl Checker<'_, '_> {
    pub(super) fn metric(&mut self, index: usize, item: &ast::Item, metric: &ast::Metric) {
        let cyclic = self.symbols.cyclic.contains(&Symbol::Metric(index));
        let (built, domain) = self.measured(item, metric, &Scope::Account, cyclic);
        put(&mut self.metric_domains, index, domain);
        put(&mut self.metrics, index, Some(built));
        self.program.order.push(Node::Metric(MetricId(index as u32)));
    }

    /// Value, type, thresholds and scales of a metric of whichever grain, and the domain of its value.
    pub(super) fn measured(
        &mut self,
        item: &ast::Item,
        metric: &ast::Metric,
        scope: &Scope,
        cyclic: bool,
    ) -> (Metric, Domain) {
        let declared = metric.ty.as_ref().map(|ty| self.type_of(ty, &item.name.text));
        let mut value = match &metric.value {
            _ if cyclic => unknown(item.name.span),
            Some(value) => self.expr(value, scope, declared),
            None => {
                self.error(
                    Code::MetricWithoutValue,
                    item.name.span,
                    format!("metric `{}` has no value", item.name.text),
                    "nothing says how it is measured",
                    "add `value …`, for example `value count(activity in this quarter)`",
                );
                unknown(item.name.span)
            }
        };
        if let Some(ty) = declared
            && value.ty != Type::Unknown
        {
            // A declared unit names what a bare number counts; it never changes a unit that is known.
            if value.ty == Type::PLAIN && ty.is_number() {
                value.ty = ty;
            } else {
                value = self.want(value, ty, &format!("the value of `{}`", item.name.text));
            }
        }
        let valid_for = metric.valid_for.as_ref().and_then(|valid| self.valid_for(valid, metric, &value));
        let fade = match valid_for {
            // Points that are the value itself fade too.
            Some(ValidFor { then: Stale::Fade { to, .. }, .. }) if !gives_points(metric) => Some(to),
            _ => None,
        };
        let domain =
            if value.ty.is_number() { domain::of(&value, self, scope.table()).union_with(fade) } else { Domain::ANY };
        let thresholds = self.band_tables(&metric.thresholds, value.ty, Some(domain), Purpose::Thresholds);
        let scales = self.scales(&metric.scales, value.ty);
        if let (Some(table), Some(scale)) =
            (metric.thresholds.iter().find(|t| t.rows.iter().any(|r| r.points.is_some())), metric.scales.first())
        {
            self.push(
                Diagnostic::new(Code::ScaleOrder, scale.span, "thresholds and a scale both give points")
                    .label("a second source of points")
                    .also(table.span, "these rows give points")
                    .help("keep one; rows without `-> points` may stand beside a scale to name bands"),
            );
        }
        (Metric { header: header(item), value, thresholds, scales, valid_for }, domain)
    }

    /// `valid for 90 days then missing`, `then flag`, `then decay to 50 over 30 days`.
    fn valid_for(&mut self, valid: &ast::ValidFor, metric: &ast::Metric, value: &Expr) -> Option<ValidFor> {
        if value.ty == Type::Unknown {
            return None;
        }
        let dated = |table| self.program.table(table).is_some_and(|t| t.kind.at().is_some());
        if !value.aggregates().into_iter().any(|aggregate| dated(aggregate.source)) {
            self.error(
                Code::ClauseMisplaced,
                valid.span,
                "only a value taken from rows goes stale",
                "this value has no rows of its own",
                "put `valid for` on the metric that reads the rows",
            );
            return None;
        }
        let then = match &valid.then {
            ast::Stale::Missing => Stale::Missing,
            ast::Stale::Flag => Stale::Flag,
            ast::Stale::Fade { to, over } => {
                if !gives_points(metric) && value.ty != Type::Number(Unit::Points) {
                    self.error(
                        Code::LineWithoutPoints,
                        valid.span,
                        "this value has no points that could decay",
                        "points decay, values do not",
                        "declare thresholds with points or a `scale`, or write `then missing`",
                    );
                    return None;
                }
                let to = self.constant(to, Type::Number(Unit::Points), "the points that a stale value decays to")?;
                match over.duration.days() {
                    Some(days) if days > 0 => Stale::Fade { to, days },
                    _ => {
                        self.error(
                            Code::TypeMismatch,
                            over.span,
                            "how many days?",
                            "at least one day, and months differ in length",
                            "write the days: `30 days`",
                        );
                        return None;
                    }
                }
            }
        };
        Some(ValidFor { duration: valid.duration.duration, then })
    }

    /// Tables of rows: those for segments first, the general one last.
    pub(super) fn band_tables(
        &mut self,
        tables: &[ast::Thresholds],
        ty: Type,
        domain: Option<Domain>,
        purpose: Purpose,
    ) -> Vec<BandTable> {
        let mut out = Vec::new();
        let mut general: Option<(BandTable, Span)> = None;
        let mut clauses = Vec::new();
        for table in tables {
            let bands = self.rows(&table.rows, ty, domain, purpose, table.span);
            match &table.segment {
                Some(name) => {
                    if let Some(segment) = self.segment_ref(name) {
                        clauses.push((segment, name.span));
                        out.push(BandTable { segment: Some(segment), bands, span: table.span });
                    }
                }
                None => {
                    if let Some((_, first)) = &general {
                        let first = *first;
                        self.push(
                            Diagnostic::new(Code::DuplicateName, table.span, "this table stands twice")
                                .label("second table for everyone")
                                .also(first, "first table")
                                .help("join the two, or say for whom: `… for SEGMENT { … }`"),
                        );
                    }
                    general = Some((BandTable { segment: None, bands, span: table.span }, table.span));
                }
            }
        }
        let what = if purpose == Purpose::Grades { "the grades" } else { "the thresholds" };
        self.exclusive_segments(&clauses, what);
        let gives_points = out.iter().flat_map(|table| &table.bands).any(|band| band.points.is_some());
        if general.is_none() && (gives_points || purpose == Purpose::Grades) {
            let (what, general) = match purpose {
                Purpose::Grades => ("grades", "grades { … }"),
                _ => ("thresholds, and so no points", "thresholds { … }"),
            };
            self.covering_segments(&clauses, what, general);
        }
        out.extend(general.map(|(table, _)| table));
        out
    }

    fn scales(&mut self, scales: &[ast::Scale], ty: Type) -> Vec<Scale> {
        let mut out: Vec<Scale> = Vec::new();
        let mut general: Option<Scale> = None;
        let mut clauses: Vec<(SegmentRef, Span)> = Vec::new();
        for scale in scales {
            let Some(mut built) = self.scale(scale, ty) else { continue };
            match &scale.segment {
                Some(name) => {
                    built.segment = self.segment_ref(name);
                    if let Some(segment) = built.segment {
                        clauses.push((segment, name.span));
                        out.push(built);
                    }
                }
                None => {
                    if let Some(first) = &general {
                        let first = first.span;
                        self.push(
                            Diagnostic::new(Code::DuplicateName, scale.span, "this scale stands twice")
                                .label("second scale for everyone")
                                .also(first, "first scale")
                                .help("keep one, or say for whom: `scale for SEGMENT …`"),
                        );
                    }
                    general = Some(built);
                }
            }
        }
        self.exclusive_segments(&clauses, "the scales");
        if general.is_none() {
            self.covering_segments(&clauses, "scale, and so no points", "scale 0 -> 0, 3 -> 100");
        }
        out.extend(general);
        out
    }

    /// A scale for values of type `ty`: at least two points, values rising.
    pub(super) fn scale(&mut self, scale: &ast::Scale, ty: Type) -> Option<Scale> {
        if !ty.is_number() {
            if ty != Type::Unknown {
                self.error(
                    Code::TypeMismatch,
                    scale.span,
                    format!("a scale wants numbers, but the value is {}", self.type_words(ty)),
                    "nothing to interpolate",
                    "give points with `thresholds { … }`",
                );
            }
            return None;
        }
        let mut points: Vec<(Decimal, Decimal)> = Vec::new();
        let mut sound = true;
        let mut disorder = None;
        for (value, target) in &scale.points {
            let value_at = self.constant(value, ty, "the value of a scale");
            let target_at = self.constant(target, Type::Number(Unit::Points), "the points of a scale");
            let (Some(value_at), Some(target_at)) = (value_at, target_at) else {
                sound = false;
                continue;
            };
            if let Some((last, _)) = points.last()
                && *last >= value_at
            {
                disorder.get_or_insert((value.span, value_at, *last));
                sound = false;
            }
            points.push((value_at, target_at));
        }
        if let Some((place, value, last)) = disorder {
            let help = match in_order(&points).filter(|_| ty == Type::PLAIN && points.len() == scale.points.len()) {
                Some(right) => format!("write the points by rising value, each once: `{right}`"),
                None => "write the points by rising value, each once".to_string(),
            };
            let message = format!("the values of a scale must rise, but {value} follows {last}");
            self.error(Code::ScaleOrder, place, message, "out of order", help);
        }
        if points.len() < 2 && sound {
            self.error(
                Code::ScaleOrder,
                scale.span,
                "a scale needs at least two points",
                "only one",
                "write `scale 0 -> 0, 3 -> 100`",
            );
            return None;
        }
        sound.then_some(Scale { segment: None, points, span: scale.span })
    }
}

/// A scale whose values do not rise, put right: each point in its place; or, where the points as they stand go one way and
/// would not any more, only the values, two of which have changed places.
fn in_order(points: &[(Decimal, Decimal)]) -> Option<String> {
    let one_way = |points: &[(Decimal, Decimal)]| {
        points.windows(2).all(|w| matches!(w, [a, b] if a.1 < b.1))
            || points.windows(2).all(|w| matches!(w, [a, b] if a.1 > b.1))
    };
    let mut sorted = points.to_vec();
    sorted.sort_by_key(|point| point.0);
    if !one_way(&sorted) && one_way(points) {
        sorted = sorted.iter().zip(points).map(|((value, _), (_, target))| (*value, *target)).collect();
    }
    let each_once = sorted.windows(2).all(|w| matches!(w, [a, b] if a.0 < b.0));
    let texts: Vec<String> = sorted.iter().map(|(value, target)| format!("{value} -> {target}")).collect();
    each_once.then(|| format!("scale {}", texts.join(", ")))
}

/// True if thresholds or a scale turn the value into points.
fn gives_points(metric: &ast::Metric) -> bool {
    !metric.scales.is_empty() || metric.thresholds.iter().any(|t| t.rows.iter().any(|r| r.points.is_some()))
}
