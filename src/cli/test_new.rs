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
use crate::testing::{self, Draft, Trial};
use std::fs::OpenOptions;
use std::io::Write;

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
    let text = written(args, &session, &draft)?;
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
fn written(args: &NewTestArgs, session: &Session, draft: &Draft) -> Result<String, Stop> {
    let project = Project::open(args.program.project.as_deref())?;
    let settings = Settings { set: args.program.set.clone() };
    let trial = Trial {
        rules: &project.sources,
        settings: &settings,
        calendar: session.calendar,
        zone: session.zone,
        project: &session.stamp.project,
        open: &beside,
    };
    let written = testing::written(draft, &draft.title, &args.account, &trial);
    written.map(|written| written.text).map_err(|untold| Stop::usage(untold.message).maybe_help(untold.help))
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
