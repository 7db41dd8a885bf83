//! `--if NAME=VALUE`: what is supposed, read as the language reads it.

use super::eval::typed;
use super::session::Session;
use super::stop::Stop;
use super::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::engine::reference::{Account, Supposed, Supposition};
use crate::explain::{NotSupposed, Topic, supposed};
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
    let refused = match supposed::find(program, name) {
        Ok(found) => return Ok(found),
        Err(refused) => refused,
    };
    if let Some(message) = refused.identity(name) {
        return Err(Stop::usage(message));
    }
    let what = match Topic::find(program, name) {
        Some(Topic::Scorecard(_)) => Some("a scorecard: suppose what it reads"),
        Some(Topic::RowMetric(_)) => Some("a metric of rows: suppose what reads it"),
        Some(Topic::Segment(_)) => Some("a segment: suppose what it reads"),
        Some(Topic::Partition(_)) => Some("a partition: suppose what it reads"),
        Some(_) => Some("a rule: suppose what it reads"),
        None if refused == NotSupposed::Other => Some("a parameter: `--set` is for those"),
        None => None,
    };
    if let Some(what) = what {
        return Err(Stop::usage(format!("`{name}` is {what}")));
    }
    let stop = Stop::usage(format!("there is no metric and no column of the account called `{name}`"));
    Err(stop.maybe_help(did_you_mean(name, supposed::names(program))))
}

/// The value, typed as if it were compared with what it is supposed of.
fn value(
    session: &Session,
    account: &mut Account,
    name: &str,
    text: &str,
    terminal: &mut Terminal,
) -> Result<Value, Stop> {
    let expr = typed(session, &session.program, &supposed::comparison(name, text), terminal)?;
    let Some(right) = supposed::compared(expr) else {
        return Err(Stop::usage(format!("`{text}` is no value for `{name}`")));
    };
    let value = account.value_of(&right);
    match value.missing() {
        Some(why) => {
            Err(Stop::usage(format!("`{text}` has no value: {why}")).help("`missing` supposes that there is none"))
        }
        None => Ok(value),
    }
}
