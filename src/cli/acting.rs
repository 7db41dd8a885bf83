//! What can be asked for about acting: plan, apply, and the ledger.

use super::args::{Format, ProgramArgs, RunArgs, date, period};
use crate::calendar::{Date, PeriodKind};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Say what would be done, given what was done before; writes nothing
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub how: HowArgs,
    /// How the plan is printed
    #[arg(
        long,
        value_name = "human|json|csv|md",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: Format,
    /// List every row, those too about which nothing is new
    #[arg(long, help_heading = "Output")]
    pub all: bool,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Against which ledger, and how far a run may go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct HowArgs {
    /// The ledger [default: $LAUD_LEDGER, laud.toml's, or .laud/ledger.db]
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// More new items than this are too many: the exit code is 1 and nothing is done [default: laud.toml's]
    #[arg(long, value_name = "N")]
    pub max_fire: Option<u64>,
    /// The first run of a ledger or a rule acts on what is true already, instead of only remembering it
    #[arg(long)]
    pub fire_on_first_run: bool,
    /// A date before that of the last run is meant
    #[arg(long)]
    pub replay: bool,
}

/// Make the plan so, once: write it to the ledger, hand its actions on
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub how: HowArgs,
    /// Who runs it [default: $LAUD_USER, or the user of the system]
    #[arg(long, value_name = "NAME", help_heading = "Run")]
    pub by: Option<String>,
    /// Hand actions on to this .csv or .ndjson file, or - for standard output; as often as needed
    #[arg(long, value_name = "FILE", help_heading = "Actions")]
    pub emit: Vec<String>,
    /// Hand actions on to this command: one json per line on its standard input; 0 says that it has them
    #[arg(long, value_name = "COMMAND", help_heading = "Actions")]
    pub emit_to: Vec<String>,
    /// How the run is printed
    #[arg(
        long,
        value_name = "human|json|csv|md",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: Format,
    /// List every row, those too about which nothing is new
    #[arg(long, help_heading = "Output")]
    pub all: bool,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Say what the rules would have done in the past; writes nothing
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// The project's directory, or one .laud file [default: here]
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub path: Option<PathBuf>,
    /// The date of the first run; nothing is remembered before it
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Past")]
    pub from: Date,
    /// The last date [default: laud.toml's, or today]
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Past")]
    pub to: Option<Date>,
    /// How often it runs
    #[arg(
        long,
        value_name = "day|week|month|quarter|year",
        value_parser = period,
        default_value = "week",
        help_heading = "Past",
        hide_possible_values = true
    )]
    pub every: PeriodKind,
    /// The first run acts on what is true already, instead of only remembering it
    #[arg(long, help_heading = "Past")]
    pub fire_on_first_run: bool,
    /// Compare with the program as it was: another project's folder, a .laud file, or a revision of git
    #[arg(long, value_name = "PATH|REV", help_heading = "Questions")]
    pub against: Option<String>,
    /// Tell of this rule alone, as often as needed; all of them run
    #[arg(long, value_name = "NAME", help_heading = "Questions")]
    pub rule: Vec<String>,
    /// What fires again within so many days of its closing is listed
    #[arg(long, value_name = "DAYS", default_value_t = 30, help_heading = "Questions")]
    pub again_within: u32,
    /// How it is printed
    #[arg(
        long,
        value_name = "human|json|csv|md",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    pub format: Format,
    /// A profile of laud.toml, or a directory [default: laud.toml's, or data]
    #[arg(long, value_name = "PROFILE|DIR", help_heading = "Data")]
    pub data: Option<String>,
    /// Show columns declared `personal`, which are masked otherwise
    #[arg(long, help_heading = "Data")]
    pub show_personal: bool,
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Look into the ledger, and decide about what is open
#[derive(Debug, Args)]
pub struct LedgerArgs {
    #[command(subcommand)]
    pub verb: LedgerVerb,
    /// The ledger [default: $LAUD_LEDGER, laud.toml's, or .laud/ledger.db]
    #[arg(long, value_name = "FILE", global = true)]
    pub ledger: Option<PathBuf>,
    /// The project's directory, or one .laud file [default: here]
    #[arg(long, value_name = "PATH", global = true)]
    pub project: Option<PathBuf>,
    /// Show what is personal, which is masked otherwise
    #[arg(long, global = true)]
    pub show_personal: bool,
}

/// What there is to do with a ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerVerb {
    /// What is open, or one item with everything about it
    Show {
        /// An item's id, or the beginning of it
        item: Option<String>,
    },
    /// Every run and decision, oldest first, with what happened in it
    History {
        /// Only what concerns this item, open or closed
        item: Option<String>,
    },
    /// Approve an item that waits; whoever asked for it, or has to do it, cannot
    Approve {
        /// An item's id, or the beginning of it
        item: String,
        /// In which role, where it waits for several
        #[arg(long)]
        role: Option<String>,
        #[command(flatten)]
        decision: DecideArgs,
    },
    /// Reject an item that waits: it is closed
    Reject {
        /// An item's id, or the beginning of it
        item: String,
        /// In which role, where it waits for several
        #[arg(long)]
        role: Option<String>,
        #[command(flatten)]
        decision: DecideArgs,
    },
    /// Nothing new about it, and no escalation, before a date
    Snooze {
        /// An item's id, or the beginning of it
        item: String,
        /// The first day on which it may act again
        #[arg(long, value_name = "DATE", value_parser = date)]
        until: Date,
        #[command(flatten)]
        decision: DecideArgs,
    },
    /// Close an item by hand
    Close {
        /// An item's id, or the beginning of it
        item: String,
        /// How it ended: won, done or dismissed
        #[arg(
            long = "as",
            value_name = "won|done|dismissed",
            default_value = "done",
            value_parser = ["won", "done", "dismissed"],
            hide_possible_values = true
        )]
        closing: String,
        #[command(flatten)]
        decision: DecideArgs,
    },
    /// Look at everything in it for damage
    Check,
    /// Everything, for other programs
    Export {
        /// All items as csv; or items, runs and history as json
        #[arg(long, value_name = "csv|json", default_value = "json", hide_possible_values = true)]
        format: ExportFormat,
    },
}

/// Who decides, when, and why.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// Who decides [default: $LAUD_USER, or the user of the system]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// When it was decided [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<Date>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// How a ledger is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    // One row per item.
    Csv,
    // Everything.
    Json,
}
