//! Mutations of what is done about a rule, and when: what the runs of a test show and no single date does.
//!
//! Nobody decides anything in a test, so nothing is mutated that waits for somebody: how long a rule rests after an item that
//! was won or dismissed, or a cooldown that only people's closing could begin. Nor is what an expectation has no words
//! for: who gets the work and until when, who approves, which accounts a pilot takes, and what goes first.

use super::sites::Sites;
use super::text::{Edit, Texts};
use super::{Acting, Kind};
use crate::ast::{DurationLit, Guard, ReasonKind, Rule, TriggerKind};
use crate::calendar::Date;
use crate::program;
use crate::span::Span;
use std::hash::Hash;

impl Sites<'_> {
    pub(super) fn acting(&mut self, rule: &Rule) {
        self.trigger(rule);
        self.cooldown(rule);
        if let Some(close) = &rule.close {
            self.expr(close);
            self.dropped(Acting::Close, "close", close.span);
        }
        if let Some(limit) = &rule.limit {
            self.stepped(&limit.count, Kind::Acting(Acting::Limit));
            self.dropped(Acting::Limit, "limit", limit.span);
        }
        if let Some(group) = &rule.exclusive {
            self.dropped(Acting::Exclusive, "exclusive", group.span);
        }
        if let Some(span) = rule.fire_on_first_run {
            self.gone(Acting::FirstRun, span);
        }
        // Work begins, and time to escalate with it, once all have approved.
        for step in rule.escalate.iter().filter(|_| rule.approval.is_empty()) {
            self.longer(step.after.span, Kind::Acting(Acting::Escalation));
        }
        for within in rule.approval.iter().filter_map(|approval| approval.within) {
            self.longer(within.span, Kind::Acting(Acting::Escalation));
        }
    }

    /// `when` and `while`, which needs a cooldown.
    fn trigger(&mut self, rule: &Rule) {
        let (Some(trigger), Some(_), true) = (&rule.trigger, rule.cooldown, comes_again(rule)) else { return };
        let (word, other) = match trigger.kind {
            TriggerKind::When => ("when", "while"),
            TriggerKind::While => ("while", "when"),
            TriggerKind::On | TriggerKind::Every(_) => return,
        };
        let span = Texts::place(trigger.span, trigger.span.start as usize, trigger.span.start as usize + word.len());
        if self.texts.of(span) == word {
            let told = format!("`{word}` becomes `{other}`");
            self.push(Kind::Acting(Acting::Trigger), told, Edit { span, text: other.to_string() });
        }
    }

    /// One longer, one shorter, and gone; of `while`, which needs one, one day.
    fn cooldown(&mut self, rule: &Rule) {
        let (Some(cooldown), Some(trigger)) = (rule.cooldown, &rule.trigger) else { return };
        if !comes_again(rule) {
            return;
        }
        self.longer(cooldown.span, Kind::Cooldown);
        let needed = trigger.kind == TriggerKind::While;
        let short = "1 day";
        if needed && self.texts.of(cooldown.span).trim_end_matches('s') != short {
            let text = self.shown(cooldown.span);
            let edit = Edit { span: cooldown.span, text: short.to_string() };
            self.push(Kind::Cooldown, format!("the cooldown is `{short}` instead of `{text}`"), edit);
        }
        if !(needed && self.texts.of(cooldown.span) == "2 days") {
            self.shorter(cooldown.span, Kind::Cooldown);
        }
        if !needed {
            let last = rule.cooldown_after.last().map_or(cooldown.span, |after| after.duration.span);
            if let Some(word) = self.texts.word_before(cooldown.span, "cooldown") {
                let told = format!("`{}` is dropped", self.shown(word.to(last)));
                self.push(Kind::Cooldown, told, Edit { span: word.to(last), text: String::new() });
            }
        }
    }

    /// The reasons of a guard: each one gone, locks longer and shorter, the last day of a blackout.
    pub(super) fn guard(&mut self, guard: &Guard) {
        for reason in &guard.reasons {
            match &reason.kind {
                ReasonKind::When(condition) => self.expr(condition),
                ReasonKind::Lock(DurationLit { span, .. }) => {
                    self.longer(*span, Kind::Acting(Acting::Lock));
                    self.shorter(*span, Kind::Acting(Acting::Lock));
                }
                ReasonKind::Blackout(from, to) => {
                    for (at, days) in [(from, 1), (to, -1)] {
                        let next = at.date.plus_days(days);
                        if (from.date..=to.date).contains(&next) {
                            let told = format!("`{}` becomes `{next}`", at.date);
                            let edit = Edit { span: at.span, text: next.to_string() };
                            self.push(Kind::Acting(Acting::Blackout), told, edit);
                        }
                    }
                }
            }
            self.gone(Acting::Reason, reason.span);
        }
    }

    /// A statement is left out: from its word to the end of what it says.
    fn dropped(&mut self, what: Acting, word: &str, said: Span) {
        match self.texts.of(said).starts_with(word) {
            true => self.gone(what, said),
            false => {
                if let Some(word) = self.texts.word_before(said, word) {
                    self.gone(what, word.to(said));
                }
            }
        }
    }

    fn gone(&mut self, what: Acting, span: Span) {
        let told = format!("`{}` is dropped", self.shown(span));
        self.push(Kind::Acting(what), told, Edit { span, text: String::new() });
    }
}

/// True if a second item can follow a first without anybody deciding: what waits for approval and nothing closes waits for
/// ever, and each row that sets a rule off is another item.
fn comes_again(rule: &Rule) -> bool {
    let ends = rule.close.is_some() || rule.approval.is_empty();
    let own = rule.trigger.as_ref().is_some_and(|trigger| trigger.kind == TriggerKind::On) && rule.dedupe.is_empty();
    ends && !own
}

/// When a rule acts and when it stops, besides its conditions.
pub(super) fn said(rule: &program::Rule) -> impl Hash {
    let steps: Vec<_> = rule.escalation.iter().map(|step| step.after).collect();
    let approvals: Vec<_> = rule.approvals.iter().map(|approval| approval.within).collect();
    let runs = (rule.runs, rule.close.as_ref().map(|close| close.runs));
    let often = (rule.cooldown, rule.exclusive.clone(), rule.limit.clone(), rule.fire_on_first_run);
    (rule.trigger, runs, often, steps, approvals, rule.priority, rule.pilot)
}

/// A test that would see that a rule rests for another time: it is true on the last day of the cooldown, and on the day
/// after, which is free.
pub(super) fn rests(rule: &program::Rule, other: &program::Rule) -> Option<String> {
    let usual = rule.cooldown?.usual;
    let first = Date::new(2026, 1, 5)?;
    let second = first.plus_days(1);
    let whom = match rule.about {
        program::About::Account => " for ACCOUNT",
        program::About::Row(_) => " for KEY",
        program::About::Portfolio => "",
    };
    let fired = |dates: &str| format!("`expect {} fired{whom} on {dates}`", rule.header.name);
    let run = |dates: &str| format!("`run on {dates} fire on first run`");
    let longer = other.cooldown.is_some_and(|c| c.usual.after(first) > usual.after(first));
    let (dates, how, expected) = match (rule.trigger, &rule.close) {
        _ if rule.runs > 1 => return None,
        (program::Trigger::When | program::Trigger::While, Some(close)) if close.runs == 1 => {
            let free = usual.after(second);
            let dates = format!("{first}, {second}, {}, {free}", free.plus_days(-1));
            (dates, "where it closes on the second day and is true again on the last two", format!("{first}, {free}"))
        }
        (program::Trigger::While, None) => {
            let free = usual.after(first);
            (
                format!("{first}, {}, {free}", free.plus_days(-1)),
                "where it is true on all of them",
                format!("{first}, {free}"),
            )
        }
        (program::Trigger::When, None) => {
            let free = usual.after(first);
            let how = "where it is not true on the second day";
            match longer {
                true => (format!("{first}, {second}, {free}"), how, format!("{first}, {free}")),
                false => (format!("{first}, {second}, {}", free.plus_days(-1)), how, first.to_string()),
            }
        }
        _ => return None,
    };
    Some(format!("{}, {how}, and {}", run(&dates), fired(&expected)))
}
