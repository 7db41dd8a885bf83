//! Everything with every digit, under keys that stay.
//!
//! Numbers are json numbers printed exactly. A missing value is `{"missing": "<reason>"}`; an unknown part or
//! membership is `null`. Keys are added over time, never renamed.

use super::{Change, Evaluation, extras, personal_metric, portfolio, status_words, undecided};
use crate::engine::{AccountResult, RowRuleResult, RuleStatus};
use crate::program::{About, Rule, Type};
use crate::report::{load, value};
use serde_json::{Map, Value as Json, json};

/// The whole evaluation.
pub fn json(of: &Evaluation) -> Json {
    let faults = of.troubles().into_iter().map(|t| {
        let what = crate::value::Missing::Error(t.fault).words();
        json!({ "account": t.account, "name": t.name, "fault": what })
    });
    let parameters = of.program.params.iter().map(|p| {
        let mut facts = json!({ "value": value::json(of.program, p.ty, &p.value), "set": p.set });
        let setting = of.stamp.settings.iter().find(|s| s.name == p.header.name);
        if let (Some(setting), Some(map)) = (setting, facts.as_object_mut()) {
            map.insert("declared".into(), json!(setting.declared));
        }
        (p.header.name.clone(), facts)
    });
    let accounts = of.results.accounts.iter().enumerate().map(|(i, a)| account(of, i, a));
    let mut out = json!({
        "project": of.stamp.project,
        "as_of": of.stamp.as_of.to_string(),
        "program": of.stamp.program,
        "data": of.stamp.data,
        "parameters": parameters.collect::<Map<_, _>>(),
        "accounts": accounts.collect::<Vec<_>>(),
        "portfolio": portfolio::json(of),
        "portfolio_rules": portfolio::rules_json(of),
        "load": load::json(of.load, &of.extents()),
        "faults": faults.collect::<Vec<_>>(),
    });
    if let Some(map) = out.as_object_mut() {
        if !of.program.portfolio_rules.is_empty() {
            map.insert("portfolio_tasks".into(), tasks(of, None));
        }
        if !of.stamp.old_benchmarks.is_empty() {
            map.insert("old_benchmarks".into(), json!(of.stamp.old_benchmarks));
        }
        if let Some(table) = &of.stamp.timeless {
            map.insert("timeless".into(), json!([table]));
        }
        if let Some(changes) = &of.extras.changes {
            map.insert("changes".into(), Json::Array(changes.accounts.iter().map(|c| change(of, c)).collect()));
            let whole: Vec<Json> = changes.portfolio.iter().map(extras::Difference::json).collect();
            if !whole.is_empty() {
                map.insert("portfolio_changes".into(), Json::Array(whole));
            }
        }
    }
    out
}

fn change(of: &Evaluation, change: &Change) -> Json {
    let account = of.results.accounts.get(change.account).map(|a| of.id(a));
    let what: Vec<Json> = change.what.iter().map(extras::Difference::json).collect();
    json!({ "account": account, "what": what })
}

fn account(of: &Evaluation, place: usize, account: &AccountResult) -> Json {
    let program = of.program;
    let mut out = Map::new();
    out.insert("account".into(), json!(of.id(account)));
    if of.name_field().is_some() {
        let name = super::account_name(program, of.data, account.row, of.personal);
        out.insert("name".into(), json!(name));
    }
    let parts = program.partitions.iter().enumerate().map(|(i, p)| (p.header.name.clone(), json!(of.part(account, i))));
    if !of.extras.columns.is_empty() {
        let cells = of.extras.columns.iter().filter_map(|field| {
            let declared = of.column(*field)?;
            let (cell, masked) = of.cell(place, account, *field);
            let cell = if masked { json!(value::MASK) } else { value::json(program, declared.ty, &cell) };
            Some((declared.name.clone(), cell))
        });
        out.insert("columns".into(), Json::Object(cells.collect()));
    }
    out.insert("parts".into(), Json::Object(parts.collect()));
    let segments = program.segments.iter().zip(&account.segments).map(|(s, m)| (s.header.name.clone(), json!(m)));
    out.insert("segments".into(), Json::Object(segments.collect()));
    let scores = program.scorecards.iter().zip(&account.scores).enumerate().map(|(i, (card, score))| {
        let mut facts = json!({
            "score": value::json(program, Type::PLAIN, &score.value),
            "grade": score.grade,
            "coverage": value::decimal(score.coverage),
        });
        if let (false, Some(map)) = (card.limits.is_empty() && card.correction.is_none(), facts.as_object_mut()) {
            map.insert("limited".into(), json!(extras::limited(program, i, score)));
            map.insert("undecided".into(), json!(extras::undecided(program, i, score)));
        }
        (card.header.name.clone(), facts)
    });
    out.insert("scorecards".into(), Json::Object(scores.collect()));
    let metrics = program.metrics.iter().zip(&account.metrics).map(|(metric, result)| {
        let masked = !of.personal && !result.value.is_missing() && personal_metric(program, metric);
        let mut facts = Map::new();
        let shown = if masked { json!(value::MASK) } else { value::json(program, metric.value.ty, &result.value) };
        facts.insert("value".into(), shown);
        if !metric.thresholds.is_empty() {
            facts.insert("band".into(), json!(result.band));
        }
        if let Some(expired) = &result.expired {
            facts.insert("stale_since".into(), expired.until.plus_days(1).to_string().into());
        }
        if let Some(points) = &result.points {
            facts.insert("points".into(), value::json(program, Type::PLAIN, points));
        }
        (metric.header.name.clone(), Json::Object(facts))
    });
    out.insert("metrics".into(), Json::Object(metrics.collect()));
    let rules = program.rules.iter().zip(&account.rules);
    let rules = rules.map(|(rule, result)| (rule.header.name.clone(), json!(status_words(result.status))));
    out.insert("rules".into(), Json::Object(rules.collect()));
    let suppressed = program.rules.iter().zip(&account.rules).filter(|(_, r)| r.status == RuleStatus::Suppressed);
    let suppressed: Map<String, Json> =
        suppressed.map(|(rule, r)| (rule.header.name.clone(), json!(super::reasons(program, r)))).collect();
    if !program.guards.is_empty() {
        out.insert("suppressed".into(), Json::Object(suppressed));
    }
    if !program.row_rules.is_empty() {
        let rules = program.row_rules.iter().zip(&account.row_rules);
        let rules = rules.map(|(rule, result)| (rule.header.name.clone(), rows(of, rule, result)));
        out.insert("row_rules".into(), Json::Object(rules.collect()));
    }
    let undecided = program.rules.iter().zip(&account.rules).filter(|(_, result)| !result.unknown.is_empty());
    let undecided = undecided
        .map(|(rule, result)| (rule.header.name.clone(), json!(undecided::missing(of, rule, &result.unknown))));
    out.insert("undecided".into(), Json::Object(undecided.collect()));
    // What the rules ask for: nothing of it is sent.
    out.insert("tasks".into(), tasks(of, Some(place)));
    Json::Object(out)
}

/// How a rule stands for each row of an account.
fn rows(of: &Evaluation, rule: &Rule, result: &RowRuleResult) -> Json {
    let About::Row(table) = rule.about else { return Json::Null };
    let rows = result.rows.iter().map(|row| {
        json!({
            "id": extras::row_key(of.program, of.data, table, row.row),
            "status": status_words(row.result.status),
            "suppressed": super::reasons(of.program, &row.result),
            "undecided": undecided::missing(of, rule, &row.result.unknown),
        })
    });
    Json::Array(rows.collect())
}

/// What the rules ask for about an account, or about the whole portfolio.
fn tasks(of: &Evaluation, account: Option<usize>) -> Json {
    let tasks = of.extras.tasks_of(account).iter().map(|t| {
        let mut task = json!({
            "rule": t.rule_name(of.program),
            "verb": t.verb,
            "text": t.text,
            "assignee": t.assignee,
            "remark": t.remark,
            "due": t.due.map(|d| d.to_string()),
        });
        if let (Some(row), Some(map)) = (&t.row, task.as_object_mut()) {
            map.insert("row".into(), json!(row));
        }
        if let (Some(days), Some(map)) = (t.working, task.as_object_mut()) {
            map.insert("due_in_working_days".into(), json!(days));
        }
        task
    });
    Json::Array(tasks.collect())
}
