//! Scorecards: lines, weights per segment, policies, limits, grades, and metrics that are reached twice.

use super::bands::Purpose;
use super::domain::Domain;
use super::{Checker, Scope, header, put};
use crate::ast::{self, LimitVerb};
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    Combine, Limit, Line, Metric, MetricId, MissingPolicy, Node, Override, Scorecard, ScorecardId, Stale, Type, Unit,
};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// Least coverage if a scorecard does not say.
pub(super) const DEFAULT_COVERAGE: Decimal = match Decimal::from_raw(600_000_000) {
    Some(n) => n,
    None => Decimal::ONE,
};

/// A line as it is written, whether or not anything else about it is right.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) name: String,
    /// `None` if it cannot be told.
    pub(super) weight: Option<Decimal>,
    pub(super) informational: bool,
    /// Added by an extension: on top of the total.
    pub(super) local: bool,
    pub(super) span: Span,
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
pub(super) struct WeightTable {
    pub(super) segment: Option<String>,
    span: Span,
    pub(super) lines: Vec<Written>,
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
        if combine != Combine::Sum {
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
        let limits: Vec<Limit> =
            if cyclic { Vec::new() } else { card.limits.iter().filter_map(|l| self.limit(l, card)).collect() };
        self.limit_conflicts(&limits);
        // Which scores can occur is known only if all lines are, and the points of all that they read.
        let known = complete
            && limits.len() == card.limits.len()
            && lines.iter().all(|line| !self.broken.contains(&symbol_of(line.item)))
            && !lines.is_empty();
        let domain = self.score_domain(&lines, &overrides, combine, base, missing, &limits);
        let domain = known.then_some(domain);
        let grades = self.band_tables(&card.grades, Type::Number(Unit::Points), domain, Purpose::Grades);
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
        let built = Scorecard { header: header(item), lines, overrides, missing, combine, base, limits, grades };
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
            "geometric" | "count_bad" => {
                self.not_yet(
                    name.span,
                    &format!("`combine {}`", name.text),
                    "use `weighted mean`, `sum`, `min` or `max`",
                );
                Combine::WeightedMean
            }
            other => {
                let words = ["weighted mean", "sum", "min", "max"];
                let message = format!("a scorecard cannot combine by `{other}`");
                let diagnostic = Diagnostic::new(Code::UnknownValue, name.span, message).label("not a way to combine");
                self.push(self.suggest(diagnostic, other, name.span, words, ""));
                Combine::WeightedMean
            }
        }
    }

    fn line_item(&mut self, name: &ast::Name) -> Option<Node> {
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
    fn line(&mut self, line: &ast::Line, combine: Combine) -> (Option<Decimal>, Option<Line>) {
        let item = self.line_item(&line.name);
        let weight = self.line_weight(line, combine);
        (weight, item.zip(weight).and_then(|(item, weight)| self.weighed(line, item, weight)))
    }

    fn line_weight(&mut self, line: &ast::Line, combine: Combine) -> Option<Decimal> {
        let weighs = matches!(combine, Combine::WeightedMean | Combine::Sum);
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
            self.error(
                Code::WeightMissing,
                weight_span,
                format!("`{}` weighs nothing", line.name.text),
                "zero",
                "say so with `informational`, or give it a weight",
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

    fn weighed(&mut self, line: &ast::Line, item: Node, weight: Decimal) -> Option<Line> {
        let (ty, has_points) = match item {
            Node::Metric(id) => {
                let metric = self.metrics.get(id.index()).and_then(Option::as_ref)?;
                let rows = metric.thresholds.iter().flat_map(|t| &t.bands).any(|b| b.points.is_some());
                (metric.value.ty, rows || !metric.scales.is_empty() || metric.value.ty == Type::Number(Unit::Points))
            }
            Node::Scorecard(_) => (Type::Number(Unit::Points), true),
        };
        let scale = match &line.scale {
            Some(scale) => Some(self.scale(scale, ty)?),
            None => None,
        };
        if scale.is_none() && !has_points && ty != Type::Unknown && !self.has_failed_points(item) {
            let help = match ty {
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
    fn has_failed_points(&self, item: Node) -> bool {
        let Node::Metric(id) = item else { return false };
        match self.symbols.metrics.get(id.index()).map(|i| &i.kind) {
            Some(ast::ItemKind::Metric(metric)) => {
                !metric.scales.is_empty() || metric.thresholds.iter().flat_map(|t| &t.rows).any(|r| r.points.is_some())
            }
            _ => false,
        }
    }

    fn overrides(
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

    /// The weights total what is declared, in general and for each segment.
    fn weights(&mut self, item: &ast::Item, card: &ast::Scorecard, tables: &[WeightTable], combine: Combine) {
        let wanted = match (&card.total, combine) {
            (Some(total), _) => match &total.total {
                Some(total) => match self.constant(total, Type::PLAIN, "the total of the weights") {
                    Some(total) => total,
                    None => return,
                },
                None => return,
            },
            (None, Combine::WeightedMean) => Decimal::HUNDRED,
            _ => return,
        };
        for WeightTable { segment, span, lines } in tables {
            let lines: Vec<&Written> = lines.iter().filter(|line| !line.local).collect();
            let total = lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.add(line.weight?));
            let Some(total) = total.filter(|total| *total != wanted) else { continue };
            let whom = segment.as_ref().map_or(String::new(), |s| format!(" for `{s}`"));
            let scored: Vec<(&str, Decimal)> =
                lines.iter().filter(|l| !l.informational).filter_map(|l| Some((l.name.as_str(), l.weight?))).collect();
            let terms: Vec<String> = scored.iter().take(12).map(|(_, weight)| weight.to_string()).collect();
            let more = if scored.len() > terms.len() { " + …" } else { "" };
            let mut diagnostic = Diagnostic::new(
                Code::WeightsTotal,
                *span,
                format!("the weights of `{}`{whom} total {total}, not {wanted}", item.name.text),
            )
            .label(format!("{}{more} = {total}", terms.join(" + ")));
            diagnostic = diagnostic.help(match (rescaled(&scored, wanted, total), whom.is_empty()) {
                (Some(list), true) => {
                    format!("change a weight, or keep the proportions with {list}; `weights free` lifts the check")
                }
                (Some(list), false) => {
                    format!("lines that are not repeated keep their general weight; proportions are kept with {list}")
                }
                (None, _) => "change a weight; `weights free` lifts the check".to_string(),
            });
            self.push(diagnostic);
        }
    }

    fn node_name(&self, node: Node) -> &str {
        match node {
            Node::Metric(id) => self.symbols.metrics.get(id.index()),
            Node::Scorecard(id) => self.symbols.scorecards.get(id.index()),
        }
        .map_or("?", |item| item.name.text.as_str())
    }

    fn weight_limits(&mut self, lines: &[Line], overrides: &[Override], combine: Combine) {
        if combine != Combine::WeightedMean {
            if let Some(line) = lines.iter().find(|l| l.at_most.is_some()) {
                let span = line.span;
                self.error(
                    Code::CombineMisuse,
                    span,
                    "only a weighted mean has shares to limit",
                    "says nothing here",
                    "take `at most` out",
                );
            }
            return;
        }
        let mut tables: Vec<(Option<String>, &[Line])> = vec![(None, lines)];
        for part in overrides {
            tables.push((Some(self.segment_name(part.segment)), &part.lines));
        }
        for (segment, lines) in tables {
            let Some(total) = lines.iter().try_fold(Decimal::ZERO, |sum, l| sum.add(l.weight)) else { continue };
            for line in lines {
                let (Some(limit), Some(share)) = (line.at_most, line.weight.div(total)) else { continue };
                if share > limit {
                    let whom = segment.as_ref().map_or(String::new(), |s| format!(" for `{s}`"));
                    let message = format!(
                        "`{}` has {} of the weight{whom}, more than the {} that it may have",
                        self.node_name(line.item),
                        percent(share),
                        percent(limit)
                    );
                    let allowed = limit.mul(total).unwrap_or(limit).floor();
                    self.error(
                        Code::WeightLimit,
                        line.span,
                        message,
                        "over its limit",
                        format!("lower its weight to {allowed}, or raise the limit"),
                    );
                }
            }
        }
    }

    /// A constant share of a whole, from 0% to 100%.
    pub(super) fn share(&mut self, expr: &ast::Expr, what: &'static str) -> Option<Decimal> {
        // A forgotten percent sign is told here as the one mistake that it is.
        let plain = match &expr.kind {
            ast::ExprKind::Number(n) => Some(*n),
            _ => None,
        };
        let value = match plain {
            Some(n) => n,
            None => self.constant(expr, Type::Number(Unit::Ratio), what)?,
        };
        if !value.is_negative() && value <= Decimal::ONE {
            return Some(value);
        }
        let message = format!("{what} lies between 0% and 100%");
        let diagnostic = Diagnostic::new(Code::EmptyRange, expr.span, message);
        let diagnostic = match plain.filter(|n| *n <= Decimal::HUNDRED) {
            Some(n) => {
                let percent = n.mul(Decimal::HUNDRED).unwrap_or(n);
                diagnostic.label(format!("this is {percent}%")).fix(format!("write `{n}%`"), expr.span, format!("{n}%"))
            }
            None => diagnostic.label("outside").help("write a share such as `60%`"),
        };
        self.push(diagnostic);
        None
    }

    pub(super) fn policy(&mut self, clause: &ast::MissingClause) -> MissingPolicy {
        match &clause.policy {
            ast::MissingPolicy::Renormalise { at_least } => {
                let at_least = at_least.as_ref().and_then(|n| self.share(n, "the least coverage"));
                MissingPolicy::Renormalise { at_least: at_least.unwrap_or(DEFAULT_COVERAGE) }
            }
            ast::MissingPolicy::Zero => MissingPolicy::Zero,
            ast::MissingPolicy::Neutral(n) => MissingPolicy::Neutral(
                self.constant(n, Type::Number(Unit::Points), "the neutral points").unwrap_or(Decimal::ZERO),
            ),
            ast::MissingPolicy::Fail => MissingPolicy::Fail,
        }
    }

    fn limit(&mut self, limit: &ast::Limit, card: &ast::Scorecard) -> Option<Limit> {
        if let ast::ExprKind::Name(grade) = &limit.value.kind
            && let Some(general) = card.grades.iter().find(|table| table.segment.is_none())
            && let Some(place) = general.rows.iter().position(|row| row.name.text == *grade)
        {
            self.grade_as_limit(limit, grade, general, place);
            return None;
        }
        let value = self.constant(&limit.value, Type::Number(Unit::Points), "a limit of a score")?;
        let when = match &limit.when {
            Some(when) => {
                let typed = self.condition(when, &Scope::Account);
                if typed.ty == Type::Unknown {
                    return None;
                }
                Some(typed)
            }
            None => None,
        };
        let because = limit.because.as_ref().map(|b| b.text.clone());
        Some(Limit { verb: limit.verb, value, when, because, span: limit.span })
    }

    /// `cap watch`: limits are points; which ones keep a score in that grade can often be told.
    fn grade_as_limit(&mut self, limit: &ast::Limit, grade: &str, table: &ast::Thresholds, place: usize) {
        let bound = |row: Option<&ast::Row>| match &row?.test.kind {
            ast::RowTestKind::Compare(ast::CompareOp::GreaterEqual, bound) => match bound.kind {
                ast::ExprKind::Number(n) => Some(n),
                _ => None,
            },
            _ => None,
        };
        let points = match limit.verb {
            LimitVerb::Cap => {
                bound(place.checked_sub(1).and_then(|i| table.rows.get(i))).and_then(|n| n.sub(Decimal::ONE))
            }
            _ => bound(table.rows.get(place)),
        };
        let verb = match limit.verb {
            LimitVerb::Cap => "cap",
            LimitVerb::Floor => "floor",
            LimitVerb::Set => "set",
        };
        let mut diagnostic = Diagnostic::new(
            Code::TypeMismatch,
            limit.value.span,
            format!("`{grade}` is a grade, and a limit is a number of points"),
        )
        .label("a grade");
        diagnostic = match points {
            Some(points) => diagnostic.fix(format!("write `{verb} {points}`"), limit.value.span, points.to_string()),
            None => diagnostic.help(format!("write the points: `{verb} 29`")),
        };
        self.push(diagnostic);
    }

    /// A cap below a floor that can hold at the same time has no meaning.
    fn limit_conflicts(&mut self, limits: &[Limit]) {
        for cap in limits.iter().filter(|l| l.verb == LimitVerb::Cap) {
            for floor in limits.iter().filter(|l| l.verb == LimitVerb::Floor && l.value > cap.value) {
                let region = |limit: &Limit| match &limit.when {
                    Some(when) => self.region(when, true),
                    None => Some(super::region::Region::everything()),
                };
                let both = region(cap).zip(region(floor)).and_then(|(a, b)| a.and(&b));
                if both.is_some_and(|both| both.is_empty()) {
                    continue;
                }
                self.push(
                    Diagnostic::new(
                        Code::LimitConflict,
                        floor.span,
                        format!(
                            "the floor {} lies above the cap {}, and both can hold at once",
                            floor.value, cap.value
                        ),
                    )
                    .label("wants more")
                    .also(cap.span, "allows less")
                    .help("exclude one where the other holds"),
                );
            }
        }
    }

    fn score_domain(
        &self,
        lines: &[Line],
        overrides: &[Override],
        combine: Combine,
        base: Decimal,
        missing: MissingPolicy,
        limits: &[Limit],
    ) -> Domain {
        let tables = std::iter::once(lines).chain(overrides.iter().map(|o| o.lines.as_slice()));
        let of_table = |lines: &[Line]| -> Domain {
            let scored: Vec<(&Line, Domain)> =
                lines.iter().filter(|l| !l.informational).map(|l| (l, self.line_domain(l, missing))).collect();
            match combine {
                Combine::WeightedMean | Combine::Min | Combine::Max => {
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
        let found = tables.map(of_table).reduce(Domain::union).unwrap_or(Domain::ANY);
        // Limits can widen the range, never narrow it for sure (their conditions may not hold).
        limits.iter().fold(found, |d, l| d.union(Domain { low: Some(l.value), high: Some(l.value), whole: false }))
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

    // ---------- reached twice ----------

    /// Reports metrics that a scorecard reaches by more than one path, with their effective weight.
    ///
    /// Scorecards come after what they read. The metrics below a scorecard are handed up to the last card that weighs it,
    /// smaller sets into larger ones, so that a chain of thousands of cards is no more than its lines.
    pub(super) fn double_counting(&mut self) {
        let order = self.program.order.clone();
        let mut readers: HashMap<ScorecardId, usize> = HashMap::new();
        for card in self.scorecards.iter().flatten() {
            for inner in scored_cards(card) {
                *readers.entry(inner).or_default() += 1;
            }
        }
        let mut leaves: HashMap<ScorecardId, HashSet<MetricId>> = HashMap::new();
        for node in &order {
            let Node::Scorecard(id) = *node else { continue };
            let Some(card) = self.scorecards.get(id.index()).and_then(Option::as_ref) else { continue };
            if card.combine != Combine::WeightedMean {
                continue;
            }
            let mut twice: Vec<MetricId> = Vec::new();
            let mut found: HashSet<MetricId> = HashSet::new();
            for line in card.lines.iter().filter(|l| !l.informational) {
                let below = match line.item {
                    Node::Metric(metric) => HashSet::from([metric]),
                    Node::Scorecard(inner) => {
                        let left = readers.entry(inner).or_default();
                        *left = left.saturating_sub(1);
                        match *left {
                            0 => leaves.remove(&inner),
                            _ => leaves.get(&inner).cloned(),
                        }
                        .unwrap_or_default()
                    }
                };
                let (small, mut large) = if below.len() < found.len() { (below, found) } else { (found, below) };
                for metric in small {
                    if !large.insert(metric) {
                        twice.push(metric);
                    }
                }
                found = large;
            }
            leaves.insert(id, found);
            twice.sort_unstable();
            twice.dedup();
            let (span, name) = (card.header.span, card.header.name.clone());
            for metric in twice {
                let share = self.effective_share(id, metric, &order);
                let lines = self.scorecards.get(id.index()).and_then(Option::as_ref).map_or(&[][..], |c| &c.lines);
                let ways: Vec<(Span, String)> = lines
                    .iter()
                    .filter(|l| !l.informational)
                    .filter_map(|l| match l.item {
                        Node::Metric(m) => (m == metric).then(|| (l.span, "by itself".to_string())),
                        Node::Scorecard(inner) => (!self.effective_share(inner, metric, &order).is_zero())
                            .then(|| (l.span, format!("as a part of `{}`", self.node_name(l.item)))),
                    })
                    .take(4)
                    .collect();
                let metric = self.node_name(Node::Metric(metric)).to_string();
                let mut diagnostic = Diagnostic::new(
                    Code::DoubleCounted,
                    span,
                    format!("`{metric}` counts in `{name}` by more than one path"),
                )
                .label(format!("together it has {} of the weight", percent(share)))
                .help("weigh it in one place");
                for (at, way) in ways {
                    diagnostic = diagnostic.also(at, way);
                }
                self.push(diagnostic);
            }
        }
    }

    /// The sum over all paths from a scorecard to a metric of the product of shares.
    fn effective_share(&self, card: ScorecardId, metric: MetricId, order: &[Node]) -> Decimal {
        let mut shares: HashMap<Node, Decimal> = HashMap::from([(Node::Scorecard(card), Decimal::ONE)]);
        for node in order.iter().rev() {
            let Node::Scorecard(id) = node else { continue };
            let Some(share) = shares.get(node).copied() else { continue };
            let Some(card) = self.scorecards.get(id.index()).and_then(Option::as_ref) else { continue };
            let Some(total) = card.lines.iter().try_fold(Decimal::ZERO, |sum, l| sum.add(l.weight)) else { continue };
            for line in card.lines.iter().filter(|l| !l.informational) {
                if let Some(part) = line.weight.mul(share).and_then(|n| n.div(total)) {
                    let slot = shares.entry(line.item).or_insert(Decimal::ZERO);
                    *slot = slot.add(part).unwrap_or(*slot);
                }
            }
        }
        shares.get(&Node::Metric(metric)).copied().unwrap_or(Decimal::ZERO)
    }
}

/// Whole weights in the same proportions with the wanted total, by largest remainder.
fn rescaled(scored: &[(&str, Decimal)], wanted: Decimal, total: Decimal) -> Option<String> {
    let whole = wanted.to_int()?;
    let mut parts: Vec<(i64, Decimal, usize)> = Vec::new();
    for (i, (_, weight)) in scored.iter().enumerate() {
        let exact = weight.mul(wanted)?.div(total)?;
        let floor = exact.floor();
        parts.push((floor.to_int()?, exact.sub(floor)?, i));
    }
    let mut left = whole - parts.iter().map(|p| p.0).sum::<i64>();
    let mut by_rest: Vec<usize> = (0..parts.len()).collect();
    by_rest.sort_by(|a, b| {
        let rest = |i: &usize| parts.get(*i).map(|p| p.1);
        rest(b).cmp(&rest(a)).then(a.cmp(b))
    });
    for i in by_rest {
        if left <= 0 {
            break;
        }
        if let Some(part) = parts.get_mut(i) {
            part.0 += 1;
            left -= 1;
        }
    }
    if parts.len() > 8 || parts.iter().any(|p| p.0 == 0) {
        return None;
    }
    let list: Vec<String> =
        parts.iter().filter_map(|(weight, _, i)| Some(format!("{} {weight}", scored.get(*i)?.0))).collect();
    Some(list.join(", "))
}

/// A share as people write it, with one digit where it needs one.
pub(super) fn percent(share: Decimal) -> String {
    format!("{}%", share.mul(Decimal::HUNDRED).unwrap_or(share).round(1))
}

/// The scorecards that a scorecard weighs.
fn scored_cards(card: &Scorecard) -> impl Iterator<Item = ScorecardId> + '_ {
    let scored = card.combine == Combine::WeightedMean;
    card.lines.iter().filter(move |l| scored && !l.informational).filter_map(|l| match l.item {
        Node::Scorecard(inner) => Some(inner),
        Node::Metric(_) => None,
    })
}

/// The name behind a line.
pub(super) fn symbol_of(node: Node) -> Symbol {
    match node {
        Node::Metric(id) => Symbol::Metric(id.index()),
        Node::Scorecard(id) => Symbol::Scorecard(id.index()),
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

/// The points that a metric can have.
pub(super) fn points_domain(checker: &Checker, metric: &Metric) -> Domain {
    let bands = metric.thresholds.iter().flat_map(|t| &t.bands).filter_map(|b| b.points);
    let scales = metric.scales.iter().flat_map(|s| &s.points).map(|(_, points)| *points);
    let all: Vec<Decimal> = bands.chain(scales).collect();
    if all.is_empty() {
        return super::domain::of(&metric.value, checker, None);
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
