//! The commands: one table for parsing, help and completion.

use crate::diagnostics::nearest;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// Which.
    pub verb: Verb,
    /// Its name without the colon.
    pub name: &'static str,
    /// A shorter name.
    pub short: Option<&'static str>,
    /// What is written behind it.
    pub arguments: &'static str,
    /// What it does, on one line.
    pub does: &'static str,
    /// More about it, with examples.
    pub more: &'static str,
    /// What can be written behind it, for completion.
    pub takes: Takes,
}

/// What a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing, or something that cannot be completed.
    Nothing,
    /// A name of the program.
    Name,
    /// An expression.
    Expression,
    /// An account.
    Account,
    /// A parameter.
    Param,
    /// A profile.
    Profile,
    /// The title of a test.
    Test,
    /// A command.
    Command,
    /// One of these words.
    Words(&'static [&'static str]),
}

/// Which command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the table says what each is
pub enum Verb {
    Help,
    Account,
    AsOf,
    Data,
    Why,
    WhatIf,
    Type,
    Doc,
    Deps,
    Rdeps,
    Bands,
    Rules,
    Check,
    Tests,
    SaveTest,
    Diff,
    Set,
    Undo,
    Save,
    Load,
    Reload,
    Format,
    Time,
    History,
    More,
    Quit,
}

const fn command(
    verb: Verb,
    name: &'static str,
    arguments: &'static str,
    does: &'static str,
    takes: Takes,
    more: &'static str,
) -> Command {
    Command { verb, name, short: None, arguments, does, more, takes }
}

const fn short(command: Command, short: &'static str) -> Command {
    Command { short: Some(short), ..command }
}

/// All commands, in the order in which help lists them.
pub const COMMANDS: &[Command] = &[
    short(
        command(
            Verb::Help,
            "help",
            "[COMMAND]",
            "a short tour, or more about a command",
            Takes::Command,
            "\
:help            the tour and all commands
:help whatif     more about one of them",
        ),
        "h",
    ),
    command(
        Verb::Account,
        "account",
        "[ID|NAME|none]",
        "think about one account: its columns have values",
        Takes::Account,
        "\
With an account every expression is about it; without one, what differs between accounts is a
table of them.
:account acme    by id or name
:account         which one it is
:account none    about all accounts again",
    ),
    command(
        Verb::AsOf,
        "as-of",
        "[DATE]",
        "look from another date; later rows are not seen",
        Takes::Nothing,
        "\
:as-of 2025-12-31
:as-of           which date it is",
    ),
    command(
        Verb::Data,
        "data",
        "[PROFILE|DIR]",
        "other data: a profile of laud.toml, or a directory",
        Takes::Profile,
        "\
:data            what was read, kept and left out
:data sample     read this profile
:data exports/   read a directory",
    ),
    command(
        Verb::Why,
        "why",
        "[ACCOUNT] [NAME]",
        "unfold scores, a metric or a rule down to the rows",
        Takes::Name,
        "\
:why             the account of `:account`, everything
:why references  one metric, scorecard or rule of it
:why acme references
                 of another account",
    ),
    command(
        Verb::WhatIf,
        "whatif",
        "NAME=VALUE …",
        "suppose other values for one evaluation",
        Takes::Name,
        "\
A metric, a column of the account or a parameter; nothing is kept. Several at once: all of them are
supposed. A value may be any expression, or `missing`. Only the account itself is supposed to
differ: its rank among others moves, theirs does not. Without `:account` each account in its turn.
:whatif references = 4
:whatif open_p1 = 0, stories = stories + 1
:whatif champion_calls = 5",
    ),
    command(
        Verb::Type,
        "type",
        "EXPRESSION",
        "what kind of value it is, and whether accounts differ",
        Takes::Expression,
        "\
:type arr / seats
:type references >= 2",
    ),
    short(
        command(
            Verb::Doc,
            "doc",
            "NAME",
            "what a name, function or finding means",
            Takes::Name,
            "\
:doc references  a declaration: kind, type, description, owner, where
:doc arr         a column
:doc percentile  a function
:doc L0301       a finding",
        ),
        "d",
    ),
    command(Verb::Deps, "deps", "NAME", "what it reads", Takes::Name, ":deps advocacy"),
    command(Verb::Rdeps, "rdeps", "NAME", "what reads it", Takes::Name, ":rdeps arr"),
    command(
        Verb::Bands,
        "bands",
        "NAME",
        "thresholds, scale or grades, and how many accounts are in each",
        Takes::Name,
        "\
:bands references
:bands advocacy",
    ),
    command(
        Verb::Rules,
        "rules",
        "[NAME]",
        "how the rules stand, for the account or for all",
        Takes::Name,
        "\
:rules           one line each
:rules cab_invite
                 one of them, clause by clause",
    ),
    command(Verb::Check, "check", "", "every finding about the program as it is now", Takes::Nothing, ":check"),
    command(
        Verb::Tests,
        "tests",
        "[FILTER]",
        "run the tests against the program as it is now",
        Takes::Test,
        "\
Those of the files and those of the session, over the data that they give themselves. With a filter
those whose title holds it.
:tests
:tests scores of acme",
    ),
    command(
        Verb::SaveTest,
        "save-test",
        "TITLE",
        "make a test of what the account scores now",
        Takes::Nothing,
        "\
Writes the rows that are read for it and what comes of them as a test of the session: `:tests` runs
it, `:save` writes it to a file. It expects what was last asked about, by `:why references` or an
expression; after `:why` alone, all scorecards and rules. Personal texts get stand-ins.
:save-test acme at the end of the quarter",
    ),
    command(
        Verb::Diff,
        "diff",
        "",
        "what the session changed against the files, and whose score moved",
        Takes::Nothing,
        ":diff",
    ),
    command(
        Verb::Set,
        "set",
        "[NAME=VALUE]",
        "another value for a parameter",
        Takes::Param,
        "\
:set champion_calls=5
:set champion_calls
                 as declared again
:set             what is set",
    ),
    command(
        Verb::Undo,
        "undo",
        "",
        "take back the last declaration or setting",
        Takes::Nothing,
        "\
Takes back, one after the other: declarations, `:set`, `:account`, `:as-of`, `:data` and `:load`.",
    ),
    command(
        Verb::Save,
        "save",
        "FILE",
        "write what was declared to a new .laud file",
        Takes::Nothing,
        "\
The file holds the declarations of the session with their comments. One that stands in place of a
declaration of the project's files says so: take the old one out before you keep both.
:save ideas.laud",
    ),
    command(
        Verb::Load,
        "load",
        "PATH",
        "another project or .laud file",
        Takes::Nothing,
        "\
Begins anew with it; `:undo` brings back what was declared before.
:load examples/advocacy",
    ),
    command(
        Verb::Reload,
        "reload",
        "",
        "read files and data again; declarations of the session stay",
        Takes::Nothing,
        ":reload",
    ),
    command(
        Verb::Format,
        "format",
        "[human|json|csv|md]",
        "how results are printed",
        Takes::Words(&["human", "json", "csv", "md"]),
        "\
json and csv have every digit and every account.
:format json",
    ),
    command(
        Verb::Time,
        "time",
        "[on|off]",
        "say how long each statement took",
        Takes::Words(&["on", "off"]),
        ":time on",
    ),
    command(
        Verb::History,
        "history",
        "[COUNT]",
        "what was typed, one entry per statement",
        Takes::Nothing,
        "\
:history
:history 5       the last five",
    ),
    command(
        Verb::More,
        "more",
        "",
        "the rest of the last table",
        Takes::Nothing,
        "Shows the next fifty rows each time.",
    ),
    short(
        command(
            Verb::Quit,
            "quit",
            "",
            "leave; Ctrl-D does too",
            Takes::Nothing,
            "Declarations that were not saved are gone; the history stays.",
        ),
        "q",
    ),
];

/// The command behind a colon, and what is written behind it; otherwise what it is nearest to.
pub fn parse(text: &str) -> Result<(&'static Command, &str), Option<&'static str>> {
    let text = text.trim_start().strip_prefix(':').unwrap_or(text).trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match find(word) {
        Some(command) => Ok((command, rest.trim())),
        None => Err(nearest(word, names())),
    }
}

/// A command by its name, with or without the colon.
pub fn find(word: &str) -> Option<&'static Command> {
    let word = word.strip_prefix(':').unwrap_or(word);
    // `exit` and `?` are what people type.
    let word = match word {
        "exit" => "quit",
        "?" => "help",
        "asof" | "as_of" => "as-of",
        "what-if" | "what_if" => "whatif",
        word => word,
    };
    COMMANDS.iter().find(|c| c.name == word || c.short == Some(word))
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|c| c.name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn names_are_found_with_their_arguments_and_mistakes_are_guessed() {
        let (command, rest) = parse(":why  acme references ").unwrap();
        assert_eq!((command.verb, rest), (Verb::Why, "acme references"));
        assert_eq!(parse(":q").unwrap().0.verb, Verb::Quit);
        assert_eq!(parse(":exit").unwrap().0.verb, Verb::Quit);
        assert_eq!(parse(":acount acme").unwrap_err(), Some("account"));
        assert_eq!(parse(":xyzzy").unwrap_err(), None);
        assert_eq!(parse(":").unwrap_err(), None);
    }

    #[test]
    fn no_two_commands_share_a_name() {
        let mut all: Vec<&str> = COMMANDS.iter().flat_map(|c| std::iter::once(c.name).chain(c.short)).collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(COMMANDS.iter().all(|c| !c.more.is_empty() && c.does.len() <= 66));
    }
}
