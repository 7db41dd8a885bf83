//! From a value down to the rows it came from.

use super::conditions::operand;
use super::figures::{self, figure};
use super::replay;
use super::standing::standing;
use super::words::{self, Words};
use super::{
    AggregateWhy, BandWhy, Case, Figure, Operand, RowWhy, ScaleWhy, Shown, Step, StepWhy, TableWhy, TracedRows,
    Unfolded, WindowWhy, bands, personal_field,
};
use crate::association::Pair;
use crate::builtins::{AggregateFunction, Function};
use crate::calendar::{Date, PeriodKind};
use crate::engine::{MetricResult, reference};
use crate::number::Decimal;
use crate::program::{Aggregate, Expr, ExprKind, FieldId, Keep, Metric, Type};
use crate::report::accounts::personal_key;
use crate::report::{counted, value};
use crate::value::{Missing, Value};

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

fn aggregate_why(case: Case, aggregate: &Aggregate) -> AggregateWhy {
    let program = case.program;
    let words = Words::new(program);
    let table = program.table(aggregate.source);
    let traced = case.probe.rows(aggregate);
    let columns = columns(case, aggregate);
    let data = case.data.table(aggregate.source);
    let value_ty = aggregate.value.as_ref().map_or(Type::PLAIN, |v| v.ty);
    let hide = |e: &Option<Expr>| {
        !case.personal && e.as_ref().is_some_and(|v| super::personal_in(program, Some(aggregate.source), v))
    };
    let (hidden, other_hidden) = (hide(&aggregate.value), hide(&aggregate.other));
    let other_ty = aggregate.other.as_ref().map_or(Type::PLAIN, |v| v.ty);
    let rows = traced.rows.iter().map(|row| {
        let cell = |(field, ty): &(FieldId, Type)| {
            let cell = data.map_or(Value::Missing(Missing::NoData), |d| d.value(*field, row.row));
            let shown = Shown::new(program, *ty, &cell);
            if !case.personal && personal_field(program, Some(aggregate.source), *field) {
                shown.masked()
            } else {
                shown
            }
        };
        let worth = row.value.as_ref().map(|v| Shown::new(program, value_ty, v));
        RowWhy {
            place: data.map_or_else(|| "?".to_string(), |d| d.place(row.row)),
            date: row.date.map(|d| d.to_string()),
            kept: row.dropped.is_none(),
            merged_from: data.and_then(|d| d.rekeyed.get(&row.row)).map(|key| {
                let masked = !case.personal && personal_key(program);
                if masked { value::MASK.to_string() } else { key.to_string() }
            }),
            step: row.dropped.as_ref().map(|d| d.step.word()),
            reason: row.dropped.as_ref().map(|d| d.reason.clone()),
            remark: row.remark.clone().filter(|_| !hidden),
            value: if hidden { worth.map(Shown::masked) } else { worth },
            diminish: row.diminish.map(|n| figure(n, 3)),
            capped: row.capped.filter(|_| !hidden).map(|(_, n)| Figure { exact: n, shown: value::plain(n) }),
            decay: row.decay.map(|n| figure(n, 3)),
            other: row.pair.as_ref().map(|pair| {
                let shown = Shown::new(program, other_ty, &pair.other);
                if other_hidden { shown.masked() } else { shown }
            }),
            weight: row.weight.map(figures::weight),
            adds: row.adds.filter(|_| !hidden).map(|n| Figure { exact: n, shown: value::plain(n) }),
            cells: columns.iter().map(cell).collect(),
        }
    });
    let result_ty = result_type(aggregate);
    let value = Shown::new(program, result_ty, &traced.value);
    AggregateWhy {
        text: words.aggregate(aggregate),
        source: table.map_or("?", |t| &t.header.name).to_string(),
        value: if hidden && matches!(result_ty, Type::Text) { value.masked() } else { value },
        window: aggregate.window.zip(traced.window).map(|(window, range)| WindowWhy {
            text: words::window(window),
            first: range.first,
            last: range.last,
        }),
        steps: steps(case, aggregate, &traced, hidden),
        columns: columns.iter().map(|(field, _)| words::field(program, Some(aggregate.source), *field)).collect(),
        rows: rows.collect(),
        notes: {
            let mut all = super::groups::notes(case, aggregate, &traced);
            all.extend(notes(case, aggregate, &traced));
            all
        },
    }
}

/// Rows without a partner that are named.
const MOST_ALONE: usize = 20;

/// Why rows are not seen: the source says nothing about the window, or they are dated later.
fn notes(case: Case, aggregate: &Aggregate, traced: &TracedRows) -> Vec<String> {
    let mut out = Vec::new();
    let name = case.program.table(aggregate.source).map_or("?", |t| &t.header.name);
    let data = case.data.table(aggregate.source);
    let window = aggregate.window.zip(traced.window).map(|(w, range)| (words::window(w), range.first));
    match (data, window) {
        _ if traced.covered => {}
        (None, _) => out.push(format!("`{name}` is not loaded: nothing is known, no row is seen")),
        (Some(data), _) if !data.loaded => {
            out.push(format!("`{name}` is not loaded: nothing is known, no row is seen"));
        }
        (Some(data), window) => {
            let first = window.as_ref().map_or(case.probe.as_of(), |(_, first)| *first);
            let what = window.map_or("the as-of date".to_string(), |(text, _)| format!("`{text}`"));
            let why = match (data.covers_from, data.covers_to) {
                (Some(from), _) if from > first => format!("`{name}` begins on {from}, after {what} does ({first})"),
                (_, Some(to)) => format!("`{name}` ends on {to}, before {what} begins ({first})"),
                _ => format!("`{name}` does not cover {what}"),
            };
            out.push(format!("{why}: nothing is known, no row is seen"));
        }
    }
    if let (AggregateFunction::Paired(pairing), Some(value)) = (aggregate.function, &aggregate.value) {
        let pairs: Vec<Pair> = traced.rows.iter().filter_map(|row| row.pair.as_deref().cloned()).collect();
        let hidden = !case.personal && super::personal_in(case.program, Some(aggregate.source), value);
        let told = super::association::evidence(
            case.program,
            pairing,
            (value, &aggregate.by),
            (&pairs, aggregate.at_least),
            hidden,
        );
        out.extend(told.iter().map(|told| format!("{}: {}", told.label, told.text)));
    }
    let below = |row: &&super::TracedRow| row.dropped.is_none() && row.weight.is_some_and(|w| w.is_negative());
    if traced.value.is_missing()
        && let Some(row) = traced.rows.iter().find(below)
    {
        let place = data.map_or_else(|| "a row".to_string(), |data| data.place(row.row));
        out.push(format!("{place} has a weight below 0, so there is no mean"));
    }
    if let Some(with) = &aggregate.with {
        let others = case.data.table(with.other.source);
        let alone = case.probe.unmatched(aggregate);
        let places: Vec<String> = alone.iter().take(MOST_ALONE).filter_map(|row| Some(others?.place(*row))).collect();
        let more = alone.len().saturating_sub(places.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let other = case.program.table(with.other.source).map_or("?", |t| &t.header.name);
        if !alone.is_empty() {
            let rows = counted(alone.len() as u64, "row", "rows");
            out.push(format!("{rows} of `{other}` without a partner: {}{more}", places.join(", ")));
        }
    }
    if traced.covered && traced.after_as_of > 0 {
        let rows = counted(traced.after_as_of, "row is", "rows are");
        out.push(format!("{rows} dated after {} and not seen", case.probe.as_of()));
    }
    out
}

/// The type of what comes out, as far as it matters for showing it.
fn result_type(aggregate: &Aggregate) -> Type {
    use crate::builtins::Pairing as P;
    use AggregateFunction as A;
    let value = aggregate.value.as_ref().map(|v| v.ty);
    match aggregate.function {
        A::Count | A::Distinct | A::Run | A::NearDuplicates | A::Matches => Type::PLAIN,
        A::Share | A::Csat | A::TopShare => Type::Number(crate::program::Unit::Ratio),
        A::Paired(P::Auc | P::Ks | P::CalibrationError) => Type::Number(crate::program::Unit::Ratio),
        A::Paired(P::KsAt) => value.unwrap_or(Type::PLAIN),
        A::Paired(_) => Type::PLAIN,
        A::Nps | A::NpsMargin => Type::Number(crate::program::Unit::Nps),
        A::CsatMean => Type::Number(crate::program::Unit::Points),
        A::Ces | A::Hhi | A::EffectiveNumber => Type::PLAIN,
        A::First | A::Last | A::NthLast => value.unwrap_or(Type::Date),
        A::Sum | A::WithoutTop | A::Avg | A::Min | A::Max | A::Median | A::Stddev => value.unwrap_or(Type::PLAIN),
    }
}

/// The columns that decide about a row: those that filter, value, dedupe and the rest read.
fn columns(case: Case, aggregate: &Aggregate) -> Vec<(FieldId, Type)> {
    let mut found: Vec<FieldId> = Vec::new();
    for expr in aggregate.children() {
        row_fields(expr, &mut found);
    }
    found.extend(aggregate.dedupe.iter().flat_map(|d| &d.by));
    found.extend(&aggregate.latest_per);
    found.extend(aggregate.with.iter().flat_map(|with| &with.by).map(|(own, _)| *own));
    let table = case.program.table(aggregate.source);
    let dated = table.and_then(|t| t.kind.at());
    if dated.is_none() {
        // Nothing else tells the rows apart.
        found.extend(table.and_then(|t| t.key));
    }
    found.retain(|f| Some(*f) != dated);
    found.sort();
    found.dedup();
    let typed = |f: FieldId| Some((f, table?.fields.get(f.index())?.ty));
    found.into_iter().filter_map(typed).collect()
}

fn row_fields(expr: &Expr, out: &mut Vec<FieldId>) {
    if let ExprKind::RowField(id) = expr.kind {
        out.push(id);
    }
    for child in expr.children() {
        row_fields(child, out);
    }
}

/// `; 12 cut to 6 in the quarter from 2026-01-01`
fn cuts(case: Case, period: PeriodKind, traced: &TracedRows) -> String {
    let calendar = case.probe.calendar();
    let mut periods: Vec<(Date, Decimal, Decimal)> = Vec::new();
    for row in &traced.rows {
        let (Some((from, to)), Some(date)) = (row.capped, row.date) else { continue };
        let start = calendar.start_of(period, date);
        match periods.iter_mut().find(|(of, ..)| *of == start) {
            Some((_, before, after)) => {
                *before = before.add(from).unwrap_or(*before);
                *after = after.add(to).unwrap_or(*after);
            }
            None => periods.push((start, from, to)),
        }
    }
    periods
        .iter()
        .map(|(start, from, to)| format!("; {from} cut to {to} in the {} from {start}", period.word()))
        .collect()
}

fn kept(keep: &Keep) -> &'static str {
    match keep {
        Keep::First => "first",
        Keep::Last => "last",
        Keep::Highest(_) => "highest",
    }
}

/// The steps of the aggregate in their fixed order, with the rows left after each.
fn steps(case: Case, aggregate: &Aggregate, traced: &TracedRows, hidden: bool) -> Vec<StepWhy> {
    let words = Words::new(case.program);
    let names = |ids: &[FieldId]| {
        ids.iter().map(|f| words::field(case.program, Some(aggregate.source), *f)).collect::<Vec<_>>().join(", ")
    };
    let row = |e: &Expr| words.row_expr(aggregate.source, e);
    let source = case.program.table(aggregate.source).map_or("?", |t| &t.header.name).to_string();
    let mut list = vec![(Step::Source, source)];
    list.extend(aggregate.filter.as_ref().map(|f| (Step::Filter, row(f))));
    list.extend(aggregate.window.map(|w| {
        let range = traced.window.map_or(String::new(), |r| format!(": {} to {}", r.first, r.last));
        (Step::Window, format!("{}{range}", words::window(w)))
    }));
    list.extend(aggregate.dedupe.as_ref().map(|d| {
        let within = d.within_days.map_or(String::new(), |n| format!(" within {}", words::plural(n, "day")));
        (Step::Dedupe, format!("by {}{within}, the {} counts", names(&d.by), kept(&d.keep)))
    }));
    if !aggregate.latest_per.is_empty() {
        list.push((Step::Latest, format!("per {}", names(&aggregate.latest_per))));
    }
    list.extend(aggregate.cap.as_ref().map(|c| {
        let which = match &c.keep {
            Keep::First => String::new(),
            keep => format!(", the {} count", kept(keep)),
        };
        (Step::Cap, format!("{} per {}{which}", c.most, c.period.word()))
    }));
    list.extend(aggregate.diminish.map(|d| {
        let by = words::diminished_by(d);
        (Step::Diminish, format!("each next one of a {} counts {by} less", d.period.word()))
    }));
    list.extend(aggregate.value.as_ref().map(|v| (Step::Value, row(v))));
    list.extend(aggregate.value_cap.map(|c| {
        let ty = aggregate.value.as_ref().map_or(Type::PLAIN, |v| v.ty);
        let cuts = if hidden { String::new() } else { cuts(case, c.period, traced) };
        (Step::ValueCap, format!("{} per {}{cuts}", words::points(c.most, ty), c.period.word()))
    }));
    list.extend(aggregate.decay.as_ref().map(|d| (Step::Fade, words::decay(d))));
    list.extend(aggregate.weight.as_ref().map(|w| (Step::Fade, format!("weighted by {}", row(w)))));
    list.push((Step::Aggregate, words::function_name(Function::Aggregate(aggregate.function)).to_string()));
    let left = |step: Step| {
        let kept = |r: &&super::TracedRow| r.dropped.as_ref().is_none_or(|d| d.step > step);
        traced.rows.iter().filter(kept).count() as u64
    };
    list.into_iter().map(|(step, detail)| StepWhy { step: step.word(), detail, rows: left(step) }).collect()
}
