//! Rules.

use super::literal::period;
use super::{Builder, Node};
use crate::ast::{Action, ActionTarget, Escalation, Meta, RateLimit, Rule as RuleBody, Trigger, TriggerKind};
use crate::calendar::PeriodKind;
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

impl Builder<'_> {
    pub(super) fn rule(&mut self, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> RuleBody {
        let mut body = RuleBody::default();
        let Some(block) = block else { return body };
        let mut seen: Vec<(String, Span)> = Vec::new();
        self.block(block, Place::Rule, |me, kid| me.rule_statement(kid, &mut body, meta, &mut seen));
        body
    }

    fn rule_statement(
        &mut self,
        node: Node<'_>,
        body: &mut RuleBody,
        meta: &mut Vec<Meta>,
        seen: &mut Vec<(String, Span)>,
    ) {
        let (span, rule) = (self.span(&node), node.as_rule());
        match rule {
            Rule::first_run => {
                if self.once(seen, "fire", span) {
                    body.fire_on_first_run = Some(span);
                }
                return;
            }
            Rule::action => {
                let action = self.action(node);
                body.actions.push(action);
                return;
            }
            Rule::trigger
            | Rule::unless
            | Rule::escalate
            | Rule::approval
            | Rule::cooldown
            | Rule::pilot
            | Rule::priority
            | Rule::close_when
            | Rule::exclusive
            | Rule::rate_limit
            | Rule::dedupe_by => {}
            _ => return self.meta(node, meta, seen),
        }
        let mut kids = self.kids(node);
        match rule {
            Rule::trigger => {
                let while_ = kids.take(Rule::trigger_word).is_some_and(|kid| kid.as_str() == "while");
                let (kind, word) = if while_ { (TriggerKind::While, "while") } else { (TriggerKind::When, "when") };
                let condition = self.next_expr(&mut kids, span);
                if self.once(seen, word, span) && body.trigger.is_none() {
                    body.trigger = Some(Trigger { kind, condition, span });
                } else if body.trigger.as_ref().is_some_and(|t| t.kind != kind) {
                    let head = Span { end: span.start + word.len() as u32, ..span };
                    self.report(
                        crate::diagnostics::Code::DuplicateStatement,
                        head,
                        "a rule has either `when` or `while`",
                        |d| d.help("`when` fires on becoming true, `while` as long as it is true: keep one"),
                    );
                }
            }
            Rule::unless => {
                let unless = self.next_expr(&mut kids, span);
                if self.once(seen, "unless", span) {
                    body.unless = Some(unless);
                }
            }
            Rule::escalate => {
                let mut steps = Vec::new();
                while let Some(step) = kids.take(Rule::step) {
                    let mut inner = self.kids(step);
                    if let Some(after) = inner.take(Rule::duration).map(|kid| self.duration(kid)) {
                        steps.push(Escalation { after, to: self.next_name(&mut inner) });
                    }
                }
                if self.once(seen, "escalate", span) {
                    body.escalate = steps;
                }
            }
            Rule::approval => {
                let names = self.rest_names(kids);
                if self.once(seen, "approval", span) {
                    body.approval = names;
                }
            }
            Rule::cooldown => {
                let cooldown = kids.take(Rule::duration).map(|kid| self.duration(kid));
                if self.once(seen, "cooldown", span) {
                    body.cooldown = cooldown;
                }
            }
            Rule::pilot => {
                let pilot = self.next_expr(&mut kids, span);
                if self.once(seen, "pilot", span) {
                    body.pilot = Some(pilot);
                }
            }
            Rule::priority => {
                let priority = self.next_expr(&mut kids, span);
                if self.once(seen, "priority", span) {
                    body.priority = Some(priority);
                }
            }
            Rule::close_when => {
                let close = self.next_expr(&mut kids, span);
                if self.once(seen, "close", span) {
                    body.close = Some(close);
                }
            }
            Rule::exclusive => {
                let group = self.next_name(&mut kids);
                if self.once(seen, "exclusive", span) {
                    body.exclusive = Some(group);
                }
            }
            Rule::rate_limit => {
                let count = self.next_expr(&mut kids, span);
                let per = self.next_name(&mut kids);
                let period = kids.take(Rule::unit).map_or(PeriodKind::Week, |kid| period(kid.as_str()));
                if self.once(seen, "limit", span) {
                    body.limit = Some(RateLimit { count, per, period, span });
                }
            }
            _ => {
                let names = self.rest_names(kids);
                if self.once(seen, "dedupe", span) {
                    body.dedupe = names;
                }
            }
        }
    }

    fn action(&mut self, node: Node<'_>) -> Action {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let verb = self.next_name(&mut kids);
        let what = match kids.take(Rule::text) {
            Some(kid) => ActionTarget::Text(self.text_literal(&kid)),
            None => ActionTarget::Name(self.next_name(&mut kids)),
        };
        let mut action = Action { verb, what, assign: None, fallback: None, due: None, span };
        let mut seen = Vec::new();
        while let Some(kid) = kids.next() {
            let (place, rule) = (self.span(&kid), kid.as_rule());
            let mut inner = self.kids(kid);
            match rule {
                Rule::assign => {
                    let name = self.next_name(&mut inner);
                    if self.once(&mut seen, "assign", place) {
                        action.assign = Some(name);
                    }
                }
                Rule::fallback => {
                    let name = self.next_name(&mut inner);
                    if self.once(&mut seen, "fallback", place) {
                        action.fallback = Some(name);
                    }
                }
                _ => {
                    let due = inner.take(Rule::duration).map(|kid| self.duration(kid));
                    if self.once(&mut seen, "due", place) {
                        action.due = due;
                    }
                }
            }
        }
        action
    }
}
