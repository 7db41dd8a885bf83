//! Conditions with the values on both of their sides.
//!
//! Every clause is evaluated, whatever the others say: who reads why a rule does not fire wants to see all that is in its
//! way, not the first of it.

use super::replay;
use super::words::Words;
use super::{Case, Condition, Operand, Shown, personal};
use crate::ast::CompareOp;
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, Type, Unit};
use crate::report::value;

/// Evaluates a condition clause by clause.
pub fn condition(case: Case, expr: &Expr) -> Condition {
    let words = Words::new(case.program);
    let text = words.expr(expr);
    let mut out =
        Condition { holds: case.probe.value(expr).truth(), ..Condition::new(text, case.sources.position(expr.span)) };
    match &expr.kind {
        ExprKind::And(list) => joined(case, "and", list, &mut out),
        ExprKind::Or(list) => joined(case, "or", list, &mut out),
        ExprKind::Not(inner) => {
            let inner = condition(case, inner);
            let grouped = inner.join.is_some_and(|join| join != "means");
            out.shown = if grouped { format!("not ({})", inner.shown) } else { format!("not {}", inner.shown) };
            (out.join, out.clauses) = (Some("not"), vec![inner]);
        }
        ExprKind::Segment(id) => {
            if let Some(segment) = case.program.segments.get(id.index()) {
                (out.join, out.clauses) = (Some("means"), vec![condition(case, &segment.condition)]);
            }
        }
        _ => leaf(case, expr, &mut out),
    }
    if out.holds.is_none() {
        let inner = out.clauses.iter().filter(|c| c.holds.is_none()).flat_map(|c| c.missing.iter().cloned());
        let named = |o: &Operand| o.value.missing.map(|why| format!("{} ({why})", o.text));
        out.missing = inner.chain(out.operands.iter().filter_map(named)).collect();
        out.missing.sort();
        out.missing.dedup();
    }
    out
}

fn joined(case: Case, join: &'static str, list: &[Expr], out: &mut Condition) {
    out.join = Some(join);
    out.clauses = list.iter().map(|e| condition(case, e)).collect();
    let grouped = |c: &Condition| matches!(c.join, Some("and" | "or")) && c.join != Some(join);
    let shown = |c: &Condition| if grouped(c) { format!("({})", c.shown) } else { c.shown.clone() };
    out.shown = out.clauses.iter().map(shown).collect::<Vec<_>>().join(&format!(" {join} "));
}

/// A clause without clauses of its own.
fn leaf(case: Case, expr: &Expr, out: &mut Condition) {
    match &expr.kind {
        ExprKind::Compare(op, left, right) => {
            let (mut a, mut b) = (operand(case, left), operand(case, right));
            if let Some(exact) = misleading(case, *op, left, right) {
                // 69.96 < 70 must not be printed as 70.0 < 70.
                (a.value.shown, b.value.shown) = exact;
            }
            let both: Vec<String> = [(left, a), (right, b)].into_iter().filter_map(|(e, o)| side(e, o, out)).collect();
            let against = [left, right].into_iter().flat_map(|e| measured_against(case, e));
            beside(out, &both.into_iter().chain(against).collect::<Vec<_>>());
            // Which periods made a streak is told below the comparison.
            let streaks = [left, right].into_iter().filter(|e| matches!(e.kind, ExprKind::Streak { .. }));
            let points: Vec<Condition> = streaks.flat_map(|streak| replay::points(case, streak)).collect();
            if !points.is_empty() {
                (out.join, out.clauses) = (Some("at"), points);
            }
        }
        ExprKind::In { value, list, .. } => {
            let all: Vec<String> =
                std::iter::once(&**value).chain(list).filter_map(|e| side(e, operand(case, e), out)).collect();
            beside(out, &all.into_iter().chain(measured_against(case, value)).collect::<Vec<_>>());
        }
        ExprKind::Within { value, window, .. } => {
            let value = side(value, operand(case, value), out);
            let range = case.probe.calendar().range(*window, case.probe.as_of());
            let dates = format!("{} to {}", range.first, range.last);
            beside(out, &value.into_iter().chain([dates]).collect::<Vec<_>>());
        }
        ExprKind::IsMissing { value, .. } => {
            let value = side(value, operand(case, value), out);
            beside(out, &value.into_iter().collect::<Vec<_>>());
        }
        ExprKind::IsBand { metric, band, .. } => {
            let result = case.account.metrics.get(metric.index());
            let (Some(metric), Some(result)) = (case.program.metric(*metric), result) else { return };
            let name = &metric.header.name;
            let mut value = Shown::new(case.program, metric.value.ty, &result.value);
            if !case.personal && personal(case.program, &metric.value) {
                value = value.masked();
            }
            let is = result.band.as_deref().unwrap_or("in no band");
            beside(out, &[with_word(is, band, &value)]);
            out.operands.push(Operand { text: name.to_string(), value });
        }
        ExprKind::IsGrade { scorecard, grade, .. } => {
            let result = case.account.scores.get(scorecard.index());
            let (Some(card), Some(result)) = (case.program.scorecard(*scorecard), result) else { return };
            let name = &card.header.name;
            let value = Shown::score(card, &result.value);
            let is = result.grade.as_deref().unwrap_or("of no grade");
            beside(out, &[with_word(is, grade, &value)]);
            out.operands.push(Operand { text: name.to_string(), value });
        }
        ExprKind::Part(id, _) => {
            let Some(partition) = case.program.partitions.get(id.index()) else { return };
            let part = case.account.parts.get(id.index()).copied().flatten();
            let is = part.and_then(|p| partition.parts.get(p as usize)).map_or("unknown", |p| p.name.as_str());
            let by = partition.by.as_ref().map(|by| operand(case, by));
            let by = by.map(|by| {
                let text = format!("{} is {}", by.text, missing_or_shown(&by.value));
                out.operands.push(by);
                text
            });
            let is = format!("{} is {is}", partition.header.name);
            beside(out, &std::iter::once(is).chain(by).collect::<Vec<_>>());
        }
        ExprKind::Held { .. } | ExprKind::Until { .. } => {
            (out.join, out.clauses) = (Some("at"), replay::points(case, expr));
            let told: Vec<String> = replay::told(expr, &out.clauses).into_iter().collect();
            beside(out, &told);
        }
        ExprKind::Field(_) | ExprKind::Metric(_) => {
            let operand = operand(case, expr);
            if operand.value.missing.is_some() {
                beside(out, &[format!("it is {}", missing_or_shown(&operand.value))]);
            }
            out.operands.push(operand);
        }
        ExprKind::Literal(_) | ExprKind::Param(_) => {}
        _ => {
            for child in expr.children() {
                if !is_constant(child) {
                    let operand = operand(case, child);
                    out.operands.push(operand);
                }
            }
            let told = |o: &Operand| format!("{} is {}", o.text, missing_or_shown(&o.value));
            let list: Vec<String> = out.operands.iter().map(told).collect();
            beside(out, &list);
        }
    }
}

/// Says the values beside the clause: `open_p1 > 0 (it is 0)`. A clause about one thing calls it `it`.
fn beside(out: &mut Condition, values: &[String]) {
    out.it = match (values, out.operands.as_slice()) {
        ([], _) => return,
        ([first, rest @ ..], [one]) => {
            let it = first.strip_prefix(&format!("{} is ", one.text)).map_or(first.clone(), |v| format!("it is {v}"));
            std::iter::once(it).chain(rest.iter().cloned()).collect::<Vec<_>>().join("; ")
        }
        _ => values.join(", "),
    };
    out.shown = format!("{} ({})", out.text, out.it);
}

/// Notes a side of a comparison and says its value; a constant is its own value.
fn side(expr: &Expr, operand: Operand, out: &mut Condition) -> Option<String> {
    if is_constant(expr) {
        return None;
    }
    let text = format!("{} is {}", operand.text, missing_or_shown(&operand.value));
    out.operands.push(operand);
    Some(text)
}

/// `it is potential, 37.5`; the word that was asked for is not said again.
fn with_word(word: &str, asked: &str, value: &Shown) -> String {
    match value.missing {
        Some(_) => format!("it is {}", missing_or_shown(value)),
        None if word == asked => format!("it is {}", value.shown),
        None => format!("it is {word}, {}", value.shown),
    }
}

/// What a side is measured against: a benchmark with its date and source, a population of an earlier date.
fn measured_against(case: Case, expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Benchmark { id, .. } => {
            let found = case.probe.compared_with(*id);
            let told = super::benchmark::benchmark(case.program, *id, &found, case.probe.as_of(), case.personal)?;
            Some(format!("{}, {}", told.short(), told.source))
        }
        ExprKind::Ranked(ranked) if ranked.against.is_some() => Some(super::standing::standing(case, ranked).among()),
        _ => None,
    }
}

/// A literal, perhaps with a minus.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Negate(inner) => is_constant(inner),
        _ => false,
    }
}

/// A side of a comparison with its value.
pub fn operand(case: Case, expr: &Expr) -> Operand {
    let mut value = Shown::new(case.program, expr.ty, &case.probe.value(expr));
    if !case.personal && personal(case.program, expr) {
        value = value.masked();
    }
    Operand { text: Words::new(case.program).operand(expr), value }
}

fn missing_or_shown(value: &Shown) -> String {
    match value.missing {
        Some(why) => format!("missing: {why}"),
        None => value.shown.clone(),
    }
}

/// Both sides with every digit, where the rounded ones would compare otherwise.
fn misleading(case: Case, op: CompareOp, left: &Expr, right: &Expr) -> Option<(String, String)> {
    let (Type::Number(left_unit), Type::Number(right_unit)) = (left.ty, right.ty) else { return None };
    let (a, b) = (case.probe.value(left).number()?, case.probe.value(right).number()?);
    let as_shown = |e: &Expr, n: Decimal, unit: Unit| {
        if is_constant(e) { n } else { value::rounded(n, unit) }
    };
    let (c, d) = (as_shown(left, a, left_unit), as_shown(right, b, right_unit));
    if compare(op, a, b) == compare(op, c, d) {
        return None;
    }
    Some((value::precise(a, left_unit), value::precise(b, right_unit)))
}

fn compare(op: CompareOp, a: Decimal, b: Decimal) -> bool {
    super::bands::passes(&crate::program::BandTest::Compare(op, b), a)
}
