//! `:help`: a tour that can be typed along, all commands, and more about each.

use super::Reply;
use super::command::{COMMANDS, find, names};
use crate::diagnostics::nearest;
use crate::report::Layout;
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table, clean};

const TOUR: &[(&str, &str)] = &[
    ("arr / seats", "an expression: a value for each account, with its unit"),
    (":account acme", "think about one account; then `arr / seats` is its own"),
    ("sum(arr of account)", "what all accounts amount to"),
    ("metric calls = count(activity in last 90 days)", "declare something; it counts from now on"),
    ("calls >= 2 and arr > 100k", "and use it"),
    (":why", "unfold the account's scores down to the rows"),
    (":whatif calls = 5", "what would be, if"),
    (":diff", "what the session changed, and whose score moved"),
    (":save-test acme", "a test of it; `:tests` runs all of them"),
    (":undo", "take it back"),
    (":save ideas.laud", "keep it; the files themselves stay untouched"),
];

/// The tour and the list, or one command.
pub(super) fn help(asked: &str, layout: &Layout) -> Reply {
    if !asked.is_empty() {
        return one(asked, layout);
    }
    let mut out = format!("{}\n", layout.paint.strong("A short tour: type these, with names of your own"));
    let mut tour = Table::new(vec![Column::default(), Column::default()]);
    for (typed, meaning) in TOUR {
        tour.row(vec![Cell::from(*typed), Cell::toned(*meaning, Tone::Dim)]);
    }
    out.push_str(&tour.human(2, layout));
    out.push_str(&format!("\n{}\n", layout.paint.strong("Commands")));
    let mut list = Table::new(vec![Column::default(), Column::default()]);
    for command in COMMANDS {
        list.row(vec![usage(command).into(), Cell::toned(command.does, Tone::Dim)]);
    }
    out.push_str(&list.human(2, layout));
    out.push_str("\nTab completes names, columns, values and commands. An open bracket goes on to the next line; Ctrl-C drops\nwhat is typed, Ctrl-D leaves. `:help whatif` says more about a command, `:doc NAME` about a name.\n");
    Reply::of(out)
}

fn usage(command: &super::Command) -> String {
    format!(":{} {}", command.name, command.arguments).trim_end().to_string()
}

fn one(asked: &str, layout: &Layout) -> Reply {
    let word = asked.trim_start_matches(':');
    let Some(command) = find(word) else {
        let help = match nearest(word, names()) {
            Some(near) => format!("did you mean `:{near}`?"),
            None => format!("`:help` lists the commands; `:doc {}` says what a name means", clean(word)),
        };
        return Reply::failed(format!("there is no command `:{}`", clean(word)), help);
    };
    let short = command.short.map_or(String::new(), |s| format!("   also :{s}"));
    let mut out = format!("{}   {}{}\n", layout.paint.strong(&usage(command)), command.does, layout.paint.dim(&short));
    out.extend(command.more.lines().map(|line| format!("  {line}\n")));
    Reply::of(out)
}
