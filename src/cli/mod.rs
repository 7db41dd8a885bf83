//! The command line: the only room that reads the terminal, the disk and the clock.
//!
//! One file per verb; each takes its arguments and a `Terminal` and gives an exit code, or stops with a message. What a
//! verb prints is made by `report`, `explain` and `diagnostics`.

mod accounts;
mod acting;
mod again;
mod apply;
mod args;
mod book;
mod check;
mod emit;
mod eval;
mod explain;
mod files;
mod findings;
mod fix;
mod fmt;
mod help;
mod history;
mod init;
mod inspect;
mod ledger;
mod lines;
mod lint;
mod mutate;
mod older;
mod packages;
mod plan;
mod progress;
mod project;
mod repl;
mod replay;
mod session;
mod simulate;
mod standing;
mod stop;
mod suppose;
mod terminal;
mod test;
mod test_new;
mod watch;
mod why;

use args::{Cli, Verb};
use clap::FromArgMatches;
use clap::error::{ContextKind, ErrorKind};
use std::ffi::OsString;
use std::process::ExitCode;
use stop::Stop;
use terminal::Terminal;

/// Runs the command with its arguments, the name of the program first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = help::command().try_get_matches_from(args).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) if error.kind() == ErrorKind::InvalidSubcommand => {
            let verb = error.get(ContextKind::InvalidSubcommand).map_or(String::new(), ToString::to_string);
            let mut terminal = Terminal::new(args::When::Auto, false);
            return ExitCode::from(terminal.stop(&help::no_such_verb(&verb)));
        }
        Err(error) => {
            // Help and version come this way too, and are no errors. A closed pipe is nobody's fault.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { stop::USAGE } else { 0 });
        }
    };
    let mut terminal = Terminal::new(cli.common.color, cli.common.quiet);
    let outcome = match cli.verb {
        Verb::Init(args) => init::run(&args, &mut terminal),
        Verb::Check(args) => check::run(&args, &mut terminal),
        Verb::Lint(args) => lint::run(&args, &mut terminal),
        Verb::Fmt(args) => fmt::run(&args, &mut terminal),
        Verb::Test(args) => test::run(&args, &mut terminal),
        Verb::Mutate(args) => mutate::run(&args, &mut terminal),
        Verb::Eval(args) => eval::run(&args, &mut terminal),
        Verb::Why(args) => why::run(&args, &mut terminal),
        Verb::Plan(args) => plan::run(&args, &mut terminal),
        Verb::Apply(args) => apply::run(&args, &mut terminal),
        Verb::Ledger(args) => ledger::run(&args, &mut terminal),
        Verb::Simulate(args) => simulate::run(&args, &mut terminal),
        Verb::Inspect(args) => inspect::run(&args, &mut terminal),
        Verb::Explain(args) => explain::run(&args, &mut terminal),
        Verb::Repl(args) => repl::run(&args, &mut terminal),
        Verb::Watch(args) => watch::run(&args, &mut terminal),
    };
    let code = outcome.unwrap_or_else(|stop| terminal.stop(&stop));
    match terminal.finish() {
        Ok(()) => ExitCode::from(code),
        Err(error) => {
            let stop = Stop::usage(format!("the output could not be written: {error}"));
            ExitCode::from(terminal.stop(&stop))
        }
    }
}
