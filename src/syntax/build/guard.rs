//! Guards, playbooks and calendars of working days.

use super::{Builder, Node};
use crate::ast::{Guard, Holiday, Meta, Name, Playbook, Reason, ReasonKind, Task, Text, WorkCalendar};
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

impl Builder<'_> {
    pub(super) fn guard(&mut self, of: Option<Name>, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> Guard {
        let mut guard = Guard { of, applies: Vec::new(), except: Vec::new(), reasons: Vec::new() };
        let Some(block) = block else { return guard };
        let mut seen = Vec::new();
        self.block(block, Place::Guard, |me, kid| {
            let (span, rule) = (me.span(&kid), kid.as_rule());
            match rule {
                Rule::applies => {
                    let mut kids = me.kids(kid);
                    let every = kids.take(Rule::every_rule).is_some();
                    let names = me.rest_names(kids);
                    if me.once(&mut seen, "applies", span) && !every {
                        guard.applies = names;
                    }
                }
                Rule::except => {
                    let kids = me.kids(kid);
                    let names = me.rest_names(kids);
                    if me.once(&mut seen, "except", span) {
                        guard.except = names;
                    }
                }
                Rule::lock | Rule::blackout | Rule::guard_reason => {
                    let reason = me.guard_reason(kid);
                    guard.reasons.extend(reason);
                }
                _ => me.meta(kid, meta, &mut seen),
            }
        });
        guard
    }

    fn guard_reason(&mut self, node: Node<'_>) -> Option<Reason> {
        let (span, rule) = (self.span(&node), node.as_rule());
        let word = |text: &str| Name {
            text: text.to_string(),
            span: Span { end: span.start + u32::try_from(text.len()).unwrap_or(0), ..span },
        };
        let mut kids = self.kids(node);
        let (name, kind) = match rule {
            Rule::lock => {
                let duration = kids.take(Rule::duration).map(|kid| self.duration(kid));
                (word("lock"), ReasonKind::Lock(duration?))
            }
            Rule::blackout => {
                let (from, to) = (self.next_date(&mut kids, span), self.next_date(&mut kids, span));
                (word("blackout"), ReasonKind::Blackout(from, to))
            }
            _ => (self.next_name(&mut kids), ReasonKind::When(self.next_expr(&mut kids, span))),
        };
        let because = kids.take(Rule::because).and_then(|kid| self.kids(kid).take(Rule::text));
        Some(Reason { name, kind, because: because.map(|kid| self.text_literal(&kid)), span })
    }

    pub(super) fn playbook(&mut self, version: u32, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> Playbook {
        let mut playbook = Playbook { version, tasks: Vec::new() };
        let Some(block) = block else { return playbook };
        let mut seen = Vec::new();
        self.block(block, Place::Playbook, |me, kid| match kid.as_rule() {
            Rule::playbook_task => {
                let task = me.playbook_task(kid);
                playbook.tasks.push(task);
            }
            _ => me.meta(kid, meta, &mut seen),
        });
        playbook
    }

    fn playbook_task(&mut self, node: Node<'_>) -> Task {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let text = match kids.take(Rule::text) {
            Some(kid) => self.text_literal(&kid),
            None => Text { text: String::new(), span },
        };
        let (assign, fallback, due, after) = (None, None, None, Vec::new());
        let mut task = Task { text, assign, fallback, due, after, via: None, template: None, span };
        let mut seen = Vec::new();
        while let Some(kid) = kids.next() {
            let (place, rule) = (self.span(&kid), kid.as_rule());
            let mut inner = self.kids(kid);
            match rule {
                Rule::due => {
                    let due = inner.take(Rule::wait).map(|kid| self.wait(kid));
                    if self.once(&mut seen, "due", place) {
                        task.due = due;
                    }
                }
                Rule::task_after => {
                    let mut after = Vec::new();
                    while let Some(kid) = inner.take(Rule::text) {
                        after.push(self.text_literal(&kid));
                    }
                    if self.once(&mut seen, "after", place) {
                        task.after = after;
                    }
                }
                _ => {
                    let (word, slot) = match rule {
                        Rule::assign => ("assign", &mut task.assign),
                        Rule::fallback => ("fallback", &mut task.fallback),
                        Rule::via => ("via", &mut task.via),
                        _ => ("template", &mut task.template),
                    };
                    let name = self.next_name(&mut inner);
                    if self.once(&mut seen, word, place) {
                        *slot = Some(name);
                    }
                }
            }
        }
        task
    }

    pub(super) fn work_calendar(&mut self, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> WorkCalendar {
        let mut calendar = WorkCalendar::default();
        let Some(block) = block else { return calendar };
        let mut seen = Vec::new();
        self.block(block, Place::Calendar, |me, kid| {
            let (span, rule) = (me.span(&kid), kid.as_rule());
            match rule {
                Rule::weekend => {
                    let kids = me.kids(kid);
                    let days = me.rest_names(kids);
                    if me.once(&mut seen, "weekend", span) {
                        calendar.weekend = days;
                    }
                }
                Rule::holiday => {
                    let mut kids = me.kids(kid);
                    let from = me.next_date(&mut kids, span);
                    let to = match kids.take(Rule::date) {
                        Some(kid) => me.date(&kid),
                        None => from,
                    };
                    let name = kids.take(Rule::text).map(|kid| me.text_literal(&kid));
                    calendar.holidays.push(Holiday { from, to, name });
                }
                _ => me.meta(kid, meta, &mut seen),
            }
        });
        calendar
    }
}
