//! `laud test new`: a test made from what an account scores today.

use super::accounts;
use super::args::NewTestArgs;
use super::project::{Project, reason};
use super::session::Session;
use super::stop::Stop;
use super::terminal::Terminal;
use super::test::beside;
use crate::Settings;
use crate::diagnostics::{did_you_mean, nearest};
use crate::engine::reference::Evaluator;
use crate::explain::Topic;
use crate::format;
use crate::source::Source;
use crate::testing::{self, Draft, Report, Setup};
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;

/// What the draft is called while it is tried.
const TRIED: &str = "<new test>";

/// Runs the verb.
pub fn run(args: &NewTestArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let session = Session::open(None, &args.program, &args.run, false, terminal)?;
    for name in &args.names {
        if Topic::find(&session.program, name).is_none() {
            let names = Topic::names(&session.program);
            let near = nearest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let stop = Stop::usage(format!("there is no metric, scorecard or rule `{name}`"));
            return Err(stop.maybe_help(near.or_else(|| did_you_mean(name, names.iter().copied()))));
        }
    }
    let as_of = session.stamp.as_of;
    let id = {
        let evaluator = Evaluator::new(&session.program, &session.data, session.calendar);
        accounts::find(&evaluator, &session, &args.account, args.run.show_personal)?
    };
    let personal = args.run.show_personal;
    let made = testing::draft(&session.program, &session.data, session.calendar, &id, as_of, &args.names, personal);
    let Some(draft) = made.filter(|draft| draft.expectations() > 0) else {
        return Err(
            Stop::usage("there is nothing that a test could expect").help("declare a metric, a scorecard or a rule")
        );
    };
    let text = tried(args, &session, &draft)?;
    match &args.into {
        None => terminal.print(&text),
        Some(file) => {
            append(file, &text)?;
            terminal.say(&format!("appended \"{}\" to {}\n", draft.title, file.display()));
        }
    }
    Ok(0)
}

/// The text of the test that passes: what other accounts have a part in is left out of it.
fn tried(args: &NewTestArgs, session: &Session, draft: &Draft) -> Result<String, Stop> {
    let mut left_out = HashSet::new();
    let first = attempt(args, session, draft, &left_out)?;
    let lines = draft.text(&left_out);
    let line_of = |line: usize| lines.lines().nth(line.saturating_sub(1)).unwrap_or("").trim().to_string();
    for outcome in &first.outcomes {
        if let Some(problem) = outcome.problems.first() {
            let stop = Stop::usage(format!("the test could not be written: {}", problem.message));
            return Err(stop.maybe_help(problem.help.clone()));
        }
        for failure in &outcome.failures {
            left_out.insert(draft.place_of(&line_of(failure.line)));
        }
    }
    if left_out.len() == draft.expectations() {
        let stop = Stop::usage(format!("nothing that `{}` scores can be told from its own rows", args.account));
        return Err(stop.help("what is compared with other accounts needs a test with all of them"));
    }
    let text = draft.text(&left_out);
    let source = Source::new(TRIED, text.as_str());
    Ok(format::format(0, &source).unwrap_or(text))
}

/// Runs the test as it would stand in the project.
fn attempt(args: &NewTestArgs, session: &Session, draft: &Draft, left_out: &HashSet<usize>) -> Result<Report, Stop> {
    let project = Project::open(args.program.project.as_deref())?;
    let settings = Settings { set: args.program.set.clone() };
    let mut sources = project.sources.clone();
    sources.push(Source::new(TRIED, draft.text(left_out)));
    let (program, found) = crate::compile(&sources, &settings);
    let Some(program) = program else {
        let first = found.sorted().into_iter().map(|d| d.message).next().unwrap_or_default();
        return Err(Stop::usage(format!("the test could not be written, a mistake of laud: {first}")));
    };
    let setup = Setup {
        program: &program,
        sources: &sources,
        rules: &sources,
        settings: &settings,
        calendar: session.calendar,
        zone: session.zone,
        project: &session.stamp.project,
        open: &beside,
        width: 100,
        coverage: false,
    };
    let mut report = testing::run(&setup, Some(&draft.title), 1);
    report.outcomes.retain(|outcome| outcome.title == draft.title);
    Ok(report)
}

/// Appends a text to a file, behind a blank line.
fn append(file: &std::path::Path, text: &str) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::usage(format!("cannot write `{}`: {}", file.display(), reason(&error)));
    let before = match std::fs::read_to_string(file) {
        Ok(before) => before,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
    };
    let gap = match before.as_str() {
        "" => "",
        before if before.ends_with("\n\n") => "",
        before if before.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let mut file = OpenOptions::new().create(true).append(true).open(file).map_err(failed)?;
    file.write_all(format!("{gap}{text}").as_bytes()).map_err(failed)
}
