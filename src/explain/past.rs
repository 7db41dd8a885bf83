//! Other as-of dates: what conditions were at the ends of periods that are over, and where values came from then.

use super::conditions::condition;
use super::words::Words;
use super::{Case, Condition, unfold};
use crate::calendar::Date;
use crate::engine::reference::looked_at;
use crate::program::{Expr, ExprKind};

/// At most so many dates are listed.
const DATES: usize = 4;

/// Where the value of something that looks at other as-of dates comes from: `2 rows, last 2025-11-02, as of 2025-12-31`.
pub fn from(case: Case, expr: &Expr) -> String {
    let dates = looked_at(case.probe.calendar(), &expr.kind, case.probe.as_of()).unwrap_or_default();
    let listed = |dates: &[Date]| match dates {
        [first, .., last] if dates.len() > DATES => format!("{} dates from {last} to {first}", dates.len()),
        dates => dates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let (inner, when) = match (&expr.kind, dates.as_slice()) {
        (ExprKind::AsOf { value, .. }, [date]) => {
            let mut told = None;
            case.probe.then(*date, &mut |account, probe| {
                told = Some(unfold::from(Case { account, probe, ..case }, value, &probe.value(value)));
            });
            (told.unwrap_or_else(|| "the account was not there".to_string()), format!("as of {date}"))
        }
        (ExprKind::Change { value, .. }, [_, then]) => {
            (unfold::from(case, value, &case.probe.value(value)), format!("now and as of {then}"))
        }
        (_, []) => return "no date before the as-of date".to_string(),
        (_, dates) => {
            let inner = expr.children().first().map(|value| unfold::from(case, value, &case.probe.value(value)));
            (inner.unwrap_or_default(), format!("as of {}", listed(dates)))
        }
    };
    if inner.is_empty() { when } else { format!("{inner}, {when}") }
}

/// A condition as it was on a date.
pub fn at(case: Case, expr: &Expr, date: Date) -> Condition {
    let mut told = None;
    case.probe.then(date, &mut |account, probe| told = Some(condition(Case { account, probe, ..case }, expr)));
    let Some(then) = told else {
        let text = Words::new(case.program).expr(expr);
        let nothing = Condition::new(text, case.sources.position(expr.span));
        return Condition {
            shown: format!("on {date}: no data"),
            missing: vec![format!("on {date}: no data")],
            ..nothing
        };
    };
    let missing = then.missing.iter().map(|m| format!("on {date}: {m}")).collect();
    if then.clauses.is_empty() {
        return Condition { shown: format!("on {date}: {}", then.shown), missing, ..then };
    }
    // What has clauses of its own stands above them, beside its date.
    let head = match then.join {
        Some("and") => "all of",
        Some("or") => "one of",
        Some("not") => "not",
        _ => then.shown.as_str(),
    };
    Condition { shown: format!("on {date}: {head}"), missing, join: Some("at"), ..then }
}
