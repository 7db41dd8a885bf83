//! One run: every candidate ends in exactly one way.
//!
//! What rules say was evaluated before, and nothing here feeds back into it: candidates are looked at one by one against the
//! state as the last run left it, those that nothing holds back are put in order, and only then does anything change. The
//! outcome depends on neither the order of candidates nor that of rules.

use super::limits::Want;
use super::opened::Standing;
use super::suppression::Lately;
use super::{
    Action, ActionKind, Approval, Candidate, Change, Closing, Decided, Edge, Finding, Item, LastItem, Memory, Orphan,
    Outcome, Policy, Reason, ReasonKind, Row, RulePolicy, Slot, State, Status, Subject, Task, Trigger, Truth, Why,
};
use crate::calendar::Date;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

/// What a run is told besides.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its one date.
    pub as_of: Date,
    /// Who runs it.
    pub requester: String,
    /// A first run acts, whatever the rules say.
    pub fire_on_first_run: bool,
}

/// What a run comes to, given what is remembered.
pub fn step(policy: &Policy, state: &State, candidates: &[Candidate], run: &Run) -> Outcome {
    let mut out = Outcome::default();
    let state = renamed(policy, state, &mut out.changes);
    let sorted = in_order(policy, candidates);
    let again = state.last_run.as_ref().is_some_and(|last| last.as_of == run.as_of);
    let (wants, lately) = (Vec::new(), OnceCell::new());
    let mut step = Step { policy, state: &state, run, again, out, wants, lately };
    for (slot, candidate) in &sorted {
        step.judge(slot, candidate);
    }
    step.settle();
    step.sweep(&sorted);
    step.tidy();
    let mut out = step.out;
    out.rows.sort_by(|a, b| a.slot.cmp(&b.slot));
    out.actions.sort_by(|a, b| a.slot.cmp(&b.slot));
    out.findings.sort();
    out.findings.dedup();
    out
}

/// A run that is under way.
pub(super) struct Step<'a> {
    pub policy: &'a Policy,
    pub state: &'a State,
    pub run: &'a Run,
    /// The last run had the same date: this one counts as the same.
    pub again: bool,
    pub out: Outcome,
    pub wants: Vec<Want<'a>>,
    pub lately: OnceCell<Lately<'a>>,
}

impl<'a> Step<'a> {
    fn judge(&mut self, slot: &'a Slot, candidate: &'a Candidate) {
        let Some(rule) = self.policy.rules.get(candidate.rule) else { return };
        let before = self.state.memory.get(slot);
        let mut memory = self.recalled(rule, before, candidate);
        let triggered = self.triggered(rule, &memory, candidate);
        let as_of = self.run.as_of;
        let item = self.state.items.get(slot);
        let follows = item.filter(|item| {
            let asleep = self.state.snoozes.get(slot).is_some_and(|until| as_of < *until);
            // A rule that comes back while its item is open goes on with it: its first run opens nothing.
            item.status == Status::Open && rule.outlived(item.opened, as_of) && !asleep && !self.is_baseline(rule)
        });
        let standing = item.map(|item| Standing { rule, item, candidate: Some(candidate), closes: candidate.closes });
        if let Some(standing) = &standing
            && !(triggered && follows.is_some())
        {
            if triggered {
                self.spend(rule, &mut memory);
            }
            self.go_on(standing, &mut memory, Vec::new());
            return self.remember(slot, memory);
        }
        if !triggered {
            if candidate.truth == Truth::Unknown && !self.had_turn(rule, &memory) {
                let missing = candidate.missing.iter().map(|m| Reason::new(ReasonKind::Missing, m.as_str())).collect();
                let row = self.row(slot, Some(candidate), Decided::Undecided, missing);
                self.out.rows.push(row);
            }
            return self.remember(slot, memory);
        }
        if self.is_baseline(rule) {
            self.spend(rule, &mut memory);
            let text = if self.state.last_run.is_none() { "first run" } else { "first run of this rule" };
            let reasons = vec![Reason::new(ReasonKind::Baseline, text)];
            let row = self.row(slot, Some(candidate), Decided::Baseline, reasons);
            self.out.rows.push(row);
            return self.remember(slot, memory);
        }
        let last = memory.last.clone().filter(|_| follows.is_none());
        let held = self.held(rule, slot, candidate, last.as_ref());
        if held.reasons.is_empty() && held.unknown.is_empty() {
            self.wants.push(Want { rule, slot, candidate, memory, follows });
            return;
        }
        let undecided = held.reasons.is_empty();
        let reasons: Vec<Reason> = held.reasons.into_iter().chain(held.unknown).collect();
        if held.control {
            if memory.edge != Edge::Spent {
                self.note(slot, &reasons);
            }
            self.spend(rule, &mut memory);
        } else {
            self.arm(slot, before, &mut memory, &reasons);
        }
        match standing {
            Some(standing) => self.go_on(&standing, &mut memory, reasons),
            None => {
                let decided = if undecided { Decided::Undecided } else { Decided::Suppressed };
                let row = self.row(slot, Some(candidate), decided, reasons);
                self.out.rows.push(row);
            }
        }
        self.remember(slot, memory);
    }

    /// What is known of a slot once the condition is seen.
    fn recalled(&self, rule: &RulePolicy, before: Option<&Memory>, candidate: &Candidate) -> Memory {
        let known = before.cloned().unwrap_or_default();
        let as_of = self.run.as_of;
        // What keys tell apart is one thing: something that happened since then makes it become true anew.
        let anew = known.edge == Edge::Spent && self.happened_since(&known, candidate);
        let truth = candidate.truth;
        let rest = Memory { period: known.period, last: known.last.clone(), ..Memory::default() };
        match (truth, known.truth) {
            (Truth::False, _) => rest,
            (Truth::True, Truth::True) if !anew => {
                let streak = if self.again { known.streak } else { known.streak.saturating_add(1) };
                Memory { streak: streak.min(rule.for_runs), ..known }
            }
            (Truth::True, _) => Memory { truth, since: Some(as_of), streak: 1, ..rest },
            (Truth::Unknown, Truth::Unknown) => Memory { truth, since: known.since, ..rest },
            (Truth::Unknown, _) => Memory { truth, since: Some(as_of), ..rest },
        }
    }

    /// True for an event that the last run cannot have seen, and that is none of those for which the last item was opened.
    fn happened_since(&self, known: &Memory, candidate: &Candidate) -> bool {
        let after = |day: Option<Date>| candidate.happened.is_some_and(|on| day.is_none_or(|day| day < on));
        after(self.state.last_run.as_ref().map(|last| last.as_of)) && after(known.last.as_ref().map(|last| last.opened))
    }

    /// True if the rule wants to act.
    fn triggered(&self, rule: &RulePolicy, memory: &Memory, candidate: &Candidate) -> bool {
        // What happened once is acted on once; where keys tell items apart, each event after the last item's opening may.
        let another = |last: &LastItem| rule.has_key && candidate.happened.is_some_and(|on| last.opened < on);
        memory.truth == Truth::True
            && memory.streak >= rule.for_runs
            && match rule.trigger {
                Trigger::Edge => memory.edge != Edge::Spent,
                Trigger::Event => memory.edge != Edge::Spent && memory.last.as_ref().is_none_or(another),
                Trigger::Level => !(self.again && memory.edge == Edge::Spent),
                Trigger::Every(_) => !self.had_turn(rule, memory),
            }
    }

    /// True if a calendar rule had its turn in the period of this run, or in a later one.
    fn had_turn(&self, rule: &RulePolicy, memory: &Memory) -> bool {
        let Trigger::Every(kind) = rule.trigger else { return false };
        memory.period.is_some_and(|period| self.policy.calendar.start_of(kind, self.run.as_of) <= period)
    }

    /// The rule has had its turn.
    fn spend(&self, rule: &RulePolicy, memory: &mut Memory) {
        memory.edge = Edge::Spent;
        memory.queued = None;
        if let Trigger::Every(kind) = rule.trigger {
            memory.period = Some(self.policy.calendar.start_of(kind, self.run.as_of));
        }
    }

    /// The rule would have had its turn; when that is new, the history keeps it.
    fn arm(&mut self, slot: &Slot, before: Option<&Memory>, memory: &mut Memory, reasons: &[Reason]) {
        if before.is_none_or(|m| m.edge != Edge::Armed || m.truth != Truth::True) {
            self.note(slot, reasons);
        }
        memory.edge = Edge::Armed;
    }

    fn note(&mut self, slot: &Slot, reasons: &[Reason]) {
        let reasons: Vec<&str> = reasons.iter().map(|r| r.text.as_str()).collect();
        let text = format!("held back: {}", reasons.join("; "));
        self.out.changes.push(Change::Note { slot: slot.clone(), text, on: self.run.as_of });
    }

    fn is_baseline(&self, rule: &RulePolicy) -> bool {
        let first = self.state.last_run.is_none() || !self.state.rules.contains(&rule.name);
        first && !rule.fire_on_first_run && !self.run.fire_on_first_run
    }

    /// A row with what the candidate says.
    pub(super) fn row(
        &self,
        slot: &Slot,
        candidate: Option<&Candidate>,
        decided: Decided,
        reasons: Vec<Reason>,
    ) -> Row {
        let holds = matches!(decided, Decided::Suppressed | Decided::Queued);
        Row {
            slot: slot.clone(),
            name: candidate.and_then(|c| c.name.clone()),
            subject_personal: candidate.is_some_and(|c| c.subject_personal),
            owner: candidate.and_then(|c| c.owner.clone()),
            owner_personal: candidate.is_some_and(|c| c.owner_personal),
            key_personal: self.policy.rule(&slot.rule).map(|rule| rule.key_personal.clone()).unwrap_or_default(),
            decided,
            item: None,
            pending: false,
            // Only where every reason has an end is there one to all of them.
            next: reasons
                .iter()
                .map(|r| r.until)
                .collect::<Option<Vec<Date>>>()
                .and_then(|d| d.into_iter().max())
                .filter(|_| holds),
            reasons,
            tasks: Vec::new(),
        }
    }

    /// It may not act because others do.
    pub(super) fn suppressed(&mut self, want: Want<'a>, reasons: Vec<Reason>) {
        self.not_now(want, Decided::Suppressed, reasons);
    }

    /// It waits for room.
    pub(super) fn queue(&mut self, mut want: Want<'a>, reason: Reason) {
        want.memory.queued = want.memory.queued.or(Some(self.run.as_of));
        self.not_now(want, Decided::Queued, vec![reason]);
    }

    fn not_now(&mut self, want: Want<'a>, decided: Decided, reasons: Vec<Reason>) {
        let Want { rule, slot, candidate, mut memory, follows } = want;
        self.arm(slot, self.state.memory.get(slot), &mut memory, &reasons);
        match follows {
            Some(item) => {
                let standing = Standing { rule, item, candidate: Some(candidate), closes: candidate.closes };
                self.go_on(&standing, &mut memory, reasons);
            }
            None => {
                let row = self.row(slot, Some(candidate), decided, reasons);
                self.out.rows.push(row);
            }
        }
        self.remember(slot, memory);
    }

    /// Opens an item.
    pub(super) fn fire(&mut self, want: Want<'a>) {
        let Want { rule, slot, candidate, mut memory, follows } = want;
        let as_of = self.run.as_of;
        let count = memory.last.as_ref().map_or(0, |last| last.count) + 1;
        if let Some(item) = follows {
            self.close(item, Closing::Superseded, "superseded: its cooldown is over, and the rule fired again");
        }
        let pending = !rule.approvals.is_empty();
        let due = |task: &Task| task.due_from(as_of, &rule.working_days).filter(|_| !pending);
        let item = Item {
            id: slot.item_id(count),
            slot: slot.clone(),
            account: candidate.account.clone(),
            status: if pending { Status::Pending } else { Status::Open },
            opened: as_of,
            started: (!pending).then_some(as_of),
            owner: candidate.owner.clone(),
            owner_personal: candidate.owner_personal,
            subject_personal: candidate.subject_personal,
            key_personal: rule.key_personal.clone(),
            requester: self.run.requester.clone(),
            level: 0,
            level_at: None,
            close_streak: 0,
            approvals: rule
                .approvals
                .iter()
                .map(|a| Approval { role: a.role.clone(), decision: None, late: false })
                .collect(),
            tasks: candidate.tasks.iter().map(|task| Task { due: due(task), ..task.clone() }).collect(),
        };
        let mut reasons = Vec::new();
        if pending {
            for approval in &rule.approvals {
                let action = Action::about(&item, ActionKind::Approval, &approval.role, as_of);
                let text = item.tasks.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join("; ");
                let due = approval.within.map(|w| w.after(as_of, &rule.working_days));
                self.out.actions.push(Action { text, to: Some(approval.role.clone()), due, ..action });
            }
            let roles: Vec<&str> = rule.approvals.iter().map(|a| a.role.as_str()).collect();
            reasons.push(Reason::new(ReasonKind::Approval, format!("waits for {}", roles.join(" and "))));
        } else {
            self.out.actions.extend(Action::tasks(&item, as_of));
        }
        self.findings(slot, candidate);
        self.spend(rule, &mut memory);
        memory.last = Some(LastItem { count, opened: as_of, closed: None, account: candidate.account.clone() });
        let mut row = self.row(slot, Some(candidate), Decided::Fired, reasons);
        row.item = Some(item.id.clone());
        row.pending = pending;
        row.tasks = item.tasks.clone();
        self.out.rows.push(row);
        self.out.changes.push(Change::Open(Box::new(item)));
        self.remember(slot, memory);
    }

    pub(super) fn findings(&mut self, slot: &Slot, candidate: &Candidate) {
        let subject_personal = candidate.subject_personal;
        let finding = |text: &String| Finding { slot: slot.clone(), subject_personal, text: text.clone() };
        self.out.findings.extend(candidate.findings.iter().map(finding));
    }

    fn remember(&mut self, slot: &Slot, memory: Memory) {
        let before = self.state.memory.get(slot);
        if memory.is_empty() {
            if before.is_some() {
                self.out.changes.push(Change::Forget(slot.clone()));
            }
        } else if before != Some(&memory) {
            self.out.changes.push(Change::Remember { slot: slot.clone(), memory });
        }
    }

    /// What nothing was said of today: it is not true any more, and open items live on.
    fn sweep(&mut self, sorted: &'a [(Slot, One<'a>)]) {
        let seen: HashSet<&Slot> = sorted.iter().map(|(slot, _)| slot).collect();
        let mut closes: HashMap<(&str, &Subject), Truth> = HashMap::new();
        for (slot, candidate) in sorted {
            closes.insert((&slot.rule, &slot.subject), candidate.closes);
        }
        let state = self.state;
        let mut gone: Vec<(&Slot, Memory)> = Vec::new();
        for (slot, known) in state.memory.iter().filter(|(slot, _)| !seen.contains(slot)) {
            let period = self.policy.rule(&slot.rule).and(known.period);
            gone.push((slot, Memory { period, last: known.last.clone(), ..Memory::default() }));
        }
        let mut after: HashMap<&Slot, Memory> = gone.iter().cloned().collect();
        for (slot, item) in state.items.iter().filter(|(slot, _)| !seen.contains(slot)) {
            let rule = self.policy.rule(&slot.rule);
            match (rule, closes.get(&(&*slot.rule, &slot.subject))) {
                (None, _) => self.out.orphans.push(Orphan { item: item.clone(), why: Why::RuleGone }),
                (Some(_), None) => self.out.orphans.push(Orphan { item: item.clone(), why: Why::SubjectGone }),
                (Some(rule), Some(closes)) => {
                    let mut memory = after.remove(slot).unwrap_or_default();
                    let standing = Standing { rule, item, candidate: None, closes: *closes };
                    self.go_on(&standing, &mut memory, Vec::new());
                    after.insert(slot, memory);
                }
            }
        }
        for (slot, _) in gone {
            if let Some(memory) = after.remove(slot) {
                self.remember(slot, memory);
            }
        }
    }

    /// Which rules there are now; limits of periods that are over; snoozes that are.
    fn tidy(&mut self) {
        let state = self.state;
        let as_of = self.run.as_of;
        for rule in self.policy.rules.iter().filter(|r| !state.rules.contains(&r.name)) {
            self.out.changes.push(Change::Know(rule.name.clone()));
        }
        for rule in state.rules.iter().filter(|name| self.policy.rule(name).is_none()) {
            self.out.changes.push(Change::Unknow(rule.clone()));
        }
        for (rule, per, period) in state.used.keys() {
            let limit = self.policy.rule(rule).and_then(|r| r.limit.as_ref());
            let over = |kind| *period < self.policy.calendar.start_of(kind, as_of);
            if limit.is_none_or(|limit| over(limit.period)) {
                let (rule, per, period) = (rule.clone(), per.clone(), *period);
                self.out.changes.push(Change::Use { rule, per, period, used: 0 });
            }
        }
        for (slot, _) in state.snoozes.iter().filter(|(_, until)| **until <= as_of) {
            self.out.changes.push(Change::Snooze { slot: slot.clone(), until: None, by: None, on: as_of });
        }
    }
}

/// A candidate as it was given, or made of several. There may be a million of them: it is small.
enum One<'a> {
    Given(&'a Candidate),
    Made(Box<Candidate>),
}

impl Deref for One<'_> {
    type Target = Candidate;

    fn deref(&self) -> &Candidate {
        match self {
            One::Given(candidate) => candidate,
            One::Made(candidate) => candidate,
        }
    }
}

/// Candidates by slot. Two of one slot, as rows that share a key, count as one: what is true of either is true.
fn in_order<'a>(policy: &Policy, candidates: &'a [Candidate]) -> Vec<(Slot, One<'a>)> {
    let with_slot = candidates.iter().filter_map(|c| Some((policy.rules.get(c.rule)?.slot(c), One::Given(c))));
    let mut sorted: Vec<(Slot, One<'a>)> = with_slot.collect();
    let rank = |c: &Candidate| (std::cmp::Reverse(c.truth), c.owner.clone(), c.tasks.clone(), c.limited_by.clone());
    sorted.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| rank(x).cmp(&rank(y))));
    sorted.dedup_by(|(b, later), (a, first)| {
        let same = a == b;
        if same && later.closes > first.closes {
            *first = One::Made(Box::new(Candidate { closes: later.closes, ..(**first).clone() }));
        }
        if same && later.truth == first.truth && later.happened > first.happened {
            *first = One::Made(Box::new(Candidate { happened: later.happened, ..(**first).clone() }));
        }
        same
    });
    sorted
}

/// The state with the names that rules have now.
fn renamed<'a>(policy: &Policy, state: &'a State, changes: &mut Vec<Change>) -> Cow<'a, State> {
    let mut state = Cow::Borrowed(state);
    for rule in &policy.rules {
        for from in &rule.renamed_from {
            let free = policy.rule(from).is_none() && !state.rules.contains(&rule.name);
            let known =
                state.rules.contains(from) || state.memory.keys().chain(state.items.keys()).any(|s| s.rule == *from);
            if free && known {
                let change = Change::Rename { from: Arc::clone(from), to: rule.name.clone() };
                state.to_mut().apply(&change);
                changes.push(change);
            }
        }
    }
    state
}
