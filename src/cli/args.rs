//! What can be asked for.

pub use super::acting::{ApplyArgs, DecideArgs, ExportFormat, LedgerArgs, LedgerVerb, PlanArgs, SimulateArgs};
use crate::calendar::{Date, PeriodKind};
use crate::diagnostics::render;
use crate::lint::Level;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Score accounts from rules that read aloud, and see why
#[derive(Debug, Parser)]
#[command(name = "laud", version, arg_required_else_help = true, max_term_width = 100)]
#[command(override_usage = "laud VERB [OPTIONS]", subcommand_value_name = "VERB")]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub verb: Verb,
}

/// For every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Common {
    /// Colours; auto asks terminal and NO_COLOR
    #[arg(long, global = true, value_name = "auto|always|never", default_value = "auto", hide_possible_values = true)]
    pub color: When,
    /// Print the result and nothing else
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    Init(InitArgs),
    Check(CheckArgs),
    Lint(LintArgs),
    Fmt(FmtArgs),
    Explain(ExplainArgs),
    Test(TestArgs),
    Mutate(MutateArgs),
    Inspect(InspectArgs),
    Eval(EvalArgs),
    Why(WhyArgs),
    Plan(PlanArgs),
    Apply(ApplyArgs),
    Ledger(LedgerArgs),
    Simulate(SimulateArgs),
    Repl(ReplArgs),
    Watch(WatchArgs),
}

/// Which program.
#[derive(Debug, Args)]
#[command(next_help_heading = "Program")]
pub struct ProgramArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(long, value_name = "PATH")]
    pub project: Option<PathBuf>,
    /// Another value for a parameter, as often as needed: --set champion_calls=5
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

/// Over what it runs.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data")]
pub struct RunArgs {
    /// Score at this date; later rows are not seen [default: laud.toml's, or today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// A profile of laud.toml, or a directory [default: laud.toml's, or data]
    #[arg(long, value_name = "PROFILE|DIR")]
    pub data: Option<String>,
    /// Show columns declared `personal`, which are masked otherwise
    #[arg(long)]
    pub show_personal: bool,
}

/// Make a small project that works
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to; made if it is not there [default: here]
    pub dir: Option<PathBuf>,
}

/// Report every mistake of every file, with the edit that mends it
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Projects, or .laud files that are one program together [default: here]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How findings are printed: human, compact, json, sarif, github, gitlab, junit, checkstyle or md
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output", hide_possible_values = true)]
    pub format: render::Format,
    #[command(flatten)]
    pub mend: MendArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// What is done about findings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Mend")]
pub struct MendArgs {
    /// Apply the fixes that leave the meaning of the program as it is
    #[arg(long)]
    pub fix: bool,
    /// Write nothing and print what would change, as a unified diff; the exit code is 1 if anything would
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Apply fixes that change what the program means too; it has to check afterwards
    #[arg(long, requires = "fix")]
    pub change_meaning: bool,
}

/// Say what a careful reviewer would say before deploy
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Projects, or .laud files that are one program together [default: here]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How findings are printed: human, compact, json, sarif, github, gitlab, junit, checkstyle or md
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output", hide_possible_values = true)]
    pub format: render::Format,
    /// The date by which reviews are due and suppressions end [default: laud.toml's, or today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Look at the data too: a profile of laud.toml, or a directory [default: rules only]
    #[arg(long, value_name = "PROFILE|DIR", help_heading = "Data")]
    pub data: Option<String>,
    /// Touch no data; so it is without `--data`
    #[arg(long, help_heading = "Data", conflicts_with = "data")]
    pub offline: bool,
    /// The exit code is 1 for findings from this level on: info, warning, error, or off for none
    #[arg(long, value_name = "LEVEL", default_value = "warning", value_parser = level, help_heading = "Selection")]
    pub deny: Level,
    /// Look for these only: lints, or categories of them
    #[arg(long, value_name = "NAME|CATEGORY,…", value_delimiter = ',', help_heading = "Selection")]
    pub only: Vec<String>,
    /// Only what concerns declarations that were touched since this revision of git
    #[arg(long, value_name = "REV", help_heading = "Selection")]
    pub changed_since: Option<String>,
    /// Write down what is found now, so that only new findings are told from here on
    #[arg(long, help_heading = "Baseline", conflicts_with_all = ["only", "changed_since", "fix"])]
    pub write_baseline: bool,
    /// Where that is [default: laud-baseline.json beside laud.toml]
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    pub baseline: Option<PathBuf>,
    #[command(flatten)]
    pub mend: MendArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Lay out rule files: columns aligned, comments kept
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Directories with all rule files below them, .laud files, or - for standard input [default: here]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; the exit code is 1 if a file would change
    #[arg(long, help_heading = "Output")]
    pub check: bool,
    /// Write nothing and print what would change, as a unified diff; the exit code is 1 if anything would
    #[arg(long, help_heading = "Output")]
    pub diff: bool,
}

/// Print the page of a finding: what it means, an example, the remedy
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code or a name, such as L0301 or threshold-gap; lists all without it
    #[arg(value_name = "CODE|NAME")]
    pub code: Option<String>,
}

/// Run the tests that stand beside the rules
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "new")]
#[command(override_usage = "laud test [OPTIONS] [PATH]\n       laud test new [OPTIONS] ACCOUNT [NAME]…")]
pub struct TestArgs {
    #[command(subcommand)]
    pub verb: Option<TestVerb>,
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    /// Only tests and cases with this text in their names
    #[arg(long, value_name = "TEXT", help_heading = "Selection")]
    pub filter: Option<String>,
    /// Write the values that there are into the tests: in place of `?`, and of those that differ
    #[arg(long, help_heading = "Output")]
    pub bless: bool,
    /// List what of the rules no test has seen, each with a test that would: clauses, bands, bounds, outcomes
    #[arg(long, help_heading = "Coverage")]
    pub coverage: bool,
    /// The exit code is 1 if tests see less of the rules than this
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Coverage")]
    pub min_coverage: Option<u8>,
    /// Write the coverage to this file, as Cobertura XML
    #[arg(long, value_name = "FILE", help_heading = "Coverage")]
    pub cobertura: Option<PathBuf>,
    /// Run again whenever a file of the project changes, until Ctrl-C
    #[arg(long, help_heading = "Output")]
    pub watch: bool,
    /// How the outcome is printed
    #[arg(
        long,
        value_name = "human|json|junit|md",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: TestFormat,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// What else there is to do about tests.
#[derive(Debug, Subcommand)]
pub enum TestVerb {
    New(NewTestArgs),
}

/// Write a test from what an account scores today
#[derive(Debug, Args)]
pub struct NewTestArgs {
    /// The account's id, or its name
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// Metrics, scorecards and rules that the test expects [default: all scorecards and rules]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Append the test to this rule file instead of printing it
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub into: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// How the outcome of tests is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    // What differs, and why.
    Human,
    // Everything, for programs.
    Json,
    // For build servers.
    Junit,
    // For the summary of a job.
    Md,
}

/// Change the rules a little and see whether the tests notice
#[derive(Debug, Args)]
pub struct MutateArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    /// Only changes of declarations with this text in their names
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub filter: Option<String>,
    /// Only changes of declarations that were touched since this revision of git, committed or not
    #[arg(long, value_name = "REV", help_heading = "Selection")]
    pub changed_since: Option<String>,
    /// Try no more changes than this, taken evenly from all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Selection")]
    pub most: Option<u16>,
    /// The exit code is 1 if tests notice a smaller share of the changes than this
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Output")]
    pub min_score: Option<u8>,
    /// How the outcome is printed
    #[arg(
        long,
        value_name = "human|json|md",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: MutateFormat,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// How the outcome of mutation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MutateFormat {
    // Every change that no test notices, line by line.
    Human,
    // Everything, for programs.
    Json,
    // For the summary of a job.
    Md,
}

/// Score every account
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    /// Only this account, by id or name, as often as needed
    #[arg(long, value_name = "ID|NAME", help_heading = "Selection")]
    pub account: Vec<String>,
    /// Evaluate this expression instead of the scorecards
    #[arg(short = 'e', long, value_name = "EXPRESSION", help_heading = "Selection")]
    pub expression: Option<String>,
    /// Columns of the accounts to show too: --columns arr,csm; all shows those that are not personal
    #[arg(
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        help_heading = "Selection",
        conflicts_with = "expression"
    )]
    pub columns: Vec<String>,
    /// How results are printed
    #[arg(
        long,
        value_name = "human|json|csv|md",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: Format,
    /// List what the rules that hold ask for; nothing is sent
    #[arg(long, help_heading = "Output", conflicts_with = "expression")]
    pub tasks: bool,
    /// Write every row that was not kept and every cell that was not read to this file, as csv
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub rejects: Option<PathBuf>,
    #[command(flatten)]
    pub replay: ReplayArgs,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Many as-of dates.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many dates")]
pub struct ReplayArgs {
    /// Score at many dates, of which this is the first; rows are read once for all of them
    #[arg(
        long,
        value_name = "DATE",
        value_parser = date,
        requires_all = ["to", "every"],
        conflicts_with_all = ["as_of", "expression", "tasks"]
    )]
    pub from: Option<Date>,
    /// No date is later than this one
    #[arg(long, value_name = "DATE", value_parser = date, requires = "from")]
    pub to: Option<Date>,
    /// How far apart; from the last day of a month, months and longer go from last day to last day
    #[arg(
        long,
        value_name = "day|week|month|quarter|year",
        value_parser = period,
        requires = "from",
        hide_possible_values = true
    )]
    pub every: Option<PeriodKind>,
    /// In csv and json one line for each date instead of each account; the other formats have no other
    #[arg(long, requires = "from")]
    pub summary: bool,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    // A table for people.
    Human,
    // Every digit, stable keys.
    Json,
    // One row per account.
    Csv,
    // Markdown.
    Md,
}

/// Unfold an account's scores down to the rows they came from
#[derive(Debug, Args)]
#[command(override_usage = "laud why [OPTIONS] ACCOUNT [NAME] [PATH]")]
pub struct WhyArgs {
    /// The account's id, or its name; `portfolio` for the metrics of the whole portfolio
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// A metric, scorecard, rule, segment or partition to unfold [default: all scorecards and rules]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// The rule to unfold: the same as its name
    #[arg(long, value_name = "NAME", help_heading = "Questions", conflicts_with_all = ["between", "against", "to"])]
    pub rule: Option<String>,
    /// The ledger that says how rules stand [default: $LAUD_LEDGER, laud.toml's, or .laud/ledger.db, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Questions")]
    pub ledger: Option<PathBuf>,
    /// What the scores were on DATE and what made the difference, line by line; DATE..DATE for a page of the second
    /// date [default: the end of the quarter before, in short]
    #[arg(long, value_name = "DATE[..DATE]", value_parser = between, help_heading = "Questions")]
    pub between: Option<Between>,
    /// The program as it was: another project's folder, a .laud file, or a revision of git
    #[arg(long, value_name = "PATH|REV", help_heading = "Questions")]
    pub against: Option<String>,
    /// What would have to change to reach this grade or score [default: the next better grade]
    #[arg(long, value_name = "GRADE|NUMBER", help_heading = "Questions")]
    pub to: Option<String>,
    /// Suppose another value of a metric or of a column of the account, as often as needed: --if references=4
    #[arg(
        long = "if",
        value_name = "NAME=VALUE",
        value_parser = supposition,
        help_heading = "Questions",
        conflicts_with_all = ["between", "against"]
    )]
    pub suppose: Vec<(String, String)>,
    /// How the page is printed
    #[arg(
        long,
        value_name = "human|json|md",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: PageFormat,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Think in it: try expressions and declarations, ask why and what if
#[derive(Debug, Args)]
pub struct ReplArgs {
    /// The project's directory, or one .laud file [default: here; nothing is needed]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Check and score again whenever a file changes, and show what moved
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// How a page is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    Human,
    // Every digit, stable keys.
    Json,
    Md,
}

pub(super) fn period(text: &str) -> Result<PeriodKind, String> {
    let all = [PeriodKind::Day, PeriodKind::Week, PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year];
    let found = all.into_iter().find(|kind| kind.word() == text);
    found.ok_or_else(|| "it is one of day, week, month, quarter, year".to_string())
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| {
        let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if shaped { "there is no such date" } else { "a date looks like 2026-03-31" }.to_string()
    })
}

/// Two dates, or one and that of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// The earlier one.
    pub from: Date,
    /// The later one.
    pub to: Option<Date>,
}

fn between(text: &str) -> Result<Between, String> {
    match text.split_once("..") {
        None => Ok(Between { from: date(text)?, to: None }),
        Some((from, to)) => Ok(Between { from: date(from)?, to: Some(date(to)?) }),
    }
}

fn supposition(text: &str) -> Result<(String, String), String> {
    setting(text).map_err(|_| "write a metric or a column of the account and a value: references=4".to_string())
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.to_string(), value.to_string())),
        _ => Err("write a parameter and its value: champion_calls=5".to_string()),
    }
}

/// Print the project as data: who reads whom, owners, weights
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    /// How it is printed
    #[arg(
        long,
        value_name = "human|json",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: InspectFormat,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// How a project is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    // A table for people.
    Human,
    // Everything, stable keys.
    Json,
}

fn level(text: &str) -> Result<Level, String> {
    Level::parse(text).ok_or_else(|| "it is one of off, info, warning and error".to_string())
}
