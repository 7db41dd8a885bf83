//! Rules.

use super::literal::period;
use super::{Builder, Node};
use crate::ast::{
    Action, ActionTarget, Approval, CooldownAfter, Escalation, Expr, ExprKind, Meta, RateLimit, Rule as RuleBody,
    Trigger, TriggerKind, WaitLit,
};
use crate::calendar::{Duration, PeriodKind};
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
            | Rule::on_rows
            | Rule::every_period
            | Rule::unguarded
            | Rule::renamed
            | Rule::by_calendar
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
                let kind = if while_ { TriggerKind::While } else { TriggerKind::When };
                let condition = self.next_expr(&mut kids, span);
                self.trigger(Trigger { kind, source: None, condition, span }, body, seen);
            }
            Rule::on_rows => {
                let source = Some(self.next_name(&mut kids));
                let condition = self.or_always(&mut kids, span);
                self.trigger(Trigger { kind: TriggerKind::On, source, condition, span }, body, seen);
            }
            Rule::every_period => {
                let unit = kids.take(Rule::unit).map_or(PeriodKind::Quarter, |kid| period(kid.as_str()));
                let condition = self.or_always(&mut kids, span);
                self.trigger(Trigger { kind: TriggerKind::Every(unit), source: None, condition, span }, body, seen);
            }
            Rule::unguarded => {
                let because = kids.take(Rule::because).and_then(|kid| self.kids(kid).take(Rule::text));
                let because = because.map(|kid| self.text_literal(&kid));
                if self.once(seen, "unguarded", span) {
                    body.unguarded = because;
                }
            }
            Rule::renamed => {
                let name = self.next_name(&mut kids);
                if self.once(seen, "renamed", span) {
                    body.renamed_from = Some(name);
                }
            }
            Rule::by_calendar => {
                let name = self.next_name(&mut kids);
                if self.once(seen, "calendar", span) {
                    body.calendar = Some(name);
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
                    if let Some(after) = inner.take(Rule::wait).map(|kid| self.wait(kid)) {
                        let to = self.next_name(&mut inner);
                        let meeting = inner.take(Rule::meeting).and_then(|kid| self.kids(kid).take(Rule::text));
                        steps.push(Escalation { after, to, meeting: meeting.map(|kid| self.text_literal(&kid)) });
                    }
                }
                if self.once(seen, "escalate", span) {
                    body.escalate = steps;
                }
            }
            Rule::approval => {
                let mut approval = Vec::new();
                while let Some(kid) = kids.take(Rule::approver) {
                    approval.push(self.approver(kid));
                }
                if self.once(seen, "approval", span) {
                    body.approval = approval;
                }
            }
            Rule::cooldown => {
                let cooldown = kids.take(Rule::duration).map(|kid| self.duration(kid));
                let mut after = Vec::new();
                while let Some(kid) = kids.take(Rule::cooldown_after) {
                    let mut inner = self.kids(kid);
                    let outcome = self.next_name(&mut inner);
                    if let Some(duration) = inner.take(Rule::duration).map(|kid| self.duration(kid)) {
                        after.push(CooldownAfter { outcome, duration });
                    }
                }
                if self.once(seen, "cooldown", span) {
                    body.cooldown = cooldown;
                    body.cooldown_after = after;
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

    /// A rule is set off by one thing.
    fn trigger(&mut self, trigger: Trigger, body: &mut RuleBody, seen: &mut Vec<(String, Span)>) {
        let (word, span) = (trigger.kind.word(), trigger.span);
        let Some(before) = body.trigger.as_ref().map(|t| t.kind.word()) else {
            self.once(seen, word, span);
            body.trigger = Some(trigger);
            return;
        };
        if before == word {
            self.once(seen, word, span);
            return;
        }
        let head = Span { end: span.start + word.len() as u32, ..span };
        let code = crate::diagnostics::Code::DuplicateStatement;
        if matches!((before, word), ("when", "while") | ("while", "when")) {
            let help = "`when` fires on becoming true, `while` as long as it is true: keep one";
            self.report(code, head, "a rule has either `when` or `while`", |d| d.help(help));
        } else {
            self.report(code, head, format!("a rule has either `{before}` or `{word}`"), |d| {
                d.help("a rule is set off by one thing: write two rules, or keep one of the two")
            });
        }
    }

    /// `where CONDITION`, or `yes` in place of none.
    fn or_always(&mut self, kids: &mut super::Kids<'_>, span: Span) -> Expr {
        match kids.take(Rule::expr) {
            Some(kid) => self.expr(kid),
            None => Expr { kind: ExprKind::Boolean(true), span },
        }
    }

    /// `7 days`, `3 working days`
    pub(super) fn wait(&mut self, node: Node<'_>) -> WaitLit {
        let span = self.span(&node);
        let mut wait = WaitLit { duration: Duration { count: 0, unit: PeriodKind::Day }, working: false, span };
        for kid in node.into_inner() {
            match kid.as_rule() {
                Rule::unit => wait.duration.unit = period(kid.as_str()),
                Rule::working => wait.working = true,
                _ => wait.duration.count = self.count(&kid),
            }
        }
        wait
    }

    fn approver(&mut self, node: Node<'_>) -> Approval {
        let mut kids = self.kids(node);
        let mut approval = Approval { team: self.next_name(&mut kids), within: None, escalate_to: None };
        let mut seen = Vec::new();
        while let Some(kid) = kids.next() {
            let (place, within) = (self.span(&kid), kid.as_rule() == Rule::approver_within);
            let mut inner = self.kids(kid);
            if within {
                let wait = inner.take(Rule::wait).map(|kid| self.wait(kid));
                if self.once(&mut seen, "within", place) {
                    approval.within = wait;
                }
            } else {
                let to = self.next_name(&mut inner);
                if self.once(&mut seen, "escalate", place) {
                    approval.escalate_to = Some(to);
                }
            }
        }
        approval
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
                    let due = inner.take(Rule::wait).map(|kid| self.wait(kid));
                    if self.once(&mut seen, "due", place) {
                        action.due = due;
                    }
                }
            }
        }
        action
    }
}
