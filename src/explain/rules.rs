//! Rules of an account: their conditions with the values, the rows that they are about, and what guards say.

use super::conditions::condition;
use super::words::Words;
use super::{Case, Condition, RuleWhy};
use crate::engine::{RowRuleResult, RuleResult, RuleStatus};
use crate::interventions::row_identity;
use crate::program::{About, Rule, TableId, Trigger};
use crate::report::accounts::{row_key, status_words};

/// A rule of the account.
pub(super) fn rule_why(case: Case, rule: &Rule, result: &RuleResult) -> RuleWhy {
    let status = result.status;
    let when = match rule.trigger {
        Trigger::On(table) => set_off_by(case, rule, table, result),
        _ => condition(case, &rule.condition),
    };
    let unless = rule.unless.as_ref().map(|unless| condition(case, unless));
    let mut missing = Vec::new();
    if status == RuleStatus::Undecided {
        missing.extend(when.missing.iter().cloned());
        missing.extend(unless.iter().flat_map(|u| u.missing.iter().cloned()));
        if missing.is_empty() {
            missing = lacking(result);
        }
        missing.dedup();
    }
    RuleWhy {
        name: rule.header.name.clone(),
        label: rule.header.label.clone(),
        status: status_words(status),
        missing,
        row: None,
        subject: None,
        suppressed: suppressed(case, result),
        trigger: rule.trigger.word(),
        condition: when,
        unless,
        position: case.sources.position(rule.header.span),
        ledger: None,
    }
}

/// What is missing, by name.
fn lacking(result: &RuleResult) -> Vec<String> {
    let name = |u: &crate::engine::Unknown| Some(format!("{} ({})", u.name.as_ref()?, u.reason));
    result.unknown.iter().filter_map(name).collect()
}

/// `legal: a dispute is open`
fn suppressed(case: Case, result: &RuleResult) -> Vec<String> {
    let told = |by: &crate::engine::Suppression| {
        let reason = case.program.guard(by.guard)?.reasons.get(by.reason)?;
        let why = reason.because.as_ref().map_or(String::new(), |why| format!(": {why}"));
        Some(format!("{}{why}", reason.name))
    };
    result.suppressed_by().filter_map(told).collect()
}

/// `ticket where urgent`, and the rows that are so.
fn set_off_by(case: Case, rule: &Rule, table: TableId, result: &RuleResult) -> Condition {
    let text = Words::new(case.program).rule(rule);
    let rows: Vec<String> =
        result.rows.iter().map(|row| row_key(case.program, case.data, table, row.row)).take(MOST_ROWS).collect();
    let more = result.rows.len().saturating_sub(rows.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown = if rows.is_empty() { text.clone() } else { format!("{text} ({}{more})", rows.join(", ")) };
    let mut out = Condition::new(text, case.sources.position(rule.condition.span));
    out.holds = match result.status {
        RuleStatus::DoesNotHold => Some(false),
        RuleStatus::Undecided => None,
        _ => Some(true),
    };
    out.shown = shown;
    out
}

/// So many rows that set a rule off are named.
const MOST_ROWS: usize = 5;

/// A rule about rows, for each row of the account.
pub(super) fn row_rules_why(case: Case, rule: &Rule, result: &RowRuleResult) -> Vec<RuleWhy> {
    let About::Row(table) = rule.about else { return Vec::new() };
    let words = Words::new(case.program).rule(rule);
    let rows = result.rows.iter().map(|standing| {
        let result = &standing.result;
        let mut when = Condition::new(words.clone(), case.sources.position(rule.condition.span));
        when.holds = match result.status {
            RuleStatus::DoesNotHold => Some(false),
            RuleStatus::Undecided => None,
            _ => Some(true),
        };
        RuleWhy {
            name: rule.header.name.clone(),
            label: rule.header.label.clone(),
            status: status_words(result.status),
            missing: if result.status == RuleStatus::Undecided { lacking(result) } else { Vec::new() },
            row: Some(row_key(case.program, case.data, table, standing.row)),
            subject: Some(row_identity(case.program, case.data, table, standing.row)),
            suppressed: suppressed(case, result),
            trigger: rule.trigger.word(),
            condition: when,
            unless: None,
            position: case.sources.position(rule.header.span),
            ledger: None,
        }
    });
    rows.collect()
}
