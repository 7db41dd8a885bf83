//! Lines: what is weighed and how much, in general and for segments.

use super::{WeightTable, Written};
use crate::ast;
use crate::check::Checker;
use crate::check::expr::MAX_PERIODS;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    Combine, DEFAULT_COVERAGE, Line, MetricId, MissingPolicy, Node, Override, ScorecardId, Type, Unit,
};
use crate::resolve::Symbol;
use crate::span::Span;

impl Checker<'_, '_> {
    pub(super) fn line_item(&mut self, name: &ast::Name) -> Option<Node> {
        match self.symbols.get(&name.text) {
            Some(Symbol::Metric(i)) => Some(Node::Metric(MetricId(i as u32))),
            Some(Symbol::Scorecard(i)) => Some(Node::Scorecard(ScorecardId(i as u32))),
            None if self.symbols.left_out(&name.text) => None,
            other => {
                let mut names: Vec<&str> = self.symbols.metrics.iter().map(|m| m.name.text.as_str()).collect();
                names.extend(self.symbols.scorecards.iter().map(|m| m.name.text.as_str()));
                if self.many_errors() {
                    names.clear();
                }
                let near = crate::diagnostics::nearest(&name.text, names.iter().copied());
                let field = self.subject_field(&name.text).is_some();
                let (code, message) = match other {
                    Some(symbol) => {
                        (Code::WrongKind, format!("`{}` is {}, which cannot be weighed", name.text, symbol.words()))
                    }
                    None if field => (
                        Code::WrongKind,
                        format!("`{}` is a column, and only metrics and scorecards are weighed", name.text),
                    ),
                    None => (Code::UnknownName, format!("there is no metric or scorecard `{}`", name.text)),
                };
                let mut diagnostic =
                    Diagnostic::new(code, name.span, message).label("a metric or scorecard is wanted here");
                diagnostic = match near {
                    _ if field => diagnostic.help(format!("declare `metric NAME = {}` and weigh that", name.text)),
                    Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), name.span, near),
                    None if other.is_some() => diagnostic.help("name a metric or a scorecard"),
                    None => diagnostic.help(format!("declare it: `metric {} {{ value …  scale … }}`", name.text)),
                };
                self.push(diagnostic);
                None
            }
        }
    }

    /// The weight of a line as written, and the line, if nothing about it is wrong.
    pub(super) fn line(&mut self, line: &ast::Line, combine: Combine) -> (Option<Decimal>, Option<Line>) {
        let item = self.line_item(&line.name);
        let weight = self.line_weight(line, combine);
        (weight, item.zip(weight).and_then(|(item, weight)| self.weighed(line, item, weight)))
    }

    pub(super) fn line_weight(&mut self, line: &ast::Line, combine: Combine) -> Option<Decimal> {
        let weighs = combine.weighs();
        let weight = match &line.weight {
            Some(weight) => self.constant(weight, Type::PLAIN, "a weight")?,
            None if line.informational.is_some() => Decimal::ZERO,
            None if !weighs => Decimal::ONE,
            None => {
                self.error(
                    Code::WeightMissing,
                    line.span,
                    format!("how much does `{}` weigh?", line.name.text),
                    "no weight",
                    format!("write `{} weight 20`, or `{0} informational` to show it only", line.name.text),
                );
                return None;
            }
        };
        let weight_span = line.weight.as_ref().map_or(line.span, |w| w.span);
        if weight.is_negative() {
            self.error(
                Code::NegativeWeight,
                weight_span,
                "a weight cannot be negative",
                "below zero",
                "turn the points around instead: give the bad values few points",
            );
            return None;
        }
        if weight.is_zero() && line.informational.is_none() {
            let behind = Span { start: weight_span.end, ..weight_span };
            self.push(
                Diagnostic::new(Code::WeightMissing, weight_span, format!("`{}` weighs nothing", line.name.text))
                    .label("zero")
                    .fix("say so with `informational`, or give it a weight", behind, " informational"),
            );
            return None;
        }
        if !weight.is_zero() && line.informational.is_some() {
            self.error(
                Code::WeightMissing,
                weight_span,
                format!("`{}` is informational and has a weight", line.name.text),
                "which of the two?",
                "take one of them out",
            );
            return None;
        }
        Some(weight)
    }

    pub(super) fn weighed(&mut self, line: &ast::Line, item: Node, weight: Decimal) -> Option<Line> {
        let (ty, has_points) = match item {
            Node::Metric(id) => {
                let metric = self.metrics.get(id.index()).and_then(Option::as_ref)?;
                let rows = metric.thresholds.iter().flat_map(|t| &t.bands).any(|b| b.points.is_some());
                (metric.value.ty, rows || !metric.scales.is_empty() || metric.value.ty == Type::Number(Unit::Points))
            }
            Node::Scorecard(id) => {
                let ty = self.score_type(id.index());
                (ty, ty != Type::PLAIN)
            }
        };
        let scale = match &line.scale {
            Some(scale) => Some(self.scale(scale, ty)?),
            None => None,
        };
        if scale.is_none() && !has_points && ty != Type::Unknown && !self.has_failed_points(item) {
            let help = match ty {
                _ if matches!(item, Node::Scorecard(_)) => {
                    "it counts lines: write `scale 0 -> 100, 3 -> 0` behind the weight".to_string()
                }
                Type::Number(Unit::Nps) => "write `scale -100 -> 0, 100 -> 100` behind the weight".to_string(),
                Type::Number(Unit::Ratio) => "write `scale 0% -> 0, 100% -> 100` behind the weight".to_string(),
                Type::Number(_) => {
                    "write `scale 0 -> 0, 10 -> 100` behind the weight, or give the metric thresholds with points"
                        .to_string()
                }
                _ => "give the metric thresholds with points: `NAME = value -> 50`".to_string(),
            };
            let message = format!("nothing turns `{}` into points", line.name.text);
            self.push(
                Diagnostic::new(Code::LineWithoutPoints, line.name.span, message)
                    .label(format!("this is {ty}"))
                    .help(help),
            );
            return None;
        }
        let at_most = match &line.at_most {
            Some(limit) => Some(self.share(limit, "the largest share of a line")?),
            None => None,
        };
        let missing = line.missing.as_ref().map(|m| self.policy(m));
        Some(Line {
            item,
            weight,
            informational: line.informational.is_some(),
            at_most,
            scale,
            missing,
            because: line.because.as_ref().map(|b| b.text.clone()),
            span: line.span,
        })
    }

    /// True if a metric's points were written, but have errors of their own: nothing more is said then.
    pub(super) fn has_failed_points(&self, item: Node) -> bool {
        let Node::Metric(id) = item else { return false };
        match self.symbols.metrics.get(id.index()).map(|i| &i.kind) {
            Some(ast::ItemKind::Metric(metric)) => {
                !metric.scales.is_empty() || metric.thresholds.iter().flat_map(|t| &t.rows).any(|r| r.points.is_some())
            }
            _ => false,
        }
    }

    pub(super) fn overrides(
        &mut self,
        card: &ast::Scorecard,
        lines: &[Line],
        combine: Combine,
        tables: &mut Vec<WeightTable>,
    ) -> Vec<Override> {
        let general: Vec<Written> = tables.first().map_or(Vec::new(), |t| t.lines.clone());
        let mut out = Vec::new();
        let mut clauses = Vec::new();
        for part in &card.overrides {
            let segment = self.segment_ref(&part.segment);
            let mut merged: Vec<Line> = lines.to_vec();
            let mut written = general.clone();
            let mut sound = true;
            for line in &part.lines {
                let Some(general) = card.lines.iter().find(|l| l.name.text == line.name.text) else {
                    if self.line_item(&line.name).is_some() {
                        let message = format!("`{}` is not a line of this scorecard", line.name.text);
                        let help =
                            format!("declare it above: `{} informational`, and give it a weight here", line.name.text);
                        self.error(
                            Code::UnknownName,
                            line.name.span,
                            message,
                            "only lines of the scorecard can differ",
                            help,
                        );
                    }
                    sound = false;
                    // Whether it belongs here at all is not known, so neither is what it weighs.
                    written.push(Written::of(line, None));
                    continue;
                };
                let line = &inherited(line, general);
                let (weight, joined) = self.line(line, combine);
                let twice = part.lines.iter().filter(|l| l.name.text == line.name.text).count() > 1;
                if let Some(slot) = written.iter_mut().find(|w| w.name == line.name.text) {
                    *slot = Written::of(line, weight.filter(|_| !twice));
                }
                let slot = joined.as_ref().and_then(|joined| merged.iter_mut().find(|l| l.item == joined.item));
                match (slot, joined) {
                    (Some(slot), Some(joined)) => *slot = joined,
                    _ => sound = false,
                }
            }
            if let Some(segment) = segment {
                let segment = Some(self.segment_name(segment));
                tables.push(WeightTable { segment, span: part.span, lines: written });
            }
            if let (Some(segment), true) = (segment, sound) {
                clauses.push((segment, part.segment.span));
                out.push(Override { segment, lines: merged, span: part.span });
            }
        }
        self.exclusive_segments(&clauses, "the weights");
        out
    }

    pub(in crate::check) fn policy(&mut self, clause: &ast::MissingClause) -> MissingPolicy {
        match &clause.policy {
            ast::MissingPolicy::Renormalise { at_least } => {
                let at_least = at_least.as_ref().and_then(|n| self.share(n, "the least coverage"));
                MissingPolicy::Renormalise { at_least: at_least.unwrap_or(DEFAULT_COVERAGE) }
            }
            ast::MissingPolicy::Zero => MissingPolicy::Zero,
            ast::MissingPolicy::Neutral(n) => MissingPolicy::Neutral(
                self.constant(n, Type::Number(Unit::Points), "the neutral points").unwrap_or(Decimal::ZERO),
            ),
            ast::MissingPolicy::CarryLast { at_most } => self.carry_last(at_most),
            ast::MissingPolicy::Fail => MissingPolicy::Fail,
        }
    }

    fn carry_last(&mut self, at_most: &ast::DurationLit) -> MissingPolicy {
        let duration = at_most.duration;
        let days = duration.days().unwrap_or(i64::from(duration.count));
        if duration.count == 0 || days > i64::from(MAX_PERIODS) {
            let (label, help) = match duration.count {
                0 => ("no time at all", "write for how long, such as `at most 90 days`".to_string()),
                _ => ("longer than anybody remembers", format!("write at most {MAX_PERIODS} days")),
            };
            let message = "points cannot be carried for so long";
            self.error(Code::EmptyRange, at_most.span, message, label, help);
            return MissingPolicy::Fail;
        }
        MissingPolicy::CarryLast { at_most: duration }
    }
}

/// A line for a segment: what it does not say again is as in general.
fn inherited(line: &ast::Line, general: &ast::Line) -> ast::Line {
    let weighs = line.weight.is_some() || line.informational.is_some();
    ast::Line {
        name: line.name.clone(),
        weight: if weighs { line.weight.clone() } else { general.weight.clone() },
        informational: if weighs { line.informational } else { general.informational },
        at_most: line.at_most.clone().or_else(|| general.at_most.clone()),
        scale: line.scale.clone().or_else(|| general.scale.clone()),
        missing: line.missing.clone().or_else(|| general.missing.clone()),
        because: line.because.clone().or_else(|| general.because.clone()),
        local: general.local,
        span: line.span,
    }
}
