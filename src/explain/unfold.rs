//! From a value down to the rows it came from.

mod rows;

use super::conditions::operand;
use super::replay;
use super::standing::standing;
use super::words::{self, Words};
use super::{AggregateWhy, BandWhy, Case, Operand, ScaleWhy, Shown, Step, TableWhy, TracedRows, Unfolded, bands};
use crate::calendar::Date;
use crate::engine::{MetricResult, reference};
use crate::program::{Aggregate, Expr, ExprKind, FieldId, Metric, Type};
use crate::report::{counted, value};
use crate::value::{Missing, Value};
use rows::aggregate_why;

/// Where a value comes from, in a few words: `2 rows, last 2026-02-10`.
pub fn from(case: Case, expr: &Expr, v: &Value) -> String {
    let aggregates = expr.aggregates();
    let mut parts: Vec<String> = Vec::new();
    for ranked in expr.ranked() {
        let among = standing(case, ranked).among();
        if !among.is_empty() && !parts.contains(&among) {
            parts.push(among);
        }
    }
    parts.extend(benchmarks(case, expr).iter().map(super::BenchmarkWhy::short));
    if !parts.is_empty() {
        return parts.join("; ");
    }
    for aggregate in &aggregates {
        let text = rows_in_words(case, aggregate, v);
        let table = case.program.table(aggregate.source).map_or("?", |t| &t.header.name);
        let text = if aggregates.len() > 1 { format!("{table}: {text}") } else { text };
        if !parts.contains(&text) {
            parts.push(text);
        }
    }
    if parts.is_empty() {
        let mut read: Vec<String> = Vec::new();
        names_read(case, expr, &mut read);
        if !read.is_empty() {
            parts.push(format!("from {}", read.join(", ")));
        }
    }
    for past in expr.past() {
        let text = super::past::from(case, past);
        if !text.is_empty() && !parts.contains(&text) {
            parts.push(text);
        }
    }
    if parts.is_empty() && reads_account(expr) {
        let rows = case.program.subject.and_then(|id| case.data.table(id));
        parts.extend(rows.map(|rows| rows.place(case.account.row)));
    }
    parts.join("; ")
}

fn rows_in_words(case: Case, aggregate: &Aggregate, v: &Value) -> String {
    let source = case.data.table(aggregate.source);
    let Some(rows) = source.filter(|t| t.vouches()) else {
        let table = case.program.table(aggregate.source).map_or("?", |t| &t.header.name);
        return match source {
            Some(loaded) if loaded.loaded => format!("{table} has no rows, which says nothing"),
            _ => format!("{table} is not loaded"),
        };
    };
    let traced = case.probe.rows(aggregate);
    let kept: Vec<_> = traced.rows.iter().filter(|r| r.dropped.is_none()).collect();
    let count = kept.len() as u64;
    if let (Value::Missing(Missing::TooFew), Some(needed)) = (v, aggregate.at_least) {
        return too_few(case, aggregate, &traced, count, needed);
    }
    let dated = |row: &super::TracedRow| row.date.map(|d| d.to_string());
    match kept.as_slice() {
        [] if !traced.covered => "the source does not cover the window".to_string(),
        [] if aggregate.window.is_some() => "no row in the window".to_string(),
        [] => "no row".to_string(),
        [row] => {
            let kind = kind_field(case, aggregate)
                .map(|(field, ty)| super::Shown::new(case.program, ty, &rows.value(field, row.row)).shown);
            let what = kind.unwrap_or_else(|| "1 row".to_string());
            dated(row).map_or(what.clone(), |date| format!("{what} {date}"))
        }
        [.., last] => {
            let text = counted(count, "row", "rows");
            dated(last).map_or(text.clone(), |date| format!("{text}, last {date}"))
        }
    }
}

/// `0 answers of 3`, or `2 contacts of 3 (5 answers, the latest per contact counts)`.
fn too_few(case: Case, aggregate: &Aggregate, traced: &TracedRows, count: u64, needed: u32) -> String {
    let answers = |n: u64| counted(n, "answer", "answers");
    let before = |r: &&super::TracedRow| r.dropped.as_ref().is_none_or(|d| d.step >= Step::Latest);
    let given = traced.rows.iter().filter(before).count() as u64;
    let worthless = |r: &&super::TracedRow| r.dropped.as_ref().is_some_and(|d| d.step == Step::Value);
    let empty = traced.rows.iter().filter(worthless).count() as u64;
    let mut notes = Vec::new();
    let what = match aggregate.latest_per.as_slice() {
        [one] if given > 0 => {
            let field = words::field(case.program, Some(aggregate.source), *one);
            if given != count {
                notes.push(format!("{}, the latest per {field} counts", answers(given)));
            }
            counted(count, &field, &format!("{field}s"))
        }
        _ => answers(count),
    };
    if empty > 0 {
        notes.push(format!("{} without a value", value::grouped(empty)));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("{what} of {needed}{notes}")
}

/// The column that says what kind of thing a row is: the first list of names.
fn kind_field(case: Case, aggregate: &Aggregate) -> Option<(FieldId, Type)> {
    let fields = &case.program.table(aggregate.source)?.fields;
    let i = fields.iter().position(|f| matches!(f.ty, Type::Enum(_)) && !f.personal)?;
    Some((FieldId(u32::try_from(i).ok()?), fields.get(i)?.ty))
}

/// The metrics and scorecards that an expression reads.
fn names_read(case: Case, expr: &Expr, out: &mut Vec<String>) {
    if matches!(
        expr.kind,
        ExprKind::Metric(_)
            | ExprKind::Points(_)
            | ExprKind::Score(_)
            | ExprKind::Portfolio(_)
            | ExprKind::IsBand { .. }
            | ExprKind::IsGrade { .. }
    ) {
        let name = Words::new(case.program).expr(expr);
        if !out.contains(&name) {
            out.push(name);
        }
    }
    if !expr.looks_back() {
        expr.children().into_iter().for_each(|child| names_read(case, child, out));
    }
}

fn reads_account(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Field(_)) || expr.children().into_iter().any(reads_account)
}

/// A metric with everything below it.
pub fn metric(case: Case, metric: &Metric, result: &MetricResult) -> Unfolded {
    let words = Words::new(case.program);
    let mut reads = Vec::new();
    operands(case, &metric.value, &mut reads);
    values_then(case, &metric.value, &mut reads);
    let ty = metric.value.ty;
    let thresholds = bands::table_for(&metric.thresholds, case.account).map(|table| TableWhy {
        segment: table.segment.map(|s| words::segment(case.program, s)),
        rows: table
            .bands
            .iter()
            .map(|band| BandWhy {
                name: band.name.clone(),
                test: words::band_test(case.program, ty, &band.test),
                points: band.points.map(|n| Shown::points(&Value::Number(n))),
                taken: result.band.as_deref() == Some(&band.name),
            })
            .collect(),
    });
    let scale = bands::scale_for(&metric.scales, case.account).filter(|_| thresholds.is_none()).map(|scale| {
        let points: Vec<String> = scale.points.iter().map(|(value, points)| format!("{value} -> {points}")).collect();
        ScaleWhy { segment: scale.segment.map(|s| words::segment(case.program, s)), text: points.join(", ") }
    });
    Unfolded {
        definition: words.expr(&metric.value),
        reads,
        aggregates: aggregates(case, &metric.value),
        details: super::detail::of_metric(case, metric),
        standings: metric.value.ranked().into_iter().map(|r| standing(case, r)).collect(),
        benchmarks: benchmarks(case, &metric.value),
        periods: replayed(case, &metric.value).into_iter().map(|e| replay::periods(case, e)).collect(),
        thresholds,
        scale,
        weighed: Vec::new(),
    }
}

/// What is aggregated, now and at the one other date that a change or an `as of` looks at.
fn aggregates(case: Case, expr: &Expr) -> Vec<AggregateWhy> {
    let all =
        |case: Case, expr: &Expr| expr.aggregates().into_iter().map(|a| aggregate_why(case, a)).collect::<Vec<_>>();
    let mut out = all(case, expr);
    for then in looks_back(case, expr) {
        if then.now {
            out.extend(all(case, then.value));
        }
        case.probe.then(then.date, &mut |account, probe| {
            let there = all(Case { account, probe, ..case }, then.value);
            let dated = |why: AggregateWhy| AggregateWhy { text: format!("{} as of {}", why.text, then.date), ..why };
            out.extend(there.into_iter().map(dated));
        });
    }
    out
}

/// The same of values that are not aggregates themselves: `references`, and `references as of 2025-12-31`.
fn values_then(case: Case, expr: &Expr, out: &mut Vec<Operand>) {
    for then in looks_back(case, expr).into_iter().filter(|then| then.value.aggregates().is_empty()) {
        let text = Words::new(case.program).expr(then.value);
        let mut told = |text: String, value: &Value| {
            let shown = Shown::new(case.program, then.value.ty, value);
            let hidden = !case.personal && super::personal_in(case.program, None, then.value);
            let operand = Operand { text, value: if hidden { shown.masked() } else { shown } };
            if !out.contains(&operand) {
                out.push(operand);
            }
        };
        if then.now {
            told(text.clone(), &case.probe.value(then.value));
        }
        let mut past = None;
        case.probe.then(then.date, &mut |_, probe| past = Some(probe.value(then.value)));
        told(format!("{text} as of {}", then.date), &past.unwrap_or(Value::Missing(Missing::NoData)));
    }
}

/// A value at another date, and whether its value now counts as well.
struct Then<'e> {
    value: &'e Expr,
    date: Date,
    now: bool,
}

/// The changes and `as of` of an expression.
fn looks_back<'e>(case: Case, expr: &'e Expr) -> Vec<Then<'e>> {
    let one = |past: &'e Expr| {
        let (value, now) = match &past.kind {
            ExprKind::Change { value, .. } => (value, true),
            ExprKind::AsOf { value, .. } => (value, false),
            _ => return None,
        };
        let dates = reference::looked_at(case.probe.calendar(), &past.kind, case.probe.as_of())?;
        Some(Then { value, date: *dates.last()?, now })
    };
    expr.past().into_iter().filter_map(one).collect()
}

/// What is replayed over periods, in the definitions of segments too.
fn replayed<'a>(case: Case<'a>, expr: &'a Expr) -> Vec<&'a Expr> {
    let mut out = expr.replayed();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if let ExprKind::Segment(id) = expr.kind {
            let condition = case.program.segments.get(id.index()).map(|s| &s.condition);
            out.extend(condition.into_iter().flat_map(Expr::replayed).filter(|e| !out.contains(e)).collect::<Vec<_>>());
        }
        if !expr.looks_back() && !matches!(expr.kind, ExprKind::Aggregate(_) | ExprKind::Across(_)) {
            open.extend(expr.children());
        }
    }
    out
}

/// The benchmarks that it is compared with.
pub fn benchmarks(case: Case, expr: &Expr) -> Vec<super::BenchmarkWhy> {
    let told = |id| {
        let found = case.probe.compared_with(id);
        super::benchmark::benchmark(case.program, id, &found, case.probe.as_of(), case.personal)
    };
    expr.benchmarks().into_iter().filter_map(told).collect()
}

/// The named things that an expression about the account reads, with their values.
fn operands(case: Case, expr: &Expr, out: &mut Vec<Operand>) {
    match expr.kind {
        ExprKind::Field(_)
        | ExprKind::Param(_)
        | ExprKind::Metric(_)
        | ExprKind::Points(_)
        | ExprKind::Score(_)
        | ExprKind::Portfolio(_)
        | ExprKind::Segment(_)
        | ExprKind::Part(..)
        | ExprKind::Partition(_)
        | ExprKind::IsBand { .. }
        | ExprKind::IsGrade { .. } => {
            let operand = operand(case, expr);
            if !out.contains(&operand) {
                out.push(operand);
            }
        }
        ExprKind::Convert(ref convert) => {
            let used = case.probe.rate(convert);
            let value = match &used {
                Ok(used) => Value::Number(used.rate),
                Err(reason) => Value::Missing(*reason),
            };
            operands(case, &convert.amount, out);
            let rates = case.program.rates.and_then(|rates| case.data.table(rates.table));
            let place = |row: u32| rates.map_or(String::new(), |t| format!(" ({})", t.place(row)));
            let text = match &used {
                Ok(reference::RateUsed { row: None, .. }) => return,
                Ok(reference::RateUsed { from, row: Some(row), day, inverse, .. }) => {
                    let (of, to) =
                        if *inverse { (convert.to.to_string(), from) } else { (from.clone(), &convert.to.to_string()) };
                    let divided = if *inverse { ", by which is divided" } else { "" };
                    format!("rate of {day}{}, {to} per {of}{divided}:", place(*row))
                }
                Err(_) => "rate".to_string(),
            };
            out.push(Operand { text, value: Shown::new(case.program, Type::PLAIN, &value) });
        }
        // What it reads, it reads of every account.
        ExprKind::Across(_) => {}
        // The rate of each row is told beside the row.
        ExprKind::Aggregate(_) => {
            expr.children().into_iter().for_each(|child| of_rows(case, child, out));
        }
        _ => expr.children().into_iter().for_each(|child| operands(case, child, out)),
    }
}

/// The same inside an aggregate.
fn of_rows(case: Case, expr: &Expr, out: &mut Vec<Operand>) {
    match &expr.kind {
        ExprKind::Convert(convert) => convert.children().into_iter().for_each(|child| of_rows(case, child, out)),
        _ if expr.children().is_empty() || expr.looks_back() => operands(case, expr, out),
        ExprKind::Across(_) => {}
        _ => expr.children().into_iter().for_each(|child| of_rows(case, child, out)),
    }
}
