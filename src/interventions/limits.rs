//! Who goes first where not all may: exclusive groups, and limits per somebody and period.
//!
//! Higher priority goes first, then the rule whose condition names deeper segments, then the rule's name; within a rule those
//! that have waited longest, then those true for longest, then by subject.

use super::machine::Step;
use super::{Candidate, Closing, Item, Memory, Reason, ReasonKind, RulePolicy, Slot, Subject};
use crate::calendar::Date;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

/// A candidate that nothing holds back.
pub(super) struct Want<'a> {
    pub rule: &'a RulePolicy,
    pub slot: &'a Slot,
    pub candidate: &'a Candidate,
    pub memory: Memory,
    /// The open item whose cooldown is over, if there is one.
    pub follows: Option<&'a Item>,
}

impl<'a> Step<'a> {
    /// Lets those go who may; the others are told why not.
    pub(super) fn settle(&mut self) {
        let mut wants = std::mem::take(&mut self.wants);
        wants.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut taken = self.groups();
        let mut used: HashMap<(Arc<str>, String, Date), u64> = HashMap::new();
        for want in wants {
            let mut reasons = Vec::new();
            if let Some(group) = &want.rule.exclusive {
                let place = (group.clone(), want.slot.subject.clone());
                match taken.get(&place) {
                    Some(Taken { slot, .. }) if slot == want.slot => {}
                    Some(Taken { slot, how }) => {
                        let text = format!("`{}` {how} in {group}", slot.rule);
                        reasons.push(Reason::new(ReasonKind::Exclusive, text));
                    }
                    None => {
                        taken.insert(place, Taken { slot: want.slot.clone(), how: "goes first" });
                    }
                }
            }
            if !reasons.is_empty() {
                self.suppressed(want, reasons);
                continue;
            }
            match self.room(&want, &mut used) {
                Ok(()) => self.fire(want),
                Err(reason) => self.queue(want, reason),
            }
        }
        let mut used: Vec<_> = used.into_iter().collect();
        used.sort();
        for ((rule, per, period), used) in used {
            self.out.changes.push(super::Change::Use { rule, per, period, used });
        }
    }

    /// Groups that have an open item about a subject. One that recovered in an earlier run of this date counts as it did in that
    /// run, in which it was open: runs of one date are one run.
    fn groups(&self) -> HashMap<(Arc<str>, Subject), Taken> {
        let mut taken = HashMap::new();
        for (slot, item) in &self.state.items {
            let Some(rule) = self.policy.rule(&slot.rule) else { continue };
            let Some(group) = &rule.exclusive else { continue };
            if !rule.outlived(item.opened, self.run.as_of) {
                let place = (group.clone(), slot.subject.clone());
                taken.entry(place).or_insert_with(|| Taken { slot: slot.clone(), how: "is open" });
            }
        }
        for (slot, memory) in self.state.memory.iter().filter(|_| self.again) {
            let Some(group) = self.policy.rule(&slot.rule).and_then(|rule| rule.exclusive.as_ref()) else { continue };
            let closed = memory.last.as_ref().and_then(|last| last.closed);
            if closed == Some((self.run.as_of, Closing::Recovered)) {
                let place = (group.clone(), slot.subject.clone());
                taken.entry(place).or_insert_with(|| Taken { slot: slot.clone(), how: "was open until today" });
            }
        }
        taken
    }

    /// Takes a place under the rule's limit, if there is one left.
    fn room(&self, want: &Want<'_>, used: &mut HashMap<(Arc<str>, String, Date), u64>) -> Result<(), Reason> {
        let Some(limit) = &want.rule.limit else { return Ok(()) };
        let per = want.candidate.limited_by.clone().unwrap_or_default();
        let calendar = self.policy.calendar;
        let period = calendar.start_of(limit.period, self.run.as_of);
        let key = (want.rule.name.clone(), per, period);
        let before = used.get(&key).or_else(|| self.state.used.get(&key)).copied().unwrap_or(0);
        if before >= limit.count {
            let next = calendar.end_of(limit.period, self.run.as_of).plus_days(1);
            let text =
                format!("limit {} per {} per {}: no room before {next}", limit.count, limit.per, limit.period.word());
            return Err(Reason::until(ReasonKind::Limit, text, next));
        }
        used.insert(key, before + 1);
        Ok(())
    }
}

/// Who has a group for a subject.
struct Taken {
    slot: Slot,
    /// How it has it, in words.
    how: &'static str,
}

type Order<'a> = (Reverse<crate::number::Decimal>, Reverse<u32>, &'a str, (bool, Option<Date>), Option<Date>, &'a Slot);

fn order<'a>(want: &'a Want<'_>) -> Order<'a> {
    let queued = want.memory.queued;
    let waits = (queued.is_none(), queued);
    (Reverse(want.rule.priority), Reverse(want.rule.specificity), &want.rule.name, waits, want.memory.since, want.slot)
}
