//! `laud plan`: what would be done about the rules, given what was done before. Nothing is written.

use super::args::{Format, PlanArgs};
use super::book::{self, Book};
use super::project::reason;
use super::session::{Session, today};
use super::stop::{FINDINGS, Stop};
use super::terminal::Terminal;
use crate::data::sources;
use crate::engine::reference::{Evaluator, Reference};
use crate::engine::{Engine, Options};
use crate::interventions::plan::{Counts, Gates};
use crate::interventions::{Outcome, Policy, Run, State, gather, step};
use crate::ledger::DataFile;
use crate::pilot::scattered_hash;
use crate::report::plan::{self as report, Page};

/// Runs the verb.
pub fn run(args: &PlanArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let session = Session::open(args.path.as_deref(), &args.program, &args.run, false, terminal)?;
    let book = Book::find(args.how.ledger.as_deref(), &session.directory, session.ledger.as_deref());
    let state = book.load()?;
    let who = book::who(None).unwrap_or_default();
    let ahead = Ahead::new(&session);
    in_order(&session, &state, args.how.replay)?;
    let outcome = ahead.outcome(&state, &who, args.how.fire_on_first_run, args.run.show_personal);
    let applied = ahead.applied(&state, || files(&session).ok().map(|(_, data)| data));
    let counts = Counts::of(&outcome, args.run.show_personal);
    let gates = gates(session.gates, args.how.max_fire);
    let exceeded = gates.exceeded(&counts);
    let page = Page {
        stamp: &session.stamp,
        outcome: &outcome,
        counts: &counts,
        exceeded: &exceeded,
        last_run: state.last_run.as_ref(),
        applied,
        personal: args.run.show_personal,
        all: args.all,
    };
    print(&page, args.format, terminal);
    Ok(if exceeded.is_empty() { 0 } else { FINDINGS })
}

/// Prints a page; for csv what else there is to say goes beside it.
pub fn print(page: &Page, format: Format, terminal: &mut Terminal) {
    let text = match format {
        Format::Human => report::human(page, &terminal.layout()),
        Format::Json => format!("{:#}\n", report::json(page)),
        Format::Csv => report::csv(page),
        Format::Md => report::markdown(page),
    };
    terminal.print(&text);
    if format == Format::Csv {
        let orphans = page.outcome.orphans.iter().map(|o| format!("item {}: {}\n", o.item.id, o.why.words()));
        let gates = page.exceeded.iter().map(|gate| format!("too much: {gate}\n"));
        let text: String = orphans.chain(gates).collect();
        terminal.note(&text);
    }
}

/// The gates of the project file; the option goes before them.
pub fn gates(configured: Gates, max_fire: Option<u64>) -> Gates {
    Gates { max_fire: max_fire.or(configured.max_fire), ..configured }
}

/// A run of a date before that of the last one has to be meant.
pub fn in_order(session: &Session, state: &State, replay: bool) -> Result<(), Stop> {
    let Some(last) = state.last_run.as_ref().filter(|last| session.stamp.as_of < last.as_of && !replay) else {
        return Ok(());
    };
    let message = format!("{} is before the last run, which was of {}", session.stamp.as_of, last.as_of);
    let now = today(session.zone);
    let help = match last.as_of > now {
        true => format!(
            "the last run was of a day that has not come yet (today is {now}): was a clock or an `--as-of` wrong? `--replay` goes back"
        ),
        false => "`--replay` runs it all the same; what is open and what was closed since stays as it is".to_string(),
    };
    Err(Stop::usage(message).help(help))
}

/// A program over its data, ready to be held against what is remembered.
pub struct Ahead<'a> {
    session: &'a Session,
    evaluator: Evaluator<'a>,
    policy: Policy,
}

impl<'a> Ahead<'a> {
    pub fn new(session: &'a Session) -> Ahead<'a> {
        let Session { program, data, calendar, .. } = session;
        let evaluator = Evaluator::new(program, data, *calendar);
        let policy = Policy::of(program, *calendar);
        Ahead { session, evaluator, policy }
    }

    /// What the run comes to, given what is remembered. The rules are evaluated for it, and their results given up before
    /// anything is decided: with many items every one of them counts in memory.
    pub fn outcome(&self, state: &State, who: &str, fire_on_first_run: bool, personal: bool) -> Outcome {
        let run = Run { as_of: self.session.stamp.as_of, requester: who.to_string(), fire_on_first_run };
        let Session { program, data, calendar, .. } = self.session;
        let options = Options { as_of: run.as_of, calendar: *calendar, accounts: Vec::new() };
        let results = Reference.evaluate(program, data, &options);
        let candidates = gather(&self.policy, &self.evaluator, &results, state, &run, personal);
        drop(results);
        step(&self.policy, state, &candidates, &run)
    }

    /// The record of this very run, if it was the last thing that happened: same date, program and data.
    pub fn applied(&self, state: &State, data: impl FnOnce() -> Option<String>) -> Option<u64> {
        let last = state.last_run.as_ref().filter(|last| last.number == state.head)?;
        let stamp = &self.session.stamp;
        let same = last.as_of == stamp.as_of && last.program == stamp.program;
        (same && data().as_ref() == Some(&last.data)).then_some(last.number)
    }
}

/// Every file that was read, and a hash of all of them.
pub fn files(session: &Session) -> Result<(Vec<DataFile>, String), Stop> {
    let mut files = Vec::new();
    let tables = session.program.tables.iter().zip(sources::files(&session.program, &session.binding));
    for (i, (table, places)) in tables.enumerate() {
        for place in places {
            let hash = sources::hash(&place.path)
                .map_err(|error| Stop::usage(format!("cannot read `{}`: {}", place.shown, reason(&error))))?;
            let rows = session.load.tables.get(i).map_or(0, |t| t.kept);
            files.push(DataFile { table: table.header.name.clone(), file: place.shown, hash, rows });
        }
    }
    let all: String = files.iter().map(|f| format!("{} {}\n", f.table, f.hash)).collect();
    Ok((files, format!("{:016x}", scattered_hash(&all))))
}
