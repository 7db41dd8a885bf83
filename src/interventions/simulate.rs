//! The past, played: the [`step`] of `plan` and `apply` on one date after the other, beginning with nothing remembered, and
//! what there is to tell of it.
//!
//! Nobody decides anything here: approvals are not given, nothing is snoozed, and items close by their `close when` alone.

use super::plan::{Counts, Gates, Tally};
use super::{
    Candidate, Change, Closing, Decided, Edge, LastRun, Outcome, Policy, ReasonKind, Row, RulePolicy, Run, Slot, State,
};
use super::{Status, gather, step};
use crate::calendar::{Calendar, Date, Duration, PeriodKind};
use crate::data::Dataset;
use crate::engine::Options;
use crate::engine::reference::Evaluator;
use crate::number::Decimal;
use crate::program::Program;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who asks for what is approved in a simulation.
const REQUESTER: &str = "simulation";

/// How the past is played.
#[derive(Debug, Clone, Default)]
pub struct How {
    /// The first run acts on what is true already.
    pub fire_on_first_run: bool,
    /// An item that fires again within so many days of its closing flaps.
    pub again_within: i64,
    /// How much may happen in one run; it is told when that was exceeded, and nothing is stopped.
    pub gates: Gates,
    /// Personal values as they are.
    pub personal: bool,
}

/// One policy on its way through the past.
#[derive(Debug, Clone)]
pub struct Play {
    policy: Policy,
    how: How,
    state: State,
    told: Told,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// How many rows ended in which way.
    pub cells: BTreeMap<Place, Tally>,
    /// What held back those that were suppressed or queued, by rule.
    pub held: BTreeMap<(Arc<str>, ReasonKind), Held>,
    /// Where something was missing, by rule.
    pub undecided: BTreeMap<Arc<str>, Held>,
    /// Items that are over, by rule, in the order in which they ended.
    pub ended: BTreeMap<Arc<str>, Vec<Ended>>,
    /// What fired, run after run.
    pub fired: Vec<Firing>,
    /// What fired again soon after it was closed.
    pub again: Vec<Again>,
    /// Items open after each run, by rule.
    pub open: Vec<(Date, BTreeMap<Arc<str>, u64>)>,
    /// Runs that a gate would have stopped, with what was too much.
    pub stopped: Vec<(Date, Vec<String>)>,
    /// Open items that wait for approval at the end, by rule.
    pub pending: BTreeMap<Arc<str>, u64>,
    /// What wants to act at the end and may not, by rule.
    pub waiting: BTreeMap<Arc<str>, u64>,
}

/// What rows are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The rule.
    pub rule: Arc<str>,
    /// The Monday of the week.
    pub week: Date,
    /// The owner as may be shown; nobody is an empty name.
    pub owner: String,
}

/// How often, and for how many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// In so many runs, each subject counted anew.
    pub runs: u64,
    /// For these.
    pub slots: BTreeSet<Slot>,
}

/// An item that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How many days it was open.
    pub days: i64,
    /// How it ended.
    pub closing: Closing,
}

/// Something that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firing {
    /// What.
    pub slot: Slot,
    /// The subject as may be shown.
    pub subject: String,
    /// The values of its key as may be shown.
    pub key: Vec<String>,
    /// The owner as may be shown.
    pub owner: Option<String>,
    /// When.
    pub on: Date,
}

/// Something that fired again soon after it was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// What.
    pub slot: Slot,
    /// The subject as may be shown.
    pub subject: String,
    /// The values of its key as may be shown.
    pub key: Vec<String>,
    /// When it was closed.
    pub closed: Date,
    /// When it fired again.
    pub fired: Date,
}

/// What happened to one rule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// How many rows ended in which way.
    pub tally: Tally,
    /// Of the closed ones, those that a newer one took the place of.
    pub superseded: u64,
    /// How many days it took items to recover, in rising order.
    pub days: Vec<i64>,
    /// How many fired again soon.
    pub again: u64,
    /// Open at the end.
    pub open: u64,
    /// Of these, those that wait for approval.
    pub pending: u64,
    /// What wants to act at the end and may not.
    pub waiting: u64,
    /// What held it back.
    pub held: BTreeMap<ReasonKind, (u64, u64)>,
    /// How many different subjects were held back at some time.
    pub held_subjects: u64,
    /// In how many runs something was missing, and for how many different subjects.
    pub undecided: (u64, u64),
}

/// The next run of some plays of one program over the same data, which is evaluated once, and what each comes to. Each date
/// sees what happened, and was recorded, by then.
pub fn run_on(plays: &mut [Play], program: &Program, data: &Dataset, calendar: Calendar, as_of: Date) -> Vec<Outcome> {
    // A new one for each date: what it keeps of other dates would only take room.
    let evaluator = Evaluator::new(program, data, calendar).as_recorded();
    let results = evaluator.evaluate(&Options { as_of, calendar, accounts: Vec::new() });
    let one = |play: &mut Play| {
        let run = play.run(as_of);
        let candidates = gather(play.policy(), &evaluator, &results, play.state(), &run, play.how.personal);
        play.take(&run, &candidates)
    };
    plays.iter_mut().map(one).collect()
}

impl Play {
    /// Before the first run.
    pub fn new(policy: Policy, how: How) -> Play {
        Play { policy, how, state: State::default(), told: Told::default() }
    }

    /// What is played.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What is remembered at this point.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The next run.
    pub fn run(&self, as_of: Date) -> Run {
        Run { as_of, requester: REQUESTER.to_string(), fire_on_first_run: self.how.fire_on_first_run }
    }

    /// One run, and what it comes to.
    pub fn take(&mut self, run: &Run, candidates: &[Candidate]) -> Outcome {
        let as_of = run.as_of;
        let outcome = step(&self.policy, &self.state, candidates, run);
        self.tell(as_of, &outcome);
        outcome.changes.iter().for_each(|change| self.state.apply(change));
        self.state.head += 1;
        let number = self.state.head;
        self.state.last_run = Some(LastRun { number, as_of, program: String::new(), data: String::new() });
        let mut open: BTreeMap<Arc<str>, u64> = BTreeMap::new();
        for slot in self.state.items.keys() {
            *open.entry(slot.rule.clone()).or_default() += 1;
        }
        self.told.open.push((as_of, open));
        outcome
    }

    /// What happened, with what is open and waits at the end.
    pub fn finish(mut self) -> Told {
        for (slot, item) in &self.state.items {
            if item.status == Status::Pending {
                *self.told.pending.entry(slot.rule.clone()).or_default() += 1;
            }
        }
        for (slot, memory) in &self.state.memory {
            if memory.edge == Edge::Armed && !self.state.items.contains_key(slot) {
                *self.told.waiting.entry(slot.rule.clone()).or_default() += 1;
            }
        }
        self.told
    }

    /// Tells of a run whose changes were not made yet.
    fn tell(&mut self, as_of: Date, outcome: &Outcome) {
        let week = self.policy.calendar.start_of(PeriodKind::Week, as_of);
        for row in &outcome.rows {
            let owner = row.shown_owner(self.how.personal).unwrap_or_default().to_string();
            let place = Place { rule: row.slot.rule.clone(), week, owner };
            self.told.cells.entry(place).or_default().add(row.decided);
            match row.decided {
                Decided::Suppressed | Decided::Queued => self.held_back(row),
                Decided::Undecided => self.told.undecided.entry(row.slot.rule.clone()).or_default().count(&row.slot),
                Decided::Fired => self.fired(row, as_of),
                _ => {}
            }
        }
        for change in &outcome.changes {
            let Change::Close { slot, on, closing, .. } = change else { continue };
            let Some(item) = self.state.items.get(slot) else { continue };
            let ended = Ended { days: on.days_since(item.opened), closing: *closing };
            self.told.ended.entry(slot.rule.clone()).or_default().push(ended);
        }
        let exceeded = self.how.gates.exceeded(&Counts::of(outcome, self.how.personal));
        if !exceeded.is_empty() {
            self.told.stopped.push((as_of, exceeded));
        }
    }

    fn held_back(&mut self, row: &Row) {
        let kinds: BTreeSet<ReasonKind> = row.reasons.iter().map(|reason| reason.kind).collect();
        for kind in kinds {
            self.told.held.entry((row.slot.rule.clone(), kind)).or_default().count(&row.slot);
        }
    }

    fn fired(&mut self, row: &Row, as_of: Date) {
        let personal = self.how.personal;
        let (subject, key) = (row.shown_subject(personal).to_string(), row.shown_key(personal));
        let key: Vec<String> = key.into_iter().map(str::to_string).collect();
        self.told.fired.push(Firing {
            slot: row.slot.clone(),
            subject: subject.clone(),
            key: key.clone(),
            owner: row.shown_owner(personal).map(str::to_string),
            on: as_of,
        });
        let last = self.state.memory.get(&row.slot).and_then(|memory| memory.last.as_ref());
        let Some((closed, _)) = last.and_then(|last| last.closed) else { return };
        if as_of.days_since(closed) <= self.how.again_within {
            self.told.again.push(Again { slot: row.slot.clone(), subject, key, closed, fired: as_of });
        }
    }
}

impl Held {
    fn count(&mut self, slot: &Slot) {
        self.runs += 1;
        if !self.slots.contains(slot) {
            self.slots.insert(slot.clone());
        }
    }
}

impl Told {
    /// What happened to one rule.
    pub fn summary(&self, rule: &str) -> Summary {
        let mut out = Summary::default();
        for (_, tally) in self.cells.iter().filter(|(place, _)| &*place.rule == rule) {
            out.tally.add_all(tally);
        }
        let ended = self.ended.get(rule).map(Vec::as_slice).unwrap_or_default();
        out.superseded = ended.iter().filter(|e| e.closing == Closing::Superseded).count() as u64;
        out.days = ended.iter().filter(|e| e.closing != Closing::Superseded).map(|e| e.days).collect();
        out.days.sort_unstable();
        out.again = self.again.iter().filter(|again| &*again.slot.rule == rule).count() as u64;
        out.open = self.open.last().and_then(|(_, open)| open.get(rule)).copied().unwrap_or(0);
        out.pending = self.pending.get(rule).copied().unwrap_or(0);
        out.waiting = self.waiting.get(rule).copied().unwrap_or(0);
        let mut subjects: BTreeSet<&Slot> = BTreeSet::new();
        for ((_, kind), held) in self.held.iter().filter(|((of, _), _)| &**of == rule) {
            out.held.insert(*kind, (held.runs, held.slots.len() as u64));
            subjects.extend(&held.slots);
        }
        out.held_subjects = subjects.len() as u64;
        out.undecided = self.undecided.get(rule).map_or((0, 0), |held| (held.runs, held.slots.len() as u64));
        out
    }

    /// Leaves only what is of these rules; runs that a gate would have stopped stay.
    pub fn only(mut self, rules: &[String]) -> Told {
        let wanted = |rule: &str| rules.iter().any(|r| r == rule);
        self.cells.retain(|place, _| wanted(&place.rule));
        self.held.retain(|(rule, _), _| wanted(rule));
        self.undecided.retain(|rule, _| wanted(rule));
        self.ended.retain(|rule, _| wanted(rule));
        self.fired.retain(|fired| wanted(&fired.slot.rule));
        self.again.retain(|again| wanted(&again.slot.rule));
        self.open.iter_mut().for_each(|(_, open)| open.retain(|rule, _| wanted(rule)));
        self.pending.retain(|rule, _| wanted(rule));
        self.waiting.retain(|rule, _| wanted(rule));
        self
    }
}

impl Summary {
    /// The middle of the days it took, or the mean of the two in the middle.
    pub fn median(&self) -> Option<Decimal> {
        let day = |i: usize| self.days.get(i).copied().map(Decimal::int);
        let last = self.days.len().checked_sub(1)?;
        day(last / 2)?.add(day(last - last / 2)?)?.div(Decimal::int(2))
    }

    /// The least number of days in which nine of ten were over.
    pub fn ninety(&self) -> Option<i64> {
        let rank = (self.days.len() * 9).div_ceil(10);
        self.days.get(rank.checked_sub(1)?).copied()
    }
}

impl Policy {
    /// The same without any pause between items.
    pub fn without_cooldowns(&self) -> Policy {
        let none = |cooldown: &Option<Duration>| cooldown.map(|_| Duration { count: 0, unit: PeriodKind::Day });
        let mut out = self.clone();
        for rule in &mut out.rules {
            rule.cooldown = none(&rule.cooldown);
            rule.cooldown_won = none(&rule.cooldown_won);
            rule.cooldown_dismissed = none(&rule.cooldown_dismissed);
        }
        out
    }

    /// True if a rule pauses between items.
    pub fn has_cooldowns(&self) -> bool {
        self.rules.iter().any(RulePolicy::pauses)
    }
}

impl RulePolicy {
    /// True if the rule pauses between items.
    pub fn pauses(&self) -> bool {
        [self.cooldown, self.cooldown_won, self.cooldown_dismissed].iter().any(Option::is_some)
    }
}
