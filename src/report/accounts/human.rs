//! For people: a table to pin to the wall, and below it what the data was and what to look at.

use super::{Evaluation, footer, tables};
use crate::report::paint::Tone;
use crate::report::table::{Table, clean, wrapped};
use crate::report::{Layout, Stamp, counted};

/// The whole page.
pub fn human(of: &Evaluation, layout: &Layout) -> String {
    let tables: Vec<String> = blocks(of, layout.width).iter().map(|block| block.human(0, layout)).collect();
    if of.extras.bare {
        return tables.join("\n");
    }
    let mut out = title(of.stamp, of.results.accounts.len(), layout);
    out.push('\n');
    for table in tables {
        out.push_str(&table);
        out.push('\n');
    }
    out.push_str(&footer::whole(of, layout));
    out
}

/// `advocacy   as of 2026-03-31   program 3f9c2e1   data sample   24 accounts`
pub fn title(stamp: &Stamp, accounts: usize, layout: &Layout) -> String {
    let (data, accounts) = (clean(&stamp.data), counted(accounts as u64, "account", "accounts"));
    let rest = format!("   as of {}   program {}   data {data}   {accounts}", stamp.as_of, short(&stamp.program));
    let mut out = format!("{}{}\n", layout.paint.strong(&clean(&stamp.project)), layout.paint.dim(&rest));
    for remark in stamp.remarks() {
        for line in wrapped(&clean(&remark), layout.width.saturating_sub(2).max(20)) {
            out.push_str(&format!("  {}\n", layout.paint.tone(Tone::Warn, &line)));
        }
    }
    out
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
    let columns = tables::columns(of);
    let (cards, rules) = (tables::results(of), tables::rules(of));
    let mut blocks: Vec<Vec<&tables::Group>> = vec![vec![&account, &who]];
    // The column of rules wraps, so it asks for a modest width only.
    let needed = |groups: &[&tables::Group]| tables::joined(groups).width();
    for group in columns.iter().chain(&cards) {
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
