//! Rules seen whole: for which accounts one fires, what it does in words, and where its statements stand.

use super::Facts;
use crate::ast::{Action, ActionTarget, Name, WaitLit};
use crate::check::region::Region;
use crate::program::{Expr, ExprKind, Rule};
use crate::span::Span;
use std::collections::HashSet;

/// All rules, those about the portfolio too.
pub fn all<'f>(facts: &Facts<'f>) -> impl Iterator<Item = &'f Rule> + use<'f> {
    facts.program.all_rules()
}

/// The accounts for which a rule fires; nothing where that is too much to tell.
pub fn fires(facts: &Facts, rule: &Rule) -> Option<Region> {
    let met = facts.proofs.region(&rule.condition, rule.looks_at(), true)?;
    match &rule.unless {
        Some(unless) => met.and(&facts.proofs.region(unless, rule.about.rows(), false)?),
        None => Some(met),
    }
}

/// The accounts for which a rule does not fire, all their values being known.
fn rests(facts: &Facts, rule: &Rule) -> Option<Region> {
    let unmet = facts.proofs.region(&rule.condition, rule.looks_at(), false)?;
    match &rule.unless {
        Some(unless) => unmet.or(&facts.proofs.region(unless, rule.about.rows(), true)?),
        None => Some(unmet),
    }
}

/// How many rules a rule is compared with at most: those written nearest to it, for a copy stands beside what it was copied
/// from. So the work grows with the rules, not with their pairs.
pub const NEAREST: usize = 50;

/// A rule with the accounts it fires for and those it rests for, worked out once however many rules it is compared with.
pub struct Whole<'f> {
    /// The rule.
    pub rule: &'f Rule,
    /// The accounts for which it fires; nothing where that is too much to tell.
    pub fires: Option<Region>,
    /// Those for which it does not, all their values being known.
    pub rests: Option<Region>,
}

impl<'f> Whole<'f> {
    /// Of a rule.
    pub fn new(facts: &Facts, rule: &'f Rule) -> Whole<'f> {
        let fires = fires(facts, rule);
        let rests = fires.as_ref().and_then(|_| rests(facts, rule));
        Whole { rule, fires, rests }
    }

    /// True if every account that fires this one fires `wide` too. A value that is missing satisfies no condition, so what
    /// the wide one reads this one must read too.
    pub fn is_within(&self, wide: &Whole) -> bool {
        let (narrow, wide, outside) = (self.rule, wide.rule, wide.rests.as_ref());
        if (narrow.trigger, narrow.looks_at()) != (wide.trigger, wide.looks_at())
            && (narrow.looks_at(), wide.looks_at()) != (None, None)
        {
            return false;
        }
        let (Some(inside), Some(outside)) = (&self.fires, outside) else { return false };
        reads_no_more(outside, inside) && inside.clone().and(outside).is_some_and(|both| both.is_empty())
    }

    /// An account for which both fire.
    pub fn and(&self, facts: &Facts, other: &Whole) -> Option<String> {
        if self.rule.looks_at() != other.rule.looks_at() {
            return None;
        }
        let common = self.fires.as_ref()?.common(other.fires.as_ref()?);
        if common.is_empty() { None } else { example(facts, &common) }
    }
}

/// True if the first region limits no quantity that the second leaves open.
pub fn reads_no_more(first: &Region, second: &Region) -> bool {
    let known: HashSet<&str> = second.keys().collect();
    first.keys().all(|key| known.contains(key))
}

/// An account of a region, if there surely is one.
pub fn example(facts: &Facts, region: &Region) -> Option<String> {
    let witness = facts.proofs.witness(region, None)?;
    (witness.certain && !witness.text.is_empty()).then_some(witness.text)
}

/// The parts of a condition that must all hold.
pub fn parts(condition: &Expr) -> Vec<&Expr> {
    match &condition.kind {
        ExprKind::And(list) => list.iter().flat_map(parts).collect(),
        _ => vec![condition],
    }
}

/// What an action says or which playbook it runs.
pub fn said(action: &Action) -> &str {
    match &action.what {
        ActionTarget::Text(text) => &text.text,
        ActionTarget::Name(name) => &name.text,
    }
}

/// Where the text or the name of an action stands.
pub fn place(action: &Action) -> Span {
    match &action.what {
        ActionTarget::Text(text) => text.span,
        ActionTarget::Name(name) => name.span,
    }
}

/// True for work that somebody must do, not for messages that are sent.
pub fn is_work(action: &Action) -> bool {
    matches!(action.verb.text.as_str(), "task" | "playbook" | "call" | "ticket")
}

/// A length of time in days, weekends between working days included.
pub fn days(wait: impl Into<WaitLit>) -> i64 {
    let wait = wait.into();
    let days = super::windows::days(wait.duration).unwrap_or(0);
    if wait.working { days + days / 5 * 2 } else { days }
}

/// A statement from its first word on, where the tree keeps what follows it.
pub fn statement(facts: &Facts, word: &str, rest: Span) -> Option<Span> {
    let before = facts.text(Span { start: 0, end: rest.start, ..rest });
    let start = u32::try_from(before.rfind(word)?).ok()?;
    Some(Span { start, ..rest })
}

/// One line without repeated blanks, so that layout makes no difference.
pub fn squashed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Who owns a rule.
pub fn owner(rule: &Rule) -> Option<&Name> {
    rule.header.meta.iter().find_map(|meta| match &meta.kind {
        crate::ast::MetaKind::Owner(name) => Some(name),
        _ => None,
    })
}
