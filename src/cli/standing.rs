//! How rules stand in the ledger, for the page of an account.

use super::book::{self, Book};
use super::session::Session;
use super::stop::Stop;
use super::terminal::Terminal;
use crate::engine::Options;
use crate::engine::reference::Evaluator;
use crate::explain::{Standings, Why, stands};
use crate::interventions::{Candidate, Policy, Row, Run, State, gather, step};
use std::path::Path;

/// What may be told.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The page supposes something: then only what was done is told, not what the next run would do.
    pub whatif: bool,
    /// Personal values as they are.
    pub personal: bool,
}

/// Adds to the rules of a page how they stand in the ledger, if there is one.
pub fn tell(
    why: &mut Why,
    session: &Session,
    evaluator: &Evaluator,
    account: &str,
    asked: Option<&Path>,
    told: Told,
    terminal: &mut Terminal,
) -> Result<(), Stop> {
    if why.rules.is_empty() {
        return Ok(());
    }
    let book = Book::find(asked, &session.directory, session.ledger.as_deref());
    let state = match (book.remembered(), asked) {
        (Ok(Some(state)), _) => state,
        (Ok(None), Some(_)) => return book.read_known().map(drop),
        (Ok(None), None) => return Ok(()),
        (Err(stop), Some(_)) => return Err(stop),
        // The page does not hang on it.
        (Err(stop), None) => {
            let help = stop.help.map_or(String::new(), |help| format!(" ({help})"));
            terminal.note(&format!("{}{help}\n", stop.message));
            return Ok(());
        }
    };
    let policy = Policy::of(&session.program, session.calendar);
    let earlier = state.last_run.as_ref().is_some_and(|last| session.stamp.as_of < last.as_of);
    let next = (!told.whatif && !earlier).then(|| next_run(why, &state, &policy, evaluator, session, account));
    let (candidates, rows) = next.unzip();
    let (as_of, personal) = (session.stamp.as_of, told.personal);
    let candidates: &[Candidate] = candidates.as_deref().unwrap_or_default();
    let known = Standings { state: &state, policy: &policy, rows: rows.as_deref(), candidates, as_of, personal };
    for rule in &mut why.rules {
        let subject = rule.subject.as_deref().unwrap_or(account);
        rule.ledger = stands(known, &rule.name, subject);
    }
    Ok(())
}

/// What a run of this date would come to. Others count only where a rule of the page lets only so many through.
fn next_run(
    why: &Why,
    state: &State,
    policy: &Policy,
    evaluator: &Evaluator,
    session: &Session,
    account: &str,
) -> (Vec<Candidate>, Vec<Row>) {
    let limited = why.rules.iter().filter_map(|rule| policy.rule(&rule.name)).any(|rule| rule.limit.is_some());
    let accounts = if limited { Vec::new() } else { vec![account.to_string()] };
    let as_of = session.stamp.as_of;
    let results = evaluator.evaluate(&Options { as_of, calendar: session.calendar, accounts });
    let run = Run { as_of, requester: book::who(None).unwrap_or_default(), fire_on_first_run: false };
    let candidates = gather(policy, evaluator, &results, state, &run, false);
    let rows = step(policy, state, &candidates, &run).rows;
    (candidates, rows)
}
