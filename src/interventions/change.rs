//! How the state changes: each change is applied in memory and written by a store, in the same order.

use super::{Closing, Decision, Edge, Item, LastItem, Memory, Slot, State, Status, Task};
use crate::calendar::Date;
use std::sync::Arc;

/// A change of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The rule was renamed: what was remembered of it goes with it.
    Rename {
        /// Its name before.
        from: Arc<str>,
        /// Its name now.
        to: Arc<str>,
    },
    /// The rule takes part from now on.
    Know(Arc<str>),
    /// The rule is gone. Its open items stay.
    Unknow(Arc<str>),
    /// A new item.
    Open(Box<Item>),
    /// The item says something else now.
    Refresh {
        /// Which.
        slot: Slot,
        /// Whose it is now.
        owner: Option<String>,
        /// Whether that is personal.
        owner_personal: bool,
        /// What is to be done.
        tasks: Vec<Task>,
    },
    /// How many runs `close when` has held now.
    Progress {
        /// Which.
        slot: Slot,
        /// So many.
        streak: u32,
    },
    /// A step of the escalation is taken.
    Escalate {
        /// Which.
        slot: Slot,
        /// The level reached, from 1.
        level: u32,
        /// To whom.
        to: String,
        /// When.
        on: Date,
    },
    /// An approval took too long, and that is told.
    Late {
        /// Which.
        slot: Slot,
        /// Whose approval.
        role: String,
        /// Who is told.
        to: Option<String>,
        /// When.
        on: Date,
    },
    /// Somebody decided.
    Decide {
        /// Which.
        slot: Slot,
        /// In which role.
        role: String,
        /// What.
        decision: Decision,
    },
    /// All approvals are there, and work begins.
    Start {
        /// Which.
        slot: Slot,
        /// When.
        on: Date,
        /// With the dates until when things are due.
        tasks: Vec<Task>,
    },
    /// It is over.
    Close {
        /// Which.
        slot: Slot,
        /// When.
        on: Date,
        /// How.
        closing: Closing,
        /// By whom, if by a person.
        by: Option<String>,
        /// What they said about it.
        note: Option<String>,
    },
    /// Nothing new before a date; or, without one, as usual again.
    Snooze {
        /// Which.
        slot: Slot,
        /// Until when.
        until: Option<Date>,
        /// By whom; nothing where the date has merely passed.
        by: Option<String>,
        /// When.
        on: Date,
    },
    /// This is known of the slot now.
    Remember {
        /// Which.
        slot: Slot,
        /// What.
        memory: Memory,
    },
    /// Nothing needs to be known of the slot any more.
    Forget(Slot),
    /// So much of a limit is used; 0 where the period is over.
    Use {
        /// The rule.
        rule: Arc<str>,
        /// Of whom.
        per: String,
        /// The first day of the period.
        period: Date,
        /// So much.
        used: u64,
    },
    /// Something to be kept in the history: an intervention was held back when its turn came.
    Note {
        /// Which.
        slot: Slot,
        /// What.
        text: String,
        /// When.
        on: Date,
    },
}

impl State {
    /// Makes the change in memory.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Rename { from, to } => self.rename(from, to),
            Change::Know(rule) => {
                self.rules.insert(rule.clone());
            }
            Change::Unknow(rule) => {
                self.rules.remove(rule);
            }
            Change::Open(item) => {
                let before = self.memory.get(&item.slot).and_then(|m| m.last.as_ref()).map_or(0, |last| last.count);
                let last =
                    LastItem { count: before + 1, opened: item.opened, closed: None, account: item.account.clone() };
                self.memory.entry(item.slot.clone()).or_default().last = Some(last);
                self.items.insert(item.slot.clone(), (**item).clone());
            }
            Change::Refresh { slot, owner, owner_personal, tasks } => self.item(slot, |item| {
                item.owner.clone_from(owner);
                item.owner_personal = *owner_personal;
                item.tasks.clone_from(tasks);
            }),
            Change::Progress { slot, streak } => self.item(slot, |item| item.close_streak = *streak),
            Change::Escalate { slot, level, on, .. } => self.item(slot, |item| {
                item.level = *level;
                item.level_at = Some(*on);
            }),
            Change::Late { slot, role, .. } => self.item(slot, |item| {
                item.approvals.iter_mut().filter(|a| a.role == *role).for_each(|a| a.late = true);
            }),
            Change::Decide { slot, role, decision } => self.item(slot, |item| {
                let of_role = item.approvals.iter_mut().filter(|a| a.role == *role);
                of_role.for_each(|a| a.decision = Some(decision.clone()));
            }),
            Change::Start { slot, on, tasks } => self.item(slot, |item| {
                item.status = Status::Open;
                item.started = Some(*on);
                item.tasks.clone_from(tasks);
            }),
            Change::Close { slot, on, closing, .. } => {
                self.items.remove(slot);
                if let Some(last) = self.memory.get_mut(slot).and_then(|m| m.last.as_mut()) {
                    last.closed = Some((*on, *closing));
                }
            }
            Change::Snooze { slot, until, .. } => {
                match until {
                    Some(until) => self.snoozes.insert(slot.clone(), *until),
                    None => self.snoozes.remove(slot),
                };
            }
            Change::Remember { slot, memory } => {
                self.memory.insert(slot.clone(), memory.clone());
            }
            Change::Forget(slot) => {
                self.memory.remove(slot);
            }
            Change::Use { rule, per, period, used } => {
                let key = (rule.clone(), per.clone(), *period);
                match used {
                    0 => self.used.remove(&key),
                    used => self.used.insert(key, *used),
                };
            }
            Change::Note { .. } => {}
        }
    }

    fn item(&mut self, slot: &Slot, change: impl FnOnce(&mut Item)) {
        if let Some(item) = self.items.get_mut(slot) {
            change(item);
        }
    }

    fn rename(&mut self, from: &Arc<str>, to: &Arc<str>) {
        let renamed = |slot: Slot| if slot.rule == *from { Slot { rule: to.clone(), ..slot } } else { slot };
        let items = std::mem::take(&mut self.items).into_iter();
        self.items = items
            .map(|(slot, item)| {
                let slot = renamed(slot);
                (slot.clone(), Item { slot, ..item })
            })
            .collect();
        self.memory = std::mem::take(&mut self.memory).into_iter().map(|(slot, m)| (renamed(slot), m)).collect();
        self.snoozes = std::mem::take(&mut self.snoozes).into_iter().map(|(slot, d)| (renamed(slot), d)).collect();
        let used = std::mem::take(&mut self.used).into_iter();
        let rule = |rule: Arc<str>| if rule == *from { to.clone() } else { rule };
        self.used = used.map(|((r, per, period), n)| ((rule(r), per, period), n)).collect();
        if self.rules.remove(from) {
            self.rules.insert(to.clone());
        }
    }
}

impl Edge {
    /// `armed`
    pub fn word(self) -> &'static str {
        match self {
            Edge::Waiting => "waiting",
            Edge::Armed => "armed",
            Edge::Spent => "spent",
        }
    }

    /// The reverse.
    pub fn parse(word: &str) -> Option<Edge> {
        [Edge::Waiting, Edge::Armed, Edge::Spent].into_iter().find(|e| e.word() == word)
    }
}
