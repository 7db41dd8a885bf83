//! What stands below the table: titles, rules, limits, tasks, data, faults and what a setting changed.

use super::extras::NAMED;
use super::{Evaluation, extras, portfolio, stale, undecided};
use crate::ast::LimitVerb;
use crate::engine::ScoreResult;
use crate::explain::words::limit_name;
use crate::program::About;
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table, clean, shortened};
use crate::report::{Layout, counted, load, value};

/// Width of the label that opens a section.
pub const LABEL: usize = 10;

/// Lines under a label that stands on the first of them.
pub fn section(out: &mut String, label: &str, lines: Table, layout: &Layout) {
    if lines.rows.is_empty() {
        return;
    }
    let text = lines.human(LABEL, layout);
    out.push_str(&layout.paint.strong(label));
    out.push_str(&" ".repeat(LABEL.saturating_sub(label.len())));
    out.push_str(text.get(LABEL..).unwrap_or(&text));
}

/// Everything below the table.
pub(super) fn whole(of: &Evaluation, layout: &Layout) -> String {
    let mut out = String::new();
    section(&mut out, "portfolio", portfolio::lines(of), layout);
    let grades = grades(of);
    section(&mut out, if grades.columns.len() > 2 { "grades" } else { "scores" }, grades, layout);
    section(&mut out, "rules", rules(of), layout);
    section(&mut out, "undecided", lines(undecided::lines(of), Tone::Warn), layout);
    section(&mut out, "stale", lines(stale::lines(of), Tone::Warn), layout);
    section(&mut out, "caps", lines(limits(of, false), Tone::Warn), layout);
    if of.extras.list_tasks {
        section(&mut out, "tasks", tasks(of), layout);
    }
    section(&mut out, "data", load::lines(of.load, &of.extents(), of.results.as_of), layout);
    section(&mut out, "faults", faults(of), layout);
    section(&mut out, "changes", lines(changes(of), Tone::Plain), layout);
    out
}

/// What a file of scores alone would hide: to be said beside it.
pub fn besides(of: &Evaluation, layout: &Layout) -> String {
    let mut out = String::new();
    for remark in of.stamp.remarks() {
        out.push_str(&format!("{}\n", crate::report::table::clean(&remark)));
    }
    section(&mut out, "caps", lines(limits(of, true), Tone::Warn), layout);
    section(&mut out, "data", load::remarkable(of.load, &of.extents(), of.results.as_of), layout);
    section(&mut out, "faults", faults(of), layout);
    section(&mut out, "changes", lines(changes(of), Tone::Plain), layout);
    out
}

fn untitled(columns: usize) -> Table {
    Table::new(vec![Column::default(); columns])
}

fn lines(list: Vec<String>, tone: Tone) -> Table {
    let mut table = untitled(1);
    list.into_iter().for_each(|text| table.row(vec![Cell::toned(text, tone)]));
    table
}

/// What each scorecard is called, and how many accounts have each grade.
fn grades(of: &Evaluation) -> Table {
    let any = (0..of.program.scorecards.len()).any(|i| grade_list(of, i).is_some());
    let mut table = untitled(if any { 3 } else { 2 });
    for (i, card) in of.program.scorecards.iter().enumerate() {
        let counts = grade_list(of, i).unwrap_or_default();
        let label = card.header.label.as_deref().unwrap_or("");
        if !counts.is_empty() || !label.is_empty() {
            let mut cells = vec![Cell::from(card.header.name.as_str())];
            cells.extend(any.then(|| Cell::from(counts)));
            cells.push(Cell::toned(label, Tone::Dim));
            table.row(cells);
        }
    }
    table
}

/// `champion 3, advocate 2`, if there is more than one account.
pub(super) fn grade_list(of: &Evaluation, scorecard: usize) -> Option<String> {
    if !of.graded(scorecard) || of.results.accounts.len() < 2 {
        return None;
    }
    let list: Vec<String> =
        of.grade_counts(scorecard).iter().map(|(grade, n)| format!("{grade} {}", value::grouped(*n))).collect();
    Some(list.join(", "))
}

fn rules(of: &Evaluation) -> Table {
    let (tallies, of_rows) = (of.tallies(), of.row_tallies());
    let any = |count: fn(&super::Tally) -> u64| tallies.iter().chain(&of_rows).any(|t| count(t) > 0);
    let held_back = any(|t| t.held_back);
    let suppressed = any(|t| t.suppressed);
    let undecided = any(|t| t.undecided);
    let mut columns = vec![Column::default(), Column::numbers("hold")];
    columns.extend(held_back.then(|| Column::numbers("held back")));
    columns.extend(suppressed.then(|| Column::numbers("suppressed")));
    columns.extend(undecided.then(|| Column::numbers("undecided")));
    columns.push(Column::default());
    let mut table = Table::new(columns);
    let rules = of.program.rules.iter().zip(tallies).chain(of.program.row_rules.iter().zip(of_rows));
    for (rule, tally) in rules {
        let mut cells: Vec<Cell> = vec![rule.header.name.as_str().into(), value::grouped(tally.holds).into()];
        cells.extend(held_back.then(|| Cell::from(value::grouped(tally.held_back))));
        cells.extend(suppressed.then(|| Cell::from(value::grouped(tally.suppressed))));
        cells.extend(undecided.then(|| Cell::from(value::grouped(tally.undecided))));
        let title = rule.header.label.as_deref().unwrap_or("");
        let about = match rule.about {
            About::Row(table) => of.program.table(table).map(|t| format!("per {}", t.header.name)),
            About::Account | About::Portfolio => None,
        };
        let said: Vec<&str> = about.as_deref().into_iter().chain([title]).filter(|s| !s.is_empty()).collect();
        cells.push(Cell::toned(said.join(": "), Tone::Dim));
        table.row(cells);
    }
    table
}

/// Caps, floors and settings that could not be decided, or did something, one text each.
pub(super) fn limits(of: &Evaluation, undecided_only: bool) -> Vec<String> {
    let mut out = Vec::new();
    for (c, card) in of.program.scorecards.iter().enumerate() {
        for (l, limit) in card.limits.iter().enumerate() {
            let scores = || of.results.accounts.iter().filter_map(|a| a.scores.get(c));
            // What somebody set stands above everything but a hold.
            // Below a hold, what somebody set or a setting, nothing else does anything.
            let alone = |i: usize| {
                card.limits.get(i).is_some_and(|limit| matches!(limit.verb, LimitVerb::Hold | LimitVerb::Set))
            };
            let did = |s: &&ScoreResult| {
                let holds = s.limits.iter().any(|(i, _)| *i == l) && s.value != s.unlimited && s.by_hand().is_none();
                holds && s.limits.first().is_none_or(|(first, _)| *first == l || !alone(*first))
            };
            let applied = scores().filter(did).count();
            let undecided = scores().filter(|s| s.undecided_limits.contains(&l)).count();
            let mut parts = Vec::new();
            if applied > 0 && !undecided_only {
                parts.push(format!("applied to {}", value::grouped(applied as u64)));
            }
            if undecided > 0 {
                let gaps = of.extras.gaps.iter().filter(|g| (g.scorecard, g.limit) == (c, l));
                let mut named: Vec<String> = gaps.filter_map(|g| gap_words(of, g)).collect();
                if named.len() < undecided && !named.is_empty() {
                    named.push(format!("{} more", value::grouped((undecided - named.len()) as u64)));
                }
                let named = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
                parts.push(format!("undecided for {}{named}", value::grouped(undecided as u64)));
            }
            if !parts.is_empty() {
                out.push(format!("{} {}: {}", card.header.name, limit_name(limit), parts.join("; ")));
            }
        }
        let scores = of.results.accounts.iter().filter_map(|a| a.scores.get(c));
        let applied = scores.filter(|s| s.by_hand().is_some()).count();
        if applied > 0 && !undecided_only {
            out.push(format!("{} override: applied to {}", card.header.name, value::grouped(applied as u64)));
        }
    }
    out
}

/// `bluth (open_p1 missing)`
fn gap_words(of: &Evaluation, gap: &extras::Gap) -> Option<String> {
    let account = of.results.accounts.get(gap.account)?;
    Some(format!("{} ({})", of.called(account), gap.missing.join(", ")))
}

/// What the rules ask for, and that it is only said.
fn tasks(of: &Evaluation) -> Table {
    let mut table = untitled(3);
    for task in &of.extras.tasks {
        let account = task.account.and_then(|i| of.results.accounts.get(i));
        let whom = account.map_or("portfolio", |account| of.id(account));
        table.row(vec![whom.into(), task.rule_name(of.program).into(), task.words().into()]);
    }
    let note = match table.rows.is_empty() {
        true => "none",
        false => NOTHING_SENT,
    };
    table.row(vec!["".into(), "".into(), Cell::toned(note, Tone::Dim)]);
    table
}

/// What has to be said wherever tasks are listed.
pub(super) const NOTHING_SENT: &str =
    "nothing is sent: this is what the rules ask for; cooldowns, limits, approvals and pilots are not looked at";

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

/// What the settings of the run changed: `1 of 14 accounts differs`, then one text per account.
pub(super) fn changes(of: &Evaluation) -> Vec<String> {
    let Some(changes) = &of.extras.changes else { return Vec::new() };
    let count = changes.accounts.len();
    let all = counted(changes.of as u64, "account", "accounts");
    let whole: Vec<String> = changes.portfolio.iter().map(|d| format!("portfolio: {}", d.words())).collect();
    if count == 0 && !whole.is_empty() {
        return whole;
    }
    if count == 0 {
        return vec![format!("none: the score of no account of {all} differs from the program without the setting")];
    }
    let verb = if count == 1 { "differs" } else { "differ" };
    let mut out = whole;
    out.push(format!("{} of {all} {verb} from the program as declared", value::grouped(count as u64)));
    for change in changes.accounts.iter().take(NAMED) {
        let Some(account) = of.results.accounts.get(change.account) else { continue };
        let what: Vec<String> = change.what.iter().map(extras::Difference::words).collect();
        let name = of.name(account);
        let name = if name.is_empty() { name } else { format!(" ({name})") };
        out.push(format!("{}{name}: {}", of.id(account), what.join(", ")));
    }
    if count > NAMED {
        out.push(format!("and {} more (all of them in `--format json`)", value::grouped((count - NAMED) as u64)));
    }
    out
}
