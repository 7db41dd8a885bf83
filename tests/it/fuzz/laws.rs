//! What has to hold for every text, every data set and every result, whatever went in.

use clap::ValueEnum;
use laud::data::{Dataset, LoadReport, Reject};
use laud::diagnostics::{Diagnostic, render};
use laud::engine::{AccountResult, Results};
use laud::explain::bands::table_for;
use laud::format::{Refusal, format};
use laud::number::Decimal;
use laud::program::{Combine, Program, TableKind, Type};
use laud::source::{Source, Sources};
use laud::value::Value;
use std::collections::BTreeMap;

/// Fails with a message.
macro_rules! law {
    ($holds:expr, $($message:tt)*) => {
        if !$holds {
            return Err(format!($($message)*));
        }
    };
}

/// Findings lie within their sources and can be drawn in every way.
pub fn findings(list: &[Diagnostic], sources: &Sources) -> Result<(), String> {
    for finding in list {
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|e| e.span));
        for span in finding.labels.iter().map(|l| l.span).chain(edits) {
            let text = sources.get(span.source).map(|s| &s.text);
            // A finding about the run (`--set`) has no place in a source.
            law!(text.is_some() || span.source == u16::MAX, "{finding:?}: no such source");
            let Some(text) = text else { continue };
            let (start, end) = (span.start as usize, span.end as usize);
            law!(text.get(start..end).is_some(), "finding lies outside of its source: {finding:?}");
        }
        law!(!finding.message.is_empty(), "a finding without a message: {finding:?}");
    }
    let plain = render::human(list, sources, false);
    harmless("findings for people", &plain)?;
    law!(plain.is_empty() == list.is_empty(), "findings for people: {} of them, but `{plain}`", list.len());
    let _ = render::human(list, sources, true);
    let short = render::short(list, sources);
    harmless("findings in short", &short)?;
    law!(short.lines().count() == list.len(), "{} findings make {} lines", list.len(), short.lines().count());
    let json = render::json(list, sources);
    serde_json::from_str::<serde_json::Value>(&json).map_err(|e| format!("findings as json: {e}"))?;
    for format in render::Format::value_variants() {
        let text = format.render(&render::Report { verb: "check", findings: list, sources }, false);
        harmless(&format!("findings as {format:?}"), &text)?;
    }
    Ok(())
}

/// Layout settles at once and refuses nothing but texts with mistakes; what has to stay it checks itself.
pub fn layout(source: &Source) -> Result<(), String> {
    let again = |text: &str| format(0, &Source::new(source.name.as_str(), text));
    match format(0, source) {
        Err(Refusal::Syntax(list)) => law!(!list.is_empty(), "not laid out, and no mistake found"),
        Err(Refusal::NotTheSame) => return Err(format!("laid out it would not be the same:\n{}", source.text)),
        Ok(once) => {
            let twice = again(&once).map_err(|r| format!("laid out it is refused: {r:?}\n{once}"))?;
            law!(once == twice, "layout does not settle:\n{once}\nbecomes\n{twice}");
        }
    }
    Ok(())
}

/// No text steers the terminal.
pub fn harmless(what: &str, text: &str) -> Result<(), String> {
    let steers = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    };
    match text.chars().find(|c| steers(*c)) {
        Some(c) => Err(format!("{what}: holds {c:?}")),
        None => Ok(()),
    }
}

/// Every row is accounted for, every column is as long as the table.
pub fn loaded(program: &Program, data: &Dataset, report: &LoadReport, rejects: &[Reject]) -> Result<(), String> {
    law!(data.tables.len() == program.tables.len(), "{} tables loaded", data.tables.len());
    law!(report.tables.len() == program.tables.len(), "{} tables reported", report.tables.len());
    for ((table, declared), account) in data.tables.iter().zip(&program.tables).zip(&report.tables) {
        let name = &declared.header.name;
        law!(account.read == account.kept + account.rejected_total(), "{name}: rows do not add up: {account:?}");
        law!(account.kept == u64::from(table.rows), "{name}: kept {} of {} rows", account.kept, table.rows);
        let rows = table.rows as usize;
        law!(table.origins.len() == rows, "{name}: {} origins of {rows} rows", table.origins.len());
        law!(table.columns.len() == declared.fields.len(), "{name}: {} columns", table.columns.len());
        for (column, field) in table.columns.iter().zip(&declared.fields) {
            use laud::data::Cells as C;
            let length = match &column.cells {
                C::Boolean(v) => v.len(),
                C::Number(v) => v.len(),
                C::Date(v) => v.len(),
                C::Instant(v) => v.len(),
                C::Symbol(v) => v.len(),
                C::Text(v) => v.len(),
            };
            law!(length == rows, "{name}.{}: {length} cells in {rows} rows", field.name);
            let rising = column.unreadable.windows(2).all(|w| w[0] < w[1]);
            law!(rising && column.unreadable.iter().all(|r| *r < table.rows), "{name}.{}: unreadable", field.name);
            for row in 0..table.rows {
                fits(program, &column.value(row), field.ty).map_err(|e| format!("{name}.{}: {e}", field.name))?;
            }
        }
        law!(table.by_key.iter().all(|(_, row)| row < table.rows), "{name}: a key leads to no row");
        if let TableKind::Events { of, .. } = declared.kind {
            let parents = data.tables[of.index()].rows as usize;
            law!(table.by_parent.len() == parents, "{name}: rows of {} of {parents} parents", table.by_parent.len());
            let mut all: Vec<u32> = table.by_parent.iter().flatten().copied().collect();
            all.sort_unstable();
            law!(all == (0..table.rows).collect::<Vec<_>>(), "{name}: rows without or with several parents: {all:?}");
        }
        for (reason, count) in &account.rejected {
            let handed = rejects.iter().filter(|r| r.table == *name && r.reason == *reason).count() as u64;
            law!(handed == *count, "{name}: {count} rejected as {reason:?}, {handed} handed over");
        }
        let own = rejects.iter().filter(|r| r.table == *name && r.reason.what() == "row").count() as u64;
        law!(own == account.rejected_total(), "{name}: rejects that are not counted");
    }
    for reject in rejects {
        let account = report.tables.iter().find(|t| t.table == reject.table);
        let known = account.is_some_and(|a| a.files.contains(&reject.file));
        law!(known && reject.line > 0 && !reject.detail.is_empty(), "a reject without a place: {reject:?}");
    }
    Ok(())
}

/// A value is of its type.
pub fn fits(program: &Program, value: &Value, ty: Type) -> Result<(), String> {
    let fits = match (value, ty) {
        (Value::Missing(_), _) => true,
        (Value::Boolean(_), Type::Boolean) | (Value::Date(_), Type::Date) | (Value::Instant(_), Type::Instant) => true,
        (Value::Number(n), Type::Number(_) | Type::Mixed) => Decimal::from_raw(n.raw()).is_some(),
        (Value::Text(_), Type::Text) => true,
        (Value::Symbol(s), Type::Enum(id)) => program.enums[id.index()].values.len() > *s as usize,
        _ => false,
    };
    law!(fits, "a value of another type: {value:?} as {ty:?}");
    Ok(())
}

/// Everything about the results of a run.
pub fn results(program: &Program, results: &Results) -> Result<(), String> {
    law!(results.accounts.windows(2).all(|w| w[0].id < w[1].id), "accounts are not sorted");
    for account in &results.accounts {
        self::account(program, account).map_err(|e| format!("account {}: {e}", account.id))?;
    }
    Ok(())
}

fn account(program: &Program, account: &AccountResult) -> Result<(), String> {
    law!(account.metrics.len() == program.metrics.len(), "metrics");
    law!(account.rules.len() == program.rules.len(), "rules");
    law!(account.segments.len() == program.segments.len(), "segments");
    law!(account.parts.len() == program.partitions.len(), "partitions");
    for (metric, result) in program.metrics.iter().zip(&account.metrics) {
        let name = &metric.header.name;
        fits(program, &result.value, metric.value.ty).map_err(|e| format!("metric {name}: {e}"))?;
        if let Some(table) = table_for(&metric.thresholds, account)
            && !result.value.is_missing()
        {
            law!(result.band.is_some(), "metric {name}: no band for {:?} in {table:?}", result.value);
        }
        if let Some(points) = &result.points {
            law!(matches!(points, Value::Number(_) | Value::Missing(_)), "metric {name}: points {points:?}");
        }
    }
    for (card, score) in program.scorecards.iter().zip(&account.scores) {
        self::score(program, account, card, score).map_err(|e| format!("scorecard {}: {e}", card.header.name))?;
    }
    Ok(())
}

fn sum(parts: impl Iterator<Item = Decimal>) -> Decimal {
    parts.fold(Decimal::ZERO, |sum, part| sum.add(part).unwrap())
}

fn score(
    _program: &Program,
    account: &AccountResult,
    card: &laud::program::Scorecard,
    score: &laud::engine::ScoreResult,
) -> Result<(), String> {
    law!(Decimal::ZERO <= score.coverage && score.coverage <= Decimal::ONE, "coverage {}", score.coverage);
    if let Some(total) = score.unlimited.number() {
        let base = if card.combine == Combine::Sum { card.base } else { Decimal::ZERO };
        let gained = sum(score.lines.iter().filter_map(|l| l.contribution));
        law!(gained.add(base) == Some(total), "contributions are {gained} and {base}, the score {total}: {score:?}");
        if card.combine.has_shares() {
            let lost: Vec<Decimal> = score.lines.iter().filter_map(|l| l.lost).collect();
            let (lost, left) = (sum(lost.iter().copied()), Decimal::HUNDRED.sub(total));
            // What is lost has no number where 100 less the points does not fit into one.
            let whole = score.lines.iter().all(|l| l.contribution.is_some() == l.lost.is_some());
            law!(!whole || left == Some(lost), "lost is {lost}, the score {total}: {score:?}");
        }
    }
    if let Some(table) = table_for(&card.grades, account)
        && !score.value.is_missing()
    {
        law!(score.grade.is_some(), "no grade for {:?} in {table:?}", score.value);
    }
    Ok(())
}

/// Results without what depends on the order of rows in files.
pub fn comparable(results: &Results) -> Vec<AccountResult> {
    let mut accounts = results.accounts.clone();
    for account in &mut accounts {
        account.row = 0;
        account.scores.iter_mut().flat_map(|score| &mut score.corrections).for_each(|c| c.row = 0);
        account.faults.sort_by_key(|f| format!("{f:?}"));
        let standings = account.rules.iter_mut().flat_map(|rule| &mut rule.rows);
        standings.chain(account.row_rules.iter_mut().flat_map(|rule| &mut rule.rows)).for_each(|row| row.row = 0);
    }
    accounts
}

/// Everything that an account has by a name of the program, in words that do not depend on how things are numbered.
pub fn by_name(program: &Program, account: &AccountResult) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (metric, result) in program.metrics.iter().zip(&account.metrics) {
        let value = match (&result.value, metric.value.ty) {
            (Value::Symbol(symbol), Type::Enum(list)) => program.symbol(list, *symbol).to_string(),
            (value, _) => format!("{value:?}"),
        };
        all.insert(format!("metric {}", metric.header.name), format!("{value} {:?} {:?}", result.band, result.points));
    }
    for (card, score) in program.scorecards.iter().zip(&account.scores) {
        let text = format!("{:?} {:?} {} {:?}", score.value, score.unlimited, score.coverage, score.grade);
        all.insert(format!("scorecard {}", card.header.name), text);
    }
    for (segment, member) in program.segments.iter().zip(&account.segments) {
        all.insert(format!("segment {}", segment.header.name), format!("{member:?}"));
    }
    for (partition, part) in program.partitions.iter().zip(&account.parts) {
        let part = part.and_then(|p| partition.parts.get(p as usize)).map(|p| &p.name);
        all.insert(format!("partition {}", partition.header.name), format!("{part:?}"));
    }
    for (rule, result) in program.rules.iter().zip(&account.rules) {
        all.insert(format!("rule {}", rule.header.name), format!("{:?} {:?}", result.status, result.closes));
    }
    all
}
