//! An aggregate unfolded: its rows, what became of each, and why some were not looked at.

use crate::association::Pair;
use crate::builtins::{AggregateFunction, Function};
use crate::calendar::{Date, PeriodKind};
use crate::explain::figures::{self, figure};
use crate::explain::words::{self, Words};
use crate::explain::{AggregateWhy, Case, Figure, RowWhy, Shown, Step, StepWhy, TracedRows, WindowWhy, personal_field};
use crate::number::Decimal;
use crate::program::{Aggregate, Expr, ExprKind, FieldId, Keep, Type};
use crate::report::accounts::personal_key;
use crate::report::{counted, value};
use crate::value::{Missing, Value};

/// An aggregate, down to each of its rows.
pub(super) fn aggregate_why(case: Case, aggregate: &Aggregate) -> AggregateWhy {
    let program = case.program;
    let words = Words::new(program);
    let table = program.table(aggregate.source);
    let traced = case.probe.rows(aggregate);
    let columns = columns(case, aggregate);
    let data = case.data.table(aggregate.source);
    let value_ty = aggregate.value.as_ref().map_or(Type::PLAIN, |v| v.ty);
    let hide = |e: &Option<Expr>| {
        !case.personal && e.as_ref().is_some_and(|v| crate::explain::personal_in(program, Some(aggregate.source), v))
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
            let mut all = crate::explain::groups::notes(case, aggregate, &traced);
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
        let hidden = !case.personal && crate::explain::personal_in(case.program, Some(aggregate.source), value);
        let told = crate::explain::association::evidence(
            case.program,
            pairing,
            (value, &aggregate.by),
            (&pairs, aggregate.at_least),
            hidden,
        );
        out.extend(told.iter().map(|told| format!("{}: {}", told.label, told.text)));
    }
    let below = |row: &&crate::explain::TracedRow| row.dropped.is_none() && row.weight.is_some_and(|w| w.is_negative());
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
        let kept = |r: &&crate::explain::TracedRow| r.dropped.as_ref().is_none_or(|d| d.step > step);
        traced.rows.iter().filter(kept).count() as u64
    };
    list.into_iter().map(|(step, detail)| StepWhy { step: step.word(), detail, rows: left(step) }).collect()
}
