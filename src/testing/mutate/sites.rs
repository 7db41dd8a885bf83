//! Where a program can be changed: every declaration of the project itself, in the order of the text.

use super::text::{Edit, Texts};
use super::{Kind, Mutant};
use crate::ast::{
    File, Item, ItemKind, LimitVerb, Line, Metric, MissingClause, MissingPolicy, ModelKind, Row, RowTestKind, Rule,
    Scale, Scorecard, Thresholds,
};
use crate::source::Sources;
use crate::span::Span;

/// All mutants of a project, those of packages left out.
pub(super) fn mutants(files: &[File], sources: &Sources) -> Vec<Mutant> {
    let own = files.iter().filter(|file| file.package.is_none());
    let mut found = Vec::new();
    for item in own.flat_map(|file| &file.items) {
        let mut sites = Sites { texts: Texts(sources), owner: &item.name.text, found: Vec::new() };
        sites.item(item);
        found.extend(sites.found);
    }
    found.sort_by_key(|mutant| (mutant.edit.span.source, mutant.edit.span.start));
    found
}

/// The mutants of one declaration.
pub(super) struct Sites<'a> {
    pub(super) texts: Texts<'a>,
    owner: &'a str,
    found: Vec<Mutant>,
}

impl Sites<'_> {
    pub(super) fn push(&mut self, kind: Kind, told: String, edit: Edit) {
        if self.texts.of(edit.span) != edit.text {
            self.found.push(Mutant { kind, owner: self.owner.to_string(), told, edit });
        }
    }

    /// A place on one line, shortened.
    pub(super) fn shown(&self, span: Span) -> String {
        let text = self.texts.of(span).split_whitespace().collect::<Vec<_>>().join(" ");
        crate::report::table::shortened(&text, 60)
    }

    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Param(param) => self.stepped(&param.value, Kind::Param),
            ItemKind::Segment(segment) => self.expr(&segment.condition),
            ItemKind::Partition(partition) => {
                partition.by.iter().for_each(|by| self.expr(by));
                self.rows(&partition.parts, None);
            }
            ItemKind::Define(define) => self.expr(&define.body),
            ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => self.metric(metric),
            ItemKind::RowMetric(row) => self.metric(&row.metric),
            ItemKind::Scorecard(card) => self.scorecard(card),
            ItemKind::Rule(rule) | ItemKind::PortfolioRule(rule) => self.rule(rule),
            ItemKind::RowRule(rows) => self.rule(&rows.rule),
            ItemKind::Guard(guard) => self.guard(guard),
            ItemKind::Attribution(credit) => {
                credit.amount.iter().for_each(|(amount, _)| self.expr(amount));
                [&credit.filter, &credit.when].into_iter().flatten().for_each(|condition| self.expr(condition));
                credit.lookback.iter().for_each(|back| self.duration(*back));
                match credit.model.as_ref().map(|model| &model.kind) {
                    Some(ModelKind::U(share)) => self.bound(share),
                    Some(ModelKind::W(share, key)) => {
                        self.bound(share);
                        self.expr(key);
                    }
                    Some(ModelKind::Decay(days)) => self.duration(*days),
                    Some(ModelKind::Named(_)) | None => {}
                }
            }
            ItemKind::Objective(_)
            | ItemKind::Table(_)
            | ItemKind::Events(_)
            | ItemKind::Rates(_)
            | ItemKind::Benchmark(_)
            | ItemKind::Playbook(_)
            | ItemKind::Calendar(_)
            | ItemKind::Test(_)
            | ItemKind::Fixture(_) => {}
        }
    }

    fn metric(&mut self, metric: &Metric) {
        metric.value.iter().for_each(|value| self.expr(value));
        metric.thresholds.iter().for_each(|table| self.thresholds(table));
        metric.scales.iter().for_each(|scale| self.scale(scale));
        metric.valid_for.iter().for_each(|valid| self.duration(valid.duration));
    }

    fn thresholds(&mut self, table: &Thresholds) {
        self.rows(&table.rows, Some("points"));
    }

    fn rows(&mut self, rows: &[Row], points: Option<&str>) {
        for row in rows {
            match &row.test.kind {
                RowTestKind::Compare(op, bound) => {
                    let sign = Span { end: bound.span.start, ..row.test.span };
                    self.comparison(*op, sign.before(), bound.span);
                    self.bound(bound);
                }
                RowTestKind::Between(low, high) => {
                    self.bound(low);
                    self.bound(high);
                }
                RowTestKind::When(condition) => self.expr(condition),
                RowTestKind::In(_) | RowTestKind::Missing | RowTestKind::Otherwise => {}
            }
        }
        for pair in rows.windows(2) {
            let [first, second] = pair else { continue };
            let names = format!("`{}` and `{}`", first.name.text, second.name.text);
            if let (Some(_), Some(one), Some(other)) = (points, &first.points, &second.points) {
                self.swap(Kind::Points, format!("the points of {names} are swapped"), one.span, other.span);
            }
            self.swap(Kind::Order, format!("{names} change places"), first.span, second.span);
        }
    }

    /// Two places, the first before the second, change their texts.
    fn swap(&mut self, kind: Kind, told: String, first: Span, second: Span) {
        if first.end > second.start {
            return;
        }
        let (one, other) = (self.texts.of(first), self.texts.of(second));
        let gap = self.texts.of(Span { start: first.end, end: second.start, ..first });
        if one != other {
            let text = format!("{other}{gap}{one}");
            self.push(kind, told, Edit { span: first.to(second), text });
        }
    }

    fn scale(&mut self, scale: &Scale) {
        let (Some((_, first)), Some((_, last))) = (scale.points.first(), scale.points.last()) else { return };
        let points: Vec<&str> = scale.points.iter().map(|(_, points)| self.texts.of(points.span)).collect();
        let mut text = String::new();
        let mut from = first.span.start;
        for ((_, own), other) in scale.points.iter().zip(points.iter().rev()) {
            text.push_str(self.texts.of(Span { start: from, end: own.span.start, ..first.span }));
            text.push_str(other);
            from = own.span.end;
        }
        let span = first.span.to(last.span);
        self.push(Kind::Scale, "the scale is turned round".to_string(), Edit { span, text });
    }

    fn scorecard(&mut self, card: &Scorecard) {
        self.lines(&card.lines);
        card.overrides.iter().for_each(|own| self.lines(&own.lines));
        match (&card.missing, card.lines.last()) {
            (Some(clause), _) => self.missing(clause),
            (None, Some(line)) => {
                let edit = Edit { span: line.span.after(), text: "\n  missing zero".to_string() };
                self.push(Kind::Missing, "what is missing counts as zero".to_string(), edit);
            }
            (None, None) => {}
        }
        for (word, other) in [("min", "max"), ("max", "min")] {
            card.combine.iter().filter(|how| how.text == word).for_each(|how| self.turned(how.span, word, other));
        }
        card.base.iter().chain(&card.below).for_each(|bound| self.bound(bound));
        for limit in &card.limits {
            self.stepped(&limit.value, Kind::Limit);
            match limit.verb {
                LimitVerb::Cap => self.turned(limit.span, "cap", "floor"),
                LimitVerb::Floor => self.turned(limit.span, "floor", "cap"),
                LimitVerb::Set | LimitVerb::Hold => {}
            }
            limit.when.iter().for_each(|when| self.expr(when));
        }
        if let Some(filter) = card.correction.as_ref().and_then(|correction| correction.filter.as_ref()) {
            self.expr(filter);
        }
        card.grades.iter().for_each(|table| self.rows(&table.rows, None));
    }

    fn lines(&mut self, lines: &[Line]) {
        // What a line for information only makes of its metric is on the page, and nowhere that a test looks.
        for line in lines.iter().filter(|line| line.informational.is_none()) {
            line.scale.iter().for_each(|scale| self.scale(scale));
            line.missing.iter().for_each(|clause| self.missing(clause));
        }
        let weighed = |line: &&Line| line.weight.is_some() && line.informational.is_none();
        let weighed: Vec<&Line> = lines.iter().filter(weighed).collect();
        for pair in weighed.windows(2) {
            let [first, second] = pair else { continue };
            if let (Some(one), Some(other)) = (&first.weight, &second.weight) {
                let told = format!("the weights of `{}` and `{}` are swapped", first.name.text, second.name.text);
                self.swap(Kind::Weights, told, one.span, other.span);
            }
        }
    }

    fn missing(&mut self, clause: &MissingClause) {
        let (told, text) = match &clause.policy {
            MissingPolicy::Zero => ("what is missing is left out instead of zero", "missing renormalise"),
            _ => ("what is missing counts as zero", "missing zero"),
        };
        self.push(Kind::Missing, told.to_string(), Edit { span: clause.span, text: text.to_string() });
        match &clause.policy {
            MissingPolicy::Renormalise { at_least: Some(bound) } | MissingPolicy::Neutral(bound) => self.bound(bound),
            MissingPolicy::CarryLast { at_most } => self.duration(*at_most),
            _ => {}
        }
    }

    /// What sets a rule off, what holds it back, and how often it acts.
    fn rule(&mut self, rule: &Rule) {
        // `every quarter` has no condition of its own.
        let own = rule.trigger.iter().filter(|trigger| trigger.condition.span != trigger.span);
        own.for_each(|trigger| self.expr(&trigger.condition));
        if let (Some(unless), Some(trigger)) = (&rule.unless, &rule.trigger) {
            self.expr(unless);
            let gap = Span { start: trigger.span.end, end: unless.span.start, ..unless.span };
            if let Some(word) = self.texts.word(gap, "unless") {
                let told = format!("`unless {}` is dropped", self.shown(unless.span));
                self.push(Kind::Clause, told, Edit { span: word.to(unless.span), text: String::new() });
            }
        }
        self.acting(rule);
    }
}
