//! Running the tests of a program: each over the small data set that it gives, by the reference engine.
//!
//! ```text
//!  test, case ──build──▶ data set ──engine──▶ values, rules ──judge──▶ outcome ──report──▶ human, json, junit, md
//!                                                                         └─────bless────▶ edits of the rule files
//! ```
//!
//! A program is compiled once; its tests share nothing but that, so they run on as many threads as there are, and come
//! out in the order in which they are written. Nothing here reads the disk but [`crate::data`], which reads the files that
//! tests name, and nothing reads the clock.

mod bless;
mod build;
pub mod coverage;
mod days;
mod draft;
mod finding;
mod judge;
mod met;
pub mod mutate;
mod ran;
mod report;

pub use bless::{Blessed, bless};
pub use draft::{Draft, Trial, Untold, Written, draft, written};
pub use report::{human, json, junit, markdown};

use crate::Settings;
use crate::calendar::Calendar;
use crate::data::Place;
use crate::program::{Case, Program, Test};
use crate::source::Sources;
use crate::span::Span;
use chrono_tz::Tz;
use coverage::{Coverage, Seen};
use std::sync::atomic::{AtomicUsize, Ordering};

/// All that tests are run with.
pub struct Setup<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its sources, and whatever else findings point at.
    pub sources: &'a Sources,
    /// The rule files alone, to compile them again with something added.
    pub rules: &'a Sources,
    /// The settings of the run.
    pub settings: &'a Settings,
    /// How the project counts its years.
    pub calendar: Calendar,
    /// Its time zone.
    pub zone: Tz,
    /// What people call it.
    pub project: &'a str,
    /// The file that a rule file names by a path relative to itself.
    pub open: &'a (dyn Fn(&str, &str) -> Place + Sync),
    /// How wide an explanation may be.
    pub width: usize,
    /// Look at what tests see of the program.
    pub coverage: bool,
}

/// What became of all tests.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order in which they are written.
    pub outcomes: Vec<Outcome>,
    /// How many the filter left out.
    pub left_out: usize,
    /// What they saw of the program, if that was asked for.
    pub coverage: Option<Coverage>,
}

/// What became of a test, or of one case of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The title of the test.
    pub title: String,
    /// The case, if the test has a table of them.
    pub case: Option<String>,
    /// The file.
    pub file: String,
    /// The line of the test or the case.
    pub line: usize,
    /// Set if it may fail for now; the reason may be empty.
    pub todo: Option<String>,
    /// How many expectations were judged.
    pub expectations: usize,
    /// What is in the way of running it at all.
    pub problems: Vec<Problem>,
    /// What is not as expected.
    pub failures: Vec<Failure>,
}

/// Something that is in the way of running a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `tests.laud:12`, or a file of data.
    pub place: String,
    /// What.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// An expectation that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The expectation as written, on one line.
    pub text: String,
    /// Its line.
    pub line: usize,
    /// What is expected.
    pub expected: String,
    /// What there is.
    pub got: String,
    /// What more there is to say.
    pub note: Option<String>,
    /// Where the number comes from, for people.
    pub why: Option<String>,
    /// What would make it right, if the value is.
    pub edit: Option<Edit>,
}

/// A place in a rule file, and what should stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The place.
    pub span: Span,
    /// The text.
    pub text: String,
    /// Nothing stood there yet but a `?`.
    pub fresh: bool,
}

/// How a test came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is as expected.
    Passed,
    /// Something is not.
    Failed,
    /// Something is not, as it says itself.
    Todo,
    /// All is as expected, though it says that it is not yet.
    TodoPasses,
}

impl Outcome {
    /// How it came out.
    pub fn verdict(&self) -> Verdict {
        match (self.problems.is_empty() && self.failures.is_empty(), self.todo.is_some()) {
            (true, false) => Verdict::Passed,
            (false, false) => Verdict::Failed,
            (true, true) if self.expectations > 0 => Verdict::TodoPasses,
            (_, true) => Verdict::Todo,
        }
    }

    /// The title, and the case behind it.
    pub fn name(&self) -> String {
        match &self.case {
            Some(case) => format!("{}: {case}", self.title),
            None => self.title.clone(),
        }
    }
}

impl Report {
    /// How many came out so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.outcomes.iter().filter(|o| o.verdict() == verdict).count()
    }

    /// True if there were tests and none failed.
    pub fn passed(&self) -> bool {
        !self.outcomes.is_empty() && self.count(Verdict::Failed) == 0
    }
}

/// A test, or one case of it.
#[derive(Clone, Copy)]
struct Unit<'a> {
    test: &'a Test,
    case: Option<&'a Case>,
}

impl Unit<'_> {
    fn name(&self) -> String {
        self.case.map_or(self.test.header.name.clone(), |case| format!("{}: {}", self.test.header.name, case.name))
    }
}

/// Every test of a program in the order in which they are written, case by case.
fn units(program: &Program) -> Vec<Unit<'_>> {
    let mut tests: Vec<&Test> = program.tests.iter().collect();
    tests.sort_by_key(|test| (test.header.span.source, test.header.span.start));
    let mut units = Vec::new();
    for test in tests {
        match test.cases.as_slice() {
            [] => units.push(Unit { test, case: None }),
            cases => units.extend(cases.iter().map(|case| Unit { test, case: Some(case) })),
        }
    }
    units
}

/// Runs the tests whose name holds the filter, in any case of its letters.
pub fn run(setup: &Setup, filter: Option<&str>, threads: usize) -> Report {
    let all = units(setup.program);
    let filter = filter.map(str::to_lowercase);
    let wanted = |unit: &Unit| filter.as_ref().is_none_or(|text| unit.name().to_lowercase().contains(text));
    let units: Vec<Unit> = all.iter().copied().filter(wanted).collect();
    let judged = in_parallel(&units, threads, |unit| judge::judge(setup, *unit));
    let (mut outcomes, mut seen) = (Vec::with_capacity(judged.len()), Seen::new());
    for (outcome, shown) in judged {
        outcomes.push(outcome);
        seen.extend(shown);
    }
    let coverage = setup.coverage.then(|| Coverage::new(coverage::facets(setup.program), &seen));
    Report { left_out: all.len() - units.len(), outcomes, coverage }
}

/// What `work` makes of each, in their order.
fn in_parallel<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    let worker = move || {
        let mut done: Vec<(usize, R)> = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(i) else { return done };
            done.push((i, work(item)));
        }
    };
    let mut all: Vec<(usize, R)> = crate::threads::on(threads.min(items.len()), worker).into_iter().flatten().collect();
    all.sort_by_key(|(i, _)| *i);
    all.into_iter().map(|(_, result)| result).collect()
}
