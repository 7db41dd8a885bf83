//! What becomes of an item that is open: it closes, its approvals come or are late, it escalates, or it is brought up to date.

use super::machine::Step;
use super::{
    Action, ActionKind, Candidate, Change, Closing, Decided, Item, Memory, Reason, ReasonKind, RulePolicy, Status,
    Task, Truth,
};
use crate::calendar::Date;

/// How things stand for an open item.
pub(super) struct Standing<'a> {
    pub rule: &'a RulePolicy,
    pub item: &'a Item,
    /// Its candidate; nothing where the values that made it another one have changed.
    pub candidate: Option<&'a Candidate>,
    /// How `close when` stands.
    pub closes: Truth,
}

impl<'a> Step<'a> {
    /// Goes on with an open item; `reasons` say why no new one takes its place.
    pub(super) fn go_on(&mut self, standing: &Standing<'a>, memory: &mut Memory, mut reasons: Vec<Reason>) {
        let Standing { item, candidate, .. } = *standing;
        if self.closed(standing, memory) {
            return;
        }
        let truth = candidate.map_or(Truth::False, |c| c.truth);
        let as_of = self.run.as_of;
        let snoozed = self.state.snoozes.get(&item.slot).copied().filter(|until| as_of < *until);
        let mut decided = None;
        let mut pending = item.status == Status::Pending;
        let mut tasks = item.tasks.clone();
        if pending {
            if item.waits_for().next().is_none() {
                self.started(standing, &mut tasks, &mut reasons);
                decided = Some(Decided::Approved);
                pending = false;
            } else if self.late(standing, &mut reasons) {
                decided = Some(Decided::Escalated);
            }
        } else if snoozed.is_none() && self.escalated(standing, &mut reasons) {
            decided = Some(Decided::Escalated);
        }
        if let Some(candidate) = candidate.filter(|_| truth == Truth::True) {
            self.refreshed(item, candidate, &tasks);
            self.findings(&item.slot, candidate);
        }
        let decided = match (decided, truth) {
            (Some(decided), _) => decided,
            (None, Truth::Unknown) => {
                let missing = candidate.map(|c| c.missing.as_slice()).unwrap_or_default();
                reasons.extend(missing.iter().map(|m| Reason::new(ReasonKind::Missing, m.as_str())));
                Decided::Undecided
            }
            (None, Truth::True) => match snoozed {
                Some(until) => {
                    reasons.push(Reason::until(ReasonKind::Snoozed, format!("snoozed until {until}"), until));
                    Decided::Suppressed
                }
                None => Decided::Refreshed,
            },
            (None, Truth::False) => return,
        };
        if pending && reasons.is_empty() {
            let roles: Vec<&str> = item.waits_for().map(|a| a.role.as_str()).collect();
            reasons.push(Reason::new(ReasonKind::Approval, format!("waits for {}", roles.join(" and "))));
        }
        let mut row = self.row(&item.slot, candidate, decided, reasons);
        row.item = Some(item.id.clone());
        row.pending = pending;
        row.subject_personal = item.subject_personal;
        if candidate.is_none() || row.owner.is_none() {
            row.owner.clone_from(&item.owner);
            row.owner_personal = item.owner_personal;
        }
        self.out.rows.push(row);
    }

    /// Counts the runs for which `close when` has held, and closes.
    fn closed(&mut self, standing: &Standing<'a>, memory: &mut Memory) -> bool {
        let Standing { rule, item, closes, candidate } = *standing;
        let as_of = self.run.as_of;
        let Some(runs) = rule.close_runs else { return false };
        // The run that opened it says nothing about its end.
        if item.opened >= as_of {
            return false;
        }
        let counted = match closes {
            Truth::True if self.again && item.close_streak > 0 => item.close_streak,
            Truth::True => item.close_streak + 1,
            Truth::False | Truth::Unknown => 0,
        };
        if counted < runs {
            if counted != item.close_streak {
                self.out.changes.push(Change::Progress { slot: item.slot.clone(), streak: counted });
            }
            return false;
        }
        let how = if runs == 1 { String::new() } else { format!(" for {runs} runs") };
        let text = format!("recovered: its `close when` held{how}");
        self.close(item, Closing::Recovered, &text);
        if let Some(last) = &mut memory.last {
            last.closed = Some((as_of, Closing::Recovered));
        }
        let mut row = self.row(&item.slot, candidate, Decided::Closed, vec![Reason::new(ReasonKind::Closing, text)]);
        row.item = Some(item.id.clone());
        row.owner.clone_from(&item.owner);
        row.owner_personal = item.owner_personal;
        row.subject_personal = item.subject_personal;
        self.out.rows.push(row);
        true
    }

    /// Closes an item and says so outside.
    pub(super) fn close(&mut self, item: &Item, closing: Closing, text: &str) {
        let (slot, on) = (item.slot.clone(), self.run.as_of);
        self.out.changes.push(Change::Close { slot, on, closing, by: None, note: None });
        let action = Action::about(item, ActionKind::Close, "", on);
        self.out.actions.push(Action { text: text.to_string(), to: item.owner.clone(), ..action });
    }

    /// All approvals are there: from today on there is work to do.
    fn started(&mut self, standing: &Standing<'a>, tasks: &mut [Task], reasons: &mut Vec<Reason>) {
        let Standing { item, rule, .. } = *standing;
        let as_of = self.run.as_of;
        for task in tasks.iter_mut() {
            task.due = task.due_from(as_of, &rule.working_days);
        }
        for approval in &item.approvals {
            if let Some(decision) = &approval.decision {
                let text = format!("{} approved on {}", approval.role, decision.on);
                reasons.push(Reason::new(ReasonKind::Approval, text));
            }
        }
        self.out.changes.push(Change::Start { slot: item.slot.clone(), on: as_of, tasks: tasks.to_vec() });
        let begun = Item { tasks: tasks.to_vec(), ..item.clone() };
        self.out.actions.extend(Action::tasks(&begun, as_of));
    }

    /// Approvals that take too long are told to somebody; they never count as given.
    fn late(&mut self, standing: &Standing<'a>, reasons: &mut Vec<Reason>) -> bool {
        let Standing { rule, item, .. } = *standing;
        let as_of = self.run.as_of;
        let mut any = false;
        for approval in item.waits_for().filter(|a| !a.late) {
            let Some(policy) = rule.approvals.iter().find(|p| p.role == approval.role) else { continue };
            let Some(within) = policy.within else { continue };
            let until = within.after(item.opened, &rule.working_days);
            if as_of < until {
                continue;
            }
            any = true;
            let role = approval.role.clone();
            let to = policy.escalate_to.clone();
            let text = format!("approval of {role} was due on {until}");
            let told = to.as_ref().map_or(String::new(), |to| format!(": to {to}"));
            reasons.push(Reason::new(ReasonKind::Approval, format!("{text}{told}")));
            if to.is_some() {
                let action = Action::about(item, ActionKind::Escalation, &format!("approval-{role}"), as_of);
                self.out.actions.push(Action { text, to: to.clone(), ..action });
            }
            self.out.changes.push(Change::Late { slot: item.slot.clone(), role, to, on: as_of });
        }
        any
    }

    /// Takes every step whose time has come and that was not taken yet, in order.
    fn escalated(&mut self, standing: &Standing<'a>, reasons: &mut Vec<Reason>) -> bool {
        let Standing { rule, item, candidate, .. } = *standing;
        let as_of = self.run.as_of;
        let Some(started) = item.started else { return false };
        let mut steps: Vec<(Date, usize, &super::EscalationStep)> = Vec::new();
        for (place, step) in rule.escalation.iter().enumerate() {
            steps.push((step.after.after(started, &rule.working_days), place, step));
        }
        steps.sort_by_key(|(on, place, _)| (*on, *place));
        let reached = steps.into_iter().filter(|(on, ..)| *on <= as_of);
        let mut any = false;
        for (i, (_, place, step)) in reached.enumerate().skip(item.level as usize) {
            any = true;
            let level = u32::try_from(i + 1).unwrap_or(u32::MAX);
            let filled = candidate.and_then(|c| c.meetings.get(place)).and_then(Option::as_ref);
            let meeting = filled.or(step.meeting.as_ref()).map_or(String::new(), |m| format!(", meeting \"{m}\""));
            let text = format!("level {level}: to {}, {} after {started}{meeting}", step.to, step.after);
            reasons.push(Reason::new(ReasonKind::Escalation, text.clone()));
            let (slot, to) = (item.slot.clone(), step.to.clone());
            self.out.changes.push(Change::Escalate { slot, level, to: to.clone(), on: as_of });
            let action = Action::about(item, ActionKind::Escalation, &level.to_string(), as_of);
            self.out.actions.push(Action { text, to: Some(to), level: Some(level), ..action });
        }
        any
    }

    /// Brings owner and texts up to date. Which tasks there are stays as it was when the item was opened.
    fn refreshed(&mut self, item: &Item, candidate: &Candidate, tasks: &[Task]) {
        let same = |a: &Task, b: &Task| (&a.verb, &a.playbook, &a.after) == (&b.verb, &b.playbook, &b.after);
        let comparable =
            tasks.len() == candidate.tasks.len() && tasks.iter().zip(&candidate.tasks).all(|(a, b)| same(a, b));
        let now: Vec<Task> = match comparable {
            true => {
                let pairs = tasks.iter().zip(&candidate.tasks);
                pairs.map(|(old, new)| Task { wait: old.wait, due: old.due, ..new.clone() }).collect()
            }
            false => tasks.to_vec(),
        };
        let owner = candidate.owner.clone();
        if now != tasks || owner != item.owner {
            let slot = item.slot.clone();
            let owner_personal = candidate.owner_personal;
            self.out.changes.push(Change::Refresh { slot, owner, owner_personal, tasks: now });
        }
    }
}
