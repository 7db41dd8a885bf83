//! `laud eval --from --to --every`: every account at many dates.

use super::args::{EvalArgs, Format, ReplayArgs, RunArgs};
use super::eval;
use super::lines::{Lines, Shown};
use super::session::{Prepared, data_errors};
use super::stop::{DATA, Stop};
use super::terminal::Terminal;
use crate::calendar::{Date, PeriodKind, every};
use crate::data::{Dataset, LoadReport};
use crate::engine::Results;
use crate::engine::column::{Columns, Next, Replay, Stage, replay_files};
use crate::engine::reference::Evaluator;
use crate::program::{FieldId, Program};
use crate::report::accounts::{self as report, Evaluation};
use crate::report::replay::{Page, Summary};
use crate::report::{Stamp, counted, load};
use std::cell::RefCell;

/// More dates than this are a mistake.
const MOST: usize = 10_000;

/// The dates that are asked for, if there are many.
pub fn dates(args: &ReplayArgs) -> Result<Option<Vec<Date>>, Stop> {
    let (Some(from), Some(to), Some(period)) = (args.from, args.to, args.every) else { return Ok(None) };
    between((from, to), period, MOST).map(Some)
}

/// The dates from one to another, a period apart; so many at most.
pub(super) fn between((from, to): (Date, Date), period: PeriodKind, most: usize) -> Result<Vec<Date>, Stop> {
    let dates: Vec<Date> = every(period, from, to).take(most + 1).collect();
    match dates.len() {
        0 => Err(Stop::usage(format!("`--to {to}` lies before `--from {from}`")).help("swap them")),
        count if count > most => {
            let what = format!("every {} from {from} to {to} makes more than {most} dates", period.word());
            Err(Stop::usage(what).help("ask for a longer period, or for dates that are closer together"))
        }
        _ => Ok(dates),
    }
}

/// What is kept of a date.
enum Found {
    /// Everything.
    Whole(Results),
    /// Its lines are printed; the portfolio, and accounts of which there is something to say.
    Printed(Results),
    Summed(Summary),
}

/// Runs the verb for many dates.
pub fn run(args: &EvalArgs, dates: &[Date], terminal: &mut Terminal) -> Result<u8, Stop> {
    let as_of = dates.last().copied();
    let run = RunArgs { as_of, ..args.run.clone() };
    let mut prepared = Prepared::open(args.path.as_deref(), &args.program, &run, terminal)?;
    let columns = eval::columns(args, &prepared.program)?;
    let summed = args.replay.summary || !matches!(args.format, Format::Csv | Format::Json);
    let look = |stage: &Stage<'_, '_>| match summed {
        true => Found::Summed(Summary::of(stage)),
        false => Found::Whole(stage.results()),
    };
    let printing = !summed && args.format == Format::Csv;
    let calendar = prepared.calendar;
    let stamps = dates.iter().map(|date| prepared.stamp_at(*date)).collect();
    if args.account.is_empty() && args.rejects.is_none() {
        let bar = prepared.watch(terminal);
        let prepared = &prepared;
        let program = &prepared.program;
        let sheet = RefCell::new(Sheet::new(args, program, columns, stamps, terminal));
        let bar = RefCell::new(Some(bar));
        let options = Replay { dates, calendar, accounts: &[], summed };
        let engine = Columns { leaves: true, ..Columns::default() };
        let look = |stage: &Stage<'_, '_>| match printing {
            true => {
                drop(bar.take());
                Found::Printed(sheet.borrow_mut().print(stage))
            }
            false => look(stage),
        };
        let told = replay_files(program, &prepared.binding, &options, engine, look, |turn| {
            drop(bar.take());
            let mut sheet = sheet.borrow_mut();
            if sheet.load.is_none() {
                let mut load = turn.load.clone();
                dates.iter().take(1).for_each(|first| prepared.note_beginnings_from(*first, turn.data, &mut load));
                sheet.load = Some(load);
            }
            sheet.date(turn.data, turn.evaluator, &turn.found)
        });
        drop(bar);
        let mut sheet = sheet.into_inner();
        return told.map(|()| sheet.close()).map_err(|errors| data_errors(&errors, sheet.terminal));
    }
    let session = prepared.load(args.rejects.is_some(), terminal)?;
    eval::rejects(args, &session)?;
    let plain = Evaluator::new(&session.program, &session.data, session.calendar);
    let accounts = eval::ids(args, &session, &plain)?;
    let mut sheet = Sheet::new(args, &session.program, columns, stamps, terminal);
    sheet.load = Some(session.load.clone());
    let options = Replay { dates, calendar, accounts: &accounts, summed };
    Columns::default().replay(&session.program, &session.data, &options, look, |evaluator, found| {
        sheet.date(&session.data, evaluator, &found)
    });
    Ok(sheet.close())
}

/// What is printed, date by date.
struct Sheet<'a> {
    args: &'a EvalArgs,
    program: &'a Program,
    columns: Vec<FieldId>,
    /// By date.
    stamps: Vec<Stamp>,
    /// So many dates are done.
    done: usize,
    load: Option<LoadReport>,
    /// About the last date: what people are told of the data.
    data: Vec<load::Extent>,
    summaries: Vec<Summary>,
    /// What could not be computed, date by date.
    faults: Vec<String>,
    hit: bool,
    /// Those of the date at hand.
    lines: Lines,
    terminal: &'a mut Terminal,
}

impl<'a> Sheet<'a> {
    fn new(
        args: &'a EvalArgs,
        program: &'a Program,
        columns: Vec<FieldId>,
        stamps: Vec<Stamp>,
        terminal: &'a mut Terminal,
    ) -> Sheet<'a> {
        let (load, data, summaries, faults) = Default::default();
        Sheet {
            args,
            program,
            columns,
            stamps,
            done: 0,
            load,
            data,
            summaries,
            faults,
            hit: false,
            lines: Lines::default(),
            terminal,
        }
    }

    /// Prints the lines of the next date.
    fn print(&mut self, stage: &Stage<'_, '_>) -> Results {
        let Some(stamp) = self.stamps.get(self.done) else { return stage.portfolio() };
        let (columns, personal, headed) = (&self.columns, self.args.run.show_personal, self.done == 0);
        self.lines.print(stage, Shown { stamp, columns, personal, headed }, self.terminal)
    }

    /// The next date.
    fn date(&mut self, data: &Dataset, evaluator: &Evaluator<'_>, found: &Found) -> Next {
        let Some(stamp) = self.stamps.get(self.done) else { return Next::Stop };
        let none = LoadReport::default();
        if self.done + 1 == self.stamps.len() {
            self.data = load::extents(self.program, data, stamp.as_of);
        }
        let count = match found {
            Found::Summed(summary) => {
                self.summaries.push(summary.clone());
                self.hit |= summary.hit;
                summary.faults
            }
            Found::Whole(results) | Found::Printed(results) => {
                let extras = eval::extras(self.args, self.columns.clone(), evaluator, results, None, self.terminal);
                let evaluation = Evaluation {
                    program: self.program,
                    data,
                    load: self.load.as_ref().unwrap_or(&none),
                    results,
                    stamp,
                    personal: self.args.run.show_personal,
                    extras: &extras,
                };
                if matches!(found, Found::Whole(_)) {
                    self.terminal.print(&lines(self.args, &evaluation, self.done == 0));
                }
                self.lines = Lines::default();
                self.hit |= evaluation.scores_hit();
                evaluation.troubles().len() as u64
            }
        };
        if count > 0 {
            let what = counted(count, "number", "numbers");
            self.faults.push(format!("as of {}: {what} could not be computed", stamp.as_of));
        }
        self.done += 1;
        if self.terminal.is_closed() { Next::Stop } else { Next::Go }
    }

    /// What is said when all dates are done; the exit code.
    fn close(&mut self) -> u8 {
        let load = self.load.take().unwrap_or_default();
        let page = Page {
            program: self.program,
            stamps: &self.stamps,
            summaries: &self.summaries,
            load: &load,
            extents: &self.data,
            faults: &self.faults,
            bare: self.terminal.quiet(),
            personal: self.args.run.show_personal,
        };
        let summary = self.args.replay.summary;
        match self.args.format {
            Format::Human => self.terminal.print(&page.human(&self.terminal.layout())),
            Format::Md => self.terminal.print(&page.markdown()),
            Format::Csv if summary => self.terminal.print(&page.csv()),
            Format::Json if summary => self.terminal.print(&page.json()),
            Format::Csv | Format::Json => {}
        }
        if self.args.format != Format::Human {
            let text = page.besides(&self.terminal.err_layout());
            self.terminal.note(&text);
        }
        if self.hit {
            self.terminal.note("some scores lack a number that could not be computed\n");
            return DATA;
        }
        0
    }
}

/// The lines of a date: of csv one for each account, below one heading; of json one, as `--as-of` prints it for the date,
/// without what became of the files, which is the same for all.
fn lines(args: &EvalArgs, evaluation: &Evaluation, first: bool) -> String {
    if args.format == Format::Json {
        let mut whole = report::json(evaluation);
        if let Some(map) = whole.as_object_mut() {
            map.shift_remove("load");
        }
        return format!("{whole}\n");
    }
    let text = report::csv(evaluation);
    match text.split_once('\n').filter(|_| !first) {
        Some((_, lines)) => lines.to_string(),
        None => text,
    }
}
