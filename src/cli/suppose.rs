//! `--if NAME=VALUE`: what is supposed, read as the language reads it.

use super::eval::typed;
use super::session::Session;
use super::stop::Stop;
use super::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::engine::reference::{Account, Supposed, Supposition};
use crate::explain::Topic;
use crate::program::{ExprKind, FieldId, MetricId};
use crate::value::{Missing, Value};

/// Reads all suppositions; the later of two about one thing counts.
pub fn read(
    asked: &[(String, String)],
    session: &Session,
    account: &mut Account,
    terminal: &mut Terminal,
) -> Result<Vec<Supposition>, Stop> {
    let mut out: Vec<Supposition> = Vec::new();
    for (name, text) in asked {
        let what = find(session, name)?;
        let value = match text.as_str() {
            "missing" => Value::Missing(Missing::NoData),
            text => value(session, account, name, text, terminal)?,
        };
        out.retain(|(known, _)| *known != what);
        out.push((what, value));
    }
    Ok(out)
}

fn find(session: &Session, name: &str) -> Result<Supposed, Stop> {
    let program = &session.program;
    let place = |at: Option<usize>| at.and_then(|i| u32::try_from(i).ok());
    let fields = program.subject_table().map_or(&[][..], |t| &t.fields);
    let bare =
        name.rsplit_once('.').filter(|(table, _)| program.subject_table().is_some_and(|t| t.header.name == *table));
    let column = bare.map_or(name, |(_, column)| column);
    if let (Some(i), None) = (place(program.metrics.iter().position(|m| m.header.name == name)), bare) {
        return Ok(Supposed::Metric(MetricId(i)));
    }
    if let Some(i) = place(fields.iter().position(|f| f.name == column)) {
        let field = fields.get(i as usize);
        if program.subject_table().is_some_and(|t| t.key == Some(FieldId(i)))
            || field.is_some_and(|f| f.merged || f.parent)
        {
            let message = format!("`{name}` says which account it is, and cannot be supposed");
            return Err(Stop::usage(message));
        }
        return Ok(Supposed::Column(FieldId(i)));
    }
    let what = match Topic::find(program, name) {
        Some(Topic::Scorecard(_)) => Some("a scorecard: suppose what it reads"),
        Some(Topic::RowMetric(_)) => Some("a metric of rows: suppose what reads it"),
        Some(_) => Some("a rule: suppose what it reads"),
        None if program.params.iter().any(|p| p.header.name == name) => Some("a parameter: `--set` is for those"),
        None => None,
    };
    if let Some(what) = what {
        return Err(Stop::usage(format!("`{name}` is {what}")));
    }
    let names = program.metrics.iter().map(|m| m.header.name.as_str()).chain(fields.iter().map(|f| f.name.as_str()));
    let stop = Stop::usage(format!("there is no metric and no column of the account called `{name}`"));
    Err(stop.maybe_help(did_you_mean(name, names)))
}

/// The value, typed as if it were compared with what it is supposed of.
fn value(
    session: &Session,
    account: &mut Account,
    name: &str,
    text: &str,
    terminal: &mut Terminal,
) -> Result<Value, Stop> {
    let expr = typed(session, &session.program, &format!("{name} = {text}"), terminal)?;
    let ExprKind::Compare(_, _, right) = &expr.kind else {
        return Err(Stop::usage(format!("`{text}` is no value for `{name}`")));
    };
    let value = account.value_of(right);
    match value.missing() {
        Some(why) => {
            Err(Stop::usage(format!("`{text}` has no value: {why}")).help("`missing` supposes that there is none"))
        }
        None => Ok(value),
    }
}
