//! Scorecards.

use super::declarations::key;
use super::{Builder, Node};
use crate::ast::{
    Correction, Limit, LimitVerb, Line, Local, Meta, MissingClause, MissingPolicy, Name, Override, Scorecard,
    ShareLimit, Text, WeightTotal,
};
use crate::diagnostics::Code;
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

impl Builder<'_> {
    pub(super) fn scorecard(&mut self, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> Scorecard {
        let mut card = Scorecard::default();
        let Some(block) = block else { return card };
        let mut seen: Vec<(String, Span)> = Vec::new();
        self.block(block, Place::Scorecard, |me, kid| {
            let (span, rule) = (me.span(&kid), kid.as_rule());
            match rule {
                Rule::line => {
                    let line = me.line(kid);
                    card.lines.push(line);
                }
                Rule::local_share => {
                    let most = me.kids(kid).take(Rule::at_most);
                    let share = most.and_then(|kid| me.kids(kid).take(Rule::expr)).map(|kid| me.expr(kid));
                    if me.once(&mut seen, "local", span) {
                        card.local = share.map(|share| Local { share, span });
                    }
                }
                Rule::override_lines => {
                    let lines = me.override_lines(kid);
                    card.overrides.push(lines);
                }
                Rule::missing_policy => {
                    let clause = me.missing_policy(kid);
                    if me.once(&mut seen, "missing", span) {
                        card.missing = Some(clause);
                    }
                }
                Rule::combine => {
                    let mut kids = me.kids(kid);
                    if let Some(count) = kids.take(Rule::count_below) {
                        let text = "count below".to_string();
                        let name = Name { text, span: me.span(&count) };
                        let mut inner = me.kids(count);
                        inner.take(Rule::below_word);
                        let below = me.next_expr(&mut inner, span);
                        if me.once(&mut seen, "combine", span) {
                            (card.combine, card.below) = (Some(name), Some(below));
                        }
                        return;
                    }
                    let written = me.next_name(&mut kids);
                    let text = written.text.split_whitespace().collect::<Vec<_>>().join(" ");
                    if me.once(&mut seen, "combine", span) {
                        card.combine = Some(Name { text, ..written });
                    }
                }
                Rule::base => {
                    let mut kids = me.kids(kid);
                    let base = me.next_expr(&mut kids, span);
                    if me.once(&mut seen, "base", span) {
                        card.base = Some(base);
                    }
                }
                Rule::weights => {
                    let total = me.kids(kid).take(Rule::expr).map(|kid| me.expr(kid));
                    if me.once(&mut seen, "weights", span) {
                        card.total = Some(WeightTotal { total, span });
                    }
                }
                Rule::limit => {
                    let limit = me.limit(kid);
                    card.limits.push(limit);
                }
                Rule::correction => {
                    let correction = me.correction(kid);
                    if me.once(&mut seen, "override", span) {
                        card.correction = Some(correction);
                    }
                }
                Rule::share_limit => {
                    let limit = me.share_limit(kid);
                    if me.once(&mut seen, format!("limit {}", limit.name.text), span) {
                        card.share_limits.push(limit);
                    }
                }
                Rule::grades => {
                    let grades = me.table_of_rows(kid);
                    if me.once(&mut seen, key("grades", grades.segment.as_ref()), span) {
                        card.grades.push(grades);
                    }
                }
                _ => me.meta(kid, meta, &mut seen),
            }
        });
        card
    }

    fn line(&mut self, node: Node<'_>) -> Line {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let mut line = Line {
            name: self.next_name(&mut kids),
            weight: None,
            informational: None,
            at_most: None,
            scale: None,
            missing: None,
            because: None,
            local: false,
            span,
        };
        let mut seen = Vec::new();
        while let Some(kid) = kids.next() {
            let (place, rule) = (self.span(&kid), kid.as_rule());
            if rule == Rule::line_weight && !seen.is_empty() && self.begins_a_line(place) {
                break;
            }
            match rule {
                Rule::line_weight => {
                    let mut inner = self.kids(kid);
                    let weight = self.next_expr(&mut inner, place);
                    if self.once(&mut seen, "weight", place) {
                        line.weight = Some(weight);
                    }
                }
                Rule::informational => {
                    if self.once(&mut seen, "informational", place) {
                        line.informational = Some(place);
                    }
                }
                Rule::at_most => {
                    let mut inner = self.kids(kid);
                    let at_most = self.next_expr(&mut inner, place);
                    if self.once(&mut seen, "at most", place) {
                        line.at_most = Some(at_most);
                    }
                }
                Rule::line_scale => {
                    let scale = self.scale(kid);
                    if self.once(&mut seen, "scale", place) {
                        line.scale = Some(scale);
                    }
                }
                Rule::missing_policy => {
                    let clause = self.missing_policy(kid);
                    if self.once(&mut seen, "missing", place) {
                        line.missing = Some(clause);
                    }
                }
                _ => {
                    let text = self.because(kid);
                    if self.once(&mut seen, "because", place) {
                        line.because = text;
                    }
                }
            }
        }
        line
    }

    /// `a scale 0 -> 0, 3 ->` and `b weight 20` below it: what was taken for one line is two, and one of them lacks something.
    fn begins_a_line(&mut self, clause: Span) -> bool {
        let before = self.text.get(..clause.start as usize).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let name = before.get(line..).unwrap_or("").trim();
        if name.is_empty() {
            let head = Span { end: clause.start + "weight".len() as u32, ..clause };
            self.fail(Code::UnexpectedText, head, "unexpected `weight`; expected a name", |d| {
                d.help("a line begins with the name of what is weighed")
            });
            return true;
        }
        // The name is one of the line's own unless a value was missing right before it.
        let above = self.scan.trim_end(self.text, 0, line);
        let unfinished = self.text.get(..above).is_some_and(|t| t.ends_with("->") || t.ends_with(','));
        if unfinished && name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            let end = self.at(above, above);
            self.fail(Code::UnexpectedText, end, "unexpected end of the line; expected a value", |d| {
                d.label("the line stops here")
            });
            return true;
        }
        false
    }

    fn because(&mut self, node: Node<'_>) -> Option<Text> {
        self.kids(node).take(Rule::text).map(|kid| self.text_literal(&kid))
    }

    fn override_lines(&mut self, node: Node<'_>) -> Override {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let segment = self.next_name(&mut kids);
        let mut lines = Vec::new();
        if let Some(block) = kids.next() {
            self.block(block, Place::Lines, |me, kid| {
                let line = me.line(kid);
                lines.push(line);
            });
        }
        Override { segment, lines, span }
    }

    fn missing_policy(&mut self, node: Node<'_>) -> MissingClause {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let policy = match kids.next() {
            Some(kid) if kid.as_rule() == Rule::renormalise => {
                let at_least = self.kids(kid).take(Rule::coverage).map(|coverage| {
                    let mut inner = self.kids(coverage);
                    self.next_expr(&mut inner, span)
                });
                MissingPolicy::Renormalise { at_least }
            }
            Some(kid) if kid.as_rule() == Rule::neutral => {
                let mut inner = self.kids(kid);
                MissingPolicy::Neutral(self.next_expr(&mut inner, span))
            }
            Some(kid) if kid.as_rule() == Rule::carry => {
                let most = self.kids(kid).list.find(|kid| kid.as_rule() == Rule::duration);
                match most {
                    Some(most) => MissingPolicy::CarryLast { at_most: self.duration(most) },
                    None => MissingPolicy::Fail,
                }
            }
            Some(kid) if kid.as_rule() == Rule::zero => MissingPolicy::Zero,
            _ => MissingPolicy::Fail,
        };
        MissingClause { policy, span }
    }

    fn limit(&mut self, node: Node<'_>) -> Limit {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let verb = match kids.take(Rule::limit_verb).map(|kid| kid.as_str()) {
            Some("floor") => LimitVerb::Floor,
            Some("set") => LimitVerb::Set,
            Some("hold") => LimitVerb::Hold,
            _ => LimitVerb::Cap,
        };
        let value = self.next_expr(&mut kids, span);
        let when = kids.take(Rule::expr).map(|kid| self.expr(kid));
        let because = kids.take(Rule::because).and_then(|kid| self.because(kid));
        Limit { verb, value, when, because, span }
    }

    fn correction(&mut self, node: Node<'_>) -> Correction {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let field = self.next_name(&mut kids);
        kids.take(Rule::kw_of);
        let events = self.next_name(&mut kids);
        kids.take(Rule::kw_where);
        let filter = kids.take(Rule::expr).map(|kid| self.expr(kid));
        let newer_evidence = kids.take(Rule::newer_evidence).is_some();
        Correction { field, events, filter, newer_evidence, span }
    }

    fn share_limit(&mut self, node: Node<'_>) -> ShareLimit {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let name = self.next_name(&mut kids);
        let at_most = match kids.take(Rule::at_most) {
            Some(most) => {
                let mut inner = self.kids(most);
                self.next_expr(&mut inner, span)
            }
            None => self.hole(span),
        };
        ShareLimit { name, at_most, span }
    }
}
