//! The pass itself: files are opened and their headers matched first, then all workers fetch what is next and read it.

use super::csv::CsvFile;
use super::cut::{Cut, Cutter, Ends};
use super::json::JsonRows;
use super::marked::CsvRows;
use super::object::{Names, Objects};
use super::plan::Plan;
use super::take::Taker;
use super::{Piece, Request, Streamed, finish};
use crate::data::binding::{Place, TableBinding};
use crate::data::load::{self, Opened};
use crate::data::table::{TableBuilder, clip_line};
use crate::data::{DataError, Origin, RejectReason};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What one worker reads at once.
enum Job<'a> {
    /// Rows of a text, in the buffer.
    Rows { file: &'a Text, at: u32, line: u64, last: bool, quotes: bool },
    /// A row of a text that is too long.
    TooLong { file: &'a Text, at: u32, line: u64 },
    /// Rows of a Parquet file.
    #[cfg(feature = "parquet")]
    Group { file: &'a super::parquet::ParquetFile, at: u32, group: usize },
}

/// A file that has rows to be read.
pub(super) enum Source {
    Text(Text),
    #[cfg(feature = "parquet")]
    Parquet(super::parquet::ParquetFile),
}

/// A text, and what its rows look like.
pub(super) struct Text {
    place: Place,
    pub(super) form: Form,
}

pub(super) enum Form {
    Csv(CsvFile),
    Json(Objects),
}

/// What is still to be read.
struct Feed<'a> {
    sources: &'a [(u32, Source)],
    bound: &'a TableBinding,
    next: usize,
    /// The text that is being cut.
    cutter: Option<(&'a Text, u32, Cutter)>,
    /// Row groups of the Parquet file at hand that are still to be read.
    group: usize,
    /// How many parts were asked for.
    turns: u64,
    /// What stopped the reading of a file.
    errors: Vec<(u32, std::io::Error)>,
}

impl<'a> Feed<'a> {
    fn next(&mut self, block: &mut Vec<u8>) -> Option<Job<'a>> {
        loop {
            if let Some((text, at, cutter)) = &mut self.cutter {
                let (file, at) = (*text, *at);
                match cutter.next(block) {
                    Ok(Cut::Rows { line, last, quotes }) => return Some(Job::Rows { file, at, line, last, quotes }),
                    Ok(Cut::TooLong(line)) => return Some(Job::TooLong { file, at, line }),
                    Ok(Cut::End) => {}
                    Err(error) => self.errors.push((at, error)),
                }
                self.cutter = None;
            }
            let (at, source) = self.sources.get(self.next)?;
            match source {
                Source::Text(text) => {
                    self.next += 1;
                    match text.cutter(self.bound) {
                        Ok(cutter) => self.cutter = Some((text, *at, cutter)),
                        Err(error) => self.errors.push((*at, error)),
                    }
                }
                #[cfg(feature = "parquet")]
                Source::Parquet(file) => {
                    let group = self.group;
                    if group >= file.groups() {
                        self.next += 1;
                        self.group = 0;
                        continue;
                    }
                    self.group += 1;
                    return Some(Job::Group { file, at: *at, group });
                }
            }
        }
    }
}

impl Text {
    /// The text behind its header.
    fn cutter(&self, bound: &TableBinding) -> std::io::Result<Cutter> {
        let text = load::open_text(&self.place, bound)?.0;
        match &self.form {
            Form::Json(_) => Ok(Cutter::new(text, Ends::Lines, 1)),
            Form::Csv(file) => {
                let mut records = crate::data::input::Records::new(text, file.delimiter);
                records.read()?;
                let (text, line) = records.into_rest();
                Ok(Cutter::new(text, Ends::Rows(file.delimiter), line))
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn run<W: Send>(
    request: &Request<'_>,
    threads: usize,
    start: &(impl Fn() -> W + Sync),
    visit: &(impl Fn(&mut W, &Piece) + Sync),
) -> Result<Streamed<W>, Vec<DataError>> {
    let nothing = TableBinding::default();
    let Some(table) = request.program.table(request.table) else { return Err(Vec::new()) };
    let bound = request.binding.tables.get(request.table.index()).unwrap_or(&nothing);
    let places = load::find(request.program, request.binding, bound, request.table)?;
    let files: Vec<String> = places.iter().map(|place| place.shown.clone()).collect();
    // A strict project wants to know of the first row that it loses.
    let rejects = request.rejects || request.binding.strict;
    let plan = Plan::new(Request { rejects, ..*request }, table, bound, files);
    // Who matches headers, and collects what is to be said about the table as a whole.
    let mut nobody = |_| {};
    let profile = request.binding.profile.as_deref();
    let mut clerk = TableBuilder::new(request.program, table, bound, profile, request.binding.time_zone, &mut nobody);
    if places.is_empty() {
        clerk.notes.push(load::not_loaded(request.binding, &table.header.name));
    }
    let sources = open(&mut clerk, &plan, &places, bound);
    let feed =
        Mutex::new(Feed { sources: &sources, bound, next: 0, cutter: None, group: 0, turns: 0, errors: Vec::new() });
    let work = || {
        let mut taker = Taker::new(&plan);
        let (mut state, mut block) = (start(), Vec::new());
        let (mut rows, mut objects) = (CsvRows::default(), JsonRows::default());
        let mut trouble: Vec<(u32, String)> = Vec::new();
        let mut show = |piece: &Piece| visit(&mut state, piece);
        loop {
            let job = {
                let mut feed = lock(&feed);
                feed.turns += 1;
                taker.turn = feed.turns;
                feed.next(&mut block)
            };
            match job {
                None => break,
                Some(Job::Rows { file, at, line, last, quotes }) => match &file.form {
                    Form::Csv(csv) => csv.rows(&mut taker, &mut rows, (&block, quotes), (at, line, last), &mut show),
                    Form::Json(json) => objects.rows(json, &mut taker, &block, (at, line), &mut show),
                },
                Some(Job::TooLong { file, at, line }) => {
                    let detail = match file.form {
                        Form::Csv(_) => super::csv::TOO_LONG,
                        Form::Json(_) => crate::data::ndjson::TOO_LONG,
                    };
                    let origin = Origin { file: at, line: clip_line(line) };
                    taker.reject_row(origin, RejectReason::TooLong, || detail.to_string());
                }
                #[cfg(feature = "parquet")]
                Some(Job::Group { file, at, group }) => {
                    if let Err(problem) = file.read(group, &mut taker, at, &mut show) {
                        trouble.push((at, problem));
                    }
                }
            }
        }
        taker.show(&mut show);
        taker.settle();
        (state, taker, objects.names, trouble)
    };
    let done = crate::threads::on(if is_small(&sources) { 1 } else { threads }, work);
    let mut workers = Vec::new();
    let mut total = Taker::new(&plan);
    let (mut headers, mut trouble) = (Vec::new(), Vec::new());
    for (state, taker, names, problems) in done {
        workers.push(state);
        total.merge(taker);
        headers.push(names);
        trouble.extend(problems);
    }
    let broken = feed.into_inner().unwrap_or_else(PoisonError::into_inner).errors;
    finish::finish(&plan, clerk, total, Left { headers, trouble, broken, sources: &sources }, request.rejects)
        .map(|done| done.with(workers))
}

/// What is known besides the rows when all have gone by.
pub(super) struct Left<'a> {
    /// Names met in objects.
    pub(super) headers: Vec<Names>,
    /// Parquet files that are damaged, and how.
    pub(super) trouble: Vec<(u32, String)>,
    /// Texts that could not be read to their end.
    pub(super) broken: Vec<(u32, std::io::Error)>,
    pub(super) sources: &'a [(u32, Source)],
}

/// True if the files are so small that a second thread would cost more than it saves.
fn is_small(sources: &[(u32, Source)]) -> bool {
    const SMALL: u64 = 1 << 18;
    let size = |source: &Source| match source {
        Source::Text(text) => std::fs::metadata(&text.place.path).map_or(0, |about| about.len()),
        #[cfg(feature = "parquet")]
        Source::Parquet(file) => {
            if file.groups() > 1 {
                SMALL
            } else {
                0
            }
        }
    };
    sources.iter().map(|(_, source)| size(source)).sum::<u64>() < SMALL
}

/// Opens all files and matches their headers; what cannot be read is told to the clerk and left out.
fn open(clerk: &mut TableBuilder<'_>, plan: &Plan<'_>, places: &[Place], bound: &TableBinding) -> Vec<(u32, Source)> {
    let mut sources = Vec::new();
    for (at, place) in (0u32..).zip(places) {
        let source = match load::open_file(clerk, place, bound) {
            None => None,
            Some(Opened::Csv { text, delimiter }) => {
                let file = CsvFile::open(clerk, plan, text, delimiter, &place.shown);
                file.unwrap_or_else(|error| {
                    clerk.errors.push(load::unreadable(place, 0, &error));
                    None
                })
                .map(|file| Source::Text(Text { place: place.clone(), form: Form::Csv(file) }))
            }
            Some(Opened::Ndjson { .. }) => {
                let form = Form::Json(super::json::objects(clerk, plan));
                Some(Source::Text(Text { place: place.clone(), form }))
            }
            #[cfg(feature = "parquet")]
            Some(Opened::Parquet) => super::parquet::ParquetFile::open(clerk, plan, place).map(Source::Parquet),
            #[cfg(not(feature = "parquet"))]
            Some(Opened::Parquet) => {
                clerk.errors.push(load::no_parquet(place));
                None
            }
        };
        sources.extend(source.map(|source| (at, source)));
    }
    sources
}
