//! What the rules of a program say about acting.

use super::{Delay, Slot, WorkingDays};
use crate::calendar::{Calendar, Date, Duration, PeriodKind};
use crate::explain::personal_in;
use crate::number::Decimal;
use crate::program::{self, About, Per, Program, Rule, RuleId, Wait, WorkCalendar};
use crate::value::MASK;
use std::sync::Arc;

/// What all rules say, and by which calendars they count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policy {
    /// By name.
    pub rules: Vec<RulePolicy>,
    /// How the project counts its years.
    pub calendar: Calendar,
}

/// What a rule says about acting.
#[derive(Debug, Clone, PartialEq)]
pub struct RulePolicy {
    /// Its name: its identity in the ledger.
    pub name: Arc<str>,
    /// Names that it had before.
    pub renamed_from: Vec<Arc<str>>,
    /// Which rule of the program it is.
    pub source: RuleSource,
    /// What sets it off.
    pub trigger: Trigger,
    /// How many runs in a row its condition has to hold.
    pub for_runs: u32,
    /// How long nothing new comes, counted from the closing of an item.
    pub cooldown: Option<Duration>,
    /// The same after an item that was won.
    pub cooldown_won: Option<Duration>,
    /// The same after an item that was dismissed or rejected.
    pub cooldown_dismissed: Option<Duration>,
    /// Higher goes first.
    pub priority: Decimal,
    /// Among equals, the rule whose condition names deeper segments goes first.
    pub specificity: u32,
    /// Of the rules of a group only one has an item about a subject.
    pub exclusive: Option<Arc<str>>,
    /// So many per somebody and period.
    pub limit: Option<LimitPolicy>,
    /// By time.
    pub escalation: Vec<EscalationStep>,
    /// Who has to approve.
    pub approvals: Vec<ApprovalPolicy>,
    /// The share of subjects who get it at all, as a bucket below which they do.
    pub pilot: Option<i64>,
    /// How many runs in a row `close when` has to hold; `None` if there is no such clause.
    pub close_runs: Option<u32>,
    /// Acts on what is true in its first run.
    pub fire_on_first_run: bool,
    /// It says itself what tells items about one subject apart.
    pub has_key: bool,
    /// Which of the values that tell items apart come from personal columns; empty if none does.
    pub key_personal: Vec<bool>,
    /// On which days people work.
    pub working_days: WorkingDays,
}

/// Which rule of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSource {
    /// One of [`Program::rules`].
    Account(RuleId),
    /// One of [`Program::row_rules`].
    Row(RuleId),
    /// One of [`Program::portfolio_rules`].
    Portfolio(RuleId),
}

/// What sets a rule off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// Its condition becomes true.
    Edge,
    /// Its condition is true.
    Level,
    /// Something happened; each event is a slot of its own.
    Event,
    /// A period began; once in it for each subject for which the condition holds.
    Every(PeriodKind),
}

/// `limit 5 per csm per week`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitPolicy {
    /// How many.
    pub count: u64,
    /// The word after `per`.
    pub per: Arc<str>,
    /// In which period.
    pub period: PeriodKind,
}

/// `after 7 days to manager`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationStep {
    /// How long after work began.
    pub after: Delay,
    /// To whom.
    pub to: String,
    /// `meeting "…"`: what is called for.
    pub meeting: Option<String>,
}

/// `approval legal within 5 days escalate to vp`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalPolicy {
    /// In which role.
    pub role: String,
    /// How long it may take.
    pub within: Option<Delay>,
    /// Who is told if it takes longer.
    pub escalate_to: Option<String>,
}

impl Policy {
    /// What the rules of a program say.
    pub fn of(program: &Program, calendar: Calendar) -> Policy {
        let number = |i: usize| RuleId(u32::try_from(i).unwrap_or(u32::MAX));
        let of = |rules: &[Rule], source: fn(RuleId) -> RuleSource| -> Vec<RulePolicy> {
            rules.iter().enumerate().map(|(i, r)| rule(program, r, source(number(i)))).collect()
        };
        let mut rules = of(&program.rules, RuleSource::Account);
        rules.extend(of(&program.row_rules, RuleSource::Row));
        rules.extend(of(&program.portfolio_rules, RuleSource::Portfolio));
        rules.sort_by(|a, b| a.name.cmp(&b.name));
        Policy { rules, calendar }
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<&RulePolicy> {
        let i = self.rules.binary_search_by(|r| (*r.name).cmp(name)).ok()?;
        self.rules.get(i)
    }
}

fn rule(program: &Program, rule: &Rule, source: RuleSource) -> RulePolicy {
    let calendar = rule.calendar.and_then(|id| program.calendars.get(id.index()));
    RulePolicy {
        name: rule.header.name.as_str().into(),
        renamed_from: rule.renamed_from.iter().map(|name| name.as_str().into()).collect(),
        source,
        trigger: match rule.trigger {
            program::Trigger::When => Trigger::Edge,
            program::Trigger::While => Trigger::Level,
            program::Trigger::On(_) => Trigger::Event,
            program::Trigger::Every(kind) => Trigger::Every(kind),
        },
        for_runs: rule.runs,
        cooldown: rule.cooldown.map(|c| c.usual),
        cooldown_won: rule.cooldown.and_then(|c| c.after_won),
        cooldown_dismissed: rule.cooldown.and_then(|c| c.after_dismissed),
        priority: rule.priority,
        specificity: rule.specificity,
        exclusive: rule.exclusive.as_deref().map(Into::into),
        limit: rule.limit.as_ref().map(|limit| LimitPolicy {
            count: u64::from(limit.most),
            per: match &limit.per {
                Per::Owner => "owner".into(),
                Per::Value(key) => key.name.as_str().into(),
            },
            period: limit.period,
        }),
        escalation: rule
            .escalation
            .iter()
            .map(|step| EscalationStep {
                after: step.after.into(),
                to: step.to.clone(),
                meeting: step.meeting.as_ref().map(|meeting| meeting.text.clone()),
            })
            .collect(),
        approvals: rule
            .approvals
            .iter()
            .map(|approval| ApprovalPolicy {
                role: approval.team.clone(),
                within: approval.within.map(Into::into),
                escalate_to: approval.escalate_to.clone(),
            })
            .collect(),
        pilot: rule.pilot.map(bucket_below),
        close_runs: rule.close.as_ref().map(|close| close.runs),
        fire_on_first_run: rule.fire_on_first_run,
        has_key: !rule.dedupe.is_empty(),
        key_personal: key_personal(program, rule),
        working_days: calendar.map(working_days).unwrap_or_default(),
    }
}

fn key_personal(program: &Program, rule: &Rule) -> Vec<bool> {
    let flags = key_flags(program, rule);
    if flags.contains(&true) { flags } else { Vec::new() }
}

fn key_flags(program: &Program, rule: &Rule) -> Vec<bool> {
    let rows = match (rule.trigger, rule.about) {
        (program::Trigger::On(table), _) | (_, About::Row(table)) => Some(table),
        _ => None,
    };
    match rule.trigger {
        // The event itself tells items apart, by its own key.
        program::Trigger::On(table) if rule.dedupe.is_empty() => {
            let field = program.table(table).and_then(|events| events.fields.get(events.key?.index()));
            vec![field.is_some_and(|field| field.personal)]
        }
        _ => rule.dedupe.iter().map(|key| personal_in(program, rows, &key.value)).collect(),
    }
}

/// Values of a key as they may be shown.
pub fn shown_key<'k>(key: &'k [String], of_persons: &[bool], personal: bool) -> Vec<&'k str> {
    let masked = |i: usize| !personal && of_persons.get(i).copied().unwrap_or(false);
    key.iter().enumerate().map(|(i, value)| if masked(i) { MASK } else { value.as_str() }).collect()
}

fn working_days(calendar: &WorkCalendar) -> WorkingDays {
    let mut weekend = [false; 7];
    for (day, off) in weekend.iter_mut().enumerate() {
        *off = calendar.weekend.iter().any(|free| usize::from(*free) == day);
    }
    WorkingDays { weekend, holidays: calendar.holidays.iter().copied().collect() }
}

/// 25% is every bucket below 2,500.
fn bucket_below(share: Decimal) -> i64 {
    share.mul(Decimal::int(10_000)).and_then(|n| n.ceil().to_int()).unwrap_or(0).clamp(0, 10_000)
}

impl From<Wait> for Delay {
    fn from(wait: Wait) -> Delay {
        match wait {
            Wait::Calendar(duration) => Delay::Calendar(duration),
            Wait::Working(count) => Delay::Working(count),
        }
    }
}

impl RulePolicy {
    /// The name by which pilots know the rule: the one it had first, so that a new name moves nobody to the other arm.
    pub fn pilot_name(&self) -> &str {
        self.renamed_from.first().unwrap_or(&self.name)
    }

    /// The first day on which something new may come after an item that was closed so.
    pub fn after_closing(&self, on: Date, closing: super::Closing) -> Option<Date> {
        use super::Closing::{Dismissed, Rejected, Won};
        let special = match closing {
            Won => self.cooldown_won,
            Dismissed | Rejected => self.cooldown_dismissed,
            _ => None,
        };
        special.or(self.cooldown).map(|cooldown| cooldown.after(on))
    }

    /// True if an item opened on this date no longer stands in the way of a new one, though nobody closed it: nothing in
    /// the rule closes items, and the cooldown is over.
    pub fn outlived(&self, opened: Date, as_of: Date) -> bool {
        let over = self.cooldown.is_some_and(|cooldown| cooldown.after(opened) <= as_of);
        self.close_runs.is_none() && over && opened < as_of
    }

    /// What a candidate of this rule is about.
    pub(super) fn slot(&self, candidate: &super::Candidate) -> Slot {
        Slot { rule: self.name.clone(), subject: candidate.subject.clone(), key: candidate.key.clone() }
    }
}
