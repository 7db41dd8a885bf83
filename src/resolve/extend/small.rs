//! Extensions of metadata, columns and rules.

use super::{Merge, Target};
use crate::ast::{DurationLit, Expr, ExprKind, Field, Guard, Meta, MetaKind, Rule};
use crate::calendar::{Duration, PeriodKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::span::Span;

impl Merge<'_> {
    /// Notes and lists of teams grow; what there is one of is replaced where that is open, and may be added anywhere.
    pub(super) fn meta(&mut self, target: &Target<'_>, base: &mut Vec<Meta>, added: Vec<Meta>) {
        for meta in added {
            let grows = matches!(
                meta.kind,
                MetaKind::Consulted(_) | MetaKind::Informed(_) | MetaKind::Supports(_) | MetaKind::Note(_)
            );
            let same = |m: &Meta| std::mem::discriminant(&m.kind) == std::mem::discriminant(&meta.kind);
            match base.iter_mut().find(|m| !grows && same(m)) {
                None => base.push(meta),
                Some(slot) => {
                    if self.may_replace(target, what(&meta.kind), meta.span, Some(slot.span)) {
                        *slot = meta;
                    }
                }
            }
        }
    }

    pub(super) fn fields(&mut self, target: &Target<'_>, base: &mut Vec<Field>, added: Vec<Field>) {
        for field in added {
            match base.iter().find(|f| f.name.text == field.name.text) {
                None => base.push(field),
                Some(there) => {
                    let (name, at) = (field.name.text.clone(), there.name.span);
                    self.report(
                        Diagnostic::new(
                            Code::DuplicateName,
                            field.name.span,
                            format!("`{}` has a column `{name}` already", target.name),
                        )
                        .label("added here")
                        .also(at, format!("declared here, in `{}`", target.owner))
                        .help("give yours another name, or take it out"),
                    );
                }
            }
        }
    }

    /// How long rows are kept: shorter is stricter.
    pub(super) fn retain(&mut self, target: &Target<'_>, base: &mut Option<DurationLit>, added: Option<DurationLit>) {
        let Some(now) = added else { return };
        if !self.alone(target, "how long rows are kept", now.span) {
            return;
        }
        let longer = base.filter(|before| !target.open && shortest(now.duration) > longest(before.duration));
        if let Some(before) = longer {
            self.weaker(target, now.span, "kept longer", before.span, &format!("{} is the longest", before.duration));
            return;
        }
        *base = Some(now);
    }

    pub(super) fn rule(&mut self, target: &Target<'_>, base: &mut Rule, rule: Rule) {
        if let Some(now) = rule.unless {
            base.unless = Some(match base.unless.take() {
                Some(before) if !target.open => {
                    let span = now.span;
                    Expr { kind: ExprKind::Or(vec![before, now]), span }
                }
                _ => now,
            });
        }
        base.approval.extend(rule.approval);
        if let Some(now) = rule.cooldown
            && self.alone(target, "the cooldown", now.span)
        {
            match base.cooldown.filter(|before| !target.open && longest(now.duration) < shortest(before.duration)) {
                Some(before) => {
                    let least = format!("{} is the least", before.duration);
                    self.weaker(target, now.span, "a shorter rest", before.span, &least);
                }
                None => base.cooldown = Some(now),
            }
        }
        let replaced = |at: Option<Span>, before: Option<Span>, what: &'static str| at.map(|at| (at, before, what));
        let changes = [
            replaced(rule.trigger.as_ref().map(|t| t.span), base.trigger.as_ref().map(|t| t.span), "its condition"),
            replaced(rule.actions.first().map(|a| a.span), base.actions.first().map(|a| a.span), "what it does"),
            replaced(
                rule.escalate.first().map(|e| e.to.span),
                base.escalate.first().map(|e| e.to.span),
                "its escalation",
            ),
            replaced(rule.pilot.as_ref().map(|e| e.span), base.pilot.as_ref().map(|e| e.span), "its pilot"),
            replaced(rule.priority.as_ref().map(|e| e.span), base.priority.as_ref().map(|e| e.span), "its priority"),
            replaced(rule.close.as_ref().map(|e| e.span), base.close.as_ref().map(|e| e.span), "when it closes"),
            replaced(rule.exclusive.as_ref().map(|e| e.span), base.exclusive.as_ref().map(|e| e.span), "its group"),
            replaced(rule.limit.as_ref().map(|e| e.span), base.limit.as_ref().map(|e| e.span), "its limit"),
            replaced(rule.dedupe.first().map(|e| e.span), base.dedupe.first().map(|e| e.span), "its identity"),
            replaced(
                rule.cooldown_after.first().map(|a| a.duration.span),
                base.cooldown_after.first().map(|a| a.duration.span),
                "its cooldown",
            ),
            replaced(rule.unguarded.as_ref().map(|t| t.span), base.unguarded.as_ref().map(|t| t.span), "its guards"),
            replaced(
                rule.renamed_from.as_ref().map(|n| n.span),
                base.renamed_from.as_ref().map(|n| n.span),
                "its name",
            ),
            replaced(rule.calendar.as_ref().map(|n| n.span), base.calendar.as_ref().map(|n| n.span), "its calendar"),
            replaced(rule.fire_on_first_run, base.fire_on_first_run, "whether it fires on the first run"),
        ];
        for (at, before, what) in changes.into_iter().flatten() {
            if !self.may_replace(target, what, at, before) {
                return;
            }
        }
        base.trigger = rule.trigger.or_else(|| base.trigger.take());
        base.pilot = rule.pilot.or_else(|| base.pilot.take());
        base.priority = rule.priority.or_else(|| base.priority.take());
        base.close = rule.close.or_else(|| base.close.take());
        base.exclusive = rule.exclusive.or_else(|| base.exclusive.take());
        base.limit = rule.limit.or_else(|| base.limit.take());
        base.unguarded = rule.unguarded.or_else(|| base.unguarded.take());
        base.renamed_from = rule.renamed_from.or_else(|| base.renamed_from.take());
        base.calendar = rule.calendar.or_else(|| base.calendar.take());
        if !rule.cooldown_after.is_empty() {
            base.cooldown_after = rule.cooldown_after;
        }
        base.fire_on_first_run = rule.fire_on_first_run.or(base.fire_on_first_run);
        for (own, new) in [(&mut base.dedupe, rule.dedupe)] {
            if !new.is_empty() {
                *own = new;
            }
        }
        if !rule.actions.is_empty() {
            base.actions = rule.actions;
        }
        if !rule.escalate.is_empty() {
            base.escalate = rule.escalate;
        }
    }

    /// More reasons may be added, and more rules held back; nothing is let through.
    pub(super) fn guard(&mut self, target: &Target<'_>, base: &mut Guard, guard: Guard) {
        for reason in guard.reasons {
            match base.reasons.iter_mut().find(|r| r.name.text == reason.name.text && r.name.text != "blackout") {
                None => base.reasons.push(reason),
                Some(slot) => {
                    if self.may_replace(target, "this reason", reason.span, Some(slot.span)) {
                        *slot = reason;
                    }
                }
            }
        }
        // A guard of every rule holds back what is named too.
        if !base.applies.is_empty() {
            base.applies.extend(guard.applies);
        }
        if let Some(first) = guard.except.first()
            && self.may_replace(target, "whom it leaves out", first.span, base.except.first().map(|n| n.span))
        {
            base.except = guard.except;
        }
    }

    fn weaker(&mut self, target: &Target<'_>, now: Span, label: &str, before: Span, help: &str) {
        self.report(
            Diagnostic::new(
                Code::Loosened,
                now,
                format!("`{}` of the package `{}` may only be made stricter", target.name, target.owner),
            )
            .label(label)
            .also(before, format!("as `{}` has it", self.had(target, before)))
            .help(help),
        );
    }
}

/// What a statement of metadata says, in words.
fn what(kind: &MetaKind) -> &'static str {
    match kind {
        MetaKind::Owner(_) => "its owner",
        MetaKind::Accountable(_) => "who is accountable",
        MetaKind::Consulted(_) | MetaKind::Informed(_) => "who is told",
        MetaKind::Supports(_) => "what it supports",
        MetaKind::Kind(_) => "its kind",
        MetaKind::PairsWith(_) => "what it pairs with",
        MetaKind::Review { .. } => "its review",
        MetaKind::Since(_) | MetaKind::Deprecated { .. } => "its lifetime",
        MetaKind::Note(_) => "its note",
        MetaKind::Direction { .. } => "which way is better",
    }
}

/// The days that a duration has at least, and at most.
fn shortest(duration: Duration) -> u64 {
    u64::from(duration.count)
        * match duration.unit {
            PeriodKind::Day => 1,
            PeriodKind::Week => 7,
            PeriodKind::Month => 28,
            PeriodKind::Quarter => 90,
            PeriodKind::Year => 365,
        }
}

fn longest(duration: Duration) -> u64 {
    u64::from(duration.count)
        * match duration.unit {
            PeriodKind::Day => 1,
            PeriodKind::Week => 7,
            PeriodKind::Month => 31,
            PeriodKind::Quarter => 92,
            PeriodKind::Year => 366,
        }
}
