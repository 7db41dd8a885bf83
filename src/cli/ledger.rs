//! `laud ledger`: what is open, what happened, and what people decide.

use super::args::{DecideArgs, ExportFormat, LedgerArgs, LedgerVerb};
use super::book::{self, Book};
use super::project::Project;
use super::session::{Compiled, today};
use super::stop::Stop;
use super::terminal::Terminal;
use crate::Settings;
use crate::calendar::Date;
use crate::interventions::{Closing, Item, Refusal, State, Verdict, close, decide, snooze};
use crate::ledger::{Record, RecordKind};
use crate::report::ledger as report;
use chrono_tz::Tz;
use std::path::Path;

/// Runs the verb.
pub fn run(args: &LedgerArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let (book, zone) = find(args)?;
    let personal = args.show_personal;
    match &args.verb {
        LedgerVerb::Show { item } => show(&book, item.as_deref(), personal, terminal)?,
        LedgerVerb::Check => check(&book, terminal)?,
        LedgerVerb::History { item } => history(&book, item.as_deref(), personal, terminal)?,
        LedgerVerb::Export { format } => export(&book, *format, personal, terminal)?,
        LedgerVerb::Approve { item, role, decision } => {
            let change = |found: &Item, by: &str, on: Date| {
                decide(found, role.as_deref(), true, by, on, decision.note.as_deref())
            };
            let number = decided(&book, RecordKind::Approve, item, decision, zone, change)?;
            terminal.say(&format!("approved as record {number}; the next `laud apply` hands out what is ready\n"));
        }
        LedgerVerb::Reject { item, role, decision } => {
            let change = |found: &Item, by: &str, on: Date| {
                decide(found, role.as_deref(), false, by, on, decision.note.as_deref())
            };
            let number = decided(&book, RecordKind::Reject, item, decision, zone, change)?;
            terminal.say(&format!("rejected and closed as record {number}\n"));
        }
        LedgerVerb::Close { item, closing, decision } => {
            let closing = Closing::parse(closing).unwrap_or(Closing::Done);
            let change = |found: &Item, by: &str, on: Date| close(found, closing, by, on, decision.note.as_deref());
            let number = decided(&book, RecordKind::Close, item, decision, zone, change)?;
            terminal.say(&format!("closed as {} in record {number}\n", closing.word()));
        }
        LedgerVerb::Snooze { item, until, decision } => {
            let change = |found: &Item, by: &str, on: Date| snooze(&found.slot, *until, by, on);
            let number = decided(&book, RecordKind::Snooze, item, decision, zone, change)?;
            terminal.say(&format!("snoozed until {until} in record {number}\n"));
        }
    }
    Ok(0)
}

/// The ledger, and the zone in which today is. A ledger that is named needs no project.
fn find(args: &LedgerArgs) -> Result<(Book, Tz), Stop> {
    let project = Project::open(args.project.as_deref());
    match (&args.ledger, project) {
        (_, Ok(project)) => {
            let config = Compiled::new(&project, &Settings::default(), None).config;
            let zone = config.as_ref().map_or(Tz::UTC, |c| c.time_zone);
            let configured = config.and_then(|c| c.ledger);
            Ok((Book::find(args.ledger.as_deref(), &project.directory, configured.as_deref()), zone))
        }
        (Some(asked), Err(_)) => Ok((Book::find(Some(asked), Path::new("."), None), Tz::UTC)),
        (None, Err(stop)) => Err(stop),
    }
}

/// The one open item that somebody means: by its id, or the beginning of it.
fn meant<'s>(state: &'s State, asked: &str) -> Result<&'s Item, Stop> {
    match state.find(asked).as_slice() {
        [one] => Ok(one),
        [] => Err(Stop::usage(format!("there is no open item `{asked}`"))
            .help("`laud ledger show` lists those that are open")),
        several => {
            let ids: Vec<&str> = several.iter().take(5).map(|item| &*item.id).collect();
            Err(Stop::usage(format!("`{asked}` may be any of {} items", several.len()))
                .help(format!("write more of its id: {}", ids.join(", "))))
        }
    }
}

fn show(book: &Book, asked: Option<&str>, personal: bool, terminal: &mut Terminal) -> Result<(), Stop> {
    if let Some(project) = asked.filter(|asked| Path::new(asked).join("laud.toml").is_file()) {
        return Err(Stop::usage(format!("`{project}` is a project, and an item is shown by its id"))
            .help(format!("`laud ledger show --project {project}`")));
    }
    let mut ledger = book.read_known()?;
    let state = ledger.load().map_err(|error| book.stop(&error))?;
    let text = match asked {
        Some(asked) => {
            let item = meant(&state, asked)?;
            let events = ledger.history(Some(&item.id)).map_err(|error| book.stop(&error))?;
            report::item(item, &events, personal, &terminal.layout())
        }
        None => {
            let waiting = ledger.waiting().map_err(|error| book.stop(&error))?;
            report::show(&state, waiting, personal, &terminal.layout())
        }
    };
    terminal.print(&text);
    Ok(())
}

/// Goes through all of it; a damaged one stops here.
fn check(book: &Book, terminal: &mut Terminal) -> Result<(), Stop> {
    let held = book.read_known()?.check().map_err(|error| book.stop(&error))?;
    terminal.print(&report::sound(&held));
    Ok(())
}

fn history(book: &Book, asked: Option<&str>, personal: bool, terminal: &mut Terminal) -> Result<(), Stop> {
    let mut ledger = book.read_known()?;
    let failed = |error| book.stop(&error);
    let events = ledger.history(asked).map_err(failed)?;
    let mut records = ledger.records().map_err(failed)?;
    if let Some(asked) = asked {
        if events.is_empty() {
            return Err(Stop::usage(format!("nothing is known of an item `{asked}`"))
                .help("write its whole id, as `laud ledger history` or `laud ledger export` shows it"));
        }
        records.retain(|(number, _)| events.iter().any(|event| event.record == *number));
    }
    let text = report::history(&records, &events, personal, &terminal.layout());
    terminal.print(&text);
    Ok(())
}

fn export(book: &Book, format: ExportFormat, personal: bool, terminal: &mut Terminal) -> Result<(), Stop> {
    let mut ledger = book.read_known()?;
    let failed = |error| book.stop(&error);
    let state = ledger.load().map_err(failed)?;
    let closed = ledger.closed().map_err(failed)?;
    let text = match format {
        ExportFormat::Csv => report::csv(&state, &closed, personal),
        ExportFormat::Json => {
            let (records, events) = (ledger.records().map_err(failed)?, ledger.history(None).map_err(failed)?);
            format!("{:#}\n", report::json(&state, &closed, &records, &events, personal))
        }
    };
    terminal.print(&text);
    Ok(())
}

/// Writes what somebody decided about an item; gives the number of the record.
fn decided(
    book: &Book,
    kind: RecordKind,
    asked: &str,
    decision: &DecideArgs,
    zone: Tz,
    change: impl FnOnce(&Item, &str, Date) -> Result<Verdict, Refusal>,
) -> Result<u64, Stop> {
    let by = book::who(decision.by.as_deref())
        .ok_or_else(|| Stop::usage("nobody knows who decides").help("say who: `--by NAME`"))?;
    let on = decision.on.unwrap_or_else(|| today(zone));
    let mut ledger = book.open_known()?;
    let failed = |error| book.stop(&error);
    let mut state = ledger.load().map_err(failed)?;
    let refused = |refusal: Refusal| Stop::usage(refusal.message).help(refusal.help);
    let verdict = change(meant(&state, asked)?, &by, on).map_err(refused)?;
    let record = Record {
        kind,
        as_of: on,
        at: book::now(),
        who: by,
        program: String::new(),
        data: String::new(),
        files: Vec::new(),
        counts: "{}".to_string(),
    };
    ledger.commit(&mut state, &record, &verdict.changes, &verdict.actions).map_err(failed)
}
