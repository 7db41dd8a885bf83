//! Results into candidates: how each rule stands for each subject, what guards say, whose it would be, and what it would
//! ask for.

use super::{Candidate, Hold, Policy, Reason, ReasonKind, RulePolicy, RuleSource, Run, Slot, State, Subject, Task};
use super::{Edge, Truth};
use crate::calendar::Date;
use crate::data::Dataset;
use crate::engine::reference::Evaluator;
use crate::engine::{AccountResult, Results, RowStanding, RuleResult, RuleStatus, Standing, Suppression};
use crate::explain::words::Words;
use crate::pilot::scattered_hash;
use crate::program::{self, About, Action, FieldId, Key, Program, Rule, TableId, What};
use crate::report::accounts::{Facts, account_name, missing_at, personal_key};
use crate::report::value;
use crate::value::{MASK, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// How each rule of the policy stands for each subject. Those for which a rule is false and of which nothing is remembered
/// are left out: nothing could come of them. Names are masked unless personal ones were asked for.
pub fn gather(
    policy: &Policy,
    evaluator: &Evaluator,
    results: &Results,
    state: &State,
    run: &Run,
    personal: bool,
) -> Vec<Candidate> {
    let mut gathering =
        Gathering { policy, evaluator, results, state, run, personal, known: known(state), out: Vec::new() };
    let nobody = Facts {
        evaluator,
        account: None,
        row: None,
        portfolio: &results.portfolio,
        personal: true,
        at: None,
        as_of: results.as_of,
    };
    let portfolio = Subject { kind: "portfolio".into(), id: "".into() };
    for (place, rule) in policy.rules.iter().enumerate() {
        if let RuleSource::Portfolio(id) = rule.source
            && let Some(declared) = evaluator.program.portfolio_rules.get(id.index())
            && let Some(result) = results.portfolio_rules.get(id.index())
        {
            let about = Stands { place, rule, declared, facts: nobody };
            gathering.one(&about, &portfolio, None, result);
        }
    }
    for account in &results.accounts {
        let row = evaluator.row(&account.id, results.as_of).unwrap_or(account.row);
        gathering.account(account, Facts { account: Some(account), row: Some(row), ..nobody });
    }
    gathering.out
}

/// Slots of which something is remembered, by rule and subject.
type Known<'a> = HashMap<(&'a str, &'a str), Vec<&'a Slot>>;

fn known(state: &State) -> Known<'_> {
    let mut known = Known::new();
    for slot in state.memory.keys().chain(state.items.keys().filter(|slot| !state.memory.contains_key(slot))) {
        known.entry((&slot.rule, &slot.subject.id)).or_default().push(slot);
    }
    known
}

struct Gathering<'a> {
    policy: &'a Policy,
    evaluator: &'a Evaluator<'a>,
    results: &'a Results,
    state: &'a State,
    run: &'a Run,
    personal: bool,
    known: Known<'a>,
    out: Vec<Candidate>,
}

/// A rule, and what can be filled into its texts.
#[derive(Clone, Copy)]
struct Stands<'a> {
    place: usize,
    rule: &'a RulePolicy,
    declared: &'a Rule,
    facts: Facts<'a>,
}

impl<'a> Gathering<'a> {
    fn account(&mut self, account: &'a AccountResult, facts: Facts<'a>) {
        let program = self.evaluator.program;
        let id: Arc<str> = account.id.as_str().into();
        let kind: Arc<str> = program.subject_table().map_or("account", |t| &t.header.name).into();
        let subject = Subject { kind, id: id.clone() };
        for (place, rule) in self.policy.rules.iter().enumerate() {
            match rule.source {
                RuleSource::Account(of) => {
                    let (declared, result) = (program.rules.get(of.index()), account.rules.get(of.index()));
                    let Some((declared, result)) = declared.zip(result) else { continue };
                    let stands = Stands { place, rule, declared, facts };
                    match declared.trigger {
                        program::Trigger::On(table) => self.events(&stands, table, &subject, result),
                        _ => self.one(&stands, &subject, Some(&id), result),
                    }
                }
                RuleSource::Row(of) => {
                    let (declared, result) = (program.row_rules.get(of.index()), account.row_rules.get(of.index()));
                    let Some((declared, result)) = declared.zip(result) else { continue };
                    let About::Row(table) = declared.about else { continue };
                    for standing in &result.rows {
                        let facts = Facts { at: Some((table, standing.row)), ..facts };
                        let stands = Stands { place, rule, declared, facts };
                        let subject = self.row(table, standing.row);
                        self.one(&stands, &subject, Some(&id), &standing.result);
                    }
                }
                RuleSource::Portfolio(_) => {}
            }
        }
    }

    /// A row as a subject: what identifies it, not where it stands.
    fn row(&self, table: TableId, row: u32) -> Subject {
        let kind = self.evaluator.program.table(table).map_or("", |t| &t.header.name).into();
        Subject { kind, id: row_identity(self.evaluator.program, self.evaluator.data, table, row).into() }
    }

    fn is_known(&self, rule: &RulePolicy, subject: &str) -> bool {
        let mut names = std::iter::once(&rule.name).chain(&rule.renamed_from);
        names.any(|name| self.known.contains_key(&(&**name, subject)))
    }

    fn one(&mut self, stands: &Stands, subject: &Subject, account: Option<&Arc<str>>, result: &RuleResult) {
        let key = stands.declared.dedupe.iter().map(|key| self.exact(&stands.facts, key)).collect();
        if truth(result) != Truth::False || self.is_known(stands.rule, &subject.id) {
            let candidate = self.candidate(stands, subject, account, key, result);
            self.out.push(candidate);
        }
    }

    /// What is new since the last run, what was held back or could not be decided then, and how open items close.
    ///
    /// Rows of the very date of the last run are looked at again, since some of them may have come after it; those that
    /// were acted on are known by their slots.
    fn events(&mut self, stands: &Stands, table: TableId, subject: &Subject, result: &RuleResult) {
        let rule = stands.rule;
        let first = self.state.last_run.is_none() || !self.state.rules.contains(&rule.name);
        let acts = !first || rule.fire_on_first_run || self.run.fire_on_first_run;
        let since = self.state.last_run.as_ref().map(|last| last.as_of).filter(|_| !first);
        let mut offered = Vec::new();
        for standing in result.rows.iter().filter(|_| acts) {
            let facts = Facts { at: Some((table, standing.row)), ..stands.facts };
            let mut key: Vec<String> = stands.declared.dedupe.iter().map(|key| self.exact(&facts, key)).collect();
            if key.is_empty() {
                key.push(row_identity(self.evaluator.program, self.evaluator.data, table, standing.row));
            }
            let slot = Slot { rule: rule.name.clone(), subject: subject.clone(), key: key.clone() };
            let waits = self.state.memory.get(&slot).is_some_and(|m| m.truth != Truth::False && m.edge != Edge::Spent);
            if waits || since.is_none_or(|since| self.happened(table, standing) >= since) {
                let stands = Stands { facts, ..*stands };
                let candidate = self.candidate(&stands, subject, Some(&subject.id), key, &standing.result);
                self.out.push(Candidate { happened: Some(self.happened(table, standing)), ..candidate });
                offered.push(slot);
            }
        }
        let known = self.known.get(&(&*rule.name, &*subject.id)).cloned().unwrap_or_default();
        for slot in known.into_iter().filter(|slot| self.state.items.contains_key(slot) && !offered.contains(slot)) {
            let none = RuleResult { status: RuleStatus::DoesNotHold, met: Some(false), ..result.clone() };
            let candidate = self.candidate(stands, subject, Some(&subject.id), slot.key.clone(), &none);
            self.out.push(candidate);
        }
    }

    /// When it happened, or was learned of if that was later.
    fn happened(&self, table: TableId, standing: &RowStanding) -> Date {
        let recorded = || {
            let declared = self.evaluator.program.table(table)?;
            let field = u32::try_from(declared.fields.iter().position(|f| f.recorded)?).ok()?;
            self.evaluator.data.table(table)?.value(FieldId(field), standing.row).date()
        };
        let learned = recorded().filter(|day| *day <= self.run.as_of);
        learned.map_or(standing.date, |learned| learned.max(standing.date))
    }

    fn candidate(
        &self,
        stands: &Stands,
        subject: &Subject,
        account: Option<&Arc<str>>,
        key: Vec<String>,
        result: &RuleResult,
    ) -> Candidate {
        let Stands { place, declared, ref facts, .. } = *stands;
        let program = self.evaluator.program;
        let truth = truth(result);
        let (name, subject_personal) = self.called(declared, facts);
        let meeting = |step: &program::Step| step.meeting.as_ref().map(|meeting| facts.filled(&meeting.text));
        let mut candidate = Candidate {
            rule: place,
            subject: subject.clone(),
            name,
            subject_personal,
            account: account.cloned(),
            key,
            happened: None,
            truth,
            missing: missing_at(program, self.results.as_of, declared, &result.unknown),
            holds: Vec::new(),
            closes: declared.close.as_ref().map_or(Truth::False, |_| Truth::from(result.closes)),
            owner: None,
            owner_personal: false,
            limited_by: None,
            tasks: Vec::new(),
            meetings: declared.escalation.iter().map(meeting).collect(),
            findings: Vec::new(),
        };
        if let Some(unless) = declared.unless.as_ref().filter(|_| result.status == RuleStatus::HeldBack) {
            let text = format!("unless {}", Words::new(program).expr(unless));
            candidate.holds.push(Hold::Holds(Reason::new(ReasonKind::Unless, text)));
        }
        let said = result.guards.iter().filter_map(|by| hold(program, by, &candidate.missing));
        let said: Vec<Hold> = said.collect();
        candidate.holds.extend(said);
        if truth != Truth::False {
            fill(stands, &mut candidate);
        }
        candidate
    }

    /// What people call the subject, and whether its id is personal.
    fn called(&self, declared: &Rule, facts: &Facts) -> (Option<String>, bool) {
        let (program, data) = (self.evaluator.program, self.evaluator.data);
        match (declared.about, facts.row) {
            (About::Portfolio, _) | (_, None) => (None, false),
            (About::Account, Some(row)) => (account_name(program, data, row, self.personal), personal_key(program)),
            (About::Row(table), _) => {
                let Some((declared, (_, row))) = program.table(table).zip(facts.at) else { return (None, false) };
                let field = |id: FieldId| declared.fields.get(id.index());
                let personal_key = declared.key.and_then(field).is_some_and(|f| f.personal);
                let name = declared.name_field().and_then(|id| {
                    let masked = field(id).is_some_and(|f| f.personal) && !self.personal;
                    match data.table(table)?.value(id, row) {
                        Value::Text(_) if masked => Some(MASK.to_string()),
                        Value::Text(name) => Some(name.to_string()),
                        _ => None,
                    }
                });
                (name, personal_key)
            }
        }
    }

    /// The exact value of what tells items apart.
    fn exact(&self, facts: &Facts, key: &Key) -> String {
        let program = self.evaluator.program;
        let name = key.name.as_str();
        let at = |table: TableId, row: u32| {
            let declared = program.table(table)?;
            let i = declared.fields.iter().position(|f| f.name == name)?;
            let cell = self.evaluator.data.table(table)?.value(FieldId(u32::try_from(i).ok()?), row);
            Some(value::csv(program, declared.fields.get(i)?.ty, &cell))
        };
        let of_row = facts.at.and_then(|(table, row)| at(table, row));
        let of_account = || at(program.subject?, facts.row?);
        let of_metric = || {
            let (i, account) = (program.metrics.iter().position(|m| m.header.name == name)?, facts.account?);
            Some(value::csv(program, program.metrics.get(i)?.value.ty, &account.metrics.get(i)?.value))
        };
        let evaluated = || {
            // Anything else is asked of the evaluator: it is rare, and it is right.
            let mut whole = match facts.account {
                Some(account) => self.evaluator.account(&account.id, facts.as_of)?,
                None => self.evaluator.nobody(facts.as_of),
            };
            let value = match facts.at {
                Some((table, row)) => whole.value_on(table, row, &key.value),
                None => whole.value_of(&key.value),
            };
            Some(value::csv(program, key.value.ty, &value))
        };
        of_row.or_else(of_account).or_else(of_metric).or_else(evaluated).unwrap_or_default()
    }
}

/// The key of a row, or where it has none a hash of all its cells: the same wherever it stands in which file.
pub fn row_identity(program: &Program, data: &Dataset, table: TableId, row: u32) -> String {
    let Some((declared, rows)) = program.table(table).zip(data.table(table)) else { return String::new() };
    let cell = |id: FieldId| {
        let ty = declared.fields.get(id.index())?.ty;
        Some(value::csv(program, ty, &rows.value(id, row)))
    };
    if let Some(key) = declared.key.and_then(cell).filter(|key| !key.is_empty()) {
        return key;
    }
    let all = (0..declared.fields.len()).filter_map(|i| cell(FieldId(u32::try_from(i).ok()?)));
    format!("#{:016x}", scattered_hash(&all.collect::<Vec<_>>().join("\u{0}")))
}

/// Held back is true and held back; a condition that is unknown while `unless` holds is false; one that is true while a
/// guard is unknown is true, and the guard decides.
fn truth(result: &RuleResult) -> Truth {
    match result.status {
        RuleStatus::Holds | RuleStatus::HeldBack | RuleStatus::Suppressed => Truth::True,
        RuleStatus::DoesNotHold => Truth::False,
        RuleStatus::Undecided => match result.met {
            Some(true) => Truth::True,
            _ => Truth::Unknown,
        },
    }
}

/// What a reason of a guard says.
fn hold(program: &Program, by: &Suppression, missing: &[String]) -> Option<Hold> {
    let guard = program.guard(by.guard)?;
    let reason = guard.reasons.get(by.reason)?;
    let why = reason.because.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let text = match reason.name.as_str() {
        "lock" | "blackout" => format!("{} of {}{why}", reason.name, guard.header.name),
        name => format!("{name}{why}"),
    };
    Some(match (by.standing, &reason.kind) {
        (_, program::ReasonKind::Lock(within)) => {
            Hold::Lock { guard: format!("{}{why}", guard.header.name).into(), within: *within }
        }
        (_, program::ReasonKind::Blackout(_, to)) => {
            Hold::Holds(Reason::until(ReasonKind::Blackout, text, to.plus_days(1)))
        }
        (Standing::Unknown, _) => {
            Hold::Unknown { reason: Reason::new(ReasonKind::Guard, text), missing: missing.to_vec() }
        }
        (Standing::Holds | Standing::AskLedger, _) => Hold::Holds(Reason::new(ReasonKind::Guard, text)),
    })
}

/// Whose it would be, and what it would ask for.
fn fill(stands: &Stands, candidate: &mut Candidate) {
    let Stands { rule, declared, ref facts, .. } = *stands;
    for action in &declared.actions {
        match &action.what {
            What::Playbook(id) => {
                if let Some(playbook) = facts.evaluator.program.playbook(*id) {
                    playbook_tasks(facts, action, playbook, candidate);
                }
            }
            What::Text(text) => add(facts, &text.text, action.assign.as_ref(), candidate, task(action)),
            What::Name(name) => add(facts, name, action.assign.as_ref(), candidate, task(action)),
        }
    }
    // Work that is limited per person counts for whoever gets it: the fallback, where a column is blank or names somebody
    // who is not there any more.
    candidate.limited_by = rule.limit.as_ref().and_then(|limit| {
        let named = facts.column(&limit.per).flatten();
        let away = || assignments(facts, declared).any(|assign| facts.passes_over(assign, &limit.per));
        named.filter(|_| !away()).or_else(|| candidate.owner.clone())
    });
}

/// Everything that says whose the work of a rule is.
fn assignments<'a>(facts: &Facts<'a>, rule: &'a Rule) -> impl Iterator<Item = &'a program::Assign> {
    let program = facts.evaluator.program;
    rule.actions.iter().flat_map(move |action| {
        let playbook = match &action.what {
            What::Playbook(id) => program.playbook(*id),
            _ => None,
        };
        let tasks = playbook.into_iter().flat_map(|playbook| &playbook.tasks);
        action.assign.iter().chain(tasks.filter_map(|task| task.assign.as_ref()))
    })
}

fn task(action: &Action) -> Task {
    Task { verb: action.verb.word().to_string(), wait: action.due.map(Into::into), ..Task::default() }
}

/// The tasks of a playbook. What a task does not say the action says.
fn playbook_tasks(facts: &Facts, action: &Action, playbook: &program::Playbook, candidate: &mut Candidate) {
    for step in &playbook.tasks {
        let before: Vec<String> =
            step.after.iter().filter_map(|i| playbook.tasks.get(*i)).map(|t| facts.filled(&t.text.text)).collect();
        let task = Task {
            verb: "task".to_string(),
            wait: step.due.or(action.due).map(Into::into),
            playbook: Some(format!("{} version {}", playbook.header.name, playbook.version)),
            after: (!before.is_empty()).then(|| before.join("; ")),
            via: step.via.clone(),
            template: step.template.clone(),
            ..Task::default()
        };
        // Whoever has the item is the one that the action names.
        if let (None, Some(_)) = (&candidate.owner, &action.assign) {
            let masked = Facts { personal: false, ..*facts };
            candidate.owner = facts.assignee(action.assign.as_ref()).0;
            candidate.owner_personal = candidate.owner != masked.assignee(action.assign.as_ref()).0;
        }
        add(facts, &step.text.text, step.assign.as_ref().or(action.assign.as_ref()), candidate, task);
    }
}

/// Adds a task with its text filled in and its assignee found.
fn add(facts: &Facts, text: &str, assign: Option<&program::Assign>, candidate: &mut Candidate, task: Task) {
    let masked = Facts { personal: false, ..*facts };
    let (told, shown) = (facts.filled(text), masked.filled(text));
    let ((assignee, remark), (shown_assignee, _)) = (facts.assignee(assign), masked.assignee(assign));
    let task = Task {
        masked: (told != shown).then_some(shown),
        text: told,
        assignee_personal: assignee != shown_assignee,
        assignee,
        ..task
    };
    // Nobody is named: it is for whoever has the item.
    let task = match (assign, &candidate.owner) {
        (None, Some(owner)) => {
            Task { assignee: Some(owner.clone()), assignee_personal: candidate.owner_personal, ..task }
        }
        _ => task,
    };
    if candidate.owner.is_none() {
        candidate.owner.clone_from(&task.assignee);
        candidate.owner_personal = task.assignee_personal;
    }
    if let Some(remark) = remark {
        let text = match &task.assignee {
            Some(_) => remark,
            None => format!("nobody is asked: {remark}"),
        };
        if !candidate.findings.contains(&text) {
            candidate.findings.push(text);
        }
    }
    if candidate.tasks.is_empty() {
        // Most have one, and there may be a million of them.
        candidate.tasks.reserve_exact(1);
    }
    candidate.tasks.push(task);
}
