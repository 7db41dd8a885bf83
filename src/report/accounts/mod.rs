//! All accounts, scored, as `laud eval` prints them: what every format shows, gathered once.

mod columns;
mod csv;
mod extras;
mod figures;
mod footer;
mod human;
mod json;
mod markdown;
pub(crate) mod portfolio;
mod stale;
mod tables;
mod undecided;

pub use csv::{Part, Sheet, csv};
pub use extras::{
    Change, Changes, Difference, Extras, Facts, Gap, NAMED, Task, called, changes, differences, gaps,
    portfolio_differences, row_key, rows, rule_differences, score_words, tasks,
};
pub use footer::{besides, section};
pub use human::{human, short, title};
pub use json::json;
pub use markdown::{heading, markdown};
pub use undecided::missing_at;

use super::load::{Extent, extents};
use super::{Stamp, value};
use crate::data::{Dataset, LoadReport};
use crate::engine::{AccountResult, Item, Results, RuleResult, RuleStatus, Suppression};
use crate::program::{FieldId, Program};
use crate::value::{Fault, Missing, Value};

/// One evaluation with everything that is said about it.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    /// The program.
    pub program: &'a Program,
    /// What it ran over.
    pub data: &'a Dataset,
    /// What was read, kept and rejected.
    pub load: &'a LoadReport,
    /// What came out.
    pub results: &'a Results,
    /// Project, date, hash and data.
    pub stamp: &'a Stamp,
    /// Show personal columns.
    pub personal: bool,
    /// What else was asked for and found out.
    pub extras: &'a Extras,
}

/// A number of an account that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The account.
    pub account: String,
    /// The metric, scorecard, segment or rule.
    pub name: String,
    /// What happened.
    pub fault: Fault,
}

/// How a rule stands over all accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// For how many it holds.
    pub holds: u64,
    /// For how many `unless` holds it back.
    pub held_back: u64,
    /// For how many a guard does.
    pub suppressed: u64,
    /// For how many it is undecided.
    pub undecided: u64,
    /// For how many it does not hold.
    pub does_not_hold: u64,
}

impl<'a> Evaluation<'a> {
    /// The column that names accounts, if there is a text column `name`.
    pub fn name_field(&self) -> Option<(FieldId, bool)> {
        name_field(self.program)
    }

    /// An account's id, masked if it is personal.
    pub fn id(&self, account: &'a AccountResult) -> &'a str {
        if self.hides_ids() { value::MASK } else { &account.id }
    }

    /// True if ids of accounts are personal and not to be shown.
    pub fn hides_ids(&self) -> bool {
        !self.personal && personal_key(self.program)
    }

    /// An account's name; empty if it has none.
    pub fn name(&self, account: &AccountResult) -> String {
        account_name(self.program, self.data, account.row, self.personal).unwrap_or_default()
    }

    /// `bluth Bluth Homes`: an account as lists name it.
    pub fn called(&self, account: &'a AccountResult) -> String {
        let name = self.name(account);
        if name.is_empty() { self.id(account).to_string() } else { format!("{} {name}", self.id(account)) }
    }

    /// The name of the account's part in a partition; `None` if unknown.
    pub fn part(&self, account: &AccountResult, partition: usize) -> Option<&'a str> {
        let part = account.parts.get(partition).copied().flatten()?;
        self.program.partitions.get(partition)?.parts.get(part as usize).map(|p| p.name.as_str())
    }

    /// True if scores of this scorecard can have a grade.
    pub fn graded(&self, scorecard: usize) -> bool {
        self.program.scorecards.get(scorecard).is_some_and(|s| !s.grades.is_empty())
    }

    /// Everything that could not be computed because of a division by zero or a number too large.
    pub fn troubles(&self) -> Vec<Trouble> {
        let program = self.program;
        let mut list = Vec::new();
        for account in &self.results.accounts {
            for fault in account.faults.iter().filter(|f| f.fault != Fault::BadCell) {
                let name = match fault.item {
                    Item::Node(node) => program.node_name(node),
                    Item::Segment(id) => program.segments.get(id.index()).map_or("?", |s| &s.header.name),
                    Item::Partition(id) => program.partitions.get(id.index()).map_or("?", |p| &p.header.name),
                    Item::RowMetric(id) => program.row_metric(id).map_or("?", |m| &m.header.name),
                    Item::Portfolio(id) => program.portfolio(id).map_or("?", |m| &m.header.name),
                    Item::RowRule(id) => program.row_rules.get(id.index()).map_or("?", |r| &r.header.name),
                    Item::PortfolioRule(id) => program.portfolio_rules.get(id.index()).map_or("?", |r| &r.header.name),
                    Item::Rule(id) => program.rules.get(id.index()).map_or("?", |r| &r.header.name),
                };
                let account = self.id(account).to_string();
                list.push(Trouble { account, name: name.to_string(), fault: fault.fault });
            }
        }
        for result in &self.results.portfolio {
            let name = program.portfolio(result.metric).map_or("?", |m| &m.header.name);
            let found = result.faults.iter().filter(|fault| **fault != Fault::BadCell);
            list.extend(found.map(|fault| Trouble {
                account: "portfolio".to_string(),
                name: name.to_string(),
                fault: *fault,
            }));
        }
        list
    }

    /// True if a score of some account lacks a number that could not be computed.
    pub fn scores_hit(&self) -> bool {
        self.results.accounts.iter().any(super::replay::lacks)
    }

    /// How each rule stands.
    pub fn tallies(&self) -> Vec<Tally> {
        tallied(self.program.rules.len(), self.results.accounts.iter().flat_map(|a| &a.rules))
    }

    /// How each rule about rows stands, counted by rows.
    pub fn row_tallies(&self) -> Vec<Tally> {
        let rows = self.results.accounts.iter().flat_map(|a| &a.row_rules).flat_map(|rule| &rule.rows);
        tallied(self.program.row_rules.len(), rows.map(|row| &row.result))
    }

    /// How many accounts have each grade of a scorecard, in the order of its grades; last those without a score.
    pub fn grade_counts(&self, scorecard: usize) -> Vec<(String, u64)> {
        let Some(card) = self.program.scorecards.get(scorecard) else { return Vec::new() };
        let mut counts: Vec<(String, u64)> = Vec::new();
        // The general table stands last, and what people think of as "the grades" is its order.
        for band in card.grades.iter().rev().flat_map(|t| &t.bands) {
            if !counts.iter().any(|(name, _)| *name == band.name) {
                counts.push((band.name.clone(), 0));
            }
        }
        let mut missing = 0;
        for score in self.results.accounts.iter().filter_map(|a| a.scores.get(scorecard)) {
            match counts.iter_mut().find(|(name, _)| Some(name) == score.grade.as_ref()) {
                Some((_, count)) => *count += 1,
                None => missing += 1,
            }
        }
        if missing > 0 {
            counts.push(("missing".to_string(), missing));
        }
        counts
    }

    /// The dates of each table's rows.
    pub fn extents(&self) -> Vec<Extent> {
        extents(self.program, self.data, self.results.as_of)
    }

    /// A cell of a column of the account at this place in the results; masked, if it is personal and was not asked for.
    pub fn cell(&self, index: usize, account: &AccountResult, field: FieldId) -> (Value, bool) {
        self.cell_of(self.extras.rows.get(index).copied().unwrap_or(account.row), field)
    }

    /// The same for a row of the accounts.
    fn cell_of(&self, row: u32, field: FieldId) -> (Value, bool) {
        let table = self.program.subject.and_then(|id| self.data.table(id));
        let cell = table.map_or(Value::Missing(Missing::NoData), |t| t.value(field, row));
        let personal = self.column(field).is_some_and(|f| f.personal);
        let masked = personal && !self.personal && !cell.is_missing();
        (cell, masked)
    }

    /// A column of the accounts.
    pub fn column(&self, field: FieldId) -> Option<&'a crate::program::Field> {
        self.program.subject_table()?.fields.get(field.index())
    }
}

fn name_field(program: &Program) -> Option<(FieldId, bool)> {
    let table = program.subject_table()?;
    let id = table.name_field()?;
    Some((id, table.fields.get(id.index()).is_some_and(|f| f.personal)))
}

/// True if even the ids of accounts are personal.
pub fn personal_key(program: &Program) -> bool {
    let key = program.subject_table().and_then(|t| t.fields.get(t.key?.index()));
    key.is_some_and(|f| f.personal)
}

fn tallied<'r>(rules: usize, results: impl Iterator<Item = &'r RuleResult>) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); rules];
    for result in results {
        let Some(tally) = tallies.get_mut(result.rule.index()) else { continue };
        match result.status {
            RuleStatus::Holds => tally.holds += 1,
            RuleStatus::HeldBack => tally.held_back += 1,
            RuleStatus::Suppressed => tally.suppressed += 1,
            RuleStatus::Undecided => tally.undecided += 1,
            RuleStatus::DoesNotHold => tally.does_not_hold += 1,
        }
    }
    tallies
}

/// The names of the reasons for which guards hold a rule back, in their order.
pub fn reasons(program: &Program, result: &RuleResult) -> Vec<String> {
    let name = |found: &Suppression| Some(program.guard(found.guard)?.reasons.get(found.reason)?.name.clone());
    result.suppressed_by().filter_map(name).collect()
}

/// What people call an account, from the text column `name`, masked unless asked for.
pub fn account_name(program: &Program, data: &Dataset, row: u32, personal: bool) -> Option<String> {
    let (field, is_personal) = name_field(program)?;
    let rows = data.table(program.subject?)?;
    match rows.value(field, row) {
        Value::Text(_) if is_personal && !personal => Some(value::MASK.to_string()),
        Value::Text(name) => Some(name.to_string()),
        _ => None,
    }
}

/// In a person's words.
pub fn status_words(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Holds => "holds",
        RuleStatus::DoesNotHold => "does not hold",
        RuleStatus::HeldBack => "held back",
        RuleStatus::Suppressed => "suppressed",
        RuleStatus::Undecided => "undecided",
    }
}

/// True if the metric's value may be a personal cell: it reads a personal column and is not a mere number or condition.
pub fn personal_metric(program: &Program, metric: &crate::program::Metric) -> bool {
    crate::explain::personal(program, &metric.value)
}
