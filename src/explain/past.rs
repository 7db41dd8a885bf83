//! Conditions at the ends of periods that are over: what the values were then.

use super::conditions::condition;
use super::words::Words;
use super::{Case, Condition};
use crate::calendar::Date;
use crate::program::Expr;

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
