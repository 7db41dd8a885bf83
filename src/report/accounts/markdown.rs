//! For a wiki page or the comment of a pull request.

use super::{Evaluation, human, portfolio, tables};
use crate::report::load;
use crate::report::table::{clean, escaped};

/// The whole page.
pub fn markdown(of: &Evaluation) -> String {
    let stamp = of.stamp;
    let mut out = format!("## {}\n\n", escaped(&stamp.project));
    out.push_str(&format!(
        "As of {}, program `{}`, data `{}`.\n\n",
        stamp.as_of,
        human::short(&stamp.program),
        clean(&stamp.data)
    ));
    let (account, who, cards, rules) = (tables::account(of), tables::who(of), tables::cards(of), tables::rules(of));
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
    for row in load::lines(of.load, &of.unseen(), of.results.as_of).rows {
        let text: Vec<String> = row.into_iter().map(|c| c.text).filter(|t| !t.is_empty()).collect();
        lines.push(format!("- data: {}\n", escaped(&text.join(": "))));
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
