//! `laud apply`: makes the plan so, once, and hands its actions on.

use super::args::ApplyArgs;
use super::book::{self, Book};
use super::emit::{Sink, WAITING};
use super::plan::{Ahead, files, gates, in_order, print};
use super::session::Session;
use super::stop::{FINDINGS, Stop};
use super::terminal::Terminal;
use crate::interventions::State;
use crate::interventions::plan::Counts;
use crate::ledger::{LedgerError, Record, RecordKind, Store};
use crate::report::counted;
use crate::report::plan::{self as report, Page};

/// So often a run starts over because somebody else wrote meanwhile.
const ATTEMPTS: u32 = 5;

/// Runs the verb.
pub fn run(args: &ApplyArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let mut sinks = args.emit.iter().map(|text| Sink::named(text)).collect::<Result<Vec<Sink>, Stop>>()?;
    sinks.extend(args.emit_to.iter().cloned().map(Sink::Command));
    let standard = sinks.iter().filter(|s| matches!(s, Sink::Standard)).count();
    let session = Session::open(args.path.as_deref(), &args.program, &args.run, false, terminal)?;
    let book = Book::find(args.how.ledger.as_deref(), &session.directory, session.ledger.as_deref());
    // A run that the gates or its date forbid leaves nothing behind, not even an empty ledger.
    let mut state = book.load()?;
    in_order(&session, &state, args.how.replay)?;
    let who = book::who(args.by.as_deref()).unwrap_or_else(|| "unknown".to_string());
    let (read, data) = files(&session)?;
    let ahead = Ahead::new(&session);
    let mut ledger: Option<Box<dyn Store>> = None;
    for attempt in 1.. {
        let outcome = ahead.outcome(&state, &who, args.how.fire_on_first_run, args.run.show_personal);
        let applied = ahead.applied(&state, || Some(data.clone()));
        let counts = Counts::of(&outcome, args.run.show_personal);
        let exceeded = gates(session.gates, args.how.max_fire).exceeded(&counts);
        let last_run = state.last_run.clone();
        let page = Page {
            stamp: &session.stamp,
            outcome: &outcome,
            counts: &counts,
            exceeded: &exceeded,
            last_run: last_run.as_ref(),
            applied,
            personal: args.run.show_personal,
            all: args.all,
        };
        if !exceeded.is_empty() {
            show(&page, args, standard > 0, terminal);
            let help = "nothing was written; look at it, then allow it: `--max-fire N`";
            let stop = Stop::usage("the run is stopped by a gate").help(help);
            return Err(Stop { code: FINDINGS, ..stop });
        }
        let ledger = match &mut ledger {
            Some(ledger) => ledger,
            none => none.insert(book.open()?),
        };
        let number = match applied {
            Some(number) => number,
            None => {
                let record = Record {
                    kind: kind(&state, &session),
                    as_of: session.stamp.as_of,
                    at: book::now(),
                    who: who.clone(),
                    program: session.stamp.program.clone(),
                    data: data.clone(),
                    files: read.clone(),
                    counts: report::counts_json(&counts).to_string(),
                };
                match ledger.commit(&mut state, &record, &outcome.changes, &outcome.actions) {
                    Ok(number) => number,
                    Err(LedgerError::Moved { .. }) if attempt < ATTEMPTS => {
                        state = ledger.load().map_err(|error| book.stop(&error))?;
                        in_order(&session, &state, args.how.replay)?;
                        continue;
                    }
                    Err(error) => return Err(book.stop(&error)),
                }
            }
        };
        show(&page, args, standard > 0, terminal);
        if applied.is_none() {
            terminal.note(&format!("applied as record {number}\n"));
        }
        // What goes out is read from the ledger: with many items there is no room for all of it twice.
        drop((outcome, state));
        return hand_on(&book, ledger.as_mut(), &sinks, terminal).map(|()| 0);
    }
    Err(Stop::usage("others write to the ledger all the time").help("nothing was written; run it again"))
}

/// The page; where actions go to the standard output, it goes beside them.
fn show(page: &Page, args: &ApplyArgs, beside: bool, terminal: &mut Terminal) {
    if beside {
        let text = report::human(page, &terminal.err_layout());
        terminal.note(&text);
    } else {
        print(page, args.format, terminal);
    }
}

fn kind(state: &State, session: &Session) -> RecordKind {
    match &state.last_run {
        Some(last) if session.stamp.as_of < last.as_of => RecordKind::Replay,
        _ => RecordKind::Apply,
    }
}

/// Hands on whatever waits, of this run and of those before it. Nobody else hands on anything meanwhile.
fn hand_on(book: &Book, ledger: &mut dyn Store, sinks: &[Sink], terminal: &mut Terminal) -> Result<(), Stop> {
    let failed = |error| Stop { help: Some(WAITING.to_string()), ..book.stop(&error) };
    if sinks.is_empty() {
        let waiting = ledger.waiting().map_err(failed)?;
        if waiting > 0 {
            let what = counted(waiting, "action waits", "actions wait");
            terminal.note(&format!("{what} to be handed on: `--emit FILE` or `--emit-to COMMAND`\n"));
        }
        return Ok(());
    }
    let mut stopped = None;
    let taken = ledger.deliver(&book::now(), &mut |actions| {
        stopped = sinks.iter().find_map(|sink| sink.take(actions, terminal).err());
        stopped.is_none()
    });
    if let Some(stop) = stopped {
        return Err(stop);
    }
    let taken = taken.map_err(failed)?;
    if taken > 0 {
        let what = counted(taken, "action", "actions");
        let names: Vec<String> = sinks.iter().map(Sink::words).collect();
        terminal.note(&format!("{what} handed on to {}\n", names.join(" and ")));
    }
    Ok(())
}
