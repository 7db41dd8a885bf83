//! Everything with every digit, under keys that stay.
//!
//! Numbers are json numbers printed exactly. A missing value is `{"missing": "<reason>"}`; an unknown part or
//! membership is `null`. Keys are added over time, never renamed.

use super::{Evaluation, personal_metric, portfolio, status_words};
use crate::engine::AccountResult;
use crate::program::Type;
use crate::report::{load, value};
use serde_json::{Map, Value as Json, json};

/// The whole evaluation.
pub fn json(of: &Evaluation) -> Json {
    let faults = of.troubles().into_iter().map(|t| {
        let what = crate::value::Missing::Error(t.fault).words();
        json!({ "account": t.account, "name": t.name, "fault": what })
    });
    let parameters =
        of.program.params.iter().map(|p| {
            (p.header.name.clone(), json!({ "value": value::json(of.program, p.ty, &p.value), "set": p.set }))
        });
    json!({
        "project": of.stamp.project,
        "as_of": of.stamp.as_of.to_string(),
        "program": of.stamp.program,
        "data": of.stamp.data,
        "parameters": parameters.collect::<Map<_, _>>(),
        "accounts": of.results.accounts.iter().map(|a| account(of, a)).collect::<Vec<_>>(),
        "portfolio": portfolio::json(of),
        "load": load::json(of.load, &of.unseen()),
        "faults": faults.collect::<Vec<_>>(),
    })
}

fn account(of: &Evaluation, account: &AccountResult) -> Json {
    let program = of.program;
    let mut out = Map::new();
    out.insert("account".into(), json!(of.id(account)));
    if of.name_field().is_some() {
        let name = super::account_name(program, of.data, account.row, of.personal);
        out.insert("name".into(), json!(name));
    }
    let parts = program.partitions.iter().enumerate().map(|(i, p)| (p.header.name.clone(), json!(of.part(account, i))));
    out.insert("parts".into(), Json::Object(parts.collect()));
    let segments = program.segments.iter().zip(&account.segments).map(|(s, m)| (s.header.name.clone(), json!(m)));
    out.insert("segments".into(), Json::Object(segments.collect()));
    let scores = program.scorecards.iter().zip(&account.scores).map(|(card, score)| {
        let facts = json!({
            "score": value::json(program, Type::PLAIN, &score.value),
            "grade": score.grade,
            "coverage": value::decimal(score.coverage),
        });
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
    Json::Object(out)
}
