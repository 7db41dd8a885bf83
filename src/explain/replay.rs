//! Conditions over periods, told point by point: `for 3 quarters`, `streak of …`, `… until …`.

use super::conditions::condition;
use super::human::clauses;
use super::words::Words;
use super::{Case, Condition, Shown, past};
use crate::association::Pair;
use crate::calendar::Date;
use crate::engine::reference::Replayed;
use crate::program::{Expr, ExprKind};
use crate::report::table::{Column, Table, clean, escaped};
use crate::value::Value;
use serde::Serialize;

/// A condition over periods and what it was at the end of each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodsWhy {
    /// As written.
    pub text: String,
    /// What came out.
    pub value: Shown,
    /// In a few words: `held 2 times of 3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// The points: latest first, or for a state from the earliest on.
    pub points: Vec<Condition>,
}

impl PeriodsWhy {
    /// `streak of references >= 1 over 8 quarters = 2`
    pub fn words(&self) -> String {
        let value = self.value.missing.map_or_else(|| self.value.shown.clone(), |why| format!("missing ({why})"));
        let told = self.told.as_ref().map_or(String::new(), |told| format!(" ({told})"));
        format!("{} = {value}{told}", self.text)
    }

    /// The points below each other.
    pub fn table(&self) -> Table {
        let mut table = Table::new(vec![Column::default(); 3]);
        self.points.iter().for_each(|point| clauses(point, "", 0, &mut table));
        table
    }

    /// The same as Markdown.
    pub fn markdown(&self) -> String {
        let mark = |holds: Option<bool>| holds.map_or("?", |yes| if yes { "yes" } else { "no" });
        let mut out = format!("\n`{}`\n\n", clean(&self.words()));
        out.extend(self.points.iter().map(|p| format!("- {}: {}\n", mark(p.holds), escaped(&p.shown))));
        out
    }
}

/// The facts.
pub fn periods(case: Case, expr: &Expr) -> PeriodsWhy {
    let points = points(case, expr);
    PeriodsWhy {
        text: Words::new(case.program).expr(expr),
        value: Shown::new(case.program, expr.ty, &case.probe.value(expr)),
        told: told(expr, &points),
        points,
    }
}

/// What the parts of a condition over periods were at each point; nothing for any other expression.
pub fn points(case: Case, expr: &Expr) -> Vec<Condition> {
    let ends = |period, count| case.probe.calendar().complete_ends(period, case.probe.as_of(), count);
    match &expr.kind {
        ExprKind::Held { condition, of, period, .. } => {
            ends(*period, *of).into_iter().map(|end| past::at(case, condition, end)).collect()
        }
        ExprKind::Streak { condition, over, .. } => {
            ends(over.unit, over.count).into_iter().map(|end| past::at(case, condition, end)).collect()
        }
        ExprKind::Until { enter, leave, at_least, .. } => {
            let mut before = false;
            let mut out = Vec::new();
            for point in case.probe.replay(expr) {
                out.push(state(case, (enter, leave), &point, before, *at_least));
                before = point.state;
            }
            out
        }
        ExprKind::Paired { one, other, .. } => {
            let hidden = |of: &Expr| !case.personal && super::personal(case.program, of);
            let shown = |of: &Expr, value: &Value| {
                let shown = Shown::new(case.program, of.ty, value);
                let shown = if hidden(of) { shown.masked() } else { shown };
                shown.missing.map_or(shown.shown, |why| format!("missing ({why})"))
            };
            let point = |(date, pair): (Date, Pair)| {
                let text = format!("on {date}: {} beside {}", shown(one, &pair.one), shown(other, &pair.other));
                let missing = pair.one.is_missing() || pair.other.is_missing();
                Condition {
                    holds: (!missing).then_some(true),
                    shown: text.clone(),
                    ..Condition::new(text, case.sources.position(expr.span))
                }
            };
            case.probe.pairs_over_time(expr).into_iter().map(point).collect()
        }
        _ => Vec::new(),
    }
}

/// `held 2 times of 3`
pub fn told(expr: &Expr, points: &[Condition]) -> Option<String> {
    let held = points.iter().filter(|p| p.holds == Some(true)).count() as u64;
    let times = crate::report::counted(held, "time", "times");
    match &expr.kind {
        ExprKind::Held { count, ignoring, .. } => {
            let unknown = points.iter().filter(|p| p.holds.is_none()).count();
            let left_out = match unknown {
                n if *ignoring && n > 0 => format!(", {n} left out"),
                _ => String::new(),
            };
            Some(format!("held {times} of {count}{left_out}"))
        }
        ExprKind::Paired { .. } => {
            let missing = points.iter().filter(|point| point.holds.is_none()).count();
            let whole = crate::report::counted((points.len() - missing) as u64, "period", "periods");
            let left_out = if missing > 0 { format!(", {missing} left out") } else { String::new() };
            Some(format!("{whole}{left_out}; association, not cause"))
        }
        ExprKind::Until { .. } => points.last().map(|last| match last.holds {
            Some(true) => "the state is on".to_string(),
            _ => "the state is off".to_string(),
        }),
        _ => None,
    }
}

/// A point of a replay: what decided there, and the state from there on.
fn state(case: Case, (enter, leave): (&Expr, &Expr), point: &Replayed, before: bool, at_least: u32) -> Condition {
    let at = |expr: &Expr| told_at(case, expr, point.date);
    // What could turn the state is what is worth reading.
    let turning = at(if before { leave } else { enter });
    let word = match (before, point.state) {
        (false, true) => "begins",
        (true, false) => "ends",
        (true, true) if point.kept => "stays on, entered too recently",
        (false, false) if point.kept => "stays off, left too recently",
        (true, true) => "stays on",
        (false, false) => "stays off",
    };
    let least = if point.kept { format!(" (at least {at_least})") } else { String::new() };
    Condition {
        shown: format!("on {}: {word}{least}; {}", point.date, turning.shown),
        missing: turning.missing.iter().map(|m| format!("on {}: {m}", point.date)).collect(),
        holds: Some(point.state),
        join: None,
        clauses: Vec::new(),
        ..turning
    }
}

/// A condition as it was on a date, without the date in its words.
fn told_at(case: Case, expr: &Expr, date: Date) -> Condition {
    if date == case.probe.as_of() {
        return condition(case, expr);
    }
    let mut told = None;
    case.probe.then(date, &mut |account, probe| told = Some(condition(Case { account, probe, ..case }, expr)));
    told.unwrap_or_else(|| {
        let text = Words::new(case.program).expr(expr);
        let nothing = Condition::new(text, case.sources.position(expr.span));
        Condition { shown: "no data".to_string(), missing: vec!["no data".to_string()], ..nothing }
    })
}
