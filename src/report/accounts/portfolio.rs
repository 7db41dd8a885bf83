//! Metrics of the whole portfolio: one line each, with the accounts behind them.

use super::{Evaluation, personal_metric, status_words};
use crate::engine::{AccountsTold, PortfolioResult, RowsTold, RuleResult, RuleStatus};
use crate::program::{Metric, Program, Rule, Type};
use crate::report::paint::Tone;
use crate::report::table::{Align, Cell, Column, Table, escaped};
use crate::report::{counted, value};
use crate::value::{Missing, Value};
use serde_json::{Map, Value as Json, json};

/// A metric with its result.
fn metrics<'a>(of: &'a Evaluation) -> impl Iterator<Item = (&'a Metric, &'a PortfolioResult)> {
    of.program.portfolio.iter().zip(&of.results.portfolio)
}

fn masked(of: &Evaluation, metric: &Metric, v: &Value) -> bool {
    !of.personal && !v.is_missing() && personal_metric(of.program, metric)
}

/// As people read it.
fn shown(of: &Evaluation, metric: &Metric, result: &PortfolioResult) -> String {
    match &result.value {
        Value::Missing(why) => format!("missing ({why})"),
        v if masked(of, metric, v) => value::MASK.to_string(),
        v => value::shown(of.program, metric.value.ty, v),
    }
}

/// `of 4 accounts, 1 more without a value (no data)`: nobody is dropped silently.
pub fn accounts(told: &[AccountsTold]) -> String {
    let parts =
        told.iter().map(|t| seen(format!("of {}", counted(t.counted, "account", "accounts")), &t.missing, t.undecided));
    different(parts)
}

/// `from 7 rows of activity`
pub fn rows(of: &Program, told: &[RowsTold]) -> String {
    different(told.iter().map(|t| {
        let table = of.table(t.source).map_or("?", |t| &t.header.name);
        seen(format!("from {} of {table}", counted(t.counted, "row", "rows")), &t.missing, t.undecided)
    }))
}

/// What was seen, and what was not.
fn seen(what: String, missing: &[(Missing, u64)], undecided: u64) -> String {
    let mut text = what;
    for (reason, count) in missing {
        text.push_str(&format!(", {} more without a value ({reason})", value::grouped(*count)));
    }
    if undecided > 0 {
        text.push_str(&format!(", {} more undecided", value::grouped(undecided)));
    }
    text
}

/// Each text once.
fn different(texts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for text in texts {
        if !parts.contains(&text) {
            parts.push(text);
        }
    }
    parts.join("; ")
}

/// Whatever is behind a metric.
fn behind(of: &Evaluation, result: &PortfolioResult) -> String {
    let parts = [accounts(&result.accounts), rows(of.program, &result.rows)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The rules about the whole portfolio, each with its result.
fn rules<'a>(of: &'a Evaluation) -> impl Iterator<Item = (&'a Rule, &'a RuleResult)> {
    of.program.portfolio_rules.iter().zip(&of.results.portfolio_rules)
}

/// What is missing, where that is why a rule is undecided.
fn lacking(result: &RuleResult) -> String {
    let mut names: Vec<String> = Vec::new();
    for unknown in &result.unknown {
        let name = unknown.name.clone().unwrap_or_else(|| "an expression".to_string());
        names.push(format!("{name} is missing ({})", unknown.reason));
    }
    names.join(", ")
}

/// The lines of the page for people.
pub fn lines(of: &Evaluation) -> Table {
    let number = Column { align: Align::Right, ..Column::default() };
    let mut table = Table::new(vec![Column::default(), number, Column::default(), Column::default()]);
    for (metric, result) in metrics(of) {
        let tone = if result.value.is_missing() { Tone::Warn } else { Tone::Plain };
        table.row(vec![
            metric.header.name.as_str().into(),
            Cell::toned(shown(of, metric, result), tone),
            result.band.as_deref().unwrap_or("").into(),
            Cell::toned(behind(of, result), Tone::Dim),
        ]);
    }
    for (rule, result) in rules(of) {
        let tone = if result.status == RuleStatus::Undecided { Tone::Warn } else { Tone::Plain };
        table.row(vec![
            rule.header.name.as_str().into(),
            Cell::toned(status_words(result.status), tone),
            "".into(),
            Cell::toned(lacking(result), Tone::Dim),
        ]);
    }
    table
}

/// The lines of the Markdown page.
pub fn markdown(of: &Evaluation) -> Vec<String> {
    let line = |(metric, result): (&Metric, &PortfolioResult)| {
        let band = result.band.as_ref().map_or(String::new(), |band| format!(", {band}"));
        let accounts = behind(of, result);
        let accounts = if accounts.is_empty() { accounts } else { format!(" ({accounts})") };
        format!("portfolio `{}`: {}{band}{accounts}", metric.header.name, escaped(&shown(of, metric, result)))
    };
    let rule = |(rule, result): (&Rule, &RuleResult)| {
        let why = lacking(result);
        let why = if why.is_empty() { why } else { format!(" ({})", escaped(&why)) };
        format!("portfolio rule `{}`: {}{why}", rule.header.name, status_words(result.status))
    };
    metrics(of).map(line).chain(rules(of).map(rule)).collect()
}

/// Under the name of each metric.
pub fn json(of: &Evaluation) -> Json {
    let facts = metrics(of).map(|(metric, result)| {
        let mut facts = Map::new();
        let shown = match masked(of, metric, &result.value) {
            true => json!(value::MASK),
            false => value::json(of.program, metric.value.ty, &result.value),
        };
        facts.insert("value".into(), shown);
        if !metric.thresholds.is_empty() {
            facts.insert("band".into(), json!(result.band));
        }
        if let Some(points) = &result.points {
            facts.insert("points".into(), value::json(of.program, Type::PLAIN, points));
        }
        facts.insert("accounts".into(), result.accounts.iter().map(told).collect());
        if !result.rows.is_empty() {
            facts.insert("rows".into(), result.rows.iter().map(|t| told_rows(of.program, t)).collect());
        }
        (metric.header.name.clone(), Json::Object(facts))
    });
    Json::Object(facts.collect())
}

/// The accounts behind one aggregate.
pub fn told(told: &AccountsTold) -> Json {
    let missing: Map<_, _> = told.missing.iter().map(|(why, n)| (why.words().to_string(), json!(n))).collect();
    json!({ "accounts": told.accounts, "counted": told.counted, "missing": missing, "undecided": told.undecided })
}

/// The rows behind one aggregate.
pub fn told_rows(program: &Program, told: &RowsTold) -> Json {
    let missing: Map<_, _> = told.missing.iter().map(|(why, n)| (why.words().to_string(), json!(n))).collect();
    let table = program.table(told.source).map_or("?", |t| &t.header.name);
    json!({ "table": table, "rows": told.rows, "counted": told.counted, "missing": missing, "undecided": told.undecided })
}

/// The rules about the whole portfolio, under their names.
pub fn rules_json(of: &Evaluation) -> Json {
    let facts = rules(of).map(|(rule, result)| (rule.header.name.clone(), json!(status_words(result.status))));
    Json::Object(facts.collect())
}

/// The columns of the csv: the same in every row.
pub fn csv_head(of: &Evaluation) -> Vec<String> {
    let mut head = Vec::new();
    for metric in &of.program.portfolio {
        head.push(metric.header.name.clone());
        if !metric.thresholds.is_empty() {
            head.push(format!("{}.band", metric.header.name));
        }
    }
    for rule in &of.program.portfolio_rules {
        head.push(rule.header.name.clone());
        if !rule.ast.actions.is_empty() {
            head.push(format!("{}.asks", rule.header.name));
        }
    }
    head
}

/// The cells of [`csv_head`].
pub fn csv_cells(of: &Evaluation) -> Vec<String> {
    let mut cells = Vec::new();
    for (metric, result) in metrics(of) {
        let text = value::csv(of.program, metric.value.ty, &result.value);
        cells.push(if masked(of, metric, &result.value) { value::MASK.to_string() } else { text });
        if !metric.thresholds.is_empty() {
            cells.push(result.band.clone().unwrap_or_default());
        }
    }
    for (rule, result) in rules(of) {
        cells.push(status_words(result.status).to_string());
        if !rule.ast.actions.is_empty() {
            let asked = of.extras.tasks_of(None).iter().filter(|t| t.rule == result.rule.index());
            cells.push(asked.map(|task| task.words()).collect::<Vec<_>>().join("; "));
        }
    }
    cells
}
