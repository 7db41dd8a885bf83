//! What holds an intervention back. All of the chain is asked, and every reason is told: the rule's own `unless` and the
//! guards in the order in which they are written, then a snooze, then the pilot, then the cooldown.

use super::machine::Step;
use super::{Candidate, Hold, LastItem, Reason, ReasonKind, RulePolicy, Slot};
use crate::calendar::Date;
use crate::pilot;
use std::collections::HashMap;
use std::sync::Arc;

/// What holds it back.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// What does for certain.
    pub reasons: Vec<Reason>,
    /// What may: `guard consent is unknown: consent_marketing missing`.
    pub unknown: Vec<Reason>,
    /// It is in the arm of the pilot that gets nothing, and stays there.
    pub control: bool,
}

/// By account: when items about it were opened, and of which slot.
pub(super) type Lately<'a> = HashMap<&'a str, Vec<(Date, &'a Slot)>>;

impl<'a> Step<'a> {
    /// Asks the whole chain.
    pub(super) fn held(&self, rule: &RulePolicy, slot: &Slot, candidate: &Candidate, last: Option<&LastItem>) -> Held {
        let as_of = self.run.as_of;
        let mut held = Held::default();
        for hold in &candidate.holds {
            match hold {
                Hold::Holds(reason) => held.reasons.push(reason.clone()),
                Hold::Unknown { reason, missing } => {
                    let lacks = if missing.is_empty() { String::new() } else { format!(": {}", missing.join(", ")) };
                    let text = format!("{} is unknown{lacks}", reason.text);
                    held.unknown.push(Reason { text, ..reason.clone() });
                }
                Hold::Lock { guard, within } => held.reasons.extend(self.lock(guard, *within, slot, candidate)),
            }
        }
        if let Some(until) = self.state.snoozes.get(slot).filter(|until| as_of < **until) {
            held.reasons.push(Reason::until(ReasonKind::Snoozed, format!("snoozed until {until}"), *until));
        }
        if let Some(below) = rule.pilot {
            // Whole accounts are in one arm, so that what is done for one contact does not spill over to another.
            let unit = candidate.account.as_deref().unwrap_or(&slot.subject.id);
            let bucket = pilot::bucket(rule.pilot_name(), unit);
            if bucket >= below {
                held.control = true;
                let text = format!("control arm of the pilot (bucket {bucket}, those below {below} are treated)");
                held.reasons.push(Reason::new(ReasonKind::Pilot, text));
            }
        }
        held.reasons.extend(last.and_then(|last| cooling(rule, last, as_of)));
        held
    }

    /// Something else about the account was opened not long ago.
    fn lock(
        &self,
        guard: &Arc<str>,
        within: crate::calendar::Duration,
        slot: &Slot,
        candidate: &Candidate,
    ) -> Option<Reason> {
        let lately = self.lately.get_or_init(|| lately(self.state));
        let items = lately.get(candidate.account.as_deref()?)?;
        let others = items.iter().filter(|(on, of)| *of != slot && *on <= self.run.as_of);
        let (on, of) = others.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)))?;
        let until = within.after(*on);
        let text = format!("{guard}: `{}` acted on {on}, and for {within} nothing else may", of.rule);
        (self.run.as_of < until).then(|| Reason::until(ReasonKind::Lock, text, until))
    }
}

/// A closed item whose cooldown is not over: closed on 03-01 with 30 days, the next may come on 03-31.
fn cooling(rule: &RulePolicy, last: &LastItem, as_of: Date) -> Option<Reason> {
    let (on, closing) = last.closed?;
    let earliest = rule.after_closing(on, closing);
    match earliest.filter(|earliest| as_of < *earliest) {
        Some(earliest) => {
            let text = format!("{} on {on}, cooldown until {earliest}", closing.word());
            Some(Reason::until(ReasonKind::Cooldown, text, earliest))
        }
        // One slot has at most one item a day, so that the same run again changes nothing.
        None if as_of <= on => {
            let text = format!("{} on {on}", closing.word());
            Some(Reason::until(ReasonKind::Cooldown, text, on.plus_days(1)))
        }
        None => None,
    }
}

/// When items about each account were opened.
fn lately(state: &super::State) -> Lately<'_> {
    let mut by_account = Lately::default();
    for (slot, memory) in &state.memory {
        if let Some(last) = &memory.last
            && let Some(account) = &last.account
        {
            by_account.entry(account).or_default().push((last.opened, slot));
        }
    }
    by_account
}
