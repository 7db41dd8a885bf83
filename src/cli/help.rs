//! What `laud --help` says. Everything it lists works; the lists are made from the verbs themselves.

use super::args::Cli;
use super::stop::{Stop, TABLE};
use crate::diagnostics::did_you_mean;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Command, CommandFactory};

/// The verbs in the order in which a newcomer meets them.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("Write rules", &["init", "check", "lint", "fmt", "test", "mutate", "explain", "inspect", "watch"]),
    ("Score accounts", &["eval", "why", "repl"]),
    ("Act on rules", &["plan", "apply", "ledger", "simulate"]),
];

/// Verbs that the language was designed for and that do nothing yet.
const COMING: &[&str] = &["backtest", "diff", "doc", "import", "lsp", "report", "sql", "tune"];

const EXAMPLES: &[(&str, &str)] = &[
    ("laud init advocacy", "make a small project in ./advocacy"),
    ("laud check", "find every mistake in the project here"),
    ("laud eval", "score every account"),
    ("laud why acme", "why acme scores what it scores"),
    ("laud why acme references", "down to the rows of one metric"),
    ("laud plan", "what would be done about the rules"),
    ("laud eval --set champion_calls=5", "what if the bar were higher?"),
    ("laud repl", "try expressions and declarations"),
];

const EVAL: &str = "\
Examples:
  laud eval examples/advocacy
  laud eval --as-of 2026-03-31 --data sample
  laud eval --account acme --account 'Globex Corp'
  laud eval -e 'arr / seats'                  one expression for every account
  laud eval --format csv --columns arr,renewal > scores.csv
  laud eval --tasks                           what the rules ask for; nothing is sent
  laud eval --from 2025-04-01 --to 2026-03-31 --every week

The exit code is 4 if the data does not fit the program, and also if a division by zero or a number too large is \
in the way of a score or of the expression; all others are printed all the same.";

const WHY: &str = "\
Examples:
  laud why acme                        every scorecard and rule
  laud why acme references             one metric, down to its rows
  laud why acme renewal_at_risk        one rule, clause by clause
  laud why acme --between 2025-12-31   what it was, and what made the difference
  laud why acme --to gold              what would have to change
  laud why acme --if references=4      what if; nothing is written
  laud why acme examples/advocacy      in another project
  laud why acme --format json          the same facts for programs";

const PLAN: &str = "\
Counts come first, then rows: fired, refreshed, escalated, closed, held back with every reason, waiting for room, undecided \
with what is missing. Nothing is written. The exit code is 1 if more would happen than `--max-fire` or [plan] in laud.toml \
allows.

Examples:
  laud plan
  laud plan examples/advocacy --as-of 2026-03-31
  laud plan --max-fire 50                 for a nightly job: stop before a flood
  laud plan --format csv --all > plan.csv";

const APPLY: &str = "\
The same as `laud plan`, and then so: one transaction in the ledger, and after it the actions are handed on. The same run \
again does nothing. Actions that could not be handed on go out with the next run, with the same ids; a file is written \
whole or not at all. The exit code is 1 if a gate is exceeded, or a command did not take the actions.

Examples:
  laud apply --emit tasks.csv
  laud apply --emit -                     one json per line
  laud apply --emit-to 'curl -sf --data-binary @- https://tasks.example/in'
  laud apply --as-of 2026-03-31 --replay  a run that was left out";

const SIMULATE: &str = "\
The very step of `laud apply`, from date to date; at each only what was recorded by then is seen. Nobody decides anything: \
approvals are not given, nothing is snoozed, and items close by their `close when` alone.

Examples:
  laud simulate --from 2025-10-01
  laud simulate --from 2025-10-06 --to 2026-03-30 --every day
  laud simulate --from 2025-10-01 --against HEAD~1      did the change make it calmer?
  laud simulate --from 2025-10-01 --rule renewal_at_risk --format json";

const LEDGER: &str = "\
Examples:
  laud ledger show
  laud ledger show 9f3c                   one item
  laud ledger history
  laud ledger approve 9f3c --role legal --by lee --note 'fine'
  laud ledger snooze 9f3c --until 2026-05-01
  laud ledger close 9f3c --as won
  laud ledger check                       before a copy of it is put away
  laud ledger export --format csv > items.csv";

const CHECK: &str = "\
Every directory is a project of its own; files are one program together. A directory without rules that holds \
projects checks each of them. The exit code is 3 if there are errors, 2 if only laud.toml has any, and 0 if there \
are only warnings.

Examples:
  laud check
  laud check examples/advocacy examples/health
  laud check --format compact          one line each, for editors
  laud check --format sarif > laud.sarif
  laud check --format md > summary.md
  laud check --fix --dry-run           what could be mended, as a diff
  laud explain threshold-gap           the page of a finding";

const TEST: &str = "\
A test gives accounts and events, a date, and what is expected; nothing else is read. The exit code is 1 if a test fails \
or there is none, and 3 if the program has errors.

Examples:
  laud test
  laud test examples/advocacy --filter champion
  laud test --bless                    write down the values that there are
  laud test --set champion_calls=5     which tests notice?
  laud test --watch                    again whenever a file changes
  laud test new acme --as-of 2026-03-31 --into tests.laud
  laud test --format junit > laud.xml";

const MUTATE: &str = "\
Each change is one of a kind that people make by mistake: `>` for `>=`, a bound one step further, `and` for `or`, a clause \
or a `not` dropped, a window one day longer, points or weights swapped, what is missing counted as zero. What does not \
check is left out, and what is proved to mean the same. The exit code is 1 if tests fail as it is, there are none, or \
the score is below `--min-score`.

Examples:
  laud mutate
  laud mutate examples/advocacy --filter references
  laud mutate --changed-since origin/main --min-score 90
  laud mutate --most 50                   a quick look
  laud mutate --format md > summary.md";

const LINT: &str = "\
Levels and numbers of lints are set in laud.toml, below [lint]; `laud explain NAME` says what a lint is about. A finding \
is accepted where it stands by a comment: # laud: allow NAME because \"…\". The exit code is 1 if anything from \
`--deny` on was found, 3 if the program does not check, and 2 if only laud.toml has errors.

Examples:
  laud lint
  laud lint --only weights,thresholds     two categories
  laud lint --changed-since origin/main   what a change brought along
  laud lint --write-baseline              begin in an old project: only new findings count
  laud lint --fix --dry-run               what could be mended, as a diff
  laud lint --deny error --format md > summary.md";

const FMT: &str = "\
Nothing but blanks and line ends changes; a file whose tokens, comments or meaning would be others afterwards is left \
alone, and so is one with syntax errors: the exit code is 3 then, and the other files are laid out all the same.

Examples:
  laud fmt
  laud fmt --check                     for version control and build servers
  laud fmt --diff examples/advocacy    what would change
  laud fmt - < draft.laud              for editors";

const REPL: &str = "\
Expressions show their value with its unit, declarations count from then on, and files stay untouched. `:help` is a short \
tour. Tab completes, an open bracket goes on to the next line, a paste is one statement, Ctrl-C drops what is typed and \
Ctrl-D leaves. The history is kept in `laud/history` in the directory for state ($XDG_STATE_HOME or ~/.local/state), one \
entry per statement; LAUD_HISTORY names another file, or none if it is empty.

Read from a file or a pipe there are no prompts; the exit code is 3 if a statement does not parse or check, 1 if a command \
could not be carried out.

Examples:
  laud repl
  laud repl examples/advocacy
  laud repl --as-of 2025-12-31 --set champion_calls=5
  laud repl examples/advocacy < questions.txt
  echo 'sum(arr of account)' | laud repl examples/advocacy";

const WATCH: &str = "\
Looks twice a second at rule files, laud.toml and data. After a mistake the scores are compared with the last that there \
were. Ctrl-C ends it.

Examples:
  laud watch
  laud watch examples/advocacy --as-of 2026-03-31";

const INIT: &str = "\
Examples:
  laud init my_programme
  cd my_programme && laud eval";

const INSPECT: &str = "\
Conditions are told as they are written, types in words. What is computed: what each declaration reads and what reads \
it, and what every metric weighs in a score over all paths.

Examples:
  laud inspect examples/advocacy
  laud inspect --format json > project.json
  laud inspect --format json | jq -r '.declarations[] | select(.metadata.owner == null) | .name'";

const EXPLAIN: &str = "\
Examples:
  laud explain L0301
  laud explain threshold-gap
  laud explain                         all of them
  laud explain std                     the bundled definitions, as text
  laud explain std.roi                 one of them";

/// The whole command.
pub fn command() -> Command {
    let styles = Styles::styled()
        .header(AnsiColor::Green.on_default().bold())
        .usage(AnsiColor::Green.on_default().bold())
        .literal(AnsiColor::Cyan.on_default())
        .placeholder(AnsiColor::Cyan.on_default().dimmed());
    let command = Cli::command()
        .styles(styles)
        .mut_subcommand("eval", |c| c.after_help(EVAL))
        .mut_subcommand("why", |c| c.after_help(WHY))
        .mut_subcommand("check", |c| c.after_help(CHECK))
        .mut_subcommand("test", |c| c.after_help(TEST))
        .mut_subcommand("mutate", |c| c.after_help(MUTATE))
        .mut_subcommand("lint", |c| c.after_help(LINT))
        .mut_subcommand("fmt", |c| c.after_help(FMT))
        .mut_subcommand("inspect", |c| c.after_help(INSPECT))
        .mut_subcommand("init", |c| c.after_help(INIT))
        .mut_subcommand("explain", |c| c.after_help(EXPLAIN))
        .mut_subcommand("repl", |c| c.after_help(REPL))
        .mut_subcommand("watch", |c| c.after_help(WATCH))
        .mut_subcommand("plan", |c| c.after_help(PLAN))
        .mut_subcommand("apply", |c| c.after_help(APPLY))
        .mut_subcommand("ledger", |c| c.after_help(LEDGER))
        .mut_subcommand("simulate", |c| c.after_help(SIMULATE));
    let page = page(&command);
    command.override_help(page)
}

/// Somebody asked for a verb that there is not.
pub fn no_such_verb(verb: &str) -> Stop {
    let known = || GROUPS.iter().flat_map(|(_, verbs)| verbs.iter().copied());
    let list: Vec<&str> = known().collect();
    let list = format!("the verbs are {}; `laud --help` says what they do", list.join(", "));
    if COMING.contains(&verb) {
        return Stop::usage(format!("the verb `{verb}` is not there yet")).help(list);
    }
    let near = did_you_mean(verb, known());
    Stop::usage(format!("there is no verb `{verb}`")).help(near.unwrap_or(list))
}

/// The first page: verbs in groups, examples, exit codes.
fn page(command: &Command) -> String {
    let head = |text: &str| format!("{}{text}{}", anstyle_head(), anstyle::Reset);
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut out = format!("{about}\n\n{} laud VERB [OPTIONS]\n", head("Usage:"));
    for (title, verbs) in GROUPS {
        out.push_str(&format!("\n{}\n", head(&format!("{title}:"))));
        for verb in *verbs {
            let about = command.find_subcommand(verb).and_then(Command::get_about).map(ToString::to_string);
            out.push_str(&format!("  {verb:<9} {}\n", about.unwrap_or_default()));
        }
    }
    out.push_str(&format!("\n{}\n", head("Everywhere:")));
    for (option, about) in [
        ("--color WHEN", "auto, always or never; NO_COLOR is honoured"),
        ("-q, --quiet", "print the result and nothing else"),
        ("-h, --help", "what a verb does, with examples: laud eval --help"),
        ("-V, --version", "the version"),
    ] {
        out.push_str(&format!("  {option:<14} {about}\n"));
    }
    out.push_str(&format!("\n{}\n", head("Examples:")));
    for (example, about) in EXAMPLES {
        out.push_str(&format!("  {example:<34} {about}\n"));
    }
    out.push_str(&format!("\n{}\n", head("Exit codes:")));
    for (code, meaning) in TABLE {
        out.push_str(&format!("  {code}  {meaning}\n"));
    }
    out
}

fn anstyle_head() -> anstyle::Style {
    anstyle::AnsiColor::Green.on_default().bold()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_command_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_verb_is_in_one_group_and_has_examples() {
        let command = command();
        let mut listed: Vec<&str> = GROUPS.iter().flat_map(|(_, verbs)| verbs.iter().copied()).collect();
        let mut verbs: Vec<&str> = command.get_subcommands().map(Command::get_name).filter(|n| *n != "help").collect();
        listed.sort_unstable();
        verbs.sort_unstable();
        assert_eq!(listed, verbs);
        for verb in command.get_subcommands().filter(|c| c.get_name() != "help") {
            let after = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("Examples:"), "{}", verb.get_name());
        }
    }

    #[test]
    fn the_first_page_fits_a_narrow_screen() {
        let page = anstream::adapter::strip_str(&page(&command())).to_string();
        let widest = page.lines().map(|l| l.chars().count()).max().unwrap_or(0);
        assert!(widest <= 80, "{widest} columns\n{page}");
    }
}
