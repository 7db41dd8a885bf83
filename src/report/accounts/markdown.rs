//! For a wiki page or the comment of a pull request.

use super::{Evaluation, human, portfolio, tables};
use crate::report::table::{clean, escaped};
use crate::report::{Stamp, load};

/// The whole page.
pub fn markdown(of: &Evaluation) -> String {
    let mut out = heading(of.stamp);
    let (account, who, cards, rules) = (tables::account(of), tables::who(of), tables::results(of), tables::rules(of));
    let mut groups = vec![&account, &who];
    groups.extend(cards.iter());
    groups.extend(rules.iter());
    out.push_str(&tables::joined(&groups).markdown());
    let mut lines = portfolio::markdown(of);
    for (rule, tally) in of.program.rules.iter().zip(of.tallies()) {
        lines.push(format!(
            "- rule `{}`: holds for {}, held back for {}, undecided for {}, does not hold for {}\n",
            rule.header.name, tally.holds, tally.held_back, tally.undecided, tally.does_not_hold
        ));
    }
    let mut table = String::new();
    for row in load::lines(of.load, &of.unseen(), of.results.as_of).rows {
        let mut cells = row.iter().map(|cell| escaped(&cell.text));
        let (name, text) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        // The page for people names a table on its first line only; a line of a list has to stand alone.
        if !name.is_empty() {
            table = name;
        }
        lines.push(format!("- data: {table}: {text}\n"));
    }
    for t in of.troubles() {
        let what = crate::value::Missing::Error(t.fault).words();
        lines.push(format!("- **{}**: {what} in `{}`\n", escaped(&t.account), t.name));
    }
    if !lines.is_empty() {
        out.push('\n');
        out.extend(lines);
    }
    out
}

/// Which project, at which date, by which program and over which data.
pub fn heading(stamp: &Stamp) -> String {
    format!(
        "## {}\n\nAs of {}, program `{}`, data `{}`.\n\n",
        escaped(&stamp.project),
        stamp.as_of,
        human::short(&stamp.program),
        clean(&stamp.data)
    )
}
