//! For a wiki page or the comment of a pull request.

use super::{Evaluation, footer, human, portfolio, stale, tables, undecided};
use crate::report::table::{clean, escaped};
use crate::report::{Stamp, load};

/// The whole page.
pub fn markdown(of: &Evaluation) -> String {
    let (account, who, cards, rules) = (tables::account(of), tables::who(of), tables::results(of), tables::rules(of));
    let columns = tables::columns(of);
    let mut groups = vec![&account, &who];
    groups.extend(columns.iter().chain(&cards).chain(&rules));
    let table = tables::joined(&groups).markdown();
    if of.extras.bare {
        return table;
    }
    let mut out = heading(of.stamp);
    out.push_str(&table);
    let lines = lines(of);
    if !lines.is_empty() {
        out.push('\n');
        lines.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
    }
    out
}

fn lines(of: &Evaluation) -> Vec<String> {
    let mut lines = portfolio::markdown(of);
    let title = |label: &Option<String>| label.as_ref().map_or(String::new(), |l| format!(" \"{}\"", escaped(l)));
    for (i, card) in of.program.scorecards.iter().enumerate() {
        let counts = footer::grade_list(of, i).map_or(String::new(), |list| format!(": {list}"));
        if card.header.label.is_some() || !counts.is_empty() {
            lines.push(format!("scorecard `{}`{}{counts}", card.header.name, title(&card.header.label)));
        }
    }
    let rules = of.program.rules.iter().zip(of.tallies());
    for (rule, tally) in rules.chain(of.program.row_rules.iter().zip(of.row_tallies())) {
        lines.push(format!(
            "rule `{}`{}: holds for {}, held back for {}{}, undecided for {}, does not hold for {}",
            rule.header.name,
            title(&rule.header.label),
            tally.holds,
            tally.held_back,
            if tally.suppressed > 0 { format!(", suppressed for {}", tally.suppressed) } else { String::new() },
            tally.undecided,
            tally.does_not_hold
        ));
    }
    lines.extend(undecided::lines(of).iter().map(|text| format!("undecided: {}", escaped(text))));
    lines.extend(stale::lines(of).iter().map(|text| format!("stale: {}", escaped(text))));
    lines.extend(footer::limits(of, false).iter().map(|text| format!("caps: {}", escaped(text))));
    if of.extras.list_tasks {
        for task in &of.extras.tasks {
            let account = task.account.and_then(|i| of.results.accounts.get(i)).map_or("portfolio", |a| of.id(a));
            lines.push(format!("asked for {}: {}", escaped(account), escaped(&task.words())));
        }
        lines.push(footer::NOTHING_SENT.to_string());
    }
    let mut table = String::new();
    for row in load::lines(of.load, &of.extents(), of.results.as_of).rows {
        let mut cells = row.iter().map(|cell| escaped(&cell.text));
        let (name, text) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        // The page for people names a table on its first line only; a line of a list has to stand alone.
        if !name.is_empty() {
            table = name;
        }
        lines.push(format!("data: {table}: {text}"));
    }
    for t in of.troubles() {
        let what = crate::value::Missing::Error(t.fault).words();
        lines.push(format!("**{}**: {what} in `{}`", escaped(&t.account), t.name));
    }
    lines.extend(footer::changes(of).iter().map(|text| format!("changes: {}", escaped(text))));
    lines
}

/// Which project, at which date, by which program and over which data.
pub fn heading(stamp: &Stamp) -> String {
    let mut out = format!(
        "## {}\n\nAs of {}, program `{}`, data `{}`.\n\n",
        escaped(&stamp.project),
        stamp.as_of,
        human::short(&stamp.program),
        clean(&stamp.data)
    );
    for remark in stamp.remarks() {
        out.push_str(&format!("**{}**\n\n", escaped(&remark)));
    }
    out
}
