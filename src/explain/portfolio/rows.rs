//! The rows behind an aggregate over everyone, and the rules about the whole portfolio.

use super::{Operand, Shown, Whole, read};
use crate::association::Pair;
use crate::builtins::AggregateFunction;
use crate::engine::PortfolioResult;
use crate::engine::reference::{Dropped, Outcome, RowTrace, RowsTrace};
use crate::explain::association::{self, EvidenceWhy};
use crate::explain::words::Words;
use crate::explain::{personal, personal_in};
use crate::program::{Aggregate, Expr, ExprKind, Metric, Type};
use crate::report::accounts::{personal_key, portfolio as told, status_words};
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table};
use crate::report::value;
use serde::Serialize;

/// An aggregate over the rows of everyone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpreadWhy {
    /// As written.
    pub text: String,
    /// What came out.
    pub value: Shown,
    /// How many rows counted and how many did not.
    pub rows: serde_json::Value,
    /// The same in words.
    #[serde(skip)]
    pub of: String,
    /// What stands behind a figure of pairs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceWhy>,
    /// The rows that were looked at and met the filter, by date.
    pub seen: Vec<RowOfAllWhy>,
}

/// A row of an aggregate over everyone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowOfAllWhy {
    /// Where it was read.
    pub place: String,
    /// The account it belongs to, if it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its date, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// What it brings in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
    /// What is measured beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Shown>,
    /// It counts.
    pub counts: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A rule about the whole portfolio.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WholeRuleWhy {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub status: &'static str,
    /// `when` or `while`.
    pub trigger: &'static str,
    /// The condition.
    pub condition: String,
    /// What holds it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// What both read, with values.
    pub reads: Vec<Operand>,
    /// Where it is declared.
    pub position: String,
}

/// The aggregates of rows of a portfolio metric.
pub(super) fn spreads(whole: Whole, metric: &Metric, result: &PortfolioResult) -> Vec<SpreadWhy> {
    let aggregates = metric.value.aggregates().into_iter().zip(&result.rows);
    let spread = |(aggregate, seen): (&Aggregate, &crate::engine::RowsTold)| {
        let program = whole.program;
        let trace = whole.evaluator.rows_of_everyone(aggregate, whole.stamp.as_of);
        let data = whole.data.table(aggregate.source);
        let dated = program.table(aggregate.source).is_some_and(|t| t.kind.at().is_some());
        let ty = aggregate.value.as_ref().map_or(Type::PLAIN, |v| v.ty);
        let hide = |e: &Option<Expr>| {
            !whole.personal && e.as_ref().is_some_and(|v| personal_in(program, Some(aggregate.source), v))
        };
        let (hidden, other_hidden) = (hide(&aggregate.value), hide(&aggregate.other));
        let other_ty = aggregate.other.as_ref().map_or(Type::PLAIN, |v| v.ty);
        let masked = personal_key(program) && !whole.personal;
        let rows = trace.rows.iter().filter(|row| {
            !matches!(row.outcome, Outcome::Dropped(Dropped::Filter { unknown: false } | Dropped::Window))
        });
        let rows = rows.map(|row| {
            let account = whole.evaluator.account_of(aggregate.source, row.row);
            let (value, other, reason) = match &row.outcome {
                Outcome::Counted(counted) => {
                    (Some(&counted.value), counted.pair.as_ref().map(|pair| &pair.other), None)
                }
                Outcome::Dropped(dropped) => (None, None, Some(reason(whole, aggregate, *dropped))),
            };
            let other = other.map(|v| Shown::new(program, other_ty, v));
            let value = value.filter(|_| aggregate.value.is_some()).map(|v| Shown::new(program, ty, v));
            RowOfAllWhy {
                place: data.map_or_else(|| "?".to_string(), |d| d.place(row.row)),
                account: account.map(|id| if masked { value::MASK.to_string() } else { id.to_string() }),
                date: dated.then(|| row.date.to_string()),
                value: if hidden { value.map(Shown::masked) } else { value },
                other: if other_hidden { other.map(Shown::masked) } else { other },
                counts: reason.is_none(),
                reason,
            }
        });
        let expr = find(&metric.value, aggregate);
        let value = Shown::new(program, expr.map_or(Type::PLAIN, |e| e.ty), &trace.value);
        let secret = !whole.personal && expr.is_some_and(|e| personal(program, e));
        SpreadWhy {
            text: Words::new(program).aggregate(aggregate),
            value: if secret { value.masked() } else { value },
            rows: told::told_rows(program, seen),
            of: told::rows(program, std::slice::from_ref(seen)),
            evidence: evidence(whole, aggregate, &trace, hidden),
            seen: rows.collect(),
        }
    };
    aggregates.map(spread).collect()
}

fn evidence(whole: Whole, aggregate: &Aggregate, trace: &RowsTrace, hidden: bool) -> Vec<EvidenceWhy> {
    let (AggregateFunction::Paired(pairing), Some(value)) = (aggregate.function, &aggregate.value) else {
        return Vec::new();
    };
    let pair = |row: &RowTrace| match &row.outcome {
        Outcome::Counted(counted) => counted.pair.as_deref().cloned(),
        Outcome::Dropped(_) => None,
    };
    let pairs: Vec<Pair> = trace.rows.iter().filter_map(pair).collect();
    association::evidence(whole.program, pairing, (value, &aggregate.by), (&pairs, aggregate.at_least), hidden)
}

fn reason(whole: Whole, aggregate: &Aggregate, dropped: Dropped) -> String {
    let place = |row: u32| whole.data.table(aggregate.source).map_or_else(String::new, |d| d.place(row));
    match dropped {
        Dropped::Filter { unknown: true } => "`where` is unknown".to_string(),
        Dropped::Filter { unknown: false } => "`where` is not met".to_string(),
        Dropped::Window => "outside the window".to_string(),
        Dropped::Repeat(of) => format!("repeats {}", place(of)),
        Dropped::NotLatest(of) => format!("{} is later", place(of)),
        Dropped::OverCap => "the period is full".to_string(),
        Dropped::NoValue(why) => format!("no value ({why})"),
        Dropped::NoOther(why) => format!("no other value ({why})"),
        Dropped::NoKey(why) => format!("nothing to add it up under ({why})"),
        Dropped::LeftOut => "takes no part".to_string(),
        Dropped::NoWeight(why) => format!("no weight ({why})"),
    }
}

/// The expression that an aggregate stands in, for its type.
fn find<'e>(expr: &'e Expr, aggregate: &Aggregate) -> Option<&'e Expr> {
    let mut open = vec![expr];
    while let Some(next) = open.pop() {
        match &next.kind {
            ExprKind::Aggregate(found) if std::ptr::eq(&raw const **found, aggregate) => return Some(next),
            _ => open.extend(next.children()),
        }
    }
    None
}

/// The rules about the whole portfolio.
pub(super) fn rules(whole: Whole) -> Vec<WholeRuleWhy> {
    let results = whole.evaluator.portfolio_rules(whole.stamp.as_of);
    let words = Words::new(whole.program);
    let rules = whole.program.portfolio_rules.iter().zip(results);
    let rule = |(rule, result): (&crate::program::Rule, crate::engine::RuleResult)| {
        let mut reads = Vec::new();
        std::iter::once(&rule.condition).chain(&rule.unless).for_each(|e| read(whole, e, &mut reads));
        WholeRuleWhy {
            name: rule.header.name.clone(),
            status: status_words(result.status),
            trigger: rule.trigger.word(),
            condition: words.expr(&rule.condition),
            unless: rule.unless.as_ref().map(|unless| words.expr(unless)),
            reads,
            position: whole.sources.position(rule.header.span),
        }
    };
    rules.map(rule).collect()
}

/// The rows as a table for people.
pub(super) fn table(spread: &SpreadWhy, most: usize) -> Table {
    let rows = || spread.seen.iter().take(most);
    let (owned, dated) = (rows().any(|r| r.account.is_some()), rows().any(|r| r.date.is_some()));
    let (valued, paired) = (rows().any(|r| r.value.is_some()), rows().any(|r| r.other.is_some()));
    let mut columns = Vec::new();
    columns.extend(dated.then(|| Column::words("date")));
    columns.extend(owned.then(|| Column { limit: Some(24), ..Column::words("account") }));
    columns.extend(valued.then(|| Column::numbers("value")));
    columns.extend(paired.then(|| Column::numbers("other")));
    columns.push(Column::words(""));
    columns.push(Column::words("row"));
    let mut table = Table::new(columns);
    for row in rows() {
        let tone = if row.counts { Tone::Plain } else { Tone::Dim };
        let mut cells = Vec::new();
        cells.extend(dated.then(|| Cell::toned(row.date.clone().unwrap_or_default(), tone)));
        cells.extend(owned.then(|| Cell::toned(row.account.clone().unwrap_or_default(), tone)));
        let shown = |s: &Option<Shown>| s.as_ref().map_or("-".to_string(), |s| s.shown.clone());
        cells.extend(valued.then(|| Cell::toned(shown(&row.value), tone)));
        cells.extend(paired.then(|| Cell::toned(shown(&row.other), tone)));
        cells.push(Cell::toned(row.reason.clone().unwrap_or_else(|| "counts".to_string()), tone));
        cells.push(Cell::toned(row.place.as_str(), tone));
        table.row(cells);
    }
    table
}
