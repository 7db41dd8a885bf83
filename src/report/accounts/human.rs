//! For people: a table to pin to the wall, and below it what the data was and what to look at.

use super::{Evaluation, portfolio, tables};
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table, clean, shortened};
use crate::report::{Layout, Stamp, counted, load, value};

/// Width of the label that opens a section.
pub(crate) const LABEL: usize = 10;

/// The whole page.
pub fn human(of: &Evaluation, layout: &Layout) -> String {
    let mut out = title(of.stamp, of.results.accounts.len(), layout);
    out.push('\n');
    for block in blocks(of, layout.width) {
        out.push_str(&block.human(0, layout));
        out.push('\n');
    }
    section(&mut out, "portfolio", portfolio::lines(of), layout);
    section(&mut out, "grades", grades(of), layout);
    section(&mut out, "rules", rules(of), layout);
    section(&mut out, "data", load::lines(of.load, &of.unseen(), of.results.as_of), layout);
    section(&mut out, "faults", faults(of), layout);
    out
}

/// `advocacy   as of 2026-03-31   program 3f9c2e1   data sample   24 accounts`
pub fn title(stamp: &Stamp, accounts: usize, layout: &Layout) -> String {
    let (data, accounts) = (clean(&stamp.data), counted(accounts as u64, "account", "accounts"));
    let rest = format!("   as of {}   program {}   data {data}   {accounts}", stamp.as_of, short(&stamp.program));
    format!("{}{}\n", layout.paint.strong(&clean(&stamp.project)), layout.paint.dim(&rest))
}

/// The first seven letters of a hash.
pub fn short(hash: &str) -> &str {
    hash.get(..7).unwrap_or(hash)
}

/// One table if it fits, or several that each begin with the account.
fn blocks(of: &Evaluation, width: usize) -> Vec<Table> {
    if of.results.accounts.is_empty() {
        return Vec::new();
    }
    let (account, who) = (tables::account(of), tables::who(of));
    let (cards, rules) = (tables::results(of), tables::rules(of));
    let mut blocks: Vec<Vec<&tables::Group>> = vec![vec![&account, &who]];
    // The column of rules wraps, so it asks for a modest width only.
    let needed = |groups: &[&tables::Group]| tables::joined(groups).width();
    for group in cards.iter() {
        let Some(block) = blocks.last_mut() else { break };
        block.push(group);
        if block.len() > 2 && needed(block) > width {
            block.pop();
            blocks.push(vec![&account, group]);
        }
    }
    if let (Some(rules), Some(block)) = (&rules, blocks.last_mut()) {
        let longest = of.program.rules.iter().map(|r| r.header.name.len() + 1).max().unwrap_or(0);
        if needed(block) + 2 + longest <= width {
            block.push(rules);
        } else {
            blocks.push(vec![&account, rules]);
        }
    }
    blocks.iter().map(|groups| tables::joined(groups)).collect()
}

/// Lines under a label that stands on the first of them.
pub(crate) fn section(out: &mut String, label: &str, lines: Table, layout: &Layout) {
    if lines.rows.is_empty() {
        return;
    }
    let text = lines.human(LABEL, layout);
    out.push_str(&layout.paint.strong(label));
    out.push_str(&" ".repeat(LABEL.saturating_sub(label.len())));
    out.push_str(text.get(LABEL..).unwrap_or(&text));
}

fn untitled(columns: usize) -> Table {
    Table::new(vec![Column::default(); columns])
}

fn grades(of: &Evaluation) -> Table {
    let mut table = untitled(2);
    for (i, card) in of.program.scorecards.iter().enumerate() {
        if of.graded(i) && of.results.accounts.len() > 1 {
            let counts = of.grade_counts(i);
            let list: Vec<String> = counts.iter().map(|(grade, n)| format!("{grade} {n}")).collect();
            table.row(vec![card.header.name.as_str().into(), list.join(", ").into()]);
        }
    }
    table
}

fn rules(of: &Evaluation) -> Table {
    let tallies = of.tallies();
    let held_back = tallies.iter().any(|t| t.held_back > 0);
    let undecided = tallies.iter().any(|t| t.undecided > 0);
    let mut columns = vec![Column::default(), Column::numbers("hold")];
    columns.extend(held_back.then(|| Column::numbers("held back")));
    columns.extend(undecided.then(|| Column::numbers("undecided")));
    columns.push(Column::default());
    let mut table = Table::new(columns);
    for (rule, tally) in of.program.rules.iter().zip(tallies) {
        let mut cells: Vec<Cell> = vec![rule.header.name.as_str().into(), value::grouped(tally.holds).into()];
        cells.extend(held_back.then(|| Cell::from(value::grouped(tally.held_back))));
        cells.extend(undecided.then(|| Cell::from(value::grouped(tally.undecided))));
        cells.push(Cell::toned(rule.header.label.as_deref().unwrap_or(""), Tone::Dim));
        table.row(cells);
    }
    table
}

/// At most so many faulty numbers are listed one by one.
const LISTED: usize = 20;

fn faults(of: &Evaluation) -> Table {
    let mut table = untitled(1);
    let troubles = of.troubles();
    for t in troubles.iter().take(LISTED) {
        let what = crate::value::Missing::Error(t.fault).words();
        table.row(vec![Cell::toned(format!("{}: {what} in {}", shortened(&clean(&t.account), 40), t.name), Tone::Bad)]);
    }
    if troubles.len() > LISTED {
        let more = counted((troubles.len() - LISTED) as u64, "more number", "more numbers");
        table.row(vec![format!("and {more} that could not be computed (all of them in `--format json`)").into()]);
    }
    table
}
