//! Trying a test that was made, as it would stand in the program: what does not hold from the account's own rows is left out.

use super::Draft;
use crate::Settings;
use crate::calendar::Calendar;
use crate::data::Place;
use crate::format;
use crate::source::{Source, Sources};
use crate::testing::{self, Report, Setup};
use chrono_tz::Tz;
use std::collections::HashSet;

/// What the draft is called while it is tried.
const TRIED: &str = "<new test>";

/// What a draft is tried in.
pub struct Trial<'a> {
    /// The rule files.
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
}

/// Why there is no test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Untold {
    fn failed(why: &str) -> Untold {
        Untold { message: format!("the test could not be written: {why}"), help: None }
    }
}

/// A test that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text, in the usual form.
    pub text: String,
    /// How many expectations it has.
    pub expectations: usize,
    /// How many were left out, because other accounts have a part in them.
    pub left_out: usize,
}

/// The text of the test that passes, under a title; `account` is what messages call the account.
pub fn written(draft: &Draft, title: &str, account: &str, trial: &Trial) -> Result<Written, Untold> {
    let mut left_out = HashSet::new();
    let lines = draft.text(&draft.title, &left_out);
    let first = attempt(draft, &lines, trial)?;
    let line_of = |line: usize| lines.lines().nth(line.saturating_sub(1)).unwrap_or("").trim().to_string();
    for outcome in &first.outcomes {
        if let Some(problem) = outcome.problems.first() {
            return Err(Untold { help: problem.help.clone(), ..Untold::failed(&problem.message) });
        }
        for failure in &outcome.failures {
            left_out.insert(draft.place_of(&line_of(failure.line)));
        }
    }
    if left_out.len() == draft.expectations() {
        return Err(Untold {
            message: format!("nothing that `{account}` scores can be told from its own rows"),
            help: Some("what is compared with other accounts needs a test with all of them".to_string()),
        });
    }
    let text = draft.text(title, &left_out);
    let source = Source::new(TRIED, text.as_str());
    Ok(Written {
        text: format::format(0, &source).unwrap_or(text),
        expectations: draft.expectations() - left_out.len(),
        left_out: left_out.len(),
    })
}

/// Runs the test as it would stand in the program.
fn attempt(draft: &Draft, text: &str, trial: &Trial) -> Result<Report, Untold> {
    let mut sources = trial.rules.clone();
    sources.push(Source::new(TRIED, text));
    let (program, found) = crate::compile(&sources, trial.settings);
    let Some(program) = program else {
        let first = found.sorted().into_iter().map(|d| d.message).next().unwrap_or_default();
        return Err(Untold {
            message: format!("the test could not be written, a mistake of laud: {first}"),
            help: None,
        });
    };
    let setup = Setup {
        program: &program,
        sources: &sources,
        rules: &sources,
        settings: trial.settings,
        calendar: trial.calendar,
        zone: trial.zone,
        project: trial.project,
        open: trial.open,
        width: 100,
        coverage: false,
    };
    let mut report = testing::run(&setup, Some(&draft.title), 1);
    report.outcomes.retain(|outcome| outcome.title == draft.title);
    Ok(report)
}
