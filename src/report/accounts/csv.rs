//! One row per account with every digit: for spreadsheets and joins.

use super::{Evaluation, extras, portfolio, undecided};
use crate::engine::{AccountResult, RuleStatus};
use crate::program::Type;
use crate::report::table::csv_line;
use crate::report::value;
use crate::value::Value;

/// A header line and one line per account. Columns: `account`, `name` if there is one, `as_of`, each partition, the columns
/// of the accounts that were asked for, each scorecard with `.grade`, `.coverage` and `.limited` where it has limits, each
/// metric with `.band`, `.points` and `.stale_since`, each rule, for each rule what it `.asks` for, each portfolio metric with `.band` and
/// each rule about the portfolio with `.asks` (the same in every line), and last `missing`: what is missing and why, because a blank cell cannot say it, and what undecided
/// rules lack.
pub fn csv(of: &Evaluation) -> String {
    let program = of.program;
    let named = of.name_field().is_some();
    let limited =
        |i: usize| program.scorecards.get(i).is_some_and(|card| !card.limits.is_empty() || card.correction.is_some());
    let acting = |i: usize| program.rules.get(i).is_some_and(|rule| !rule.ast.actions.is_empty());
    let mut head = vec!["account".to_string()];
    if named {
        head.push("name".to_string());
    }
    head.push("as_of".to_string());
    head.extend(program.partitions.iter().map(|p| p.header.name.clone()));
    let columns = || of.extras.columns.iter().filter_map(|f| Some((*f, of.column(*f)?)));
    head.extend(columns().map(|(_, declared)| declared.name.clone()));
    for (i, card) in program.scorecards.iter().enumerate() {
        head.push(card.header.name.clone());
        if of.graded(i) {
            head.push(format!("{}.grade", card.header.name));
        }
        head.push(format!("{}.coverage", card.header.name));
        if limited(i) {
            head.push(format!("{}.limited", card.header.name));
        }
    }
    for metric in &program.metrics {
        head.push(metric.header.name.clone());
        if !metric.thresholds.is_empty() {
            head.push(format!("{}.band", metric.header.name));
        }
        if !metric.thresholds.is_empty() || !metric.scales.is_empty() {
            head.push(format!("{}.points", metric.header.name));
        }
        if metric.valid_for.is_some() {
            head.push(format!("{}.stale_since", metric.header.name));
        }
    }
    head.extend(program.rules.iter().map(|r| r.header.name.clone()));
    let asking = program.rules.iter().enumerate().filter(|(i, _)| acting(*i));
    head.extend(asking.map(|(_, rule)| format!("{}.asks", rule.header.name)));
    head.extend(portfolio::csv_head(of));
    head.push("missing".to_string());
    let mut out = csv_line(head.iter().map(String::as_str));

    for (place, account) in of.results.accounts.iter().enumerate() {
        let mut cells = vec![of.id(account).to_string()];
        if named {
            cells.push(of.name(account));
        }
        cells.push(of.stamp.as_of.to_string());
        for i in 0..program.partitions.len() {
            cells.push(of.part(account, i).unwrap_or("").to_string());
        }
        for (field, declared) in columns() {
            let (cell, masked) = of.cell(place, account, field);
            cells.push(if masked { value::MASK.to_string() } else { value::csv(program, declared.ty, &cell) });
        }
        for (i, score) in account.scores.iter().enumerate() {
            cells.push(value::csv(program, Type::PLAIN, &score.value));
            if of.graded(i) {
                cells.push(score.grade.clone().unwrap_or_default());
            }
            cells.push(score.coverage.to_string());
            if limited(i) {
                let undecided = extras::undecided(program, i, score).into_iter().map(|limit| format!("{limit}?"));
                let all: Vec<String> = extras::limited(program, i, score).into_iter().chain(undecided).collect();
                cells.push(all.join("; "));
            }
        }
        for (result, metric) in account.metrics.iter().zip(&program.metrics) {
            let shown = value::csv(program, metric.value.ty, &result.value);
            let masked = !of.personal && !shown.is_empty() && super::personal_metric(program, metric);
            cells.push(if masked { value::MASK.to_string() } else { shown });
            if !metric.thresholds.is_empty() {
                cells.push(result.band.clone().unwrap_or_default());
            }
            if !metric.thresholds.is_empty() || !metric.scales.is_empty() {
                cells.push(result.points.as_ref().map_or(String::new(), |p| value::csv(program, Type::PLAIN, p)));
            }
            if metric.valid_for.is_some() {
                let since = result.expired.as_ref().map(|expired| expired.until.plus_days(1).to_string());
                cells.push(since.unwrap_or_default());
            }
        }
        for rule in &account.rules {
            let word = match rule.status {
                RuleStatus::Holds => "yes",
                RuleStatus::DoesNotHold => "no",
                RuleStatus::HeldBack => "held back",
                RuleStatus::Suppressed => "suppressed",
                RuleStatus::Undecided => "undecided",
            };
            cells.push(word.to_string());
        }
        let asked = of.extras.tasks_of(Some(place));
        for (i, _) in program.rules.iter().enumerate().filter(|(i, _)| acting(*i)) {
            let tasks = asked.iter().filter(|t| t.rule == i);
            cells.push(tasks.map(|t| t.words()).collect::<Vec<_>>().join("; "));
        }
        cells.extend(portfolio::csv_cells(of));
        cells.push(missing(of, account));
        out.push_str(&csv_line(cells.iter().map(String::as_str)));
    }
    out
}

/// `health: too few; promoters: no data; referral_rate: no data; renewal_call: quiet_days (no data)`
fn missing(of: &Evaluation, account: &AccountResult) -> String {
    let program = of.program;
    let said = |name: &str, value: &Value| value.missing().map(|why| format!("{name}: {why}"));
    let cards = program.scorecards.iter().zip(&account.scores).filter_map(|(c, s)| said(&c.header.name, &s.value));
    let metrics = program.metrics.iter().zip(&account.metrics).filter_map(|(m, r)| {
        let points = || r.points.as_ref().and_then(|p| said(&format!("{}.points", m.header.name), p));
        said(&m.header.name, &r.value).or_else(points)
    });
    let whole = of.results.portfolio.iter().zip(&program.portfolio);
    let whole = whole.filter_map(|(result, metric)| said(&metric.header.name, &result.value));
    let rules = program.rules.iter().zip(&account.rules).filter(|(_, r)| r.status == RuleStatus::Undecided);
    let rules = rules.map(|(rule, r)| format!("{}: {}", rule.header.name, undecided::words(of, rule, r)));
    cards.chain(metrics).chain(whole).chain(rules).collect::<Vec<_>>().join("; ")
}
