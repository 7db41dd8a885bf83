//! Results into candidates: how each rule stands for each subject, whose it would be, and what it would ask for.

use super::{Candidate, Delay, Hold, Policy, Reason, ReasonKind, RulePolicy, RuleSource, State, Subject, Task, Truth};
use crate::engine::reference::Evaluator;
use crate::engine::{AccountResult, Results, RuleResult, RuleStatus};
use crate::explain::words::Words;
use crate::program::{FieldId, Program, Rule};
use crate::report::accounts::{Facts, account_name, missing_at, personal_key};
use crate::report::value;
use std::collections::HashSet;
use std::sync::Arc;

/// How each rule of the policy stands for each subject. Those for which a rule is false and of which nothing is remembered
/// are left out: nothing could come of them.
pub fn gather(
    policy: &Policy,
    evaluator: &Evaluator,
    results: &Results,
    state: &State,
    personal: bool,
) -> Vec<Candidate> {
    let mut known: HashSet<(&str, &str)> = HashSet::new();
    for slot in state.memory.keys().chain(state.items.keys()) {
        known.insert((&slot.rule, &slot.subject.id));
    }
    let is_known = |rule: &RulePolicy, subject: &str| {
        let names = std::iter::once(&rule.name).chain(&rule.renamed_from);
        names.into_iter().any(|name| known.contains(&(&**name, subject)))
    };
    let kind: Arc<str> = evaluator.program.subject_table().map_or("account", |t| &t.header.name).into();
    let subject_personal = personal_key(evaluator.program);
    let mut out = Vec::new();
    let of_portfolio = Facts { evaluator, account: None, row: None, portfolio: &results.portfolio, personal: true };
    for (place, rule, result) in stands(policy, &evaluator.program.portfolio_rules, &results.portfolio_rules, true) {
        if truth(result) == Truth::False && !is_known(rule, "") {
            continue;
        }
        let written = Written { rule, declared: declared(evaluator.program, rule), facts: of_portfolio };
        let subject = Subject { kind: "portfolio".into(), id: "".into() };
        out.extend(written.candidate(place, subject, result, results));
    }
    for account in &results.accounts {
        let id: Arc<str> = account.id.as_str().into();
        let row = evaluator.row(&account.id, results.as_of).unwrap_or(account.row);
        let facts =
            Facts { evaluator, account: Some(account), row: Some(row), portfolio: &results.portfolio, personal: true };
        let name = account_name(evaluator.program, evaluator.data, row, personal);
        for (place, rule, result) in stands(policy, &evaluator.program.rules, &account.rules, false) {
            if truth(result) == Truth::False && !is_known(rule, &id) {
                continue;
            }
            let written = Written { rule, declared: declared(evaluator.program, rule), facts };
            let subject = Subject { kind: kind.clone(), id: id.clone() };
            let candidate = written.candidate(place, subject, result, results);
            let account = Some(id.clone());
            out.extend(candidate.map(|c| Candidate { name: name.clone(), subject_personal, account, ..c }));
        }
    }
    out
}

/// The rules of one kind that have a result, with their place in the policy.
fn stands<'a>(
    policy: &'a Policy,
    declared: &'a [Rule],
    results: &'a [RuleResult],
    portfolio: bool,
) -> impl Iterator<Item = (usize, &'a RulePolicy, &'a RuleResult)> {
    policy.rules.iter().enumerate().filter_map(move |(place, rule)| {
        let index = match rule.source {
            RuleSource::Account(id) if !portfolio => id.index(),
            RuleSource::Portfolio(id) if portfolio => id.index(),
            RuleSource::Account(_) | RuleSource::Portfolio(_) | RuleSource::Row(_) => return None,
        };
        declared.get(index)?;
        Some((place, rule, results.get(index)?))
    })
}

fn declared<'a>(program: &'a Program, rule: &RulePolicy) -> Option<&'a Rule> {
    match rule.source {
        RuleSource::Account(id) => program.rules.get(id.index()),
        RuleSource::Row(id) => program.row_rules.get(id.index()),
        RuleSource::Portfolio(id) => program.portfolio_rules.get(id.index()),
    }
}

/// Held back by `unless` is true and held back; a condition that is unknown while `unless` holds is false.
fn truth(result: &RuleResult) -> Truth {
    match result.status {
        RuleStatus::Holds | RuleStatus::HeldBack => Truth::True,
        RuleStatus::DoesNotHold => Truth::False,
        RuleStatus::Undecided => Truth::Unknown,
    }
}

/// A rule, and what can be filled into its texts.
struct Written<'a> {
    rule: &'a RulePolicy,
    declared: Option<&'a Rule>,
    facts: Facts<'a>,
}

impl Written<'_> {
    fn candidate(&self, place: usize, subject: Subject, result: &RuleResult, results: &Results) -> Option<Candidate> {
        let rule = self.declared?;
        let program = self.facts.evaluator.program;
        let truth = truth(result);
        let missing = missing_at(program, results.as_of, rule, &result.unknown);
        let unless = rule.unless.as_ref().filter(|_| result.status == RuleStatus::HeldBack);
        let holds = unless.map(|unless| {
            let text = format!("unless {}", Words::new(program).expr(unless));
            Hold::Holds(Reason::new(ReasonKind::Unless, text))
        });
        let closes = match &rule.close {
            Some(_) => Truth::from(result.closes),
            None => Truth::False,
        };
        let mut candidate = Candidate {
            rule: place,
            subject,
            name: None,
            subject_personal: false,
            account: None,
            key: rule.dedupe.iter().map(|key| self.exact(&key.name)).collect(),
            truth,
            missing,
            holds: holds.into_iter().collect(),
            closes,
            owner: None,
            owner_personal: false,
            limited_by: None,
            tasks: Vec::new(),
            findings: Vec::new(),
        };
        if truth != Truth::False {
            self.fill(rule, results, &mut candidate);
        }
        Some(candidate)
    }

    /// Whose it would be, and what it would ask for.
    fn fill(&self, rule: &Rule, results: &Results, candidate: &mut Candidate) {
        let masked = Facts { personal: false, ..self.facts };
        for (action, typed) in rule.ast.actions.iter().zip(&rule.actions) {
            let told = self.facts.task(None, 0, action, results.as_of);
            let shown = masked.task(None, 0, action, results.as_of);
            let task = Task {
                verb: told.verb,
                masked: (told.text != shown.text).then_some(shown.text),
                text: told.text,
                assignee_personal: told.assignee != shown.assignee,
                assignee: told.assignee,
                wait: typed.due.map(Delay::from),
                ..Task::default()
            };
            if candidate.owner.is_none() {
                candidate.owner.clone_from(&task.assignee);
                candidate.owner_personal = task.assignee_personal;
            }
            if let Some(remark) = told.remark {
                let text = match &task.assignee {
                    Some(_) => remark,
                    None => format!("nobody is asked: {remark}"),
                };
                if !candidate.findings.contains(&text) {
                    candidate.findings.push(text);
                }
            }
            candidate.tasks.push(task);
        }
        // Work that is limited per person counts for whoever gets it, so a blank column counts for the fallback.
        let per = self.rule.limit.as_ref().map(|limit| &*limit.per);
        candidate.limited_by = per.and_then(|per| match self.facts.column(per) {
            Some(Some(value)) => Some(value),
            Some(None) | None => candidate.owner.clone(),
        });
    }

    /// The exact value of a column, metric, scorecard, partition or segment.
    fn exact(&self, name: &str) -> String {
        self.field(name).or_else(|| self.declared_value(name)).unwrap_or_default()
    }

    fn field(&self, name: &str) -> Option<String> {
        let evaluator = self.facts.evaluator;
        let table = evaluator.program.subject_table()?;
        let i = table.fields.iter().position(|f| f.name == name)?;
        let cell =
            evaluator.data.table(evaluator.program.subject?)?.value(FieldId(u32::try_from(i).ok()?), self.facts.row?);
        Some(value::csv(evaluator.program, table.fields.get(i)?.ty, &cell))
    }

    fn declared_value(&self, name: &str) -> Option<String> {
        let program = self.facts.evaluator.program;
        if let Some(param) = program.params.iter().find(|p| p.header.name == name) {
            return Some(value::csv(program, param.ty, &param.value));
        }
        if let Some(i) = program.portfolio.iter().position(|m| m.header.name == name) {
            let (metric, result) = (program.portfolio.get(i)?, self.facts.portfolio.get(i)?);
            return Some(value::csv(program, metric.value.ty, &result.value));
        }
        let account: &AccountResult = self.facts.account?;
        if let Some(i) = program.metrics.iter().position(|m| m.header.name == name) {
            let (metric, result) = (program.metrics.get(i)?, account.metrics.get(i)?);
            return Some(value::csv(program, metric.value.ty, &result.value));
        }
        if let Some(i) = program.scorecards.iter().position(|c| c.header.name == name) {
            return account.scores.get(i)?.value.number().map(|n| n.to_string());
        }
        if let Some(i) = program.partitions.iter().position(|p| p.header.name == name) {
            let part = account.parts.get(i).copied().flatten()?;
            return program.partitions.get(i)?.parts.get(part as usize).map(|p| p.name.clone());
        }
        let i = program.segments.iter().position(|s| s.header.name == name)?;
        account.segments.get(i).copied().flatten().map(|member| if member { "yes" } else { "no" }.to_string())
    }
}
